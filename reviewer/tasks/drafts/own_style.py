"""The style in which a user's draft cites: its marks, its commands, its list of references."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from reviewer.render import paper_line, reference_list
from reviewer.render.citation_syntax import find_marks, highest_number, style_of
from reviewer.render.escape import escape_latex, escape_pandoc, for_pandoc
from reviewer.render.in_text import LATEX_STYLES, Marks, citation_key
from reviewer.render.references import references_in
from reviewer.tasks.checks.author_year import read_author_years
from reviewer.tasks.checks.notes import read_notes
from reviewer.text.draft_prose import (
    Put,
    ReferenceList,
    numbered_references,
    put_reference,
    reference_list_of,
    unnumbered_references,
)
from reviewer.types import Paper

_COMMAND = re.compile(r"\\(cite|citep|parencite|autocite|footcite|supercite)(?=\s*[\[{])")
_BIBLATEX = frozenset(("parencite", "autocite", "footcite", "supercite"))
_LOADS_BIBLATEX = re.compile(r"\\(?:addbibresource|printbibliography)\b|\{biblatex\}")
_OURS = re.compile(r"\\(?:citep|autocite)(s?)(?=[\[{])")
_NOTES_IN = "chicago-notes-bibliography"  # the style of notes that this program writes
_BIBITEMS_END = re.compile(r"\n?[ \t]*\\end\{thebibliography\}")
_NOTE_NUMBER = re.compile(r"\[\^(\d+)\]")
_HOUSE = re.compile(r"^\S+ · ")
# How a list's entries set a title tells its style; APA sets none of these signs.
_STYLES = {
    "ieee": re.compile(r"(?:^|,? )[“\"][^”\"]+(?:,[”\"]|”, \w|”\.$)"),
    "chicago-notes-bibliography": re.compile(r"(?:^|\. )[“\"][^”\"]+(?:[.?!][”\"]|”\. )"),
}
_NUMBER = re.compile(r"^\[?\d+[\].]\s*")


def draft_style(text: str, *, is_latex: bool) -> str:
    """The style of a draft's marks, one of `render.in_text.STYLES`; pandoc without a mark."""
    if is_latex:
        is_biblatex = _command_of(text) in _BIBLATEX or _LOADS_BIBLATEX.search(text)
        return "biblatex" if is_biblatex else "latex"
    keyed = [mark for mark in find_marks(text, ()) if mark.keys]
    by_authors, works = read_author_years(text, keyed)
    sure = sum(works[mark.keys[0]].is_sure for mark in by_authors)
    if len(read_notes(text, unnumbered_references(text)).marks) > max(sure, len(keyed)):
        return "note"
    return "author-year" if sure > len(keyed) else style_of(text, is_latex=False)


def _command_of(text: str) -> str:
    """The command that the draft cites by most often; empty without one."""
    counts = Counter(_COMMAND.findall(text))
    return counts.most_common(1)[0][0] if counts else ""


def in_own_commands(sentences: str, text: str, style: str) -> str:
    """Sentences in LaTeX with the draft's own command for a citation in place of ours."""
    command = _command_of(text) if style in LATEX_STYLES else ""
    return _OURS.sub(rf"\\{command}\1", sentences) if command else sentences


def first_number(text: str, style: str) -> int:
    """The number of the next paper, after all that are cited or listed; of the next note in the
    style `note`."""
    if style == "note":
        return max((int(found[1]) for found in _NOTE_NUMBER.finditer(text)), default=0) + 1
    listed = (int(number) for number in numbered_references(text))
    return max([highest_number(text), *listed]) + 1


def reference_puts(text: str, papers: Sequence[Paper], marks: Marks) -> list[Put]:
    """The entries of new papers for the draft's own list of references, if it has one: in its form,
    in its order, with its numbers."""
    if marks.style in LATEX_STYLES:
        return list(_bibitems(text, papers))
    listed = reference_list_of(text) if papers else None
    notes = _note_puts(text, papers, marks) if marks.style == "note" else []
    if listed is None:
        return notes
    return [
        put_reference(text, listed, _head(listed, marks.number_of(paper.id)) + line)
        for paper, line in _lines(text, papers, listed)
    ] + notes


def _note_puts(text: str, papers: Sequence[Paper], marks: Marks) -> list[Put]:
    """The notes that the marks name, behind the last note of the draft."""
    lines = {paper.id: line for paper, line in references_in(papers, _NOTES_IN)}
    notes = enumerate(marks.note_lines(lines), start=marks.first)
    ends = [end for _, end in read_notes(text, unnumbered_references(text)).spans]
    said = (f"\n[^{number}]: {escape_pandoc(note)}" for number, note in notes)
    return [Put(max(ends, default=len(text)), "".join(said))] if papers else []


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
        (line,) = reference_list([paper], _style_of_entries(entries))
        lines.append((paper, escape_pandoc(_NUMBER.sub("", line))))
    return iter(lines if listed.is_numbered else sorted(lines, key=lambda pair: pair[1].casefold()))


def _style_of_entries(entries: Sequence[str]) -> str:
    """The CSL style that most entries of a list look like."""
    for style, title in _STYLES.items():
        if sum(bool(title.search(entry)) for entry in entries) > len(entries) / 2:
            return style
    return "apa"


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
