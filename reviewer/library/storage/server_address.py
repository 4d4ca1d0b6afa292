"""The address of a library on a server: what is given to psycopg, and what people are shown."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

_SHOWN = ("service", "host", "port")  # of what follows the question mark


@dataclass(frozen=True)
class ServerAddress:
    """`conninfo` is libpq's own form. `shown` leaves out who connects, and how."""

    conninfo: str

    @property
    def shown(self) -> str:
        parts = urlsplit(self.conninfo)
        host = parts.netloc.rpartition("@")[2]
        own = [(name, value) for name, value in parse_qsl(parts.query) if name in _SHOWN]
        more = f"?{urlencode(own, safe='/')}" if own else ""
        return f"postgresql://{unquote(host)}{unquote(parts.path)}{more}"
