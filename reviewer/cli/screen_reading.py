"""`review screen next`, `label`, `undo` and more: what reviewers decide, and what it comes to."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from reviewer.cli.library import opened
from reviewer.cli.options import (
    JsonOption,
    KeyArgument,
    LibraryOptions,
    OutputOption,
    command,
    option,
    settings_of,
    unknown_value,
)
from reviewer.cli.output import deliver, print_error, print_out
from reviewer.cli.screen_making import AsOption, ScreenArgument, ScreenOption, prepare_numpy
from reviewer.errors import UsageError
from reviewer.text import counted

if TYPE_CHECKING:
    from reviewer.tasks.screening.screening import Given, Screening
    from reviewer.types import Paper

VerdictArgument = Annotated[str, typer.Argument(help="include, exclude, maybe or duplicate.")]
LabelArgument = Annotated[
    str, typer.Argument(help="include, exclude, maybe, duplicate; or note, which decides nothing.")
]
ReasonOption = Annotated[
    list[str] | None, option("--reason", help="The key of a criterion; may be given again.")
]
QuoteOption = Annotated[str, option("--quote", help="Words of the paper that show it.")]
ShowModelOption = Annotated[
    str,
    typer.Option(
        "--show-model", help="Show what models suggest: before, after (one's decision) or never."
    ),
]
SeenByOption = Annotated[
    str, option("--as", help="Show what this reviewer may see; all without it.")
]
NoteOption = Annotated[str, option("--note", help="What you want to remember.")]


@command("next", "review screen next --as ann")
def show_next(
    name: ScreenArgument = "",
    as_: AsOption = "",
    count: Annotated[int | None, option("-n", help="Stop after this many decisions.")] = None,
    show_model: ShowModelOption = "after",
    json: JsonOption = False,
    *,
    common: LibraryOptions,
) -> None:
    """Read the next record and decide with one key; each decision is kept at once.

    Outside a terminal it prints the record as JSON, for scripts: decide with review screen label.
    """
    from reviewer.cli.screen_terminal import say_end, screen_in_terminal
    from reviewer.render.json import dump
    from reviewer.tasks.screening.record_view import record_data
    from reviewer.tasks.screening.screening import Screening

    prepare_numpy()
    _require_time(show_model)
    with opened(settings_of(common)) as shelf:
        screening = Screening(shelf, name)
        reviewer = screening.reviewer_named(as_)
        if not json and sys.stdin.isatty() and sys.stdout.isatty():
            screen_in_terminal(screening, reviewer, count, show_model)
            return
        shown = screening.next_record(reviewer)
        data = record_data(screening, reviewer, shown, with_models=show_model == "before")
        print_out(dump("screen-record", data))
        if shown is None:
            say_end(screening)


@command("label", "review screen label smith-2020-rest exclude --reason population")
def label(
    key: KeyArgument,
    verdict: LabelArgument,
    reason: ReasonOption = None,
    quote: QuoteOption = "",
    note: NoteOption = "",
    as_: AsOption = "",
    show_model: ShowModelOption = "after",
    screen: ScreenOption = "",
    *,
    common: LibraryOptions,
) -> None:
    """Decide on a paper by its key; a later decision takes the place of an earlier one."""
    from reviewer.cli.screen_view import model_line
    from reviewer.tasks.screening.record_view import model_says
    from reviewer.tasks.screening.screening import Screening

    prepare_numpy()
    _require_time(show_model)
    with opened(settings_of(common)) as shelf:
        screening = Screening(shelf, screen)
        reviewer = screening.reviewer_named(as_)
        paper = screening.paper_named(key)
        given = _given(screening, paper, reason, quote, note)
        if verdict == "note":
            screening.add_note(paper, reviewer, given)
            print_out(f"{paper.key}  note\n")
            return
        shown = screening.next_record(reviewer)
        is_next = shown is not None and shown.paper.id == paper.id
        ranking = shown.ranking if shown and is_next else None
        screening.decide(paper, _verdict(verdict), reviewer, given, ranking)
        models = () if show_model == "never" else screening.suggestions.models(screening.stage)
        said = [model_line(model_says(screening, paper, model)) for model in models]
    print_out(f"{paper.key}  {verdict}\n")
    for line in filter(None, said):
        print_error(line)


def _require_time(show_model: str) -> None:
    from reviewer.cli.screen_terminal import SHOW_MODEL

    if show_model not in SHOW_MODEL:
        raise unknown_value("time", show_model, SHOW_MODEL)


def _verdict(words: str) -> Any:  # noqa: ANN401  one of the literals
    from reviewer.types.screening import Verdict

    if words not in get_args(Verdict):
        raise unknown_value("verdict", words, get_args(Verdict))
    return words


def _given(
    screening: Screening, paper: Paper, reasons: list[str] | None, quote: str, note: str
) -> Given:
    from reviewer.tasks.screening.screening import Given

    located = screening.quoted(paper, quote) if quote else None
    return Given(reasons=tuple(reasons or ()), quote=located, note=note)


@command("undo", "review screen undo --as ann")
def undo(
    name: ScreenArgument = "",
    as_: AsOption = "",
    *,
    common: LibraryOptions,
) -> None:
    """Take back the reviewer's last decision. The history keeps both."""
    from reviewer.tasks.screening.screening import Screening

    with opened(settings_of(common)) as shelf:
        screening = Screening(shelf, name)
        last = screening.undo(screening.reviewer_named(as_))
        key = shelf.paper(last.paper_id).key
    print_out(f"{key}  {last.verdict} taken back\n")


@command("status", "review screen status --as ann")
def show_status(
    name: ScreenArgument = "",
    json: JsonOption = False,
    as_: SeenByOption = "",
    *,
    common: LibraryOptions,
) -> None:
    """How far everybody is, what the stopping rule says, and how far reviewers agree. With --as
    nothing of what others decided on records that this reviewer may still read."""
    from reviewer.cli.screen_view import status_text
    from reviewer.render.json import dump
    from reviewer.tasks.screening.screening import Screening
    from reviewer.tasks.screening.status import make_status

    prepare_numpy()
    with opened(settings_of(common)) as shelf:
        screening = Screening(shelf, name)
        found = make_status(screening, reader_named(screening, as_))
    as_json = dump("screen-status", found.model_dump(mode="json")) if json else ""
    print_out(as_json or status_text(found))


@command("history", "review screen history smith-2020-rest --as ann")
def show_history(
    key: Annotated[str, typer.Argument(help="A paper's key; all decisions without one.")] = "",
    as_: AsOption = "",
    screen: ScreenOption = "",
    json: JsonOption = False,
    *,
    common: LibraryOptions,
) -> None:
    """Every decision, note, undo and event in order: retrievals, groups, stops and other changes.
    With --as what that reviewer may see: of a paper that
    two read, another's decision only after one's own."""
    from reviewer.cli.screen_view import decision_line, event_line
    from reviewer.render.json import dump
    from reviewer.tasks.screening.screening import Screening

    with opened(settings_of(common)) as shelf:
        screening = Screening(shelf, screen)
        own, paper = screening.decisions, screening.paper_named(key).id if key else ""
        own = screening.of_paper(paper) if key else own
        reader = reader_named(screening, as_)
        own = [d for d in own if not reader or screening.may_see(d, reader)]
        events = screening.events_of(paper, reader)
        keys = {p.id: p.key for p in shelf.papers()}
    if json:
        fields = {
            "decisions": [d.model_dump(mode="json") for d in own],
            "events": [event.model_dump(mode="json") for event in events],
        }
        print_out(dump("screen-history", fields))
        return
    present = {one: keys[now] for one, now in screening.present_ids.items() if now in keys}
    lines = [(d.at, decision_line(d, present.get(d.paper_id, d.paper_id))) for d in own]
    lines += [(event.at, event_line(event, present | keys)) for event in events]
    for _, line in sorted(lines, key=lambda pair: pair[0]):
        print_out(f"{line}\n")


@command("conflicts", "review screen conflicts")
def show_conflicts(
    name: ScreenArgument = "",
    as_: SeenByOption = "",
    with_: Annotated[
        str, option("--with", help="model: where people and a model disagree; or model:NAME.")
    ] = "",
    json: JsonOption = False,
    *,
    common: LibraryOptions,
) -> None:
    """The papers on which reviewers disagree, with --as those that this reviewer read too. End one
    with: review screen resolve."""
    from reviewer.cli.screen_view import conflict_line, model_conflict_line
    from reviewer.render.json import dump
    from reviewer.tasks.screening.conflicts import find_conflicts, find_model_conflicts
    from reviewer.tasks.screening.screening import Screening

    with opened(settings_of(common)) as shelf:
        screening = Screening(shelf, name)
        reader = reader_named(screening, as_)
        models = _models_named(screening, with_) if with_ else []
        readers = (reader,) if reader else ()
        beside = [own for one in models for own in find_model_conflicts(screening, one, readers)]
        found = [] if with_ else find_conflicts(screening, reader)
    if json:
        fields = [one.model_dump(mode="json") for one in beside or found]
        print_out(dump("screen-conflicts", {"conflicts": fields}))
        return
    lines = [*map(conflict_line, found), *map(model_conflict_line, beside)]
    print_out("".join(f"{line}\n" for line in lines))
    print_error(counted(len(lines), "conflict"))


def reader_named(screening: Screening, name: str) -> str:
    """The reviewer to whom something is shown; without one all is shown, and that is said where
    reviewers are not to see it."""
    if name:
        return screening.reviewer_named(name)
    if screening.is_blind:
        people = " or --as ".join(screening.people)
        print_error(f"Not blind: this shows what all reviewers decided. As one: --as {people}")
    return ""


def _models_named(screening: Screening, words: str) -> list[str]:
    """The models of which people's decisions are compared: all that suggested, or the named one."""
    kind, _, name = words.partition(":")
    known = screening.suggestions.models(screening.stage)
    if kind != "model" or not known or (name and name not in known):
        models = ", ".join(f"model:{own}" for own in known)
        raise UsageError(
            f"no model '{words[:60]}' has suggested anything at this stage",
            hint=f"Use {models}" if models else "Ask one: review screen suggest --model NAME",
        )
    return [name] if name else known


@command("resolve", "review screen resolve smith-2020-rest exclude --reason design --as cem")
def resolve(
    key: KeyArgument,
    verdict: VerdictArgument,
    reason: ReasonOption = None,
    quote: QuoteOption = "",
    note: NoteOption = "",
    as_: Annotated[str, option("--as", help="Who decides: any name.")] = "",
    screen: ScreenOption = "",
    *,
    common: LibraryOptions,
) -> None:
    """End a conflict. Anyone may, also who is no reviewer."""
    from reviewer.tasks.screening.screening import Screening

    if not as_.strip():
        raise UsageError("who ends the conflict?", hint="Say it: --as NAME")
    with opened(settings_of(common)) as shelf:
        screening = Screening(shelf, screen)
        paper = screening.paper_named(key)
        given = _given(screening, paper, reason, quote, note)
        screening.resolve(paper, _verdict(verdict), as_, given)
    print_out(f"{paper.key}  {verdict}\n")


@command("retrieve", "review screen retrieve smith-2020-rest --not-retrieved 'library closed'")
def retrieve(
    key: KeyArgument,
    not_retrieved: Annotated[
        str, option("--not-retrieved", help="Why it could not be had; without this it was.")
    ] = "",
    file: Annotated[
        Path | None, option(help="The PDF or Word file of this paper, whatever title it has.")
    ] = None,
    as_: AsOption = "",
    screen: ScreenOption = "",
    *,
    common: LibraryOptions,
) -> None:
    """Say whether a full text was retrieved. One that the library holds is: review add FILE, or
    --file for one that add does not recognise."""
    from reviewer.tasks.screening.full_texts import add_full_text
    from reviewer.tasks.screening.screening import Screening

    if file and not_retrieved:
        raise UsageError("a text with a file was retrieved", hint="Leave out --not-retrieved.")
    with opened(settings_of(common)) as shelf:
        screening = Screening(shelf, screen)
        paper = screening.paper_named(key)
        if file:
            add_full_text(screening, paper, file, as_)
        else:
            screening.retrieve(paper, not_retrieved, as_)
    state = f"not retrieved: {not_retrieved}" if not_retrieved else "retrieved"
    print_out(f"{paper.key}  {state}\n")


@command("group", "review screen group smith-2020-rest smith-2021-later --as ann")
def group_reports(
    keys: Annotated[
        list[str] | None, typer.Argument(help="Papers that report one study; lists without them.")
    ] = None,
    apart: Annotated[bool, option("--apart", help="They report studies of their own.")] = False,
    undo_last: Annotated[bool, option("--undo", help="Take back the last grouping.")] = False,
    as_: AsOption = "",
    screen: ScreenOption = "",
    *,
    common: LibraryOptions,
) -> None:
    """Say which papers report the same study, as the flow counts studies and reports. Without keys
    it lists groups, and suggests some by registry number, or title and author; people settle it."""
    from reviewer.cli.screen_view import study_lines
    from reviewer.tasks.screening.screening import Screening
    from reviewer.tasks.screening.studies import group_papers, part_paper, undo_group

    if undo_last and (keys or apart):
        raise UsageError("--undo takes no keys", hint="Take back first, then group.")
    if apart and not keys:
        raise UsageError("which papers stand apart?", hint="Name their keys.")
    with opened(settings_of(common)) as shelf:
        screening = Screening(shelf, screen)
        papers = [screening.paper_named(key) for key in keys or ()]
        by = screening.reviewer_named(as_) if papers or undo_last else ""
        if undo_last:
            last = undo_group(screening, by)
            print_error(f"Taken back: {last.kind} {shelf.paper(last.paper_id).key}")
        elif apart:
            for paper in papers:
                part_paper(screening, paper, by)
        elif papers:
            group_papers(screening, papers, by)
        lines = study_lines(screening)
    print_out("".join(f"{line}\n" for line in lines))


@command("stop", "review screen stop --sign 'agreed by both reviewers, 3 May' --as ann")
def stop(
    name: ScreenArgument = "",
    sign: Annotated[str, option(help="Why you stop here; kept with the figures.")] = "",
    as_: AsOption = "",
    *,
    common: LibraryOptions,
) -> None:
    """Say what the stopping rule says, or sign that you stop. That excludes nothing: what is unread
    is counted as such."""
    from reviewer.cli.screen_view import status_text
    from reviewer.tasks.screening.screening import Screening
    from reviewer.tasks.screening.status import make_status, sign_stop

    prepare_numpy()
    with opened(settings_of(common)) as shelf:
        screening = Screening(shelf, name)
        reader = "" if sign.strip() else reader_named(screening, as_)
        if sign.strip():
            event = sign_stop(screening, sign, screening.reviewer_named(as_))
            if not event.reached:
                print_error(f"The rule {event.value} does not say stop yet; that is kept too.")
        print_out(status_text(make_status(screening, reader)))


@command("replay", "review screen replay")
def replay(
    name: ScreenArgument = "",
    *,
    common: LibraryOptions,
) -> None:
    """Go through the decisions again: at each the same record must have come first."""
    from reviewer.tasks.screening.replay import replay_screening
    from reviewer.tasks.screening.screening import Screening

    prepare_numpy()
    with opened(settings_of(common)) as shelf:
        steps, difference = replay_screening(Screening(shelf, name))
    if difference:
        print_error(difference)
        raise typer.Exit(1)
    print_out(f"{counted(steps, 'step')} replayed: the same record each time\n")


@command("flow", "review screen flow -o flow.svg", has_page=True)
def show_flow(
    name: ScreenArgument = "",
    form: Annotated[
        str, option("--format", "-f", help="svg, html, docx, csv, json; else by the suffix of -o.")
    ] = "",
    output: OutputOption = "",
    wave: Annotated[
        int, typer.Option(help="Of which search: 1 is the first. The last one without it.", min=0)
    ] = 0,
    as_: SeenByOption = "",
    *,
    common: LibraryOptions,
) -> None:
    """The PRISMA 2020 flow diagram, after an update that of an updated review. Its boxes add up, or
    an error names the difference."""
    from reviewer.render import choose_format, forms_of, render
    from reviewer.tasks.screening.flow import make_flow
    from reviewer.tasks.screening.screening import Screening

    chosen = choose_format(form, output, forms_of("Flow"))
    with opened(settings_of(common)) as shelf:
        screening = Screening(shelf, name)
        flow = make_flow(screening, wave, reader_named(screening, as_))
    deliver(render(flow, chosen), output, chosen)
    for words in flow.not_final:
        print_error(f"Not final: {words}")
