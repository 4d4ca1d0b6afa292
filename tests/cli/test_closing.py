"""A library may be closed while calls that nobody waits for any more still keep their replies."""

from __future__ import annotations

import sqlite3
import threading

from reviewer.errors import LibraryError
from reviewer.library import Library
from reviewer.settings import Settings
from tests.support.promises import promise


class Keeping(threading.Thread):
    """Keeps replies in a library until it is closed; `odd` is what else stopped it."""

    def __init__(self, shelf, begun):
        super().__init__()
        self.shelf, self.begun, self.odd = shelf, begun, None

    def run(self):
        self.begun.wait()
        try:
            for n in range(10_000):
                self.shelf.database.rows("SELECT 1 FROM state")
                with self.shelf.database.transaction():
                    self.shelf.database.set_state(f"reply {n % 7}", "x" * 2000)
        except (sqlite3.ProgrammingError, LibraryError) as error:
            self.odd = None if "closed" in str(error) else error


@promise(
    "Closing a library does no harm to calls that still run",
    "libraries closed while 4 threads keep and read replies in them",
    full=200,
    few=15,
)
def test_a_library_is_closed_while_threads_keep_replies_in_it(tmp_path, rounds):
    for turn in range(rounds):
        shelf = Library(tmp_path / f"{turn % 5}", Settings(embedding="none"))
        begun = threading.Barrier(5)
        threads = [Keeping(shelf, begun) for _ in range(4)]
        for thread in threads:
            thread.start()
        begun.wait()
        shelf.close()
        for thread in threads:
            thread.join()
        assert [thread.odd for thread in threads] == [None] * 4
        with Library(tmp_path / f"{turn % 5}", Settings(embedding="none")) as again:
            assert again.database.check() == "ok"
