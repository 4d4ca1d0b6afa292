"""Who cites whom in a library, found by its papers' lists of references."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from reviewer.library.catalogue import Catalogue
from reviewer.library.reference_matching import (
    Match,
    ReferenceMatcher,
    letters_of,
    reference_names,
)
from reviewer.library.storage.database import Database
from reviewer.library.storage.query_cache import QueryCache
from reviewer.library.storage.steps import Steps
from reviewer.text.references import listed_references
from reviewer.types import Paper
from reviewer.types.citations import FoundCitations, NumberedLink, NumberedWork
from reviewer.types.papers import Reference
from reviewer.types.progress import Progress, silent

MOST_LACKING = 5000  # works that are kept
_FORM = 1  # of what is kept: another reader of lists finds other citations
_KIND = "citations"
_AT_ONCE = 200  # papers
_LEAST_TITLE = 15  # letters by which two references are known to be of one work


class Found:
    """All citations of a library, by the numbers of papers: what each cites, in the order of its
    references, and by whom each is cited."""

    def __init__(self, all_: FoundCitations) -> None:
        self.all = all_
        self.cites: dict[int, dict[int, NumberedLink]] = defaultdict(dict)
        self.cited_by: dict[int, set[int]] = defaultdict(set)
        for link in all_.links:
            self.cites[link.citing][link.cited] = link
            self.cited_by[link.cited].add(link.citing)


class Citations:
    """Finds the citations of an open library, and keeps them until a paper comes, goes or
    changes."""

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._steps = Steps(database)
        self._cache = QueryCache(database)

    def found(self, progress: Progress = silent) -> Found:
        """All citations. The first call after a change reads all lists again, which takes some
        seconds for 100,000 references."""
        kept: Found = self._cache.get(_KIND, lambda: Found(self._kept(progress)))
        return kept

    def _kept(self, progress: Progress) -> FoundCitations:
        return self._steps.latest(
            _KIND,
            FoundCitations,
            lambda: self._catalogue.state_of_entries(_FORM),
            lambda state: self._find(state, progress),
        )

    def _find(self, state: str, progress: Progress) -> FoundCitations:
        lists: dict[int, tuple[Reference, ...]] = {}
        matcher = ReferenceMatcher(self._read(lists, progress))
        links: list[NumberedLink] = []
        named: dict[int, int] = {}
        works = _Works()
        for done, (number, references) in enumerate(lists.items()):
            if done % _AT_ONCE == 0:
                progress("Matching references", done, len(lists))
            matches = [(reference, matcher.match(reference)) for reference in references]
            named[number] = sum(match is not None for _, match in matches)
            links += _links(number, matches)
            has_words = any(map(_says_something, references))
            works.add(
                number,
                [r for r, m in matches if m is None and (_says_something(r) or not has_words)],
            )
        progress("Matching references", len(lists), len(lists))
        lacking = works.all()
        return FoundCitations(
            state=state,
            links=tuple(links),
            entries={number: len(references) for number, references in lists.items()},
            named=named,
            lacking=lacking[:MOST_LACKING],
            lacking_in_all=len(lacking),
        )

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


def _links(number: int, matches: list[tuple[Reference, Match | None]]) -> Iterator[NumberedLink]:
    """The papers that the references name, each once, without the paper itself."""
    own: dict[int, NumberedLink] = {}
    for reference, match in matches:
        if match is None or match.paper == number:
            continue
        before = own.get(match.paper)
        if before is None or (reference.text and not before.reference):
            own[match.paper] = NumberedLink(
                citing=number, cited=match.paper, sign=match.sign, reference=reference.text
            )
    yield from own.values()


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

    def all(self) -> tuple[NumberedWork, ...]:
        """Every work, the most cited first."""
        works = [
            NumberedWork(reference=best, cited_by=tuple(sorted(self._papers[name])))
            for name, best in self._best.items()
        ]
        return tuple(sorted(works, key=lambda w: (-len(w.cited_by), _worth(w.reference)[2])))


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
