"""Gathers what notes are filled with: quotes of all runs, and papers that answers cite together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import TYPE_CHECKING

from reviewer.text import clean
from reviewer.types import Paper
from reviewer.types.notes import NoteLink, NoteQuote, PaperNote

if TYPE_CHECKING:
    from reviewer.library import Library

_Place = tuple[str, int, int]


def gather_notes(
    library: Library, papers: Sequence[Paper], name_by_id: Mapping[str, str]
) -> list[PaperNote]:
    """One note for each paper, in order. Links go to papers that have a name alone."""
    quotes: dict[str, dict[_Place, NoteQuote]] = defaultdict(dict)
    questions: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for run, quoted in library.ledger.runs_with_quotes():
        for one in quoted:
            cited = one.citation
            own = quotes[cited.paper_id]
            place = cited.part, cited.start, cited.end
            known = own.get(place) or NoteQuote(text=clean(cited.quote), page=cited.page)
            asked = tuple(dict.fromkeys([*known.asked, clean(one.about)]))
            own[place] = known.model_copy(update={"asked": asked})
        if run.command == "ask":
            cited_ids = dict.fromkeys(one.citation.paper_id for one in quoted)
            for one_id, other_id in permutations(cited_ids, 2):
                if run.question not in questions[one_id][other_id]:
                    questions[one_id][other_id].append(run.question)
    title_by_id = {
        paper.id: clean(paper.title) or paper.key
        for paper in library.papers()
        if paper.id in name_by_id
    }
    return [
        PaperNote(
            paper=paper,
            quotes=tuple(quotes[paper.id][place] for place in sorted(quotes[paper.id])),
            links=_links(questions[paper.id], name_by_id, title_by_id),
        )
        for paper in papers
    ]


def _links(
    questions: Mapping[str, Sequence[str]],
    name_by_id: Mapping[str, str],
    title_by_id: Mapping[str, str],
) -> tuple[NoteLink, ...]:
    links = [
        NoteLink(note=name_by_id[other], title=title_by_id[other], questions=tuple(asked))
        for other, asked in questions.items()
        if other in name_by_id and other in title_by_id
    ]
    return tuple(sorted(links, key=lambda link: link.note))
