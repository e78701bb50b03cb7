# make train | test | lab | playground | check | test-slow | test-gpu | test-browser | bench-gpu | site | test-site. Each makes .venv when it is missing.
# PIP_ARGS is handed to pip, for another build of torch: make train PIP_ARGS="--extra-index-url …"
# ARGS is handed to the command:                         make train ARGS="--preset shakespeare-char-cpu"
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: train test test-slow test-gpu test-browser bench-gpu lab playground site test-site check export clean
.DELETE_ON_ERROR:

train: $(READY)
	$(BIN)/minigpt train $(ARGS)

test: $(READY)
	$(BIN)/python .ci/test.py

test-slow: $(READY)
	$(BIN)/python .ci/test.py --flags slow

test-gpu: $(READY)
	$(BIN)/python .ci/test.py --flags cuda

# needs Chromium: apt-get install -y --no-install-recommends chromium fonts-dejavu-core
test-browser: $(READY)
	$(BIN)/python .ci/test.py --flags browser --path nbs/tests/test_browser.ipynb

# speed against transformers, and seconds to nanoGPT's best loss: the records of one GPU, written as they come
RECORDS := nbs/labs/records
bench-gpu: $(READY)
	$(BIN)/minigpt bench throughput --device cuda --preset gpt2-124m,gpt2-350m,gpt2-1.5b --out $(RECORDS)/gpu_throughput.json $(ARGS)
	$(BIN)/minigpt bench loss --device cuda --preset shakespeare-char --target-loss 1.4697 --out $(RECORDS)/gpu_shakespeare.json

# whoever is root adds ARGS=--allow-root
lab: $(READY)
	$(BIN)/jupyter lab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/nbs/00_overview.ipynb $(ARGS)

playground: $(READY)
	$(BIN)/voila nbs/labs/playground.ipynb --token --VoilaConfiguration.extension_denylist=nbdime-jupyterlab $(ARGS)

# the executed course as a static site in _docs/html; needs npm (Node.js 18 or later), which fetches the scripts for maths and widgets.
# ARGS="--external" also asks every address that the pages link to
site: $(READY)
	$(BIN)/python -m pip install --quiet -c constraints.txt $(PIP_ARGS) -e '.[site]'
	$(BIN)/python .ci/site/build.py $(ARGS)

# the same site, built in a temporary folder and opened page by page; needs Chromium, as test-browser
test-site: site
	$(BIN)/python .ci/test.py --flags browser --path nbs/tests/test_site.ipynb

# what a maintainer runs before a commit: notebooks clean, package in sync with them, lint, tests
check: $(READY)
	$(BIN)/python .ci/sync.py
	$(BIN)/ruff check minigpt .ci setup.py
	$(BIN)/python .ci/test.py

export: $(READY)
	$(BIN)/nbdev_clean
	$(BIN)/nbdev_export

$(READY): setup.py settings.ini constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -c constraints.txt $(PIP_ARGS) -e '.[dev,hf,log]'
	touch $@

clean:
	rm -rf .venv build dist *.egg-info
