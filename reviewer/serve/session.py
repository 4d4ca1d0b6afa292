"""Sessions: who gave the token once is known by a cookie from then on, until the server ends."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import deque
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

MOST_SESSIONS = 1000
_MOST_WRONG = 20  # tokens in _WITHIN_S
_WITHIN_S = 60.0


class Sessions:
    """Open sessions, by the hashes of their ids: an id is the cookie's value, never the token."""

    def __init__(self, cookie: str) -> None:
        self.cookie = cookie
        self._open: dict[str, None] = {}
        self._wrong: deque[float] = deque(maxlen=_MOST_WRONG)

    def open(self) -> str:
        """The id of a new session. The oldest one ends where there are too many."""
        session = secrets.token_urlsafe(32)
        self._open[_hash(session)] = None
        while len(self._open) > MOST_SESSIONS:
            del self._open[next(iter(self._open))]
        return session

    def close(self, headers: Mapping[bytes, bytes]) -> None:
        """End the session of a request."""
        self._open.pop(_hash(self._id_in(headers)), None)

    def knows(self, headers: Mapping[bytes, bytes]) -> bool:
        """True for a request with the cookie of an open session."""
        return _hash(self._id_in(headers)) in self._open

    def _id_in(self, headers: Mapping[bytes, bytes]) -> str:
        try:
            found = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1")).get(self.cookie)
        except CookieError:
            return ""
        return found.value if found else ""

    def note_wrong(self) -> None:
        """A wrong token was given."""
        self._wrong.append(time.monotonic())

    @property
    def is_besieged(self) -> bool:
        """True where so many wrong tokens were given lately that none is looked at for a while."""
        is_full = len(self._wrong) == _MOST_WRONG
        return is_full and time.monotonic() - self._wrong[0] < _WITHIN_S


def _hash(session: str) -> str:
    return hashlib.sha256(session.encode()).hexdigest()
