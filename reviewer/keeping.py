"""Keeps a run and its result in the library's ledger."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from reviewer.errors import LibraryError
from reviewer.library import Library
from reviewer.records import Report
from reviewer.results import Run


def new_run_id() -> str:
    """The time in UTC, to be read, and four letters, to be unique."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def keep_run(run: Run, library: Library, report: Report, settings: Mapping[str, Any]) -> None:
    """Keep the run with its times, what it was told and the library as it was.

    A library that cannot be written still gives its result, and says that it keeps none.
    """
    finished = datetime.now(UTC)
    started = finished - timedelta(seconds=run.usage.seconds)
    whole = run.model_copy(
        update={
            "settings": {
                **settings,
                "embedding": library.embedding_name if library.has_vectors else "",
            },
            "generation": library.database.generation,
            "started": started.isoformat(timespec="seconds"),
            "finished": finished.isoformat(timespec="seconds"),
        }
    )
    try:
        library.ledger.save(whole)
    except LibraryError as error:
        report(f"This {_RESULTS.get(run.command, 'result')} is not kept: {error.message}", -1, 0)


_RESULTS = {"ask": "answer", "table": "table", "draft": "draft", "survey": "survey"}
