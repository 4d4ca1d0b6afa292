"""Lets a model say what a survey's readers would ask, and sum the survey up. Not trusted here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import get_args

from reviewer.llm import Asking
from reviewer.text import clean
from reviewer.text.views import shorten
from reviewer.types import Evidence
from reviewer.types.claims import ClaimDraft
from reviewer.types.frozen import Frozen
from reviewer.types.surveys import (
    MOST_ABSTRACT,
    MOST_OPEN,
    PointOfView,
    SummaryDraft,
    SurveySection,
    ViewQuestion,
)

QUESTIONS_A_VIEW = 2
_MOST_QUESTION_CHARS = 200
_VIEWS: tuple[PointOfView, ...] = get_args(PointOfView)


class ViewReply(Frozen):
    view: str
    question: str


class ViewsReply(Frozen):
    questions: tuple[ViewReply, ...]


class SummaryReply(Frozen):
    abstract: tuple[ClaimDraft, ...]
    open_questions: tuple[ClaimDraft, ...] = ()


def view_questions(asking: Asking, topic: str) -> tuple[ViewQuestion, ...]:
    """At most QUESTIONS_A_VIEW questions a point of view, each once; views that the model invents
    are left out."""
    reply = asking.ask("views", ViewsReply, topic=topic, most_a_view=QUESTIONS_A_VIEW)
    made: dict[str, ViewQuestion] = {}
    for asked in reply.questions:
        view = next((v for v in _VIEWS if v and v == asked.view.strip().casefold()), None)
        question = shorten(clean(asked.question), _MOST_QUESTION_CHARS)
        own = sum(known.view == view for known in made.values())
        if view is not None and question and own < QUESTIONS_A_VIEW:
            made.setdefault(question.casefold(), ViewQuestion(question=question, view=view))
    return tuple(made.values())


def write_summary(
    asking: Asking, topic: str, sections: Sequence[SurveySection], evidence: Sequence[Evidence]
) -> SummaryDraft:
    """The model sees what the sections quote, in turn, so that a small context leaves out none."""
    by_chunk = {item.chunk.id: item for item in evidence}
    quotes = _quotes_in_turn(sections, by_chunk)
    paper_of = {item.tag: item.paper for item in evidence}
    shown = [
        asking.prompts.shown(tag, paper_of[tag].title, paper_of[tag].year, *dict.fromkeys(own))
        for tag, own in quotes.items()
    ]
    fitting = asking.fit(shown)
    reply = asking.ask(
        "summary", SummaryReply, topic=topic, evidence=fitting,
        titles=[clean(section.title) for section in sections],
        most_sentences=MOST_ABSTRACT, most_open=MOST_OPEN,
    )  # fmt: skip
    tags = {item.tag for item in fitting}
    return SummaryDraft(
        abstract=_of_prompt(reply.abstract[:MOST_ABSTRACT], tags),
        open_questions=_of_prompt(reply.open_questions[:MOST_OPEN], tags),
    )


def _quotes_in_turn(
    sections: Sequence[SurveySection], by_chunk: Mapping[str, Evidence]
) -> dict[str, list[str]]:
    """Quotes by the tag of their text: the first of each section, then the second, and so on."""
    cited = [[c for claim in section.claims for c in claim.citations] for section in sections]
    quotes: dict[str, list[str]] = {}
    for row in zip_longest(*cited):
        for citation in row:
            if citation is not None and citation.chunk_id in by_chunk:
                quotes.setdefault(by_chunk[citation.chunk_id].tag, []).append(citation.quote)
    return quotes


def _of_prompt(drafts: Sequence[ClaimDraft], tags: set[str]) -> tuple[ClaimDraft, ...]:
    """A tag that the prompt did not show becomes one that is no evidence."""
    return tuple(
        ClaimDraft(
            text=draft.text,
            quotes=tuple(
                q if q.tag in tags else q.model_copy(update={"tag": f"{q.tag} (not in the prompt)"})
                for q in draft.quotes
            ),
        )
        for draft in drafts
    )
