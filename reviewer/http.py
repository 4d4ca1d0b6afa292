"""Asks named addresses over HTTP, and no others. The only file that knows httpx."""

from __future__ import annotations

import time
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from reviewer.errors import OnlineError
from reviewer.hosts import Place, RefusedError, Resolve, require_named, resolved

if TYPE_CHECKING:
    import httpx

MOST_BYTES = 20_000_000  # of a body, unpacked: the largest pages of the services have about 8 MB
_MOST_MOVES = 5
_MOVED = (301, 302, 303, 307, 308)
_NOTHING: Mapping[str, str] = MappingProxyType({})


class PassingError(OnlineError):
    """A fault that may pass: no connection, too slow, an answer that is cut off. `pause_s` are the
    seconds that the answer asks to wait, if it does."""

    def __init__(self, message: str, *, hint: str = "", pause_s: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.pause_s = pause_s


class NoConnectionError(PassingError):
    """A host that is not connected to: no network, or nothing answers there."""


@dataclass(frozen=True)
class Reply:
    """A whole answer. Names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Limits:
    """`whole_s` seconds for one answer, `silence_s` until the next bytes, `most_bytes` unpacked."""

    whole_s: float = 60.0  # even if bytes still come in
    silence_s: float = 15.0
    most_bytes: int = MOST_BYTES


@dataclass
class Fetcher:
    """Asks named hosts, and no others, also when an answer says that something has moved there.

    Connects to the very address that was looked up and found public. Through a proxy that the
    environment names, the proxy looks names up.
    """

    named: Collection[Place]
    resolve: Resolve | None = None
    limits: Limits = Limits()
    _clients: dict[Place, httpx.Client] = field(default_factory=dict)

    def get(
        self, url: str, headers: Mapping[str, str], secret_headers: Mapping[str, str] = _NOTHING
    ) -> Reply:
        """The answer to one request. `secret_headers` go to the first host alone.

        Raises RefusedError, PassingError or OnlineError; no message holds more of an address than
        its host, because the rest may hold a key.
        """
        place = start = require_named(url, self.named)
        for _ in range(_MOST_MOVES):
            own = {**headers, **(secret_headers if place == start else _NOTHING)}
            reply = self._ask(url, place, own)
            target = reply.headers.get("location", "")
            if reply.status not in _MOVED or not target:
                return reply
            try:
                url = urljoin(url, target)
                place = require_named(url, self.named, before=place)
            except (RefusedError, ValueError) as error:
                why = error.message if isinstance(error, RefusedError) else "no address"
                raise RefusedError(
                    f"{start.host} says that it has moved, but {why}",
                    hint="Check the source's base address in your settings.",
                ) from error
        raise OnlineError(f"{start.host} redirects more than {_MOST_MOVES} times")

    def close(self) -> None:
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    def _ask(self, url: str, place: Place, headers: Mapping[str, str]) -> Reply:
        import httpx

        proxy = _proxy_of(place)
        parts = httpx.URL(url)
        request_url = parts if proxy else parts.copy_with(host=resolved(place, self.resolve))
        if place not in self._clients:  # one each: hosts may share an address, but no certificate
            is_tls = place.scheme == "https"  # without it no certificates need to be read
            transport = httpx.HTTPTransport(verify=is_tls, proxy=proxy)
            self._clients[place] = httpx.Client(transport=transport, follow_redirects=False)
        host = {} if proxy else {"Host": parts.netloc.decode("ascii")}
        try:
            with self._clients[place].stream(
                "GET",
                request_url,
                headers={**headers, **host, "Accept-Encoding": "gzip"},
                extensions={} if proxy else {"sni_hostname": place.host},
                timeout=self.limits.silence_s,
            ) as reply:
                body = b"" if reply.status_code in _MOVED else self._body(reply, place)
                return Reply(reply.status_code, dict(reply.headers.items()), body)
        except httpx.TimeoutException as error:
            raise PassingError(f"{place.host} does not answer in time") from error
        except httpx.RemoteProtocolError as error:
            raise PassingError(f"{place.host} cut its answer off") from error
        except httpx.HTTPError as error:
            if "CERTIFICATE_VERIFY" in str(error):
                raise OnlineError(
                    f"{place.host} shows a certificate that this machine does not trust",
                    hint="Behind a firewall that opens TLS, set SSL_CERT_FILE to its certificate.",
                ) from error
            raise NoConnectionError(
                f"{place.host} cannot be reached", hint="Check the network, or use --offline."
            ) from error

    def _body(self, reply: httpx.Response, place: Place) -> bytes:
        """The body, unpacked as it comes, so that nothing can grow beyond the limit."""
        ends = time.monotonic() + self.limits.whole_s
        packed = reply.headers.get("content-encoding", "identity").lower()
        if packed not in ("identity", "gzip"):
            raise OnlineError(f"{place.host} packed its answer in an unknown way")
        unpacker = zlib.decompressobj(31) if packed == "gzip" else None
        body = bytearray()
        for piece in reply.iter_raw():
            room = self.limits.most_bytes - len(body) + 1
            try:
                body += unpacker.decompress(piece, room) if unpacker else piece
            except zlib.error as error:
                raise PassingError(f"{place.host} sent a damaged answer") from error
            if len(body) > self.limits.most_bytes:
                size = self.limits.most_bytes // 1_000_000
                raise OnlineError(f"{place.host} sent more than {size} MB at once")
            if time.monotonic() > ends:
                raise PassingError(f"{place.host} does not answer in time")
        if unpacker and not unpacker.eof:
            raise PassingError(f"{place.host} cut its answer off")
        return bytes(body)


def _proxy_of(place: Place) -> str | None:
    """The proxy that the environment names for this place; None for this machine itself."""
    from urllib.request import getproxies, proxy_bypass

    if place.is_loopback or proxy_bypass(place.host):
        return None
    return getproxies().get(place.scheme)


def steady_client() -> httpx.Client:
    """A client for litellm that follows no redirect: it asks the given address and no other."""
    import httpx

    return httpx.Client(follow_redirects=False)
