"""Asks whether papers were retracted, corrected or published elsewhere, and marks them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reviewer.errors import OnlineError
from reviewer.library import Library
from reviewer.sources.formats.openalex import paper_of
from reviewer.sources.online import NotThereError, Web, source_named
from reviewer.sources.online.cache import DAY_S
from reviewer.sources.online.types import (
    Audited,
    AuditFinding,
    Event,
    Identifier,
    identifiers_of,
    read_identifier,
    with_origin,
)
from reviewer.sources.parsing.json_path import text_at, value_at
from reviewer.tasks.metadata.faults import Faults
from reviewer.text import bare_doi
from reviewer.text.identifiers import arxiv_id_in, without_version
from reviewer.types import Paper
from reviewer.types.papers import Part
from reviewer.types.progress import Progress, silent

NOTE = "retraction_"  # and a source's name: the key in `Paper.extra` of what the source says
_SEPARATORS = re.compile(r"[,|]")  # between the values of a filter of OpenAlex


@dataclass
class _Work:
    """What was found so far; `checked` holds the ids of papers that a source knew."""

    library: Library
    web: Web
    checked: set[str] = field(default_factory=set)
    findings: list[AuditFinding] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)

    def note(self, paper: Paper, event: Event, **found: str) -> None:
        """Keep a finding: its detail, source, identifier and the other paper's key."""
        self.findings.append(AuditFinding(key=paper.key, event=event, **found))


Known = list[tuple[Paper, Identifier]]
Pages = Iterator[list[Paper]]


def audit_papers(
    library: Library, web: Web, keys: Sequence[str] = (), progress: Progress = silent
) -> Audited:
    """Audit the papers with these keys, else all. Answers at most a day old are used again.

    What is found is kept as entries of the papers: `retracted` and `versions`, never a text. Raises
    NotFoundError for a key that no paper has, and OnlineError with --offline.
    """
    papers = [library.paper(key) for key in keys] or library.papers()
    web.require_network()
    work = _Work(library, web)
    known = [(paper, identifier) for paper in papers for identifier in identifiers_of(paper)]
    with_some = {paper.id for paper, _ in known}
    library.add_found(_entries(work, known, progress), progress)
    return Audited(
        checked=len(work.checked),
        findings=tuple(dict.fromkeys(work.findings)),
        unknown=tuple(p.key for p in papers if p.id not in with_some),
        faults=work.faults.all(),
    )


def _entries(work: _Work, known: Known, progress: Progress) -> Pages:
    steps: list[tuple[str, Callable[[_Work, Known], Pages], Sequence[Known]]] = [
        ("OpenAlex", _from_openalex, _of_kinds(known, ("doi", "arxiv"), 50)),
        ("OpenAlex", _from_openalex, _of_kinds(known, ("pmid",), 50)),
        ("PubMed", _from_pubmed, _of_kinds(known, ("pmid",), 100)),
        ("arXiv", _from_arxiv, _of_kinds(known, ("arxiv",), 50)),
        ("Crossref", _from_crossref, _of_kinds(known, ("doi",), 1)),
    ]
    total = sum(len(batches) for _, _, batches in steps)
    done = 0
    for label, step, batches in steps:
        for batch in batches:
            progress("Auditing", done, total)
            try:
                yield from step(work, batch)
            except NotThereError:
                pass  # a DOI that another agency registered
            except OnlineError as error:
                work.faults.note(label, error)
            done += 1
    progress("Auditing", total, total)


def _of_kinds(known: Known, kinds: Sequence[str], size: int) -> list[Known]:
    fitting = [(paper, identifier) for paper, identifier in known if identifier.kind in kinds]
    return [fitting[start : start + size] for start in range(0, len(fitting), size)]


def _from_openalex(work: _Work, batch: Known) -> Pages:
    source = source_named("openalex")
    by_name: dict[str, Paper] = {}
    for paper, identifier in batch:
        name = str(source.name_of(identifier)).partition(":")[2].lower()
        if not _SEPARATORS.search(name):
            by_name.setdefault(name, paper)
    kind = "pmid" if batch[0][1].kind == "pmid" else "doi"
    works = source.works_with(work.web, kind, list(by_name)) if by_name else []
    for found in works:
        names = (bare_doi(text_at(found, "doi")), text_at(found, "ids", "pmid").rpartition("/")[2])
        asked = next((by_name[n.lower()] for n in names if n.lower() in by_name), None)
        if asked is None:
            continue
        work.checked.add(asked.id)
        if value_at(found, "is_retracted") is True:
            yield _retracted(work, asked, "marked as retracted", "OpenAlex")
        known = paper_of(found)
        for version in known.versions if known else ():
            yield from _linked(work, asked, "preprint", version, "OpenAlex")


def _from_pubmed(work: _Work, batch: Known) -> Pages:
    by_pmid = {identifier.value: paper for paper, identifier in batch}
    for found in source_named("pubmed").fetch(work.web, list(by_pmid)):
        if isinstance(found, Paper) and found.pmid in by_pmid:
            work.checked.add(by_pmid[found.pmid].id)
            if found.retracted:
                yield _retracted(work, by_pmid[found.pmid], "marked as retracted", "PubMed")


def _from_arxiv(work: _Work, batch: Known) -> Pages:
    source = source_named("arxiv")
    by_id = {source.bare_id(identifier.value): paper for paper, identifier in batch}
    for found in source.fetch(work.web, list(by_id)):
        paper = by_id.get(source.bare_id(found.arxiv_id)) if isinstance(found, Paper) else None
        if paper is None:
            continue
        work.checked.add(paper.id)
        if found.retracted:
            yield _retracted(work, paper, "withdrawn from arXiv", "arXiv")
        for version in found.versions:
            yield from _linked(work, paper, "published", version, "arXiv")


def _from_crossref(work: _Work, batch: Known) -> Pages:
    source = source_named("crossref")
    for paper, identifier in batch:
        found: Mapping[str, Any] = source.work_of(work.web, identifier.value, DAY_S)
        work.checked.add(paper.id)
        for event, detail, notice in source.updates_of(found):
            name = f"doi:{notice}" if notice else ""
            if event == "retracted":
                yield _retracted(work, paper, detail, "Crossref", name)
            else:
                work.note(paper, event, detail=detail, source="Crossref", identifier=name)
        for event, version in source.versions_of(found):
            yield from _linked(work, paper, event, version, "Crossref")


def _retracted(
    work: _Work, paper: Paper, detail: str, source: str, notice: str = ""
) -> list[Paper]:
    """An entry that marks the paper as retracted."""
    work.note(paper, "retracted", detail=detail, source=source, identifier=notice)
    said = f"{detail} ({source}{', ' * bool(notice)}{notice})"
    return [_entry(paper, source, retracted=True, extra={NOTE + source.lower(): said})]


def _linked(work: _Work, paper: Paper, event: Event, version: str, source: str) -> Pages:
    """Entries that link the paper and another version of it, both ways where both are held."""
    own = {known.shown.lower() for known in identifiers_of(paper)}
    if version.lower() in own:
        return
    other = held_version(work.library, version)
    if other is not None and other.id == paper.id:
        return
    detail = "published as" if event == "published" else "its preprint is"
    key = other.key if other else ""
    work.note(paper, event, detail=detail, source=source, identifier=version, other=key)
    yield [_entry(paper, source, versions=(version,))]
    if other is not None and own:
        yield [_entry(other, source, versions=(identifiers_of(paper)[0].shown,))]


def held_version(library: Library, version: str) -> Paper | None:
    """The paper of the library that has a version's identifier, if there is one."""
    known = read_identifier(version)
    if not isinstance(known, Identifier):
        return None
    value = without_version(known.value) if known.kind == "arxiv" else known.value
    numbers = library.catalogue.numbers_known_as([f"{known.kind}:{value.casefold()}"])
    return library.catalogue.papers_numbered(numbers[:1])[numbers[0]] if numbers else None


def _entry(paper: Paper, source: str, **found: Any) -> Paper:  # noqa: ANN401  fields of a paper
    """An entry with nothing but the paper's title and identifiers, and what the source found."""
    title = Part(name="title", text=paper.title)
    arxiv_id = paper.arxiv_id or arxiv_id_in(paper.doi)
    entry = Paper(parts=(title,), doi=paper.doi, arxiv_id=arxiv_id, pmid=paper.pmid, **found)
    return with_origin(entry, f"audit:{source}")
