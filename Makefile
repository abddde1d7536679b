# make run     set up what is missing and open the console on the demo estate
# make test    set up what is missing and run every check and test
PYTHON ?=
export PYTHON
python := .venv/bin/python

.PHONY: help setup run test check torture bench screenshots reference lock clean

help:
	@sed -n 's/^# make/make/p' Makefile

# make setup   only fill .venv
setup:
	@.ci/setup run

run: setup
	@$(python) -m console.cli demo

test:
	@.ci/setup test
	@$(MAKE) --no-print-directory check
	@.ci/tests

# make check   lint, types and import contracts alone
check:
	$(python) -m ruff check .
	$(python) -m ruff format --check .
	$(python) -m mypy
	$(python) -m pytest -q tests/architecture

# make torture the long fault tests at full count
torture:
	@.ci/setup test
	BUILDING_CONSOLE_TORTURE=full $(python) -m pytest -q -m torture --timeout 3600

# make bench NAME=start|poll|store   a table and, last, one JSON line
NAME ?= start
bench:
	@.ci/setup test
	@$(python) -m tests.benchmarks.bench_$(NAME)

# make screenshots   every screen, both languages, normal / 30 alarms / empty, into docs/screenshots
screenshots: setup
	$(python) -m console.cli screenshots docs/screenshots

# make reference     the generated pages of docs/
reference: setup
	$(python) -m config.reference

# make lock          pin the packages anew
lock:
	@.ci/setup test
	echo 'uv>=0.9,<1' | .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -o .ci/requirements/uv.txt -
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --extra demo -o .ci/requirements/run.txt pyproject.toml
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --extra demo --extra test -o .ci/requirements/test.txt pyproject.toml

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
