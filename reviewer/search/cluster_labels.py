"""Names groups of papers by the terms that distinguish them. No model."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from reviewer.library import Library
from reviewer.text import clean
from reviewer.text.keywords import COMMON_WORDS, STOP_WORDS, singular
from reviewer.types import Paper
from reviewer.types.drafts import Theme

_TERMS_IN_NAME = 3
_RANKED_TERMS = 24  # best terms of a group, which are then counted in the whole library
_READ_CHARS = 6000  # of a part, for its terms
_TITLE_TIMES = 3
_MOST_TIMES = 6  # counts of a term in one paper, so that one paper does not name the others
_SHARED_BY = 2
_OF_ONE = 0.5  # a term of only one paper rarely names a theme
_PAIR_WORTH = 1.25  # two words say more than one
_WORD = re.compile(r"[^\W\d_](?:[\w-]*[^\W_])?")


def name_themes(
    themes: Sequence[Theme], papers: Sequence[Paper], library: Library
) -> tuple[Theme, ...]:
    """The themes with names. A theme without a name gets up to _TERMS_IN_NAME terms, of letters and
    hyphens only, that many of its papers have and few others, here and in the library."""
    held = {paper.id: terms_of(paper) for paper in papers}
    named = []
    for theme in themes:
        inside = [held[i] for i in theme.paper_ids if i in held]
        outside = [terms for i, terms in held.items() if i not in theme.paper_ids]
        titles = {t for p in papers if p.id in theme.paper_ids for t in _terms_in(p.title)}
        best = _ranked(inside, outside, titles)[:_RANKED_TERMS]
        rarity = _rarities([term for term, _ in best], library)
        worth = {term: own * rarity[term] for term, own in best}
        terms = _apart(sorted(worth, key=lambda t: (-worth[t], t)))
        own = [paper for paper in papers if paper.id in theme.paper_ids]
        name = theme.name or ", ".join(_as_written(t, own) for t in terms) or "other papers"
        named.append(Theme(name=name, paper_ids=theme.paper_ids))
    return tuple(named)


def terms_of(paper: Paper) -> Counter[str]:
    """Words and pairs of neighbouring words of a paper's title and texts, in the singular. The
    title counts _TITLE_TIMES, because it says what the paper is about."""
    found: Counter[str] = Counter()
    for part in paper.own_parts:
        for _ in range(_TITLE_TIMES if part.name == "title" else 1):
            found.update(_terms_in(part.text[:_READ_CHARS]))
    return found


def _terms_in(text: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for phrase in re.split(r"[.,;:!?()\[\]\"“”/]|\s[–—-]\s", clean(text)):
        words = [singular(word.casefold()) for word in _WORD.findall(phrase)]
        found.update(word for word in words if _is_term(word))
        found.update(
            f"{a} {b}" for a, b in pairwise(words) if _is_term(a) and _is_term(b) and a != b
        )
    return found


def _is_term(word: str) -> bool:
    return len(word) > 2 and word not in STOP_WORDS and word not in COMMON_WORDS


def _ranked(
    inside: Sequence[Counter[str]], outside: Sequence[Counter[str]], titles: set[str]
) -> list[tuple[str, float]]:
    """Terms of these titles with their worth, best first: how often the papers inside use them,
    times how much larger the share of papers with them is inside than outside; less for terms that
    only one paper has."""
    own = Counter(term for terms in inside for term in terms)
    others = Counter(term for terms in outside for term in terms)
    worth = {}
    for term in titles & own.keys():
        more = own[term] / len(inside) - others[term] / max(1, len(outside))
        spoken = sum(min(terms[term], _MOST_TIMES) for terms in inside) / len(inside)
        if more > 0:
            shared = 1.0 if own[term] >= _SHARED_BY else _OF_ONE
            worth[term] = shared * more * spoken * (_PAIR_WORTH if " " in term else 1.0)
    return sorted(worth.items(), key=lambda pair: (-pair[1], pair[0]))


def _rarities(terms: Sequence[str], library: Library) -> dict[str, float]:
    """The inverse document frequency of each term in the library; of a pair, that of its rarer
    word."""
    rarities = {}
    with library.alone:
        total = max(1, library.words.chunks())
        for term in terms:
            stems = [s for own in library.words.stems(term.split()).values() for s in own]
            held = min((count.chunks for count in library.words.counts(stems).values()), default=0)
            rarities[term] = math.log(1 + total / (1 + held))
    return rarities


def _apart(ranked: Sequence[str]) -> list[str]:
    """The first _TERMS_IN_NAME terms that share no word with each other."""
    chosen: list[str] = []
    for term in ranked:
        taken = {word for known in chosen for word in known.split()}
        if len(chosen) < _TERMS_IN_NAME and not taken & set(term.split()):
            chosen.append(term)
    return chosen


def _as_written(term: str, papers: Sequence[Paper]) -> str:
    """The term with abbreviations in capitals, if the papers mostly write them in capitals."""
    words = [
        w for p in papers for part in p.own_parts for w in _WORD.findall(part.text[:_READ_CHARS])
    ]
    forms = Counter(word for word in words if singular(word.casefold()) in term.split())
    best: dict[str, str] = {}
    for form, _ in sorted(forms.items(), key=lambda pair: (-pair[1], pair[0])):
        best.setdefault(singular(form.casefold()), form)
    return " ".join(
        best[w] if w in best and sum(map(str.isupper, best[w])) > 1 else w for w in term.split()
    )
