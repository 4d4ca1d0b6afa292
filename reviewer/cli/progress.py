"""Progress on standard error: a bar on a terminal, news only elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Self

from reviewer.cli.output import print_error

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from reviewer.types.runs import Usage

LINE_EVERY_S = 2.0


class ShownProgress:
    """A Progress while a command works. Call it, and use it as a context manager."""

    def __init__(self, *, quiet: bool, verbose: bool = False) -> None:
        self.is_quiet = quiet
        self._is_verbose = verbose
        self._has_bar = sys.stderr.isatty() and not quiet
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._stage = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Take the bar away, before something else is printed."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = self._task = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        if done < 0:
            if not self.is_quiet:
                print_error(stage)
            return
        if self._has_bar:
            self._show(stage, done, total)
        elif self._is_verbose and stage != self._stage:
            print_error(stage + (f" {total}" if total else ""))
        self._stage = stage

    def _show(self, stage: str, done: int, total: int) -> None:
        if self._bar is None:
            from rich import progress
            from rich.console import Console

            self._bar = progress.Progress(
                progress.TextColumn("{task.description}"),
                progress.BarColumn(),
                progress.MofNCompleteColumn(),
                progress.TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
        if self._task is None or stage != self._stage:  # each stage has its own pace
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task = self._bar.add_task(stage, total=None)
        self._bar.update(self._task, completed=done, total=total or None)


class SurveyProgress(ShownProgress):
    """Shows calls and cost so far; off a terminal, a line now and then with the time left."""

    usage: Callable[[], Usage] | None = None
    _began: float | None = None
    _shown_at = 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        if done < 0 or stage != "Writing":
            super().__call__(stage, done, total)
        elif self._has_bar:
            self._show(stage, done, total)
            self._stage = stage
            if self._bar is not None and self._task is not None:
                self._bar.update(self._task, description=f"Sections, {self._spent()}")
        elif not self.is_quiet:
            self._say(done, total)

    def _say(self, done: int, total: int) -> None:
        now = time.monotonic()
        self._began = self._began or now
        if done and (done == total or now - self._shown_at >= LINE_EVERY_S):
            self._shown_at = now
            left_s = (now - self._began) / done * (total - done)
            left = f"about {left_s / 60:.0f} min left" if left_s >= 60 else f"{left_s:.0f} s left"
            more = f", {left}" if done < total else ""
            print_error(f"{done} of {total} sections, {self._spent()}{more}")

    def _spent(self) -> str:
        from reviewer.cli.model import cost_line

        return cost_line(self.usage()) if self.usage is not None else "no cost"
