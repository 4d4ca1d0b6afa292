"""Who may do what in a library that several people share: roles of PostgreSQL, as SQL."""

from __future__ import annotations

# What a reader's work leaves behind. Nobody but a writer replaces or deletes a row of these.
_ADDED_BY_READERS = "replies, steps, runs"
_COUNTED_BY_READERS = "budgets"
_MOST_NAME = 50  # characters of a database's name: PostgreSQL's names have at most 63


def role_names(database: str) -> tuple[str, str]:
    """The roles of those who read and of those who also write, for a database of this name."""
    name = database[:_MOST_NAME]
    return f"{name}_reader", f"{name}_writer"


def role_statements(database: str) -> list[str]:
    """The statements, for its owner, that make the roles of a database and give them their rights.
    They may be run again, as after `review migrate`.

    A reader reads everything, keeps replies, steps and runs, and changes no paper. A writer adds,
    changes and removes papers. Only the owner changes tables.
    """
    reader, writer = map(_quoted, role_names(database))
    own = _quoted(database)
    found = [_made(name) for name in role_names(database)]
    return [
        *found,
        f"REVOKE ALL ON DATABASE {own} FROM PUBLIC",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {own} TO {reader}, {writer}",
        f"GRANT USAGE ON SCHEMA public TO {reader}, {writer}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader}",
        f"GRANT INSERT ON {_ADDED_BY_READERS} TO {reader}",
        f"GRANT INSERT, UPDATE ON {_COUNTED_BY_READERS} TO {reader}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {writer}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {writer}",
    ]


def _made(role: str) -> str:
    """PostgreSQL knows no CREATE ROLE IF NOT EXISTS."""
    text = role.replace("'", "''")
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{text}') "
        f"THEN CREATE ROLE {_quoted(role)} NOLOGIN; END IF; END $$"
    )


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'
