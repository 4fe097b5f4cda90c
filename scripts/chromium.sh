#!/bin/sh
# Prints the path of a Chromium that runs, and gets one when the machine has none.
set -eu
cd "$(dirname "$0")/.."
export PLAYWRIGHT_BROWSERS_PATH="$PWD/.venv/browsers"

found() { # an Ubuntu stub is there but does not run
    for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable "$(playwrights)"; do
        path=$(command -v "$name" 2>/dev/null) || continue
        if timeout 30 "$path" --version >/dev/null 2>&1 </dev/null; then
            echo "$path"
            return 0
        fi
    done
    return 1
}

playwrights() {
    set -- "$PLAYWRIGHT_BROWSERS_PATH"/chromium-*/chrome-linux*/chrome
    if [ -x "$1" ]; then echo "$1"; fi
}

found && exit
if [ -n "${CHROMIUM:-}" ]; then
    echo "CHROMIUM names $CHROMIUM, which does not run; looking for another." >&2
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium ..." >&2
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >&2 </dev/null || true
    found && exit
    .venv/bin/playwright install-deps chromium >&2 </dev/null || true
fi
echo "Fetching a Chromium for the tests ..." >&2
.venv/bin/playwright install chromium >&2 </dev/null || true
found && exit
echo "No Chromium was found and none could be installed; install one, or set CHROMIUM to its path." >&2
exit 1
