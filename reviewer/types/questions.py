"""Questions that papers answer, as a search finds papers by them."""

from __future__ import annotations

from reviewer.types.frozen import Frozen


class ChunkQuestions(Frozen):
    """Questions that a chunk answers, in a writer's words, and their vectors by `embedding`: base64
    of float16, of shape (questions, dimensions)."""

    chunk_id: str
    embedding: str
    questions: tuple[str, ...]
    vectors: str
