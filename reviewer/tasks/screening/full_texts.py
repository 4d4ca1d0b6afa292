"""Joins the file of a full text to the record that was screened."""

from __future__ import annotations

from pathlib import Path

from reviewer.errors import UsageError
from reviewer.library import merge_papers
from reviewer.tasks.screening.screening import Screening
from reviewer.types import Paper
from reviewer.types.searches import Filters


def add_full_text(screening: Screening, paper: Paper, file: Path, by: str) -> Paper:
    """Read a file into the library as the full text of this paper, whatever title it has, and keep
    that the text was retrieved; gives the paper with it.

    Raises UsageError for a file that cannot be read, that holds no text or several papers, or that
    is the text of another record of the screening, and for a paper whose text is not sought.
    """
    screening.require_sought(paper)
    library = screening.library
    report = library.add([str(file)])
    if report.skipped:
        raise UsageError(f"{file}: {report.skipped[0].reason}", hint="Give a PDF with text.")
    found = library.papers(Filters(files=(str(file),)))
    if len(found) != 1 or not found[0].text_of("body"):
        raise UsageError(
            f"{file} is not the text of one paper", hint="Give the PDF of this paper alone."
        )
    text = found[0]
    screening.refresh()
    if text.id != paper.id:
        if text.id in screening.papers:
            raise UsageError(
                f"{file} is the text of another record, {text.key}",
                hint=f"If both are one paper: review duplicates --merge {paper.key} {text.key}",
            )
        merge_papers(library, [paper.key, text.key])
    joined = library.paper(paper.id)
    screening.retrieve(joined, "", by)
    return joined
