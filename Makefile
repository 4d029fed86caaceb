# `make run` opens the dashboard, `make test` checks everything; each sets up what it needs.
PY := .venv/bin/python
.PHONY: setup run test lint audit lock screenshots clean help

help:      ## Say what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

setup: .venv/.ready  ## Make .venv with everything

.venv/.ready: requirements.txt pyproject.toml scripts/setup.sh
	bash scripts/setup.sh

.venv/.dev: requirements-dev.txt requirements.txt pyproject.toml scripts/setup.sh
	bash scripts/setup.sh dev

run: .venv/.ready  ## Open the dashboard; without data, over a simulated pilot
	@.venv/bin/tepat status >/dev/null 2>&1 || \
		{ .venv/bin/tepat simulate && { .venv/bin/tepat faces duplicates || true; }; }
	.venv/bin/tepat serve

lint: .venv/.dev  ## Style, types, architecture
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

audit: .venv/.dev  ## Installed packages are those pinned, each under a licence that is allowed
	$(PY) scripts/audit.py

test: .venv/.dev lint audit  ## Lint, then every test, in a real browser too
	bash scripts/test-tools.sh
	$(PY) -m pytest -n 2

lock:  ## Pin the requirements anew (needs uv)
	bash scripts/lock.sh

screenshots: .venv/.dev  ## Take the README's pictures of a running dashboard
	$(PY) scripts/screenshots.py docs/images --languages id --widths 1440 --pages ringkasan,ketepatan_sasaran,perbandingan_wilayah

clean:  ## Remove .venv and caches; data stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
