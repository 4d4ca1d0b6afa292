"""Which papers a draft's keys name: in its bibliography, its own list, or the library."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal, Protocol

from reviewer.errors import SourceError
from reviewer.library import Library
from reviewer.library.dedupe.groups import group_same
from reviewer.sources import (
    Entries,
    ReadOptions,
    read_file,
    read_references,
    read_text_file,
)
from reviewer.tasks.checks.author_year import is_by, is_in_entry, named_near
from reviewer.tasks.checks.fields import OwnerOf, compare_fields, is_large_registrant
from reviewer.tasks.checks.inconsistent import find_inconsistent
from reviewer.tasks.checks.known_papers import KnownPapers, seen
from reviewer.text import bare_doi, clean, normalise_title
from reviewer.text.views import shorten
from reviewer.types import Paper
from reviewer.types.checks import (
    AuthorYear,
    CheckedEntry,
    CheckedField,
    Draft,
    EntryVerdict,
    FieldName,
    Problem,
    ProblemKind,
)
from reviewer.types.papers import Part, Remark, Skipped
from reviewer.types.progress import Progress, silent

_HINT = "Give a .bib, .ris or CSL-JSON file."
_LEAST_TITLE_WORDS = 3
_FIELD_CHARS = 200
_SUFFIXES = (".bib", ".ris", ".enw", ".nbib", ".json")
IN_LIBRARY = "in the library"
_FIRST_WORD = re.compile(r"[\w:.+/-]+")


class Lookup(Protocol):
    """Looks entries up elsewhere."""

    def __call__(self, entry: Paper, checked: CheckedEntry) -> CheckedEntry:
        """The entry with what is known of it then."""

    def notes(self) -> list[str]:
        """What could not be known, in words, after all entries."""


@dataclass(frozen=True)
class Bibliography:
    """The entries of the files that a draft takes its references from, in order. `notes` say what
    was guessed when they were read."""

    files: tuple[str, ...] = ()
    entries: tuple[Paper, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Named:
    """What a draft's keys name. `papers` have texts to compare with; `title_only` have no text but
    their title; `unknown` maps a key that names nothing to the reason, and `ambiguous` one that
    names several papers. `doubtful` ones, of author and year, may be no citations. `meant` has the
    keys that may be meant by an unknown one, the likeliest first."""

    papers: dict[str, Paper] = field(default_factory=dict)
    title_only: dict[str, Paper] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    ambiguous: dict[str, str] = field(default_factory=dict)
    doubtful: dict[str, str] = field(default_factory=dict)
    meant: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Missing:
    """Why a key names no one paper, which of the mappings of `Named` it belongs to, and the keys
    that may be meant."""

    kind: Literal["unknown", "ambiguous", "doubtful"]
    reason: str
    meant: tuple[str, ...] = ()


def is_bibliography(file: str) -> bool:
    """True for the name of a file that holds entries, and no draft."""
    return Path(file).suffix.lower() in _SUFFIXES


def read_bibliography(files: Sequence[str]) -> Bibliography:
    """The entries of BibTeX, RIS or CSL-JSON files, those without a title too.

    Raises SourceError for a file that cannot be read or holds no entries.
    """
    entries: list[Paper] = []
    skipped: list[Skipped] = []
    notes: list[str] = []
    for file in files:
        found = _entries_of(file)
        if not found.papers:
            reason = found.skipped[0].reason if found.skipped else "it holds no entries"
            raise SourceError(f"{file}: {reason}", hint=_HINT)
        entries += found.papers
        skipped += found.skipped
        notes += (f"{note.file}: {note.reason}" for note in found.notes)
    return Bibliography(tuple(files), tuple(entries), tuple(skipped), tuple(notes))


def _entries_of(file: str) -> Entries:
    place = Path(file).expanduser()
    if place.suffix.lower() == ".bib":
        opened = read_text_file(file, _HINT)
        found = read_references(opened.text, file)
        return Entries(
            tuple(entry for entry in found if isinstance(entry, Paper)),
            tuple(e for e in found if isinstance(e, Skipped) and not isinstance(e, Remark)),
            (
                *((Skipped(file=file, reason=opened.note),) if opened.note else ()),
                *(entry for entry in found if isinstance(entry, Remark)),
            ),
        )
    return read_file(str(place), ReadOptions())


def name_keys(draft: Draft, bibliography: Bibliography, library: Library) -> Named:
    """The papers behind the draft's keys. A paper of the library is preferred to the entry, for it
    has more text; an entry with an abstract is a paper too."""
    by_key = {entry.key: entry for entry in reversed(bibliography.entries) if entry.key}
    known = _Known(library, tuple(by_key.values()))
    named = Named(unknown={number: _not_listed(number, draft) for number in draft.unlisted})
    for key in draft.keys:
        if work := draft.authored.get(key):
            found = _authored(key, work, draft, known)
        elif key in draft.noted:
            found = _noted(draft.noted[key], draft, known)
        elif key in draft.entries:
            found = known.listed(draft.entries[key])
        elif bibliography.files:
            found = _entered(key, by_key, bibliography, library)
        else:
            found = library.catalogue.paper_named(key) or _not_in_library(key, library)
        if isinstance(found, _Missing):
            reasons: dict[str, str] = getattr(named, found.kind)
            reasons[key] = found.reason
            named.meant[key] = found.meant
        elif len(found.parts) > 1:
            named.papers[key] = found
        else:
            named.title_only[key] = found
    return named


def _not_in_library(key: str, library: Library) -> _Missing:
    near = _near(key, library.catalogue.keys())
    return _Missing("unknown", f"no paper in the library has it{_listed_near(near)}", near)


class _Known:
    """The papers that an entry of a list, or an author and a year, may mean."""

    def __init__(self, library: Library, entries: Sequence[Paper]) -> None:
        self._library = library
        self._entries = entries

    @cached_property
    def papers(self) -> list[Paper]:
        return [*self._library.papers(), *self._entries]

    @cached_property
    def _titled(self) -> dict[str, Paper]:
        titled: dict[str, Paper] = {}
        for paper in self.papers:
            title = normalise_title(paper.title)
            if len(title.split()) >= _LEAST_TITLE_WORDS:
                titled.setdefault(title, paper)
        return titled

    def listed(self, entry: str) -> Paper:
        """The paper of an entry of a list: by the key at its beginning, else by the longest title
        that the entry holds. An unknown paper gets the entry as its title."""
        first = _FIRST_WORD.match(entry)
        if first and (found := self._library.catalogue.paper_named(first[0])):
            return found
        words = f" {normalise_title(entry)} "
        held = max((title for title in self._titled if f" {title} " in words), key=len, default="")
        if held:
            return self._titled[held]
        return Paper(parts=(Part(name="title", text=shorten(entry, 200)),))

    def by_author(self, work: AuthorYear, entries: Sequence[str]) -> list[Paper]:
        """The papers that author and year may mean: of the draft's own list if it has one, else of
        the bibliography, else of the library; those of a known year first."""
        if entries:
            named = [entry for entry in entries if is_in_entry(work, entry)]
            return list({p.id or p.title: p for p in map(self.listed, named)}.values())
        for papers in (self._entries, self.papers):
            found = {p.id or p.key: p for p in papers if is_by(work, p)}
            sure = [p for p in found.values() if p.year is not None or not work.year]
            if sure or found:
                return sure or list(found.values())
        return []


def _authored(key: str, work: AuthorYear, draft: Draft, known: _Known) -> Paper | _Missing:
    """The one paper that an author and a year mean."""
    found = known.by_author(work, draft.listed)
    if len(found) == 1:
        return found[0]
    if not found or not work.is_sure:
        kind: Literal["unknown", "doubtful"] = "unknown" if work.is_sure else "doubtful"
        return _Missing(kind, _no_author(key, work, draft, known))
    names = "; ".join(p.key or f"“{shorten(clean(p.title), 60)}”" for p in found[:4])
    where = "the draft's list of references has" if draft.listed else "the library has"
    return _Missing("ambiguous", f"{where} {len(found)} papers for {key}: {names}")


def _noted(work: str, draft: Draft, known: _Known) -> Paper | _Missing:
    """The paper that a footnote means, by its title; one of the draft's list need not be known."""
    found = known.listed(work)
    entries = {normalise_title(entry) for entry in draft.listed}
    if found.id or found.key or normalise_title(work) in entries:
        return found
    named = f"“{shorten(work, 100)}”"
    if draft.listed:
        return _Missing("unknown", f"neither the list of references nor the library has {named}")
    return _Missing("unknown", f"the library has no {named}")


def _no_author(key: str, work: AuthorYear, draft: Draft, known: _Known) -> str:
    """Why no paper is found for an author and a year, and what is near."""
    if not draft.listed:
        others = {p.key: f"{' '.join(p.authors)} {p.title}" for p in known.papers}
        near = named_near(work, others)[:3]
        return f"no paper in the library is {key}{'; near it: ' if near else ''}{', '.join(near)}"
    reason = f"the draft's list of references has no {key}"
    if mine := known.by_author(work, ()):
        return f"{reason}; {mine[0].key} in the library may be meant"
    heads = {shorten(entry, 60): entry[:_FIELD_CHARS] for entry in draft.listed}
    near = named_near(work, heads)[:2]
    return f"{reason}{'; near it: ' if near else ''}{'; '.join(near)}"


def _not_listed(number: str, draft: Draft) -> str:
    if draft.entries:
        return f"the draft's list of references has no [{number}]"
    return f"the draft has no list of references with [{number}]"


def _entered(
    key: str, by_key: dict[str, Paper], bibliography: Bibliography, library: Library
) -> Paper | _Missing:
    entry = by_key.get(key)
    if entry is not None:
        return library.catalogue.paper_like(entry) or entry
    files = ", ".join(Path(file).name for file in bibliography.files)
    if library.catalogue.paper_named(key):
        reason = f"it is in the library, but {files} has no such entry"
        return _Missing("unknown", reason, (key,))
    near = _near(key, list(by_key))
    return _Missing("unknown", f"{files} has no such entry{_listed_near(near)}", near)


def _near(key: str, keys: Sequence[str]) -> tuple[str, ...]:
    return tuple(difflib.get_close_matches(key, keys, n=3, cutoff=0.6))


def _listed_near(near: Sequence[str]) -> str:
    return f"; near it: {', '.join(near)}" if near else ""


def check_entries(
    draft: Draft,
    bibliography: Bibliography,
    library: Library | None,
    lookup: Lookup | None = None,
    progress: Progress = silent,
) -> tuple[CheckedEntry, ...]:
    """Each entry of the bibliography with its problems, compared with the paper that it means.

    Without a library, as where there is none but the bibliography, only what is wrong in itself is
    found. An entry that the library does not have, or whose DOI it cannot tell, is looked up by
    `lookup`, if one is given.
    """
    entries = bibliography.entries
    groups = group_same(entries)
    twins = {n: entries[group[0]].key for group in groups for n in group[1:]}
    first = {entry.key: n for n, entry in reversed([*enumerate(entries)])}
    known = KnownPapers(library) if library else None
    checked = []
    for n, entry in enumerate(entries):
        progress("Checking entries", n, len(entries))
        problems = []
        if twin := twins.get(n):
            problems.append(Problem(kind="duplicate", detail=f"the same paper as {twin}"))
        elif first[entry.key] != n:
            detail = f"the key of another paper: {shorten(entries[first[entry.key]].title, 60)}"
            problems.append(Problem(kind="duplicate", detail=detail))
        if entry.key not in draft.keys and not draft.cites_all:
            problems.append(Problem(kind="never cited", detail="the draft does not cite it"))
        compared = _compared(entry, known)
        if lookup:
            compared = lookup(entry, compared)
        checked.append(_with_problems(compared, problems, was_looked_up=bool(lookup)))
    progress("Checking entries", len(entries), len(entries))
    checked += [_unreadable(skipped) for skipped in bibliography.skipped]
    return tuple(checked)


def _compared(entry: Paper, known: KnownPapers | None) -> CheckedEntry:
    """The entry beside the paper that it means, and with what is wrong in itself."""
    found = seen(entry)
    right = known.paper_meant(found) if known else None
    fields: list[CheckedField] = []
    if known and right:
        fields = compare_fields(found, right, IN_LIBRARY, _owners_beside(known, right.paper))
        fields = [_weighed_doi(field, right.paper, known) for field in fields]
    elif known and (owners := known.papers_with(name for name in found.names)):
        name: FieldName = "doi" if any(bare_doi(p.doi) for p in owners) else "arxiv_id"
        reason = f"it is that of “{clean(owners[0].title)}”"
        written = entry.doi or entry.arxiv_id
        fields = [CheckedField(field=name, written=written, place=IN_LIBRARY, reason=reason)]
    fields += find_inconsistent(entry, right.paper if right else None)
    return CheckedEntry(
        key=entry.key,
        title=entry.title,
        paper_id=right.paper.id if right else "",
        verdict=verdict_of(fields, is_known=right is not None),
        fields=tuple(fields),
    )


def _owners_beside(known: KnownPapers, right: Paper) -> OwnerOf:
    def owner_of(doi: str) -> str:
        others = known.papers_with([f"doi:{doi.casefold()}"])
        return next((clean(other.title) for other in others if other.id != right.id), "")

    return owner_of


def _weighed_doi(field: CheckedField, right: Paper, known: KnownPapers) -> CheckedField:
    """A DOI that nothing can be compared with is wrong where its venue gives none, and the
    registrant is not one of the large ones."""
    is_open = field.field == "doi" and not field.is_wrong and not field.right
    if not is_open or is_large_registrant(field.written):
        return field
    if not known.venue_has_no_dois(right.venue):
        return field
    reason = f"its record has none, and no paper of {clean(right.venue)} in the library has one"
    return field.model_copy(update={"is_wrong": True, "reason": reason})


def verdict_of(fields: Sequence[CheckedField], *, is_known: bool) -> EntryVerdict:
    """The verdict on an entry with these fields; `is_known`: the paper that it means was found."""
    wrong = [field for field in fields if field.is_wrong]
    if any(field.place for field in wrong):
        return "altered"
    if wrong:
        return "wrong in itself"
    return "ok" if is_known else "not in the library"


def _with_problems(
    compared: CheckedEntry, problems: Sequence[Problem], *, was_looked_up: bool
) -> CheckedEntry:
    """The entry with a problem for each of its fields, after those that are known."""
    own = [_problem_of(found) for found in compared.fields]
    if not (compared.paper_id or compared.found_at):
        detail = "the library does not have this paper"
        if was_looked_up:
            detail = "neither the library nor an online service has this paper"
        own.append(Problem(kind="not in the library", detail=detail))
    return compared.model_copy(update={"problems": (*problems, *own)})


def _problem_of(found: CheckedField) -> Problem:
    kind: ProblemKind = "altered" if found.place else "wrong in itself"
    kind = kind if found.is_wrong else "field not checked"
    return Problem(kind=kind, detail=field_line(found), about=found.field)


def field_line(found: CheckedField) -> str:
    """`year: 2021; in the library: 2019 (why)`, on one line."""
    name = found.field.replace("_", " ")
    line = f"{name}: {shorten(clean(found.written), _FIELD_CHARS)}"
    right = shorten(clean(found.right), _FIELD_CHARS)
    reason = f" ({found.reason})" if found.reason and right else found.reason
    if not (right or found.place):
        return f"{line} ({reason})" if reason else line
    return f"{line}; {found.place or 'rather'}: {right}{reason}"


def _unreadable(skipped: Skipped) -> CheckedEntry:
    detail = f"{Path(skipped.file).name}, line {skipped.position}: {skipped.reason}"
    problem = Problem(kind="unreadable entry", detail=detail)
    return CheckedEntry(key="", title="", verdict="wrong in itself", problems=(problem,))
