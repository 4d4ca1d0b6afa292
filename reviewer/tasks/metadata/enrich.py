"""Finds authors, year, identifiers and address of papers that have little more than a title.

Stored texts never change.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from reviewer.errors import OnlineError, UsageError
from reviewer.library import Library
from reviewer.library.dedupe.groups import identities
from reviewer.sources.online import NotThereError, Web, fetch_papers, source_named
from reviewer.sources.online.services import SERVICES, require_searched
from reviewer.sources.online.types import (
    Enriched,
    Identifier,
    Match,
    identifiers_of,
    read_identifier,
    with_origin,
)
from reviewer.tasks.metadata.faults import Faults
from reviewer.text import clean, normalise_title
from reviewer.types import Paper
from reviewer.types.papers import Part, Skipped
from reviewer.types.progress import Progress, silent

SOURCES = ("arxiv", "semantic_scholar", "openalex")
SAME_TITLE = 0.95
NEAR_TITLE = 0.8  # below this a match is not even shown
AGREES = 0.5  # share of the shorter abstract's runs of three words that the other has too
_FEWEST_WORDS = 20  # an abstract that is shorter proves nothing
_MOST_SHOWN = 3


@dataclass(frozen=True)
class EnrichOptions:
    """`sources` are asked in this order until one has a certain match. `take` is the identifier of
    the entry to use for the one given paper, whatever it looks like. `open_access`: ask Unpaywall
    too."""

    sources: tuple[str, ...] = SOURCES
    take: str = ""
    open_access: bool = False


@dataclass
class _Work:
    """What was found so far."""

    library: Library
    web: Web
    options: EnrichOptions
    enriched: list[str] = field(default_factory=list)
    doubtful: list[tuple[str, tuple[Match, ...]]] = field(default_factory=list)
    not_found: list[str] = field(default_factory=list)
    not_asked: list[str] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)


def enrich_papers(
    library: Library,
    web: Web,
    keys: Sequence[str] = (),
    options: EnrichOptions | None = None,
    progress: Progress = silent,
) -> Enriched:
    """Enrich the papers with these keys, else all that lack authors, a year or an identifier. Each
    paper is safe before the next one is looked up.

    Raises NotFoundError for a key that no paper has, UsageError for a source that cannot be
    searched or a `take` that is not for one paper or not an identifier, and OnlineError with
    --offline.
    """
    options = options or EnrichOptions()
    sources = tuple(require_searched(name).name for name in options.sources)
    papers = [library.paper(key) for key in keys] or [p for p in library.papers() if lacks(p)]
    if options.take and len(keys) != 1:
        raise UsageError("--take is for one paper", hint="Use: review enrich KEY --take ID")
    web.require_network()
    work = _Work(library, web, replace(options, sources=sources))
    library.add_found(_entries(work, papers, progress), progress)
    return Enriched(
        enriched=tuple(work.enriched),
        doubtful=tuple(work.doubtful),
        not_found=tuple(work.not_found),
        not_asked=tuple(work.not_asked),
        faults=work.faults.all(),
    )


def lacks(paper: Paper) -> bool:
    """True when authors, year or every identifier of the paper are unknown."""
    return not paper.authors or paper.year is None or not identifiers_of(paper)


def _entries(work: _Work, papers: Sequence[Paper], progress: Progress) -> Iterator[list[Paper]]:
    for done, paper in enumerate(papers):
        progress("Looking papers up", done, len(papers))
        found = _found_entry(work, paper)
        if found is not None:
            work.enriched.append(paper.key)
            yield [found]
        if work.options.open_access:
            yield from _free_copy(work, paper, found)
    progress("Looking papers up", len(papers), len(papers))


def _found_entry(work: _Work, paper: Paper) -> Paper | None:
    """An entry with what was found of the paper; None when nothing certain was found."""
    if work.options.take:
        return _entry(paper, _taken(work))
    matches, has_answer = _matches(work, paper)
    certain = [match for match in matches if is_certain(match)]
    own = {known for match in certain if (known := _held_elsewhere(work.library, paper, match))}
    if certain and not own:
        return _entry(paper, certain)
    if matches:
        work.doubtful.append((paper.key, tuple(matches[:_MOST_SHOWN])))
    else:
        (work.not_found if has_answer else work.not_asked).append(paper.key)
    return None


def _taken(work: _Work) -> list[Match]:
    known = read_identifier(work.options.take)
    if not isinstance(known, Identifier) or known.kind == "daily":
        raise UsageError(
            f"'{work.options.take}' is not an identifier to take",
            hint="Use one that review enrich lists, as arxiv:2509.25123 or doi:10.1000/xyz.",
        )
    found = [entry for entry in fetch_papers(work.web, [known]) if isinstance(entry, Paper)]
    if not found:
        raise OnlineError(f"nothing is known of {known.shown}")
    return [Match(identifier=known.shown, paper=found[0], title=1.0)]


def _matches(work: _Work, paper: Paper) -> tuple[list[Match], bool]:
    """Entries that may be this paper, the best first, and whether any source answered."""
    found: list[Match] = []
    has_answer = False
    for name in work.options.sources:
        try:
            entries = _ask_source(work.web, name, paper)
        except NotThereError:
            entries = []
        except OnlineError as error:
            work.faults.note(SERVICES[name].label, error)
            continue
        has_answer = True
        matches = [match_of(paper, e) for e in entries if isinstance(e, Paper)]
        found += [match for match in matches if is_near(match)]
        if any(is_certain(match) for match in found):
            break
    found.sort(key=lambda m: (is_certain(m), m.abstract or 0.0, m.title), reverse=True)
    return found, has_answer


def _ask_source(web: Web, name: str, paper: Paper) -> list[Paper | Skipped]:
    """The source's entries by an identifier that it gave the paper itself, else by its title."""
    kinds = {"arxiv": "arxiv", "pubmed": "pmid", "crossref": "doi"}
    for known in identifiers_of(paper):
        if kinds.get(name) == known.kind:
            return fetch_papers(web, [known])
    found: list[Paper | Skipped] = source_named(name).with_title(web, clean(paper.title))
    return found


def match_of(paper: Paper, found: Paper) -> Match:
    """How similar a found entry is to a paper."""
    own, other = normalise_title(paper.title), normalise_title(found.title)
    return Match(
        identifier=found.origins[0].file if found.origins else "",
        paper=found,
        title=difflib.SequenceMatcher(None, own, other, autojunk=False).ratio(),
        abstract=shared_share(paper.abstract, found.abstract),
    )


def shared_share(one: str, other: str) -> float | None:
    """The share, from 0 to 1, of the shorter text's runs of three words that the other has too (the
    containment of Broder 1997); None when one is too short to tell."""
    words = [re.findall(r"\w+", clean(text).casefold()) for text in (one, other)]
    if min(map(len, words)) < _FEWEST_WORDS:
        return None
    runs = [set(zip(w, w[1:], w[2:], strict=False)) for w in words]
    return len(runs[0] & runs[1]) / min(map(len, runs))


def is_certain(match: Match) -> bool:
    """True when title and abstract both say that it is the same paper."""
    return match.title >= SAME_TITLE and match.abstract is not None and match.abstract >= AGREES


def is_near(match: Match) -> bool:
    """True when a person should see the match."""
    agrees = match.abstract is None or match.abstract >= AGREES
    return match.title >= (NEAR_TITLE if agrees else SAME_TITLE)


def _held_elsewhere(library: Library, paper: Paper, match: Match) -> str:
    """The key of another paper of the library that has the match's identifiers, else empty: whether
    two papers are merged is for their owner to decide."""
    names = [f"{kind}:{value}" for kind, value in identities(match.paper) if kind != "title"]
    numbers = library.catalogue.numbers_known_as(names)
    found = library.catalogue.papers_numbered(numbers).values()
    return next((other.key for other in found if other.id != paper.id), "")


def _entry(paper: Paper, matches: Sequence[Match]) -> Paper:
    """An entry of the best match under the paper's own title, without a text. Other certain matches
    are versions of it."""
    best = matches[0].paper
    own = {known.shown for known in identifiers_of(best)}
    others = {known.shown for m in matches[1:] for known in identifiers_of(m.paper)} - own
    entry = best.model_copy(
        update={
            "parts": (Part(name="title", text=paper.title),),
            "versions": tuple(sorted({*best.versions, *others})),
        }
    )
    return with_origin(entry, matches[0].identifier)


def _free_copy(work: _Work, paper: Paper, found: Paper | None) -> Iterator[list[Paper]]:
    """An entry with the address of a free copy, where Unpaywall knows one."""
    from reviewer.sources.online.unpaywall import find_free_copy

    doi = (found.doi if found else "") or paper.doi
    if not doi:
        return
    try:
        copy = find_free_copy(work.web, doi)
    except NotThereError:
        return
    except OnlineError as error:
        work.faults.note(SERVICES["unpaywall"].label, error)
        return
    if copy:
        entry = Paper(parts=(Part(name="title", text=paper.title),), doi=doi, extra=dict(copy))
        yield [with_origin(entry, f"unpaywall:{doi}")]
        if paper.key not in work.enriched:
            work.enriched.append(paper.key)
