#!/bin/sh
# Lint, format, the house's import rules and types; all are run before the verdict. Arguments name some of the tools.
cd "$(dirname "$0")/.." || exit 1
failed=0
for check in "ruff check ." "ruff format --check ." "lint-imports" "mypy"; do
    case " ${*:-${check%% *}} " in *" ${check%% *} "*) ;; *) continue ;; esac
    echo "== $check"
    # shellcheck disable=SC2086 # the words of one command
    .venv/bin/$check </dev/null || failed=1
done
exit $failed
