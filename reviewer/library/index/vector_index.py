"""Gives chunks their vectors, and keeps Chroma's index in step with the database."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.errors import EmbeddingError, LibraryError
from reviewer.library.embeddings.embedding import (
    BUILT_IN,
    BUILT_IN_FORM,
    Embedding,
    import_for,
    machines_of,
)
from reviewer.library.embeddings.minilm import processors
from reviewer.library.index.chroma import (
    BATCH,
    IndexDamagedError,
    Vectors,
    discard,
    import_library,
    rows_of,
)
from reviewer.library.index.chroma_server import ChromaAddress
from reviewer.library.index.chroma_state import IndexFiles
from reviewer.library.index.chunking import embedding_text
from reviewer.library.index.chunks import ChunkStore, KeptChunk
from reviewer.library.index.nearest import VectorSearch
from reviewer.library.index.server_index import ServerIndex
from reviewer.library.storage.database import Database
from reviewer.text import clean, sentence_spans
from reviewer.text.sentences import RULES
from reviewer.types.progress import Progress, silent
from reviewer.types.searches import Filters

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SPLIT_BATCH = 500  # chunks whose sentences are compared in one transaction
BATCH_A_PROCESSOR = 8  # chunks: an interrupt costs what is not committed, at most a second or so
_WORTH_SAYING = 64  # chunks: a few seconds of work
_FORM = "embedding_form"
_LITTLE_SPACE = 1_000_000  # bytes free below which a fault in writing is taken for a full disk


class VectorIndex:
    """The vectors of one library. Call methods that write under the library's write lock."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        chunks: ChunkStore,
        server: ChromaAddress | None = None,
    ) -> None:
        """The index is on `server` if one is given, else in the library's folder."""
        self._files = IndexFiles(folder, database)
        self.folder = self._files.folder
        self._database = database
        self._chunks = chunks
        self.server: ServerIndex | None = None
        if server is not None:
            self.server = ServerIndex(server, database, chunks)
        self._search = VectorSearch(self._files, database, chunks, self.server)

    @property
    def embedding_name(self) -> str:
        """Which embedding made the kept vectors; empty when there are none."""
        return self._database.state("embedding")

    @property
    def is_of_earlier_form(self) -> bool:
        """True when an earlier release's form of the built-in embedding made the kept vectors. They
        are near those of the present form, so both may stand in one library."""
        return self.embedding_name == BUILT_IN and self._database.state(_FORM) != BUILT_IN_FORM

    def embed_waiting(self, embedding: Embedding, progress: Progress = silent) -> int:
        """Embed every chunk that has no vector, and its sentences; gives how many chunks. Progress
        counts what is committed.

        Raises EmbeddingError when the vectors do not fit the kept ones.
        """
        self.require(embedding.name)
        total, done = self._chunks.count_waiting(), 0
        batch = BATCH_A_PROCESSOR * processors() * machines_of(embedding)
        if total > _WORTH_SAYING:
            progress(f"Embedding {total} chunks; what is done is kept if you stop it", -1, 0)
        while waiting := self._chunks.waiting(batch):
            progress("Embedding", done, total)
            self._embed(embedding, waiting)
            done += len(waiting)
        if total:
            progress("Embedding", done, total)
        return done

    @property
    def is_split_by_older_rules(self) -> bool:
        """True when the kept sentences may be others than `sentence_spans` gives today."""
        return bool(self.embedding_name) and self._database.state("sentence_rules") != str(RULES)

    def split_again(self, embedding: Embedding, progress: Progress = silent) -> int:
        """Make the kept sentences those of today's rules; gives how many were embedded for it. A
        sentence that stays keeps its vector. What is done is kept if it is stopped."""
        self.require(embedding.name)
        total, done, embedded = self._chunks.count_embedded(), 0, 0
        last = int(self._database.state("sentences_split_to", "0"))
        while batch := self._chunks.with_sentences_after(last, SPLIT_BATCH):
            progress("Splitting sentences by today's rules", done, total)
            last, done = batch[-1].number, done + len(batch)
            embedded += self._split_batch(embedding, batch)
        with self._database.transaction():
            self._database.set_state("sentence_rules", str(RULES))
            self._database.run("DELETE FROM state WHERE name = 'sentences_split_to'")
        progress("Splitting sentences by today's rules", total, total)
        return embedded

    def _split_batch(self, embedding: Embedding, batch: Sequence[KeptChunk]) -> int:
        import numpy as np

        stored = self._chunks.sentences([kept.number for kept in batch])
        changed, texts = [], []
        for kept in batch:
            at, text = kept.chunk.start, kept.chunk.text
            spans = [(at + a, at + b) for a, b in sentence_spans(text)]
            known = stored.get(kept.number, ([], None))[0]
            if spans != known:
                new = [span for span in spans if span not in set(known)]
                changed.append((kept.number, spans, new))
                texts += [clean(text[a - at : b - at]) for a, b in new]
        fresh = embedding.embed(texts) if texts else np.zeros((0, 0), dtype=np.float32)
        taken = 0
        with self._database.transaction():
            self._database.next_generation()
            for number, spans, new in changed:
                row_of = dict(zip(*stored.get(number, ([], [])), strict=True))
                row_of |= dict(zip(new, fresh[taken : taken + len(new)], strict=True))
                taken += len(new)
                rows = np.array([row_of[span] for span in spans], dtype=np.float32)
                self._chunks.save_sentences(number, spans, rows)
            self._database.set_state("sentences_split_to", str(batch[-1].number))
        return len(texts)

    def require(self, name: str) -> None:
        """Raises EmbeddingError when another embedding made the kept vectors."""
        if self.embedding_name not in ("", name):
            raise EmbeddingError(
                f"this library's vectors were made by {self.embedding_name}, not by {name}",
                hint=f"Leave --embedding out, or run: review reindex --embedding {name}",
            )

    def _embed(self, embedding: Embedding, waiting: Sequence[KeptChunk]) -> None:
        """Embed these chunks and their sentences together, and commit their vectors."""
        spans = [sentence_spans(kept.chunk.text) for kept in waiting]
        texts = [clean(embedding_text(kept.title, kept.chunk.text)) for kept in waiting]
        for kept, own in zip(waiting, spans, strict=True):
            texts += [clean(kept.chunk.text[start:end]) for start, end in own]
        vectors = embedding.embed(texts)
        dimensions = str(vectors.shape[1])
        known = self._database.state("dimensions", dimensions)
        if known != dimensions:
            raise EmbeddingError(
                f"{embedding.name} gave vectors of {dimensions} numbers; this library's have "
                f"{known}",
                hint=f"Run: review reindex --embedding {embedding.name}",
            )
        with self._database.transaction():
            generation = self._database.next_generation()
            if not self.embedding_name:
                self._database.set_state("sentence_rules", str(RULES))
            if not self.embedding_name and embedding.name == BUILT_IN:
                self._database.set_state(_FORM, BUILT_IN_FORM)
            self._database.set_state("embedding", embedding.name)
            self._database.set_state("dimensions", dimensions)
            at = len(waiting)
            self._chunks.save_vectors([kept.number for kept in waiting], vectors[:at], generation)
            for kept, own in zip(waiting, spans, strict=True):
                places = [(kept.chunk.start + a, kept.chunk.start + b) for a, b in own]
                self._chunks.save_sentences(kept.number, places, vectors[at : at + len(own)])
                at += len(own)

    def forget_all(self) -> None:
        """Forget every vector and the index, as before embedding with another model."""
        with self._database.transaction():
            self._database.next_generation()
            self._chunks.forget_vectors()
            if self.server is not None:
                self.server.forget_all()
            for name in ("embedding", "dimensions", _FORM):
                self._database.run("DELETE FROM state WHERE name = ?", (name,))
            self._files.mark_unclean()
        self._search.close()
        if self._database.has_index_folder:
            discard(self.folder)

    def is_in_step(self) -> bool:
        """See `VectorSearch.is_in_step`."""
        return self._search.is_in_step()

    def sync(self, progress: Progress = silent, *, again: bool = False) -> None:
        """Bring the index in step with the database. Make it again where it is not whole, or where
        `again` says so.

        Raises LibraryError when it cannot be written; see `ServerIndex.sync` for that of a server.
        """
        if self.server is not None:
            self.server.sync(progress, again=again)
            return
        if not self._database.has_index_folder or (self.is_in_step() and not again):
            return
        if not self.embedding_name:
            self._search.close()
            discard(self.folder)
            return
        with self._files.alone():
            self._search.close()
            if again or not self._files.are_whole() or not self._catch_up():
                progress("Making the index", 0, 0)
                self._make()

    def _catch_up(self) -> bool:
        """Write what is new to the index; False when it turns out to be damaged."""
        since, generation = self._files.generation, self._database.generation
        self._files.mark_unclean()
        try:
            with closing(Vectors(self.folder)) as index:
                index.forget(self._chunks.removed_since(since))
                self._fill(index, since)
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
            with closing(Vectors(fresh, make=True)) as index:
                self._fill(index, 0)
            discard(self.folder)
            fresh.replace(self.folder)
        except (IndexDamagedError, OSError) as error:
            raise self._not_written(fresh, str(error)) from error
        self._files.mark_clean(generation)

    def _not_written(self, fresh: Path, reason: str) -> LibraryError:
        """Why the index cannot be made. The space of the unfinished one is given back."""
        import shutil

        remedy = "Check the folder's rights"
        if shutil.disk_usage(self.folder.parent).free < _LITTLE_SPACE:
            reason, remedy = "the disk is full", "Free some space"
        discard(fresh)
        return LibraryError(
            f"the index {self.folder} cannot be written: {reason}; all papers and vectors are kept",
            hint=f"{remedy} and run: review reindex",
        )

    def _fill(self, index: Vectors, since: int) -> None:
        for batch in self._chunks.indexed_since(since, BATCH):
            index.write(*rows_of(batch))
        kept = self._chunks.count_embedded()
        if index.count() != kept:
            raise IndexDamagedError(f"{index.count()} rows where {kept} should be")
        index.tune()

    def report_to(self, progress: Progress) -> None:
        """Tell this of a server that does not answer a search."""
        self._search.report = progress

    def nearest(
        self, vector: NDArray[np.float32], most: int, filters: Filters
    ) -> list[tuple[int, float]]:
        """See `VectorSearch.nearest`."""
        return self._search.nearest(vector, most, filters)

    def close(self) -> None:
        self._search.close()
        if self.server is not None:
            self.server.close()


def import_libraries(embedding_name: str) -> None:
    """Import what a search by meaning needs. Two threads that import trees which share modules can
    leave one half imported, so call this before another thread imports litellm."""
    import filelock  # noqa: F401

    import_library()
    import_for(embedding_name)
