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

-- From form 2 to form 3: comparing records, remembering files, saved searches. What is there is
-- compared when the next papers are added.

-- By what records are compared (JSON, as likeness.Likeness), and the blocks that they lie in.
CREATE TABLE likenesses (
  record INTEGER PRIMARY KEY REFERENCES records ON DELETE CASCADE,
  likeness TEXT NOT NULL
);
CREATE TABLE blocks (
  name INTEGER NOT NULL,
  record INTEGER NOT NULL REFERENCES records ON DELETE CASCADE,
  PRIMARY KEY (name, record)
) WITHOUT ROWID;
CREATE INDEX blocks_record ON blocks (record);
-- What is said of two records, by a rule or by a person; they are named by their sha256.
CREATE TABLE pairs (
  one TEXT NOT NULL,
  other TEXT NOT NULL,
  verdict TEXT NOT NULL,
  reason TEXT NOT NULL,
  is_decided INTEGER NOT NULL,
  PRIMARY KEY (one, other)
) WITHOUT ROWID;
CREATE INDEX pairs_other ON pairs (other);
CREATE INDEX pairs_verdict ON pairs (verdict);

-- Files that were read, and how they were then: one that has not changed is not read again.
CREATE TABLE files (
  file TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  options TEXT NOT NULL,         -- what it was read with
  entries INTEGER NOT NULL,
  skipped TEXT NOT NULL          -- what could not be read, as JSON
) WITHOUT ROWID;

CREATE TABLE searches (
  name TEXT PRIMARY KEY,
  search TEXT NOT NULL,          -- the SavedSearch as JSON
  seen TEXT NOT NULL             -- ids of the papers that it has named, as JSON
) WITHOUT ROWID;
