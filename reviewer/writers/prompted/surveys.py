"""Lets a model suggest a survey's questions and summarise the survey. Not trusted here."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, zip_longest
from typing import get_args

from reviewer.errors import ModelError
from reviewer.llm import Asking, in_short, is_form_fault
from reviewer.text import clean
from reviewer.text.views import shorten
from reviewer.types import Evidence
from reviewer.types.frozen import Frozen
from reviewer.types.surveys import (
    MOST_ABSTRACT,
    MOST_OPEN,
    PointOfView,
    SummaryDraft,
    SurveySection,
    ViewQuestion,
)
from reviewer.writers.prompted.sections import SaidSentence, drafts_of_prompt

QUESTIONS_A_VIEW = 2
_MOST_QUESTION_CHARS = 200
_VIEWS: tuple[PointOfView, ...] = get_args(PointOfView)


class ViewReply(Frozen):
    view: str
    question: str


class ViewsReply(Frozen):
    questions: tuple[ViewReply, ...]


class SummaryReply(Frozen):
    abstract: tuple[SaidSentence, ...]
    open_questions: tuple[SaidSentence, ...] = ()


class SurveyWriter(Asking):
    """The part of a `Writer` that asks questions for a survey and summarises it."""

    def view_questions(self, topic: str) -> tuple[ViewQuestion, ...]:
        """At most QUESTIONS_A_VIEW questions a point of view, each once; views that the model
        invents are left out. None without a reply that can be read."""
        try:
            reply = self.ask("views", ViewsReply, topic=topic, most_a_view=QUESTIONS_A_VIEW)
        except ModelError as error:
            if not is_form_fault(error):
                raise
            self.note(f"no further questions from points of view: {in_short(error)}")
            return ()
        questions: dict[str, ViewQuestion] = {}
        for idea in reply.questions:
            view = next((v for v in _VIEWS if v and v == idea.view.strip().casefold()), None)
            question = shorten(clean(idea.question), _MOST_QUESTION_CHARS)
            own = sum(known.view == view for known in questions.values())
            if view is not None and question and own < QUESTIONS_A_VIEW:
                known = ViewQuestion(question=question, view=view)
                questions.setdefault(question.casefold(), known)
        return tuple(questions.values())

    def write_summary(
        self, topic: str, sections: Sequence[SurveySection], evidence: Sequence[Evidence]
    ) -> SummaryDraft:
        """The model sees the quotes of all sections in turn (the first of each section, then the
        second of each, ...), so that a small context leaves out no section."""
        by_chunk = {item.chunk.id: item for item in evidence}
        cited = [[c for claim in section.claims for c in claim.citations] for section in sections]
        quotes: dict[str, dict[str, None]] = {}  # of each chunk, each once
        for citation in chain.from_iterable(zip_longest(*cited)):
            if citation is not None and citation.chunk_id in by_chunk:
                quotes.setdefault(citation.chunk_id, {})[citation.quote] = None

        def write() -> SummaryDraft:
            fitting = self.fit([self.fence(by_chunk[i], *own) for i, own in quotes.items()])
            reply = self.ask(
                "summary",
                SummaryReply,
                topic=topic,
                evidence=fitting,
                titles=[clean(section.title) for section in sections],
                most_sentences=MOST_ABSTRACT,
                most_open=MOST_OPEN,
            )
            return SummaryDraft(
                abstract=drafts_of_prompt(reply.abstract[:MOST_ABSTRACT], fitting),
                open_questions=drafts_of_prompt(reply.open_questions[:MOST_OPEN], fitting),
            )

        return self.narrowing(write)
