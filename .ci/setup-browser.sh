#!/usr/bin/env bash
# A Chromium and the chromedriver that fits it. What is there already is used: CHROME and
# CHROMEDRIVER, then PATH. On Debian apt installs what is missing; elsewhere Playwright downloads a
# Chromium. What was found goes to target/setup: browser.env for the shell, webdriver.json for
# wasm-bindgen's test runner, so that every test runs in the same browser.
. "$(dirname "$0")/lib.sh"

first_of() {
    local candidate
    for candidate in "$@"; do
        if [ -n "$candidate" ] && have "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
}
find_chrome() {
    first_of "${CHROME:-}" chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
        "/Applications/Chromium.app/Contents/MacOS/Chromium" "$(playwright_chrome)"
}
find_driver() { first_of "${CHROMEDRIVER:-}" chromedriver; }
# Where Playwright keeps its own Chromium, whether it is there or not.
playwright_chrome() {
    (cd tests/e2e && node -p 'require("@playwright/test").chromium.executablePath()' 2>/dev/null) || true
}
major_version() { "$1" --version 2>/dev/null | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1 | cut -d. -f1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}
is_debian() { [ -r /etc/os-release ] && grep -qx 'ID=debian' /etc/os-release; }

[ -z "${CHROME:-}" ] || have "$CHROME" || die "CHROME is set to $CHROME, which is not a program. Set it to a Chromium or Chrome, or unset it."
[ -z "${CHROMEDRIVER:-}" ] || have "$CHROMEDRIVER" || die "CHROMEDRIVER is set to $CHROMEDRIVER, which is not a program. Set it to a chromedriver, or unset it."

chrome=$(find_chrome)
driver=$(find_driver)

if [ -z "$chrome" ] || [ -z "$driver" ]; then
    if is_debian; then
        say "installing chromium and chromium-driver by apt (about 1 minute, once)"
        [ "$(id -u)" = 0 ] || have sudo || die "installing Chromium needs root and there is no sudo. As root, run: apt-get install chromium chromium-driver"
        { as_root apt-get update -q && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium chromium-driver; } ||
            die "apt could not install Chromium. Its message is above; once it is mended, run: apt-get install chromium chromium-driver"
    elif [ -z "$chrome" ]; then
        say "downloading Playwright's Chromium (about 1 minute, once)"
        (cd tests/e2e && npx playwright install chromium) ||
            die "Playwright could not download a Chromium. Install Chrome or Chromium yourself, or set CHROME to the one you have."
    fi
    chrome=$(find_chrome)
    driver=$(find_driver)
fi

[ -n "$chrome" ] || die "no Chromium found. Install Chrome or Chromium, or set CHROME to the one you have."
chrome_major=$(major_version "$chrome") || die "$chrome does not start. Run it with --version to see why; on Linux it may lack system libraries."
[ -n "$driver" ] || die "no chromedriver found. Install version $chrome_major, to fit $chrome (on macOS: brew install chromedriver; elsewhere: https://googlechromelabs.github.io/chrome-for-testing), or set CHROMEDRIVER to the one you have."
driver_major=$(major_version "$driver") || die "$driver does not start. Run it with --version to see why."
[ "$chrome_major" = "$driver_major" ] ||
    die "$driver is version $driver_major and $chrome is version $chrome_major; they must be the same. Install the fitting chromedriver, or set CHROME and CHROMEDRIVER to a pair that fits."

mkdir -p "$SETUP_DIR"
printf 'export CHROME=%q CHROMEDRIVER=%q\n' "$chrome" "$driver" >"$SETUP_DIR/browser.env"
CHROME=$chrome node >"$SETUP_DIR/webdriver.json" -e '
    const quiet = ["disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
                   "disable-component-update", "disable-sync"];
    const options = { binary: process.env.CHROME, args: quiet };
    console.log(JSON.stringify({ "goog:chromeOptions": options }, null, 2));'
