"""Makes a rubric of the papers on a topic: a criterion for each group of similar papers."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.errors import UsageError
from reviewer.grounding.sentence_numbers import cite_span
from reviewer.library import Library
from reviewer.search import SearchOptions, find, group_papers
from reviewer.text.views import one_line
from reviewer.types import Citation
from reviewer.types.grades import Criterion, Rubric
from reviewer.types.searches import Filters, Found

PAPERS = 40  # that a rubric is made of, unless another number is given
MOST_CRITERIA = 20


def make_rubric(topic: str, library: Library, filters: Filters, papers: int = PAPERS) -> Rubric:
    """The rubric of the `papers` papers that bear most on the topic: grouped as themes are, each
    with its sentence that is nearest to the topic. Papers that the filters name by their keys need
    not reach the relevance floor. No model is asked.

    Raises UsageError where no paper bears on the topic.
    """
    topic = one_line(topic)
    if not topic:
        raise UsageError("there is no topic", hint='Say it: --topic "retrieval that harms"')
    is_chosen = bool(filters.keys)
    options = SearchOptions(papers, filters=filters, abstains=not is_chosen)
    found = find(topic, library, options)
    sentence_of = {
        citation.paper_id: citation for citation in _sentences(found, has_floor=not is_chosen)
    }
    own = [hit.paper for hit in found.hits if hit.paper.id in sentence_of]
    if not own:
        raise UsageError(
            f"no paper of the library bears on '{topic}'", hint="Use other words, or add papers."
        )
    themes = group_papers(own, library, MOST_CRITERIA)
    return Rubric(
        topic=topic,
        criteria=tuple(
            Criterion(name=t.name, sentences=tuple(sentence_of[i] for i in t.paper_ids))
            for t in themes
        ),
    )


def _sentences(found: Found, *, has_floor: bool) -> Iterator[Citation]:
    """Of each paper, or of those above the relevance floor, the sentence nearest to the topic."""
    evidence = {item.chunk.id: item for item in found.evidence}
    for hit in found.wanted:
        item = evidence.get(hit.chunk.id)
        if item is None or (has_floor and (hit.is_weak or not found.matched)):
            continue
        if hit.best_sentence is not None:
            best = hit.best_sentence
            yield cite_span(item, item.chunk.part, best.start, best.end)
        else:
            yield cite_span(item, "title", 0, len(item.paper.title))
