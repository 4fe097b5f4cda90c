#!/bin/sh
# The quick tests, on all processors: rules, parsers, documents, the architecture. No database, no browser, no lint.
set -eu
cd "$(dirname "$0")/.."
# what was compiled once need not be compiled at the next run
PYTHONDONTWRITEBYTECODE=
export PYTHONDONTWRITEBYTECODE
# each process loads the product first: more than four are no quicker
exec .venv/bin/python -m pytest -q -n logical --maxprocesses=4 --dist loadgroup tests/unit tests/architecture </dev/null
