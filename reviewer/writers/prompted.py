"""Answers that a model drafts, through the prompts in prompts/. Its words are never trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from pydantic import Field

from reviewer.citing import cite
from reviewer.prompting import Prompts, Shown
from reviewer.records import (
    AnswerDraft,
    Citation,
    Claim,
    ClaimDraft,
    Evidence,
    Expanded,
    Quote,
    Reading,
    Record,
    Stance,
    Support,
    Usage,
)

MOST_CLAIMS = 8
MOST_QUESTIONS = 3
PAPERS_A_CALL = 6  # 12 papers in 2 calls side by side: one round trip
QUOTES_OF_A_TEXT = 3
QUOTED_CHARS = 380  # of one text in the answer's prompt; its first quote is always there
CHARS_A_TOKEN = 3.0  # English has about 4, code and symbols fewer, other scripts 1
REPLY_TOKENS = 1500  # left free for the reply
FENCE_TOKENS = 40

T = TypeVar("T", bound=Record)


class TagReading(Record):
    tag: str
    relevance: float = Field(ge=0, le=10)
    stance: Stance = "none"
    quotes: tuple[str, ...] = ()


class ReadReply(Record):
    is_yes_no: bool = False
    readings: tuple[TagReading, ...]


class AnswerReply(Record):
    claims: tuple[ClaimDraft, ...]


class Verdict(Record):
    tag: str
    support: Support


class JudgeReply(Record):
    verdicts: tuple[Verdict, ...]


class QuestionsReply(Record):
    questions: tuple[str, ...]
    abstract: str = ""


class RerankReply(Record):
    tags: tuple[str, ...]


class QuestionReply(Record):
    question: str


class Model(Protocol):
    """What the writer needs of `llm.LLM`."""

    @property
    def model(self) -> str: ...

    @property
    def jobs(self) -> int: ...

    @property
    def context_tokens(self) -> int: ...

    def ask(self, prompt: str, into: type[T], *, prompt_hash: str = "") -> T: ...

    def usage(self) -> Usage: ...


class Prompted:
    """One model for every role. Calls of one step run side by side; their order never shows."""

    def __init__(self, model: Model, prompts: Prompts) -> None:
        self.name = model.model
        self._model = model
        self._prompts = prompts
        self._notes: list[str] = []
        self._asked = ""
        self._says_yes_no: list[bool] = []
        self.is_yes_no = False

    def read(self, question: str, evidence: Sequence[Evidence]) -> tuple[Reading, ...]:
        """Several papers a call. A tag that the model leaves out counts as irrelevant, one that it
        invents is ignored; `is_yes_no` then says what most calls thought of the question."""
        batches = self._batches(evidence)
        shown = [self._fit(self._shown(batch)) for batch in batches]

        def call(texts: list[Shown]) -> ReadReply:
            return self._ask("read", ReadReply, question=question, evidence=texts)

        with ThreadPoolExecutor(max(1, min(self._model.jobs, len(batches)))) as pool:
            replies = list(pool.map(call, shown))
        self._vote(question, replies)
        by_tag: dict[str, TagReading] = {}
        for batch, reply in zip(batches, replies, strict=True):
            own = {item.tag for item in batch}
            for reading in reply.readings:
                if reading.tag in own:
                    by_tag.setdefault(reading.tag, reading)
        return _by_paper(evidence, by_tag)

    def write_answer(
        self, question: str, readings: Sequence[Reading], evidence: Sequence[Evidence]
    ) -> AnswerDraft:
        """With readings the model sees their quotes alone, else the evidence's whole texts."""
        quotes = _quotes_by_tag(readings)
        quoted = [item for item in evidence if item.tag in quotes]
        fitting = self._fit(self._shown(quoted, quotes) if readings else self._shown(evidence))
        reply = self._ask(
            "answer", AnswerReply, question=question, evidence=fitting, most_claims=MOST_CLAIMS
        )
        tags = {item.tag: [item.tag] for item in fitting}
        return _retagged(reply.claims[:MOST_CLAIMS], tags, evidence)

    def judge(self, claims: Sequence[Claim]) -> tuple[Support, ...]:
        """One call for all claims. A claim without a verdict stays unchecked."""
        shown = self._fit([self._claim_shown(n, c) for n, c in enumerate(claims, start=1)])
        reply = self._ask("judge", JudgeReply, claims=shown)
        said = {verdict.tag: verdict.support for verdict in reply.verdicts}
        found = [said.get(f"C{n}", "unchecked") for n in range(1, len(claims) + 1)]
        return tuple("unchecked" if support == "uncited" else support for support in found)

    def revise(self, claims: Sequence[Claim], evidence: Sequence[Evidence]) -> AnswerDraft:
        """The draft's quotes carry the evidence's own tags again."""
        shown = self._fit([self._claim_shown(n, c) for n, c in enumerate(claims, start=1)])
        reply = self._ask("revise", AnswerReply, claims=shown, most_claims=len(claims))
        tags: dict[str, list[str]] = {}
        for n, claim in enumerate(claims, start=1):
            cited = {citation.chunk_id for citation in claim.citations}
            tags[f"C{n}"] = [item.tag for item in evidence if item.chunk.id in cited]
        return _retagged(reply.claims, tags, evidence)

    def expand(self, question: str, known: Sequence[Claim]) -> Expanded:
        shown = self._fit([self._claim_shown(n, c) for n, c in enumerate(known, start=1)])
        reply = self._ask(
            "expand", QuestionsReply, question=question, known=shown, most_questions=MOST_QUESTIONS
        )
        asked = (" ".join(text.split())[:300] for text in reply.questions)
        abstract = "" if known else " ".join(reply.abstract.split())[:1200]
        return Expanded(questions=tuple(filter(None, asked))[:MOST_QUESTIONS], abstract=abstract)

    def rerank(self, question: str, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
        shown = self._fit(self._shown(evidence))
        reply = self._ask("rerank", RerankReply, question=question, evidence=shown)
        by_tag = {item.tag: item for item in evidence}
        return tuple(by_tag[tag] for tag in dict.fromkeys(reply.tags) if tag in by_tag)

    def stand_alone(self, question: str, earlier: Sequence[str]) -> str:
        shown = [self._prompts.shown("earlier", "", None, *earlier)]
        reply = self._ask("follow_up", QuestionReply, question=question, earlier=self._fit(shown))
        return " ".join(reply.question.split())[:500] or question

    def usage(self) -> Usage:
        return self._model.usage()

    def notes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._notes))

    def _vote(self, question: str, replies: Sequence[ReadReply]) -> None:
        """Count what each call about this question said, in earlier rounds too."""
        if question != self._asked:
            self._asked, self._says_yes_no = question, []
        self._says_yes_no += [reply.is_yes_no for reply in replies]
        self.is_yes_no = 2 * sum(self._says_yes_no) > len(self._says_yes_no)

    def _ask(self, name: str, into: type[T], **inputs: Any) -> T:  # noqa: ANN401  a prompt's inputs
        prompt = self._prompts.render(name, **inputs)
        return self._model.ask(prompt.text, into, prompt_hash=prompt.file_hash)

    def _shown(
        self, evidence: Sequence[Evidence], quotes: Mapping[str, Sequence[str]] | None = None
    ) -> list[Shown]:
        """The evidence's whole texts, or these quotes of them."""
        texts = quotes or {item.tag: [item.chunk.text] for item in evidence}
        return [
            self._prompts.shown(item.tag, item.paper.title, item.paper.year, *texts[item.tag])
            for item in evidence
        ]

    def _claim_shown(self, number: int, claim: Claim) -> Shown:
        texts = [f"Claim: {claim.text}", *(f'Quote: "{c.quote}"' for c in claim.citations)]
        return self._prompts.shown(f"C{number}", "", None, *texts)

    def _room(self) -> float:
        """Tokens that the texts of one prompt may take."""
        return self._model.context_tokens - 2 * REPLY_TOKENS

    def _batches(self, evidence: Sequence[Evidence]) -> list[list[Evidence]]:
        """The evidence of PAPERS_A_CALL papers each, in order, or of as many as fit."""
        papers: dict[str, list[Evidence]] = {}
        for item in evidence:
            papers.setdefault(item.paper.id, []).append(item)
        batches: list[list[Evidence]] = []
        count, room = PAPERS_A_CALL, 0.0
        for own in papers.values():
            size = sum(_tokens(item.chunk.text) + _tokens(item.paper.title) for item in own)
            if count == PAPERS_A_CALL or size > room:
                batches.append([])
                count, room = 0, self._room()
            batches[-1] += own
            count, room = count + 1, room - size
        return batches

    def _fit(self, shown: list[Shown]) -> list[Shown]:
        """Without the last ones, if all would not fit into the model's context."""
        room = self._room()
        kept: list[Shown] = []
        for item in shown:
            room -= _tokens(item.text) + _tokens(item.title)
            if room < 0 and kept:
                left = len(shown) - len(kept)
                texts = f"{left} text{'s' * (left != 1)}"
                self._notes.append(f"{texts} that did not fit into the model's context")
                break
            kept.append(item)
        return kept


def _tokens(text: str) -> float:
    """What a fenced text takes, estimated from above."""
    others = sum(character > "\u024f" for character in text)
    return (len(text) - others) / CHARS_A_TOKEN + others + FENCE_TOKENS / 2


def _by_paper(evidence: Sequence[Evidence], by_tag: dict[str, TagReading]) -> tuple[Reading, ...]:
    """One Reading a paper: the stance and first quotes are those of its most relevant text."""
    own: dict[str, list[TagReading]] = {}
    for item in evidence:
        own.setdefault(item.paper.id, [])
        if item.tag in by_tag:
            own[item.paper.id].append(by_tag[item.tag])
    readings = []
    for paper_id, found in own.items():
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


def _quotes_by_tag(readings: Sequence[Reading]) -> dict[str, list[str]]:
    quotes: dict[str, list[str]] = {}
    for reading in readings:
        for quote in reading.quotes:
            own = quotes.setdefault(quote.tag, [])
            if not own or sum(map(len, own)) + len(quote.quote) <= QUOTED_CHARS:
                own.append(quote.quote)
    return quotes


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
