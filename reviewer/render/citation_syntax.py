"""Finds citation marks in a draft: pandoc, LaTeX, numbers, authors with years. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from reviewer.text.views import blank

# As pandoc reads it: the key may hold single punctuation signs, so `@a--b` names a.
_PLAIN_KEY = re.compile(r"\w(?:\w|[:.#$%&\-+?<>~/](?=\w)|[:/](?=/))*")
_KEY = rf"\{{[^{{}}\s]+\}}|{_PLAIN_KEY.pattern}"
_PANDOC_KEY = re.compile(rf"(?<![\w@.\\/])-?@({_KEY})")
_PANDOC = re.compile(r"\[[^\[\]]*(?<![\w@.\\/])-?@[\w{][^\[\]]*\](?!\()")
_CITE = r"[a-zA-Z]*cite(?!style|indent)[a-zA-Z]*"
_LATEX = re.compile(
    rf"\\(?P<name>{_CITE})\*?"
    r"(?:\s*\[[^\]]*\]){0,2}\s*\{(?P<keys>[^{}]*)\}"
    r"(?P<more>(?:(?:\s?\[[^\]]*\]){0,2}\{[^{}]*\})*)"
)
_CITETEXT = re.compile(r"\\citetext\{(?:[^{}]|\{[^{}]*\})*\}")
_NOCITE = re.compile(_LATEX.pattern.replace(_CITE, "nocite"))
_IN_TEXT = re.compile(r"(?:[Cc]itet|[Tt]extcite|[Cc]iteauthor|[Cc]itealt)")
_PAGES = r"(?:, pp?\. ?\d+(?:(?:, |[–-])\d+)*)?"  # of a number in a mark: `[1, p. 3]`
_NUMERIC = re.compile(
    rf"(?<![\w\])}}!\\])\[(\d{{1,3}}{_PAGES}(?:\s?[,;–-]\s?\d{{1,3}}{_PAGES})*)\](?![(\[{{])"
)
_DEFINITION = re.compile(r"^ {0,3}\[\d{1,3}\]:", re.MULTILINE)  # of a link
# A range of values, and what is within mathematics, is not a citation.
_INTERVAL = re.compile(r"(?:\b(?:in|within|from|over|to|interval|range|between|of)|[∈=×])[ \t\n]*$")
_PAIR = re.compile(r"\d+\s?[,;]\s?\d+")
_MATH = re.compile(r"(?<![\\$\w])\$(?=\S)[^$\n]*?(?<=[^\s\\])\$(?!\d)|\\\(.*?\\\)")
_CAPITAL = r"[^\W\d_a-zß-öø-ÿα-ωа-я]"  # a capital, or a letter of a script without
_NAME = rf"{_CAPITAL}[\w'’-]+"
_WITHIN = r"(?:[^()]|\([^()]{0,200}\))"  # a title may have brackets of its own
_UNDATED = r"n\.d\.(?:-[a-z]{1,2})?"  # `n.d.-a` where two works share a name
_AUTHOR_YEAR = re.compile(
    rf"\((?:{_WITHIN}{{0,300}}?{_CAPITAL}{_WITHIN}{{0,300}}?,?\s|\w[^\s,;()]*,\s)?"
    rf"(?:(?:19|20)\d\d[a-z]{{0,2}}|{_UNDATED})(?:[;,]{_WITHIN}{{0,3000}})?\)"
    rf"|\({_WITHIN}{{1,300}}?, {_UNDATED}(?:[;,]{_WITHIN}{{0,3000}})?\)"
    rf"|{_NAME}(?:\s(?:and|&)\s{_NAME}|\set al\.),?\s\[?(?:19|20)\d\d"
)
_CROSS_REFERENCE = re.compile(r"(?:fig|tbl|tab|eq|sec|lst|thm|lem|def|prop|alg):", re.IGNORECASE)
_NOT_OURS = ("@",)  # a cross-reference such as @fig:one


@dataclass(frozen=True)
class Mark:
    """A citation mark at `start:end` of the draft, with the keys that it names, empty where the
    mark does not show them. One that `is_word` reads as its authors' names: "\\citet{guo} show". Of
    one that `is_number` the keys are numbers of the draft's own list of references."""

    start: int
    end: int
    keys: tuple[str, ...]
    is_word: bool = False
    is_number: bool = False


def find_marks(text: str, numbers: Collection[str] | None = None) -> list[Mark]:
    """The marks in order. Numbers in brackets are marks too, unless `numbers`, those of the draft's
    own list of references, are None. Where two marks overlap, the earlier kind of `_KINDS`
    counts."""
    marks: list[Mark] = []
    for pattern, keys_of, is_word in _KINDS:
        is_number = pattern is _NUMERIC
        if is_number and numbers is None:
            continue
        taken = [(mark.start, mark.end) for mark in marks]
        if is_number:
            others = (*_MATH.finditer(text), *_DEFINITION.finditer(text))
            taken += [found.span() for found in others]
        marks += [
            Mark(*found.span(), keys_of(found), is_word(found), is_number)
            for found in pattern.finditer(text)
            if not any(found.start() < end and start < found.end() for start, end in taken)
            and not (is_number and _is_interval(found, numbers or ()))
        ]
    return sorted((m for m in marks if m.keys != _NOT_OURS), key=lambda mark: mark.start)


def _is_interval(found: re.Match[str], numbers: Collection[str]) -> bool:
    """True for `[0, 1]`, and for `in [1, 10]` unless both are in the draft's list."""
    keys = _numeric_keys(found)
    is_listed = all(key in numbers for key in keys)
    before = found.string[max(0, found.start() - 20) : found.start()]
    return "0" in keys or bool(
        not is_listed and _PAIR.fullmatch(found[1]) and _INTERVAL.search(before)
    )


def pandoc_key(key: str) -> str:
    """`@key` as pandoc and `find_marks` read it back; `@{key}` where they would read only a part of
    it, or take it for a cross-reference."""
    is_plain = _PLAIN_KEY.fullmatch(key) and not _CROSS_REFERENCE.match(key)
    return f"@{key}" if is_plain else f"@{{{key}}}"


def style_of(text: str, *, is_latex: bool) -> str:
    """The style that a draft cites in, by its marks: latex, pandoc or numeric; pandoc without a
    mark."""
    if is_latex or _LATEX.search(text):
        return "latex"
    if any(_pandoc_keys(found) != _NOT_OURS for found in _PANDOC_KEY.finditer(text)):
        return "pandoc"
    return "numeric" if _NUMERIC.search(text) else "pandoc"


def cited_keys(text: str) -> set[str]:
    """The keys that a draft names in marks of pandoc or LaTeX."""
    return {key for mark in find_marks(text) for key in mark.keys}


def highest_number(text: str) -> int:
    """The highest number in the numeric marks of a draft; 0 without one."""
    numbers = (re.sub(_PAGES, "", found[1]) for found in _NUMERIC.finditer(text))
    return max((int(n) for found in numbers for n in re.findall(r"\d+", found)), default=0)


def nocited(text: str) -> tuple[str, list[str]]:
    """The text with `\\nocite` blanked, and the keys that it names."""
    keys = [key for found in _NOCITE.finditer(text) for key in _latex_keys(found)]
    return _NOCITE.sub(lambda found: blank(found[0]), text), keys


def _pandoc_keys(found: re.Match[str]) -> tuple[str, ...]:
    names = (match[1] for match in _PANDOC_KEY.finditer(found[0]))
    keys = (key.strip("{}") for key in names if not _CROSS_REFERENCE.match(key))
    return tuple(dict.fromkeys(keys)) or _NOT_OURS


def _latex_keys(found: re.Match[str]) -> tuple[str, ...]:
    more = re.findall(r"\{([^{}]*)\}", found["more"]) if found["name"].endswith("s") else []
    named = (key.strip() for group in [found["keys"], *more] for key in group.split(","))
    return tuple(dict.fromkeys(key for key in named if key))


def _citetext_keys(found: re.Match[str]) -> tuple[str, ...]:
    inner = _LATEX.finditer(found[0], len(r"\citetext{"))
    return tuple(dict.fromkeys(key for one in inner for key in _latex_keys(one)))


def _numeric_keys(found: re.Match[str]) -> tuple[str, ...]:
    """`1, 3-5` as 1, 3, 4, 5; at most 101 numbers of a range."""
    numbers: list[str] = []
    for listed in re.split(r"\s?[,;]\s?", re.sub(_PAGES, "", found[1])):
        first, *last = re.split(r"\s?[–-]\s?", listed)
        end = int(last[0]) if last else int(first)
        numbers += map(str, range(int(first), min(end, int(first) + 100) + 1))
    return tuple(dict.fromkeys(numbers))


_Keys = Callable[[re.Match[str]], tuple[str, ...]]
_IsWord = Callable[[re.Match[str]], bool]
_KINDS: tuple[tuple[re.Pattern[str], _Keys, _IsWord], ...] = (
    (_CITETEXT, _citetext_keys, lambda found: False),
    (_LATEX, _latex_keys, lambda found: bool(_IN_TEXT.match(found["name"]))),
    (_PANDOC, _pandoc_keys, lambda found: False),
    (_PANDOC_KEY, _pandoc_keys, lambda found: found[0][0] != "-"),
    (_NUMERIC, _numeric_keys, lambda found: False),
    (_AUTHOR_YEAR, lambda found: (), lambda found: False),
)
