"""Finds what a question with constructions asks for, by plain searches: limits, orders, sides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from reviewer.library import Library
from reviewer.search.arranging import Arranged, Ranked, by_concepts, by_date, near_best
from reviewer.search.conditions import papers_meeting, parts_of
from reviewer.search.options import SearchOptions
from reviewer.search.query import Query, read_query
from reviewer.search.sides import find_sides
from reviewer.text import clean, counted, normalise_title, sentence_spans
from reviewer.text.keywords import STOP_WORDS, query_terms
from reviewer.types import Evidence
from reviewer.types.evidence import Score, Sentence, tagged
from reviewer.types.searches import Filters, Found, Hit, Step

Arrange = Callable[[Sequence[Ranked]], Arranged]
"""Puts the ranked papers of one search into another order."""

Search = Callable[[str, SearchOptions, Arrange | None], Found]
"""A plain search for a text, whose papers are arranged before they are cut."""

_SAID_BY = 20  # best papers, of which one may say `without Y` itself
_MOST_NAMED = 5


def query_of(question: str, library: Library, options: SearchOptions) -> Query | None:
    """What the question asks for; None where it is searched as it stands: without constructions, or
    as the title of a paper that is here."""
    query = read_query(question) if not options.is_plain else Query(question, question)
    if query.is_plain and options.sort != "date":
        return None
    title = normalise_title(question) if query.condition is None and not query.is_plain else ""
    is_title = bool(title and library.catalogue.numbers_known_as([f"title:{title}"]))
    return None if is_title else query


def find_constructed(
    query: Query, library: Library, options: SearchOptions, search: Search
) -> Found:
    """The papers that the question asks for, and how it was understood."""
    note = ""
    if query.has_without and _is_said(query, options, search):
        how = " ".join(f'-"{concept}"' for concept in query.excluded)
        note = (
            f"Papers here say `without` this too, so it is part of the topic ({how} excludes it)."
        )
        query = _with_without(query)
    construed = Construed(query, library, options, note)
    if query.sides:
        found = find_sides(query.sides, query.text, construed.searched_by(search), construed.most)
    elif query.condition is not None and not query_terms(query.text):
        found = construed.listed()
    else:
        found = construed.searched_by(search)(query.text)
    return construed.with_rest(found)


def _with_without(query: Query) -> Query:
    """The query with what it seemed to exclude as part of its text: as it was written, where it has
    no other construction."""
    rest = replace(query, text=query.question, excluded=(), has_without=False)
    if rest.is_plain:
        return rest
    return replace(rest, text=f"{query.text} without {' or '.join(query.excluded)}")


def _is_said(query: Query, options: SearchOptions, search: Search) -> bool:
    """True when one of the best papers itself says `without` what the question seems to exclude, so
    that this is part of the topic: `learning without labels`."""
    deep = replace(options, papers=max(_SAID_BY, options.papers))
    hits = search(query.question, deep, None).hits[:_SAID_BY]
    texts = [clean(f"{hit.paper.title}. {hit.chunk.text}").casefold() for hit in hits]
    return any(_says_without(concept, texts) for concept in query.excluded)


def _says_without(concept: str, texts: Iterable[str]) -> bool:
    """Whether a text has `without`, at most two words, and the concept's first word or all its
    words, in singular or plural."""
    words = [re.escape(word.removesuffix("s")) for word in query_terms(concept)]
    whole = r"s?\W+".join(words)
    ends = rf"s?(?=\W*$|\s*[^\w\s]|\s+(?:{'|'.join(sorted(STOP_WORDS))})\b)"
    first = rf"|{words[0]}\b" if len(words) > 1 else ""
    pattern = re.compile(rf"\bwithout\s+(?:[\w-]+\s+){{0,2}}?(?:{whole}{ends}{first})")
    return any(pattern.search(text) for text in texts)


class Construed:
    """What a question's constructions mean in one library: the options of its searches, the order
    of their papers, and what is said about both."""

    def __init__(
        self, query: Query, library: Library, options: SearchOptions, note: str = ""
    ) -> None:
        self._query = query
        self._library = library
        self._options = options
        self._sort = options.sort or ("date" if query.wants_latest else "relevance")
        self._meeting: set[int] | None = None  # papers that match whatever their relevance
        self._steps: tuple[Step, ...] = ()
        self._notes: list[str] = [note] if note else []
        if query.slip:
            self._notes.append(
                f"{query.slip[:1].upper()}{query.slip[1:]}: searched as plain words."
            )
        self._pushed: dict[int, None] = {}  # numbers of papers, best first
        self._sorted, self._undated, self._unknown_year = 0, 0, 0
        self._known = frozenset[int]()  # papers of a year that is asked for
        self._limit_years()
        self._limit_by_condition()

    @property
    def most(self) -> int:
        """How many papers to find."""
        return self._options.papers

    def _limit_years(self) -> None:
        filters, years = self._options.filters, self._query.years
        has_own = filters.year_from is not None or filters.year_to is not None
        if years is None or has_own:
            return
        limited = {"year_from": years.first, "year_to": years.last}
        strict = filters.model_copy(update=limited)
        self._known = frozenset(self._library.catalogue.numbers_passing(strict))
        self._unknown_year = self._library.catalogue.count_unknown_year(strict)
        self._with_filters(strict.model_copy(update={"has_unknown_years": True}))
        option = f"--year {years.first or ''}:{years.last or ''}"
        self._notes.append(
            f"Only papers {years}, and {counted(self._unknown_year, 'paper')} of unknown year, "
            f"which {option} would leave out."
        )

    def _limit_by_condition(self) -> None:
        """Limit to the papers that meet all parts of the condition. One that is not strict loses
        the parts that no paper meets, and all of them where no paper meets the rest together."""
        if self._query.condition is None:
            return
        filters, parts = self._options.filters, list(parts_of(self._query.condition))
        if not self._query.is_strict:
            self._notes += [
                f"No paper has {part} in these words: searched without that."
                for part in parts
                if not papers_meeting([part], self._library, filters)[0]
            ]
            parts = [p for p in parts if papers_meeting([p], self._library, filters)[0]]
        meeting, steps = papers_meeting(parts, self._library, filters)
        if not parts or not (meeting or self._query.is_strict):
            self._notes += ["No paper has all of these words: searched without that."] * bool(parts)
            return
        said = "; AND ".join(f"{s.condition}: {counted(s.papers, 'paper')}" for s in steps)
        self._notes.append(f"{said}.")
        self._steps = steps
        self._with_filters(filters.model_copy(update={"numbers": tuple(sorted(meeting))}))
        said_words = {word for step in steps for word in query_terms(step.condition)}
        if self._query.is_strict or said_words.issuperset(query_terms(self._query.text)):
            self._meeting = meeting
            self._options = replace(self._options, abstains=False, cut=0.0)

    def _with_filters(self, filters: Filters) -> None:
        self._options = replace(self._options, filters=filters)

    def searched_by(self, search: Search) -> Callable[[str], Found]:
        """The plain search, with what the question limits and how it orders."""
        return lambda text: search(text, self._options, self._arrange)

    def _arrange(self, papers: Sequence[Ranked]) -> Arranged:
        query, library = self._query, self._library
        arranged = by_concepts(papers, query.excluded, query.required, library)
        order = list(arranged.order)
        relevant = {paper.number for paper in papers if paper.is_relevant}
        pushed = [n for n in order if n in arranged.set_aside and n in relevant]
        self._pushed |= dict.fromkeys(pushed)
        near = near_best(papers, pushed)
        if self._known:
            first = [number for number in near if number in self._known]
            order = [*first, *(n for n in order if n not in set(first))]
        if self._sort == "date":
            dated = by_date(order, near, library.catalogue.papers_numbered(near))
            order, self._sorted, self._undated = dated.order, dated.sorted_ones, dated.undated
        return replace(arranged, order=tuple(order))

    def listed(self, without: Iterable[str] = ()) -> Found:
        """The papers that meet the conditions of a question without words to rank by, or those that
        a search did not rank, the newest first."""
        catalogue, passed = self._library.catalogue, set(without)
        numbers = catalogue.numbers_passing(self._options.filters)
        years = catalogue.years_of(numbers)
        newest = sorted(numbers, key=lambda n: (-(years.get(n) or 0), n))
        papers = catalogue.papers_numbered(newest[: self.most + len(passed)])
        items = [
            Evidence(
                tag="", paper=papers[n], chunk=kept.chunk, score=Score(total=0.0),
                sentences=tuple(
                    Sentence(start=kept.chunk.start + a, end=kept.chunk.start + b,
                             text=kept.chunk.text[a:b])
                    for a, b in sentence_spans(kept.chunk.text)
                ),
            )
            for n in newest
            if n in papers and papers[n].id not in passed
            for kept in self._library.chunks.of_paper(n)[:1]
        ][: self.most]  # fmt: skip
        return Found(
            question=self._query.question,
            hits=tuple(Hit(paper=i.paper, chunk=i.chunk, score=i.score) for i in items),
            evidence=tagged(items),
            papers=catalogue.count(),
            matched=len(numbers),
            considered=len(numbers),
        )

    def with_rest(self, found: Found) -> Found:
        """What was found and, where the question is nothing but conditions, the papers that meet
        them and were not ranked; with how the question was understood."""
        if self._meeting is not None:
            found = self._completed(found)
        query, pushed = self._query, self._keys(self._pushed)
        notes = [*self._notes, *self._said(found, pushed)]
        understood = found.understood.model_copy(
            update={
                "text": query.text,
                "excluded": query.excluded,
                "pushed_down": pushed,
                "required": query.required,
                "steps": self._steps,
                "years": str(query.years or "") if self._known or self._unknown_year else "",
                "unknown_year": self._unknown_year,
                "sorted_by": self._sort,
                "undated": self._undated,
                "notes": tuple(notes),
            }
        )
        return found.model_copy(update={"question": query.question, "understood": understood})

    def _completed(self, found: Found) -> Found:
        """Whatever meets such a condition matches; what the search did not rank comes last."""
        assert self._meeting is not None
        hits, evidence = list(found.hits), list(found.evidence)
        if len(hits) < min(self.most, len(self._meeting)):
            rest = self.listed(hit.paper.id for hit in hits)
            hits += rest.hits
            evidence += rest.evidence
        strong = [hit.model_copy(update={"is_weak": False}) for hit in hits[: self.most]]
        shown = {hit.paper.id for hit in strong}
        return found.model_copy(
            update={
                "hits": tuple(strong),
                "evidence": tagged(e for e in evidence if e.paper.id in shown),
                "matched": len(self._meeting),
                "considered": len(self._meeting),
                "is_weak": False,
                "reason": "" if strong else "No paper meets the conditions of the question.",
            }
        )

    def _keys(self, numbers: Iterable[int]) -> tuple[str, ...]:
        papers = self._library.catalogue.papers_numbered(numbers)
        return tuple(papers[n].key for n in numbers if n in papers)

    def _dated(self) -> str:
        best = counted(self._sorted, "most relevant paper")
        if self._undated == self._sorted:
            return f"Of the {best} no year is known, so they stay by relevance."
        undated = f"; {self._undated} without a year come after these" if self._undated else ""
        return f"The {best} by date of publication, the newest first{undated}."

    def _said(self, found: Found, pushed: Sequence[str]) -> list[str]:
        """What the order of the papers comes from, in sentences."""
        query, said = self._query, []
        if query.excluded:
            what = " or ".join(f'"{concept}"' for concept in query.excluded)
            named = ", ".join(pushed[:_MOST_NAMED]) + ", ..." * (len(pushed) > _MOST_NAMED)
            comes = "comes" if len(pushed) == 1 else "come"
            came = f"{counted(len(pushed), 'paper')} on it {comes} last ({named})"
            said.append(f"Not on {what}: {came if pushed else 'no paper found is on it'}.")
        if query.required:
            said.append(f"Papers on all of {', '.join(query.required)} come first.")
        if self._sort == "date" and self._sorted:
            said.append(self._dated())
        for side in found.understood.sides:
            held = counted(len(side.keys), "paper") if side.keys else "nothing here matches it"
            said.append(f'Side "{side.name}": {held}.')
        return said
