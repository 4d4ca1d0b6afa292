"""Measures what `review` costs beside the least it could: `python benchmarks/speed.py`.

Each figure is the median wall clock time of whole processes, which take turns with what they are
compared with, after one round that does not count; beside it stands the processor time, which other
work on the machine changes less. The bare processes stand in `timed/`.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

from embedded import Recorded, Timing, measure_embed
from sets import HERE, listings_library, model_folder, parser, print_table

from reviewer.library import Library

QUESTION = "does RL teach new skills?"
HEAVY = ("litellm", "chromadb", "onnxruntime")
PARTS = ("help", "ask", "add", "embed")
HELP_BAR, ASK_BAR, LEXICAL_BAR, ADD_BAR = 12.0, 1.8, 0.6, 1.5
Command = Callable[[int], list[str]]


def time_by_turns(
    commands: Mapping[str, Command], rounds: int, environment: Mapping[str, str]
) -> dict[str, list[Timing]]:
    """Each command in each round. A command is told the round's number; round 0 does not count."""
    timings: dict[str, list[Timing]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            line = command(number)
            started, cpu = time.perf_counter(), _cpu_of_children()
            subprocess.run(line, check=True, capture_output=True, env=environment)
            if number:
                wall_s = time.perf_counter() - started
                timings[name].append(Timing(wall_s, _cpu_of_children() - cpu))
    return timings


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)  # os.times counts in hundredths
    return used.ru_utime + used.ru_stime


def seconds_by_turns(
    commands: Mapping[str, Command], rounds: int, environment: Mapping[str, str]
) -> dict[str, list[float]]:
    """The same by the clock alone."""
    timings = time_by_turns(commands, rounds, environment)
    return {name: [timing.wall_s for timing in own] for name, own in timings.items()}


def rows_beside(
    timings: Mapping[str, Sequence[Timing]], floor: str, bars: Mapping[str, float]
) -> Iterator[list[str]]:
    """A row a command: its medians, how many times the floor's they are, and the bar."""
    wall = {name: [timing.wall_s for timing in own] for name, own in timings.items()}
    cpu = {name: median(timing.cpu_s for timing in own) for name, own in timings.items()}
    for name, own in wall.items():
        share = median(own) / median(wall[floor])
        each = sorted(a / b for a, b in zip(own, wall[floor], strict=True))
        bar = bars.get(name)
        times = "1" if name == floor else f"{share:.2f} ({each[0]:.2f} to {each[-1]:.2f})"
        verdict = "" if bar is None else f"{bar:g}, {'met' if share <= bar else 'NOT met'}"
        in_cpu = f"{cpu[name] / cpu[floor]:.2f}" if cpu[floor] else "not known"
        yield [name, f"{median(own):.3f}", times, verdict, f"{cpu[name]:.3f}", in_cpu]


def print_beside(
    title: str, timings: Mapping[str, Sequence[Timing]], floor: str, bars: Mapping[str, float]
) -> None:
    rounds = len(timings[floor])
    head = ["process", "median s", "times the floor (its rounds)", "bar", "CPU s", "times"]
    print_table(f"{title}, {rounds} rounds", head, rows_beside(timings, floor, bars))


def review_command() -> list[str]:
    """The installed command of this Python."""
    found = shutil.which("review", path=str(Path(sys.executable).parent))
    return [found] if found else [sys.executable, "-m", "reviewer"]


def measure_help(rounds: int, environment: Mapping[str, str]) -> None:
    floor, name = "python -c pass", "review --help"
    commands: dict[str, Command] = {
        floor: lambda _: [sys.executable, "-c", "pass"],
        name: lambda _: [*review_command(), "--help"],
    }
    timings = time_by_turns(commands, 3 * rounds, environment)
    print_beside("The front page", timings, floor, {name: HELP_BAR})
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "reviewer", "--help"],
        capture_output=True, text=True, encoding="utf-8", check=True, env=environment,
    )  # fmt: skip
    modules = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in done.stderr.splitlines()}
    print(f"\nOf {', '.join(HEAVY)} it imports: {', '.join(modules & set(HEAVY)) or 'none'}")


def measure_ask(options: argparse.Namespace, folder: Path, environment: Mapping[str, str]) -> None:
    """Ask a copy of the library, and the bare script a copy of its index."""
    library, index = folder / "library", folder / "index"
    shutil.copytree(listings_library(options), library)
    shutil.copytree(library / "chroma", index)
    ask = [*review_command(), "ask", QUESTION, "--library", str(library)]
    floor, with_vectors, lexical = "bare script", "review ask", "review ask --embedding none"
    bare = [str(HERE / "timed" / "bare_ask.py"), str(index), str(model_folder(options.shared))]
    commands: dict[str, Command] = {
        floor: lambda _: [sys.executable, *bare, QUESTION],
        with_vectors: lambda _: ask,
        lexical: lambda _: [*ask, "--embedding", "none"],
    }
    timings = time_by_turns(commands, options.rounds, environment)
    bars = {with_vectors: ASK_BAR, lexical: LEXICAL_BAR}
    print_beside(f"Asking: {QUESTION}", timings, floor, bars)


def measure_add(
    options: argparse.Namespace,
    recorded: Recorded,
    folder: Path,
    environment: Mapping[str, str],
) -> None:
    """Add with ready vectors, each round into a fresh folder."""
    rows, embedded = recorded.save(folder)
    seeds = str(options.shared / "seeds")
    floor, name = "bare script", "review add, vectors ready"
    timed = HERE / "timed"
    commands: dict[str, Command] = {
        floor: lambda n: [sys.executable, str(timed / "bare_add.py"), str(rows), f"{folder}/b{n}"],
        name: lambda n: [
            sys.executable, str(timed / "library_add.py"), str(embedded), f"{folder}/l{n}", seeds,
        ],
    }  # fmt: skip
    timings = time_by_turns(commands, options.rounds, environment)
    for number in range(options.rounds + 1):
        with Library(Path(f"{folder}/l{number}")) as library:
            if not library.index.is_in_step() or library.chunks.count() != len(recorded.texts):
                sys.exit("the index was not up to date when adding ended")
    print_beside(f"Adding {len(recorded.texts)} papers", timings, floor, {name: ADD_BAR})


def environment_of(options: argparse.Namespace) -> dict[str, str]:
    """The environment of the processes: the embedding files, no network, nothing else set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("REVIEW_")}
    folder = str(model_folder(options.shared))
    return kept | {"REVIEW_EMBEDDING_DIR": folder, "REVIEW_OFFLINE": "1"}


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--rounds", type=int, default=7)
    made.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    options = made.parse_args()
    environment = environment_of(options)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        if "help" in options.parts:
            measure_help(options.rounds, environment)
        if "ask" in options.parts:
            measure_ask(options, folder, environment)
        if {"add", "embed"} & set(options.parts):
            recorded = Recorded(options, folder)
            if "add" in options.parts:
                measure_add(options, recorded, folder, environment)
            if "embed" in options.parts:
                measure_embed(options, recorded)


if __name__ == "__main__":
    main()
