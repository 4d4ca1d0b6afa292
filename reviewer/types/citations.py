"""Who cites whom in a library, and what its papers cite that it lacks."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from reviewer.types.frozen import Frozen, OfState
from reviewer.types.papers import Paper, Reference

Sign = Literal["identifier", "title", "place"]
"""How a reference names a paper: by an identifier, by its title, or by its place in a journal."""


class CitationLink(Frozen):
    """One paper of the library cites another: their keys, by what sign the reference was known, and
    its words as read (empty where a record gives an identifier alone)."""

    citing: str
    cited: str
    sign: Sign
    reference: str = ""


class NumberedLink(Frozen):
    """A `CitationLink` by the numbers of the papers."""

    citing: int
    cited: int
    sign: Sign
    reference: str = ""


class NumberedWork(Frozen):
    """A work that the library lacks: the reference that says most of it, and the numbers of the
    papers that cite it."""

    reference: Reference
    cited_by: tuple[int, ...]


class FoundCitations(OfState):
    """All citations of a library in a `state` of its papers. `entries` is how many references each
    paper with a list has, `named` how many of them name a paper of the library. `lacking` has the
    works that are cited most, of `lacking_in_all`."""

    links: tuple[NumberedLink, ...] = ()
    entries: dict[int, int] = Field(default_factory=dict)
    named: dict[int, int] = Field(default_factory=dict)
    lacking: tuple[NumberedWork, ...] = ()
    lacking_in_all: int = 0


class LackingWork(Frozen):
    """A work that papers cite and the library lacks: one of the references to it, the keys of the
    papers that cite it, and the command that adds it."""

    reference: Reference
    cited_by: tuple[str, ...]
    add: str


class CitationGraph(Frozen):
    """The citations among `papers`, and what they cite that the library lacks, most cited first.
    `question` is the topic that chose the papers, empty for all. `references` counts the entries of
    all lists, `found` those that name a paper of the library; `without_list` are the keys of papers
    of which no list of references is kept. `lacking_in_all` counts all works that the library
    lacks, also those that are not shown."""

    question: str = ""
    papers: tuple[Paper, ...] = ()
    links: tuple[CitationLink, ...] = ()
    lacking: tuple[LackingWork, ...] = ()
    lacking_in_all: int = 0
    references: int = 0
    found: int = 0
    without_list: tuple[str, ...] = ()
