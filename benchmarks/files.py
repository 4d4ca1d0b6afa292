"""Reading and comparing at size: `python benchmarks/files.py [--records 100000] [--files 1000]`.

Finds duplicates among generated records, in memory and through the library's database; adds small
text files without embedding; reads what is made to do harm in a process of its own. Nothing else
should be running.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from reviewer.library import Library
from reviewer.library.catalogue import Catalogue
from reviewer.library.dedupe.compare import likeness_of, pairs_between
from reviewer.library.dedupe.groups import identities
from reviewer.library.index.chunks import ChunkStore
from reviewer.library.merge import Merger
from reviewer.library.storage.sqlite import SqliteDatabase
from reviewer.settings import Settings
from reviewer.types import Paper
from reviewer.types.papers import Origin, Part

WORDS = (
    "learning network model data graph language image policy reward attention memory search "
    "retrieval planning vision speech translation parsing protein climate orchard market privacy "
    "fairness robust sparse neural causal bayesian kernel quantum federated continual generative"
).split()
FAMILIES = [
    a + b
    for a in ("Ka", "Li", "Mo", "Ne", "Ro", "Sa", "Tu", "Wa", "Ze", "Bo")
    for b in ("ber", "dan", "gil", "hov", "lin", "mar", "nes", "rak", "sen", "tov")
]
MOST_REFUSED_S = 2.0


def records(count: int) -> list[Paper]:
    """Papers of random titles; every twentieth comes again, written otherwise."""
    rng = random.Random(5)
    made: list[Paper] = []
    for number in range(count):
        if number % 20 == 19:
            made.append(_again(made[rng.randrange(len(made))], number, rng))
            continue
        title = " ".join(rng.choices(WORDS, k=rng.randint(5, 10))).capitalize()
        people = tuple(f"{rng.choice('ABCDEFGH')}nn {f}" for f in rng.sample(FAMILIES, 3))
        made.append(
            _paper(f"{title} {rng.randint(0, 99)}", people, rng.randint(2000, 2025), number)
        )
    return made


def _paper(title: str, authors: tuple[str, ...], year: int, number: int) -> Paper:
    return Paper(
        parts=(Part(name="title", text=title),), authors=authors, year=year,
        origins=(Origin(file="made", position=number + 1, sha256=f"{number:064}"),),
    )  # fmt: skip


def _again(paper: Paper, number: int, rng: random.Random) -> Paper:
    words = paper.title.split()
    place = max(range(len(words)), key=lambda i: len(words[i]))
    slip = words[place]
    words[place] = slip[:2] + slip[3] + slip[2] + slip[4:] if len(slip) > 4 else slip
    authors = tuple(f"{a.split()[1]}, {a[0]}." for a in paper.authors)
    return _paper(" ".join(words), authors, (paper.year or 2000) + rng.choice([0, 1]), number)


def compare_in_memory(made: list[Paper]) -> None:
    started, cpu = time.perf_counter(), time.process_time()
    likes = [likeness_of(p, [n for n in identities(p) if n[0] != "title"]) for p in made]
    likenesses = {like.sign: like for like in likes}
    said = Counter(pair.verdict for pair in pairs_between(likenesses, likenesses))
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    what = f"duplicates among {len(made)} records, in memory"
    print(f"| {what} | {seconds:.1f} s ({cpu:.1f} CPU s) | 60 s | {dict(said)} |")


def compare_in_library(made: list[Paper], folder: Path) -> None:
    database = SqliteDatabase(folder / "library.db")
    merger = Merger(database, ChunkStore(database))
    started, cpu, matching = time.perf_counter(), time.process_time(), 0.0
    real = merger.pairs.match

    def timed(fresh: list[Paper]) -> object:
        nonlocal matching
        began = time.perf_counter()
        found = real(fresh)
        matching += time.perf_counter() - began
        return found

    merger.pairs.match = timed  # type: ignore[method-assign, assignment]
    for start in range(0, len(made), 500):
        merger.merge(made[start : start + 500])
    print(
        f"| the same, added to a library | {time.perf_counter() - started:.1f} s "
        f"({time.process_time() - cpu:.1f} CPU s) | | {matching:.1f} s of them comparing; "
        f"{Catalogue(database).count()} papers |"
    )
    database.close()


def add_files(count: int, folder: Path) -> None:
    place = folder / "texts"
    place.mkdir()
    rng = random.Random(6)
    for number in range(count):
        body = " ".join(rng.choices(WORDS, k=150))
        text = (
            f"{' '.join(rng.choices(WORDS, k=6)).capitalize()} {number}\n\n{body}. It ends here.\n"
        )
        (place / f"{number:05}.txt").write_text(text)
    with Library(folder / "shelf", Settings(embedding="none")) as shelf:
        for again in ("the first time", "unchanged, again"):
            started, cpu = time.perf_counter(), time.process_time()
            added = shelf.add([str(place)])
            seconds = time.perf_counter() - started
            assert added.papers == count, added
            print(
                f"| {count} text files, {again} | {count / seconds:.0f} files/s "
                f"({count / (time.process_time() - cpu):.0f} a CPU s) | 200 | |"
            )


CHILD = """
import sys, time
from pathlib import Path
from reviewer.sources import ReadOptions, read_bytes, read_file
feed = b"<?xml version='1.0'?><feed><entry><id>arxiv.org</id></entry></feed>"
for warm in (b"@a{b, title={c}}", feed):
    read_bytes(warm, "x", ReadOptions())
def most():
    line = next(l for l in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in l)
    return int(line.split()[1]) / 1024
before, started = most(), time.process_time()
found = read_file(sys.argv[1], ReadOptions())
seconds, more = time.process_time() - started, most() - before
reason = found.skipped[0].reason if found.skipped else ""
print(f"{seconds:.2f} {more:.0f} {len(found.papers)} {reason}")
"""


def read_harm(folder: Path) -> None:
    root = Path(__file__).resolve().parent.parent
    sys.path[:0] = [str(root), str(root / "tests")]
    from tests.sources.test_hostile_files import HARM, write_line

    path = folder / "harm"
    for name in (*sorted(k for k, v in HARM.items() if v), "line of 100 MB"):
        if name in HARM:
            path.write_bytes(HARM[name])
        else:
            write_line(path, b"@article{a, title={", b"words ", 100)
        done = subprocess.run(
            [sys.executable, "-c", CHILD, str(path)], capture_output=True, text=True, check=True
        )
        seconds, megabytes, papers, reason = done.stdout.rstrip("\n").split(" ", 3)
        is_met = float(seconds) < MOST_REFUSED_S and float(megabytes) < 100
        print(f"| {name} | {seconds} CPU s, {megabytes} MB more | 2 s, 100 MB: "
              f"{'met' if is_met else 'missed'} | {papers} papers; {reason[:60]} |")  # fmt: skip
    path.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--skip-library", action="store_true")
    wanted = parser.parse_args()
    print("| what | value | bar | of it |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        add_files(wanted.files, folder)
        read_harm(folder)
        made = records(wanted.records)
        compare_in_memory(made)
        if not wanted.skip_library:
            compare_in_library(made, folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nPeak memory of this process: {peak:.0f} MB")


if __name__ == "__main__":
    main()
