#!/usr/bin/env bash
# Install the named Debian packages, where this account may.
# Says in one line what it does, or what to run by hand; ends with 1 when it could not.
set -euo pipefail

packages=("$@")

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

may_install() {
    command -v apt-get >/dev/null || return 1
    [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null
}

if ! may_install; then
    echo "${packages[*]} is missing and this account may not install it; run: sudo apt-get install ${packages[*]}" >&2
    exit 1
fi

echo "Installing ${packages[*]} from Debian ..."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
if ! { as_root apt-get update && as_root apt-get install --yes --no-install-recommends "${packages[@]}"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "${packages[*]} could not be installed from Debian; the reason is above." >&2
    exit 1
fi
