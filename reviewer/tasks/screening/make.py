"""Makes a screening: its records, and what was identified, as they are at that moment."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from reviewer.errors import UsageError
from reviewer.library import Library
from reviewer.library.screen_store import MOST_NAME_CHARS, ScreenStore
from reviewer.tasks.screening.kept_features import features_of, packed
from reviewer.tasks.screening.screening import now
from reviewer.tasks.screening.stopping import rule_named
from reviewer.tasks.screening.suggestions import model_of
from reviewer.types import Paper
from reviewer.types.progress import Progress, silent
from reviewer.types.screening import (
    MODEL,
    CriteriaVersion,
    Criterion,
    Screen,
    ScreenRecord,
    ScreenSource,
)
from reviewer.types.searches import Filters

KINDS = ("database", "register", "website", "organisation", "citations")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
TEXT_FILES = "PDF and Word files"  # the source of papers that no other file names
_TEXTS = (".pdf", ".docx", ".odt")  # a text of a paper, not the result of a search
_MOST_REVIEWERS = 50


@dataclass(frozen=True)
class ScreenOptions:
    """How a screening is made. `known` are keys of papers; `sources` give files, or the ends of
    their paths, a label and a kind."""

    question: str = ""
    criteria: tuple[Criterion, ...] = ()
    known: tuple[str, ...] = ()
    stop: str = "normal"
    seed: int = 0
    reviewers: tuple[str, ...] = ("me",)
    double: str = "none"
    sources: tuple[tuple[str, str, str], ...] = ()


def make_screening(
    library: Library,
    name: str,
    filters: Filters,
    options: ScreenOptions,
    progress: Progress = silent,
) -> Screen:
    """Make a screening over the papers that pass the filters. Their order, what they are compared
    by and the entries of each source are kept as they are now.

    Raises UsageError for a name, a rule, a reviewer or a `double` that cannot be, and where no
    paper passes.
    """
    papers = records_to_screen(library, name, filters, options)
    known = tuple(dict.fromkeys(library.paper(key).id for key in options.known))
    features = features_of(papers, _with_criteria(options), library, progress)
    screen = Screen(
        name=name, made=now(), question=_with_criteria(options), stop=options.stop,
        seed=options.seed, reviewers=options.reviewers, double=options.double, known=known,
        embedding=library.index.embedding_name if features.vectors is not None else "",
        release=metadata.version("reviewer"), scope=filters,
    )  # fmt: skip
    ScreenStore(library.database).make(
        screen,
        CriteriaVersion(version=1, at=now(), criteria=options.criteria),
        sources_of(library, papers, options.sources),
        records_of(papers),
        packed(features),
    )
    return screen


def records_to_screen(
    library: Library, name: str, filters: Filters, options: ScreenOptions
) -> list[Paper]:
    """The papers that a screening would be made over. Raises UsageError where it cannot be made,
    as `make_screening` does."""
    papers = list(library.papers(filters))
    _require_sound(name, options, papers)
    if name in ScreenStore(library.database).names():
        raise UsageError(f"there is a screening '{name}' already", hint="Give another name.")
    known = {library.paper(key).id for key in options.known}
    if missing := known - {paper.id for paper in papers}:
        raise UsageError(
            f"the known paper {library.paper(missing.pop()).key} is not among the records",
            hint="Take it out of --known, or widen --tag, --file or --keys.",
        )
    sources_of(library, papers, options.sources)
    return papers


def records_of(papers: Sequence[Paper], first: int = 0) -> list[ScreenRecord]:
    """The papers as they are kept, at positions from `first` on."""
    return [
        ScreenRecord(position=n, paper_id=p.id, signs=tuple(sorted({o.sha256 for o in p.origins})))
        for n, p in enumerate(papers, first)
    ]


def _with_criteria(options: ScreenOptions) -> str:
    """The question and the criteria that include: what the first records are ranked by."""
    wanted = [c.text for c in options.criteria if c.kind == "include"]
    return "\n".join(part for part in (options.question, *wanted) if part)


def _require_sound(name: str, options: ScreenOptions, papers: Sequence[Paper]) -> None:
    if not _NAME.fullmatch(name) or len(name) > MOST_NAME_CHARS:
        raise UsageError(
            f"'{name[:60]}' cannot name a screening", hint="Use letters, digits, - and _."
        )
    if not papers:
        raise UsageError("no paper is to be screened", hint="Add some: review add FILE")
    rule_named(options.stop, len(papers))
    _require_reviewers(options)
    share = options.double.removesuffix("%")
    is_share = options.double.endswith("%") and share.isdecimal() and 0 < int(share) <= 100
    if options.double not in ("none", "all", "included") and not is_share:
        raise UsageError(
            f"unknown --double '{options.double[:40]}'", hint="Use none, all, included or 20%."
        )
    if options.double != "none" and len(options.reviewers) < 2:
        raise UsageError(
            "two reviewers are needed to read records twice", hint="Name them: --reviewers ann,ben"
        )


def _require_reviewers(options: ScreenOptions) -> None:
    names = options.reviewers
    if not names or len(set(names)) < len(names) or not all(n.strip() for n in names):
        raise UsageError("reviewers have one name each", hint="For example: --reviewers ann,ben")
    people = [name for name in names if not model_of(name)]
    if not people or MODEL in names:
        raise UsageError(
            "a model decides nothing alone", hint="Name a person too: --reviewers ann,model:NAME"
        )
    if len(names) - len(people) > 1:
        raise UsageError("one model may be a reviewer", hint="Others may suggest.")
    if len(names) > len(people) and options.double == "none":
        raise UsageError(
            "a model can only be the second reviewer", hint="Say what it reads: --double all"
        )
    if len(names) > _MOST_REVIEWERS or any(n == "resolve" or "(" in n for n in people):
        raise UsageError("a reviewer's name cannot be used", hint="Use plain names: ann,ben")


def sources_of(
    library: Library,
    papers: Sequence[Paper],
    named: Sequence[tuple[str, str, str]],
) -> list[ScreenSource]:
    """Each file that entries of the papers were read from, with how many it gave: the same row
    twice is two. The text of a paper that another file names is not a source; other texts are one.
    Where only some papers of a file are screened, only their entries count."""
    rows = library.database.rows(
        "SELECT papers.id, records.file FROM records JOIN papers ON papers.number = records.paper"
    )
    wanted = {paper.id for paper in papers}
    own: dict[str, list[str]] = {}
    every: dict[str, int] = {}
    listed = {paper for paper, file in rows if not file.lower().endswith(_TEXTS)}
    for paper, file in rows:
        every[file] = every.get(file, 0) + 1
        is_text = file.lower().endswith(_TEXTS)
        if paper in wanted and not (is_text and paper in listed):
            own.setdefault(TEXT_FILES if is_text else file, []).append(paper)
    kept = _files(library)
    unfound = [file for file, _, _ in named if not any(is_named(file, f) for f in own)]
    if unfound:
        raise UsageError(
            f"no record was read from {unfound[0]}", hint=f"Files: {', '.join(list(own)[:10])}"
        )
    return [
        _source(file, len(papers), kept.get(file), named, is_all=len(papers) == every.get(file))
        for file, papers in sorted(own.items())
    ]


def _files(library: Library) -> Mapping[str, tuple[int, int]]:
    """By file how many entries it gave, and how many could not be read."""
    rows = library.database.rows("SELECT file, entries, skipped FROM files")
    return {file: (entries, len(json.loads(skipped))) for file, entries, skipped in rows}


def _source(
    file: str,
    held: int,
    kept: tuple[int, int] | None,
    named: Sequence[tuple[str, str, str]],
    *,
    is_all: bool,
) -> ScreenSource:
    label, kind = next(((lab, k) for f, lab, k in named if is_named(f, file)), ("", "database"))
    entries, unread = kept if kept and is_all else (held, 0)
    return ScreenSource.model_validate(
        {"file": file, "label": label or Path(file).name, "kind": kind,
         "entries": max(entries, held) + unread, "unread": unread}
    )  # fmt: skip


def is_named(given: str, file: str) -> bool:
    return file == given or file.endswith(f"/{given}")


def read_source(words: str) -> tuple[str, str, str]:
    """The file, label and kind of `FILE=LABEL:KIND`. Raises UsageError."""
    file, _, named = words.partition("=")
    label, _, kind = named.partition(":")
    if not file or not label or (kind and kind not in KINDS):
        raise UsageError(
            f"--source '{words[:60]}' cannot be read",
            hint=f"Write FILE=LABEL or FILE=LABEL:KIND; kinds: {', '.join(KINDS)}.",
        )
    return file, label, kind or "database"
