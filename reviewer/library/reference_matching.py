"""Which paper of a library a reference names; none where it is not clear. Pure.

Precision goes first: an identifier counts where the entry's words do not speak against it, and a
title where it stands between two marks of the entry and the authors and the year agree. Constants
are tried on the printed lists of benchmarks/citation_graph.py.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from reviewer.library.dedupe.compare import families_of, folded, title_of
from reviewer.library.dedupe.groups import identities
from reviewer.library.dedupe.similarity import Title, match_titles
from reviewer.text import normalise_title
from reviewer.types import Paper
from reviewer.types.citations import Sign
from reviewer.types.papers import Reference

_HEAD = 8  # letters by which titles are looked up; a shorter title names nothing
_LONG, _LONG_WORDS = 28, 4  # letters and words of a title that tells a work by itself
_LEAST_MAIN = 12  # letters of a title without its subtitle
_PREPRINT_YEARS = 4  # between a preprint and the published paper, at most
_MOST_OF_A_HEAD = 500  # titles: a beginning of more, as of reports of one series, is passed over
_MARK = re.compile(
    r"[.,?!;:\"“”«»()\[\]‘’'\n]|\s[–—-]+\s|\b(?:19|20)\d\d[a-z]?\b"
    r"|\s(?=(?:In|arXiv|ArXiv|CoRR|Proc|https?|URL|doi)\b)"
)
_SUBTITLE_MARK = re.compile(r"\s*(?::|\s[–—-]+\s)")


class Match(NamedTuple):
    """The number of the paper that is named, and the sign by which it was known."""

    paper: int
    sign: Sign


@dataclass(frozen=True, slots=True)
class _Known:
    """What a paper of the library is known by."""

    number: int
    letters: str
    main: str
    words: int
    title: Title
    families: tuple[str, ...]
    year: int | None
    volume: str
    page: str


class _Entry:
    """An entry as it is compared: its letters without spaces, and the places among them where a
    mark stands. What few entries need is found when it is first asked for."""

    def __init__(self, reference: Reference) -> None:
        known = (reference.family, reference.title, str(reference.year or ""))
        text = reference.text or ". ".join(part for part in known if part)
        self.reference = reference
        self._plain = text.replace("#", " ").replace("+", " ")
        marked = _MARK.sub(lambda mark: f" # {mark[0]} # ", self._plain)
        self._words: list[str] = []
        marks, at = {0}, 0
        for word in normalise_title(marked).split():
            if word == "#":
                marks.add(at)
            else:
                self._words.append(word)
                at += len(word)
        self.letters = "".join(self._words)
        self.marks = tuple(sorted({*marks, at}))

    @cached_property
    def words(self) -> frozenset[str]:
        """The words, each as the name of a family would be compared."""
        return frozenset(map(folded, self._words))

    @cached_property
    def before_subtitles(self) -> frozenset[int]:
        """The places of the marks after which a subtitle may follow."""
        marks = _SUBTITLE_MARK.finditer(self._plain)
        return frozenset(len(letters_of(self._plain[: mark.start()])) for mark in marks)

    @cached_property
    def numbers(self) -> frozenset[str]:
        return frozenset(re.findall(r"\d+", self._plain))


class ReferenceMatcher:
    """Knows the papers of a library."""

    def __init__(self, papers: Iterable[tuple[int, Paper]]) -> None:
        self._known: dict[int, _Known] = {}
        self._names: dict[str, list[int]] = defaultdict(list)
        self._heads: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self._printed: dict[tuple[str, int], list[int]] = defaultdict(list)
        for number, paper in papers:
            self._add(number, paper)

    def _add(self, number: int, paper: Paper) -> None:
        known = _known(number, paper)
        self._known[number] = known
        for name in _names_of(paper):
            self._names[name].append(number)
        for letters in {known.letters, known.main if len(known.main) >= _LEAST_MAIN else ""}:
            if len(letters) >= _HEAD:
                self._heads[letters[:_HEAD]].append((letters, number))
        if known.families and known.year:
            self._printed[known.families[0], known.year].append(number)

    def match(self, reference: Reference) -> Match | None:
        """The one paper that the reference names; None where no paper is, or several may be."""
        entry = _Entry(reference)
        if (number := self._by_identifier(entry)) is not None:
            return Match(number, "identifier")
        if (number := self._by_title(entry)) is not None:
            return Match(number, "title")
        number = self._by_slip(entry)
        if number is not None:
            return Match(number, "title")
        number = self._by_place(entry)
        return Match(number, "place") if number is not None else None

    def _by_identifier(self, entry: _Entry) -> int | None:
        """A DOI may be that of whole proceedings: where the entry has words, they have to agree."""
        for name in reference_names(entry.reference):
            numbers = self._names.get(name, ())
            agreeing = [n for n in numbers if self._agrees(self._known[n], entry)]
            if len(agreeing) == 1:
                return agreeing[0]
            titled = [n for n in agreeing if self._known[n].letters in entry.letters]
            if titled and entry.letters:
                return min(titled)
        return None

    @staticmethod
    def _agrees(known: _Known, entry: _Entry) -> bool:
        if not entry.letters:
            return True
        is_titled = bool(known.letters) and known.letters in entry.letters
        return is_titled or not known.families or _names_author(known, entry)

    def _by_title(self, entry: _Entry) -> int | None:
        """The longest title that stands in the entry from one mark to another."""
        found: list[tuple[int, int]] = []
        ends = set(entry.marks)
        for start in entry.marks:
            titles = self._heads.get(entry.letters[start : start + _HEAD], ())
            if len(titles) > _MOST_OF_A_HEAD:
                continue
            for letters, number in titles:
                end = start + len(letters)
                if end not in ends or not entry.letters.startswith(letters, start):
                    continue
                known = self._known[number]
                goes_on = end in entry.before_subtitles
                if goes_on and letters != known.letters:
                    continue  # both have subtitles, and they differ
                is_whole = letters == known.letters and not goes_on
                if _is_meant(known, entry, is_whole=is_whole):
                    found.append((len(letters), number))
        longest = max((length for length, _ in found), default=0)
        return self._one([number for length, number in found if length == longest], entry)

    def _one(self, numbers: Sequence[int], entry: _Entry) -> int | None:
        """The number that fits best by authors and year; None where two fit equally well and are
        not of the same authors, as a preprint and its published paper are."""
        if not numbers:
            return None
        rated = sorted((_distance(self._known[n], entry), n) for n in set(numbers))
        best = self._known[rated[0][1]]
        others = [self._known[n] for worth, n in rated[1:] if worth == rated[0][0]]
        is_clear = all(set(k.families) & set(best.families) for k in others)
        return best.number if is_clear else None

    def _by_slip(self, entry: _Entry) -> int | None:
        """A title that differs by a slip, of the same first author and nearly the same year."""
        reference = entry.reference
        family, year = folded((reference.family.split() or [""])[-1]), reference.year
        if not (reference.title and family and year):
            return None
        spelt = normalise_title(reference.title)
        numbers = {
            n for y in (year, year - 1, year + 1) for n in self._printed.get((family, y), ())
        }
        near = [n for n in numbers if _is_slip(Title(spelt, spelt), self._known[n])]
        return near[0] if len(near) == 1 else None

    def _by_place(self, entry: _Entry) -> int | None:
        """An entry without a title, as physicists write it: first author, year, volume and page."""
        reference = entry.reference
        family, year = folded((reference.family.split() or [""])[-1]), reference.year
        if reference.title or not (family and year):
            return None
        numbers = [
            n
            for n in self._printed.get((family, year), ())
            if self._known[n].volume != self._known[n].page
            and {self._known[n].volume, self._known[n].page} <= entry.numbers
        ]
        return numbers[0] if len(numbers) == 1 else None


def reference_names(reference: Reference) -> list[str]:
    """The identifiers of a reference as `kind:value`, in one spelling."""
    own = Paper(parts=(), doi=reference.doi, arxiv_id=reference.arxiv_id, pmid=reference.pmid)
    names = sorted(f"{kind}:{value}" for kind, value in identities(own))
    names += [f"openalex:{reference.openalex}"] if reference.openalex else []
    return [*names, f"s2:{reference.s2}"] if reference.s2 else names


def letters_of(title: str) -> str:
    """The letters and figures of a title, without spaces, by which a broken line does no harm."""
    return normalise_title(title).replace(" ", "").replace("#", "").replace("+", "")


def _names_of(paper: Paper) -> set[str]:
    """The identifiers by which references may name the paper; those of its versions too."""
    names = {f"{kind}:{value}" for kind, value in identities(paper) if kind != "title"}
    names |= {version.casefold() for version in paper.versions if ":" in version}
    services = {"openalex": "openalex", "s2": "semantic_scholar"}
    return names | {f"{kind}:{own}" for kind, f in services.items() if (own := paper.extra.get(f))}


def _known(number: int, paper: Paper) -> _Known:
    title = title_of(paper)
    pages = re.findall(r"\d+", str(paper.extra.get("pages", "")))
    volume = re.findall(r"\d+", str(paper.extra.get("volume", "")))
    return _Known(
        number=number,
        letters=letters_of(paper.title),
        main=title.main.replace(" ", ""),
        words=len(title.whole.split()),
        title=title,
        families=families_of(paper),
        year=paper.year,
        volume=volume[0] if volume else "-",
        page=pages[0] if pages else "-",
    )


def _names_author(known: _Known, entry: _Entry) -> bool:
    return any(family in entry.words for family in known.families[:10])


def _years_apart(known: _Known, entry: _Entry) -> int | None:
    year = entry.reference.year
    return abs(known.year - year) if known.year and year else None


def _is_meant(known: _Known, entry: _Entry, *, is_whole: bool) -> bool:
    """Whether an entry that has the title means the paper. A short title, and one with or without a
    subtitle that the other has not, need an author and the year too."""
    apart = _years_apart(known, entry)
    is_telling = is_whole and len(known.letters) >= _LONG and known.words >= _LONG_WORDS
    if not known.families:
        return is_telling and (apart is None or apart <= _PREPRINT_YEARS)
    if not _names_author(known, entry):
        return False
    if is_telling:
        return apart is None or apart <= _PREPRINT_YEARS
    return apart is not None and apart <= 1


def _distance(known: _Known, entry: _Entry) -> tuple[int, int]:
    apart = _years_apart(known, entry)
    named = sum(family in entry.words for family in known.families[:10])
    return (99 if apart is None else apart, -named)


def _is_slip(title: Title, known: _Known) -> bool:
    return match_titles(title, known.title) in ("equal", "typo")
