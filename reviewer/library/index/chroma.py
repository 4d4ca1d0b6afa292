"""Chroma's folder: an index of chunk vectors, which can be made again any time."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from reviewer.library.index.chunks import Indexed

COLLECTION = "chunks"
BATCH = 5000  # Chroma takes at most 5,461 rows a call
# How many vectors a search visits (`ef_search`), by the least number of vectors that there are.
_EF = {0: 200, 5_000: 400, 50_000: 800}
# Chroma keeps up to `sync_threshold` rows outside its HNSW files, and then every process that only
# reads adds them again and rewrites those files. With 2 each batch is written at once, and reading
# leaves the files unchanged (13 ms to open instead of 37).
# Chroma's own 16 neighbours leave some vectors of a large index out of reach (docs/quality.md).
HNSW: dict[str, str | int] = {
    "space": "cosine", "ef_search": _EF[0], "max_neighbors": 32, "ef_construction": 200,
    "sync_threshold": 2, "batch_size": 2,
}  # fmt: skip

_opening = Lock()


class IndexDamagedError(Exception):
    """The index cannot be opened or read. It is deleted and made again; no user sees this."""


def import_library() -> None:
    """Import Chroma, with the part that its first client imports."""
    import chromadb.api.rust  # noqa: F401


@contextmanager
def _named_errors() -> Iterator[None]:
    """Turn what Chroma raises into IndexDamagedError: for damaged files and full disks that may be
    anything, and a panic of its Rust part is not even an Exception."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        raise IndexDamagedError(str(error)) from error


class Vectors:
    """One open Chroma folder. Ids are chunk ids, distances are cosine."""

    def __init__(self, folder: Path, *, make: bool = False) -> None:
        """Open the index in `folder`, or make one. Raises IndexDamagedError if it is not there or
        not whole."""
        self._client: Any = None
        self._collection: Any = None
        self._system: Any = None
        self._rows: int | None = None
        try:
            with _named_errors():
                self._open(folder, make=make)
        except IndexDamagedError:
            self.close()
            raise

    def _open(self, folder: Path, *, make: bool) -> None:
        import chromadb
        from chromadb.api.client import SharedSystemClient
        from chromadb.config import Settings

        settings = Settings(anonymized_telemetry=False, allow_reset=False)
        with _opening:  # else Chroma gives a folder's second client what the first one has read
            SharedSystemClient.clear_system_cache()
            self._client = chromadb.PersistentClient(str(folder), settings=settings)
            self._system = self._client._system
            SharedSystemClient.clear_system_cache()
        if make:
            self._collection = self._client.get_or_create_collection(
                COLLECTION, embedding_function=None, configuration={"hnsw": HNSW}
            )
        else:
            self._collection = self._client.get_collection(COLLECTION, embedding_function=None)

    def close(self) -> None:
        """Close the files, so that another process or a later opening reads them again."""
        if self._system is not None:
            with suppress(IndexDamagedError), _named_errors():
                self._system.stop()
        self._client = self._collection = self._system = None

    def count(self) -> int:
        if self._rows is None:  # SQLite counts them one by one: 20 ms for 100,000
            with _named_errors():
                self._rows = int(self._collection.count())
        return self._rows

    def write(
        self,
        ids: Sequence[str],
        vectors: NDArray[np.float32],
        texts: Sequence[str],
        metadata: Sequence[Mapping[str, str | int]],
    ) -> None:
        """Insert or replace rows; `vectors` has shape (len(ids), dimensions)."""
        self._rows = None
        for start in range(0, len(ids), BATCH):
            cut = slice(start, start + BATCH)
            with _named_errors():
                self._collection.upsert(
                    ids=list(ids[cut]),
                    embeddings=vectors[cut],
                    documents=list(texts[cut]),
                    metadatas=list(metadata[cut]),
                )

    def forget(self, ids: Sequence[str]) -> None:
        self._rows = None
        for start in range(0, len(ids), BATCH):
            with _named_errors():
                self._collection.delete(ids=list(ids[start : start + BATCH]))

    def tune(self) -> None:
        """Search wider in a large index: recall falls with size, time hardly rises."""
        wanted = ef_search(self.count())
        if wanted > _EF[0]:
            with _named_errors():
                self._collection.modify(configuration={"hnsw": {"ef_search": wanted}})

    def nearest(self, vector: NDArray[np.float32], most: int) -> list[tuple[str, float]]:
        """Ids of the nearest chunks with their cosine, nearest first."""
        most = min(most, self.count())
        if most == 0:
            return []
        with _named_errors():
            found = self._collection.query(
                query_embeddings=[vector], n_results=most, include=["distances"]
            )
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return [(chunk_id, 1.0 - float(distance)) for chunk_id, distance in pairs]


def ef_search(rows: int) -> int:
    """How many vectors a search of an index of so many rows visits."""
    return max(ef for least, ef in _EF.items() if rows >= least)


def discard(folder: Path) -> None:
    """Delete what is there: a folder, a link or a file."""
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    shutil.rmtree(folder, ignore_errors=True)


def rows_of(
    batch: Iterable[Indexed],
) -> tuple[list[str], NDArray[np.float32], list[str], list[dict[str, str | int]]]:
    """The arguments of `write` for these chunks."""
    import numpy as np

    rows = list(batch)
    vectors = np.frombuffer(b"".join(row.vector for row in rows), dtype="<f4")
    return (
        [row.id for row in rows],
        vectors.reshape(len(rows), -1),
        [row.text for row in rows],
        [row.metadata for row in rows],
    )
