"""Which addresses may be asked: those of named hosts only, and no private network."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from reviewer.errors import OnlineError

Resolve = Callable[[str, int], list[str]]
"""The IP addresses of a host, or OSError."""
_PORTS = {"http": 80, "https": 443}
_EMBEDDED_IPV4 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are IPv4


class RefusedError(OnlineError):
    """An address that must not be asked."""


class UnreachableError(OnlineError):
    """A host that cannot be found: no network, or no such name."""


@dataclass(frozen=True)
class Place:
    """Scheme, host and port of an address."""

    scheme: str
    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """True for this machine; 0.0.0.0 and :: lead to it too."""
        return self.host in ("localhost", "0.0.0.0", "::") or _is_loopback(self.host)


def place_of(url: str) -> Place:
    """Where an address leads. Raises RefusedError for one that is not http or https, or names a
    user: nothing here needs one, and `https://host@evil/` is read wrongly by people."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip(".").lower(), parts.port
    except ValueError as error:
        raise RefusedError("an address cannot be read") from error
    if parts.scheme not in _PORTS or not host:
        raise RefusedError("an address is neither http nor https")
    if "@" in parts.netloc:
        raise RefusedError(f"an address of {host} names a user")
    return Place(parts.scheme, host, port or _PORTS[parts.scheme])


def require_named(url: str, named: Iterable[Place], *, before: Place | None = None) -> Place:
    """The address's place, which must be one of `named`. `before` is where a redirect came from:
    from https to http it is refused. Raises RefusedError."""
    place = place_of(url)
    if place not in named:
        port = "" if place.port == _PORTS[place.scheme] else f":{place.port}"
        raise RefusedError(f"it leads to {place.scheme}://{place.host}{port}, which is not asked")
    if before is not None and before.scheme == "https" and place.scheme == "http":
        raise RefusedError(f"it leads from https back to http at {place.host}")
    return place


def resolved(place: Place, resolve: Resolve | None = None) -> str:
    """An IP address of the place's host. Connect to this very address, so that no second look-up
    can give another.

    Raises RefusedError when any of its addresses is private, and UnreachableError when it has none.
    A loopback address is right only for a place that is written as one.
    """
    try:
        found = (resolve or _look_up)(place.host, place.port)
    except (OSError, UnicodeError) as error:
        raise UnreachableError(
            f"{place.host} cannot be found", hint="Check the network, or use --offline."
        ) from error
    if not found:
        raise UnreachableError(f"{place.host} has no address")
    for address in found:
        if not (_is_loopback if place.is_loopback else is_public)(address):
            raise RefusedError(f"{place.host} leads into a private network")
    return found[0]


def is_public(address: str) -> bool:
    """True for an address that anyone on the internet reaches, also for IPv4 written as IPv6."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _EMBEDDED_IPV4:
            ip = ipaddress.ip_address(int(ip) & 0xFFFFFFFF)
        elif inner := ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None,))[0]:
            ip = inner
    is_local = isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or is_local)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _look_up(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
