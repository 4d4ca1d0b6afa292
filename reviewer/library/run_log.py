"""Makes the run of a finished result, and keeps it in the library's ledger."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from reviewer.errors import LibraryError
from reviewer.library.library import Library
from reviewer.types.progress import Progress
from reviewer.types.runs import Run, Usage

# Papers and evidence are in the library, a draft's texts on the user's disk, usage is the run's.
_UNKEPT = {"evidence", "papers", "before", "after", "made", "usage"}


class Result(Protocol):
    """What a run ends with: an answer, a table, a draft, a revision, a survey's batch."""

    @property
    def run_id(self) -> str: ...

    @property
    def writer(self) -> str: ...

    @property
    def usage(self) -> Usage: ...

    def model_dump(self, *, mode: str, exclude: set[str]) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Request:
    """What a result was made for: the `command` and its `question`, the `settings` that it depends
    on, and the hash of each prompt that was used, by the prompt's name. `beside` is kept with the
    result's own fields."""

    command: str
    question: str
    settings: Mapping[str, Any]
    prompt_hashes: Mapping[str, str]
    beside: Mapping[str, Any] = field(default_factory=dict)


def new_run_id() -> str:
    """The time in UTC, for readers, and four letters that make it unique."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def keep_run(result: Result, request: Request, library: Library, progress: Progress) -> None:
    """Keep the result as a run, with its times, its request and the library's generation.

    Where the library cannot be written the result is not lost: `progress` says that it is not kept.
    """
    finished = datetime.now(UTC)
    started = finished - timedelta(seconds=result.usage.seconds)
    embedding = library.embedding_name if library.has_vectors else ""
    run = Run(
        id=result.run_id,
        command=request.command,
        question=request.question,
        settings={**request.settings, "embedding": embedding},
        writer=result.writer,
        prompt_hashes=dict(request.prompt_hashes),
        generation=library.database.generation,
        started=started.isoformat(timespec="seconds"),
        finished=finished.isoformat(timespec="seconds"),
        usage=result.usage,
        result={**result.model_dump(mode="json", exclude=_UNKEPT), **request.beside},
        who=library.database.who,
    )
    try:
        library.ledger.save(run)
    except LibraryError as error:
        kind = {"ask": "answer", "table": "table", "draft": "draft", "survey": "survey"}
        progress(f"This {kind.get(run.command, 'result')} is not kept: {error.message}", -1, 0)
