"""Answers that a model drafts, with the prompts in prompts/. Its replies are never trusted."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Protocol

from pydantic import BeforeValidator

from reviewer.errors import ModelError
from reviewer.grounding import Numbers
from reviewer.grounding.sentence_numbers import numbered, read_numbers
from reviewer.llm import LLM, Prompts, in_short
from reviewer.llm.ask import Model, tokens
from reviewer.llm.deadline import ignore_text
from reviewer.llm.form import Form, at_most, at_most_items, with_choices
from reviewer.llm.prompts import FencedText
from reviewer.llm.replies import ModelReplyError, ReplyCache
from reviewer.settings import load_settings
from reviewer.text import clean, counted
from reviewer.text.option_notes import with_option
from reviewer.text.views import shorten
from reviewer.types import Citation, Claim, Evidence
from reviewer.types.claims import AnswerDraft, ClaimDraft, Expanded, Reading, Support
from reviewer.types.frozen import Frozen
from reviewer.types.runs import Usage
from reviewer.types.writer import JUDGED_A_CALL, OnClaim
from reviewer.writers.prompted.judging import JudgingWriter, as_verdict, halves
from reviewer.writers.prompted.numbered_texts import (
    fence_numbered,
    numbered_batches,
    smaller_batches,
)
from reviewer.writers.prompted.prose import Streamed, read_prose
from reviewer.writers.prompted.quiz import QuizWriter
from reviewer.writers.prompted.reading import Item
from reviewer.writers.prompted.rewriting import RewritingWriter
from reviewer.writers.prompted.screening import ScreeningWriter
from reviewer.writers.prompted.sections import SectionWriter
from reviewer.writers.prompted.surveys import SurveyWriter
from reviewer.writers.prompted.tables import TableWriter
from reviewer.writers.prompted.terms import TermWriter

MOST_SENTENCES = 40  # of an answer
MOST_QUESTIONS = 6
SHORT_SENTENCES = 3  # of a text that does not fit whole
RERANKED_A_CALL = 20
RANK_CONSTANT = 60
ANSWER_TOKENS = 2500
EXPAND_TOKENS = 900
QUESTION_TOKENS = 400
TAG_TOKENS = 8
_MOST_QUESTION_CHARS = 200
_MOST_ABSTRACT_CHARS = 1000
_MOST_ALONE_CHARS = 500


class KeptReplies(ReplyCache, Protocol):
    """Where a library keeps replies, and the secret of its fences: `Library.ledger`."""

    def secret(self) -> str: ...


class AnswerText(str):
    """Paragraphs with anchors; the last line is END."""

    __slots__ = ()


class ClaimVerdict(Item):
    support: Annotated[
        Literal["supported", "partial", "contradicted", "unsupported"], BeforeValidator(as_verdict)
    ]


class JudgeReply(Frozen):
    verdicts: tuple[ClaimVerdict, ...]


class QuestionsReply(Frozen):
    questions: Annotated[
        tuple[Annotated[str, at_most(_MOST_QUESTION_CHARS)], ...], at_most_items(MOST_QUESTIONS)
    ]
    abstract: Annotated[str, at_most(_MOST_ABSTRACT_CHARS)] = ""


class RerankReply(Frozen):
    tags: tuple[str, ...]


class QuestionReply(Frozen):
    question: Annotated[str, at_most(_MOST_ALONE_CHARS)]


@dataclass(frozen=True)
class _Shown:
    """The texts of a prompt, and what is said of those that are not whole in it."""

    texts: tuple[FencedText, ...] = ()
    notes: tuple[str, ...] = ()


class Prompted(
    JudgingWriter,
    TableWriter,
    SectionWriter,
    RewritingWriter,
    SurveyWriter,
    ScreeningWriter,
    QuizWriter,
    TermWriter,
):
    """A writer with one model for all steps. Calls of one step run side by side; which of them ends
    first changes nothing."""

    def __init__(
        self,
        model: Model | str,
        prompts: Prompts | None = None,
        ledger: KeptReplies | None = None,
        **settings: Any,  # noqa: ANN401  settings of any type
    ) -> None:
        """`model` is a litellm name, such as `ollama/llama3`, or a model: an `LLM`, or a scripted
        one of `reviewer.llm.testing`. A named one takes `settings` on top of those of the
        environment, such as `api_base` and `budget_usd`; with a library's `ledger` its replies are
        kept there, and the same question again contacts nobody.

        Raises UsageError for an empty name and for a setting that is not known.
        """
        if isinstance(model, str):
            given = load_settings({**settings, "model": model})
            prompts = prompts or Prompts(given.prompts, ledger.secret() if ledger else _secret())
            model = LLM(given, ledger)
        super().__init__(model, prompts or Prompts(secret=_secret()))
        self.name = self.judge_name = model.model

    def write_answer(
        self,
        question: str,
        readings: Sequence[Reading],
        evidence: Sequence[Evidence],
        on_claim: OnClaim | None = None,
    ) -> AnswerDraft:
        """The model sees whole texts, those of the readings in their order; of texts that do not
        fit, the sentences that bear on the question.

        Raises ModelReplyError for a reply without a sentence that could be checked.
        """
        numbers = Numbers(evidence)
        stream = None if on_claim is None else Streamed(numbers, on_claim)
        form = Form(AnswerText, None, ANSWER_TOKENS, lambda reply: _fault_of(reply, numbers))
        on_text = ignore_text if stream is None else stream.take
        shown = _Shown()

        def call() -> AnswerText:
            nonlocal shown
            shown = self._fitting(readings, evidence)
            prompt = self.prompts.render("answer", question=question, evidence=shown.texts)
            return self.send(prompt, form, on_text)

        reply = self.narrowing(call)
        for note in shown.notes:
            self.note(note)
        tags = {text.tag for text in shown.texts}
        draft = read_prose(reply, numbers).draft
        if not draft.is_refusal and not any(claim.anchors for claim in draft.claims):
            raise ModelReplyError(
                f"{self.name} gave no readable answer: no sentence names what it rests on. It "
                f"began: {shorten(clean(reply), 120)}",
                hint="Run it again, or choose another --model.",
            )
        if unknown := sum(len(claim.unknown) for claim in draft.claims):
            self.note(f"{counted(unknown, 'number')} that named no sentence")
        return draft.model_copy(
            update={
                "claims": tuple(_of_shown(claim, tags) for claim in draft.claims[:MOST_SENTENCES])
            }
        )

    def _fitting(self, readings: Sequence[Reading], evidence: Sequence[Evidence]) -> _Shown:
        """The texts that the prompt of an answer shows, the most relevant first: whole as long as
        they fit, then their best sentences. What does not fit even so is left out."""
        place = {reading.paper_id: n for n, reading in enumerate(readings)}
        ordered = sorted(
            (item for item in evidence if not readings or item.paper.id in place),
            key=lambda item: place.get(item.paper.id, 0),
        )
        bearing = {r.paper_id: r.citations for r in readings}
        room = self.room()
        whole = {item.tag: fence_numbered(self, item) for item in ordered}
        short = {
            item.tag: fence_numbered(self, item, _best(item, bearing.get(item.paper.id, ())))
            for item in ordered
        }
        least = sum(map(_size, short.values()))
        shown: list[FencedText] = []
        for item in ordered:
            least -= _size(short[item.tag])
            text = whole[item.tag]
            if _size(text) + least > room:
                text = short[item.tag]
            if _size(text) <= room or not shown:
                shown.append(text)
                room -= _size(text)
        notes = []
        if left_out := len(ordered) - len(shown):
            notes.append(f"{counted(left_out, 'text')} that did not fit into the model's context")
        if shortened := sum(text is not whole[text.tag] for text in shown):
            said = (
                f"{counted(shortened, 'text')} shown by their best sentences, as they did not fit "
                "into the model's context whole"
            )
            notes.append(with_option(said, "--context"))
        return _Shown(tuple(shown), tuple(notes))

    def judge(self, claims: Sequence[Claim]) -> tuple[Support, ...]:
        """One call for the claims of an answer, several side by side for more. A claim without a
        verdict, and one of a call that fails, stays unchecked."""
        fenced = self._fenced_claims(claims)
        batches = [fenced[n : n + JUDGED_A_CALL] for n in range(0, len(fenced), JUDGED_A_CALL)]

        def call(batch: list[FencedText]) -> JudgeReply:
            return self.ask("judge", JudgeReply, claims=self.fit(batch))

        said: dict[str, Support] = {}
        for batch, reply in self.each(call, batches, halves):
            if isinstance(reply, ModelError):
                self.note(f"{counted(len(batch), 'claim')} not checked: {in_short(reply)}")
                continue
            own = {item.tag for item in batch}
            said |= {v.tag: v.support for v in reply.verdicts if v.tag in own and not v.fault}
        return tuple(said.get(f"C{n}", "unchecked") for n in range(1, len(claims) + 1))

    def expand(self, question: str, known: Sequence[Claim]) -> Expanded:
        reply = self.narrowing(
            lambda: self.ask(
                "expand",
                Form(QuestionsReply, most_tokens=EXPAND_TOKENS),
                question=question,
                known=self.fit(self._fenced_claims(known)),
                most_questions=MOST_QUESTIONS,
            )
        )
        asked = (" ".join(text.split())[:_MOST_QUESTION_CHARS] for text in reply.questions)
        abstract = "" if known else " ".join(reply.abstract.split())[:_MOST_ABSTRACT_CHARS]
        return Expanded(questions=tuple(filter(None, asked))[:MOST_QUESTIONS], abstract=abstract)

    def rerank(self, question: str, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
        """The model orders batches, side by side; its order is fused with the given one by rank
        (Cormack and others 2009). Texts that it does not name come last in their batch."""
        batches = numbered_batches(evidence, RERANKED_A_CALL, self.room())

        def call(batch: list[Evidence]) -> RerankReply:
            tags = [item.tag for item in batch]
            schema = with_choices(RerankReply, {"tags": tags}, {"tags": len(tags)})
            form = Form(RerankReply, schema, TAG_TOKENS * (len(batch) + 10))
            texts = [self.fence(item) for item in batch]
            return self.ask("rerank", form, question=question, evidence=texts)

        worth = {item.tag: 1 / (RANK_CONSTANT + n) for n, item in enumerate(evidence)}
        parts = self.each(call, batches, lambda batch: smaller_batches(batch, self.room()))
        for batch, reply in parts:
            if isinstance(reply, ModelError):
                self.note(f"{counted(len(batch), 'text')} not put in order: {in_short(reply)}")
                continue
            own = {item.tag: None for item in batch}
            said = [tag for one in reply.tags for tag in read_numbers(one) if tag in own]
            ranked = list(dict.fromkeys([*said, *own]))
            for n, tag in enumerate(ranked):
                worth[tag] += 1 / (RANK_CONSTANT + n * len(parts))
        return tuple(sorted(evidence, key=lambda item: -worth[item.tag]))

    def stand_alone(self, question: str, earlier: Sequence[str]) -> str:
        fenced = [self.prompts.fence("earlier", "", None, *earlier)]
        reply = self.narrowing(
            lambda: self.ask(
                "follow_up",
                Form(QuestionReply, most_tokens=QUESTION_TOKENS),
                question=question,
                earlier=self.fit(fenced),
            )
        )
        return " ".join(reply.question.split())[:_MOST_ALONE_CHARS] or question

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


def _secret() -> str:
    """What no author of a paper can guess, for the fences of one process."""
    return secrets.token_hex(16)


def _fault_of(reply: AnswerText, numbers: Numbers) -> str:
    return "; ".join(read_prose(reply, numbers).problems)


def _size(text: FencedText) -> float:
    return tokens(text.text) + tokens(text.title)


def _best(item: Evidence, bearing: Sequence[Citation]) -> set[str]:
    """The numbers of a text's best sentences: those that bear on the question, else those most
    similar to it, else the first."""
    numbers = Numbers([item])
    named = {numbers.number_of(citation) for citation in bearing} - {""}
    if named:
        return named
    ranked = sorted(item.sentences, key=lambda s: -((s.similarity or 0.0) + s.lexical))
    starts = {sentence.start for sentence in ranked[:SHORT_SENTENCES]}
    found = {s.number for s in numbered(item) if s.part == item.chunk.part and s.start in starts}
    return found or {s.number for s in numbered(item)[: SHORT_SENTENCES + 1]}


def _of_shown(claim: ClaimDraft, tags: Collection[str]) -> ClaimDraft:
    """The sentence without anchors on texts that the prompt did not show."""
    anchors, unknown = [], list(claim.unknown)
    for anchor in claim.anchors:
        known = tuple(n for n in anchor.numbers if n.split(".")[0] in tags)
        unknown += [n for n in anchor.numbers if n not in known]
        anchors += [anchor.model_copy(update={"numbers": known})] if known else []
    return claim.model_copy(update={"anchors": tuple(anchors), "unknown": tuple(unknown)})
