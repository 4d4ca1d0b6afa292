"""Answers that a model drafts, through the prompts in prompts/. Its words are never trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import Field

import reviewer.writers.prompted.sections as drafting
import reviewer.writers.prompted.surveys as framing
import reviewer.writers.prompted.tables as filling
from reviewer.grounding import cite
from reviewer.llm import Asking, Prompts
from reviewer.llm.ask import Model
from reviewer.llm.prompts import Shown
from reviewer.types import Citation, Claim, Evidence
from reviewer.types.claims import AnswerDraft, ClaimDraft, Expanded, Quote, Reading, Stance, Support
from reviewer.types.drafts import MOST_THEMES, Brief, SectionDraft, Theme
from reviewer.types.evidence import by_paper
from reviewer.types.frozen import Frozen
from reviewer.types.progress import Progress
from reviewer.types.runs import Usage
from reviewer.types.surveys import SummaryDraft, SurveySection, ViewQuestion
from reviewer.types.tables import Column, RowDraft
from reviewer.types.writer import JUDGED_A_CALL, PAPERS_A_CALL

MOST_CLAIMS = 8
MOST_QUESTIONS = 3
QUOTES_OF_A_TEXT = 3
QUOTED_CHARS = 380  # of one text in the answer's prompt; its first quote is always there


class TagReading(Frozen):
    tag: str
    relevance: float = Field(ge=0, le=10)
    stance: Stance = "none"
    quotes: tuple[str, ...] = ()


class ReadReply(Frozen):
    is_yes_no: bool = False
    readings: tuple[TagReading, ...]


class AnswerReply(Frozen):
    claims: tuple[ClaimDraft, ...]


class Verdict(Frozen):
    tag: str
    support: Support


class JudgeReply(Frozen):
    verdicts: tuple[Verdict, ...]


class QuestionsReply(Frozen):
    questions: tuple[str, ...]
    abstract: str = ""


class RerankReply(Frozen):
    tags: tuple[str, ...]


class QuestionReply(Frozen):
    question: str


class Prompted:
    """One model for every role. Calls of one step run side by side; their order never shows."""

    def __init__(self, model: Model, prompts: Prompts) -> None:
        self.name = model.model
        self._asking = Asking(model, prompts)
        self._asked = ""
        self._says_yes_no: list[bool] = []
        self.is_yes_no = False

    def read(self, question: str, evidence: Sequence[Evidence]) -> tuple[Reading, ...]:
        """Several papers a call. A tag that the model leaves out counts as irrelevant, one that it
        invents is ignored; `is_yes_no` then says what most calls thought of the question."""
        batches = self._asking.batches(evidence, PAPERS_A_CALL)
        shown = [self._asking.fit(self._shown(batch)) for batch in batches]

        def call(texts: list[Shown]) -> ReadReply:
            return self._asking.ask("read", ReadReply, question=question, evidence=texts)

        replies = self._asking.side_by_side(call, shown)
        self._vote(question, replies)
        by_tag: dict[str, TagReading] = {}
        for batch, reply in zip(batches, replies, strict=True):
            own = {item.tag for item in batch}
            for reading in reply.readings:
                if reading.tag in own:
                    by_tag.setdefault(reading.tag, reading)
        return _readings(evidence, by_tag)

    def write_answer(
        self, question: str, readings: Sequence[Reading], evidence: Sequence[Evidence]
    ) -> AnswerDraft:
        """With readings the model sees their quotes alone, else the evidence's whole texts."""
        quotes = drafting.quotes_by_tag(readings, QUOTED_CHARS)
        quoted = [item for item in evidence if item.tag in quotes]
        fitting = self._asking.fit(
            self._shown(quoted, quotes) if readings else self._shown(evidence)
        )
        reply = self._asking.ask(
            "answer", AnswerReply, question=question, evidence=fitting, most_claims=MOST_CLAIMS
        )
        tags = {item.tag: [item.tag] for item in fitting}
        return _retagged(reply.claims[:MOST_CLAIMS], tags, evidence)

    def judge(self, claims: Sequence[Claim]) -> tuple[Support, ...]:
        """One call for an answer's claims, several side by side for more. A claim without a verdict
        stays unchecked."""
        shown = [self._claim_shown(n, c) for n, c in enumerate(claims, start=1)]
        batches = [shown[n : n + JUDGED_A_CALL] for n in range(0, len(shown), JUDGED_A_CALL)]

        def call(batch: list[Shown]) -> JudgeReply:
            return self._asking.ask("judge", JudgeReply, claims=self._asking.fit(batch))

        said: dict[str, Support] = {}
        for batch, reply in zip(batches, self._asking.side_by_side(call, batches), strict=True):
            own = {item.tag for item in batch}
            said |= {v.tag: v.support for v in reply.verdicts if v.tag in own}
        found = [said.get(f"C{n}", "unchecked") for n in range(1, len(claims) + 1)]
        return tuple("unchecked" if support == "uncited" else support for support in found)

    def revise(self, claims: Sequence[Claim], evidence: Sequence[Evidence]) -> AnswerDraft:
        """The draft's quotes carry the evidence's own tags again."""
        shown = self._asking.fit([self._claim_shown(n, c) for n, c in enumerate(claims, start=1)])
        reply = self._asking.ask("revise", AnswerReply, claims=shown, most_claims=len(claims))
        tags: dict[str, list[str]] = {}
        for n, claim in enumerate(claims, start=1):
            cited = {citation.chunk_id for citation in claim.citations}
            tags[f"C{n}"] = [item.tag for item in evidence if item.chunk.id in cited]
        return _retagged(reply.claims, tags, evidence)

    def expand(self, question: str, known: Sequence[Claim]) -> Expanded:
        shown = self._asking.fit([self._claim_shown(n, c) for n, c in enumerate(known, start=1)])
        reply = self._asking.ask(
            "expand", QuestionsReply, question=question, known=shown, most_questions=MOST_QUESTIONS
        )
        asked = (" ".join(text.split())[:300] for text in reply.questions)
        abstract = "" if known else " ".join(reply.abstract.split())[:1200]
        return Expanded(questions=tuple(filter(None, asked))[:MOST_QUESTIONS], abstract=abstract)

    def rerank(self, question: str, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
        shown = self._asking.fit(self._shown(evidence))
        reply = self._asking.ask("rerank", RerankReply, question=question, evidence=shown)
        by_tag = {item.tag: item for item in evidence}
        return tuple(by_tag[tag] for tag in dict.fromkeys(reply.tags) if tag in by_tag)

    def stand_alone(self, question: str, earlier: Sequence[str]) -> str:
        shown = [self._asking.prompts.shown("earlier", "", None, *earlier)]
        reply = self._asking.ask(
            "follow_up", QuestionReply, question=question, earlier=self._asking.fit(shown)
        )
        return " ".join(reply.question.split())[:500] or question

    def fill_rows(
        self,
        topic: str,
        columns: Sequence[Column],
        evidence: Sequence[Evidence],
        progress: Progress,
    ) -> tuple[RowDraft, ...]:
        """Several short papers a call, a long one alone. A call that fails leaves its papers
        `failed`; the first ModelError is raised when all fail."""
        return filling.fill_rows(self._asking, topic, columns, evidence, progress)

    def suggest_columns(
        self, topic: str, evidence: Sequence[Evidence], most: int
    ) -> tuple[Column, ...]:
        return filling.suggest_columns(self._asking, topic, evidence, most)

    def plan_sections(
        self,
        question: str,
        groups: Sequence[Theme],
        readings: Sequence[Reading],
        evidence: Sequence[Evidence],
    ) -> tuple[Theme, ...]:
        """The model's own themes; papers that it leaves out are in none."""
        texts = drafting.texts_shown(readings, evidence)
        most = max(MOST_THEMES, len(groups))
        return drafting.plan_sections(self._asking, question, texts, evidence, most)

    def write_sections(
        self,
        brief: Brief,
        themes: Sequence[Theme],
        readings: Sequence[Reading],
        evidence: Sequence[Evidence],
        progress: Progress,
    ) -> tuple[SectionDraft, ...]:
        """A call a theme, side by side. One that fails leaves its section `failed`; the first
        ModelError is raised when all fail."""
        shown = drafting.texts_shown(readings, evidence), evidence
        return drafting.write_sections(self._asking, brief, themes, shown, progress)

    def extend_paragraph(self, paragraph: str, evidence: Sequence[Evidence]) -> AnswerDraft:
        return drafting.extend_paragraph(self._asking, paragraph, evidence)

    def view_questions(self, topic: str) -> tuple[ViewQuestion, ...]:
        return framing.view_questions(self._asking, topic)

    def write_summary(
        self, topic: str, sections: Sequence[SurveySection], evidence: Sequence[Evidence]
    ) -> SummaryDraft:
        return framing.write_summary(self._asking, topic, sections, evidence)

    def usage(self) -> Usage:
        return self._asking.model.usage()

    def notes(self) -> tuple[str, ...]:
        return self._asking.notes()

    def prompt_hashes(self, names: Sequence[str] = ()) -> dict[str, str]:
        return self._asking.prompt_hashes(names)

    def close(self, *, at_once: bool = True) -> None:
        self._asking.model.close(at_once=at_once)

    def _vote(self, question: str, replies: Sequence[ReadReply]) -> None:
        """Count what each call about this question said, in earlier rounds too."""
        if question != self._asked:
            self._asked, self._says_yes_no = question, []
        self._says_yes_no += [reply.is_yes_no for reply in replies]
        self.is_yes_no = 2 * sum(self._says_yes_no) > len(self._says_yes_no)

    def _shown(
        self, evidence: Sequence[Evidence], quotes: Mapping[str, Sequence[str]] | None = None
    ) -> list[Shown]:
        """The evidence's whole texts, or these quotes of them."""
        texts = quotes or {item.tag: [item.chunk.text] for item in evidence}
        return [
            self._asking.prompts.shown(
                item.tag, item.paper.title, item.paper.year, *texts[item.tag]
            )
            for item in evidence
        ]

    def _claim_shown(self, number: int, claim: Claim) -> Shown:
        texts = [f"Claim: {claim.text}", *(f'Quote: "{c.quote}"' for c in claim.citations)]
        return self._asking.prompts.shown(f"C{number}", "", None, *texts)


def _readings(evidence: Sequence[Evidence], by_tag: dict[str, TagReading]) -> tuple[Reading, ...]:
    """One Reading a paper: the stance and first quotes are those of its most relevant text."""
    readings = []
    for paper_id, own in by_paper(evidence).items():
        found = [by_tag[item.tag] for item in own if item.tag in by_tag]
        ranked = sorted(found, key=lambda reading: -reading.relevance)
        quotes = [Quote(tag=r.tag, quote=q) for r in ranked for q in r.quotes[:QUOTES_OF_A_TEXT]]
        readings.append(
            Reading(
                paper_id=paper_id,
                relevance=ranked[0].relevance if ranked else 0.0,
                stance=ranked[0].stance if ranked else "none",
                quotes=tuple(quotes),
            )
        )
    return tuple(readings)


def _retagged(
    drafts: Sequence[ClaimDraft], tags: dict[str, list[str]], evidence: Sequence[Evidence]
) -> AnswerDraft:
    """The drafts with the evidence's tags for those of the prompt, of several the one where the
    quote stands. A tag that the prompt did not show becomes one that is no evidence."""
    shown = {item.tag: item for item in evidence}

    def own(quote: Quote) -> Quote:
        unseen = f"{quote.tag} (not in the prompt)" if quote.tag else ""
        could_be = [quote.model_copy(update={"tag": t}) for t in tags.get(quote.tag) or [unseen]]
        found = (q for q in could_be if isinstance(cite(q, shown), Citation))
        return next(found, could_be[0])

    return AnswerDraft(
        claims=tuple(
            ClaimDraft(text=draft.text, quotes=tuple(own(quote) for quote in draft.quotes))
            for draft in drafts
        )
    )
