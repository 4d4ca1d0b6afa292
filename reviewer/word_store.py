"""Words as the word index sees them: their stems, counts in the library, and those of chunks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from reviewer.bm25 import counted
from reviewer.chunk_store import KeptChunk
from reviewer.postings import Postings
from reviewer.scoring import WordCount, Words, split_words, words_of

MOST_READ = 4000  # chunks whose words are remembered: some 40 MB


class WordStore:
    """Reads alone; remembers what it read, for the questions that follow in the same process."""

    def __init__(self, postings: Postings) -> None:
        self._postings = postings
        self._words: dict[str, Words] = {}

    def stems(self, words: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Each word's tokens, by the index's own rules: one for most, none for a mere mark."""
        return self._postings.stems.known(words)

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
        entries = self._postings.entries(stems)
        return {stem: WordCount(*counted(own)) for stem, own in entries.items()}
