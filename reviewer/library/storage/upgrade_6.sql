-- From form 5 to form 6: every change of a kept table is kept.

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
