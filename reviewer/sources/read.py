"""The entries of one file: each format is asked in turn whether the file is its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from typing import Any

from reviewer.errors import SourceError
from reviewer.sources.entries import Entries, Format, ReadOptions
from reviewer.sources.text_file import BINARY, PACKED, file_bytes, text_of
from reviewer.types import Paper
from reviewer.types.papers import Skipped

PACKED_FORMATS = ("docx",)  # bytes, not text
FORMATS = tuple(  # in this order: those that a first line gives away before the others
    "openalex semantic_scholar csl_json pubmed_xml endnote_xml atom jats html bibtex nbib "
    "web_of_science ris enw jsonl daily_papers table markdown plain_text".split()
)
NAMED_FORMATS = (
    "PDF, BibTeX, RIS, CSL-JSON, PubMed (nbib and XML), EndNote (enw and XML), Web of Science, "
    "OpenAlex, Semantic Scholar, arXiv Atom, JATS, CSV and TSV, JSON Lines, daily-papers listings, "
    "and single papers as Markdown, text, HTML or DOCX"
)


def read_file(file: str, options: ReadOptions) -> Entries:
    """All entries of one file (`-` for standard input). A file that cannot be read gives one
    Skipped and no papers; this never raises for a file's content."""
    data = file_bytes(file)
    return Entries.refused(file, data) if isinstance(data, str) else read_bytes(data, file, options)


def read_bytes(data: bytes, file: str, options: ReadOptions) -> Entries:
    """All entries of what was read from `file`, as `read_file` gives them."""
    if not data.strip():
        return Entries.refused(file, "the file is empty")
    if (packed := _read_packed(data, file, options)) is not None:
        return packed
    decoded = text_of(data)
    if decoded is None:
        return Entries.refused(file, BINARY)
    entries = _read_text(decoded.text, file, options)
    if decoded.note and entries.papers:
        return replace(entries, notes=(Skipped(file=file, reason=decoded.note),))
    return entries


def _read_packed(data: bytes, file: str, options: ReadOptions) -> Entries | None:
    """The entries of a file that is not text; None for a text."""
    pdf = _format("pdf")
    if pdf.is_pdf(data):
        found: Entries = pdf.read_pdf(data, file, options)
        return found
    for packed in map(_format, PACKED_FORMATS):
        if packed.matches(data):
            return _collected(packed.read(data, file, options), file)
    reason = next((reason for magic, reason in PACKED.items() if data.startswith(magic)), "")
    return Entries.refused(file, reason) if reason else None


def _read_text(text: str, file: str, options: ReadOptions) -> Entries:
    if options.columns:
        table = _format("table")
        if table.matches_with(text, dict(options.columns)):
            return _collected(table.read(text, file, options), file)
    form: Format
    for form in map(_format, FORMATS):
        if form.matches(text):
            return _collected(form.read(text, file, options), file)
    return Entries.refused(file, f"its format is unknown; review reads {NAMED_FORMATS}")


def _format(name: str) -> Any:  # noqa: ANN401  a module of `formats`
    return import_module(f"reviewer.sources.formats.{name}")


def _collected(found: Iterator[Paper | Skipped], file: str) -> Entries:
    papers, skipped = [], []
    try:
        for entry in found:
            if isinstance(entry, Paper):
                papers.append(entry)
            else:
                skipped.append(entry)
    except SourceError as error:  # the file as a whole is refused
        skipped.append(Skipped(file=file, reason=error.message))
    if not papers and not skipped:
        return Entries.refused(file, "it holds no entries")
    return Entries(tuple(papers), tuple(skipped))
