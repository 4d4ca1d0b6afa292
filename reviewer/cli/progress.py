"""Progress on standard error: a bar on a terminal, news only elsewhere."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from reviewer.cli import print_error

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class ShownProgress:
    """A Report for as long as a command works. Call it, and use it as a context manager."""

    def __init__(self, *, quiet: bool, verbose: bool) -> None:
        self._is_quiet = quiet
        self._is_verbose = verbose
        self._has_bar = sys.stderr.isatty() and not quiet
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._stage = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        if done < 0:
            if not self._is_quiet:
                print_error(stage)
        elif self._has_bar:
            self._show(stage, done, total)
        elif self._is_verbose and stage != self._stage:
            print_error(stage + (f" {total}" if total else ""))
        if done >= 0:
            self._stage = stage

    def _show(self, stage: str, done: int, total: int) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                TextColumn,
                TimeRemainingColumn,
            )

            self._bar = Progress(
                TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
                TimeRemainingColumn(), console=Console(stderr=True), transient=True,
            )  # fmt: skip
            self._bar.start()
        if self._task is None or stage != self._stage:  # each stage has its own pace
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task = self._bar.add_task(stage, total=None)
        self._bar.update(self._task, completed=done, total=total or None)
