"""How a Markdown text cites: its marks, its list of references and its notes, in one style."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.render.escape import escape_pandoc, for_pandoc
from reviewer.render.in_text import Marks
from reviewer.render.markdown import paper_line
from reviewer.render.references import references_in, without_label
from reviewer.render.styles import CitationStyle
from reviewer.render.word.markup import REFERENCES_PLACE
from reviewer.types import Paper

NUMERIC = CitationStyle("numeric")
PANDOC = CitationStyle("pandoc")


class Citing:
    """The citations of one Markdown text. `for_word`: a Word file is made of it, so that it has
    pandoc's marks, which `style` will set, and a place for the list."""

    def __init__(
        self, papers: Sequence[Paper], style: CitationStyle, *, for_word: bool = False
    ) -> None:
        """Raises UsageError for a style that cannot be read."""
        self.papers = papers
        self._is_word = for_word
        has_style = bool(style.references) and not for_word
        self._set = references_in(papers, style.references) if has_style else []
        # A style may sort its list: its numbers are those of the marks.
        is_sorted = has_style and style.marks == "numeric"
        self.marks = Marks(
            "pandoc" if for_word else style.marks,
            [paper for paper, _ in self._set] if is_sorted else papers,
            escape=escape_pandoc,
            set_as=style.marks if for_word else "",
        )

    def references(self) -> list[tuple[str, Paper | None]]:
        """The list of references: each line of Markdown with its paper. Without a CSL style a line
        has the paper's key, title, authors and date. For Word it is the place of the list alone."""
        if self._is_word:
            return [(REFERENCES_PLACE, None)]
        if not self._set:
            return [(reference_line(paper, self.marks), paper) for paper in self.papers]
        if self.marks.style != "numeric":
            return [(f"- {escape_pandoc(line)}", paper) for paper, line in self._set]
        return [
            (f"[{self.marks.number_of(paper.id)}] {escape_pandoc(without_label(line))}", paper)
            for paper, line in self._set
        ]

    def note_lines(self) -> list[str]:
        """The footnotes of a text that cites in notes, once the text is written, and an empty line
        to end it. Empty without notes."""
        lines = {paper.id: line for paper, line in self._set}
        notes = enumerate(self.marks.note_lines(lines), start=1)
        set_notes = [f"[^{number}]: {escape_pandoc(text)}" for number, text in notes]
        return [*set_notes, ""] if set_notes else []


def reference_line(paper: Paper, marks: Marks) -> str:
    """A paper's line in a list of references without a CSL style."""
    head = f"[{marks.number_of(paper.id)}] " if marks.style == "numeric" else "- "
    return head + for_pandoc(paper_line(paper))
