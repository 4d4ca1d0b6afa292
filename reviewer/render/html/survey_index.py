"""All reports of a batch on one HTML page that loads nothing from a network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import compress
from urllib.parse import quote

from reviewer.render.answer_parts import is_failed
from reviewer.render.claim_notes import citations_of
from reviewer.render.html.page import render_page
from reviewer.render.methods import batch_facts, run_facts
from reviewer.text import clean, counted
from reviewer.types import SurveyReport
from reviewer.types.surveys import Batch

COLUMNS = ("Report", "Papers cited", "Papers read", "Sections", "Tables", "Sentences")


@dataclass(frozen=True)
class ReportRow:
    """A report: its page, the first finding of its abstract, remarks on how it came out, and its
    counts by column."""

    report: SurveyReport
    href: str
    finding: str
    remarks: tuple[str, ...]
    counts: tuple[int, ...]


def index_html(batch: Batch) -> str:
    """The page; each report's page is `NAME.html` beside it. A column of zeros is left out."""
    reports = batch.reports
    claims = [
        claim for report in reports for section in report.sections for claim in section.claims
    ]
    papers = {citation.paper_id for citation in citations_of(claims)}
    rows = [_row(report) for report in reports]
    counts = list(zip(*(row.counts for row in rows), strict=True))
    shown = [any(column) for column in counts] or [True] * (len(COLUMNS) - 1)
    values = {
        "title": clean(batch.title),
        "head": f"{counted(len(reports), 'report')} · {counted(len(papers), 'paper')} cited",
        "columns": [COLUMNS[0], *compress(COLUMNS[1:], shown)],
        "rows": [replace(row, counts=tuple(compress(row.counts, shown))) for row in rows],
        "facts": batch_facts(reports),
        "run": run_facts(batch.made),
    }
    return render_page("index", values, styles=("cited", "table", "report"), scripts=("table",))


def _row(report: SurveyReport) -> ReportRow:
    flow, sections = report.flow, report.sections
    sentences = sum(len(section.claims) for section in sections)
    counts = (flow.cited, flow.read, len(sections), len(report.tables), sentences)
    href = f"./{quote(report.name, safe='')}.html"
    finding = next((clean(c.text) for c in report.abstract if not is_failed(c)), "")
    return ReportRow(report, href, finding, tuple(_remarks(report)), counts)


def _remarks(report: SurveyReport) -> Iterator[str]:
    if report.failed:
        yield f"{counted(report.failed, 'part')} could not be written"
    if not report.sections and not report.failed:
        yield "not enough evidence"
    elif report.is_weak:
        yield "only nearest papers"
    if report.news is not None:
        new = counted(len(report.news.new_ids), "new paper")
        yield f"{new}, {counted(len(report.news.rewritten), 'section')} rewritten"
