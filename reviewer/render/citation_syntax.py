"""The syntax of citation marks: pandoc, LaTeX, numbers, authors with years; finds them. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from reviewer.text.views import blank

# As pandoc reads it: a sign stands within the key, one at a time, so `@a--b` names a.
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
_NOCITE = re.compile(_LATEX.pattern.replace(_CITE, "nocite"))
_IN_TEXT = re.compile(r"(?:[Cc]itet|[Tt]extcite|[Cc]iteauthor|[Cc]itealt)")
_PAGES = r"(?:, pp?\. ?\d+(?:(?:, |[–-])\d+)*)?"  # of a number in a mark: `[1, p. 3]`
_NUMERIC = re.compile(
    rf"(?<![\w\])!\\])\[(\d{{1,3}}{_PAGES}(?:\s?[,;–-]\s?\d{{1,3}}{_PAGES})*)\](?![(\[:])"
)
_CAPITAL = r"[^\W\d_a-zß-öø-ÿα-ωа-я]"  # a capital, or a letter of a script without
_NAME = rf"{_CAPITAL}[\w'’-]+"
_WITHIN = r"(?:[^()]|\([^()]{0,200}\))"  # a title may have brackets of its own
_AUTHOR_YEAR = re.compile(
    rf"\((?:{_WITHIN}{{0,300}}?{_CAPITAL}{_WITHIN}{{0,300}}?,?\s)?"
    rf"(?:(?:19|20)\d\d[a-z]?|n\.d\.)(?:[;,]{_WITHIN}{{0,3000}})?\)"
    rf"|{_NAME}(?:\s(?:and|&)\s{_NAME}|\set al\.),?\s\[?(?:19|20)\d\d"
)
_CROSS_REFERENCE = re.compile(r"(?:fig|tbl|tab|eq|sec|lst|thm|lem|def|prop|alg):", re.IGNORECASE)
_NOT_OURS = ("@",)  # a cross-reference such as @fig:one


@dataclass(frozen=True)
class Mark:
    """A citation mark in the draft and the keys that it names; none: they cannot be told. One that
    `is_word` is read as its authors' names, as in "\\citet{guo} show"."""

    start: int
    end: int
    keys: tuple[str, ...]
    is_word: bool = False


def find_marks(text: str, numbers: Collection[str]) -> list[Mark]:
    """The marks in order. A number in brackets is one when it is among `numbers`, those of the
    draft's list of references."""
    found: list[Mark] = []
    ways = (_latex, _bracketed, _bare, _numeric if numbers else _none, _author_year)
    for way in ways:
        taken = [(mark.start, mark.end) for mark in found]
        found += [m for m in way(text) if not any(m.start < b and a < m.end for a, b in taken)]
    return sorted((m for m in found if m.keys != _NOT_OURS), key=lambda mark: mark.start)


def pandoc_key(key: str) -> str:
    """`@key` as pandoc and `find_marks` read it back; `@{key}` where they would read less of it, or
    take it for a cross-reference."""
    is_plain = _PLAIN_KEY.fullmatch(key) and not _CROSS_REFERENCE.match(key)
    return f"@{key}" if is_plain else f"@{{{key}}}"


def style_of(text: str, *, is_latex: bool) -> str:
    """The system that a draft cites in, by its marks: latex, pandoc or numeric; pandoc's when there
    are none."""
    if is_latex or _LATEX.search(text):
        return "latex"
    if any(mark.keys != _NOT_OURS for mark in _bare(text)):
        return "pandoc"
    return "numeric" if _NUMERIC.search(text) else "pandoc"


def cited_keys(text: str) -> set[str]:
    """Keys that pandoc's or LaTeX's marks of a draft name."""
    return {key for mark in find_marks(text, ()) for key in mark.keys}


def highest_number(text: str) -> int:
    """The highest number that a numeric mark of a draft has; 0 without one."""
    listed = (re.sub(_PAGES, "", found[1]) for found in _NUMERIC.finditer(text))
    return max((int(n) for found in listed for n in re.findall(r"\d+", found)), default=0)


def nocited(text: str) -> tuple[str, list[str]]:
    """The text with `\\nocite` blanked, and the keys that it names."""
    keys = [key for found in _NOCITE.finditer(text) for key in _keys(found)]
    return _NOCITE.sub(lambda found: blank(found[0]), text), keys


def _latex(text: str) -> Iterator[Mark]:
    for found in _LATEX.finditer(text):
        yield Mark(*found.span(), _keys(found), bool(_IN_TEXT.match(found["name"])))


def _bracketed(text: str) -> Iterator[Mark]:
    for found in _PANDOC.finditer(text):
        yield Mark(*found.span(), _pandoc_keys(found[0]))


def _bare(text: str) -> Iterator[Mark]:
    for found in _PANDOC_KEY.finditer(text):
        yield Mark(*found.span(), _pandoc_keys(found[0]), found[0][0] != "-")


def _pandoc_keys(text: str) -> tuple[str, ...]:
    found = (match[1] for match in _PANDOC_KEY.finditer(text))
    keys = (key.strip("{}") for key in found if not _CROSS_REFERENCE.match(key))
    return tuple(dict.fromkeys(keys)) or _NOT_OURS


def _numeric(text: str) -> Iterator[Mark]:
    for found in _NUMERIC.finditer(text):
        yield Mark(*found.span(), _numbers(re.sub(_PAGES, "", found[1])))


def _author_year(text: str) -> Iterator[Mark]:
    for found in _AUTHOR_YEAR.finditer(text):
        yield Mark(*found.span(), ())


def _none(text: str) -> Iterator[Mark]:
    yield from ()


def _keys(found: re.Match[str]) -> tuple[str, ...]:
    more = re.findall(r"\{([^{}]*)\}", found["more"]) if found["name"].endswith("s") else []
    named = (key.strip() for group in [found["keys"], *more] for key in group.split(","))
    return tuple(dict.fromkeys(key for key in named if key))


def _numbers(text: str) -> tuple[str, ...]:
    """`1, 3-5` as 1, 3, 4, 5."""
    numbers: list[str] = []
    for piece in re.split(r"\s?[,;]\s?", text):
        first, *last = re.split(r"\s?[–-]\s?", piece)
        end = int(last[0]) if last else int(first)
        numbers += map(str, range(int(first), min(end, int(first) + 100) + 1))
    return tuple(dict.fromkeys(numbers))
