# What people and CI say to this project. Each target does its own set-up, and needs only
# Python 3.11 or newer and make; npm is taken from the machine, or from a package where it has
# none.

PYTHON ?= $(firstword $(foreach name,python3 python3.13 python3.12 python3.11,$(shell \
	$(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))))
PORT ?= 8000

VENV := .venv
BIN := $(VENV)/bin
# The lock files are complete, so pip need not look for more; Python compiles what it uses itself.
PIP := $(BIN)/python -m pip --disable-pip-version-check install -qq --require-hashes --no-deps \
	--no-compile

# A stamp file says when a step was last done; make repeats it when what it read is newer.
NPM := $(shell command -v npm 2>/dev/null)
NPM_PACKAGES := node_modules/.installed
ASSETS := macfa/assets/dist/.built
ASSET_SOURCES := $(shell find macfa/assets -type f -not -path '*/dist/*')

.PHONY: help setup run test check bench faults format lock clean audit sbom
.PHONY: environment environment-run assets chromium

help:
	@echo "make setup   environment in .venv, stylesheet and scripts; the others call it"
	@echo "make run     the site with the demo partnership, on http://127.0.0.1:$(PORT)"
	@echo "make test    every test; ARGS='-k stale tests/unit' for some of them"
	@echo "make sbom    what the site is made of; make audit asks the advisories about it"
	@echo "make check   format, lint, types, import contracts, migrations, diagrams, deployment"
	@echo "make bench   the speed table; ONLY=name for one part of it"
	@echo "make faults  the fault tests in full"
	@echo "make format  put Python into its format and mend what lint can mend"
	@echo "make lock    write the lock files from pyproject.toml; UPGRADE=1 takes newer versions"

# --- set-up -------------------------------------------------------------------------------------

setup:
	@$(MAKE) --silent --no-print-directory -j2 environment assets

environment: $(VENV)/.installed-dev

environment-run: $(VENV)/.installed-run

assets: $(ASSETS)

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none was found."; exit 1; }
	@echo "Making $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed-run: requirements.lock $(VENV)/.made
	@echo "Installing Python packages: the site"
	@$(PIP) -r requirements.lock
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.made
	@echo "Installing Python packages: the site, tests and checks"
	@$(PIP) -r requirements-dev.lock
	@touch $@ $(VENV)/.installed-run

ifeq ($(NPM),)
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm
NPM_INSTALLED := $(VENV)/.installed-npm
endif

$(VENV)/.installed-npm: requirements-node.lock $(VENV)/.made
	@echo "Installing npm, which this machine has not"
	@$(PIP) -r requirements-node.lock
	@touch $@

$(NPM_PACKAGES): package.json package-lock.json $(NPM_INSTALLED)
	@echo "Installing npm packages"
	@$(NPM) ci --silent
	@touch $@

$(ASSETS): $(NPM_PACKAGES) $(ASSET_SOURCES)
	@echo "Compiling stylesheet and scripts"
	@$(NPM) run --silent build
	@touch $@

# --- the site -----------------------------------------------------------------------------------

PORT_IS_FREE = import socket, sys; \
	sys.exit(socket.socket().connect_ex(("127.0.0.1", $(PORT))) == 0 and "Port $(PORT) is in use. \
	Stop what uses it, or choose another with `make run PORT=8001`.")

# Every process of the site runs in the background, its id in `pids`, the server last. When the
# server ends, or at Ctrl-C, all of them are stopped.
run: export PROFILE ?= demo
run: export SITE_URL ?= http://127.0.0.1:$(PORT)
run:
	@$(MAKE) --silent --no-print-directory -j2 environment-run assets
	@$(BIN)/python -c '$(PORT_IS_FREE)'
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py load_demo
	@echo "Serving http://127.0.0.1:$(PORT) (Ctrl-C stops it)"
	@pids=""; \
	stop() { trap - EXIT INT TERM; kill $$pids 2>/dev/null; wait; }; \
	trap stop EXIT; trap 'exit 0' INT TERM; \
	$(BIN)/python manage.py worker & pids="$$pids $$!"; \
	$(BIN)/daphne -b 127.0.0.1 -p $(PORT) --websocket-max-message-size 4096 \
		--websocket_connect_timeout 20 --verbosity 0 macfa.asgi:application & pids="$$pids $$!"; \
	wait $$!

# --- tests --------------------------------------------------------------------------------------

test: setup chromium
	@$(BIN)/python -m tests $(ARGS)

faults: setup
	@FAULTS=full $(BIN)/python -m tests --only postgresql tests/faults \
		tests/realtime/test_walk.py -v --durations=0 $(ARGS)

bench: setup
	@$(BIN)/python -m tests.bench $(if $(ONLY),--only $(ONLY))

# Browser tests use the machine's own browser. Where there is none, and we may, it is installed.
chromium:
	@for name in $(CHROMIUM) chromium chromium-browser google-chrome google-chrome-stable; do \
		command -v $$name >/dev/null && exit 0; \
	done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Chromium"; \
		{ apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes \
			--no-install-recommends chromium fonts-liberation; } >/dev/null \
			|| echo "Chromium could not be installed: browser tests will be skipped."; \
	fi

# --- checks -------------------------------------------------------------------------------------

CHECKS := check-format check-lint check-types check-imports check-templates check-migrations \
	check-diagrams check-deploy
.PHONY: $(CHECKS)

check: setup
	@$(MAKE) --no-print-directory --keep-going $(CHECKS)
	@echo "All checks passed."

check-format:
	$(BIN)/ruff format --check

check-lint:
	$(BIN)/ruff check

check-types:
	$(BIN)/mypy

check-imports:
	$(BIN)/lint-imports --no-logo

check-templates:
	$(BIN)/djlint --lint --quiet templates

check-migrations:
	$(BIN)/python manage.py makemigrations --check --dry-run

check-diagrams:
	$(BIN)/python manage.py diagrams --check
	$(BIN)/python manage.py access_matrix --check

# As in production, with secrets that are thrown away.
check-deploy: export PROFILE := production
check-deploy: export ALLOWED_HOSTS := audits.example
check-deploy:
	SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
	FIELD_ENCRYPTION_KEYS="$$($(BIN)/python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())')" \
	$(BIN)/python manage.py check --deploy --fail-level WARNING

# --- keeping ------------------------------------------------------------------------------------

format: setup
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

LOCK := $(VENV)/lock/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
	$(if $(UPGRADE),--upgrade)

# --- what it is made of -------------------------------------------------------------------------

# For the pipeline of whoever runs the site: it asks the public advisories, so it needs the network.
audit: environment
	@$(BIN)/pip-audit --requirement requirements.lock --require-hashes --disable-pip
	@npm audit --omit=dev

sbom: environment
	@$(BIN)/cyclonedx-py requirements requirements.lock --output-file var/sbom.json
	@echo "var/sbom.json says what the site is made of."

lock: $(VENV)/.made
	@test -x $(VENV)/lock/bin/uv || { $(PYTHON) -m venv $(VENV)/lock && \
		$(VENV)/lock/bin/pip install -qq uv; }
	@$(LOCK) pyproject.toml --output-file requirements.lock
	@$(LOCK) pyproject.toml --group dev --constraint requirements.lock \
		--output-file requirements-dev.lock
	@$(LOCK) --group node --output-file requirements-node.lock

clean:
	rm -rf $(VENV) node_modules macfa/assets/dist .mypy_cache .ruff_cache .pytest_cache \
		.import_linter_cache .hypothesis
