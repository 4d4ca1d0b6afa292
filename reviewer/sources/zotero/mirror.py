"""Keeps what Zotero's web service gave, so that the next run asks only for what changed."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from reviewer.settings import cache_folder
from reviewer.sources.parsing.json_path import objects_at, text_at
from reviewer.sources.zotero.api import Changes, ZoteroApi
from reviewer.sources.zotero.snapshot import Item


@dataclass(frozen=True)
class Mirror:
    """A library of the service as it was at a version."""

    version: int
    items: dict[str, Item]
    collections: dict[str, Item]


def mirror_folder(api: ZoteroApi, library: str) -> Path:
    """The folder of a library's mirror and files. It can be deleted."""
    name = hashlib.sha256(f"{api.base}{library}".encode()).hexdigest()[:16]
    return cache_folder() / "zotero" / name


def in_step(api: ZoteroApi, library: str) -> Mirror:
    """The library as it is now. Only what changed since the last time is asked for."""
    file = mirror_folder(api, library) / "library.json"
    kept = _kept(file)
    found = api.changes(library, kept.version)
    if found.version < kept.version:  # another library under the same address
        kept, found = Mirror(0, {}, {}), api.changes(library)
    now = _with(kept, found)
    _keep(file, now)
    return now


def _with(kept: Mirror, found: Changes) -> Mirror:
    items = {k: i for k, i in kept.items.items() if k not in set(found.deleted_items)}
    items |= {text_at(item, "key"): item for item in found.items}
    return Mirror(found.version, items, {text_at(c, "key"): c for c in found.collections})


def _kept(file: Path) -> Mirror:
    """What was kept; nothing where the file is not there or damaged."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        version = int(found["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return Mirror(0, {}, {})
    items, collections = ({text_at(i, "key"): i for i in objects_at(found, n)} for n in _LISTS)
    return Mirror(version, items, collections)


_LISTS = ("items", "collections")


def _keep(file: Path, mirror: Mirror) -> None:
    """A mirror that cannot be written stops nothing: the next run reads all again."""
    text = json.dumps(
        {
            "version": mirror.version,
            "items": list(mirror.items.values()),
            "collections": list(mirror.collections.values()),
        }
    )
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = file.with_suffix(".part")
        part.write_text(text, encoding="utf-8")
        part.replace(file)
