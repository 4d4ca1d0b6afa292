"""What in an entry of a bibliography cannot be right, whatever the paper is. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from reviewer.tasks.checks.people import placeholders
from reviewer.tasks.checks.venues import is_preprint_venue, is_same_venue, meetings_of
from reviewer.text import bare_doi
from reviewer.text.identifiers import arxiv_id_of_doi, bare_arxiv_id, without_version
from reviewer.types import Paper
from reviewer.types.checks import CheckedField

_LATE_PREPRINT = 2  # a preprint may follow its publication by some years
_AAAI_VOLUME_0 = 1986  # volume 35 is of 2021
# DOIs that name the meeting and its year: IEEE's, the ACL Anthology's, IJCAI's, ISCA's.
_MEETING_DOIS = (
    re.compile(r"10\.1109/(?P<venue>[a-z]{3,})\d{3,6}\.(?P<year>\d{4})\.\d+", re.IGNORECASE),
    re.compile(r"10\.1109/(?P<venue>cvpr|iccv|icra|wacv)\.(?P<year>\d{4})\.\d+", re.IGNORECASE),
    re.compile(r"10\.18653/v1/(?P<year>20\d\d)\.(?P<venue>[a-z]+)-\w+\.\d+", re.IGNORECASE),
    re.compile(r"10\.24963/(?P<venue>ijcai)\.(?P<year>\d{4})/\d+", re.IGNORECASE),
    re.compile(r"10\.21437/(?P<venue>interspeech)\.(?P<year>\d{4})-\d+", re.IGNORECASE),
    re.compile(r"10\.1609/(?P<venue>aaai)\.v(?P<volume>\d{2})i\d+\.\d+", re.IGNORECASE),
)
_ARXIV_NEW = re.compile(r"(\d\d)(\d\d)\.\d{4,5}")
_ARXIV_OLD = re.compile(r"[a-z-]+(?:\.[a-z]{2})?/(\d\d)(\d\d)\d{3}", re.IGNORECASE)


def find_inconsistent(
    entry: Paper, right: Paper | None = None, today: date | None = None
) -> list[CheckedField]:
    """The fields that are wrong in themselves, or go against each other: a year to come, a
    placeholder for a name, a broken DOI, an arXiv number or a DOI of another year or
    meeting. Authors, year and venue are not judged where the paper that the entry means, `right`,
    has them: they are compared with its own."""
    today = today or date.today()
    found = [*_authors(entry), *_doi(entry), *_arxiv_id(entry, today)]
    years = [*_future(entry, today), *_year_of_arxiv(entry), *_year_of_doi(entry)]
    found += [*years[:1], *_venue_of_doi(entry)]
    known = {"authors", "year", "venue"} if right else set()
    compared = {name for name in known if getattr(right, name)}
    return [field for field in found if field.field not in compared]


def _authors(entry: Paper) -> Iterator[CheckedField]:
    if names := placeholders(entry.authors):
        yield CheckedField(
            field="authors",
            written=", ".join(entry.authors),
            reason=f"no author's name: {', '.join(names)}",
        )


def _doi(entry: Paper) -> Iterator[CheckedField]:
    written = entry.doi.strip()
    if written.startswith("10.") and not bare_doi(written):
        yield CheckedField(field="doi", written=written, reason="this is not a DOI")


def _arxiv_id(entry: Paper, today: date) -> Iterator[CheckedField]:
    own = without_version(bare_arxiv_id(entry.arxiv_id)).casefold()
    named = without_version(arxiv_id_of_doi(bare_doi(entry.doi))).casefold()
    if own and named and own != named:
        reason = f"its DOI is that of arXiv:{named}"
        yield CheckedField(field="arxiv_id", written=own, right=named, reason=reason)
    elif (when := arxiv_month(own or named)) and when > (today.year, today.month):
        reason = f"arXiv gives this number in {when[0]}-{when[1]:02}"
        yield CheckedField(field="arxiv_id", written=own or named, reason=reason)


def arxiv_month(arxiv_id: str) -> tuple[int, int] | None:
    """The year and month in which arXiv gave a number (arxiv.org/help/arxiv_identifier)."""
    found = _ARXIV_NEW.match(arxiv_id) or _ARXIV_OLD.match(arxiv_id)
    if found is None or not 1 <= int(found[2]) <= 12:
        return None
    short = int(found[1])
    return (1900 + short if short > 90 else 2000 + short), int(found[2])


def _future(entry: Paper, today: date) -> Iterator[CheckedField]:
    """A paper in print may have the next year."""
    if entry.year is not None and entry.year > today.year + 1:
        yield CheckedField(field="year", written=str(entry.year), reason="it is in the future")


def _year_of_arxiv(entry: Paper) -> Iterator[CheckedField]:
    number = bare_arxiv_id(entry.arxiv_id) or arxiv_id_of_doi(bare_doi(entry.doi))
    when = arxiv_month(number)
    if entry.year is None or when is None:
        return
    is_preprint = not entry.venue or is_preprint_venue(entry.venue)
    if when[0] - entry.year > (0 if is_preprint else _LATE_PREPRINT):
        reason = f"arXiv gave the number {number} in {when[0]}"
        right = str(when[0]) if is_preprint else ""
        yield CheckedField(field="year", written=str(entry.year), right=right, reason=reason)


def _meeting_of(doi: str) -> tuple[str, int] | None:
    """The meeting and year that a DOI names. Transactions (`TPAMI.2020`) are not meetings: their
    DOIs have the year in which a paper was sent in."""
    for form in _MEETING_DOIS:
        if found := form.fullmatch(doi):
            parts = found.groupdict()
            year = int(parts.get("year") or _AAAI_VOLUME_0 + int(parts.get("volume") or 0))
            return parts["venue"].casefold(), year
    return None


def _year_of_doi(entry: Paper) -> Iterator[CheckedField]:
    named = _meeting_of(bare_doi(entry.doi))
    if named and entry.year is not None and entry.year != named[1]:
        reason = f"its DOI is of {named[0].upper()} {named[1]}"
        yield CheckedField(
            field="year", written=str(entry.year), right=str(named[1]), reason=reason
        )


def _venue_of_doi(entry: Paper) -> Iterator[CheckedField]:
    named = _meeting_of(bare_doi(entry.doi))
    if not named or not entry.venue or not (meetings_of(named[0]) and meetings_of(entry.venue)):
        return
    if is_same_venue(entry.venue, named[0]) is False:
        meeting = named[0].upper()
        reason = f"its DOI is of {meeting} {named[1]}"
        yield CheckedField(field="venue", written=entry.venue, right=meeting, reason=reason)
