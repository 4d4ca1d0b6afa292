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
-- Steps of surveys that are done, by a hash of all that went into them.
CREATE TABLE steps (
  key TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  made TEXT NOT NULL,
  value TEXT NOT NULL            -- what the step gave, as JSON
) WITHOUT ROWID;
-- When a paper came, in UTC; those that were there before form 3 have no line.
CREATE TABLE arrivals (
  paper INTEGER PRIMARY KEY REFERENCES papers ON DELETE CASCADE,
  came TEXT NOT NULL
);
CREATE TRIGGER paper_came AFTER INSERT ON papers BEGIN
  INSERT OR REPLACE INTO arrivals VALUES (new.number, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'));
END;
-- Questions that `review digest` asks of what came.
CREATE TABLE questions (question TEXT PRIMARY KEY, saved TEXT NOT NULL) WITHOUT ROWID;
