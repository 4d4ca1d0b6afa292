PYTHON ?= python

.PHONY: check test lint types docs man lock promises sbom supply live live-venv

check: lint types docs test

test:
	$(PYTHON) -m pytest -n 2

lint:
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -c "from importlinter.cli import lint_imports_command as lint; lint()"

types:
	$(PYTHON) -m mypy

docs:
	$(PYTHON) -m tests.docs --check

# A man page for each command, of the text of its help. To install: cp build/man/*.1 where man looks.
man:
	$(PYTHON) -m tests.man build/man

# Needs uv. No index address goes into the lock, and nothing younger than a week.
lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	  --no-emit-index-url --no-annotate --custom-compile-command "make lock" \
	  --exclude-newer "$$(date -u -d '7 days ago' +%Y-%m-%d)" -o requirements.lock

# The marked tests with their full counts; writes docs/promises.md.
promises:
	REVIEW_PROMISES=full $(PYTHON) -m pytest -m promise -p no:randomly --timeout 14400

# A real small model answers 100 calls; some minutes on a quiet machine.
live: live-venv
	LIVE_PYTHON=.live/bin/python LIVE_CALLS=100 $(PYTHON) -m pytest -m live -p no:randomly -s --timeout 14400

# Two wheels with their hashes, in an environment of their own.
live-venv: .live/ready

.live/ready: tests/live/requirements.txt
	$(PYTHON) -m venv .live
	.live/bin/python -m pip install --quiet --no-deps --only-binary :all: --require-hashes -r tests/live/requirements.txt
	touch .live/ready

# What is installed, as CycloneDX JSON.
sbom:
	$(PYTHON) -m tests.supply_chain sbom sbom.json

# Needs the package index: hashes, malicious releases, files younger than a week, start-up hooks.
supply:
	$(PYTHON) -m tests.supply_chain ages
	$(PYTHON) -m tests.supply_chain hooks
