"""Asks a model about the records of a screening, and keeps what it suggests. It decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.errors import ModelError, UsageError
from reviewer.library import Library
from reviewer.library.screen_store import new_id
from reviewer.llm import LimitError
from reviewer.tasks.screening.kept_features import text_of_record
from reviewer.tasks.screening.screening import GOES_ON, Screening, now
from reviewer.tasks.tables.select import texts_of
from reviewer.types import Evidence, Paper
from reviewer.types.claims import NeedsModel
from reviewer.types.evidence import Score, tagged
from reviewer.types.papers import Chunk
from reviewer.types.progress import Progress, silent
from reviewer.types.screening import Criterion, RecordVerdicts, Stage, Suggestion
from reviewer.types.tables import Column
from reviewer.types.writer import Writer

KEPT_AT_ONCE = 40  # records: what was suggested on them is committed before the next are asked
RECORDS_A_CALL = 5  # as the writer asks for short ones


@dataclass(frozen=True)
class Suggesting:
    """What one run did: how many records it asked about and kept suggestions on, and why others
    have none."""

    kept: int = 0
    unread: tuple[tuple[str, str], ...] = ()
    stopped: str = ""


def criteria_of(screening: Screening) -> tuple[Criterion, ...]:
    """The criteria that a model is asked for; the question where there are none. Raises UsageError
    where a screening has neither."""
    own = screening.criteria.criteria
    if own:
        return own
    question = screening.screen.question.strip()
    if not question:
        raise UsageError(
            f"{screening.name} has no criteria to compare records with",
            hint="Give them: review screen criteria FILE --why '...'",
        )
    return (Criterion(key="question", text=question),)


def papers_to_ask(screening: Screening, model: str, most: int | None = None) -> list[Paper]:
    """The papers at this stage on which the model has suggested nothing by these criteria, those
    that no person decided first."""
    stage, version = screening.stage, screening.criteria.version
    papers = list(screening.papers) if stage == "title" else screening.sought()
    if stage == "full-text":
        at_hand = screening.retrievals()
        papers = [p for p in papers if at_hand.get(p) == "retrieved"]
    lacking = [
        paper
        for paper in papers
        if (own := screening.suggestions.of(paper, stage, model)) is None or own.criteria < version
    ]
    lacking.sort(key=lambda paper: bool(screening.outcome(paper, stage).readers))
    return [screening.library.paper(paper) for paper in lacking[:most]]


def records_a_call(stage: Stage) -> int:
    """How many records one call asks about at most."""
    return RECORDS_A_CALL if stage == "title" else 1


def estimate_calls(screening: Screening, papers: int) -> str:
    """What `suggest` would do over so many papers, in words."""
    a_call = records_a_call(screening.stage)
    calls = -(-papers // a_call)
    return (
        f"{papers:,} records without a suggestion by these criteria: {calls:,} calls of at most "
        f"{a_call} records (a record that a reply leaves out is asked for once more)."
    )


def suggest(
    screening: Screening,
    writer: Writer,
    model: str,
    papers: Sequence[Paper],
    progress: Progress = silent,
) -> Suggesting:
    """Ask the model about these papers and keep its suggestions, some records at a time: what is
    kept is not asked again. Where no more may be spent, it ends with what is kept.

    Raises UsageError without a model, and ModelError when its provider fails at the beginning.
    """
    kept, unread = 0, list[tuple[str, str]]()
    for first in range(0, len(papers), KEPT_AT_ONCE):
        some = papers[first : first + KEPT_AT_ONCE]
        progress("Comparing with the criteria", first, len(papers))
        try:
            found = ask(screening, writer, some)
        except LimitError as limit:
            return Suggesting(kept, tuple(unread), limit.message)
        except ModelError as error:
            if not kept:
                raise
            return Suggesting(kept, tuple(unread), error.message)
        keys = {paper.id: paper.key for paper in some}
        unread += [(keys[own.paper_id], own.unread) for own in found if own.unread]
        made = [_suggestion(own, screening, writer, model) for own in found if not own.unread]
        screening.store.add_suggestions(screening.name, made)
        kept += len(made)
    progress("Comparing with the criteria", len(papers), len(papers))
    screening.refresh()
    return Suggesting(kept, tuple(unread))


def ask(
    screening: Screening, writer: Writer, papers: Sequence[Paper], progress: Progress = silent
) -> tuple[RecordVerdicts, ...]:
    """The model's verdicts on these papers, in their order; nothing is kept. Raises UsageError
    without a model."""
    criteria = criteria_of(screening)
    evidence = evidence_of_records(papers, screening.stage, criteria, screening.library)
    found = writer.screen_records(_question(screening, criteria), criteria, evidence, progress)
    if isinstance(found, NeedsModel):
        raise UsageError("suggestions need a model", hint="Name one with --model.")
    return found


def _question(screening: Screening, criteria: Sequence[Criterion]) -> str:
    """The review's question alone; `Screen.question` has the criteria after it, a line each."""
    first = screening.screen.question.partition("\n")[0]
    return "" if first in [own.text for own in criteria] else first


def _suggestion(
    own: RecordVerdicts, screening: Screening, writer: Writer, model: str
) -> Suggestion:
    return Suggestion(
        id=new_id(), paper_id=own.paper_id, stage=screening.stage, model=model,
        verdicts=own.verdicts, criteria=screening.criteria.version, at=now(),
        prompt=writer.prompt_hashes().get("screen", ""),
    )  # fmt: skip


def evidence_of_records(
    papers: Sequence[Paper], stage: Stage, criteria: Sequence[Criterion], library: Library
) -> tuple[Evidence, ...]:
    """What a model is shown of each paper: title and abstract as reviewers read them, at full text
    the chunks that bear on the criteria. A sentence's number is the one that reviewers see."""
    if stage == "full-text":
        columns = [Column(name=own.key, question=own.text) for own in criteria]
        return texts_of(papers, columns, library)
    return tagged(_record(paper) for paper in papers)


def _record(paper: Paper) -> Evidence:
    text = text_of_record(paper)
    part = "abstract" if paper.abstract or not paper.text_of("body") else "body"
    chunk = Chunk(
        id=f"{paper.id}:record", paper_id=paper.id, part=part, start=0, end=len(text), text=text
    )
    return Evidence(tag="", paper=paper, chunk=chunk, score=Score(total=0.0))


def is_excluded(screening: Screening, paper: str, stage: Stage) -> bool | None:
    """Whether people exclude the paper; None while they have not decided it, or call it a
    duplicate."""
    found = screening.people_outcome(paper, stage)
    if found.verdict in GOES_ON:
        return False
    return True if found.verdict == "exclude" else None
