# CX Dashboard. `make run` is all it takes; `make help` lists the rest.

PYTHON ?= python3
PORT ?= 8501
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --require-hashes

.DEFAULT_GOAL := help
.PHONY: run test lint types test-fast test-browser format texts sample bench lock clean help

run: $(VENV)/.runtime ## Start the dashboard (PORT=8501, ARGS="--server.headless true ...")
	@$(BIN)/python -c "$$OPEN_BROWSER" $(PORT) & exec $(BIN)/streamlit run dashboard.py --server.port $(PORT) $(ARGS)

test: lint types test-fast test-browser ## Every check: style, types, tests, tests in a real browser

lint: $(VENV)/.dev ## Style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev ## Types
	$(BIN)/mypy

test-fast: $(VENV)/.dev ## Tests without a browser
	$(BIN)/pytest -n auto --dist worksteal -m "not browser" $(ARGS)

test-browser: $(VENV)/.dev ## Tests in a real Chromium, which is installed if there is none
	browser=$$(PYTHON=$(BIN)/python sh tests/browser/install.sh) && CX_CHROMIUM="$$browser" $(BIN)/pytest -m browser $(ARGS)

format: $(VENV)/.dev ## Mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

texts: $(VENV)/.runtime ## Bring the Dutch texts in step with the code, and name those without a translation
	@$(BIN)/python locale/texts.py

sample: $(VENV)/.runtime ## Write sample_data/ anew
	$(BIN)/python sample_data/generate.py $(ARGS)

bench: $(VENV)/.dev ## Measure speed, against peers
	$(BIN)/python -m benchmarks $(ARGS)

# The locks hold for Python 3.11 and up on Linux, macOS and Windows. The two are resolved in this order so that
# the tests run on exactly what the dashboard runs on.
LOCK := .venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-emit-index-url --custom-compile-command "make lock"

lock: .venv-lock/bin/uv ## Write requirements*.txt anew (ARGS=--upgrade takes newer versions)
	$(LOCK) $(ARGS) requirements.in -o requirements.txt
	$(LOCK) $(ARGS) --override requirements-overrides.txt -c requirements.txt requirements-dev.in -o requirements-dev.txt

.venv-lock/bin/uv: | $(BIN)/python
	$(BIN)/python -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9

clean: ## Remove what make and the tools have made; data/ stays
	rm -rf $(VENV) .venv-lock .pytest_cache .mypy_cache .ruff_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | awk -F'|' '{printf "%-22s %s\n", $$1, $$2}'

# --- The environment. Nothing is installed again until a lock changes.

$(VENV)/.runtime: requirements.txt | $(BIN)/python
	@echo "Installing what the dashboard needs (once; a minute or two)."
	@$(PIP_INSTALL) -r requirements.txt
	@touch $@

# --no-deps: the lock is complete, and pip would refuse lifelines beside pandas 3 (requirements-overrides.txt).
$(VENV)/.dev: requirements-dev.txt requirements.txt | $(BIN)/python
	@echo "Installing what the checks need (once; a minute or two)."
	@$(PIP_INSTALL) -r requirements-dev.txt
	@touch $(VENV)/.runtime $@

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "CX Dashboard needs Python 3.11 or newer, and there is no $(PYTHON) here." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "CX Dashboard needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)." \
			"If a newer one is installed, name it: make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || $(INSTALL_VENV)
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# Debian and Ubuntu ship Python without the part that makes environments.
VENV_PACKAGE = $$($(PYTHON) -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
define INSTALL_VENV
{ \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		export DEBIAN_FRONTEND=noninteractive; \
		apt-get update -qq </dev/null && apt-get install -y -qq $(VENV_PACKAGE) </dev/null; \
	else \
		echo "This Python cannot make environments. Install the missing part and try again:" \
			"sudo apt-get install $(VENV_PACKAGE)" >&2; exit 1; \
	fi; }
endef

# Opens the browser once the server answers, where there is a screen to show it on. Streamlit does this for plain
# scripts only, not for an st.App. Stops when the server does (its parent process has gone).
define OPEN_BROWSER
import os, sys, time, urllib.request, webbrowser
screen = sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
url, server = f"http://127.0.0.1:{sys.argv[1]}", os.getppid()
while screen and not os.environ.get("CI") and os.getppid() == server:
    try:
        urllib.request.urlopen(url + "/_stcore/health", timeout=60)
    except OSError:
        time.sleep(0.3)
    else:
        webbrowser.open(url)
        break
endef
export OPEN_BROWSER
