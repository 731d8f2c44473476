#!/usr/bin/env bash
# Make the virtual environment in .venv with Python 3.11 or newer, installing Debian's venv module where it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${PYTHON:-python3.11}
venv=.venv

if ! command -v "$python" >/dev/null; then
    echo "$python was not found; install Python 3.11, or name another one: make PYTHON=python3.12 ..." >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "$("$python" --version) is too old; Lejek needs Python 3.11 or newer." >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    tools/debian_packages.sh "$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
fi
echo "Making $venv with $("$python" --version) ..."
"$python" -m venv --clear "$venv"
