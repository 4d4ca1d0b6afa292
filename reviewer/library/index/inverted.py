"""The inverted index over chunks, kept in the database: which chunks hold a term, and how often."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from reviewer.library.index.bm25 import ENTRY, Matches
from reviewer.library.index.forward import ForwardIndex, stem_number
from reviewer.library.index.scoring import Words
from reviewer.library.index.stemming import Stems
from reviewer.library.storage.database import Database

_BATCH = 500  # chunks a segment when many were not indexed yet
_ROWS = 1 << 20  # more than a segment's chunks
# Segments with as many chunks, to a factor of eight, are put together by eights. Those from 4,096
# up stay: a larger one would take seconds to write, and lacking it costs a question nothing.
_TOGETHER = 8
_MOST_MERGED = 4096
_MOST_REMOVED = 0.2  # share of removed chunks from which everything is written anew
_MOST_READ = 64  # terms whose entries are kept: at 100,000 abstracts half a megabyte each at most
_MEMBER = [("chunk", "<u4"), ("paper", "<u4"), ("length", "<u4")]


class Postings:
    """The entries of all chunks, in segments. `stems` are those that they are made of."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.stems = Stems()
        self.forward = ForwardIndex(database)
        self._read: dict[str, Any] = {}
        self._read_at: tuple[int, ...] = ()
        self._kept_members: tuple[tuple[int, ...], Any] | None = None

    def next_chunk(self) -> int:
        """A chunk number that no entry names, not even one of a removed chunk."""
        rows = self._database.rows(
            "SELECT max(ifnull((SELECT max(number) FROM chunks), 0), "
            "ifnull((SELECT max(last) FROM segments), 0))"
        )
        return int(rows[0][0]) + 1

    def is_behind(self) -> bool:
        """True when there are chunks whose words are not indexed."""
        return bool(self._waiting(1))

    def catch_up(self) -> None:
        """Index the words of all chunks that came since the last time, a batch a transaction where
        this is not part of one."""
        while self.is_behind():
            with self._database.transaction():
                self._add(self._waiting(_BATCH))
                self._merge()

    def _waiting(self, most: int) -> list[tuple[int, int, str, str]]:
        return self._database.rows(
            "SELECT number, paper, title, text FROM chunks "
            "WHERE number > ifnull((SELECT max(last) FROM segments), 0) ORDER BY number LIMIT ?",
            (most,),
        )

    def _add(self, rows: Sequence[tuple[int, int, str, str]]) -> None:
        """A segment of these chunks; of none, when another process was faster."""
        import numpy as np

        if not rows:
            return
        titles = self.stems.of([title for _, _, title, _ in rows])
        texts = self.stems.of([text for _, _, _, text in rows])
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
        entries = np.zeros(len(pairs), dtype=ENTRY)
        entries["chunk"] = members["chunk"][row]
        entries["title"] = shared.clip(max=255)
        entries["text"] = (counts - shared).clip(max=255)
        entries["length"] = members["length"][row].clip(max=65535)
        numbers = np.array([stem_number(stem) for stem in places], dtype=np.uint32)
        self.forward.write(
            [chunk for chunk, *_ in rows],
            Words(len(rows), row, numbers[term], entries["title"], entries["text"]),
        )
        ends = 8 * np.searchsorted(term, np.arange(len(places)), side="right")
        blob, starts = entries.tobytes(), [0, *ends.tolist()]
        self._write(
            rows[-1][0], members, {t: [blob[starts[n] : starts[n + 1]]] for t, n in places.items()}
        )

    def _write(self, last: int, members: Any, entries: Mapping[str, list[bytes]]) -> None:  # noqa: ANN401  an array
        """A new segment. Its number is higher than any before, so that no one takes it for one."""
        segment = 1 + int(self._database.rows("SELECT ifnull(max(number), 0) FROM segments")[0][0])
        words = int(members["length"].sum())
        self._database.run(
            "INSERT INTO segments VALUES (?, ?, ?, ?, ?)",
            (segment, last, len(members), words, members.tobytes()),
        )
        self._database.run_many(
            "INSERT INTO postings VALUES (?, ?, ?)",
            ((segment, term, b"".join(entries[term])) for term in sorted(entries)),
        )

    def _merge(self) -> None:
        while segments := self._to_merge():
            self._put_together(segments)

    def _to_merge(self) -> list[int]:
        """Segments that are to become one: eight of a size, or all when much was removed."""
        sizes = self._database.rows("SELECT number, chunks FROM segments ORDER BY number")
        removed = self._database.rows("SELECT count(*) FROM dead_chunks")[0][0]
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

    def _put_together(self, segments: Sequence[int]) -> None:
        """One segment of several, without what was removed."""
        import numpy as np

        marks = ",".join("?" * len(segments))
        last, blobs = 0, []
        for highest, blob in self._database.rows(
            f"SELECT last, members FROM segments WHERE number IN ({marks})", segments
        ):
            last = max(last, highest)
            blobs.append(blob)
        members = np.frombuffer(b"".join(blobs), dtype=_MEMBER)
        removed = np.intersect1d(self._removed(), members["chunk"])
        entries: dict[str, list[bytes]] = defaultdict(list)
        for term, blob in self._database.run(
            f"SELECT term, entries FROM postings WHERE segment IN ({marks}) ORDER BY segment",
            segments,
        ):
            kept = _without(blob, removed) if len(removed) else blob
            if kept:
                entries[term].append(kept)
        self._write(last, members[~np.isin(members["chunk"], removed)], entries)
        self._database.run(f"DELETE FROM postings WHERE segment IN ({marks})", segments)
        self._database.run(f"DELETE FROM segments WHERE number IN ({marks})", segments)
        self._database.run_many(
            "DELETE FROM dead_chunks WHERE number = ?", [(int(n),) for n in removed]
        )

    def _removed(self) -> Any:  # noqa: ANN401  an array
        """Numbers of removed chunks that entries still name."""
        import numpy as np

        rows = self._database.rows("SELECT number FROM dead_chunks")
        return np.array([row[0] for row in rows], dtype=np.int64)

    def matches(self, terms: Sequence[str]) -> Matches:
        """The entries of each term. One that is several words, as `co-author`, is held where all
        of them are, as often as the rarest."""
        chunks, words, highest = self.size()
        stems = dict(zip(terms, self.stems.of(terms), strict=True))
        found = self.entries([stem for own in stems.values() for stem in own])
        entries = {
            term: self._together([found[stem] for stem in dict.fromkeys(own)])
            for term, own in stems.items()
        }
        return Matches(entries, chunks, words / max(chunks, 1), highest)

    def size(self) -> tuple[int, int, int]:
        """How many chunks are indexed, how many words they have, and the highest chunk number."""
        import numpy as np

        chunks, words, highest = self._database.rows(
            "SELECT ifnull(sum(chunks), 0), ifnull(sum(words), 0), ifnull(max(last), 0) "
            "FROM segments"
        )[0]
        removed = self._removed()
        if len(removed):
            members = self._members()
            gone = members["length"][np.isin(members["chunk"], removed)]
            chunks, words = chunks - len(gone), words - int(gone.sum())
        return chunks, words, highest

    def _members(self) -> Any:  # noqa: ANN401  an array
        """Every indexed chunk with its paper and length, by chunk, removed ones among them."""
        import numpy as np

        sign = self._sign()
        if self._kept_members is None or self._kept_members[0] != sign:
            blobs = [row[0] for row in self._database.rows("SELECT members FROM segments")]
            members = np.frombuffer(b"".join(blobs), dtype=_MEMBER)
            self._kept_members = (sign, members[np.argsort(members["chunk"], kind="stable")])
        return self._kept_members[1]

    def _sign(self) -> tuple[int, ...]:
        """Another one whenever segments or removed chunks have changed."""
        return self._database.rows(
            "SELECT ifnull(max(number), 0), (SELECT count(*) FROM dead_chunks) FROM segments"
        )[0]

    def papers_of(self, chunks: Sequence[int]) -> dict[int, int]:
        """The number of each chunk's paper; a removed chunk has none."""
        import numpy as np

        members = self._members()
        wanted = np.setdiff1d(np.array(chunks, dtype=np.int64), self._removed())
        places = np.searchsorted(members["chunk"], wanted).clip(max=max(len(members) - 1, 0))
        found = members[places] if len(members) else members
        is_there = found["chunk"] == wanted[: len(found)]
        return dict(zip(wanted[is_there].tolist(), found["paper"][is_there].tolist(), strict=True))

    def of_papers(self, selected: Sequence[Any]) -> Any:  # noqa: ANN401  arrays
        """Which chunks belong to papers that are in each of these arrays of numbers: at a chunk's
        number True or False."""
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

    def entries(self, stems: Sequence[str]) -> dict[str, Any]:
        """The entries of each stem. Those of the last questions are kept while nothing changes."""
        import numpy as np

        sign = self._sign()
        if sign != self._read_at or len(self._read) > _MOST_READ:
            self._read, self._read_at = {}, sign
        unread = [stem for stem in dict.fromkeys(stems) if stem not in self._read]
        removed = self._removed() if unread else ()
        for stem in unread:
            rows = self._database.rows(
                "SELECT entries FROM segments CROSS JOIN postings "
                "ON postings.segment = segments.number AND term = ?",
                (stem,),
            )
            blob = b"".join([row[0] for row in rows])
            kept = _without(blob, removed) if len(removed) else blob
            self._read[stem] = np.frombuffer(kept, dtype=ENTRY)
        return {stem: self._read[stem] for stem in stems}

    @staticmethod
    def _together(entries: Sequence[Any]) -> Any:  # noqa: ANN401  arrays
        import numpy as np

        if not entries:
            return np.zeros(0, dtype=ENTRY)
        shared = entries[0]
        for other in entries[1:]:
            _, own, its = np.intersect1d(
                shared["chunk"], other["chunk"], assume_unique=True, return_indices=True
            )
            shared = shared[own]
            for field in ("title", "text"):
                shared[field] = np.minimum(shared[field], other[field][its])
        return shared


def _tokens(stems: Sequence[Sequence[str]], places: dict[str, int]) -> Any:  # noqa: ANN401  an array
    """A number a token: its term's place times _ROWS, and its row. New terms get the next place."""
    import numpy as np

    terms = [places.setdefault(stem, len(places)) for own in stems for stem in own]
    rows = np.repeat(np.arange(len(stems)), [len(own) for own in stems])
    return np.array(terms, dtype=np.int64) * _ROWS + rows


def _without(blob: bytes, removed: Any) -> bytes:  # noqa: ANN401  an array
    import numpy as np

    entries = np.frombuffer(blob, dtype=ENTRY)
    return entries[~np.isin(entries["chunk"], removed)].tobytes()
