"""What sources failed at in one run, each said once and not for every paper."""

from __future__ import annotations

from reviewer.errors import OnlineError
from reviewer.sources.online.client import GivenUpError, is_cut_off
from reviewer.sources.online.fetch import in_one_line
from reviewer.types.papers import Skipped

NO_CONNECTION = "no connection; check the network and run it again"


class Faults:
    """The faults of a run, by source."""

    def __init__(self) -> None:
        self._noted: dict[Skipped, None] = {}

    def note(self, source: str, error: OnlineError) -> None:
        """Keep the source's fault. Without a network all sources have one and the same; that a
        source is given up adds nothing to the faults before."""
        if isinstance(error, GivenUpError) and any(f.file == source for f in self._noted):
            return
        reason = NO_CONNECTION if is_cut_off(error) else in_one_line(error)
        self._noted[Skipped(file=source, reason=reason)] = None

    def all(self) -> tuple[Skipped, ...]:
        return tuple(self._noted)
