"""Gives chunks their vectors, and keeps Chroma's index in step with the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import reviewer.library.index.chroma as vectors
import reviewer.library.index.chroma_state as index_files
from reviewer.errors import EmbeddingError, LibraryError
from reviewer.library.embeddings.embedding import Embedding, import_for
from reviewer.library.index.chroma import (
    BATCH,
    IndexDamagedError,
    Vectors,
    discard,
    replace_folder,
    rows_of,
)
from reviewer.library.index.chroma_state import IndexFiles
from reviewer.library.index.chunking import embedding_text
from reviewer.library.index.chunks import ChunkStore, KeptChunk
from reviewer.library.index.nearest import Neighbours
from reviewer.library.storage.database import Database
from reviewer.text import clean, sentence_spans
from reviewer.types.progress import Progress, silent
from reviewer.types.searches import Filters

EMBED_BATCH = 64  # chunks a transaction: what an interrupt can cost is two or three seconds
_LITTLE_SPACE = 1_000_000  # bytes free from which a fault in writing is put down to a full disk


@dataclass
class _Steps:
    """Tells of a batch while it is embedded: as large a share of its chunks as of its texts."""

    progress: Progress
    done: int
    chunks: int
    total: int
    texts: int = 0
    ready: int = 0

    def __call__(self, texts: int) -> None:
        self.ready += texts
        self.progress("Embedding", self.done + self.chunks * self.ready // self.texts, self.total)


class Index:
    """The vectors of one library. What writes is to be called under the library's write lock."""

    def __init__(self, folder: Path, database: Database, chunks: ChunkStore) -> None:
        self._files = IndexFiles(folder, database)
        self.folder = self._files.folder
        self._database = database
        self._chunks = chunks
        self._neighbours = Neighbours(self._files, database, chunks)

    @property
    def embedding_name(self) -> str:
        """Which embedding made the kept vectors; empty when there are none."""
        return self._database.state("embedding")

    def embed_waiting(self, embedding: Embedding, progress: Progress = silent) -> int:
        """Embed every chunk that has no vector, and its sentences; gives how many chunks."""
        self.require(embedding.name)
        total, done = self._chunks.count_waiting(), 0
        if total > EMBED_BATCH:
            progress(f"Embedding {total} chunks; what is done is kept if you stop it", -1, 0)
        while waiting := self._chunks.waiting(EMBED_BATCH):
            progress("Embedding", done, total)
            self._embed(embedding, waiting, _Steps(progress, done, len(waiting), total))
            done += len(waiting)
        if total:
            progress("Embedding", done, total)
        return done

    def require(self, name: str) -> None:
        """Raises EmbeddingError when the kept vectors are of another embedding."""
        if self.embedding_name not in ("", name):
            raise EmbeddingError(
                f"this library's vectors were made by {self.embedding_name}, not by {name}",
                hint=f"Leave --embedding out, or run: review reindex --embedding {name}",
            )

    def _embed(self, embedding: Embedding, waiting: Sequence[KeptChunk], steps: _Steps) -> None:
        spans = [sentence_spans(kept.chunk.text) for kept in waiting]
        texts = [clean(embedding_text(kept.title, kept.chunk.text)) for kept in waiting]
        sentences = [
            clean(kept.chunk.text[a:b])
            for kept, own in zip(waiting, spans, strict=True)
            for a, b in own
        ]
        steps.texts = len(texts) + len(sentences)
        vectors = embedding.embed(texts + sentences, steps)
        self._require_dimensions(vectors.shape[1], embedding.name)
        with self._database.transaction():
            generation = self._database.next_generation()
            self._database.set_state("embedding", embedding.name)
            self._database.set_state("dimensions", str(vectors.shape[1]))
            numbers = [kept.number for kept in waiting]
            self._chunks.save_vectors(numbers, vectors[: len(texts)], generation)
            at = len(texts)
            for kept, own in zip(waiting, spans, strict=True):
                places = [(kept.chunk.start + a, kept.chunk.start + b) for a, b in own]
                self._chunks.save_sentences(kept.number, places, vectors[at : at + len(own)])
                at += len(own)

    def _require_dimensions(self, dimensions: int, name: str) -> None:
        kept = self._database.state("dimensions")
        if kept and int(kept) != dimensions:
            raise EmbeddingError(
                f"{name} gave vectors of {dimensions} numbers; this library's have {kept}",
                hint=f"Run: review reindex --embedding {name}",
            )

    def start_anew(self) -> None:
        """Forget every vector and the index, as before embedding with another model."""
        with self._database.transaction():
            self._database.next_generation()
            self._chunks.forget_vectors()
            self._database.run("DELETE FROM state WHERE name IN ('embedding', 'dimensions')")
            self._files.mark_unclean()
        self._neighbours.close()
        discard(self.folder)

    def is_in_step(self) -> bool:
        """See `Neighbours.is_in_step`."""
        return self._neighbours.is_in_step()

    def sync(self, progress: Progress = silent, *, anew: bool = False) -> None:
        """Bring the index up to the database; make it again where it is not whole."""
        if self.is_in_step() and not anew:
            return
        if not self.embedding_name:
            self._neighbours.close()
            discard(self.folder)
            return
        with self._files.alone():
            self._neighbours.close()
            if anew or not self._files.are_whole() or not self._catch_up():
                progress("Making the index", 0, 0)
                self._make()

    def _catch_up(self) -> bool:
        """Write what is new into the index; False when it turns out to be damaged."""
        since, generation = self._files.generation, self._database.generation
        self._files.mark_unclean()
        try:
            index = Vectors(self.folder)
            try:
                index.forget(self._chunks.removed_since(since))
                self._fill(index, since)
            finally:
                index.close()
        except IndexDamagedError:
            return False
        self._files.mark_clean(generation)
        return True

    def _make(self) -> None:
        """Make the index again beside the old one, which is never opened when it is not whole."""
        generation = self._database.generation
        self._files.mark_unclean()
        fresh = self.folder.with_name("chroma.new")
        discard(fresh)
        try:
            index = Vectors(fresh, make=True)
            try:
                self._fill(index, 0)
            finally:
                index.close()
            replace_folder(fresh, self.folder)
        except (IndexDamagedError, OSError) as error:
            raise self._unwritten(fresh, str(error)) from error
        self._files.mark_clean(generation)

    def _unwritten(self, fresh: Path, reason: str) -> LibraryError:
        """Why the index cannot be made. What there is of it gives its space back."""
        import shutil

        is_full = shutil.disk_usage(self.folder.parent).free < _LITTLE_SPACE
        discard(fresh)
        return LibraryError(
            f"the index {self.folder} cannot be written: "
            f"{'the disk is full' if is_full else reason}; all papers and vectors are kept",
            hint="Free some space and run: review reindex"
            if is_full
            else "Check the folder's rights and run: review reindex",
        )

    def _fill(self, index: Vectors, since: int) -> None:
        for batch in self._chunks.indexed_since(since, BATCH):
            index.write(*rows_of(batch))
        kept = self._chunks.count_embedded()
        if index.count() != kept:
            raise IndexDamagedError(f"{index.count()} rows where {kept} should be")
        index.tune()

    def nearest(self, vector: Any, most: int, filters: Filters) -> list[tuple[int, float]]:  # noqa: ANN401  an array
        """See `Neighbours.nearest`."""
        return self._neighbours.nearest(vector, most, filters)

    def close(self) -> None:
        self._neighbours.close()


def import_libraries(embedding_name: str) -> None:
    """Import what a search by meaning needs. Two threads that import trees which share modules can
    leave one half imported, so this is to be done before another thread imports litellm."""
    index_files.import_library()
    vectors.import_library()
    import_for(embedding_name)
