"""Which papers a draft's keys name: in its bibliography, its own list, or the library."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

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
from reviewer.text import normalise_title
from reviewer.text.views import shorten
from reviewer.types import Paper
from reviewer.types.checks import CheckedEntry, Draft, Problem, ProblemKind
from reviewer.types.papers import Part, Skipped

_HINT = "Give a .bib, .ris or CSL-JSON file."
_LEAST_TITLE_WORDS = 3
_FIRST_WORD = re.compile(r"[\w:.+/-]+")


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
    their title; `unknown` maps a key that names nothing to the reason."""

    papers: dict[str, Paper] = field(default_factory=dict)
    title_only: dict[str, Paper] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)


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
            tuple(entry for entry in found if isinstance(entry, Skipped)),
            (Skipped(file=file, reason=opened.note),) if opened.note else (),
        )
    return read_file(str(place), ReadOptions())


def name_keys(draft: Draft, bibliography: Bibliography, library: Library) -> Named:
    """The papers behind the draft's keys. A paper of the library is preferred to the entry, for it
    has more text; an entry with an abstract is a paper too."""
    by_key = {entry.key: entry for entry in reversed(bibliography.entries) if entry.key}
    named = Named(unknown={number: _not_listed(number, draft) for number in draft.unlisted})
    for key in draft.keys:
        if key in draft.entries:
            found: Paper | str = _listed(draft.entries[key], by_key, library)
        elif bibliography.files:
            found = _entered(key, by_key, bibliography, library)
        else:
            near = _near(key, library.catalogue.keys())
            found = library.catalogue.paper_named(key) or f"no paper in the library has it{near}"
        if isinstance(found, str):
            named.unknown[key] = found
        elif len(found.parts) > 1:
            named.papers[key] = found
        else:
            named.title_only[key] = found
    return named


def _listed(entry: str, by_key: dict[str, Paper], library: Library) -> Paper:
    """The paper of an entry of a numbered list: by the key at its beginning, else by the longest
    title that the entry holds. An unknown paper gets the entry as its title."""
    first = _FIRST_WORD.match(entry)
    if first and (found := library.catalogue.paper_named(first[0])):
        return found
    titled: dict[str, Paper] = {}
    for paper in (*library.papers(), *by_key.values()):
        titled.setdefault(normalise_title(paper.title), paper)
    words = f" {normalise_title(entry)} "
    long = (title for title in titled if len(title.split()) >= _LEAST_TITLE_WORDS)
    if held := max((title for title in long if f" {title} " in words), key=len, default=""):
        return titled[held]
    return Paper(parts=(Part(name="title", text=shorten(entry, 200)),))


def _not_listed(number: str, draft: Draft) -> str:
    if draft.entries:
        return f"the draft's list of references has no [{number}]"
    return f"the draft has no list of references with [{number}]"


def _entered(
    key: str, by_key: dict[str, Paper], bibliography: Bibliography, library: Library
) -> Paper | str:
    entry = by_key.get(key)
    if entry is None:
        files = ", ".join(Path(file).name for file in bibliography.files)
        if library.catalogue.paper_named(key):
            return f"it is in the library, but {files} has no such entry"
        return f"{files} has no such entry{_near(key, list(by_key))}"
    return library.catalogue.paper_like(entry) or entry


def _near(key: str, keys: Sequence[str]) -> str:
    near = difflib.get_close_matches(key, keys, n=3, cutoff=0.6)
    return f"; near it: {', '.join(near)}" if near else ""


def check_entries(
    draft: Draft, bibliography: Bibliography, library: Library
) -> tuple[CheckedEntry, ...]:
    """Each entry of the bibliography with its problems."""
    entries = bibliography.entries
    groups = group_same(entries)
    twins = {n: entries[group[0]].key for group in groups for n in group[1:]}
    checked = []
    for n, entry in enumerate(entries):
        problems = []
        if twin := twins.get(n):
            problems.append(Problem(kind="duplicate", detail=f"the same paper as {twin}"))
        if entry.key not in draft.keys and not draft.cites_all:
            problems.append(Problem(kind="never cited", detail="the draft does not cite it"))
        paper = library.catalogue.paper_like(entry)
        if paper is None:
            detail = "the library does not have this paper"
            problems.append(Problem(kind="not in the library", detail=detail))
        paper_id = paper.id if paper else ""
        found = {"key": entry.key, "title": entry.title, "paper_id": paper_id}
        checked.append(CheckedEntry(**found, problems=tuple(problems)))
    for skipped in bibliography.skipped:
        detail = f"{Path(skipped.file).name}, line {skipped.position}: {skipped.reason}"
        kind: ProblemKind = "duplicate" if "twice" in skipped.reason else "unreadable entry"
        problem = Problem(kind=kind, detail=detail)
        checked.append(CheckedEntry(key="", title="", problems=(problem,)))
    return tuple(checked)
