"""Measures what a written answer costs beside its least: `python benchmarks/model.py`.

The model is a loopback server that speaks OpenAI's protocol through the real litellm and answers
from the prompt itself; no real model is asked. Measured are calls, prompt characters, round trips
and the cold start of the whole process.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from sets import HERE, listings_library, model_folder, parser, print_table, settings_of
from speed import QUESTION, Command, environment_of, review_command, seconds_by_turns

sys.path.insert(0, str(HERE.parent))

from reviewer.cli.model import writer_of
from reviewer.library import Library
from reviewer.tasks import answer_question
from reviewer.tasks.answers.answer import AskOptions
from tests.support.fake_provider import FakeProvider, Seen

MODEL = "openai/fake"
LATENCY_S = 0.5
# The trips: other wordings and the first papers, the other papers, writing, judging.
COLD_BAR, CALLS_BAR, TRIPS_BAR = 1.3, 9, 4
_NUMBER = re.compile(r"^((?:E\d+)\.1) ", re.MULTILINE)
_SENTENCE = re.compile(r'<data tag="(S\d+)"')


def reply(seen: Seen) -> str:
    """A valid reply to any of the prompts, made of the texts that it shows."""
    numbers = _NUMBER.findall(seen.prompt.split("\nTEXTS:\n")[-1])
    if seen.prompt.startswith("A library of papers"):
        wordings = ["what reinforcement learning adds to the base model"]
        return json.dumps({"questions": wordings, "abstract": "RL composes old skills."})
    if seen.prompt.startswith("You read papers"):
        readings = [
            {"tag": number.split(".")[0], "relevance": 8, "sentences": [number], "stance": "yes"}
            for number in numbers
        ]
        return json.dumps({"is_yes_no": True, "readings": readings})
    if seen.prompt.startswith("Check the sentences"):
        tags = _SENTENCE.findall(seen.prompt)
        return json.dumps({"verdicts": [{"tag": tag, "support": "supported"} for tag in tags]})
    said = [f"This is a claim [{number}]." for number in numbers[:8]]
    return "\n".join([*said, "END"])


def measure_calls(folder: Path, settings: object, rounds: int) -> None:
    """Calls and characters of one answer, and how many round trips a slow model costs."""
    seconds: dict[float, list[float]] = {0.0: [], LATENCY_S: []}
    calls = characters = papers = 0
    for number in range(rounds + 1):
        for latency_s, own in seconds.items():
            with (
                FakeProvider(answers=reply, latency_s=latency_s) as provider,
                Library(folder, settings) as library,
            ):
                asked = settings.model_copy(update={"model": MODEL, "api_base": provider.url})
                writer = writer_of(asked, library, use_cache=False)
                started = time.perf_counter()
                answer = answer_question(QUESTION, library, writer, AskOptions())
                if number:
                    own.append(time.perf_counter() - started)
                calls = len(provider.requests)
                characters = sum(len(seen.prompt) for seen in provider.requests)
                papers = answer.coverage.read
    at_once, slow = median(seconds[0.0]), median(seconds[LATENCY_S])
    least = TRIPS_BAR * LATENCY_S + 1.1 * at_once
    each = characters / papers
    print_table(
        f"One answer at normal effort, {papers} papers read, {rounds} rounds",
        ["figure", "value", "bar"],
        [
            ["calls", str(calls), f"{CALLS_BAR}, {_met(calls <= CALLS_BAR)}"],
            ["prompt characters a paper", f"{each:.0f}", ""],
            ["s, model answers at once", f"{at_once:.3f}", ""],
            [
                f"seconds, {LATENCY_S} s a call",
                f"{slow:.3f}",
                f"{least:.2f}, {_met(slow <= least)}",
            ],
        ],
    )


def measure_cold(folder: Path, index: Path, model: Path, rounds: int, environment: dict) -> None:
    """The whole process, beside the bare ask and a bare import of litellm, one after the other."""
    with FakeProvider(answers=reply) as provider:
        bare = [sys.executable, str(HERE / "timed" / "bare_ask.py"), str(index), str(model)]
        commands: dict[str, Command] = {
            "bare ask": lambda _: [*bare, QUESTION],
            "import litellm": lambda _: [sys.executable, "-c", "import litellm"],
            "review ask --model": lambda _: [
                *review_command(), "ask", QUESTION, "--library", str(folder),
                "--model", MODEL, "--api-base", provider.url, "--no-cache",
            ],
        }  # fmt: skip
        keyed = environment | {
            "OPENAI_API_KEY": "sk-none",
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        }
        seconds = seconds_by_turns(commands, rounds, keyed)
    floor = median(seconds["bare ask"]) + median(seconds["import litellm"])
    share = median(seconds["review ask --model"]) / floor
    print_table(
        f"Cold start, {rounds} rounds",
        ["process", "median s", "times the floor", "bar"],
        [
            ["bare ask, then import litellm", f"{floor:.3f}", "1", ""],
            [
                "review ask --model",
                f"{median(seconds['review ask --model']):.3f}",
                f"{share:.2f}",
                f"{COLD_BAR}, {_met(share <= COLD_BAR)}",
            ],
        ],
    )


def _met(is_met: bool) -> str:
    return "met" if is_met else "NOT met"


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--rounds", type=int, default=5)
    options = made.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder, index = Path(place) / "library", Path(place) / "index"
        shutil.copytree(listings_library(options), folder)
        shutil.copytree(folder / "chroma", index)
        import os

        os.environ["OPENAI_API_KEY"] = "sk-none"
        measure_calls(folder, settings_of(options.shared), options.rounds)
        model = model_folder(options.shared)
        measure_cold(folder, index, model, options.rounds, environment_of(options))


if __name__ == "__main__":
    main()
