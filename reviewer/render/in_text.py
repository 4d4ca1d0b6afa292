"""In-text citations in the reader's own system: pandoc, LaTeX, numeric or author-year. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from reviewer.render.citation_syntax import pandoc_key
from reviewer.text import clean
from reviewer.text.names import authors_of
from reviewer.text.views import shorten
from reviewer.types import Citation, Paper

STYLES = ("pandoc", "latex", "numeric", "author-year")
_TITLE_CHARS = 40
_NOT_IN_KEYS = re.compile(r"[^\w:.+/-]")
_NOT_IN_BIBTEX = re.compile(r"[\s,{}()\"#%=~\\'@]+")
_COUNT = re.compile(r"\d[\d,.]*\s+(?:more\s+)?(?:authors?|others?|people)", re.IGNORECASE)
_NO_PAGES: Mapping[str, Sequence[int]] = MappingProxyType({})


def page_words(pages: Sequence[int]) -> str:
    """`, p. 3` or `, pp. 3, 5`; nothing without a page."""
    own = sorted(set(pages))
    return f", p{'p' * (len(own) > 1)}. {', '.join(map(str, own))}" if own else ""


def citation_key(key: str) -> str:
    """The key as a mark and a .bib entry can have it."""
    return _NOT_IN_KEYS.sub("-", key) or "paper"


def bibtex_key(key: str) -> str:
    """The key as a .bib entry can have it, with the letters of every script."""
    return _NOT_IN_BIBTEX.sub("-", clean(key)) or "paper"


class Marks:
    """The marks of one text in one of STYLES. The papers are numbered in order, from `first`. Names
    and titles in a mark pass through `escape`."""

    def __init__(
        self,
        style: str,
        papers: Sequence[Paper],
        first: int = 1,
        escape: Callable[[str], str] = str,
    ) -> None:
        self.style = style
        self._escape = escape
        self._papers = {paper.id: paper for paper in papers}
        self._numbers = {paper_id: n for n, paper_id in enumerate(self._papers, start=first)}
        self._labels = _labels(list(self._papers.values())) if style == "author-year" else {}

    def number_of(self, paper_id: str) -> int:
        return self._numbers[paper_id]

    def mark(self, paper_ids: Sequence[str], pages: Mapping[str, Sequence[int]] = _NO_PAGES) -> str:
        """One mark for these papers, each once, without a space before it: `[@a; @b, p. 3]`,
        `\\citep{a,b}`, `[1; 2, p. 3]` or `(Guo et al., 2025; "A Title", n.d.)`. Empty without a
        paper. `pages` has the cited pages of each paper; with them LaTeX has one mark for each."""
        own = [i for i in dict.fromkeys(paper_ids) if i in self._papers]
        if not own:
            return ""
        at = {i: page_words(pages.get(i, ())) for i in own}
        keys = {i: citation_key(self._papers[i].key) for i in own}
        if self.style == "pandoc":
            return f"[{'; '.join(f'{pandoc_key(keys[i])}{at[i]}' for i in own)}]"
        if self.style == "latex" and not any(at.values()):
            return rf"\citep{{{','.join(keys.values())}}}"
        if self.style == "latex":
            places = {i: f"[{at[i][2:].replace('. ', '.~', 1)}]" if at[i] else "" for i in own}
            return "".join(rf"\citep{places[i]}{{{keys[i]}}}" for i in own)
        if self.style == "numeric":
            numbered = [f"{n}{at[i]}" for n, i in sorted((self._numbers[i], i) for i in own)]
            return f"[{('; ' if any(at.values()) else ', ').join(numbered)}]"
        return self._escape(f"({'; '.join(', '.join(self._labels[i]) + at[i] for i in own)})")

    def of(self, citations: Sequence[Citation]) -> str:
        """One mark for the cited papers, with the pages that are known."""
        pages: dict[str, list[int]] = {}
        for citation in citations:
            pages.setdefault(citation.paper_id, []).extend([citation.page] if citation.page else [])
        return self.mark(list(pages), pages)

    def in_words(self, paper_id: str) -> str:
        """The mark as a part of the sentence: `@a`, `\\citet{a}`, `[1]`, `Guo et al. (2025)`."""
        key = citation_key(self._papers[paper_id].key)
        if self.style == "pandoc":
            return pandoc_key(key)
        if self.style == "latex":
            return rf"\citet{{{key}}}"
        if self.style == "numeric":
            return f"[{self._numbers[paper_id]}]"
        who, *when = self._labels[paper_id]
        return self._escape(f"{who} ({', '.join(when)})")


def known_authors(paper: Paper) -> list[str]:
    """Family names, and the names of groups, without counts such as "10 authors"."""
    names = [name.short for name in authors_of(paper)]
    return [name for name in names if name and not _COUNT.fullmatch(name)]


def _labels(papers: Sequence[Paper]) -> dict[str, tuple[str, ...]]:
    """Author and year of each paper, with its title for an author where none is known, and with a
    short title where two papers would have the same label."""
    short = {paper.id: (_who(paper), str(paper.year or "n.d.")) for paper in papers}
    count = Counter(short.values())
    labels: dict[str, tuple[str, ...]] = {}
    for paper in papers:
        who, year = short[paper.id]
        title = f'"{shorten(clean(paper.title), 2 * _TITLE_CHARS)}"'
        named = (who, year, title) if known_authors(paper) else (title, year)
        labels[paper.id] = named if count[who, year] > 1 else (who, year)
    return labels


def _who(paper: Paper) -> str:
    names = known_authors(paper)
    if not names:
        return f'"{shorten(clean(paper.title), _TITLE_CHARS)}"' if paper.title else paper.key
    return f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
