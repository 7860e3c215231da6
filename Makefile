# The two commands: `make demo` shows the main job from an empty machine, `make test` passes the tests.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
RUN := $(CURDIR)/.run
BIN := $(CURDIR)/.venv/bin
OCA := $(CURDIR)/.venv-oca/bin
# Tests wait for servers more than they compute.
WORKERS ?= 4
export PYTHONPATH := $(CURDIR)/src:$(CURDIR)/tools

.PHONY: help
help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: ##  John Doe's month on a real Odoo 19; stays up until Ctrl-C (EXIT=1: ends by itself, 0 if every step was seen; PORTABILLING=1: by a stand-in for it)
	@$(PYTHON) tools/setup.py $(if $(ODOO_URL),,--odoo)
	@$(BIN)/python -m duebell demo $(if $(EXIT),--exit) $(if $(PORTABILLING),--portabilling)

.PHONY: test
test: setup odoo programs ## Pass the tests, those against the real Odoo too
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile
	@$(BIN)/python -m real_odoo test-addon duebell duebell_crm
	@$(BIN)/python -m real_odoo test-addon duebell --beside sms_twilio

.PHONY: check
check: ## Rules: lint, types, import layers, the addon's conventions, no addresses in lock files
	@$(PYTHON) tools/setup.py --oca
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@cd odoo && $(BIN)/ruff check && $(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/pylint --rcfile=odoo/.pylintrc odoo/duebell odoo/duebell_crm
	@$(OCA)/oca-checks-odoo-module --config=odoo/.oca_hooks.cfg odoo/duebell odoo/duebell_crm
	@$(OCA)/oca-checks-po --config=odoo/.oca_hooks.cfg odoo/duebell/i18n/* odoo/duebell_crm/i18n/*
	@$(BIN)/python -m conventions

.PHONY: bench
bench: odoo ## Measure, as ratios in one run; ONLY=odoo, odoo-views, odoo-release, espf, console or portabilling runs a part (table here, list in build/bench.json)
	@$(PYTHON) tools/setup.py $(if $(filter odoo odoo-views odoo-release,$(ONLY)),,--peers)
	@$(BIN)/python -m benchmarks $(if $(ONLY),--only $(ONLY)) $(if $(BACKLOG),--backlog $(BACKLOG))

.PHONY: proof
proof: setup odoo ## Bring faults about and count what is lost, doubled, out of order; KILLS=50 shortens (list in build/proof.json)
	@$(BIN)/python -m proof $(if $(KILLS),--kills $(KILLS)) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY))

.PHONY: pictures
pictures: setup odoo programs ## Make the pictures of the README and the console anew, from the real pages
	@$(BIN)/python -m pictures

.PHONY: setup
setup: ## Install what the service needs, into .venv
	@$(PYTHON) tools/setup.py

.PHONY: odoo
odoo: ## Install a real Odoo 19 and its PostgreSQL, into .run
	@$(PYTHON) -m real_odoo install

.PHONY: programs
programs: ## Install Debian's Chromium, wkhtmltopdf and Node.js, where they are missing
	@$(PYTHON) -m programs

.PHONY: schemas
schemas: setup ## Publish the events' JSON Schemas anew, under docs/schemas
	@$(BIN)/python -m schemas

.PHONY: access
access: setup ## Write anew who may do what, in docs/access.md
	@$(BIN)/python -m access_table

.PHONY: translations
translations: setup odoo ## Write the addons' translation files anew: each term, with what is translated of it so far
	@$(BIN)/python -m translations

.PHONY: lock
lock: COMPILE := $(BIN)/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --no-header \
  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options
lock: ## Choose the dependencies' versions anew, into requirements.lock, the benchmarks' and OCA's checks' own
	@$(COMPILE) --extra dev -o requirements.lock pyproject.toml
	@$(COMPILE) -o benchmarks/requirements.lock benchmarks/requirements.in
	@$(COMPILE) -o odoo/oca-requirements.lock odoo/oca-requirements.in

.PHONY: clean
clean: ## End what runs here and remove what was installed or built here (downloads stay in the user's cache)
	@if [ -d .run ]; then $(PYTHON) -m real_odoo clean; fi
	rm -rf .run .venv .venv-bench .venv-oca build
