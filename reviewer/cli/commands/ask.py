"""`review ask`."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import Annotated, Any

import typer

from reviewer.cli.library import opened, split_question, words_alone_note
from reviewer.cli.options import (
    DryRunOption,
    FileFilterOptions,
    ListingYearOption,
    ModelOptions,
    NotOption,
    OutputOptions,
    ReadingOptions,
    RerankerOptions,
    RunOptions,
    command,
    effort_of,
    filters_of,
    option,
    settings_of,
)
from reviewer.cli.output import deliver, print_error


@command("ask", 'review ask "does RL teach new skills?"', has_page=True)
def ask(
    question: Annotated[list[str], typer.Argument(help="What you want to know.")],
    papers: Annotated[
        list[str] | None, option("--papers", help="Ask these files or folders alone.")
    ] = None,
    follow: Annotated[
        bool, option("--continue", "-c", help="Go on from the last question.")
    ] = False,
    excluded: NotOption = None,
    strict: Annotated[bool, option(help="Leave out claims without proof, and exit 3.")] = False,
    bullets: Annotated[bool, option(help="A list to check: one sentence a line.")] = False,
    proof: Annotated[
        bool, option("--proof", "--quotes", help="Add what each sentence quotes, and where.")
    ] = False,
    style: Annotated[
        str,
        option(help="Cite as numeric, author-year, note, pandoc, chicago, apa, FILE.csl."),
    ] = "",
    reuse: Annotated[
        bool, option(help="Start from the claims of an earlier answer, and read what is new.")
    ] = False,
    stream: Annotated[bool, option(help="Show sentences while they are written.")] = False,
    dry_run: DryRunOption = False,
    form: Annotated[str, option("--format", "-f", help="markdown, json, html or docx.")] = "",
    listing_year: ListingYearOption = None,
    *,
    reading: ReadingOptions,
    filters: FileFilterOptions,
    result: OutputOptions,
    reranking: RerankerOptions,
    model: ModelOptions,
    common: RunOptions,
) -> int:
    """Answer a question from your papers, with citations that you can check."""
    from reviewer.cli.answer_stream import AnswerStream
    from reviewer.cli.memory import earlier_question
    from reviewer.cli.model import (
        continued,
        say_cost,
        say_planned,
        strict_code,
        warm_up,
    )
    from reviewer.render import choose_format, forms_of, render
    from reviewer.tasks import answer_question, with_excluded, with_known_keys
    from reviewer.tasks.answers.answer import AskOptions, estimate_calls
    from reviewer.writers import writer_of

    form = choose_format("json" if result.json else form, result.output, forms_of("Answer"))
    look = _look(form, style, bullets=bullets, proof=proof)
    settings = settings_of(common, model, reranking)
    asked, papers = split_question(question, papers, quiet=common.quiet)
    asked = with_excluded(asked, excluded)
    wanted, effort = filters_of(**vars(filters)), effort_of(reading.effort)
    use_cache = not model.no_cache
    with common.progress() as progress, opened(settings, progress, papers, listing_year) as shelf:
        options = AskOptions(
            reading.count, with_known_keys(wanted, shelf), effort, is_strict=strict
        )
        if dry_run:
            return say_planned(estimate_calls(asked, shelf, settings.model, options), settings)
        with closing(writer_of(settings, shelf, use_cache=use_cache)) as writer:
            warm_up(asked, shelf, writer, use_cache=use_cache)
            whole = continued(asked, shelf, writer, progress) if follow else asked
            earlier = earlier_question(whole, shelf, options.filters, progress, reuses=reuse)
            options = replace(options, asked=asked if follow else "", earlier=earlier, reuses=reuse)
            if stream and form != "json":
                with AnswerStream(progress) as shown:
                    streamed = replace(options, resolved=shown.take)
                    answer = answer_question(whole, shelf, writer, streamed, shown)
            else:
                answer = answer_question(whole, shelf, writer, options, progress)
        note = words_alone_note(shelf, is_at_hand=bool(papers))
    deliver(render(answer, form, **look), result.output, form, quiet=common.quiet)
    if not common.quiet:
        if note:
            print_error(note)
        say_cost(answer.coverage, answer.usage, has_budget=settings.budget_usd is not None)
    return strict_code(answer.coverage.left_out)


def _look(form: str, style: str, *, bullets: bool, proof: bool) -> dict[str, Any]:
    """How the answer is written. Raises UsageError for a style that its form cannot have."""
    from reviewer.errors import UsageError
    from reviewer.render.styles import style_for

    if form in ("markdown", "docx"):
        cited = style_for(form, style, usual="numeric")
        return {"as_list": bullets, "with_proof": proof, "style": cited}
    if style:
        raise UsageError(f"--style cannot be used in {form}", hint="Use it in Markdown and Word.")
    return {} if form == "json" else {"as_list": bullets}
