"""Makes the writer that a command uses: extractive, or the one model that was set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reviewer.library import Library
    from reviewer.settings import Settings
    from reviewer.types import Claim
    from reviewer.types.progress import Progress
    from reviewer.types.runs import Coverage, Usage
    from reviewer.types.writer import Writer


def writer_of(settings: Settings, library: Library, *, use_cache: bool = True) -> Writer:
    """A missing key, and a model that needs a network when there is to be none, are told by the
    first question."""
    if not settings.model:
        from reviewer.writers import Extractive

        return Extractive()
    from reviewer.llm import LLM, Prompts
    from reviewer.writers import Prompted

    model = LLM(settings, library.ledger if use_cache else None)
    return Prompted(model, Prompts(settings.prompts, library.ledger.secret()))


def warm_up(question: str, library: Library, writer: Writer, *, use_cache: bool) -> None:
    """Begin to import what a model needs beside the search, where it will be needed: not when the
    same was asked before, for then the replies are kept."""
    is_kept = use_cache and library.ledger.has_asked(question, writer.name)
    if writer.name == "extractive" or is_kept:
        return
    import reviewer.llm.client as llm
    from reviewer.errors import ModelError
    from reviewer.llm import check_early

    told = library.settings
    try:
        check_early(told.model, told.api_base, offline=told.offline)
    except ModelError:
        return  # the first call says so at once
    library.import_for_search()
    llm.warm_up()


def continued(question: str, library: Library, writer: Writer, progress: Progress) -> str:
    """A follow-up to the last run, in words that stand alone, which are shown.

    Raises UsageError when there is no earlier run, or when the writer needs a model for this.
    """
    from reviewer.errors import UsageError
    from reviewer.types.claims import NeedsModel

    runs = [run for run in library.ledger.runs(20) if run.command == "ask"]
    if not runs:
        raise UsageError("there is no earlier question to go on from", hint="Ask without -c.")
    claims = [claim["text"] for claim in runs[0].result.get("claims", [])]
    whole = writer.stand_alone(question, [runs[0].question, *claims])
    if isinstance(whole, NeedsModel):
        raise UsageError("a follow-up needs a model", hint="Set --model, or ask in full words.")
    progress(f"Asking: {whole}", -1, 0)
    return whole


def say_claims(claims: Sequence[Claim]) -> None:
    """Show claims as their citations stand, before they are judged."""
    from reviewer.cli.output import print_error
    from reviewer.text import clean

    for claim in claims:
        print_error(f"  {clean(claim.text)}")


def cost_line(usage: Usage) -> str:
    """`5 calls (2 from the cache), 12,000 tokens, $0.02` or `no cost`."""
    from reviewer.text import counted

    if not usage.calls and not usage.cached_calls:
        return "no cost"
    cached = f" ({usage.cached_calls} from the cache)" if usage.cached_calls else ""
    price = "price not known" if usage.cost_usd is None else f"${usage.cost_usd:.4f}"
    tokens = usage.tokens_in + usage.tokens_out
    calls = counted(usage.calls + usage.cached_calls, "call")
    return f"{calls}{cached}, {tokens:,} token{'s' * (tokens != 1)}, {price}"


def say_cost(coverage: Coverage, usage: Usage, *, has_budget: bool) -> None:
    """What was read and cited, and what that cost; and that a budget could not be kept to."""
    from reviewer.cli.output import print_error
    from reviewer.text import counted

    print_error(
        f"{counted(coverage.read, 'paper')} read, {coverage.cited} cited, {cost_line(usage)}, "
        f"{usage.seconds:.1f} s"
    )
    say_budget(usage, has_budget=has_budget)


def say_budget(usage: Usage, *, has_budget: bool) -> None:
    from reviewer.cli.output import print_error

    if has_budget and usage.cost_usd is None:
        print_error(f"No price of {usage.model} is known, so --budget did not hold.")


def say_planned(planned: str, settings: Settings) -> int:
    """Print what a dry run says of the calls, and what the limits that are set would do to them.
    Gives the exit code."""
    from reviewer.cli.output import print_out
    from reviewer.text import counted

    limits = []
    if settings.model and settings.max_calls is not None:
        limits.append(f"--max-calls stops it after {counted(settings.max_calls, 'call')}.")
    if settings.model and settings.budget_usd is not None:
        limits.append(f"--budget stops it before more than ${settings.budget_usd:g} are spent.")
    print_out(" ".join([planned, *limits]) + "\n")
    return 0
