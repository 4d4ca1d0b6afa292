"""What a process that stays works with: the library, its jobs, and a writer for each job."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import RLock, Thread, current_thread

from reviewer.errors import LibraryError, ReviewError
from reviewer.library import Library, SharedLibrary
from reviewer.library.job_store import JobStore
from reviewer.llm import Account
from reviewer.llm.client import warm_up
from reviewer.settings import Settings
from reviewer.tasks.jobs.jobs import Control, Jobs, Need
from reviewer.types.runs import Usage
from reviewer.types.writer import Writer
from reviewer.writers import writer_of


class Desk:
    """Any thread may use it. A library that is made later is found by the next call; one that
    `makes` is set for is made where there is none."""

    def __init__(
        self,
        settings: Settings,
        *,
        makes: bool = False,
        on_fault: Callable[[ReviewError], None] | None = None,
    ) -> None:
        """`on_fault` is called, in a thread, where the library cannot be opened at `begin`."""
        self.settings = settings
        self._makes, self._on_fault = makes, on_fault
        self._opening = RLock()
        self._warming: Thread | None = None
        self._shared: SharedLibrary | None = None
        self._jobs: Jobs | None = None
        self._account = Account(settings.model, settings.budget_usd, settings.max_calls)
        self._file = 0  # of the library, when it was opened

    def begin(self) -> None:
        """Load in a thread what the first search needs. Searches wait for it: two threads that
        import the same libraries at once find them half imported."""
        if self._warming is not None:
            return
        self._warming = Thread(target=self._warm_up, name="warm-up", daemon=True)
        self._warming.start()

    def _warm_up(self) -> None:
        """A fault is also reported by the first call, in words."""
        try:
            shared = self.shared
        except ReviewError as error:
            if self._on_fault is not None:
                self._on_fault(error)
            return
        with suppress(ReviewError):
            shared.reading.catch_up()
            shared.warm_up()
        if self.settings.model:
            warm_up()

    @property
    def is_ready(self) -> bool:
        """True when a search need not wait."""
        return self._warming is None or not self._warming.is_alive()

    def wait_until_warm(self) -> None:
        """Wait until what a search needs is loaded."""
        if self._warming is not None and self._warming is not current_thread():
            self._warming.join()

    @property
    def shared(self) -> SharedLibrary:
        """The library as soon as its file is open. Raises LibraryError where there is none."""
        with self._opening:
            if self._shared is None:
                folder = Path(self.settings.library)
                if not self._makes and not (folder / "library.db").is_file():
                    raise LibraryError(
                        f"no library was found in {folder.name or 'the folder of the settings'}",
                        hint="The user makes one with: review add PATH",
                    )
                self._shared = SharedLibrary(self.settings)
                self._file = self._shared.reading.database.file
            return self._shared

    @property
    def was_replaced(self) -> bool:
        """True when another file is in the place of the library's by now, as after a restore: what
        is read is that one."""
        return self.at_hand.database.file != self._file

    @property
    def at_hand(self) -> Library:
        """The library that all threads read, for lists, papers and runs: it searches nothing.
        Raises LibraryError where there is none."""
        return self.shared.reading

    @property
    def library(self) -> Library:
        """The library that all threads read, ready to be searched; waits until it is. Raises
        LibraryError where there is none."""
        self.wait_until_warm()
        return self.at_hand

    @property
    def jobs(self) -> Jobs:
        """The jobs of this process."""
        library = self.at_hand
        with self._opening:
            if self._jobs is None:
                self._jobs = Jobs(JobStore(library.database))
            return self._jobs

    @property
    def need(self) -> Need:
        """What work with a writer waits for."""
        return "model" if self.settings.model else "words"

    def wait_until_ready(self, control: Control) -> None:
        """Wait until the library can be searched, and say so."""
        if not self.is_ready:
            control.progress("Opening the library", 0, 0)
            self.wait_until_warm()

    def writer(self, control: Control) -> Writer:
        """A writer for one job, which a stop of the job ends. The limits of the settings are those
        of all jobs together."""
        return control.use(writer_of(self.settings, self.library, within=self._account))

    @property
    def usage(self) -> Usage:
        """What all jobs of this process have cost so far."""
        return self._account.usage

    def close(self) -> None:
        """Stop the jobs, then close the library."""
        with self._opening:
            if self._jobs is not None:
                self._jobs.close()
            if self._shared is not None:
                self._shared.close()
