"""`review migrate`."""

from __future__ import annotations

from typing import Annotated

from reviewer.cli.options import LibraryOptions, QuietOption, command, option, settings_of
from reviewer.cli.output import print_out
from reviewer.cli.progress import ShownProgress


@command("migrate", "review migrate --library postgresql://HOST/DATABASE")
def migrate(
    roles: Annotated[
        bool, option(help="Say the SQL that makes roles for readers, writers.")
    ] = False,
    yes: Annotated[bool, option("--yes", "-y", help="With --roles: make them.")] = False,
    quiet: QuietOption = False,
    *,
    common: LibraryOptions,
) -> None:
    """Bring a library on a server to this release's form, as its owner, or make the roles of those
    who use it. A folder needs no command: its first opening does that, and keeps a copy."""
    from reviewer.library import bring_up_library, make_roles, roles_of

    settings = settings_of(common)
    if roles and not yes:
        print_out("".join(f"{statement};\n" for statement in roles_of(settings.library)))
        return
    if roles:
        reader, writer = make_roles(settings.library)
        print_out(f'Roles are made. Let a user in: GRANT "{reader}" TO name, or "{writer}"\n')
        return
    with ShownProgress(quiet=quiet) as progress:
        before, after = bring_up_library(settings.library, progress)
    if before == after:
        print_out(f"The library has this release's form ({after}) already\n")
    else:
        print_out(f"The library was brought from form {before} to form {after}\n")
