#!/usr/bin/env bash
# Make sure that Java 17 or newer is there for the Spark tests. Where it may not be installed,
# says so and ends well: the tests that need it are then skipped, which CI counts as a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

java_major() {
    "${JAVA_HOME:+$JAVA_HOME/bin/}java" -version 2>&1 | sed -nE '1s/.*version "([0-9]+).*/\1/p'
}

missing=()
major=$(java_major 2>/dev/null || true)
[ "${major:-0}" -ge 17 ] || missing+=(openjdk-17-jre-headless)
command -v ps >/dev/null || missing+=(procps)
[ ${#missing[@]} -eq 0 ] && exit 0

tools/debian_packages.sh "${missing[@]}" || echo "Without it the Spark tests are skipped." >&2
