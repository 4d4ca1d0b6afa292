"""The formats of results: which kind has which, which function writes each, and to a file."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from secrets import token_hex

from reviewer.errors import ReviewError, UsageError, require_path

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
    "docx": (".docx",),
    "svg": (".svg",),
    "graphml": (".graphml",),
}
# For each kind of result its forms, the usual one first, and the function that writes each.
WRITERS = {
    "Answer": {
        "markdown": "markdown_answer.answer_markdown",
        "json": "json.answer_json",
        "html": "html.answer.answer_html",
        "docx": "word.results.answer_docx",
    },
    "Table": {
        "markdown": "markdown_table.table_markdown",
        "json": "json.table_json",
        "csv": "csv.table_csv",
        "xlsx": "xlsx.table_xlsx",
        "latex": "latex.table_latex",
        "html": "html.table.table_html",
        "docx": "word.results.table_docx",
    },
    "RelatedWork": {
        "markdown": "markdown_draft.draft_markdown",
        "latex": "latex_draft.draft_latex",
        "json": "json.draft_json",
        "html": "html.draft.draft_html",
        "docx": "word.results.draft_docx",
    },
    "KeptDraft": {"json": "json.kept_draft_json"},
    "KeptSurvey": {"json": "json.kept_survey_json"},
    "Batch": {"json": "json.batch_json"},
    "CheckReport": {
        "markdown": "check.check_markdown",
        "json": "json.check_json",
        "html": "html.check.check_html",
    },
    "Suggestions": {
        "markdown": "suggestions.suggestions_markdown",
        "json": "suggestions.suggestions_json",
        "html": "html.suggestions.suggestions_html",
    },
    "Disagreements": {
        "markdown": "disagreements.disagreements_markdown",
        "json": "disagreements.disagreements_json",
        "html": "html.disagreements.disagreements_html",
    },
    "Comparison": {
        "markdown": "comparisons.comparison_markdown",
        "json": "comparisons.comparison_json",
        "html": "html.comparison.comparison_html",
    },
    "Found": {"markdown": "markdown.found_markdown", "json": "json.found_json"},
    "QuoteFound": {"markdown": "quote_places.places_markdown", "json": "quote_places.places_json"},
    "Gaps": {
        "markdown": "gaps.gaps_markdown",
        "json": "gaps.gaps_json",
        "html": "html.gaps.gaps_html",
    },
    "LearningPath": {
        "markdown": "learning.learning_markdown",
        "json": "learning.learning_json",
        "html": "html.learning.learning_html",
    },
    "Digest": {"markdown": "digest.digest_markdown", "json": "digest.digest_json"},
    "CitationGraph": {
        "markdown": "citation_graph.graph_markdown",
        "json": "citation_graph.graph_json",
        "graphml": "citation_graph.graph_graphml",
        "html": "html.citation_graph.graph_html",
    },
    "ConceptGraph": {
        "markdown": "concept_graph.concepts_markdown",
        "json": "concept_graph.concepts_json",
        "graphml": "concept_graph.concepts_graphml",
    },
    "Flow": {
        "markdown": "flow.flow_markdown",
        "svg": "flow.flow_svg",
        "html": "flow.flow_html",
        "docx": "flow.flow_docx",
        "csv": "flow.flow_csv",
        "json": "flow.flow_json",
    },
    "ScreenedRecords": {
        "csv": "screened.screened_csv",
        "ris": "screened.screened_ris",
        "jsonl": "screened.screened_jsonl",
    },
    "FilledForm": {
        "markdown": "forms.form_markdown",
        "csv": "forms.form_csv",
        "html": "forms.form_html",
        "json": "forms.form_json",
    },
    "Sheet": {"csv": "forms.sheet_csv"},
    "papers": {
        "bibtex": "bibtex.bibtex",
        "ris": "ris.ris",
        "csl-json": "csl.csl_json",
        "jsonl": "json.papers_jsonl",
        "csv": "csv.papers_csv",
    },
}

_OF_BYTES = ("xlsx", "docx")  # which no terminal shows

# What a notebook shows in place of a whole page.
NOTEBOOK_PARTS = {"Answer": "html.answer.answer_notebook"}


def forms_of(kind: str) -> tuple[str, ...]:
    """The forms of a kind of result (`Answer`, `Table`, ..., `papers`), the usual one first."""
    return tuple(WRITERS[kind])


def render(result: object, form: str, **options: object) -> str | bytes:
    """The result, or a list or tuple of papers, in one of its forms: a text, or bytes for a
    workbook and a Word file. `options` are those of the form's own function, such as `with_proof`
    of Markdown."""
    kind = "papers" if isinstance(result, list | tuple) else type(result).__name__
    return _written(WRITERS[kind][form], result, options)


def notebook_form(result: object, form: str) -> str | None:
    """What a notebook shows of the result: its Markdown, or a part of a page; None where its kind
    has none."""
    kind = type(result).__name__
    if form == "markdown":
        return str(_written(WRITERS[kind][form], result, {}))
    return str(_written(NOTEBOOK_PARTS[kind], result, {})) if kind in NOTEBOOK_PARTS else None


def _written(function: str, result: object, options: Mapping[str, object]) -> str | bytes:
    module, _, name = function.rpartition(".")
    write = getattr(import_module(f"reviewer.render.{module}"), name)
    written: str | bytes = write(result, **options)
    return written


def choose_format(name: str, output: str, forms: Sequence[str] = ("markdown", "json")) -> str:
    """The named format, else the one of the output file's suffix, else the first of `forms`.

    Raises UsageError for an unknown format, an unknown suffix, a format that the command does not
    write, a workbook or a Word file without a file, and an address as the output. Raises
    ReviewError when the output's folder does not exist, before any work is done.
    """
    require_path(output, "the output", "Name a file with -o.")
    folder = Path(output).parent
    if output and not folder.is_dir():
        raise ReviewError(
            f"{output} cannot be written: the folder {folder} does not exist",
            hint="Make the folder, or name another file with -o.",
        )
    suffix = Path(output).suffix.lower()
    fitting = [known for known, own in FORMATS.items() if suffix in own]
    form = name or next((own for own in fitting if own in forms), [*fitting, forms[0]][0])
    known = f"Use --format {' or '.join(forms)}."
    if suffix and not fitting and not name:
        ends = " or ".join(dict.fromkeys(FORMATS[one][0] for one in forms))
        raise UsageError(
            f"{output} ends in {suffix}, which is not a known format",
            hint=f"Name a file that ends in {ends}; or choose: {known}",
        )
    if form not in forms:
        if form not in FORMATS:
            raise UsageError(f"unknown format '{form}'", hint=known)
        asked = f"--format {form}" if name else f"a {suffix} file"
        raise UsageError(f"this command does not write {asked}", hint=known)
    if form in _OF_BYTES and output in ("", "-"):
        raise UsageError(f"--format {form} needs a file", hint=f"Name one: -o FILE.{form}")
    return form


def write_whole(path: Path, content: str | bytes) -> None:
    """Writes the file completely or not at all. A link stays a link; a device or a pipe is written
    to, never replaced. Raises UsageError for an address, and ReviewError when it cannot be
    written."""
    require_path(path, "the output", "Name a file with -o.")
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
