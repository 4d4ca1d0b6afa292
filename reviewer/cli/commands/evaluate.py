"""`review eval`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli.options import (
    ApiBaseOption,
    BudgetOption,
    CallsOption,
    CountOption,
    EffortOption,
    EmbeddingOption,
    JsonOption,
    LibraryOption,
    ModelOption,
    OutputOption,
    QuietOption,
    settings_of,
)
from reviewer.cli.output import deliver

if TYPE_CHECKING:
    from reviewer.tasks.evaluate import Evaluation


def register(app: typer.Typer) -> None:
    app.command("eval", epilog="Example: review eval questions.json --model ollama/llama3")(
        run_eval
    )


def run_eval(
    file: Annotated[Path, typer.Argument(help="Judged questions, JSON or JSON Lines.")],
    model: ModelOption = None,
    effort: EffortOption = "normal",
    count: CountOption = 12,
    json: JsonOption = False,
    output: OutputOption = "",
    library: LibraryOption = None,
    embedding: EmbeddingOption = None,
    api_base: ApiBaseOption = None,
    budget: BudgetOption = None,
    max_calls: CallsOption = None,
    quiet: QuietOption = False,
) -> None:
    """Measure answers to judged questions: citations, stances, abstention, ranking."""
    from reviewer.cli.commands.ask import effort_of
    from reviewer.cli.library import opened
    from reviewer.cli.model import writer_of
    from reviewer.cli.progress import ShownProgress
    from reviewer.render import choose_format
    from reviewer.render.json import dump
    from reviewer.tasks.answers.answer import AskOptions
    from reviewer.tasks.evaluate import evaluate, read_questions

    form = choose_format("json" if json else "", output)
    questions = read_questions(file)
    settings = settings_of(
        library=library, embedding=embedding, model=model, api_base=api_base,
        budget_usd=budget, max_calls=max_calls,
    )  # fmt: skip
    options = AskOptions(count, effort=effort_of(effort))
    with (
        ShownProgress(quiet=quiet, verbose=False) as progress,
        opened(settings, None, None, progress) as shelf,
        closing(writer_of(settings, shelf)) as writer,
    ):
        measured = evaluate(questions, shelf, writer, options, progress)
    document = dump("eval", measured.model_dump(mode="json"))
    deliver(document if form == "json" else _table(measured), output, form)


def _table(measured: Evaluation) -> str:
    from reviewer.text import counted

    rows = {
        "citation recall": measured.citation_recall,
        "citation precision": measured.citation_precision,
        "stance accuracy": measured.stance_accuracy,
        "answerable refused": measured.answerable_refused,
        "unanswerable answered": measured.unanswerable_answered,
        "nDCG@10": measured.ndcg,
    }
    lines = [f"{counted(len(measured.questions), 'question')}, written by {measured.writer}", ""]
    lines += ["| figure | value |", "|---|---|"]
    lines += [f"| {n} | {'-' if v is None else format(v, '.3f')} |" for n, v in rows.items()]
    return "\n".join([*lines, ""])
