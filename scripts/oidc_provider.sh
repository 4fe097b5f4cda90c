#!/bin/sh
# Prints the folder with the OpenID provider of the tests, installed from its lock file; node and npm are got where they miss.
set -eu
cd "$(dirname "$0")/.."
source=tests/support/oidc_provider
kept="$PWD/.venv/oidc-provider"

if ! command -v npm >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing node and npm ..." >&2
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends nodejs npm; } >&2 </dev/null || true
fi
if ! command -v npm >/dev/null; then
    echo "npm was not found and could not be installed: the tests against a real OpenID provider need it." >&2
    exit 1
fi
if ! cmp -s "$source/package-lock.json" "$kept/installed.json"; then
    echo "Installing the OpenID provider of the tests ..." >&2
    rm -rf "$kept"
    mkdir -p "$kept"
    cp "$source/package.json" "$source/package-lock.json" "$kept/"
    (cd "$kept" && npm ci --ignore-scripts --no-audit --no-fund >&2 </dev/null)
    cp "$source/package-lock.json" "$kept/installed.json"
fi
cp "$source/provider.mjs" "$kept/"
echo "$kept"
