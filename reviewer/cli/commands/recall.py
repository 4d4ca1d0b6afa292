"""`review recall`."""

from __future__ import annotations

from typing import Annotated

import typer

from reviewer.cli.library import opened
from reviewer.cli.options import (
    EmbeddingOptions,
    JsonOption,
    QuietOption,
    command,
    option,
    settings_of,
)
from reviewer.cli.output import print_error, print_out


@command("recall", 'review recall "retrieval harms"')
def recall(
    words: Annotated[list[str], typer.Argument(help="What the claims are about.")],
    count: Annotated[int, typer.Option("-n", help="How many claims.", min=1)] = 10,
    mine: Annotated[bool, option(help="Only my own runs, in a library on a server.")] = False,
    json: JsonOption = False,
    quiet: QuietOption = False,
    *,
    common: EmbeddingOptions,
) -> None:
    """Find checked claims of your earlier answers, drafts and surveys, with their quotes."""
    from reviewer.render.recalled import gone_line, recalled_json, recalled_markdown
    from reviewer.tasks.memory.recall import recall_claims

    with opened(settings_of(common)) as shelf:
        found = recall_claims(" ".join(words), shelf, count, mine=mine)
    print_out(recalled_json(found) if json else recalled_markdown(found))
    if not quiet and (line := gone_line(found)):
        print_error(line)
