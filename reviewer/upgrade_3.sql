-- From form 2 to form 3: a chunk's stems are kept, so that scoring 200 candidates reads no text. Both
-- word indexes are filled again when the library is opened.

DELETE FROM postings;
DELETE FROM segments;
DELETE FROM dead_chunks;
-- The forward index: a chunk's stems, six bytes an entry, as forward_index.py writes them.
CREATE TABLE words (
  chunk INTEGER PRIMARY KEY REFERENCES chunks ON DELETE CASCADE,
  entries BLOB NOT NULL
);
