"""Names of authors, people and groups: their parts, and one spelling for each. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from reviewer.text.views import clean
from reviewer.types import Paper

GROUPS = "corporate_authors"  # in `Paper.extra`: names that are known to be of groups
EDITORS = "editors"  # in `Paper.extra`: names, written as those of authors
TRANSLATORS = "translators"
MORE_AUTHORS = "more_authors"  # in `Paper.extra`: true where the list ends with `and others`
_OTHERS = ("others", "et al", "et. al", "and others")
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
    return _split_names(paper, paper.authors)


def people_of(paper: Paper, role: str) -> list[Name]:
    """The paper's EDITORS or TRANSLATORS in parts."""
    named = paper.extra.get(role)
    return _split_names(paper, named if isinstance(named, list) else ())


def _split_names(paper: Paper, names: Iterable[object]) -> list[Name]:
    known = paper.extra.get(GROUPS)
    groups = known if isinstance(known, list) else ()
    texts = [name for name in names if isinstance(name, str) and name.strip()]
    return [split_name(name, is_group=name in groups) for name in texts]


def are_more(paper: Paper) -> bool:
    """True where its list of authors ends with `and others`."""
    return paper.extra.get(MORE_AUTHORS) is True


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


def ris_name(name: Name) -> str:
    """As `inverted`; a group that could be taken for a person has a comma at its end, as EndNote
    asks for."""
    is_clear = not name.group or ("," not in name.group and split_name(name.group) == name)
    return inverted(name) if is_clear else f"{name.group},"


def written(name: Name) -> str:
    """`Jan van der Berg` if that splits into the same parts again, else `inverted`."""
    parts = (name.given, name.particle, name.family, name.suffix)
    natural = name.group or " ".join(part for part in parts if part)
    return natural if split_name(natural) == name else inverted(name)


def read_names(
    names: Sequence[Name],
    editors: Sequence[Name] = (),
    translators: Sequence[Name] = (),
) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The values for `Paper.authors`, and those for `Paper.extra`: editors and translators, what
    keeps a group from being read as a person, and whether `others` end the list of authors."""
    authors = [name for name in names if name.short]
    last = " ".join((authors[-1].given, authors[-1].short)) if authors else ""
    has_more = last.casefold().strip(" .,") in _OTHERS
    authors = authors[: len(authors) - has_more]
    roles = {EDITORS: editors, TRANSLATORS: translators}
    everyone = [*authors, *editors, *translators]
    groups = list(dict.fromkeys(n.group for n in everyone if n.group and split_name(n.group) != n))
    extra: dict[str, Any] = {GROUPS: groups, MORE_AUTHORS: has_more}
    extra |= {role: [written(name) for name in own if name.short] for role, own in roles.items()}
    return tuple(map(written, authors)), {name: value for name, value in extra.items() if value}
