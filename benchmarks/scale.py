"""Measures how `review` grows: `python benchmarks/scale.py --sizes 1000,10000,100000`.

Papers are resampled sentences of the judged sets, their vectors are supplied, so nothing is
embedded. Every step runs in a process of its own, which tells its time, its processor time and its
highest memory. `--parts recall` measures how much of the exact nearest Chroma's index finds.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from sets import parser, print_table
from synthetic import Material, Supplied, noise, save_material

from reviewer.library import Library
from reviewer.library.index.chroma import Vectors
from reviewer.search import SearchOptions, find
from reviewer.search.ranking import CANDIDATES
from reviewer.settings import Settings
from reviewer.types.searches import Filters

PARTS = ("scale", "recall")
MORE = 100  # papers that are added to a library that is there
SLICES = 10  # files that the papers of a library come from
RECALL_AT = 10
BARS = {"add": 400.0, "p50": 60.0, "p95": 150.0, "memory": 1500.0, "more": 3.0, "filtered": 2.0}
FILTERS = {
    "unfiltered": Filters(),
    "year 2000:": Filters(year_from=2000),
    "year 2020": Filters(year_from=2020, year_to=2020),
    "venue": Filters(venue="iclr"),
    "tag": Filters(tags=("read",)),
    "file": Filters(files=("papers-3.jsonl",)),
    "year and venue": Filters(year_from=2010, venue="nature"),
    "100 keys": Filters(),
}
Row = dict[str, float]


def in_child(step: str, folder: Path, size: int) -> Row:
    """Run one step in a process of its own; gives what it measured."""
    done = subprocess.run(
        [sys.executable, __file__, "--step", step, "--folder", str(folder), "--sizes", str(size)],
        check=True, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    found: Row = json.loads(done.stdout)
    return found


def run_step(step: str, folder: Path, size: int) -> None:
    """In the child: do the step and print what it took."""
    material = Material(folder)
    started, cpu = time.perf_counter(), time.process_time()
    found = STEPS[step](material, folder, size)
    found.setdefault("seconds", time.perf_counter() - started)
    found.setdefault("cpu_s", time.process_time() - cpu)
    found["memory_mb"] = highest_memory()
    print(json.dumps(found))


def highest_memory() -> float:
    """Of this process, in MB. Linux's own figure: getrusage's also holds what the parent had."""
    status = Path("/proc/self/status")
    if status.is_file():
        (line,) = (x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) / 1e3
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (1e6 if sys.platform == "darwin" else 1e3)


def opened(material: Material, folder: Path, *, by_words: bool = False) -> Library:
    if by_words:
        return Library(folder / "library", Settings(embedding="none", offline=True))
    return Library(folder / "library", Settings(offline=True), Supplied(material))


def add(material: Material, folder: Path, size: int) -> Row:
    """Add all papers without vectors."""
    edges = [size * n // SLICES for n in range(SLICES + 1)]
    paths = [
        material.write(folder / f"papers-{n}.jsonl", edges[n], edges[n + 1]) for n in range(SLICES)
    ]
    started, cpu = time.perf_counter(), time.process_time()
    with opened(material, folder, by_words=True) as library:
        added = library.add(paths)
        if len(added.added) != size:
            sys.exit(f"{len(added.added)} papers where {size} should be")
    found = {"seconds": time.perf_counter() - started, "cpu_s": time.process_time() - cpu}
    for path in paths:
        Path(path).unlink()
    return found


def index(material: Material, folder: Path, size: int) -> Row:
    """Keep the supplied vectors, and make Chroma's index."""
    with opened(material, folder) as library:
        library.index.embed_waiting(library.embedding())
        started = time.perf_counter()
        library.index.sync()
        seconds = time.perf_counter() - started
        if not library.index.is_in_step():
            sys.exit("the index is not in step")
        with library.database.transaction():  # every tenth paper gets the tag
            library.database.run(
                "INSERT OR IGNORE INTO tags SELECT number, 'read' FROM papers WHERE number % 10 = 0"
            )
    return {"index_s": seconds}


def add_more(material: Material, folder: Path, size: int) -> Row:
    """Add MORE papers, with vectors, to the library, and bring the index up."""
    path = material.write(folder / "more.jsonl", size, size + MORE)
    supplied = Supplied(material)
    supplied.embed([material.sentences[0]])  # its own table of texts is made
    started, cpu = time.perf_counter(), time.process_time()
    with Library(folder / "library", Settings(offline=True), supplied) as library:
        library.add([path])
        if library.chunks.count_waiting() or not library.index.is_in_step():
            sys.exit("the papers are not searchable when adding ends")
    return {"seconds": time.perf_counter() - started, "cpu_s": time.process_time() - cpu}


def search(material: Material, folder: Path, size: int) -> Row:
    """Ask all questions: by words, by nearness, and both."""
    found: Row = {}
    started = time.perf_counter()
    with opened(material, folder, by_words=True) as library:
        find(material.questions[0], library)
        found["open_lexical_ms"] = 1000 * (time.perf_counter() - started)
        _ask(found, "lexical", material, lambda q, _: find(q, library))
    started = time.perf_counter()
    with opened(material, folder) as library:
        find(material.questions[0], library)
        found["open_ms"] = 1000 * (time.perf_counter() - started)
        _ask(
            found,
            "dense",
            material,
            lambda _, v: library.index.nearest(v, CANDIDATES, Filters()),
        )
        _ask(found, "fused", material, lambda q, _: find(q, library))
        found |= _recall(material, library)
    return found


def search_filtered(material: Material, folder: Path, size: int) -> Row:
    """Ask all questions under each filter, one filter after another for each question."""
    found: Row = {}
    with opened(material, folder) as library:
        keys = tuple(library.catalogue.keys()[:: max(1, size // 100)][:100])
        wanted = FILTERS | {"100 keys": Filters(keys=keys)}
        times: dict[str, list[float]] = {name: [] for name in wanted}
        for question in material.questions[: len(material.questions) // 2]:
            for name, filters in wanted.items():
                started = time.perf_counter()
                find(question, library, SearchOptions(filters=filters))
                times[name].append(1000 * (time.perf_counter() - started))
        for name, own in times.items():
            found[f"{name} p50"], found[f"{name} first"] = median(own), own[0]
            passes = library.chunks.passing(wanted[name])
            found[f"{name} share"] = 1.0 if passes is None else passes.sum() / size
    return found


def _ask(found: Row, name: str, material: Material, ask: Callable[[str, Any], object]) -> None:
    times, cpu = [], time.process_time()
    for question, vector in zip(material.questions, material.question_vectors, strict=True):
        started = time.perf_counter()
        ask(question, vector)
        times.append(1000 * (time.perf_counter() - started))
    found[f"{name}_p50"], found[f"{name}_p95"] = median(times), quantiles(times, n=20)[-1]
    found[f"{name}_cpu"] = 1000 * (time.process_time() - cpu) / len(times)


def _recall(material: Material, library: Library) -> Row:
    """How much of the exact nearest the library's index finds."""
    numbers, matrix = library.chunks.vectors()
    ids = [
        [n for n, _ in library.index.nearest(v, RECALL_AT, Filters())]
        for v in material.question_vectors
    ]
    exact = numbers[exact_rows(matrix, material.question_vectors)]
    return {"recall": share_found(ids, exact.tolist())}


def exact_rows(matrix: Any, vectors: Any) -> Any:  # noqa: ANN401  arrays
    """Rows of the RECALL_AT nearest, for each vector."""
    import numpy as np

    return np.argsort(-(vectors @ matrix.T), axis=1)[:, :RECALL_AT]


def share_found(found: Sequence[Sequence[int]], exact: Sequence[Sequence[int]]) -> float:
    hits = sum(len(set(own) & set(best)) for own, best in zip(found, exact, strict=True))
    return hits / sum(map(len, exact))


STEPS: dict[str, Callable[[Material, Path, int], Row]] = {
    "add": add,
    "index": index,
    "search": search,
    "filtered": search_filtered,
    "more": add_more,
}


def measure_scale(options: argparse.Namespace, folder: Path, sizes: Sequence[int]) -> None:
    """Every step at every size."""
    import shutil

    found: dict[int, dict[str, Row]] = {}
    for size in sizes:
        shutil.rmtree(folder / "library", ignore_errors=True)
        found[size] = {step: in_child(step, folder, size) for step in STEPS}
        disk = {"library": _megabytes(folder / "library", "library.db*")}
        disk["chroma"] = _megabytes(folder / "library" / "chroma", "**/*")
        found[size]["disk"] = disk
        print(f"{size:,} papers: {json.dumps(found[size])}", file=sys.stderr)
        shutil.rmtree(folder / "library", ignore_errors=True)
    print_scale(found)
    print_filtered(found)


def _megabytes(folder: Path, pattern: str) -> float:
    return sum(p.stat().st_size for p in folder.glob(pattern) if p.is_file()) / 1e6


def print_scale(found: dict[int, dict[str, Row]]) -> None:
    """A row a figure, a column a size."""
    rows: list[list[str]] = []

    def row(label: str, value: Callable[[int, dict[str, Row]], float], form: str, bar: str) -> None:
        rows.append([label, *(format(value(n, own), form) for n, own in found.items()), bar])

    row("add, papers a s", lambda n, o: n / o["add"]["seconds"], ".0f", f">= {BARS['add']:.0f}")
    row("the same by CPU", lambda n, o: n / o["add"]["cpu_s"], ".0f", "")
    row("make the index, papers a s", lambda n, o: n / o["index"]["index_s"], ".0f", "")
    row(f"add {MORE} more, s", lambda _, o: o["more"]["seconds"], ".2f", f"<= {BARS['more']:g}")
    for way in ("lexical", "dense", "fused"):
        bars = [f"<= {BARS[p]:g}" if way == "fused" else "" for p in ("p50", "p95")]
        for part, bar in zip(("p50", "p95"), bars, strict=True):
            row(
                f"{way} {part}, ms",
                lambda _, o, name=f"{way}_{part}": o["search"][name],  # type: ignore[misc]
                ".1f",
                bar,
            )
        row(f"{way}, CPU ms", lambda _, o, name=f"{way}_cpu": o["search"][name], ".1f", "")  # type: ignore[misc]
    row("open and first question, ms", lambda _, o: o["search"]["open_ms"], ".0f", "")
    row("the same by words, ms", lambda _, o: o["search"]["open_lexical_ms"], ".0f", "")
    row("recall of the index", lambda _, o: o["search"]["recall"], ".4f", ">= 0.99")
    for step in STEPS:
        bar = f"<= {BARS['memory']:.0f}"
        row(f"memory, {step}, MB", lambda _, o, s=step: o[s]["memory_mb"], ".0f", bar)  # type: ignore[misc]
    for part in ("library", "chroma"):
        row(f"disk, {part}, MB", lambda _, o, p=part: o["disk"][p], ".0f", "")  # type: ignore[misc]
    head = ["figure", *(f"{size:,}" for size in found), "bar at 100,000"]
    print_table("Growth, by papers", head, rows)


def print_filtered(found: dict[int, dict[str, Row]]) -> None:
    """What a filter costs beside none; the first question also reads what is kept in memory."""
    for size, own in found.items():
        filtered = own["filtered"]
        base = filtered["unfiltered p50"]
        rows = [
            [
                name, f"{filtered[f'{name} share']:.3f}", f"{filtered[f'{name} p50']:.1f}",
                f"{filtered[f'{name} p50'] / base:.2f}", f"{filtered[f'{name} first']:.0f}",
            ]
            for name in FILTERS
        ]  # fmt: skip
        head = ["filter", "share that passes", "p50 ms", "times unfiltered", "first ms"]
        print_table(f"Filtered search, {size:,} papers (bar 2)", head, rows)


def measure_recall(folder: Path) -> None:
    """The 48,000 sentences, and those with jittered copies up to 100,000, asked by questions and by
    jittered sentences."""
    import numpy as np

    material = Material(folder)
    sentences = np.asarray(material.vectors)
    more = max(0, 100_000 - len(sentences))
    copies = sentences[np.random.default_rng(1).integers(0, len(sentences), more)] + noise(2, more)
    copies /= np.linalg.norm(copies, axis=1, keepdims=True)
    drawn = sentences[np.random.default_rng(3).integers(0, len(sentences), 200)] + noise(4, 200)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    rows = []
    for name, matrix in (
        ("sentences", sentences),
        ("and jittered copies", np.concatenate([sentences, copies])),
    ):
        rows.append(
            [
                name,
                f"{len(matrix):,}",
                *_recalls(folder / "recall", matrix, [material.question_vectors, drawn]),
            ]
        )
    print_table(
        "Recall@10 of the index",
        ["set", "vectors", "questions", "jittered sentences", "p50 ms"],
        rows,
    )


def _recalls(folder: Path, matrix: Any, asked: Sequence[Any]) -> list[str]:  # noqa: ANN401  arrays
    ids = [str(n) for n in range(len(matrix))]
    made = Vectors(folder, make=True)
    times, shares = [], []
    try:
        made.write(ids, matrix, ids, [{"row": n} for n in range(len(ids))])
        made.tune()
        for vectors in asked:
            found = []
            for vector in vectors:
                started = time.perf_counter()
                found.append([int(i) for i, _ in made.nearest(vector, RECALL_AT)])
                times.append(1000 * (time.perf_counter() - started))
            shares.append(share_found(found, exact_rows(matrix, vectors).tolist()))
    finally:
        made.close()
        import shutil

        shutil.rmtree(folder)
    return [*(f"{share:.4f}" for share in shares), f"{median(times):.1f}"]


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--scifact-library", type=Path, help="a library of SciFact that is embedded")
    made.add_argument("--sizes", default="1000,10000,100000", help="papers, with commas")
    made.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    made.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    made.add_argument("--folder", type=Path, help="where libraries are made, else a temporary one")
    options = made.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    if options.step:
        run_step(options.step, options.folder, sizes[0])
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as place:
        folder = Path(place)
        save_material(options, folder)
        if "scale" in options.parts:
            measure_scale(options, folder, sizes)
        if "recall" in options.parts:
            measure_recall(folder)


if __name__ == "__main__":
    main()
