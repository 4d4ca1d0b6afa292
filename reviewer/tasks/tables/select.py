"""Chooses the papers of a table, and the texts of each that a writer is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reviewer.errors import SourceError
from reviewer.grounding.columns import column_query
from reviewer.library import Library
from reviewer.search import EVIDENCE_CUT, SearchOptions, find, why_none_pass
from reviewer.sources import read_references, read_text_file
from reviewer.tasks.paper_chunks import chunks_of
from reviewer.text import counted
from reviewer.text.option_notes import with_option
from reviewer.types import Evidence, Paper
from reviewer.types.evidence import Score, tagged
from reviewer.types.papers import Remark, Skipped
from reviewer.types.progress import Progress, silent
from reviewer.types.searches import Filters
from reviewer.types.tables import Column

MOST_BY_TOPIC = 12
WHOLE_CHARS = 6000  # of a paper with more text only chunks that bear on the columns are shown
CHUNKS_A_COLUMN = 2
MOST_CHUNKS = 16
_HINT = "Give a .bib file with --from."


@dataclass(frozen=True)
class Chosen:
    """The papers of a table in order. `relevance` is search's score by paper id, where a topic was
    searched; when nothing matched it, `nearest` holds the papers nearest to it. `understood` says
    how the topic's constructions were read."""

    papers: tuple[Paper, ...] = ()
    matched: int = 0
    relevance: Mapping[str, float] = field(default_factory=dict)
    nearest: tuple[Paper, ...] = ()
    left_out: tuple[str, ...] = ()
    reason: str = ""
    understood: tuple[str, ...] = ()


def choose_papers(topic: str, library: Library, filters: Filters, most: int | None) -> Chosen:
    """By topic: those that search finds, at most `most` or MOST_BY_TOPIC. Papers
    given by key are all chosen, whatever the topic. Without a topic: all that pass the filters."""
    if topic and not filters.keys:
        found = find(
            topic, library, SearchOptions(most or MOST_BY_TOPIC, filters=filters, cut=EVIDENCE_CUT)
        )
        papers = tuple(hit.paper for hit in found.wanted)
        notes = found.understood.notes
        if not found.considered:
            nearest = tuple(hit.paper for hit in found.hits)
            return Chosen(
                nearest=nearest, left_out=found.left_out, reason=found.reason, understood=notes
            )
        return Chosen(
            papers,
            found.considered,
            {hit.paper.id: hit.score.total for hit in found.hits},
            left_out=(*found.left_out, *_beyond(found.considered, len(found.hits))),
            understood=notes,
        )
    papers = tuple(library.papers(filters))
    relevance: dict[str, float] = {}
    if topic:  # a paper that search did not look at has no score
        own = Filters(keys=tuple(paper.key for paper in papers))
        found = find(topic, library, SearchOptions(len(papers), filters=own, abstains=False))
        relevance = {hit.paper.id: hit.score.total for hit in found.hits}
    place = {key: number for number, key in enumerate(filters.keys)}
    papers = tuple(
        sorted(papers, key=lambda p: (-relevance.get(p.id, 0.0), place.get(p.key, len(place))))
    )
    kept = papers[: most or len(papers)]
    beyond = _beyond(len(papers), len(kept))
    why = "" if papers else why_none_pass(library, filters)
    return Chosen(kept, len(papers), relevance, left_out=beyond, reason=why)


def _beyond(matched: int, kept: int) -> tuple[str, ...]:
    more = matched - kept
    said = with_option(f"{counted(more, 'paper')} beyond the first {kept}", "-k")
    return (said,) if more > 0 else ()


def texts_of(
    papers: Sequence[Paper],
    columns: Sequence[Column],
    library: Library,
    quoted: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Evidence, ...]:
    """The texts of each paper, tagged E1, E2, ...: the whole of a short text; of a long one its
    beginning, what bears on the columns, and the `quoted` chunks, given as ids by paper id."""
    texts: list[Evidence] = []
    for paper in papers:
        chunks = chunks_of(paper, library)
        if sum(len(chunk.text) for chunk in chunks) > WHOLE_CHARS:
            wanted = set((quoted or {}).get(paper.id, ()))
            own = Filters(keys=(paper.key,))
            options = SearchOptions(1, CHUNKS_A_COLUMN, own, abstains=False, is_plain=True)
            for column in (c for c in columns if not c.formula):
                if len(wanted) < MOST_CHUNKS:
                    found = find(column_query(column), library, options)
                    wanted |= {item.chunk.id for item in found.evidence}
            chunks = tuple(c for n, c in enumerate(chunks) if n == 0 or c.id in wanted)
        score = Score(total=0.0)
        texts += [Evidence(tag="", paper=paper, chunk=chunk, score=score) for chunk in chunks]
    return tagged(texts)


def match_bibtex(
    file: str, library: Library, progress: Progress = silent
) -> tuple[dict[str, str], list[str]]:
    """The papers that a BibTeX file names: paper id -> key of the entry; and a note on each entry
    that is damaged or that no paper of the library matches. What was guessed in decoding the file
    goes to `progress`.

    Raises SourceError for a file that cannot be read, or that holds no entry.
    """
    opened = read_text_file(file, _HINT)
    if opened.note:
        progress(opened.remark, -1, 0)
    named: dict[str, str] = {}
    notes: list[str] = []
    entries = read_references(opened.text, file)
    for entry in entries:
        if isinstance(entry, Remark):
            notes.append(f"{file}, line {entry.position}: {entry.reason}")
        elif isinstance(entry, Skipped):
            notes.append(f"Skipped {file}, line {entry.position}: {entry.reason}")
        elif (found := library.catalogue.paper_like(entry)) is None:
            notes.append(f"Not in the library: {entry.key} ({entry.title or 'no title'})")
        else:
            named.setdefault(found.id, entry.key)
    if not entries:
        raise SourceError(f"{file} holds no BibTeX entries", hint=_HINT)
    return named, notes
