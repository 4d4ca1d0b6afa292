"""What a run did, what it cost, and the run as the library keeps it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from reviewer.types.claims import Citation
from reviewer.types.frozen import Frozen


class Coverage(Frozen):
    """How many papers were looked at. Each of `left_out` is a count and a reason, in words;
    `reason` says why nothing was found, if that is known; `understood` says in sentences what the
    question's constructions were read as."""

    papers: int
    matched: int
    read: int
    cited: int
    left_out: tuple[str, ...] = ()
    reason: str = ""
    understood: tuple[str, ...] = ()


class Usage(Frozen):
    """What a result cost. `cost_usd` is None if the price of the model is not known."""

    model: str = ""
    calls: int = 0
    cached_calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float | None = 0.0
    seconds: float = 0.0


class Run(Frozen):
    """A kept result: `result` is the same JSON that `--format json` printed."""

    id: str
    command: str
    question: str
    settings: dict[str, Any] = Field(default_factory=dict)
    writer: str = ""
    prompt_hashes: dict[str, str] = Field(default_factory=dict)
    generation: int = 0
    started: str = ""
    finished: str = ""
    usage: Usage = Usage()
    result: dict[str, Any] = Field(default_factory=dict)


class Quoted(Frozen):
    """A quote that a kept run cites, and what it was quoted for: the question, or the column."""

    run_id: str
    started: str
    about: str
    citation: Citation


class Finding(Frozen):
    """One line of `doctor`: what was looked at, its state, what to do about it."""

    name: str
    state: Literal["ok", "note", "problem"]
    detail: str
    remedy: str = ""
