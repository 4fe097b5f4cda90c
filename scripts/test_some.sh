#!/bin/sh
# Just the tests that are named, as pytest names them, without the checks; a browser only where one is needed.
# usage: scripts/test_some.sh PATH[::TEST] [pytest's options]
set -eu
cd "$(dirname "$0")/.."
case " $* " in
*tests/e2e* | *" tests "* | *" tests/ "*)
    CHROMIUM=$(scripts/chromium.sh)
    CHROMIUM_SHELL=$(scripts/headless_shell.sh)
    export CHROMIUM CHROMIUM_SHELL
    scripts/webkit.sh
    ;;
esac
PYTHONDONTWRITEBYTECODE=
export PYTHONDONTWRITEBYTECODE
exec .venv/bin/python -m pytest -n 0 "$@" </dev/null
