"""`review check`: compares a draft, or a bibliography, with the papers that it cites."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from reviewer.cli.library import opened
from reviewer.cli.options import (
    ModelOptions,
    OutputOptions,
    RunOptions,
    command,
    option,
    settings_of,
    unknown_value,
)
from reviewer.cli.output import deliver, print_error
from reviewer.errors import LibraryError, UsageError
from reviewer.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.library import Library
    from reviewer.settings import Settings
    from reviewer.sources.text_file import TextFile
    from reviewer.tasks.checks.bibliography import Lookup
    from reviewer.types.checks import CheckReport
    from reviewer.types.progress import Progress


@command("check", "review check draft.md --bib refs.bib -o check.html", has_page=True)
def check(
    draft: Annotated[
        str, typer.Argument(help="A draft in Markdown, LaTeX or Word, or a bibliography.")
    ],
    bib: Annotated[
        list[str] | None,
        option(
            "--bib", help="Its bibliography (.bib, .ris, CSL-JSON); else the one that it names."
        ),
    ] = None,
    papers: Annotated[
        list[str] | None, option(help="Check against these files or folders.")
    ] = None,
    allow: Annotated[
        list[str] | None,
        option(
            help="A kind of problem that is shown and fails nothing, such as 'missing citation'."
        ),
    ] = None,
    every_sentence: Annotated[
        bool,
        option(
            "--every-sentence",
            help="Each sentence that states something has to cite, and no quote may be of nobody: "
            "says PASSES, PASSES UNJUDGED or FAILS.",
        ),
    ] = False,
    online: Annotated[
        bool, option(help="Look up entries of the bibliography that the library does not have.")
    ] = False,
    fix: Annotated[
        str,
        option(
            help="Make these fixes, numbers with commas or 'sure', in a copy: draft.fixed.md, "
            "refs.fixed.bib."
        ),
    ] = "",
    form: Annotated[str, option("--format", "-f", help="markdown, html or json.")] = "",
    *,
    result: OutputOptions,
    model: ModelOptions,
    common: RunOptions,
) -> int:
    """Check a draft's citations, quotes, figures and bibliography; exit 3 when something fails."""
    from reviewer.render import choose_format, forms_of, render
    from reviewer.render.check import check_line, signal_lines
    from reviewer.tasks import check_draft
    from reviewer.tasks.checks.bibliography import is_bibliography, read_bibliography
    from reviewer.tasks.checks.check import (
        CheckOptions,
        bibliographies_beside,
        check_bibliography,
        failures,
        open_draft,
    )
    from reviewer.types.checks import ProblemKind
    from reviewer.writers import writer_of

    form = choose_format("json" if result.json else form, result.output, forms_of("CheckReport"))
    text = None if is_bibliography(draft) else open_draft(draft)
    for kind in allow or ():
        if kind not in get_args(ProblemKind):
            raise unknown_value("kind of problem", kind, get_args(ProblemKind))
    settings = settings_of(common, model)
    with common.progress() as progress:
        files = [
            *([] if text else [draft]),
            *(bib or (bibliographies_beside(text) if text else ())),
        ]
        bibliography = read_bibliography(files)
        with (
            _shelf(settings, papers, files, progress) as shelf,
            _lookup(settings, online=online, progress=progress) as lookup,
        ):
            has_papers = bool(papers) or _has_library(settings)
            options = CheckOptions(
                allowed=tuple(allow or ()),  # type: ignore[arg-type]
                every_sentence=every_sentence,
                has_papers=has_papers,
                lookup=lookup,
            )
            if text is None:
                report = check_bibliography(bibliography, shelf, options, progress)
            else:
                writer = writer_of(settings, shelf, use_cache=not model.no_cache)
                report = check_draft(text, shelf, writer, bibliography, options, progress)
    if fix:
        _write_fixed(report, fix, [*([text] if text else []), *map(_bib_text, files)])
    deliver(render(report, form), result.output, form, quiet=common.quiet)
    if common.verbose and not common.quiet:
        for line in signal_lines(report):
            print_error(clean(line))
    if not common.quiet and (form != "markdown" or result.output):
        print_error(check_line(report))
    return 3 if failures(report) or report.outcome == "FAILS" else 0


def _write_fixed(report: CheckReport, wanted: str, texts: Sequence[TextFile]) -> None:
    """Write a copy of each text that the wanted fixes change. Raises UsageError for numbers that
    cannot be read or made."""
    from reviewer.render import write_whole
    from reviewer.tasks.checks.fixes import apply_fixes, fixed_name, sure_fixes

    numbers = [number.strip() for number in wanted.split(",")]
    if wanted != "sure" and not all(number.isdecimal() for number in numbers):
        raise UsageError(f"--fix {wanted} names no fixes", hint="For example: --fix 1,3 or sure")
    chosen = sure_fixes(report.fixes) if wanted == "sure" else [*map(int, numbers)]
    changed = apply_fixes({text.file: text.text for text in texts}, report.fixes, chosen)
    for fixed in changed:
        write_whole(Path(fixed_name(fixed.file)).expanduser(), fixed.text)
        print_error(f"Written: {fixed_name(fixed.file)}")
    if not changed:
        print_error("Nothing was fixed: no such fix is sure. Choose by number: --fix 1,3")


def _bib_text(file: str) -> TextFile:
    from reviewer.sources import read_text_file

    return read_text_file(file, "Give a .bib file.")


@contextmanager
def _lookup(settings: Settings, *, online: bool, progress: Progress) -> Iterator[Lookup | None]:
    """What looks entries up online, where that is wanted and allowed."""
    if not online or settings.offline:
        if online:
            progress("--offline: the bibliography is not looked up online", -1, 0)
        yield None
        return
    from reviewer.sources.online import Web
    from reviewer.tasks.checks.online_entries import OnlineLookup

    with Web(settings) as web:
        yield OnlineLookup(web)


def _has_library(settings: Settings) -> bool:
    from reviewer.library.storage.database import may_be_there

    return may_be_there(settings.library)


def _shelf(
    settings: Settings, papers: Sequence[str] | None, files: Sequence[str], progress: Progress
) -> Library:
    """The library over `papers`, else that of the settings, else one over the bibliography alone.
    Raises LibraryError without any of them."""
    if not papers and not _has_library(settings) and files:
        progress(
            "No library was found: the only papers to check against are the bibliography's own",
            -1,
            0,
        )
        papers = files
    try:
        return opened(settings, progress, papers)
    except LibraryError as error:
        hint = "Check against files (--papers PATH) or a bibliography (--bib FILE)."
        raise LibraryError(error.message, hint=hint) from error
