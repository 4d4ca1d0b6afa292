"""`review draft`."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from typing import Annotated

import typer

from reviewer.cli.library import opened, split_question
from reviewer.cli.options import (
    DryRunOption,
    KeyFilterOptions,
    ListingYearOption,
    ModelOptions,
    OutputOptions,
    QuotesOption,
    ReadingOptions,
    RerankerOptions,
    RunOptions,
    command,
    effort_of,
    filters_of,
    option,
    settings_of,
)


@dataclass(frozen=True)
class DraftOutput(OutputOptions):
    """In which form a draft is written, and where."""

    marks: Annotated[bool, option(help="Mark in the text what is not proven.")] = False
    style: Annotated[
        str,
        option(
            help="Cite as pandoc, numeric, author-year, note, latex (natbib) or biblatex; or by a "
            "CSL style: apa, ieee, FILE.csl."
        ),
    ] = ""
    csl: Annotated[str, option(help="Another style of the references: apa, FILE.csl.")] = ""
    quotes: QuotesOption = False
    form: Annotated[str, option("--format", "-f", help="markdown, latex, docx, json or html.")] = ""
    quiet: bool = False  # the command sets it; it is no option of this group

    @property
    def named_form(self) -> str:
        """The format that the user names."""
        return "json" if self.json else self.form


@dataclass(frozen=True)
class DraftFlags(DraftOutput):
    """What `review draft` makes and where it goes."""

    own: Annotated[str, option("--for", help="The paper that it is for: .md or .tex.")] = ""
    words: Annotated[int | None, option(help="About how long (600).")] = None
    order: Annotated[str | None, option(help="thematic or chronological.")] = None
    plan_only: Annotated[bool, option(help="Give the argument as YAML, to edit.")] = False
    plan: Annotated[str, option(help="Write by this plan.")] = ""
    position: Annotated[str, option(help="Place your work at the end, or in each paragraph.")] = ""
    revise: Annotated[str, option(help="Add papers to this draft.")] = ""
    add: Annotated[list[str] | None, option(help="With --revise: these, keys with commas.")] = None
    dry_run: DryRunOption = False
    # The command sets these; they are not options.
    question: str = ""
    use_cache: bool = True
    at_hand: bool = False


@command(
    "draft", 'review draft "does RL add abilities?" --for my_paper.md -o related.tex', has_page=True
)
def draft(
    question: Annotated[list[str] | None, typer.Argument(help="What the section is about.")] = None,
    papers: Annotated[list[str] | None, option(help="Draft from these files or folders.")] = None,
    strict: Annotated[bool, option(help="Leave out sentences without proof, and exit 3.")] = False,
    listing_year: ListingYearOption = None,
    *,
    flags: DraftFlags,
    reading: ReadingOptions,
    filters: KeyFilterOptions,
    reranking: RerankerOptions,
    model: ModelOptions,
    common: RunOptions,
) -> int:
    """Draft a related-work section, theme by theme, with its bibliography; or add papers to one."""
    from reviewer.cli.draft_run import checked, make, own_options
    from reviewer.tasks.drafts.outline import DraftOptions
    from reviewer.writers import writer_of

    about, papers = split_question(question, papers, quiet=common.quiet)
    use_cache = not model.no_cache
    flags = checked(
        replace(
            flags, question=about, quiet=common.quiet, use_cache=use_cache, at_hand=bool(papers)
        )
    )
    settings = settings_of(common, model, reranking)
    options = DraftOptions(
        reading.count,
        filters_of(**vars(filters)),
        effort_of(reading.effort),
        is_strict=strict,
        **own_options(flags.own, quiet=common.quiet),
    )
    with (
        common.progress() as progress,
        opened(settings, progress, papers, listing_year) as shelf,
        closing(writer_of(settings, shelf, use_cache=use_cache)) as writer,
    ):
        return make(flags, options, shelf, writer, progress)
