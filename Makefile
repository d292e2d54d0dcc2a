# One target for each habit. `make run` and `make test` need nothing but Python 3.11 or newer.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

# The first of these that is new enough; `make PYTHON=/path/to/python3 run` takes another.
PYTHON ?= $(shell for one in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$one" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$one"; break; }; done)

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
# More than the cores of a small machine: many tests wait for other processes.
WORKERS ?= 4

# A stamp holds the moment in which its step was last done.
MADE := .venv/made
RUNS := .venv/run-requirements
TESTS := .venv/test-requirements
COMPILED := .venv/catalogues
RENDERED := .venv/recordings
REHEARSED := .venv/rehearsed
BROWSER := .venv/browser

WORDS := $(wildcard prompts/*.toml locales/*/LC_MESSAGES/*.po)
SOUNDS := $(wildcard hotline/sound/*.py hotline/sound/readers.toml hotline/speech/voices.toml hotline/calls/hours.toml \
	prompts/recordings/*/*)
LANGUAGES := $(patsubst locales/%/LC_MESSAGES/hotline.po,%,$(wildcard locales/*/LC_MESSAGES/hotline.po))

.PHONY: help run test lint prompts migration bench pins browser clean

help:
	@echo 'make run             start the whole hotline here and place a practice call'
	@echo 'make test            run every test'
	@echo 'make lint            check style, types and who imports whom'
	@echo 'make prompts         bring the catalogues up to date with prompts/ and compile them'
	@echo 'make migration m=... write a migration from what has changed in the tables'
	@echo 'make bench           measure speed and memory'
	@echo 'make pins            choose the newest versions of all requirements'
	@echo 'make browser         get a Chromium for the tests of the page, if there is none'
	@echo 'make clean           remove what make has made; the data in .hotline stays'

run: $(RUNS) $(COMPILED) $(RENDERED)
	@exec $(BIN)/hotline run

# Tests of one group, which share what is slow to start, stay in one process.
test: $(TESTS) $(COMPILED) $(REHEARSED) $(BROWSER)
	@echo '==> running the tests'
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(PYTEST)

lint: $(TESTS)
	@echo '==> style'
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo 'ruff format puts it right.'; exit 1; }
	@echo '==> types'
	@$(BIN)/mypy
	@echo '==> who imports whom'
	@$(BIN)/lint-imports --no-cache

prompts: $(RUNS)
	@$(BIN)/python -m hotline.speech.catalogues update
	@$(BIN)/hotline prompts check

migration: $(RUNS)
	@test -n "$(m)" || { echo 'Say what it does: make migration m="add the column ..."'; exit 1; }
	@$(BIN)/hotline migration "$(m)"

bench: $(TESTS) $(COMPILED)
	@$(BIN)/python -m bench

# For every Python from 3.11 on and every system; nothing of the index that this machine uses gets into the files.
PINNED := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links

pins: $(TESTS)
	@$(PINNED) requirements.in --output-file requirements.txt
	@$(PINNED) requirements-dev.in --output-file requirements-dev.txt

clean:
	@rm -rf .venv build prompts/rendered *.egg-info .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find hotline tests bench locales \( -name '__pycache__' -o -name '*.mo' \) -prune -exec rm -rf {} +

$(MADE):
	@test -n "$(PYTHON)" || { echo 'The hotline needs Python 3.11 or newer, and none was found: install it first.'; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'The hotline needs Python 3.11 or newer; $(PYTHON) is older or cannot be run.'; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo 'This Python cannot make virtual environments: install its venv part (Debian: apt install python3-venv).'; exit 1; }
	@echo '==> making a virtual environment in .venv'
	@"$(PYTHON)" -m venv --clear .venv
	@touch $@

$(RUNS): requirements.txt pyproject.toml | $(MADE)
	@echo '==> installing the requirements (a minute when nothing is cached)'
	@$(PIP) install -r requirements.txt
	@PYTHONWARNINGS=ignore $(PIP) install --no-deps --editable .
	@touch $@

$(TESTS): requirements-dev.txt $(RUNS)
	@echo '==> installing what the tests need'
	@$(PIP) install -r requirements-dev.txt
	@touch $@

# Before the tests and not in them, where they would wait for each other: Japanese takes a processor most of a minute.
READS := HOTLINE_RECORDINGS=build/recordings $(BIN)/hotline prompts render

$(REHEARSED): $(WORDS) $(SOUNDS) $(TESTS) | $(COMPILED)
	@echo '==> reading every language aloud for the tests (a minute or two)'
	@$(READS) --language ja & japanese=$$!; \
		$(READS) $(patsubst %,--language %,$(filter-out ja,$(LANGUAGES))) && wait $$japanese
	@touch $@

$(COMPILED): $(WORDS) | $(RUNS)
	@echo '==> compiling the catalogues'
	@$(BIN)/python -m hotline.speech.catalogues compile
	@touch $@

$(BROWSER): $(TESTS)
	@.ci/browser
	@touch $@

browser: $(TESTS)
	@.ci/browser
	@touch $(BROWSER)

# A language without a voice of its own is heard through these; without them, through the voice of its neighbour.
$(RENDERED): $(COMPILED) $(SOUNDS)
	@echo '==> recording the languages that have no voice'
	@$(BIN)/hotline prompts render --without-voice || echo '    Until that works, the voice of a neighbour reads them.'
	@touch $@
