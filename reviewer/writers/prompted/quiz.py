"""Lets a model write questions on papers, with answers that rest on numbered sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from reviewer.errors import ModelError
from reviewer.grounding import Numbers
from reviewer.llm import Asking, in_short, is_form_fault
from reviewer.llm.form import Form, at_most, at_most_items, with_choices
from reviewer.text import clean, counted
from reviewer.text.views import shorten
from reviewer.types import Evidence
from reviewer.types.claims import ClaimDraft, NumberedAnchor
from reviewer.types.frozen import Frozen
from reviewer.types.learning import QuizDraft
from reviewer.writers.prompted.numbered_texts import fence_numbered
from reviewer.writers.prompted.reading import Item, Numbered

_MOST_CHARS = 300
_MOST_SENTENCES = 3
_QUESTION_TOKENS, _SPARE_TOKENS = 120, 200


class QuestionItem(Item):
    question: Annotated[str, at_most(_MOST_CHARS)]
    answer: Annotated[str, at_most(_MOST_CHARS)]
    sentences: Annotated[Numbered, at_most_items(_MOST_SENTENCES)] = ()


class QuizReply(Frozen):
    questions: tuple[QuestionItem, ...]


class QuizWriter(Asking):
    """The part of a `Writer` that asks what a reader has understood."""

    def write_quiz(
        self, topic: str, evidence: Sequence[Evidence], most: int
    ) -> tuple[QuizDraft, ...]:
        """At most `most` questions, each once; those whose numbers name no sentence are left out.
        None without a reply that can be read. Raises ModelError of a provider."""

        def call() -> QuizReply:
            texts = self.fit([fence_numbered(self, item) for item in evidence])
            return self.ask("quiz", _form(most, evidence), topic=topic, most=most, evidence=texts)

        try:
            reply = self.narrowing(call)
        except ModelError as error:
            if not is_form_fault(error):
                raise
            self.note(f"no questions of the model: {in_short(error)}")
            return ()
        numbers = Numbers(evidence)
        drafts: dict[str, QuizDraft] = {}
        lost = 0
        for item in reply.questions:
            draft = None if item.fault else _draft(item, numbers)
            lost += draft is None
            if draft is not None and len(drafts) < most:
                drafts.setdefault(draft.question.casefold(), draft)
        if lost:
            self.note(f"{counted(lost, 'question')} of the model without a sentence that answers")
        return tuple(drafts.values())


def _draft(item: QuestionItem, numbers: Numbers) -> QuizDraft | None:
    question = shorten(clean(item.question), _MOST_CHARS)
    answer = shorten(clean(item.answer), _MOST_CHARS)
    known, _ = numbers.read(" ".join(item.sentences))
    if not known or not any(map(str.isalnum, question)) or not any(map(str.isalnum, answer)):
        return None
    anchor = NumberedAnchor(at=len(answer), numbers=tuple(known[:_MOST_SENTENCES]))
    return QuizDraft(question=question, answer=ClaimDraft(text=answer, anchors=(anchor,)))


def _form(most: int, evidence: Sequence[Evidence]) -> Form[QuizReply]:
    schema = with_choices(QuizReply, {"sentences": Numbers(evidence).all()})
    return Form(QuizReply, schema, _QUESTION_TOKENS * most + _SPARE_TOKENS)
