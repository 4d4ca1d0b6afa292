"""A library on disk: adds, finds and removes papers, and keeps the index in step with them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any, Self

from reviewer.errors import EmbeddingError, LibraryError, NotFoundError, UsageError
from reviewer.library.card_questions import CardQuestions
from reviewer.library.catalogue import Catalogue
from reviewer.library.citations import Citations
from reviewer.library.concepts import Concepts
from reviewer.library.embeddings.embedding import (
    BUILT_IN,
    DEFAULT,
    FULL,
    Embedding,
    MissingEmbeddingError,
    open_embedding,
)
from reviewer.library.importer import Importer, Totals
from reviewer.library.index.chroma_server import address_of
from reviewer.library.index.chunks import ChunkStore
from reviewer.library.index.vector_index import VectorIndex, import_libraries
from reviewer.library.kept_works import KeptWorks
from reviewer.library.merge import Merger
from reviewer.library.pair_store import PairStore, ends_of
from reviewer.library.runs import Ledger
from reviewer.library.source_files import note_removed
from reviewer.library.storage.database import open_database
from reviewer.settings import Settings
from reviewer.sources import ReadOptions, find_files
from reviewer.sources.discover import is_file_named
from reviewer.text.invisible import without_nul
from reviewer.types import Paper
from reviewer.types.drafts import Card, KeptDraft
from reviewer.types.duplicates import Pair
from reviewer.types.papers import Added, Skipped
from reviewer.types.progress import Progress, silent
from reviewer.types.searches import Filters
from reviewer.types.surveys import KeptSurvey

NO_EMBEDDING = "none"
MOST_TAG_CHARS = 200  # 800 bytes at most: tags are indexed
_ADVISED = "advised_embedding"
_MOST_TO_CATCH_UP = 5000  # chunks: about three seconds of writing that a question may wait for


class Library:
    """One open library. Use it as a context manager, or call `close`."""

    def __init__(
        self,
        place: Path | str,
        settings: Settings | None = None,
        embedding: Embedding | None = None,
        *,
        make: bool = True,
    ) -> None:
        """Open the library in this folder, or at this address of a PostgreSQL database. One that is
        not there is made where `make` says so.

        `embedding` is used instead of the one that the settings name. Raises UsageError for an
        address in place of a folder and for a Chroma server that must not be asked, LibraryError
        when the folder cannot be used and NewerLibraryError when a later release made it.
        """
        # Else numpy's threads spin between products: twice the processor time, no answer sooner.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        self._turns = RLock()
        self.settings = settings or Settings()
        server = address_of(self.settings)
        self.database = open_database(place, make=make)
        self.place = self.database.place  # as people name it
        self.folder = self.database.folder  # for what stays on this machine
        self.catalogue = Catalogue(self.database)
        self.citations = Citations(self.database, self.catalogue)
        self.concepts = Concepts(self.database, self.catalogue)
        self.pairs = PairStore(self.database)
        self.chunks = ChunkStore(self.database)
        self.words = self.chunks.words
        self.questions = CardQuestions(self.database, self.chunks)
        self.ledger = Ledger(self.database)
        self.drafts = KeptWorks(self.database, KeptDraft)
        self.surveys = KeptWorks(self.database, KeptSurvey)
        self.index = VectorIndex(self.folder, self.database, self.chunks, server)
        self._given = embedding
        self._embedding: tuple[str, Embedding] | None = None  # opened last, with its name
        self.chunks.index_words()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the library, also while other threads use it: what they ask of it from now on is a
        LibraryError."""
        self.database.close()
        self.index.close()

    @property
    def alone(self) -> AbstractContextManager[None]:
        """Hold this to read chunks, words, vectors or the index: they keep what they read last.
        Threads take turns, and no writer waits for them. All that is read inside is of one commit,
        also while others write to the library or restore it."""
        return self._in_turn()

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        with self._turns, self.database.snapshot():
            yield

    def add(
        self,
        paths: Sequence[str],
        options: ReadOptions | None = None,
        progress: Progress = silent,
    ) -> Added:
        """Read papers from files, folders, globs and `-`. A bad file never stops the others.

        Papers are safe when their batch is committed; embedding and indexing follow, and a run
        that was stopped continues with the next `add` or `reindex`. A file that `paths` name and
        from which nothing was read is in `unread`.
        """
        named = [path for path in paths if is_file_named(path)]
        with self.writing(progress):
            importer = Importer(self.database, self.chunks, options or ReadOptions())
            added = importer.read(list(find_files(paths)), progress)
            own = {file.file if isinstance(file, Skipped) else file for file in find_files(named)}
            added = added.model_copy(
                update={"unread": tuple(file for file in added.unread if file in own)}
            )
            return self._finished(added, progress)

    def add_found(
        self,
        pages: Iterable[Sequence[Paper | Skipped]],
        progress: Progress = silent,
    ) -> Added:
        """Add entries as they come. Each page is safe before the next one is asked for, and no
        other writer waits meanwhile."""
        totals = Totals()
        for page in pages:
            papers = [entry for entry in page if isinstance(entry, Paper)]
            totals.skipped += [entry for entry in page if isinstance(entry, Skipped)]
            if papers:
                with self.writing(progress):
                    merged = Merger(self.database, self.chunks).merge(papers)
                totals.merged.append(merged)
                totals.entries += len(merged.added) + len(merged.updated) + merged.unchanged
                totals.files_read += 1
        with self.writing(progress):
            return self._finished(totals.added(), progress)

    def add_items(
        self,
        file: str,
        items: Sequence[Paper],
        name: str,
        options: ReadOptions | None = None,
        progress: Progress = silent,
    ) -> Added:
        """Add entries of a source that is read again and again, as Zotero is, with the PDFs that
        they link. `extra[name]` of an entry says which item of `file` it is: it takes the place of
        what was that item before. Its tags and notes become the paper's own; those that an item
        had before and has no longer are taken off again, and what the user wrote stays."""
        with self.writing(progress):
            before = {
                k.entry.extra.get(name): k.entry for k in self.catalogue.entries_in_file(file)
            }
            importer = Importer(self.database, self.chunks, options or ReadOptions())
            added = importer.take_items(file, items, name, progress)
            changed = self._take_marks(file, before, {item.extra[name] for item in items}, name)
            updated = [i for i in changed if i not in (*added.added, *added.updated)]
            added = added.model_copy(
                update={
                    "updated": (*added.updated, *updated),
                    "unchanged": max(0, added.unchanged - len(updated)),
                }
            )
            return self._finished(added, progress)

    def _take_marks(
        self, file: str, before: Mapping[Any, Paper], items: Collection[str], name: str
    ) -> list[str]:
        """Give papers the tags and notes of their items; gives the ids of those that changed."""
        changed = []
        with self.database.transaction():
            for kept in self.catalogue.entries_in_file(file):
                own = kept.entry.extra.get(name)
                old = before.get(own)
                if own not in items or (old and (old.tags, old.notes) == _marks(kept.entry)):
                    continue
                paper = self.catalogue.papers_numbered([kept.paper])[kept.paper]
                marked = _with_sound_words(_with_marks(paper, kept.entry, old))
                if _marks(marked) != _marks(paper):
                    self.catalogue.save_paper(marked)
                    changed.append(paper.id)
        return list(dict.fromkeys(changed))

    def _finished(self, added: Added, progress: Progress) -> Added:
        """Embed and index what was added, and count."""
        if added.files_read:
            added = self._embed_and_index(added, progress)
        return self._with_counts(added)

    def _with_counts(self, added: Added) -> Added:
        years, authors = self.catalogue.count_lacking((*added.added, *added.updated))
        counts = {
            "papers": self.catalogue.count(),
            "waiting": self.chunks.count_waiting(),
            "without_year": years,
            "without_author": authors,
        }
        return added.model_copy(update=counts)

    def _embed_and_index(self, added: Added, progress: Progress) -> Added:
        """Embed what waits and update the index: what was added, with the chunks embedded, the
        seconds that it took, and a note if embedding is not possible."""
        started = time.monotonic()
        embedded, notes = 0, added.notes
        has_work = self.chunks.count_waiting() or self.index.is_split_by_older_rules
        if has_work and self.embedding_name != NO_EMBEDDING:
            try:
                embedding = self.embedding()
                if self.index.is_split_by_older_rules:
                    self.index.split_again(embedding, progress)
                embedded = self.index.embed_waiting(embedding, progress)
            except MissingEmbeddingError as error:
                reason = f"{error.message}. {error.hint}"
                notes = (*notes, Skipped(file="embedding", reason=reason))
        seconds = time.monotonic() - started
        self.index.sync(progress)
        return added.model_copy(
            update={"embedded": embedded, "seconds_embedding": seconds, "notes": notes}
        )

    def can_embed_more(self) -> bool:
        """True when chunks wait for a vector and an embedding can run here."""
        with suppress(MissingEmbeddingError):
            return bool(self.chunks.count_waiting() and self.embedding())
        return False

    @property
    def has_vectors(self) -> bool:
        """True when chunks were embedded and embedding is not switched off."""
        return bool(self.index.embedding_name) and self.embedding_name != NO_EMBEDDING

    @property
    def embedding_name(self) -> str:
        """The embedding in use: the one given, the one set, the library's own, else
        the built-in one."""
        if self._given is not None:
            return self._given.name
        return self.settings.embedding or self.index.embedding_name or DEFAULT

    def embedding(self) -> Embedding:
        """The open embedding. Raises MissingEmbeddingError when it cannot run here, and
        EmbeddingError when another embedding made the library's vectors."""
        name = self.embedding_name
        if name == NO_EMBEDDING:
            raise MissingEmbeddingError("embedding is switched off")
        self.index.require(name)
        return self._opened(name)

    def _opened(self, name: str) -> Embedding:
        if self._given is not None:
            return self._given
        if self._embedding is None or self._embedding[0] != name:
            self._embedding = (name, open_embedding(name, self.settings))
        return self._embedding[1]

    def import_for_search(self) -> None:
        """Import what a search by meaning needs, as `index.import_libraries` does."""
        if self.has_vectors:
            import_libraries(self.embedding_name)

    def keep_questions(self, cards: Iterable[Card]) -> None:
        """Find papers by the questions of these cards from now on; without an embedding, from the
        next `reindex` on."""
        embedding = None
        with suppress(MissingEmbeddingError):
            embedding = self.embedding() if self.has_vectors else None
        self.questions.keep(cards, embedding)

    def reindex(self, progress: Progress = silent) -> Added:
        """Embed what waits and make the index again from the stored vectors. Embed every text again
        where the settings name another embedding than the library's, where the library's is not
        here and no other is named, and where an earlier form of the built-in one made the vectors.

        Raises EmbeddingError when embedding is switched off."""
        with self.writing(progress):
            own, name = self.index.embedding_name, self._name_for_reindex()
            if name == NO_EMBEDDING:
                raise EmbeddingError(
                    "embedding is switched off, so there is nothing to index",
                    hint=f"Set --embedding {BUILT_IN}.",
                )
            if own and (name != own or self.index.is_of_earlier_form):
                embedding = self._opened(name)
                embedding.embed(["Asked before the old vectors go: does it answer?"])
                self.index.forget_all()
            added = self._embed_and_index(Added(), progress)
            self.index.sync(
                progress, again=not added.embedded or added.embedded < self.chunks.count()
            )
            with suppress(MissingEmbeddingError):
                self.questions.embed_again(self.embedding())
        return self._with_counts(added)

    def _name_for_reindex(self) -> str:
        """The embedding in use, or the built-in one for that of a library whose files are gone."""
        name = self.embedding_name
        if name == FULL and not self.settings.embedding and self._given is None:
            try:
                self._opened(name)
            except MissingEmbeddingError:
                return BUILT_IN
        return name

    def take_advice(self) -> str:
        """How to change to the built-in embedding, for a library whose vectors another one or an
        earlier form of it made. Given once for a library: empty from then on."""
        name = self.index.embedding_name
        if name == FULL:
            change = f"{BUILT_IN} is built in, smaller and faster; to change to it"
        elif self.index.is_of_earlier_form:
            change = f"{BUILT_IN} has a new form that ships with review; to change to it"
        else:
            return ""
        if self.database.state(_ADVISED):
            return ""
        with suppress(LibraryError), self.database.writing(wait=False) as is_writing:
            if is_writing:
                with self.database.transaction():
                    self.database.set_state(_ADVISED, name)
                command = f"review reindex --embedding {BUILT_IN}"
                return f"This library keeps its vectors by {name}. {change}: {command}"
        return ""

    def make_index(self, progress: Progress = silent) -> None:
        """Update the index, however long it takes. Nothing is embedded."""
        with self.writing(progress):
            self.index.sync(progress)

    def catch_up(self) -> None:
        """Update an index that is out of step, when that is quick and no one else is writing. Where
        it cannot be written, as on a full disk, questions are answered without it."""
        if not self.database.has_index_folder:
            return
        is_behind = self.index.embedding_name and not self.index.is_in_step()
        if not is_behind or self.chunks.count() > _MOST_TO_CATCH_UP:
            return
        with suppress(LibraryError), self.database.writing(wait=False) as is_writing:
            if is_writing:
                self.index.sync()

    def papers(self, filters: Filters | None = None) -> list[Paper]:
        return self.catalogue.papers(filters)

    def with_own_keys(self, papers: Sequence[Paper]) -> list[Paper]:
        """The papers with the keys that their bibliographies gave them. A paper keeps the key that
        `review` made where it has no other, or one that an earlier paper has taken."""
        own = self.catalogue.bibliography_keys()
        taken: set[str] = set()
        named: list[Paper] = []
        for paper in papers:
            keys = [own.get(paper.id, ""), paper.key, paper.id]
            key = next((key for key in keys if key and key not in taken), paper.key)
            named.append(paper.model_copy(update={"key": key}))
            taken.add(key)
        return named

    def paper(self, name: str) -> Paper:
        """The paper with this key, former key or id. Raises NotFoundError, which names similar
        keys."""
        found = self.catalogue.paper_named(name)
        if found is None:
            import difflib

            near = difflib.get_close_matches(name, self.catalogue.keys(), n=3, cutoff=0.5)
            hint = f"Did you mean {', '.join(near)}?" if near else "Run: review papers"
            raise NotFoundError(f"no paper '{name}' in {self.place}", hint=hint)
        return found

    def remove(self, name: str, progress: Progress = silent) -> Paper:
        """Remove a paper, with its entries, chunks and vectors."""
        with self.writing(progress):
            paper = self.paper(name)
            with self.database.transaction():
                self.database.next_generation()
                number = self.catalogue.number_of(paper.id)
                assert number is not None
                origins = self.catalogue.origins_of(number)
                self.catalogue.forget_files_of(number)
                self.catalogue.remove_paper(number)
            note_removed(self.folder, origins)
            self.index.sync(progress)
        return paper

    def decide(self, pairs: Sequence[Pair], progress: Progress = silent) -> None:
        """Keep a user's decisions on entries, and group their papers' entries again by them."""
        with self.writing(progress):
            with self.database.transaction():
                self.pairs.decide(pairs)
                papers = set(self.pairs.papers_of(ends_of(pairs)).values())
                Merger(self.database, self.chunks).regroup(papers)
            self._embed_and_index(Added(), progress)

    def undecide(self, pairs: Sequence[Pair], progress: Progress = silent) -> None:
        """Forget what a user decided on these pairs of entries, and group their papers' entries
        again by the rules."""
        with self.writing(progress):
            with self.database.transaction():
                papers = set(self.pairs.papers_of(ends_of(pairs)).values())
                kept = [entry for number in papers for entry in self.catalogue.entries_of(number)]
                self.pairs.forget(pairs)
                self.pairs.match([entry.entry for entry in kept])
                Merger(self.database, self.chunks).regroup(papers)
            self._embed_and_index(Added(), progress)

    def change(self, names: Sequence[str], update: Callable[[Paper], Paper]) -> list[Paper]:
        """Replace papers with what `update` makes of them: tags and notes, never their texts.

        Raises UsageError for a tag of more than MOST_TAG_CHARS."""
        with self.writing(), self.database.transaction():
            changed = [_with_sound_words(update(self.paper(name))) for name in names]
            for paper in changed:
                self.catalogue.save_paper(paper)
        return changed

    @contextmanager
    def writing(self, progress: Progress = silent) -> Iterator[bool]:
        """Be the only writer, as callers that change the database themselves must be.

        Raises LibraryError when the library was replaced since it was last read."""
        with self.database.writing(progress) as is_writing:
            self.database.require_same_file()
            yield is_writing


def _marks(paper: Paper) -> tuple[tuple[str, ...], str]:
    return paper.tags, paper.notes


def _with_marks(paper: Paper, now: Paper, before: Paper | None) -> Paper:
    """The paper with the tags and the notes' paragraphs that an item has now, without those that it
    had `before` and has no longer."""
    had_tags = set(before.tags) if before else set()
    tags = {*paper.tags} - (had_tags - {*now.tags}) | {*now.tags}
    wanted = [text for text in now.notes.split("\n\n") if text]
    gone = set(before.notes.split("\n\n") if before else ()) - {*wanted}
    stay = [text for text in paper.notes.split("\n\n") if text and text not in gone]
    stay += [text for text in wanted if text not in stay]
    return paper.model_copy(update={"tags": tuple(sorted(tags)), "notes": "\n\n".join(stay)})


def _with_sound_words(paper: Paper) -> Paper:
    """The paper with tags and notes that every database can keep."""
    for tag in paper.tags:
        if len(tag) > MOST_TAG_CHARS:
            raise UsageError(
                f"the tag '{tag[:40]}...' has {len(tag)} characters",
                hint=f"Use at most {MOST_TAG_CHARS}, and keep longer texts with: review note",
            )
    tags = tuple(map(without_nul, paper.tags))
    return paper.model_copy(update={"tags": tags, "notes": without_nul(paper.notes)})
