# Every target does all its own set-up: .venv from the lock files, nothing else on the machine.
# make PYTHON=python3.13 test   builds and tests with that Python

PYTHON ?=
LOCK = .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--no-emit-index-url --no-header --no-annotate $(LOCKFLAGS) pyproject.toml

.PHONY: run test coverage check bench screens chaos demo lock setup setup-dev

run: setup
	@exec .venv/bin/python -m app serve

test: setup-dev
	@scripts/test.sh

# make coverage   the tests again, and which lines of the product they ran
coverage: setup-dev
	@COVERAGE=1 scripts/test.sh

check: setup-dev
	@scripts/check.sh

bench: setup-dev
	@exec .venv/bin/python -m scripts.bench

# make screens   the pictures in docs/screens, taken anew
screens: setup-dev
	@CHROMIUM=$$(scripts/chromium.sh) exec .venv/bin/python scripts/screens.py

# make chaos SECONDS=600 CONTACTS=500 SEED=7   everything goes wrong for that long; SEED repeats a storm
chaos: setup-dev
	@CHAOS_SECONDS='$(SECONDS)' CHAOS_CONTACTS='$(CONTACTS)' CHAOS_SEED='$(SEED)' exec scripts/chaos.sh

demo: setup
	@scripts/demo.sh

# make lock LOCKFLAGS=--upgrade   takes the newest versions that pyproject.toml allows
lock: setup-dev
	$(LOCK) -o requirements.lock
	$(LOCK) --extra dev -c requirements.lock -o requirements-dev.lock

setup:
	@scripts/setup.sh requirements.lock '$(PYTHON)'

setup-dev:
	@scripts/setup.sh requirements-dev.lock '$(PYTHON)'
