"""Keeps the answers of online sources on disk for a time, so that nobody is asked twice."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

DAY_S = 24 * 3600.0
LONGEST_S = 30 * DAY_S  # after this an answer's file is deleted


class AnswerCache:
    """A folder of answers. What cannot be read or written there is asked for again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._is_swept = False

    def find(self, request: Mapping[str, str], max_age_s: float) -> bytes | None:
        """The answer to this request, when it is kept and young enough."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            head, _, body = self._file(request).read_bytes().partition(b"\n")
            kept = json.loads(head)
            is_young = 0 <= time.time() - float(kept["kept"]) <= max_age_s
            if kept["request"] == dict(request) and kept["bytes"] == len(body) and is_young:
                return body
        return None

    def keep(self, request: Mapping[str, str], body: bytes) -> None:
        """Keep an answer, whole or not at all. A full disk is not an error."""
        head = {"request": dict(request), "kept": time.time(), "bytes": len(body)}
        file = self._file(request)
        part = file.with_name(f"{file.name}.{token_hex(4)}.part")
        with suppress(OSError):
            self._sweep()
            file.parent.mkdir(parents=True, exist_ok=True)
            try:
                part.write_bytes(json.dumps(head).encode() + b"\n" + body)
                part.replace(file)
            finally:
                part.unlink(missing_ok=True)

    def _file(self, request: Mapping[str, str]) -> Path:
        name = hashlib.sha256(json.dumps(dict(request), sort_keys=True).encode()).hexdigest()
        return self._folder / name[:2] / name

    def _sweep(self) -> None:
        """Once a run: delete what is too old to be used."""
        if self._is_swept:
            return
        self._is_swept = True
        for file in list(self._folder.glob("??/*")):
            with suppress(OSError):
                if time.time() - file.stat().st_mtime > LONGEST_S:
                    file.unlink()
