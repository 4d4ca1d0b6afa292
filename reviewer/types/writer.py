"""Ways drafts get written: one file each. A writer quotes and drafts; it never makes citations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from reviewer.types.claims import AnswerDraft, Claim, Expanded, NeedsModel, Reading, Support
from reviewer.types.drafts import Brief, SectionDraft, Theme
from reviewer.types.evidence import Evidence
from reviewer.types.progress import Progress
from reviewer.types.runs import Usage
from reviewer.types.surveys import SummaryDraft, SurveySection, ViewQuestion
from reviewer.types.tables import Column, RowDraft

JUDGED_A_CALL = 12  # more claims than an answer has would not fit into a small model's context
PAPERS_A_CALL = 6  # 12 papers are read in 2 calls side by side: one round trip


class Writer(Protocol):
    """What every writer can be asked for. Tags are those of the evidence it was shown.

    A step that needs a model gives NeedsModel where there is none.
    """

    name: str
    is_yes_no: bool
    """Whether the question that was read last can be answered with yes or no, and stances count."""

    def read(self, question: str, evidence: Sequence[Evidence]) -> tuple[Reading, ...]:
        """One Reading a paper, in the evidence's order."""
        ...

    def write_answer(
        self, question: str, readings: Sequence[Reading], evidence: Sequence[Evidence]
    ) -> AnswerDraft:
        """A draft that rests on the readings' quotes, or on the whole evidence without readings."""
        ...

    def judge(self, claims: Sequence[Claim]) -> tuple[Support, ...] | NeedsModel:
        """For each claim whether its quotes carry it."""
        ...

    def revise(
        self, claims: Sequence[Claim], evidence: Sequence[Evidence]
    ) -> AnswerDraft | NeedsModel:
        """Each claim anew, so that it says no more than its quotes."""
        ...

    def expand(self, question: str, known: Sequence[Claim]) -> Expanded | NeedsModel:
        """Other questions to search for, those still open beside what is known; without anything
        known also an abstract that an answering paper might have."""
        ...

    def rerank(
        self, question: str, evidence: Sequence[Evidence]
    ) -> tuple[Evidence, ...] | NeedsModel:
        """The evidence that helps, the most helpful first."""
        ...

    def stand_alone(self, question: str, earlier: Sequence[str]) -> str | NeedsModel:
        """A follow-up question in words that need no earlier ones."""
        ...

    def fill_rows(
        self,
        topic: str,
        columns: Sequence[Column],
        evidence: Sequence[Evidence],
        progress: Progress,
    ) -> tuple[RowDraft, ...]:
        """One draft a paper, in the evidence's order, for all columns; `topic` may be empty."""
        ...

    def suggest_columns(
        self, topic: str, evidence: Sequence[Evidence], most: int
    ) -> tuple[Column, ...] | NeedsModel:
        """At most so many columns, those first that most papers can fill."""
        ...

    def plan_sections(
        self,
        question: str,
        groups: Sequence[Theme],
        readings: Sequence[Reading],
        evidence: Sequence[Evidence],
    ) -> tuple[Theme, ...]:
        """Themes over the evidence's papers; `groups` are those that code made of them."""
        ...

    def write_sections(
        self,
        brief: Brief,
        themes: Sequence[Theme],
        readings: Sequence[Reading],
        evidence: Sequence[Evidence],
        progress: Progress,
    ) -> tuple[SectionDraft, ...]:
        """One draft a theme, in their order, from the readings' quotes or, without readings, from
        the whole evidence."""
        ...

    def extend_paragraph(self, paragraph: str, evidence: Sequence[Evidence]) -> AnswerDraft:
        """What is told of the evidence's one paper at the end of this paragraph of a user's."""
        ...

    def view_questions(self, topic: str) -> tuple[ViewQuestion, ...] | NeedsModel:
        """What readers with several points of view would ask of the topic."""
        ...

    def write_summary(
        self, topic: str, sections: Sequence[SurveySection], evidence: Sequence[Evidence]
    ) -> SummaryDraft:
        """An abstract and what is open, on what the sections quote; tags are the evidence's."""
        ...

    def usage(self) -> Usage:
        """What was spent so far."""
        ...

    def notes(self) -> tuple[str, ...]:
        """What was left out of prompts, and why."""
        ...

    def prompt_hashes(self, names: Sequence[str] = ()) -> dict[str, str]:
        """The hash of each prompt that was used so far, or of those with these names."""
        ...

    def close(self, *, at_once: bool = True) -> None:
        """No new call is made; those that still run end, unless this is not `at_once`."""
        ...
