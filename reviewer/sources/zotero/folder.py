"""Zotero's folders on this machine: where its data and its linked files are."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from reviewer.settings import Settings
from reviewer.sources.parsing.json_path import text_at
from reviewer.sources.zotero.snapshot import Item

_PREFERENCE = re.compile(r'^user_pref\("extensions\.zotero\.(\w+)", (.+)\);$', re.MULTILINE)
_LINKED = ("linked_file",)
_STORED = ("imported_file", "imported_url")


def data_folder(settings: Settings) -> Path:
    """The folder with `zotero.sqlite` and `storage`: the one that is set, the one that Zotero's own
    preferences name, else `~/Zotero`."""
    named = settings.zotero_folder or _preferences().get("dataDir", "")
    return Path(named).expanduser() if named else Path.home() / "Zotero"


def find_on_disk(item: Item, folder: Path) -> Path | str:
    """The file of an attachment, or why it is not there. A linked file's place may begin with
    `attachments:`, for the folder that Zotero's preferences call the base directory."""
    mode, path = text_at(item, "linkMode"), text_at(item, "path")
    if mode in _STORED:
        name = text_at(item, "filename")
        place = folder / "storage" / text_at(item, "key") / name
        if not name or Path(name).name != name:
            return "Zotero names no file for it"
    elif mode in _LINKED:
        base = _preferences().get("baseAttachmentPath", "")
        if path.startswith("attachments:"):
            if not base:
                return "it is linked from a base directory that Zotero's settings here do not name"
            place = Path(base) / path.removeprefix("attachments:")
        else:
            place = Path(path)
    else:
        return "it is a link to the web"
    try:
        return place if place.is_file() else "its file is not on this machine"
    except (OSError, ValueError):
        return "its place cannot be looked at"


def _preferences() -> dict[str, str]:
    """Zotero's preferences of the profile that was used last."""
    home = Path.home()
    places = (
        home / ".zotero" / "zotero",
        home / "Library" / "Application Support" / "Zotero" / "Profiles",
        Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming")
        / "Zotero" / "Zotero" / "Profiles",
    )  # fmt: skip
    files = [file for place in places for file in place.glob("*/prefs.js") if file.is_file()]
    if not files:
        return {}
    newest = max(files, key=lambda file: file.stat().st_mtime)
    try:
        text = newest.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    found = {}
    for name, value in _PREFERENCE.findall(text):
        try:
            found[name] = json.loads(value)
        except ValueError:
            continue
    return {name: value for name, value in found.items() if isinstance(value, str)}
