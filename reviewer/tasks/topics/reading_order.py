"""Which papers to read on a topic, in which order, and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reviewer.grounding.sentence_numbers import cite_span
from reviewer.text import clean, normalise_title, sentence_spans
from reviewer.text.definitions import definitions_in
from reviewer.types import Citation, Evidence, Paper
from reviewer.types.learning import GlossaryTerm, Reason

MOST_SURVEYS = 3
_NEAR = 20  # a survey that is farther away is of another field
MOST_BUILT_ON = 3  # papers that are taken because others build on them
_USED_BY = 2  # other papers, from which a definition is worth reading first
_TITLE_WORDS = 4  # a shorter title stands in other texts by chance
_MOST_REASONS = 3
_SURVEY_TITLE = re.compile(
    r"\b(?:survey|overview|tutorial|primer|introduction to|taxonomy|(?:systematic|literature|"
    r"comprehensive|critical|scoping|brief|short) review|review of|state of the art in|handbook"
    r"|meta-analysis|perspectives? on|roadmap)\b",
    re.IGNORECASE,
)
_SURVEY_TEXT = re.compile(
    r"\b(?:this (?:\w+ )?(?:survey|review|overview|tutorial)\b|we (?:\w+ )?(?:survey|review) "
    r"|this (?:paper|article|work) (?:\w+ )?(?:surveys|reviews|overviews)"
    r"|(?:provide|present|offer|give)s? (?:a|an) (?:\w+[ -]){0,3}(?:survey|overview|review)\b)",
    re.IGNORECASE,
)
_TITLE_NAME = re.compile(r"^(?P<name>[^:?]{2,40}?)(?::| – | — | - )\s*\S")


@dataclass(frozen=True)
class Link:
    """`later` builds on `earlier`, both ids of papers: it names what `earlier` introduces, in the
    cited sentence, or its list of references has it; then `name` is empty."""

    earlier: str
    later: str
    name: str = ""
    citation: Citation | None = None


@dataclass(frozen=True)
class Reading:
    """What the order of papers stands on. `evidence` is by nearness to the topic, a text a paper;
    `surveys` has for each survey the sentence that says that it is one."""

    evidence: tuple[Evidence, ...]
    links: tuple[Link, ...]
    surveys: Mapping[str, Citation]
    defines: Mapping[str, tuple[GlossaryTerm, ...]]


def read_for_order(evidence: Sequence[Evidence], glossary: Sequence[GlossaryTerm]) -> Reading:
    """Finds surveys, links and definitions in the texts, one a paper, the nearest first."""
    own: dict[str, list[GlossaryTerm]] = {}
    for term in glossary:
        if term.kind == "defined" and term.used_by > _USED_BY:
            own.setdefault(term.citation.paper_id, []).append(term)
    return Reading(
        evidence=tuple(evidence),
        links=tuple(find_links(evidence)),
        surveys={i.paper.id: c for i in evidence if (c := survey_sentence(i)) is not None},
        defines={paper_id: tuple(terms) for paper_id, terms in own.items()},
    )


def survey_sentence(item: Evidence) -> Citation | None:
    """The title or the sentence that says that a paper is a survey; None for any other paper."""
    if _SURVEY_TITLE.search(item.paper.title):
        return cite_span(item, "title", 0, len(item.paper.title))
    chunk = item.chunk
    for start, end in sentence_spans(chunk.text):
        if _SURVEY_TEXT.search(clean(chunk.text[start:end])):
            return cite_span(item, chunk.part, chunk.start + start, chunk.start + end)
    return None


def find_links(evidence: Sequence[Evidence]) -> Iterator[Link]:
    """The links among the papers, one a pair. A link from a later year to an earlier one is none,
    and of two papers that name each other the nearer to the topic is the earlier."""
    names = _own_names(evidence)
    seen: set[tuple[str, str]] = set()
    for earlier in evidence:
        for later in evidence:
            pair = (earlier.paper.id, later.paper.id)
            if pair[0] == pair[1] or pair[::-1] in seen or _is_older(later.paper, earlier.paper):
                continue
            link = _named(earlier, later, names[pair[0]])
            if link is None and _is_cited(earlier.paper, later.paper):
                link = Link(*pair)
            if link is not None:
                seen.add(pair)
                yield link


def _is_older(one: Paper, other: Paper) -> bool:
    return one.year is not None and other.year is not None and one.year < other.year


def _own_names(evidence: Sequence[Evidence]) -> dict[str, tuple[str, ...]]:
    """For each paper the names that it alone gives to what it introduces: before the colon of its
    title, or in its text (we propose X, a ...). A name has a capital or a figure inside a word."""
    found: dict[str, tuple[str, ...]] = {}
    for item in evidence:
        own = [match["name"]] if (match := _TITLE_NAME.match(clean(item.paper.title))) else []
        for start, end in sentence_spans(item.chunk.text):
            for said in definitions_in(item.chunk.text[start:end]):
                own += [said.term, said.short] if said.kind == "introduced" else []
        found[item.paper.id] = tuple(dict.fromkeys(name for name in own if _is_name(name)))
    owners = Counter(name for own in found.values() for name in own)
    return {i: tuple(n for n in own if owners[n] == 1) for i, own in found.items()}


def _is_name(name: str) -> bool:
    return len(name) > 2 and any(re.search(r"\w[A-Z]|\w-?\d", word) for word in name.split())


def _named(earlier: Evidence, later: Evidence, names: Sequence[str]) -> Link | None:
    """The link by the first sentence of the later paper that has one of the names."""
    chunk = later.chunk
    for name in names:
        whole = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w+]|-\w)")
        if not whole.search(chunk.text):
            continue
        for start, end in sentence_spans(chunk.text):
            if whole.search(chunk.text[start:end]):
                cited = cite_span(later, chunk.part, chunk.start + start, chunk.start + end)
                return Link(earlier.paper.id, later.paper.id, name, cited)
    return None


def _is_cited(earlier: Paper, later: Paper) -> bool:
    """Whether the later paper's list of references has the earlier one."""
    listed = later.text_of("references")
    if not listed:
        return False
    identifiers = [i for i in (earlier.arxiv_id, earlier.doi) if i]
    if any(identifier.casefold() in listed.casefold() for identifier in identifiers):
        return True
    title = normalise_title(earlier.title)
    return len(title.split()) >= _TITLE_WORDS and title in normalise_title(listed)


def choose_papers(reading: Reading, most: int) -> list[Evidence]:
    """The nearest papers; among them up to MOST_SURVEYS surveys, and up to MOST_BUILT_ON papers
    that the most others build on, from farther away."""
    items = reading.evidence
    built_on = Counter(link.earlier for link in reading.links)
    surveys = [i for i in items[:_NEAR] if i.paper.id in reading.surveys][:MOST_SURVEYS]
    wanted = [i for i in items if built_on[i.paper.id] > 1]
    wanted.sort(key=lambda item: -built_on[item.paper.id])
    first = {i.paper.id: i for i in [*surveys, *wanted[:MOST_BUILT_ON]][:most]}
    for item in items:
        if len(first) < most:
            first.setdefault(item.paper.id, item)
    return [item for item in items if item.paper.id in first]


def order_papers(chosen: Sequence[Evidence], reading: Reading) -> list[Evidence]:
    """Surveys, then papers that define what several others use, then the others by year; always a
    paper after those that it builds on. A survey comes first whatever it cites."""
    place = {item.paper.id: n for n, item in enumerate(chosen)}
    before: dict[str, set[str]] = {paper_id: set() for paper_id in place}
    for link in reading.links:
        if link.earlier in place and link.later in place and link.later not in reading.surveys:
            before[link.later].add(link.earlier)
    years = sorted(item.paper.year for item in chosen if item.paper.year is not None)
    unknown = years[len(years) // 2] if years else 0

    def rank(item: Evidence) -> tuple[bool, bool, int, int]:
        paper = item.paper
        year = unknown if paper.year is None else paper.year
        is_survey = paper.id in reading.surveys
        return not is_survey, paper.id not in reading.defines, year, place[paper.id]

    waiting, ordered = sorted(chosen, key=rank), list[Evidence]()
    while waiting:
        # In a circle of papers that build on each other the first by rank begins.
        free = [i for i in waiting if not before[i.paper.id] & {w.paper.id for w in waiting}]
        item = (free or waiting)[0]
        waiting.remove(item)
        ordered.append(item)
    return ordered


def reasons_for(item: Evidence, ordered: Sequence[Evidence], reading: Reading) -> list[Reason]:
    """Why the paper is read at its place, the weightiest reasons first."""
    paper_id = item.paper.id
    place = {one.paper.id: n for n, one in enumerate(ordered, start=1)}
    found: list[Reason] = []
    if paper_id in reading.surveys:
        text = "surveys the field, so it comes first"
        found.append(Reason(kind="survey", text=text, citation=reading.surveys[paper_id]))
    for term in reading.defines.get(paper_id, ())[:1]:
        text = f"defines {term.term}, which {term.used_by - 1} other papers on the topic use"
        found.append(Reason(kind="defines", text=text, citation=term.citation))
    own = [link for link in reading.links if link.later == paper_id and link.earlier in place]
    for link in sorted(own, key=lambda link: not link.name):
        number = place[link.earlier]
        text = f"names {link.name}, of paper {number}" if link.name else f"cites paper {number}"
        found.append(Reason(kind="builds on", text=text, citation=link.citation))
    later = sorted(
        place[x.later] for x in reading.links if x.earlier == paper_id and x.later in place
    )
    if later:
        papers = f"paper{'s' * (len(later) > 1)} {', '.join(map(str, later))}"
        text = f"{papers} build{'s' * (len(later) == 1)} on it"
        found.append(Reason(kind="is built on", text=text))
    nearness = [one.paper.id for one in reading.evidence].index(paper_id) + 1
    text = (
        "nearest to the topic" if nearness == 1 else f"number {nearness} by nearness to the topic"
    )
    return [*found[:_MOST_REASONS], Reason(kind="near", text=text)][:_MOST_REASONS]
