-- From form 5 to form 6: drafts and surveys are kept while they are worked on.

-- Drafts and surveys on their way: what was asked for, the plan as it is edited, their runs.
CREATE TABLE drafts (id TEXT PRIMARY KEY, changed TEXT NOT NULL, draft TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE surveys (id TEXT PRIMARY KEY, changed TEXT NOT NULL, survey TEXT NOT NULL) WITHOUT ROWID;
