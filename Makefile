# Every target does all its own set-up: .venv from the lock files, nothing else on the machine.
# What stands behind ## is what `make help` says; a line that only begins with ## tells of an argument.

PYTHON ?=
LOCK = .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--no-emit-index-url --no-header --no-annotate $(LOCKFLAGS) pyproject.toml

.DEFAULT_GOAL := run
.PHONY: help run dev demo unit check test coverage bench stranger sweep chaos screens lock release setup setup-dev

help: ## this list
	@awk -F ' ## ' '/^[a-z-]+:.* ## / {sub(/:.*/, "", $$1); printf "make %-10s %s\n", $$1, $$2} \
		/^## / {sub(/^## /, ""); printf "%16s%s\n", "", $$0}' Makefile

run: setup ## serve on http://127.0.0.1:8080 (what a plain `make` does); data in ./data
	@exec .venv/bin/python -m app serve

dev: setup-dev ## serve a made-up firm from data-dev/, started again when a file of the product changes
	@exec .venv/bin/python scripts/dev.py

demo: setup ## serve a made-up firm whose team works by itself, on a folder that is thrown away
	@scripts/demo.sh

unit: setup-dev ## the quick tests: no database, no browser, no lint
	@scripts/unit.sh

check: setup-dev ## lint, format, types and the rules of who may import whom
	@scripts/check.sh

test: setup-dev ## everything that CI runs: the checks, then every test, with a real browser
## make test ARGS=tests/unit/x/test_y.py::test_z   just that, without the checks
	@$(if $(ARGS),scripts/test_some.sh $(ARGS),scripts/test.sh)

coverage: setup-dev ## the tests again, and which lines of the product they ran
	@COVERAGE=1 scripts/test.sh

bench: setup-dev ## how long the product takes for what people do most, as a table
	@exec .venv/bin/python -m scripts.bench

stranger: setup-dev ## what a stranger's load does to a signed-in neighbour: memory, connections, latency
	@exec .venv/bin/python -m scripts.bench.stranger

sweep: setup-dev ## the long sweeps whole, of which `make test` runs every third case or none
	@export CHROMIUM=$$(scripts/chromium.sh) CHROMIUM_SHELL=$$(scripts/headless_shell.sh); \
		SWEEP=1 exec .venv/bin/python -m pytest -q -n 2 -m sweep tests/integration tests/e2e

chaos: setup-dev ## everything goes wrong for minutes, and a colleague works in Pipedrive: kills, faults, a database shot down
## make chaos SECONDS=600 CONTACTS=500 SEED=7   for that long; SEED repeats a storm
	@CHAOS_SECONDS='$(SECONDS)' CHAOS_CONTACTS='$(CONTACTS)' CHAOS_SEED='$(SEED)' exec scripts/chaos.sh

screens: setup-dev ## the pictures in docs/screens, taken anew
	@CHROMIUM=$$(scripts/chromium.sh) exec .venv/bin/python -m scripts.screens

lock: setup-dev ## write the lock files anew after a change of dependencies in pyproject.toml
## make lock LOCKFLAGS=--upgrade   takes the newest versions that pyproject.toml allows
	$(LOCK) -o requirements.lock
	$(LOCK) --extra dev -c requirements.lock -o requirements-dev.lock

release: setup-dev ## cut VERSION=x.y.z: version, changelog, commit, tag, wheel and sdist in dist/
## make release VERSION=x.y.z DRY_RUN=1   the same in a throw-away clone; nothing here changes
	@exec .venv/bin/python -m scripts.release '$(VERSION)' '$(DRY_RUN)'

setup: ## .venv as the product needs it
## make PYTHON=python3.13 test   builds and tests with that Python
	@scripts/setup.sh requirements.lock '$(PYTHON)'

setup-dev: ## .venv as its developers need it
	@scripts/setup.sh requirements-dev.lock '$(PYTHON)'
