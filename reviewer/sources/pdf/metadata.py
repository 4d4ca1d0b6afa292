"""Authors, DOI, arXiv id and date on a paper's first page, and how certain each is. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from reviewer.sources.pdf.glyphs import Page
from reviewer.sources.pdf.layout import PageLines
from reviewer.sources.pdf.lines import Line
from reviewer.sources.pdf.running_heads import rows_of
from reviewer.text.identifiers import ARXIV_ID, month_number

_ARXIV = re.compile(
    rf"arXiv\s*:\s*({ARXIV_ID})"
    r"(?:\s*\[[\w.-]+\])?(?:\s*(\d{1,2})\s+([A-Z][a-z]{2})[a-z]*\s+(\d{4}))?"
)
_DOI = re.compile(
    r"doi\W{0,4}(?:org/|https?://(?:dx\.)?doi\.org/)?\s*(10\.\d{4,9}/[^\s\"<>]+)", re.I
)
_DATA = re.compile(r"10\.(?:5281|6084|5061|7910)/")  # Zenodo, figshare, Dryad, Dataverse
_REFERENCES = re.compile(r"^\W*(?:\d+\.?\s+)?(?:references|bibliography)\W*$", re.I | re.M)
_PLACE = re.compile(
    r"univers|institut|depart|laborator|school|college|research|center|centre|faculty|academ|"
    r"hospital|gmbh|\binc\b|corp|google|microsoft|openai|deepmind|street|\blab\b|@|https?:|www\.|"
    r"\busa\b|china|germany|india|abstract|technolog|division|group|correspond|equal|contribut|"
    r"\bdated\b|received|accepted|published|keywords|new york|san francisco|los angeles|hong kong|"
    r"united (?:kingdom|states)|south korea|citation|copyright|preprint|submitted|article",
    re.I,
)
_MARKS = re.compile(r"[\d*∗†‡§¶♠♣♡♢♥♦⋆✉◦•⊥∥#]+")
_BETWEEN = re.compile(r"\s*(?:,|;|·|•|&|\band\b|\s{2,})\s*", re.I)
_PARTICLES = frozenset(
    "de del della van von der den da das do dos di la le bin ibn al el ter ten zu af av y e".split()
)
_NAME_WORD = re.compile(
    r"(?:(?:[dl]|al|el|ul|ben|bin|as|ash|ad)['’‐-])?[^\W\d_a-z][\w'’.\-‐]*", re.UNICODE
)
_RAISED = 0.15  # of a letter's size above the line


def identifiers(
    pages: Sequence[Page], sideways: str, info: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    """`doi`, `arxiv_id` and `date` (ISO 8601) as far as the first page names them, each with its
    certainty. An id is taken only where it is the page's only one."""
    first = _REFERENCES.split(_text(pages[0]) if pages else "")[0]
    found: dict[str, tuple[str, str]] = {}
    if match := _ARXIV.search(sideways):
        found["arxiv_id"] = match[1], "certain"
        if match[4] and (month := month_number(match[3])):
            found["date"] = f"{match[4]}-{month:02}-{int(match[2]):02}", "certain"
    elif len(ids := {match[1] for match in _ARXIV.finditer(first)}) == 1:
        found["arxiv_id"] = ids.pop(), "likely"
    dois = {match[1].rstrip(".,;:)]}'").lower() for match in _DOI.finditer(first)}
    dois = {doi for doi in dois if not _DATA.match(doi)}
    if len(dois) == 1:
        doi = dois.pop()
        is_known = doi in " ".join(info.values()).lower()
        found["doi"] = doi, "certain" if is_known else "likely"
    return found


def _text(page: Page) -> str:
    """The page's upright words in the order of its content, a line for each height."""
    text, before = "", None
    for word in page.words:
        if word.angle:
            continue
        same = before is not None and abs(word.base - before.base) < 0.5 * word.size
        text += word.text if same and word.is_glued else f"{' ' if same else chr(10)}{word.text}"
        before = word
    return text


def first_page_text(pages: Sequence[Page], laid: Sequence[PageLines]) -> str:
    """The first page's lines and its running head and foot, up to a list of references."""
    if not pages:
        return ""
    rows = rows_of(word for word in pages[0].words if not word.angle)
    edges = [" ".join(word.text for word in row) for row in (*rows[:2], *rows[2:][-2:])]
    lines = [line.text for line in laid[0].lines]
    return _REFERENCES.split("\n".join([*edges, *lines]))[0]


def authors(front: Sequence[Line], info: Mapping[str, str]) -> tuple[list[str], str]:
    """Names from the lines between title and abstract, and how certain they are: certain when the
    file names the same people, likely when whole lines are names; otherwise none."""
    lines = sorted(front, key=lambda one: (one.page, -one.base, one.x0))
    texts = [_without_marks(line) for line in lines]
    names = [_names(text) for text in texts]
    for n, (one, other) in enumerate(pairwise(lines)):
        if not names[n] and abs(one.size - other.size) < 0.1:  # a name may go over the line's end
            names[n] = _names(f"{texts[n]} {texts[n + 1]}")
            names[n + 1] = [] if names[n] else names[n + 1]
    found = list(dict.fromkeys(name for own in names for name in own))
    if not found:
        return [], ""
    listed = {word.casefold() for word in re.findall(r"\w{3,}", info.get("Author", ""))}
    families = [re.findall(r"\w+", name)[-1].casefold() for name in found]
    is_known = bool(listed) and all(family in listed for family in families)
    return found, "certain" if is_known else "likely"


def _names(text: str) -> list[str]:
    """The names of a line that holds nothing else; those before the place, where the names are in
    capitals."""
    is_place = _PLACE.search(text) is not None
    pieces = [piece.strip(" .,-") for piece in _BETWEEN.split(_MARKS.sub("  ", f"{text}  "))]
    pieces = [piece for piece in pieces if len(piece) > 1]
    if is_place:
        end = next((n for n, p in enumerate(pieces) if not (p.isupper() and is_name(p))), 0)
        return [_written_small(piece) for piece in pieces[:end]]
    if not all(is_name(piece) for piece in pieces):
        return []
    return [_written_small(piece) for piece in pieces]


def _written_small(name: str) -> str:
    """A name in capitals as it is usually written."""
    return re.sub(r"[^\W\d_]+", lambda m: m[0].capitalize(), name) if name.isupper() else name


def _without_marks(line: Line) -> str:
    """The line's text without raised letters, figures and signs, which say whose place is which."""
    kept = [
        word
        for word in line.words
        if word.size > 0.85 * line.size or word.base < line.base + _RAISED * line.size
    ]
    if len(kept) == len(line.words):
        return line.text
    raised = [word for word in line.words if word not in kept]
    text, before = "", None
    for word in kept:
        is_marked = before and any(before.x1 - 1 < mark.x0 < word.x0 for mark in raised)
        space = word.x0 - before.x1 if before else 0.0
        gap = "  " if is_marked or space > 0.9 * word.size else " "
        text += word.text if not text or (word.is_glued and not is_marked) else gap + word.text
        before = word
    return text


def is_name(text: str) -> bool:
    """True for two to five words with a capital each, particles aside."""
    words = [word for word in text.split() if word.casefold() not in _PARTICLES]
    if not 2 <= len(words) <= 5 or len(text) > 50:
        return False
    return all(_NAME_WORD.fullmatch(word) for word in words) and any(
        len(word.strip(".")) > 1 for word in words
    )
