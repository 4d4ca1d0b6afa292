"""Jobs in the library's database, and which of them lost their process."""

from __future__ import annotations

import hashlib
import secrets
from contextlib import ExitStack
from pathlib import Path
from threading import Event

from reviewer.errors import LibraryError, NotFoundError
from reviewer.library.storage.database import Database
from reviewer.types.jobs import Job

_FOLDER = "jobs"


def _claim_of(owner: str) -> str:
    """The key that a living owner of jobs holds."""
    return hashlib.sha256(f"jobs of {owner}".encode()).hexdigest()


class JobStore:
    """Keeps jobs and finds them. Each process that does jobs is an owner, and holds a lock for as
    long as it lives: on a file of its name in the library's folder, or in a server's database,
    where owners are on several machines."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._folder = database.folder / _FOLDER
        self.owner = secrets.token_hex(8)
        self._lock: object = None
        self._claim = ExitStack()
        self._is_claimed = False

    def save(self, job: Job) -> None:
        """Keep the job's state. Call `own` before the first one."""
        with self._database.transaction():
            self._database.run(
                "INSERT INTO jobs VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
                "made = excluded.made, state = excluded.state, job = excluded.job",
                (job.id, job.made, job.state, job.model_dump_json()),
            )

    def job(self, job_id: str) -> Job:
        """The job with this id. Raises NotFoundError."""
        texts = self._database.column("SELECT job FROM jobs WHERE id = ?", (job_id,))
        if not texts:
            raise NotFoundError(f"no job '{job_id[:80]}' in this library", hint="Ask again.")
        return Job.model_validate_json(texts[0])

    def jobs(self, most: int = 20) -> list[Job]:
        """The newest jobs, newest first."""
        statement = "SELECT job FROM jobs ORDER BY made DESC, id DESC LIMIT ?"
        return [Job.model_validate_json(t) for t in self._database.column(statement, (most,))]

    def own(self) -> None:
        """Show that this process lives, until it ends or `leave`. Raises LibraryError where the
        library's folder cannot be written."""
        if not self._database.has_index_folder:
            if not self._is_claimed:
                self._claim.enter_context(self._database.turn(_claim_of(self.owner), Event()))
                self._is_claimed = True
            return
        from filelock import FileLock

        if self._lock is None:
            lock = FileLock(self._path(self.owner), thread_local=False)
            try:
                self._folder.mkdir(exist_ok=True)
                lock.acquire()
            except OSError as error:
                raise LibraryError(f"{self._folder} cannot be written: {error}") from error
            self._lock = lock

    def leave(self) -> None:
        """Say that this process does no more jobs."""
        self._claim.close()
        self._is_claimed = False
        from filelock import FileLock

        if isinstance(self._lock, FileLock):
            self._lock.release()
            self._lock = None
            self._path(self.owner).unlink(missing_ok=True)

    def mark_interrupted(self) -> list[Job]:
        """Mark the jobs that a process left unfinished when it ended; gives them. None is started
        again: that may cost money."""
        statement = "SELECT job FROM jobs WHERE state IN ('waiting', 'running')"
        open_jobs = [Job.model_validate_json(text) for text in self._database.column(statement)]
        gone = {job.owner for job in open_jobs if not self.lives(job.owner)}
        left = [
            job.model_copy(update={"state": "interrupted", "place": 0})
            for job in open_jobs
            if job.owner in gone
        ]
        for job in left:
            self.save(job)
        for owner in gone:
            self._path(owner).unlink(missing_ok=True)
        return left

    def lives(self, owner: str) -> bool:
        """True while the process that is this owner lives."""
        from filelock import FileLock, Timeout

        if owner == self.owner:
            return True
        if not self._database.has_index_folder:
            at_once = Event()
            at_once.set()
            with self._database.turn(_claim_of(owner), at_once) as is_free:
                return not is_free
        if not self._path(owner).is_file():
            return False
        lock = FileLock(self._path(owner))
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError):
            return True
        lock.release()
        return False

    def _path(self, owner: str) -> Path:
        return self._folder / f"{owner}.lock"
