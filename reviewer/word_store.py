"""Words as the word index sees them: their stems, counts in the library, and those of chunks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from reviewer.chunk_store import KeptChunk
from reviewer.database import Database
from reviewer.scoring import WordCount, Words, split_words, words_of

MOST_STEMS = 200_000  # words remembered with their stems: some 30 MB
MOST_READ = 4000  # chunks whose words are remembered: some 40 MB


class WordStore:
    """Reads alone; remembers what it read, for the questions that follow in the same process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stems: dict[str, tuple[str, ...]] = {}
        self._words: dict[str, Words] = {}

    def stems(self, words: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Each word's tokens, by the index's own rules: one for most, none for a mere mark."""
        fresh = sorted({word for word in words if word not in self._stems})
        if len(self._stems) + len(fresh) > MOST_STEMS:
            self._stems.clear()
            fresh = sorted(set(words))
        if fresh:
            self._stem_all(fresh)
        return {word: self._stems[word] for word in words}

    def _stem_all(self, words: Sequence[str]) -> None:
        self._database.run(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.scratch USING fts5 "
            "(text, tokenize='porter unicode61 remove_diacritics 2')"
        )
        self._database.run(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.scratch_words USING "
            "fts5vocab (temp, scratch, instance)"
        )
        # A plain word is one token, so that all of them go into one row, which is much faster.
        plain = [word for word in words if word.isascii() and word.isalnum()]
        others = [word for word in words if not (word.isascii() and word.isalnum())]
        self._database.run("DELETE FROM temp.scratch")
        self._database.run_many(
            "INSERT INTO temp.scratch (rowid, text) VALUES (?, ?)",
            list(enumerate([" ".join(plain), *others])),
        )
        self._stems |= dict.fromkeys(others, ())
        for number, at, stem in self._database.rows(
            "SELECT doc, offset, term FROM temp.scratch_words ORDER BY doc, offset"
        ):
            word = others[number - 1] if number else plain[at]
            self._stems[word] = (*self._stems[word], stem) if number else (stem,)

    def of_chunks(self, kept: Sequence[KeptChunk]) -> list[Words]:
        """The chunks' stems. They are remembered by the chunk's id, which changes with its text."""
        fresh = [k for k in kept if k.chunk.id not in self._words]
        if len(self._words) + len(fresh) > MOST_READ:
            self._words.clear()
            fresh = list(kept)
        texts = [
            (k, Counter(split_words(k.title)), Counter(split_words(k.chunk.text))) for k in fresh
        ]
        stems = self.stems({w for _, title, text in texts for own in (title, text) for w in own})
        for k, title, text in texts:
            self._words[k.chunk.id] = words_of(title, text, stems)
        return [self._words[k.chunk.id] for k in kept]

    def counts(self, stems: Sequence[str]) -> dict[str, WordCount]:
        """For each stem how many chunks hold it, how often, and in how many titles."""
        for kind in ("row", "col"):
            self._database.run(
                f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.words_{kind} USING "
                f"fts5vocab (main, words, {kind})"
            )
        counts = {}
        for stem in stems:
            whole = self._database.rows("SELECT doc, cnt FROM words_row WHERE term = ?", (stem,))
            titles = self._database.rows(
                "SELECT doc FROM words_col WHERE term = ? AND col = 'title'", (stem,)
            )
            chunks, occurrences = whole[0] if whole else (0, 0)
            counts[stem] = WordCount(chunks, occurrences, titles[0][0] if titles else 0)
        return counts
