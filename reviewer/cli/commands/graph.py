"""`review graph`."""

from __future__ import annotations

from typing import Annotated

import typer

from reviewer.cli.library import opened
from reviewer.cli.options import (
    FileFilterOptions,
    LibraryOptions,
    OutputOptions,
    QuietOption,
    command,
    filters_of,
    option,
    settings_of,
)
from reviewer.cli.output import deliver
from reviewer.cli.progress import ShownProgress


@command("graph", "review graph --topic 'reward models' -o graph.html", has_page=True)
def graph(
    topic: Annotated[str, option(help="Only the papers that fit this best.")] = "",
    count: Annotated[
        int, typer.Option("-k", help="How many papers of the topic at most.", min=1)
    ] = 50,
    lacking: Annotated[
        int, typer.Option(help="How many works to name that the library lacks.", min=0)
    ] = 20,
    concepts: Annotated[
        bool, option(help="Show which methods, data sets and tasks link the papers instead.")
    ] = False,
    form: Annotated[str, option("--format", "-f", help="markdown, json, graphml or html.")] = "",
    quiet: QuietOption = False,
    *,
    filters: FileFilterOptions,
    result: OutputOptions,
    common: LibraryOptions,
) -> None:
    """Show who cites whom in the library, and what many of its papers cite that it lacks.

    Lists of references come with PDFs and with online records. -o graph.html is a page with a
    drawing, -o graph.graphml is for Gephi and other programs. --concepts needs no lists: it reads
    the papers' own words, and the cards that drafts and surveys keep.
    """
    from reviewer.render import choose_format, forms_of, render
    from reviewer.tasks import with_known_keys
    from reviewer.tasks.citation_graph import GraphOptions, graph_citations
    from reviewer.tasks.concept_graph import graph_concepts

    named = "json" if result.json else form
    kind = "ConceptGraph" if concepts else "CitationGraph"
    chosen = choose_format(named, result.output, forms_of(kind))
    wanted = filters_of(**vars(filters))
    with ShownProgress(quiet=quiet) as progress, opened(settings_of(common), progress) as shelf:
        options = GraphOptions(topic, count, with_known_keys(wanted, shelf), lacking)
        make = graph_concepts if concepts else graph_citations
        found = make(shelf, options, progress)
    deliver(render(found, chosen), result.output, chosen, quiet=quiet)
