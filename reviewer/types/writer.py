"""What every writer can do. A writer quotes and drafts; it never makes citations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from reviewer.types.claims import (
    AnswerDraft,
    Citation,
    Claim,
    ClaimDraft,
    Expanded,
    Fault,
    NeedsModel,
    Reading,
    Support,
    Verdict,
)
from reviewer.types.drafts import Argument, Brief, Card, Theme
from reviewer.types.evidence import Evidence
from reviewer.types.gaps import SortedTerm
from reviewer.types.learning import QuizDraft
from reviewer.types.progress import Progress, silent
from reviewer.types.runs import Usage
from reviewer.types.screening import Criterion, RecordVerdicts
from reviewer.types.surveys import (
    FrameDraft,
    GivenSection,
    SummaryDraft,
    SurveyArgument,
    SurveyBrief,
    SurveySection,
    ViewQuestion,
)
from reviewer.types.tables import Column, CorrectedCell, RowDraft

JUDGED_A_CALL = 12  # claims; more than an answer has would not fit into a small model's context
SENTENCES_A_CALL = 30  # that are judged against whole texts, at most
PAPERS_A_CALL = 8
CARDS_A_CALL = 12

OnClaim = Callable[[ClaimDraft], None]
"""Called with a sentence of a draft while the rest is still being written."""


OnRow = Callable[[RowDraft], None]
"""Is shown a row as soon as it stands."""


def unseen(_: RowDraft) -> None:
    """A `OnRow` of nobody who watches."""


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
        """One Reading a paper, in the evidence's order; of a paper that could not be read, one that
        says so."""

    def write_answer(
        self,
        question: str,
        readings: Sequence[Reading],
        evidence: Sequence[Evidence],
        on_claim: OnClaim | None = None,
    ) -> AnswerDraft:
        """A draft from the evidence, in the readings' order. `on_claim` is given each sentence as
        soon as it is written."""

    def judge(self, claims: Sequence[Claim]) -> tuple[Support, ...] | NeedsModel:
        """For each claim, whether its quotes support it."""

    def examine(
        self,
        claims: Sequence[Claim],
        evidence: Sequence[Evidence],
        *,
        question: str = "",
        swapped: bool = False,
        beside: Sequence[Citation] = (),
    ) -> tuple[Verdict, ...] | NeedsModel:
        """A verdict for each claim, in order, on those that are unchecked: a fact against what it
        cites, a synthesis against the other claims. `question`: the one that the claims answer
        together; without it each claim stands alone. `swapped`: the judge is given the definitions
        of "supported" and "unsupported" the other way round; its verdicts are turned back.
        `beside`: of texts with such sentences the judge sees these and what is cited; of others,
        the whole."""

    def repair(
        self,
        claims: Sequence[Claim],
        faults: Sequence[Fault],
        evidence: Sequence[Evidence],
        *,
        beside: Sequence[Citation] = (),
    ) -> tuple[ClaimDraft | None, ...] | NeedsModel:
        """For each fault its claim written again; None for one that was not. `beside` as for
        `examine`."""

    def expand(self, question: str, known: Sequence[Claim]) -> Expanded | NeedsModel:
        """Other wordings to search for, in English: those that the known claims leave open. Without
        known claims, also an imagined abstract of a paper that answers."""

    def rerank(
        self, question: str, evidence: Sequence[Evidence]
    ) -> tuple[Evidence, ...] | NeedsModel:
        """The evidence, the most helpful first; nothing is left out."""

    def stand_alone(self, question: str, earlier: Sequence[str]) -> str | NeedsModel:
        """A follow-up question, written so that it can be read without the earlier ones."""

    def fill_rows(
        self,
        topic: str,
        columns: Sequence[Column],
        evidence: Sequence[Evidence],
        progress: Progress,
        on_row: OnRow = unseen,
        *,
        examples: Sequence[CorrectedCell] = (),
    ) -> tuple[RowDraft, ...]:
        """One draft a paper, for all columns, in the evidence's order; `topic` may be empty. Each
        is given to `on_row` as soon as it stands, in any thread. `examples` are corrections of
        earlier tables that say how columns are read."""

    def screen_records(
        self,
        question: str,
        criteria: Sequence[Criterion],
        evidence: Sequence[Evidence],
        progress: Progress = silent,
    ) -> tuple[RecordVerdicts, ...] | NeedsModel:
        """What each record, one a paper, is by each criterion of a systematic review; never whether
        it is to be included."""

    def suggest_columns(
        self, topic: str, evidence: Sequence[Evidence], most: int
    ) -> tuple[Column, ...] | NeedsModel:
        """At most `most` columns, those first that most papers can fill."""

    def read_cards(self, evidence: Sequence[Evidence]) -> tuple[Card, ...] | NeedsModel:
        """One card a paper, in the evidence's order, whatever it will be used for; of a paper that
        could not be read, one that says so."""

    def plan_argument(
        self, brief: Brief, cards: Sequence[Card], evidence: Sequence[Evidence], stress: str = ""
    ) -> Argument | NeedsModel:
        """The paragraphs of a section over the evidence's papers; `stress` says in words what to
        order them by. Raises ModelReplyError for a reply that cannot be read."""

    def write_section(
        self,
        brief: Brief,
        themes: Sequence[Theme],
        cards: Sequence[Card],
        evidence: Sequence[Evidence],
    ) -> AnswerDraft:
        """A section with a paragraph for each theme: `ClaimDraft.paragraph` is the theme's place,
        from 1. Raises ModelReplyError for a reply without a sentence that could be checked."""

    def edit(
        self, paragraphs: Sequence[Sequence[Claim]], evidence: Sequence[Evidence]
    ) -> tuple[tuple[ClaimDraft, ...], ...] | NeedsModel:
        """For each paragraph its sentences after a pass over the whole text; nothing for one that
        stays as it is. Not trusted: `grounding.edits` says which to take."""

    def extend_paragraph(self, paragraph: str, evidence: Sequence[Evidence]) -> AnswerDraft:
        """Sentences about the evidence's one paper, for the end of this paragraph of the user's."""

    def rewrite(
        self,
        claims: Sequence[Claim],
        place: int | None,
        evidence: Sequence[Evidence],
        *,
        wish: str = "",
        refused: Sequence[str] = (),
        beside: Sequence[Citation] = (),
    ) -> AnswerDraft | NeedsModel:
        """The claim at this place of a paragraph written again, as the author wishes; without a
        place the whole paragraph. `refused` are versions that were not taken, each with the reason;
        `beside` as for `examine`."""

    def view_questions(self, topic: str) -> tuple[ViewQuestion, ...] | NeedsModel:
        """What readers with several points of view would ask about the topic."""

    def write_quiz(
        self, topic: str, evidence: Sequence[Evidence], most: int
    ) -> tuple[QuizDraft, ...] | NeedsModel:
        """At most `most` questions on these texts, each with an answer and its sentences."""

    def sort_terms(self, topic: str, terms: Sequence[str]) -> tuple[SortedTerm, ...] | NeedsModel:
        """Which of the terms are methods and which problems, and which mean the same."""

    def outline_survey(
        self,
        brief: SurveyBrief,
        given: Sequence[GivenSection],
        cards: Sequence[Card],
        evidence: Sequence[Evidence],
    ) -> SurveyArgument | NeedsModel:
        """The sections of a survey over the evidence's papers, those that are `given` in their
        order. Raises ModelReplyError for a reply that cannot be read."""

    def write_frame(
        self,
        brief: SurveyBrief,
        taxonomy: str,
        sections: Sequence[SurveySection],
        evidence: Sequence[Evidence],
    ) -> FrameDraft | NeedsModel:
        """An introduction and a closing section, from the written sections."""

    def write_summary(
        self,
        brief: SurveyBrief,
        sections: Sequence[SurveySection],
        evidence: Sequence[Evidence],
    ) -> SummaryDraft:
        """An abstract and a finding a section, from the written sections; open questions where
        they are quoted."""

    def usage(self) -> Usage:
        """What was spent so far."""

    def notes(self) -> tuple[str, ...]:
        """What was left out of prompts, and why."""

    def prompt_hashes(self, names: Sequence[str] = ()) -> dict[str, str]:
        """The hash of each prompt that was used so far; with `names`, of the prompts named."""

    def close(self, *, at_once: bool = True) -> None:
        """Begin no new call. Calls that are running are ended too if `at_once`."""
