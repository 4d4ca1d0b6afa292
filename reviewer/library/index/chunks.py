"""Chunks, their words, their vectors and their sentences, in the library's database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reviewer.library.index.inverted import Postings
from reviewer.library.storage.database import Database
from reviewer.library.storage.filters import selections
from reviewer.library.storage.query_cache import KeptValues
from reviewer.types import Paper
from reviewer.types.papers import Chunk
from reviewer.types.searches import Filters

_COLUMNS = 'chunks.id, papers.id, part, section, page, start, "end", text'
MOST_TITLE_CHARS = (
    1000  # each chunk is searched with its title: a book as one would cost its square
)


@dataclass(frozen=True)
class KeptChunk:
    """A chunk with its number and its paper's number and title, or the title's beginning."""

    number: int
    paper: int
    title: str
    chunk: Chunk


@dataclass(frozen=True)
class Indexed:
    """What the index holds of a chunk: the raw float32 bytes of its vector among it."""

    id: str
    vector: bytes
    text: str
    metadata: dict[str, str | int]
    generation: int


class ChunkStore:
    """Writing methods are to be called inside a transaction that began a new generation."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.postings = Postings(database)
        self._passing = KeptValues(database)

    def replace_chunks(self, paper_number: int, paper: Paper, chunks: Sequence[Chunk]) -> None:
        """Make these the paper's chunks. One that is already there keeps its vectors."""
        rows = self._database.rows("SELECT id FROM chunks WHERE paper = ?", (paper_number,))
        kept, wanted = {row[0] for row in rows}, {chunk.id for chunk in chunks}
        self._database.run_many(
            "DELETE FROM chunks WHERE id = ?", [(gone,) for gone in sorted(kept - wanted)]
        )
        first, title = self.postings.next_chunk(), paper.title[:MOST_TITLE_CHARS]
        new = [
            (n, c.id, paper_number, title, c.part, c.section, c.page, c.start, c.end, c.text)
            for n, c in enumerate((c for c in chunks if c.id not in kept), start=first)
        ]
        self._database.run_many("INSERT INTO chunks VALUES (?,?,?,?,?,?,?,?,?,?)", new)

    def count(self) -> int:
        return int(self._database.rows("SELECT count(*) FROM chunks")[0][0])

    def count_waiting(self) -> int:
        """Chunks that have no vector yet."""
        return self.count() - self.count_embedded()

    def count_embedded(self) -> int:
        return int(self._database.rows("SELECT count(*) FROM vectors")[0][0])

    def count_waiting_papers(self) -> int:
        """Papers of which some chunk has no vector yet."""
        if not self.count_waiting():
            return 0
        statement = (
            "SELECT count(DISTINCT paper) FROM chunks "
            "WHERE number NOT IN (SELECT chunk FROM vectors)"
        )
        return int(self._database.rows(statement)[0][0])

    def waiting(self, most: int) -> list[KeptChunk]:
        """Some chunks that have no vector yet, oldest first."""
        return self._chunks(
            "chunks.number NOT IN (SELECT chunk FROM vectors) ORDER BY chunks.number LIMIT ?", most
        )

    def numbered(self, numbers: Sequence[int]) -> dict[int, KeptChunk]:
        found = self._database.rows_in(
            f"SELECT chunks.number, chunks.paper, chunks.title, {_COLUMNS} FROM chunks "
            "JOIN papers ON papers.number = chunks.paper WHERE chunks.number IN (?)",
            list(numbers),
        )
        return {kept.number: kept for kept in map(_kept_chunk, found)}

    def papers_of(self, numbers: Sequence[int]) -> dict[int, int]:
        """The number of each chunk's paper."""
        return self.postings.papers_of(numbers)

    def numbers_of(self, ids: Sequence[str]) -> dict[str, int]:
        rows = self._database.rows_in("SELECT id, number FROM chunks WHERE id IN (?)", list(ids))
        return dict(rows)

    def _chunks(self, condition: str, *values: int) -> list[KeptChunk]:
        rows = self._database.rows(
            f"SELECT chunks.number, chunks.paper, chunks.title, {_COLUMNS} FROM chunks "
            f"JOIN papers ON papers.number = chunks.paper WHERE {condition}",
            values,
        )
        return [_kept_chunk(row) for row in rows]

    def search_words(
        self, terms: Sequence[str], most: int, filters: Filters, title_weight: float
    ) -> list[tuple[int, float]]:
        """Numbers of chunks that hold any of the terms, with BM25 (larger is better), best first.

        Terms are plain words: no text is a query operator. See `Matches.best`.
        """
        return self.postings.matches(terms).best(most, title_weight, self.passing(filters))

    def passing(self, filters: Filters) -> Any:  # noqa: ANN401  an array, or None for all
        """At a chunk's number, whether its paper passes; None where nothing is filtered. The last
        answers are kept while the database stays as it is."""
        if filters.is_empty:
            return None

        def find() -> Any:  # noqa: ANN401  an array
            found = [self._database.numbers(*selection) for selection in selections(filters)]
            return self.postings.of_papers(found)

        return self._passing.get(filters, find)

    def index_words(self) -> None:
        """Index the words of chunks that came, so that they are committed together."""
        self.postings.catch_up()

    def of_paper(self, paper_number: int) -> list[KeptChunk]:
        """A paper's chunks, in order."""
        return self._chunks("chunks.paper = ? ORDER BY chunks.number", paper_number)

    def save_vectors(self, numbers: Sequence[int], vectors: Any, generation: int) -> None:  # noqa: ANN401  an array
        """Keep one row of `vectors` (float32) for each chunk."""
        rows = [
            (n, v.astype("<f4").tobytes(), generation)
            for n, v in zip(numbers, vectors, strict=True)
        ]
        self._database.run_many("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)

    def save_sentences(self, chunk: int, spans: Sequence[tuple[int, int]], vectors: Any) -> None:  # noqa: ANN401
        """Keep a chunk's sentences: spans in its part's characters, one vector a span."""
        import numpy as np

        places = np.asarray(spans, dtype="<i4").tobytes()
        self._database.run(
            "INSERT OR REPLACE INTO sentences VALUES (?, ?, ?)",
            (chunk, places, np.asarray(vectors).astype("<f2").tobytes()),
        )

    def vectors(self) -> tuple[Any, Any]:
        """All kept vectors: chunk numbers, ascending, and a float32 array, row by row."""
        import numpy as np

        rows = self._database.run(
            "SELECT chunk, vector, (SELECT count(*) FROM vectors) FROM vectors ORDER BY chunk"
        )
        numbers, matrix, at = np.zeros(0, dtype=np.int64), np.zeros((0, 0), dtype=np.float32), 0
        while batch := rows.fetchmany(1000):
            if not at:
                numbers = np.zeros(batch[0][2], dtype=np.int64)
                matrix = np.zeros((batch[0][2], len(batch[0][1]) // 4), dtype=np.float32)
            numbers[at : at + len(batch)] = [row[0] for row in batch]
            matrix[at : at + len(batch)] = _matrix([row[1] for row in batch])
            at += len(batch)
        return numbers, matrix

    def vectors_numbered(self, numbers: Sequence[int]) -> tuple[list[int], Any]:
        rows = self._database.rows_in(
            "SELECT chunk, vector FROM vectors WHERE chunk IN (?)", list(numbers)
        )
        return [row[0] for row in rows], _matrix([row[1] for row in rows])

    def vectors_since(self, generation: int) -> tuple[list[int], Any]:
        """Chunk numbers, and their vectors, that came after a generation."""
        rows = self._database.rows(
            "SELECT chunk, vector FROM vectors WHERE generation > ?", (generation,)
        )
        return [row[0] for row in rows], _matrix([row[1] for row in rows])

    def sentences(self, numbers: Sequence[int]) -> Mapping[int, tuple[list[tuple[int, int]], Any]]:
        """Kept spans and float32 sentence vectors by chunk number, where a chunk has sentences."""
        import numpy as np

        found = {}
        for number, places, vectors in self._database.rows_in(
            "SELECT chunk, spans, vectors FROM sentences WHERE spans <> x'' AND chunk IN (?)",
            list(numbers),
        ):
            pairs = np.frombuffer(places, dtype="<i4").reshape(-1, 2).tolist()
            matrix = np.frombuffer(vectors, dtype="<f2").astype(np.float32)
            spans = [(start, end) for start, end in pairs]
            found[number] = (spans, matrix.reshape(len(spans), -1))
        return found

    def sentence_vectors(self, numbers: Sequence[int]) -> tuple[list[int], list[int], Any]:
        """Chunk numbers, how many sentences are kept of each, and their float32 vectors, one after
        another; of the chunks that have sentences."""
        import numpy as np

        rows = self._database.rows_in(
            "SELECT chunk, length(spans) / 8, vectors FROM sentences "
            "WHERE spans <> x'' AND chunk IN (?)",
            list(numbers),
        )
        known, sizes = [row[0] for row in rows], [row[1] for row in rows]
        matrix = np.frombuffer(b"".join([row[2] for row in rows]), dtype="<f2")
        return known, sizes, matrix.astype(np.float32).reshape(sum(sizes), -1 if rows else 0)

    def forget_vectors(self) -> None:
        """Drop every vector, as before embedding anew."""
        self._database.run("DELETE FROM vectors")
        self._database.run("DELETE FROM sentences")

    def indexed_since(self, generation: int, batch: int) -> Iterator[list[Indexed]]:
        """Chunks whose vector came after a generation, in batches for the index."""
        last = 0
        while True:
            rows = self._database.rows(
                "SELECT chunks.number, chunks.id, vector, text, papers.id, part, start, "
                "chunks.title, vectors.generation FROM vectors "
                "JOIN chunks ON chunks.number = vectors.chunk "
                "JOIN papers ON papers.number = chunks.paper WHERE vectors.generation > ? "
                "AND chunks.number > ? ORDER BY chunks.number LIMIT ?",
                (generation, last, batch),
            )
            if not rows:
                return
            last = rows[-1][0]
            yield [
                Indexed(
                    id=chunk_id,
                    vector=vector,
                    text=text,
                    metadata={"paper_id": paper, "part": part, "start": start, "title": title},
                    generation=when,
                )
                for _, chunk_id, vector, text, paper, part, start, title, when in rows
            ]

    def count_changed(self, generation: int) -> tuple[int, int]:
        """How many chunks got a vector after a generation, and how many went."""
        came, gone = self._database.rows(
            "SELECT (SELECT count(*) FROM vectors WHERE generation > ?), "
            "(SELECT count(*) FROM removed_chunks WHERE generation > ?)",
            (generation, generation),
        )[0]
        return int(came), int(gone)

    def removed_since(self, generation: int) -> list[str]:
        """Ids of chunks that went after a generation and did not come back."""
        rows = self._database.rows(
            "SELECT id FROM removed_chunks WHERE generation > ? "
            "AND id NOT IN (SELECT id FROM chunks)",
            (generation,),
        )
        return [row[0] for row in rows]


def _kept_chunk(row: tuple[Any, ...]) -> KeptChunk:
    number, paper, title, chunk_id, paper_id, part, section, page, start, end, text = row
    chunk = Chunk(
        id=chunk_id, paper_id=paper_id, part=part, section=section, page=page,
        start=start, end=end, text=text,
    )  # fmt: skip
    return KeptChunk(number, paper, title, chunk)


def _matrix(blobs: list[bytes]) -> Any:  # noqa: ANN401  an array
    import numpy as np

    if not blobs:
        return np.zeros((0, 0), dtype=np.float32)
    return np.frombuffer(b"".join(blobs), dtype="<f4").reshape(len(blobs), -1)
