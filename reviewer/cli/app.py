"""The command line's frame: its commands, its front page, and errors to exit codes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from io import StringIO
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli.output import leave_unwritten, print_error, print_out, stop_printing

if TYPE_CHECKING:
    from reviewer.errors import ReviewError

# The files of this folder, in the order of help, and the commands that each registers.
COMMANDS = {
    "ask": ("ask",), "table": ("table",), "draft": ("draft",), "survey": ("survey",),
    "check": ("check",), "search": ("search", "similar"),
    "papers": ("add", "papers", "show", "remove", "reindex"), "open": ("open",),
    "digest": ("digest",), "online": ("enrich", "audit"), "tags": ("tag", "note"),
    "duplicates": ("duplicates",), "searches": ("searches",), "export": ("export",),
    "runs": ("runs",), "backup": ("backup", "restore", "repair"), "prompts": ("prompts",),
    "evaluate": ("eval",), "doctor": ("doctor",),
}  # fmt: skip


_EPILOG = "Start with: review add papers/   then: review ask 'does RL teach new skills?'"


_INTERRUPTED = 130


def build_app(command: str = "") -> typer.Typer:
    """The command line: the whole of it, or where one of its commands is named the file with that
    alone, for typer reads every option of each. Commands import what they need when they run."""
    app = typer.Typer(
        name="review",
        help="Ask your papers. Every citation is made by code, and stands where it says.",
        epilog=_EPILOG,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_front)
    own = [name for name, commands in COMMANDS.items() if command in commands]
    for name in own or COMMANDS:
        import_module(f"reviewer.cli.commands.{name}").register(app)
    return app


def _say_version(is_wanted: bool) -> None:
    if is_wanted:
        from importlib import metadata

        print_out(f"review {metadata.version('reviewer')}\n")
        raise typer.Exit


def _front(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_say_version, is_eager=True),
    ] = False,
) -> None:
    """What comes before a command; the version is said before one is asked for."""


def run(arguments: Sequence[str]) -> int:
    """Run the command line on these arguments; gives the exit code. Bugs keep their traceback."""
    from reviewer.errors import ReviewError, UsageError, in_words

    try:
        words = list(arguments) or ["--help"]
        result = build_app(words[0])(words, prog_name="review", standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort, SystemExit) as left:  # typer's own flags just leave
        result = getattr(left, "code", _INTERRUPTED)
    except BrokenPipeError:
        stop_printing()
        return 0
    except (ReviewError, OSError) as error:
        told = in_words(error)
        leave_unwritten()
        _show(told, as_json=_wants_json(arguments))
        return told.exit_code
    except Exception as error:
        show = getattr(error, "show", None)  # typer's own errors, whichever click it carries
        if show is None:
            raise
        _show_usage(show)
        if _wants_json(arguments):
            _print_usage_json(error)
        return UsageError.exit_code
    if result == _INTERRUPTED:  # typer makes an exit code of Ctrl-C inside a command
        print_error("")
        print_error("Stopped. What was finished is kept; the same command goes on.")
    return result if isinstance(result, int) else 0


def _show_usage(show: Callable[..., None]) -> None:
    """What typer says, fit for any terminal: it quotes what was typed as it is."""
    said = StringIO()
    show(file=said)
    for line in said.getvalue().splitlines():
        print_error(line)


def _print_usage_json(error: Exception) -> None:
    from reviewer.errors import UsageError
    from reviewer.render.json import error_json

    message = getattr(error, "format_message", error.__str__)().rstrip(".")
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "review"
    print_out(error_json(UsageError(message, hint=f"See: {command} --help")))


def _wants_json(arguments: Sequence[str]) -> bool:
    pairs = zip(arguments, [*arguments[1:], ""], strict=True)
    return any(
        flag in ("--json", "--format=json", "-fjson")
        or (flag in ("--format", "-f") and value == "json")
        for flag, value in pairs
    )


def _show(error: ReviewError, *, as_json: bool) -> None:
    hint = f" {error.hint}" if error.hint else ""
    print_error(f"review: {error.message.rstrip('.')}.{hint}")
    if as_json:
        from reviewer.render.json import error_json

        print_out(error_json(error))
