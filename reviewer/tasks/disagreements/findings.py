"""The sentences of papers that state what was found, each with its vector."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reviewer.grounding.oppositions import contested_by
from reviewer.grounding.sentence_numbers import cite_span
from reviewer.library import Library
from reviewer.search.question import vectors_of
from reviewer.tasks.paper_chunks import beginning_of
from reviewer.text import clean
from reviewer.text.keywords import STOP_WORDS
from reviewer.types import Citation, Evidence, Paper
from reviewer.types.evidence import PARTS, Sentence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WORD = re.compile(r"[^\W\d_]{3,}")
_STEM_LETTERS = 6
_COLUMNS = 2048  # of vectors that are made of words
_FEWEST_WORDS = 6  # of a finding
_CONDITION = re.compile(
    r"\b(?:(?:even|only|especially|particularly|except) )?(?:when|if|unless|under|across|given"
    r"|among|provided that|as long as|on|in|for|with|without|at) (?!this\b|these\b|fact\b|contrast"
    r"|particular\b|addition\b|general\b|example\b|instance\b)[^,;:.()]{6,}",
    re.IGNORECASE,
)
_MOST_CONDITIONS = 2
_SETTING = re.compile(
    r"\b(?:datasets?|benchmarks?|tasks?|models?|participants|patients|trials?|corpus|corpora"
    r"|languages?|parameters)\b|\d",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b(?:[A-Z][a-z]*[A-Z0-9][\w.-]*|[A-Z]{2,}[\w-]*)\b")


@dataclass(frozen=True)
class Stated:
    """A finding: a sentence of an evidence's text. `topic` is its nearness to the topic, if one
    was asked for."""

    evidence: Evidence
    sentence: Sentence
    contests: str
    topic: float = 0.0

    @property
    def paper(self) -> Paper:
        return self.evidence.paper

    @property
    def citation(self) -> Citation:
        start, end = self.sentence.start, self.sentence.end
        return cite_span(self.evidence, self.evidence.chunk.part, start, end)


def findings_of(paper: Paper, library: Library) -> list[Stated]:
    """The findings of a paper's abstract, or of the beginning of its text."""
    return stated_in(beginning_of(paper, library))


def stated_in(item: Evidence, *, only_results: bool = True) -> list[Stated]:
    """The sentences of an evidence that state a result, or of `only_results` = False all that state
    something; of what only reports a view of others, the sentences that contest one."""
    stated = [
        Stated(item, s, contested_by(s.text))
        for s in item.sentences
        if len(s.text.split()) >= _FEWEST_WORDS and not s.text.rstrip().endswith("?")
    ]
    parts = ("result",) if only_results else PARTS
    return [one for one in stated if one.contests or _states(one.sentence, parts)]


def _states(sentence: Sentence, parts: Sequence[str]) -> bool:
    return not sentence.is_reported and sentence.part in parts


def claims_in(item: Evidence) -> list[Stated]:
    """Every sentence of the user's own work that states something."""
    return stated_in(item, only_results=False)


def about(found: Sequence[Stated], topic: str, library: Library) -> list[Stated]:
    """The findings with their nearness to the topic, 0 to 1."""
    if not found:
        return []
    matrix = matrix_of([topic, *(one.sentence.text for one in found)], library)
    nearness = (matrix[1:] @ matrix[0]).tolist()
    return [replace(one, topic=float(near)) for one, near in zip(found, nearness, strict=True)]


def matrix_of(texts: Sequence[str], library: Library) -> NDArray[np.float32]:
    """Rows of length 1, one a text: by the library's embedding, else by words."""
    vectors = vectors_of(texts, library)
    return _of_words(texts) if vectors is None else vectors


def _of_words(texts: Sequence[str]) -> NDArray[np.float32]:
    """Rows of length 1 that count the beginnings of words, each weighed by how few texts have
    it."""
    import numpy as np

    counts = np.zeros((len(texts), _COLUMNS), dtype=np.float32)
    for row, text in enumerate(texts):
        for word in _WORD.findall(clean(text).casefold()):
            if word not in STOP_WORDS:
                counts[row, zlib.crc32(word[:_STEM_LETTERS].encode()) % _COLUMNS] = 1
    weighed = counts * np.log((1 + len(texts)) / (1 + counts.sum(axis=0)) + 1)
    rows: NDArray[np.float32] = weighed / np.maximum(
        np.linalg.norm(weighed, axis=1, keepdims=True), 1e-9
    )
    return rows.astype(np.float32)


def conditions_of(one: Stated) -> tuple[Citation, ...]:
    """Words of the paper that say under which conditions the finding holds: clauses of the
    sentence, else the sentence of the text that says what was tried."""
    item, sentence = one.evidence, one.sentence
    part = item.chunk.part
    clauses = [
        cite_span(item, part, sentence.start + found.start(), sentence.start + found.end())
        for found in _CONDITION.finditer(sentence.text)
    ]
    own = [clause for clause in clauses if len(clause.quote.split()) > 1][:_MOST_CONDITIONS]
    setting = next(_settings(one), None)
    return (*own, setting) if setting and len(own) < _MOST_CONDITIONS else tuple(own)


def _settings(one: Stated) -> Iterator[Citation]:
    for other in one.evidence.sentences:
        if other.part == "method" and other != one.sentence and _SETTING.search(other.text):
            yield cite_span(one.evidence, one.evidence.chunk.part, other.start, other.end)


def names_of(item: Evidence) -> dict[str, None]:
    """What the evidence's title and text name with capitals or digits, in order."""
    return dict.fromkeys(_NAME.findall(clean(f"{item.paper.title} {item.chunk.text}")))
