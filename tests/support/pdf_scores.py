"""Compares a paper as its PDF was read with what is true of it (`latex_papers.Truth`)."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from reviewer.text import sentence_spans
from reviewer.types import Paper
from tests.support.latex_papers import Truth

_LEAST_PIECE = 14  # letters: shorter pieces may be alike by chance


@dataclass
class Score:
    """What of a paper came back. Lists name what did not."""

    sentences: int
    torn: list[str] = field(default_factory=list)
    out_of_order: int = 0
    spliced: list[str] = field(default_factory=list)
    references_in_body: list[str] = field(default_factory=list)
    references_lost: int = 0
    apart: int = 0
    apart_torn: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)  # of title, authors, year
    empty: list[str] = field(default_factory=list)
    cells: int = 0
    cells_lost: list[str] = field(default_factory=list)


def letters(text: str) -> str:
    """Letters and figures alone, so that hyphens, spaces and signs do not count."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def score(paper: Paper, truth: Truth) -> Score:
    """The score of a paper that was read."""
    own = [part.text for part in paper.parts if part.name in ("abstract", "body")]
    whole = letters("\n\n".join(own))
    said = [*truth.abstract, *truth.body]
    found = Score(len(said), apart=len(truth.apart))
    places = [whole.find(letters(sentence)) for sentence in said]
    found.torn = [s for s, place in zip(said, places, strict=True) if place < 0]
    found.out_of_order = sum(p >= 0 for p in places) - _longest_rise([p for p in places if p >= 0])
    units = [truth.title, *truth.abstract, *truth.body, *truth.apart, *truth.references]
    everything = "|".join(letters(unit) for unit in units)
    for text in own:
        for start, end in sentence_spans(text):
            if _is_spliced(letters(text[start:end]), everything):
                found.spliced.append(" ".join(text[start:end].split()))
    found.references_in_body = [r for r in truth.references if letters(r) in whole]
    kept = letters(paper.text_of("references"))
    found.references_lost = sum(letters(r) not in kept for r in truth.references)
    found.apart_torn = [a for a in truth.apart if letters(a) not in whole]
    _score_metadata(paper, truth, found)
    _score_cells(paper, truth, found)
    return found


def _score_metadata(paper: Paper, truth: Truth, found: Score) -> None:
    is_guessed = paper.extra.get("certainty", {}).get("title") == "guess"
    pairs = {
        "title": (letters(truth.title), "" if is_guessed else letters(paper.title)),
        "authors": ("|".join(map(letters, truth.authors)), "|".join(map(letters, paper.authors))),
        "year": (truth.year, str(paper.year or "")),
    }
    for name, (true, read) in pairs.items():
        if read != true:
            (found.wrong if read else found.empty).append(name)


def _score_cells(paper: Paper, truth: Truth, found: Score) -> None:
    """A cell is in place where one line of its table has its row, its column's head and itself."""
    lines = paper.text_of("body").split("\n")
    for table in truth.tables:
        names = [f"Table {table.number}, ", f"Table {_roman(table.number)}, "]
        rows = [letters(line.split(", ", 1)[1]) for line in lines if line.startswith(tuple(names))]
        for row, head, value in table.cells:
            found.cells += 1
            wanted = letters(head) + letters(value)
            if not any(line.startswith(letters(row)) and _has(line, wanted) for line in rows):
                found.cells_lost.append(f"Table {table.number}: {row} / {head} = {value}")


def _has(line: str, wanted: str) -> bool:
    return re.search(rf"{re.escape(wanted)}(?!\d)", line) is not None


def _roman(number: int) -> str:
    return ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"][min(number, 10)]


def _longest_rise(places: Sequence[int]) -> int:
    ends: list[int] = []
    for place in places:
        at = bisect_left(ends, place)
        ends[at : at + 1] = [place]
    return len(ends)


def _is_spliced(span: str, everything: str) -> bool:
    """True where a quoted sentence goes from within one sentence of the paper into another text."""
    at, is_open = 0, False  # is_open: the piece before broke off within its sentence
    while at < len(span):
        length = _longest_piece(span[at:], everything)
        if length < _LEAST_PIECE:
            at += 1
            continue
        piece = span[at : at + length]
        begins = f"|{piece}" in f"|{everything}"
        if is_open or (at and not begins and not _is_end(span[:at], everything)):
            return True
        at += length
        is_open = f"{piece}|" not in f"{everything}|"
    return False


def _is_end(before: str, everything: str) -> bool:
    return before.endswith(tuple("0123456789")) and len(before) < 4 and bool(everything)


def _longest_piece(span: str, everything: str) -> int:
    low, high = 0, len(span)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if span[:middle] in everything else (low, middle - 1)
    return low
