"""Reads footnotes that are references: `[^3]: Guo et al., “Pears Learn”, p. 3.` Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from reviewer.render.citation_syntax import Mark, find_marks
from reviewer.tasks.checks.author_year import is_short_name
from reviewer.text import normalise_title

_DEFINITION = re.compile(
    r"^ {0,3}\[\^(?P<name>[\w-]+)\]:[ \t]*"
    r"(?P<said>[^\n]*\S[^\n]*(?:\n(?![ \t]*\n|[ \t]*$| {0,3}\[\^)[^\n]+)*)",
    re.MULTILINE,
)
_MARK = re.compile(r"\[\^(?P<name>[\w-]+)\](?!:)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_SEE = re.compile(r"(?:see(?: also)?|cf\.|e\.g\.,?)\s+", re.IGNORECASE)
_PAGES = re.compile(r"(?:, (?:pp?\. ?)?\d+(?:[-–]\d+)?)+\.?$|\.$")
# Names in front of a title: words with a capital, and the small words that join them.
_NAMES = (
    r"(?:(?:[^\W\d_a-zß-öø-ÿ][\w'’.-]*|and|et|al\.?|van|von|der|den|de|del|della|la|le|di|da|dos"
    r"|bin|ibn|el|ter|yi|&)[,.]?\s+){1,60}?"
)
_TITLED = re.compile(
    rf"(?P<names>{_NAMES})?(?:“(?P<curved>.{{3,400}}?)”|\"(?P<straight>[^\"]{{3,400}})\""
    r"|\*(?P<slanted>[^*]{3,400})\*)(?P<rest>.*)",
    re.DOTALL,
)
_DATED = re.compile(  # as in APA: names, the year in brackets, and a title
    rf"{_NAMES}\((?:(?:19|20)\d\d[a-z]?|n\.\s?d\.)[^()]{{0,20}}\)[.,]\s\w.{{2,}}", re.DOTALL
)
_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\bn\.\s?d\.")


@dataclass
class Notes:
    """The footnotes of a draft that are references. `marks` are their marks in the text, in order,
    each with a key for each work of its note; `works` has the reference behind each key, in full
    where an earlier note or the list of references has it; `spans` are the half-open ranges of
    the notes themselves."""

    marks: list[Mark] = field(default_factory=list)
    works: dict[str, str] = field(default_factory=dict)
    spans: list[tuple[int, int]] = field(default_factory=list)


def read_notes(text: str, listed: Sequence[str]) -> Notes:
    """The notes of a text in which all is blanked that is not prose; `listed` are the entries of
    its list of references. A note that says something else, or that cites by a key, is prose."""
    notes = Notes()
    keys_by_name: dict[str, tuple[str, ...]] = {}
    known = [_unescaped(entry) for entry in listed]
    for found in _DEFINITION.finditer(text):
        if any(mark.keys for mark in find_marks(found["said"])):
            continue
        works = _works_of(" ".join(_unescaped(found["said"]).split()), known)
        if not works:
            continue
        name = found["name"]
        numbered = [f" ({n})" for n in range(1, len(works) + 1)] if len(works) > 1 else [""]
        keys_by_name[name] = tuple(f"note {name}{number}" for number in numbered)
        notes.works |= dict(zip(keys_by_name[name], works, strict=True))
        notes.spans.append(found.span())
        known += [work for work in works if work not in known]
    for found in _MARK.finditer(text):
        if keys := keys_by_name.get(found["name"]):
            notes.marks.append(Mark(*found.span(), keys))
    return notes


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(r"\1", text)


def _works_of(said: str, known: Sequence[str]) -> list[str]:
    """The references of a note, which semicolons may part; none for a note that is prose."""
    for parts in (list(_parts(said)), [said]):
        works = [_work(_SEE.sub("", part, count=1), known) for part in parts]
        if all(works):
            return works
    return []


def _parts(said: str) -> Iterator[str]:
    """What stands between semicolons that are outside of quotation marks."""
    begin, is_quoted = 0, False
    for found in re.finditer(r"[“”\"]|;\s", said):
        sign = found[0]
        if sign[0] != ";":
            is_quoted = sign == "“" or (sign == '"' and not is_quoted)
        elif not is_quoted:
            yield said[begin : found.start()]
            begin = found.end()
    yield said[begin:]


def _work(part: str, known: Sequence[str]) -> str:
    """The reference that a part of a note is: in full of `known`, itself where it has a title and a
    date; empty for what is none."""
    plain = normalise_title(_PAGES.sub("", part))
    for entry in known:
        if plain and plain == normalise_title(_PAGES.sub("", entry)):
            return entry
    titled = _TITLED.fullmatch(part)
    if (titled and _DATE.search(titled["rest"])) or _DATED.fullmatch(part):
        return part
    if short := [entry for entry in known if _is_short_for(part, titled, entry)]:
        return max(short, key=len)
    return part if titled and titled["names"] else ""


def _is_short_for(part: str, titled: re.Match[str] | None, entry: str) -> bool:
    """Whether a part names the work of an entry by a shorter title, and by its authors if it has
    them: `Guo et al., “Pears Learn”`, `“Pears Learn”` or `Pears`."""
    whole = _TITLED.fullmatch(entry)
    title = _title(whole) if whole else entry
    if titled is None:
        return is_short_name(_PAGES.sub("", part), title)
    short, names = normalise_title(_title(titled)), titled["names"] or ""
    first = re.split(r",|\bet al\b|\band\b", names, maxsplit=1)[0]
    is_by = f" {normalise_title(first)} " in f" {normalise_title(entry)} " if first else True
    return is_by and f" {short} " in f" {normalise_title(title)} "


def _title(titled: re.Match[str]) -> str:
    return titled["curved"] or titled["straight"] or titled["slanted"]
