"""Answers that a model drafts, with the prompts in prompts/. Its replies are never trusted."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from reviewer.grounding import cite
from reviewer.llm import Prompts
from reviewer.llm.ask import Model, batched
from reviewer.llm.prompts import FencedText
from reviewer.types import Citation, Claim, Evidence
from reviewer.types.claims import AnswerDraft, ClaimDraft, Expanded, Quote, Reading, Stance, Support
from reviewer.types.evidence import by_paper
from reviewer.types.frozen import Frozen
from reviewer.types.runs import Usage
from reviewer.types.writer import JUDGED_A_CALL, PAPERS_A_CALL
from reviewer.writers.prompted.sections import (
    SectionWriter,
    drafts_of_prompt,
    quotes_by_tag,
    quotes_of_prompt,
)
from reviewer.writers.prompted.surveys import SurveyWriter
from reviewer.writers.prompted.tables import TableWriter

MOST_CLAIMS = 8
MOST_QUESTIONS = 3
QUOTES_OF_A_TEXT = 3
QUOTED_CHARS = 380  # of one text in the prompt of an answer; its first quote is always there


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


class Prompted(TableWriter, SectionWriter, SurveyWriter):
    """A writer with one model for all steps. Calls of one step run side by side; which of them ends
    first changes nothing."""

    def __init__(self, model: Model, prompts: Prompts) -> None:
        super().__init__(model, prompts)
        self.name = self.judge_name = model.model
        self._asked = ""
        self._says_yes_no: list[bool] = []
        self.is_yes_no = False

    def read(self, question: str, evidence: Sequence[Evidence]) -> tuple[Reading, ...]:
        """Several papers a call. A tag that the model leaves out counts as irrelevant, one that it
        invents is ignored. A paper's stance and first quotes come from its most relevant text.
        `is_yes_no` is then what most calls said about the question."""
        batches = batched(evidence, PAPERS_A_CALL, self.room())
        fenced = [self.fit([self.fence(i) for i in batch]) for batch in batches]

        def call(texts: list[FencedText]) -> ReadReply:
            return self.ask("read", ReadReply, question=question, evidence=texts)

        replies = self.side_by_side(call, fenced)
        if question != self._asked:  # else what earlier rounds said counts too
            self._asked, self._says_yes_no = question, []
        self._says_yes_no += [reply.is_yes_no for reply in replies]
        self.is_yes_no = 2 * sum(self._says_yes_no) > len(self._says_yes_no)
        by_tag: dict[str, TagReading] = {}
        for batch, reply in zip(batches, replies, strict=True):
            own = {item.tag for item in batch}
            for reading in reply.readings:
                if reading.tag in own:
                    by_tag.setdefault(reading.tag, reading)
        readings = []
        for paper_id, items in by_paper(evidence).items():
            found = [by_tag[item.tag] for item in items if item.tag in by_tag]
            found.sort(key=lambda reading: -reading.relevance)
            first = found[0] if found else TagReading(tag="", relevance=0)
            quotes = [Quote(tag=r.tag, quote=q) for r in found for q in r.quotes[:QUOTES_OF_A_TEXT]]
            readings.append(
                Reading(
                    paper_id=paper_id,
                    relevance=first.relevance,
                    stance=first.stance,
                    quotes=tuple(quotes),
                )
            )
        return tuple(readings)

    def write_answer(
        self, question: str, readings: Sequence[Reading], evidence: Sequence[Evidence]
    ) -> AnswerDraft:
        """With readings the model sees only their quotes, else the evidence's whole texts."""
        quotes = quotes_by_tag(readings, QUOTED_CHARS)
        seen = [item for item in evidence if item.tag in quotes] if readings else evidence
        fitting = self.fit([self.fence(item, *quotes.get(item.tag, ())) for item in seen])
        reply = self.ask(
            "answer", AnswerReply, question=question, evidence=fitting, most_claims=MOST_CLAIMS
        )
        return AnswerDraft(claims=drafts_of_prompt(reply.claims[:MOST_CLAIMS], fitting))

    def judge(self, claims: Sequence[Claim]) -> tuple[Support, ...]:
        """One call for the claims of an answer, several side by side for more. A claim without a
        verdict stays unchecked."""
        fenced = self._fenced_claims(claims)
        batches = [fenced[n : n + JUDGED_A_CALL] for n in range(0, len(fenced), JUDGED_A_CALL)]

        def call(batch: list[FencedText]) -> JudgeReply:
            return self.ask("judge", JudgeReply, claims=self.fit(batch))

        said: dict[str, Support] = {}
        for batch, reply in zip(batches, self.side_by_side(call, batches), strict=True):
            own = {item.tag for item in batch}
            said |= {v.tag: v.support for v in reply.verdicts if v.tag in own}
        found = [said.get(f"C{n}", "unchecked") for n in range(1, len(claims) + 1)]
        return tuple("unchecked" if support == "uncited" else support for support in found)

    def revise(self, claims: Sequence[Claim], evidence: Sequence[Evidence]) -> AnswerDraft:
        """The model sees the claims' tags; the draft's quotes have the tags of the evidence again:
        of several texts that a claim cites, that of the text with the quote."""
        fenced = self.fit(self._fenced_claims(claims))
        reply = self.ask("revise", AnswerReply, claims=fenced, most_claims=len(claims))
        by_tag = {item.tag: item for item in evidence}
        tags: dict[str, list[str]] = {}
        for n, claim in enumerate(claims, start=1):
            cited = {citation.chunk_id for citation in claim.citations}
            tags[f"C{n}"] = [item.tag for item in evidence if item.chunk.id in cited]

        def retagged(quote: Quote) -> Quote:
            options = [quote.model_copy(update={"tag": tag}) for tag in tags.get(quote.tag, ())]
            options = options or list(quotes_of_prompt([quote], ()))
            located = (q for q in options if isinstance(cite(q, by_tag), Citation))
            return next(located, options[0])

        return AnswerDraft(
            claims=tuple(
                ClaimDraft(text=draft.text, quotes=tuple(map(retagged, draft.quotes)))
                for draft in reply.claims
            )
        )

    def expand(self, question: str, known: Sequence[Claim]) -> Expanded:
        fenced = self.fit(self._fenced_claims(known))
        reply = self.ask(
            "expand", QuestionsReply, question=question, known=fenced, most_questions=MOST_QUESTIONS
        )
        asked = (" ".join(text.split())[:300] for text in reply.questions)
        abstract = "" if known else " ".join(reply.abstract.split())[:1200]
        return Expanded(questions=tuple(filter(None, asked))[:MOST_QUESTIONS], abstract=abstract)

    def rerank(self, question: str, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
        fenced = self.fit([self.fence(item) for item in evidence])
        reply = self.ask("rerank", RerankReply, question=question, evidence=fenced)
        by_tag = {item.tag: item for item in evidence}
        return tuple(by_tag[tag] for tag in dict.fromkeys(reply.tags) if tag in by_tag)

    def stand_alone(self, question: str, earlier: Sequence[str]) -> str:
        fenced = [self.prompts.fence("earlier", "", None, *earlier)]
        reply = self.ask("follow_up", QuestionReply, question=question, earlier=self.fit(fenced))
        return " ".join(reply.question.split())[:500] or question

    def usage(self) -> Usage:
        return self.model.usage()

    def close(self, *, at_once: bool = True) -> None:
        self.model.close(at_once=at_once)

    def _fenced_claims(self, claims: Sequence[Claim]) -> list[FencedText]:
        """The claims with their quotes, under the tags C1, C2, ..."""
        return [
            self.prompts.fence(
                f"C{number}",
                "",
                None,
                f"Claim: {claim.text}",
                *(f'Quote: "{citation.quote}"' for citation in claim.citations),
            )
            for number, claim in enumerate(claims, start=1)
        ]
