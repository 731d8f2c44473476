#!/usr/bin/env bash
# Make sure that Debian's Chromium is there for the tests in a real browser. Where it may not be
# installed, says so and ends well: those tests are then skipped, which CI counts as a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v chromium >/dev/null && exit 0
tools/debian_packages.sh chromium || echo "Without it the tests in a browser are skipped." >&2
