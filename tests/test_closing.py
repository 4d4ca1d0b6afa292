"""A library may be closed while calls that nobody waits for any more still keep their replies."""

from __future__ import annotations

import sqlite3
import threading

from reviewer.errors import LibraryError
from reviewer.library import Library
from reviewer.settings import Settings
from tests.promises import promise


@promise(
    "Closing a library does no harm to calls that still run",
    "libraries closed while 4 threads keep and read replies in them",
    full=200,
    few=15,
)
def test_a_library_is_closed_while_threads_keep_replies_in_it(tmp_path, rounds):
    for turn in range(rounds):
        shelf = Library(tmp_path / f"{turn % 5}", Settings(embedding="none"))
        busy = threading.Barrier(5)
        odd: list[BaseException] = []

        def keep(shelf=shelf, busy=busy, odd=odd):
            busy.wait()
            try:
                for n in range(10_000):
                    shelf.database.rows("SELECT 1 FROM state")
                    with shelf.database.transaction():
                        shelf.database.set_state(f"reply {n % 7}", "x" * 2000)
            except sqlite3.ProgrammingError as error:
                if "closed" not in str(error):
                    odd.append(error)
            except LibraryError as error:
                odd.append(error)

        threads = [threading.Thread(target=keep) for _ in range(4)]
        for thread in threads:
            thread.start()
        busy.wait()
        shelf.close()
        for thread in threads:
            thread.join()
        assert not odd
        with Library(tmp_path / f"{turn % 5}", Settings(embedding="none")) as again:
            assert again.database.check() == "ok"
