"""When a paper appeared, as its first page says it. Pure.

A journal prints when it received, accepted and published a paper, who holds the copyright since
when, and its own volume and year; a manuscript has a date below its authors. What was published
counts before what was accepted; a year alone in the text counts for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from reviewer.text.identifiers import iso_date, month_number

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?)"
)
_YEAR = r"(?P<year>(?:19[5-9]|20[0-4])\d)"
_FORMS = (
    rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<month>{_MONTH}),?\s+{_YEAR}",
    rf"(?P<month>{_MONTH})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+{_YEAR}",
    rf"{_YEAR}\s+(?P<month>{_MONTH})\s+(?P<day>\d{{1,2}})",
    rf"{_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)",
    rf"(?P<month>{_MONTH}),?\s+{_YEAR}",
)
_DATES = [re.compile(form + r"(?!\d)", re.IGNORECASE) for form in _FORMS]
_PUBLISHED = re.compile(
    r"(?:first\s+)?(?:published|available\s+online|publication\s+date|date\s+of\s+publication"
    r"|dated)"
    r"(?:\s+online)?[\s:,]{1,3}",
    re.IGNORECASE,
)
_ACCEPTED = re.compile(r"accepted(?:\s+for\s+publication)?[\s:,]{1,3}(?:on\s+)?", re.IGNORECASE)
_SUBMITTED = re.compile(r"(?:preprint\s+)?submitted\s+to\s+.{3,80}?(?=\s(?:\d|[A-Z][a-z]+ \d))")
_RIGHTS = re.compile(
    rf"(?:©|copyright(?:\s*©)?|\(c\))\s*(?:the\s+authors?\(?s?\)?,?\s*)?{_YEAR}", re.I
)
_MEETING = re.compile(
    r"(?:proceedings|conference|workshop|symposium|advances\s+in|meeting)\b[^.;]{0,90}?"
    rf"(?<![\d–-]){_YEAR}(?!\d)",
    re.IGNORECASE,
)
_VOLUME = (
    re.compile(rf"\b[A-Z]?\d{{1,4}}\s*(?:\(\d+\)\s*)?\({_YEAR}\)\s*[\d,:–-]"),
    re.compile(rf"\bvol(?:ume|\.)\s*\d+\b.{{0,40}}?\b{_YEAR}(?!\d)", re.IGNORECASE),
    re.compile(rf"(?:^|[A-Za-z.]\s){_YEAR},\s\d{{1,4}},\s[A-Z]?\d{{1,6}}\b"),
    re.compile(rf",\s*\d+[–-]\d+\s\({_YEAR}\)"),
)
_REFERENCE_FORMAT = re.compile(rf"Reference Format:.{{3,300}}?\.\s{_YEAR}\.", re.IGNORECASE)
_ALONE = re.compile(r"[\s(,.;:)]*")


def printed_date(front: Sequence[str], page: str) -> tuple[str, str]:
    """The date (ISO 8601, as far as it is known) and how certain it is; empty where the page says
    none or two. `front` are the lines between title and abstract, `page` is the whole page."""
    text = " ".join(page.split())
    found = [_after(_PUBLISHED, text), _years(_REFERENCE_FORMAT, text), _years(_RIGHTS, text)]
    found += [[date for line in front if (date := _alone(line))]]
    found += [[date for form in _VOLUME for date in _years(form, text)], _years(_MEETING, text)]
    found += [_after(_ACCEPTED, text), _after(_SUBMITTED, text)]
    years = [{date[:4] for date in dates} for dates in found]
    first = next((n for n, own in enumerate(years) if own), None)
    if first is None or len(years[first]) > 1:
        return "", ""
    agrees = any(own == years[first] for own in years[first + 1 :])
    return max(found[first], key=len), "certain" if agrees else "likely"


def _after(mark: re.Pattern[str], text: str) -> list[str]:
    """The dates that stand right after such words."""
    found = []
    for match in mark.finditer(text):
        date = next((m for form in _DATES if (m := form.match(text, match.end()))), None)
        date = date or re.compile(rf"\s?{_YEAR}\b").match(text, match.end())
        at = match.end() + (text[match.end() : match.end() + 1] == " ")
        date = date or next((m for form in _DATES if (m := form.match(text, at))), None)
        if date:
            found.append(_iso(date))
    return found


def _alone(line: str) -> str:
    """The date that is all there is on a line."""
    for form in _DATES:
        match = form.search(line)
        if (
            match
            and _ALONE.fullmatch(line[: match.start()])
            and _ALONE.fullmatch(line[match.end() :])
        ):
            return _iso(match)
    return ""


def _years(form: re.Pattern[str], text: str) -> list[str]:
    return [match["year"] for match in form.finditer(text)]


def _iso(match: re.Match[str]) -> str:
    parts = match.groupdict()
    month = parts.get("month") or ""
    number = f"{month_number(month.rstrip('.')):02}" if month else ""
    return iso_date(parts["year"], number, parts.get("day") or "")
