"""What the tools work with: the library, opened once it is there, its jobs, and a writer a call."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from threading import RLock, Thread, current_thread

from reviewer.errors import LibraryError, ReviewError
from reviewer.library import Library, SharedLibrary
from reviewer.library.job_store import JobStore
from reviewer.library.storage.database import may_be_there
from reviewer.llm.client import warm_up
from reviewer.settings import Settings
from reviewer.tasks.jobs.jobs import Control, Jobs
from reviewer.types.writer import Writer
from reviewer.writers import writer_of


class Desk:
    """Any thread may use it. A library that is made later is found by the next call."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._opening = RLock()
        self._warming: Thread | None = None
        self._shared: SharedLibrary | None = None
        self._jobs: Jobs | None = None

    def begin(self) -> None:
        """Load in a thread what the first search needs. Calls wait for it: two threads that import
        the same libraries at once find them half imported."""
        self._warming = Thread(target=self._warm_up, name="warm-up", daemon=True)
        self._warming.start()

    def _warm_up(self) -> None:
        """A fault is reported by the first call, in words."""
        with suppress(ReviewError):
            self.library.catch_up()
            if self._shared is not None:
                self._shared.warm_up()
        if self.settings.model:
            warm_up()

    @property
    def library(self) -> Library:
        """The library that all threads read. Raises LibraryError where there is none."""
        if self._warming is not None and self._warming is not current_thread():
            self._warming.join()
        with self._opening:
            if self._shared is None:
                if not may_be_there(self.settings.library):
                    folder = Path(self.settings.library)
                    raise LibraryError(
                        f"no library was found in {folder.name or 'the folder of the settings'}",
                        hint="The user makes one with: review add PATH",
                    )
                self._shared = SharedLibrary(self.settings)
            return self._shared.reading

    @property
    def jobs(self) -> Jobs:
        """The jobs of this process."""
        library = self.library
        with self._opening:
            if self._jobs is None:
                self._jobs = Jobs(JobStore(library.database))
            return self._jobs

    def writer(self, control: Control) -> Writer:
        """A writer for one job, which a stop of the job ends."""
        return control.use(writer_of(self.settings, self.library))

    def close(self) -> None:
        """Stop the jobs, then close the library."""
        with self._opening:
            if self._jobs is not None:
                self._jobs.close()
            if self._shared is not None:
                self._shared.close()
