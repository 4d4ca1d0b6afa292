"""Which known paper an entry of a bibliography means, also where some of its fields are altered."""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from reviewer.library import Library
from reviewer.library.dedupe.groups import identities
from reviewer.tasks.checks.people import People, difference_of, likeness_of, people_of
from reviewer.tasks.checks.venues import is_same_venue, meetings_of
from reviewer.text import normalise_title
from reviewer.types import Paper

NEAR = 0.65  # shared words: the nearest titles of other authors at one venue of a year have 0.63
_NEAR_OF_SAME_AUTHORS = 0.5
NEAR_ALONE = 0.85  # where no author is known: one word of seven
_FEWEST_SHARED = 3  # words of content that near titles share
_TELLING_WORDS = 5  # a shorter title may be that of another work
_FEWEST_AUTHORS = 3  # of a list that tells a paper by itself, with its venue and year
_MOST_OF_A_WORD = 400  # papers: a word of more titles distinguishes nothing
_FEWEST_OF_A_VENUE = 5  # papers that say whether a venue gives DOIs
_SMALL = frozenset(
    "a an the of on in for to or with by from at as is are via using towards toward into do does "
    "how what why can and".split()
)
_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ϵ": "epsilon",
    "λ": "lambda", "μ": "mu", "π": "pi", "σ": "sigma", "τ": "tau", "φ": "phi", "ϕ": "phi",
    "ω": "omega", "θ": "theta", "η": "eta", "κ": "kappa", "ρ": "rho", "χ": "chi", "ψ": "psi",
}  # fmt: skip
_GREEK_LETTER = re.compile("|".join(_GREEK))


@dataclass(frozen=True)
class Seen:
    """An entry or a paper, with what it is compared by."""

    paper: Paper
    words: tuple[str, ...]
    people: People
    names: frozenset[str]

    @property
    def joined(self) -> str:
        return "".join(self.words)


def seen(paper: Paper) -> Seen:
    names = {f"{kind}:{value}" for kind, value in identities(paper) if kind != "title"}
    return Seen(paper, title_words(paper.title), people_of(paper), frozenset(names))


def title_words(title: str) -> tuple[str, ...]:
    """The words of a title by which titles are compared: without case, accents, punctuation, `and`
    and HTML entities; Greek letters by their names."""
    plain = normalise_title(html.unescape(title))
    plain = _GREEK_LETTER.sub(lambda letter: f" {_GREEK[letter[0]]} ", plain)
    return tuple(word for word in plain.split() if word != "and")


def is_same_title(one: Sequence[str], other: Sequence[str]) -> bool:
    return "".join(one) == "".join(other) != ""


def shared_words(one: Seen, other: Seen) -> float:
    """Dice's coefficient of the titles' words, 0 to 1; 0 where they share few words of content."""
    counts = Counter(one.words), Counter(other.words)
    both = counts[0] & counts[1]
    if sum(word not in _SMALL for word in both) < min(_FEWEST_SHARED, len(other.words)):
        return 0.0
    return 2 * both.total() / (counts[0].total() + counts[1].total())


def choose(entry: Seen, candidates: Iterable[Seen]) -> Seen | None:
    """The candidate that the entry means, the surest by title, identifiers and authors; None where
    none is sure."""
    rated = [(_rating(entry, candidate), candidate) for candidate in candidates]
    rating, best = max(rated, key=lambda pair: pair[0], default=(0.0, None))
    return best if rating > 0 else None


def _rating(entry: Seen, other: Seen) -> float:
    """How sure it is that the entry means this paper; 0 where it is not. One altered field, and
    mostly two, leave enough of the others."""
    shares_name = bool(entry.names & other.names)
    authors = likeness_of(entry.people, other.people)
    at_venue, in_year = _same_place(entry.paper, other.paper)
    if is_same_title(entry.words, other.words):
        is_telling = len(other.words) >= _TELLING_WORDS
        knows_people = authors in ("same", "some", "unknown")
        if shares_name or is_telling or knows_people or at_venue or in_year:
            return 4 + shares_name + (authors == "same") + at_venue + in_year
        return 0.0
    if _has_other_doi(entry, other):
        return 0.0
    alike = shared_words(entry, other)
    if shares_name and (alike >= _NEAR_OF_SAME_AUTHORS or authors in ("same", "some")):
        return 3 + alike
    needed = {"same": _NEAR_OF_SAME_AUTHORS, "unknown": NEAR_ALONE}.get(authors, 2.0)
    if alike >= needed and _years_apart(entry, other) <= 1:
        return 2 + alike
    if not (at_venue and in_year):
        return 0.0
    is_list = not difference_of(entry.people, other.people) and not entry.people.is_cut
    if alike >= NEAR or (is_list and len(other.people.persons) >= _FEWEST_AUTHORS):
        return 1 + alike
    return 0.0


def _has_other_doi(one: Seen, other: Seen) -> bool:
    """True where publishers gave the two different DOIs: with another title, other works."""
    own, theirs = ({n for n in s.names if n.startswith("doi:")} for s in (one, other))
    return bool(own and theirs) and not own & theirs


def _same_place(one: Paper, other: Paper) -> tuple[bool, bool]:
    at_venue = bool(one.venue and other.venue) and is_same_venue(one.venue, other.venue) is True
    return at_venue, one.year is not None and one.year == other.year


def _years_apart(one: Seen, other: Seen) -> int:
    years = one.paper.year, other.paper.year
    return abs(years[0] - years[1]) if years[0] and years[1] else 0


class KnownPapers:
    """The papers of a library, to be found by what is left of an altered entry. Those whose
    identifier or title an entry has are looked up; all are read when an entry has neither."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def paper_meant(self, entry: Seen) -> Seen | None:
        """The paper that the entry means; None where the library does not have it."""
        named = self._named(entry.paper)
        return choose(entry, named) or choose(entry, self._near(entry))

    def papers_with(self, names: Iterable[str]) -> list[Paper]:
        """The papers that have one of these identifiers, such as `doi:10.1000/xyz`."""
        catalogue = self._library.catalogue
        numbers = catalogue.numbers_known_as(sorted(names))
        return list(catalogue.papers_numbered(numbers).values())

    def venue_has_no_dois(self, venue: str) -> bool:
        """True where the library has some papers of this venue, and none with a publisher's DOI."""
        papers = [p for meeting in meetings_of(venue) for p in self._of_meeting[meeting]]
        dois = [p.doi for p in papers if p.doi and "arxiv" not in p.doi.casefold()]
        return len(papers) >= _FEWEST_OF_A_VENUE and not dois

    def _named(self, entry: Paper) -> list[Seen]:
        return [seen(p) for p in self.papers_with(f"{k}:{v}" for k, v in identities(entry))]

    def _near(self, entry: Seen) -> list[Seen]:
        """Papers that share a rare word of the title, or two authors' names, with the entry."""
        places: set[int] = set()
        for word in {*entry.words} - _SMALL:
            found = self._by_word.get(word, ())
            places.update(found if len(found) <= _MOST_OF_A_WORD else ())
        places.update(self._by_title.get(entry.joined, ()))
        counts: Counter[int] = Counter()
        for person in entry.people.persons:
            counts.update({p for word in person.family for p in self._by_family.get(word, ())})
        needed = min(2, len(entry.people.persons))
        places.update(place for place, count in counts.items() if count >= needed)
        return [self._all[place] for place in sorted(places)]

    @cached_property
    def _all(self) -> list[Seen]:
        return [seen(paper) for paper in self._library.papers()]

    @cached_property
    def _by_title(self) -> dict[str, list[int]]:
        return _places({one.joined} for one in self._all)

    @cached_property
    def _by_word(self) -> dict[str, list[int]]:
        return _places({*one.words} - _SMALL for one in self._all)

    @cached_property
    def _by_family(self) -> dict[str, list[int]]:
        return _places({w for p in one.people.persons for w in p.family} for one in self._all)

    @cached_property
    def _of_meeting(self) -> dict[str, list[Paper]]:
        found: dict[str, list[Paper]] = defaultdict(list)
        for one in self._all:
            for meeting in meetings_of(one.paper.venue):
                found[meeting].append(one.paper)
        return found


def _places(names: Iterable[set[str]]) -> dict[str, list[int]]:
    """The places at which each name is."""
    found: dict[str, list[int]] = defaultdict(list)
    for place, own in enumerate(names):
        for name in own:
            found[name].append(place)
    return found
