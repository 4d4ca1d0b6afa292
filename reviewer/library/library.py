"""A library on disk: adds, finds and removes papers, and keeps the index in step with them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Self

from reviewer.errors import EmbeddingError, LibraryError, NotFoundError
from reviewer.library.catalogue import Catalogue
from reviewer.library.embeddings.embedding import (
    DEFAULT,
    LOCAL,
    Embedding,
    MissingEmbeddingError,
    open_embedding,
)
from reviewer.library.importer import FileReader, summed
from reviewer.library.index.chunks import ChunkStore
from reviewer.library.index.vector_index import Index, import_libraries
from reviewer.library.index.vocabulary import WordStore
from reviewer.library.merge import Joined, Joiner
from reviewer.library.pair_store import Matcher
from reviewer.library.runs import Ledger
from reviewer.library.source_files import note_removed
from reviewer.library.storage.database import Database
from reviewer.library.storage.lock import make_library_folder, writing
from reviewer.settings import Settings
from reviewer.sources import ReadOptions, find_files
from reviewer.types import Paper
from reviewer.types.duplicates import Pair
from reviewer.types.papers import Added, Skipped
from reviewer.types.progress import Progress, silent
from reviewer.types.searches import Filters

NO_EMBEDDING = "none"
_MOST_TO_CATCH_UP = 5000  # chunks: about three seconds of writing that a question may wait for


class Library:
    """One open library. Use it as a context manager, or call `close`."""

    def __init__(
        self, folder: Path, settings: Settings | None = None, embedding: Embedding | None = None
    ) -> None:
        """Open the library in `folder`, making it when it is not there.

        `embedding` takes the place of the one that the settings name. Raises LibraryError when the
        folder cannot be used and NewerLibraryError when a later release made it.
        """
        # Else numpy's threads spin between products: twice the processor time, no answer sooner.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        # Held by whatever reads chunks, words, vectors or the index: they keep what they read last.
        self.alone = RLock()
        self.folder = folder
        self.settings = settings or Settings()
        make_library_folder(folder)
        self.database = Database(folder / "library.db")
        self.catalogue = Catalogue(self.database)
        self.matcher = Matcher(self.database)
        self.chunks = ChunkStore(self.database)
        self.words = WordStore(self.chunks.postings)
        self.ledger = Ledger(self.database)
        self.index = Index(folder, self.database, self.chunks)
        self._embedding = embedding
        self.chunks.index_words()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self.index.close()
        self.database.close()

    def add(
        self,
        paths: Sequence[str],
        options: ReadOptions | None = None,
        progress: Progress = silent,
        *,
        may_download: bool = True,
    ) -> Added:
        """Read papers from files, folders, globs and `-`. A bad file never stops the others.

        Papers are safe when their batch is committed; embedding and indexing follow, and a run
        that was stopped goes on with the next `add` or `reindex`.
        """
        with writing(self.folder, progress):
            reader = FileReader(self.database, self.chunks, options or ReadOptions())
            added = reader.read(list(find_files(paths)), progress)
            return self._finished(added, progress, may_download=may_download)

    def add_found(
        self,
        pages: Iterable[Sequence[Paper | Skipped]],
        progress: Progress = silent,
        *,
        may_download: bool = True,
    ) -> Added:
        """Take in entries as they come. Each page is safe before the next one is asked for, and no
        other writer waits meanwhile."""
        joined: list[Joined] = []
        skipped: list[Skipped] = []
        for page in pages:
            papers = [entry for entry in page if isinstance(entry, Paper)]
            skipped += [entry for entry in page if isinstance(entry, Skipped)]
            if papers:
                with writing(self.folder, progress):
                    joined.append(Joiner(self.database, self.chunks).join(papers))
        entries = sum(len(j.added) + len(j.updated) + j.unchanged for j in joined)
        added = summed(joined, entries, skipped, (), len(joined))
        with writing(self.folder, progress):
            return self._finished(added, progress, may_download=may_download)

    def _finished(self, added: Added, progress: Progress, *, may_download: bool) -> Added:
        """Embed and index what was added, and count."""
        done = self._bring_up(progress, may_download=may_download) if added.files_read else None
        embedded, seconds, note = done or (0, 0.0, ())
        return added.model_copy(
            update={
                "papers": self.catalogue.count(),
                "embedded": embedded,
                "seconds_embedding": seconds,
                "waiting": self.chunks.count_waiting(),
                "notes": (*added.notes, *note),
            }
        )

    def _bring_up(
        self, progress: Progress, *, may_download: bool
    ) -> tuple[int, float, tuple[Skipped, ...]]:
        """Embed what waits and bring the index up: chunks embedded, seconds, and a note if it
        could not be done."""
        import time

        started = time.monotonic()
        embedded = 0
        note: tuple[Skipped, ...] = ()
        if self.chunks.count_waiting() and self.embedding_name != NO_EMBEDDING:
            try:
                embedding = self.embedding(progress, may_download=may_download)
                embedded = self.index.embed_waiting(embedding, progress)
            except MissingEmbeddingError as error:
                note = (Skipped(file="embedding", reason=f"{error.message}. {error.hint}"),)
        seconds = time.monotonic() - started
        self.index.sync(progress)
        return embedded, seconds, note

    def can_embed_more(self) -> bool:
        """True when chunks wait for a vector and an embedding can run here."""
        if not self.chunks.count_waiting() or self.embedding_name == NO_EMBEDDING:
            return False
        try:
            self.embedding()
        except MissingEmbeddingError:
            return False
        return True

    @property
    def has_vectors(self) -> bool:
        """True when chunks were embedded and embedding is not switched off."""
        return bool(self.index.embedding_name) and self.embedding_name != NO_EMBEDDING

    @property
    def embedding_name(self) -> str:
        """The embedding in use: the one given, the one set, the library's own, else minilm."""
        if self._embedding is not None:
            return self._embedding.name
        return self.settings.embedding or self.index.embedding_name or DEFAULT

    def embedding(self, progress: Progress = silent, *, may_download: bool = False) -> Embedding:
        """The open embedding. Raises MissingEmbeddingError when it cannot run here, and
        EmbeddingError when the library's vectors are of another one."""
        name = self.embedding_name
        if name == NO_EMBEDDING:
            raise MissingEmbeddingError("embedding is switched off")
        self.index.require(name)
        return self._opened(name, progress, may_download=may_download)

    def _opened(self, name: str, progress: Progress, *, may_download: bool) -> Embedding:
        if self._embedding is None:
            try:
                self._embedding = open_embedding(name, self.settings)
            except MissingEmbeddingError:
                if not may_download or name not in LOCAL or self.settings.offline:
                    raise
                from reviewer.library.embeddings.minilm import download_files, find_files

                if find_files(self.settings.embedding_dir):
                    raise

                download_files(lambda line: progress(line, -1, 0))
                self._embedding = open_embedding(name, self.settings)
        return self._embedding

    def import_for_search(self) -> None:
        """Import what a search by meaning needs, as `index.import_libraries` does."""
        if self.has_vectors:
            import_libraries(self.embedding_name)

    def reindex(self, progress: Progress = silent) -> Added:
        """Embed what waits and make the index anew from the stored vectors. With another embedding
        set than the library's, every text is embedded again with that one."""
        with writing(self.folder, progress):
            own = self.index.embedding_name
            name = self.embedding_name
            if name == NO_EMBEDDING:
                raise EmbeddingError(
                    "embedding is switched off, so there is nothing to index",
                    hint="Set --embedding minilm.",
                )
            if own and name != own:
                embedding = self._opened(name, progress, may_download=True)
                embedding.embed(["Asked before the old vectors go: does it answer?"])
                self.index.start_anew()
            embedded, seconds, note = self._bring_up(progress, may_download=True)
            self.index.sync(progress, anew=not embedded or embedded < self.chunks.count())
        return Added(
            papers=self.catalogue.count(),
            embedded=embedded,
            seconds_embedding=seconds,
            waiting=self.chunks.count_waiting(),
            notes=note,
        )

    def make_index(self, progress: Progress = silent) -> None:
        """Bring the index up, however long it takes. Nothing is embedded."""
        with writing(self.folder, progress):
            self.index.sync(progress)

    def catch_up(self) -> None:
        """Mend an index that is out of step, when that is quick and no one else is writing. Where
        it cannot be written, as on a full disk, questions are answered without it."""
        if self.index.is_in_step() or not self.index.embedding_name:
            return
        if self.chunks.count() > _MOST_TO_CATCH_UP:
            return
        with suppress(LibraryError), writing(self.folder, wait=False) as is_writing:
            if is_writing:
                self.index.sync()

    def papers(self, filters: Filters | None = None) -> list[Paper]:
        return self.catalogue.papers(filters)

    def paper(self, name: str) -> Paper:
        """The paper with this key, former key or id. Raises NotFoundError that names near ones."""
        found = self.catalogue.paper_named(name)
        if found is None:
            import difflib

            near = difflib.get_close_matches(name, self.catalogue.keys(), n=3, cutoff=0.5)
            hint = f"Did you mean {', '.join(near)}?" if near else "Run: review papers"
            raise NotFoundError(f"there is no paper '{name}' in {self.folder}", hint=hint)
        return found

    def remove(self, name: str, progress: Progress = silent) -> Paper:
        """Take a paper out, with its records, chunks and vectors."""
        with writing(self.folder, progress):
            paper = self.paper(name)
            with self.database.transaction():
                self.database.next_generation()
                number = self.catalogue.number_of(paper.id)
                assert number is not None
                entries = self.catalogue.entries_of(number)
                self.catalogue.forget_files_of(number)
                self.catalogue.remove_paper(number)
            note_removed(self.folder, entries)
            self.index.sync(progress)
        return paper

    def decide(self, pairs: Sequence[Pair], progress: Progress = silent) -> None:
        """Keep what a user said of entries, and put their papers together anew by it."""
        with writing(self.folder, progress):
            with self.database.transaction():
                self.matcher.decide(pairs)
                signs = {sign for pair in pairs for sign in (pair.one, pair.other)}
                papers = sorted(set(self.matcher.papers_of(signs).values()))
                Joiner(self.database, self.chunks).regroup(papers)
            self._bring_up(progress, may_download=False)

    def change(self, names: Sequence[str], update: Callable[[Paper], Paper]) -> list[Paper]:
        """Replace papers by what `update` makes of them: tags and notes, never their texts."""
        with self.writing(), self.database.transaction():
            changed = [update(self.paper(name)) for name in names]
            for paper in changed:
                self.catalogue.save_paper(paper)
        return changed

    @contextmanager
    def writing(self, progress: Progress = silent) -> Iterator[None]:
        """Be the only writer, for those who change the database themselves."""
        with writing(self.folder, progress):
            yield
