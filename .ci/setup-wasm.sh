#!/usr/bin/env bash
# wasm-pack, and the wasm-bindgen tools of the very version that Cargo.lock has: their file formats
# are tied to each other release by release.
. "$(dirname "$0")/lib.sh"
need_rustup

WASM_PACK_VERSION=0.15.1
bindgen_version=$(locked_version wasm-bindgen)
[ -n "$bindgen_version" ] || die "Cargo.lock names no version of wasm-bindgen. Restore Cargo.lock from the repository."

# Whether the tool $1 is on PATH in version $2.
has_version() {
    have "$1" && [ "$("$1" --version 2>/dev/null | awk '{ print $2 }')" = "$2" ]
}

if ! has_version wasm-pack "$WASM_PACK_VERSION"; then
    say "installing wasm-pack $WASM_PACK_VERSION (about 3 minutes, once)"
    cargo install wasm-pack --quiet --force --locked --version "$WASM_PACK_VERSION" ||
        die "cargo could not install wasm-pack. Its message is above; the usual causes are no network and no C compiler (on Debian: apt-get install build-essential)."
fi

if ! has_version wasm-bindgen "$bindgen_version" || ! has_version wasm-bindgen-test-runner "$bindgen_version"; then
    say "installing wasm-bindgen-cli $bindgen_version (about 4 minutes, once)"
    cargo install wasm-bindgen-cli --quiet --force --version "$bindgen_version" ||
        die "cargo could not install wasm-bindgen-cli. Its message is above; the usual causes are no network and no C compiler (on Debian: apt-get install build-essential)."
fi

# Another copy earlier on PATH would shadow what was just installed.
for tool in "wasm-pack $WASM_PACK_VERSION" "wasm-bindgen $bindgen_version" "wasm-bindgen-test-runner $bindgen_version"; do
    # shellcheck disable=SC2086 # two words: name and version
    has_version $tool || die "$(command -v "${tool% *}" || echo "no ${tool% *}") is not version ${tool#* }. Remove it, or put ${CARGO_HOME:-$HOME/.cargo}/bin first on PATH."
done
