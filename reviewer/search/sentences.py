"""Reads the sentences of the chunks that a search found, with a score for each sentence."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from reviewer.library import Library
from reviewer.text import sentence_spans
from reviewer.types.evidence import Sentence
from reviewer.types.papers import Chunk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def scored_sentences(
    library: Library,
    chunks: Mapping[int, Chunk],
    vector: NDArray[np.floating[Any]] | None,
    coverage: Callable[[Collection[str]], float],
) -> dict[int, tuple[Sentence, ...]]:
    """The sentences of the chunks with these numbers, in order: each with its cosine to the
    question's `vector`, (dimensions,), and its `coverage`, the share of the question's word weight
    that its stems have."""
    stored = library.chunks.sentences(list(chunks)) if vector is not None else {}
    found = {n: _sentences(chunk, stored.get(n), vector) for n, chunk in chunks.items()}
    texts = list(dict.fromkeys(s.text for own in found.values() for s in own))
    shares = {
        text: round(coverage(set(stems)), 4)
        for text, stems in zip(texts, library.words.texts(texts), strict=True)
    }
    return {
        number: tuple(s.model_copy(update={"lexical": shares[s.text]}) for s in own)
        for number, own in found.items()
    }


def _sentences(
    chunk: Chunk,
    stored: tuple[list[tuple[int, int]], NDArray[np.float32]] | None,
    vector: NDArray[np.floating[Any]] | None,
) -> list[Sentence]:
    """The stored sentences with cosines, their vectors being (sentences, dimensions); without them,
    the sentences of the text, without scores."""
    at = chunk.start
    if stored is None or vector is None:
        return [
            Sentence(start=at + a, end=at + b, text=chunk.text[a:b])
            for a, b in sentence_spans(chunk.text)
        ]
    spans, vectors = stored
    return [
        Sentence(start=a, end=b, text=chunk.text[a - at : b - at], similarity=round(cosine, 4))
        for (a, b), cosine in zip(spans, (vectors @ vector).tolist(), strict=True)
    ]
