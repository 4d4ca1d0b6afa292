"""One library for many threads of a process that stays: shared for reading, others for writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Self

from reviewer.library.embeddings.embedding import Embedding, MissingEmbeddingError
from reviewer.library.library import Library
from reviewer.settings import Settings


class SharedLibrary:
    """The library that all threads read is `reading`. A job that writes papers gets one of its own
    from `writing`, so that nobody waits for its transactions. The embedding is loaded once."""

    def __init__(self, settings: Settings, embedding: Embedding | None = None) -> None:
        """Open the library of the settings. Raises what `Library` does."""
        self._settings = settings
        self._given = embedding
        self.reading = Library(settings.library, settings, embedding)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close it for all threads: what they ask from now on is a LibraryError."""
        self.reading.close()

    def warm_up(self) -> None:
        """Import and load what a search needs, so that the first one does not wait for it."""
        self.reading.import_for_search()
        if self.reading.has_vectors:
            with suppress(MissingEmbeddingError):
                self.reading.embedding().embed(["a warm start"])
        self.reading.words.texts(["a warm start"])

    @contextmanager
    def writing(self) -> Iterator[Library]:
        """A library of one's own, for a job that writes."""
        embedding = self._given
        if embedding is None and self.reading.has_vectors:
            with suppress(MissingEmbeddingError):
                embedding = self.reading.embedding()
        with Library(self._settings.library, self._settings, embedding) as own:
            yield own
