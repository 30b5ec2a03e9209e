#!/usr/bin/env bash
# The parts of the Rust toolchain that a minimal rustup installation lacks.
. "$(dirname "$0")/lib.sh"
need_rustup

rust_found=$(rustc --version | awk '{ print $2 }') ||
    die "rustup has no toolchain to use; its message is above. Run: rustup default stable"
rust_wanted=$(awk -F '"' '/^rust-version/ { print $2 }' Cargo.toml)
oldest=$(printf '%s\n' "$rust_wanted" "$rust_found" | sort -V | head -n 1)
[ "$oldest" = "$rust_wanted" ] || die "rustc $rust_found is older than $rust_wanted, which Lossfield needs. Run: rustup update stable"

# Kept in a variable, since `grep -q` at the end of a pipe would stop rustup half-way.
targets=$(rustup target list --installed) || die "rustup cannot list its targets; its message is above."
if ! grep -qx wasm32-unknown-unknown <<<"$targets"; then
    say "adding the Rust target wasm32-unknown-unknown"
    rustup target add wasm32-unknown-unknown ||
        die "rustup could not add the target wasm32-unknown-unknown. Check the network, then run: rustup target add wasm32-unknown-unknown"
fi

for component in rustfmt clippy; do
    if ! "cargo-${component/rustfmt/fmt}" --version >/dev/null 2>&1; then
        say "adding the Rust component $component"
        rustup component add "$component" ||
            die "rustup could not add $component. Check the network, then run: rustup component add $component"
    fi
done
