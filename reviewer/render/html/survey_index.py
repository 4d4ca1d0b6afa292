"""All reports of a batch on one HTML page that asks no network for anything."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from reviewer.render.claim_notes import citations_of
from reviewer.render.html.page import render_page
from reviewer.render.methods import batch_facts, run_facts
from reviewer.text import clean, counted
from reviewer.types import Citation, SurveyReport
from reviewer.types.surveys import Batch

COLUMNS = ("Report", "Papers cited", "Papers read", "Sections", "Tables", "Sentences")


@dataclass(frozen=True)
class Figure:
    """A number in a row, and how it is told."""

    number: int
    text: str


@dataclass(frozen=True)
class Line:
    """A report: its file's name, what it is about, how it came out, and its figures by column."""

    title: str
    href: str
    about: str
    remarks: tuple[str, ...]
    figures: tuple[Figure, ...]


def index_html(batch: Batch) -> str:
    """The page; each report's page is `NAME.html` beside it."""
    reports = batch.reports
    papers = {c.paper_id for report in reports for c in _citations(report)}
    values = {
        "title": clean(batch.title),
        "head": f"{counted(len(reports), 'report')} · {counted(len(papers), 'paper')} cited",
        "columns": COLUMNS,
        "rows": [_line(report) for report in reports],
        "facts": batch_facts(reports),
        "run": run_facts(batch.made),
    }
    styles = ("cited", "table", "report")
    return render_page("index", values, styles=styles, scripts=("table",), has_panel=False)


def _citations(report: SurveyReport) -> list[Citation]:
    return [c for section in report.sections for c in citations_of(section.claims)]


def _line(report: SurveyReport) -> Line:
    sentences = sum(len(section.claims) for section in report.sections)
    counts = (
        report.flow.cited, report.flow.read, len(report.sections), len(report.tables), sentences,
    )  # fmt: skip
    title, topic = clean(report.title), clean(report.topic)
    return Line(
        title=title,
        href=f"./{quote(report.name, safe='')}.html",
        about="" if topic.casefold() == title.casefold() else topic,
        remarks=tuple(_remarks(report)),
        figures=tuple(Figure(count, str(count)) for count in counts),
    )


def _remarks(report: SurveyReport) -> list[str]:
    """How the report came out, where there is something to say of it."""
    said = []
    if report.failed:
        said.append(f"{counted(report.failed, 'part')} could not be written")
    if not report.sections and not report.failed:
        said.append("not enough evidence")
    elif report.is_weak:
        said.append("only nearest papers")
    if report.news is not None:
        new = counted(len(report.news.new_ids), "new paper")
        rewritten = counted(len(report.news.rewritten), "section")
        said.append(f"{new}, {rewritten} written anew")
    return said
