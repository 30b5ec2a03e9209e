#!/usr/bin/env bash
# src -> www/pkg: the release wasm, optimised, with its JavaScript and types.
. "$(dirname "$0")/lib.sh"

# wasm-pack says nothing when wasm-opt is missing and leaves the wasm a third larger.
have wasm-opt || die "wasm-opt is not on PATH: it comes with the npm packages of www. Run: make setup"

say "building the wasm package (the first time about 1 minute)"
# no-install: the tools are ours, in known versions; wasm-pack would download its own.
wasm-pack --quiet build --target web --release --mode no-install --out-dir www/pkg ||
    die "the wasm package does not build. The message is above."
bytes=$(wc -c <www/pkg/lossfield_bg.wasm)
say "www/pkg/lossfield_bg.wasm: $((bytes / 1024)) KiB, $(($(gzip -c www/pkg/lossfield_bg.wasm | wc -c) / 1024)) KiB gzipped"
