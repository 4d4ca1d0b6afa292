"""Questions that papers answer, by which a search finds them; from cards, and never quoted."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from reviewer.errors import LibraryError
from reviewer.library.embeddings.embedding import Embedding
from reviewer.library.index.chunks import ChunkStore
from reviewer.library.storage.database import Database
from reviewer.library.storage.query_cache import QueryCache
from reviewer.library.storage.steps import Steps, key_of
from reviewer.text import clean
from reviewer.types.drafts import Card
from reviewer.types.questions import ChunkQuestions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_KIND = "questions"
CARDS = "cards"  # the state that changes with the kept cards: not every database counts kept steps


@dataclass(frozen=True)
class NearQuestion:
    """A question that a chunk answers, and its cosine to what is asked."""

    text: str
    cosine: float


@dataclass(frozen=True)
class QuestionVectors:
    """n questions with the numbers of the chunks that answer them, and vectors of shape
    (n, dimensions)."""

    texts: tuple[str, ...]
    chunks: tuple[int, ...]
    vectors: NDArray[np.float32]

    def nearest(self, near: NDArray[np.floating[Any]]) -> dict[int, NearQuestion]:
        """By the number of each chunk, its question with the highest cosine with any of the vectors
        `near`, of shape (m, dimensions)."""
        if not self.texts:
            return {}
        cosines = (self.vectors @ near.T).max(axis=1).tolist()
        found: dict[int, NearQuestion] = {}
        for chunk, text, cosine in zip(self.chunks, self.texts, cosines, strict=True):
            if chunk not in found or found[chunk].cosine < cosine:
                found[chunk] = NearQuestion(text, cosine)
        return found


class CardQuestions:
    """The questions of an open library's cards. They are kept by chunk: those of a text that has
    changed are not found again."""

    def __init__(self, database: Database, chunks: ChunkStore) -> None:
        self._database = database
        self._chunks = chunks
        self._steps = Steps(database)
        self._cache = QueryCache(database)

    def keep(self, cards: Iterable[Card], embedding: Embedding | None) -> None:
        """Embed the questions of these cards and keep them, in place of those that their chunks
        had. Without an embedding they are kept for `embed_again`."""
        own: dict[str, list[str]] = {}
        for card in cards:
            for question in card.questions:
                if question.citations:
                    own.setdefault(question.citations[0].chunk_id, []).append(question.text)
        self.keep_texts(own, embedding)
        self._note_change()

    def _note_change(self) -> None:
        """Tell everybody who keeps what was read of cards. Who may only add leaves that to the next
        change of the library."""
        count = int(self._database.state(CARDS, "0")) + 1
        with suppress(LibraryError), self._database.transaction():
            self._database.set_state(CARDS, str(count))

    def keep_texts(self, own: Mapping[str, Iterable[str]], embedding: Embedding | None) -> None:
        """The same for questions by the ids of the chunks that answer them."""
        texts = {chunk: [clean(text) for text in asked] for chunk, asked in own.items()}
        if not texts:
            return
        vectors = None
        if embedding is not None:
            vectors = embedding.embed([text for asked in texts.values() for text in asked])
        kept, at = [], 0
        for chunk, asked in texts.items():
            rows = b""
            if vectors is not None:
                rows = vectors[at : at + len(asked)].astype("<f2").tobytes()
            at += len(asked)
            made = ChunkQuestions(
                chunk_id=chunk,
                embedding="" if embedding is None else embedding.name,
                questions=tuple(asked),
                vectors=base64.b64encode(rows).decode(),
            )
            kept.append((key_of(_KIND, [chunk]), made))
        self._steps.keep_all(_KIND, kept)

    def embed_again(self, embedding: Embedding) -> None:
        """Embed those again that another embedding made the vectors of."""
        other = [kept for kept in self._all() if kept.embedding != embedding.name]
        if other:
            self.keep_texts({kept.chunk_id: kept.questions for kept in other}, embedding)
            self._note_change()

    def of_paper(self, paper_number: int) -> list[str]:
        """The questions of a paper's chunks, in order."""
        ids = {kept.chunk.id: n for n, kept in enumerate(self._chunks.of_paper(paper_number))}
        own = sorted((k for k in self._all() if k.chunk_id in ids), key=lambda k: ids[k.chunk_id])
        return [question for kept in own for question in kept.questions]

    def vectors(self, embedding_name: str) -> QuestionVectors:
        """All questions whose vectors this embedding made. Read once until the library changes."""
        state = (embedding_name, self._database.state(CARDS))
        found: QuestionVectors = self._cache.get(state, lambda: self._vectors(embedding_name))
        return found

    def _vectors(self, embedding_name: str) -> QuestionVectors:
        import numpy as np

        kept = [k for k in self._all() if k.embedding == embedding_name and k.questions]
        numbers = self._chunks.numbers_of([k.chunk_id for k in kept])
        kept = sorted((k for k in kept if k.chunk_id in numbers), key=lambda k: numbers[k.chunk_id])
        vectors = b"".join(base64.b64decode(k.vectors) for k in kept)
        texts = tuple(text for k in kept for text in k.questions)
        matrix = np.frombuffer(vectors, dtype="<f2").astype(np.float32)
        return QuestionVectors(
            texts,
            tuple(numbers[k.chunk_id] for k in kept for _ in k.questions),
            matrix.reshape(len(texts), -1 if texts else 0),
        )

    def _all(self) -> list[ChunkQuestions]:
        statement = "SELECT value FROM steps WHERE kind = ? ORDER BY key"
        found = []
        for value in self._database.column(statement, (_KIND,)):
            try:
                found.append(ChunkQuestions.model_validate_json(value))
            except ValidationError:  # of an earlier release
                continue
        return found
