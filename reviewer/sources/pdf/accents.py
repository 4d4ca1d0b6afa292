"""Accents that a font draws as letters of their own, joined with the letter below them. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from reviewer.sources.pdf.glyphs import Letter

_COMBINING = {
    "´": "\u0301", "ˋ": "\u0300", "¨": "\u0308", "ˆ": "\u0302", "^": "\u0302", "˜": "\u0303",
    "ˇ": "\u030c", "˚": "\u030a", "¯": "\u0304", "˘": "\u0306", "˙": "\u0307", "˝": "\u030b",
    "¸": "\u0327",
}  # fmt: skip
_DOTLESS = {"ı": "i", "ȷ": "j"}


def join_accents(letters: Sequence[Letter]) -> list[Letter]:
    """The letters; an accent that stands over the one after it, or before it, is joined with it."""
    joined: list[Letter] = []
    pending: Letter | None = None
    for letter in letters:
        if pending is not None:
            if _is_over(pending, letter):
                letter.text = _accented(letter.text, pending.text)
                letter.is_glued = pending.is_glued
                joined[-1] = letter
                pending = None
                continue
            if len(joined) > 1 and _is_over(pending, joined[-2]):
                joined[-2].text = _accented(joined[-2].text, pending.text)
                joined.pop()
                letter.is_glued = letter.is_glued or pending.is_glued
        pending = letter if letter.text in _COMBINING else None
        joined.append(letter)
    return joined


def _is_over(accent: Letter, letter: Letter) -> bool:
    middle = (accent.x0 + accent.x1) / 2
    is_letter = letter.text.isalpha() and len(letter.text) == 1
    near = abs(accent.base - letter.base) < 0.5 * max(accent.source.size, 1.0)
    return is_letter and near and letter.x0 < middle < letter.x1


def _accented(letter: str, accent: str) -> str:
    plain = _DOTLESS.get(letter, letter)
    return unicodedata.normalize("NFC", plain + _COMBINING[accent])
