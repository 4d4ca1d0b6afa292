"""Who cites whom in a library, found by its papers' lists of references."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from reviewer.library.catalogue import Catalogue
from reviewer.library.reference_matching import (
    Match,
    ReferenceMatcher,
    letters_of,
    reference_names,
)
from reviewer.library.storage.database import Database
from reviewer.library.storage.query_cache import QueryCache
from reviewer.text.references import listed_references
from reviewer.types import Paper
from reviewer.types.citations import Sign
from reviewer.types.papers import Reference
from reviewer.types.progress import Progress, silent

_AT_ONCE = 200  # papers
_LEAST_TITLE = 15  # letters by which two references are known to be of one work


@dataclass(frozen=True)
class Cited:
    """How a paper cites another."""

    sign: Sign
    reference: Reference


@dataclass(frozen=True)
class Lacking:
    """A work that the library lacks: the reference that says most of it, and the numbers of the
    papers that cite it."""

    reference: Reference
    papers: tuple[int, ...]


@dataclass
class Found:
    """All citations by numbers of papers: what each cites, and by what each is cited. `entries` is
    how many references each paper with a list has, `named` how many of them name a paper here."""

    cites: dict[int, dict[int, Cited]] = field(default_factory=dict)
    cited_by: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    entries: dict[int, int] = field(default_factory=dict)
    named: dict[int, int] = field(default_factory=dict)
    lacking: tuple[Lacking, ...] = ()


class Citations:
    """Finds the citations of an open library; what was found stays until a paper changes."""

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._kept = QueryCache(database)

    def found(self, progress: Progress = silent) -> Found:
        """All citations: some seconds for 10,000 papers with lists, at the first call."""
        kept: Found = self._kept.get("citations", lambda: self._find(progress))
        return kept

    def _find(self, progress: Progress) -> Found:
        lists: dict[int, tuple[Reference, ...]] = {}
        matcher = ReferenceMatcher(self._read(lists, progress))
        found, lacking = Found(), _Works()
        for done, (number, references) in enumerate(lists.items()):
            if done % _AT_ONCE == 0:
                progress("Matching references", done, len(lists))
            matches = [(reference, matcher.match(reference)) for reference in references]
            found.entries[number] = len(references)
            found.named[number] = sum(match is not None for _, match in matches)
            own = _cited(number, matches)
            found.cites[number] = own
            for other in own:
                found.cited_by[other].add(number)
            has_words = any(map(_says_something, references))
            lacking.add(
                number,
                [
                    r
                    for r, match in matches
                    if match is None and (_says_something(r) or not has_words)
                ],
            )
        progress("Matching references", len(lists), len(lists))
        found.lacking = lacking.all()
        return found

    def _read(
        self, lists: dict[int, tuple[Reference, ...]], progress: Progress
    ) -> Iterator[tuple[int, Paper]]:
        """Each paper with its number; fills `lists` with the references of those that have some."""
        total, done = self._catalogue.count(), 0
        for some in self._catalogue.in_batches(_AT_ONCE):
            progress("Reading references", done, total)
            for number, paper in some.items():
                if references := listed_references(paper):
                    lists[number] = references
                yield number, paper
            done += len(some)
        progress("Reading references", total, total)


def _cited(number: int, matches: list[tuple[Reference, Match | None]]) -> dict[int, Cited]:
    """The papers that the references name, each once, without the paper itself."""
    own: dict[int, Cited] = {}
    for reference, match in matches:
        if match is None or match.paper == number:
            continue
        before = own.get(match.paper)
        if before is None or (reference.text and not before.reference.text):
            own[match.paper] = Cited(match.sign, reference)
    return own


class _Works:
    """References that name no paper here, put together by work: all that share an identifier or a
    title, as components of a union-find."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}  # of an identifier or a title
        self._best: dict[str, Reference] = {}
        self._papers: dict[str, set[int]] = {}

    def add(self, paper: int, references: list[Reference]) -> None:
        """The references of one paper."""
        for reference in references:
            if names := _names(reference):
                roots = list(dict.fromkeys(map(self._root, names)))
                for other in roots[1:]:
                    self._parent[other] = roots[0]
                held = [self._best.pop(root) for root in roots if root in self._best]
                self._best[roots[0]] = max([*held, reference], key=_worth)
                papers = [self._papers.pop(root) for root in roots if root in self._papers]
                self._papers[roots[0]] = set().union({paper}, *papers)

    def _root(self, name: str) -> str:
        while (parent := self._parent.setdefault(name, name)) != name:
            self._parent[name] = self._parent[parent]
            name = parent
        return name

    def all(self) -> tuple[Lacking, ...]:
        """Every work, the most cited first."""
        works = [Lacking(r, tuple(sorted(self._papers[name]))) for name, r in self._best.items()]
        return tuple(sorted(works, key=lambda w: (-len(w.papers), _worth(w.reference)[2])))


def _says_something(reference: Reference) -> bool:
    """False for a service's own number alone: such a one counts among what the library lacks where
    the paper's list has nothing else."""
    return bool(reference.text or reference.title or reference.doi or reference.arxiv_id)


def _names(reference: Reference) -> list[str]:
    names = reference_names(reference)
    title = letters_of(reference.title)
    return [*names, f"title:{title}"] if len(title) >= _LEAST_TITLE else names


def _worth(reference: Reference) -> tuple[bool, bool, str]:
    """What is easiest to add and to read comes first; ties go by content."""
    has_name = bool(reference.doi or reference.arxiv_id or reference.pmid)
    return has_name, bool(reference.title), reference.text or reference.title or reference.doi
