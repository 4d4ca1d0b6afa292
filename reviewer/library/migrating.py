"""What only the owner of a library on a server does: its form, and the roles of its users."""

from __future__ import annotations

from reviewer.errors import UsageError
from reviewer.library.library import Library
from reviewer.library.storage.roles import role_names, role_statements
from reviewer.settings import is_on_server
from reviewer.types.progress import Progress, silent


def bring_up_library(place: str, progress: Progress = silent) -> tuple[int, int]:
    """Bring the library at this address to this release's form, whole or not at all, while nobody
    else adds; gives its form before and after. An empty database gets the tables.

    Raises UsageError for a folder, LibraryError when the server cannot be reached or this user is
    not the tables' owner, and NewerLibraryError for a later release's library.
    """
    _require_server(place, "a library in a folder is brought up when it is first opened")
    from reviewer.library.storage.postgres import bring_up
    from reviewer.library.storage.server_address import ServerAddress

    return bring_up(ServerAddress(place), progress)


def roles_of(place: str) -> list[str]:
    """The SQL that makes the roles of those who read and who write, for the library's owner.

    Raises UsageError for a folder, and LibraryError when the library is not there.
    """
    _require_server(place, "a library in a folder knows no users but those of the folder")
    with Library(place, make=False) as library:
        return role_statements(str(library.database.value("SELECT current_database()")))


def make_roles(place: str) -> tuple[str, str]:
    """Make the roles; gives the names of the readers' and of the writers'.

    Raises what `roles_of` does, and LibraryError for a user who may not make roles.
    """
    statements = roles_of(place)
    with Library(place, make=False) as library:
        library.ledger.secret()  # made by who may write
        with library.database.transaction():
            for statement in statements:
                library.database.run(statement)
        return role_names(str(library.database.value("SELECT current_database()")))


def _require_server(place: str, why: str) -> None:
    if not is_on_server(place):
        raise UsageError(
            why, hint="Name a library on a server: --library postgresql://HOST/DATABASE"
        )
