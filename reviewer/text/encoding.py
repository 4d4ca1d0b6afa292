"""Decodes the bytes of a text file in any encoding, with a note if the encoding was guessed."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from reviewer.text.east_asian import WIDER, encoding_of

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 4000
_DECLARED = re.compile(
    rb"""^\s*<\?xml[^>]*encoding=["']([\w.-]+)|<meta[^>]*charset=["']?([\w.-]+)"""
    rb"""|^\s*%\s*Encoding:\s*([\w.-]+)""",  # as JabRef begins a .bib file
    re.IGNORECASE,
)
_LEAST_UTF8 = 0.7  # share of a damaged text's letters beyond ASCII that are whole in UTF-8
_MULTIBYTE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+")


@dataclass(frozen=True)
class Decoded:
    text: str
    note: str = ""


def decode(data: bytes) -> Decoded:
    """The text: by its byte order mark, as UTF-16 by its zero bytes, as UTF-8, as its head
    declares, in the encodings of Chinese, Japanese and Korean where its letters say so for sure,
    else as Windows-1252, which most programs without Unicode write. Damaged UTF-8 is read as UTF-8,
    with U+FFFD for the lost characters."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], name)
    if name := _utf16(data):
        return _decoded(data, name)
    try:
        return Decoded(data.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    if name := _declared(data):
        return Decoded(data.decode(name, errors="replace"))
    if not _is_mostly_utf8(data) and (guessed := encoding_of(data)):
        codec, shown = guessed
        note = f"it is not UTF-8 and was read as {shown}"
        return Decoded(data.decode(codec, errors="replace"), note)
    if _MULTIBYTE.search(data):
        return _decoded(data, "utf-8")
    note = "it is not UTF-8 and was read as Windows-1252 (Latin-1)"
    return Decoded(data.decode("cp1252", errors="replace"), note)


def _decoded(data: bytes, name: str) -> Decoded:
    text = data.decode(name, errors="replace")
    lost = text.count("\ufffd") - data.count("\ufffd".encode(name))
    shown = name.upper()[:6].rstrip("-")
    note = f"{lost} characters are not {shown} and were replaced by \ufffd" if lost > 0 else ""
    return Decoded(text, note)


def _is_mostly_utf8(data: bytes) -> bool:
    letters = [c for c in data.decode("utf-8", errors="replace") if c > "\x7f"]
    return letters.count("\ufffd") < (1 - _LEAST_UTF8) * len(letters)


def _utf16(data: bytes) -> str:
    """The name of UTF-16 without a byte order mark: in Latin text every other byte is zero."""
    sample = data[:_SAMPLE]
    half = len(sample) // 2
    if half < 4:
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 0.7 * half and even < 0.1 * half:
        return "utf-16-le"
    return "utf-16-be" if even > 0.7 * half and odd < 0.1 * half else ""


def _declared(data: bytes) -> str:
    found = _DECLARED.search(data[:_SAMPLE])
    name = (found[1] or found[2] or found[3]).decode("ascii", errors="replace") if found else ""
    try:
        known = codecs.lookup(name).name
    except LookupError:
        return ""
    return "" if known in ("utf-8", "utf-16", "utf-32") else WIDER.get(known, known)
