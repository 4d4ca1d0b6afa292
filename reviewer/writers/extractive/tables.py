"""Fills a table's cells without a model, with sentences, and parts of them, of the papers. Pure.

It never guesses: a cell stays empty if no sentence is clearly about it, and no text is read as a
yes or a no.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from reviewer.grounding.columns import column_query
from reviewer.text import clean, sentence_spans
from reviewer.text.keywords import query_terms
from reviewer.text.numbers import (
    PERCENT,
    PERCENT_POINTS,
    POINTS,
    TIMES,
    Figure,
    read_figures,
)
from reviewer.types import Evidence
from reviewer.types.evidence import by_paper
from reviewer.types.progress import Progress, silent
from reviewer.types.tables import CellDraft, Column, RowDraft
from reviewer.types.writer import OnRow, unseen

LEAST_SHARE = 0.6  # of the words of a column's name that a sentence must have
NEAR_CHARS = 40  # a number belongs to a word this near, if no other number is this near
_YEAR = re.compile(r"(?:1[89]|20)\d\d")
_ASKS_YEAR = re.compile(r"\b(?:years?|dates?|since|when|until)\b", re.IGNORECASE)
_MARKS = (
    (re.compile(r"\[(?:\d+[,–-]\s?)*$"), re.compile(r"(?:[,–-]\s?\d+)*\]")),
    (re.compile(r"(?:^|[\s;:,])\($"), re.compile(r"\)")),
)
_NAME_BEFORE = re.compile(r"(?<![.?!]\s)(?<!^)\b[A-Z][A-Za-z]*[a-z][A-Za-z]*\s$")  # Llama 3
_NO_VALUE_BEFORE = re.compile(
    r"\bp\s?[<=>≤]\s?$|\b(?:from|under|below|beyond|than)\s(?:\w+\s)?$|\$$|\brank-$", re.IGNORECASE
)
_TABLE_ROW = re.compile(r"Table [A-Z]?\.?(?:\d+[a-z]?|[IVXL]+), (?P<label>[^:]*): (?P<cells>.+)")
_HEAD_AND_NUMBER = re.compile(r"(?P<head>\D.*?) (?P<number>[-+−]?\d[\d.,]*\d%?|\d%?)(?![\w])")
_RANGE = re.compile(r"\s?(?:to|through|and up to|[-–−])\s?", re.IGNORECASE)
_FALL_AFTER = re.compile(r"\s(?:[\w-]+\s){0,3}(?:reduc|drop|declin|decreas|degrad|loss)", re.I)
_INTERVAL_AFTER = re.compile(r"\s?(?:CI|CrI|confidence|credible)\b")  # 95% CI
_POINTS = re.compile(r"\s(?:points?|pts)\b")
_RATES = (PERCENT, POINTS, PERCENT_POINTS)
_CHANGE = r"(?:gain|improv|increas|boost|rise|reduc|drop|declin|decreas|speed-?up|saving)\w*"
_BY_BEFORE = re.compile(r"\bby\s(?:[\w~]+\s){0,4}[+]?$|\+$")
_CHANGE_BEFORE = re.compile(rf"\b{_CHANGE}\s(?:of|is|was|up to|over)\s(?:\w+\s){{0,4}}[+]?$", re.I)
_CHANGE_AFTER = re.compile(rf"\s(?:[\w-]+\s){{0,3}}{_CHANGE}", re.IGNORECASE)
_COUNTED_AFTER = re.compile(r"[\s-](?:[a-z-]+\s)?[a-z]+s\b")  # 12 models
_NOUN_WITHIN = 4  # words after a number that counts it
_SCENE = 0.3  # the part of an abstract about others' work
_ENDINGS = re.compile(r"(?:ations?|ments?|ings?|ions?|ies|ed|es|ers?|s|e|y)$")
_LEAST_STEM = 3
_DENIED = re.compile(
    r"(?:\b(?:no|not|non|never|without|unlike|neither|nor|rather than|instead of|than)|n't)"
    r"\W+(?:\w+\W+){0,2}$",
    re.IGNORECASE,
)


class _Cue(NamedTuple):
    """Words of sentences about a column, where such sentences rarely use the column's name."""

    names: frozenset[str]
    pattern: re.Pattern[str]
    is_of_the_end: bool


def _cue(names: str, pattern: str, *, is_of_the_end: bool = False) -> _Cue:
    found = re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)
    return _Cue(_stems(names.split()), found, is_of_the_end)


def _stems(words: Iterable[str]) -> frozenset[str]:
    """The words without English endings: `rewards` and `rewarded` are `reward`."""
    short = ((word, _ENDINGS.sub("", word)) for word in words)
    return frozenset(stem if len(stem) >= _LEAST_STEM else word for word, stem in short)


_CUES = (
    _cue(
        "result finding outcome gain improvement",
        r"results? (?:show|suggest|indicate|demonstrate)|we (?:find|found|show|observe|conclude)"
        r"|outperform\w*|improv\w+|achiev\w+|surpass\w*|raises?|gains? of|reduc\w+ [^.]*? by",
        is_of_the_end=True,
    ),
    _cue(
        "method approach technique contribution",
        r"we (?:propose|introduce|present|develop|design)"
        r"|th(?:is|e) (?:paper|work|study) (?:proposes|introduces|presents|develops)"
        r"|is an? (?:\w+[- ]){0,4}?(?:method|framework|algorithm|approach)",
    ),
    _cue(
        "data dataset benchmark evaluation corpus",
        r"benchmarks?|data ?sets?|corpus|corpora|experiments on|evaluated on|tested on|trained on",
    ),
    _cue("task problem", r"tasks?|the problem of|the challenge of|aims? (?:to|at)"),
    _cue(
        "limit limitation failure weakness caveat",
        r"limitations?|limited to|fails? (?:to|on|when|for)|only (?:if|when|for)|at the cost of"
        r"|remains? (?:hard|difficult|challenging|open)|drawbacks?",
        is_of_the_end=True,
    ),
)


_CHANGES = _stems(
    "gain gains improvement improvements increase boost reduction drop decrease decline rise change"
    " speedup saving".split()
)
_RISES = _stems("gain gains improvement improvements increase boost rise".split())
_LEVELS = _stems("accuracy score rate error f1 recall precision auc performance bleu".split())
# Papers of the field have these words in most sentences: alone they do not find a sentence.
_EVERYWHERE = _stems("model language learning training network system paper study work".split())
_WEIGHTS = _stems("main headline key overall principal primary used".split())


def fill_rows(
    columns: Sequence[Column],
    evidence: Sequence[Evidence],
    progress: Progress = silent,
    on_row: OnRow = unseen,
) -> tuple[RowDraft, ...]:
    """One draft a paper, in the evidence's order; each value is its quote, or a part of it."""
    rows: list[RowDraft] = []
    papers = by_paper(evidence)
    for paper_id, own in papers.items():
        progress("Filling", len(rows), len(papers))
        cells = tuple(draft for column in columns for draft in _drafts(column, own))
        rows.append(RowDraft(paper_id=paper_id, cells=cells, by_rules=True))
        on_row(rows[-1])
    return tuple(rows)


def _drafts(column: Column, evidence: Sequence[Evidence]) -> list[CellDraft]:
    if column.kind == "yes/no":
        return []  # whether a text says yes is a judgement
    if column.kind == "one of":
        return _choice(column, evidence)
    best = _best_sentence(column, evidence)
    if best is None:
        return []
    tag, sentence = best
    plain = clean(sentence)
    value = _number_in(plain, column) if column.kind == "number" else plain
    return [CellDraft(column=column.name, value=value, tag=tag, quote=sentence)] if value else []


def _sentences(evidence: Sequence[Evidence]) -> Iterator[tuple[str, str, float]]:
    """Tag, text and place (0 to 1 in its chunk) of every sentence."""
    for item in evidence:
        text = item.chunk.text
        for start, end in sentence_spans(text):
            yield item.tag, text[start:end], start / len(text)


def _best_sentence(column: Column, evidence: Sequence[Evidence]) -> tuple[str, str] | None:
    """The tag and text of the sentence that is most clearly about the column; the first of equals.
    None if no sentence has enough words of the column's name, or the words of a cue."""
    name, words = _stems(query_terms(column.name)), _stems(query_terms(column_query(column)))
    cues = _cues_of(column)
    # Beyond the cues' own: `human` for `human evaluation`, nothing for `main result`.
    own_words = name.difference(_WEIGHTS, *(cue.names for cue in cues))
    if not cues and name <= _EVERYWHERE:
        return None
    best: tuple[float, str, str] | None = None
    for tag, sentence, place in _sentences(evidence):
        plain = clean(sentence)
        held = _stems(re.findall(r"\w+", plain.casefold()))
        share = len(name & held) / len(name)
        is_cued = any(
            cue.pattern.search(plain) and not (cue.is_of_the_end and place < _SCENE) for cue in cues
        )
        if not (is_cued and held >= own_words if cues else share >= LEAST_SHARE):
            continue
        if column.kind == "number" and not _number_in(plain, column):
            continue
        worth = share + is_cued + 0.3 * len(words & held) / len(words)
        if best is None or worth > best[0]:
            best = worth, tag, sentence
    return best[1:] if best else None


def _cues_of(column: Column) -> list[_Cue]:
    name = _stems(query_terms(column.name))
    return [cue for cue in _CUES if cue.names & name]


def _number_in(sentence: str, column: Column) -> str:
    row = _TABLE_ROW.match(sentence)
    return _cell_of(row, column) if row else _number_near(sentence, column)


def _cell_of(row: re.Match[str], column: Column) -> str:
    """The number of a row of a PDF's table (`Table 3, Ours: Return 81.2; Memory 3.1.`), where the
    column's name has the words of the row and of one head; else empty."""
    name = _words(column.name)
    heads = [found for cell in row["cells"].split("; ") if (found := _HEAD_AND_NUMBER.match(cell))]
    if not _words(row["label"]) <= name:
        return ""
    own = [found for found in heads if _words(found["head"]) <= name]
    return own[0]["number"] if len(own) == 1 else ""


def _words(text: str) -> frozenset[str]:
    return _stems(re.findall(r"\w+", text.casefold()))


def _number_near(sentence: str, column: Column) -> str:
    """The only number that fits the column near a word of its name, as it is written there; empty
    if there are several, or several of its kind in the sentence. It would rather give none than a
    wrong one."""
    name = _stems(query_terms(column.name))
    anchors = [m.span() for m in re.finditer(r"\w+", sentence) if _stems([m[0].casefold()]) & name]
    for cue in _cues_of(column):
        anchors += [m.span() for m in cue.pattern.finditer(sentence)]
    figures = [figure for figure in read_figures(sentence) if not figure.is_word]
    ends = {end for pair in pairwise(figures) if _is_range(sentence, *pair) for end in pair}
    near = [
        figure
        for figure in figures
        if figure not in ends
        and not _is_no_value(sentence, figure, column)
        and _is_of_kind(sentence, figure, column)
        and any(
            figure.start - right <= NEAR_CHARS and left - figure.end <= NEAR_CHARS
            for left, right in anchors
        )
    ]
    if len(near) != 1:
        return ""
    if near[0].unit in _RATES and sum(figure.unit in _RATES for figure in figures) > 1:
        return ""
    points = _POINTS.match(sentence, near[0].end)
    return sentence[near[0].start : points.end() if points else near[0].end].strip()


def _is_no_value(sentence: str, figure: Figure, column: Column) -> bool:
    """True for a number of the column's own name, a year where no year is asked, a citation mark
    such as [12], a list mark, a probability, the 95% of an interval, the number of a name such as
    Llama 3, and a limit as in "under 72B"."""
    before, after = sentence[: figure.start], sentence[figure.end :]
    if figure.spelling in {own.spelling for own in read_figures(column_query(column))}:
        return True
    is_year = _YEAR.fullmatch(figure.text.strip()) is not None
    if is_year and not _ASKS_YEAR.search(column_query(column)):
        return True
    if any(one.search(before) and other.match(after) for one, other in _MARKS):
        return True
    if _INTERVAL_AFTER.match(after) or _NO_VALUE_BEFORE.search(before):
        return True
    is_bare = not figure.unit and figure.scale == 1
    return is_bare and _NAME_BEFORE.search(before) is not None


def _is_range(sentence: str, first: Figure, last: Figure) -> bool:
    return _RANGE.fullmatch(sentence, first.end, last.start) is not None


def _is_of_kind(sentence: str, figure: Figure, column: Column) -> bool:
    """True when the figure is what the column's name asks for: a change for `gain`, no change for
    `accuracy`, a number of tasks for `tasks`, a size for `model size`."""
    words = re.findall(r"\w+", column.name.casefold())
    before, after = sentence[: figure.start], sentence[figure.end :]
    if _stems(words) & _CHANGES:
        is_rate = figure.unit in (*_RATES, TIMES) or before.endswith("+")
        is_other = bool(_stems(words) & _RISES) and _FALL_AFTER.match(after) is not None
        return is_rate and not is_other and _is_change(before, after)
    if _stems(words) & _LEVELS:
        is_level = figure.unit in _RATES or (not figure.unit and figure.number % 1 != 0)
        return is_level and not _is_change(before, after) and not _COUNTED_AFTER.match(after)
    if "size" in words:
        own = _stems(words) - _stems(["size"])
        near = f"{before[-NEAR_CHARS:]} {after[:NEAR_CHARS]}".casefold()
        is_size = figure.scale > 1 or figure.unit not in (*_RATES, TIMES, "")
        return is_size and own <= _stems(re.findall(r"\w+", near))
    if words and words[-1].endswith("s") and not words[-1].endswith("ss"):
        following = re.findall(r"\w+", re.split(r"[.,;:()]", after)[0].casefold())[:_NOUN_WITHIN]
        is_counted = bool(_stems(words[-1:]) & _stems(following))
        return figure.unit not in (*_RATES, TIMES) and is_counted
    return True


def _is_change(before: str, after: str) -> bool:
    return bool(_BY_BEFORE.search(before) or _CHANGE_BEFORE.search(before)) or (
        _CHANGE_AFTER.match(after) is not None
    )


def _choice(column: Column, evidence: Sequence[Evidence]) -> list[CellDraft]:
    """The only choice that the paper names without denying it; empty if it names several."""
    found: dict[str, CellDraft] = {}
    for tag, sentence, _ in _sentences(evidence):
        for choice in column.choices:
            place = re.search(rf"(?<!\w){re.escape(choice)}(?!\w)", sentence, re.IGNORECASE)
            if place and not _DENIED.search(sentence[: place.start()]):
                draft = CellDraft(column=column.name, value=choice, tag=tag, quote=sentence)
                found.setdefault(choice, draft)
    return list(found.values()) if len(found) == 1 else []
