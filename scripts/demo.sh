#!/bin/sh
# The app with a scripted live team, on a data folder that is thrown away when it ends.
set -eu
cd "$(dirname "$0")/.."
DATA_DIR=$(mktemp -d "${TMPDIR:-/tmp}/pipedriven-demo.XXXXXX")
chmod 711 "$DATA_DIR" # the database server runs as another user when we are root
trap 'rm -rf "$DATA_DIR"' EXIT
trap : INT TERM # the app ends by itself; then the folder goes
export DATA_DIR
DATABASE_URL='' .venv/bin/python -m app demo live
