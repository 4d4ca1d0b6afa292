"""Zotero's API, version 3: the service on the web, and the one of the program on this machine.

Paths, headers and limits: https://www.zotero.org/support/dev/web_api/v3/basics, `syncing` and
`write_requests`. The local API answers the same, reads only, and knows its user as 0.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote, urlencode, urlsplit

from reviewer.errors import OnlineError
from reviewer.hosts import Place, UnreachableError, place_of
from reviewer.http import Fetcher, Limits, PassingError, Reply
from reviewer.retry import Patience, retry, retry_after_s
from reviewer.settings import Settings
from reviewer.sources.parsing.json_path import objects_at, text_at
from reviewer.sources.zotero.snapshot import Item

WEB = "https://api.zotero.org"
LOCAL = "http://127.0.0.1:23119/api"
FILES_AT = "https://files.zotero.net"  # where the service says that a file is
PAGE = 100  # items, the most that the service gives at once
LOCAL_PAGE = 5000  # each page costs the program a whole search
MOST_WRITTEN = 50  # objects in a request that writes
_BUSY = (429, 500, 502, 503, 504)
_PATIENCE = Patience(4, 1.0, longest_pause_s=120.0)
_STARTS = 3
_LIMITS = Limits(whole_s=300.0, silence_s=60.0, most_bytes=300_000_000)
_MOST_BACKOFF_S = 120.0


class RefusedKeyError(OnlineError):
    """Zotero does not let us read or write there."""


class ChangedError(OnlineError):
    """The library changed since it was read (412)."""


class NotInZoteroError(OnlineError):
    """Zotero does not know what was asked for (404)."""


@dataclass
class Changes:
    """What changed since a version: items and collections as they are now (also those in the
    trash), and the keys of what was deleted for good."""

    version: int
    items: list[Item] = field(default_factory=list)
    collections: list[Item] = field(default_factory=list)
    deleted_items: list[str] = field(default_factory=list)


class ZoteroApi:
    """One way to Zotero. Use it as a context manager, or call `close`."""

    def __init__(
        self, settings: Settings, *, is_local: bool, wait: Callable[[float], None] = time.sleep
    ) -> None:
        local, web = settings.zotero_local_base or LOCAL, settings.zotero_base or WEB
        self.is_local = is_local
        self.base = (local if is_local else web).rstrip("/")
        self._key = "" if is_local else settings.zotero_key.get_secret_value()
        places: list[Place] = [place_of(self.base), *([] if is_local else [place_of(FILES_AT)])]
        self._fetcher = Fetcher(places, limits=_LIMITS)
        self._wait = wait
        self._rest_until = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._fetcher.close()

    def user(self) -> str:
        """The path of the user's own library. Raises RefusedKeyError for an unknown key."""
        if self.is_local:
            return "/users/0"
        found = self.json("/keys/current", {})
        if not (number := text_at(found, "userID")):
            raise OnlineError("Zotero's answer to /keys/current cannot be read")
        return f"/users/{number}"

    def groups(self) -> list[tuple[str, str]]:
        """The id and the name of each group of the user."""
        found, _ = self._all(f"{self.user()}/groups", {})
        return [(text_at(one, "id"), text_at(one, "data", "name")) for one in found]

    def changes(self, library: str, since: int = 0) -> Changes:
        """All that changed in a library (a path, as `/users/1`) after version `since`; 0 for all.
        Where someone changes the library while its pages are read, they are read again."""
        for _ in range(_STARTS):
            more = {"since": str(since)} if since else {}
            items, version = self._all(f"{library}/items", {**more, "includeTrashed": "1"})
            folders, last = self._all(f"{library}/collections", {})
            deleted: list[str] = []
            if since:
                gone = self.json(f"{library}/deleted", more)
                deleted = [key for key in gone.get("items", []) if isinstance(key, str)]
            if version == last:
                return Changes(version, _data(items), _data(folders), deleted)
        raise OnlineError(
            "the Zotero library changes faster than it can be read",
            hint="Wait until Zotero has synced, and try again.",
        )

    def file_url(self, library: str, key: str) -> Path | None:
        """Where the program on this machine keeps the file of an attachment."""
        reply = self._get(f"{library}/items/{key}/file/view/url", {})
        parts = urlsplit(reply.body.decode("utf-8", "replace").strip())
        return Path(unquote(parts.path)) if parts.scheme == "file" else None

    def file(self, library: str, key: str) -> bytes:
        """The bytes of an attachment's file, from the service."""
        return self._get(f"{library}/items/{key}/file", {}).body

    def items(self, library: str, keys: Sequence[str]) -> tuple[list[Item], int]:
        """These items as they are now, without those that are not there, and the library's version
        before the first of them was read."""
        found: list[Item] = []
        version = 0
        for start in range(0, len(keys), MOST_WRITTEN):
            some = ",".join(keys[start : start + MOST_WRITTEN])
            page, last = self._all(f"{library}/items", {"itemKey": some})
            found, version = [*found, *_data(page)], version or last
        return found, version

    def children(self, library: str, key: str) -> list[Item]:
        """The notes and attachments of an item."""
        return _data(self._all(f"{library}/items/{key}/children", {})[0])

    def collections(self, library: str) -> list[Item]:
        return _data(self._all(f"{library}/collections", {})[0])

    def write(
        self, path: str, objects: Sequence[Mapping[str, Any]], version: int
    ) -> tuple[list[str], list[str], int]:
        """Send new or changed objects, 50 at most, as they were read at this version of the
        library: the keys of those that Zotero took, why it did not take others, and the library's
        new version. A field that an object does not name stays as it is.

        Raises ChangedError, and nothing is written, when the library changed since.
        """
        reply = self._patiently(
            lambda: self._fetcher.post(
                f"{self.base}{path}",
                {
                    **self._headers(),
                    **self._secret(),
                    "Content-Type": "application/json",
                    "If-Unmodified-Since-Version": str(version),
                },
                json.dumps(list(objects)).encode(),
            )
        )
        if reply.status in (412, 428):
            raise ChangedError(
                "the Zotero library changed while review was writing; nothing was overwritten",
                hint="Run the same command again.",
            )
        found = _parsed(_good(reply, self._label))
        taken = [
            text_at(one, "key")
            for part in ("successful", "unchanged")
            for one in _values(found.get(part))
        ]
        taken += [key for key in _values(found.get("unchanged")) if isinstance(key, str)]
        failed = [text_at(one, "message") or "no reason" for one in _values(found.get("failed"))]
        return [key for key in taken if key], failed, _version(reply) or version

    def json(self, path: str, parameters: Mapping[str, str]) -> Any:  # noqa: ANN401  what JSON holds
        """One answer. Raises OnlineError of the kinds above."""
        return _parsed(self._get(path, parameters))

    def _all(self, path: str, parameters: Mapping[str, str]) -> tuple[list[Any], int]:
        """All pages of a list, and the version of the library at the first and at the last of them.
        Pages that are of two versions are read again."""
        for _ in range(_STARTS):
            found: list[Any] = []
            versions: set[int] = set()
            for reply in self._pages(path, parameters):
                page = _parsed(reply)
                if not isinstance(page, list):
                    raise OnlineError(f"{self._label}'s answer is not a list")
                found += page
                versions.add(_version(reply))
            if len(versions) == 1:
                return found, versions.pop()
        raise OnlineError(
            "the Zotero library changes faster than it can be read",
            hint="Wait until Zotero has synced, and try again.",
        )

    def _pages(self, path: str, parameters: Mapping[str, str]) -> Iterator[Reply]:
        start, size = 0, LOCAL_PAGE if self.is_local else PAGE
        while True:
            page = {**parameters, "format": "json", "limit": str(size), "start": str(start)}
            reply = self._get(path, page)
            yield reply
            start += size
            total = reply.headers.get("total-results", "")
            if not total.isdecimal() or start >= int(total):
                return

    def _get(self, path: str, parameters: Mapping[str, str]) -> Reply:
        query = f"?{urlencode(parameters)}" if parameters else ""
        reply = self._patiently(
            lambda: self._fetcher.get(f"{self.base}{path}{query}", self._headers(), self._secret())
        )
        return _good(reply, self._label)

    def _patiently(self, ask: Callable[[], Reply]) -> Reply:
        """The answer, asked for again where Zotero says that it is busy. It may ask for a rest
        (`Backoff`) with a good answer too: then the next request waits."""

        def attempt() -> Reply:
            left_s = self._rest_until - time.monotonic()
            if left_s > 0:
                self._wait(left_s)
                self._rest_until = 0.0
            reply = ask()
            if pause_s := retry_after_s(reply.headers.get("backoff", "")):
                self._rest_until = time.monotonic() + min(pause_s, _MOST_BACKOFF_S)
            if reply.status in _BUSY:
                raise PassingError(
                    f"{self._label} is busy ({reply.status})",
                    hint="Try again later.",
                    pause_s=retry_after_s(reply.headers.get("retry-after", "")),
                )
            return reply

        return retry(
            attempt,
            _PATIENCE,
            may_pass=lambda error: isinstance(error, PassingError) and not self.is_local,
            named_pause_s=lambda error: getattr(error, "pause_s", None),
            sleep=self._wait,
        )

    @property
    def _label(self) -> str:
        return "Zotero on this machine" if self.is_local else "Zotero's web service"

    def _headers(self) -> dict[str, str]:
        agent = f"review/{metadata.version('reviewer')}"
        return {"Zotero-API-Version": "3", "User-Agent": agent}

    def _secret(self) -> dict[str, str]:
        return {"Zotero-API-Key": self._key} if self._key else {}


def is_away(error: OnlineError) -> bool:
    """True where nothing answers, so that another way may be tried."""
    return isinstance(error, PassingError | UnreachableError)


def _good(reply: Reply, label: str) -> Reply:
    if reply.status in (401, 403):
        if "Local API is not enabled" in reply.body.decode("utf-8", "replace"):
            raise RefusedKeyError(
                "Zotero is running, but does not let other programs read",
                hint="In Zotero: Settings, Advanced, 'Allow other applications on this computer "
                "to communicate with Zotero'.",
            )
        raise RefusedKeyError(
            f"{label} refused the request ({reply.status})",
            hint="Check REVIEW_ZOTERO_KEY and what it may do: https://www.zotero.org/settings/keys",
        )
    if reply.status == 404:
        raise NotInZoteroError(f"{label} does not know that")
    if reply.status != 200:
        raise OnlineError(f"{label} did not take the request ({reply.status})")
    return reply


def _parsed(reply: Reply) -> Any:  # noqa: ANN401  what JSON holds
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError) as error:
        raise OnlineError("Zotero's answer cannot be read") from error


def _version(reply: Reply) -> int:
    found = reply.headers.get("last-modified-version", "")
    return int(found) if found.isdecimal() else 0


def _data(found: Sequence[Any]) -> list[Item]:
    return [one["data"] for one in objects_at({"found": list(found)}, "found") if "data" in one]


def _values(found: Any) -> list[Any]:  # noqa: ANN401  what JSON holds
    return list(found.values()) if isinstance(found, dict) else []
