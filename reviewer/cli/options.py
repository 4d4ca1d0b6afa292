"""Options that commands share, and what is made of them: settings and filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from reviewer.settings import Settings
    from reviewer.types.searches import Filters

LibraryOption = Annotated[
    str | None, typer.Option("--library", help="The library's folder.", show_default=False)
]


EmbeddingOption = Annotated[
    str | None,
    typer.Option(
        help="minilm, minilm-int8, none, or a litellm embedding model.", show_default=False
    ),
]


OfflineOption = Annotated[bool | None, typer.Option("--offline", help="Use no network at all.")]


QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but the result.")]


VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Say what is being done.")]


JsonOption = Annotated[bool, typer.Option("--json", help="The result as JSON.")]


OutputOption = Annotated[
    str, typer.Option("--output", "-o", help="Write the result to this file.", show_default=False)
]


YearOption = Annotated[
    str, typer.Option("--year", help="2024, 2023:2025, 2024: or :2020.", show_default=False)
]


SEARCHED = "openalex, semantic_scholar, crossref, arxiv or pubmed."


SourceOption = Annotated[str, typer.Option("--source", help=SEARCHED)]


VenueOption = Annotated[
    str, typer.Option("--venue", help="Only papers whose venue has this in it.", show_default=False)
]


TagOption = Annotated[
    list[str] | None, typer.Option("--tag", help="Only papers with this tag.", show_default=False)
]


KeysOption = Annotated[
    str, typer.Option("--keys", help="Only these papers, keys with commas.", show_default=False)
]


FileOption = Annotated[
    list[str] | None,
    typer.Option("--file", help="Only papers that were read from this file.", show_default=False),
]


ModelOption = Annotated[
    str | None,
    typer.Option("--model", "-m", help="Any litellm model writes the answer.", show_default=False),
]


EffortOption = Annotated[str, typer.Option(help="quick, normal or thorough.")]


CountOption = Annotated[int, typer.Option("-k", help="How many papers are read.", min=1)]


DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Say which calls would be made, and make none.")
]


ApiBaseOption = Annotated[
    str | None, typer.Option("--api-base", help="The model's address.", show_default=False)
]


JobsOption = Annotated[
    int | None, typer.Option("--jobs", help="Calls in flight (8).", show_default=False)
]


BudgetOption = Annotated[
    float | None,
    typer.Option("--budget", help="Stop before more USD are spent.", show_default=False),
]


CallsOption = Annotated[
    int | None, typer.Option("--max-calls", help="Stop before more calls.", show_default=False)
]


TimeoutOption = Annotated[
    float | None,
    typer.Option("--timeout", help="Seconds a call may take (120, local 600).", show_default=False),
]


NoCacheOption = Annotated[
    bool, typer.Option("--no-cache", help="Ask the model again, also for kept replies.")
]


PromptsOption = Annotated[
    str | None,
    typer.Option("--prompts", help="A folder of your own prompts.", show_default=False),
]


def settings_of(**flags: Any) -> Settings:  # noqa: ANN401  flags of any type
    """Settings with these flags on top. Flags that are None were not given."""
    from reviewer.settings import load_settings

    return load_settings(flags)


def filters_of(
    year: str = "",
    venue: str = "",
    tag: Sequence[str] | None = None,
    keys: str = "",
    file: Sequence[str] | None = None,
) -> Filters:
    """Filters from flags. Raises UsageError for years that are none."""
    import re

    from reviewer.errors import UsageError
    from reviewer.types.searches import Filters

    found = re.fullmatch(r"(\d{4})?(:)?(\d{4})?", year.strip())
    if found is None or (year.strip() and not (found[1] or found[3])):
        raise UsageError(f"--year '{year}' is no year", hint="Use 2024, 2023:2025, 2024: or :2020.")
    first = int(found[1]) if found[1] else None
    last = int(found[3]) if found[3] else (first if not found[2] else None)
    if first and last and first > last:
        raise UsageError(f"--year '{year}' ends before it begins", hint=f"Use {last}:{first}.")
    return Filters(
        year_from=first,
        year_to=last,
        venue=venue,
        tags=tuple(tag or ()),
        keys=tuple(key.strip() for key in keys.split(",") if key.strip()),
        files=tuple(file or ()),
    )
