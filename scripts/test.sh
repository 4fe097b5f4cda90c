#!/bin/sh
# Everything that has to hold: the checks, then every test, with a real browser.
# PYTEST_ARGS narrows the tests. COVERAGE=1 also reports what they cover; that takes half as long again.
set -eu
cd "$(dirname "$0")/.."

if [ ! -w "${HOME:-/nonexistent}" ]; then # the browser keeps its files at home
    HOME=$(mktemp -d)
    export HOME
    trap 'rm -rf "$HOME"' EXIT
fi
# what fetches waits for the network; the types keep one processor busy, and so does reading the tests for the first
# time: written down once, two processes need not do it both
browsers=$(mktemp -d)
{
    scripts/chromium.sh >"$browsers/whole"
    scripts/headless_shell.sh >"$browsers/shell"
    scripts/webkit.sh
} &
fetching=$!
PYTHONDONTWRITEBYTECODE="" .venv/bin/python -m pytest -q --collect-only </dev/null >/dev/null &
reading=$!
checked=0
scripts/check.sh || checked=$?
wait $fetching
wait $reading || true # pytest itself says what is wrong
CHROMIUM=$(cat "$browsers/whole")
CHROMIUM_SHELL=$(cat "$browsers/shell")
export CHROMIUM CHROMIUM_SHELL
rm -r "$browsers"
[ "$checked" = 0 ] || exit "$checked"

echo "== pytest with $CHROMIUM and ${CHROMIUM_SHELL:-no shell of it}"
memory=$(mktemp -d)
failed=0
# in the order of their names, as what needs a browser takes longest and stands first
# shellcheck disable=SC2086 # several arguments
.venv/bin/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder \
    ${COVERAGE:+--cov --cov-report=term:skip-covered} \
    -o "addopts=--strict-markers --strict-config" -o cache_dir="$memory" ${PYTEST_ARGS:-} </dev/null || failed=$?
if [ "$failed" = 1 ]; then
    # two browsers and two databases on two cores starve each other now and then: a file that failed beside
    # others has to pass alone, as a whole, and what fails there too has failed
    files=$(.venv/bin/python -c 'import json, sys; print(*sorted({name.split("::")[0] for name in json.load(open(sys.argv[1]))}))' "$memory/v/cache/lastfailed")
    echo "== once more, one file at a time: $files"
    failed=0
    # shellcheck disable=SC2086 # several files
    .venv/bin/python -m pytest -q -n 0 $files </dev/null || failed=$?
fi
rm -rf "$memory"
exit "$failed"
