"""Finds the models that can be asked from here: servers on this machine, and keys that are set."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from reviewer.errors import ModelError
from reviewer.http import is_reachable, loopback_only, steady_client
from reviewer.llm.context import context_of_server
from reviewer.llm.providers import KEY_VARIABLES, LOCAL_BASES, base_of, check_value, is_loopback
from reviewer.settings import Settings
from reviewer.text.redact import excerpt
from reviewer.types.servers import KeySet, Reachable, ServedModel, Server

_NEAR_S, _WAIT_S = 0.5, 3.0
_MOST_MODELS = 50  # of one server
# A model of each provider that is known to litellm, to be typed as it stands.
EXAMPLES: Mapping[str, str] = {
    "openai": "openai/gpt-5-mini",
    "anthropic": "anthropic/claude-sonnet-4-5",
    "gemini": "gemini/gemini-2.5-flash",
    "mistral": "mistral/mistral-small-latest",
    "groq": "groq/openai/gpt-oss-20b",
    "cohere": "cohere/command-a-03-2025",
    "deepseek": "deepseek/deepseek-chat",
    "xai": "xai/grok-4.3",
    "perplexity": "perplexity/sonar",
    "cerebras": "cerebras/llama3.1-8b",
    "voyage": "voyage/voyage-3.5",
}


@dataclass(frozen=True)
class _Place:
    """Where a server may be. `provider` goes before the names of its models."""

    program: str
    provider: str
    base: str


def _places(settings: Settings) -> list[_Place]:
    """The usual addresses, and the one that is set."""
    places = [
        _Place("Ollama", "ollama", base_of("ollama/x", "")),
        _Place("LM Studio", "lm_studio", base_of("lm_studio/x", "")),
        _Place("llama.cpp or llamafile", "openai", LOCAL_BASES["llamafile"]),
        _Place("vLLM", "hosted_vllm", base_of("hosted_vllm/x", "") or "http://127.0.0.1:8000/v1"),
    ]
    own = settings.api_base.rstrip("/")
    if own and all(own != place.base for place in places):
        places.append(_Place("the server of --api-base", "openai", own))
    return places


def find_reachable(settings: Settings) -> Reachable:
    """The servers that answer within seconds, each with its models, and the keys that are set. With
    `settings.offline` no other machine is asked."""
    places = _places(settings)
    with ThreadPoolExecutor(len(places)) as pool:
        found = list(pool.map(lambda place: _looked_at(place, settings), places))
    silent = [
        f"{place.program} ({excerpt(place.base)})"
        for place, server in zip(places, found, strict=True)
        if server is None
    ]
    servers = tuple(server for server in found if server is not None)
    return Reachable(servers=servers, keys=tuple(_keys()), silent=tuple(silent))


def _looked_at(place: _Place, settings: Settings) -> Server | None:
    """The server at a place; None if none answers there as one of models does."""
    if is_loopback(place.base) and not is_reachable(place.base, _NEAR_S):
        return None
    with loopback_only(settings.offline):
        try:
            if place.provider == "ollama":
                names, program = _names(f"{place.base}/api/tags", "models", "name"), "Ollama"
            else:
                names, program = _listed(place)
        except Exception:  # noqa: BLE001  whatever else listens there: it serves no models
            return None
        provider = "hosted_vllm" if program == "vLLM" else place.provider
        models = tuple(
            ServedModel(
                model=f"{provider}/{name}",
                context_tokens=context_of_server(f"{provider}/{name}", place.base),
            )
            for name in names[:_MOST_MODELS]
        )
    is_usual = place.base == LOCAL_BASES.get(provider) or provider == "ollama"
    known = ("Ollama", "LM Studio", "llama.cpp", "vLLM")
    return Server(
        program=program,
        base=excerpt(place.base),
        api_base="" if is_usual else excerpt(place.base),
        takes_schema=True if program in known else None,
        models=models,
    )


def _listed(place: _Place) -> tuple[list[str], str]:
    """The names in a list of models as OpenAI's servers give it, and the program that serves."""
    rows = _json(f"{place.base}/models")["data"]
    owners = {str(row.get("owned_by", "")).lower() for row in rows}
    program = place.program
    if "llamacpp" in owners or any("n_ctx_train" in (row.get("meta") or {}) for row in rows):
        program = "llama.cpp"
    elif "vllm" in owners:
        program = "vLLM"
    elif program not in ("LM Studio", "the server of --api-base"):
        program = "a server"
    return [str(row["id"]) for row in rows if "embed" not in str(row["id"]).lower()], program


def _names(url: str, field: str, name: str) -> list[str]:
    return [str(row[name]) for row in _json(url)[field]]


def _json(url: str) -> Any:  # noqa: ANN401
    with steady_client() as client:
        return client.get(url, timeout=_WAIT_S).raise_for_status().json()


def _keys() -> list[KeySet]:
    """The variables that hold a key, each with a model to type."""
    found = []
    for provider, names in KEY_VARIABLES.items():
        for name in names:
            if not (value := os.environ.get(name)):
                continue
            slip = ""
            try:
                check_value(name, value)
            except ModelError as error:
                slip = error.message
            model = EXAMPLES.get(provider, f"{provider}/MODEL")
            found.append(KeySet(variable=name, model=model, slip=slip))
    return found
