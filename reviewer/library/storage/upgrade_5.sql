-- From form 4 to form 5: long work is kept as jobs, so that its state outlives the process, and
-- screenings have tables.

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
-- What the ranker compares the records by, as tasks/screening/kept_features.py writes it.
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
