"""A follow-up to an answer, made a question that needs no context."""

from __future__ import annotations

from reviewer.errors import UsageError
from reviewer.types.claims import NeedsModel
from reviewer.types.runs import Run
from reviewer.types.writer import Writer


def whole_question(question: str, run: Run, writer: Writer) -> str:
    """The follow-up to this run in full words. Raises UsageError when the writer needs a model for
    this."""
    claims = [claim["text"] for claim in run.result.get("claims", [])]
    whole = writer.stand_alone(question, [run.question, *claims])
    if isinstance(whole, NeedsModel):
        raise UsageError("a follow-up needs a model", hint="Set --model, or ask in full words.")
    return whole
