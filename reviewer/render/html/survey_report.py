"""Survey reports as one HTML page each that asks no network for anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from reviewer.render.claim_notes import citations_of
from reviewer.render.describe import tally_line
from reviewer.render.html.charts import LEAST_YEARS, Year, drawn_map, years_of
from reviewer.render.html.cited_papers import (
    Bar,
    Book,
    Entry,
    Mark,
    ShownClaim,
    book_of,
    entries_of,
    marks_of,
    shown_claim,
    verdict_bars,
)
from reviewer.render.html.page import render_page
from reviewer.render.html.table_grid import Grid, citations_in, grid_of
from reviewer.render.methods import flow_steps, method_facts, news_lines, run_facts
from reviewer.render.table_words import nothing_found, table_title
from reviewer.text import clean, counted
from reviewer.types import Citation, Claim, Paper, SurveyReport, Table
from reviewer.types.surveys import StanceCount, SurveySection


@dataclass(frozen=True)
class Asked:
    """A yes/no question with a bar a stance."""

    question: str
    verdict: str
    bars: tuple[Bar, ...]
    read: int


@dataclass(frozen=True)
class SectionLink:
    """Another section, and the marks of the papers that both cite."""

    anchor: str
    title: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class ShownSection:
    """A section; `said` is how many papers it cites, and how its sentences stand, in words."""

    anchor: str
    title: str
    said: str
    state: str
    failed: str
    questions: tuple[str, ...]
    verdicts: tuple[Asked, ...]
    entries: tuple[Entry, ...]
    claims: tuple[ShownClaim, ...]
    see_also: tuple[SectionLink, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class ShownTable:
    anchor: str
    title: str
    tally: str
    nothing: str
    grid: Grid


def report_html(report: SurveyReport, home: str = "") -> str:
    """The page. `home` is the file name of the page of all reports, if there is one beside it."""
    book = book_of(_cited(report), _known(report))
    sections = [_section(n, report, book) for n in range(1, len(report.sections) + 1)]
    taken = {clean(report.title).casefold(), clean(report.topic).casefold()}
    tables = [_table(n, table, book, taken) for n, table in enumerate(report.tables, start=1)]
    papers = [item.paper for item in book.papers]
    years = years_of(papers, book.numbers)
    values = {
        "title": clean(report.title),
        "topic": clean(report.topic),
        "head": report_head(report),
        "home": home,
        "is_weak": report.is_weak,
        "near": () if report.sections or report.tables else report.papers,
        "news": news_lines(report),
        "new": {book.numbers[i] for i in _new_ids(report) if i in book.numbers},
        "failed_tables": [clean(why) for why in report.failed_tables],
        "abstract": [shown_claim(claim, book) for claim in report.abstract],
        "verdicts": [_asked(verdict, book) for verdict in report.verdicts if not verdict.section],
        "sections": sections,
        "tables": tables,
        "offered": [value for table in tables for value in table.grid.offered],
        "open_questions": [
            (
                shown_claim(item, book),
                [sections[n - 1] for n in item.sections if n <= len(sections)],
            )
            for item in report.open_questions
        ],
        "map": drawn_map(report.map, book.numbers, papers) if report.map.points else None,
        "map_by": report.map.by,
        "years": years if _tells(years) else (),
        "papers": book.papers,
        **_making(report),
    }
    styles = ("cited", "table", "report")
    return render_page("report", values, styles=styles, scripts=("cited", "table", "report"))


def _making(report: SurveyReport) -> dict[str, Any]:
    """What the page says of how the report was made."""
    return {
        "flow": flow_steps(report.flow),
        "facts": method_facts(report),
        "queries": report.methods.queries,
        "run": run_facts(report.made),
    }


def report_head(report: SurveyReport) -> str:
    """Who wrote the report, from how many papers of how many."""
    written = (
        "Sentences quoted from the papers, without a model"
        if report.methods.writer == "extractive"
        else f"Written by {clean(report.methods.writer)}; citations by code"
    )
    papers = f"{counted(report.flow.cited, 'paper')} cited"
    library = f"of {report.methods.library_papers} in the library"
    return f"{written} · {papers} {library}"


def _cited(report: SurveyReport) -> list[Citation]:
    """Every citation, in the order of the page."""
    claims: list[Claim] = [*report.abstract]
    claims += [claim for section in report.sections for claim in section.claims]
    claims += report.open_questions
    stances = (stance for verdict in report.verdicts for stance in verdict.stances)
    return [
        *citations_of(claims),
        *(stance.citation for stance in stances if stance.citation is not None),
        *(citation for table in report.tables for citation in citations_in(table)),
    ]


def _known(report: SurveyReport) -> Iterator[Paper]:
    yield from report.papers
    for table in report.tables:
        yield from table.papers


def _new_ids(report: SurveyReport) -> tuple[str, ...]:
    return report.news.new_ids if report.news else ()


def _tells(years: Iterable[Year]) -> bool:
    """True where papers are spread over enough known years for a drawing to say something."""
    return sum(year.count > 0 and year.name.isdigit() for year in years) >= LEAST_YEARS


def _section(number: int, report: SurveyReport, book: Book) -> ShownSection:
    section = report.sections[number - 1]
    others = [claim for claim in section.claims if claim.role != "quote" or not claim.citations]
    return ShownSection(
        anchor=f"s{number}",
        title=clean(section.title[:1].upper() + section.title[1:]),
        said=section_line(section),
        state=section.state,
        failed=clean(section.failed),
        questions=tuple(clean(question) for question in section.questions),
        verdicts=tuple(_asked(v, book) for v in report.verdicts if v.section == number),
        entries=entries_of(section, report.papers, book),
        claims=tuple(shown_claim(claim, book) for claim in others),
        see_also=tuple(_see_also(section, report, book)),
        left_out=tuple(clean(reason) for reason in section.left_out),
    )


def _see_also(section: SurveySection, report: SurveyReport, book: Book) -> Iterator[SectionLink]:
    for other in section.see_also:
        if 1 <= other.number <= len(report.sections):
            title = report.sections[other.number - 1].title
            shared = [
                next(c for c in book.anchors if c.paper_id == paper_id)
                for paper_id in other.paper_ids
                if paper_id in book.numbers
            ]
            name = clean(title[:1].upper() + title[1:])
            yield SectionLink(f"s{other.number}", name, marks_of(shared, book))


def section_line(section: SurveySection) -> str:
    """How many papers the section cites, and how its sentences stand to their quotes."""
    papers = len({citation.paper_id for citation in citations_of(section.claims)})
    quoted = sum(claim.role == "quote" for claim in section.claims)
    states = Counter(str(claim.support) for claim in section.claims if claim.role != "quote")
    words = {
        "supported": "supported", "partial": "partly supported", "unchecked": "not checked",
        "uncited": "uncited", "unsupported": "not supported", "contradicted": "contradicted",
    }  # fmt: skip
    said = [f"{counted(papers, 'paper')} cited"]
    said += [counted(quoted, "quoted sentence")] if quoted else []
    said += [f"{states[state]} {name}" for state, name in words.items() if states[state]]
    return ", ".join(said)


def _asked(verdict: StanceCount, book: Book) -> Asked:
    bars = verdict_bars(verdict.stances, book)
    return Asked(clean(verdict.question), clean(verdict.verdict), bars, len(verdict.stances))


def _table(number: int, table: Table, book: Book, taken: Collection[str]) -> ShownTable:
    """A table; one that has the title or topic of the report is called a comparison."""
    title = clean(table_title(table))
    return ShownTable(
        anchor=f"t{number}",
        title=title if title.casefold() not in taken else "Comparison of papers",
        tally=clean(tally_line(table)),
        nothing=nothing_found(table),
        grid=grid_of(table, book.anchors, prefix=f"o{number}-"),
    )
