#!/bin/sh
# Lint, format, types and the house's import rules; all are run before the verdict.
cd "$(dirname "$0")/.." || exit 1
failed=0
for check in "ruff check ." "ruff format --check ." "mypy" "lint-imports"; do
    echo "== $check"
    # shellcheck disable=SC2086 # the words of one command
    .venv/bin/$check </dev/null || failed=1
done
exit $failed
