"""Reads a Zotero library by the first open way: the running program, its database, the web."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path

from reviewer.errors import OnlineError, SourceError
from reviewer.hosts import place_of
from reviewer.settings import Settings
from reviewer.sources.parsing.json_path import text_at
from reviewer.sources.zotero.api import RefusedKeyError, ZoteroApi, is_away
from reviewer.sources.zotero.database import NAME, read_citekeys, read_database
from reviewer.sources.zotero.folder import data_folder, find_on_disk
from reviewer.sources.zotero.mirror import in_step, mirror_folder
from reviewer.sources.zotero.names import nearest
from reviewer.sources.zotero.snapshot import Item, Snapshot, in_use


def read_zotero(settings: Settings, group: str = "") -> Snapshot:
    """The user's own library, or that of a group, as it is now. The program on this machine is
    asked first, then its database, and the web service where a key is set and `--offline` is not.

    Raises NotFoundError for an unknown group, and SourceError or OnlineError that says why no way
    was open.
    """
    notes: list[str] = []
    folder = data_folder(settings)
    base = settings.zotero_local_base
    may_ask = not (settings.offline and base and not place_of(base).is_loopback)
    try:
        if may_ask:
            return _read_local(settings, folder, group)
    except RefusedKeyError as error:
        notes.append(f"{error.message}. {error.hint}")
    except OnlineError as error:
        if not is_away(error):
            raise
    if (folder / NAME).is_file():
        found = read_database(folder, group)
    elif settings.zotero_key.get_secret_value() and not settings.offline:
        found = _read_web(settings, folder, group)
    else:
        raise _no_way(settings, folder, notes)
    return Snapshot(**{**vars(found), "notes": (*notes, *found.notes)})


def _no_way(settings: Settings, folder: Path, notes: list[str]) -> SourceError:
    said = notes[0].partition(". ")[0] if notes else "Zotero is not running here"
    web = "no key for its web service is set"
    if settings.zotero_key.get_secret_value():
        web = "--offline forbids its web service"
    return SourceError(
        f"{said}, there is no {folder / NAME}, and {web}",
        hint="Start Zotero 7 or later, or set REVIEW_ZOTERO_FOLDER to its data folder, or "
        "REVIEW_ZOTERO_KEY to a key from https://www.zotero.org/settings/keys.",
    )


def _read_local(settings: Settings, folder: Path, group: str) -> Snapshot:
    with ZoteroApi(settings, is_local=True) as api:
        library, name = library_of(api, group)
        found = api.changes(library)
        items = in_use(found.items)
        # Asked while the way is open: a file may be elsewhere than the folder says.
        places: dict[str, Path | str] = {}
        for key, item in items.items():
            if text_at(item, "linkMode") in ("imported_file", "imported_url", "linked_file"):
                place = find_on_disk(item, folder)
                if isinstance(place, str):
                    with suppress(OnlineError):
                        told = api.file_url(library, key)
                        place = told if told and told.is_file() else place
                places[key] = place

        def find(item: Item) -> Path | str:
            return places.get(text_at(item, "key"), "it is a link to the web")

        collections = {text_at(c, "key"): c for c in found.collections if not c.get("deleted")}
        way = f"Zotero at {place_of(api.base).host}"
        return Snapshot(name, way, items, collections, read_citekeys(folder, name), find)


def _read_web(settings: Settings, folder: Path, group: str) -> Snapshot:
    with ZoteroApi(settings, is_local=False) as api:
        library, name = library_of(api, group)
        mirror = in_step(api, library)
    collections = {k: c for k, c in mirror.collections.items() if not c.get("deleted")}
    find = partial(_fetched, settings=settings, library=library, folder=folder)
    way = "Zotero's web service"
    return Snapshot(name, way, in_use(list(mirror.items.values())), collections, {}, find)


def library_of(api: ZoteroApi, group: str) -> tuple[str, str]:
    """The path of a library in the API, and its name for us. Raises NotFoundError for a group that
    is not there."""
    if not group:
        return api.user(), "library"
    groups = api.groups()
    for number, name in groups:
        if group.casefold() in (number, name.casefold()):
            return f"/groups/{number}", f"group/{number}"
    raise nearest(group, (name for _, name in groups), "group")


def _fetched(item: Item, settings: Settings, library: str, folder: Path) -> Path | str:
    """The file of an attachment on this machine, fetched from the service where it was not yet, or
    has changed there."""
    here = find_on_disk(item, folder)
    stored = text_at(item, "linkMode") in ("imported_file", "imported_url")
    if isinstance(here, Path) or not stored:
        return here
    key = text_at(item, "key")
    with ZoteroApi(settings, is_local=False) as api:
        name = f"{key}-{text_at(item, 'md5')[:8] or 'file'}.pdf"
        kept = mirror_folder(api, library) / name
        if kept.is_file():
            return kept
        try:
            data = api.file(library, key)
        except OnlineError as error:
            return f"its file cannot be fetched: {error.message}"
    try:
        kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = kept.with_suffix(".part")
        part.write_bytes(data)
        part.replace(kept)
    except OSError as error:
        return f"its file cannot be kept: {(error.strerror or str(error)).lower()}"
    return kept
