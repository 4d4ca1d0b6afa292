"""The result of `learn`: papers in reading order, a glossary, and questions to test oneself."""

from __future__ import annotations

from typing import Literal

from reviewer.types.claims import Citation, ClaimDraft
from reviewer.types.frozen import Frozen
from reviewer.types.papers import Paper
from reviewer.types.runs import Usage
from reviewer.types.shown import Shown

ReasonKind = Literal["survey", "defines", "builds on", "is built on", "near"]
QuestionKind = Literal["term", "figure", "finding", "written"]


class Reason(Frozen):
    """Why a paper is read at its place, in words, and the sentence that shows it."""

    kind: ReasonKind
    text: str
    citation: Citation | None = None


class ReadingStep(Frozen):
    """A paper of the reading order. Its tag, `E3` of the third, begins the numbers of its sentences
    in answers. `says` is the sentence in which it says what it does, `finds` its main result."""

    tag: str
    paper: Paper
    reasons: tuple[Reason, ...] = ()
    says: Citation | None = None
    finds: Citation | None = None


class GlossaryTerm(Frozen):
    """A term and the sentence of the library that defines it, or introduces it, or only writes its
    abbreviation out. `used_by` counts the papers read for the topic whose texts have the term."""

    term: str
    short: str = ""
    kind: Literal["defined", "introduced", "written out"]
    citation: Citation
    used_by: int = 0


class QuizDraft(Frozen):
    """A question that a writer asks, and its answer with the numbers of its sentences."""

    question: str
    answer: ClaimDraft


class QuizQuestion(Frozen):
    """A question whose answer is in the sentences with these numbers. `answer` is empty where the
    sentence itself is the answer; a `written` one passed the gate."""

    kind: QuestionKind
    question: str
    answer: str = ""
    numbers: tuple[str, ...]
    citations: tuple[Citation, ...]


class LearningPath(Shown):
    """The result of `learn`: `looked_at` counts the papers near the topic that all is made of, of
    `papers` in the library; `reason` says why there are none."""

    topic: str
    papers: int = 0
    looked_at: int = 0
    steps: tuple[ReadingStep, ...] = ()
    glossary: tuple[GlossaryTerm, ...] = ()
    questions: tuple[QuizQuestion, ...] = ()
    reason: str = ""
    notes: tuple[str, ...] = ()
    writer: str = "extractive"
    usage: Usage = Usage()
