"""Options that commands share, in groups, and what is made of them: settings and filters."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin, get_type_hints

import typer

from reviewer.cli.completing import completion_of
from reviewer.cli.output import opening
from reviewer.cli.progress import ShownProgress
from reviewer.errors import UsageError

if TYPE_CHECKING:
    from reviewer.settings import Settings
    from reviewer.types.searches import Filters

option = partial(typer.Option, show_default=False)  # an empty default tells the reader nothing

SEARCHED = "openalex, semantic_scholar, crossref, arxiv or pubmed."

KeyArgument = Annotated[str, typer.Argument(help="The paper's key, as review papers shows it.")]
JsonOption = Annotated[bool, option(help="The result as JSON.")]
QuietOption = Annotated[bool, option("--quiet", "-q", help="Say nothing but the result.")]
OfflineOption = Annotated[bool | None, option("--offline", help="Use no network at all.")]
YearOption = Annotated[str, option("--year", help="2024, 2023:2025, 2024: or :2020.")]
NotOption = Annotated[
    list[str] | None, option("--not", help="Put papers on this last; may be given again.")
]
FileOption = Annotated[list[str] | None, option(help="Only papers that were read from this file.")]
PromptsOption = Annotated[str | None, option("--prompts", help="A folder of your own prompts.")]
DryRunOption = Annotated[bool, option(help="Say which calls would be made, and make none.")]
ListingYearOption = Annotated[
    int | None, option(help="The year of dates without one, with --papers.")
]
OutputOption = Annotated[str, option("--output", "-o", help="Write the result to this file.")]
QuotesOption = Annotated[bool, option(help="Show under each reference what was quoted.")]


@dataclass(frozen=True)
class LibraryOptions:
    """Which library."""

    library: Annotated[
        str | None, option(help="The library's folder, or postgresql://HOST/DB.")
    ] = None
    chroma: Annotated[
        str | None, option(help="A Chroma server for the vectors, as http://HOST:8000.")
    ] = None


@dataclass(frozen=True)
class EmbeddingOptions(LibraryOptions):
    """Which library, and how its texts become vectors."""

    embedding: Annotated[
        str | None, option(help="minilm-int8, minilm, none, or a litellm embedding model.")
    ] = None


@dataclass(frozen=True)
class OnlineOptions(LibraryOptions):
    """Which library, and how a command goes about its work."""

    offline: OfflineOption = None
    quiet: QuietOption = False
    verbose: Annotated[bool, option("--verbose", "-v", help="Say what is being done.")] = False

    def progress(self) -> ShownProgress:
        """A progress that shows what these options ask for."""
        return ShownProgress(quiet=self.quiet, verbose=self.verbose)


@dataclass(frozen=True)
class RunOptions(OnlineOptions, EmbeddingOptions):
    """What every longer command takes."""


@dataclass(frozen=True)
class RayOptions:
    """On which machines."""

    ray: Annotated[
        str | None, option(help="Work on a Ray cluster: auto, HOST:6379 or ray://HOST:10001.")
    ] = None


@dataclass(frozen=True)
class CallOptions:
    """Which model, and how much it may be asked."""

    model: Annotated[
        str | None, option("--model", "-m", help="Any litellm model writes the answer.")
    ] = None
    api_base: Annotated[str | None, option(help="The model's address.")] = None
    budget_usd: Annotated[
        float | None, option("--budget", help="Stop before more USD are spent.")
    ] = None
    max_calls: Annotated[int | None, option(help="Stop before more calls.")] = None


@dataclass(frozen=True)
class ModelOptions(CallOptions):
    """Which model, and how it is asked."""

    jobs: Annotated[int | None, option(help="Calls in flight (8).")] = None
    timeout_s: Annotated[
        float | None, option("--timeout", help="Seconds a call may take (120, local 600).")
    ] = None
    context_tokens: Annotated[
        int | None, option("--context", help="Tokens that the model reads (asked of its server).")
    ] = None
    no_cache: Annotated[bool, option(help="Ask the model again, also for kept replies.")] = False
    prompts: PromptsOption = None
    nli: Annotated[
        str | None, option(help="A folder with a model of entailment: judges without --model.")
    ] = None


@dataclass(frozen=True)
class ReadingOptions:
    """How many papers are read, and how closely."""

    effort: Annotated[str, typer.Option(help="quick, normal or thorough.")] = "normal"
    count: Annotated[
        int | None,
        option("-k", help="How many papers are read (12; to answer with a model 30).", min=1),
    ] = None


@dataclass(frozen=True)
class RerankerOptions:
    """Which local model orders the best papers again."""

    reranker: Annotated[
        str | None, option(help="A folder with a cross-encoder that orders the best 50 again.")
    ] = None


@dataclass(frozen=True)
class FilterOptions:
    """Which papers."""

    year: YearOption = ""
    venue: Annotated[str, option(help="Only papers whose venue has this in it.")] = ""
    tag: Annotated[list[str] | None, option(help="Only papers with this tag.")] = None


@dataclass(frozen=True)
class ScreenedFilterOptions(FilterOptions):
    """Which papers, also those that a screening included."""

    screen: Annotated[
        str, option(help="Only papers that this screening includes at its last stage.")
    ] = ""


@dataclass(frozen=True)
class KeyFilterOptions(ScreenedFilterOptions):
    """Which papers, also by their keys."""

    keys: Annotated[str, option(help="Only these papers, keys with commas.")] = ""


@dataclass(frozen=True)
class FileFilterOptions(KeyFilterOptions):
    """Which papers, also by their keys and by the files that they were read from."""

    file: FileOption = None


@dataclass(frozen=True)
class LinkedFilterOptions(FileFilterOptions):
    """Which papers, also by whom they cite."""

    cites: Annotated[str, option(help="Only papers that cite the paper with this key.")] = ""
    cited_by: Annotated[str, option(help="Only papers that this one cites.")] = ""


@dataclass(frozen=True)
class OutputOptions:
    """In which form a result is written, and where."""

    json: JsonOption = False
    output: OutputOption = ""


@dataclass(frozen=True)
class Command:
    """A command of the command line: its name, an example of it, and the function that typer reads
    and runs."""

    name: str
    example: str
    function: Callable[..., Any]


_OPENS = "open_page"
_OPEN_PARAMETER = inspect.Parameter(
    _OPENS,
    inspect.Parameter.KEYWORD_ONLY,
    default=False,
    annotation=Annotated[bool, option("--open", help="With -o x.html: open it in the browser.")],
)


def command(
    name: str, example: str, *, has_page: bool = False
) -> Callable[[Callable[..., Any]], Command]:
    """Makes a function the command of this name, with the flat signature that typer reads: in place
    of a parameter whose type is a group (a dataclass), the fields of the group that are options. A
    call makes the groups again. A flag is named as its parameter, and has no `--no-` form.

    A command that has a page, an .html file that its option `output` names, gets the flag `--open`.
    """

    def made(function: Callable[..., Any]) -> Command:
        # No functools.wraps: typer would follow `__wrapped__` to the groups.
        flat: dict[str, inspect.Parameter] = {}
        groups: dict[str, tuple[Any, list[str]]] = {}
        parameters = [*inspect.signature(function, eval_str=True).parameters.values()]
        for own in (*parameters, *([_OPEN_PARAMETER] if has_page else [])):
            parts = [own]
            if is_dataclass(own.annotation):
                types = get_type_hints(own.annotation, include_extras=True)
                parts = [
                    own.replace(
                        name=field.name, default=field.default, annotation=types[field.name]
                    )
                    for field in fields(own.annotation)
                    if get_origin(types[field.name]) is Annotated
                ]
                groups[own.name] = own.annotation, [part.name for part in parts]
            for part in parts:
                flat[part.name] = part.replace(kind=inspect.Parameter.KEYWORD_ONLY)
                kind, described = get_args(part.annotation)
                described.autocompletion = completion_of(name, part.name)
                if kind is bool and described.default is ...:  # where typer puts a given name
                    described.param_decls = (f"--{part.name.replace('_', '-')}",)

        def run(**given: Any) -> Any:  # noqa: ANN401  options and results of any type
            page = given["output"] if has_page and given.pop(_OPENS) else None
            made = {
                name: group(**{option: given.pop(option) for option in options})
                for name, (group, options) in groups.items()
            }
            if page is None:
                return function(**given, **made)
            with opening(page, name):
                return function(**given, **made)

        run.__name__, run.__doc__ = function.__name__, function.__doc__
        run.__annotations__ = {name: part.annotation for name, part in flat.items()}
        run.__signature__ = inspect.Signature([*flat.values()])  # type: ignore[attr-defined]
        return Command(name, f"Example: {example}", run)

    return made


def settings_of(*groups: object, **flags: Any) -> Settings:  # noqa: ANN401  flags of any type
    """Settings with the options of these groups and these flags on top. None means not given."""
    from reviewer.settings import Settings, load_settings

    for group in groups:
        flags |= {name: v for name, v in vars(group).items() if name in Settings.model_fields}
    return load_settings(flags)


def filters_of(
    year: str = "",
    venue: str = "",
    tag: Sequence[str] | None = None,
    keys: str = "",
    file: Sequence[str] | None = None,
    screen: str = "",
    cites: str = "",
    cited_by: str = "",
) -> Filters:
    """Filters from options; of a group, `filters_of(**vars(group))`. Raises UsageError for a year
    that cannot be read."""
    from reviewer.search.years import read_years
    from reviewer.types.searches import Filters

    first, last = read_years(year)
    return Filters(
        year_from=first,
        year_to=last,
        venue=venue,
        tags=tuple(tag or ()),
        keys=tuple(key.strip() for key in keys.split(",") if key.strip()),
        files=tuple(file or ()),
        screen=screen,
        cites=cites,
        cited_by=cited_by,
    )


def effort_of(effort: str) -> str:
    """The effort, checked. Raises UsageError for one that is not known."""
    from reviewer.tasks.answers.gather import EFFORTS

    if effort not in EFFORTS:
        raise unknown_value("effort", effort, EFFORTS)
    return effort


def unknown_value(what: str, given: str, known: Sequence[str]) -> Exception:
    """The error for a value that an option does not know: with the nearest one, and all of them."""
    from difflib import get_close_matches

    near = get_close_matches(given, known, 1)
    meant = f"Did you mean {near[0]}? " if near else ""
    *others, last = known
    ways = f"{', '.join(others)} or {last}" if others else last
    return UsageError(f"unknown {what} '{given}'", hint=f"{meant}Use {ways}.")
