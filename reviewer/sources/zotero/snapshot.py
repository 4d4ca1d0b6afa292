"""A Zotero library as it is at one moment, whichever way it was read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reviewer.sources.parsing.json_path import objects_at, text_at
from reviewer.sources.zotero.names import ZoteroName, nearest

Item = Mapping[str, Any]
"""An item's fields, as Zotero's API gives them in `data`."""
FindFile = Callable[[Item], Path | str]
"""The file of an attachment, or why it is not there."""


def _no_file(item: Item) -> Path | str:
    return "its file is not on this machine"


@dataclass(frozen=True)
class Snapshot:
    """All items of one library by their keys, without those in the trash. `library` is `library`
    for the user's own, else `group/ID`; `way` says how it was read, for people. `collections` gives
    a collection's fields by its key, `citekeys` the keys of Better BibTeX by an item's."""

    library: str
    way: str
    items: Mapping[str, Item]
    collections: Mapping[str, Item]
    citekeys: Mapping[str, str]
    find_file: FindFile = _no_file
    notes: tuple[str, ...] = ()

    def children(self) -> dict[str, list[Item]]:
        """The attachments, notes and annotations of each item that has some."""
        found: dict[str, list[Item]] = {}
        for item in self.items.values():
            if parent := text_at(item, "parentItem"):
                found.setdefault(parent, []).append(item)
        return found

    def select(self, name: ZoteroName) -> list[Item]:
        """The top-level items that a name means, with those of collections below its collection.
        Raises NotFoundError, which names the nearest, for one that is not there."""
        top = [i for i in self.items.values() if not text_at(i, "parentItem")]
        if name.item:
            found = [i for i in top if text_at(i, "key") == name.item.upper()]
            if not found:
                raise nearest(name.item, (text_at(i, "key") for i in top), "item")
            return found
        if name.collection:
            keys = self._collections_named(name.collection)
            return [i for i in top if keys & set(i.get("collections") or ())]
        if name.tag:
            wanted = name.tag.casefold()
            found = [i for i in top if wanted in {t.casefold() for t in tags_of(i)}]
            if not found:
                raise nearest(name.tag, (t for i in top for t in tags_of(i)), "tag")
            return found
        return top

    def _collections_named(self, wanted: str) -> set[str]:
        """The keys of the collections with this name, path or key, and of those below them."""
        paths = {key: self._path(key) for key in self.collections}
        folded = wanted.casefold()
        found = {
            key
            for key, path in paths.items()
            if folded in (path.casefold(), path.rpartition("/")[2].casefold(), key.casefold())
            or folded == text_at(self.collections[key], "name").casefold()
        }
        if not found:
            raise nearest(wanted, paths.values(), "collection")
        grown = True
        while grown:
            below = {
                key
                for key, one in self.collections.items()
                if one.get("parentCollection") in found and key not in found
            }
            found |= below
            grown = bool(below)
        return found

    def _path(self, key: str) -> str:
        names: list[str] = []
        seen: set[str] = set()
        while key in self.collections and key not in seen:
            seen.add(key)
            names.append(text_at(self.collections[key], "name"))
            key = str(self.collections[key].get("parentCollection") or "")
        return "/".join(reversed(names))


def tags_of(item: Item, *, own: bool = False) -> list[str]:
    """The item's tags; with `own` those alone that a person gave (Zotero's type 0)."""
    return [
        text
        for tag in objects_at(item, "tags")
        if (text := text_at(tag, "tag")) and not (own and tag.get("type"))
    ]


def in_use(items: Sequence[Item]) -> dict[str, Item]:
    """The items by key, without what is in the trash and what belongs to it."""
    kept = {text_at(i, "key"): i for i in items if not i.get("deleted")}
    while orphans := [
        key
        for key, item in kept.items()
        if (parent := text_at(item, "parentItem")) and parent not in kept
    ]:
        for key in orphans:
            del kept[key]
    return kept
