#!/bin/sh
# Gets restic for the tests of copies elsewhere, where there is none and root may install Debian's package.
set -eu
if ! command -v restic >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing restic ..." >&2
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends restic; } >&2 </dev/null || true
fi
if ! command -v restic; then
    echo "restic was not found and could not be installed: the tests of copies elsewhere need it." >&2
    exit 1
fi
