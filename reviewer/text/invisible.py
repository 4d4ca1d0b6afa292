"""Finds characters that cannot be seen, and those of them that ordinary text needs."""

from __future__ import annotations

import re
import unicodedata

_VIRAMA = 9  # the combining class of the sign that joins consonants
_JOINERS = "\u200c\u200d"
# Format characters that can be seen: number and verse signs of Arabic, Syriac and Kaithi.
_SEEN = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
# Letters and signs that Unicode does not call format characters, but that show nothing alone.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0\U00016fe4")
_FLAG = "\U0001f3f4"
_FLAGS = tuple(  # of England, Scotland and Wales: only these are spelt with tag characters
    _FLAG + "".join(chr(0xE0000 + ord(letter)) for letter in name) + "\U000e007f"
    for name in ("gbeng", "gbsct", "gbwls")
)
_OTHER_EMOJI = frozenset("©®‼⁉ℹ↔⤴⤵◽◾〰")  # their category is not that of other symbols
_SKIN_TONES = frozenset("\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
# Scripts in which a letter's shape depends on its neighbours: from Arabic to Myanmar, Philippine
# and Khmer to Vedic, Syloti to Meetei, Arabic's forms, and later scripts up to Adlam.
_SHAPED = re.compile(
    "[\u0600-\u109f\u1700-\u1cff\ua800-\uabff\ufb50-\ufdff\ufe70-\ufefc"
    "\U00010a00-\U00011fff\U0001e900-\U0001e95f]"
)
_IDEOGRAPH = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# Syllables without a first or a middle letter, and with the filler sign for it.
_OLD_HANGUL = re.compile("\u115f[\u1161-\u11a7]|[\u1100-\u115e]\u1160|\u115f\u1160[\u11a8-\u11ff]")
# All characters that need a check; most texts have none of these.
_UNUSUAL = re.compile("[^ \\t\\n!-~\u00a1-\u00ac\u00ae-\u024f\u0391-\u044f\u2010-\u2027]")
NEVER_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def without_nul(text: str) -> str:
    """The text with U+FFFD for each U+0000, which PostgreSQL cannot keep; offsets stay true."""
    return text.replace("\0", "\ufffd")


def is_invisible(character: str) -> bool:
    """Control, format, bidi, tag, zero-width and variation characters; joiners too."""
    if character in "\n\t" or character in _SEEN:
        return False
    point = ord(character)
    if 0xFE00 <= point <= 0xFE0F or 0xE0100 <= point <= 0xE01EF or character in _BLANK:
        return True
    category = unicodedata.category(character)
    if category == "Cn":  # may be a letter of a newer Unicode
        return point == 0x2065 or point >= 0xE0000 or point & 0xFFFE == 0xFFFE
    return category in {"Cc", "Cf", "Cs", "Co"}


def is_hidden(text: str, index: int) -> bool:
    """True if the character at `index` cannot be seen and ordinary text would not have it there,
    such as a joiner that shapes no letters, or a selector after a character without variants."""
    return is_invisible(text[index]) and not _belongs(text, index)


def visible(text: str) -> str:
    """The text without its hidden characters; white space stays as it is."""
    return _UNUSUAL.sub(
        lambda m: m[0] if m[0].isspace() or not is_hidden(m.string, m.start()) else "", text
    )


def escape_hidden(document: str) -> str:
    """A JSON document with its hidden characters, and those that end a line, written as `\\u...`:
    its values stay the same, and nothing controls the terminal or the editor that shows it."""
    return _UNUSUAL.sub(_escaped, document)


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    if not is_hidden(found.string, found.start()) and character not in "\u2028\u2029":
        return character
    halves = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{halves[i : i + 2].hex()}" for i in range(0, len(halves), 2))


def _belongs(text: str, index: int) -> bool:
    """True for an invisible character in a place where some script, or an emoji, needs it."""
    character, before = text[index], text[index - 1] if index else ""
    after = text[index + 1 : index + 2]
    if character in _JOINERS:
        return _joins(text, index, before, after)
    if character in "\u115f\u1160":
        found = [_OLD_HANGUL.match(text, start) for start in range(max(0, index - 1), index + 1)]
        return any(match is not None and match.end() > index for match in found)
    if not before:
        return False
    if 0xE0020 <= ord(character) <= 0xE007F:
        return any(
            text.startswith(f, index - n) for f in _FLAGS for n in range(1, min(index, 6) + 1)
        )
    return _selects(character, before, after)


def _joins(text: str, index: int, before: str, after: str) -> bool:
    """True for a joiner between letters of Persian or Hindi, after a virama as at the end of
    Malayalam words, and in an emoji that is made of several."""
    if before and unicodedata.combining(before) == _VIRAMA:
        return True
    shaped = [bool(c) and bool(_SHAPED.match(c)) and _is_letter(c) for c in (before, after)]
    if text[index] == "\u200c":
        return any(shaped) and all(map(_is_letter, (before, after)))
    if any(shaped):  # a lone letter may have the shape that it has inside a word
        return not any(c and is_invisible(c) for c in (before, after))
    place = index - 1
    while place > 0 and (text[place] == "\ufe0f" or text[place] in _SKIN_TONES):
        place -= 1
    return place >= 0 and _is_emoji(text[place]) and _is_emoji(after)


def _selects(character: str, before: str, after: str) -> bool:
    """True for a variation selector, or a mark that separates others, after its own kind of
    character."""
    if character in "\ufe0e\ufe0f":
        return _is_emoji(before) or (before in "0123456789#*" and after == "\u20e3")
    if "\ufe00" <= character <= "\ufe02" or "\U000e0100" <= character <= "\U000e010f":
        is_sign = character == "\ufe00" and unicodedata.category(before) == "Sm"
        return is_sign or bool(_IDEOGRAPH.match(before))
    if character in "\u180b\u180c\u180d\u180e\u180f":
        return "\u1820" <= before <= "\u18aa"
    if character == "\u034f":
        return _is_mark(before) and (_is_mark(after) or after.isalpha())
    return "\U00013430" <= character <= "\U0001343f" and "\U00013000" <= before <= "\U0001342f"


def _is_letter(character: str) -> bool:
    return character.isalnum() or _is_mark(character)


def _is_mark(character: str) -> bool:
    return bool(character) and unicodedata.category(character)[0] == "M"


def _is_emoji(character: str) -> bool:
    if not character or character < "\u2100":
        return character != "" and character in _OTHER_EMOJI
    is_newer = "\U0001f000" <= character <= "\U0001faff"  # than the Unicode that Python knows
    return is_newer or character in _OTHER_EMOJI or unicodedata.category(character) == "So"
