"""Survey reports and the index of a batch as Markdown, cited as pandoc does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from reviewer.render.cited_sentence import marked_sentence
from reviewer.render.claim_notes import citations_of
from reviewer.render.describe import quoted_place
from reviewer.render.escape import escape_pandoc, for_pandoc, quoted_pandoc
from reviewer.render.in_text import Marks
from reviewer.render.markdown import paper_line, table_row
from reviewer.render.markdown_draft import nearest_markdown, section_markdown, sentence_markdown
from reviewer.render.methods import flow_steps, method_facts, news_facts, run_facts
from reviewer.render.provenance import Facts
from reviewer.render.table_words import table_title
from reviewer.text import counted
from reviewer.types import Claim, Paper, SurveyReport, Table
from reviewer.types.surveys import Batch, OpenQuestion, SurveySection
from reviewer.types.tables import Value

RUN_HEAD = "## This run"
"""The heading of all that may differ between two runs that say the same."""
_WEAK = "Nothing in this library is clearly on the topic; these papers are the nearest."


def survey_markdown(report: SurveyReport) -> str:
    """The whole report: abstract, sections, tables, open questions, flow, methods, references, and
    last what differs from run to run."""
    papers = survey_papers(report)
    marks = Marks("pandoc", papers, escape=escape_pandoc)
    lines = [f"# {escape_pandoc(report.title)}", "", escape_pandoc(_head(report)), ""]
    lines += _facts("## What is new", news_facts(report))
    if not report.sections and not report.tables and report.failed:
        lines += ["*(This report could not be written.)*", ""]
    elif not report.sections and not report.tables:
        lines += ["Not enough evidence in this library for this topic.", ""]
        lines += nearest_markdown(report.papers)
    if report.is_weak:
        lines += [_WEAK, ""]
    if report.abstract:
        sentences = (sentence_markdown(claim, marks) for claim in report.abstract)
        lines += ["## Abstract", "", " ".join(sentences), ""]
    for number, section in enumerate(report.sections, start=1):
        lines += [*_section(number, section, report, marks), ""]
    lines += _tables(report, marks)
    lines += _list("## Open questions", (_open(item, marks) for item in report.open_questions))
    said = (f"{escape_pandoc(v.question)} **{escape_pandoc(v.verdict)}**" for v in report.verdicts)
    lines += _list("## Verdicts", said)
    lines += _list("## How these papers were found", _flow(report))
    lines += _facts("## Methods", method_facts(report))
    lines += _list("Searches:", _queries(report))
    lines += _list("## References", (for_pandoc(paper_line(paper)) for paper in papers))
    return "\n".join([*lines, *_facts(RUN_HEAD, run_facts(report.made))])


def index_markdown(batch: Batch) -> str:
    """A row for each report, with links to the files beside the index."""
    names = ["Report", "Sections", "Papers read", "Cited", "Remarks"]
    lines = [f"# {escape_pandoc(batch.title)}", "", table_row(names), table_row(["---"] * 5)]
    for report in batch.reports:
        link = f"[{escape_pandoc(report.title)}](<{quote(report.name)}.md>)"
        remark = "" if report.sections else "nothing found"
        if report.failed:
            remark = f"{counted(report.failed, 'part')} failed"
        counts = (len(report.sections), report.flow.read, report.flow.cited)
        lines.append(table_row([link, *map(str, counts), remark]))
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
    papers, writer = counted(report.flow.cited, "paper"), report.methods.writer
    if writer == "extractive":
        return (
            f"A survey of {papers} in their own sentences: no model is set, so sections are named "
            "by their terms, and nothing is rephrased or summed up."
        )
    return f"Written by {writer} from {papers}; citations by code."


def _section(number: int, section: SurveySection, report: SurveyReport, marks: Marks) -> list[str]:
    title = section.title[:1].upper() + section.title[1:]
    lines = [f"## {number}. {escape_pandoc(title)}", ""]
    if section.questions:
        lines += [*(f"*{escape_pandoc(question)}*" for question in section.questions), ""]
    if section.state:
        new = f", {counted(len(section.new_ids), 'new paper')}" if section.new_ids else ""
        lines += [f"*({section.state}{new})*", ""]
    lines += section_markdown(section, report.papers, marks)
    if section.failed:
        return lines
    if section.see_also:
        seen = (f"{s.number} {marks.mark(s.paper_ids)}".strip() for s in section.see_also)
        lines += ["", f"See also section {', '.join(seen)}."]
    if section.left_out:
        lines += ["", f"Left out: {escape_pandoc('; '.join(section.left_out))}."]
    return lines


def _open(item: OpenQuestion, marks: Marks) -> str:
    """An open question. It states nothing, so it has a remark only for what was left out."""
    where = f" (section {', '.join(map(str, item.sections))})" if item.sections else ""
    if item.unproven or item.dropped:
        return f"{sentence_markdown(item, marks)}{where}"
    return f"{marked_sentence(item, marks, escape_pandoc, quoted_pandoc)}{where}"


def _tables(report: SurveyReport, marks: Marks) -> list[str]:
    lines = []
    for n, table in enumerate(report.tables, start=1):
        title = escape_pandoc(table_title(table))
        lines += [f"## Table {n}. {title}", "", *_table(table, marks, n), ""]
    for why in report.failed_tables:
        lines += [f"*(A table could not be made: {escape_pandoc(why)}.)*", ""]
    return lines


def _table(table: Table, marks: Marks, n: int) -> list[str]:
    """Rows with each value's quote in a footnote."""
    names = [escape_pandoc(column.name) for column in table.columns]
    lines = [table_row(["Paper", *names]), table_row(["---"] * (len(names) + 1))]
    notes: list[str] = []
    for row in table.rows:
        cells = [
            "; ".join(_value(value, n, notes) for value in cell.values) or f"*{cell.state}*"
            for cell in row.cells
        ]
        lines.append(table_row([marks.mark([row.paper_id]), *cells]))
    return [*lines, "", *(part for note in notes for part in (note, ""))][:-1]


def _value(value: Value, n: int, notes: list[str]) -> str:
    """The value with the mark of its footnote, which joins the `notes` of table `n`."""
    name = f"{n}-{len(notes) + 1}"
    place = quoted_place(value.citation) if value.citation else "not found in the paper"
    doubt = f" *(no proof: {escape_pandoc('; '.join(value.doubts))})*" if value.doubts else ""
    # The full stop is what keeps renderers without footnotes from reading a link's definition.
    notes.append(f"[^{name}]: {quoted_pandoc(value.quote)} ({place}).")
    return f"{escape_pandoc(value.text)}[^{name}]{doubt}"


def _flow(report: SurveyReport) -> Iterator[str]:
    """The counts, each step with what goes no further."""
    for step in flow_steps(report.flow):
        out = f" ({step.out}: {escape_pandoc('; '.join(step.why))})" if step.out else ""
        yield f"{step.count} {escape_pandoc(step.name)}{out}"


def _queries(report: SurveyReport) -> Iterator[str]:
    for query in report.methods.queries:
        of = query.view or (f"section {query.section}" if query.section else "")
        asked = quoted_pandoc(query.question) + (f" ({escape_pandoc(of)})" if of else "")
        yield f"{asked}: {query.matched} matched, {query.kept} taken"


def _facts(head: str, facts: Facts) -> list[str]:
    named = (f"{name}: {escape_pandoc('; '.join(values))}" for name, values in facts.items())
    return _list(head, named)


def _list(head: str, items: Iterable[str]) -> list[str]:
    """The items under their head, nothing without any."""
    lines = [f"- {item}" for item in items]
    return [head, "", *lines, ""] if lines else []
