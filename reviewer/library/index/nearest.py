"""The chunks nearest to a vector: from Chroma where it is in step, else from the stored vectors."""

from __future__ import annotations

from contextlib import suppress
from threading import RLock
from typing import TYPE_CHECKING

from reviewer.errors import LibraryError
from reviewer.library.index.bm25 import best_of
from reviewer.library.index.chroma import IndexDamagedError, Vectors
from reviewer.library.index.chroma_state import IndexFiles
from reviewer.library.index.chunks import ChunkStore
from reviewer.library.index.lag import Lags
from reviewer.library.index.server_index import MOST_STORED, ServerIndex
from reviewer.library.storage.database import Database
from reviewer.types.progress import Progress, silent
from reviewer.types.searches import Filters

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FEW = 5000  # vectors that are faster to read one by one than all of them


_Edition = tuple[int, int]  # of the database


class VectorSearch:
    """Keeps Chroma open, and the stored vectors once they were needed, while the library is
    unchanged: another process's changes are seen at the next question. Threads take turns with
    Chroma, whose files may also be closed by any of them."""

    def __init__(
        self,
        files: IndexFiles,
        database: Database,
        chunks: ChunkStore,
        server: ServerIndex | None = None,
    ) -> None:
        self._files = files
        self._database = database
        self._chunks = chunks
        self._turns = RLock()
        self._open: Vectors | None = None
        self._open_sign = ""
        self._stored: tuple[_Edition, NDArray[np.int64], NDArray[np.float32]] | None = None
        self._lags = Lags(database, chunks)
        self._server = server
        self._said = ""
        self.report: Progress = silent
        """Is told, once, that a server was not used and what was searched instead."""

    def is_in_step(self) -> bool:
        """True when the index was closed cleanly, its files are as they were then, and what it
        lacks of the database, or holds beside it, is little; and where there is none to keep."""
        if self._server is not None:
            return self._server.is_in_step()
        is_kept = self._database.has_index_folder
        return not is_kept or (
            self._files.are_whole() and self._lags.since(self._files.generation).is_little
        )

    def nearest(
        self, vector: NDArray[np.float32], most: int, filters: Filters
    ) -> list[tuple[int, float]]:
        """Chunk numbers with their cosine to the vector, of shape (dimensions,), nearest first.
        Chroma answers where nothing is filtered, and what it does not hold yet is searched beside
        it; among the papers that pass a filter, and in a library on a server without a Chroma
        server, the stored vectors are searched exactly. More than MOST_STORED are not searched
        where the index was to be on a server: nothing is found."""
        if filters.is_empty and (self._server or not self._database.has_index_folder):
            cosines = self._server.nearest(vector, most) if self._server else None
            if cosines is not None:
                self._said = ""
                return _best(cosines, most)
            is_large = self._chunks.count_embedded() > MOST_STORED
            self._say_fault(is_large=is_large)
            if is_large:
                return []
        elif filters.is_empty:
            with self._turns, self._files.alone(wait=False) as is_alone:
                found = self._ask_chroma(vector, most) if is_alone and self.is_in_step() else None
            if found is not None:
                return found
        return best_of(*self._cosines(vector, self._chunks.passing(filters)), most)

    def _ask_chroma(self, vector: NDArray[np.float32], most: int) -> list[tuple[int, float]] | None:
        """From the index and the vectors that came since it was written; None when it turns out to
        be damaged."""
        lag, sign = self._lags.since(self._files.generation), self._files.sign
        try:
            if self._open is None or self._open_sign != sign:
                self.close()
                self._open, self._open_sign = Vectors(self._files.folder), sign
            if self._open.count() not in lag.rows:
                raise IndexDamagedError(f"{self._open.count()} rows, not {lag.rows}")
            found = self._open.nearest(vector, most + lag.removed)
        except IndexDamagedError:
            self.close()
            with suppress(LibraryError):  # on a full disk it cannot be opened, nor marked
                self._files.mark_unclean()
            return None
        numbers = self._chunks.numbers_of([chunk_id for chunk_id, _ in found])
        cosines = {numbers[i]: cosine for i, cosine in found if i in numbers}
        cosines |= lag.beside(vector)
        return _best(cosines, most)

    def _say_fault(self, *, is_large: bool) -> None:
        """Report what was searched instead of a server, unless that was reported last."""
        if self._server is not None:
            fault = self._server.fault and (
                f"The Chroma server {self._server.address} {self._server.fault}"
            )
        else:
            fault = "No Chroma server is named (--chroma)" if is_large else ""
        if not fault or fault == self._said:
            return
        self._said = fault
        instead = (
            f"searched by words alone, for there are more than {MOST_STORED:,} vectors"
            if is_large
            else "searched the library's own vectors instead"
        )
        self.report(f"{fault}; {instead}", -1, 0)

    def close(self) -> None:
        """Close Chroma's files, after another thread's question: before they are written, and at
        the end."""
        with self._turns:
            if self._open is not None:
                self._open.close()
            self._open, self._open_sign = None, ""

    def _cosines(
        self, vector: NDArray[np.float32], passes: NDArray[np.bool_] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.floating]]:
        """Numbers of the n chunks that pass and have a vector, and their n cosines."""
        import numpy as np

        wanted = None if passes is None else np.flatnonzero(passes)
        is_kept = self._stored is not None and self._stored[0] == self._database.edition
        if wanted is not None and len(wanted) <= _FEW and not is_kept:
            few, matrix = self._chunks.vectors_numbered(wanted.tolist())
            return np.array(few, dtype=np.int64), matrix @ vector if few else np.zeros(0)
        numbers, matrix = self._all_stored()
        if not len(numbers):
            return numbers, np.zeros(0)
        if wanted is None:
            return numbers, matrix @ vector
        rows = np.flatnonzero(np.isin(numbers, wanted, assume_unique=True, kind="table"))
        few_rows = 4 * len(rows) < len(numbers)  # else taking them out costs more than it saves
        return numbers[rows], matrix[rows] @ vector if few_rows else (matrix @ vector)[rows]

    def _all_stored(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Every stored vector, as `ChunkStore.vectors` gives them, read again when the library has
        changed."""
        edition = self._database.edition
        if self._stored is None or self._stored[0] != edition:
            self._stored = None  # its memory is free before the next ones are read
            self._stored = (edition, *self._chunks.vectors())
        return self._stored[1:]


def _best(cosines: dict[int, float], most: int) -> list[tuple[int, float]]:
    """The `most` largest, largest first."""
    return sorted(cosines.items(), key=lambda pair: -pair[1])[:most]
