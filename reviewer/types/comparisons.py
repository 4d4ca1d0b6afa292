"""What two or three papers share, what only one has, and what none of them says."""

from __future__ import annotations

from reviewer.types.claims import Citation, Support
from reviewer.types.frozen import Frozen
from reviewer.types.runs import Usage
from reviewer.types.shown import Shown


class Said(Frozen):
    """A sentence of a paper under its number (`E1.2`). `names` are the names in it that no other
    compared paper has."""

    number: str
    key: str
    citation: Citation
    names: tuple[str, ...] = ()


class SharedPoint(Frozen):
    """Sentences of two papers that are near each other. `nearness` is their cosine, 0 to 1;
    `support` is what a judge said of the first by the text of the second paper: `supported` says
    the same, `contradicted` the opposite."""

    first: Said
    second: Said
    nearness: float
    support: Support = "unchecked"
    reason: str = ""


class PaperAlone(Frozen):
    """A compared paper: the sentences near which no other compared paper has one."""

    key: str
    title: str
    year: int | None = None
    only: tuple[Said, ...] = ()


class Comparison(Shown):
    """The result of `compare`. `names` are names of methods, data or models that stand in all
    papers; `neither` are usual matters of which no text read has a word."""

    papers: tuple[PaperAlone, ...]
    names: tuple[str, ...] = ()
    shared: tuple[SharedPoint, ...] = ()
    neither: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    judge: str = ""
    usage: Usage = Usage()
