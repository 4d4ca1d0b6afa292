"""Survey reports as one HTML page each that loads nothing from a network."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from reviewer.render.claim_notes import citations_of
from reviewer.render.html.charts import LEAST_YEARS, draw_map, years_of
from reviewer.render.html.cited_papers import (
    Bar,
    PageCitations,
    ShownSection,
    marks_of,
    page_citations,
    shown_claim,
    shown_section,
    verdict_bars,
)
from reviewer.render.html.page import render_page
from reviewer.render.html.table import citations_in, grid_of
from reviewer.render.methods import flow_steps, method_facts, news_facts, run_facts
from reviewer.render.table_words import table_title
from reviewer.text import clean, counted
from reviewer.types import Citation, SurveyReport
from reviewer.types.surveys import StanceCount, SurveySection

_SUPPORTS = {
    "supported": "supported", "partial": "partly supported", "unchecked": "not checked",
    "uncited": "uncited", "unsupported": "not supported", "contradicted": "contradicted",
}  # fmt: skip


def report_html(report: SurveyReport, home: str = "") -> str:
    """The page. `home` is the file name of the page of all reports, if there is one beside it."""
    known = [*report.papers, *(paper for table in report.tables for paper in table.papers)]
    cited = page_citations(_citations(report), known)
    grids = [
        grid_of(table, cited.anchors, prefix=f"o{n}-") for n, table in enumerate(report.tables, 1)
    ]
    papers = [item.paper for item in cited.papers]
    known_years = {paper.year for paper in papers if paper.year is not None}
    new_ids = report.news.new_ids if report.news else ()
    values = {
        "report": report,
        "head": report_head(report),
        "home": home,
        "news": news_facts(report),
        "new": {cited.numbers[i] for i in new_ids if i in cited.numbers},
        "abstract": [shown_claim(claim, cited) for claim in report.abstract],
        "verdicts": _verdicts(0, report, cited),
        "sections": [_section(n, report, cited) for n in range(1, len(report.sections) + 1)],
        "tables": list(zip(_table_titles(report), grids, strict=True)),
        "offered": [value for grid in grids for value in grid.offered],
        "open_questions": [(shown_claim(c, cited), c.sections) for c in report.open_questions],
        "map": draw_map(report.map, cited.numbers, papers) if report.map.points else None,
        "years": years_of(papers, cited.numbers) if len(known_years) >= LEAST_YEARS else (),
        "papers": cited.papers,
        "flow": flow_steps(report.flow),
        "facts": method_facts(report),
        "run": run_facts(report.made),
    }
    styles = ("cited", "table", "report")
    return render_page("report", values, styles=styles, scripts=("cited", "table", "report"))


def report_head(report: SurveyReport) -> str:
    """Who wrote the report, and from how many of the library's papers."""
    written = f"Written by {clean(report.methods.writer)}; citations by code"
    if report.methods.writer == "extractive":
        written = "Sentences quoted from the papers, without a model"
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
    first = {citation.paper_id: citation for citation in reversed([*cited.anchors])}
    see_also = [
        (other.number, marks_of([first[i] for i in other.paper_ids if i in first], cited))
        for other in section.see_also
        if 1 <= other.number <= len(report.sections)
    ]
    return replace(
        shown_section(number, section, report.papers, cited),
        counts=section_line(section),
        verdicts=_verdicts(number, report, cited),
        see_also=tuple(see_also),
    )


def _verdicts(
    number: int, report: SurveyReport, cited: PageCitations
) -> tuple[tuple[StanceCount, tuple[Bar, ...]], ...]:
    """The yes/no questions of this section (0 for the whole report), each with its bars."""
    own = (verdict for verdict in report.verdicts if verdict.section == number)
    return tuple((verdict, verdict_bars(verdict.stances, cited)) for verdict in own)


def section_line(section: SurveySection) -> str:
    """How many papers the section cites, and how many of its sentences have which support."""
    papers = {citation.paper_id for citation in citations_of(section.claims)}
    states = Counter("quoted" if c.kind == "quote" else c.support for c in section.claims)
    quoted = states.pop("quoted", 0)
    counts = [f"{counted(len(papers), 'paper')} cited"]
    counts += [counted(quoted, "quoted sentence")] if quoted else []
    counts += [f"{states[state]} {name}" for state, name in _SUPPORTS.items() if states[state]]
    return ", ".join(counts)


def _table_titles(report: SurveyReport) -> list[str]:
    """A table with the report's own title, or its topic for one, is called a comparison."""
    taken = {clean(report.title).casefold(), clean(report.topic).casefold()}
    titles = [clean(table_title(table)) for table in report.tables]
    return ["Comparison of papers" if title.casefold() in taken else title for title in titles]
