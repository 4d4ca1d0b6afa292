"""`review help`."""

from __future__ import annotations

from typing import Annotated

import typer

from reviewer.cli.options import command


@command("help", "review help ask   or: review help screen init")
def help_of(
    words: Annotated[
        list[str] | None, typer.Argument(help="A command; none shows all commands.")
    ] = None,
) -> int:
    """Show the help of a command, as COMMAND --help does."""
    from reviewer.cli.app import run

    return run([*(words or []), "--help"])
