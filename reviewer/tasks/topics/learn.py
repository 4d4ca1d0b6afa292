"""learn_topic: papers in reading order and why, a glossary, and questions to test oneself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from reviewer.library import Library
from reviewer.search import SearchOptions, find
from reviewer.tasks.paper_chunks import beginning_of
from reviewer.tasks.topics.glossary import choose_terms, find_terms
from reviewer.tasks.topics.main_sentences import finding_of, purpose_of
from reviewer.tasks.topics.quiz import QUESTIONS, ask_by_code, ask_by_model, calls_of
from reviewer.tasks.topics.reading_order import (
    choose_papers,
    order_papers,
    read_for_order,
    reasons_for,
)
from reviewer.text import counted
from reviewer.text.views import one_line
from reviewer.types import Evidence
from reviewer.types.evidence import tagged
from reviewer.types.learning import LearningPath, ReadingStep
from reviewer.types.progress import Progress, silent
from reviewer.types.searches import Filters, Found
from reviewer.types.writer import Writer

PAPERS = 10
LOOKED_AT = 40  # papers near the topic that the order and the glossary are made of


@dataclass(frozen=True)
class LearnOptions:
    """`papers` is how many to read."""

    papers: int = PAPERS
    filters: Filters = field(default_factory=Filters)


def learn_topic(
    topic: str,
    library: Library,
    writer: Writer,
    options: LearnOptions | None = None,
    progress: Progress = silent,
) -> LearningPath:
    """Papers on the topic in reading order, each with why; terms with the sentences in which the
    papers define them; and up to QUESTIONS questions whose answers are sentences of these papers.

    Order and glossary take no model. A model writes the questions, and an answer that does not pass
    the gate is left out; without one, and where some are left out, code makes them. Raises
    ModelError when a model fails.
    """
    options = options or LearnOptions()
    started = time.monotonic()
    topic = one_line(topic)
    found = find(topic, library, SearchOptions(LOOKED_AT, filters=options.filters))
    near = _near(found, library)
    terms = find_terms(near)
    reading = read_for_order(near, terms)
    ordered = order_papers(choose_papers(reading, options.papers), reading)
    texts = tagged(ordered)
    if writer.judge_name and texts:
        progress(calls_of(writer.name), -1, 0)
    written = ask_by_model(topic, texts, writer) if texts else ()
    others = ask_by_code(texts, terms, QUESTIONS - len(written))
    steps = tuple(
        ReadingStep(
            tag=item.tag,
            paper=item.paper,
            reasons=tuple(reasons_for(item, texts, reading)),
            says=purpose_of(item),
            finds=finding_of(item),
        )
        for item in texts
    )
    return LearningPath(
        topic=topic,
        papers=found.papers,
        looked_at=len(near),
        steps=steps,
        glossary=choose_terms(terms, [item.paper.id for item in texts]),
        questions=(*written, *others),
        reason=found.reason,
        notes=tuple(_notes(len(written), len(steps), options, writer)),
        writer=writer.name,
        usage=writer.usage().model_copy(update={"seconds": round(time.monotonic() - started, 3)}),
    )


def plan_calls(topic: str, library: Library, model: str, options: LearnOptions) -> str:
    """How many model calls `learn` would make, in words. Searches, but calls no model."""
    wanted = SearchOptions(1, filters=options.filters)
    if model and not find(one_line(topic), library, wanted).considered:
        return "Nothing in the library bears on this topic: 0 calls."
    return calls_of(model)


def _near(found: Found, library: Library) -> list[Evidence]:
    """The beginning of each paper that bears on the topic, the nearest first: what an abstract
    says, not what a page in the middle says."""
    papers = [hit.paper for hit in found.wanted if found.considered and not hit.is_weak]
    return list(tagged(beginning_of(paper, library) for paper in papers))


def _notes(written: int, papers: int, options: LearnOptions, writer: Writer) -> Iterator[str]:
    if papers and papers < options.papers:
        yield f"Only {counted(papers, 'paper')} bear{'s' * (papers == 1)} on this topic."
    if writer.judge_name and papers and written < QUESTIONS:
        yield (
            f"{counted(written, 'question')} of the model passed the gate; code made the others."
        )
    yield from writer.notes()
