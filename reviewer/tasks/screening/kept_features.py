"""Makes what records are compared by from a library, and packs it, so that a screening keeps it.

It is made once, when the screening is, and once for each update: the next record comes at once, and
the same decisions give the same order whatever is added to the library later.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reviewer.errors import EmbeddingError
from reviewer.library import Library
from reviewer.library.index.stemming import Stemmer
from reviewer.tasks.screening.features import Features, TermRows, make_features
from reviewer.text.views import one_line
from reviewer.types import Paper
from reviewer.types.progress import Progress, silent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST_BODY_CHARS = 3000  # of a paper without an abstract


def text_of_record(paper: Paper) -> str:
    """What a reviewer reads first: the abstract, or the beginning of a paper that has none."""
    return paper.text_of("abstract") or paper.text_of("body")[:_MOST_BODY_CHARS]


def features_of(
    papers: Sequence[Paper], question: str, library: Library, progress: Progress = silent
) -> Features:
    """The features of the papers, and of the question in the last row. Vectors are the means of the
    stored vectors of a paper's chunks, those of its abstract where it has one; words alone count
    where the library has no vectors or its embedding cannot run here."""
    progress("Comparing records", 0, 0)
    titles = [*(paper.title for paper in papers), one_line(question)]
    texts = [*(f"{p.title}\n\n{text_of_record(p)}" for p in papers), one_line(question)]
    stemmer = Stemmer()
    vectors = _vectors(papers, texts, library) if library.has_vectors else None
    return make_features(stemmer.of(titles), stemmer.of(texts), vectors, len(papers))


def _vectors(
    papers: Sequence[Paper], texts: Sequence[str], library: Library
) -> NDArray[np.float32] | None:
    import numpy as np

    try:
        embedding = library.embedding()
        rows = {len(papers): embedding.embed([texts[-1]])[0]}
        with library.alone:
            for n, paper in enumerate(papers):
                own = library.chunks.of_paper(library.catalogue.number_of(paper.id) or 0)
                abstract = [kept for kept in own if kept.chunk.part == "abstract"]
                numbers = [kept.number for kept in abstract or own]
                _, matrix = library.chunks.vectors_numbered(numbers)
                if len(matrix):
                    rows[n] = matrix.mean(axis=0)
        if lacking := [n for n in range(len(texts)) if n not in rows]:
            made = embedding.embed([texts[n] for n in lacking])
            rows |= dict(zip(lacking, made, strict=True))
    except EmbeddingError:
        return None
    return np.stack([rows[n] for n in range(len(texts))]).astype(np.float32)


def packed(features: Features) -> bytes:
    """The features as bytes: arrays of numpy, weights and vectors in single precision."""
    import numpy as np

    words, vectors = features.words, features.vectors
    out = io.BytesIO()
    np.savez(
        out,
        starts=words.starts,
        terms=words.terms.astype(np.int32),
        weights=words.weights.astype(np.float32),
        width=np.array([words.width]),
        vectors=np.zeros((0, 0)) if vectors is None else vectors.astype(np.float32),
    )
    return out.getvalue()


def unpacked(data: bytes) -> Features:
    """The features that `packed` made these bytes of."""
    import numpy as np

    with np.load(io.BytesIO(data), allow_pickle=False) as found:
        words = TermRows(
            found["starts"],
            found["terms"].astype(np.int64),
            found["weights"].astype(np.float64),
            int(found["width"][0]),
        )
        vectors = found["vectors"].astype(np.float64)
    return Features(words, vectors if len(vectors) else None)
