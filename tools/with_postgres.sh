#!/usr/bin/env bash
# Run a command with a PostgreSQL of its own: made in a temporary folder, listening on loopback only,
# gone afterwards. The command finds it under LEJEK_DATABASE_URL and LEJEK_TEST_DATABASE_URL.
# Installs Debian's PostgreSQL where it is missing and this account may.
set -euo pipefail
cd "$(dirname "$0")/.."

binaries() {
    find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1
}

[ -n "$(binaries)" ] || tools/debian_packages.sh postgresql
bin=$(binaries)

# PostgreSQL refuses to run as root; Debian's package brings the account it runs under.
as_owner=()
[ "$(id -u)" != 0 ] || as_owner=(setpriv --reuid=postgres --regid=postgres --clear-groups)

folder=$(mktemp -d "${TMPDIR:-/tmp}/lejek-postgres.XXXXXX")
[ "$(id -u)" != 0 ] || chown postgres: "$folder"
stop() {
    "${as_owner[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap stop EXIT

python=$PWD/.venv/bin/python
any_port() {
    "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

cd "$folder"
"${as_owner[@]}" "$bin/initdb" -D "$folder/data" --username=lejek --auth=trust --encoding=UTF8 \
    --locale=C.UTF-8 >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; exit 1; }
# Tests make databases by the dozen and fear no power cut, except those that say so themselves.
start() {
    "${as_owner[@]}" "$bin/pg_ctl" -D "$folder/data" -l "$folder/data/server.log" -w -t 300 start -o \
        "-c listen_addresses=127.0.0.1 -c port=$1 -c unix_socket_directories='' -c max_connections=200 \
         -c fsync=off -c synchronous_commit=off -c full_page_writes=off" >/dev/null
}

# Somebody else may take a port before it is listened at.
for attempt in 1 2 3; do
    port=$(any_port)
    start "$port" && break
    [ "$attempt" -lt 3 ] || { cat "$folder/data/server.log" >&2; exit 1; }
done
cd - >/dev/null

export LEJEK_DATABASE_URL="postgresql://lejek@127.0.0.1:$port/postgres"
export LEJEK_TEST_DATABASE_URL="$LEJEK_DATABASE_URL"
"$@"
