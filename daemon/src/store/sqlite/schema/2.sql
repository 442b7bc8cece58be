-- Until when a key opens: null while nobody has said so.
ALTER TABLE keys ADD COLUMN until INTEGER;
