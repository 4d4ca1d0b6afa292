-- The library's truth. Papers are merged views of entries (`records`); chunks, vectors and the word index follow.

CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- Of the venue only the first 300 characters, for filters; the paper has all.
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
CREATE INDEX papers_year ON papers (year, venue);

-- Keys and ids that once named a paper still do: their SHA-256.
CREATE TABLE aliases (
  alias TEXT PRIMARY KEY,
  paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE tags (
  paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
  tag TEXT NOT NULL,
  PRIMARY KEY (tag, paper)
) WITHOUT ROWID;

-- Every entry as it was read. A paper is made again from its entries whenever one is added.
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
CREATE INDEX records_file ON records (file, paper);

-- The SHA-256 of each identity, which may be as long as a title.
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

-- The inverted index: eight bytes a posting, as index/inverted.py writes them. A segment holds the words of
-- the chunks that were committed together; small ones are put together as they become many.
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
-- The forward index: a chunk's stems, six bytes each, as index/forward.py writes them.
CREATE TABLE words (
  chunk INTEGER PRIMARY KEY REFERENCES chunks ON DELETE CASCADE,
  entries BLOB NOT NULL
);
-- Removed chunks that postings still name.
CREATE TABLE dead_chunks (number INTEGER PRIMARY KEY);
CREATE TRIGGER chunk_removed AFTER DELETE ON chunks BEGIN
  INSERT INTO dead_chunks SELECT old.number WHERE old.number <= (SELECT max(last) FROM segments);
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

-- What entries are compared by (JSON, as dedupe/compare.Likeness), and the blocks that they are in.
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
-- The verdict on two entries, by a rule or by a person; they are named by their sha256.
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

CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  started TEXT NOT NULL,
  command TEXT NOT NULL,
  question TEXT NOT NULL,
  run TEXT NOT NULL,             -- the Run as JSON
  who TEXT NOT NULL DEFAULT ''   -- as whom the database knew its maker; empty in a folder
) WITHOUT ROWID;
CREATE INDEX runs_started ON runs (started);

-- What all workers of a run have spent, in US dollars, with what their running calls may cost.
CREATE TABLE budgets (run TEXT PRIMARY KEY, usd REAL NOT NULL) WITHOUT ROWID;

-- What models replied, by a hash over everything that was asked.
CREATE TABLE replies (
  key TEXT PRIMARY KEY,
  model TEXT NOT NULL,
  reply TEXT NOT NULL,
  kept TEXT NOT NULL
) WITHOUT ROWID;

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
-- Questions that `review digest` asks of what came, by their SHA-256.
CREATE TABLE questions (sha256 TEXT PRIMARY KEY, question TEXT NOT NULL, saved TEXT NOT NULL) WITHOUT ROWID;

-- Long work of processes that stay, such as `review mcp`.
CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  made TEXT NOT NULL,
  state TEXT NOT NULL,
  job TEXT NOT NULL              -- the Job as JSON
) WITHOUT ROWID;
CREATE INDEX jobs_state ON jobs (state);

-- Screenings of systematic reviews. What people decide, and what was counted when a screening was
-- made, is only ever added to: triggers forbid the rest.
CREATE TABLE screens (name TEXT PRIMARY KEY, made TEXT NOT NULL, screen TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE screen_criteria (
  screen TEXT NOT NULL,
  version INTEGER NOT NULL,
  criteria TEXT NOT NULL,        -- the CriteriaVersion as JSON
  PRIMARY KEY (screen, version)
);
CREATE TABLE screen_sources (
  screen TEXT NOT NULL,
  position INTEGER NOT NULL,
  source TEXT NOT NULL,          -- the ScreenSource as JSON, with its entries as they were then
  PRIMARY KEY (screen, position)
);
-- A record is a paper by the id that it had then; `signs` are the hashes of its entries, as JSON.
CREATE TABLE screen_records (
  screen TEXT NOT NULL,
  position INTEGER NOT NULL,
  paper TEXT NOT NULL,
  signs TEXT NOT NULL,
  PRIMARY KEY (screen, position)
);
-- What the ranker compares the records by, as tasks/screening/kept_features.py writes it: `screen`
-- is the name, and of an update the name, a blank and the number of the wave.
CREATE TABLE screen_features (screen TEXT PRIMARY KEY, features BLOB NOT NULL);
CREATE TABLE screen_decisions (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  screen TEXT NOT NULL,
  paper TEXT NOT NULL,
  decision TEXT NOT NULL         -- the Decision as JSON
);
CREATE INDEX screen_decisions_screen ON screen_decisions (screen, number);
-- From what a shown record was ranked first, so that it can be named again.
CREATE TABLE screen_rankings (
  decision TEXT PRIMARY KEY,
  ranking TEXT NOT NULL          -- the Ranking as JSON
);
-- Retrievals of full texts, changes of rule and stage, signed stops.
CREATE TABLE screen_events (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  screen TEXT NOT NULL,
  kind TEXT NOT NULL,
  event TEXT NOT NULL            -- as JSON
);
CREATE INDEX screen_events_screen ON screen_events (screen, kind);
CREATE TRIGGER screen_criteria_no_update BEFORE UPDATE ON screen_criteria BEGIN
  SELECT RAISE(ABORT, 'screen_criteria is only added to');
END;
CREATE TRIGGER screen_criteria_no_delete BEFORE DELETE ON screen_criteria BEGIN
  SELECT RAISE(ABORT, 'screen_criteria is only added to');
END;
CREATE TRIGGER screen_sources_no_update BEFORE UPDATE ON screen_sources BEGIN
  SELECT RAISE(ABORT, 'screen_sources is only added to');
END;
CREATE TRIGGER screen_sources_no_delete BEFORE DELETE ON screen_sources BEGIN
  SELECT RAISE(ABORT, 'screen_sources is only added to');
END;
CREATE TRIGGER screen_records_no_update BEFORE UPDATE ON screen_records BEGIN
  SELECT RAISE(ABORT, 'screen_records is only added to');
END;
CREATE TRIGGER screen_records_no_delete BEFORE DELETE ON screen_records BEGIN
  SELECT RAISE(ABORT, 'screen_records is only added to');
END;
CREATE TRIGGER screen_decisions_no_update BEFORE UPDATE ON screen_decisions BEGIN
  SELECT RAISE(ABORT, 'screen_decisions is only added to');
END;
CREATE TRIGGER screen_decisions_no_delete BEFORE DELETE ON screen_decisions BEGIN
  SELECT RAISE(ABORT, 'screen_decisions is only added to');
END;
CREATE TRIGGER screen_rankings_no_update BEFORE UPDATE ON screen_rankings BEGIN
  SELECT RAISE(ABORT, 'screen_rankings is only added to');
END;
CREATE TRIGGER screen_rankings_no_delete BEFORE DELETE ON screen_rankings BEGIN
  SELECT RAISE(ABORT, 'screen_rankings is only added to');
END;
CREATE TRIGGER screen_events_no_update BEFORE UPDATE ON screen_events BEGIN
  SELECT RAISE(ABORT, 'screen_events is only added to');
END;
CREATE TRIGGER screen_events_no_delete BEFORE DELETE ON screen_events BEGIN
  SELECT RAISE(ABORT, 'screen_events is only added to');
END;

-- What models suggest on the records of screenings. It decides nothing.
CREATE TABLE screen_suggestions (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  screen TEXT NOT NULL,
  suggestion TEXT NOT NULL       -- as JSON
);
CREATE INDEX screen_suggestions_screen ON screen_suggestions (screen, number);
-- Forms of data extraction and of the risk of bias, and what is filled in.
CREATE TABLE screen_forms (
  screen TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  form TEXT NOT NULL,            -- the Form as JSON
  PRIMARY KEY (screen, name, version)
);
CREATE TABLE screen_entries (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  screen TEXT NOT NULL,
  form TEXT NOT NULL,
  entry TEXT NOT NULL            -- as JSON
);
CREATE INDEX screen_entries_form ON screen_entries (screen, form, number);
CREATE TRIGGER screen_suggestions_no_update BEFORE UPDATE ON screen_suggestions BEGIN
  SELECT RAISE(ABORT, 'screen_suggestions is only added to');
END;
CREATE TRIGGER screen_suggestions_no_delete BEFORE DELETE ON screen_suggestions BEGIN
  SELECT RAISE(ABORT, 'screen_suggestions is only added to');
END;
CREATE TRIGGER screen_forms_no_update BEFORE UPDATE ON screen_forms BEGIN
  SELECT RAISE(ABORT, 'screen_forms is only added to');
END;
CREATE TRIGGER screen_forms_no_delete BEFORE DELETE ON screen_forms BEGIN
  SELECT RAISE(ABORT, 'screen_forms is only added to');
END;
CREATE TRIGGER screen_entries_no_update BEFORE UPDATE ON screen_entries BEGIN
  SELECT RAISE(ABORT, 'screen_entries is only added to');
END;
CREATE TRIGGER screen_entries_no_delete BEFORE DELETE ON screen_entries BEGIN
  SELECT RAISE(ABORT, 'screen_entries is only added to');
END;
-- Changes of kept tables, which are only ever added: a run that makes a version, a cell that a
-- person corrects, a step back. `run_id` is empty but for a run.
CREATE TABLE table_edits (
  table_id TEXT NOT NULL,        -- the run of the table's first version
  number INTEGER NOT NULL,
  run_id TEXT NOT NULL,
  made TEXT NOT NULL,
  edit TEXT NOT NULL,            -- the TableEdit as JSON
  PRIMARY KEY (table_id, number)
);
CREATE INDEX table_edits_run ON table_edits (run_id);
-- Drafts and surveys on their way: what was asked for, the plan as it is edited, their runs.
CREATE TABLE drafts (id TEXT PRIMARY KEY, changed TEXT NOT NULL, draft TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE surveys (id TEXT PRIMARY KEY, changed TEXT NOT NULL, survey TEXT NOT NULL) WITHOUT ROWID;

INSERT INTO state VALUES ('generation', '0');
