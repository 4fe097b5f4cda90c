#!/bin/sh
# Everything that has to hold: the checks, then every test, with a real browser and a coverage report.
# PYTEST_ARGS narrows the tests.
set -eu
cd "$(dirname "$0")/.."

if [ ! -w "${HOME:-/nonexistent}" ]; then # the browser keeps its files at home
    HOME=$(mktemp -d)
    export HOME
    trap 'rm -rf "$HOME"' EXIT
fi
CHROMIUM=$(scripts/chromium.sh)
export CHROMIUM
scripts/webkit.sh

scripts/check.sh
echo "== pytest with $CHROMIUM"
# shellcheck disable=SC2086 # several arguments
.venv/bin/python -m pytest -q -n 2 --dist loadfile --cov --cov-report=term:skip-covered ${PYTEST_ARGS:-} </dev/null
