"""Asks a model's own server how many tokens the model reads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from reviewer.http import steady_client
from reviewer.llm.providers import is_ollama

_WAIT_S = 3.0
_OLLAMA_BASE = "http://localhost:11434"
# Ollama keeps room for the whole context in memory: a model's 128k would not fit on a laptop.
MOST_OLLAMA = 16_384
_FIELDS = ("max_model_len", "loaded_context_length", "context_length", "context_window", "n_ctx")


def context_of_server(model: str, api_base: str) -> int | None:
    """The context of this model by its server's list of models, by llama.cpp's properties, or by
    what Ollama shows of it; None where the server does not say. Without an address only Ollama is
    asked. A server that does not answer is not waited for."""
    try:
        if is_ollama(model):
            return _of_ollama(model.partition("/")[2], api_base)
        return (
            _of_list(model.partition("/")[2] or model, api_base.rstrip("/")) if api_base else None
        )
    except Exception:  # noqa: BLE001  any answer of any server; a call says what is wrong with it
        return None


def _asked(method: str, url: str, **sent: Any) -> Any:  # noqa: ANN401  JSON
    with steady_client() as client:
        reply = client.request(method, url, timeout=_WAIT_S, **sent)
        return reply.json() if reply.status_code == 200 else {}


def _of_ollama(name: str, api_base: str) -> int | None:
    base = api_base or os.environ.get("OLLAMA_API_BASE") or _OLLAMA_BASE
    base = base.rstrip("/").removesuffix("/v1")
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
    return next(_sizes(own), None)


def _sizes(row: dict[str, Any]) -> Iterator[int]:
    for part in (row, row.get("meta") or {}):
        for field in _FIELDS:
            with suppress(LookupError, TypeError, ValueError):
                if (size := int(part[field])) > 0:
                    yield size
