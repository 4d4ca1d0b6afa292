"""Survey reports as one HTML page each that loads nothing from a network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from reviewer.render.claim_notes import citations_of
from reviewer.render.describe import tally_line
from reviewer.render.html.charts import LEAST_YEARS, draw_map, years_of
from reviewer.render.html.cited_papers import (
    Bar,
    PageCitations,
    QuotedPaper,
    ShownClaim,
    ShownMark,
    marks_of,
    page_citations,
    quoted_papers,
    shown_claim,
    verdict_bars,
)
from reviewer.render.html.page import render_page
from reviewer.render.html.table import Grid, citations_in, grid_of
from reviewer.render.methods import flow_steps, method_facts, news_facts, run_facts
from reviewer.render.table_words import nothing_found, table_title
from reviewer.text import clean, counted
from reviewer.types import Citation, SurveyReport, Table
from reviewer.types.surveys import StanceCount, SurveySection


@dataclass(frozen=True)
class ShownVerdict:
    """A yes/no question with a bar for each stance."""

    question: str
    verdict: str
    bars: tuple[Bar, ...]
    read: int


@dataclass(frozen=True)
class SectionLink:
    """Another section, and the marks of the papers that both cite."""

    anchor: str
    title: str
    marks: tuple[ShownMark, ...]


@dataclass(frozen=True)
class ShownSection:
    """A section. `counts` is in words: the papers it cites, and its sentences by their support."""

    anchor: str
    title: str
    counts: str
    state: str
    failed: str
    questions: tuple[str, ...]
    verdicts: tuple[ShownVerdict, ...]
    quoted: tuple[QuotedPaper, ...]
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
    known = [*report.papers, *(paper for table in report.tables for paper in table.papers)]
    cited = page_citations(_citations(report), known)
    sections = [_section(n, report, cited) for n in range(1, len(report.sections) + 1)]
    taken = {clean(report.title).casefold(), clean(report.topic).casefold()}
    tables = [_table(n, table, cited, taken) for n, table in enumerate(report.tables, start=1)]
    papers = [item.paper for item in cited.papers]
    years = years_of(papers, cited.numbers)
    known_years = sum(year.count > 0 and year.name.isdigit() for year in years)
    new_ids = report.news.new_ids if report.news else ()
    values = {
        "title": clean(report.title),
        "topic": clean(report.topic),
        "head": report_head(report),
        "home": home,
        "is_weak": report.is_weak,
        "near": () if report.sections or report.tables else report.papers,
        "news": news_facts(report),
        "new": {cited.numbers[i] for i in new_ids if i in cited.numbers},
        "failed_tables": [clean(why) for why in report.failed_tables],
        "abstract": [shown_claim(claim, cited) for claim in report.abstract],
        "verdicts": [_asked(verdict, cited) for verdict in report.verdicts if not verdict.section],
        "sections": sections,
        "tables": tables,
        "offered": [value for table in tables for value in table.grid.offered],
        "open_questions": [
            (
                shown_claim(item, cited),
                [sections[n - 1] for n in item.sections if n <= len(sections)],
            )
            for item in report.open_questions
        ],
        "map": draw_map(report.map, cited.numbers, papers) if report.map.points else None,
        "map_by": report.map.by,
        "years": years if known_years >= LEAST_YEARS else (),
        "papers": cited.papers,
        "flow": flow_steps(report.flow),
        "facts": method_facts(report),
        "queries": report.methods.queries,
        "run": run_facts(report.made),
    }
    styles = ("cited", "table", "report")
    return render_page("report", values, styles=styles, scripts=("cited", "table", "report"))


def report_head(report: SurveyReport) -> str:
    """Who wrote the report, and from how many of the library's papers."""
    written = (
        "Sentences quoted from the papers, without a model"
        if report.methods.writer == "extractive"
        else f"Written by {clean(report.methods.writer)}; citations by code"
    )
    papers = f"{counted(report.flow.cited, 'paper')} cited"
    return f"{written} · {papers} of {report.methods.library_papers} in the library"


def _citations(report: SurveyReport) -> list[Citation]:
    """Every citation, in the order of the page."""
    claims = [claim for section in report.sections for claim in section.claims]
    stances = (stance for verdict in report.verdicts for stance in verdict.stances)
    return [
        *citations_of([*report.abstract, *claims, *report.open_questions]),
        *(stance.citation for stance in stances if stance.citation is not None),
        *(citation for table in report.tables for citation in citations_in(table)),
    ]


def _section(number: int, report: SurveyReport, cited: PageCitations) -> ShownSection:
    section = report.sections[number - 1]
    others = [claim for claim in section.claims if claim.role != "quote" or not claim.citations]
    return ShownSection(
        anchor=f"s{number}",
        title=clean(section.title[:1].upper() + section.title[1:]),
        counts=section_line(section),
        state=section.state,
        failed=clean(section.failed),
        questions=tuple(clean(question) for question in section.questions),
        verdicts=tuple(_asked(v, cited) for v in report.verdicts if v.section == number),
        quoted=quoted_papers(section, report.papers, cited),
        claims=tuple(shown_claim(claim, cited) for claim in others),
        see_also=tuple(_see_also(section, report, cited)),
        left_out=tuple(clean(reason) for reason in section.left_out),
    )


def _see_also(
    section: SurveySection, report: SurveyReport, cited: PageCitations
) -> Iterator[SectionLink]:
    first: dict[str, Citation] = {}
    for citation in cited.anchors:
        first.setdefault(citation.paper_id, citation)
    for other in section.see_also:
        if 1 <= other.number <= len(report.sections):
            title = report.sections[other.number - 1].title
            name = clean(title[:1].upper() + title[1:])
            shared = [first[paper_id] for paper_id in other.paper_ids if paper_id in first]
            yield SectionLink(f"s{other.number}", name, marks_of(shared, cited))


def section_line(section: SurveySection) -> str:
    """How many papers the section cites, and how many of its sentences have which support."""
    papers = len({citation.paper_id for citation in citations_of(section.claims)})
    quoted = sum(claim.role == "quote" for claim in section.claims)
    states = Counter(str(claim.support) for claim in section.claims if claim.role != "quote")
    words = {
        "supported": "supported", "partial": "partly supported", "unchecked": "not checked",
        "uncited": "uncited", "unsupported": "not supported", "contradicted": "contradicted",
    }  # fmt: skip
    counts = [f"{counted(papers, 'paper')} cited"]
    counts += [counted(quoted, "quoted sentence")] if quoted else []
    counts += [f"{states[state]} {name}" for state, name in words.items() if states[state]]
    return ", ".join(counts)


def _asked(verdict: StanceCount, cited: PageCitations) -> ShownVerdict:
    bars = verdict_bars(verdict.stances, cited)
    return ShownVerdict(clean(verdict.question), clean(verdict.verdict), bars, len(verdict.stances))


def _table(number: int, table: Table, cited: PageCitations, taken: Collection[str]) -> ShownTable:
    """A table. One with a `taken` title, the report's own or its topic, is called a comparison."""
    title = clean(table_title(table))
    return ShownTable(
        anchor=f"t{number}",
        title=title if title.casefold() not in taken else "Comparison of papers",
        tally=clean(tally_line(table)),
        nothing=nothing_found(table),
        grid=grid_of(table, cited.anchors, prefix=f"o{number}-"),
    )
