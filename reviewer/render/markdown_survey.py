"""Survey reports and the index of a batch as Markdown, cited as pandoc does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from reviewer.render.cited_sentence import marked_sentence
from reviewer.render.citing import PANDOC, Citing
from reviewer.render.claim_notes import citations_of, remarks_on
from reviewer.render.describe import quoted_place
from reviewer.render.escape import escape_pandoc, quoted_pandoc
from reviewer.render.in_text import Marks
from reviewer.render.markdown import table_row
from reviewer.render.markdown_draft import nearest_markdown, section_markdown
from reviewer.render.methods import flow_steps, method_facts, news_facts, run_facts
from reviewer.render.provenance import Facts
from reviewer.render.styles import CitationStyle
from reviewer.render.table_words import table_title
from reviewer.text import counted
from reviewer.types import Claim, Paper, SurveyReport, Table
from reviewer.types.surveys import Batch, OpenQuestion, SurveySection
from reviewer.types.tables import Value

RUN_HEAD = "## This run"
"""The heading of all that may differ between two runs that say the same."""
_WEAK = "Nothing in this library is clearly on the topic; these papers are the nearest."


def survey_markdown(
    report: SurveyReport, style: CitationStyle = PANDOC, *, for_word: bool = False
) -> str:
    """The whole report: abstract, findings, introduction, sections, tables, closing section; then
    what is not proven, how papers came here, methods, references, and last what differs from run to
    run. The text itself has no remarks. `for_word` as for Citing."""
    citing = Citing(survey_papers(report), style, for_word=for_word)
    marks = citing.marks
    lines = [f"# {escape_pandoc(report.title)}", "", escape_pandoc(_head(report)), ""]
    lines += _facts("## What is new", news_facts(report))
    if not report.sections and not report.tables and report.failed:
        lines += ["*(This report could not be written.)*", ""]
    elif not report.sections and not report.tables:
        lines += ["Not enough evidence in this library for this topic.", ""]
        lines += nearest_markdown(report.papers)
    if report.is_weak:
        lines += [_WEAK, ""]
    lines += [f"*(Missing: {escape_pandoc(why)}.)*\n" for why in report.missing]
    lines += _prose("## Abstract", report.abstract, marks)
    lines += _list("## At a glance", _findings(report, marks))
    lines += _prose("## Introduction", report.introduction, marks)
    for number, section in enumerate(report.sections, start=1):
        lines += [*_section(number, section, report, marks), ""]
    lines += _tables(report, marks)
    lines += _prose("## Across the sections, and what is open", report.closing, marks)
    lines += _list("## Open questions", (_open(item, marks) for item in report.open_questions))
    said = (f"{escape_pandoc(v.question)} **{escape_pandoc(v.verdict)}**" for v in report.verdicts)
    lines += _list("## What the papers say to the question", said)
    lines += _list("## What is not proven", _not_proven(report))
    lines += _list("## How papers came here", _flow(report))
    lines += _list("Left out:", _left_out(report))
    lines += _facts("## Methods", method_facts(report))
    lines += _list("Searches:", _queries(report))
    lines += ["## References", "", *(line for line, _ in citing.references()), ""]
    return "\n".join([*lines, *_facts(RUN_HEAD, run_facts(report.made))])


def _prose(head: str, claims: Sequence[Claim], marks: Marks) -> list[str]:
    """The sentences under their head, paragraph by paragraph; nothing without any."""
    return [head, "", *_paragraphs(claims, marks)] if claims else []


def _paragraphs(claims: Sequence[Claim], marks: Marks, heads: Sequence[str] = ()) -> list[str]:
    """The paragraphs, each with its run-in head if it has one, and an empty line behind it."""
    lines = []
    for number in dict.fromkeys(claim.paragraph for claim in claims):
        own = [claim for claim in claims if claim.paragraph == number]
        said = " ".join(marked_sentence(c, marks, escape_pandoc, quoted_pandoc) for c in own)
        head = heads[number - 1] if 1 <= number <= len(heads) else ""
        run_in = f"**{escape_pandoc(head.rstrip('.'))}.** " if head else ""
        lines += [f"{run_in}{said}", ""]
    return lines


def _findings(report: SurveyReport, marks: Marks) -> Iterator[str]:
    """What each section finds, behind the section's title."""
    for finding in report.findings:
        title = escape_pandoc(_capital(report.sections[finding.section - 1].title))
        yield f"**{title}.** {marked_sentence(finding, marks, escape_pandoc, quoted_pandoc)}"


def _not_proven(report: SurveyReport) -> Iterator[str]:
    """The sentences of the report that failed their check, or were not checked, and why; and gaps
    that may be none."""
    for where, claim in report.sentences():
        if remarks := remarks_on(claim):
            why = f" ({escape_pandoc(claim.reason)})" if claim.reason else ""
            yield f"{escape_pandoc(where)}: {escape_pandoc(claim.text)} *{remarks}*{why}"
    yield from (f"left out: {escape_pandoc(asked)}" for asked in report.asked)
    for section in report.sections:
        for asked in section.asked:
            yield f"{escape_pandoc(section.title)}, left out: {escape_pandoc(asked)}"


def _left_out(report: SurveyReport) -> Iterator[str]:
    """The papers that are in no section, and what was left out of the sections."""
    known = {paper.id: paper for paper in report.papers}
    titles: dict[str, list[str]] = {}
    for left in report.left_out:
        if left.paper_id in known:
            title = f"*{escape_pandoc(known[left.paper_id].title)}*"
            titles.setdefault(left.why or "without a reason", []).append(title)
    for why, own in titles.items():
        yield f"{escape_pandoc(why)}: {'; '.join(own)}"
    for number, section in enumerate(report.sections, start=1):
        if said := "; ".join((*section.left_out, *section.notes)):
            yield f"section {number}: {escape_pandoc(said)}"


def _capital(title: str) -> str:
    return title[:1].upper() + title[1:]


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
    every = [*report.abstract, *report.findings, *(claim for _, claim in report.sentences())]
    cited = [citation.paper_id for citation in citations_of([*every, *report.open_questions])]
    cited += [row.paper_id for table in report.tables for row in table.rows]
    return [known[i] for i in dict.fromkeys(cited) if i in known]


def _head(report: SurveyReport) -> str:
    flow, writer = report.flow, report.methods.writer
    papers = counted(flow.cited, "paper")
    by = "looked through" if writer == "extractive" else "read"
    of = (
        f" {flow.read} of {counted(flow.library, 'paper')} in the library were {by}, those nearest "
        "by rank."
    )
    if writer == "extractive":
        return (
            f"What {papers} say in their own sentences.{of} No model is set, so nobody read "
            "whether they belong here, sections are named by their terms, and nothing is rephrased."
        )
    return f"Written by {writer} from {papers}; citations by code.{of}"


def _section(number: int, section: SurveySection, report: SurveyReport, marks: Marks) -> list[str]:
    lines = [f"## {number}. {escape_pandoc(_capital(section.title))}", ""]
    if section.questions:
        lines += [*(f"*{escape_pandoc(question)}*" for question in section.questions), ""]
    if section.state:
        new = f", {counted(len(section.new_ids), 'new paper')}" if section.new_ids else ""
        lines += [f"*({section.state}{new})*", ""]
    if section.failed:
        return [*lines, f"*(This section could not be written: {escape_pandoc(section.failed)}.)*"]
    quoted = [claim for claim in section.claims if claim.kind == "quote"]
    if quoted:
        only = section.model_copy(update={"claims": tuple(quoted)})
        lines += [*section_markdown(only, report.papers, marks), ""]
    own = [claim for claim in section.claims if claim.kind != "quote"]
    lines += _paragraphs(own, marks, section.heads)
    if section.see_also and quoted:
        seen = (f"{s.number} {marks.mark(s.paper_ids)}".strip() for s in section.see_also)
        lines += [f"See also section {', '.join(seen)}.", ""]
    return lines[:-1]


def _open(item: OpenQuestion, marks: Marks) -> str:
    """An open question, and the sections that leave it open."""
    where = f" (section {', '.join(map(str, item.sections))})" if item.sections else ""
    return f"{marked_sentence(item, marks, escape_pandoc, quoted_pandoc)}{where}"


def _tables(report: SurveyReport, marks: Marks) -> list[str]:
    lines: list[str] = []
    for n, table in enumerate(report.tables, start=1):
        is_grouped = any(row.group for row in table.rows)
        title = "The papers by section" if is_grouped else escape_pandoc(table_title(table))
        lines += [f"## Table {n}. {title}", "", *_table(table, marks, n), ""]
    for why in report.failed_tables:
        lines += [f"*(A table could not be made: {escape_pandoc(why)}.)*", ""]
    return lines


def _table(table: Table, marks: Marks, n: int) -> list[str]:
    """Rows with each value's quote in a footnote. A table in groups has a row for each group and no
    footnotes: the page has its quotes."""
    names = [escape_pandoc(column.name) for column in table.columns]
    lines = [table_row(["Paper", *names]), table_row(["---"] * (len(names) + 1))]
    notes: list[str] = []
    group = ""
    for row in table.rows:
        if row.group != group:
            group = row.group
            head = f"**{escape_pandoc(_capital(group))}**"
            lines.append(table_row([head, *("" for _ in names)]))
        cells = [
            "; ".join(
                _plain_value(value) if row.group else _value(value, n, notes)
                for value in cell.values
            )
            or ("" if row.group else f"*{cell.state}*")
            for cell in row.cells
        ]
        lines.append(table_row([marks.mark([row.paper_id]), *cells]))
    return [*lines, "", *(part for note in notes for part in (note, ""))][:-1]


def _plain_value(value: Value) -> str:
    return escape_pandoc(value.text) + (" *(no proof)*" if value.doubts else "")


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
    is_quoted = report.methods.writer == "extractive"
    for step in flow_steps(report.flow, is_quoted=is_quoted):
        why = "; ".join(step.why)
        why = why if why[:1].isdigit() else f"{step.out} {why}"
        out = f" ({escape_pandoc(why)})" if step.out else ""
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
