#!/usr/bin/env bash
# Rewrite the hash-locked requirements from pyproject.toml: requirements/{build,base,dev,predict}.txt.
# `tools/lock.sh --upgrade` (or `make lock UPGRADE=1`) moves every package to its newest allowed version;
# without it, only what pyproject.toml no longer allows is changed.
set -euo pipefail
cd "$(dirname "$0")/.."

uv=${UV:-.venv/bin/uv}

compile() {
    local output=$1
    shift
    "$uv" pip compile --quiet --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header \
        "${upgrade[@]}" "$@" --output-file "$output"
    echo "$output: $(grep -c '==' "$output") packages"
}

upgrade=("$@")
compile requirements/base.txt pyproject.toml
compile requirements/build.txt --group build
compile requirements/dev.txt pyproject.toml --extra spark --group build --group dev \
    --constraints requirements/base.txt --constraints requirements/build.txt
compile requirements/predict.txt pyproject.toml --extra predict --constraints requirements/dev.txt
