"""One collection of vectors on a Chroma server, asked over HTTP with a deadline.

Chroma's own client waits for ever for a server that accepts and stays silent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from reviewer.errors import ReviewError, UsageError, address_shown
from reviewer.hosts import Place, RefusedError, place_of
from reviewer.http import loopback_only, steady_client
from reviewer.library.index.chroma import HNSW, ef_search
from reviewer.llm.deadline import DeadlineError, ignore_text, within
from reviewer.text.redact import excerpt

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from reviewer.settings import Settings

T = TypeVar("T")
_CLOUD = ".trychroma.com"
_STAMP = "stamp"  # the key of the collection's metadata
_SILENCE_S = 60.0  # after which a request that nobody waits for any more ends


class ServerError(Exception):
    """The server was not reached, was silent or refused; the text says which, for the user."""


class SilentServerError(ServerError):
    """The server did not answer in time."""


@dataclass(frozen=True)
class ChromaAddress:
    """Where a Chroma server is. The key goes to this place alone."""

    place: Place
    key: str = field(default="", repr=False)
    is_offline: bool = False  # only a server on this machine may be asked

    def __str__(self) -> str:
        return f"{self.place.scheme}://{self.place.host}:{self.place.port}"


def address_of(settings: Settings) -> ChromaAddress | None:
    """The server that the settings name, if they name one.

    Raises UsageError for what is no address of a server, for a user or password in it, and for a
    key that would go to another machine without encryption.
    """
    if not settings.chroma:
        return None
    shown = address_shown(settings.chroma) or f"'{settings.chroma}'"
    hint = "Write it as --chroma http://HOST:8000. A key goes into REVIEW_CHROMA_KEY alone."
    try:
        place = place_of(settings.chroma)
        parts = urlsplit(settings.chroma)
    except RefusedError as error:
        raise UsageError(
            f"the Chroma server {shown} cannot be used: {error.message}", hint=hint
        ) from error
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise UsageError(
            f"the Chroma server {shown} has more in its address than host and port", hint=hint
        )
    key = settings.chroma_key.get_secret_value()
    if key and place.scheme == "http" and not place.is_loopback:
        raise UsageError(
            f"REVIEW_CHROMA_KEY would go to {place.host} without encryption",
            hint="Name the server with https://, or unset REVIEW_CHROMA_KEY.",
        )
    return ChromaAddress(place, key, settings.offline)


class ChromaServer:
    """One server. What `call` runs ends within its seconds, or is left alone in its thread."""

    def __init__(self, address: ChromaAddress) -> None:
        self.address = address
        self._connection: Connection | None = None
        self._never = Event()

    def call(self, seconds: float, ask: Callable[[Connection], T]) -> T:
        """What `ask` returns, given a connection. It runs in another thread.

        Raises ServerError when it raises or does not end in time.
        """
        import chromadb.api.fastapi  # noqa: F401  takes a second, which is not the server's

        def work(_: object) -> T:
            with loopback_only(self.address.is_offline):
                if self._connection is None:
                    self._connection = Connection(self.address)
                return ask(self._connection)

        try:
            return within(seconds, work, ignore_text, self._never)
        except ServerError:
            raise
        except DeadlineError as error:
            self.close()
            raise SilentServerError(f"did not answer within {seconds:g} s") from error
        except ReviewError as error:
            raise ServerError(f"cannot be used: {error.message}") from error
        except Exception as error:  # httpx's, Chroma's, and those of strange replies
            self.close()
            raise ServerError(f"cannot be used: {excerpt(str(error) or repr(error))}") from error

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class Connection:
    """Chroma's client on connections of ours: no proxy to this machine, no redirect."""

    def __init__(self, address: ChromaAddress) -> None:
        """Ask the server who asks. Raises httpx's and Chroma's errors, as all methods do."""
        from chromadb.api import ServerAPI
        from chromadb.config import DEFAULT_DATABASE, DEFAULT_TENANT, Settings, System

        place, key = address.place, address.key
        headers = {"x-chroma-token": key, "Authorization": f"Bearer {key}"} if key else {}
        settings = Settings(
            anonymized_telemetry=False,
            chroma_api_impl="chromadb.api.fastapi.FastAPI",
            chroma_server_host=place.host,
            chroma_server_http_port=place.port,
            chroma_server_ssl_enabled=place.scheme == "https",
            chroma_server_headers=headers,
        )
        self._server: Any = System(settings).instance(ServerAPI)
        own = steady_client()
        own.headers.update(self._server._session.headers)
        own.timeout = _SILENCE_S
        self._server._session.close()
        self._server._session = own
        self._place = {"tenant": DEFAULT_TENANT, "database": DEFAULT_DATABASE}
        if place.host.endswith(_CLOUD):  # the key says which database it is for
            user = self._server.get_user_identity()
            self._place = {"tenant": user.tenant, "database": user.databases[0]}

    def close(self) -> None:
        self._server._session.close()

    def open(self, name: str) -> RemoteVectors | None:
        """The collection of this name, if there is one."""
        from chromadb.errors import NotFoundError

        with suppress(NotFoundError):
            return self._of(self._server.get_collection(name, **self._place))
        return None

    def make(self, name: str, stamp: str) -> RemoteVectors:
        """An empty collection in the place of the one of this name, if there is one."""
        self.delete(name)
        return self._of(
            self._server.create_collection(
                name, metadata={_STAMP: stamp}, configuration=_SERVER_HNSW, **self._place
            )
        )

    def delete(self, name: str) -> None:
        """Delete the collection of this name, if there is one. None of its files is read."""
        from chromadb.errors import NotFoundError

        with suppress(NotFoundError):
            self._server.delete_collection(name, **self._place)

    def _of(self, model: Any) -> RemoteVectors:  # noqa: ANN401  Chroma's description of it
        from chromadb.api.models.Collection import Collection

        return RemoteVectors(Collection(self._server, model, embedding_function=None))


class RemoteVectors:
    """An open collection. Call its methods inside `ChromaServer.call`. Ids are chunk ids, distances
    are cosine; a text, the stamp, says who wrote last."""

    def __init__(self, collection: Any) -> None:  # noqa: ANN401  Chroma's collection
        self._collection = collection

    @property
    def stamp(self) -> str:
        return str((self._collection.metadata or {}).get(_STAMP, ""))

    def set_stamp(self, stamp: str) -> None:
        self._collection.modify(metadata={_STAMP: stamp})

    def count(self) -> int:
        return int(self._collection.count())

    def write(self, ids: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Insert or replace rows; `vectors` has shape (len(ids), dimensions)."""
        self._collection.upsert(ids=list(ids), embeddings=vectors)

    def forget(self, ids: Sequence[str]) -> None:
        self._collection.delete(ids=list(ids))

    def tune(self, rows: int) -> None:
        """Search as wide as an index of so many rows needs."""
        self._collection.modify(configuration={"hnsw": {"ef_search": ef_search(rows)}})

    def nearest(self, vector: NDArray[np.float32], most: int) -> list[tuple[str, float]]:
        """Ids of the nearest chunks with their cosine, nearest first."""
        found = self._collection.query(
            query_embeddings=[vector], n_results=most, include=["distances"]
        )
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return [(chunk_id, 1.0 - float(distance)) for chunk_id, distance in pairs]


# A server keeps its rows in a log of its own: how often it writes its files is its own affair.
_SERVER_HNSW = {
    "hnsw": {k: v for k, v in HNSW.items() if k not in ("sync_threshold", "batch_size")}
}
