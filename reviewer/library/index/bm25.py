"""BM25 over the entries of a question's terms. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

K1, B = 1.2, 0.75  # as in SQLite's bm25() (Robertson and others 1994)
_LEAST_IDF = 1e-6  # there too, for a term that more than half of the chunks hold
# An entry in eight bytes: which chunk, how often in its title and its text, all its words.
ENTRY = [("chunk", "<u4"), ("title", "u1"), ("text", "u1"), ("length", "<u2")]


@dataclass(frozen=True)
class Matches:
    """The entries of a question's terms, in an index of so many chunks and this mean length."""

    entries: Mapping[str, Any]
    chunks: int
    mean_length: float
    highest: int

    def best(
        self, most: int, title_weight: float, passes: Any = None  # noqa: ANN401  an array
    ) -> list[tuple[int, float]]:  # fmt: skip
        """Numbers of chunks that hold any term, with BM25 (larger is better), best first; ties go
        to the lower number. Where `passes` is given, only chunks that are True there are found.

        Robertson and Zaragoza 2009 as SQLite's bm25() has it: a word in the title counts
        `title_weight`, a chunk's length is all its words.
        """
        import numpy as np

        scores = np.zeros(self.highest + 1)
        for entries in self.entries.values():
            scores[entries["chunk"]] += self._scores(entries, title_weight)
        if passes is not None:
            scores[: len(passes)][~passes[: len(scores)]] = 0.0
            scores[len(passes) :] = 0.0
        numbers = np.flatnonzero(scores)
        if len(numbers) > most:
            least = np.partition(scores[numbers], len(numbers) - most)[len(numbers) - most]
            numbers = numbers[scores[numbers] >= least]
        order = np.lexsort((numbers, -scores[numbers]))[:most]
        return list(zip(numbers[order].tolist(), scores[numbers[order]].tolist(), strict=True))

    def _scores(self, entries: Any, title_weight: float) -> Any:  # noqa: ANN401  arrays
        import numpy as np

        held = len(entries)
        idf = max(float(np.log((self.chunks - held + 0.5) / (held + 0.5))), _LEAST_IDF)
        count = entries["title"] * np.float64(title_weight) + entries["text"]
        length = entries["length"] * (K1 * B / max(self.mean_length, 1.0)) + K1 * (1 - B)
        return idf * (K1 + 1) * count / (count + length)


def counted(entries: Any) -> tuple[int, int, int]:  # noqa: ANN401  an array
    """How many chunks hold a term, how often, and in how many titles."""
    in_titles = entries["title"]
    often = int(in_titles.sum(dtype=int)) + int(entries["text"].sum(dtype=int))
    return len(entries), often, int((in_titles > 0).sum())
