"""How postings and vectors of many papers read from SQLite and from PostgreSQL, by turns.

Shifted copies of one library's postings and vectors stand for papers that nobody has: their lengths
grow as real ones do, their words do not become more. `--chroma` also sends vectors to a server.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewer.library.index.bm25 import POSTING
from reviewer.library.index.chroma_server import ChromaServer, address_of
from reviewer.library.index.chunks import ChunkStore
from reviewer.library.index.inverted import InvertedIndex
from reviewer.library.storage.database import Database, open_database
from reviewer.settings import Settings

MEMBER = [("chunk", "<u4"), ("paper", "<u4"), ("length", "<u4")]
QUESTIONS, TITLE_WEIGHT, MOST = 40, 2.0, 200
BATCH = 1000


class Base:
    """One library's postings as one segment, and its vectors."""

    def __init__(self, folder: Path) -> None:
        database = open_database(folder)
        rows = database.rows("SELECT members, words FROM segments")
        members = np.frombuffer(b"".join(row[0] for row in rows), dtype=MEMBER)
        self.members = members[np.argsort(members["chunk"])]
        self.words = sum(row[1] for row in rows)
        postings: dict[str, list[bytes]] = defaultdict(list)
        for term, entries in database.rows("SELECT term, entries FROM postings ORDER BY segment"):
            postings[term].append(entries)
        self.postings = {
            term: np.frombuffer(b"".join(blobs), dtype=POSTING) for term, blobs in postings.items()
        }
        self.width = int(self.members["chunk"].max()) + 1
        self.vectors = ChunkStore(database).vectors()[1]
        database.close()

    def members_of(self, copy: int) -> bytes:
        shifted = self.members.copy()
        shifted["chunk"] += copy * self.width
        shifted["paper"] += copy * self.width
        return shifted.tobytes()

    def rows_of(self, copy: int) -> Iterator[tuple[int, str, bytes]]:
        for term, entries in self.postings.items():
            shifted = entries.copy()
            shifted["chunk"] += copy * self.width
            yield copy + 1, term, shifted.tobytes()


def fill(database: Database, base: Base, copies: range) -> None:
    """Write these copies, each as a segment, with a chunk row and a vector for each chunk."""
    for copy in copies:
        numbers = (base.members["chunk"] + copy * base.width).tolist()
        with database.transaction():
            generation = database.next_generation()
            database.run(
                "INSERT INTO papers (number, id, key, title, year, date, venue, paper) "
                "VALUES (?, ?, ?, '', 2020, '', '', '{}')",
                (copy + 1, f"p{copy}", f"k{copy}"),
            )
            database.run_many(
                "INSERT INTO chunks VALUES (?, ?, ?, '', 'abstract', '', NULL, 0, 1, 't')",
                [(n, f"c{n}", copy + 1) for n in numbers],
            )
            database.run(
                "INSERT INTO segments VALUES (?, ?, ?, ?, ?)",
                (copy + 1, numbers[-1], len(numbers), base.words, base.members_of(copy)),
            )
            database.run_many("INSERT INTO postings VALUES (?, ?, ?)", base.rows_of(copy))
            vectors = np.resize(base.vectors, (len(numbers), base.vectors.shape[1]))
            ChunkStore(database).save_vectors(numbers, vectors, generation)


def milliseconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {"p50": statistics.median(ordered), "p95": ordered[int(0.95 * (len(ordered) - 1))]}


def candidates(databases: dict[str, Database], questions: list[list[str]]) -> dict[str, Any]:
    """Candidates by words, in turn on each database: with terms that no question before has read,
    and once more."""
    found: dict[str, Any] = {}
    for name in ("cold", "kept"):
        taken: dict[str, list[float]] = {place: [] for place in databases}
        held = {place: InvertedIndex(database) for place, database in databases.items()}
        for index in held.values():
            index.matches(["the"])  # sizes and segments are read
        for terms in questions:
            best = []
            for place in random.sample(sorted(databases), len(databases)):
                index = held[place]

                ask = partial(_best, index, terms, best)
                if name == "kept":
                    ask()
                taken[place].append(milliseconds(ask))
            if any(one != best[0] for one in best):
                sys.exit("the databases give different candidates")
        found[name] = {place: spread(values) for place, values in taken.items()}
    return found


def _best(index: InvertedIndex, terms: list[str], into: list[Any]) -> None:
    into.append(index.matches(terms).best(MOST, TITLE_WEIGHT))


def stored_vectors(database: Database, vector: NDArray[np.float32]) -> dict[str, float]:
    chunks = ChunkStore(database)
    kept: list[Any] = []
    read_ms = milliseconds(lambda: kept.append(chunks.vectors()[1]))
    product = [milliseconds(lambda: kept[0] @ vector) for _ in range(5)]
    return {"read_s": read_ms / 1000, "product_ms": statistics.median(product)}


def server_vectors(url: str, base: Base, sizes: list[int]) -> list[dict[str, float]]:
    """A collection that grows to each size: vectors a second, and the 200 nearest. The copies are
    moved a little, so that no two are the same."""
    address = address_of(Settings(chroma=url))
    assert address is not None
    server, found, rng, sent = ChromaServer(address), [], np.random.default_rng(1), 0
    server.call(60, lambda c: c.make("review-beyond", "s"))
    for size in sizes:
        began, before = time.perf_counter(), sent
        while sent < size:
            pick = rng.integers(0, len(base.vectors), BATCH)
            batch = base.vectors[pick] + rng.normal(0, 0.02, (BATCH, base.vectors.shape[1]))
            batch = (batch / np.linalg.norm(batch, axis=1, keepdims=True)).astype(np.float32)
            ids = [f"v{n}" for n in range(sent, sent + BATCH)]
            server.call(600, lambda c, i=ids, b=batch: c.open("review-beyond").write(i, b))
            sent += BATCH
        rate = (sent - before) / (time.perf_counter() - began)
        opened = server.call(60, lambda c: c.open("review-beyond"))
        asked = [
            milliseconds(partial(server.call, 60, lambda _, v=v, o=opened: o.nearest(v, MOST)))
            for v in base.vectors[:QUESTIONS]
        ]
        found.append({"vectors": sent, "a_second": rate, **spread(asked)})
        print(json.dumps(found[-1]), flush=True)
    return found


def main() -> None:
    own = argparse.ArgumentParser(description=__doc__)
    own.add_argument("--base", type=Path, required=True, help="a copy of a library, with vectors")
    own.add_argument("--questions", type=Path, required=True, help="queries.jsonl of a judged set")
    own.add_argument("--folder", type=Path, required=True, help="for the SQLite library")
    own.add_argument("--postgres", default="", help="the address of an empty database")
    own.add_argument("--chroma", default="", help="the address of a Chroma server")
    own.add_argument("--chunks", type=int, nargs="+", default=[100_000, 300_000])
    own.add_argument("--vectors", type=int, nargs="+", default=[10_000, 30_000])
    given = own.parse_args()
    base = Base(given.base)
    places = {"SQLite": str(given.folder), "PostgreSQL": given.postgres}
    databases = {name: open_database(place) for name, place in places.items() if place}
    texts = [json.loads(line)["text"] for line in given.questions.open(encoding="utf-8")]
    stems = InvertedIndex(next(iter(databases.values()))).texts
    words = stems(random.Random(1).sample(texts, QUESTIONS))
    written = 0
    for size in given.chunks:
        copies = range(written, max(1, round(size / len(base.members))))
        row: dict[str, Any] = {"chunks": copies.stop * len(base.members)}
        for name, database in databases.items():
            began = time.perf_counter()
            fill(database, base, copies)
            row[f"{name} filled_s"] = time.perf_counter() - began
        written = copies.stop
        row["candidates_ms"] = candidates(databases, words)
        row["vectors"] = {
            name: stored_vectors(database, base.vectors[0]) for name, database in databases.items()
        }
        print(json.dumps(row), flush=True)
    if given.chroma:
        server_vectors(given.chroma, base, given.vectors)


if __name__ == "__main__":
    main()
