"""`review migrate`."""

from __future__ import annotations

from reviewer.cli.options import LibraryOptions, QuietOption, command, settings_of
from reviewer.cli.output import print_out
from reviewer.cli.progress import ShownProgress


@command("migrate", "review migrate --library postgresql://HOST/DATABASE")
def migrate(quiet: QuietOption = False, *, common: LibraryOptions) -> None:
    """Bring a library on a server to this release's form, as its owner. A folder needs no command:
    its first opening does that, and keeps a copy."""
    from reviewer.library import bring_up_library

    settings = settings_of(common)
    with ShownProgress(quiet=quiet) as progress:
        before, after = bring_up_library(settings.library, progress)
    if before == after:
        print_out(f"The library has this release's form ({after}) already\n")
    else:
        print_out(f"The library was brought from form {before} to form {after}\n")
