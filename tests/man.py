"""Writes a man page for each command, of the text of its help: `python -m tests.man build/man`.

The page of a command with commands of its own, as `review screen`, has theirs too.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import typer
import typer.main

from reviewer.cli.app import build_app
from reviewer.cli.sections import SECTIONS, commands_of, described, options_of
from reviewer.render import write_whole

# What troff reads as something else than itself (groff_char(7)).
_SPECIAL = str.maketrans(
    {"\\": r"\e", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti", '"': r"\(dq"}
)
_FLAG = re.compile(r"(?<![\w-])--?\w[\w-]*")


def man_pages() -> dict[str, str]:
    """The name of each page, as `review-ask`, and the page."""
    whole = typer.main.get_command(build_app())
    front = whole.context_class(whole, info_name="review", **whole.context_settings)
    pages = {"review": _front_page(whole, front)}
    for name, command in _own(whole):
        ctx = command.context_class(command, info_name=name, parent=front)
        pages[f"review-{name}"] = _command_page(command, ctx)
    return pages


def _front_page(whole: Any, ctx: Any) -> str:
    lines = [*_begin(whole, ctx, whole.help.partition(". ")[0]), ".SH COMMANDS"]
    for title, own in SECTIONS.items():
        lines.append(f".SS {_text(title)}")
        for name, line in own.items():
            lines += _entry(rf"\fBreview\-{name}\fR(1)", line)
    return _page([*lines, *_options(whole, ctx, ".SH"), *_end(whole, "See also")])


def _command_page(command: Any, ctx: Any) -> str:
    lines = [*_begin(command, ctx, described(ctx.info_name)), *_options(command, ctx, ".SH")]
    if own := dict(_own(command)):
        lines.append(".SH COMMANDS")
        for name in (name for part in commands_of(command, ctx).values() for name in part):
            made = own[name]
            inner = made.context_class(made, info_name=name, parent=ctx)
            lines += [f".SS {_text(inner.command_path)}", *_usage(made, inner)]
            lines += [*_paragraphs(made.help), *_options(made, inner, ".PP"), *_example(made)]
    return _page([*lines, *_end(command, "Example")])


def _own(group: Any) -> Iterator[tuple[str, Any]]:
    for name, command in getattr(group, "commands", {}).items():
        if not command.hidden:
            yield name, command


def _begin(command: Any, ctx: Any, said: str) -> list[str]:
    name = ctx.command_path.replace(" ", "-")
    version = metadata.version("reviewer")
    return [
        f'.TH {_literal(name.upper())} 1 "" "review {version}" "review"',
        ".SH NAME",
        rf"{_literal(name)} \- {_text(said.rstrip('.'))}",
        ".SH SYNOPSIS",
        *_usage(command, ctx),
        ".SH DESCRIPTION",
        *_paragraphs(command.help),
    ]


def _usage(command: Any, ctx: Any) -> list[str]:
    pieces = " ".join(command.collect_usage_pieces(ctx))
    return [rf"\fB{_literal(ctx.command_path)}\fR {_literal(pieces)}"]


def _paragraphs(text: str | None) -> list[str]:
    paragraphs = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text or ""))
    return [line for part in paragraphs if part for line in (".PP", _text(part))]


def _options(command: Any, ctx: Any, heading: str) -> list[str]:
    """Arguments and options, each part of them under its title."""
    lines = []
    for title, rows in options_of(command, ctx).items():
        is_section = heading == ".SH"
        lines += [f".SH {_text(title.upper())}"] if is_section else [".PP", rf"\fI{title}:\fR"]
        for name, line in rows:
            lines += _entry(rf"\fB{_literal(name)}\fR", line)
    return lines


def _entry(name: str, line: str) -> list[str]:
    return [".TP", name, _text(line) or r"\&"]


def _example(command: Any) -> list[str]:
    return [".PP", _text(command.epilog)] if command.epilog else []


def _end(command: Any, title: str) -> list[str]:
    shown = [f".SH {title.upper()}", *_example(command)] if command.epilog else []
    return [*shown, ".SH DOCUMENTATION", r"docs/README.md, and \fBreview help\fR."]


def _page(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


def _literal(text: str) -> str:
    """Text to type: its hyphens are those of the keyboard, and no line breaks in them."""
    return _guarded(text.translate(_SPECIAL).replace("-", r"\-"))


def _text(text: str) -> str:
    """Prose: hyphens are keyboard hyphens in options alone."""
    plain = " ".join(text.split()).translate(_SPECIAL)
    return _guarded(_FLAG.sub(lambda found: found[0].replace("-", r"\-"), plain))


def _guarded(text: str) -> str:
    """A line that begins with a dot would be a request of troff."""
    return rf"\&{text}" if text.startswith(".") else text


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) == 2 else Path("build/man")
    folder.mkdir(parents=True, exist_ok=True)
    pages = man_pages()
    for name, page in pages.items():
        write_whole(folder / f"{name}.1", page)
    sys.stdout.write(f"{len(pages)} pages in {folder}: man -l {folder}/review.1\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
