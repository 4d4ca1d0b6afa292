"""The command line's frame: what commands share, errors to exit codes, and the front page."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from io import StringIO
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from reviewer.errors import ReviewError
    from reviewer.settings import Settings
    from reviewer.types.searches import Filters

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

LibraryOption = Annotated[
    str | None, typer.Option("--library", help="The library's folder.", show_default=False)
]
EmbeddingOption = Annotated[
    str | None,
    typer.Option(
        help="minilm, minilm-int8, none, or a litellm embedding model.", show_default=False
    ),
]
OfflineOption = Annotated[bool | None, typer.Option("--offline", help="Use no network at all.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but the result.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Say what is being done.")]
JsonOption = Annotated[bool, typer.Option("--json", help="The result as JSON.")]
OutputOption = Annotated[
    str, typer.Option("--output", "-o", help="Write the result to this file.", show_default=False)
]
YearOption = Annotated[
    str, typer.Option("--year", help="2024, 2023:2025, 2024: or :2020.", show_default=False)
]
SEARCHED = "openalex, semantic_scholar, crossref, arxiv or pubmed."
SourceOption = Annotated[str, typer.Option("--source", help=SEARCHED)]
VenueOption = Annotated[
    str, typer.Option("--venue", help="Only papers whose venue has this in it.", show_default=False)
]
TagOption = Annotated[
    list[str] | None, typer.Option("--tag", help="Only papers with this tag.", show_default=False)
]
KeysOption = Annotated[
    str, typer.Option("--keys", help="Only these papers, keys with commas.", show_default=False)
]
FileOption = Annotated[
    list[str] | None,
    typer.Option("--file", help="Only papers that were read from this file.", show_default=False),
]

ModelOption = Annotated[
    str | None,
    typer.Option("--model", "-m", help="Any litellm model writes the answer.", show_default=False),
]
EffortOption = Annotated[str, typer.Option(help="quick, normal or thorough.")]
CountOption = Annotated[int, typer.Option("-k", help="How many papers are read.", min=1)]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Say which calls would be made, and make none.")
]
ApiBaseOption = Annotated[
    str | None, typer.Option("--api-base", help="The model's address.", show_default=False)
]
JobsOption = Annotated[
    int | None, typer.Option("--jobs", help="Calls in flight (8).", show_default=False)
]
BudgetOption = Annotated[
    float | None,
    typer.Option("--budget", help="Stop before more USD are spent.", show_default=False),
]
CallsOption = Annotated[
    int | None, typer.Option("--max-calls", help="Stop before more calls.", show_default=False)
]
TimeoutOption = Annotated[
    float | None,
    typer.Option("--timeout", help="Seconds a call may take (120, local 600).", show_default=False),
]
NoCacheOption = Annotated[
    bool, typer.Option("--no-cache", help="Ask the model again, also for kept replies.")
]
PromptsOption = Annotated[
    str | None,
    typer.Option("--prompts", help="A folder of your own prompts.", show_default=False),
]


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
        _stop_printing()
        return 0
    except (ReviewError, OSError) as error:
        told = in_words(error)
        _leave_unwritten()
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


def print_out(text: str) -> None:
    """To standard output, whatever its encoding can hold. A reader who has gone is no fault."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, errors="replace").decode(encoding))
        sys.stdout.flush()
    except OSError as error:
        _stop_printing()
        if not isinstance(error, BrokenPipeError):
            raise


def _leave_unwritten() -> None:
    """Drop what standard output waits with, where it cannot be written."""
    try:
        sys.stdout.flush()
    except OSError:
        _stop_printing()


def _stop_printing() -> None:
    """What is still to be written goes nowhere, so that leaving meets no closed pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_error(line: str) -> None:
    """One line to standard error. What a file's name or a paper's title may hold to steer a
    terminal is left out."""
    from reviewer.text.invisible import visible

    encoding = sys.stderr.encoding or "utf-8"
    line = line.encode(encoding, errors="replace").decode(encoding)
    shown = (" " if c.isspace() else c for c in visible(line))
    sys.stderr.write("".join(shown) + "\n")
    sys.stderr.flush()


def settings_of(**flags: Any) -> Settings:  # noqa: ANN401  flags of any type
    """Settings with these flags on top. Flags that are None were not given."""
    from reviewer.settings import load_settings

    return load_settings(flags)


def filters_of(
    year: str = "",
    venue: str = "",
    tag: Sequence[str] | None = None,
    keys: str = "",
    file: Sequence[str] | None = None,
) -> Filters:
    """Filters from flags. Raises UsageError for years that are none."""
    import re

    from reviewer.errors import UsageError
    from reviewer.types.searches import Filters

    found = re.fullmatch(r"(\d{4})?(:)?(\d{4})?", year.strip())
    if found is None or (year.strip() and not (found[1] or found[3])):
        raise UsageError(f"--year '{year}' is no year", hint="Use 2024, 2023:2025, 2024: or :2020.")
    first = int(found[1]) if found[1] else None
    last = int(found[3]) if found[3] else (first if not found[2] else None)
    if first and last and first > last:
        raise UsageError(f"--year '{year}' ends before it begins", hint=f"Use {last}:{first}.")
    return Filters(
        year_from=first,
        year_to=last,
        venue=venue,
        tags=tuple(tag or ()),
        keys=tuple(key.strip() for key in keys.split(",") if key.strip()),
        files=tuple(file or ()),
    )


def deliver(markdown: str, document: str, *, form: str, output: str) -> None:
    """Write the result in its form: to a file, to a terminal (rendered) or to a pipe (plain). Every
    form but Markdown is written as it is.
    The file `-` is standard output."""
    text = markdown if form == "markdown" else document
    if output and output != "-":
        from pathlib import Path

        from reviewer.render.files import write_whole

        write_whole(Path(output), text)
    elif form == "markdown" and sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text, hyperlinks=False))
    else:
        print_out(text)
