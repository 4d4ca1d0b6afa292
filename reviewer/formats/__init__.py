"""Ways results leave: one file each. Numbered references and dates are shared by all of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from reviewer.describing import around_quote as around_quote
from reviewer.describing import byline as byline
from reviewer.describing import link_of as link_of
from reviewer.describing import quoted_place as quoted_place
from reviewer.describing import readable_date as readable_date
from reviewer.describing import standing as standing
from reviewer.drafts import CheckedSentence, CheckReport
from reviewer.errors import ReviewError, UsageError
from reviewer.escaping import escape
from reviewer.kinds import marked_title
from reviewer.records import Citation, Paper
from reviewer.results import Answer, Row, Table, Value
from reviewer.text import counted

FORMATS = {
    "markdown": (".md", ".markdown", ".txt"),
    "json": (".json",),
    "csv": (".csv",),
    "bibtex": (".bib",),
    "ris": (".ris",),
    "csl-json": (".json",),
    "jsonl": (".jsonl",),
    "xlsx": (".xlsx",),
    "latex": (".tex",),
    "html": (".html", ".htm"),
}
TEXT_FORMS = ("markdown", "json")
ANSWER_FORMS = ("markdown", "json", "html")
TABLE_FORMS = ("markdown", "json", "csv", "xlsx", "latex", "html")
CHECK_FORMS = ("markdown", "json", "html")
EXPORT_FORMS = ("bibtex", "ris", "csl-json", "jsonl", "csv")


@dataclass(frozen=True)
class Reference:
    """A cited paper with its number in this result, and every citation of it in order."""

    number: int
    paper: Paper
    citations: tuple[Citation, ...]


def choose_format(name: str, output: str, forms: Sequence[str] = TEXT_FORMS) -> str:
    """The format that was named, else that of the output file's suffix, else the first of `forms`.

    Raises UsageError for a name that is no format, for a format that is none of the command's
    `forms`, and for a suffix that is no format's; and ReviewError for an output whose folder is not
    there, so that nobody learns it after the work.
    """
    folder = Path(output).parent
    if output and not folder.is_dir():
        raise ReviewError(
            f"{output} cannot be written: there is no folder {folder}",
            hint="Make the folder, or name another file with -o.",
        )
    suffix = Path(output).suffix.lower()
    fitting = [known for known, own in FORMATS.items() if suffix in own]
    own = next((known for known in fitting if known in forms), "")
    form = name or own or (fitting[0] if fitting else forms[0])
    known = f"Use --format {' or '.join(forms)}."
    if suffix and not fitting and not name:
        ends = " or ".join(dict.fromkeys(FORMATS[one][0] for one in forms))
        raise UsageError(
            f"{output} ends in {suffix}, which is no format of review",
            hint=f"Name a file that ends in {ends}; or choose: {known}",
        )
    if form not in forms:
        if form not in FORMATS:
            raise UsageError(f"'{form}' is no format", hint=known)
        said = f"--format {form}" if name else f"a {suffix} file"
        raise UsageError(f"this command does not write {said}", hint=known)
    return form


def references_of(answer: Answer) -> list[Reference]:
    """The cited papers, numbered in the order in which claims, then stances, first cite them."""
    papers = {item.paper.id: item.paper for item in answer.evidence}
    cited: dict[str, list[Citation]] = {}
    of_claims = [citation for claim in answer.claims for citation in claim.citations]
    of_stances = [stance.citation for stance in answer.stances if stance.citation is not None]
    for citation in [*of_claims, *of_stances]:
        if citation not in cited.setdefault(citation.paper_id, []):
            cited[citation.paper_id].append(citation)
    return [
        Reference(number, papers[paper_id], tuple(citations))
        for number, (paper_id, citations) in enumerate(cited.items(), start=1)
    ]


@dataclass(frozen=True)
class TableQuote:
    """A value of a table with its number in reading order, its paper and its column."""

    number: int
    paper: Paper
    row: Row
    column: str
    value: Value


def table_quotes(table: Table) -> list[TableQuote]:
    """Every value of the table, row by row, with proof or without."""
    papers = {paper.id: paper for paper in table.papers}
    values = [
        (row, cell.column, v) for row in table.rows for cell in row.cells for v in cell.values
    ]
    return [
        TableQuote(number, papers[row.paper_id], row, column, value)
        for number, (row, column, value) in enumerate(values, start=1)
    ]


def table_title(table: Table) -> str:
    topic = table.topic or "Comparison of papers"
    return topic[:1].upper() + topic[1:]


def nothing_found(table: Table) -> str:
    """What a table without rows says."""
    why = "is near the topic" if table.topic else "was chosen"
    return f"No paper in this library {why}. {table.coverage.reason}".rstrip()


def table_head(table: Table) -> str:
    """Who filled the table, and what its marks mean."""
    if table.writer == "extractive":
        needs = any(column.kind == "yes/no" for column in table.columns)
        return "No model is set: cells are the papers' own words, found by rules" + (
            "; whether a paper says yes or no takes a model (--model)." if needs else "."
        )
    return f"Filled by {table.writer}; code looked for every quote and number in its paper."


def check_line(report: CheckReport) -> str:
    """How many sentences were looked at, and how many of them fail."""
    of_sentences = [s for s in report.sentences if any(p.fails for p in s.problems)]
    of_entries = [e for e in report.entries if any(p.fails for p in e.problems)]
    found = sum(bool(s.quotes) and s not in of_sentences for s in report.sentences)
    unchecked = sum(
        s.support == "unchecked"
        and s not in of_sentences
        and bool(s.sentence.keys)
        and not s.quotes
        for s in report.sentences
    )
    entries = counted(len(report.entries), "entry", "entries")
    line = (
        f"{counted(report.sentences_read, 'sentence')}, {report.citing} of them cite: "
        f"{len(of_sentences)} {'fails' if len(of_sentences) == 1 else 'fail'}, {found} with quotes "
        f"that stand, {unchecked} not checked."
    )
    if not report.entries:
        return line
    return f"{line} {entries} in the bibliography: {len(of_entries)} with a fault."


def check_head(report: CheckReport) -> str:
    """Who judged, and what was not judged."""
    if report.writer == "extractive":
        return (
            "No model is set: what a sentence says in its own words is not checked, "
            "only its keys, quotes and figures."
        )
    return f"Judged by {report.writer}; keys, quotes and figures were checked by code."


def verdict_words(checked: CheckedSentence) -> str:
    """How a citing sentence stands to its papers, in words."""
    if checked.support == "supported" and checked.quotes:
        return "the papers' words"
    said = {
        "supported": "the papers support it, by the model's word",
        "partial": "the papers support a part of it, by the model's word",
        "contradicted": "the papers contradict it, by the model's word",
        "unsupported": "the papers do not support it, by the model's word",
    }
    return said.get(checked.support, "not checked: what it says in its own words")


def reference_line(reference: Reference) -> str:
    return f"[{reference.number}] {paper_line(reference.paper)}"


def paper_line(paper: Paper) -> str:
    """Key, title, authors or their note, venue, date and link, as far as they are known."""
    link = link_of(paper)
    pieces = [
        paper.key,
        escape(marked_title(paper)),
        escape(byline(paper)),
        escape(paper.venue),
        readable_date(paper),
        f"<{link}>" if link else "",
    ]
    return " · ".join(piece for piece in pieces if piece)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write the file so that it is there whole or not at all. A link stays one; a device or a pipe
    is written to, never replaced. Raises ReviewError."""
    whole = path.resolve()
    is_replaced = whole.is_file() or not whole.exists()
    place = whole.with_name(f".{whole.name}.{token_hex(4)}") if is_replaced else whole
    try:
        with place.open("wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode(errors="replace"))
            file.flush()
            if is_replaced:
                os.fsync(file.fileno())
        if is_replaced:
            place.replace(whole)
    except OSError as error:
        raise ReviewError(
            f"{path} cannot be written: {(error.strerror or str(error)).lower()}",
            hint="Name another file with -o.",
        ) from error
    finally:
        if is_replaced:
            place.unlink(missing_ok=True)
