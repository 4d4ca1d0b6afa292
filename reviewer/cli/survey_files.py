"""Writes the files of a survey's reports into their folder: each whole, or not at all."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.errors import ReviewError, UsageError, require_path
from reviewer.render import write_whole
from reviewer.render.bibtex import bibtex
from reviewer.render.claim_notes import remarks_on
from reviewer.render.html.survey_index import index_html
from reviewer.render.html.survey_report import report_html
from reviewer.render.json import batch_json
from reviewer.render.markdown_survey import index_markdown, survey_markdown, survey_papers
from reviewer.render.styles import style_for
from reviewer.render.word.results import survey_docx
from reviewer.text import clean
from reviewer.text.views import shorten

if TYPE_CHECKING:
    from reviewer.types import Claim, SurveyReport
    from reviewer.types.surveys import Batch

INDEX = "survey.json"
_UNFINISHED = re.compile(r"\..+\.(?:md|bib|html|json|docx)\.[0-9a-f]{8}")


class ReportFiles:
    """A folder of reports: NAME.md, NAME.bib, NAME.html, NAME.docx, and an index of them all."""

    def __init__(self, folder: str, *, with_docx: bool, style: str = "") -> None:
        """A `folder` that ends in .docx is the one Word file; the others go into a folder beside
        it. `style` is that of the Word files. Raises UsageError for an address, for a folder with
        other things in it and for a style that a Word file cannot have, ReviewError for a folder
        that cannot be made."""
        require_path(folder, "the output", "Name a folder with -o.")
        is_file = folder.lower().endswith(".docx")
        self.folder = Path(folder).with_suffix("") if is_file else Path(folder)
        self._docx = Path(folder) if is_file else None
        self._with_docx = with_docx or is_file
        self._style = style_for("docx", style)
        if self.folder.is_dir() and not (self.folder / INDEX).is_file():
            for path in self.folder.iterdir():
                if not _UNFINISHED.fullmatch(path.name):
                    raise UsageError(
                        f"the folder {folder} holds other files, such as {path.name}",
                        hint="Name another with -o.",
                    )
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for path in self.folder.iterdir():
                if _UNFINISHED.fullmatch(path.name):  # of a run that was killed
                    path.unlink(missing_ok=True)
        except OSError as error:
            raise ReviewError(
                f"{folder} cannot be written: {(error.strerror or str(error)).lower()}",
                hint="Name another folder with -o.",
            ) from error

    def begin(self, batch: Batch) -> None:
        """Mark the folder as ours before the first report is written."""
        if not (self.folder / INDEX).is_file():
            self._write(INDEX, batch_json(batch))

    def write(self, report: SurveyReport) -> None:
        """Write the report in each of its forms, the bibliography first: the others refer to it."""
        books = bibtex(survey_papers(report))
        text = survey_markdown(report)
        self._write(f"{report.name}.bib", books)
        self._write(f"{report.name}.md", text)
        self._write(f"{report.name}.html", report_html(report, "index.html"))
        if self._with_docx:
            place = self._docx or self.folder / f"{report.name}.docx"
            write_whole(place, survey_docx(report, self._style))

    def finish(self, batch: Batch) -> None:
        """Write the index, once all reports are written."""
        self._write("index.md", index_markdown(batch))
        self._write("index.html", index_html(batch))
        self._write(INDEX, batch_json(batch))

    def _write(self, name: str, content: str | bytes) -> None:
        write_whole(self.folder / name, content)


def _is_unproven(claim: Claim) -> bool:
    return bool(remarks_on(claim))


def summary_lines(batch: Batch) -> list[str]:
    """A table of the reports, a line each, its columns aligned."""
    rows = [["report", "sections", "words", "read", "cited", "not proven", "failed"]]
    for report in batch.reports:
        flow, unproven = report.flow, sum(_is_unproven(c) for _, c in report.sentences())
        counts = (len(report.sections), report.words(), flow.read, flow.cited)
        figures = (*counts, unproven or "", report.failed or "")
        rows.append([shorten(clean(report.title), 50), *map(str, figures)])
    first, *others = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join([row[0].ljust(first), *map(str.rjust, row[1:], others)]).rstrip() for row in rows
    ]
