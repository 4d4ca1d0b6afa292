"""Names of authors, people and groups: their parts, and one spelling for each. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.text.views import clean
from reviewer.types import Paper

GROUPS = "corporate_authors"  # in `Paper.extra`: authors that are known to be groups
MORE_AUTHORS = "more_authors"  # in `Paper.extra`: true where the list ends with `and others`
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv)\.?", re.IGNORECASE)
_GROUP = re.compile(
    r"\b(?:team|collaboration|consortium|group|committee|council|commission|association|society"
    r"|institute|university|laborator(?:y|ies)|labs?|inc|ltd|llc|gmbh|corp(?:oration)?|foundation"
    r"|organi[sz]ation|department|ministry|agency|community|contributors|authors|network"
    r"|initiative|project|working|deepmind|openai)\b|(?-i:\band\b)|[&/]|\d",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Name:
    """A person's name in parts, or a group's whole name in `group` alone."""

    family: str = ""
    given: str = ""
    particle: str = ""
    suffix: str = ""
    group: str = ""

    @property
    def short(self) -> str:
        """The name in an author-year citation: `van der Berg`, or the group's name."""
        return self.group or " ".join(part for part in (self.particle, self.family) if part)


def authors_of(paper: Paper) -> list[Name]:
    """The paper's authors in parts, without its `author_note`, such as "10 authors"."""
    known = paper.extra.get(GROUPS)
    groups = known if isinstance(known, list) else ()
    return [split_name(name, is_group=name in groups) for name in paper.authors if name.strip()]


def split_name(text: str, *, is_group: bool = False) -> Name:
    """The parts of `Given von Family Jr`, `von Family, Given` or `von Family, Jr, Given`.

    A single word, and a name with a word that only names of groups have, is a group's name.
    """
    text = clean(text)
    if is_group:
        return Name(group=text)
    pieces = [piece.strip() for piece in text.split(",")]
    if len(pieces) == 3 and _SUFFIX.fullmatch(pieces[2]):
        pieces = [pieces[0], pieces[2], pieces[1]]
    if len(pieces) == 3 and all(pieces) and _SUFFIX.fullmatch(pieces[1]):
        return _with_particle(pieces[0], pieces[2], pieces[1])
    if len(pieces) == 2 and all(pieces):
        if _SUFFIX.fullmatch(pieces[1]):
            return _natural(pieces[0], pieces[1])
        return _with_particle(pieces[0], pieces[1], "")
    if len(pieces) > 1 or _GROUP.search(text):
        return Name(group=text)
    return _natural(text, "")


def _natural(text: str, suffix: str) -> Name:
    words = text.split()
    if len(words) > 2 and not suffix and _SUFFIX.fullmatch(words[-1]):
        suffix = words.pop()
    if len(words) < 2:
        return Name(group=f"{text}, {suffix}" if suffix else text)
    start = len(words) - 1
    while start > 1 and words[start - 1][:1].islower():
        start -= 1
    return Name(words[-1], " ".join(words[:start]), " ".join(words[start:-1]), suffix)


def _with_particle(family: str, given: str, suffix: str) -> Name:
    words = family.split()
    count = 0
    while count < len(words) - 1 and words[count][:1].islower():
        count += 1
    return Name(" ".join(words[count:]), given, " ".join(words[:count]), suffix)


def inverted(name: Name) -> str:
    """`van der Berg, Jr, Jan`, in which no part can be read as another. A group keeps its name."""
    return ", ".join(part for part in (name.short, name.suffix, name.given) if part)


def written(name: Name) -> str:
    """`Jan van der Berg` if that splits into the same parts again, else `inverted`."""
    parts = (name.given, name.particle, name.family, name.suffix)
    natural = name.group or " ".join(part for part in parts if part)
    return natural if split_name(natural) == name else inverted(name)


def read_names(names: Sequence[Name]) -> tuple[tuple[str, ...], dict[str, list[str]]]:
    """The values for `Paper.authors`, and those for `Paper.extra` that keep a group from being
    read as a person."""
    authors = tuple(written(name) for name in names if name.short)
    groups = [n.group for n in names if n.group and split_name(n.group) != n]
    return authors, {GROUPS: groups} if groups else {}
