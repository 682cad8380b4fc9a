# Everything is made here from a machine with only Python 3.11 to 3.13 (with venv), make and a package index.
PYTHON ?= python3
UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
WHEEL_VENV := .venv-wheel
DEMO := demo
EXTRAS := --extra train --extra brainflow --extra bluetooth --extra micro --group dev
# What the base install must pass; the three left out need extras, or the trained forearm.
DEVICE_TESTS := tests/device tests/firmware_bridge tests/recordings tests/verification tests/wheel \
  --ignore=tests/firmware_bridge/forearm/test_difficulty.py --ignore=tests/device/boards/test_brainflow.py \
  --ignore=tests/device/boards/test_bluetooth.py
export UV_PROJECT_ENVIRONMENT := $(VENV)
export VIRTUAL_ENV := $(CURDIR)/$(VENV)
export TF_CPP_MIN_LOG_LEVEL := 3

.PHONY: help setup demo test check unit wheel-test test-arm64 lock shipped-model clean
.DEFAULT_GOAL := help

help:  ## what can be made
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(VENV)/.ready  ## make .venv with everything (a second call is quick)

$(VENV)/.uv: Makefile
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else "emg-edge is locked for Python 3.11 to 3.13, this is %d.%d; say make PYTHON=python3.12" % sys.version_info[:2])'
	@test -x $(BIN)/python || { echo "[setup] making $(VENV) with $$($(PYTHON) --version)"; $(PYTHON) -m venv $(VENV); }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

# A strict editable install links file by file, in build/: it is made again when a module comes or goes, or build/ did.
$(VENV)/.modules: $(VENV)/.uv FORCE
	@find src train quantize device firmware_bridge -name '*.py' -o -name '*.tflite' -o -name '*.toml' -o -name '*.html' -o -name '*.css' -o -path '*/micro/c/*' | LC_ALL=C sort > $@.new
	@cmp -s $@.new $@ && test -e build/__editable__*/emg_edge/__init__.py && rm $@.new || mv $@.new $@

$(VENV)/.ready: $(VENV)/.uv $(VENV)/.modules pyproject.toml requirements.lock
	@echo "[setup] installing the locked dependencies (2.6 GB on disk with TensorFlow; a minute or two the first time)"
	@$(BIN)/uv pip sync --quiet --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet uv==$(UV_VERSION)
	@rm -rf build
	@$(BIN)/uv pip install --quiet --no-deps --editable .
	@touch $@
	@echo "[setup] ready: $(BIN)/emg-edge"

FORCE:

demo: setup  ## simulate data, train, quantise, decode the synthetic board live for 20 s (about two minutes)
	@echo "[demo 1/4] simulating two people in NinaPro DB5's layout -> $(DEMO)/data"
	@test -d $(DEMO)/data || { rm -rf $(DEMO)/data.part; \
	  $(BIN)/emg-edge data simulate $(DEMO)/data.part --database DB5 --subjects 2 --repetitions 10 --hold 2.5 --rest 2 >/dev/null \
	  && mv $(DEMO)/data.part $(DEMO)/data; }
	@echo "[demo 2/4] training on them -> $(DEMO)/run"
	@$(BIN)/emg-edge train --data $(DEMO)/data --out $(DEMO)/run
	@echo "[demo 3/4] quantising to int8, and what that costs -> $(DEMO)/gesture.tflite"
	@test $(DEMO)/gesture.tflite -nt $(DEMO)/run/metrics.json || \
	  $(BIN)/emg-edge quantize $(DEMO)/run --out $(DEMO)/gesture.tflite --force
	@echo "[demo 4/4] decoding the simulated arm of person 1, live for 20 s (new movements, never trained on)"
	@$(BIN)/emg-edge run --board synthetic --model $(DEMO)/gesture.tflite --duration 20 --view \
	  --summary $(DEMO)/summary.json >$(DEMO)/decisions.jsonl
	@echo "[demo] decisions: $(DEMO)/decisions.jsonl, figures: $(DEMO)/summary.json, pictures: $(DEMO)/run/*.png"

test: setup check unit wheel-test  ## all that CI runs: style, types, architecture, tests, and tests on the built wheel

check: setup  ## style, types, architecture
	@echo "[check] ruff, mypy, import-linter"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

unit: setup  ## the tests, on the source tree
	@echo "[unit] pytest"
	@$(BIN)/pytest -q

dist/.ready: setup FORCE
	@rm -rf dist
	@$(BIN)/uv build --quiet --out-dir dist
	@$(BIN)/uv pip compile --quiet --universal $(EXTRAS) --no-header --no-annotate \
	  pyproject.toml --constraint requirements.lock --output-file dist/constraints.txt >/dev/null
	@touch $@

wheel-test: dist/.ready  ## build the wheel through the sdist; run the device's tests on it, in a bare install without TensorFlow
	@echo "[wheel] installing without extras, testing the device on it"
	@rm -rf $(WHEEL_VENV)
	@$(BIN)/uv venv --quiet --python $(BIN)/python $(WHEEL_VENV)
	@VIRTUAL_ENV=$(WHEEL_VENV) $(BIN)/uv pip install --quiet --constraint dist/constraints.txt dist/*.whl \
	  pytest pytest-timeout hypothesis
	@EMG_EDGE_WHEEL=$$(ls dist/*.whl) $(WHEEL_VENV)/bin/python -m pytest -q $(DEVICE_TESTS)

test-arm64: dist/.ready  ## the same wheel on aarch64 under QEMU: install size, decisions, tests (half an hour; needs Debian)
	@echo "[arm64] installing for aarch64, decoding and testing under QEMU"
	@$(BIN)/python bench/arm64 --wheel $$(ls dist/*.whl) --constraints dist/constraints.txt $(ARM64) -- $(DEVICE_TESTS)

lock: $(VENV)/.uv  ## resolve the dependencies anew
	$(BIN)/uv pip compile --quiet --universal --generate-hashes $(EXTRAS) \
	  --custom-compile-command 'make lock' --output-file requirements.lock pyproject.toml

shipped-model: setup  ## make the model that ships with the package anew, from simulated people
	rm -rf $(DEMO)/shipped
	$(BIN)/emg-edge data simulate $(DEMO)/shipped/data --database DB5 --subjects 4 --repetitions 12 --hold 3 --rest 2.5 >/dev/null
	$(BIN)/emg-edge train --data $(DEMO)/shipped/data --out $(DEMO)/shipped/run
	$(BIN)/emg-edge quantize $(DEMO)/shipped/run --out src/emg_edge/models/forearm.tflite --force

clean:  ## remove what was built here (the demo's folder stays: rm -r demo makes it all anew)
	rm -rf $(VENV) $(WHEEL_VENV) .arm64 build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
