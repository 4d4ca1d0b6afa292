"""Measures what each guard around Chroma's index buys: `python benchmarks/index_trust.py`.

An index is damaged in a fixed set of ways. Each damaged copy is opened and asked in a process of
its own, without any guard. What comes of it stands beside what each guard says of the same copy, so
that the tables show what is left when a guard is switched off. `--folder /dev/shm` spares the disk.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any

from sets import print_table

from reviewer.library.index import nearest as neighbours
from reviewer.library.index.chroma import IndexDamagedError, Vectors, import_library
from reviewer.library.library import Library

ROOT = Path(__file__).resolve().parent.parent
SQLITE = "chroma.sqlite3"
BIN = ("data_level0.bin", "header.bin", "index_metadata.pickle", "length.bin", "link_lists.bin")
PAGE = 4096
ASKED, NEAREST = 5, 50
SIZES = {"small": 0, "large": 6000}  # synthetic chunks beside the fixtures'
LATER = 100  # chunks added after the older copy of the files: so many that the index is brought up
MOST_SECONDS, MOST_BUILDING_S = 20, 600
MOST_MEMORY = 16_000_000_000
SMALL_TABLES = (
    "migrations", "tenants", "databases", "collections", "collection_metadata", "segments",
    "segment_metadata", "max_seq_id", "embeddings_queue", "embeddings_queue_config",
    "maintenance_log",
)  # fmt: skip
ENDED, HUNG, RAISED, WRONG, RIGHT = "ended", "hung", "raised", "wrong in silence", "right"
OUTCOMES = (ENDED, HUNG, RAISED, WRONG, RIGHT)
Answer = list[list[tuple[str, float]]]


class Hashed:
    """An embedding of hashed words, so that nothing but this script is needed."""

    name, dimensions = "hashed", 384

    def embed(self, texts: Sequence[str]) -> Any:  # noqa: ANN401  an array
        import numpy as np

        vectors = np.full((len(texts), self.dimensions), 0.01, dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                digest = hashlib.md5(word.strip(".,;:?!").encode()).digest()
                vectors[row, int.from_bytes(digest[:2], "little") % self.dimensions] += 1.0
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def fixture_records() -> list[dict[str, str]]:
    paths = sorted((ROOT / "fixtures" / "library").glob("*.jsonl"))
    return [json.loads(line) for p in paths for line in p.read_text("utf-8").splitlines()]


def records(first: int, last: int) -> Iterator[str]:
    """Papers of resampled sentences of the fixtures, as lines of JSON."""
    sentences = [s for r in fixture_records() for s in r["abstract"].split(". ") if len(s) > 40]
    for number in range(first, last):
        chance = random.Random(number)
        abstract = ". ".join(chance.choice(sentences) for _ in range(8))
        yield json.dumps({"title": f"Paper {number}", "abstract": f"{abstract}."}) + "\n"


@dataclass
class Place:
    """A library with its whole index, and the index's files as they were before its last papers."""

    name: str
    library: Path
    older: Path
    work: Path
    vectors: Any = None
    answer: Answer = field(default_factory=list)
    rows: int = 0

    @property
    def whole(self) -> Path:
        return self.library / "chroma"


def make_place(name: str, folder: Path) -> Place:
    place = Place(name, folder / "library", folder / "older", folder / "work")
    folder.mkdir(parents=True)
    place.rows = in_child(lambda: build(place, folder / "more.jsonl"), MOST_BUILDING_S)[1]
    place.vectors = Hashed().embed([r["title"] for r in fixture_records()[:ASKED]])
    restore(place)
    kind, said = in_child(lambda: answer_of(place))
    if said is None:
        sys.exit(f"the whole index cannot be asked: {kind}")
    place.answer = said
    return place


def build(place: Place, listing: Path) -> int:
    """Make the library; gives how many chunks it has."""
    size = SIZES[place.name]
    with Library(place.library, embedding=Hashed()) as library:
        library.add([str(ROOT / "fixtures" / "library")])
        if size:
            listing.write_text("".join(records(0, size)), encoding="utf-8")
            library.add([str(listing)])
        library.index.close()
        shutil.copytree(place.whole, place.older)
        listing.write_text("".join(records(size, size + LATER)), encoding="utf-8")
        library.add([str(listing)])
        return library.chunks.count_embedded()


def copy_of(place: Place) -> Place:
    """The same with a library of its own."""
    library = place.library.with_name("copy")
    shutil.rmtree(library, ignore_errors=True)
    shutil.copytree(place.library, library)
    return replace(place, library=library)


def restore(place: Place) -> None:
    shutil.rmtree(place.work, ignore_errors=True)
    shutil.copytree(place.whole, place.work)


def answer_of(place: Place) -> Answer:
    """The nearest chunks as an index without guards gives them. Raises IndexDamagedError as a
    question does: also where the index has another number of rows."""
    index = Vectors(place.work)
    try:
        if index.count() != place.rows:
            raise IndexDamagedError("another number of rows")
        return [index.nearest(vector, NEAREST) for vector in place.vectors]
    finally:
        index.close()


def in_child(ask: Callable[[], Any], seconds: int = MOST_SECONDS) -> tuple[str, Any]:
    """How a process ended that did this, and what came of it. This process imports Chroma but never
    opens an index: a child has none of the threads that Chroma's pools started before."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        _as_child(ask, seconds, reading, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return (HUNG if os.WTERMSIG(status) == signal.SIGALRM else ENDED), None
    if os.WEXITSTATUS(status) == 3:
        return RAISED, None
    if os.WEXITSTATUS(status):
        sys.exit(f"a child ended with {os.WEXITSTATUS(status)}: {data.decode()}")
    return RIGHT, json.loads(data)


def _as_child(ask: Callable[[], Any], seconds: int, reading: int, writing: int) -> None:
    import resource

    os.close(reading)
    signal.alarm(seconds)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    try:
        said = json.dumps(ask()).encode()
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(said)
    except IndexDamagedError:
        os._exit(3)
    except BaseException as error:  # noqa: BLE001  what no caller would catch ends the program
        os.write(writing, repr(error).encode())
        os._exit(4)
    os._exit(0)


def outcome(place: Place) -> str:
    """What comes of a question to the working copy without any guard."""
    kind, found = in_child(lambda: answer_of(place))
    if kind != RIGHT:
        return kind
    same = all(
        {i: round(c, 3) for i, c in own} == {i: round(c, 3) for i, c in whole}
        for own, whole in zip(found, place.answer, strict=True)
    )
    return RIGHT if same else WRONG


# What happens to a file. `chance` is seeded by the round, so that each run does the same.


def delete(path: Path, _: random.Random, __: Place) -> None:
    path.unlink()


def cut(path: Path, chance: random.Random, _: Place) -> None:
    os.truncate(path, chance.randrange(path.stat().st_size))


def zero_tail(path: Path, chance: random.Random, _: Place) -> None:
    """As after a power cut: the size is there, the last blocks never came to the disk."""
    data = bytearray(path.read_bytes())
    at = chance.randrange(len(data)) // PAGE * PAGE
    data[at:] = bytes(len(data) - at)
    path.write_bytes(data)


def zero_a_page(path: Path, chance: random.Random, _: Place) -> None:
    start, size = _a_page(path, chance)
    _write(path, start, bytes(size))


def junk_a_page(path: Path, chance: random.Random, _: Place) -> None:
    start, size = _a_page(path, chance)
    _write(path, start, chance.randbytes(size))


def _a_page(path: Path, chance: random.Random) -> tuple[int, int]:
    size = path.stat().st_size
    start = PAGE * chance.randrange(-(-size // PAGE))
    return start, min(PAGE, size - start)


def flip(path: Path, chance: random.Random, _: Place) -> None:
    _flip(path, chance.randrange(path.stat().st_size), chance.randrange(8))


def flip_twenty(path: Path, chance: random.Random, _: Place) -> None:
    for _ in range(20):
        _flip(path, chance.randrange(path.stat().st_size), chance.randrange(8))


def _flip(path: Path, at: int, bit: int) -> None:
    with path.open("rb") as file:
        file.seek(at)
        byte = file.read(1)[0]
    _write(path, at, bytes([byte ^ 1 << bit]))


def _write(path: Path, at: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


def junk(path: Path, chance: random.Random, _: Place) -> None:
    path.write_bytes(chance.randbytes(path.stat().st_size))


def make_older(path: Path, _: random.Random, place: Place) -> None:
    """As after a copy that was made while the index was written."""
    (older,) = place.older.rglob(path.name)
    shutil.copyfile(older, path)


def spoil_the_text(path: Path, _: random.Random, __: Place) -> None:
    """What Chroma keeps of how its tables were made is no UTF-8 any more."""
    data = path.read_bytes()
    path.write_bytes(data[:PAGE] + data[PAGE:].replace(b"CREATE TABLE", b"CREATE \xff\xfeBLE"))


def pages_of(path: Path, tables: Sequence[str]) -> list[int]:
    """Where the pages of these tables and their indexes begin; of the first page what is behind
    its header."""
    marks = ",".join("?" * len(tables))
    wanted = (
        f"SELECT pageno FROM dbstat WHERE name IN ({marks}) OR name IN "
        f"(SELECT name FROM sqlite_master WHERE tbl_name IN ({marks})) ORDER BY pageno"
    )
    with closing(sqlite3.connect(path)) as opened:
        return [PAGE * (row[0] - 1) for row in opened.execute(wanted, (*tables, *tables))]


def flip_schema(path: Path, chance: random.Random, _: Place) -> None:
    """The highest bit of one letter of what SQLite keeps of its tables: it is no UTF-8 then."""
    data = path.read_bytes()
    letters = [
        at
        for start in pages_of(path, ("sqlite_schema",))
        for at in range(start + (100 if start == 0 else 0), start + PAGE)
        if chr(data[at]).isascii() and chr(data[at]).isalpha()
    ]
    _flip(path, chance.choice(letters), 7)


def flip_small(path: Path, chance: random.Random, _: Place) -> None:
    start = chance.choice(pages_of(path, SMALL_TABLES))
    _flip(path, start + chance.randrange(PAGE), chance.randrange(8))


def zero_small(path: Path, chance: random.Random, _: Place) -> None:
    _write(path, chance.choice(pages_of(path, SMALL_TABLES)), bytes(PAGE))


def junk_small(path: Path, chance: random.Random, _: Place) -> None:
    _write(path, chance.choice(pages_of(path, SMALL_TABLES)), chance.randbytes(PAGE))


Damage = Callable[[Path, random.Random, Place], None]
ANYWHERE: tuple[Damage, ...] = (
    delete, cut, zero_tail, zero_a_page, junk_a_page, flip, flip_twenty, junk, make_older,
)  # fmt: skip
IN_SQLITE: tuple[Damage, ...] = (spoil_the_text, flip_schema, flip_small, zero_small, junk_small)
ONCE = {delete, junk, make_older, spoil_the_text}  # there is one way to do it
WAYS = [(name, way) for name in (SQLITE, *BIN) for way in ANYWHERE]
WAYS += [(SQLITE, way) for way in IN_SQLITE]


# What each guard says of the working copy: True when it sees the damage.


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and f"{SQLITE}-" not in p.name)


def sizes(folder: Path) -> object:
    return [(p.relative_to(folder), p.stat().st_size) for p in _files(folder)]


def sums_of_bin(folder: Path) -> object:
    return [zlib.crc32(p.read_bytes()) for p in _files(folder) if p.name != SQLITE]


def sum_of_sqlite(folder: Path) -> object:
    """Of all its bytes but what each opening changes."""
    path = folder / SQLITE
    with closing(sqlite3.connect(path)) as opened:
        wanted = "SELECT rootpage FROM sqlite_master WHERE name = 'acquire_write'"
        (page,) = opened.execute(wanted).fetchone()
    return zlib.crc32(_masked(bytearray(path.read_bytes()), page))


def sum_of_schema(folder: Path) -> object:
    with closing(sqlite3.connect(f"file:{folder / SQLITE}?mode=ro", uri=True)) as opened:
        wanted = "SELECT CAST(name AS BLOB), rootpage, CAST(sql AS BLOB) FROM sqlite_master"
        return zlib.crc32(repr(opened.execute(wanted).fetchall()).encode())


def _masked(data: bytearray, page: int) -> bytearray:
    for cut in (slice(24, 28), slice(92, 100), slice((page - 1) * PAGE, page * PAGE)):
        data[cut] = bytes(len(data[cut]))
    return data


def sum_of_tables(folder: Path) -> object:
    """Of the schema and the small tables, which are found sound."""
    total = 0
    with closing(sqlite3.connect(f"file:{folder / SQLITE}?mode=ro", uri=True)) as opened:
        for table in ("sqlite_master", *SMALL_TABLES):
            if opened.execute(f"PRAGMA integrity_check({table})").fetchone()[0] != "ok":
                return None
            for row in opened.execute(f"SELECT * FROM {table}"):
                total = zlib.crc32(repr(row).encode(), total)
    return total


def quick_check(folder: Path) -> object:
    with closing(sqlite3.connect(f"file:{folder / SQLITE}?mode=ro", uri=True)) as opened:
        return opened.execute("PRAGMA quick_check(1)").fetchone()[0]


GUARDS: dict[str, Callable[[Path], object]] = {
    "sizes": sizes,
    "sums of the HNSW files": sums_of_bin,
    "sum of SQLite": sum_of_sqlite,
    "sum of its schema": sum_of_schema,
    "sum of its small tables": sum_of_tables,
    "quick_check of SQLite": quick_check,
}


def said_by(guard: Callable[[Path], object], folder: Path) -> object:
    try:
        return guard(folder)
    except (OSError, ValueError, TypeError, sqlite3.Error) as error:
        return str(error)


@dataclass(frozen=True)
class Tried:
    """One damage: what came of it without guards, and which guards saw it."""

    file: str
    way: str
    outcome: str
    seen: frozenset[str]


def try_all(place: Place, rounds: int) -> list[Tried]:
    whole = {name: said_by(guard, place.whole) for name, guard in GUARDS.items()}
    found = []
    for file, way in WAYS:
        for n in range(1 if way in ONCE else rounds):
            restore(place)
            (path,) = place.work.rglob(file)
            before = path.read_bytes()
            way(path, random.Random(n), place)
            if path.exists() and path.read_bytes() == before:
                continue  # a page of zeros, zeroed
            del before
            seen = [g for g, guard in GUARDS.items() if said_by(guard, place.work) != whole[g]]
            found.append(Tried(file, way.__name__, outcome(place), frozenset(seen)))
        print(f"{place.name}: {file} {way.__name__}", file=sys.stderr)
    return found


def print_outcomes(found: Sequence[Tried]) -> None:
    """A row a file and way: what comes of it without guards, and how many each guard sees."""
    rows = []
    for key in dict.fromkeys((t.file, t.way) for t in found):
        own = [t for t in found if (t.file, t.way) == key]
        counts = [sum(t.outcome == kind for t in own) for kind in OUTCOMES]
        seen = [sum(guard in t.seen for t in own) for guard in GUARDS]
        rows.append([*key, str(len(own)), *(str(n or "") for n in (*counts, *seen))])
    print_table(
        "What comes of each damage",
        ["file", "damage", "rounds", *OUTCOMES, *(f"{g} sees" for g in GUARDS)],
        rows,
    )


BIN_SUMS, OPENED = "sums of the HNSW files", "sum of its small tables"
SETS: dict[str, tuple[str, ...]] = {
    "none": (),
    "sizes": ("sizes",),
    "sizes, sums of HNSW": ("sizes", BIN_SUMS),
    "sizes, sums of HNSW, small tables": ("sizes", BIN_SUMS, OPENED),
    "sizes, sums of HNSW, schema": ("sizes", BIN_SUMS, "sum of its schema"),
    "sizes, sums of HNSW, quick_check": ("sizes", BIN_SUMS, "quick_check of SQLite"),
    "sizes, sums of HNSW, whole SQLite": ("sizes", BIN_SUMS, "sum of SQLite"),
    "sizes, whole SQLite": ("sizes", "sum of SQLite"),
}


def print_sets(found: Sequence[Tried], *, by_time: bool) -> None:
    """What is left of each outcome behind some guards; `by_time`: changed times of the HNSW files
    are seen too."""
    rows = []
    for name, guards in SETS.items():
        left = [t for t in found if not t.seen & set(guards) and not (by_time and t.file in BIN)]
        counts = [sum(t.outcome == kind for t in left) for kind in OUTCOMES]
        rows.append([name, *map(str, counts)])
    times = "seen" if by_time else "put back"
    print_table(
        f"What guards leave; changed times of files are {times}", ["guards", *OUTCOMES], rows
    )


def print_times(place: Place, times: int = 5) -> None:
    """What each guard costs once a process, beside opening and asking itself."""
    own = {name: lambda g=guard: g(place.work) for name, guard in GUARDS.items()}
    restore(place)
    own["opening and asking, without guards"] = lambda: in_child(lambda: answer_of(place))
    rows = []
    for name, do in own.items():
        taken = []
        for _ in range(times):
            started = time.perf_counter()
            do()
            taken.append(1000 * (time.perf_counter() - started))
        rows.append([name, f"{median(taken):.1f}"])
    print_table("What a guard costs", ["guard", "ms a cold process"], rows)


def print_lag(place: Place) -> None:
    """What three more papers cost when the index is brought up, and when it may stay behind."""
    started = time.perf_counter()
    command = [
        sys.executable,
        "-c",
        "import reviewer.library.index.chroma as v; v.import_library()",
    ]
    subprocess.run(command, check=True)
    rows = [["importing Chroma, in a process of its own", time.perf_counter() - started]]
    for name, most in (("adding, the index stays behind", 0.01), ("adding, it is brought up", 0.0)):
        rows.append([name, in_child(lambda most=most: add_three(copy_of(place), most))[1]])
    print_table("Three papers are added", ["", "ms"], [[n, f"{1000 * s:.0f}"] for n, s in rows])


def add_three(place: Place, most_behind: float) -> float:
    neighbours._MOST_BEHIND = most_behind
    listing = place.library.with_name("three.jsonl")
    listing.write_text("".join(records(1_000_000, 1_000_003)), encoding="utf-8")
    with Library(place.library, embedding=Hashed()) as library:
        started = time.perf_counter()
        library.add([str(listing)])
        return time.perf_counter() - started


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    options.add_argument("--folder", type=Path, help="where libraries are made, below 1 GB")
    options.add_argument("--rounds", type=int, default=10, help="of each damage")
    options.add_argument("--sizes", default=",".join(SIZES), help="small, large or both")
    said = options.parse_args()
    import_library()
    with tempfile.TemporaryDirectory(dir=said.folder) as folder:
        for name in said.sizes.split(","):
            place = make_place(name, Path(folder) / name)
            size = (place.whole / SQLITE).stat().st_size / 1e6
            print(f"\n## {name}: {place.rows:,} chunks, SQLite file of {size:.1f} MB\n")
            print_times(place)
            print_lag(place)
            found = try_all(place, min(said.rounds, 50))
            print_outcomes(found)
            for by_time in (False, True):
                print_sets(found, by_time=by_time)
            with suppress(OSError):
                shutil.rmtree(Path(folder) / name)


if __name__ == "__main__":
    main()
