# `make help` lists what can be done here.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
# Each service is started dozens of times in a run of the tests: what was compiled once is kept.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help install run demo test lint bench chaos test-containers chromium dovecot pango

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

install: $(STAMP) ## Create .venv with the pinned packages (does nothing when it is up to date)

$(STAMP): requirements.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: apt install python3.11 python3.11-venv" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "The venv module is missing: apt install python3.11-venv" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

run: install ## Start everything on this machine and print the addresses (Ctrl-C stops it)
	@exec $(BIN)/doithoai up

demo: install ## Rehearse a dialogue on the running stack
	@$(BIN)/doithoai demo

# Its headless shell where the distribution has one (Debian 12 does).
chromium:
	@command -v chromium-headless-shell >/dev/null || [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || \
		{ apt-get update -qq && export DEBIAN_FRONTEND=noninteractive && \
		{ apt-get install -y -qq --no-install-recommends chromium-headless-shell || \
		  apt-get install -y -qq --no-install-recommends chromium; } >/dev/null; }

dovecot:
	@test -x /usr/sbin/dovecot || [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends dovecot-imapd >/dev/null; }

# The peer that letters are measured against draws its text with it.
pango:
	@ldconfig -p | grep -q libpangoft2-1.0.so.0 || [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 >/dev/null; }

# File by file as they lie there: those that take longest come first, so that none of them is left over at the end.
test: install chromium dovecot pango ## Run the whole suite on a real NATS and a real database
	@$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

lint: install ## Check style, types and the direction of imports
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

bench: install pango ## Measure the pipeline beside its floor
	@$(BIN)/doithoai bench

chaos: install ## Kill services and the broker in mid-flight, count what is left
	@$(BIN)/python -m pytest tests/chaos

test-containers: install ## Run the suite on containers (needs a Docker engine)
	@DOITHOAI_TEST_SERVERS=containers $(BIN)/python -m pytest
