"""Reads a copy of `zotero.sqlite`: Zotero may run meanwhile, and its file is never touched.

Tables and columns are those of Zotero 6 to 8 (`userdata` schema 119 and later).
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from reviewer.errors import SourceError
from reviewer.sources.zotero.folder import find_on_disk
from reviewer.sources.zotero.names import nearest
from reviewer.sources.zotero.snapshot import Item, Snapshot, in_use

NAME = "zotero.sqlite"
_BESIDE = ("", "-journal", "-wal")
_ATTEMPTS = 3
_LINK_MODES = ("imported_file", "imported_url", "linked_file", "linked_url", "embedded_image")
_ANNOTATIONS = ("", "highlight", "note", "image", "ink", "underline", "text")
_CITEKEYS = ("better-bibtex.sqlite", "better-bibtex-search.sqlite")
_OWN = "JOIN items i ON i.itemID = x.itemID WHERE i.libraryID = ?"
Rows = list[tuple[Any, ...]]
Ask = Callable[[str], Rows]
Found = tuple[int, Mapping[str, Any]]
"""An item's number, and fields of it."""


def read_database(folder: Path, group: str = "") -> Snapshot:
    """The library of the user, or of a group (by name or id), in Zotero's data folder.

    Raises SourceError when the file cannot be read, and NotFoundError for an unknown group.
    """
    file = folder / NAME
    try:
        with _copied(file) as copy, closing(sqlite3.connect(copy)) as database:
            number, library = _library(database, group)
            items = _items(database, number)
            collections = _collections(database, number)
    except sqlite3.Error as error:
        raise SourceError(
            f"{file} cannot be read: {error}",
            hint="Start Zotero once, so that it mends or updates its database, and try again.",
        ) from error
    return Snapshot(
        library,
        str(file),
        in_use(items),
        collections,
        read_citekeys(folder, library),
        partial(find_on_disk, folder=folder),
    )


def read_citekeys(folder: Path, library: str) -> dict[str, str]:
    """The keys that Better BibTeX keeps beside Zotero's database, by the key of the item; empty
    where there are none, or in another form."""
    for name in _CITEKEYS:
        if not (folder / name).is_file():
            continue
        own = "libraryID = 1" if library == "library" else "libraryID <> 1"
        statement = f"SELECT itemKey, citationKey FROM citationkey WHERE {own}"
        with (
            suppress(sqlite3.Error, SourceError),
            _copied(folder / name) as copy,
            closing(sqlite3.connect(copy)) as database,
        ):
            return {str(key): str(name) for key, name in database.execute(statement) if name}
    return {}


@contextmanager
def _copied(file: Path) -> Iterator[Path]:
    """A copy of a database and of what its program has not written into it yet. Where the program
    writes while it is copied, it is copied again."""
    with tempfile.TemporaryDirectory(prefix="review-zotero-") as folder:
        copy = Path(folder) / file.name
        for _ in range(_ATTEMPTS):
            before = _stamps(file)
            try:
                for ending in _BESIDE:
                    source, target = Path(f"{file}{ending}"), Path(f"{copy}{ending}")
                    target.unlink(missing_ok=True)
                    if source.exists():
                        shutil.copyfile(source, target)
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                raise SourceError(
                    f"{file} cannot be read: {reason}",
                    hint="Name Zotero's data folder with REVIEW_ZOTERO_FOLDER.",
                ) from error
            if _stamps(file) == before:
                yield copy
                return
        raise SourceError(
            f"Zotero is writing to {file}", hint="Wait until it has synced, and try again."
        )


def _stamps(file: Path) -> list[tuple[int, int]]:
    found = []
    for ending in _BESIDE:
        with suppress(OSError):
            stat = Path(f"{file}{ending}").stat()
            found.append((stat.st_size, stat.st_mtime_ns))
    return found


def _library(database: sqlite3.Connection, group: str) -> tuple[int, str]:
    """The number of a library in the database, and its name for us."""
    if not group:
        rows = database.execute("SELECT libraryID FROM libraries WHERE type = 'user'").fetchall()
        return (int(rows[0][0]) if rows else 1), "library"
    groups = database.execute("SELECT libraryID, groupID, name FROM groups").fetchall()
    for number, group_id, name in groups:
        if group.casefold() in (str(group_id), str(name).casefold()):
            return int(number), f"group/{group_id}"
    raise nearest(group, (str(name) for _, _, name in groups), "group")


def _items(database: sqlite3.Connection, library: int) -> list[Item]:
    """The items in the form of Zotero's API."""

    def rows(statement: str) -> Rows:
        return database.execute(statement, (library,)).fetchall()

    keys: dict[int, str] = dict(rows("SELECT itemID, key FROM items WHERE libraryID = ?"))
    items: dict[int, dict[str, Any]] = {
        number: {"key": key, "version": version, "itemType": kind}
        for number, key, version, kind in rows(
            "SELECT i.itemID, i.key, i.version, t.typeName FROM items i "
            "JOIN itemTypes t USING (itemTypeID) WHERE i.libraryID = ? "
            "AND i.itemID NOT IN (SELECT itemID FROM deletedItems) ORDER BY i.itemID"
        )
    }
    for number, more in chain(_fields(rows), _lists(rows), _children(rows, keys)):
        if number in items:
            items[number] |= {name: value for name, value in more.items() if value is not None}
    return list(items.values())


def _fields(rows: Ask) -> Iterator[Found]:
    for number, name, value in rows(
        "SELECT x.itemID, f.fieldName, v.value FROM itemData x JOIN fields f USING (fieldID) "
        f"JOIN itemDataValues v USING (valueID) {_OWN}"
    ):
        yield number, {name: _own_date(str(value)) if name == "date" else str(value)}


def _lists(rows: Ask) -> Iterator[Found]:
    """Creators, tags and collections of items."""
    lists: dict[int, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for number, kind, first, last, mode in rows(
        "SELECT x.itemID, t.creatorType, c.firstName, c.lastName, c.fieldMode FROM itemCreators x "
        "JOIN creators c USING (creatorID) JOIN creatorTypes t USING (creatorTypeID) "
        f"{_OWN} ORDER BY x.itemID, x.orderIndex"
    ):
        name = {"name": last} if mode else {"firstName": first or "", "lastName": last or ""}
        lists[number]["creators"].append({"creatorType": kind, **name})
    for number, name, kind in rows(
        "SELECT x.itemID, t.name, x.type FROM itemTags x JOIN tags t USING (tagID) "
        f"{_OWN} ORDER BY t.name"
    ):
        lists[number]["tags"].append({"tag": name, **({"type": kind} if kind else {})})
    for number, key in rows(
        "SELECT x.itemID, c.key FROM collectionItems x JOIN collections c USING (collectionID) "
        f"{_OWN}"
    ):
        lists[number]["collections"].append(key)
    yield from lists.items()


def _children(rows: Ask, keys: Mapping[int, str]) -> Iterator[Found]:
    """What attachments, notes and annotations have beside their fields."""
    for number, parent, mode, kind, path in rows(
        "SELECT x.itemID, x.parentItemID, x.linkMode, x.contentType, x.path "
        f"FROM itemAttachments x {_OWN}"
    ):
        stored = str(path or "").startswith("storage:")
        yield (
            number,
            {
                "parentItem": keys.get(parent),
                "linkMode": _LINK_MODES[mode] if mode in range(len(_LINK_MODES)) else "",
                "contentType": kind or "",
                "filename": path.removeprefix("storage:") if stored else None,
                "path": path if path and not stored else None,
            },
        )
    for number, parent, note in rows(
        f"SELECT x.itemID, x.parentItemID, x.note FROM itemNotes x {_OWN}"
    ):
        yield number, {"parentItem": keys.get(parent), "note": note or ""}
    for number, parent, kind, text, comment, label, order in rows(
        "SELECT x.itemID, x.parentItemID, x.type, x.text, x.comment, x.pageLabel, x.sortIndex "
        f"FROM itemAnnotations x {_OWN}"
    ):
        yield (
            number,
            {
                "parentItem": keys.get(parent),
                "annotationType": _ANNOTATIONS[kind] if kind in range(len(_ANNOTATIONS)) else "",
                "annotationText": text,
                "annotationComment": comment,
                "annotationPageLabel": label,
                "annotationSortIndex": order,
            },
        )


def _own_date(value: str) -> str:
    """The date as people wrote it: Zotero keeps `2021-05-00 May 2021`, sortable part first."""
    sortable, _, written = value.partition(" ")
    parts = sortable.split("-")
    if len(parts) == 3 and all(part.isdecimal() for part in parts) and len(parts[0]) == 4:
        return "-".join(part for part in parts if part.strip("0")) or written
    return value


def _collections(database: sqlite3.Connection, library: int) -> dict[str, Item]:
    rows = database.execute(
        "SELECT c.key, c.collectionName, p.key FROM collections c LEFT JOIN collections p "
        "ON p.collectionID = c.parentCollectionID WHERE c.libraryID = ? ORDER BY c.collectionID",
        (library,),
    ).fetchall()
    return {
        key: {"key": key, "name": name, "parentCollection": parent or False}
        for key, name, parent in rows
    }
