"""Asks a model through the prompts: what is shown to it, and what fits into its context."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Protocol, TypeVar

import reviewer.llm.pool as pool
from reviewer.errors import ModelError
from reviewer.llm.budget import LimitError, StoppedError
from reviewer.llm.prompts import Prompt, Prompts, Shown
from reviewer.text import counted
from reviewer.types import Evidence
from reviewer.types.evidence import by_paper
from reviewer.types.frozen import Frozen
from reviewer.types.runs import Usage

CHARS_A_TOKEN = 3.0  # English has about 4, code and symbols fewer, other scripts 1
REPLY_TOKENS = 1500  # left free for the reply
FENCE_TOKENS = 40

A = TypeVar("A")
B = TypeVar("B")
T = TypeVar("T", bound=Frozen)


class Model(Protocol):
    """What the writer needs of `llm.LLM`."""

    @property
    def model(self) -> str: ...

    @property
    def jobs(self) -> int: ...

    @property
    def context_tokens(self) -> int: ...

    def ask(self, prompt: str, into: type[T], *, prompt_hash: str = "") -> T: ...

    def usage(self) -> Usage: ...

    def close(self, *, at_once: bool = True) -> None: ...


class Asking:
    """One model and the prompts that it is asked with. Safe to use from several threads."""

    def __init__(self, model: Model, prompts: Prompts) -> None:
        self.model = model
        self.prompts = prompts
        self._notes: list[str] = []
        self._hashes: dict[str, str] = {}

    def ask(self, name: str, into: type[T], **inputs: Any) -> T:  # noqa: ANN401  a prompt's inputs
        return self.answer_to(self.prompts.render(name, **inputs), into)

    def answer_to(self, prompt: Prompt, into: type[T]) -> T:
        self._hashes[prompt.name] = prompt.file_hash
        return self.model.ask(prompt.text, into, prompt_hash=prompt.file_hash)

    def side_by_side(self, call: Callable[[A], B], items: Sequence[A]) -> list[B]:
        """What the call gives for each item, in their order, as many at a time as may be."""
        meanwhile = None if self.prompts.is_ready else self.prompts.make_ready
        return pool.side_by_side(call, items, self.model.jobs, meanwhile)

    def tried(
        self, call: Callable[[A], B], items: Sequence[A], ended: Callable[[A], None]
    ) -> list[B | ModelError]:
        """As `side_by_side`, with the ModelError of a call that failed in its place.

        `ended` is told of each item, one at a time. Raises what began it when every call fails; at
        an interrupt the model is closed, for nobody wants its calls any more.
        """
        failed: list[ModelError] = []
        alone = threading.Lock()

        def attempt(item: A) -> B | ModelError:
            given: B | ModelError
            try:
                given = call(item)
            except ModelError as error:
                given = error
            with alone:
                if isinstance(given, ModelError):
                    failed.append(given)
                ended(item)
            return given

        try:
            results = self.side_by_side(attempt, items)
        except BaseException:
            self.model.close()
            raise
        if failed and len(failed) == len(items):
            causes = (e for e in failed if not isinstance(e, StoppedError | LimitError))
            raise next(causes, failed[0])
        return results

    def room(self) -> float:
        """Tokens that the texts of one prompt may take."""
        return self.model.context_tokens - 2 * REPLY_TOKENS

    def batches(self, evidence: Sequence[Evidence], papers_a_call: int) -> list[list[Evidence]]:
        """The evidence of so many papers each, in order, or of as many as fit."""
        return batched(evidence, papers_a_call, self.room())

    def fit(self, shown: list[Shown]) -> list[Shown]:
        """Without the last ones, if all would not fit into the model's context."""
        room = self.room()
        kept: list[Shown] = []
        for item in shown:
            room -= tokens(item.text) + tokens(item.title)
            if room < 0 and kept:
                left = len(shown) - len(kept)
                texts = counted(left, "text")
                self._notes.append(f"{texts} that did not fit into the model's context")
                break
            kept.append(item)
        return kept

    def prompt_hashes(self, names: Sequence[str] = ()) -> dict[str, str]:
        """The hash of each prompt that was used so far, or of those with these names."""
        used = self._hashes
        if names:
            used = {name: own for name, own in self._all_hashes.items() if name in names}
        return dict(sorted(used.items()))

    @cached_property
    def _all_hashes(self) -> dict[str, str]:
        return self.prompts.hashes()

    def notes(self) -> tuple[str, ...]:
        """What was left out of prompts, and why."""
        return tuple(dict.fromkeys(self._notes))


def batched(evidence: Sequence[Evidence], papers_a_call: int, room: float) -> list[list[Evidence]]:
    """The evidence of so many papers each, in order, or of as many as take `room` tokens."""
    batches: list[list[Evidence]] = []
    count, left = papers_a_call, 0.0
    for own in by_paper(evidence).values():
        size = sum(tokens(item.chunk.text) + tokens(item.paper.title) for item in own)
        if count == papers_a_call or size > left:
            batches.append([])
            count, left = 0, room
        batches[-1] += own
        count, left = count + 1, left - size
    return batches


def tokens(text: str) -> float:
    """What a fenced text takes, estimated from above."""
    others = sum(character > "\u024f" for character in text)
    return (len(text) - others) / CHARS_A_TOKEN + others + FENCE_TOKENS / 2
