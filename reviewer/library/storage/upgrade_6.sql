-- From form 5 to form 6: screenings keep suggestions and forms, tables their changes; drafts and
-- surveys are kept; a run says who made it.

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
-- A run says who made it, and a budget is one row for all workers of a run.
ALTER TABLE runs ADD COLUMN who TEXT NOT NULL DEFAULT '';
-- What all workers of a run have spent, in US dollars, with what their running calls may cost.
CREATE TABLE budgets (run TEXT PRIMARY KEY, usd REAL NOT NULL) WITHOUT ROWID;
