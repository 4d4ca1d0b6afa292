"""Whether two entries with one identifier, or with one title, are of one work. Pure.

One identifier says little where a bibliography gives a proceedings' DOI to each of its papers, and
one title says little where it was guessed from a page. Texts are compared by the runs of letters
that they share, which hyphens, running heads and another layout hardly change. Constants were set
on the generated pairs of tests/library/test_dedupe_works.py.
"""

from __future__ import annotations

import zlib
from functools import cached_property
from typing import Literal

from reviewer.library.dedupe.compare import families_of, folded, title_of
from reviewer.library.dedupe.similarity import Agreement, Title, agreement_of, match_titles
from reviewer.text import normalise_title
from reviewer.types import Paper

SAME_TEXT, OTHER_TEXT = 0.5, 0.1  # the share of the shorter text's runs that both have
_RUN = 20  # letters
_LEAST_RUNS = 60  # a shorter text says nothing of another
_COMPARED_CHARS = 20_000
_OPENING_CHARS = 4_000  # where a text names its title and its authors
_MOST_FAMILIES = 6
_LEAST_TELLING_WORDS = 5  # a shorter guessed title is not worth a question

Work = Literal["same", "unknown", "other"]


class Look:
    """What one entry shows of its work; a text is looked at when it is first needed."""

    def __init__(self, entry: Paper) -> None:
        self._entry = entry
        self.title = title_of(entry)
        self.families = families_of(entry)
        self.year = entry.year

    @property
    def is_guess(self) -> bool:
        """True when the title is what a page seems to have for one."""
        certainty = self._entry.extra.get("certainty")
        named = certainty.get("title", "") if isinstance(certainty, dict) else ""
        return named not in ("", "certain")

    @cached_property
    def abstract(self) -> frozenset[int]:
        return _runs(self._entry.abstract)

    @cached_property
    def body(self) -> frozenset[int]:
        return _runs(self._entry.text_of("body"))

    @cached_property
    def opening(self) -> str:
        """The first words of its text, in the spelling of normalised titles."""
        front = str(self._entry.extra.get("front_matter", ""))[:_OPENING_CHARS]
        parts = [front, self._entry.abstract, self._entry.text_of("body")]
        return f" {normalise_title(chr(10).join(parts)[:_OPENING_CHARS])} "

    @cached_property
    def names(self) -> frozenset[str]:
        """The words of the opening, each as the name of a family would be compared."""
        return frozenset(map(folded, self.opening.split()))


def _runs(text: str) -> frozenset[int]:
    letters = normalise_title(text[:_COMPARED_CHARS]).replace(" ", "").encode()
    return frozenset(zlib.crc32(letters[i : i + _RUN]) for i in range(len(letters) - _RUN + 1))


def share_identifier(one: Look, other: Look) -> Work:
    """Whether two entries with one DOI, arXiv id or PMID are of one work: other where the titles
    differ, and the texts, the authors or (if no authors are known) the years do so too."""
    if one.title.whole == other.title.whole or fits_title(one.title, other.title):
        return "same"
    if not (one.title.whole and other.title.whole):
        return "unknown"
    if (texts := _texts(one, other)) != "unknown" and texts != "some":
        return "same" if texts == "same" else "other"
    authors = agreement_of(one.families, other.families)
    if authors == "same" or _is_named_in(one, other) or _is_named_in(other, one):
        return "same"
    if authors != "unknown":
        return "other"
    return "other" if one.year and other.year and abs(one.year - other.year) > 1 else "unknown"


def share_title(one: Look, other: Look) -> Work:
    """Whether two entries with one title are of one work: same where something else agrees too.
    Texts that differ say more than authors who agree: an institute's reports have one title. Of
    abstracts that differ this holds where the years do so too: a translation is of one year."""
    texts = _texts(one, other)
    if texts == "same":
        return "same"
    of_two_years = bool(one.year and other.year and one.year != other.year)
    if texts == "none" and (of_two_years or (one.body and other.body)):
        return "other"
    if set(one.families) & set(other.families):
        return "same"
    if _has_authors_of(one, other) or _has_authors_of(other, one):
        return "same"
    return "other" if texts == "none" else "unknown"


def is_telling(one: Look, other: Look) -> bool:
    """True when a title that is a guess is worth a question: one of both is sure of it, or it is
    long."""
    are_guesses = one.is_guess and other.is_guess
    return not are_guesses or len(one.title.whole.split()) >= _LEAST_TELLING_WORDS


def fits_title(one: Title, other: Title) -> bool:
    """True when two titles can be one title: equal, with a slip, or cut."""
    if match_titles(one, other) in ("equal", "typo", "subtitle"):
        return True
    fewer, more = sorted((set(one.whole.split()), set(other.whole.split())), key=len)
    return len(fewer) > 1 and fewer <= more


def _texts(one: Look, other: Look) -> Agreement:
    """How far the texts of both agree: whole texts or abstracts that differ are `none`; an abstract
    that is not in a text is `unknown`."""
    whole = _shared(one.abstract | one.body, other.abstract | other.body, _LEAST_RUNS)
    if whole is None:
        return "unknown"
    if whole >= SAME_TEXT:
        return "same"
    bodies = _shared(one.body, other.body, _LEAST_RUNS)
    abstracts = _shared(one.abstract, other.abstract, _LEAST_RUNS)
    if bodies is not None:
        return "none" if whole < OTHER_TEXT else "some"
    return "none" if abstracts is not None and abstracts < OTHER_TEXT else "unknown"


def _shared(one: frozenset[int], other: frozenset[int], least: int) -> float | None:
    fewer = min(len(one), len(other))
    return len(one & other) / fewer if fewer >= least else None


def _is_named_in(one: Look, other: Look) -> bool:
    """True when the text of `other` begins with the title or the authors of `one`."""
    return f" {one.title.whole} " in other.opening or _has_authors_of(other, one)


def _has_authors_of(one: Look, other: Look) -> bool:
    """True when the text of `one` begins with half of the authors of `other` or more."""
    families = other.families[:_MOST_FAMILIES]
    return bool(families) and 2 * sum(family in one.names for family in families) >= len(families)
