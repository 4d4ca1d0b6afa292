-- From form 1 to form 2: an inverted index in plain tables takes the place of SQLite's FTS5, which
-- took 180 ms for eight words over 100,000 abstracts. It is filled when the library is opened.

DROP TRIGGER chunk_added;
DROP TRIGGER chunk_removed;
DROP TABLE words;

DROP INDEX papers_year;
CREATE INDEX papers_year ON papers (year, venue);
CREATE INDEX records_file ON records (file, paper);

CREATE TABLE segments (
  number INTEGER PRIMARY KEY,
  last INTEGER NOT NULL,         -- no chunk up to this number is still to be indexed
  chunks INTEGER NOT NULL,
  words INTEGER NOT NULL,
  members BLOB NOT NULL          -- its chunks' numbers, their papers' and their counts of words
);
CREATE TABLE postings (
  segment INTEGER NOT NULL,
  term TEXT NOT NULL,
  entries BLOB NOT NULL,
  PRIMARY KEY (segment, term)
) WITHOUT ROWID;
CREATE TABLE dead_chunks (number INTEGER PRIMARY KEY);
CREATE TRIGGER chunk_removed AFTER DELETE ON chunks BEGIN
  INSERT INTO dead_chunks SELECT old.number WHERE old.number <= (SELECT max(last) FROM segments);
  INSERT OR REPLACE INTO removed_chunks VALUES (old.id, (SELECT value FROM state WHERE name = 'generation'));
END;
