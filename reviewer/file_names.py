"""Names for files, made from titles or keys: they stay in their folder, on every system."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from reviewer.text import clean

MOST_CHARS = 80
MOST_BYTES = 140  # in UTF-8, without the suffix: encrypted folders allow 143 with it
_RESERVED = re.compile(r"con|prn|aux|nul|conin|conout|clock|(?:com|lpt)[0-9]")  # of Windows
_PARTS = re.compile(r"[^\w]+|_+")


def file_names(texts: Sequence[str], suffix: str, taken: Iterable[str] = ()) -> list[str]:
    """A file name for each text, in order, none like another or like one of `taken`.

    A name holds letters and digits of any script, hyphens and the suffix: no folder, no hidden
    file, no name that Windows keeps for itself. Names that differ in case or accents' spelling only
    are one file on some systems, so a number tells them apart.
    """
    used = {_folded(name) for name in taken}
    names = []
    for text in texts:
        stem = _stem(text)
        number, name = 1, f"{stem}{suffix}"
        while _folded(name) in used or _RESERVED.fullmatch(_folded(name).split(".")[0]):
            number += 1
            name = f"{stem}-{number}{suffix}"
        used.add(_folded(name))
        names.append(name)
    return names


def _stem(text: str) -> str:
    """The text's words with hyphens between them, cut at a word where it is too long."""
    words = _PARTS.sub("-", unicodedata.normalize("NFKC", clean(text))).strip("-")
    cut = _short(words)
    if cut != words and "-" in cut[MOST_CHARS // 2 :]:
        cut = cut.rpartition("-")[0]
    return cut.strip("-") or "paper"


def _short(words: str) -> str:
    """At most MOST_CHARS characters and MOST_BYTES bytes, leaving room for a number."""
    return words[:MOST_CHARS].encode()[: MOST_BYTES - 8].decode(errors="ignore")


def _folded(name: str) -> str:
    """As systems compare names that tell neither case nor spelling of accents apart."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFKC", name).casefold())
