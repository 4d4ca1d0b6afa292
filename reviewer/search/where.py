"""Finds which papers say some words, word for word or nearly, and on which page."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.errors import UsageError
from reviewer.grounding import locate
from reviewer.grounding.near_quotes import allowed_slips, count_words, locate_nearly, shared_words
from reviewer.grounding.quotes import is_whole
from reviewer.text import sentence_spans
from reviewer.text.views import one_line
from reviewer.types import Paper
from reviewer.types.searches import Difference, QuoteFound, QuotePlace

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from reviewer.library import Library

PLACES = 10  # papers that are named unless more are wanted
MOST_QUOTE_CHARS = 10_000
_WORDS_LOOKED_UP = 40  # the first words of a quote find its papers
_STEMS_LOOKED_UP = 14  # of these words, the rarest
_LEAST_SHARE = 0.5  # of their weight, in two neighbouring chunks
_MOST_TESTED = 60  # chunks that lack a word of the quote: one of a slip comes among the first
_MOST_WHOLE = 1000  # chunks that have every word
_MARGIN = 200  # characters around a quote that may be in two chunks
_NEAREST = 3


@dataclass(frozen=True)
class _Text:
    """Some text of a paper's part in which a quote may be; `offset` is the place of its first
    character in the part."""

    paper: Paper
    part: str
    offset: int
    text: str


def find_words(words: str, library: Library, most: int = PLACES, key: str = "") -> QuoteFound:
    """The papers, of the whole library or only the one with this key, that say these words.

    Word for word is what `grounding.locate` says: whole words and numbers, with no digit and no
    "not" changed. Where no paper has them so, the papers with the fewest slips are found, at most
    one in ten words. Titles, abstracts and bodies are searched, references are not.

    Raises UsageError for words without a letter or digit, or more than MOST_QUOTE_CHARS characters,
    NotFoundError for a key that no paper has.
    """
    words = one_line(words)
    if not any(character.isalnum() for character in words):
        raise UsageError("there are no words to look for", hint='For example: review where "words"')
    if len(words) > MOST_QUOTE_CHARS:
        raise UsageError(
            f"the words have {len(words):,} characters, and {MOST_QUOTE_CHARS:,} is the most",
            hint="Look for a sentence of them.",
        )
    with library.alone:
        texts = _whole_texts(library.paper(key)) if key else _likely_texts(words, library)
        tested: list[_Text] = []
        exact = _places(_exact(words, text) for text in _kept(texts, tested))
        found = [place for place, _ in zip(exact, range(most + 1), strict=False)]
    if not found:
        found = _fewest_slips(words, tested)
    return QuoteFound(
        words=words,
        found=tuple(found[:most]),
        has_more=len(found) > most,
        nearest=() if found else tuple(_nearest(words, tested)),
    )


def _kept(texts: Iterable[_Text], tested: list[_Text]) -> Iterator[_Text]:
    for text in texts:
        tested.append(text)
        yield text


def _places(found: Iterable[QuotePlace | None]) -> Iterator[QuotePlace]:
    """The first place of each paper."""
    seen = set[str]()
    for place in found:
        if place is not None and place.paper_id not in seen:
            seen.add(place.paper_id)
            yield place


def _exact(words: str, text: _Text) -> QuotePlace | None:
    span = locate(words, text.text)
    # Looked at again in the whole part: the text may begin just after a "not".
    if not span or not is_whole(text.paper.text_of(text.part), *_moved(span, text.offset)):
        return None
    return _place(text, span, is_exact=True)


def _fewest_slips(words: str, texts: Sequence[_Text]) -> list[QuotePlace]:
    if not allowed_slips(count_words(words)):
        return []
    near = []
    for text in texts:
        if place := locate_nearly(words, text.text):
            near.append(_place(text, (place.start, place.end), differences=place.differences))
    slips = [_slips(place.differences) for place in near]
    fewest = min(slips, default=(0, 0.0))
    return list(_places(place for place, own in zip(near, slips, strict=True) if own == fewest))


def _slips(differences: Sequence[Difference]) -> tuple[int, float]:
    """How many words differ, and how unlike they are: a misspelt word is nearer than another."""
    from difflib import SequenceMatcher

    words = sum(max(len(d.asked.split()), len(d.there.split())) for d in differences)
    alike = sum(SequenceMatcher(None, d.asked, d.there).ratio() for d in differences)
    return words, round(len(differences) - alike, 2)


def _place(
    text: _Text,
    span: tuple[int, int],
    *,
    is_exact: bool = False,
    differences: tuple[Difference, ...] = (),
) -> QuotePlace:
    start, end = _moved(span, text.offset)
    paper = text.paper
    pages = next((part.page_starts for part in paper.parts if part.name == text.part), ())
    return QuotePlace(
        key=paper.key,
        title=paper.title,
        paper_id=paper.id,
        part=text.part,
        page=bisect_right(pages, start) + 1 if pages else None,
        start=start,
        end=end,
        quote=text.text[slice(*span)],
        is_exact=is_exact,
        differences=differences,
    )


def _moved(span: tuple[int, int], offset: int) -> tuple[int, int]:
    return span[0] + offset, span[1] + offset


def _nearest(words: str, texts: Sequence[_Text]) -> Iterator[QuotePlace]:
    """Of each of the likeliest papers the sentence that shares the most words."""
    rated: dict[str, tuple[float, QuotePlace]] = {}
    for text in texts[: 2 * _MOST_TESTED]:
        for span in sentence_spans(text.text):
            share = shared_words(words, text.text[slice(*span)])
            if share > rated.get(text.paper.id, (0.0, None))[0]:
                rated[text.paper.id] = share, _place(text, span)
    best = sorted(rated.values(), key=lambda pair: pair[0], reverse=True)
    yield from (place for _, place in best[:_NEAREST])


def _whole_texts(paper: Paper) -> Iterator[_Text]:
    for part in paper.own_parts:
        yield _Text(paper, part.name, 0, part.text)


def _likely_texts(words: str, library: Library) -> Iterator[_Text]:
    """The texts that may have the words, the likeliest first: by the inverted index, each text as
    long as the quote and its chunk together."""
    numbers = _likely_chunks(words, library)
    titles = set[str]()
    reach = len(words) + _MARGIN
    for first in range(0, len(numbers), _MOST_TESTED):
        some = numbers[first : first + _MOST_TESTED]
        kept = library.chunks.numbered(some)
        papers = library.catalogue.papers_numbered({chunk.paper for chunk in kept.values()})
        for number in some:
            if number not in kept:
                continue
            chunk, paper = kept[number].chunk, papers[kept[number].paper]
            if paper.id not in titles:
                titles.add(paper.id)
                yield _Text(paper, "title", 0, paper.title)
            start = max(0, chunk.start - reach)
            text = paper.text_of(chunk.part)[start : chunk.end + reach]
            yield _Text(paper, chunk.part, start, text)


def _likely_chunks(words: str, library: Library) -> list[int]:
    """The numbers of the chunks that have, with the chunk after them, the most of the quote's
    words, weighed by their inverse document frequency: all that have every word, and the best
    _MOST_TESTED of the others. (Of a few common words at most
    _MOST_WHOLE chunks are taken.)"""
    import numpy as np

    index = library.words
    (stems,) = index.texts([" ".join(words.split()[:_WORDS_LOOKED_UP])])
    postings = index.postings(dict.fromkeys(stems))
    chunks, _, highest = index.size()
    known = sorted(
        (stem for stem in postings if len(postings[stem])), key=lambda s: len(postings[s])
    )
    if not known:
        return []
    known = known[:_STEMS_LOOKED_UP]
    weights = np.log1p(chunks / np.array([len(postings[stem]) for stem in known]))
    has = np.zeros((len(known), highest + 2), dtype=bool)
    for row, stem in enumerate(known):
        has[row, postings[stem]["chunk"]] = True
    own: NDArray[np.float64] = weights @ has
    with_next = weights @ (has[:, :-1] | has[:, 1:])
    # A chunk that has all by itself comes before the one in front of it.
    scores = with_next + own[:-1] * 1e-6
    order = np.argsort(-scores, kind="stable")
    whole = int((with_next >= weights.sum() - 1e-9).sum())
    likely = order[: min(whole, _MOST_WHOLE) + _MOST_TESTED]
    wanted: list[int] = likely[with_next[likely] >= _LEAST_SHARE * weights.sum()].tolist()
    return wanted
