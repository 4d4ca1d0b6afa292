"""The only file that knows httpx: reaching named addresses, and nothing else."""

from __future__ import annotations

import hashlib
import os
import socket
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

from reviewer.errors import ReviewError


def is_reachable(url: str, timeout_s: float) -> bool:
    """True when a TCP connection to the address's host opens within `timeout_s`, name look-up
    included (the system's own look-up has no limit, so it runs beside)."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    opened = Event()

    def connect() -> None:
        with suppress(OSError):
            socket.create_connection((parts.hostname or "", port), timeout=timeout_s).close()
            opened.set()
        finished.set()

    finished = Event()
    Thread(target=connect, daemon=True).start()
    finished.wait(timeout_s)
    return opened.is_set()


def download(url: str, path: Path, *, sha256: str, timeout_s: float = 60.0) -> None:
    """Fetch `url` to `path`, whole or not at all.

    Raises ReviewError when the host fails or the content's hash is not `sha256`, OSError when the
    disk does.
    """
    import httpx

    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    digest = hashlib.sha256()
    try:
        with httpx.stream("GET", url, timeout=timeout_s, follow_redirects=False) as reply:
            reply.raise_for_status()
            with part.open("wb") as out:
                for piece in reply.iter_bytes():
                    digest.update(piece)
                    out.write(piece)
        if digest.hexdigest() != sha256:
            raise ReviewError(f"{url} is not the published file", hint="Try again later.")
        part.replace(path)
    except httpx.HTTPError as error:
        raise ReviewError(
            f"{urlsplit(url).hostname} did not answer as expected", hint="Try again later."
        ) from error
    finally:
        part.unlink(missing_ok=True)


def steady_client() -> Any:  # noqa: ANN401  httpx is not imported for a type
    """A client for litellm that goes where it is sent and nowhere else: no redirect is followed."""
    import httpx

    return httpx.Client(follow_redirects=False)
