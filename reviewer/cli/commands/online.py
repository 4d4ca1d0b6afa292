"""`review enrich` and `audit`, and what `review add` takes from online sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli.library import opened
from reviewer.cli.options import (
    SEARCHED,
    JsonOption,
    OnlineOptions,
    YearOption,
    command,
    option,
    settings_of,
)
from reviewer.cli.output import print_error, print_out
from reviewer.errors import UsageError
from reviewer.text import clean, counted
from reviewer.text.views import shorten

if TYPE_CHECKING:
    from reviewer.sources.online.types import Audited, AuditFinding, Enriched, Match
    from reviewer.tasks.add import Wanted
    from reviewer.types import Paper
    from reviewer.types.papers import Skipped

_MOST_FAULTS_SHOWN = 3
KeysArgument = Annotated[
    list[str] | None, typer.Argument(help="Keys of papers; none: all that it is about.")
]


@dataclass(frozen=True)
class AddOptions:
    """What `review add` reads, and what it asks an online source for."""

    paths: Annotated[
        list[str] | None,
        typer.Argument(
            help="Files, folders, globs, - for input; arxiv:, doi:, pmid:, openalex:, s2: and "
            "daily: identifiers, and addresses of these; zotero:, zotero:collection/NAME, "
            "zotero:tag/NAME, zotero:item/KEY, zotero:group/NAME."
        ),
    ] = None
    search: Annotated[str, option(help="Search an online source.")] = ""
    references: Annotated[str, option(help="What this paper cites.")] = ""
    cited_by: Annotated[str, option(help="What cites this paper.")] = ""
    source: Annotated[str, typer.Option(help=SEARCHED)] = "openalex"
    limit: Annotated[int, typer.Option(help="This many papers online at most.", min=1)] = 100
    year: YearOption = ""
    watch: Annotated[
        bool, option("--watch", help="Go on: add what comes into these folders, until Ctrl-C.")
    ] = False


def check_wanted(wanted: AddOptions) -> Wanted:
    """What is asked for. Raises UsageError when nothing is named, and for an unknown source or
    year."""
    from reviewer.search.years import read_years
    from reviewer.tasks.add import Wanted, require_wanted

    if wanted.watch and (wanted.search or wanted.references or wanted.cited_by):
        raise UsageError(
            "--watch reads folders alone", hint="Save a search instead: review searches add"
        )
    if wanted.year and not wanted.search.strip():
        raise UsageError("--year needs --search", hint="Leave it out, or search.")
    asked = Wanted(
        names=tuple(wanted.paths or ()),
        search=wanted.search,
        references=wanted.references,
        cited_by=wanted.cited_by,
        source=wanted.source,
        limit=wanted.limit,
        years=read_years(wanted.year),
    )
    require_wanted(asked)
    return asked


@command("enrich", "review enrich from-fx-gx-2025")
def enrich(
    keys: KeysArgument = None,
    source: Annotated[
        list[str] | None,
        option(
            help="Ask this source (again for more): arxiv, semantic_scholar, openalex, crossref, "
            "pubmed. Else the first three, in this order."
        ),
    ] = None,
    take: Annotated[str, option(help="Use this record for the one paper named.")] = "",
    open_access: Annotated[bool, option(help="Ask Unpaywall for a free copy too.")] = False,
    json: JsonOption = False,
    *,
    common: OnlineOptions,
) -> int:
    """Look up authors, year and identifiers that papers lack. Texts stay as they are; what is not
    certain is listed for you to decide."""
    from reviewer.render.json import dump
    from reviewer.sources.online import Web
    from reviewer.tasks import enrich_papers
    from reviewer.tasks.metadata.enrich import SOURCES, EnrichOptions

    settings = settings_of(common)
    options = EnrichOptions(tuple(source or SOURCES), take, open_access)
    with common.progress() as progress, opened(settings, progress) as shelf, Web(settings) as web:
        done = enrich_papers(shelf, web, keys or (), options, progress)
        shown = [shelf.paper(key) for key in done.enriched]
    if json:
        print_out(dump("enriched", done.model_dump(mode="json")))
    else:
        print_out(_enriched(done, shown))
        _say_faults(done.faults)
    return 1 if done.faults and not (done.enriched or done.doubtful or done.not_found) else 0


def _enriched(done: Enriched, papers: list[Paper]) -> str:
    from reviewer.render import paper_line

    lines = [f"{paper_line(paper)}\n" for paper in papers]
    for key, matches in done.doubtful:
        lines.append(f"{key}: not certain. Is it one of these?\n")
        lines += [_match(key, match) for match in matches]
    return "".join(lines) + (
        f"{len(done.enriched)} enriched, {len(done.doubtful)} to decide, "
        f"{len(done.not_found)} not found"
        f"{f', {len(done.not_asked)} not looked up' if done.not_asked else ''}.\n"
    )


def _match(key: str, match: Match) -> str:
    from reviewer.render import byline

    abstract = "no abstract to compare"
    if match.abstract is not None:
        abstract = f"abstract {match.abstract:.0%} alike"
    paper = match.paper
    facts = [shorten(clean(paper.title), 90), clean(byline(paper)), str(paper.year or "")]
    named = " · ".join(fact for fact in facts if fact)
    return (
        f"  {named} (title {match.title:.0%} alike, {abstract})\n"
        f"    review enrich {key} --take {match.identifier}\n"
    )


@command("audit", "review audit --strict")
def audit(
    keys: KeysArgument = None,
    strict: Annotated[bool, option(help="Exit with 3 when a paper was retracted.")] = False,
    json: JsonOption = False,
    *,
    common: OnlineOptions,
) -> int:
    """Ask whether papers were retracted, corrected or published elsewhere, and mark them."""
    from reviewer.render.json import dump
    from reviewer.sources.online import Web
    from reviewer.tasks.metadata.audit import audit_papers

    settings = settings_of(common)
    with common.progress() as progress, opened(settings, progress) as shelf, Web(settings) as web:
        done = audit_papers(shelf, web, keys or (), progress)
    if json:
        print_out(dump("audit", done.model_dump(mode="json")))
    else:
        print_out("".join(f"{_finding(finding)}\n" for finding in done.findings) + _counts(done))
        _say_faults(done.faults)
    if strict and any(finding.event == "retracted" for finding in done.findings):
        return 3
    return 1 if done.faults and not done.checked else 0


def _finding(finding: AuditFinding) -> str:
    other = f", in the library as {finding.other}" if finding.other else ""
    if finding.event in ("published", "preprint"):
        return f"{finding.key}: {finding.detail} {finding.identifier}{other} ({finding.source})"
    notice = f", {finding.identifier}" if finding.identifier else ""
    named = {"retracted": "RETRACTED", "concern": "expression of concern"}
    event = named.get(finding.event, finding.event)
    return f"{finding.key}: {event}: {finding.detail}{notice} ({finding.source})"


def _counts(done: Audited) -> str:
    gone = len({finding.key for finding in done.findings if finding.event == "retracted"})
    line = f"{counted(done.checked, 'paper')} checked, {gone} retracted."
    if done.unknown:
        line += f" {len(done.unknown)} without an identifier: review enrich"
    return line + "\n"


def _say_faults(faults: tuple[Skipped, ...]) -> None:
    """A line for each fault, with the sources that have it."""
    sources: dict[str, list[str]] = {}
    for fault in faults:
        sources.setdefault(fault.reason, []).append(fault.file)
    for reason, names in list(sources.items())[:_MOST_FAULTS_SHOWN]:
        print_error(f"Not asked for all: {', '.join(names)}: {reason}")
    more = len(sources) - _MOST_FAULTS_SHOWN
    if more > 0:
        print_error(f"... and {more} more (--json names them all)")
