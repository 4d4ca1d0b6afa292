"""Whether a reader can see a letter, by three drawings of its page. Pure.

The page is drawn as it is, with every piece of text in a colour of its own, and without its text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reviewer.sources.pdf.glyphs import Canvas, Letter

LEAST_CONTRAST = 32  # of 255 in the strongest colour channel; light grey on white has 34 (#ddd)


@dataclass(slots=True)
class Drawing:
    """Rows of pixels, four bytes each: blue, green, red, 255."""

    pixels: bytearray
    stride: int


def own_colour(number: int) -> bytes:
    """Blue, green, red: far from those of the numbers beside it. No byte is 255, so that a colour
    is found only where a pixel begins."""
    mixed = number * 9_999_991 % 250**3  # prime to 250, so no colour comes twice
    return bytes((mixed // 62_500, mixed // 250 % 250, mixed % 250))


def why_hidden(letter: Letter, canvas: Canvas, drawn: tuple[Drawing, Drawing, Drawing]) -> str:
    """Why a letter cannot be seen; empty when it can."""
    rows = _rows(letter, canvas, drawn[1].stride)
    if not rows:
        return "off the page"
    as_it_is, coloured, bare = (one.pixels for one in drawn)
    is_on_top = False
    for at in _ink(letter.source.colour, rows, coloured, bare):
        if _contrast(as_it_is, bare, at) >= LEAST_CONTRAST:
            return ""
        is_on_top = True
    return "of its background's colour" if is_on_top else "covered or clipped away"


def _ink(
    colour: bytes, rows: list[tuple[int, int]], coloured: bytearray, bare: bytearray
) -> Iterator[int]:
    """Pixels in which the letter is on top: the first of each row that has its colour, or those of
    a mixture where none has it pure, as the smoothed letters of bitmap fonts."""
    is_pure = False
    for first, last in rows:
        at = coloured.find(colour, first, last)
        if at >= 0 and bare[at : at + 3] != colour:
            is_pure = True
            yield at
    if not is_pure:
        for first, last in rows:
            yield from (
                at for at in range(first, last, 4) if _shines_through(colour, coloured, bare, at)
            )


def _rows(letter: Letter, canvas: Canvas, stride: int) -> list[tuple[int, int]]:
    """Half-open ranges of the pixels of the letter's box, row by row from its middle, where most
    letters have ink; none off the page."""
    scale = canvas.scale
    x0, x1 = int((letter.x0 - canvas.left) * scale), int((letter.x1 - canvas.left) * scale) + 2
    y0, y1 = int((canvas.top - letter.y1) * scale), int((canvas.top - letter.y0) * scale) + 2
    x0, x1, y0, y1 = max(0, x0), min(canvas.width, x1), max(0, y0), min(canvas.height, y1)
    if x0 >= x1:
        return []
    middle = (y0 + y1) // 2
    heights = (*range(middle, y1), *range(y0, middle))
    return [(y * stride + x0 * 4, y * stride + x1 * 4) for y in heights]


def _shines_through(colour: bytes, mixed: bytearray, bare: bytearray, at: int) -> bool:
    """True when the pixel is a mixture of the colour and what is behind it."""
    if mixed[at : at + 3] == bare[at : at + 3]:
        return False
    own = [colour[i] - bare[at + i] for i in range(3)]
    seen = [mixed[at + i] - bare[at + i] for i in range(3)]
    largest = max(range(3), key=lambda i: abs(own[i]))
    if not own[largest]:
        return False
    share = seen[largest] / own[largest]
    return 0.1 < share <= 1.02 and all(abs(seen[i] - share * own[i]) < 6 for i in range(3))


def _contrast(one: bytearray, other: bytearray, at: int) -> int:
    return max(
        abs(one[at] - other[at]),
        abs(one[at + 1] - other[at + 1]),
        abs(one[at + 2] - other[at + 2]),
    )
