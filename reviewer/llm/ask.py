"""Asks a model with the prompts: which texts it sees, and what fits into its context."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel

from reviewer.errors import ModelError
from reviewer.llm.budget import LimitError, StoppedError
from reviewer.llm.deadline import OnText, ignore_text
from reviewer.llm.form import Form
from reviewer.llm.prompts import FencedText, Prompt, Prompts
from reviewer.llm.replies import TooLargeError
from reviewer.text import counted
from reviewer.text.option_notes import with_option
from reviewer.types import Evidence
from reviewer.types.evidence import by_paper
from reviewer.types.runs import Usage

CHARS_A_TOKEN = 3.0  # English has about 4, code and symbols fewer, other scripts 1
REPLY_TOKENS = 1500  # kept free for the reply
MOST_REPLY_TOKENS = 4000  # of a reply whose prompt names no other limit
FENCE_TOKENS = 40
LEAST_ROOM = 100.0  # tokens; prompts are not made smaller than for texts of so many

A = TypeVar("A")
B = TypeVar("B")
R = TypeVar("R", bound=BaseModel | str)


class Model(Protocol):
    """The part of `llm.LLM` that a writer needs."""

    model: str
    jobs: int
    notes: dict[str, None]

    @property
    def context_tokens(self) -> int: ...

    def ask(
        self,
        prompt: str,
        into: type[R] | Form[R],
        *,
        prompt_hash: str = "",
        on_text: OnText = ignore_text,
    ) -> R: ...

    def usage(self) -> Usage: ...

    def close(self, *, at_once: bool = True) -> None: ...


class Asking:
    """One model and its prompts. Safe to use from several threads."""

    def __init__(self, model: Model, prompts: Prompts) -> None:
        self.model = model
        self.prompts = prompts
        self._notes: list[str] = []
        self._hashes: dict[str, str] = {}
        self._narrowed: float | None = None  # tokens; less than what the model was thought to read

    def ask(self, name: str, into: type[R] | Form[R], **inputs: Any) -> R:  # noqa: ANN401  a prompt's inputs
        """The reply to the prompt with this name and these inputs."""
        return self.send(self.prompts.render(name, **inputs), into)

    def send(self, prompt: Prompt, into: type[R] | Form[R], on_text: OnText = ignore_text) -> R:
        """The reply to a rendered prompt; `on_text` is given the text so far as it comes."""
        self._hashes[prompt.name] = prompt.file_hash
        form = into if isinstance(into, Form) else Form(into, most_tokens=MOST_REPLY_TOKENS)
        return self.model.ask(prompt.text, form, prompt_hash=prompt.file_hash, on_text=on_text)

    def side_by_side(self, call: Callable[[A], B], items: Sequence[A]) -> list[B]:
        """What `call` returns for each item, in their order; as many at a time as `model.jobs`."""
        meanwhile = None if self.prompts.is_ready else self.prompts.make_ready
        return side_by_side(call, items, self.model.jobs, meanwhile)

    def tried(
        self, call: Callable[[A], B], items: Sequence[A], ended: Callable[[A], None]
    ) -> list[B | ModelError]:
        """As `side_by_side`, with the ModelError of a failed call in its place.

        `ended` is called with each item, one at a time. If every call fails, raises the error that
        was the cause. At an interrupt the model is closed, because its calls are not needed.
        """
        failed: list[ModelError] = []
        alone = threading.Lock()

        def attempt(item: A) -> B | ModelError:
            result: B | ModelError
            try:
                result = call(item)
            except ModelError as error:
                result = error
            with alone:
                if isinstance(result, ModelError):
                    failed.append(result)
                ended(item)
            return result

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
        context = self.model.context_tokens
        room = context - min(2 * REPLY_TOKENS, context // 2)
        return room if self._narrowed is None else min(room, self._narrowed)

    def narrowing(self, call: Callable[[], B]) -> B:
        """What `call` returns, which makes its prompt of what `room` holds. While its prompt is too
        large for the model, it is called again with less room, down to LEAST_ROOM. Raises
        TooLargeError where even that is too much."""
        while True:
            room = self.room()
            try:
                return call()
            except TooLargeError as error:
                if not self._narrow(error, room):
                    raise

    def in_parts(
        self,
        call: Callable[[list[A]], B],
        batch: list[A],
        split: Callable[[list[A]], list[list[A]]],
        made_for: float,
    ) -> list[tuple[list[A], B | ModelError]]:
        """The batch, made for so many tokens of room, with what `call` returns for it, or with its
        error. A batch that is too large for the model comes as the parts that `split` makes of it
        with less room; what cannot be split is asked with less room. Raises LimitError and
        StoppedError."""
        room = self.room()
        if room < made_for and len(parts := split(batch)) > 1:  # another batch was too large
            return self._of_parts(call, parts, split)
        try:
            return [(batch, call(batch))]
        except (LimitError, StoppedError):
            raise
        except ModelError as error:
            failed = error
        # Asked again outside the handler, so that no later error has this one behind it.
        if not isinstance(failed, TooLargeError):
            return [(batch, failed)]
        is_less = self._narrow(failed, room)
        parts = split(batch)
        if len(parts) == 1 and not is_less:
            return [(batch, failed)]
        return self._of_parts(call, parts, split)

    def _of_parts(
        self,
        call: Callable[[list[A]], B],
        parts: Sequence[list[A]],
        split: Callable[[list[A]], list[list[A]]],
    ) -> list[tuple[list[A], B | ModelError]]:
        room = self.room()
        return [one for part in parts for one in self.in_parts(call, part, split, room)]

    def _narrow(self, error: TooLargeError, room: float) -> bool:
        """Give prompts less room than the `room` of one that was too large: as much as the provider
        named, else half. False where there was no more than LEAST_ROOM."""
        if room <= LEAST_ROOM:
            return False
        named = room if error.most_tokens is None else error.most_tokens - 2 * REPLY_TOKENS
        least = max(LEAST_ROOM, min(named, room / 2))
        self._narrowed = min(least, self.room())
        said = "prompts were made smaller, as the model takes less at once"
        self.note(with_option(said, "--context"))
        return True

    def note(self, note: str) -> None:
        """Keep what a user should know of the prompts and replies."""
        self._notes.append(note)

    def fence(self, item: Evidence, *texts: str) -> FencedText:
        """The evidence for a prompt: its whole chunk, or these `texts` of it."""
        paper = item.paper
        return self.prompts.fence(item.tag, paper.title, paper.year, *(texts or [item.chunk.text]))

    def fit(self, texts: Sequence[FencedText]) -> list[FencedText]:
        """The texts that fit into the model's context: the last ones are left out, never the
        first."""
        room = self.room()
        kept: list[FencedText] = []
        for text in texts:
            room -= tokens(text.text) + tokens(text.title)
            if room < 0 and kept:
                left_out = counted(len(texts) - len(kept), "text")
                self._notes.append(f"{left_out} that did not fit into the model's context")
                break
            kept.append(text)
        return kept

    def prompt_hashes(self, names: Sequence[str] = ()) -> dict[str, str]:
        """The hash of each prompt that was used so far; with `names`, of the prompts named."""
        used = self._hashes
        if names:
            used = {name: own for name, own in self.prompts.hashes().items() if name in names}
        return dict(sorted(used.items()))

    def notes(self) -> tuple[str, ...]:
        """What was left out of prompts, and why, and what to know of the replies."""
        return tuple(dict.fromkeys([*self._notes, *self.model.notes]))


def side_by_side(
    call: Callable[[A], B],
    items: Sequence[A],
    most: int,
    meanwhile: Callable[[], None] | None = None,
) -> list[B]:
    """What `call` returns for each item, in their order, at most `most` at a time.

    `meanwhile` runs in this thread while they work. At the first error, and at an interrupt, no
    more call begins and running calls are not waited for.
    """
    if len(items) == 1 and meanwhile is None:
        return [call(items[0])]
    pool = ThreadPoolExecutor(max(1, min(most, len(items))))
    try:
        results = pool.map(call, items)
        if meanwhile is not None:
            meanwhile()
        return list(results)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def batched(evidence: Sequence[Evidence], papers_a_call: int, room: float) -> list[list[Evidence]]:
    """The evidence in order, in batches of at most `papers_a_call` papers and `room` tokens; a
    larger paper has a batch of its own."""
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
    """The tokens of a text and its fence, rather too many than too few."""
    others = sum(character > "\u024f" for character in text)
    return (len(text) - others) / CHARS_A_TOKEN + others + FENCE_TOKENS / 2
