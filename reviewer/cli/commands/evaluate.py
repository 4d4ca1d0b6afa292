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
    option,
    settings_of,
)
from reviewer.cli.output import deliver
from reviewer.cli.progress import ShownProgress
from reviewer.errors import UsageError
from reviewer.text import counted

if TYPE_CHECKING:
    from reviewer.settings import Settings
    from reviewer.tasks.calibrate import Calibration
    from reviewer.tasks.evaluate import Evaluation


@command("eval", "review eval questions.json --model ollama/llama3")
def run_eval(
    file: Annotated[
        Path | None, typer.Argument(help="Judged questions, JSON or JSON Lines.")
    ] = None,
    judge: Annotated[
        bool, option(help="Measure the model as a judge, on 60 pairs that come with the program.")
    ] = False,
    quiet: QuietOption = False,
    *,
    reading: ReadingOptions,
    result: OutputOptions,
    model: CallOptions,
    common: EmbeddingOptions,
) -> None:
    """Measure answers to judged questions: citations, stances, abstention, ranking."""
    from reviewer.render import choose_format
    from reviewer.render.json import dump
    from reviewer.tasks.answers.answer import AskOptions
    from reviewer.tasks.evaluate import evaluate, read_questions
    from reviewer.writers import writer_of

    form = choose_format("json" if result.json else "", result.output)
    if judge:
        settings = settings_of(common, model)
        with ShownProgress(quiet=quiet) as progress:
            calibration = _calibrated(settings, progress)
        document = dump("judge", calibration.model_dump(mode="json"))
        shown = document if form == "json" else _judge_table(calibration)
        deliver(shown, result.output, form, quiet=quiet)
        return
    if file is None:
        raise UsageError("there are no questions", hint="Name their file, or give --judge.")
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
    shown = document if form == "json" else _table(measured)
    deliver(shown, result.output, form, quiet=quiet)


def _calibrated(settings: Settings, progress: ShownProgress) -> Calibration:
    """The model of the settings, measured as a judge. It needs no library, and keeps no replies."""
    import secrets

    from reviewer.llm import LLM, Prompts
    from reviewer.tasks.calibrate import calibrate_judge
    from reviewer.writers import Prompted

    if not settings.model:
        raise UsageError("a judge needs a model", hint="Name one with --model.")
    prompts = Prompts(settings.prompts, secrets.token_hex(16))
    with closing(Prompted(LLM(settings), prompts)) as writer:
        return calibrate_judge(writer, progress)


def _judge_table(found: Calibration) -> str:
    def shares(name: str, of: int) -> str:
        own = (getattr(one, name) for one in (found.plain, found.swapped))
        return " | ".join(f"{count} of {of}" for count in own)

    pairs = found.plain.pairs
    wrong, true = pairs * 2 // 3, pairs // 3
    return "\n".join(
        [
            f"{found.judge} as a judge of {pairs} pairs whose verdicts are known",
            "",
            "| figure | as defined | definitions swapped |",
            "|---|---|---|",
            f"| same verdict | {shares('right', pairs)} |",
            f"| wrong claims passed | {shares('passed', wrong)} |",
            f"| right claims refused | {shares('refused', true)} |",
            f"| no readable verdict | {shares('unread', pairs)} |",
            "",
            "Swapped: 'supported' has the definition of 'unsupported' and the other way round, and "
            "verdicts are turned back. A judge that reads the definitions does about as well.",
            "",
        ]
    )


def _table(measured: Evaluation) -> str:
    means = measured.model_dump(exclude={"writer", "questions"})
    rows = {"nDCG@10" if n == "ndcg" else n.replace("_", " "): v for n, v in means.items()}
    lines = [f"{counted(len(measured.questions), 'question')}, written by {measured.writer}", ""]
    lines += ["| figure | value |", "|---|---|"]
    lines += [f"| {n} | {'-' if v is None else format(v, '.3f')} |" for n, v in rows.items()]
    return "\n".join([*lines, ""])
