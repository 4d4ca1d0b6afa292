"""What Tab offers for the values of options and arguments. It is silent on all errors."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress

import typer

from reviewer.cli.sections import SECTIONS

# The kind of name that a parameter takes, by the parameter's own name.
_KINDS = {
    "key": "key",
    "keys": "key",
    "tag": "tag",
    "add": "tag",
    "remove": "tag",
    "model": "model",
    "style": "style",
    "which": "run",
    "run": "run",
    "table": "table",
    "draft": "draft",
    "survey": "survey",
    "screen": "screen",
    "names": "search",
    "forget": "question",
}
# Parameters that take something else than others of their name; empty for nothing.
_OWN = {
    ("check", "draft"): "",
    ("suggest", "draft"): "",
    ("draft", "add"): "",
    ("help", "words"): "command",
}
_LINE_VARIABLES = ("COMP_WORDS", "_TYPER_COMPLETE_ARGS")


def completion_of(command: str, parameter: str) -> Callable[..., list[str]] | None:
    """What completes a parameter of a command, as typer calls it. None when nothing does."""
    kind = _OWN.get((command, parameter), _KINDS.get(parameter, ""))
    if not kind:
        return None

    def complete(ctx: typer.Context, incomplete: str) -> list[str]:
        from reviewer.errors import ReviewError

        cut = incomplete.rfind(",") + 1 if parameter == "keys" else 0
        before, last = incomplete[:cut], incomplete[cut:]
        with suppress(ReviewError, OSError, ValueError):
            return [before + found for found in _names(ctx, kind, last)]
        return []

    return complete


def _names(context: typer.Context, kind: str, beginning: str) -> list[str]:
    """Names of this kind that begin so."""
    if kind == "command":
        known = [name for own in SECTIONS.values() for name in own]
        return [name for name in known if name.startswith(beginning)]
    if kind == "style":
        from reviewer.render.in_text import STYLES
        from reviewer.render.styles import known_styles

        return [name for name in (*STYLES, *known_styles()) if name.startswith(beginning)]
    from reviewer.library.glance import names_in
    from reviewer.settings import is_on_server, load_settings

    settings = load_settings({"library": context.params.get("library")})
    found = [settings.model] if kind == "model" and settings.model.startswith(beginning) else []
    if not is_on_server(settings.library):  # a server may take its time
        found += names_in(settings.library, kind, beginning)
    return [name for name in dict.fromkeys(found) if name]


def command_to_complete(environment: Mapping[str, str] = os.environ) -> str:
    """The command of the line that a shell asks to complete, once a blank ends its name. Empty
    when no shell asks, or when the name is not whole."""
    if "_REVIEW_COMPLETE" not in environment:
        return ""
    line = next((environment[name] for name in _LINE_VARIABLES if environment.get(name)), "")
    words = line.split(maxsplit=2)[1:]
    is_whole = len(words) > 1 or line[-1:].isspace()
    return words[0] if words and is_whole else ""
