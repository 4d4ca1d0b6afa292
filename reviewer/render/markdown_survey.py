"""Survey reports and the index of a batch as Markdown, cited as pandoc does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from reviewer.render.claim_notes import (
    citations_of,
    is_quote,
    mark_of,
    quotes_by_paper,
    remarks_on,
    with_mark,
)
from reviewer.render.describe import quoted_place
from reviewer.render.escape import escape_pandoc, for_pandoc, quoted_pandoc
from reviewer.render.in_text import Marks
from reviewer.render.markdown import paper_line
from reviewer.render.methods import flow_steps, method_facts, news_lines, run_facts
from reviewer.render.provenance import Fact
from reviewer.render.table_words import table_title
from reviewer.text import clean, counted
from reviewer.types import Claim, Paper, SurveyReport, Table
from reviewer.types.surveys import Batch, OpenQuestion, SurveySection
from reviewer.types.tables import Value

RUN_HEAD = "## This run"
"""Under this heading stands all that may differ between two runs that say the same."""


def survey_markdown(report: SurveyReport) -> str:
    """The whole report: abstract, sections, tables, open questions, flow, methods, references, and
    last what differs from run to run."""
    papers = survey_papers(report)
    marks = Marks("pandoc", papers, escape=escape_pandoc)
    lines = [f"# {escape_pandoc(report.title)}", "", escape_pandoc(_head(report)), ""]
    lines += _facts("## What is new", news_lines(report))
    if not report.sections and not report.tables:
        lines += _nothing(report)
    if report.is_weak:
        lines += [
            "Nothing in this library is clearly on the topic; these papers are the nearest.",
            "",
        ]
    if report.abstract:
        lines += ["## Abstract", "", _told(report.abstract, marks), ""]
    for number, section in enumerate(report.sections, start=1):
        lines += [*_section(number, section, report, marks), ""]
    lines += _tables(report, marks)
    if report.open_questions:
        lines += ["## Open questions", ""]
        lines += [_open(item, marks) for item in report.open_questions]
        lines.append("")
    lines += _verdicts(report)
    lines += _flow(report)
    lines += _facts("## Methods", method_facts(report))
    lines += _queries(report)
    if papers:
        lines += ["## References", ""]
        lines += [f"- {for_pandoc(paper_line(paper))}" for paper in papers]
        lines.append("")
    return "\n".join([*lines, *_facts(RUN_HEAD, run_facts(report.made))])


def index_markdown(batch: Batch) -> str:
    """A line a report, with links to the files beside the index."""
    lines = [
        f"# {escape_pandoc(batch.title)}",
        "",
        "| Report | Sections | Papers read | Cited | Remarks |",
        "| --- | --- | --- | --- | --- |",
    ]
    for report in batch.reports:
        link = f"[{escape_pandoc(report.title)}](<{quote(report.name)}.md>)"
        remark = f"{counted(report.failed, 'part')} failed" if report.failed else ""
        remark = remark or ("" if report.sections else "nothing found")
        flow = report.flow
        cells = [link, str(len(report.sections)), str(flow.read), str(flow.cited), remark]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", *_facts(RUN_HEAD, run_facts(batch.made))])


def survey_papers(report: SurveyReport) -> list[Paper]:
    """The papers that the report cites, in the order in which it first cites them."""
    known = {paper.id: paper for paper in report.papers}
    known |= {paper.id: paper for table in report.tables for paper in table.papers}
    claims = [c for section in report.sections for c in section.claims]
    every: list[Claim] = [*report.abstract, *claims, *report.open_questions]
    cited = [citation.paper_id for citation in citations_of(every)]
    cited += [row.paper_id for table in report.tables for row in table.rows]
    return [known[i] for i in dict.fromkeys(cited) if i in known]


def _head(report: SurveyReport) -> str:
    if report.methods.writer == "extractive":
        return (
            f"A survey of {counted(report.flow.cited, 'paper')} in their own sentences: no model "
            "is set, so sections are named by their terms, and nothing is rephrased or summed up."
        )
    papers = counted(report.flow.cited, "paper")
    return f"Written by {report.methods.writer} from {papers}; citations by code."


def _nothing(report: SurveyReport) -> list[str]:
    if report.failed:
        return ["*(This report could not be written.)*", ""]
    lines = ["Not enough evidence in this library for this topic.", ""]
    if report.papers:
        lines += ["Nearest papers, which may not help:", ""]
        lines += [*(f"- {for_pandoc(paper_line(paper))}" for paper in report.papers), ""]
    return lines


def _told(claims: Iterable[Claim], marks: Marks) -> str:
    return " ".join(_sentence(claim, marks) for claim in claims)


def _sentence(claim: Claim, marks: Marks) -> str:
    """A sentence with its mark and, where it is not proven, what is said of that."""
    remarks = remarks_on(claim)
    is_asked = isinstance(claim, OpenQuestion) and not claim.unproven and not claim.dropped
    remark = f" *({escape_pandoc(remarks)})*" if remarks and not is_asked else ""
    if is_quote(claim):
        return f"{quoted_pandoc(claim.text)} {mark_of(claim, marks)}{remark}"
    return with_mark(escape_pandoc(claim.text), mark_of(claim, marks)) + remark


def _section(number: int, section: SurveySection, report: SurveyReport, marks: Marks) -> list[str]:
    title = section.title[:1].upper() + section.title[1:]
    lines = [f"## {number}. {escape_pandoc(title)}", ""]
    if section.questions:
        lines += [*(f"*{escape_pandoc(question)}*" for question in section.questions), ""]
    if section.state:
        new = f", {counted(len(section.new_ids), 'new paper')}" if section.new_ids else ""
        lines += [f"*({section.state}{new})*", ""]
    if section.failed:
        return [*lines, f"*(This section could not be written: {escape_pandoc(section.failed)}.)*"]
    known = {paper.id: paper for paper in report.papers}
    for paper_id, quotes in quotes_by_paper(section).items():
        paper = known[paper_id]
        said = " ".join(quoted_pandoc(claim.text) for claim in quotes)
        year = f" ({paper.year})" if paper.year else " (year unknown)"
        mark = marks.mark([paper_id])
        lines.append(f"- **{escape_pandoc(paper.title)}**{year} {mark}: {said}")
    others = [claim for claim in section.claims if claim.role != "quote"]
    if others:
        lines += [""] * (len(section.claims) > len(others)) + [_told(others, marks)]
    if section.see_also:
        seen = (f"{s.number} {marks.mark(s.paper_ids)}".strip() for s in section.see_also)
        lines += ["", f"See also section {', '.join(seen)}."]
    if section.left_out:
        lines += ["", f"Left out: {escape_pandoc('; '.join(section.left_out))}."]
    return lines


def _open(item: OpenQuestion, marks: Marks) -> str:
    where = f" (section {', '.join(map(str, item.sections))})" if item.sections else ""
    return f"- {_sentence(item, marks)}{where}"


def _tables(report: SurveyReport, marks: Marks) -> list[str]:
    lines = []
    for n, table in enumerate(report.tables, start=1):
        lines += [
            f"## Table {n}. {escape_pandoc(table_title(table))}",
            "",
            *_table(table, marks, n),
            "",
        ]
    for why in report.failed_tables:
        lines += [f"*(A table could not be made: {escape_pandoc(why)}.)*", ""]
    return lines


def _table(table: Table, marks: Marks, n: int) -> list[str]:
    """Rows with each value's quote in a footnote."""
    names = [escape_pandoc(column.name) for column in table.columns]
    lines = [_line(["Paper", *names]), _line(["---"] * (len(names) + 1))]
    notes: list[str] = []
    for row in table.rows:
        cells = []
        for cell in row.cells:
            said = [_value(value, n, notes) for value in cell.values]
            cells.append("; ".join(said) or f"*{cell.state}*")
        lines.append(_line([marks.mark([row.paper_id]), *cells]))
    return [*lines, "", *(part for note in notes for part in (note, ""))][:-1]


def _value(value: Value, n: int, notes: list[str]) -> str:
    name = f"{n}-{len(notes) + 1}"
    said = value.citation.quote if value.citation else value.quote
    place = quoted_place(value.citation) if value.citation else "not found in the paper"
    doubt = f" *(no proof: {escape_pandoc('; '.join(value.doubts))})*" if value.doubts else ""
    # The full stop is what keeps renderers without footnotes from reading a link's definition.
    notes.append(f"[^{name}]: {quoted_pandoc(said)} ({place}).")
    return f"{escape_pandoc(value.text)}[^{name}]{doubt}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _verdicts(report: SurveyReport) -> list[str]:
    lines = ["## Verdicts", ""] if report.verdicts else []
    for verdict in report.verdicts:
        lines.append(f"- {escape_pandoc(verdict.question)} **{escape_pandoc(verdict.verdict)}**")
    return [*lines, ""] if lines else []


def _flow(report: SurveyReport) -> list[str]:
    """The counts, each step with what goes no further."""
    lines = ["## How papers came here", ""]
    for step in flow_steps(report.flow):
        why = "; ".join(step.why)
        out = f" ({step.out}: {escape_pandoc(why)})" if step.out else ""
        lines.append(f"- {step.count} {escape_pandoc(step.name)}{out}")
    return [*lines, ""]


def _queries(report: SurveyReport) -> list[str]:
    lines = ["Searches:", ""] if report.methods.queries else []
    for query in report.methods.queries:
        of = query.view or (f"section {query.section}" if query.section else "")
        said = quoted_pandoc(query.question) + (f" ({escape_pandoc(of)})" if of else "")
        lines.append(f"- {said}: {query.matched} matched, {query.kept} taken")
    return [*lines, ""] if lines else []


def _facts(head: str, facts: Sequence[Fact]) -> list[str]:
    if not facts:
        return []
    lines = [f"- {fact.name}: {escape_pandoc('; '.join(map(clean, fact.said)))}" for fact in facts]
    return [head, "", *lines, ""]
