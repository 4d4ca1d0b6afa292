"""Reads a plain text as one paper: a title, then prose, with or without labels as `Abstract:`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.sources.entries import ReadOptions, origin_of
from reviewer.sources.parsing.plain_paper import (
    MOST_TITLE_CHARS,
    is_prose,
    paper_of_text,
    people_in,
    split_abstract,
)
from reviewer.text.identifiers import arxiv_id_in, doi_in
from reviewer.types import Paper
from reviewer.types.papers import Skipped

_LABEL = re.compile(
    r"^(title|authors?|abstract|doi|date|year|journal|venue|keywords|url|arxiv)[ \t]*:[ \t]*(.+)$",
    re.IGNORECASE,
)
_STRUCTURE = re.compile(
    r"^[ \t]*(?:[@<{}\[\]|%;]|[A-Z][A-Z0-9]{1,3} {0,2}-|[\w-]+[ \t]*[={]|[A-Z]{2} )"
)
_LEAST_WORDS = 2
_HEAD_LINES = 60
_BYLINE_CHARS = 400


def matches(text: str) -> bool:
    """True for a short first line, a blank line or a label under it, and prose below; False for
    what begins as data or code does."""
    lines = [line.strip() for line in text[:20_000].lstrip("\ufeff").splitlines()]
    first = next((i for i, line in enumerate(lines) if line), None)
    if first is None or _STRUCTURE.match(lines[first]):
        return False
    given = [line for line in lines[first : first + _HEAD_LINES] if line]
    if 5 * sum(bool(_STRUCTURE.match(line)) for line in given) > len(given):
        return False
    if any(_label(line) == "title" for line in given[:5]):
        return True
    title = lines[first]
    is_title = len(title) <= MOST_TITLE_CHARS and len(title.split()) >= _LEAST_WORDS
    has_gap = "" in lines[first + 1 : first + 6]
    return is_title and has_gap and is_prose("\n".join(lines[first + 1 :]))


def _label(line: str) -> str:
    found = _LABEL.match(line)
    return found[1].lower() if found else ""


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper, or Skipped when nothing can be read under its title."""
    fields, rest = _labelled(text.lstrip("\ufeff"))
    title = fields.get("title", "")
    if not title:
        title, _, rest = rest.lstrip().partition("\n")
        title = title.strip()
        rest = _without_byline(rest, fields)
    own, body = split_abstract(rest)
    abstract = fields.get("abstract", "") or own
    if not (abstract or is_prose(body)):
        yield Skipped(file=file, position=1, reason="it has a title and no text to read")
        return
    head = text[:5000]
    fields.setdefault("doi", doi_in(head))
    fields.setdefault("arxiv", arxiv_id_in(head))
    yield paper_of_text(title, fields, abstract, body, origin_of(text, file, 1))


def _labelled(text: str) -> tuple[dict[str, str], str]:
    """The labelled lines of the head, and the text without them. A label's paragraph is its own."""
    fields: dict[str, str] = {}
    kept: list[str] = []
    name = ""
    lines = text.splitlines(keepends=True)
    for place, line in enumerate(lines):
        found = _LABEL.match(line.rstrip()) if place < _HEAD_LINES else None
        if found and found[1].lower() not in fields:
            name = found[1].lower()
            fields[name] = found[2].strip()
        elif name and line.strip() and place < _HEAD_LINES:
            fields[name] += " " + line.strip()
        else:
            name = ""
            kept.append(line)
    return fields, "".join(kept)


def _without_byline(rest: str, fields: dict[str, str]) -> str:
    """The text after a line of names directly under the title, which becomes the authors."""
    line, _, below = rest.lstrip("\r\n").partition("\n")
    names = (
        people_in(line) if len(line) <= _BYLINE_CHARS and not line.rstrip().endswith(".") else []
    )
    are_names = names and all(2 <= len(n.split()) <= 5 and n[:1].isupper() for n in names)
    if are_names and not re.search(r"[:?!]", line) and (len(names) > 1 or len(line.split()) <= 4):
        fields.setdefault("authors", line.strip())
        return below
    return rest
