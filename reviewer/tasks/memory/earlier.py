"""Finds a kept run that answered the same question, or nearly the same."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from reviewer.errors import LibraryError
from reviewer.library import Library, Saved
from reviewer.library.embeddings.embedding import LOCAL, MissingEmbeddingError
from reviewer.library.runs import Asked
from reviewer.library.storage.steps import Steps, key_of
from reviewer.text.keywords import query_terms
from reviewer.text.views import one_line
from reviewer.types.frozen import Frozen
from reviewer.types.memory import EarlierQuestion
from reviewer.types.runs import Run
from reviewer.types.searches import Filters

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Cosines of whole questions, measured in docs/quality.md ("Questions asked before").
NEAR = 0.78  # is named unasked
NEAR_ENOUGH = 0.6  # is taken when the user asks for it; the question is shown
_MOST_QUESTIONS = 300  # of those asked last
_KIND = "vector of a question"


class _Vector(Frozen):
    """A vector as base64 of its float16 numbers."""

    numbers: str


def find_earlier(
    question: str, library: Library, filters: Filters, least: float = NEAR
) -> EarlierQuestion | None:
    """The kept run of `ask` over the same filters whose question is nearest, with at least one
    claim. The same words count as likeness 1, whatever their order; otherwise it is the cosine of
    the two questions, in a library with local vectors. None where none reaches `least`."""
    question = one_line(question)
    asked = _distinct(library.ledger.asked(_MOST_QUESTIONS))
    if not question or not asked:
        return None
    likeness = _likeness(question, [item.question for item in asked], library)
    near = [(own, item) for own, item in zip(likeness, asked, strict=True) if own >= least]
    for own, item in sorted(near, key=lambda pair: -pair[0]):
        run = library.ledger.run(item.id)
        if run.result.get("claims") and _filters_of(run) == filters.model_dump(mode="json"):
            return EarlierQuestion(
                run_id=run.id,
                question=run.question,
                started=run.started,
                who=run.who if run.who != library.database.who else "",
                likeness=round(own, 3),
                came=len(papers_since(run, library)),
            )
    return None


def papers_since(run: Run, library: Library) -> list[int]:
    """Numbers of the papers that came after this run began and pass its filters."""
    if run.generation == library.database.generation:
        return []
    came = [number for number, _ in Saved(library.database).arrivals(run.started[:19])]
    filters = Filters.model_validate(_filters_of(run) or {})
    if filters.is_empty:
        return came
    passing = {paper.id for paper in library.papers(filters)}
    papers = library.catalogue.papers_numbered(came)
    return [number for number in came if number in papers and papers[number].id in passing]


def _filters_of(run: Run) -> dict[str, Any] | None:
    return run.settings.get("filters")


def _distinct(asked: Sequence[Asked]) -> list[Asked]:
    """The newest run of each question; the others say nothing more."""
    newest: dict[str, Asked] = {}
    for item in asked:
        newest.setdefault(item.question, item)
    return list(newest.values())


def _likeness(question: str, others: Sequence[str], library: Library) -> list[float]:
    own, *stems = map(_stems_of(library), [question, *others])
    exact = [1.0 if item == own else 0.0 for item in stems]
    vectors = _vectors([question, *others], library)
    if vectors is None:
        return exact
    cosines: list[float] = (vectors[1:] @ vectors[0]).tolist()
    return [max(pair) for pair in zip(exact, cosines, strict=True)]


def _stems_of(library: Library) -> Any:  # noqa: ANN401
    def stems(text: str) -> frozenset[str]:
        (found,) = library.words.texts([" ".join(query_terms(text))])
        return frozenset(found)

    return stems


def _vectors(questions: Sequence[str], library: Library) -> NDArray[np.float32] | None:
    """A row for each question, by the library's own embedding if it runs here: no provider is asked
    for this. What was embedded once is kept."""
    import numpy as np

    if not library.has_vectors or library.embedding_name not in LOCAL:
        return None
    try:
        embedding = library.embedding()
    except MissingEmbeddingError:
        return None
    steps = Steps(library.database)
    keys = [key_of(_KIND, [embedding.name, question]) for question in questions]
    rows: dict[str, NDArray[np.float32]] = {}
    for key in keys:
        if (kept := steps.find(key, _Vector)) is not None:
            rows[key] = np.frombuffer(b64decode(kept.numbers), "<f2").astype(np.float32)
    new = [(key, text) for key, text in zip(keys, questions, strict=True) if key not in rows]
    if new:
        made = embedding.embed([text for _, text in new])
        rows |= {key: vector for (key, _), vector in zip(new, made, strict=True)}
        packed = [
            (key, _Vector(numbers=b64encode(rows[key].astype("<f2").tobytes()).decode()))
            for key, _ in new
        ]
        with suppress(LibraryError):  # a library that cannot be written is read all the same
            steps.keep_all(_KIND, packed)
    return np.stack([rows[key] for key in keys])
