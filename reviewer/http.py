"""Asks named addresses over HTTP, and no others. The only file that knows httpx."""

from __future__ import annotations

import os
import socket
import time
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from reviewer.errors import OnlineError
from reviewer.hosts import Place, RefusedError, Resolve, require_named, resolved

if TYPE_CHECKING:
    import httpx

MOST_BYTES = 20_000_000  # of a body, unpacked: the largest pages of the services have about 8 MB
_MOST_MOVES = 5
_MOVED = (301, 302, 303, 307, 308)
Mend = Callable[[bytes], tuple[int, bytes]]
_NOTHING: Mapping[str, str] = MappingProxyType({})
_TRUST = (
    "Set SSL_CERT_FILE to a file with its certificate, or with that of the firewall that opens TLS."
)
_only_loopback: ContextVar[bool] = ContextVar("only_loopback", default=False)


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

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """The answer to a request that writes. It is sent to its own host alone and never again:
        what a redirect says is given back. Raises as `get` does."""
        return self._ask(url, require_named(url, self.named), headers, body)

    def close(self) -> None:
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    def _ask(
        self, url: str, place: Place, headers: Mapping[str, str], content: bytes | None = None
    ) -> Reply:
        import httpx

        proxy = _proxy_of(place)
        parts = httpx.URL(url)
        request_url = parts if proxy else parts.copy_with(host=resolved(place, self.resolve))
        if place not in self._clients:  # one each: hosts may share an address, but no certificate
            transport = _way_to(place, proxy)
            self._clients[place] = httpx.Client(transport=transport, follow_redirects=False)
        host = {} if proxy else {"Host": parts.netloc.decode("ascii")}
        try:
            with self._clients[place].stream(
                "GET" if content is None else "POST",
                request_url,
                content=content,
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
                raise _untrusted(place) from error
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
    proxies = getproxies()
    return proxies.get(place.scheme) or proxies.get("all") or None


def _way_to(place: Place, proxy: str | None) -> httpx.HTTPTransport:
    """Connections to a place, through a proxy if there is one. Raises OnlineError when what the
    environment says of certificates or of the proxy cannot be used."""
    import httpx

    is_tls = place.scheme == "https"  # without it no certificates need to be read
    if is_tls:
        require_certificates()
    try:
        return httpx.HTTPTransport(verify=is_tls, proxy=proxy)
    except ImportError as error:
        raise OnlineError(
            f"the proxy {_shown(proxy)} speaks SOCKS, and the package for that is not installed",
            hint="Install it with: pip install 'httpx[socks]'. Or unset ALL_PROXY and HTTPS_PROXY.",
        ) from error
    except (ValueError, httpx.InvalidURL) as error:
        raise OnlineError(
            f"the proxy {_shown(proxy)} cannot be used",
            hint="Write HTTPS_PROXY as http://host:port, or unset it.",
        ) from error


def _shown(proxy: str | None) -> str:
    """A proxy's address without the name and password that it may hold."""
    scheme, _, rest = (proxy or "").rpartition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if scheme else rest.rpartition("@")[2]


def require_certificates() -> None:
    """Raises OnlineError for a file or folder of certificates that is named but cannot be read."""
    import ssl

    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        place = os.environ.get(name)
        if not place:
            continue
        hint = f"Correct {name}, or unset it."
        if not Path(place).exists():
            raise OnlineError(f"{name} names {place}, which is not there", hint=hint)
        try:
            if name == "SSL_CERT_FILE":
                ssl.create_default_context(cafile=place)
        except (OSError, ssl.SSLError) as error:
            message = f"{name} names {place}, which holds no certificates"
            raise OnlineError(message, hint=hint) from error


def _untrusted(place: Place) -> OnlineError:
    return OnlineError(
        f"{place.host} shows a certificate that this machine does not trust", hint=_TRUST
    )


@contextmanager
def loopback_only(is_wanted: bool) -> Iterator[None]:
    """While this is open, no SteadyTransport asks another machine in this thread, if that
    `is_wanted`."""
    before = _only_loopback.set(is_wanted)
    try:
        yield
    finally:
        _only_loopback.reset(before)


class SteadyTransport:
    """How a model's requests leave: an httpx transport that asks this machine without any proxy,
    whatever the environment says, and other machines as the environment says.

    `mend` gets the body of each JSON reply with status 200 and gives the status and the body that
    it should have had. Raises RefusedError inside `loopback_only` for another machine, and
    OnlineError for what is wrong with certificates or the proxy.
    """

    def __init__(self, mend: Mend | None = None) -> None:
        self._mend = mend
        self._ways: dict[tuple[str, str | None], httpx.HTTPTransport] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The reply to one request, as httpx asks for it."""
        import httpx

        url = request.url
        place = Place(url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80))
        if _only_loopback.get():
            _require_loopback(place)
        proxy = _proxy_of(place)
        way = self._ways.get((place.scheme, proxy))
        if way is None:
            way = self._ways[place.scheme, proxy] = _way_to(place, proxy)
        try:
            reply = way.handle_request(request)
        except httpx.ConnectError as error:
            if "CERTIFICATE_VERIFY" in str(error):
                raise _untrusted(place) from error
            raise
        is_json = "application/json" in reply.headers.get("content-type", "")
        if self._mend is None or reply.status_code != 200 or not is_json:
            return reply
        body = reply.read()
        status, mended = self._mend(body)
        if (status, mended) == (200, body):
            return reply
        reply.close()
        return httpx.Response(status, headers={"Content-Type": "application/json"}, content=mended)

    def close(self) -> None:
        for way in self._ways.values():
            way.close()

    def __enter__(self) -> SteadyTransport:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _require_loopback(place: Place) -> None:
    """Raises RefusedError for another machine, and for a `localhost` that leads to one."""
    if not place.is_loopback:
        raise RefusedError(
            f"{place.host} is another machine and --offline is set",
            hint="Leave one of the two out.",
        )
    if place.host == "localhost":
        resolved(place)


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

    connecting = Thread(target=connect, daemon=True)
    connecting.start()
    connecting.join(timeout_s)
    return opened.is_set()


def steady_client(mend: Mend | None = None) -> httpx.Client:
    """A client that follows no redirect, with a SteadyTransport: it asks the given address and no
    other."""
    import httpx

    transport: Any = SteadyTransport(mend)
    return httpx.Client(
        transport=transport,
        trust_env=False,
        follow_redirects=False,
        timeout=httpx.Timeout(None, connect=15.0),  # callers have an end of their own
    )
