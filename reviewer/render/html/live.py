"""Pages of `review serve`: templates of `templates/live`, and the files that they load."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from reviewer.render.html.page import render_part

_HERE = Path(__file__).parent
_FOLDERS = (_HERE / "static", _HERE / "templates")  # the second has those of single pages
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class StaticFile:
    """A file that pages load. Its address names its hash, so it may be kept for ever."""

    name: str
    kind: str
    content: bytes
    hash: str

    @property
    def address(self) -> str:
        return f"/static/{self.hash}/{self.name}"


@cache
def static_files() -> Mapping[str, StaticFile]:
    """All files that pages load, by their names."""
    found: dict[str, StaticFile] = {}
    for path in (path for folder in _FOLDERS for path in sorted(folder.iterdir())):
        if path.suffix in _KINDS:
            content = path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()[:16]
            kept = StaticFile(path.name, _KINDS[path.suffix], content, digest)
            found.setdefault(path.name, kept)
    return found


def live_page(name: str, values: Mapping[str, Any]) -> str:
    """The page or part `name.html.jinja` of the templates, such as `live/ask`. In it `static(FILE)`
    is the address of a file to load. Jinja escapes every text, and hidden characters are left
    out."""
    return render_part(name, {"static": _address, **values})


def _address(name: str) -> str:
    return static_files()[name].address
