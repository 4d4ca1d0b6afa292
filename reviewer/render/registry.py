"""The formats that results are written in, and which of them a command writes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reviewer.errors import ReviewError, UsageError

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


def choose_format(name: str, output: str, forms: Sequence[str] = TEXT_FORMS) -> str:
    """The named format, else the one of the output file's suffix, else the first of `forms`.

    Raises UsageError for an unknown format, an unknown suffix, and a format that the command does
    not write. Raises ReviewError when the output's folder does not exist, before any work is done.
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
