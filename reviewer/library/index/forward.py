"""The forward index, kept in the database: which stems a chunk holds, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

from reviewer.library.index.scoring import Words
from reviewer.library.storage.database import Database

# Six bytes: the stem's number, how often it is in the title and in the text.
_ENTRY = [("stem", "<u4"), ("title", "u1"), ("text", "u1")]


def stem_number(stem: str) -> int:
    """A number for a stem. Two stems share one in four thousand million: among the 6,000
    stems of 200 abstracts once in 240 questions, and then a feedback word is counted too often."""
    return crc32(stem.encode())


class ForwardIndex:
    """Written along with the inverted index; read for the few chunks that a question looks at."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, numbers: Sequence[int], words: Words) -> None:
        """Keep the stems of the chunks with these numbers, row by row."""
        import numpy as np

        order = np.argsort(words.rows, kind="stable")
        entries = np.zeros(len(order), dtype=_ENTRY)
        for field, values in (("stem", words.stems), ("title", words.title), ("text", words.text)):
            entries[field] = values[order]
        ends = np.searchsorted(words.rows[order], np.arange(len(numbers)), side="right")
        own = np.split(entries, ends[:-1])
        self._database.run_many(
            "INSERT INTO words VALUES (?, ?) "
            "ON CONFLICT (chunk) DO UPDATE SET entries = excluded.entries",
            ((n, own[row].tobytes()) for row, n in enumerate(numbers)),
        )

    def read(self, numbers: Sequence[int]) -> Words:
        """The stems of these chunks, in the order given; none for one that is not there."""
        import numpy as np

        statement = "SELECT chunk, entries FROM words WHERE chunk IN (?)"
        found: dict[int, bytes] = dict(self._database.rows_in(statement, [*numbers]))
        blobs = [found.get(number, b"") for number in numbers]
        entries = np.frombuffer(b"".join(blobs), dtype=_ENTRY)
        lengths = [len(blob) // entries.itemsize for blob in blobs]
        return Words(
            size=len(blobs),
            rows=np.repeat(np.arange(len(blobs)), lengths),
            stems=entries["stem"].copy(),  # contiguous, to be compared quickly
            title=entries["title"].astype(np.int64),
            text=entries["text"].astype(np.int64),
        )
