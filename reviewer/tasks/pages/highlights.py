"""Writes copies of PDFs with what runs quoted from them as highlights. The originals stay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.errors import OutputError, SourceError, UsageError, make_folder, require_path
from reviewer.grounding import locate
from reviewer.sources.pdf.pages import with_highlights
from reviewer.tasks.pages.files import PaperFile, files_of
from reviewer.tasks.pages.kept_views import KeptViews
from reviewer.tasks.pages.quotes import find_on_pages, in_file
from reviewer.text import clean, counted
from reviewer.text.filenames import file_names
from reviewer.text.invisible import visible
from reviewer.types import Citation, Paper
from reviewer.types.pages import Highlight, HighlightedCopy, QuoteOnPages
from reviewer.types.progress import Progress, silent

if TYPE_CHECKING:
    from reviewer.library import Library

_HINT = "Name a folder: review export --highlight DIR"
_PDF = ".pdf"


def write_highlighted(
    library: Library,
    papers: Sequence[Paper],
    folder: Path,
    *,
    run_id: str = "",
    kept: KeptViews | None = None,
    progress: Progress = silent,
) -> list[HighlightedCopy]:
    """Write a copy `KEY.pdf` into the folder of each of these papers' PDFs, with its quotes as
    highlights; a highlight's note is what was asked. Quotes are those of all runs, or only of the
    run `run_id`. A paper without a quote is left out; one whose PDF is not there has its reason.

    Raises UsageError for an address, or a folder where a copy would take an original's place,
    and OutputError where the folder or a copy cannot be written.
    """
    require_path(folder, "the folder of copies", _HINT)
    make_folder(folder, f"the folder {folder} cannot be made", OutputError, _HINT)
    views = kept or KeptViews()
    quoted = [(paper, _notes_by_citation(library, paper, run_id)) for paper in papers]
    quoted = [(paper, notes) for paper, notes in quoted if notes]
    names = file_names([paper.key for paper, _ in quoted], _PDF)
    originals = set(library.catalogue.files())
    for (paper, _), name in zip(quoted, names, strict=True):
        if str((folder / name).resolve()) in originals:
            raise UsageError(
                f"{folder / name} is a PDF that papers were read from, and stays as it is",
                hint=f"Name another folder for the copy of {paper.key}.",
            )
    copies = []
    for n, ((paper, notes), name) in enumerate(zip(quoted, names, strict=True)):
        progress("Highlighting", n, len(quoted))
        copies.append(_copy(library, paper, notes, folder / name, views))
    return copies


def _notes_by_citation(library: Library, paper: Paper, run_id: str) -> dict[Citation, list[str]]:
    """Each quote of the paper, once, and what was asked when it was quoted."""
    notes: dict[Citation, list[str]] = {}
    for quote in library.ledger.quoted_from(paper.id, run_id):
        citation = quote.citation
        place = citation.part, citation.start, citation.end
        first = next((c for c in notes if (c.part, c.start, c.end) == place), citation)
        asked = notes.setdefault(first, [])
        if quote.about not in asked:
            asked.append(quote.about)
    return notes


def _copy(
    library: Library,
    paper: Paper,
    notes: dict[Citation, list[str]],
    target: Path,
    kept: KeptViews,
) -> HighlightedCopy:
    made = HighlightedCopy(key=paper.key, quotes=len(notes))
    held = files_of(library, paper)
    if not held or held[0].path is None:
        reason = held[0].fault if held else f"{paper.key} was not read from a PDF"
        return made.model_copy(update={"reason": reason})
    file = held[0]
    highlights: list[Highlight] = []
    missed: list[str] = []
    for citation, asked in notes.items():
        own = list(_highlights(library, paper, citation, asked, file, kept))
        highlights += own
        if not own:
            missed.append(citation.quote)
    made = made.model_copy(update={"missed": tuple(missed)})
    if not highlights:
        reason = f"{counted(len(missed), 'quote')} of {paper.key} not found on its pages"
        return made.model_copy(update={"reason": reason})
    try:
        copy = with_highlights(file.read(), file.name, highlights)
    except SourceError as error:
        return made.model_copy(update={"reason": error.message})
    _write(target, copy)
    return made.model_copy(update={"file": str(target)})


def _highlights(
    library: Library,
    paper: Paper,
    citation: Citation,
    asked: Iterable[str],
    file: PaperFile,
    kept: KeptViews,
) -> Iterator[Highlight]:
    """One highlight a page; none where the words were not found. The boxes of this file alone."""
    found = _found(library, paper, citation, kept)
    if found is None or found.file != file.name:
        return
    note = "\n".join(visible(clean(question)) for question in asked)
    for piece in found.pieces:
        if piece.boxes:
            view, _ = kept.view(
                file.sha256, piece.page, file.read, file.name, has_ocr=piece.has_ocr
            )
            yield Highlight(page=piece.page, boxes=in_file(piece.boxes, view), note=note)


def _found(
    library: Library, paper: Paper, citation: Citation, kept: KeptViews
) -> QuoteOnPages | None:
    """The quote on its pages; where the paper's text has changed since, by its words."""
    text = paper.text_of(citation.part)
    span: tuple[int, int] | None = citation.start, citation.end
    if text[citation.start : citation.end] != citation.quote:
        span = locate(citation.quote, text)
    return find_on_pages(library, paper, citation.part, *span, kept=kept) if span else None


def _write(target: Path, data: bytes) -> None:
    part = target.with_name(f".{target.name}.part")
    try:
        part.write_bytes(data)
        part.replace(target)
    except OSError as error:
        raise OutputError(
            f"{target} cannot be written: {(error.strerror or str(error)).lower()}",
            hint="Name another folder.",
        ) from error
    finally:
        part.unlink(missing_ok=True)
