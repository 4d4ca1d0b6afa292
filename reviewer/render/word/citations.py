"""Citations and references of a Word file: their words in a style, and their codes for Zotero.

A citation is a field whose code is CSL-JSON (`ADDIN ZOTERO_ITEM CSL_CITATION`), the list another
(`ADDIN ZOTERO_BIBL`), as Zotero's own plug-in writes them: they can be set anew in another style.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from reviewer.render.citation_syntax import CitedGroup
from reviewer.render.csl import csl_item
from reviewer.render.describe import link_of
from reviewer.render.in_text import MarkParts, Marks, citation_key, page_words
from reviewer.render.references import references_in, without_label
from reviewer.render.styles import CitationStyle
from reviewer.types import Paper

_SCHEMA = "https://github.com/citation-style-language/schema/raw/master/csl-citation.json"
_NOT_CITED = ("abstract", "keyword", "custom", "note")  # fields that no style prints
BIBLIOGRAPHY_CODE = 'ADDIN ZOTERO_BIBL {"uncited":[],"omitted":[],"custom":[]} CSL_BIBLIOGRAPHY'


class WordCitations:
    """The citations of one document in one style. A style of numbers that sorts its list numbers
    the papers in that order. `references` are the papers with their lines, `bookmarks` the names
    of the places where these stand, by the paper's id."""

    def __init__(self, papers: Sequence[Paper], style: CitationStyle) -> None:
        """Raises UsageError for a style that cannot be read."""
        self.style = style.marks
        listed = references_in(papers, style.references or "ieee")
        in_order = [paper for paper, _ in listed]
        is_numeric = style.marks == "numeric"
        self.references = [
            (paper, f"[{n}] {without_label(line)}" if is_numeric else line)
            for n, (paper, line) in enumerate(listed, start=1)
        ]
        self.bookmarks = {
            paper.id: f"ref_{n}" for n, (paper, _) in enumerate(self.references, start=1)
        }
        self._marks = Marks(style.marks, in_order if is_numeric else papers)
        self._papers = {citation_key(paper.key): paper for paper in papers}
        self._lines = {paper.id: line for paper, line in self.references}
        self._count = 0

    def known(self, group: CitedGroup) -> dict[str, list[int]]:
        """The pages of each paper that the group cites, by the paper's id."""
        pages = group.pages_by_key.items()
        return {self._papers[key].id: own for key, own in pages if key in self._papers}

    def words(self, group: CitedGroup) -> MarkParts:
        """The mark in pieces, each with its paper. A note is the text of its footnote."""
        pages = self.known(group)
        if self.style == "note":
            self._marks.mark(list(pages), pages)
            texts = self._marks.note_texts(self._lines)[-1]
            closing = "" if texts[-1][1].endswith(".") else "."
            return MarkParts("", texts, "; ", closing)
        if group.is_year_alone and self.style == "author-year":
            texts = tuple((i, self._marks.year_of(i) + page_words(own)) for i, own in pages.items())
            return MarkParts("(", texts, "; ", ")")
        return self._marks.parts(list(pages), pages)

    def code(self, group: CitedGroup, words: MarkParts, note: int = 0) -> str:
        """The field's code: each cited paper as CSL-JSON, so that a program needs no library of
        its own. `note` is the number of the footnote that the citation stands in."""
        self._count += 1
        text = str(words)
        by_id = {paper.id: paper for paper in self._papers.values()}
        items = [
            _item(by_id[paper_id], pages, is_year_alone=group.is_year_alone)
            for paper_id, pages in self.known(group).items()
        ]
        citation = {
            "citationID": hashlib.sha256(f"{self._count} {text}".encode()).hexdigest()[:8],
            "properties": {"formattedCitation": text, "plainCitation": text, "noteIndex": note},
            "citationItems": items,
            "schema": _SCHEMA,
        }
        return f"ADDIN ZOTERO_ITEM CSL_CITATION {json.dumps(citation, ensure_ascii=False)}"


def _item(paper: Paper, pages: Sequence[int], *, is_year_alone: bool) -> dict[str, object]:
    data = {name: value for name, value in csl_item(paper).items() if name not in _NOT_CITED}
    at = page_words(pages).partition(". ")[2]
    return {
        "id": paper.key,
        "uris": [link_of(paper) or f"urn:review:{citation_key(paper.key)}"],
        "itemData": data,
        **({"locator": at, "label": "page"} if at else {}),
        **({"suppress-author": True} if is_year_alone else {}),
    }
