"""What a reviewer reads of a record: numbered sentences, marked words, and what models suggest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from reviewer.library.index.stemming import Stemmer
from reviewer.tasks.screening.kept_features import text_of_record
from reviewer.tasks.screening.screening import Screening, Shown
from reviewer.text import clean, sentence_spans
from reviewer.types import Paper
from reviewer.types.screening import Criterion, ModelSays, ShownSentence

_LEAST_MARKED = 4  # characters of a word that is marked in the record
_COMMON = frozenset(
    "with from that thi have been were which studi review trial effect thei doe what when where "
    "whether than more most other each into about".split()
)


def sentences_of(paper: Paper, stage: str) -> list[tuple[str, int, int, str]]:
    """The sentences that a reviewer reads: part, start, end and words; of a full text all of them.
    A sentence's number is its place, and the title is 0."""
    found = [("title", 0, len(paper.title), clean(paper.title))]
    for part in paper.own_parts:
        is_read = part.name == "abstract" or (part.name == "body" and stage == "full-text")
        is_read = is_read or (not paper.abstract and part.name == "body")
        text = part.text if stage == "full-text" else text_of_record(paper)
        if is_read and part.name != "title":
            found += [(part.name, a, b, clean(text[a:b])) for a, b in sentence_spans(text)]
    return found


def marked_words(question: str, text: str) -> list[str]:
    """The words of this text that share a stem with a word of the question (with it stand the
    criteria that include)."""
    wanted = _stems(question)
    words = {w for w in re.findall(r"\w+", text) if len(w) >= _LEAST_MARKED}
    known = _stemmer().known(words)
    return sorted(word for word in words if set(known[word]) & wanted)


def bearing_sentences(criteria: Iterable[Criterion], sentences: Sequence[str]) -> dict[str, int]:
    """By the key of a criterion the number of the sentence that shares most words with it: a word
    counts less the more sentences have it. A criterion that shares none with any is left out."""
    stems = [_stems(words) for words in sentences]
    often = Counter(stem for own in stems for stem in own)
    found: dict[str, int] = {}
    for criterion in criteria:
        wanted = _stems(criterion.text)
        shared = [sum(1 / often[stem] for stem in own & wanted) for own in stems]
        if any(shared):
            found[criterion.key] = shared.index(max(shared))
    return found


@cache
def _stemmer() -> Stemmer:
    return Stemmer()


def _stems(text: str) -> set[str]:
    """The stems of the words of a text that say what it is about."""
    words = {w for w in re.findall(r"\w+", text) if len(w) >= _LEAST_MARKED}
    known = _stemmer().known(words)
    return {stem for word in words for stem in known[word]} - _COMMON


def record_data(
    screening: Screening, reviewer: str, shown: Shown | None, *, with_models: bool = False
) -> dict[str, Any]:
    """The record that comes next as data, for scripts and editors; `record` is None at the end.
    `with_models` adds what models suggest on it."""
    found: dict[str, Any] = {
        "screen": screening.name,
        "stage": screening.stage,
        "reviewer": reviewer,
        "left": shown.left if shown else 0,
        "criteria": [
            {"number": n, **criterion.model_dump()}
            for n, criterion in enumerate(screening.criteria.criteria, 1)
        ],
        "record": None,
    }
    if shown:
        paper = shown.paper
        found["record"] = {
            "key": paper.key,
            "id": paper.id,
            "title": clean(paper.title),
            "authors": list(paper.authors),
            "year": paper.year,
            "venue": paper.venue,
            "doi": paper.doi,
            "again": shown.again,
            "sentences": [
                {"number": n, "part": part, "text": words}
                for n, (part, _, _, words) in enumerate(sentences_of(paper, screening.stage))
            ],
        }
        if with_models:
            found["record"]["models"] = [
                own.model_dump(mode="json")
                for model in screening.suggestions.models(screening.stage)
                if (own := screening.suggestions.of(paper.id, screening.stage, model))
            ]
    return found


def model_says(screening: Screening, paper: Paper, model: str) -> ModelSays | None:
    """What a model suggests on the paper, with a sentence for each criterion that it rests on; None
    before it saw the paper."""
    own = screening.suggestions.of(paper.id, screening.stage, model)
    said = screening.suggestions.said(paper.id, screening.stage, model)
    if own is None or said is None:
        return None
    places = {
        (part, start): n
        for n, (part, start, _, _) in enumerate(sentences_of(paper, screening.stage))
    }
    shown = tuple(
        ShownSentence(
            key=verdict.key, verdict=verdict.verdict, number=places.get((q.part, q.start)),
            text=clean(q.text),
        )
        for verdict in own.verdicts
        for q in verdict.quotes[:1]
        if not said.reasons or verdict.key in said.reasons
    )  # fmt: skip
    return ModelSays(model=model, verdict=said.verdict, reasons=said.reasons, shown=shown)
