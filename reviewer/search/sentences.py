"""Reads the chunks that a search found, with a score for each sentence."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reviewer.library import Library
from reviewer.text import sentence_spans
from reviewer.types.evidence import Sentence
from reviewer.types.papers import Chunk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Scored:
    """A chunk and all its sentences, in order."""

    chunk: Chunk
    sentences: tuple[Sentence, ...]


def read_scored(
    library: Library,
    numbers: Sequence[int],
    vector: NDArray[np.floating[Any]] | None,
    coverage: Callable[[Collection[str]], float],
) -> dict[int, Scored]:
    """The chunks with these numbers: each sentence with its cosine to the question's `vector`,
    (dimensions,), and its `coverage`, the share of the question's word weight that its stems have.

    A chunk that another process has just removed is left out.
    """
    kept = library.chunks.numbered(numbers)
    stored = library.chunks.sentences(list(kept)) if vector is not None else {}
    found: dict[int, list[tuple[int, int, str, float | None]]] = {
        number: _sentences(own.chunk, stored.get(number), vector) for number, own in kept.items()
    }
    texts = list(dict.fromkeys(text for own in found.values() for _, _, text, _ in own))
    shares = {
        text: round(coverage(set(stems)), 4)
        for text, stems in zip(texts, library.words.texts(texts), strict=True)
    }
    return {
        number: Scored(
            kept[number].chunk,
            tuple(
                Sentence(start=a, end=b, text=text, similarity=nearness, lexical=shares[text])
                for a, b, text, nearness in own
            ),
        )
        for number, own in found.items()
    }


def _sentences(
    chunk: Chunk,
    stored: tuple[list[tuple[int, int]], NDArray[np.float32]] | None,
    vector: NDArray[np.floating[Any]] | None,
) -> list[tuple[int, int, str, float | None]]:
    """Places in the part, texts and cosines of the stored sentences, whose vectors are (sentences,
    dimensions); without them, the sentences of the text without cosines."""
    at = chunk.start
    if stored is None or vector is None:
        return [(at + a, at + b, chunk.text[a:b], None) for a, b in sentence_spans(chunk.text)]
    spans, vectors = stored
    nearness = (vectors @ vector).tolist()
    return [
        (a, b, chunk.text[a - at : b - at], round(near, 4))
        for (a, b), near in zip(spans, nearness, strict=True)
    ]
