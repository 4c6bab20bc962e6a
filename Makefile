# `make` prints this help.  Everything lives in .venv, web/node_modules and var/; `make clean` forgets the first two.
PYTHON ?= python3
BIN := .venv/bin
WEB_SOURCES := $(shell find web/src web/style web/locale -type f -not -name '*.test.ts*' -not -name '*.mo' 2>/dev/null) \
	web/package-lock.json web/vite.config.ts web/tsconfig.json

.DEFAULT_GOAL := help
.PHONY: help run test check format build lock pictures bench-media bench-register bench-oversight bench-simulate bench-janus clean

help:  ## print this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

run: build  ## start Chibo with its demonstration province on SQLite and print how to sign in
	@$(BIN)/chibo demo

test: .venv/.dev build  ## run everything, set-up for the tests included
	@tests/setup.sh
	$(BIN)/python -m pytest $(ARGS)

check: .venv/.dev web/node_modules/.ready  ## the quick proof before a commit: format, lint, types, imports, core, web
	$(BIN)/ruff format --check server tests bench migrations
	$(BIN)/ruff check server tests bench migrations
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_*.py tests/meeting
	tools/npm run --silent check
	tools/npm test --silent

format: .venv/.dev  ## put every Python file into the one format
	$(BIN)/ruff format server tests bench migrations
	$(BIN)/ruff check --fix-only server tests bench migrations

build: .venv/.run web/dist/.ready  ## install and build, without starting

lock: .venv/.dev  ## resolve the dependencies of pyproject.toml anew into locks/
	tools/lock

pictures: .venv/.dev build  ## take the pictures of README.md from the real room
	$(BIN)/python tools/pictures.py

bench-media: .venv/.run  ## CPU and latency of one forwarded packet, beside a bare protect + sendto loop
	@$(BIN)/python bench/media.py $(ARGS)

bench-janus: .venv/.dev  ## the same load on Debian's Janus VideoRoom and on ours
	@$(BIN)/python bench/janus.py $(ARGS)

bench-register: .venv/.dev  ## the register with 5,000 cells and 200,000 members, on SQLite and on PostgreSQL
	$(BIN)/python bench/register.py --database sqlite $(ARGS)
	$(BIN)/python bench/register.py --database postgresql $(ARGS)

bench-oversight: .venv/.dev  ## the supervisors' pages with 5,000 cells of 24 months, on SQLite and on PostgreSQL
	$(BIN)/python bench/oversight.py --database sqlite $(ARGS)
	$(BIN)/python bench/oversight.py --database postgresql $(ARGS)

bench-simulate: .venv/.dev build  ## a hundred simulated members join one meeting
	@$(BIN)/python bench/simulate.py $(ARGS)

clean:  ## forget what was installed and built (never var/, where the records are)
	rm -rf .venv web/node_modules web/dist

.venv/pyvenv.cfg:
	@tools/venv $(PYTHON)

.venv/.run: .venv/pyvenv.cfg locks/run.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement locks/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: .venv/.run locks/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement locks/dev.txt
	@touch $@

web/node_modules/.ready: web/package-lock.json .venv/pyvenv.cfg
	tools/npm ci --silent
	@touch $@

web/dist/.ready: web/node_modules/.ready $(WEB_SOURCES) | .venv/.run
	$(BIN)/pybabel --quiet compile --domain chibo --directory web/locale
	tools/npm run --silent build
	@touch $@
