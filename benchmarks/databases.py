"""Compares the two databases of a library: `python benchmarks/databases.py --library FOLDER`.

The library in the folder is copied into a private PostgreSQL server, which goes afterwards.
Questions are asked in turn, adds are made in turn: only ratios of one run mean something.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from scale import Material
from sets import beir_questions, listings_questions, parser, print_table
from synthetic import save_material

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from reviewer.library import Library
from reviewer.library.storage.database import Database, open_database
from reviewer.library.storage.postgres import PostgresDatabase
from reviewer.search import find
from reviewer.settings import Settings
from reviewer.types.searches import Filters
from tests.support.postgres import Cluster

BATCH = 500  # papers a file of adds
ROUNDS = 5  # files that each database adds, in turn
BY_WORDS = Settings(embedding="none", offline=True)
BARS = {"search": "<= 1.50", "add": ">= 0.40", "statements": "<= 12"}


def copy_tables(source: Database, target: PostgresDatabase) -> None:
    """Copy all rows of a folder's tables into the empty tables of a server."""
    statement = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    tables = source.column(statement)
    session = target._take()
    with session.connection.transaction(), session.connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no triggers, no keys
        for table in tables:
            of_server = " WHERE name <> 'form'" if table == "state" else ""
            cursor.execute(f"DELETE FROM {table}{of_server}")
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for row in source.each(f"SELECT * FROM {table}"):
                    copy.write_row(row)
        for table in ("papers", "records", "screen_decisions", "screen_events"):
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'number'), "
                f"coalesce(max(number), 0) + 1, false) FROM {table}"
            )
    session.connection.execute("ANALYZE")
    target._give_back(session)


def times_in_turn(
    asks: Sequence[Callable[[str], Any]], questions: Sequence[str]
) -> tuple[list[list[float]], int]:
    """The milliseconds of each way for each question, and how often all ways gave the same."""
    found: list[list[float]] = [[] for _ in asks]
    alike = 0
    for number, question in enumerate(questions):
        order = list(enumerate(asks))
        gave: dict[int, Any] = {}
        for way, ask in order if number % 2 else reversed(order):
            started = time.perf_counter()
            gave[way] = ask(question)
            found[way].append(1000 * (time.perf_counter() - started))
        alike += all(one == gave[0] for one in gave.values())
    return found, alike


def hits(question: str, library: Library) -> list[Any]:
    found = find(question, library).hits
    return [(h.paper.id, h.chunk.id, h.score, h.best_sentence) for h in found]


def nearest_words(question: str, library: Library) -> list[Any]:
    terms = question.lower().split()
    return library.chunks.search_words(terms, 200, Filters(), 1.0)


def measure_search(folder: Path, address: str, questions: Sequence[str]) -> list[list[str]]:
    rows = []
    for name, settings, ask in (
        ("200 candidates by words", BY_WORDS, nearest_words),
        ("search by words", BY_WORDS, hits),
        ("search by words and meaning", Settings(offline=True), hits),
    ):
        with (
            Library(folder, settings) as one,
            Library(address, settings) as other,
        ):
            asks = [lambda q, a=ask, lib=lib: a(q, lib) for lib in (one, other)]
            for _ in range(2):  # the first time also reads what is kept in memory
                (here, there), alike = times_in_turn(asks, questions)
        rows.append(
            [
                name, f"{median(here):.1f}", f"{quantiles(here, n=20)[-1]:.1f}",
                f"{median(there):.1f}", f"{quantiles(there, n=20)[-1]:.1f}",
                f"{median(there) / median(here):.2f}", f"{alike} of {len(questions)}",
            ]
        )  # fmt: skip
    return rows


def measure_adds(address: str, material: Material, folder: Path) -> list[list[str]]:
    """Papers a second, in turn, into two libraries that begin empty."""
    took: dict[str, list[float]] = {"folder": [], "server": []}
    with Library(folder / "adds", BY_WORDS) as one, Library(address, BY_WORDS) as other:
        for number in range(ROUNDS):
            path = material.write(folder / f"{number}.jsonl", number * BATCH, (number + 1) * BATCH)
            for name, library in (("folder", one), ("server", other)):
                started = time.perf_counter()
                library.add([path])
                took[name].append(BATCH / (time.perf_counter() - started))
    here, there = median(took["folder"]), median(took["server"])
    return [["adds a second", f"{here:.0f}", f"{there:.0f}", f"{there / here:.2f}", BARS["add"]]]


def make_library(material: Material, folder: Path, papers: int) -> Path:
    """A library of made papers, by words alone."""
    with Library(folder / "made", BY_WORDS) as library:
        for start in range(0, papers, 10_000):
            end = min(papers, start + 10_000)
            library.add([material.write(folder / "part.jsonl", start, end)])
    return folder / "made"


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--scifact-library", type=Path, help="a library of SciFact that is embedded")
    made.add_argument("--folder", type=Path, help="the library, which is copied")
    made.add_argument("--papers", type=int, default=0, help="made papers in place of a library")
    made.add_argument("--questions", type=int, default=200)
    made.add_argument("--parts", nargs="+", choices=("search", "adds"), default=("search", "adds"))
    options = made.parse_args()
    cluster = Cluster(shared_buffers="256MB", fsync="on", synchronous_commit="on")
    try:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            material = None
            if options.papers or "adds" in options.parts:
                save_material(options, folder)
                material = Material(folder)
            if "adds" in options.parts and material is not None:
                rows = measure_adds(cluster.make_database(), material, folder)
                print_table("Adds", ["", "folder", "server", "ratio", "bar"], rows)
            if "search" in options.parts:
                _search(options, cluster, material, folder)
    finally:
        cluster.close()


def _search(options: Any, cluster: Cluster, material: Material | None, folder: Path) -> None:  # noqa: ANN401
    if material is not None and options.papers:
        library, questions = make_library(material, folder, options.papers), material.questions
    else:
        library = options.folder
        eval_sets = options.shared / "eval"
        asked = listings_questions(options.shared) + beir_questions(eval_sets / "scifact")
        questions = [question.text for question in asked]
    questions = questions[: options.questions]
    address = cluster.make_database()
    started = time.perf_counter()
    with closing(open_database(library)) as source, closing(open_database(address)) as target:
        assert isinstance(target, PostgresDatabase)
        copy_tables(source, target)
        papers = source.value("SELECT count(*) FROM papers")
    print(f"{papers} papers copied in {time.perf_counter() - started:.0f} s", file=sys.stderr)
    head = ["ms", "folder p50", "p95", "server p50", "p95", "ratio of p50", "the same"]
    print_table(f"Search, {papers:,} papers", head, measure_search(library, address, questions))


if __name__ == "__main__":
    main()
