"""`review learn`."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from reviewer.cli.library import opened, split_question, words_alone_note
from reviewer.cli.options import (
    DryRunOption,
    KeyFilterOptions,
    ModelOptions,
    OutputOptions,
    RunOptions,
    command,
    filters_of,
    option,
    settings_of,
)
from reviewer.cli.output import deliver, print_error
from reviewer.errors import UsageError


@command("learn", "review learn 'retrieval-augmented generation' -o path.html", has_page=True)
def learn(
    topic: Annotated[list[str], typer.Argument(help="What you want to learn about.")],
    count: Annotated[int, typer.Option("-k", help="How many papers to read.", min=1)] = 10,
    answers: Annotated[
        bool, option("--answers", help="Show the answers too; a file always has them.")
    ] = False,
    papers: Annotated[list[str] | None, option(help="Learn from these files or folders.")] = None,
    dry_run: DryRunOption = False,
    *,
    filters: KeyFilterOptions,
    result: OutputOptions,
    model: ModelOptions,
    common: RunOptions,
) -> int:
    """Say what to read on a topic in which order and why, with a glossary and questions.

    Terms are given in the sentences in which your papers define them. Each question is answered by
    numbered sentences of the papers.
    """
    from reviewer.cli.model import say_calls, say_planned
    from reviewer.render import choose_format, forms_of, render
    from reviewer.tasks import learn_topic, with_known_keys
    from reviewer.tasks.topics.learn import LearnOptions, plan_calls
    from reviewer.writers import writer_of

    form = choose_format("json" if result.json else "", result.output, forms_of("LearningPath"))
    settings = settings_of(common, model)
    asked, papers = split_question(topic, papers, quiet=common.quiet)
    if not asked.strip():
        raise UsageError("there is no topic", hint="For example: review learn 'reward models'")
    wanted = filters_of(**vars(filters))
    with common.progress() as progress, opened(settings, progress, papers) as shelf:
        options = LearnOptions(count, with_known_keys(wanted, shelf))
        if dry_run:
            return say_planned(plan_calls(asked, shelf, settings.model, options), settings)
        with closing(writer_of(settings, shelf, use_cache=not model.no_cache)) as writer:
            made = learn_topic(asked, shelf, writer, options, progress)
        note = words_alone_note(shelf, is_at_hand=bool(papers))
    is_shown = answers or result.output not in ("", "-")
    look = {"with_answers": is_shown} if form == "markdown" else {}
    deliver(render(made, form, **look), result.output, form, quiet=common.quiet)
    if not common.quiet:
        if note:
            print_error(note)
        if made.questions and form == "markdown" and not is_shown:
            print_error("The answers: the same command with --answers")
        say_calls(made.usage, settings)
    return 0
