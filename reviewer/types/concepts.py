"""Methods, data sets and tasks that link papers."""

from __future__ import annotations

from typing import Literal

from reviewer.types.frozen import Frozen, OfState
from reviewer.types.papers import Paper

ConceptKind = Literal["method", "data set", "task", ""]
"""What a concept is, as far as words tell; empty where they do not. A model is a method."""


class NumberedConcept(Frozen):
    """A method, data set or task that several papers name: its usual spelling, other names of it
    (long form, abbreviation), and the numbers of the papers, ascending. `on_cards` is true where a
    writer's card names it."""

    name: str
    kind: ConceptKind = ""
    aliases: tuple[str, ...] = ()
    papers: tuple[int, ...] = ()
    on_cards: bool = False


class FoundConcepts(OfState):
    """All concepts of a library in a `state` of its papers and cards, the most named first."""

    concepts: tuple[NumberedConcept, ...] = ()


class Concept(Frozen):
    """A `NumberedConcept` by the papers' keys; `in_all` counts its papers in the whole library."""

    name: str
    kind: ConceptKind = ""
    aliases: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    in_all: int = 0
    on_cards: bool = False


class ConceptLink(Frozen):
    """Two concepts, by their names, that `papers` papers name both. `strength` is how much more
    often than by chance: normalised pointwise mutual information, -1 to 1 (Bouma 2009)."""

    one: str
    other: str
    papers: int
    strength: float


class ConceptGraph(Frozen):
    """The concepts of `papers`, the most telling first, and which of them go together. `question`
    is the topic that chose the papers, empty for all. `in_all` counts the concepts that two papers
    name, also those that are not shown; `cards` how many papers have a writer's card."""

    question: str = ""
    papers: tuple[Paper, ...] = ()
    concepts: tuple[Concept, ...] = ()
    links: tuple[ConceptLink, ...] = ()
    in_all: int = 0
    cards: int = 0
