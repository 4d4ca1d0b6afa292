"""The style in which a user's draft cites: its marks, its commands, its list of references."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from reviewer.render import paper_line, reference_list
from reviewer.render.citation_syntax import find_marks, highest_number, style_of
from reviewer.render.escape import escape_latex, escape_pandoc, for_pandoc
from reviewer.render.in_text import LATEX_STYLES, Marks, citation_key
from reviewer.tasks.checks.author_year import read_author_years
from reviewer.text.draft_prose import (
    Put,
    ReferenceList,
    numbered_references,
    put_reference,
    reference_list_of,
)
from reviewer.types import Paper

_COMMAND = re.compile(r"\\(cite|citep|parencite|autocite|footcite|supercite)(?=\s*[\[{])")
_BIBLATEX = frozenset(("parencite", "autocite", "footcite", "supercite"))
_LOADS_BIBLATEX = re.compile(r"\\(?:addbibresource|printbibliography)\b|\{biblatex\}")
_OURS = re.compile(r"\\(?:citep|autocite)(s?)(?=[\[{])")
_BIBITEMS_END = re.compile(r"\n?[ \t]*\\end\{thebibliography\}")
_HOUSE = re.compile(r"^\S+ · ")
_IEEE = re.compile(r",? [“\"][^”\"]+,[”\"]")
_NUMBER = re.compile(r"^\[?\d+[\].]\s*")


def draft_style(text: str, *, is_latex: bool) -> str:
    """The style of a draft's marks, one of `render.in_text.STYLES`; pandoc without a mark."""
    if is_latex:
        is_biblatex = _command_of(text) in _BIBLATEX or _LOADS_BIBLATEX.search(text)
        return "biblatex" if is_biblatex else "latex"
    keyed = [mark for mark in find_marks(text, ()) if mark.keys]
    by_authors, works = read_author_years(text, keyed)
    sure = sum(works[mark.keys[0]].is_sure for mark in by_authors)
    return "author-year" if sure > len(keyed) else style_of(text, is_latex=False)


def _command_of(text: str) -> str:
    """The command that the draft cites by most often; empty without one."""
    counts = Counter(_COMMAND.findall(text))
    return counts.most_common(1)[0][0] if counts else ""


def in_own_commands(sentences: str, text: str, style: str) -> str:
    """Sentences in LaTeX with the draft's own command for a citation in place of ours."""
    command = _command_of(text) if style in LATEX_STYLES else ""
    return _OURS.sub(rf"\\{command}\1", sentences) if command else sentences


def first_number(text: str) -> int:
    """The number of the next paper: after all that are cited or listed."""
    listed = (int(number) for number in numbered_references(text))
    return max([highest_number(text), *listed]) + 1


def reference_puts(text: str, papers: Sequence[Paper], marks: Marks) -> list[Put]:
    """The entries of new papers for the draft's own list of references, if it has one: in its form,
    in its order, with its numbers."""
    if marks.style in LATEX_STYLES:
        return list(_bibitems(text, papers))
    listed = reference_list_of(text) if papers else None
    if listed is None:
        return []
    return [
        put_reference(text, listed, _head(listed, marks.number_of(paper.id)) + line)
        for paper, line in _lines(text, papers, listed)
    ]


def _lines(
    text: str, papers: Sequence[Paper], listed: ReferenceList
) -> Iterator[tuple[Paper, str]]:
    """Each paper with its entry, in the style that most entries of the list are in; of a list with
    numbers in the order of the numbers, else in alphabetical order."""
    entries = listed.texts(text)
    most = len(entries) / 2
    lines = []
    for paper in papers:
        if sum(bool(_HOUSE.match(entry)) for entry in entries) > most:
            lines.append((paper, for_pandoc(paper_line(paper))))
            continue
        style = "ieee" if sum(bool(_IEEE.search(entry)) for entry in entries) > most else "apa"
        (line,) = reference_list([paper], style)
        lines.append((paper, escape_pandoc(_NUMBER.sub("", line))))
    return iter(lines if listed.is_numbered else sorted(lines, key=lambda pair: pair[1].casefold()))


def _head(listed: ReferenceList, number: int) -> str:
    """What stands before an entry, with its number."""
    return re.sub(r"\d+", str(number), listed.heads[-1])


def _bibitems(text: str, papers: Sequence[Paper]) -> Iterator[Put]:
    """The entries of a bibliography that stands in the draft itself."""
    end = _BIBITEMS_END.search(text)
    if end is None:
        return
    for paper in papers:
        (line,) = reference_list([paper], "apa")
        yield Put(end.start(), f"\n\\bibitem{{{citation_key(paper.key)}}} {escape_latex(line)}")
