"""Asking again and again in one process keeps no memory and no file open."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from reviewer.library import Library
from reviewer.render.markdown_answer import answer_markdown
from reviewer.tasks import answer_question
from reviewer.tasks.answers.answer import AskOptions
from reviewer.writers import Extractive
from tests.conftest import ROOT, SAMPLES, WordEmbedding
from tests.support.promises import promise

MOST_TO_WARM_UP = 100
QUESTIONS = ("does RL teach new skills?", "how can a model use a search engine?", "forgetting")


def resident_bytes():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def open_files():
    links = Path("/proc/self/fd").iterdir()
    return sorted(str(path.readlink()) for path in links if path.exists())


def ask_many(folder, times):
    """In a child: half of the questions to one open library, half to one opened for each."""
    warm_up = min(int(times), MOST_TO_WARM_UP)
    writer, options = Extractive(), AskOptions(papers=8)
    with Library(Path(folder), embedding=WordEmbedding()) as library:  # opens what stays open
        answer_question(QUESTIONS[0], library, writer, options)
    before, at_warm, most = open_files(), 0, 0
    with Library(Path(folder), embedding=WordEmbedding()) as kept:
        for n in range(warm_up + int(times)):
            question = f"{QUESTIONS[n % 3]} {n}"
            if n % 2:
                answer = answer_question(question, kept, writer, options)
            else:
                with Library(Path(folder), embedding=WordEmbedding()) as library:
                    library.catch_up()
                    answer = answer_question(question, library, writer, options)
            assert answer_markdown(answer)
            if n == warm_up:
                at_warm = resident_bytes()
            most = max(most, resident_bytes())
    ends = time.monotonic() + 20
    while len(after := open_files()) > len(before) and time.monotonic() < ends:
        time.sleep(0.2)  # Chroma closes its file in threads of its own
    sys.stdout.write(json.dumps([most - at_warm, before, after]) + "\n")


@promise(
    "A long-lived process grows by at most 20 MB and leaves no file open",
    "questions without a model in one process after a hundred to warm up, every second one to a "
    "library opened anew",
    full=2000,
    few=20,
)
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_asking_on_and_on_keeps_no_memory_and_no_file(tmp_path, rounds):
    with Library(tmp_path / "library", embedding=WordEmbedding()) as library:
        library.add([str(SAMPLES)])
    code = "import sys, tests.promises.test_soak as t; t.ask_many(*sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "library"), str(rounds)],
        capture_output=True, text=True, cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    grown, before, after = json.loads(done.stdout.splitlines()[-1])
    assert grown <= 20_000_000
    # Chroma closes files of its own when it has not been asked for a while, and opens them again;
    # on a busy machine there were two.
    left = Counter(after) - Counter(before)
    assert left.pop(str(tmp_path / "library" / "chroma" / "chroma.sqlite3"), 0) <= 2
    assert not left
