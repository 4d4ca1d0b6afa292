"""An entry of a bibliography compared with the paper that it means, field by field. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from reviewer.library.dedupe.compare import is_preprint_doi
from reviewer.tasks.checks.known_papers import (
    NEAR_ALONE,
    Seen,
    is_same_title,
    shared_words,
    title_words,
)
from reviewer.tasks.checks.people import Difference, difference_of
from reviewer.tasks.checks.venues import is_preprint_venue, is_same_venue
from reviewer.text import bare_doi, clean
from reviewer.text.entry_types import KIND
from reviewer.text.identifiers import arxiv_id_of_doi, bare_arxiv_id, without_version
from reviewer.types import Paper
from reviewer.types.checks import CheckedField, FieldName

LONGEST_TO_PRINT = 4  # years from a preprint to its publication
_EARLY = 1  # a preprint may come this many years after its publication
_MOST_NAMED = 6
_FEWEST_OF_CUT = 5  # words that a title has left when its end is cut
_PRINTED = ("article", "inproceedings", "incollection", "book")
# The prefixes of publishers and archives that registered most DOIs: an unknown DOI of theirs may be
# a real one.
_LARGE_REGISTRANTS = frozenset(
    "10.1001 10.1002 10.1007 10.1016 10.1017 10.1021 10.1038 10.1039 10.1056 10.1063 10.1073 "
    "10.1080 10.1088 10.1090 10.1093 10.1101 10.1103 10.1109 10.1111 10.1117 10.1126 10.1136 "
    "10.1137 10.1142 10.1145 10.1152 10.1155 10.1161 10.1162 10.1163 10.1167 10.1177 10.1186 "
    "10.1190 10.1200 10.1214 10.1287 10.1371 10.1609 10.2139 10.2196 10.2307 10.3115 10.3233 "
    "10.3389 10.3390 10.4018 10.4230 10.5244 10.5281 10.5555 10.7551 10.7554 10.14778 10.15607 "
    "10.17605 10.18653 10.20944 10.21203 10.21428 10.21437 10.23919 10.24432 10.24963 10.26434 "
    "10.31219 10.31234 10.36227 10.48550 10.52202".split()
)

OwnerOf = Callable[[str], str]
"""The title of another known paper that has this DOI; empty where none has it."""


def form_of(paper: Paper) -> str:
    """`published` with a venue or a publisher's DOI, or as an article without an arXiv number; else
    `preprint`."""
    doi = bare_doi(paper.doi).casefold()
    if paper.venue:
        return "preprint" if is_preprint_venue(paper.venue) else "published"
    if paper.extra.get(KIND) in _PRINTED and not arxiv_of(paper):
        return "published"
    return "published" if doi and not is_preprint_doi(doi) else "preprint"


def is_large_registrant(doi: str) -> bool:
    """True for the DOI of a publisher or an archive that registered very many."""
    return doi.partition("/")[0] in _LARGE_REGISTRANTS


def compare_fields(entry: Seen, right: Seen, place: str, owner_of: OwnerOf) -> list[CheckedField]:
    """The fields of an entry that differ from those of the paper that it means. A field that one of
    them lacks is not compared, but for the DOI. `place` says where the paper is."""
    steps = (_title, _authors, _year, _venue, _arxiv_id)
    found = [field for step in steps for field in step(entry, right)]
    found += _doi(entry.paper, right.paper, owner_of)
    return [field.model_copy(update={"place": place}) for field in found]


def _field(field: FieldName, written: object, right: object = "", reason: str = "") -> CheckedField:
    return CheckedField(
        field=field, written=clean(str(written)), right=clean(str(right)), reason=reason
    )


def _maybe(field: FieldName, written: object, right: object, reason: str) -> CheckedField:
    return _field(field, written, right, reason).model_copy(update={"is_wrong": False})


def _title(entry: Seen, right: Seen) -> Iterator[CheckedField]:
    """A preprint may get another title in print; where one word differs it is rather a slip."""
    if not entry.words or is_same_title(entry.words, right.words):
        return
    mains = [title_words(one.paper.title.split(": ", 1)[0]) for one in (entry, right)]
    if is_same_title(entry.words, mains[1]) or is_same_title(mains[0], right.words):
        return  # one of them lacks the subtitle
    titles = entry.paper.title, right.paper.title
    shorter, longer = sorted((entry.words, right.words), key=len)
    if len(shorter) >= _FEWEST_OF_CUT and longer[: len(shorter)] == shorter:
        yield _maybe("title", *titles, "one of them may be cut")
        return
    alike = shared_words(entry, right)
    if form_of(entry.paper) != form_of(right.paper) and 0 < alike < NEAR_ALONE:
        yield _maybe("title", *titles, "a preprint and its publication may differ in title")
    else:
        yield _field("title", *titles)


def _authors(entry: Seen, right: Seen) -> Iterator[CheckedField]:
    if not (entry.people.persons and right.people.persons):
        return
    difference = difference_of(entry.people, right.people)
    if difference:
        yield _field("authors", entry.people, right.people, _said_of(difference))


def _said_of(difference: Difference) -> str:
    if not difference.shared:
        return "other people"
    said = []
    if difference.left_out:
        said.append(f"left out: {_some(difference.left_out)}")
    if difference.put_in:
        said.append(f"not among its authors: {_some(difference.put_in)}")
    return "; ".join(said) or "in another order"


def _some(names: tuple[str, ...]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _year(entry: Seen, right: Seen) -> Iterator[CheckedField]:
    """Years of two versions may lie apart as long as papers take to be printed; of a journal's
    article one year, for it may be online before."""
    written, known = entry.paper.year, right.paper.year
    if written is None or known is None or written == known:
        return
    forms = form_of(entry.paper), form_of(right.paper)
    later = written - known
    reason = ""
    if forms == ("published", "preprint"):
        is_near = -_EARLY <= later <= LONGEST_TO_PRINT
        reason = "the library's record is a preprint"
    elif forms == ("preprint", "published"):
        is_near = -LONGEST_TO_PRINT <= later <= _EARLY
        reason = "the entry is a preprint"
    else:
        is_article = "article" in (entry.paper.extra.get(KIND), right.paper.extra.get(KIND))
        is_near = abs(later) <= 1 and (is_article or forms[0] == "preprint")
        reason = "one of them may count from the first version" if is_near else ""
    if not is_near:
        yield _field("year", written, known)
    elif abs(later) > 1 or forms[0] == forms[1]:
        yield _maybe("year", written, known, reason)


def _venue(entry: Seen, right: Seen) -> Iterator[CheckedField]:
    written, known = entry.paper, right.paper
    if not written.venue:
        return
    forms = form_of(written), form_of(known)
    if forms == ("published", "preprint"):
        doi = bare_doi(written.doi).casefold()
        preprint = known.venue or "a preprint"
        if doi and is_preprint_doi(doi):
            yield _field("venue", written.venue, preprint, "its DOI is that of the preprint")
        else:
            reason = "whether it was published since is not known"
            yield _maybe("venue", written.venue, preprint, reason)
    elif forms == ("preprint", "published") and known.venue:
        yield _maybe("venue", written.venue, known.venue, "it was published since")
    elif forms == ("published", "published") and known.venue:
        is_same = is_same_venue(written.venue, known.venue)
        if is_same is None:
            yield _maybe("venue", written.venue, known.venue, "the two names may be of one venue")
        elif not is_same:
            yield _field("venue", written.venue, known.venue)


def _arxiv_id(entry: Seen, right: Seen) -> Iterator[CheckedField]:
    written, known = arxiv_of(entry.paper), arxiv_of(right.paper)
    if written and known and written != known:
        yield _field("arxiv_id", written, known)


def arxiv_of(paper: Paper) -> str:
    """The paper's arXiv number without a version, also from its DOI."""
    found = bare_arxiv_id(paper.arxiv_id) or bare_arxiv_id(arxiv_id_of_doi(bare_doi(paper.doi)))
    return without_version(found).casefold()


def _doi(entry: Paper, right: Paper, owner_of: OwnerOf) -> Iterator[CheckedField]:
    """The DOI. A preprint's DOI is compared as an arXiv number, or with none."""
    written, known = bare_doi(entry.doi), bare_doi(right.doi)
    if not written or written.casefold() in _dois_of(right) or arxiv_id_of_doi(written):
        return
    if owner := owner_of(written):
        yield _field("doi", written, known, f"it is the DOI of “{owner}”")
    elif known and _is_of_one_version(entry, right):
        yield _field("doi", written, known)
    else:
        reason = "the record has none to compare with"
        if known:
            reason = "it may be the DOI of another version"
        yield _maybe("doi", written, known, reason)


def _is_of_one_version(entry: Paper, right: Paper) -> bool:
    """True where two DOIs must be equal: both are of publishers, or the entry has a DOI and no
    venue beside a paper that has neither venue nor publisher."""
    dois = [is_preprint_doi(bare_doi(paper.doi).casefold()) for paper in (entry, right)]
    return dois[0] == dois[1] or (not entry.venue and not right.venue)


def _dois_of(paper: Paper) -> set[str]:
    versions = (v.removeprefix("doi:") for v in paper.versions if v.startswith("doi:"))
    return {bare_doi(doi).casefold() for doi in (paper.doi, *versions)}
