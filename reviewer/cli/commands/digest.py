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
    from reviewer.library import Library


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
    from reviewer.render import choose_format, render
    from reviewer.tasks import digest_library
    from reviewer.tasks.alerts.digest import saved_questions

    form = choose_format("json" if result.json else "", result.output)
    with opened(settings_of(common)) as shelf:
        _save(shelf, save or (), quiet=quiet)
        for question in forget or ():
            _forget(shelf, " ".join(question.split()))
        if questions or ((save or forget) and not since):
            asked = dict.fromkeys(search.question for search in saved_questions(shelf))
            print_out("".join(f"{clean(question)}\n" for question in asked))
            return
        made = digest_library(since, shelf)
        note = words_alone_note(shelf, is_at_hand=False)
    deliver(render(made, form), result.output, form, quiet=quiet)
    if not quiet:
        if note and made.questions:
            print_error(note)
        if not made.questions:
            print_error("No question is saved. Save one: review searches add NAME QUESTION")
        print_error(f"{counted(len(made.arrivals), 'new paper')} since {made.since}")


def _save(shelf: Library, questions: Sequence[str], *, quiet: bool) -> None:
    """Save questions in the earlier way, which makes searches of them, and say how they are
    named."""
    from reviewer.library import Saved
    from reviewer.tasks.alerts.saved_searches import take_over_questions

    if not questions:
        return
    for question in questions:
        Saved(shelf.database).save(" ".join(question.split()))
    for search in take_over_questions(shelf):
        if not quiet:
            print_error(f"Saved as a search: {search.name}  {search.question}")
    if not quiet:
        print_error("A later release drops --save: use review searches add NAME QUESTION")


def _forget(shelf: Library, question: str) -> None:
    """Forget a question, as it was kept and as the search that it became. Raises NotFoundError when
    it is neither."""
    from reviewer.library import Saved
    from reviewer.tasks.alerts.saved_searches import remove_search, saved_searches

    was_kept = Saved(shelf.database).forget(question)
    named = [
        search.name
        for search in saved_searches(shelf)
        if search.question == question and search.filters.is_empty
    ]
    for name in named:
        remove_search(shelf, name)
    if not was_kept and not named:
        raise NotFoundError(
            f"the question '{question}' is not saved", hint="Run: review digest --questions"
        )
