"""`review check`: holds a draft against the papers that it cites."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli.options import (
    ApiBaseOption,
    BudgetOption,
    CallsOption,
    EmbeddingOption,
    JobsOption,
    JsonOption,
    LibraryOption,
    ModelOption,
    NoCacheOption,
    OfflineOption,
    OutputOption,
    PromptsOption,
    QuietOption,
    TimeoutOption,
    VerboseOption,
    settings_of,
)
from reviewer.cli.output import deliver, print_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.library import Library
    from reviewer.settings import Settings
    from reviewer.tasks.checks.check import CheckOptions, DraftText
    from reviewer.types.checks import CheckReport
    from reviewer.types.progress import Progress

_EPILOG = "Example: review check draft.md --bib refs.bib -o check.html"


def register(app: typer.Typer) -> None:
    app.command("check", epilog=_EPILOG)(check)


def check(
    draft: Annotated[str, typer.Argument(help="A draft in Markdown or LaTeX.")],
    bib: Annotated[
        list[str] | None,
        typer.Option(
            "--bib",
            help="Its bibliography (.bib, .ris, CSL-JSON); else the one that it names.",
            show_default=False,
        ),
    ] = None,
    papers: Annotated[
        list[str] | None,
        typer.Option("--papers", help="Check against these files or folders.", show_default=False),
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            "--allow",
            help="A kind of problem that is shown and fails nothing, such as 'missing citation'.",
            show_default=False,
        ),
    ] = None,
    model: ModelOption = None,
    form: Annotated[
        str, typer.Option("--format", "-f", help="markdown, html or json.", show_default=False)
    ] = "",
    json: JsonOption = False,
    output: OutputOption = "",
    library: LibraryOption = None,
    embedding: EmbeddingOption = None,
    api_base: ApiBaseOption = None,
    jobs: JobsOption = None,
    budget: BudgetOption = None,
    max_calls: CallsOption = None,
    timeout: TimeoutOption = None,
    no_cache: NoCacheOption = False,
    prompts: PromptsOption = None,
    offline: OfflineOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> int:
    """Check a draft's citations, quotes and figures; exit 3 when something fails."""
    from reviewer.cli.progress import ShownProgress
    from reviewer.render import choose_format, forms_of, render
    from reviewer.render.check import check_line
    from reviewer.tasks.checks.check import failures, open_draft

    chosen = choose_format("json" if json else form, output, forms_of("CheckReport"))
    text, options = open_draft(draft), _options(allow)
    settings = settings_of(
        library=library, embedding=embedding, model=model, api_base=api_base, jobs=jobs,
        budget_usd=budget, max_calls=max_calls, timeout_s=timeout, prompts=prompts, offline=offline,
    )  # fmt: skip
    with ShownProgress(quiet=quiet, verbose=verbose) as progress:
        made = _checked(text, bib, papers, settings, options, progress, use_cache=not no_cache)
    is_page = chosen == "markdown"
    deliver(render(made, chosen), output, chosen)
    if not quiet and (not is_page or output):
        print_error(check_line(made))
    return 3 if failures(made) else 0


def _options(allow: Sequence[str] | None) -> CheckOptions:
    """Raises UsageError for a kind of problem that there is not."""
    from typing import get_args

    from reviewer.errors import UsageError
    from reviewer.tasks.checks.check import CheckOptions
    from reviewer.types.checks import ProblemKind

    kinds = get_args(ProblemKind)
    for kind in allow or ():
        if kind not in kinds:
            hint = f"The kinds are {', '.join(kinds)}."
            raise UsageError(f"--allow '{kind}' is no kind of problem", hint=hint)
    return CheckOptions(tuple(allow or ()))  # type: ignore[arg-type]


def _checked(
    text: DraftText,
    bib: Sequence[str] | None,
    papers: Sequence[str] | None,
    settings: Settings,
    options: CheckOptions,
    progress: Progress,
    *,
    use_cache: bool,
) -> CheckReport:
    """With the library that is there; a bibliography alone is enough too."""
    from reviewer.cli.model import writer_of
    from reviewer.tasks import check_draft
    from reviewer.tasks.checks.bibliography import read_bibliography

    files = list(bib or _named_in(text))
    bibliography = read_bibliography(files)
    with _shelf(settings, papers, files, progress) as shelf:
        writer = writer_of(settings, shelf, use_cache=use_cache)
        return check_draft(text, shelf, writer, bibliography, options, progress)


def _shelf(
    settings: Settings, papers: Sequence[str] | None, files: Sequence[str], progress: Progress
) -> Library:
    """The library that is there, else one over the bibliography alone. Raises LibraryError when
    there is neither."""
    from reviewer.cli.library import opened
    from reviewer.errors import LibraryError

    has_library = (Path(settings.library) / "library.db").is_file()
    if not papers and not has_library and files:
        progress("There is no library: the draft is checked against its bibliography alone", -1, 0)
        papers = files
    try:
        return opened(settings, papers, None, progress)
    except LibraryError as error:
        hint = "Check against files (--papers PATH) or a bibliography (--bib FILE)."
        raise LibraryError(error.message, hint=hint) from error


def _named_in(text: DraftText) -> list[str]:
    """The bibliographies that the draft names, as far as they stand beside it."""
    from reviewer.tasks.checks.manuscript import read_draft

    folder = Path(text.file).expanduser().parent
    places = [folder / name for name in read_draft(text.text).bibliographies]
    return [str(place) for place in places if place.is_file()]
