#!/usr/bin/env bash
# The wasm tests, in a headless Chromium: on a page (tests/browser.rs) and in a dedicated worker
# (tests/worker.rs). A test binary runs in one of the two, hence two files.
. "$(dirname "$0")/lib.sh"
. "$SETUP_DIR/browser.env"

# Both limits are for the slowest machine: the first is for a whole test binary.
export WASM_BINDGEN_TEST_TIMEOUT=300 WASM_BINDGEN_TEST_DRIVER_TIMEOUT=60
export WASM_BINDGEN_TEST_WEBDRIVER_JSON=$SETUP_DIR/webdriver.json

wasm-pack test --headless --chrome --chromedriver "$CHROMEDRIVER" --mode no-install -- --test browser --test worker ||
    die "a wasm test fails. The message is above."
