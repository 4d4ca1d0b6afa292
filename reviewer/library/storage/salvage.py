"""Reads what can still be read of a damaged SQLite file. Knows the file's format, changes nothing.

The format is that of https://www.sqlite.org/fileformat2.html, sections 1.3 to 1.6, 2.1 and 4.
"""

from __future__ import annotations

import re
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

Value = int | float | str | bytes | None
Row = tuple[Value, ...]
_MAGIC = b"SQLite format 3\0"
_PAGE = 4096  # taken where the header cannot be read: SQLite's own default
_TABLE_LEAF, _INDEX_LEAF, _INDEX_INNER = 0x0D, 0x0A, 0x02
_WIDTHS = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 7: 8, 8: 0, 9: 0}
_MOST_COLUMNS = 100
_ESCAPED = re.compile("[\ud800-\udfff]")


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def is_whole(path: Path) -> bool:
    """True when SQLite finds nothing wrong in the file, which is only read."""
    try:
        with closing(_read_only(path)) as opened:
            is_sound = opened.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
        return bool(is_sound and path.stat().st_size)  # an empty file is a sound empty library
    except (sqlite3.Error, UnicodeDecodeError):
        return False


def rows_of_table(path: Path, table: str) -> list[Row]:
    """The rows that SQLite itself still gives, read from both ends; empty when it cannot open the
    file or has no such table. A row with a text that is not UTF-8 is left out."""
    found: dict[Row, None] = {}
    with suppress(sqlite3.Error), closing(_read_only(path)) as opened:
        opened.text_factory = lambda text: text.decode("utf-8", errors="surrogateescape")
        for order in ("", " ORDER BY 1 DESC"):
            if _read_on(opened, f"SELECT * FROM {table}{order}", found):
                break
    return list(found)


def _read_on(opened: sqlite3.Connection, statement: str, found: dict[Row, None]) -> bool:
    """Read to the end (True) or to the first damage (False)."""
    try:
        for row in opened.execute(statement):
            if not any(isinstance(v, str) and _ESCAPED.search(v) for v in row):
                found[row] = None
    except (sqlite3.Error, UnicodeDecodeError):
        return False
    return True


class Pages:
    """All pages of a file, in the state that its write-ahead log gives them. `rows` needs neither
    the header nor the tables' inner pages, so every row that is left anywhere is found."""

    def __init__(self, path: Path) -> None:
        """Read the whole file. Raises OSError when it cannot be read."""
        data = path.read_bytes()
        has_header = data[:16] == _MAGIC
        size = struct.unpack(">H", data[16:18])[0] if has_header else 0
        size = 65536 if size == 1 else size
        is_possible = size >= 512 and size & (size - 1) == 0
        self._size = size if is_possible else _PAGE
        self._usable = self._size - (data[20] if has_header and data[20] < 64 else 0)
        self._pages = dict(
            enumerate((data[i : i + self._size] for i in range(0, len(data), self._size)), 1)
        )
        log = path.with_name(f"{path.name}-wal")
        if log.is_file():
            self._lay_over(log.read_bytes())
        self._free = self._free_pages() if has_header else set()

    def _lay_over(self, log: bytes) -> None:
        """Replace pages by those of all transactions that were committed to the log."""
        if len(log) < 32 or log[:4] not in (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83"):
            return
        salts, waiting = log[16:24], dict[int, bytes]()
        for at in range(32, len(log) - self._size - 23, self._size + 24):
            number, after_commit = struct.unpack(">II", log[at : at + 8])
            if log[at + 8 : at + 16] != salts:
                return
            waiting[number] = log[at + 24 : at + 24 + self._size]
            if after_commit:
                self._pages.update(waiting)
                waiting = {}

    def _free_pages(self) -> set[int]:
        """Pages that hold what was deleted."""
        free: set[int] = set()
        trunk = struct.unpack(">I", self._pages[1][32:36])[0]
        while trunk in self._pages and trunk not in free:
            page = self._pages[trunk].ljust(self._size, b"\0")
            following, many = struct.unpack(">II", page[:8])
            many = min(many, self._size // 4 - 2)
            free |= {trunk, *struct.unpack(f">{many}I", page[8 : 8 + 4 * many])}
            trunk = following
        return free

    def rows(self, columns: int) -> Iterator[Row]:
        """Every row with this many columns that is whole in a page of a table or of an index, in
        the order of pages. A table's own row number replaces an empty first column."""
        for number, page in sorted(self._pages.items()):
            start = 100 if number == 1 else 0
            kind = page[start] if len(page) == self._size else 0
            if number in self._free or kind not in (_TABLE_LEAF, _INDEX_LEAF, _INDEX_INNER):
                continue
            head = start + (12 if kind == _INDEX_INNER else 8)
            many = min(struct.unpack(">H", page[start + 3 : start + 5])[0], self._size // 2)
            for at in range(head, min(head + 2 * many, self._size - 1), 2):
                place = struct.unpack(">H", page[at : at + 2])[0]
                try:
                    row = self._row(page, place, kind, columns)
                except (IndexError, ValueError, struct.error):
                    continue
                if row is not None:
                    yield row

    def _row(self, page: bytes, at: int, kind: int, columns: int) -> Row | None:
        at += 4 if kind == _INDEX_INNER else 0
        length, at = _number(page, at)
        row_number: int | None = None
        if kind == _TABLE_LEAF:
            row_number, at = _number(page, at)
        values = _values(self._payload(page, at, length, is_table=kind == _TABLE_LEAF), columns)
        if values is None or values[0] is not None:
            return values
        return (row_number, *values[1:])

    def _payload(self, page: bytes, at: int, length: int, *, is_table: bool) -> bytes:
        """The row's bytes, with the part that is in other pages."""
        if length > self._size * len(self._pages):
            raise ValueError("longer than the file")
        usable = self._usable
        most = usable - 35 if is_table else (usable - 12) * 64 // 255 - 23
        if length <= most:
            return page[at : at + length]
        least = (usable - 12) * 32 // 255 - 23
        local = least + (length - least) % (usable - 4)
        local = local if local <= most else least
        payload = page[at : at + local]
        following = struct.unpack(">I", page[at + local : at + local + 4])[0]
        while len(payload) < length:
            if following not in self._pages:
                raise ValueError("its page is missing")
            more = self._pages[following]
            payload += more[4:usable][: length - len(payload)]
            following = struct.unpack(">I", more[:4])[0]
        return payload


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number of one to nine bytes, and where it ends."""
    value = 0
    for place in range(8):
        byte = data[at + place]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + place + 1
    return value << 8 | data[at + 8], at + 9


def _values(payload: bytes, columns: int) -> Row | None:
    """The row's values; None when it has another number of columns. Raises ValueError when they do
    not fill the payload, as in a damaged row."""
    end, at = _number(payload, 0)
    kinds: list[int] = []
    while at < end and len(kinds) <= min(columns, _MOST_COLUMNS):
        kind, at = _number(payload, at)
        kinds.append(kind)
    if at != end or len(kinds) != columns:
        return None
    values: list[Value] = []
    for kind in kinds:
        width = _WIDTHS.get(kind, (kind - 12) // 2)
        data = payload[at : at + width]
        if len(data) != width or kind in (10, 11):
            raise ValueError("a value is cut")
        values.append(_value(kind, data))
        at += width
    if at != len(payload):
        raise ValueError("bytes are left over")
    return tuple(values)


def _value(kind: int, data: bytes) -> Value:
    if kind == 0:
        return None
    if kind in (8, 9):
        return kind - 8
    if kind == 7:
        return float(struct.unpack(">d", data)[0])
    if kind < 7:
        return int.from_bytes(data, "big", signed=True)
    return data if kind % 2 == 0 else data.decode("utf-8")
