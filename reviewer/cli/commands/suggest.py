"""`review suggest`: papers for sentences of a draft that cite nothing, and odd citations."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli.library import opened
from reviewer.cli.options import (
    JsonOption,
    ModelOptions,
    OutputOption,
    RunOptions,
    command,
    option,
    settings_of,
)
from reviewer.cli.output import deliver, print_error, print_out
from reviewer.errors import UsageError
from reviewer.text import counted

if TYPE_CHECKING:
    from reviewer.tasks.checks.accept import Accepted
    from reviewer.types.suggestions import Suggestions


@command("suggest", "review suggest draft.md --accept 1,4 -o proposed.md", has_page=True)
def suggest(
    draft: Annotated[str, typer.Argument(help="A draft in Markdown, LaTeX or Word.")],
    bib: Annotated[
        list[str] | None,
        option("--bib", help="Its bibliography; else the one that it names."),
    ] = None,
    papers: Annotated[list[str] | None, option(help="Suggest from these files or folders.")] = None,
    accept: Annotated[
        str,
        option(help="Cite these in the draft of -o: numbers with commas, or 'clear' ones."),
    ] = "",
    own: Annotated[
        bool,
        option("--own", help="It is my own abstract: for each sentence, who says it already."),
    ] = False,
    output: OutputOption = "",
    json: JsonOption = False,
    *,
    model: ModelOptions,
    common: RunOptions,
) -> int:
    """Suggest papers for sentences without a citation (and for [?]); find odd citations.

    Shows up to three papers a sentence, each with its sentence that is nearest. Nothing is written
    but the file of -o: a draft with the suggestions of --accept (else the clear ones), or as .html
    a page of them.
    """
    from reviewer.render import choose_format, render, write_whole
    from reviewer.tasks import suggest_citations
    from reviewer.tasks.checks.accept import accept_suggestions, clear_numbers
    from reviewer.tasks.checks.bibliography import read_bibliography
    from reviewer.tasks.checks.check import bibliographies_beside, is_word_draft, open_draft
    from reviewer.tasks.checks.fixes import KeysOf
    from reviewer.writers import writer_of

    page = output if output.lower().endswith((".html", ".htm")) and not accept else ""
    output = "" if page else output
    if page:
        choose_format("", page, ("html",))
    _check_together(draft, output, accept, own=own, is_word=is_word_draft(draft))
    numbers = _numbers(accept)
    text = open_draft(draft)
    settings = settings_of(common, model)
    with common.progress() as progress, opened(settings, progress, papers) as shelf:
        writer = writer_of(settings, shelf, use_cache=not model.no_cache)
        bibliography = read_bibliography(bib or bibliographies_beside(text))
        made = suggest_citations(text, shelf, writer, bibliography, progress, is_own=own)
        accepted = None
        if output:
            wanted = clear_numbers(made) if numbers is None else numbers
            keys = KeysOf(bibliography, shelf)
            accepted = accept_suggestions(text.text, made, wanted, keys.written)
            cited = dict.fromkeys(s.key for s in accepted.suggestions)
            added = [shelf.paper(key) for key in cited if not keys.has_entry(key)]
    if accepted is not None:
        from reviewer.cli.draft_run import add_to_bibliography, bibliography_of

        write_whole(Path(output), accepted.text)
        if added:
            add_to_bibliography(bibliography_of(output, "latex"), output, added)
    if json or accepted is None:
        form = "html" if page else "json" if json else "markdown"
        deliver(render(made, form), page, form, quiet=common.quiet)
    else:
        print_out(_diff(draft, output, text.text, accepted.text))
    if not common.quiet:
        _say(made, accepted, output)
    return 0


def _check_together(draft: str, output: str, accept: str, *, own: bool, is_word: bool) -> None:
    """Raises UsageError for flags that cannot be combined, before any work."""
    from reviewer.cli.draft_run import bibliography_of, check_bibliography
    from reviewer.render import choose_format

    if own and (output or accept):
        raise UsageError(
            "--own suggests nothing to write",
            hint="Use -o for a page alone (.html).",
        )
    if accept and not output:
        raise UsageError("--accept needs a file to write", hint="Name it: -o proposed.md")
    if not output:
        return
    if output == "-":
        raise UsageError("the draft goes to a file only", hint="Name it: -o proposed.md")
    if is_word:
        raise UsageError(
            "marks are not written into a Word file", hint="Leave out -o to see the suggestions."
        )
    choose_format("", output, ("markdown", "latex"))
    if Path(output).expanduser().resolve() == Path(draft).expanduser().resolve():
        raise UsageError(f"{output} is the draft itself", hint="Name another file: -o proposed.md")
    check_bibliography(bibliography_of(output, "latex"))


def _numbers(accept: str) -> list[int] | None:
    """The numbers; None for the clear ones. Raises UsageError for what is no number."""
    if accept in ("", "clear"):
        return None
    parts = [part.strip() for part in accept.split(",")]
    if not all(part.isdecimal() and len(part) < 7 for part in parts):
        raise UsageError(
            f"--accept {accept} names no suggestions", hint="For example: --accept 1,4 or clear"
        )
    return [*map(int, parts)]


def _diff(draft: str, output: str, before: str, after: str) -> str:
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), draft, output
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def _say(made: Suggestions, accepted: Accepted | None, output: str) -> None:
    from reviewer.render.suggestions import suggestions_line

    print_error(suggestions_line(made))
    if accepted is not None:
        print_error(f"{counted(len(accepted.suggestions), 'citation')} written to {output}")
