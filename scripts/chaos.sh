#!/bin/sh
# The storm that the tests run for a few seconds, for as long as CHAOS_SECONDS says: kills, faults, a colleague, a database shot down.
set -eu
cd "$(dirname "$0")/.."
CHAOS_SECONDS=${CHAOS_SECONDS:-300} CHAOS_CONTACTS=${CHAOS_CONTACTS:-400} CHAOS_SEED=${CHAOS_SEED:-}
export CHAOS_SECONDS CHAOS_CONTACTS CHAOS_SEED
CHAOS_SEED="${CHAOS_SEED:-$(od -An -N3 -tu4 /dev/urandom | tr -d " ")}"
export CHAOS_SEED
exec .venv/bin/python -m pytest -q -s -n0 tests/integration/sync/test_chaos.py </dev/null
