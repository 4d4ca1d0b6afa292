"""Reads the papers of a report for what they say to its question; the readings are kept."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.errors import ModelError
from reviewer.library.storage.steps import key_of
from reviewer.llm import side_by_side
from reviewer.tasks.answers.gather import with_own_citations
from reviewer.tasks.surveys.context import PreparedReport, texts_in
from reviewer.types.claims import Reading
from reviewer.types.evidence import by_paper
from reviewer.types.frozen import Frozen
from reviewer.types.writer import PAPERS_A_CALL

_MOST_QUESTIONS = 8  # that papers are read for beside the topic


class KeptReading(Frozen):
    """A reading, which names chunks by their ids: tags live inside one report only."""

    reading: Reading


def reading_question(prepared: PreparedReport) -> str:
    """What papers are read for: the topic and the questions of the report."""
    questions = [q.question for q in prepared.questions]
    questions += [q for section in prepared.plan.sections for q in section.questions]
    return " ".join([prepared.plan.topic, *questions[:_MOST_QUESTIONS]])


def read_papers(prepared: PreparedReport) -> dict[str, Reading]:
    """One reading a paper, by its id, in the evidence's order, for the topic and the questions of
    the report; with just those citations that stand in their paper.

    A model reads PAPERS_A_CALL papers a call. A batch is kept as soon as it is read, so that a run
    that was stopped asks for the same other batches again, and an update for new papers alone.
    Raises ModelError when a call fails; the batches that were read stay kept.
    """
    run, evidence = prepared.run, prepared.collected.evidence
    question = reading_question(prepared)
    own = by_paper(evidence)
    hashes = run.writer.prompt_hashes(("read",))
    key_by_id = {
        i: key_of("reading", [question, run.writer.name, hashes, texts_in(items)])
        for i, items in own.items()
    }
    found = {
        i: with_own_citations(kept.reading, own[i])
        for i, key in key_by_id.items()
        if (kept := run.steps.find(key, KeptReading))
    }
    missing = [i for i in own if i not in found]
    batches = [missing[n : n + PAPERS_A_CALL] for n in range(0, len(missing), PAPERS_A_CALL)]

    def read(batch: Sequence[str]) -> list[Reading]:
        texts = [item for paper_id in batch for item in own[paper_id]]
        readings = [with_own_citations(r, texts) for r in run.writer.read(question, texts)]
        kept = [(key_by_id[r.paper_id], KeptReading(reading=r)) for r in readings if not r.unread]
        run.steps.keep_all("reading", kept)
        return readings

    for readings in side_by_side(read, batches, run.jobs):
        found |= {reading.paper_id: reading for reading in readings}
    unread = next((r.unread for r in found.values() if r.unread), "")
    if unread and all(reading.unread for reading in found.values()):
        raise ModelError(f"no paper could be read: {unread}", hint="Choose another --model.")
    return {i: found[i] for i in own if i in found}
