"""Lists of authors compared: who was left out, who was put in, who stands elsewhere. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from reviewer.library.dedupe.compare import folded
from reviewer.library.dedupe.similarity import is_near_name
from reviewer.text import split_name
from reviewer.text.names import MORE_AUTHORS
from reviewer.types import Paper

_NAMESAKE = re.compile(r" 0\d{3}$")  # DBLP numbers people of one name
_OTHERS = re.compile(r"(?:and )?others|et\.? al\.?", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"anonym\w*(?: authors?)?(?: \d+)?|(?:unknown|no) authors?|authors? unknown|unknown"
    r"|(?:first|second|third|fourth|last|another|lead)[ -]?author"
    r"|authors? (?:names?|[a-z]|\d+|one|two|three)|(?:john|jane|jon) (?:q\.? )?doe"
    r"|(?:first|given)[ -]?name (?:last[ -]?name|surname|family[ -]?name)|(?:your|author) name"
    r"|name surname|a\.? ?n\.? other|tb[ad]|todo|n/?a|x{2,}|\?+|lorem ipsum",
    re.IGNORECASE,
)
_ALIKE_GIVEN = 0.7  # Yury and Yuri have 0.75, Yifei and Yining 0.55
_SHORT_FORMS = [
    frozenset(line.split())
    for line in """\
robert bob rob bobby
william bill will billy
richard dick rick rich
michael mike mikhail misha
james jim jamie
thomas tom
joseph joe jose
john jack johnny
anthony tony
andrew andy drew
edward ed ted eddie
theodore ted theo
lawrence larry laurence
steven steve stephen
david dave
katherine kate kathy catherine cathy katie ekaterina
elizabeth liz beth betty eliza
margaret peggy meg maggie
alexander sasha alex aleksandr
nicholas nick nikolai
samuel sam
charles chuck charlie
henry harry hank
peter pete
patricia pat patty
susan sue
deborah debbie deb
jennifer jenny jen
james jaime
gregory greg grigory
zachary zack zach""".splitlines()
]

Likeness = Literal["same", "some", "none", "unknown"]


@dataclass(frozen=True)
class Person:
    """An author: the name as shown, the folded words of the family name and of the whole name, and
    the folded given names, or their first letters, in order. `is_group`: a consortium or the like.
    """

    shown: str
    family: frozenset[str]
    words: frozenset[str]
    given: tuple[str, ...]
    is_group: bool = False


@dataclass(frozen=True)
class People:
    """The authors of an entry, in order. `is_cut`: it says that there are others."""

    persons: tuple[Person, ...]
    is_cut: bool = False

    def __str__(self) -> str:
        return ", ".join(person.shown for person in self.persons) + ", others" * self.is_cut


@dataclass(frozen=True)
class Difference:
    """How a list of authors differs from the right one: shown names that it lacks, names that the
    right list lacks, and whether the shared ones are in another order."""

    left_out: tuple[str, ...] = ()
    put_in: tuple[str, ...] = ()
    is_reordered: bool = False
    shared: int = 0

    def __bool__(self) -> bool:
        return bool(self.left_out or self.put_in or self.is_reordered)


def people_of(entry: Paper) -> People:
    """The authors, without the numbers that DBLP gives to namesakes."""
    named = [_NAMESAKE.sub("", name.strip()) for name in entry.authors]
    persons = tuple(_person(name) for name in named if name and not _OTHERS.fullmatch(name))
    is_cut = len(persons) < len(named) or bool(entry.extra.get(MORE_AUTHORS))
    return People(tuple(person for person in persons if person.words), is_cut)


def _person(text: str) -> Person:
    name = split_name(text)
    family = _folded_words(name.group or name.family)
    given = tuple(filter(None, map(folded, re.findall(r"[^\W\d_]+", name.given))))
    is_group = " " in name.group.strip()
    words = family | {word for word in given if len(word) > 1}
    return Person(text, family, words, given, is_group)


def _folded_words(text: str) -> frozenset[str]:
    found = (folded(word) for word in re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", text))
    return frozenset(word for word in found if word)


def is_same_person(one: Person, other: Person) -> bool:
    """True when a family name of one is in the other's name, with a letter's difference at most,
    and a given name, its first letter or a form of it is too. A name may be inverted."""
    if one.words == other.words:
        return True
    if one.is_group and other.is_group:  # one may lack `The`, or a word
        return one.words <= other.words or other.words <= one.words
    is_near = any(is_near_name(own, theirs) for own in one.family for theirs in other.family)
    if not (one.family & other.words or other.family & one.words or is_near):
        return False
    if not (one.given and other.given):
        return True
    if set(one.given) & set(other.given):
        return True
    firsts = sorted((one.given[0], other.given[0]), key=len)
    if len(firsts[0]) == 1:
        initials = [
            {word[0] for word in (*person.given, *person.family)} for person in (one, other)
        ]
        return one.given[0][0] in initials[1] and other.given[0][0] in initials[0]
    return _is_same_given(*firsts)


def _is_same_given(shorter: str, longer: str) -> bool:
    """Whether two given names may be of one person: one cut, spelt another way, or a short form."""
    alike = difflib.SequenceMatcher(None, shorter, longer, autojunk=False).ratio()
    if longer.startswith(shorter) or alike >= _ALIKE_GIVEN:
        return True
    return any(shorter in forms and longer in forms for forms in _SHORT_FORMS)


def difference_of(written: People, right: People) -> Difference:
    """How the written list differs from the right one. Where a list is cut, what follows its end is
    not missed; and a group beside people is not, for many databases leave groups out."""
    left = list(enumerate(right.persons))
    places: list[int] = []
    put_in: list[Person] = []
    for person in written.persons:
        found = next((item for item in left if is_same_person(person, item[1])), None)
        if found is None:
            put_in.append(person)
        else:
            left.remove(found)
            places.append(found[0])
    if written.is_cut and not put_in:
        left = [item for item in left if item[0] < len(written.persons)]
    if right.is_cut and not left:
        put_in = []
    if places:
        left = [item for item in left if not item[1].is_group]
        put_in = [person for person in put_in if not person.is_group]
    return Difference(
        left_out=tuple(person.shown for _, person in left),
        put_in=tuple(person.shown for person in put_in),
        is_reordered=places != sorted(places),
        shared=len(places),
    )


def likeness_of(one: People, other: People) -> Likeness:
    """`same`: nobody is left out or put in; `some`: they share half of the longer list, or all of
    the shorter."""
    if not one.persons or not other.persons:
        return "unknown"
    difference = difference_of(one, other)
    if not (difference.left_out or difference.put_in):
        return "same"
    counts = sorted((len(one.persons), len(other.persons)))
    is_half = difference.shared == counts[0] or 2 * difference.shared >= counts[1]
    return "some" if difference.shared and is_half else "none"


def placeholders(names: Sequence[str]) -> list[str]:
    """The names that stand where an author's name should be: `Anonymous`, `John Doe`."""
    return [name for name in names if _PLACEHOLDER.fullmatch(name.strip(" .{}"))]
