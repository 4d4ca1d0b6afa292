"""Makes file names from titles or keys: safe on every system, without folders."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from reviewer.text.views import clean

MOST_CHARS = 80
MOST_BYTES = 143  # in UTF-8, with the suffix: what encrypted folders allow
_NUMBER_BYTES = 6  # for the number that makes equal names different
_RESERVED = re.compile(r"con|prn|aux|nul|conin|conout|clock|(?:com|lpt)[0-9]")  # by Windows
_PARTS = re.compile(r"[^\w]+|_+")


def file_names(texts: Sequence[str], suffix: str, taken: Iterable[str] = ()) -> list[str]:
    """A file name for each text, in order, all different from each other and from `taken`.

    A name has letters and digits of any script, hyphens and the suffix: no folder, no hidden file,
    no name that Windows reserves. Names that differ only in case or in the spelling of accents are
    the same file on some systems, so a number is added to them.
    """
    used = {_folded(name) for name in taken}
    names = []
    for text in texts:
        stem = _stem(text, MOST_BYTES - _NUMBER_BYTES - len(suffix.encode()))
        number, name = 1, f"{stem}{suffix}"
        while _folded(name) in used or _RESERVED.fullmatch(_folded(name).split(".")[0]):
            number += 1
            name = f"{stem}-{number}{suffix}"
        used.add(_folded(name))
        names.append(name)
    return names


def _stem(text: str, most_bytes: int) -> str:
    """The text's words with hyphens between them, cut at a word to MOST_CHARS characters and
    `most_bytes` bytes."""
    words = _PARTS.sub("-", unicodedata.normalize("NFKC", clean(text))).strip("-")
    cut = words[:MOST_CHARS].encode()[:most_bytes].decode(errors="ignore")
    if cut != words and "-" in cut[MOST_CHARS // 2 :]:
        cut = cut.rpartition("-")[0]
    return cut.strip("-") or "paper"


def _folded(name: str) -> str:
    """The name as systems compare it that ignore case and the spelling of accents."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFKC", name).upper().casefold())
