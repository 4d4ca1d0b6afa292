"""The command line's frame: its commands, its front page, and errors to exit codes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reviewer.cli.completing import command_to_complete
from reviewer.cli.options import Command
from reviewer.cli.output import leave_unwritten, print_error, print_out, stop_printing
from reviewer.cli.sections import HelpfulCommand, HelpfulGroup, described

if TYPE_CHECKING:
    from reviewer.errors import ReviewError, UsageError

# The files of commands/, in the order of help, and the commands that each has.
COMMANDS = {
    "ask": ("ask",), "table": ("table",), "draft": ("draft",), "survey": ("survey",),
    "check": ("check",), "grade": ("grade",), "suggest": ("suggest",),
    "disagreements": ("disagreements",), "compare": ("compare",), "learn": ("learn",),
    "gaps": ("gaps",), "search": ("search", "similar", "where"),
    "papers": ("add", "papers", "show", "remove", "reindex"), "open": ("open",),
    "push": ("push",), "digest": ("digest",), "online": ("enrich", "audit"),
    "tags": ("tag", "note"),
    "duplicates": ("duplicates",), "files": ("files",), "searches": ("searches",),
    "graph": ("graph",),
    "export": ("export",), "runs": ("runs",), "recall": ("recall",),
    "backup": ("backup", "restore", "repair", "tidy"),
    "prompts": ("prompts",), "evaluate": ("eval",), "mcp": ("mcp",), "serve": ("serve",),
    "models": ("models",), "doctor": ("doctor",), "migrate": ("migrate",), "help": ("help",),
    "tables": ("tables",), "drafts": ("drafts",), "surveys": ("surveys",), "screen": ("screen",),
}  # fmt: skip
# Commands with commands of their own, as `review screen simulate`, and what help says of them.
GROUPS = {
    "tables": "Show kept tables, correct them by hand, fill them further, and undo.",
    "drafts": "Edit, write and redo drafts that are kept.",
    "surveys": "Edit and run surveys that are kept.",
    "screen": "Screen records for a systematic review.",
}
_GROUP_EXAMPLES = {
    "tables": "Example: review tables set 20261130-2150 song-2025-r1 gain '14 points'",
    "drafts": "Example: review drafts redo 20261130-101500 2.3 'shorter'",
    "surveys": "Example: review surveys run 20261130-101500 --retry",
    "screen": "Example: review screen init fatigue --criteria rules.yaml",
}

_EPILOG = (
    "Start with: review add papers/   then: review ask 'does RL teach new skills?'   "
    "Help on a command: review help ask"
)
_INTERRUPTED = 130
# Words of typer and pydantic, and ours.
_PLAIN_WORDS = {
    "No such command": "unknown command",
    "No such option:": "unknown option",
    "Missing argument": "missing argument",
    "Got unexpected extra argument(s)": "unexpected argument",
    "Option '": "option '",
    "requires an argument": "needs a value",
    "requires 2 arguments": "needs two values",
    ": Input should be": " must be",
    "greater than or equal to": "at least",
    "less than or equal to": "at most",
    "valid integer": "whole number",
    "valid number": "number",
}


def build_app(command: str = "") -> typer.Typer:
    """The command line with all commands; for a known `command`, only those of its file, because
    typer reads every option of every command. Commands import what they need when they run."""
    app = _empty_app()
    own = [name for name, commands in COMMANDS.items() if command in commands]
    for name in own or COMMANDS:
        holder = app
        if name in GROUPS:
            holder = typer.Typer(cls=HelpfulGroup, no_args_is_help=True, rich_markup_mode=None)
            app.add_typer(holder, name=name, help=GROUPS[name], epilog=_GROUP_EXAMPLES[name])
        for made in vars(import_module(f"reviewer.cli.commands.{name}")).values():
            if isinstance(made, Command):
                holder.command(made.name, epilog=made.example, cls=HelpfulCommand)(made.function)
    return app


def _front_page() -> typer.Typer:
    """The command line with the names of all commands and a line on each, without their files: for
    its help, and for names that no command has."""
    app = _empty_app()
    for commands in COMMANDS.values():
        for name in commands:
            app.command(name, help=described(name))(_front_page)
    return app


def _empty_app() -> typer.Typer:
    app = typer.Typer(
        name="review",
        cls=HelpfulGroup,
        help="Ask your papers. Every citation is made by code, and stands where it says.",
        epilog=_EPILOG,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_front)
    return app


def _app_for(word: str) -> typer.Typer:
    """What a command line that begins with this word needs."""
    is_known = any(word in commands for commands in COMMANDS.values())
    return build_app(word) if is_known or word == "--" else _front_page()


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
    """The options before a command. `--version` needs no command."""


def run(arguments: Sequence[str]) -> int:
    """Run the command line on these arguments; gives the exit code. Bugs keep their traceback."""
    from reviewer.errors import ReviewError, in_words

    words = list(arguments)
    try:
        result = _carry_out(words)
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort, SystemExit) as left:  # typer's own flags just leave
        result = getattr(left, "code", _INTERRUPTED)
    except BrokenPipeError:
        stop_printing()
        return 0
    except (ReviewError, OSError) as error:
        fault = in_words(error)
        leave_unwritten()
        return _show(fault, as_json=_wants_json(arguments))
    except Exception as error:
        if not hasattr(error, "format_message"):  # typer's own errors, whichever click it carries
            raise
        return _show(_usage_error(error, words[0] if words else ""), as_json=_wants_json(arguments))
    if result == _INTERRUPTED:  # typer makes an exit code of Ctrl-C inside a command
        print_error("")
        print_error("Stopped. What was finished is kept; the same command goes on.")
    return result if isinstance(result, int) else 0


def _carry_out(words: list[str]) -> Any:  # noqa: ANN401  what a command gives
    asked = command_to_complete()  # by a shell, whose line is not in `words`
    if not words and not asked and _is_on_terminal():
        from reviewer.cli.start import say_start

        if say_start():
            return 0
    if not words or (len(words) == 1 and words[0] in GROUPS):
        words = [*words, "--help"]
    return _app_for(asked or words[0])(words, prog_name="review", standalone_mode=False)


def _is_on_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def _usage_error(error: Any, command: str) -> UsageError:  # noqa: ANN401  typer hides its classes
    """What typer says of a wrong command line, as an error in our own words."""
    from reviewer.errors import UsageError

    is_known = any(command in commands for commands in COMMANDS.values())
    at = f"review {command}" if is_known else "review"
    if is_known and error.ctx:
        at = error.ctx.command_path
    hint = f"See: {at} --help"
    if not is_known and not command.startswith("-") and (meant := _meant_by(command)):
        return UsageError(f"unknown command '{command}'", hint=meant)
    message, _, meant = error.format_message().rstrip(".").partition(". ")
    match type(error).__name__:
        case "NoSuchOption":
            from difflib import get_close_matches

            near = get_close_matches(error.option_name, error.possibilities or (), 1, 0)
            message = error.message
            meant = f"Did you mean {near[0]}?" if near else ""
            if command in ("ask", "search") and not error.option_name.startswith("--"):
                meant = "To exclude a word, quote the question ('RAG -medical') or use --not."
        case "MissingParameter":
            hint = error.ctx.command.epilog
        case "BadParameter":
            message, _, _ = f"{error.param.opts[0]}: {error.message}".partition(",")
    for theirs, ours in _PLAIN_WORDS.items():
        message = message.replace(theirs, ours)
    return UsageError(message, hint=f"{meant} {hint}".strip())


def _meant_by(word: str) -> str:
    """What somebody wants who gives a path or a question in place of a command. Empty when that
    cannot be told."""
    import shlex
    from pathlib import Path

    if len(word.split()) > 2:
        return f"To ask a question: review ask {shlex.quote(word)}"
    try:
        is_there = Path(word).exists()
    except (OSError, ValueError):
        return ""
    return f"To read papers from it: review add {shlex.quote(word)}" if is_there else ""


def _wants_json(arguments: Sequence[str]) -> bool:
    pairs = zip(arguments, [*arguments[1:], ""], strict=True)
    return any(
        flag in ("--json", "--format=json", "-fjson")
        or (flag in ("--format", "-f") and value == "json")
        for flag, value in pairs
    )


def _show(error: ReviewError, *, as_json: bool) -> int:
    """Print the error in one line. Gives the exit code."""
    hint = f" {error.hint}" if error.hint else ""
    ended = error.message.rstrip(".")
    print_error(f"review: {ended}{'' if ended.endswith('?') else '.'}{hint}")
    if as_json:
        from reviewer.render.json import error_json

        print_out(error_json(error))
    return error.exit_code
