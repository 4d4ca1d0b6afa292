"""Asks a model's own server how many tokens the model reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from reviewer.http import steady_client
from reviewer.llm.providers import is_ollama

_WAIT_S = 3.0
# Ollama keeps room for the whole context in memory: a model's 128k would not fit on a laptop.
MOST_OLLAMA = 16_384
_FIELDS = (
    "max_model_len",
    "loaded_context_length",
    "context_length",
    "context_window",
    "n_ctx",
    "max_context_length",
)


def context_of_server(model: str, base: str) -> int | None:
    """The context of this model by its server's list of models, by llama.cpp's properties, or by
    what Ollama shows of it; None where the server does not say. `base` is its address, as
    `providers.base_of` gives it; without one nobody is asked. A server that does not answer is not
    waited for."""
    if not base:
        return None
    name, base = model.partition("/")[2] or model, base.rstrip("/")
    try:
        return _of_ollama(name, base) if is_ollama(model) else _of_list(name, base)
    except Exception:  # noqa: BLE001  any answer of any server; a call says what is wrong with it
        return None


def _asked(method: str, url: str, **sent: Any) -> Any:  # noqa: ANN401  JSON
    with steady_client() as client:
        reply = client.request(method, url, timeout=_WAIT_S, **sent)
        return reply.json() if reply.status_code == 200 else {}


def _of_ollama(name: str, base: str) -> int | None:
    shown = _asked("POST", f"{base}/api/show", json={"model": name})
    sizes = [v for key, v in shown["model_info"].items() if key.endswith(".context_length")]
    return min(MOST_OLLAMA, int(sizes[0])) if sizes else None


def _of_list(name: str, base: str) -> int | None:
    rows = _asked("GET", f"{base}/models")["data"]
    own = next((row for row in rows if row.get("id") == name), rows[0] if len(rows) == 1 else {})
    with suppress(Exception):
        if "n_ctx_train" in (own.get("meta") or {}):  # llama.cpp; it may run with less
            running = _asked("GET", f"{base.removesuffix('/v1')}/props")
            return int(running["default_generation_settings"]["n_ctx"])
    found = next(_sizes(own), None)
    if found is None:  # LM Studio says it in a list of its own
        own_rows = _asked("GET", f"{base.removesuffix('/v1')}/api/v0/models").get("data") or []
        found = next(_sizes(next((row for row in own_rows if row.get("id") == name), {})), None)
    return found


def _sizes(row: dict[str, Any]) -> Iterator[int]:
    for part in (row, row.get("meta") or {}):
        for field in _FIELDS:
            with suppress(LookupError, TypeError, ValueError):
                if (size := int(part[field])) > 0:
                    yield size
