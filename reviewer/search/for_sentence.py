"""Ranks papers for one sentence of a draft, with the sentence before it as context."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reviewer.library import Library
from reviewer.search.options import SearchOptions
from reviewer.search.ranking import CANDIDATES, Ranking
from reviewer.types import Paper
from reviewer.types.evidence import Score

# What the parts of the two searches and a shared name count: rounded from a fit to the sentences of
# DeepScholar's related-work sections (docs/quality.md).
_SENTENCE_WORDS, _SENTENCE_COSINE, _COVERAGE, _WITH_CONTEXT, _NAME = 1.0, 1.0, 0.5, 1.0, 0.5
_LONGEST_NAME = 4  # words before the colon of a title
_NAME_LIKE = re.compile(r"[^\W_]*(?:[A-Z][^\W_]*[A-Z]|\d)[^\W_]*")


@dataclass(frozen=True)
class NearPaper:
    """A paper and its score for a sentence. `is_weak`: it reaches the relevance floor neither for
    the sentence alone nor with its context; `is_strong`: it is a clear answer to the sentence."""

    paper: Paper
    score: float
    is_weak: bool = False
    is_strong: bool = False


@dataclass(frozen=True)
class _Side:
    """One search: of each paper, by its number, its best chunk, that chunk's score, and the
    relevance of its most relevant chunk."""

    chunks: Mapping[int, int]
    scores: Mapping[int, Score]
    relevance: Mapping[int, float]
    floors: tuple[float, float]


def find_for_sentence(
    sentence: str, before: str, library: Library, count: int
) -> tuple[NearPaper, ...]:
    """At most `count` papers, the nearest to the sentence first. `before` is the sentence before
    it, or empty. The score adds the share of the sentence's words that a paper has, its cosine, the
    usual score for both sentences together, and whether the sentence names what the paper's title
    names."""
    with library.alone:
        own = _searched(sentence, library)
        both = _searched(f"{before} {sentence}", library) if before else own
        chunks = {**both.chunks, **own.chunks}
        titles = {t.number: t.title for t in library.chunks.texts_numbered([*chunks.values()])}
        named = _named(sentence, {n: titles.get(chunk, "") for n, chunk in chunks.items()}, library)
        scores = {n: _total(n, own, both) + _NAME * named.get(n, 0.0) for n in chunks}
        best = sorted(scores, key=lambda n: (-scores[n], n))[:count]
        papers = library.catalogue.papers_numbered(best)
        return tuple(
            NearPaper(
                paper=papers[n],
                score=round(scores[n], 6),
                is_weak=not any(s.relevance.get(n, 0.0) >= s.floors[0] for s in (own, both)),
                is_strong=own.relevance.get(n, 0.0) >= own.floors[1],
            )
            for n in best
            if n in papers
        )


def _searched(text: str, library: Library) -> _Side:
    options = SearchOptions(papers=CANDIDATES, abstains=False, is_plain=True)
    ranking = Ranking(text, library, options)
    chunks: dict[int, int] = {}
    scores: dict[int, Score] = {}
    relevance: dict[int, float] = {}
    for candidate in ranking.ranked():
        paper = candidate.paper
        relevance[paper] = max(relevance.get(paper, 0.0), candidate.relevance)
        if paper not in chunks:
            chunks[paper] = candidate.number
            scores[paper] = ranking.score(candidate)
    return _Side(chunks, scores, relevance, ranking.floors)


def _total(number: int, own: _Side, both: _Side) -> float:
    """The score without names. A paper that one of the searches does not have counts there as its
    last one."""
    words = _part(own, number, "lexical")
    cosine, coverage = _part(own, number, "dense"), _part(own, number, "coverage")
    usual = _part(both, number, "total")
    return (
        _SENTENCE_WORDS * words
        + _SENTENCE_COSINE * cosine
        + _COVERAGE * coverage
        + _WITH_CONTEXT * usual
    )


def _part(side: _Side, number: int, name: str) -> float:
    if number in side.scores:
        return getattr(side.scores[number], name) or 0.0
    return min((getattr(score, name) or 0.0 for score in side.scores.values()), default=0.0)


def _named(sentence: str, titles: Mapping[int, str], library: Library) -> dict[int, float]:
    """For each title with a name that the sentence says, how rare the name is, 0 to 1."""
    said = f" {_plain(sentence)} "
    found = {
        n: [name for name in names_in_title(title) if f" {_plain(name)} " in said]
        for n, title in titles.items()
    }
    rarity = _rarity((name for names in found.values() for name in names), library)
    return {n: max(rarity[name] for name in names) for n, names in found.items() if names}


def names_in_title(title: str) -> tuple[str, ...]:
    """What a title names: the few words before its colon, and words with a digit or with several
    capitals, such as `BERT` or `GPT4`."""
    head, colon, _ = title.partition(":")
    names = [head.strip()] if colon and 0 < len(head.split()) <= _LONGEST_NAME else []
    return tuple(dict.fromkeys([*names, *_NAME_LIKE.findall(title)]))


def _rarity(names: Iterable[str], library: Library) -> dict[str, float]:
    """The rarity of each name's rarest word: the logarithm of its inverse share of chunks, as a
    share of the most that it can be."""
    wanted = list(dict.fromkeys(names))
    chunks = max(library.words.chunks(), 2)
    stems: Sequence[Iterable[str]] = library.words.texts(wanted)
    counts = library.words.counts(list({stem for own in stems for stem in own}))
    return {
        name: max(
            (math.log(chunks / max(counts[s].chunks, 1)) / math.log(chunks) for s in own),
            default=0.0,
        )
        for name, own in zip(wanted, stems, strict=True)
    }


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))
