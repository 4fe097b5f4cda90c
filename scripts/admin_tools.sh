#!/bin/sh
# Gets what tests of operating need (restic, libnss-wrapper), where it is missing and root may install Debian's packages.
set -eu
complete() {
    command -v restic >/dev/null && ls /usr/lib/*/libnss_wrapper.so >/dev/null 2>&1
}
complete && exit
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing restic and libnss-wrapper ..." >&2
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends restic libnss-wrapper; } >&2 </dev/null || true
fi
complete && exit
echo "restic or libnss-wrapper were not found and could not be installed: the tests that need them are skipped." >&2
exit 1
