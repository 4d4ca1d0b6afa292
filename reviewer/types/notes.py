"""Notes of papers for programs such as Obsidian and Logseq."""

from __future__ import annotations

from typing import Literal

from reviewer.types.frozen import Frozen
from reviewer.types.papers import Paper

NoteApp = Literal["obsidian", "logseq"]


class NoteQuote(Frozen):
    """A quote, its page if that is known, and what was asked when it was quoted."""

    text: str
    page: int | None = None
    asked: tuple[str, ...] = ()


class NoteLink(Frozen):
    """Another paper that an answer cites too: the name of its note, and the questions."""

    note: str
    title: str
    questions: tuple[str, ...] = ()


class PaperNote(Frozen):
    """What a template of notes is filled with."""

    paper: Paper
    quotes: tuple[NoteQuote, ...] = ()
    links: tuple[NoteLink, ...] = ()


class WrittenNotes(Frozen):
    """What an export did: the files that are new and those that changed, how many stayed as they
    were, and what should be known, such as a note that was changed by hand."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: int = 0
    remarks: tuple[str, ...] = ()
