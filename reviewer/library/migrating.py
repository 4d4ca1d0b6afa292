"""Brings a library on a server to this release's form, which only its owner may do."""

from __future__ import annotations

from reviewer.errors import UsageError
from reviewer.settings import is_on_server
from reviewer.types.progress import Progress, silent


def bring_up_library(place: str, progress: Progress = silent) -> tuple[int, int]:
    """Bring the library at this address to this release's form, whole or not at all, while nobody
    else adds; gives its form before and after. An empty database gets the tables.

    Raises UsageError for a folder, LibraryError when the server cannot be reached or this user is
    not the tables' owner, and NewerLibraryError for a later release's library.
    """
    if not is_on_server(place):
        raise UsageError(
            "a library in a folder is brought up when it is first opened",
            hint="Name a library on a server: --library postgresql://HOST/DATABASE",
        )
    from reviewer.library.storage.postgres import bring_up
    from reviewer.library.storage.server_address import ServerAddress

    return bring_up(ServerAddress(place), progress)
