"""Who may ask the server, and under which address: what the guard compares requests with."""

from __future__ import annotations

import hmac
from dataclasses import dataclass


@dataclass(frozen=True)
class Access:
    """`origin` is the server's own address (`http://127.0.0.1:8765`); `hosts` are the values of
    `Host` that mean it. With `user_header`, a request from one of `proxies` names its user in that
    header, and needs no token. A server that `is_local` is reached by this machine's user alone."""

    origin: str
    hosts: frozenset[str]
    token: str
    user_header: str = ""
    proxies: frozenset[str] = frozenset()
    is_local: bool = True

    @property
    def scheme(self) -> str:
        return self.origin.partition("://")[0]

    @property
    def origins(self) -> frozenset[str]:
        """The values of `Origin` of the server's own pages."""
        return frozenset(f"{self.scheme}://{host}" for host in self.hosts)

    @property
    def is_secure(self) -> bool:
        return self.scheme == "https"

    @property
    def cookie(self) -> str:
        """The cookie's name. Cookies do not know ports, so the name does."""
        authority = self.origin.partition("://")[2]
        port = authority.rpartition(":")[2] if ":" in authority else self.scheme
        return f"review_{''.join(filter(str.isalnum, port))}"

    def is_token(self, given: str) -> bool:
        """True for the server's token. Takes as long for every wrong one."""
        return hmac.compare_digest(given.encode(), self.token.encode())


def is_open(path: str) -> bool:
    """True for what is shown without the token: the form for it, and the files that pages load."""
    return path in ("/session", "/favicon.ico") or path.startswith("/static/")
