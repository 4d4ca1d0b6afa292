"""The entries of one file, whatever its format: formats are asked in turn whether it is theirs."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from reviewer.errors import SourceError
from reviewer.sources.entries import Entries, ReadOptions, Source
from reviewer.sources.text_file import BINARY, PACKED, file_bytes, text_of
from reviewer.types import Paper
from reviewer.types.papers import Skipped

PACKED_FORMATS = ("docx",)  # bytes, no text


FORMATS = tuple(  # asked in this order: those that a first line gives away before the others
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
    return _refused(file, data) if isinstance(data, str) else read_bytes(data, file, options)


def read_bytes(data: bytes, file: str, options: ReadOptions) -> Entries:
    """All entries of what was read from `file`, as `read_file` gives them."""
    if not data.strip():
        return _refused(file, "the file is empty")
    packed = _read_packed(data, file, options)
    if packed is not None:
        return packed
    decoded = text_of(data)
    if decoded is None:
        return _refused(file, BINARY)
    entries = _read_text(decoded.text, file, options)
    if decoded.note and entries.papers:
        note = Skipped(file=file, reason=decoded.note)
        return Entries(entries.papers, entries.skipped, (note,))
    return entries


def _read_packed(data: bytes, file: str, options: ReadOptions) -> Entries | None:
    """The entries of what is no text; None for a text."""
    pdf = import_module("reviewer.sources.formats.pdf")
    if pdf.is_pdf(data):
        found: Entries = pdf.read_pdf(data, file, options)
        return found
    for name in PACKED_FORMATS:
        packed = import_module(f"reviewer.sources.formats.{name}")
        if packed.matches(data):
            return _sorted(packed.read(data, file, options), file)
    for magic, reason in PACKED.items():
        if data.startswith(magic):
            return _refused(file, reason)
    return None


def _refused(file: str, reason: str) -> Entries:
    return Entries(skipped=(Skipped(file=file, reason=reason),))


def _read_text(text: str, file: str, options: ReadOptions) -> Entries:
    if options.columns:
        table = import_module("reviewer.sources.formats.table")
        if table.matches_with(text, dict(options.columns)):
            return _sorted(table.read(text, file, options), file)
    for name in FORMATS:
        source: Source = import_module(f"reviewer.sources.formats.{name}")
        if source.matches(text):
            return _sorted(source.read(text, file, options), file)
    return _refused(file, f"it is in no format that review reads: {NAMED_FORMATS}")


def _sorted(found: Iterator[Paper | Skipped], file: str) -> Entries:
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
        return _refused(file, "it holds no entries")
    return Entries(tuple(papers), tuple(skipped))
