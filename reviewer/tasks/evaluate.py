"""Measures answers over judged questions: citations, stances, abstention and ranking."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from reviewer.errors import UsageError
from reviewer.library import Library
from reviewer.search import SearchOptions, find
from reviewer.sources import file_bytes
from reviewer.sources.text_file import BINARY, text_of
from reviewer.tasks.answers.answer import AskOptions, answer_question
from reviewer.text import normalise_title
from reviewer.types import Answer, Claim
from reviewer.types.claims import NeedsModel
from reviewer.types.frozen import Frozen
from reviewer.types.progress import Progress, silent
from reviewer.types.writer import Writer

RANKED = 10
_DEEP = 40  # hits asked for, so that ten stay when borderline papers are taken out


class GoldStance(Frozen):
    stance: str
    sentence: str = ""
    also_acceptable: tuple[str, ...] = ()


class Question(Frozen):
    """A judged question. Papers are given by title; `borderline` papers count neither way."""

    id: str
    question: str
    answerable: bool = True
    qrels: dict[str, int] = Field(default_factory=dict)
    borderline: tuple[str, ...] = ()
    stances: dict[str, GoldStance] = Field(default_factory=dict)


class Scores(Frozen):
    """The measures of one question. None: there was nothing to measure."""

    id: str
    question: str
    answerable: bool
    is_answered: bool
    claims: int
    citation_recall: float | None = None
    citation_precision: float | None = None
    stances_right: int = 0
    stances_judged: int = 0
    ndcg: float | None = None


class Evaluation(Frozen):
    """Means over the questions on which each measure could be taken."""

    writer: str
    questions: tuple[Scores, ...]
    citation_recall: float | None
    citation_precision: float | None
    stance_accuracy: float | None
    answerable_refused: float | None
    unanswerable_answered: float | None
    ndcg: float | None


def read_questions(path: Path) -> list[Question]:
    """Questions from a JSON object with a list `questions`, or JSON Lines.

    Raises UsageError that names the file and the question that does not fit.
    """
    data = file_bytes(str(path.absolute()))
    if isinstance(data, str):
        raise UsageError(f"{path} cannot be read: {data}", hint="Name another file.")
    try:
        found = text_of(data)
        if found is None:
            raise ValueError(BINARY)
        rows = _rows(found.text)
        if not rows:
            raise ValueError("it is empty")
        return [Question(**{n: row[n] for n in Question.model_fields if n in row}) for row in rows]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{path} holds no judged questions: {_misfit(error)}"
        raise UsageError(message, hint="See benchmarks/README.md for the form.") from error


def _misfit(error: Exception) -> str:
    """What is wrong with the questions, in the user's words."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        is_missing = first["type"] == "missing"
        return f"a question has no '{name}'" if is_missing else f"its '{name}' does not fit"
    if isinstance(error, json.JSONDecodeError):
        return f"it is not JSON from line {error.lineno}, column {error.colno} on"
    return str(error) if type(error) is ValueError else "it is not a list of questions"


def _rows(text: str) -> list[dict[str, Any]]:
    """The objects of one JSON document's `questions`, else of the lines. Raises ValueError."""
    try:
        found = json.loads(text)
    except ValueError:
        return [json.loads(line) for line in text.split("\n") if line.strip()]
    # A file of JSON Lines with one line is one JSON document too.
    return list(found["questions"]) if "questions" in found else [found]


def evaluate(
    questions: Sequence[Question],
    library: Library,
    writer: Writer,
    options: AskOptions,
    progress: Progress = silent,
) -> Evaluation:
    """Ask every question and measure the answers. Raises ModelError when a model fails."""
    scores = []
    for done, question in enumerate(questions):
        progress("Asking", done, len(questions))
        answer = answer_question(question.question, library, writer, options)
        recall, precision = citation_scores(answer.claims, writer)
        stances_right, stances_judged = _stances(question, answer)
        scores.append(
            Scores(
                id=question.id,
                question=question.question,
                answerable=question.answerable,
                is_answered=bool(answer.claims),
                claims=len(answer.claims),
                citation_recall=recall,
                citation_precision=precision,
                stances_right=stances_right,
                stances_judged=stances_judged,
                ndcg=_ndcg(question, library),
            )
        )
    progress("Asking", len(questions), len(questions))
    right, judged = sum(s.stances_right for s in scores), sum(s.stances_judged for s in scores)
    return Evaluation(
        writer=writer.name,
        questions=tuple(scores),
        citation_recall=_mean([s.citation_recall for s in scores]),
        citation_precision=_mean([s.citation_precision for s in scores]),
        stance_accuracy=right / judged if judged else None,
        answerable_refused=_mean([float(not s.is_answered) for s in scores if s.answerable]),
        unanswerable_answered=_mean([float(s.is_answered) for s in scores if not s.answerable]),
        ndcg=_mean([s.ndcg for s in scores]),
    )


def citation_scores(claims: Sequence[Claim], writer: Writer) -> tuple[float | None, float | None]:
    """Citation recall and precision as ALCE defines them (Gao et al. 2023, section 3.2).

    Recall: the share of claims that their citations together support. Precision: the share of
    citations that are not irrelevant; one is irrelevant if it alone does not support the claim
    while the others still do, or if the claim is not supported at all. Quotes are located by code;
    support is the writer's judgement, and a quoted sentence supports itself. Sentences that rest on
    others (syntheses, gaps) do not count.
    """
    claims = [claim for claim in claims if claim.kind in ("fact", "quote")]
    if not claims:
        return None, None
    supported = [claim for claim in claims if claim.support == "supported"]
    recall = len(supported) / len(claims)
    citations = sum(len(c.citations) + len(c.dropped) for c in claims)
    if not citations:
        return recall, None
    return recall, sum(_count_relevant(claim, writer) for claim in supported) / citations


def _count_relevant(claim: Claim, writer: Writer) -> int:
    """How many citations of a supported claim are not irrelevant."""
    count = len(claim.citations)
    if count == 1:
        return 1
    parts = [(citation,) for citation in claim.citations]
    others = [tuple(c for c in claim.citations if c is not own) for own in claim.citations]
    variants = [
        claim.model_copy(update={"citations": citations, "support": "unchecked"})
        for citations in (*parts, *others)
    ]
    said = writer.judge(variants)
    if isinstance(said, NeedsModel):
        return count
    alone, without = said[:count], said[count:]
    return sum(a == "supported" or w != "supported" for a, w in zip(alone, without, strict=True))


def _stances(question: Question, answer: Answer) -> tuple[int, int]:
    """How many stances on judged papers are right, and how many there are."""
    gold = {normalise_title(title): stance for title, stance in question.stances.items()}
    papers = (item.paper for item in answer.evidence)
    gold_by_id = {paper.id: gold.get(normalise_title(paper.title)) for paper in papers}
    judged = [(s.stance, g) for s in answer.stances if (g := gold_by_id.get(s.paper_id))]
    right = sum(stance in (g.stance, *g.also_acceptable) for stance, g in judged)
    return right, len(judged)


def _ndcg(question: Question, library: Library) -> float | None:
    """nDCG@10 of the search behind the answer; borderline papers are removed before the cut."""
    gain = {normalise_title(title): grade for title, grade in question.qrels.items()}
    if not gain:
        return None
    ignored = {normalise_title(title) for title in question.borderline}
    hits = find(question.question, library, SearchOptions(_DEEP, abstains=False)).hits
    ranked = [normalise_title(hit.paper.title) for hit in hits]
    return ndcg([title for title in ranked if title not in ignored], gain)


def ndcg(ranked: Sequence[str], gain: Mapping[str, int]) -> float:
    """Normalised discounted cumulative gain at RANKED with linear gain, as trec_eval has it."""
    got = sum(gain.get(t, 0) / math.log2(n + 2) for n, t in enumerate(ranked[:RANKED]))
    best = sorted(gain.values(), reverse=True)[:RANKED]
    ideal = sum(g / math.log2(n + 2) for n, g in enumerate(best))
    return got / ideal if ideal else 0.0


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
