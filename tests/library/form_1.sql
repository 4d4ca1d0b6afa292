-- The library as form 1 had it, for the test that such libraries are brought up. Never change it.

CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE papers (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  key TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  year INTEGER,
  date TEXT NOT NULL,
  venue TEXT NOT NULL,
  paper TEXT NOT NULL            -- the merged Paper as JSON
);
CREATE INDEX papers_year ON papers (year);

-- Keys and ids that once named a paper still do.
CREATE TABLE aliases (
  alias TEXT PRIMARY KEY,
  paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE tags (
  paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
  tag TEXT NOT NULL,
  PRIMARY KEY (tag, paper)
) WITHOUT ROWID;

-- Every entry as it was read. A paper is made anew from its records whenever one joins.
CREATE TABLE records (
  number INTEGER PRIMARY KEY,
  paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
  file TEXT NOT NULL,
  position INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  record TEXT NOT NULL,
  UNIQUE (sha256, file)
);
CREATE INDEX records_paper ON records (paper);

CREATE TABLE identities (
  name TEXT NOT NULL,            -- kind:value, as duplicates.identities gives them
  paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
  PRIMARY KEY (name, paper)
) WITHOUT ROWID;
CREATE INDEX identities_paper ON identities (paper);

CREATE TABLE chunks (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
  title TEXT NOT NULL,
  part TEXT NOT NULL,
  section TEXT NOT NULL,
  page INTEGER,
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  text TEXT NOT NULL
);
CREATE INDEX chunks_paper ON chunks (paper);

CREATE VIRTUAL TABLE words USING fts5 (
  title, text, content='chunks', content_rowid='number',
  tokenize='porter unicode61 remove_diacritics 2'
);
CREATE TRIGGER chunk_added AFTER INSERT ON chunks BEGIN
  INSERT INTO words (rowid, title, text) VALUES (new.number, new.title, new.text);
END;
CREATE TRIGGER chunk_removed AFTER DELETE ON chunks BEGIN
  INSERT INTO words (words, rowid, title, text) VALUES ('delete', old.number, old.title, old.text);
  INSERT OR REPLACE INTO removed_chunks VALUES (old.id, (SELECT value FROM state WHERE name = 'generation'));
END;

-- Chunk vectors are float32, sentence vectors float16, spans int32 pairs in the part's characters.
CREATE TABLE vectors (
  chunk INTEGER PRIMARY KEY REFERENCES chunks ON DELETE CASCADE,
  vector BLOB NOT NULL,
  generation INTEGER NOT NULL
);
CREATE INDEX vectors_generation ON vectors (generation);
CREATE TABLE sentences (
  chunk INTEGER PRIMARY KEY REFERENCES chunks ON DELETE CASCADE,
  spans BLOB NOT NULL,
  vectors BLOB NOT NULL
);
-- What the index must still forget, with the generation in which it went.
CREATE TABLE removed_chunks (id TEXT PRIMARY KEY, generation INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  started TEXT NOT NULL,
  command TEXT NOT NULL,
  question TEXT NOT NULL,
  run TEXT NOT NULL              -- the Run as JSON
) WITHOUT ROWID;
CREATE INDEX runs_started ON runs (started);

-- What models replied, by a hash over everything that was asked.
CREATE TABLE replies (
  key TEXT PRIMARY KEY,
  model TEXT NOT NULL,
  reply TEXT NOT NULL,
  kept TEXT NOT NULL
) WITHOUT ROWID;

INSERT INTO state VALUES ('generation', '0');
