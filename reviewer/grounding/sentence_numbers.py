"""Numbers of sentences: `E4.2` is the second sentence of the text E4, `E4.0` its title. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.text import sentence_spans
from reviewer.types import Citation, Evidence

TITLE = 0  # the number of a title among the sentences of its text
_TAG = r"(?:E\d{1,4}|W)"  # a text; the work at hand
_DASH = "[-‐‑–—]"
_ONE = re.compile(
    rf"(?<![\w.])(?P<tag>{_TAG})\s?\.\s?(?P<first>\d{{1,4}})"
    rf"(?:\s?(?:{_DASH}|\bto\b|\.\.\.?|…)\s?#?(?:(?P=tag)\.)?(?P<last>\d{{1,4}})(?!\.?\d))?"
    rf"(?P<more>(?:\s?[,;&/]\s?\d{{1,4}}(?![\w.]|{_DASH}\d))*)(?!\w)",
    re.IGNORECASE,
)
_BARE_TAG = re.compile(rf"(?<![\w.])(?P<tag>{_TAG})(?!\.?\w)", re.IGNORECASE)
_MOST_OF_A_RANGE = 40


@dataclass(frozen=True)
class Numbered:
    """A sentence under its number. `start` and `end` count the characters of its part."""

    number: str
    part: str
    start: int
    end: int
    text: str


def numbered(item: Evidence) -> tuple[Numbered, ...]:
    """The title of the evidence's paper, and the sentences of its chunk, each with its number."""
    chunk, title = item.chunk, item.paper.title
    found = [Numbered(f"{item.tag}.{TITLE}", "title", 0, len(title), title)] if title else []
    found += [
        Numbered(f"{item.tag}.{n}", chunk.part, chunk.start + a, chunk.start + b, chunk.text[a:b])
        for n, (a, b) in enumerate(sentence_spans(chunk.text), start=TITLE + 1)
    ]
    return tuple(found)


def cite_span(item: Evidence, part: str, start: int, end: int) -> Citation:
    """The citation of these characters of a part of the evidence's paper."""
    return Citation(
        paper_id=item.paper.id,
        key=item.paper.key,
        chunk_id=item.chunk.id,
        part=part,
        page=item.chunk.page if part == item.chunk.part else None,
        start=start,
        end=end,
        quote=item.paper.text_of(part)[start:end],
        by_ocr=item.paper.is_ocr(part, item.chunk.page),
    )


class Numbers:
    """The numbers of the texts of one prompt, each with its sentence."""

    def __init__(self, evidence: Sequence[Evidence]) -> None:
        self._item_of: dict[str, Evidence] = {}
        self._sentence_of: dict[str, Numbered] = {}
        self._numbers_of: dict[tuple[str, str], list[str]] = {}  # by paper and part
        for item in evidence:
            for sentence in numbered(item):
                self._item_of[sentence.number] = item
                self._sentence_of[sentence.number] = sentence
                place = (item.paper.id, sentence.part)
                self._numbers_of.setdefault(place, []).append(sentence.number)

    def __contains__(self, number: str) -> bool:
        return number in self._sentence_of

    def all(self) -> list[str]:
        """Every number, in the order of the texts."""
        return list(self._sentence_of)

    def cite(self, number: str) -> Citation | None:
        """The citation of the sentence with this number; None for a number that names nothing."""
        sentence = self._sentence_of.get(number)
        if sentence is None:
            return None
        return cite_span(self._item_of[number], sentence.part, sentence.start, sentence.end)

    def number_of(self, citation: Citation) -> str:
        """The number of the first sentence that overlaps what is cited, in the cited text if that
        is among these, else in another one of the paper; empty if none does."""
        found = ""
        for number in self._numbers_of.get((citation.paper_id, citation.part), ()):
            sentence = self._sentence_of[number]
            if sentence.start < citation.end and citation.start < sentence.end:
                if self._item_of[number].chunk.id == citation.chunk_id:
                    return number
                found = found or number
        return found

    def read(self, said: str) -> tuple[list[str], list[str]]:
        """The numbers that a text names and that are there, and those that name nothing, each once,
        in order; see `read_numbers`."""
        names = read_numbers(said)
        return [n for n in names if n in self], [n for n in names if n not in self]


def read_numbers(said: str) -> list[str]:
    """The numbers in a text, read as a person reads them, in one spelling and each once.

    Brackets, `#` and case do not count, a range names all its numbers (`E4.2-4`), and a number
    without a tag belongs to the tag before it (`E4.2, 3`). A tag alone (`E4`) is named as it is: it
    names a text and no sentence.
    """
    said = unicodedata.normalize("NFKC", said)
    found: list[tuple[int, str]] = []
    rest = list(said)
    for match in _ONE.finditer(said):
        tag, first = match["tag"].upper(), int(match["first"])
        last = int(match["last"]) if match["last"] else first
        if not first <= last < first + _MOST_OF_A_RANGE:
            last = first
        found += [(match.start(), f"{tag}.{n}") for n in range(first, last + 1)]
        found += [(match.start(), f"{tag}.{int(n)}") for n in re.findall(r"\d+", match["more"])]
        rest[match.start() : match.end()] = " " * (match.end() - match.start())
    tags = _BARE_TAG.finditer("".join(rest))
    found += [(match.start(), match["tag"].upper()) for match in tags]
    return list(dict.fromkeys(name for _, name in sorted(found, key=lambda pair: pair[0])))
