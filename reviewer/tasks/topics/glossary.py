"""The glossary of a topic: the sentences in which its papers define their terms."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from reviewer.grounding.sentence_numbers import cite_span
from reviewer.text import clean, sentence_spans
from reviewer.text.definitions import KINDS, Definition, definitions_in
from reviewer.types import Citation, Evidence
from reviewer.types.learning import GlossaryTerm

MOST_TERMS = 15
_EVERYWHERE = frozenset({"state of the art", "ground truth", "artificial intelligence"})
_MOST_OF_ONE = 2  # terms that one paper defines


@dataclass(frozen=True)
class _Said:
    definition: Definition
    citation: Citation


def find_terms(evidence: Sequence[Evidence]) -> list[GlossaryTerm]:
    """Every term that these texts define, each with its best sentence: one that defines before one
    that introduces before one that only writes an abbreviation out, then that of the paper that
    comes first. Those that the most papers use come first."""
    best: dict[str, _Said] = {}
    for item in evidence:
        for said in _definitions_of(item):
            name = _folded(said.definition.term)
            known = best.get(name)
            if known is None or _kind(said) < _kind(known):
                best[name] = said
    texts = [clean(f"{item.paper.title}. {item.chunk.text}") for item in evidence]
    found = [
        GlossaryTerm(
            term=_as_head(said.definition.term),
            short=said.definition.short,
            kind=said.definition.kind,
            citation=said.citation,
            used_by=_used_by(said.definition, texts),
        )
        for said in best.values()
    ]
    return sorted(found, key=lambda term: -term.used_by)


def choose_terms(terms: Sequence[GlossaryTerm], read: Collection[str]) -> tuple[GlossaryTerm, ...]:
    """At most MOST_TERMS terms, in the order of letters: definitions first, then what papers
    introduce, then abbreviations; each of several papers, or of one that is `read` (by its id)."""
    shorts: set[str] = set()
    times: dict[str, int] = {}
    chosen: list[GlossaryTerm] = []
    for term in sorted(terms, key=lambda term: (KINDS.index(term.kind), -term.used_by)):
        paper_id = term.citation.paper_id
        is_wanted = term.used_by > 1 or (paper_id in read and term.kind != "written out")
        if not is_wanted or times.get(paper_id, 0) >= _MOST_OF_ONE or term.short in shorts:
            continue
        chosen.append(term)
        shorts |= {term.short} - {""}
        times[paper_id] = times.get(paper_id, 0) + 1
    return tuple(sorted(chosen[:MOST_TERMS], key=lambda term: term.term.casefold()))


def _definitions_of(item: Evidence) -> Iterator[_Said]:
    chunk = item.chunk
    for start, end in sentence_spans(chunk.text):
        for definition in definitions_in(chunk.text[start:end]):
            if _folded(definition.term) in _EVERYWHERE:
                continue
            cited = cite_span(item, chunk.part, chunk.start + start, chunk.start + end)
            yield _Said(definition, cited)


def _kind(said: _Said) -> int:
    return KINDS.index(said.definition.kind)


def _folded(term: str) -> str:
    """The term without case, hyphens and the plural of its last word."""
    plain = re.sub(r"[-\s]+", " ", term.casefold())
    return plain[:-1] if plain.endswith("s") and not plain.endswith(("ss", "us", "is")) else plain


def _as_head(term: str) -> str:
    """The term as the head of an entry: a word that only begins a sentence is not a name."""
    first, _, rest = term.partition(" ")
    return term if not first[1:].islower() or any(map(str.isupper, rest)) else term.lower()


def _used_by(definition: Definition, texts: Sequence[str]) -> int:
    """How many of the texts have the term, or its abbreviation in capitals."""
    words = r"[-\s]+".join(re.escape(word) for word in _folded(definition.term).split())
    patterns = [re.compile(rf"(?<!\w){words}s?(?!\w)", re.IGNORECASE)]
    if sum(map(str.isupper, definition.short)) > 1:
        patterns.append(re.compile(rf"(?<![\w-]){re.escape(definition.short)}s?(?![\w-])"))
    return sum(any(pattern.search(text) for pattern in patterns) for text in texts)
