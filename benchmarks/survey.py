"""Measures what a survey's run adds to its calls: `python benchmarks/survey.py`.

The model is a loopback server in a process of its own that speaks OpenAI's protocol through the
real litellm and answers from the prompt; no real model is asked. Beside it, in the same round and
in turns, a bare pool of threads makes the same calls with litellm alone. Compared is the time from
the first to the last request that the server saw. Memory is the process's resident size when the
server has seen MEMORY_FROM calls and at the last one. `--topics` plans no sections, so that the
model is asked for points of view and themes as well.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from sets import HERE, listings_library, own_questions, parser, print_table, settings_of

sys.path.insert(0, str(HERE.parent))

from reviewer.cli.model import writer_of
from reviewer.cli.survey_files import ReportFiles
from reviewer.library import Library
from reviewer.llm.client import load_litellm
from reviewer.settings import Settings
from reviewer.tasks import run_survey
from reviewer.tasks.surveys.run import SurveyOptions
from reviewer.types.surveys import Batch, ReportPlan, SectionPlan, SurveyPlan
from tests.support.fake_provider import FakeProvider
from tests.support.scripted import served

MODEL = "openai/fake"
JOBS, LATENCY_S, CALLS = 16, 0.1, 1000
MOST_SHARE, MOST_GROWTH_MB, MEMORY_FROM = 1.1, 50, 100
SECTIONS = (
    "what is done", "what is found", "what fails", "data", "rewards", "evaluation", "cost",
    "small models", "other tasks", "why it works", "what is open", "methods", "earlier work",
)  # fmt: skip


def serve() -> None:
    """The server's own process: a line `span` gives what it saw so far, `end` ends it."""
    with FakeProvider(answers=served(), latency_s=LATENCY_S) as provider:
        print(provider.url, flush=True)
        for line in sys.stdin:
            if line.strip() == "end":
                break
            times = [seen.at for seen in provider.requests]
            bodies = [seen.body for seen in provider.requests] if line.strip() == "all" else []
            span = max(times) - min(times) if times else 0.0
            print(json.dumps({"calls": len(times), "span": span, "bodies": bodies}), flush=True)


class Server:
    """The other process."""

    def __enter__(self) -> Server:
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        self.url = self._line()
        return self

    def __exit__(self, *_: object) -> None:
        self._tell("end")
        self._process.wait(20)

    def seen(self, what: str = "span") -> dict[str, object]:
        self._tell(what)
        return json.loads(self._line())

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def resident_mb() -> float:
    """The process's resident size by Linux's own count."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def plan_of(reports: int, *, with_sections: bool) -> SurveyPlan:
    asked = [q.text for q in own_questions() if q.kind == "answerable"]
    topics = [*asked, *(f"{text} In which cases?" for text in asked)][:reports]
    return SurveyPlan(
        title="Many calls",
        reports=tuple(
            ReportPlan(
                title=topic,
                topic=topic.rstrip("?"),
                sections=tuple(
                    SectionPlan(title=title, questions=(f"{topic} {title}",))
                    for title in SECTIONS * with_sections
                ),
            )
            for topic in topics
        ),
    )


def survey(
    folder: Path, settings: Settings, url: str, plan: SurveyPlan
) -> tuple[list[float], float]:
    """Run the plan to its files; gives the resident size at each call that began, in MB, and the
    processor time from the first call to the last file, in seconds."""
    asked = settings.model_copy(update={"model": MODEL, "api_base": url, "jobs": JOBS})
    sizes: list[float] = []
    first: list[float] = []
    with tempfile.TemporaryDirectory() as place:
        copy = shutil.copytree(folder, Path(place) / "library")
        with Library(copy, asked) as library:
            writer = writer_of(asked, library)
            files = ReportFiles(str(Path(place) / "reports"), with_docx=False)
            over = threading.Event()

            def watch() -> None:  # seldom: it takes the processor that calls need
                while not over.wait(0.2):
                    if writer.usage().calls and not first:
                        first.append(time.process_time())
                    sizes.extend([resident_mb()] * (writer.usage().calls - len(sizes)))

            watching = threading.Thread(target=watch)
            watching.start()
            try:
                options = SurveyOptions(JOBS, done=files.write)
                batch: Batch = run_survey(plan, library, writer, options)
            finally:
                over.set()
                watching.join()
            files.finish(batch)
            assert not any(report.failed for report in batch.reports)
    spent = time.process_time() - first[0]
    gc.collect()
    return sizes, spent


def bare_calls(bodies: Sequence[dict[str, object]], url: str) -> None:
    """The same requests, from a pool of threads and litellm alone."""
    litellm = load_litellm()

    def call(body: dict[str, object]) -> None:
        rest = {k: v for k, v in body.items() if k not in ("model", "messages", "stream")}
        litellm.completion(
            MODEL, body["messages"], api_base=url, api_key="sk-none", num_retries=0,
            max_retries=0, **rest,
        )  # fmt: skip

    with ThreadPoolExecutor(JOBS) as pool:
        list(pool.map(call, bodies))


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--rounds", type=int, default=3)
    made.add_argument("--reports", type=int, default=40)
    made.add_argument("--topics", action="store_true")
    made.add_argument("--serve", action="store_true")
    options = made.parse_args()
    if options.serve:
        serve()
        return
    os.environ["OPENAI_API_KEY"] = "sk-none"
    folder, settings = listings_library(options), settings_of(options.shared)
    plan = plan_of(options.reports, with_sections=not options.topics)
    ours, bare, shares, growth, cpu = [], [], [], [], []
    for number in range(options.rounds + 1):  # the first one warms up
        with Server() as server:
            sizes, spent = survey(folder, settings, server.url, plan)
            seen = server.seen("all")
        began = time.process_time()
        with Server() as server:
            bare_calls(seen["bodies"], server.url)
            alone = server.seen()
        least = time.process_time() - began
        if number or not options.rounds:
            ours.append(float(seen["span"]))
            bare.append(float(alone["span"]))
            shares.append(ours[-1] / bare[-1])
            growth.append(max(sizes[MEMORY_FROM:]) - sizes[MEMORY_FROM - 1])
            cpu.append(f"{spent:.1f}, {least:.1f}")
    share, grown = median(shares), max(growth)
    print_table(
        f"{options.reports} reports, {LATENCY_S} s a call, {JOBS} jobs, {options.rounds} rounds",
        ["figure", "value", "bar"],
        [
            ["calls", str(seen["calls"]), f"{CALLS}, {_met(int(seen['calls']) >= CALLS)}"],
            ["first to last request, s", f"{median(ours):.3f}", ""],
            ["the same calls by bare litellm, s", f"{median(bare):.3f}", ""],
            [
                "share (its rounds)",
                f"{share:.3f} ({min(shares):.3f} to {max(shares):.3f})",
                f"{MOST_SHARE}, {_met(share <= MOST_SHARE)}",
            ],
            [
                f"growth from call {MEMORY_FROM} to the last, MB",
                f"{grown:.1f}",
                f"{MOST_GROWTH_MB}, {_met(grown <= MOST_GROWTH_MB)}",
            ],
            ["processor time of ours, of bare litellm, s", cpu[-1], ""],
        ],
    )


def _met(is_met: bool) -> str:
    return "met" if is_met else "NOT met"


if __name__ == "__main__":
    main()
