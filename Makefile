# Everything a person does with a checkout. `setup` is quick when nothing has changed.
BIN := .venv/bin
SOURCES := src tests bench scripts/import_graph
DATA ?= demo-data
MINUTES ?= 60
# One more than there are cores: a third of what the fast tests take is waiting.
WORKERS := $(shell expr $$(nproc) + 1)

# Tests start hundreds of Python processes: each would compile all our sources again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup run check check-python check-pages test-pages test-clients test explore bench soak wheel clean

setup:
	@scripts/setup

run: setup
	@$(BIN)/huntline demo --data $(DATA)

# The two halves use one core each.
check: setup
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target check-python check-pages

check-python:
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports

check-pages:
	cd webui && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent check

test-pages: check-pages
	cd webui && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent test

# Getting them is mostly waiting, for the network and the disk.
test-clients:
	@scripts/setup --test-clients

# The scenarios use real SIP clients, a real browser and real time, so they run apart and a few at once.
test: setup
	@$(MAKE) --no-print-directory --jobs 3 --output-sync=target check-python test-pages test-clients
	$(BIN)/pytest -q -n $(WORKERS) --ignore tests/scenarios
	$(BIN)/pytest -q -n 4 --dist loadgroup -m "not browser and not alone" tests/scenarios
	$(BIN)/pytest -q -n 3 --dist loadgroup -m "browser and not alone" tests/scenarios
	$(BIN)/pytest -q -m alone tests/scenarios

# Examples and histories that no run has seen before; what fails is kept in .hypothesis and run first next time.
explore: setup
	$(BIN)/pytest -q -n $(WORKERS) --ignore tests/scenarios -m hypothesis --hypothesis-profile explore

# What calls cost, in turn with what is given of PEER=ROOT (where Asterisk is installed) and BASE=CHECKOUT (bench/README.md).
bench: setup
	$(BIN)/python bench/queue_bench.py $(if $(PEER),--peer $(PEER)) $(if $(BASE),--base $(BASE)) $(if $(QUICK),--quick) $(if $(KEEP),--keep)

# What a server is installed from (docs/operations.md): the pages are in it, built.
wheel: setup
	@$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .
	@ls dist/*.whl

# Mixed calls, losses and kills for a long time; the balance at its end has to be even.
soak: setup
	cd tests && PYTHONPATH=. "$(CURDIR)/$(BIN)/python" -m scenarios.soak --minutes $(MINUTES)

clean:
	rm -rf .venv dist webui/node_modules src/huntline/web/pages .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache demo-data
