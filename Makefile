# Two commands set everything up: `make serve` and `make test`. Nothing is installed outside .venv,
# but for a Chromium where the tests find none and may install one.

PYTHON ?= python3
PORT ?= 8000
MINUTES ?= 10
VENV := .venv
BIN := $(VENV)/bin
SUPPLY := PYTHONPATH=tools $(BIN)/python -m supply
CATALOGUES := $(wildcard tools/duban/locale/*/LC_MESSAGES/*.po)
BROWSER_SOURCES := $(wildcard site/browser/*.json site/browser/*.js site/browser/*.css site/browser/fill_in/*.js)

.PHONY: help serve build test check bench demo editor pictures corpus fuzz mutants sbom wheel vulnerabilities chromium clean

help: ## what can be made
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

serve: build/site/internal/index.html ## check the ledger, build the internal edition, serve it on 127.0.0.1
	@$(BIN)/duban check
	@echo "http://127.0.0.1:$(PORT)"
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory build/site/internal $(PORT)

build: $(VENV)/.package build/browser/.done ## both editions into build/site
	$(BIN)/duban site --edition internal
	$(BIN)/duban site --edition public

# Always run: the build itself knows what changed.
.PHONY: build/site/internal/index.html
build/site/internal/index.html: $(VENV)/.package build/browser/.done
	@$(BIN)/duban site --edition internal

test: $(VENV)/.package build/browser/.done chromium ## every test
	$(BIN)/python -m pytest

check: $(VENV)/.package ## lint, types, layers, schemas, workflows
	$(BIN)/ruff check tools tests bench setup.py
	$(BIN)/ruff format --check tools tests bench setup.py
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/check-jsonschema --check-metaschema schemas/*.schema.json
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml docs/ci/forgejo.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-actions .github/actions/*/action.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/lead.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci docs/ci/gitlab-ci.yml
	$(BIN)/zizmor --offline --no-progress --strict-collection --persona auditor .github
	$(BIN)/jactionlint --strict-exit --shellcheck= --pyflakes= .github/workflows/*.yml .github/actions/*/action.yml
	$(BIN)/duban check
	$(BIN)/duban settings --check
	$(BIN)/duban form --snippets --check
	$(BIN)/duban form --openness --check
	$(SUPPLY) check

bench: $(VENV)/.package build/browser/.done ## ratios side by side, on a synthetic ledger of N=10000 items; PARTS="reading site" for some
	$(BIN)/python -m bench $(N) $(PARTS)

demo: $(VENV)/.package build/browser/.done ## the ledger's life replayed with its proofs, audited, built and served
	@rm -rf build/demo
	$(BIN)/duban replay build/demo/ledger
	$(BIN)/duban -C build/demo/ledger audit --full
	@mkdir -p build/demo/ledger/build && cp -R build/browser build/demo/ledger/build/
	$(BIN)/duban -C build/demo/ledger site --edition internal --out build/demo/site
	@echo "http://127.0.0.1:$(PORT)"
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory build/demo/site $(PORT)

editor: $(VENV)/.package node ## Decap's editing page for new items in build/editor, and what the editors' tests need
	cd site/editor && PATH="$$PATH:$(abspath $(BIN))" npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
	cd site/editor && PATH="$$PATH:$(abspath $(BIN))" node unpack.js
	$(BIN)/duban form --decap

pictures: $(VENV)/.package build/browser/.done chromium ## the guide's pictures, made anew by a browser
	$(BIN)/python tests/guide_pictures.py

corpus: $(VENV)/.package ## the table of docs/hard-to-break.md and the messages of all cases, made anew from them
	$(BIN)/python tests/corpus.py
	$(BIN)/python -m pytest -n0 --write-messages tests/test_cases.py

fuzz: $(VENV)/.package ## what anybody may send, fuzzed by coverage for MINUTES=10 in all
	@$(BIN)/python -c "import atheris" 2>/dev/null || \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-fuzz.lock
	cd tests && ../$(BIN)/python -m fuzz --minutes $(MINUTES)

mutants: $(VENV)/.package ## what decides, changed in one spot at a time against the tests: hours, and a score
	@$(BIN)/python -c "import mutmut" 2>/dev/null || \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-mutation.lock
	cd tests && ../$(BIN)/python -m mutation

sbom: $(VENV)/.package ## the bill of materials and the table of licences, made anew from the locks
	$(SUPPLY) write

wheel: $(VENV)/.libraries ## the wheel of the last commit in dist, the same bytes wherever it is made
	@rm -rf build/wheel && mkdir -p build/wheel
	git archive HEAD | tar -x -C build/wheel
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) sh .ci/wheel $(abspath $(BIN)) build/wheel dist

vulnerabilities: build/audit/.done ## asks for known vulnerabilities of all that the locks name; ends in error 4 where nobody answers
	PYTHONPATH=tools build/audit/bin/python -m supply vulnerabilities

build/audit/.done: requirements-audit.lock
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-audit.lock
	@touch $@

chromium: ## a Chromium for the browser tests, where there is none
	@sh .ci/chromium $(BIN)

clean: ## away with what was made
	rm -rf build dist $(VENV) site/browser/node_modules site/editor/node_modules

$(VENV)/.libraries: requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.package: $(VENV)/.libraries pyproject.toml setup.py $(CATALOGUES)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: node
node: | $(VENV)/.libraries
	@command -v npm >/dev/null || test -x $(BIN)/npm || \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-node.lock

# The browser parts, by the machine's npm or by PyPI's where it has none.
build/browser/.done: $(BROWSER_SOURCES) | $(VENV)/.libraries node
	cd site/browser && PATH="$$PATH:$(abspath $(BIN))" npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
	rm -rf $(@D)
	cd site/browser && PATH="$$PATH:$(abspath $(BIN))" npm run build --silent
	@mkdir -p $(@D) && touch $@
