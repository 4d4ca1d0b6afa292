"""The inverted index over chunks, kept in the database: which chunks hold a term, and how often."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.library.index.bm25 import POSTING, Matches
from reviewer.library.index.forward import ForwardIndex, stem_number
from reviewer.library.index.scoring import WordCount, Words
from reviewer.library.index.stemming import Stemmer
from reviewer.library.storage.database import Database
from reviewer.library.storage.query_cache import QueryCache
from reviewer.text.unspaced import LETTERS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WORDS = "pairs"  # how words of scripts without spaces are cut
_BATCH = 500  # chunks a segment when many were not indexed yet
_READ_AT_ONCE = 5000  # chunks
_ROWS = 1 << 20  # more than a segment's chunks
# Eight segments of one size, to a factor of eight, are merged. Those from 4,096 chunks up stay: a
# larger one would take seconds to write, and lacking it costs a question nothing.
_TOGETHER = 8
_MOST_MERGED = 4096
_MOST_REMOVED = 0.2  # share of removed chunks from which everything is written again
_MOST_READ = 64  # terms whose postings are kept: at 100,000 abstracts half a megabyte each at most
_MEMBER = [("chunk", "<u4"), ("paper", "<u4"), ("length", "<u4")]


@dataclass(frozen=True)
class _Segments:
    """How many chunks and words all segments have, removed ones among them, the highest chunk
    number, the newest segment's number, and how many chunks were removed since."""

    chunks: int
    words: int
    highest: int
    newest: int
    removed: int


class InvertedIndex:
    """The postings of all chunks, in segments. Words are known by their stems."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._forward = ForwardIndex(database)
        self.stemmer = Stemmer()
        self._found = QueryCache(database)
        self._read: dict[str, NDArray[np.void]] = {}
        self._read_at: tuple[int, ...] = ()
        self._kept_members: tuple[tuple[int, ...], NDArray[np.void]] | None = None

    def stems(self, words: Collection[str]) -> dict[str, tuple[str, ...]]:
        """The stems of each word: one for most, none for a mere mark."""
        return self.stemmer.known(words)

    def texts(self, texts: Sequence[str]) -> list[list[str]]:
        """Each text's stems, in order."""
        return self.stemmer.of(texts)

    def numbers(self, stems: Collection[str]) -> NDArray[np.uint32]:
        """The stems' numbers, by which `of_chunks` knows them."""
        import numpy as np

        return np.array([stem_number(stem) for stem in stems], dtype=np.uint32)

    def of_chunks(self, numbers: Sequence[int]) -> Words:
        """The stems of the chunks with these numbers, row by row."""
        return self._forward.read(numbers)

    def counts(self, stems: Sequence[str]) -> dict[str, WordCount]:
        """For each stem how many chunks hold it, how often, and in how many titles."""
        return {stem: _count(postings) for stem, postings in self.postings(stems).items()}

    def chunks(self) -> int:
        """How many chunks are indexed."""
        return self.size()[0]

    def next_chunk(self) -> int:
        """A chunk number that no posting names, not even one of a removed chunk."""
        highest = self._database.value(
            "SELECT coalesce(max(number), 0) FROM (SELECT max(number) AS number FROM chunks "
            "UNION ALL SELECT max(last) FROM segments) AS numbers"
        )
        return int(highest) + 1

    def is_behind(self) -> bool:
        """True when there are chunks whose words are not indexed."""
        return bool(self._waiting(1))

    def catch_up(self) -> None:
        """Index the words of all new chunks, each batch in a transaction of its own unless this is
        called inside one; of all chunks, where an earlier release cut words in another way."""
        self._forget_earlier_words()
        while self.is_behind():
            with self._database.transaction():
                self._add(self._waiting(_BATCH))
                while segments := self._to_merge():
                    self._merge(segments)

    def _forget_earlier_words(self) -> None:
        """Empty the index of a library whose Chinese, Japanese or Korean words were not cut into
        pairs. Its last segment stays, without chunks, because a number is never given twice. The
        library's form stays the same, for an earlier release reads this index too."""
        if self._database.state("words") == _WORDS:
            return
        if not (self._has_segments() or self.is_behind()):
            return  # nothing is written to a library that is only read
        with self._database.transaction():
            if self._has_segments() and self._has_letters_without_spaces():
                self._database.run("DELETE FROM postings")
                self._database.run("DELETE FROM dead_chunks")
                self._database.run(
                    "DELETE FROM segments WHERE number < (SELECT max(number) FROM segments)"
                )
                self._database.run(
                    "UPDATE segments SET last = 0, chunks = 0, words = 0, members = ?", (b"",)
                )
            self._database.set_state("words", _WORDS)

    def _has_segments(self) -> bool:
        return bool(self._database.rows("SELECT 1 FROM segments LIMIT 1"))

    def _has_letters_without_spaces(self) -> bool:
        """True when some chunk holds a letter of a script without spaces."""
        letter, last = re.compile(f"[{LETTERS}]"), 0
        statement = (
            "SELECT number, title, text FROM chunks WHERE number > ? ORDER BY number LIMIT ?"
        )
        while rows := self._database.rows(statement, (last, _READ_AT_ONCE)):
            if any(letter.search(title) or letter.search(text) for _, title, text in rows):
                return True
            last = rows[-1][0]
        return False

    def _waiting(self, most: int) -> list[tuple[int, int, str, str]]:
        return self._database.rows(
            "SELECT number, paper, title, text FROM chunks "
            "WHERE number > coalesce((SELECT max(last) FROM segments), 0) ORDER BY number LIMIT ?",
            (most,),
        )

    def _add(self, rows: Sequence[tuple[int, int, str, str]]) -> None:
        """Write a segment of these chunks; of none, when another process was faster."""
        import numpy as np

        if not rows:
            return
        titles = self.stemmer.of([title for _, _, title, _ in rows])
        texts = self.stemmer.of([text for _, _, _, text in rows])
        members = np.array(
            [
                (chunk, paper, len(title) + len(text))
                for (chunk, paper, _, _), title, text in zip(rows, titles, texts, strict=True)
            ],
            dtype=_MEMBER,
        )
        places: dict[str, int] = {}
        in_title = _tokens(titles, places)
        everywhere = np.concatenate([in_title, _tokens(texts, places)])
        pairs, counts = np.unique(everywhere, return_counts=True)
        shared = np.zeros(len(pairs), dtype=np.int64)
        np.add.at(shared, np.searchsorted(pairs, in_title), 1)
        term, row = np.divmod(pairs, _ROWS)
        postings = np.zeros(len(pairs), dtype=POSTING)
        postings["chunk"] = members["chunk"][row]
        postings["title"] = shared.clip(max=255)
        postings["text"] = (counts - shared).clip(max=255)
        postings["length"] = members["length"][row].clip(max=65535)
        self._forward.write(
            [chunk for chunk, *_ in rows],
            Words(len(rows), row, self.numbers(places)[term], postings["title"], postings["text"]),
        )
        ends = np.searchsorted(term, np.arange(len(places)), side="right")
        own = np.split(postings, ends[:-1])
        self._write(rows[-1][0], members, {t: [own[n].tobytes()] for t, n in places.items()})

    def _write(
        self, last: int, members: NDArray[np.void], postings: Mapping[str, list[bytes]]
    ) -> None:
        """Write a new segment. Its number is higher than any before, so that no one takes it for
        an earlier one."""
        segment = 1 + int(self._database.value("SELECT coalesce(max(number), 0) FROM segments"))
        words = int(members["length"].sum())
        self._database.run(
            "INSERT INTO segments VALUES (?, ?, ?, ?, ?)",
            (segment, last, len(members), words, members.tobytes()),
        )
        self._database.run_many(
            "INSERT INTO postings VALUES (?, ?, ?)",
            ((segment, term, b"".join(postings[term])) for term in sorted(postings)),
        )

    def _to_merge(self) -> list[int]:
        """Segments to merge into one: eight of a size, or all when much was removed."""
        sizes = self._database.rows("SELECT number, chunks FROM segments ORDER BY number")
        removed = self._database.value("SELECT count(*) FROM dead_chunks")
        if removed > _MOST_REMOVED * sum(chunks for _, chunks in sizes):
            return [number for number, _ in sizes]
        alike: dict[int, list[int]] = defaultdict(list)
        for number, chunks in sizes:
            if chunks < _MOST_MERGED:
                own = alike[(chunks.bit_length() - 1) // (_TOGETHER.bit_length() - 1)]
                own.append(number)
                if len(own) == _TOGETHER:
                    return own
        return []

    def _merge(self, segments: Sequence[int]) -> None:
        """Write one segment in place of several, without what was removed."""
        import numpy as np

        marks = ",".join("?" * len(segments))
        rows = self._database.rows(
            f"SELECT last, members FROM segments WHERE number IN ({marks}) ORDER BY number",
            segments,
        )
        members = np.frombuffer(b"".join(blob for _, blob in rows), dtype=_MEMBER)
        removed = np.intersect1d(self._removed(), members["chunk"])
        postings: dict[str, list[bytes]] = defaultdict(list)
        for term, blob in self._database.each(
            f"SELECT term, entries FROM postings WHERE segment IN ({marks}) ORDER BY segment",
            segments,
        ):
            if kept := _without(blob, removed):
                postings[term].append(kept)
        is_kept = ~np.isin(members["chunk"], removed)
        self._write(max(last for last, _ in rows), members[is_kept], postings)
        self._database.run(f"DELETE FROM postings WHERE segment IN ({marks})", segments)
        self._database.run(f"DELETE FROM segments WHERE number IN ({marks})", segments)
        self._database.run_many(
            "DELETE FROM dead_chunks WHERE number = ?", [(n,) for n in removed.tolist()]
        )

    def _removed(self) -> NDArray[np.int64]:
        """Numbers of removed chunks that postings still name."""
        import numpy as np

        if not self._segments().removed:
            return np.zeros(0, dtype=np.int64)
        statement = "SELECT number FROM dead_chunks"
        found: NDArray[np.int64] = self._found.get(
            "removed", lambda: self._database.numbers(statement)
        )
        return found

    def _segments(self) -> _Segments:
        """What all segments are together; read once while the database stays as it is."""

        def find() -> _Segments:
            rows = self._database.rows(
                "SELECT coalesce(sum(chunks), 0), coalesce(sum(words), 0), "
                "coalesce(max(last), 0), coalesce(max(number), 0), "
                "(SELECT count(*) FROM dead_chunks) FROM segments"
            )
            return _Segments(*map(int, rows[0]))  # PostgreSQL's sums are decimal numbers

        found: _Segments = self._found.get("segments", find)
        return found

    def stems_from(self, beginning: str) -> list[str]:
        """All indexed stems that begin so."""
        return self._database.column(
            "SELECT DISTINCT term FROM segments CROSS JOIN postings "
            "WHERE postings.segment = segments.number AND term >= ? AND term < ? ORDER BY term",
            (beginning, f"{beginning}\U0010ffff"),
        )

    def matches(self, terms: Sequence[str]) -> Matches:
        """The postings of each term. A term of several words, as `co-author`, matches where all of
        them are, as often as the rarest."""
        chunks, words, highest = self.size()
        stems = dict(zip(terms, self.stemmer.of(terms), strict=True))
        found = self.postings([stem for own in stems.values() for stem in own])
        postings = {
            term: _intersection([found[stem] for stem in dict.fromkeys(own)])
            for term, own in stems.items()
        }
        return Matches(postings, chunks, words / max(chunks, 1), highest)

    def weighted(self, weights: Mapping[str, float]) -> Matches:
        """The postings of stems, each with a weight of its own."""
        chunks, _, highest = self.size()
        return Matches(self.postings(weights), chunks, self.mean_length(), highest, weights)

    def mean_length(self) -> float:
        """The words of a chunk on average, at least 1."""
        chunks, words, _ = self.size()
        return max(words / max(chunks, 1), 1.0)

    def size(self) -> tuple[int, int, int]:
        """How many chunks are indexed, how many words they have, and the highest chunk number."""
        import numpy as np

        found, removed = self._segments(), self._removed()
        chunks, words = found.chunks, found.words
        if len(removed):
            members = self._members()
            gone = members["length"][np.isin(members["chunk"], removed)]
            chunks, words = chunks - len(gone), words - int(gone.sum())
        return chunks, words, found.highest

    def _members(self) -> NDArray[np.void]:
        """Every indexed chunk with its paper and length, by chunk, removed ones among them."""
        import numpy as np

        sign = self._sign()
        if self._kept_members is None or self._kept_members[0] != sign:
            blobs = self._database.column("SELECT members FROM segments")
            members = np.frombuffer(b"".join(blobs), dtype=_MEMBER)
            self._kept_members = (sign, members[np.argsort(members["chunk"], kind="stable")])
        return self._kept_members[1]

    def _sign(self) -> tuple[int, ...]:
        """A value that changes whenever segments or removed chunks change, or the whole file."""
        found = self._segments()
        return self._database.file, found.newest, found.removed

    def papers_of(self, chunks: Sequence[int]) -> dict[int, int]:
        """The number of each chunk's paper; a removed chunk has none."""
        import numpy as np

        members = self._members()
        wanted = np.setdiff1d(np.array(chunks, dtype=np.int64), self._removed())
        places = np.searchsorted(members["chunk"], wanted).clip(max=max(len(members) - 1, 0))
        found = members[places] if len(members) else members
        found = found[found["chunk"] == wanted[: len(found)]]
        return dict(zip(found["chunk"].tolist(), found["paper"].tolist(), strict=True))

    def of_papers(self, selected: Iterable[NDArray[np.int64]]) -> NDArray[np.bool_]:
        """Which chunks belong to papers that are in each of these arrays of numbers: True or False
        at each chunk's number, up to the highest."""
        import numpy as np

        members = self._members()
        is_wanted = np.ones(int(members["paper"].max(initial=0)) + 1, dtype=bool)
        for papers in selected:
            is_given = np.zeros(len(is_wanted), dtype=bool)
            is_given[papers[papers < len(is_given)]] = True
            is_wanted &= is_given
        passes = np.zeros(int(members["chunk"].max(initial=0)) + 1, dtype=bool)
        passes[members["chunk"][is_wanted[members["paper"]]]] = True
        passes[self._removed()] = False
        return passes

    def postings(self, stems: Iterable[str]) -> dict[str, NDArray[np.void]]:
        """The postings of each stem, as arrays of POSTING. Those of the last questions are kept
        while nothing changes."""
        import numpy as np

        sign = self._sign()
        if sign != self._read_at or len(self._read) > _MOST_READ:
            self._read, self._read_at = {}, sign
        unread = [stem for stem in dict.fromkeys(stems) if stem not in self._read]
        removed = self._removed() if unread else np.zeros(0, dtype=np.int64)
        blobs: dict[str, list[bytes]] = {stem: [] for stem in unread}
        for stem, blob in self._database.rows_in(
            "SELECT term, entries FROM segments CROSS JOIN postings "
            "WHERE postings.segment = segments.number AND term IN (?) ORDER BY segments.number",
            unread,
        ):
            blobs[stem].append(blob)
        for stem, own in blobs.items():
            self._read[stem] = np.frombuffer(_without(b"".join(own), removed), dtype=POSTING)
        return {stem: self._read[stem] for stem in stems}


def _intersection(postings: Sequence[NDArray[np.void]]) -> NDArray[np.void]:
    """The chunks that are in all of these postings, with the smallest counts."""
    import numpy as np

    if not postings:
        return np.zeros(0, dtype=POSTING)
    shared = postings[0]
    for other in postings[1:]:
        _, own, its = np.intersect1d(
            shared["chunk"], other["chunk"], assume_unique=True, return_indices=True
        )
        shared = shared[own]
        for field in ("title", "text"):
            shared[field] = np.minimum(shared[field], other[field][its])
    return shared


def _count(postings: NDArray[np.void]) -> WordCount:
    in_titles = postings["title"]
    often = int(in_titles.sum(dtype=int)) + int(postings["text"].sum(dtype=int))
    return WordCount(len(postings), often, int((in_titles > 0).sum()))


def _tokens(stems: Sequence[Sequence[str]], places: dict[str, int]) -> NDArray[np.int64]:
    """A number a token: its term's place times _ROWS, and its row. New terms get the next place."""
    import numpy as np

    terms = [places.setdefault(stem, len(places)) for own in stems for stem in own]
    rows = np.repeat(np.arange(len(stems)), [len(own) for own in stems])
    return np.array(terms, dtype=np.int64) * _ROWS + rows


def _without(blob: bytes, removed: NDArray[np.int64]) -> bytes:
    """Postings as bytes, without those of the removed chunks."""
    import numpy as np

    if not len(removed):
        return blob
    postings = np.frombuffer(blob, dtype=POSTING)
    return postings[~np.isin(postings["chunk"], removed)].tobytes()
