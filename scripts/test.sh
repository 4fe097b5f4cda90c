#!/bin/sh
# Everything that has to hold: the checks, then the tests without a browser, then those with one. The types are checked
# beside the tests. Both steps run whatever is said elsewhere, the slowest files are named at the end, and what failed has
# failed: nothing is run twice.
# TEST_WORKERS says how many files are tested at once (else one for each core, at least two; without a browser twice as many,
# since those tests wait for the database, for clocks and for other processes much of their time). COVERAGE=1 also reports what the
# tests cover; that takes half as long again.
set -eu
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if [ ! -w "${HOME:-/nonexistent}" ]; then # the browser keeps its files at home
    export HOME="$scratch"
fi
# reading the tests for the first time keeps one processor busy: written down once, two processes need not do it both;
# and so do the types, beside the tests
PYTHONDONTWRITEBYTECODE=""
export PYTHONDONTWRITEBYTECODE
{ # the tests that need them say so themselves; one after the other, as apt takes one at a time
    scripts/oidc_provider.sh >/dev/null || true
    scripts/admin_tools.sh >/dev/null || true
} &
providing=$!
.venv/bin/python -m pytest -q --collect-only </dev/null >/dev/null &
reading=$!
scripts/check.sh mypy >"$scratch/types" 2>&1 &
typing=$!
checked=0
scripts/check.sh ruff lint-imports || checked=$?
wait $providing || true
wait $reading || true # pytest itself says what is wrong
if [ "$checked" != 0 ]; then
    wait $typing || true
    cat "$scratch/types"
    exit "$checked"
fi
# the browsers are fetched beside the tests that need none: fetching mostly waits, for the network and for the disk
{
    scripts/chromium.sh >"$scratch/chromium"
    scripts/headless_shell.sh >"$scratch/shell"
    scripts/webkit.sh
} >"$scratch/fetched" 2>&1 &
fetching=$!

browsers=${TEST_WORKERS:-$(nproc)}
[ "$browsers" -ge 2 ] || browsers=2
files=${TEST_WORKERS:-$((browsers * 2))}

tests() { # HOW_MANY FOLDERS: says what these tests say, and remembers how long each file took
    workers=$1
    shift
    # shellcheck disable=SC2086 # several arguments
    .venv/bin/python -m pytest -q -n "$workers" --dist loadfile --no-loadscope-reorder \
        --file-times "$scratch/times" ${cover:+$cover} "$@" </dev/null
}

cover=${COVERAGE:+--cov --cov-report=}
first=0
second=0
echo "== unit and integration tests, $files files at once"
tests "$files" tests/integration tests/unit tests/architecture || first=$?

types=0
wait $typing || types=$?
cat "$scratch/types"

cover=${COVERAGE:+--cov --cov-append --cov-report=term:skip-covered}
wait $fetching || second=$?
cat "$scratch/fetched"
if [ "$second" = 0 ]; then
    CHROMIUM=$(cat "$scratch/chromium")
    CHROMIUM_SHELL=$(cat "$scratch/shell")
    export CHROMIUM CHROMIUM_SHELL
    echo "== browser tests, $browsers files at once, with $CHROMIUM and ${CHROMIUM_SHELL:-no shell of it}"
    # the folder with the longest file first, so that it does not run alone at the end
    # shellcheck disable=SC2046 # one argument a folder
    tests "$browsers" tests/e2e/shell $(find tests/e2e -mindepth 1 -maxdepth 1 -type d ! -name shell ! -name '__*' | sort) || second=$?
fi

echo "== slowest files: seconds, those of them in which a processor worked for the tests themselves, name"
sort -rn "$scratch/times" | head -n 10
said() { if [ "$1" = 0 ]; then echo "passed"; else echo "FAILED"; fi; }
echo "== types: $(said $types), unit and integration tests: $(said $first), browser tests: $(said $second)"
[ "$types" = 0 ] && [ "$first" = 0 ] && [ "$second" = 0 ]
