"""Reviewers' processes are killed while they decide: what was acknowledged is kept, once."""

import random
import subprocess
import sys
import threading
import time

from reviewer.library import Library
from reviewer.tasks.screening.flow import make_flow
from reviewer.tasks.screening.replay import replay_screening
from reviewer.tasks.screening.screening import Screening
from tests.conftest import ROOT
from tests.support.promises import promise, rounds  # noqa: F401  a fixture
from tests.tasks.test_screening_decisions import WITHOUT, listing, screened

# Decides like a reviewer at the terminal, takes back every third, and names what was acknowledged.
REVIEWER = """
import sys
from reviewer.library import Library
from reviewer.settings import Settings
from reviewer.tasks.screening.screening import Screening
with Library(sys.argv[1], Settings(embedding="none")) as library:
    screening, n = Screening(library, "s"), 0
    while True:
        n += 1
        shown = screening.next_record(sys.argv[2])
        verdict = "include" if n % 4 == 0 else "exclude"
        made = screening.decide(shown.paper, verdict, sys.argv[2], ranking=shown.ranking)
        print(made.id, flush=True)
        if n % 3 == 0:
            screening.undo(sys.argv[2])
            print("undo " + made.id, flush=True)
"""


def start(folder, reviewer):
    return subprocess.Popen(
        [sys.executable, "-c", REVIEWER, str(folder), reviewer],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip


def acknowledged(process, found):
    for line in process.stdout:
        if line.endswith(b"\n"):
            found.append(line.decode().strip())


@promise(
    "A decision of a screening that was acknowledged is never lost, and never kept twice",
    "two reviewers decide at the same time, each process is ended by kill -9 at a random moment",
    full=100,
    few=2,
)
def test_no_acknowledged_decision_is_lost_when_reviewers_are_killed(tmp_path, rounds):  # noqa: F811
    folder, draw = tmp_path / "shelf", random.Random(27)
    with Library(folder, WITHOUT) as library:
        library.add([listing(tmp_path / "a.jsonl", 400)])
        screened(library, reviewers=("ann", "ben"), double="all")
    said = {"ann": [], "ben": []}
    for _ in range(rounds):
        running = {name: start(folder, name) for name in said}
        readers = [
            threading.Thread(target=acknowledged, args=(running[name], said[name])) for name in said
        ]
        before = {name: len(own) for name, own in said.items()}
        for reader in readers:
            reader.start()
        while any(len(said[name]) == before[name] for name in said):
            assert all(process.poll() is None for process in running.values())
            time.sleep(0.005)
        time.sleep(draw.random() * 0.2)
        for process in running.values():
            process.kill()
            process.wait()
        for reader in readers:
            reader.join()
        for process in running.values():
            assert process.stderr.read() == b""
            process.stdout.close()
            process.stderr.close()
    with Library(folder, WITHOUT) as library:
        screening = Screening(library, "s")
        kept = [d.id if d.verdict != "undo" else f"undo {d.undoes}" for d in screening.decisions]
        for name, own in said.items():
            mine = [
                d.id if d.verdict != "undo" else f"undo {d.undoes}"
                for d in screening.decisions
                if d.reviewer == name
            ]
            assert [line for line in mine if line in set(own)] == own
            assert len(mine) - len(own) <= rounds  # kept, and killed before it was said
        assert len(kept) == len(set(kept))
        assert library.database.check() == "ok"
        assert make_flow(screening).identified == 400
        steps, difference = replay_screening(screening)
        assert difference == ""
        assert steps == sum(not line.startswith("undo") for line in kept)
