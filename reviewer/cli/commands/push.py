"""`review push`: what goes back to Zotero, on request alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli.library import opened
from reviewer.cli.options import JsonOption, OnlineOptions, command, option, settings_of
from reviewer.cli.output import print_error, print_out
from reviewer.errors import UsageError
from reviewer.text import counted

if TYPE_CHECKING:
    from reviewer.tasks.zotero.push import Pushed

_MOST_NAMED = 10


@command("push", "review push zotero --tag to-read --dry-run")
def push(
    where: Annotated[str, typer.Argument(help="zotero.")],
    tag: Annotated[
        list[str] | None, option(help="Papers with this tag get it in Zotero; more than one goes.")
    ] = None,
    notes: Annotated[bool, option(help="Your notes on them, as notes in Zotero.")] = False,
    collection: Annotated[str, option(help="Put them into this collection there.")] = "",
    screen: Annotated[str, option(help="Papers that this screening includes.")] = "",
    dry_run: Annotated[bool, option(help="Say what would be written, and write nothing.")] = False,
    json: JsonOption = False,
    *,
    common: OnlineOptions,
) -> int:
    """Write tags, notes and a collection to Zotero. Nothing there is changed or taken away. It
    needs a key of Zotero's web service that may write (REVIEW_ZOTERO_KEY)."""
    from reviewer.render.json import dump
    from reviewer.tasks.zotero import PushOptions, push_zotero

    if where.rstrip(":").casefold() != "zotero":
        raise UsageError(f"review cannot write to '{where}'", hint="Write: review push zotero")
    tags = tuple(dict.fromkeys(t.strip() for t in tag or () if t.strip()))
    options = PushOptions(tags, notes, collection.strip(), screen, dry_run)
    with common.progress() as progress, opened(settings_of(common), progress) as shelf:
        done = push_zotero(shelf, options, progress)
    if json:
        print_out(dump("pushed", done.model_dump(mode="json")))
    else:
        print_out(_summary(done))
    _say_left(done)
    return 1 if done.refused else 0


def _summary(done: Pushed) -> str:
    would = "would be " if done.dry_run else ""
    lines = [
        f"{counted(len(keys), 'paper')} {would}{what}: {_named(keys)}\n"
        for what, keys in (
            ("tagged", done.tagged),
            ("noted", done.noted),
            ("put into the collection", done.collected),
        )
        if keys
    ]
    if done.made_collection:
        lines.insert(0, f"The collection '{done.made_collection}' {would or 'was '}made.\n")
    return "".join(lines) or f"Zotero has all of it already ({counted(done.papers, 'paper')}).\n"


def _named(keys: tuple[str, ...]) -> str:
    return ", ".join(keys[:_MOST_NAMED]) + (" ..." if len(keys) > _MOST_NAMED else "")


def _say_left(done: Pushed) -> None:
    if done.not_from_zotero:
        count = counted(len(done.not_from_zotero), "paper")
        print_error(f"{count} did not come from Zotero: {_named(done.not_from_zotero)}")
    if done.not_on_the_web:
        count = counted(len(done.not_on_the_web), "paper")
        print_error(
            f"{count} not in Zotero's web service (sync Zotero first): "
            f"{_named(done.not_on_the_web)}"
        )
    for reason in dict.fromkeys(done.refused):
        print_error(f"Zotero did not take a change: {reason}")
