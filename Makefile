# make run    sets everything up and starts Chaperone: on an invented person's data, or on your Nightscout
#             if NIGHTSCOUT_URL and NIGHTSCOUT_TOKEN are set
# make test   sets everything up and runs all checks and tests

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(firstword $(foreach each,python3 python3.14 python3.13 python3.12 python3.11,\
  $(shell $(each) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(each))))
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input
WORKERS ?= 2

.PHONY: help run test bench soak setup setup-dev tools
.DELETE_ON_ERROR:

help:
	@sed -n 's/^# \{0,1\}//p' Makefile | head -3

run: setup
	@exec $(BIN)/chaperone serve --share

test: setup-dev tools
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --durations=20 --durations-min=5

# Some minutes; the page is kept in tests/bench/RESULTS.md. A nginx with Lua and cjson is compared if it is installed
# (Debian: apt-get install nginx libnginx-mod-http-lua lua-cjson), and mitmproxy in an environment of its own. R iglu
# is compared where R has it (R_LIBS, or .cache/bench/r).
bench: setup-dev
	@$(BIN)/python -m tests.bench

# An hour with 200 clinicians on the demo site; SOAK_MINUTES=5 is shorter. Linux and macOS.
soak: setup-dev
	@$(BIN)/python -m tests.soak

setup: $(VENV)/ready
setup-dev: $(VENV)/ready-dev

# A lock file that changed is installed again; otherwise the second run has nothing to do. What `make test` has
# installed is enough to run.
$(VENV)/ready: requirements.lock $(BIN)/chaperone
	@test $(VENV)/ready-dev -nt $< || { echo "Installing (once; a minute or two) …"; \
	  $(PIP) install --require-hashes --only-binary :all: -r $<; }
	@touch $@

$(VENV)/ready-dev: requirements-dev.lock $(BIN)/chaperone
	@echo "Installing what the tests need (once; a minute or two) …"
	@$(PIP) install --require-hashes --only-binary :all: -r $<
	@touch $@

# The program as it lies here, without building it: the code is found by a .pth file, and started by two lines.
$(BIN)/chaperone: Makefile
	@test -n "$(PYTHON)" || { echo "Chaperone needs Python 3.11 or later. Install it (https://www.python.org/downloads/),"; \
	  echo "or say where it is: make PYTHON=/path/to/python3.12 …"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Chaperone needs Python 3.11 or later; $(PYTHON) is older."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "Python can't make an environment. On Debian or Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	@echo "$(CURDIR)" > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/chaperone.pth"
	@printf '#!/bin/sh\nexec "%s" -P -m proxy "$$@"\n' "$(CURDIR)/$(BIN)/python" > $@
	@chmod +x $@

# Real servers and a real browser, as the tests use them; never stand-ins.
tools:
	@missing=""; \
	command -v redis-server >/dev/null || missing="$$missing redis-server"; \
	command -v chromium >/dev/null || command -v chromium-browser >/dev/null || missing="$$missing chromium"; \
	test -z "$$CI" || command -v caddy >/dev/null || missing="$$missing caddy"; \
	test -z "$$CI" || command -v systemd-analyze >/dev/null || missing="$$missing systemd"; \
	test "$$(uname)" != Linux || command -v strace >/dev/null || missing="$$missing strace"; \
	test -n "$$missing" || exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing$$missing …"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$missing >/dev/null; \
	else \
	  echo "The tests need:$$missing. Install them, for example with: sudo apt-get install$$missing   (macOS: brew install …)"; \
	  exit 1; \
	fi
