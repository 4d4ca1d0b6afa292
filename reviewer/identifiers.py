"""DOIs, arXiv ids and dates as exports write them, brought into one spelling. Pure."""

from __future__ import annotations

import re

_DOI_BEFORE = re.compile(r"^(?:https?://(?:dx\.|www\.)?doi\.org/|doi:?\s*)+", re.IGNORECASE)
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_ARXIV_ID = r"(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?"
_ARXIV_NAMED = re.compile(
    rf"arxiv(?:\.org/(?:abs|pdf|html)/|\s*:\s*|\.)({_ARXIV_ID})(?![\d/])", re.IGNORECASE
)
_ARXIV_BARE = re.compile(rf"(?:arxiv:\s*)?({_ARXIV_ID})", re.IGNORECASE)
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_ISO = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?!\d)")
_INITIALS = re.compile(r"(?:[A-Z]\.[- ]?){1,4}|(?!I{2,3}$|I?V$)[A-Z]{1,3}(?:-[A-Z])?")


def bare_doi(text: str) -> str:
    """The DOI without the address or the `doi:` before it; empty when there is none."""
    found = _DOI.match(_DOI_BEFORE.sub("", text.strip()))
    return found.group().rstrip(".,;") if found else ""


def doi_in(text: str) -> str:
    """The first DOI that stands in a text, without a stop or bracket that closes its sentence."""
    found = _DOI.search(text)
    return found.group().rstrip(".,;)]}>\"'") if found else ""


def arxiv_id_in(text: str) -> str:
    """The arXiv id behind an address, a DOI of arXiv, or `arXiv:`; empty when there is none."""
    found = _ARXIV_NAMED.search(text)
    return found[1] if found else ""


def bare_arxiv_id(text: str) -> str:
    """The arXiv id when the text is one, with or without `arXiv:` before it."""
    found = _ARXIV_BARE.fullmatch(text.strip())
    return found[1] if found else arxiv_id_in(text)


def iso_date(year: str, month: str = "", day: str = "") -> str:
    """`2025`, `2025-09` or `2025-09-29`, as far as the parts can be such; months by name too."""
    if not re.fullmatch(r"[12]\d{3}", year.strip()):
        return ""
    word = month.strip().lower()
    number = MONTHS.index(word[:3]) + 1 if word[:3] in MONTHS else 0
    if word.isdecimal() and 1 <= int(word) <= 12:
        number = int(word)
    pieces = [year.strip()] + ([f"{number:02}"] if number else [])
    if number and day.strip().isdecimal() and 1 <= int(day) <= 31:
        pieces.append(f"{int(day):02}")
    return "-".join(pieces)


def date_in(text: str) -> str:
    """The date that a text begins with, `2025-09-29`, `2025/9` or `2025 Sep 29`; else the first
    year in it; empty when there is none."""
    text = text.strip()
    if found := _ISO.match(text):
        named = re.match(r"\d{4} ([A-Za-z]{3,9})\.?(?: (\d{1,2})\b)?", text)
        if named:
            return iso_date(found[1], named[1], named[2] or "")
        return iso_date(found[1], found[2] or "", found[3] or "")
    worded = re.match(r"(?:(\d{1,2}) )?([A-Za-z]{3,9})\.? (?:(\d{1,2}), ?)?(\d{4})\b", text)
    if worded:
        return iso_date(worded[4], worded[2], worded[1] or worded[3] or "")
    found = re.search(r"\b[12]\d{3}\b", text)
    return found.group() if found else ""


def year_of(date: str) -> int | None:
    """The year of a date that begins with one."""
    return int(date[:4]) if re.match(r"\d{4}", date) else None


def inverted_initials(name: str, *, dotted: bool = False) -> str:
    """`Smith JA` and `van der Berg J.` as `Smith, JA` and `van der Berg, J.`, with `dotted` only
    the latter; others as they are."""
    family, _, last = name.strip().rpartition(" ")
    is_family = re.fullmatch(r"[^\W\d_][\w'’ -]*\w", family) is not None
    if is_family and _INITIALS.fullmatch(last) and (last.endswith(".") or not dotted):
        return f"{family}, {last}"
    return name
