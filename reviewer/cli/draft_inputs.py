"""What `review draft` is told, checked before any work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reviewer.library import Library
    from reviewer.tasks.drafts.options import DraftOptions

FORMS = ("markdown", "latex", "json", "html")
REVISION_FORMS = ("markdown", "latex", "json")
BIB_HEAD = "% Made by review: the papers cited in "


@dataclass(frozen=True)
class Wanted:
    """The flags of one command that say what is made and where it goes."""

    question: str
    own: str
    words: int | None
    order: str | None
    plan_only: bool
    plan: str
    style: str
    csl: str
    revise: str
    add: tuple[str, ...]
    form: str
    output: str
    quotes: bool
    quiet: bool
    dry_run: bool
    use_cache: bool
    at_hand: bool


def checked(wanted: Wanted) -> Wanted:
    """The flags with their format and style chosen. Raises UsageError for what does not go
    together, so that nobody learns it after the work."""
    from reviewer.errors import UsageError
    from reviewer.render import choose_format
    from reviewer.render.in_text import STYLES
    from reviewer.tasks.yaml_plan import ORDERS

    if wanted.order is not None and wanted.order not in ORDERS:
        raise _mistyped("--order", wanted.order, ORDERS)
    if wanted.style and wanted.style not in STYLES:
        raise _mistyped("--style", wanted.style, STYLES)
    if wanted.revise:
        return _checked_revision(wanted)
    _check_together(wanted)
    if wanted.plan_only:
        choose_format("markdown", wanted.output)
        return replace(wanted, form="yaml")
    name = wanted.form or ("latex" if wanted.style == "latex" and not wanted.output else "")
    form = choose_format(name, wanted.output, FORMS)
    style = wanted.style or ("latex" if form == "latex" else "pandoc")
    if form not in ("json", "html") and (form == "latex") != (style == "latex"):
        raise UsageError(
            f"{form} is not cited in the style {style}",
            hint="LaTeX takes --style latex; Markdown takes pandoc, numeric or author-year.",
        )
    _check_bibliography(wanted.output, form)
    if wanted.csl:
        from reviewer.render import reference_list

        reference_list([], wanted.csl)  # raises for a style that is not there
    return replace(wanted, form=form, style=style)


def _check_together(wanted: Wanted) -> None:
    from reviewer.errors import UsageError

    if wanted.add:
        raise UsageError("--add needs a draft to add to", hint="Name it: --revise draft.md")
    if wanted.plan_only and wanted.plan:
        raise UsageError("--plan-only makes a plan and --plan reads one", hint="Use one of them.")
    if not wanted.question.strip() and not wanted.plan:
        raise UsageError(
            "it is not said what to draft about", hint='Example: review draft "does RL help?"'
        )


def _mistyped(flag: str, said: str, known: tuple[str, ...]) -> Exception:
    import difflib

    from reviewer.errors import UsageError

    near = difflib.get_close_matches(said, known, 1)
    meant = f"Did you mean {near[0]}? " if near else ""
    return UsageError(f"{flag} '{said}' is none", hint=f"{meant}Use {', '.join(known)}.")


def _checked_revision(wanted: Wanted) -> Wanted:
    from reviewer.errors import UsageError
    from reviewer.render import choose_format

    for flag, value in (
        ("--plan", wanted.plan), ("--plan-only", wanted.plan_only), ("--for", wanted.own),
        ("a question", wanted.question.strip()), ("--words", wanted.words),
        ("--order", wanted.order), ("--csl", wanted.csl),
    ):  # fmt: skip
        if value:
            raise UsageError(
                f"--revise adds papers to a draft, and takes no {flag}",
                hint="Example: review draft --revise draft.md --add key1",
            )
    keys = tuple(key.strip() for listed in wanted.add for key in listed.split(","))
    if not any(keys):
        raise UsageError("no paper to add is named", hint="Name them: --add key1,key2")
    form = choose_format(wanted.form or "markdown", wanted.output, REVISION_FORMS)
    is_json = form == "json"
    return replace(wanted, add=tuple(k for k in keys if k), form="json" if is_json else "diff")


def bibliography_of(output: str, form: str) -> str:
    """The .bib file beside the output, or nothing where there is none."""
    from pathlib import Path

    if form in ("json", "html") or output in ("", "-"):
        return ""
    return str(Path(output).with_suffix(".bib"))


def _check_bibliography(output: str, form: str) -> None:
    """Raises UsageError when a .bib file that is not ours stands where ours would."""
    from pathlib import Path

    from reviewer.errors import UsageError

    beside = bibliography_of(output, form)
    if not beside or not Path(beside).exists():
        return
    try:
        begin = Path(beside).read_text(encoding="utf-8", errors="replace")[: len(BIB_HEAD)]
    except OSError:
        begin = ""
    if begin != BIB_HEAD:
        raise UsageError(
            f"{beside} is there already and was not made by review",
            hint="Name another file with -o: its .bib is written beside it.",
        )


def has_own(file: str, *, quiet: bool) -> dict[str, Any]:
    """The options of the work at hand, read. Raises SourceError."""
    if not file:
        return {}
    from reviewer.cli.library import file_named
    from reviewer.errors import SourceError
    from reviewer.tasks.drafts.own_work import HINT, own_work

    return {"own": own_work(file_named(file, HINT, SourceError, quiet=quiet)), "own_file": file}


def plan_of(wanted: Wanted, options: DraftOptions, shelf: Library) -> DraftOptions:
    """The options with the plan that is given; flags go before what stands in it.

    Raises UsageError that names the line of what is wrong in the plan.
    """
    from reviewer.cli.library import file_named
    from reviewer.errors import SourceError, UsageError
    from reviewer.tasks.yaml_plan import ORDERS, read_plan

    if wanted.plan:
        if not options.filters.is_empty:
            raise UsageError(
                "a plan names its papers", hint="Leave out --keys, --tag, --year and --venue."
            )
        hint = "Make a plan with: review draft QUESTION --plan-only"
        text = file_named(wanted.plan, hint, SourceError, quiet=wanted.quiet).text
        plan = read_plan(text, wanted.plan, shelf.paper)
        options = replace(options, plan=plan, words=plan.words, order=plan.order)
    orders = [order for order in ORDERS if order == wanted.order]
    return replace(
        options,
        words=options.words if wanted.words is None else wanted.words,
        order=orders[0] if orders else options.order,
    )
