"""How far an index of vectors lags behind the library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.library.index.chunks import ChunkStore
from reviewer.library.storage.database import Database

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Chroma writes all of its files again for each batch, so a large library's index may lag behind by
# this share of its chunks, which are searched beside it.
MOST_BEHIND = 0.01

_Edition = tuple[int, int]  # of the database


@dataclass(frozen=True)
class Lag:
    """What an index lacks of the database: n chunks by their `numbers`, with `vectors` of shape (n,
    dimensions), read only where the lag `is_little`. `removed` counts chunks that the index still
    holds, `rows` is how many it may hold."""

    is_little: bool
    removed: int
    rows: range
    numbers: list[int]
    vectors: NDArray[np.float32] | None

    def beside(self, vector: NDArray[np.float32]) -> dict[int, float]:
        """The cosine of each chunk that the index lacks, by its number."""
        if self.vectors is None:
            return {}
        return dict(zip(self.numbers, (self.vectors @ vector).tolist(), strict=True))


class Lags:
    """Finds the lag of one index, again when the library or the index has changed."""

    def __init__(self, database: Database, chunks: ChunkStore, always_little: int = 0) -> None:
        """So many chunks are always little, however small the library."""
        self._always_little = always_little
        self._database = database
        self._chunks = chunks
        self._known: tuple[tuple[int, _Edition], Lag] | None = None

    def since(self, generation: int) -> Lag:
        """The lag of an index that holds the database's vectors of this generation."""
        edition = self._database.edition
        known = self._known
        if known is None or known[0] != (generation, edition):
            came, gone = self._chunks.count_changed(generation)
            kept = self._chunks.count_embedded()
            most = max(MOST_BEHIND * kept, self._always_little)
            is_little = generation == edition[1] or came + gone <= most
            newer = self._chunks.vectors_since(generation) if is_little and came else ([], None)
            # What was added and removed since counts as gone, but never was in the index.
            rows = range(kept - came, kept - came + gone + 1)
            known = ((generation, edition), Lag(is_little, gone, rows, *newer))
            self._known = known
        return known[1]
