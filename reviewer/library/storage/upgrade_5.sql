-- From form 4 to form 5: long work is kept as jobs, so that its state outlives the process.

CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  made TEXT NOT NULL,
  state TEXT NOT NULL,
  job TEXT NOT NULL              -- the Job as JSON
) WITHOUT ROWID;
CREATE INDEX jobs_state ON jobs (state);
