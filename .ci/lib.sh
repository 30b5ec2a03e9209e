# Sourced by the other scripts: where things are, and how a script speaks.
# shellcheck shell=bash
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# What set-up finds out about this machine. `make clean` removes it.
SETUP_DIR=$ROOT/target/setup
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$ROOT/www/node_modules/.bin:$PATH"
cd "$ROOT"

say() { printf '==> %s\n' "$*"; }

# Stops with a sentence that says what to do.
die() {
    printf '\nStopped: %s\n' "$*" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

need_rustup() {
    have cargo && have rustup || die "Rust is not installed, or not by rustup. Install it from https://rustup.rs and run this again."
}

need_node() {
    have node && have npm || die "Node is not installed. Install Node 20.19 or newer, with npm, from https://nodejs.org and run this again."
    # As "engines" has it in www/package.json.
    node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
             const enough = major >= 24 || (major === 22 && minor >= 13) || (major === 20 && minor >= 19);
             process.exit(enough ? 0 : 1)' ||
        die "Node $(node --version) does not fit: Vite and ESLint need 20.19, 22.13, 24 or newer. Install one of these from https://nodejs.org and run this again."
}

# The version of a package in Cargo.lock.
locked_version() {
    awk -v name="\"$1\"" '$1 == "name" { found = ($3 == name) }
                          found && $1 == "version" { gsub(/"/, "", $3); print $3; exit }' Cargo.lock
}
