"""Questions whose answers are sentences of papers, made by code or by a model behind the gate."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from reviewer.grounding import Numbers, pass_gate
from reviewer.grounding.claims import FAILING
from reviewer.grounding.sentence_numbers import numbered
from reviewer.tasks.topics.main_sentences import finding_of
from reviewer.text import clean
from reviewer.types import Evidence
from reviewer.types.claims import AnswerDraft, NeedsModel
from reviewer.types.learning import GlossaryTerm, QuizQuestion
from reviewer.types.writer import Writer

QUESTIONS = 10
_TERMS, _FIGURES = 4, 4  # questions of a kind, at most; findings make up the rest
_FIGURE = re.compile(r"(?<![\w.,-])\d+(?:[.,]\d+)*\s?(?:\\?%|percent|points?|times|[x×](?!\w))")
_MISSING = "…"


def ask_by_code(
    evidence: Sequence[Evidence], terms: Sequence[GlossaryTerm], most: int = QUESTIONS
) -> tuple[QuizQuestion, ...]:
    """What is this term, which figure is missing in this sentence, what does this paper find: each
    with the number of the sentence that answers, at most one question a sentence."""
    by_figure, by_finding = list(_figures(evidence)), list(_findings(evidence))
    kinds = (list(_terms(evidence, terms))[:_TERMS], by_figure[:_FIGURES], by_finding)
    return _first_apart(chain(*kinds, by_figure[_FIGURES:]), most)


def ask_by_model(
    topic: str, evidence: Sequence[Evidence], writer: Writer, most: int = QUESTIONS
) -> tuple[QuizQuestion, ...]:
    """The questions of a model whose answers pass the gate. None without a model, and none where
    its reply cannot be used. Raises ModelError of a provider."""
    drafts = writer.write_quiz(topic, evidence, most)
    if isinstance(drafts, NeedsModel):
        return ()
    numbers = Numbers(evidence)
    kept = []
    claims = [draft.answer.model_copy(update={"paragraph": n}) for n, draft in enumerate(drafts)]
    for claim in pass_gate(AnswerDraft(claims=tuple(claims)), evidence, writer):
        if claim.support in FAILING or not claim.citations:
            continue
        kept.append(
            QuizQuestion(
                kind="written",
                question=drafts[claim.paragraph].question,
                answer=claim.text,
                numbers=tuple(dict.fromkeys(map(numbers.number_of, claim.citations))),
                citations=claim.citations,
            )
        )
    return tuple(kept)


def calls_of(model: str) -> str:
    """Which calls the questions take, in words."""
    if not model:
        return "No model is set: 0 calls."
    return f"2 calls to {model}: 1 to write the questions, 1 to judge their answers."


def _first_apart(questions: Iterable[QuizQuestion], most: int) -> tuple[QuizQuestion, ...]:
    """The first questions with different sentences."""
    chosen: dict[tuple[str, ...], QuizQuestion] = {}
    for question in questions:
        if len(chosen) < most:
            chosen.setdefault(question.numbers, question)
    return tuple(chosen.values())


def _terms(evidence: Sequence[Evidence], terms: Sequence[GlossaryTerm]) -> Iterator[QuizQuestion]:
    numbers = Numbers(evidence)
    for term in sorted(terms, key=lambda term: -term.used_by):
        number = numbers.number_of(term.citation)
        if number and term.kind != "written out":
            yield QuizQuestion(
                kind="term",
                question=f"What is {term.term}?",
                numbers=(number,),
                citations=(term.citation,),
            )


def _figures(evidence: Sequence[Evidence]) -> Iterator[QuizQuestion]:
    """A question a paper: a result with its first figure left out."""
    numbers = Numbers(evidence)
    for item in evidence:
        for sentence in item.sentences:
            text = clean(sentence.text)
            found = _FIGURE.search(text)
            if sentence.part != "result" or sentence.is_reported or found is None:
                continue
            number = _number_at(item, sentence.start)
            cited = numbers.cite(number)
            if cited is not None:
                asked = f"{text[: found.start()]}{_MISSING}{text[found.end() :]}"
                yield QuizQuestion(
                    kind="figure",
                    question=f'Which figure is missing? {item.paper.key}: "{asked}"',
                    answer=found[0],
                    numbers=(number,),
                    citations=(cited,),
                )
                break


def _findings(evidence: Sequence[Evidence]) -> Iterator[QuizQuestion]:
    """A question a paper: its main result."""
    numbers = Numbers(evidence)
    for item in evidence:
        cited = finding_of(item)
        if cited is not None:
            yield QuizQuestion(
                kind="finding",
                question=f'What does "{clean(item.paper.title)}" find?',
                numbers=(numbers.number_of(cited),),
                citations=(cited,),
            )


def _number_at(item: Evidence, start: int) -> str:
    """The number of the sentence of this text that begins there; empty if none does."""
    return next((s.number for s in numbered(item) if s.part != "title" and s.start == start), "")
