-- From form 3 to form 4: what is indexed has a length that any database takes. `sha256` is Python's.

UPDATE identities SET name = sha256(name);
UPDATE aliases SET alias = sha256(alias);
UPDATE papers SET venue = substr(venue, 1, 300) WHERE length(venue) > 300;

-- Questions that `review digest` asks of what came, by their SHA-256.
ALTER TABLE questions RENAME TO long_questions;
CREATE TABLE questions (sha256 TEXT PRIMARY KEY, question TEXT NOT NULL, saved TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO questions SELECT sha256(question), question, saved FROM long_questions;
DROP TABLE long_questions;

-- Where words are too long, the word indexes are filled again when the library is opened.
DELETE FROM words WHERE EXISTS (SELECT 1 FROM postings WHERE length(term) > 200);
DELETE FROM dead_chunks WHERE EXISTS (SELECT 1 FROM postings WHERE length(term) > 200);
DELETE FROM segments WHERE EXISTS (SELECT 1 FROM postings WHERE length(term) > 200);
DELETE FROM postings WHERE NOT EXISTS (SELECT 1 FROM segments);
