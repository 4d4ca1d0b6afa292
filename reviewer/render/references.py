"""Formats reference lists in any style of the Citation Style Language."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from reviewer.errors import UsageError
from reviewer.render.csl import csl_item
from reviewer.render.in_text import year_suffixes
from reviewer.render.styles import csl_file
from reviewer.text import clean
from reviewer.types import Paper

if TYPE_CHECKING:
    from citeproc import CitationStylesStyle

DEFAULT_STYLE = "apa"
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
    return [line for _, line in references_in(papers, style)]


def references_in(papers: Sequence[Paper], style: str) -> list[tuple[Paper, str]]:
    """As `reference_list`, each line with its paper. Papers that share authors and year have the
    letters of their marks behind the year, where the style writes the year as a mark does."""
    from citeproc import Citation, CitationItem, CitationStylesBibliography, formatter
    from citeproc.source.json import CiteProcJSON

    suffixes = year_suffixes(papers)
    items = [
        {**_printed(paper), "id": f"p{n}", **_lettered(suffixes.get(paper.id, ""))}
        for n, paper in enumerate(papers)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a style need not know all fields
        bibliography = CitationStylesBibliography(
            _style(style), CiteProcJSON(items), formatter.plain
        )
        for item in items:
            bibliography.register(Citation([CitationItem(item["id"])]))
        bibliography.sort()
        lines = [str(line) for line in bibliography.bibliography()]
        order = [papers[int(key[1:])] for key in bibliography.keys]
    return [
        (paper, _mended(line, paper) + " [Retracted]" * paper.retracted)
        for line, paper in zip(lines, order, strict=True)
    ]


def _lettered(suffix: str) -> dict[str, str]:
    return {"year-suffix": suffix} if suffix else {}


def _printed(paper: Paper) -> dict[str, Any]:
    """The CSL item with the fields that are printed; no style changes the case of its names."""
    item = {name: value for name, value in csl_item(paper).items() if name in _PRINTED}
    if title := item.get("title"):
        item["title"] = " ".join(
            word if _PLAIN_WORD.fullmatch(word) else f'<span class="nocase">{word}</span>'
            for word in title.split(" ")
        )
    if "page" in item:
        item["page"] = re.sub(r"-+", "–", item["page"])
    return item


def _style(style: str) -> CitationStylesStyle:
    from citeproc import CitationStylesStyle
    from lxml.etree import XMLSyntaxError

    try:
        made = CitationStylesStyle(csl_file(style), validate=False)
        if made.has_bibliography():
            return made
    except (XMLSyntaxError, AttributeError, TypeError, ValueError) as error:
        raise UsageError(
            f"'{style}' cannot be read as a citation style",
            hint="Styles are .csl files; thousands are at https://github.com/citation-style-language/styles.",
        ) from error
    raise UsageError(f"the style '{style}' has no bibliography", hint="Name another one: apa, ieee")


def _mended(line: str, paper: Paper) -> str:
    """Mends what citeproc-py leaves undone: it adds the space after a number, and removes the
    second title where the title is already in the place of unknown authors."""
    line = _LABEL.sub(r"\1 ", clean(line))
    title = re.escape(clean(paper.title))
    if paper.authors or not title:
        return line
    twice = re.compile(rf"({title}.*?)[“\"‘']?{title}[.,]?[”\"’']?[.,]?\s*", re.IGNORECASE)
    return twice.sub(r"\1", line, count=1).strip()
