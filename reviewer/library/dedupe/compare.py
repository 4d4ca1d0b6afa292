"""How similar two entries are: their titles, authors, years and abstracts. Pure.

Constants were set on the generated pairs of tests/library/test_dedupe_compare.py and on the sample
libraries.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from reviewer.library.dedupe.similarity import (
    Agreement,
    Title,
    TitleMatch,
    agreement_of,
    can_be_cut,
    match_titles,
    may_match,
    ratio,
)
from reviewer.text import normalise_title
from reviewer.text.names import authors_of
from reviewer.types import Paper
from reviewer.types.duplicates import Pair, Verdict

SIMILAR_ALONE = 88.0  # the same where no author is known who confirms it
ALIKE_ABSTRACT, OTHER_ABSTRACT = 90.0, 55.0
ABSTRACT_CHARS = 400  # normalised characters of an abstract that are compared
MOST_IN_BLOCK = 200  # a larger block distinguishes nothing and is passed over
_SMALL = frozenset(
    "a an the of on in for to and or with by from at as is are via using towards toward into "
    "do does how what why can".split()
)
_FOLDED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"})
_SPELLED = re.compile(r"(?<=[aou])e(?=[bcdfghjklmnpqrstvwxz])")  # ae, oe, ue for ä, ö, ü
_SUBTITLE = re.compile(r"\s*(?::|\?|\.|\s[–—-]+)\s+")
_PREPRINT_DOI = re.compile(
    r"10\.(?:1101/(?:\d{4}\.\d\d\.\d\d\.\d+|\d{6})|21203/rs|26434/chemrxiv|31234/osf|31219/osf"
    r"|2139/ssrn|20944/preprints|36227/techrxiv|22541/au|48550/arxiv)"
)


@dataclass(frozen=True, slots=True)
class Likeness:
    """What an entry is compared by; `sign` is the hash of its text as read. Identifiers are as
    `groups.identities` gives them; `families` are without accents or particles."""

    sign: str
    title: str
    main: str
    families: tuple[str, ...]
    year: int | None
    identifiers: tuple[str, ...]
    abstract: str


def is_preprint_doi(doi: str) -> bool:
    """True for a DOI of a preprint server, in small letters."""
    return _PREPRINT_DOI.match(doi) is not None


def title_of(entry: Paper) -> Title:
    title = entry.title.strip()
    main = _SUBTITLE.split(title, maxsplit=1)[0]
    return Title(normalise_title(title), normalise_title(main))


def likeness_of(entry: Paper, identifiers: Iterable[tuple[str, str]]) -> Likeness:
    title = title_of(entry)
    abstract = normalise_title(entry.abstract[: 2 * ABSTRACT_CHARS]) if entry.abstract else ""
    return Likeness(
        sign=entry.origins[0].sha256,
        title=title.whole,
        main=title.main,
        families=families_of(entry),
        year=entry.year,
        identifiers=tuple(sorted(f"{kind}:{value}" for kind, value in identifiers)),
        abstract=abstract[:ABSTRACT_CHARS],
    )


def families_of(entry: Paper) -> tuple[str, ...]:
    """The authors' family names, or groups' names, in one spelling: no accents, no particles."""
    return tuple(
        family
        for name in authors_of(entry)
        if (family := folded(name.group or (name.family.split() or [""])[-1]))
    )


def folded(name: str) -> str:
    """A family name in small letters without accents; ae, oe and ue for German letters are one."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_FOLDED))
    return _SPELLED.sub("", "".join(c for c in plain if c.isalnum()))


def blocks_of(like: Likeness) -> set[int]:
    """Numbers of the blocks that an entry is in: two that may be one paper share one, also when a
    word, a subtitle, the year or an author is written differently."""
    words = [w for w in like.main.split() if w not in _SMALL] or like.main.split()
    whole = [w for w in like.title.split() if w not in _SMALL] or like.title.split()
    if not whole:
        return set()
    words = words or whole  # a title may begin with its colon
    names = {("head", *words[:3]), ("tail", *whole[-3:])}
    names.add(("long", *sorted(sorted(set(whole), key=lambda w: (-len(w), w))[:4])))
    names.add(("start", *whole[:4]))
    if like.families:
        first = like.families[0]
        names |= {("word", first, word) for word in (words[0], whole[-1])}
        if like.year is not None:
            names |= {("year", first, str(year)) for year in (like.year, like.year + 1)}
    return {_number("\0".join(name)) for name in names}


def _number(text: str) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", errors="replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _title(like: Likeness) -> Title:
    return Title(like.title, like.main)


def judge(one: Likeness, other: Likeness) -> tuple[Verdict, str] | None:
    """The verdict on two entries, and its reason; None when they are one by their identifiers or
    their title anyway, or when nothing suggests one paper."""
    title = match_titles(_title(one), _title(other))
    if title == "none" or set(one.identifiers) & set(other.identifiers):
        return None
    authors = agreement_of(one.families, other.families)
    if authors == "none" and title != "equal":
        return None
    standing = _standing(one, other)
    if standing == "versions":
        return _as_versions(title, authors, one, other)
    if standing == "conflict":
        is_near = title in ("equal", "typo") and authors == "same"
        reason = "same title and authors, but two values of one identifier"
        return ("doubtful", reason) if is_near and _abstracts(one, other) != "none" else None
    return _without_identifiers(title, authors, one, other)


def _standing(one: Likeness, other: Likeness) -> Literal["free", "conflict", "versions"]:
    """Whether identifiers rule out one paper, or name two versions of it."""
    if {is_published(one.identifiers), is_published(other.identifiers)} == {True, False}:
        return "versions"
    kinds = [{n.partition(":")[0] for n in like.identifiers} for like in (one, other)]
    return "conflict" if kinds[0] & kinds[1] else "free"


def is_published(identifiers: Iterable[str]) -> bool | None:
    """False: only a preprint's identifiers (`kind:value`); True: only a publisher's; None: both or
    none."""
    marks = {
        not (name.startswith("arxiv:") or is_preprint_doi(name.removeprefix("doi:")))
        for name in identifiers
    }
    return marks.pop() if len(marks) == 1 else None


def _as_versions(
    title: TitleMatch, authors: Agreement, one: Likeness, other: Likeness
) -> tuple[Verdict, str] | None:
    reason = "a preprint and a published paper"
    if title == "equal" and authors != "none":
        return "versions", f"{reason} of one title"
    if title in ("typo", "subtitle") and authors == "same":
        return "versions", f"{reason} of nearly one title and the same authors"
    if authors == "same" or _abstracts(one, other) == "same":
        return "doubtful", f"{reason} with similar titles"
    return None


def _without_identifiers(
    title: TitleMatch, authors: Agreement, one: Likeness, other: Likeness
) -> tuple[Verdict, str] | None:
    """The verdict on two entries that no identifier tells apart."""
    abstracts = _abstracts(one, other)
    if title == "equal":
        return ("doubtful", "same title, other authors") if authors == "none" else None
    gap = abs(one.year - other.year) if one.year and other.year else None
    is_near = gap is None or gap <= 1
    if abstracts == "none" and authors != "same":
        return None
    if title == "typo" and is_near and (authors == "same" or abstracts == "same"):
        return "same", "titles that differ by a slip, and the same authors or abstract"
    if title == "subtitle" and can_be_cut(one.title, other.title):
        if abstracts == "same" or (authors == "same" and (gap or 0) == 0):
            return "same", "one title lacks its subtitle; the same authors or abstract"
        if authors == "unknown" and len(min(one.main, other.main, key=len).split()) < 3:
            return None
    is_alike = authors in ("same", "some") or abstracts == "same"
    if is_alike or title == "typo" or ratio(one.title, other.title) >= SIMILAR_ALONE:
        return "doubtful", f"similar titles{_and(authors, abstracts, gap)}"
    return None


def _and(authors: Agreement, abstracts: Agreement, gap: int | None) -> str:
    detail = {"same": ", the same authors", "some": ", some of the same authors"}.get(authors, "")
    detail += ", nearly the same abstract" if abstracts == "same" else ""
    return detail + (f", {gap} year{'s' * (gap > 1)} apart" if gap else "")


def _abstracts(one: Likeness, other: Likeness) -> Agreement:
    length = min(len(one.abstract), len(other.abstract))
    if length < 80:
        return "unknown"
    from rapidfuzz import fuzz

    alike = fuzz.ratio(one.abstract[:length], other.abstract[:length])
    return "same" if alike >= ALIKE_ABSTRACT else "none" if alike < OTHER_ABSTRACT else "some"


def pairs_between(likenesses: Mapping[str, Likeness], fresh: Iterable[str]) -> Iterator[Pair]:
    """The verdicts on each fresh sign and every other that shares a block with it, in an order that
    depends on the contents alone."""
    for one, other in _candidates(likenesses, set(fresh)):
        found = judge(likenesses[one], likenesses[other])
        if found is not None:
            yield Pair(one=one, other=other, verdict=found[0], reason=found[1])


def _candidates(likenesses: Mapping[str, Likeness], fresh: set[str]) -> Iterator[tuple[str, str]]:
    """Each pair of signs that share a block, whose titles may match and of which one is fresh,
    once."""
    blocks: dict[int, list[str]] = defaultdict(list)
    titles: dict[str, Title] = {}
    for sign in sorted(likenesses):
        titles[sign] = _title(likenesses[sign])
        for name in blocks_of(likenesses[sign]):
            blocks[name].append(sign)
    seen: set[tuple[str, str]] = set()
    for members in blocks.values():
        own = [sign for sign in members if sign in fresh]
        if not own or not 1 < len(members) <= MOST_IN_BLOCK:
            continue
        found = may_match([titles[sign] for sign in own], [titles[sign] for sign in members])
        pairs = {(min(own[i], members[n]), max(own[i], members[n])) for i, n in found}
        for pair in sorted(pairs - seen):
            if pair[0] != pair[1]:
                seen.add(pair)
                yield pair
