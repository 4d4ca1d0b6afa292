"""The options of `review draft`, checked before any work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from reviewer.cli.options import DryRunOption, OutputOptions, QuotesOption, option, unknown_value
from reviewer.errors import SourceError, UsageError

if TYPE_CHECKING:
    from reviewer.library import Library
    from reviewer.tasks.drafts.options import DraftOptions

FORMS = ("markdown", "latex", "json", "html")
REVISION_FORMS = ("markdown", "latex", "json")
BIB_HEAD = "% Made by review: the papers cited in "


@dataclass(frozen=True)
class DraftFlags(OutputOptions):
    """What `review draft` makes and where it goes."""

    own: Annotated[str, option("--for", help="The paper that it is for: .md or .tex.")] = ""
    words: Annotated[int | None, option("--words", help="About how long (600).")] = None
    order: Annotated[str | None, option("--order", help="thematic or chronological.")] = None
    plan_only: Annotated[
        bool, option("--plan-only", help="Give the themes and papers as YAML, to edit.")
    ] = False
    plan: Annotated[str, option("--plan", help="Write by this plan.")] = ""
    style: Annotated[
        str, option("--style", help="Cite as pandoc, latex, numeric or author-year.")
    ] = ""
    csl: Annotated[str, option("--csl", help="The references' style: apa, FILE.csl.")] = ""
    revise: Annotated[str, option("--revise", help="Add papers to this draft.")] = ""
    add: Annotated[
        list[str] | None, option("--add", help="With --revise: these, keys with commas.")
    ] = None
    quotes: QuotesOption = False
    dry_run: DryRunOption = False
    form: Annotated[str, option("--format", "-f", help="markdown, latex, json or html.")] = ""
    # The command sets these; they are not options.
    question: str = ""
    quiet: bool = False
    use_cache: bool = True
    at_hand: bool = False

    @property
    def named_form(self) -> str:
        """The format that the user names."""
        return "json" if self.json else self.form


def checked(flags: DraftFlags) -> DraftFlags:
    """The flags with their format and style chosen. Raises UsageError, before any work, for flags
    that cannot be combined."""
    from reviewer.render import choose_format
    from reviewer.render.in_text import STYLES
    from reviewer.tasks.yaml_plan import ORDERS

    if flags.order is not None and flags.order not in ORDERS:
        raise unknown_value("order", flags.order, ORDERS)
    if flags.style and flags.style not in STYLES:
        raise unknown_value("style", flags.style, STYLES)
    if flags.revise:
        return _checked_revision(flags)
    _check_together(flags)
    if flags.plan_only:
        choose_format("markdown", flags.output)
        return replace(flags, form="yaml")
    name = flags.named_form or ("latex" if flags.style == "latex" and not flags.output else "")
    form = choose_format(name, flags.output, FORMS)
    style = flags.style or ("latex" if form == "latex" else "pandoc")
    if form not in ("json", "html") and (form == "latex") != (style == "latex"):
        raise UsageError(
            f"--style {style} cannot be used in {form}",
            hint="Use latex in LaTeX; pandoc, numeric or author-year in Markdown.",
        )
    _check_bibliography(flags.output, form)
    if flags.csl:
        from reviewer.render import reference_list

        reference_list([], flags.csl)  # raises for a style that is not there
    return replace(flags, form=form, style=style)


def _check_together(flags: DraftFlags) -> None:
    if flags.add:
        raise UsageError("--add needs a draft to add to", hint="Name it: --revise draft.md")
    if flags.plan_only and flags.plan:
        raise UsageError("--plan-only and --plan cannot be combined", hint="Use one of them.")
    if not flags.question.strip() and not flags.plan:
        raise UsageError(
            "nothing says what to draft about", hint='Example: review draft "does RL help?"'
        )


def _checked_revision(flags: DraftFlags) -> DraftFlags:
    from reviewer.render import choose_format

    for flag, value in (
        ("--plan", flags.plan), ("--plan-only", flags.plan_only), ("--for", flags.own),
        ("a question", flags.question.strip()), ("--words", flags.words),
        ("--order", flags.order), ("--csl", flags.csl),
    ):  # fmt: skip
        if value:
            raise UsageError(
                f"--revise and {flag} cannot be combined",
                hint="Example: review draft --revise draft.md --add key1",
            )
    keys = [key.strip() for listed in flags.add or () for key in listed.split(",")]
    if not any(keys):
        raise UsageError("no paper to add is named", hint="Name them: --add key1,key2")
    form = choose_format(flags.named_form or "markdown", flags.output, REVISION_FORMS)
    return replace(
        flags, add=[key for key in keys if key], form="json" if form == "json" else "diff"
    )


def bibliography_of(output: str, form: str) -> str:
    """The .bib file beside the output; empty where none is written."""
    from pathlib import Path

    if form in ("json", "html") or output in ("", "-"):
        return ""
    return str(Path(output).with_suffix(".bib"))


def _check_bibliography(output: str, form: str) -> None:
    """Raises UsageError when there is a .bib file that review did not make where ours would go."""
    from pathlib import Path

    beside = bibliography_of(output, form)
    if not beside or not Path(beside).exists():
        return
    try:
        begin = Path(beside).read_text(encoding="utf-8", errors="replace")[: len(BIB_HEAD)]
    except OSError:
        begin = ""
    if begin != BIB_HEAD:
        raise UsageError(
            f"{beside} exists and was not made by review",
            hint="Name another file with -o: its .bib is written beside it.",
        )


def own_options(file: str, *, quiet: bool) -> dict[str, Any]:
    """The draft options for the user's own paper in `file`. Raises SourceError when it cannot be
    read."""
    if not file:
        return {}
    from reviewer.cli.library import file_named
    from reviewer.tasks.drafts.own_work import HINT, own_work

    return {"own": own_work(file_named(file, HINT, SourceError, quiet=quiet)), "own_file": file}


def plan_of(flags: DraftFlags, options: DraftOptions, shelf: Library) -> DraftOptions:
    """The options with the given plan; flags go before what the plan says.

    Raises UsageError that names the line of what is wrong in the plan.
    """
    from reviewer.cli.library import file_named
    from reviewer.tasks.yaml_plan import ORDERS, read_plan

    if flags.plan:
        if not options.filters.is_empty:
            raise UsageError(
                "--keys, --tag, --year and --venue cannot be combined with a plan",
                hint="Leave them out: a plan names its papers.",
            )
        hint = "Make a plan with: review draft QUESTION --plan-only"
        text = file_named(flags.plan, hint, SourceError, quiet=flags.quiet).text
        plan = read_plan(text, flags.plan, shelf.paper)
        options = replace(options, plan=plan, words=plan.words, order=plan.order)
    order = next((order for order in ORDERS if order == flags.order), options.order)
    return replace(
        options,
        words=options.words if flags.words is None else flags.words,
        order=order,
    )
