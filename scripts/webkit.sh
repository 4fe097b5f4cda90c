#!/bin/sh
# Gets WebKit's driver for the tests in a second engine, where that is easy; without it those tests say that they are skipped.
set -eu

if command -v WebKitWebDriver >/dev/null && command -v Xvfb >/dev/null; then exit; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing WebKit ..." >&2
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends webkit2gtk-driver xvfb; } >&2 </dev/null || true
fi
