-- From form 5 to form 6: a run says who made it, and a budget is one row for all workers of a run.

ALTER TABLE runs ADD COLUMN who TEXT NOT NULL DEFAULT '';
-- What all workers of a run have spent, in US dollars, with what their running calls may cost.
CREATE TABLE budgets (run TEXT PRIMARY KEY, usd REAL NOT NULL) WITHOUT ROWID;
