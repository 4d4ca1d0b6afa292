"""Shows an answer while it is being written (`--stream`)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from reviewer.cli.output import print_error
from reviewer.text import clean, counted
from reviewer.text.invisible import visible

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.live import Live

    from reviewer.cli.progress import ShownProgress
    from reviewer.types import Claim


class AnswerStream:
    """The sentences of an answer as they resolve, on standard error, and a Progress.

    On a terminal they are a text that grows; the checked answer takes its place. Elsewhere each is
    a whole line. Use it as a context manager: what was shown when the work is broken off stays on
    the screen, and it is said what of it is kept.
    """

    def __init__(self, progress: ShownProgress) -> None:
        self._progress = progress
        self._paragraphs: dict[int, list[str]] = {}
        self._numbers: dict[str, int] = {}
        self._stage = "Writing"
        self._is_on_terminal = sys.stderr.isatty()
        self._live: Live | None = None

    def take(self, claims: Sequence[Claim]) -> None:
        """Show sentences whose citations are located and that nobody judged yet."""
        for claim in claims:
            said = f"{visible(clean(claim.text))}{self._mark(claim)}"
            self._paragraphs.setdefault(claim.paragraph, []).append(said)
            if not self._is_on_terminal:
                print_error(f"  {said}")
        if self._is_on_terminal:
            self._refresh()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """The Progress of the work: while sentences are shown, a line under them in place of the
        bar."""
        if self._live is None or done < 0:
            self._progress(stage, done, total)
        else:
            self._stage = stage
            self._live.refresh()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None
            if kind is not None:
                for own in self._paragraphs.values():
                    print_error(" ".join(own))
        shown = sum(map(len, self._paragraphs.values()))
        if kind is not None and shown:
            print_error("")
            is_one = shown == 1
            print_error(
                f"The {'sentence' if is_one else counted(shown, 'sentence')} above "
                f"{'is' if is_one else 'are'} not checked and not kept; what the model read is."
            )

    def _mark(self, claim: Claim) -> str:
        """The numbers of the papers that the sentence cites, in the order in which they came."""
        own = dict.fromkeys(citation.paper_id for citation in claim.citations)
        numbers = sorted(self._numbers.setdefault(i, len(self._numbers) + 1) for i in own)
        return f" [{', '.join(map(str, numbers))}]" if numbers else ""

    def _refresh(self) -> None:
        if self._live is None:
            from rich.console import Console
            from rich.live import Live

            self._progress.stop()
            self._live = Live(
                self, console=Console(stderr=True), transient=True, refresh_per_second=8
            )
            self._live.start()
        self._live.refresh()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The last lines that fit on the screen, and what is being done."""
        from rich.text import Text

        whole = Text("\n\n".join(" ".join(own) for own in self._paragraphs.values()))
        lines = whole.wrap(console, options.max_width)
        yield from lines[-max(1, console.height - 4) :]
        yield Text(f"\n{self._stage} ...", style="dim")
