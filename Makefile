# `make help` explains itself. Everything is installed into .venv and node_modules; system packages only by scripts/.
SHELL := /bin/bash
.DEFAULT_GOAL := help
export PATH := $(CURDIR)/.venv/bin:$(PATH)
PORT ?= 8000
export PORT

CLIENT_SOURCES := $(shell find monitoring/tablet monitoring/static/src -name '*.ts' -o -name '*.css' -o -name '*.mjs' 2>/dev/null)
CATALOGUES := $(wildcard monitoring/translations/*/LC_MESSAGES/*.po)

.PHONY: help run setup build test test-long bench check walk translations lock clean

help: ## Say what can be made
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

run: build ## Start it; on first run with a demonstration inside
	@monitoring demo --if-new
	@monitoring serve

setup: .venv/.done node_modules/.done ## Install what the project needs, into its own folders

build: monitoring/static/build/.done ## Build the tablet client, fonts and catalogues

.venv/.done: requirements.txt scripts/make_venv
	@scripts/make_venv
	@touch .venv/.done

node_modules/.done: package-lock.json .venv/.done
	@echo "Installing the browser libraries ..."
	@npm ci --loglevel=error --no-audit --no-fund
	@touch node_modules/.done

monitoring/static/build/.done: .venv/.done node_modules/.done $(CLIENT_SOURCES) $(CATALOGUES) scripts/build.py
	@python scripts/build.py
	@touch monitoring/static/build/.done

check: build ## Lint, types, layers, sizes: everything that needs no test run
	@scripts/check

test: build ## Everything CI runs
	@scripts/system_packages
	@scripts/check
	@scripts/run_tests

test-long: build ## The long runs: more seeds, every width
	@scripts/system_packages
	@scripts/run_tests --long

bench: build ## Speed, as ratios measured side by side in one run
	@scripts/system_packages
	@python -m tests.bench

walk: build ## Walk through the whole chain in a browser and take the pictures of docs/walk
	@scripts/system_packages
	@python -m pytest tests/journeys/test_walk.py --pictures docs/walk

translations: .venv/.done ## Bring the catalogues up to date with the texts
	@scripts/update_translations

lock: ## Pin the newest versions
	@uv pip compile --quiet --universal --generate-hashes --extra dev --no-emit-index-url --no-emit-find-links pyproject.toml -o requirements.txt
	@npm install --silent --no-audit --no-fund

clean: ## Remove what was built (not the data)
	@rm -rf .venv node_modules monitoring/static/build
