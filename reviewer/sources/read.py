"""The entries of one file: each format is asked in turn whether the file is its own.

What a reader raises ends here: it costs the entry at which it was raised, and no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Any, TypeVar

from reviewer.errors import SourceError
from reviewer.sources.entries import Entries, ReadOptions
from reviewer.sources.labels_left import labels_left
from reviewer.sources.text_file import BINARY, PACKED, ZIP_MARK, file_bytes, text_of
from reviewer.text import clean
from reviewer.text.views import shorten
from reviewer.types import Paper
from reviewer.types.papers import Remark, Skipped
from reviewer.types.sound import sound_names

T = TypeVar("T")
FAULT = "review has a fault that shows here"
_FAULT_CHARS = 80
_PROJECT = (
    "it is an ASReview project: export its records there (CSV or RIS) and add that file; its "
    "decisions go into a screening: review screen import FILE"
)
_RAYYAN = (
    "it is an archive of Rayyan: unpack it and add its file of articles; its decisions go into a "
    "screening: review screen import FILE"
)
_MOST_HEADS = 12
PACKED_FORMATS = ("docx",)  # bytes, not text
FORMATS = tuple(  # in this order: those that a first line gives away before the others
    "openalex semantic_scholar zotero_json csl_json pubmed_xml endnote_xml atom jats html bibtex "
    "nbib web_of_science ris enw jsonl daily_papers table markdown plain_text".split()
)
# As a page that asks for a password, saved in place of the paper.
_NOT_A_PDF = "its name ends in .pdf, but it holds a text that is not a PDF: download it again"
NAMED_FORMATS = (
    "PDF, BibTeX, RIS, CSL-JSON, Zotero's JSON, PubMed (nbib and XML), EndNote (enw and XML), "
    "Web of Science, OpenAlex, Semantic Scholar, arXiv Atom, JATS, CSV and TSV, JSON Lines, "
    "daily-papers listings, and single papers as Markdown, text, HTML or DOCX"
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
    if not entries.papers:
        return entries
    said = [words for words in (decoded.note, labels_left(decoded.text)) if words]
    notes = tuple(Skipped(file=file, reason=words) for words in said)
    return replace(entries, notes=(*notes, *entries.notes))


def read_references(text: str, file: str) -> list[Paper | Skipped]:
    """The entries of a BibTeX file's text in order, those without a title too."""
    return _entries(lambda: _format("bibtex").references(text, file), file)


def _read_packed(data: bytes, file: str, options: ReadOptions) -> Entries | None:
    """The entries of a file that is not text; None for a text."""
    pdf = _format("pdf")
    if pdf.is_pdf(data):
        found: Entries | Skipped = _caught(lambda: pdf.read_pdf(data, file, options), file)
        return found if isinstance(found, Entries) else Entries(skipped=(found,))
    for packed in map(_format, PACKED_FORMATS):
        if packed.matches(data):
            return _collected(partial(packed.read, data, file, options), file)
    if data.startswith(ZIP_MARK) and b"project.json" in data and b"results.db" in data:
        return Entries.refused(file, _PROJECT)
    if data.startswith(ZIP_MARK) and b"customizations_log.csv" in data:
        return Entries.refused(file, _RAYYAN)
    reason = next((reason for magic, reason in PACKED.items() if data.startswith(magic)), "")
    return Entries.refused(file, reason) if reason else None


def _read_text(text: str, file: str, options: ReadOptions) -> Entries:
    if options.columns:
        table = _format("table")
        if table.matches_with(text, dict(options.columns)):
            return _collected(lambda: table.read(text, file, options), file)
    faults: list[Skipped] = []
    for form in map(_format, FORMATS):
        is_own = _caught(partial(form.matches, text), file)
        if isinstance(is_own, Skipped):
            faults.append(is_own)
        elif is_own:
            return _collected(partial(form.read, text, file, options), file)
    if faults:
        return Entries(skipped=tuple(faults))
    if heads := _format("table").heads_of_table(text):
        named = ", ".join(heads[:_MOST_HEADS])
        return Entries.refused(
            file,
            f"no column of this table is known as the title (its heads: {named}); say what they "
            f"hold: --column '{heads[0]}=title'",
        )
    return Entries.refused(file, _why_unknown(file))


def _why_unknown(file: str) -> str:
    """Why a text was not read that no format takes."""
    is_named_pdf = file.lower().endswith(".pdf")
    return _NOT_A_PDF if is_named_pdf else f"its format is unknown; review reads {NAMED_FORMATS}"


def _format(name: str) -> Any:  # noqa: ANN401  a module of `formats`
    return import_module(f"reviewer.sources.formats.{name}")


def _collected(read: Callable[[], Iterator[Paper | Skipped]], file: str) -> Entries:
    found = [_titled(entry, file) for entry in _entries(read, file)]
    papers = tuple(entry for entry in found if isinstance(entry, Paper))
    notes = tuple(entry for entry in found if isinstance(entry, Remark))
    skipped = tuple(e for e in found if isinstance(e, Skipped) and not isinstance(e, Remark))
    if not found:
        return Entries.refused(file, "it holds no entries")
    return Entries(papers, skipped, notes)


def _titled(entry: Paper | Skipped, file: str) -> Paper | Skipped:
    """The entry; Skipped for a paper in whose title nothing can be seen, which no bibliography
    could hold."""
    if isinstance(entry, Skipped) or sound_names([entry.title]):
        return entry
    position = entry.origins[0].position if entry.origins else 0
    return Skipped(file=file, position=position, reason="its title holds nothing that can be seen")


def _entries(read: Callable[[], Iterator[Paper | Skipped]], file: str) -> list[Paper | Skipped]:
    """What a reader gives, in order, with a Skipped in place of what it raises."""
    found = _caught(read, file)
    entries: list[Paper | Skipped] = []
    while not isinstance(found, Skipped):
        entry = _caught(partial(next, found, None), file, lambda: getattr(found, "position", 0))
        if entry is None:
            return entries
        entries.append(entry)
    return [found]


def _caught(act: Callable[[], T], file: str, position: Callable[[], int] = int) -> T | Skipped:
    """What `act` gives; Skipped for what it raises. A file that a reader refuses as a whole is one
    SourceError; any other error is a fault of the reader's own."""
    try:
        return act()
    except SourceError as error:
        reason = error.message
    except Exception as error:  # noqa: BLE001  no fault of one reader ends an import
        said = shorten(clean(f"{type(error).__name__}: {error}"), _FAULT_CHARS)
        reason = f"{FAULT} ({said}); please report it"
    return Skipped(file=file, position=position(), reason=reason)
