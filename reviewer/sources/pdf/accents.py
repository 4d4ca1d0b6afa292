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
_LOOKED_BACK = 100  # letters: about a line
_DOTLESS = {"ı": "i", "ȷ": "j"}


def join_accents(letters: Sequence[Letter]) -> list[Letter]:
    """The letters; an accent that stands over one near it in the content is joined with it. A
    raised one, over a capital, comes after its line."""
    owners: dict[int, Letter] = {}  # by the accent's place in `letters`
    for i, accent in enumerate(letters):
        if accent.text in _COMBINING:
            near = (*letters[i + 1 : i + 2], *reversed(letters[max(0, i - _LOOKED_BACK) : i]))
            owner = next((letter for letter in near if _is_over(accent, letter)), None)
            if owner is not None:
                owner.text = _accented(owner.text, accent.text)
                owners[i] = owner
    joined: list[Letter] = []
    is_glued = False  # what the last accent left out was
    for i, letter in enumerate(letters):
        if i in owners:
            is_glued = letter.is_glued
            continue
        if i - 1 in owners:
            letter.is_glued = is_glued if owners[i - 1] is letter else letter.is_glued
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
