# Everything is made here from a machine with only Python >= 3.11 (with venv), make and a package index.
PYTHON ?= python3
UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
export UV_PROJECT_ENVIRONMENT := $(VENV)
export VIRTUAL_ENV := $(CURDIR)/$(VENV)
export TF_CPP_MIN_LOG_LEVEL := 3

.PHONY: help setup demo test check unit wheel-test lock shipped-model clean
.DEFAULT_GOAL := help

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(VENV)/.ready  ## make .venv with everything (a second call is quick)

$(VENV)/.uv: Makefile
	@echo "[setup] making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -c 'import sys; sys.exit("emg-edge needs Python >= 3.11, this is %d.%d; say make PYTHON=python3.12" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

# A strict editable install links file by file: it is made again when a module comes or goes.
$(VENV)/.modules: $(VENV)/.uv FORCE
	@find src train quantize device firmware_bridge -name '*.py' | LC_ALL=C sort > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(VENV)/.ready: $(VENV)/.uv $(VENV)/.modules pyproject.toml requirements.lock
	@echo "[setup] installing the locked dependencies (about 1.5 GB with TensorFlow; a minute or two the first time)"
	@$(BIN)/uv pip sync --quiet --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet uv==$(UV_VERSION)
	@rm -rf build
	@$(BIN)/uv pip install --quiet --no-deps --editable .
	@touch $@
	@echo "[setup] ready: $(BIN)/emg-edge"

FORCE:

lock: $(VENV)/.uv  ## resolve the dependencies anew
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --extra train --extra brainflow --group dev \
	  --custom-compile-command 'make lock' --output-file requirements.lock pyproject.toml

clean:  ## remove what was made here (never your data or runs)
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
