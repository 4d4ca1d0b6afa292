"""The words of a page as they stand on it. Points from the page's lower left corner, y upwards."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Word:
    """Letters without white space between them. `base` is the line that they stand on, `size` the
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
class Page:
    """A page's visible words, and how many letters were hidden, by reason."""

    width: float
    height: float
    words: tuple[Word, ...]
    hidden: dict[str, int] = field(default_factory=dict)
    has_images: bool = False
    is_damaged: bool = False
