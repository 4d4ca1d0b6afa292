"""Normalised titles, and cleaned views that map back to the original characters."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from reviewer.text.invisible import is_hidden, without_nul

_LATEX_ESCAPE = re.compile(r"\\([%&_#$])")
_LATEX_WRAP = re.compile(r"\\(?:textit|textbf|textsc|texttt|textrm|emph|url|mathrm)\{([^{}]*)\}")
_TIE = re.compile(r"(?<=[\w.])~(?=[\w(\\])(?!(?<=\d~)\d)")  # 10~20 is a range
_LATEX_LOOKS = re.compile(r"\\(?:math|text|boldsymbol|operatorname|emph)[a-z]*|[\\{}$^]")
# A word broken at a line's end. A soft hyphen is always removed; others stay in a compound.
_BROKEN = re.compile(r"(?<=[^\W_])([-\u2010\u00ad])[ \t]*\r?\n[ \t]*(?=[^\W_])")
_COMPOUNDS = frozenset("self zero few two three four well all".split())
_LETTERS_BEFORE = re.compile(r"[^\W\d_]*$")
_LETTERS = re.compile(r"[^\W\d_]+")
_SPACE = re.compile(r"\s+")
# White space and visible characters, without the signs of LaTeX: most texts have nothing else.
# Latin, Greek and Cyrillic letters, punctuation, small figures, currencies, mathematics.
_COMMON = (
    "\\s!-\\[\\]-}\u00a1-\u00ac\u00ae-\u024f\u0370-\u0377\u038e-\u03a1\u03a3-\u0482\u048a-\u052f"
    "\u1e00-\u1f15\u2010-\u2027\u2030-\u205e\u2074-\u208e\u20a0-\u20c0\u2100-\u218b\u2190-\u22ff"
)
_PLAIN = re.compile(f"[{_COMMON}]*")
_UNSURE = re.compile(f"[^{_COMMON}\\\\~]")  # may be invisible


@dataclass(frozen=True)
class View:
    """A cleaned text. `offsets[i]` is the place of the view's character i in the original."""

    text: str
    offsets: tuple[int, ...]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """The original's half-open range for the view's `start:end`, which must not be empty."""
        return self.offsets[start], self.offsets[end - 1] + 1


def clean_view(text: str) -> View:
    """The text as a reader or a model should see it: words broken at a line's end are joined,
    hidden characters removed, white space folded to single spaces, light LaTeX resolved. Other
    words and numbers are never changed."""
    gone = _line_end_marks(text)
    gone |= {m.start() for m in _UNSURE.finditer(text) if is_hidden(text, m.start())}
    kept = [i for i in range(len(text)) if i not in gone]
    for pattern in (_LATEX_WRAP, _LATEX_WRAP, _LATEX_ESCAPE) if "\\" in text else ():
        marks = set[int]()  # wraps are looked for twice: one may be in another
        for match in pattern.finditer("".join(text[i] for i in kept)):
            marks.update(range(match.start(), match.start(1)), range(match.end(1), match.end()))
        kept = [i for place, i in enumerate(kept) if place not in marks]
    seen = re.sub(r"\s", " ", _TIE.sub(" ", "".join(text[i] for i in kept)))
    places = [n for n in range(len(seen)) if seen[n] != " " or seen[max(0, n - 1)] != " "]
    if places and seen[places[-1]] == " ":
        places.pop()
    return View("".join(seen[n] for n in places), tuple(kept[n] for n in places))


def clean(text: str) -> str:
    """Only the text of `clean_view`."""
    if _PLAIN.fullmatch(text):  # the same result, ten times as fast
        return " ".join(mended(text).split())
    return clean_view(text).text


def mended(text: str) -> str:
    """The text with the words joined that are broken at a line's end; nothing else changes."""
    gone = _line_end_marks(text)
    return "".join(c for i, c in enumerate(text) if i not in gone) if gone else text


def _line_end_marks(text: str) -> set[int]:
    """Places of the line ends inside words, and of the hyphens that are there only for them.

    A hyphen stays next to a capital, in a word with another hyphen, after a word such as "self",
    and if the text has the compound elsewhere and not the whole word.
    """
    gone: set[int] = set()
    if "\n" not in text:
        return gone
    for match in _BROKEN.finditer(text):
        gone |= set(range(match.end(1), match.end()))
        if match[1] == "\u00ad" or not _is_compound(text, match.start(), match.end()):
            gone.add(match.start())
    return gone


def _is_compound(text: str, hyphen: int, after: int) -> bool:
    left = _LETTERS_BEFORE.search(text, max(0, hyphen - 40), hyphen)
    right = _LETTERS.match(text, after)
    if left is None or right is None or not (text[hyphen - 1] + right[0][0]).islower():
        return True
    if left[0].lower() in _COMPOUNDS or text[max(0, left.start() - 1)] in "-\u2010":
        return True
    return f"{left[0]}-{right[0]}" in text and f"{left[0]}{right[0]}" not in text


@lru_cache(maxsize=2048)  # adding papers needs each title several times
def normalise_title(title: str) -> str:
    """Titles that differ only in case, accents, punctuation, LaTeX or white space become equal.

    Words are joined by one space; `+` and `#` stay, because C, C++ and C# are three languages, and
    so do the names of LaTeX symbols. Empty if nothing can be compared.
    """
    plain = unicodedata.normalize("NFKD", clean(title)).casefold()
    plain = _LATEX_LOOKS.sub("", plain)
    return _SPACE.sub(" ", plain.translate(_COMPARED)).strip()


class _Compared(dict[int, str]):
    """What replaces a character in a normalised title, found when it is first needed: nothing for
    accents and vowel points; marks that spell words in Hindi, Thai or Japanese have other combining
    classes, and stay."""

    def __missing__(self, code: int) -> str:
        character, kind = chr(code), unicodedata.combining(chr(code))
        is_accent = 10 <= kind <= 36 or kind >= 200
        is_mark = unicodedata.category(character)[0] == "M"
        is_spelling = character.isalnum() or character in "+#" or is_mark
        self[code] = "" if is_accent else character if is_spelling else " "
        return self[code]


_COMPARED = _Compared()


def one_line(text: str) -> str:
    """A question or topic on one line, without half characters, which a command line may have and
    nothing can write, and with U+FFFD for U+0000."""
    return " ".join(without_nul(text).encode(errors="replace").decode().split())


def counted(number: int, noun: str, many: str = "") -> str:
    """`1 paper`, `2 papers`; `many` is the plural if it is not the noun with an s."""
    return f"{number} {noun if number == 1 else many or noun + 's'}"


def shorten(text: str, max_chars: int) -> str:
    """The text cut at a word to at most `max_chars` characters, with an ellipsis. For display."""
    if len(text) <= max_chars:
        return text
    cut = text[: max_chars - 1]
    head, _, _ = cut.rpartition(" ")
    return (head if len(head) > max_chars // 2 else cut).rstrip(" ,;:") + "…"


def blank(text: str) -> str:
    """The text with a space for every character but its line ends."""
    return re.sub(r"[^\n]", " ", text)
