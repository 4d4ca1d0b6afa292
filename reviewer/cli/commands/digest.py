"""`review digest`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from reviewer.cli.library import opened, words_alone_note
from reviewer.cli.options import (
    EmbeddingOptions,
    OutputOptions,
    QuietOption,
    command,
    option,
    settings_of,
)
from reviewer.cli.output import deliver, print_error, print_out
from reviewer.errors import NotFoundError
from reviewer.text import clean, counted

if TYPE_CHECKING:
    from reviewer.library import Saved


@command("digest", "review digest --since 2025-10-01   after: review searches add NAME QUESTION")
def digest(
    since: Annotated[str, option(help="The day, as 2025-10-01 (a week ago).")] = "",
    save: Annotated[
        list[str] | None, option(help="Now: review searches add NAME QUESTION.")
    ] = None,
    forget: Annotated[list[str] | None, option(help="Save it no longer.")] = None,
    questions: Annotated[bool, option(help="List saved questions.")] = False,
    quiet: QuietOption = False,
    *,
    result: OutputOptions,
    common: EmbeddingOptions,
) -> None:
    """Say what came into the library since a day, and which saved questions it bears on."""
    from reviewer.library import Saved
    from reviewer.render import choose_format, render
    from reviewer.tasks import digest_library

    form = choose_format("json" if result.json else "", result.output)
    with opened(settings_of(common)) as shelf:
        saved = Saved(shelf.database)
        _save(saved, save or (), quiet=quiet)
        for question in forget or ():
            if not saved.forget(" ".join(question.split())):
                raise NotFoundError(
                    f"the question '{question}' is not saved", hint="Run: review digest --questions"
                )
        if questions or ((save or forget) and not since):
            print_out("".join(f"{clean(question)}\n" for question in saved.questions()))
            return
        made = digest_library(since, shelf)
        note = words_alone_note(shelf, is_at_hand=False)
    deliver(render(made, form), result.output, form)
    if not quiet:
        if note and made.questions:
            print_error(note)
        if not made.questions:
            print_error("No question is saved. Save one: review searches add NAME QUESTION")
        print_error(f"{counted(len(made.arrivals), 'new paper')} since {made.since}")


def _save(saved: Saved, questions: Sequence[str], *, quiet: bool) -> None:
    """Save questions in the earlier way, and say which way took its place."""
    for question in questions:
        saved.save(" ".join(question.split()))
    if questions and not quiet:
        print_error("Saved. A later release drops --save: use review searches add NAME QUESTION")
