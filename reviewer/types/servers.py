"""What can be asked from here: servers of models that answer, and providers whose key is set."""

from __future__ import annotations

from typing import Literal

from reviewer.types.frozen import Frozen


class ServedModel(Frozen):
    """A model of a server. `model` is what --model takes; `context_tokens` is None where the server
    does not say."""

    model: str
    context_tokens: int | None = None


class Server(Frozen):
    """A server that answers. `takes_schema` is None where only a call can tell. `api_base` is what
    --api-base takes; empty if it needs not be given."""

    program: str
    base: str
    api_base: str
    takes_schema: Literal[True] | None
    models: tuple[ServedModel, ...]


class KeySet(Frozen):
    """A variable that holds a provider's key, never the key. `slip` says why it cannot be one."""

    variable: str
    model: str
    slip: str = ""


class Reachable(Frozen):
    """What was found, and the addresses at which nothing answers."""

    servers: tuple[Server, ...]
    keys: tuple[KeySet, ...]
    silent: tuple[str, ...]
