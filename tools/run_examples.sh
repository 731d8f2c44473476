#!/usr/bin/env bash
# Run the examples (doctests) in the given documents and packages. Having none yet is no failure.
set -uo pipefail
cd "$(dirname "$0")/.."

.venv/bin/python -m pytest --doctest-glob='*.md' --doctest-modules -p no:randomly --quiet "$@"
status=$?
[ "$status" -eq 5 ] && echo "No examples to run." && exit 0
exit "$status"
