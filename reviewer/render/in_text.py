"""In-text citations in the reader's own system: pandoc, LaTeX, numbers, years or notes. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from reviewer.render.citation_syntax import pandoc_key
from reviewer.render.describe import table_words
from reviewer.text import clean
from reviewer.text.names import authors_of
from reviewer.text.short_titles import short_title
from reviewer.types import Citation, Paper

STYLES = ("pandoc", "latex", "biblatex", "numeric", "author-year", "note")
"""`latex` are the commands of natbib, `note` are footnotes of Markdown."""
LATEX_STYLES = ("latex", "biblatex")
_NOT_IN_KEYS = re.compile(r"[^\w:.+/-]")
_QUOTE, _INNER_QUOTE = '"', "'"
_NOT_IN_BIBTEX = re.compile(r"[\s,{}()\"#%=~\\'@]+")
_COUNT = re.compile(r"\d[\d,.]*\s+(?:more\s+)?(?:authors?|others?|people)", re.IGNORECASE)
_NO_PAGES: Mapping[str, Sequence[int]] = MappingProxyType({})
_NO_TABLES: Mapping[str, str] = MappingProxyType({})


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


@dataclass(frozen=True)
class MarkParts:
    """A mark in pieces: what opens it, the text of each paper by its id, what is between two, and
    what closes it."""

    opening: str
    texts: tuple[tuple[str, str], ...]
    between: str
    closing: str

    def __str__(self) -> str:
        return self.opening + self.between.join(text for _, text in self.texts) + self.closing


@dataclass(frozen=True)
class Label:
    """A paper as an author-year mark names it: `Guo et al.` and `2025a`, or `SKR` and `n.d.`."""

    who: str
    when: str
    is_pair: bool = False

    @property
    def in_brackets(self) -> str:
        """Two authors have `&` within brackets and `and` in a sentence, as APA has it."""
        return self.who.replace(" and ", " & ") if self.is_pair else self.who


@dataclass(frozen=True)
class NamedMark:
    """A mark that stands behind the name of a paper, at character `end` of a text."""

    end: int
    paper_id: str
    mark: str


class Marks:
    """The marks of one text in one of STYLES. The papers are numbered in order, from `first`, and
    so are the notes. Names and titles in a mark pass through `escape`. `set_as` is the style in
    which a program will set pandoc's marks; without it they fit every style."""

    def __init__(
        self,
        style: str,
        papers: Sequence[Paper],
        first: int = 1,
        escape: Callable[[str], str] = str,
        set_as: str = "",
    ) -> None:
        self.style = style
        self.first = first
        self._escape = escape
        self._set_as = set_as or style
        self.is_set_later = bool(set_as)
        self._papers = {paper.id: paper for paper in papers}
        self._numbers = {paper_id: n for n, paper_id in enumerate(self._papers, start=first)}
        self._labels = labels_of(papers)
        self.notes: list[tuple[tuple[str, Sequence[int]], ...]] = []
        """Of the style `note`: the papers of each note, with their cited pages."""

    @property
    def follow_stops(self) -> bool:
        """True where a mark stands behind a comma or a full stop, as the number of a note does."""
        return self._set_as == "note"

    def number_of(self, paper_id: str) -> int:
        return self._numbers[paper_id]

    def mark(
        self,
        paper_ids: Sequence[str],
        pages: Mapping[str, Sequence[int]] = _NO_PAGES,
        tables: Mapping[str, str] = _NO_TABLES,
    ) -> str:
        """One mark for these papers, each once, without a space before it: `[@a; @b, p. 3]`,
        `\\citep{a,b}`, `[1; 2, p. 3]` or `(Guo et al., 2025; SKR, n.d.)`. Empty without a paper.
        `pages` has the cited pages of each paper, `tables` the table of a PDF, as `, Table 3`."""
        own = [i for i in dict.fromkeys(paper_ids) if i in self._papers]
        if not own:
            return ""
        if self.style in LATEX_STYLES:
            return self._latex(own, pages, tables)
        if self.style == "note":
            self.notes.append(tuple((i, tuple(pages.get(i, ()))) for i in own))
            return f"[^{self.first + len(self.notes) - 1}]"
        parts = self.parts(own, pages, tables)
        return self._escape(str(parts)) if self.style == "author-year" else str(parts)

    def parts(
        self,
        paper_ids: Sequence[str],
        pages: Mapping[str, Sequence[int]],
        tables: Mapping[str, str] = _NO_TABLES,
    ) -> MarkParts:
        """The mark of pandoc, of numbers or of authors and years, in pieces; nothing is escaped."""
        at = {i: tables.get(i, "") + page_words(pages.get(i, ())) for i in paper_ids}
        if self.style == "pandoc":
            keys = ((i, pandoc_key(citation_key(self._papers[i].key))) for i in paper_ids)
            return MarkParts("[", tuple((i, f"{key}{at[i]}") for i, key in keys), "; ", "]")
        if self.style == "numeric":
            numbered = sorted(paper_ids, key=lambda i: self._numbers[i])
            texts = tuple((i, f"{self._numbers[i]}{at[i]}") for i in numbered)
            return MarkParts("[", texts, "; " if any(at.values()) else ", ", "]")
        named = ((i, self._labels[i]) for i in paper_ids)
        texts = tuple((i, f"{label.in_brackets}, {label.when}{at[i]}") for i, label in named)
        return MarkParts("(", texts, "; ", ")")

    def _latex(
        self,
        paper_ids: Sequence[str],
        pages: Mapping[str, Sequence[int]],
        tables: Mapping[str, str],
    ) -> str:
        """`\\citep{a,b}`; where pages are known each paper has its own, in one bracket."""
        keys = [citation_key(self._papers[i].key) for i in paper_ids]
        places = (tables.get(i, "") + page_words(pages.get(i, ())) for i in paper_ids)
        at = [place[2:].replace(". ", ".~", 1) for place in places]
        optional = [f"[{place}]" if place else "" for place in at]
        command = r"\citep" if self.style == "latex" else r"\autocite"
        if len(keys) == 1 or not any(at):
            return f"{command}{optional[0]}{{{','.join(keys)}}}"
        each = [f"{place}{{{key}}}" for place, key in zip(optional, keys, strict=True)]
        if self.style == "biblatex":
            return rf"\autocites{''.join(each)}"
        grouped = "; ".join(rf"\citealp{one}" for one in each)
        return rf"\citetext{{{grouped}}}"

    def of(self, citations: Sequence[Citation]) -> str:
        """One mark for the cited papers, with the pages and the tables that are known. Marks that
        are set later have no tables: they are read again."""
        pages = pages_by_paper(citations)
        tables = {
            i: table_words([one for one in citations if one.paper_id == i])
            for i in pages
            if not self.is_set_later
        }
        return self.mark(list(pages), pages, tables)

    def in_words(self, paper_id: str) -> str:
        """The mark as a part of the sentence: `@a`, `\\citet{a}`, `[1]`, `Guo et al. (2025)`."""
        key = citation_key(self._papers[paper_id].key)
        if self.style == "pandoc":
            return pandoc_key(key)
        if self.style in LATEX_STYLES:
            return rf"\{'citet' if self.style == 'latex' else 'textcite'}{{{key}}}"
        if self.style == "numeric":
            return f"[{self._numbers[paper_id]}]"
        label = self._labels[paper_id]
        if self.style == "note":
            return f"{self._escape(label.who)}{self.mark([paper_id])}"
        return self._escape(f"{label.who} ({label.when})")

    def after_name(self, text: str, citations: Sequence[Citation]) -> NamedMark | None:
        """Where `text` names a cited paper as its mark would, the year alone stands behind the
        name: `SKR (n.d.) compares`. None in other styles and for a paper that is not named."""
        if self._set_as != "author-year":
            return None
        for paper_id, pages in pages_by_paper(citations).items():
            if paper_id in self._papers and (end := _name_end(text, self._labels[paper_id].who)):
                return NamedMark(end, paper_id, self._year_mark(paper_id, pages))
        return None

    def names_title(self, paper: Paper) -> bool:
        """True where the paper's mark is its title and its year, for want of authors and of a short
        name: beside the title it would say it twice."""
        return self.show_years and self._labels[paper.id].who.startswith('"')

    @property
    def show_years(self) -> bool:
        """True where each mark has the year of its paper."""
        return self._set_as == "author-year"

    def _year_mark(self, paper_id: str, pages: Sequence[int]) -> str:
        at = page_words(pages)
        if self.style == "pandoc":
            return f"[-{pandoc_key(citation_key(self._papers[paper_id].key))}{at}]"
        return self._escape(f"({self.year_of(paper_id)}{at})")

    def note_lines(self, lines: Mapping[str, str]) -> list[str]:
        """The notes of the style `note` as text, one a mark. `lines` has each paper's line in the
        list of references."""
        notes = ("; ".join(text for _, text in note) for note in self.note_texts(lines))
        return [note if note.endswith(".") else f"{note}." for note in notes]

    def note_texts(self, lines: Mapping[str, str]) -> list[tuple[tuple[str, str], ...]]:
        """For each note its papers' ids with their texts: a paper's whole line where it is first
        cited, its name later."""
        said, seen = [], set()
        for note in self.notes:
            texts = []
            for paper_id, pages in note:
                is_first = paper_id not in seen
                seen.add(paper_id)
                whole = _without_stop(lines[paper_id]) if is_first else self._short(paper_id)
                texts.append((paper_id, f"{whole}{page_words(pages)}"))
            said.append(tuple(texts))
        return said

    def year_of(self, paper_id: str) -> str:
        """The year in the mark of the paper: `2025a`, `n.d.`."""
        return self._labels[paper_id].when

    def _short(self, paper_id: str) -> str:
        """`Guo et al., "Pears Learn"`, or the short title alone where no author is known."""
        paper, who = self._papers[paper_id], self._labels[paper_id].who
        title = short_title(paper.title).text
        return f'{who}, "{title}"' if known_authors(paper) and title else who


def pages_by_paper(citations: Sequence[Citation]) -> dict[str, list[int]]:
    """The cited papers in order, each with the pages that are known."""
    pages: dict[str, list[int]] = {}
    for citation in citations:
        pages.setdefault(citation.paper_id, []).extend([citation.page] if citation.page else [])
    return pages


def _without_stop(line: str) -> str:
    return line if line.endswith("n.d.") else line.rstrip(".")


def _name_end(text: str, who: str) -> int:
    """Behind which character `text` has named `who`; 0 where it does not, or where a bracket
    follows the name already."""
    found = re.search(rf"(?<![\w-]){re.escape(who)}(?![\w-])(?:['’]s\b)?(?!\s*[(\[])", text)
    return found.end() if found else 0


def known_authors(paper: Paper) -> list[str]:
    """Family names, and the names of groups, without counts such as "10 authors"."""
    names = [name.short for name in authors_of(paper)]
    return [name for name in names if name and not _COUNT.fullmatch(name)]


def labels_of(papers: Sequence[Paper]) -> dict[str, Label]:
    """How author-year marks name each paper, by its id: by its authors, else by its short title.
    Those of the same name and year have a letter behind the year."""
    letters = year_suffixes(papers)
    return {
        paper.id: Label(
            _who(paper), _when(paper, letters.get(paper.id, "")), len(known_authors(paper)) == 2
        )
        for paper in papers
    }


def year_suffixes(papers: Sequence[Paper]) -> dict[str, str]:
    """`a`, `b`, ... by the id of each paper that shares its name and year with another, in the
    order of their titles."""
    same: dict[tuple[str, int | None], dict[str, Paper]] = {}
    for paper in papers:
        same.setdefault((_who(paper), paper.year), {})[paper.id] = paper
    letters: dict[str, str] = {}
    for own in same.values():
        ordered = sorted(own.values(), key=lambda paper: (paper.title.casefold(), paper.key))
        if len(ordered) > 1:
            letters |= {paper.id: _letter(n) for n, paper in enumerate(ordered)}
    return letters


def _letter(n: int) -> str:
    """`a` to `z`, then `aa`, `ab`, ..."""
    return (_letter(n // 26 - 1) if n >= 26 else "") + chr(ord("a") + n % 26)


def _when(paper: Paper, letter: str) -> str:
    if paper.year:
        return f"{paper.year}{letter}"
    return f"n.d.-{letter}" if letter else "n.d."


def _who(paper: Paper) -> str:
    names = known_authors(paper)
    if not names:
        named = short_title(paper.title)
        quoted = f'"{named.text.replace(_QUOTE, _INNER_QUOTE)}"' if named.text else paper.key
        return named.text if named.is_name else quoted
    return f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
