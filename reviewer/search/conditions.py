"""Which papers of a library meet a condition in the syntax of librarians, and how many."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from functools import reduce

from reviewer.library import Library
from reviewer.library.index.chunks import ChunkText
from reviewer.search.boolean import Condition, Group, Term, years_of
from reviewer.text import normalise_title
from reviewer.types.searches import Filters, Step

_READ_AT_ONCE = 2000  # chunks
_SHORTEST = 2  # letters of a stem that a truncation is looked up by
_MARKUP = re.compile(r"[\\${}~^]|-\s|[^\x00-\x7f]")  # what `normalise_title` changes
_UNSPACED = r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"  # words without spaces


def papers_meeting(
    parts: Iterable[Condition], library: Library, filters: Filters
) -> tuple[set[int], tuple[Step, ...]]:
    """The numbers of the papers that pass the filters and meet all these conditions, and how many
    are left after each."""
    among = library.catalogue.numbers_passing(filters)
    steps: list[Step] = []
    for part in parts:
        among = _meeting(part, library, among)
        steps.append(Step(condition=str(part), papers=len(among)))
    return among, tuple(steps)


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """The conditions that all have to be met, in order."""
    is_and = isinstance(condition, Group) and condition.operator == "AND"
    return condition.parts if isinstance(condition, Group) and is_and else (condition,)


def _meeting(condition: Condition, library: Library, among: set[int]) -> set[int]:
    """Those of these papers that meet it."""
    if isinstance(condition, Term):
        return among & _holding(condition, library)
    found = [_meeting(part, library, among) for part in condition.parts]
    if condition.operator == "NOT":
        return among - found[0]
    return reduce(set.intersection if condition.operator == "AND" else set.union, found)


def _holding(term: Term, library: Library) -> set[int]:
    ways: dict[str, Callable[[Term, Library], set[int]]] = {
        "author": _by_author,
        "venue": _in_venue,
        "year": _of_years,
        "tag": _tagged,
    }
    return ways.get(term.field, _in_texts)(term, library)


def _in_texts(term: Term, library: Library) -> set[int]:
    """A word is known by its stem, as in every search; a phrase stands there word by word, in any
    case and with any marks between; a truncation is the beginning of a word."""
    if term.is_exact:
        if re.search(_UNSPACED, term.words):  # a whole clause is one word of the index
            chunks = set(library.chunks.all_numbers())
        else:
            chunks = _chunks_with(library.words.texts([term.words])[0], library)
        return _matching(_phrase(term.words), chunks, library, term.field)
    if term.is_prefix:
        return _beginning(term, library)
    place = {"title": "title", "abstract": "text"}.get(term.field, "")
    chunks = _chunks_with(library.words.texts([term.words])[0], library, place)
    if term.field == "abstract":
        return _matching(re.compile(""), chunks, library, term.field)
    return _papers_of(chunks, library)


def _chunks_with(stems: Collection[str], library: Library, place: str = "") -> set[int]:
    """The chunks that hold all of the stems: in `title` or `text`, or anywhere."""
    found: list[set[int]] = []
    for postings in library.words.postings(list(dict.fromkeys(stems))).values():
        kept = postings[postings[place] > 0] if place else postings
        found.append(set(kept["chunk"].tolist()))
    return reduce(set.intersection, found) if found else set()


def _papers_of(chunks: Collection[int], library: Library) -> set[int]:
    return set(library.chunks.papers_of(sorted(chunks)).values())


def _phrase(words: str) -> re.Pattern[str]:
    """Matches the phrase as whole words, whatever stands between them."""
    own = normalise_title(words).split() or [words]
    before = "" if re.match(_UNSPACED, own[0]) else r"(?<!\w)"
    after = "" if re.match(_UNSPACED, own[-1][-1]) else r"(?!\w)"
    return re.compile(before + r"[\W_]+".join(map(re.escape, own)) + after)


def _beginning(term: Term, library: Library) -> set[int]:
    """A stem may be shorter than the beginning that is asked for: only texts can tell then."""
    beginning = "".join(normalise_title(term.words).split())
    sure = library.words.stems_from(beginning)
    shorter = [beginning[:n] for n in range(_SHORTEST, len(beginning))]
    others = [stem for own in shorter for stem in (own, f"{own}e", f"{own}i") if stem not in sure]
    place = {"title": "title", "abstract": "text"}.get(term.field, "")
    surely = _chunks_with_any(sure, library, place)
    unsure = _chunks_with_any(others, library, place) - surely
    pattern = re.compile(rf"(?<!\w){re.escape(beginning)}")
    if term.field == "abstract":
        found = _matching(re.compile(""), surely, library, term.field)
    else:
        found = _papers_of(surely, library)
    return found | _matching(pattern, unsure, library, term.field)


def _chunks_with_any(stems: Collection[str], library: Library, place: str) -> set[int]:
    return set().union(*(_chunks_with([stem], library, place) for stem in dict.fromkeys(stems)))


def _matching(
    pattern: re.Pattern[str], chunks: Collection[int], library: Library, field: str
) -> set[int]:
    """The papers of those chunks whose text in this field the pattern matches."""
    numbers, found = sorted(chunks), set[int]()
    for start in range(0, len(numbers), _READ_AT_ONCE):
        for chunk in library.chunks.texts_numbered(numbers[start : start + _READ_AT_ONCE]):
            if chunk.paper not in found and any(_matches(pattern, t) for t in _texts(chunk, field)):
                found.add(chunk.paper)
    return found


def _texts(chunk: ChunkText, field: str) -> tuple[str, ...]:
    if field == "title":
        return (chunk.title,)
    if field == "abstract":
        return (chunk.text,) if chunk.part == "abstract" else ()
    return chunk.title, chunk.text


def _matches(pattern: re.Pattern[str], text: str) -> bool:
    if pattern.search(text.casefold()):
        return True
    return bool(_MARKUP.search(text)) and pattern.search(normalise_title(text)) is not None


def _by_author(term: Term, library: Library) -> set[int]:
    """Whole names, `Smith` or `Jane Smith`, without regard to case and accents."""
    wanted = f" {normalise_title(term.words)}{'' if term.is_prefix else ' '}"
    return {
        number
        for number, names in library.catalogue.authors_by_number()
        if any(wanted in f" {normalise_title(name)} " for name in names)
    }


def _in_venue(term: Term, library: Library) -> set[int]:
    return library.catalogue.numbers_passing(Filters(venue=term.words))


def _of_years(term: Term, library: Library) -> set[int]:
    first, last = years_of(term.words)
    return library.catalogue.numbers_passing(Filters(year_from=first, year_to=last))


def _tagged(term: Term, library: Library) -> set[int]:
    wanted = _folded(term.words)
    tags = [
        tag
        for tag in library.catalogue.tags()
        if _folded(tag) == wanted or (term.is_prefix and _folded(tag).startswith(wanted))
    ]
    return set().union(*(library.catalogue.numbers_passing(Filters(tags=(t,))) for t in tags))


def _folded(tag: str) -> str:
    return unicodedata.normalize("NFC", tag).casefold()
