-- People who were erased: HMAC-SHA256 of each id and address under the salt in `meta`, and nothing else.
CREATE TABLE tombstones (hash BLOB PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta (key, value) VALUES ('erasure_salt', randomblob(32));
