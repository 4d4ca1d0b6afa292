"""Warms up the model that a command uses, and reports what it cost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from reviewer.cli.output import print_error, print_out
from reviewer.errors import ModelError, OnlineError, UsageError
from reviewer.text import counted

if TYPE_CHECKING:
    from reviewer.library import Library
    from reviewer.settings import Settings
    from reviewer.types.progress import Progress
    from reviewer.types.runs import Coverage, Usage
    from reviewer.types.writer import Writer


def warm_up(question: str, library: Library, writer: Writer, *, use_cache: bool) -> None:
    """Begin to import what a model needs, beside the search. Not when the same question was asked
    before: then the replies are kept."""
    is_kept = use_cache and library.ledger.has_asked(question, writer.name)
    if writer.name == "extractive" or is_kept:
        return
    import reviewer.llm.client as llm
    from reviewer.llm import check_early
    from reviewer.llm.providers import check_answers

    settings = library.settings
    try:
        check_early(settings.model, settings.api_base, offline=settings.offline)
        check_answers(settings.model, settings.api_base)
    except (ModelError, OnlineError):
        return  # the first call says so at once
    library.import_for_search()
    llm.warm_up()


def continued(question: str, library: Library, writer: Writer, progress: Progress) -> str:
    """A follow-up to the last run as a question that needs no context. It is shown.

    Raises UsageError without an earlier run, and when the writer needs a model for this.
    """
    from reviewer.tasks.answers.follow import whole_question

    runs = [run for run in library.ledger.runs(20) if run.command == "ask"]
    if not runs:
        raise UsageError("no earlier question to continue", hint="Ask without -c.")
    whole = whole_question(question, runs[0], writer)
    progress(f"Asking: {whole}", -1, 0)
    return whole


def cost_line(usage: Usage) -> str:
    """`5 calls (2 from the cache), 12,000 tokens, $0.02` or `no cost`."""
    if not usage.calls and not usage.cached_calls:
        return "no cost"
    cached = f" ({usage.cached_calls} from the cache)" if usage.cached_calls else ""
    price = "price not known" if usage.cost_usd is None else f"${usage.cost_usd:.4f}"
    tokens = usage.tokens_in + usage.tokens_out
    calls = counted(usage.calls + usage.cached_calls, "call")
    return f"{calls}{cached}, {tokens:,} token{'s' * (tokens != 1)}, {price}"


def say_cost(coverage: Coverage, usage: Usage, *, has_budget: bool) -> None:
    """Print what was read and cited and what that cost, and whether a budget had no effect."""
    print_error(
        f"{counted(coverage.read, 'paper')} read, {coverage.cited} cited, {cost_line(usage)}, "
        f"{usage.seconds:.1f} s"
    )
    say_budget(usage, has_budget=has_budget)


def say_calls(usage: Usage, settings: Settings) -> None:
    """Print what a model's calls cost, and whether a budget had no effect; nothing without one."""
    if settings.model:
        print_error(cost_line(usage))
        say_budget(usage, has_budget=settings.budget_usd is not None)


def say_budget(usage: Usage, *, has_budget: bool) -> None:
    """Print that a budget had no effect, when the model's price is not known."""
    if has_budget and usage.cost_usd is None:
        print_error(f"The price of {usage.model} is not known, so --budget had no effect.")


def say_planned(planned: str, settings: Settings) -> int:
    """Print which calls would be made, and where the limits of the settings would stop them. Gives
    the exit code."""
    limits = []
    if settings.model and settings.max_calls is not None:
        limits.append(f"--max-calls stops it after {counted(settings.max_calls, 'call')}.")
    if settings.model and settings.budget_usd is not None:
        limits.append(f"--budget stops it before more than ${settings.budget_usd:g} are spent.")
    print_out(" ".join([planned, *limits]) + "\n")
    return 0


def strict_code(left_out: Iterable[str]) -> int:
    """The exit code of a result: 3 when --strict left something out, else 0."""
    return 3 if any("(strict)" in reason for reason in left_out) else 0
