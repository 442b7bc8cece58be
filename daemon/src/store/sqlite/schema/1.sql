-- Instants are milliseconds since 1970-01-01 in UTC.
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;

-- What came in and what was decided, in the order in which it happened. `start` is the place of the first byte.
CREATE TABLE log (start INTEGER PRIMARY KEY, at INTEGER NOT NULL, program INTEGER NOT NULL, bytes BLOB NOT NULL);

-- The states of contacts, behind the log: `upto` is the place up to which the log is in a state.
CREATE TABLE contacts (
  number INTEGER PRIMARY KEY, upto INTEGER NOT NULL, place INTEGER NOT NULL, state BLOB NOT NULL
);

-- Who is who, as it became known.
CREATE TABLE people (number INTEGER PRIMARY KEY, news BLOB NOT NULL);

-- The programs that have run.
CREATE TABLE programs (
  number INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, sources_commit TEXT, fingerprint TEXT NOT NULL,
  program TEXT NOT NULL
);

-- What leaves. `next_at` is when it is tried next: null when it has left, or is given up.
CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, contact TEXT NOT NULL, at INTEGER NOT NULL,
  kind TEXT NOT NULL, name TEXT NOT NULL, delivery TEXT NOT NULL,
  state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next_at INTEGER, settled_at INTEGER, why TEXT, reference TEXT
);
CREATE INDEX deliveries_due ON deliveries (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX deliveries_dead ON deliveries (id) WHERE state = 'dead';

-- What was refused.
CREATE TABLE rejects (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, source TEXT NOT NULL, scope TEXT NOT NULL,
  reason TEXT NOT NULL, detail TEXT NOT NULL, raw TEXT NOT NULL, replayed_at INTEGER
);

-- Administrative acts.
CREATE TABLE acts (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, detail TEXT NOT NULL
);

-- Who may do what: of a write key or an admin token only the SHA-256.
CREATE TABLE keys (hash BLOB PRIMARY KEY, purpose TEXT NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
