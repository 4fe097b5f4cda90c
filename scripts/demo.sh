#!/bin/sh
# The app with a scripted live team, on a data folder that is thrown away when it ends.
# It works in that folder: neither a .env here nor the shell's variables lead the made-up team to a real database.
set -eu
cd "$(dirname "$0")/.."
python=$PWD/.venv/bin/python
PYTHONPATH=$PWD
DATA_DIR=$(mktemp -d "${TMPDIR:-/tmp}/pipedriven-demo.XXXXXX")
chmod 711 "$DATA_DIR" # the database server runs as another user when we are root
trap 'rm -rf "$DATA_DIR"' EXIT
trap : INT TERM # the app ends by itself; then the folder goes
export DATA_DIR PYTHONPATH
unset DATABASE_URL MIGRATE_URL SMTP_URL BREVO_API_KEY PIPEDRIVE_BASE_URL PIPEDRIVE_DOMAIN
cd "$DATA_DIR"
"$python" -P -m app demo live
