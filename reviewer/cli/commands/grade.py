"""`review grade`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reviewer.cli.library import opened
from reviewer.cli.options import (
    FilterOptions,
    JsonOption,
    OutputOption,
    RunOptions,
    command,
    filters_of,
    option,
    settings_of,
)
from reviewer.cli.output import deliver, print_error
from reviewer.errors import UsageError

_NOT_REACHED = 3


@command("grade", 'review grade report.md --topic "when retrieval harms" --least 0.7')
def grade(
    draft: Annotated[str, typer.Argument(help="A text in Markdown, LaTeX or Word.")],
    topic: Annotated[str, option(help="What it should cover.")] = "",
    rubric: Annotated[
        str, option(help="The criteria, as YAML: read if the file is there, else written.")
    ] = "",
    least: Annotated[
        float | None, option(help="Exit 3 for a lower score, 0 to 1.", min=0, max=1)
    ] = None,
    count: Annotated[int, typer.Option("-k", help="Papers for the criteria.", min=1)] = 40,
    keys: Annotated[str, option(help="Make the criteria of these papers, keys with commas.")] = "",
    bib: Annotated[
        list[str] | None, option("--bib", help="Its bibliography; else the one that it names.")
    ] = None,
    output: OutputOption = "",
    json: JsonOption = False,
    *,
    filters: FilterOptions,
    common: RunOptions,
) -> int:
    """Grade a text by what your papers say on its topic: met, partly met, missing, and where."""
    from reviewer.render import write_whole
    from reviewer.render.grade import grade_json, grade_line, grade_markdown
    from reviewer.tasks import with_known_keys
    from reviewer.tasks.checks.bibliography import read_bibliography
    from reviewer.tasks.checks.check import bibliographies_beside, open_draft
    from reviewer.tasks.grades.grade import grade_text
    from reviewer.tasks.grades.rubric import make_rubric
    from reviewer.tasks.grades.rubric_file import read_rubric, rubric_yaml

    place = Path(rubric).expanduser()
    is_kept = bool(rubric) and place.exists()
    if not topic and not is_kept:
        raise UsageError("a text is graded on a topic", hint='Say it: --topic "when RAG harms"')
    if topic and is_kept:
        raise UsageError(
            f"{rubric} has a topic of its own", hint="Leave out --topic, or name a new file."
        )
    text = open_draft(draft)
    wanted = filters_of(**vars(filters), keys=keys)
    with common.progress() as progress, opened(settings_of(common), progress) as shelf:
        progress("Grading", 0, 0)
        bibliography = read_bibliography(bib or bibliographies_beside(text))
        if is_kept:
            made = read_rubric(str(place), shelf)
        else:
            made = make_rubric(topic, shelf, with_known_keys(wanted, shelf), count)
            if rubric:
                write_whole(place, rubric_yaml(made))
        graded = grade_text(text, made, shelf, bibliography)
    form = "json" if json else "markdown"
    deliver(
        grade_json(graded) if json else grade_markdown(graded), output, form, quiet=common.quiet
    )
    if not common.quiet:
        print_error(grade_line(graded))
    return _NOT_REACHED if least is not None and graded.score < least else 0
