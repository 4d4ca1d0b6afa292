"""What every writer can do. A writer quotes and drafts; it never makes citations."""

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

JUDGED_A_CALL = 12  # claims; more than an answer has would not fit into a small model's context
PAPERS_A_CALL = 6  # 12 papers are read in 2 calls side by side: one round trip


class Writer(Protocol):
    """Drafts answers, tables, sections and summaries. Its tags are those of the given evidence.

    A step that needs a model returns NeedsModel if the writer has no model.
    """

    name: str
    judge_name: str
    """The model that judges claims, for readers; empty if none does."""
    is_yes_no: bool
    """Whether the last question that was read can be answered with yes or no: stances count."""

    def read(self, question: str, evidence: Sequence[Evidence]) -> tuple[Reading, ...]:
        """One Reading a paper, in the evidence's order."""

    def write_answer(
        self, question: str, readings: Sequence[Reading], evidence: Sequence[Evidence]
    ) -> AnswerDraft:
        """A draft from the readings' quotes; without readings, from the whole evidence."""

    def judge(self, claims: Sequence[Claim]) -> tuple[Support, ...] | NeedsModel:
        """For each claim, whether its quotes support it."""

    def revise(
        self, claims: Sequence[Claim], evidence: Sequence[Evidence]
    ) -> AnswerDraft | NeedsModel:
        """Each claim written again, so that it says no more than its quotes."""

    def expand(self, question: str, known: Sequence[Claim]) -> Expanded | NeedsModel:
        """Other questions to search for: those that the known claims leave open. Without known
        claims, also an imagined abstract of a paper that answers."""

    def rerank(
        self, question: str, evidence: Sequence[Evidence]
    ) -> tuple[Evidence, ...] | NeedsModel:
        """The evidence that helps to answer, the most helpful first."""

    def stand_alone(self, question: str, earlier: Sequence[str]) -> str | NeedsModel:
        """A follow-up question, written so that it can be read without the earlier ones."""

    def fill_rows(
        self,
        topic: str,
        columns: Sequence[Column],
        evidence: Sequence[Evidence],
        progress: Progress,
    ) -> tuple[RowDraft, ...]:
        """One draft a paper, for all columns, in the evidence's order; `topic` may be empty."""

    def suggest_columns(
        self, topic: str, evidence: Sequence[Evidence], most: int
    ) -> tuple[Column, ...] | NeedsModel:
        """At most `most` columns, those first that most papers can fill."""

    def plan_sections(
        self,
        question: str,
        groups: Sequence[Theme],
        readings: Sequence[Reading],
        evidence: Sequence[Evidence],
    ) -> tuple[Theme, ...]:
        """Themes of the evidence's papers; `groups` are the clusters that code made of them."""

    def write_sections(
        self,
        brief: Brief,
        themes: Sequence[Theme],
        readings: Sequence[Reading],
        evidence: Sequence[Evidence],
        progress: Progress,
    ) -> tuple[SectionDraft, ...]:
        """One draft a theme, in their order, from the readings' quotes; without readings, from the
        whole evidence."""

    def extend_paragraph(self, paragraph: str, evidence: Sequence[Evidence]) -> AnswerDraft:
        """Sentences about the evidence's one paper, for the end of this paragraph of the user's."""

    def view_questions(self, topic: str) -> tuple[ViewQuestion, ...] | NeedsModel:
        """What readers with several points of view would ask about the topic."""

    def write_summary(
        self, topic: str, sections: Sequence[SurveySection], evidence: Sequence[Evidence]
    ) -> SummaryDraft:
        """An abstract and open questions, from what the sections quote."""

    def usage(self) -> Usage:
        """What was spent so far."""

    def notes(self) -> tuple[str, ...]:
        """What was left out of prompts, and why."""

    def prompt_hashes(self, names: Sequence[str] = ()) -> dict[str, str]:
        """The hash of each prompt that was used so far; with `names`, of the prompts named."""

    def close(self, *, at_once: bool = True) -> None:
        """Begin no new call. Calls that are running are ended too if `at_once`."""
