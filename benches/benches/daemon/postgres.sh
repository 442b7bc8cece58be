#!/usr/bin/env bash
# The naive design with PostgreSQL: for each event one transaction that inserts the event, reads the state of a contact and
# writes it. Prints `clients transactions_per_second` for 1 and 16 clients; with nothing where PostgreSQL is not installed.
# The server listens at a socket in a folder of its own, and is stopped and removed at the end.
set -euo pipefail

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1 || true)
if [ -z "$bin" ]; then exit 0; fi
# A server that is told to run as root refuses.
as=()
if [ "$(id -u)" = 0 ]; then as=(runuser -u postgres --); fi
folder=$("${as[@]}" mktemp -d /tmp/flow-naive.XXXXXX)
stop() {
  "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap stop EXIT
cd "$folder"
"${as[@]}" "$bin/initdb" -D "$folder/data" -A trust -U postgres >/dev/null
"${as[@]}" "$bin/pg_ctl" -D "$folder/data" -w -o "-c listen_addresses='' -c unix_socket_directories='$folder'" -l "$folder/log" start >/dev/null
"${as[@]}" "$bin/psql" -q -h "$folder" -U postgres -c "
  CREATE TABLE events (id bigint PRIMARY KEY, contact bigint, event text);
  CREATE TABLE contacts (id bigint PRIMARY KEY, state text);"
"${as[@]}" tee "$folder/event.sql" >/dev/null <<'SQL'
\set id random(1, 9000000000000)
\set contact random(1, 500000)
BEGIN;
INSERT INTO events VALUES (:id, :contact, '{"type":"track","event":"Product Viewed","properties":{"product_id":"p7","department":"coffee","price":12.50}}') ON CONFLICT DO NOTHING;
SELECT state FROM contacts WHERE id = :contact FOR UPDATE;
INSERT INTO contacts VALUES (:contact, '{"Product Viewed":1,"last":"2026-03-01T00:00:00Z"}') ON CONFLICT (id) DO UPDATE SET state = excluded.state;
COMMIT;
SQL
for clients in 1 16; do
  "${as[@]}" "$bin/pgbench" -n -h "$folder" -U postgres -f "$folder/event.sql" -c "$clients" -j 2 -T 8 postgres 2>/dev/null |
    sed -n "s/^tps = \([0-9]*\).*/$clients \1/p"
done
