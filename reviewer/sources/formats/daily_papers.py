"""Reads listings saved from the daily-papers site, in both of its shapes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from reviewer.sources.entries import ReadOptions, origin_of
from reviewer.text.identifiers import MONTHS, month_number
from reviewer.types import Paper
from reviewer.types.papers import Part, Skipped

_BANNER = "Get trending papers in your email inbox"
_MONTH = "|".join(name.capitalize() for name in MONTHS)
_DATE = re.compile(rf"^({_MONTH}) (\d{{1,2}})(?:, (\d{{4}}))?(?: +(\d+))?$")
_AUTHORS = re.compile(r"^(?:[•·]\s*)?(\d+ authors?)$")
_HEADER = re.compile(r"^(?:new|Subscribe|Daily Papers|by\s?AK and the research community)$")
_DOT = "·"
MAX_TITLE_CHARS = 400
MAX_ORGANISATION_CHARS = 200


@dataclass(frozen=True)
class _Line:
    number: int
    text: str


@dataclass(frozen=True)
class _Byline:
    """The lines under an abstract: a count of authors or an organisation, and a date."""

    author_note: str = ""
    organisation: str = ""
    date: str = ""
    votes: int | None = None


def matches(text: str) -> bool:
    head = text[:2000].split("\n")[:12]
    return any(line.startswith(_BANNER) for line in head) or any(
        line.strip() == _DOT for line in text[:20_000].split("\n")
    )


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper an entry. A title without an abstract, as in a cut listing, is Skipped."""
    lines = [
        _Line(number, line.removesuffix("\r"))
        for number, line in enumerate(text.split("\n"), start=1)
        if line.strip()
    ]
    body = _without_header(lines)
    start = 0
    for place, line in enumerate(body):
        if line.text.strip() != _DOT or place == start:
            continue
        after = body[place + 1].text if place + 1 < len(body) else ""
        above = body[place - 1].text  # an abstract where authors and organisation are left out
        above = above if len(above) <= MAX_ORGANISATION_CHARS else ""
        byline = _read_byline(above, after, options)
        yield from _entries(body[start : place - bool(above)], byline, file)
        start = place + (2 if _DATE.match(after.strip()) else 1)
    rest, byline = body[start:], _Byline()
    if rest and _AUTHORS.match(rest[-1].text.strip()):
        byline = _read_byline(rest.pop().text, "", options)
    yield from _entries(rest, byline, file)


def _without_header(lines: Sequence[_Line]) -> list[_Line]:
    """The lines from the first title on; `Subscribe` is cut from a title that it is glued to."""
    body = list(lines)
    seen_header = False
    while body and (body[0].text.startswith(_BANNER) or _HEADER.match(body[0].text.strip())):
        body.pop(0)
        seen_header = True
    if seen_header and body and _DATE.match(body[0].text.strip()):
        body.pop(0)
    if seen_header and body and body[0].text.startswith("Subscribe"):
        body[0] = _Line(body[0].number, body[0].text.removeprefix("Subscribe"))
    return body


def _entries(lines: Sequence[_Line], byline: _Byline, file: str) -> Iterator[Paper | Skipped]:
    """Titles and abstracts in turn. The byline is the last pair's: some entries lack theirs."""
    place = 0
    while place < len(lines):
        title = lines[place]
        if len(title.text) > MAX_TITLE_CHARS:
            reason = "a long text is where a title should be"
        elif _lacks_abstract(title, lines[place + 1 : place + 3]):
            reason = f"the title '{title.text[:60]}' has no abstract after it"
        else:
            own = byline if place + 2 >= len(lines) else _Byline()
            yield _paper(title, lines[place + 1], own, file)
            place += 2
            continue
        place += 1
        yield Skipped(file=file, position=title.number, reason=reason)


def _lacks_abstract(title: _Line, below: Sequence[_Line]) -> bool:
    """True when no abstract follows, but the end, something shorter, or the next title: a line
    without a stop above one that is too long for a title."""
    if not below or len(below[0].text) <= len(title.text):
        return True
    first = below[0].text
    could_be_title = len(first) <= MAX_TITLE_CHARS and not first.rstrip().endswith(".")
    return could_be_title and len(below) > 1 and len(below[1].text) > MAX_TITLE_CHARS


def _paper(title: _Line, abstract: _Line, byline: _Byline, file: str) -> Paper:
    lines = title.text, abstract.text, byline.author_note, byline.organisation, byline.date
    return Paper(
        parts=(Part(name="title", text=title.text), Part(name="abstract", text=abstract.text)),
        author_note=byline.author_note,
        organisation=byline.organisation,
        date=byline.date,
        year=int(byline.date[:4]) if byline.date[:1].isdigit() else None,
        extra={} if byline.votes is None else {"votes": byline.votes},
        origins=(origin_of("\n".join(lines), file, title.number),),
    )


def _read_byline(above: str, below: str, options: ReadOptions) -> _Byline:
    """`above` and `below` are the lines around the dot."""
    authors = _AUTHORS.match(above.strip())
    day, votes = _read_date(below.strip(), options.listing_year)
    return _Byline(
        author_note=authors[1] if authors else "",
        organisation="" if authors else above.strip(),
        date=day,
        votes=votes,
    )


def _read_date(text: str, listing_year: int | None) -> tuple[str, int | None]:
    """An ISO date, `--MM-DD` where the year is not known, or empty; and the votes after it."""
    found = _DATE.match(text)
    if not found:
        return "", None
    month, day = month_number(found[1]), int(found[2])
    year = int(found[3]) if found[3] else listing_year
    votes = int(found[4]) if found[4] else None
    try:
        whole = date(year or 2000, month, day)  # 2000 has a 29 February
    except ValueError:
        return "", votes
    return (whole.isoformat() if year else f"--{month:02d}-{day:02d}"), votes
