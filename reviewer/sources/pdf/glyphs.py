"""The words and letters of a page: points from its lower left corner, y upwards. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Word:
    """Letters without white space between them. `base` is the height of their base line, `size` the
    font's in points, `angle` in radians (0: upright); a glued word follows without white space."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    base: float
    size: float
    is_bold: bool = False
    is_glued: bool = False
    angle: float = 0.0


@dataclass(frozen=True, slots=True)
class Rule:
    """A line drawn across a page, at height y."""

    x0: float
    x1: float
    y: float


@dataclass(frozen=True, slots=True)
class Page:
    """A page's visible words and rules, and how many letters were hidden, by reason. It is turned
    clockwise by `quarters` so that it is upright; `left` and `bottom` are where the corner of the
    page that is not turned stands in the file's own points."""

    width: float
    height: float
    words: tuple[Word, ...]
    hidden: dict[str, int] = field(default_factory=dict)
    has_images: bool = False
    is_damaged: bool = False
    rules: tuple[Rule, ...] = ()
    quarters: int = 0
    left: float = 0.0
    bottom: float = 0.0


@dataclass(slots=True)
class TextObject:
    """A text object of a page, as PDF calls it: its letters share font, size, colour and angle."""

    handle: Any
    size: float
    is_bold: bool
    angle: float
    reason: str  # why none of it can be seen, as far as its attributes tell
    colour: bytes = b""


@dataclass(slots=True)
class Letter:
    text: str
    source: TextObject
    x0: float
    y0: float
    x1: float
    y1: float
    base: float
    is_glued: bool
    reason: str = ""


@dataclass(slots=True)
class Canvas:
    """How the page's points become pixels. `across` and `down` are its size in points, `width` and
    `height` in pixels."""

    left: float
    top: float
    across: float
    down: float
    scale: float
    width: int
    height: int
    objects: dict[int, TextObject] = field(default_factory=dict)


def runs_of(items: Iterable[T], joins: Callable[[list[T], T], bool]) -> list[list[T]]:
    """The items in order, as runs: an item belongs to the run before it where it `joins` it."""
    runs: list[list[T]] = []
    for item in items:
        if runs and joins(runs[-1], item):
            runs[-1].append(item)
        else:
            runs.append([item])
    return runs
