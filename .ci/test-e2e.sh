#!/usr/bin/env bash
# test-e2e.sh [test|bench]: Playwright on the built page.
. "$(dirname "$0")/lib.sh"
. "$SETUP_DIR/browser.env"

npm --silent --prefix tests/e2e run "${1:-test}" ||
    die "Playwright's run fails. The message is above; pictures and traces are in tests/e2e/results."
