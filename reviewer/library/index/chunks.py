"""Chunks, their words, their vectors and their sentences, in the library's database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reviewer.library.index.inverted import InvertedIndex
from reviewer.library.storage.database import Database
from reviewer.library.storage.filters import selections
from reviewer.library.storage.query_cache import QueryCache
from reviewer.types import Paper
from reviewer.types.papers import Chunk
from reviewer.types.searches import Filters

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SELECT = (
    "SELECT chunks.number, chunks.paper, chunks.title, chunks.id, papers.id, part, section, page, "
    'start, "end", text FROM chunks JOIN papers ON papers.number = chunks.paper WHERE'
)
_NO_VECTOR = "chunks.number NOT IN (SELECT chunk FROM vectors)"
_NEXT_VECTORS = "SELECT chunk, vector FROM vectors WHERE chunk > ? ORDER BY chunk LIMIT 1000"
# Each chunk is searched with its title: a whole book as its title would cost its length squared.
MOST_TITLE_CHARS = 1000


@dataclass(frozen=True)
class KeptChunk:
    """A chunk with its number and its paper's number and title (at most MOST_TITLE_CHARS)."""

    number: int
    paper: int
    title: str
    chunk: Chunk


@dataclass(frozen=True)
class ChunkText:
    """A chunk's number, its paper's number, the part it is of, and the texts that are searched."""

    number: int
    paper: int
    part: str
    title: str
    text: str


@dataclass(frozen=True)
class Indexed:
    """What the index holds of a chunk; its vector is raw float32 bytes."""

    id: str
    vector: bytes
    text: str
    metadata: dict[str, str | int]


@dataclass(frozen=True)
class VectorRows:
    """n chunks' ids with `vectors` of shape (n, dimensions); `last` is the generation and number of
    the last one."""

    ids: list[str]
    vectors: NDArray[np.float32]
    last: tuple[int, int]


class ChunkStore:
    """Call methods that write inside a transaction that began a new generation."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.words = InvertedIndex(database)
        self._passing = QueryCache(database)

    def replace_chunks(self, paper_number: int, paper: Paper, chunks: Sequence[Chunk]) -> None:
        """Make these the paper's chunks. One that is already there keeps its vectors."""
        statement = "SELECT id FROM chunks WHERE paper = ?"
        kept = set(self._database.column(statement, (paper_number,)))
        wanted = {chunk.id for chunk in chunks}
        self._database.run_many(
            "DELETE FROM chunks WHERE id = ?", [(gone,) for gone in sorted(kept - wanted)]
        )
        new = [chunk for chunk in chunks if chunk.id not in kept]
        self.add_chunks(paper_number, paper, new, self.words.next_chunk())

    def add_chunks(
        self, paper_number: int, paper: Paper, chunks: Sequence[Chunk], first: int
    ) -> None:
        """Keep new chunks of the paper under the numbers from `first` on."""
        title = paper.title[:MOST_TITLE_CHARS]
        new = [
            (n, c.id, paper_number, title, c.part, c.section, c.page, c.start, c.end, c.text)
            for n, c in enumerate(chunks, start=first)
        ]
        self._database.run_many("INSERT INTO chunks VALUES (?,?,?,?,?,?,?,?,?,?)", new)

    def count(self) -> int:
        return int(self._database.value("SELECT count(*) FROM chunks"))

    def count_waiting(self) -> int:
        """Chunks that have no vector yet."""
        return self.count() - self.count_embedded()

    def count_embedded(self) -> int:
        statement = "SELECT count(*) FROM vectors"
        return int(self._passing.get(statement, lambda: self._database.value(statement)))

    def count_waiting_papers(self) -> int:
        """Papers of which some chunk has no vector yet."""
        if not self.count_waiting():
            return 0
        statement = f"SELECT count(DISTINCT paper) FROM chunks WHERE {_NO_VECTOR}"
        return int(self._database.value(statement))

    def waiting(self, most: int) -> list[KeptChunk]:
        """Some chunks that have no vector yet, oldest first."""
        return self._where(f"{_NO_VECTOR} ORDER BY chunks.number LIMIT ?", most)

    def numbered(self, numbers: Sequence[int]) -> dict[int, KeptChunk]:
        rows = self._database.rows_in(f"{_SELECT} chunks.number IN (?)", list(numbers))
        return {row[0]: _kept_chunk(row) for row in rows}

    def all_numbers(self) -> list[int]:
        return self._database.column("SELECT number FROM chunks")

    def texts_numbered(self, numbers: Sequence[int]) -> list[ChunkText]:
        """The texts of these chunks."""
        statement = "SELECT number, paper, part, title, text FROM chunks WHERE number IN (?)"
        return [ChunkText(*row) for row in self._database.rows_in(statement, list(numbers))]

    def papers_of(self, numbers: Sequence[int]) -> dict[int, int]:
        """The number of each chunk's paper."""
        return self.words.papers_of(numbers)

    def numbers_of(self, ids: Sequence[str]) -> dict[str, int]:
        rows = self._database.rows_in("SELECT id, number FROM chunks WHERE id IN (?)", list(ids))
        return dict(rows)

    def _where(self, condition: str, value: int) -> list[KeptChunk]:
        return [_kept_chunk(row) for row in self._database.rows(f"{_SELECT} {condition}", (value,))]

    def search_words(
        self, terms: Sequence[str], most: int, filters: Filters, title_weight: float
    ) -> list[tuple[int, float]]:
        """Numbers of chunks that hold any of the terms, with BM25 (larger is better), best first.

        Terms are plain words; none is a query operator. See `Matches.best`.
        """
        return self.words.matches(terms).best(most, title_weight, self.passing(filters))

    def search_stems(
        self, weights: Mapping[str, float], most: int, filters: Filters, title_weight: float
    ) -> list[tuple[int, float]]:
        """Like `search_words`, for stems with weights in place of inverse document frequencies."""
        return self.words.weighted(weights).best(most, title_weight, self.passing(filters))

    def passing(self, filters: Filters) -> NDArray[np.bool_] | None:
        """At each chunk's number, whether its paper passes; None where nothing is filtered. The
        last answers are kept while the database stays as it is."""
        if filters.is_empty:
            return None

        def find() -> NDArray[np.bool_]:
            return self.words.of_papers(self._database.numbers(*s) for s in selections(filters))

        found: NDArray[np.bool_] = self._passing.get(filters, find)
        return found

    def index_words(self) -> None:
        """Index the words of new chunks, so that both are committed together."""
        self.words.catch_up()

    def of_paper(self, paper_number: int) -> list[KeptChunk]:
        """A paper's chunks, in order."""
        return self._where("chunks.paper = ? ORDER BY chunks.number", paper_number)

    def save_vectors(
        self, numbers: Sequence[int], vectors: NDArray[np.float32], generation: int
    ) -> None:
        """Keep one row of `vectors`, of shape (len(numbers), dimensions), for each chunk."""
        rows = [
            (n, v.astype("<f4").tobytes(), generation)
            for n, v in zip(numbers, vectors, strict=True)
        ]
        self._database.run_many(
            "INSERT INTO vectors VALUES (?, ?, ?) ON CONFLICT (chunk) DO UPDATE SET "
            "vector = excluded.vector, generation = excluded.generation",
            rows,
        )

    def save_sentences(
        self, chunk: int, spans: Sequence[tuple[int, int]], vectors: NDArray[np.float32]
    ) -> None:
        """Keep a chunk's sentences: spans in its part's characters, and a row of `vectors`, of
        shape (len(spans), dimensions), for each."""
        import numpy as np

        places = np.asarray(spans, dtype="<i4").tobytes()
        self._database.run(
            "INSERT INTO sentences VALUES (?, ?, ?) ON CONFLICT (chunk) DO UPDATE SET "
            "spans = excluded.spans, vectors = excluded.vectors",
            (chunk, places, vectors.astype("<f2").tobytes()),
        )

    def vectors(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """All kept vectors: n chunk numbers, ascending, and rows of shape (n, dimensions)."""
        import numpy as np

        with self._database.snapshot():
            total, at, last = self.count_embedded(), 0, 0
            numbers, matrix = np.zeros(total, dtype=np.int64), np.zeros((0, 0), dtype=np.float32)
            while batch := self._database.rows(_NEXT_VECTORS, (last,)):
                if not at:
                    matrix = np.zeros((total, len(batch[0][1]) // 4), dtype=np.float32)
                numbers[at : at + len(batch)] = [row[0] for row in batch]
                matrix[at : at + len(batch)] = _matrix([row[1] for row in batch])
                at, last = at + len(batch), batch[-1][0]
        return numbers, matrix

    def vectors_numbered(self, numbers: Sequence[int]) -> tuple[list[int], NDArray[np.float32]]:
        """The n of these chunks that have a vector, and rows of shape (n, dimensions)."""
        statement = "SELECT chunk, vector FROM vectors WHERE chunk IN (?)"
        rows = self._database.rows_in(statement, list(numbers))
        return [row[0] for row in rows], _matrix([row[1] for row in rows])

    def vectors_since(self, generation: int) -> tuple[list[int], NDArray[np.float32]]:
        """The n chunks whose vector came after a generation, and rows of shape (n, dimensions)."""
        statement = "SELECT chunk, vector FROM vectors WHERE generation > ?"
        rows = self._database.rows(statement, (generation,))
        return [row[0] for row in rows], _matrix([row[1] for row in rows])

    def sentences(
        self, numbers: Sequence[int]
    ) -> Mapping[int, tuple[list[tuple[int, int]], NDArray[np.float32]]]:
        """By the number of each chunk with sentences: their spans in its part's characters, and
        their vectors, of shape (sentences, dimensions)."""
        import numpy as np

        found = {}
        for number, places, vectors in self._database.rows_in(
            "SELECT chunk, spans, vectors FROM sentences WHERE length(spans) > 0 AND chunk IN (?)",
            list(numbers),
        ):
            pairs = np.frombuffer(places, dtype="<i4").reshape(-1, 2).tolist()
            matrix = np.frombuffer(vectors, dtype="<f2").astype(np.float32)
            spans = [(start, end) for start, end in pairs]
            found[number] = (spans, matrix.reshape(len(spans), -1))
        return found

    def sentence_vectors(
        self, numbers: Sequence[int]
    ) -> tuple[list[int], list[int], NDArray[np.float32]]:
        """Of these chunks those that have sentences, how many each has, and the vectors of all, one
        after another, of shape (sentences of all, dimensions)."""
        import numpy as np

        rows = self._database.rows_in(
            "SELECT chunk, length(spans) / 8, vectors FROM sentences "
            "WHERE length(spans) > 0 AND chunk IN (?)",
            list(numbers),
        )
        known, sizes = [row[0] for row in rows], [row[1] for row in rows]
        matrix = np.frombuffer(b"".join([row[2] for row in rows]), dtype="<f2")
        return known, sizes, matrix.astype(np.float32).reshape(sum(sizes), -1 if rows else 0)

    def with_sentences_after(self, number: int, most: int) -> list[KeptChunk]:
        """The first chunks with sentences whose number is larger than this one."""
        first = f"SELECT chunk FROM sentences WHERE chunk > ? ORDER BY chunk LIMIT {most:d}"
        return self._where(f"chunks.number IN ({first}) ORDER BY chunks.number", number)

    def forget_vectors(self) -> None:
        """Delete every vector, as before embedding again."""
        self._database.run("DELETE FROM vectors")
        self._database.run("DELETE FROM sentences")

    def indexed_since(self, generation: int, batch: int) -> Iterator[list[Indexed]]:
        """Chunks whose vector came after a generation, oldest first, in batches for the index."""
        last = 0
        while True:
            rows = self._database.rows(
                "SELECT chunks.number, chunks.id, vector, text, papers.id, part, start, "
                "chunks.title FROM vectors "
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
                )
                for _, chunk_id, vector, text, paper, part, start, title in rows
            ]

    def sample_vectors(self, generation: int, most: int) -> VectorRows:
        """At most so many of the vectors that came up to a generation, spread over all of them."""
        first, last = self._database.rows("SELECT min(chunk), max(chunk) FROM vectors")[0]
        wanted = range(first, last + 1, max(1, (last - first) // most)) if first else ()
        statement = (
            "SELECT vectors.chunk, chunks.id, vector FROM vectors "
            "JOIN chunks ON chunks.number = vectors.chunk WHERE vectors.chunk >= ? "
            "AND vectors.generation <= ? ORDER BY vectors.chunk LIMIT 1"
        )
        found = {
            number: (chunk_id, vector)
            for least in wanted
            for number, chunk_id, vector in self._database.rows(statement, (least, generation))
        }
        ids, blobs = [i for i, _ in found.values()], [v for _, v in found.values()]
        return VectorRows(ids, _matrix(blobs), (generation, 0))

    def vectors_after(self, last: tuple[int, int], most: int) -> VectorRows | None:
        """The next chunks with a vector by generation and number, after the `last` of these; None
        at the end."""
        rows = self._database.rows(
            "SELECT vectors.generation, vectors.chunk, chunks.id, vector FROM vectors "
            "JOIN chunks ON chunks.number = vectors.chunk "
            "WHERE (vectors.generation, vectors.chunk) > (?, ?) "
            "ORDER BY vectors.generation, vectors.chunk LIMIT ?",
            (*last, most),
        )
        if not rows:
            return None
        return VectorRows(
            [row[2] for row in rows], _matrix([row[3] for row in rows]), (rows[-1][0], rows[-1][1])
        )

    def count_changed(self, generation: int) -> tuple[int, int]:
        """How many chunks got a vector after a generation, and how many were removed."""
        return self._database.rows(
            "SELECT (SELECT count(*) FROM vectors WHERE generation > ?), "
            "(SELECT count(*) FROM removed_chunks WHERE generation > ?)",
            (generation, generation),
        )[0]

    def removed_since(self, generation: int) -> list[str]:
        """Ids of chunks that were removed after a generation and did not come back."""
        return self._database.column(
            "SELECT id FROM removed_chunks WHERE generation > ? "
            "AND id NOT IN (SELECT id FROM chunks)",
            (generation,),
        )


def _kept_chunk(row: tuple[Any, ...]) -> KeptChunk:
    number, paper, title, chunk_id, paper_id, part, section, page, start, end, text = row
    chunk = Chunk(
        id=chunk_id, paper_id=paper_id, part=part, section=section, page=page,
        start=start, end=end, text=text,
    )  # fmt: skip
    return KeptChunk(number, paper, title, chunk)


def _matrix(blobs: list[bytes]) -> NDArray[np.float32]:
    """Vectors of one length, row by row."""
    import numpy as np

    if not blobs:
        return np.zeros((0, 0), dtype=np.float32)
    return np.frombuffer(b"".join(blobs), dtype="<f4").reshape(len(blobs), -1)
