# The verbs of this project; `make` alone lists them. Every verb does its own set-up.

PYTHON ?= python3
RUN    := .venv/bin/python
export ONCE PORT SOURCE STORE

.DEFAULT_GOAL := help
.PHONY: help demo run test soak bench check lock up down clean set-up set-up-test

help:
	@echo "make demo     the whole road on this machine, on invented pages; ONCE=1 ends by itself, PORT=… names Airflow's port"
	@echo "make run      the real sources; SOURCE=cn_mfa_en for one; needs STATEMENTS_CONTACT"
	@echo "make test     all tests but the soak"
	@echo "make soak     random and long tests"
	@echo "make bench    speeds, as ratios of one run"
	@echo "make check    ruff, mypy, import-linter"
	@echo "make up       the same as services in containers (docker compose); make down ends them"
	@echo "make down     end what runs: the containers, and a database left behind"
	@echo "make lock     pin requirements/*.in anew"
	@echo "make clean    delete environments and caches, and say which; STORE=1 deletes the stores too"

demo: set-up
	@$(RUN) -m statements.demo

run: set-up
	@$(RUN) -m statements.local

test: set-up-test
	@$(RUN) -m pytest -n 2 --no-loadscope-reorder -m "not soak" $(ARGS)

soak: set-up-test
	@$(RUN) -m pytest -n 2 --no-loadscope-reorder -m soak $(ARGS)

bench: set-up-test
	@for file in bench/[a-z]*.py; do name=$$(basename $$file .py); echo; echo "$$name"; $(RUN) -m bench.$$name || exit 1; done

check: set-up-test
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@.venv/bin/lint-imports
	@$(RUN) -m mypy

up:
	@test -f .env || { echo "There is no .env: copy .env.example to .env and fill it in."; exit 1; }
	@docker compose up --build --detach --wait

down:
	@if [ -f docker-compose.yml ] && command -v docker >/dev/null 2>&1; then docker compose down; fi
	@if [ -x $(RUN) ]; then $(RUN) -m statements.local down; fi

lock:
	@$(PYTHON) tools/setup.py lock

clean:
	@$(PYTHON) tools/setup.py clean

set-up:
	@$(PYTHON) tools/setup.py base

set-up-test:
	@$(PYTHON) tools/setup.py test
	@$(PYTHON) tools/setup.py pywb
