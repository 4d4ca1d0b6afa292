"""Finds title, authors, abstract and body in a paper that is one text. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reviewer.sources.entries import distinct, new_paper
from reviewer.text import bare_doi, split_name
from reviewer.text.identifiers import bare_arxiv_id, date_in, inverted_initials
from reviewer.types import Paper
from reviewer.types.papers import Origin

LEAST_CHARS = 60  # of text under a title
MOST_TITLE_CHARS = 300
_ABSTRACT = re.compile(
    r"^[ \t#*_]*(?:abstract|summary)[ \t*_]*(?:[:.—–-][ \t*_]*|\r?$)", re.IGNORECASE | re.MULTILINE
)
_NEXT = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]+\S|\**(?:\d{1,2}\.?|I\.?)?[ \t]*\**introduction\b"
    r"|[*_]*(?:keywords|key words|index terms)\b)",
    re.IGNORECASE | re.MULTILINE,
)
_INITIALS = re.compile(r"(?:[^\W\d_a-zß-ÿ]\w?\.?[ -]?){1,4}(?:,? (?:Jr|Sr)\.)?")
_FAMILY_INITIALS = re.compile(r"[^\W\d_](?:[^\W\d_]|[ '’-])*[^\W\d_] (?:[A-Z]\.?[ -]?){1,4}")
_WORD = re.compile(r"[^\W\d_]{2,}")


def is_prose(text: str) -> bool:
    """True for text that is mostly words in sentences: no code, no data, no list of one-liners."""
    sample = text.strip()[:5000]
    if len(sample) < LEAST_CHARS or not re.search(r"[.!?。؟।](?:\s|$)", sample):
        return False
    letters = sum(len(word) for word in _WORD.findall(sample))
    return letters >= 0.6 * len(re.sub(r"\s", "", sample)) and len(_WORD.findall(sample)) >= 8


def split_abstract(text: str) -> tuple[str, str]:
    """The abstract under a heading or mark that names it, and all other text; without such a
    heading the abstract is empty."""
    found = _ABSTRACT.search(text[:20_000])
    if not found:
        return "", text.strip()
    ends = _NEXT.search(text, found.end())
    rest = text[found.end() : ends.start() if ends else len(text)]
    if not ends:  # the first paragraph, where no heading follows
        blank = re.search(r"\n[ \t]*\r?\n", rest.lstrip())
        start = len(rest) - len(rest.lstrip())
        rest = rest[: start + blank.start()] if blank and blank.start() > LEAST_CHARS else rest
    end = found.end() + len(rest)
    return rest.strip(), (text[: found.start()].strip() + "\n\n" + text[end:].strip()).strip()


def people_in(text: str) -> list[str]:
    """Names separated by semicolons, by `and`, or by commas between whole names."""
    pieces = re.split(r"\s*;\s*|,?\s+(?:and|&)\s+", text.strip())
    names = []
    for piece in pieces:
        by_comma = [p.strip() for p in piece.split(",")]
        are_whole = len(by_comma) > 1 and all(" " in p or not p for p in by_comma)
        names += by_comma if are_whole else [piece]
    return [re.sub(r"[\d*†‡§¹²³⁴⁵⁶]+$", "", name).strip() for name in names if name.strip()]


def by_initials(text: str) -> list[str]:
    """The names of `Hay, I., van der Jay, K.`, `Hay I, Jay K` and `Hay I., Jay K.`, which commas
    alone part; a text of another form is one name."""
    whole = text.rstrip()
    has_stop = whole.endswith(".") and "." not in whole[:-1]  # one that ends the list
    pieces = [piece.strip() for piece in whole[: len(whole) - has_stop].split(",")]
    pieces = pieces[:-1] if not pieces[-1] else pieces
    if len(pieces) > 1 and all(_FAMILY_INITIALS.fullmatch(piece) for piece in pieces):
        return [inverted_initials(piece) for piece in pieces]
    families, initials = pieces[::2], pieces[1::2]
    is_even = len(families) == len(initials) > 1
    if is_even and all(_INITIALS.fullmatch(p) and "." in p for p in initials):
        return [", ".join(pair) for pair in zip(families, initials, strict=True)]
    return [text]


def paper_of_text(
    title: str, fields: Mapping[str, str], abstract: str, body: str, origin: Origin
) -> Paper:
    """A paper whose facts are in `fields` under their usual names: author(s), date, doi, ..."""

    def first(*names: str) -> str:
        return next((text for name in names if (text := fields.get(name))), "")

    return new_paper(
        title,
        abstract.strip(),
        body.strip(),
        names=map(split_name, people_in(first("authors", "author"))),
        date=date_in(first("date", "year", "published")),
        key=first("citekey", "citation key"),
        venue=first("venue", "journal"),
        doi=bare_doi(first("doi")),
        arxiv_id=bare_arxiv_id(first("arxiv", "arxiv_id")),
        url=first("url", "source"),
        keywords=distinct(re.split("[;,]", first("keywords", "tags"))),
        extra={},
        origins=(origin,),
    )
