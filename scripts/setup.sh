#!/bin/sh
# Finds a Python that is new enough and lets it make .venv what a lock file says.
# usage: scripts/setup.sh LOCK [PYTHON]
set -eu
cd "$(dirname "$0")/.."

for python in ${2:-python3 python3.13 python3.12 python3.11}; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        exec "$python" -I scripts/setup.py "$@" </dev/null
    fi
done
echo "Pipedriven needs Python 3.11 or newer, and ${2:-python3} is not; install one or name it: make PYTHON=/path/to/python." >&2
exit 1
