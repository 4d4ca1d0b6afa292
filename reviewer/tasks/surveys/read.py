"""Reads each paper of a report once, whatever its sections; what was read is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.library.storage.steps import Steps, key_of
from reviewer.llm import side_by_side
from reviewer.tasks.answers.gather import RELEVANT, with_located_quotes
from reviewer.types import Evidence
from reviewer.types.claims import Quote, Reading
from reviewer.types.evidence import by_paper
from reviewer.types.frozen import Frozen
from reviewer.types.writer import PAPERS_A_CALL, Writer


class KeptReading(Frozen):
    """A reading whose quotes name chunks by their ids: tags live inside one report only."""

    reading: Reading


@dataclass(frozen=True)
class Reader:
    """Who reads, how many calls may run at a time, and where readings are kept."""

    writer: Writer
    steps: Steps
    jobs: int = 1


def read_papers(question: str, evidence: Sequence[Evidence], reader: Reader) -> dict[str, Reading]:
    """One reading a paper, by its id, in the evidence's order; of quotes just those that stand.

    A model reads PAPERS_A_CALL papers a call. A batch is kept as soon as it is read, so that a run
    that was stopped asks for the same other batches again, and an update for new papers alone.
    Raises ModelError when a call fails; the batches that were read stay kept.
    """
    own = by_paper(evidence)
    if reader.writer.name == "extractive":  # it weighs all papers against each other
        readings = reader.writer.read(question, evidence)
        return {reading.paper_id: reading for reading in readings}
    hashes = reader.writer.prompt_hashes(("read",))
    key_by_id = {
        i: key_of("reading", [question, reader.writer.name, hashes, [e.chunk.id for e in items]])
        for i, items in own.items()
    }
    found = {i: kept for i, key in key_by_id.items() if (kept := _kept(key, own[i], reader))}
    missing = [i for i in own if i not in found]
    batches = [missing[n : n + PAPERS_A_CALL] for n in range(0, len(missing), PAPERS_A_CALL)]

    def read(batch: Sequence[str]) -> list[Reading]:
        texts = [item for paper_id in batch for item in own[paper_id]]
        readings = reader.writer.read(question, texts)
        shown = {item.tag: item for item in texts}
        located = [with_located_quotes(reading, shown) for reading in readings]
        reader.steps.keep_all(
            "reading", [(key_by_id[r.paper_id], _by_chunk(r, shown)) for r in located]
        )
        return located

    for own_readings in side_by_side(read, batches, reader.jobs):
        found |= {reading.paper_id: reading for reading in own_readings}
    return {i: found[i] for i in own if i in found}


def is_relevant(reading: Reading | None) -> bool:
    return reading is not None and reading.relevance >= RELEVANT and bool(reading.quotes)


def _by_chunk(reading: Reading, shown: dict[str, Evidence]) -> KeptReading:
    quotes = tuple(Quote(tag=shown[q.tag].chunk.id, quote=q.quote) for q in reading.quotes)
    return KeptReading(reading=reading.model_copy(update={"quotes": quotes}))


def _kept(key: str, items: Sequence[Evidence], reader: Reader) -> Reading | None:
    kept = reader.steps.find(key, KeptReading)
    if kept is None:
        return None
    tag_by_chunk = {item.chunk.id: item.tag for item in items}
    quotes = tuple(
        Quote(tag=tag_by_chunk[quote.tag], quote=quote.quote)
        for quote in kept.reading.quotes
        if quote.tag in tag_by_chunk
    )
    return kept.reading.model_copy(update={"quotes": quotes})
