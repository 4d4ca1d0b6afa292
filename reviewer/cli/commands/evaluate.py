"""`review eval`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli.library import opened
from reviewer.cli.options import (
    CallOptions,
    EmbeddingOptions,
    OutputOptions,
    QuietOption,
    ReadingOptions,
    command,
    effort_of,
    settings_of,
)
from reviewer.cli.output import deliver
from reviewer.cli.progress import ShownProgress
from reviewer.text import counted

if TYPE_CHECKING:
    from reviewer.tasks.evaluate import Evaluation


@command("eval", "review eval questions.json --model ollama/llama3")
def run_eval(
    file: Annotated[Path, typer.Argument(help="Judged questions, JSON or JSON Lines.")],
    quiet: QuietOption = False,
    *,
    reading: ReadingOptions,
    result: OutputOptions,
    model: CallOptions,
    common: EmbeddingOptions,
) -> None:
    """Measure answers to judged questions: citations, stances, abstention, ranking."""
    from reviewer.cli.model import writer_of
    from reviewer.render import choose_format
    from reviewer.render.json import dump
    from reviewer.tasks.answers.answer import AskOptions
    from reviewer.tasks.evaluate import evaluate, read_questions

    form = choose_format("json" if result.json else "", result.output)
    questions = read_questions(file)
    settings = settings_of(common, model)
    options = AskOptions(reading.count, effort=effort_of(reading.effort))
    with (
        ShownProgress(quiet=quiet) as progress,
        opened(settings, progress) as shelf,
        closing(writer_of(settings, shelf)) as writer,
    ):
        measured = evaluate(questions, shelf, writer, options, progress)
    document = dump("eval", measured.model_dump(mode="json"))
    deliver(document if form == "json" else _table(measured), result.output, form)


def _table(measured: Evaluation) -> str:
    means = measured.model_dump(exclude={"writer", "questions"})
    rows = {"nDCG@10" if n == "ndcg" else n.replace("_", " "): v for n, v in means.items()}
    lines = [f"{counted(len(measured.questions), 'question')}, written by {measured.writer}", ""]
    lines += ["| figure | value |", "|---|---|"]
    lines += [f"| {n} | {'-' if v is None else format(v, '.3f')} |" for n, v in rows.items()]
    return "\n".join([*lines, ""])
