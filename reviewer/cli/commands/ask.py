"""`review ask`."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli.options import (
    ApiBaseOption,
    BudgetOption,
    CallsOption,
    CountOption,
    DryRunOption,
    EffortOption,
    EmbeddingOption,
    FileOption,
    JobsOption,
    JsonOption,
    KeysOption,
    LibraryOption,
    ModelOption,
    NoCacheOption,
    OfflineOption,
    OutputOption,
    PromptsOption,
    QuietOption,
    TagOption,
    TimeoutOption,
    VenueOption,
    VerboseOption,
    YearOption,
    filters_of,
    settings_of,
)
from reviewer.cli.output import deliver, print_error

if TYPE_CHECKING:
    from reviewer.types import Answer


def register(app: typer.Typer) -> None:
    app.command("ask", epilog='Example: review ask "does RL teach new skills?"')(ask)


def ask(
    question: Annotated[list[str], typer.Argument(help="What you want to know.")],
    papers: Annotated[
        list[str] | None,
        typer.Option("--papers", help="Ask these files or folders alone.", show_default=False),
    ] = None,
    model: ModelOption = None,
    effort: EffortOption = "normal",
    follow: Annotated[
        bool, typer.Option("--continue", "-c", help="Go on from the last question.")
    ] = False,
    count: CountOption = 12,
    year: YearOption = "",
    venue: VenueOption = "",
    tag: TagOption = None,
    keys: KeysOption = "",
    file: FileOption = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Leave out claims without proof, and exit 3.")
    ] = False,
    quotes: Annotated[
        bool, typer.Option("--quotes", help="Show under each reference what was quoted.")
    ] = False,
    stream: Annotated[
        bool, typer.Option("--stream", help="Show claims as soon as their quotes stand.")
    ] = False,
    dry_run: DryRunOption = False,
    form: Annotated[
        str, typer.Option("--format", "-f", help="markdown, json or html.", show_default=False)
    ] = "",
    json: JsonOption = False,
    output: OutputOption = "",
    library: LibraryOption = None,
    embedding: EmbeddingOption = None,
    api_base: ApiBaseOption = None,
    jobs: JobsOption = None,
    budget: BudgetOption = None,
    max_calls: CallsOption = None,
    timeout: TimeoutOption = None,
    no_cache: NoCacheOption = False,
    prompts: PromptsOption = None,
    listing_year: Annotated[
        int | None, typer.Option(help="The year of dates without one, with --papers.")
    ] = None,
    offline: OfflineOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> int:
    """Answer a question from your papers, with citations that you can check."""
    from reviewer.cli.library import asked_over, opened, with_known_keys, words_alone_note
    from reviewer.cli.model import continued, say_claims, say_planned, warm_up, writer_of
    from reviewer.cli.progress import ShownProgress
    from reviewer.render import choose_format, forms_of
    from reviewer.tasks import answer_question
    from reviewer.tasks.answers.answer import AskOptions, estimate_calls

    form = choose_format("json" if json else form, output, forms_of("Answer"))
    settings = settings_of(
        library=library, embedding=embedding, model=model, api_base=api_base, jobs=jobs,
        budget_usd=budget, max_calls=max_calls, timeout_s=timeout, prompts=prompts, offline=offline,
    )  # fmt: skip
    asked, papers = asked_over(question, papers, quiet=quiet)
    options = AskOptions(count, filters_of(year, venue, tag, keys, file), effort_of(effort), strict)
    with (
        ShownProgress(quiet=quiet, verbose=verbose) as progress,
        opened(settings, papers, listing_year, progress) as shelf,
    ):
        options = replace(options, filters=with_known_keys(options.filters, shelf))
        if dry_run:
            planned = estimate_calls(asked, shelf, settings.model, options)
            return say_planned(planned, settings)
        with closing(writer_of(settings, shelf, use_cache=not no_cache)) as writer:
            warm_up(asked, shelf, writer, use_cache=not no_cache)
            whole = continued(asked, shelf, writer, progress) if follow else asked
            options = replace(
                options, asked=asked if follow else "", resolved=say_claims if stream else None
            )
            answer = answer_question(whole, shelf, writer, options, progress)
        note = words_alone_note(shelf, is_at_hand=bool(papers))
    _deliver_answer(answer, form, output, with_quotes=quotes)
    if not quiet:
        _say_summary(answer, note, has_budget=settings.budget_usd is not None)
    was_left_out = any("(strict)" in reason for reason in answer.coverage.left_out)
    return 3 if was_left_out else 0


def _deliver_answer(answer: Answer, form: str, output: str, *, with_quotes: bool) -> None:
    from reviewer.render import render

    options = {"with_quotes": with_quotes} if form == "markdown" else {}
    deliver(render(answer, form, **options), output, form)


def effort_of(effort: str) -> str:
    """The effort, checked. Raises UsageError for one that is not known."""
    from reviewer.errors import UsageError
    from reviewer.tasks.answers.gather import EFFORTS

    if effort not in EFFORTS:
        raise UsageError(f"--effort '{effort}' is none", hint=f"Use {', '.join(EFFORTS)}.")
    return effort


def _say_summary(answer: Answer, note: str, *, has_budget: bool) -> None:
    from reviewer.cli.model import say_cost

    if note:
        print_error(note)
    say_cost(answer.coverage, answer.usage, has_budget=has_budget)
