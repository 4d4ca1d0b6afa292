"""What to know about a provider before a call: whether it is known and has a key, how to send."""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from reviewer.errors import ModelError

TIMEOUT_S, LOCAL_TIMEOUT_S = 120.0, 600.0

_OLLAMA = frozenset({"ollama", "ollama_chat"})
_LOCAL = _OLLAMA | {"lm_studio", "llamafile"}
_TAKES_SCHEMA = _OLLAMA | {"hosted_vllm"}  # litellm's list of models cannot know what runs there
# Requests to these use litellm's own client, which follows redirects unless it is given another
# client; the rest use `litellm.client_session`. Tried one by one with litellm 1.106.2.
_OWN_CLIENT = _OLLAMA | frozenset(
    "anthropic deepseek fireworks_ai gemini groq hosted_vllm huggingface mistral openrouter "
    "together_ai xai".split()
)
# One of these variables must have a key, as litellm checks it, but here before litellm is
# imported. A test compares this with litellm itself.
KEY_VARIABLES: Mapping[str, tuple[str, ...]] = {
    provider: (f"{provider.upper()}_API_KEY",)
    for provider in "openai anthropic mistral groq cohere deepseek openrouter xai fireworks_ai "
    "huggingface voyage nvidia_nim cerebras".split()
} | {
    "gemini": ("GOOGLE_API_KEY", "GEMINI_API_KEY"),
    "perplexity": ("PERPLEXITYAI_API_KEY",),
    "together_ai": ("TOGETHERAI_API_KEY",),
}
_PROVIDERS_CLASS = re.compile(r"class LlmProviders\(.*?(?=\nclass |\Z)", re.DOTALL)
_PROVIDER = re.compile(r'^    \w+ = "([^"]+)"', re.MULTILINE)
_BARE = re.compile(r"[\w-]+(?:\.\d[\w-]*)*")  # not Bedrock's anthropic.claude-3, not ft:gpt-4o
_OWN_CREDENTIALS = frozenset({"bedrock", "sagemaker", "vertex_ai"})  # in files, roles, profiles
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})
MALICIOUS = {"litellm": ("1.82.7", "1.82.8")}  # these read keys and sent them away


def require_sound(package: str) -> None:
    """To be called before the package is imported. Raises ModelError for a malicious release."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        found = version(package)
    except PackageNotFoundError:
        return
    if found in MALICIOUS.get(package, ()):
        raise ModelError(
            f"{package} {found} is known to be malicious and is not used",
            hint=f"Remove it, change your keys, and install another {package}.",
        )


def provider_of(model: str) -> str:
    """`ollama` for `ollama/llama3`; empty for a bare name."""
    return model.split("/", 1)[0] if "/" in model else ""


def is_ollama(model: str) -> bool:
    """True for a model that runs in Ollama."""
    return provider_of(model) in _OLLAMA


def chat_model(model: str) -> str:
    """The model's name for a chat. litellm's `ollama/` lets Ollama continue a text, and reports a
    reply that was cut as ended; its `ollama_chat/` does neither."""
    return model.replace("ollama/", "ollama_chat/", 1) if provider_of(model) == "ollama" else model


def is_loopback(api_base: str) -> bool:
    return (urlsplit(api_base).hostname or "") in _LOOPBACK


def is_local(model: str, api_base: str) -> bool:
    """True for a model that runs on this machine."""
    return is_loopback(api_base) if api_base else provider_of(model) in _LOCAL


def timeout_s(model: str, api_base: str, asked_s: float | None) -> float:
    """Seconds that a whole call may take: `asked_s`, else more for a model on this machine."""
    if asked_s is not None:
        return asked_s
    return LOCAL_TIMEOUT_S if is_local(model, api_base) else TIMEOUT_S


def takes_schema(model: str) -> bool:
    """True if every model of this provider can be made to follow a JSON schema."""
    return provider_of(model) in _TAKES_SCHEMA


def _text_in(package: str, name: str) -> str:
    """The text of a package's file, without importing the package, which may take seconds. Raises
    FileNotFoundError."""
    found = find_spec(package)
    if found is None or not found.origin:
        raise FileNotFoundError(name)
    return (Path(found.origin).parent / name).read_text(encoding="utf-8")


@cache
def costs_in(package: str) -> Mapping[str, Any]:
    """The list of models that comes with a package; empty if its file cannot be read."""
    costs: Mapping[str, Any] = {}
    with suppress(OSError, ValueError):
        costs = json.loads(_text_in(package, "model_prices_and_context_window_backup.json"))
    return costs


def listed(costs: Mapping[str, Any], model: str) -> Mapping[str, Any]:
    """What litellm's list has for the model, by its whole name or its bare name; else empty."""
    provider, _, name = model.partition("/")
    if model in costs:
        return costs[model] or {}
    bare = costs.get(name) or {}
    return bare if str(bare.get("litellm_provider", "")).startswith(provider) else {}


def price_usd(info: Mapping[str, Any], tokens_in: int, tokens_out: int) -> float | None:
    """What these tokens cost; `info` is what `listed` gives. None if the price is not listed."""
    price_in, price_out = info.get("input_cost_per_token"), info.get("output_cost_per_token")
    if price_in is None or price_out is None:
        return None
    return tokens_in * float(price_in) + tokens_out * float(price_out)


@cache
def providers_in(package: str) -> frozenset[str]:
    """The providers that a package knows, without importing it; empty if its files do not say."""
    try:
        own = _PROVIDERS_CLASS.search(_text_in(package, "types/utils.py"))
        others = frozenset(json.loads(_text_in(package, "llms/openai_like/providers.json")))
    except (OSError, ValueError):
        return frozenset()
    known = frozenset(_PROVIDER.findall(own[0])) if own else frozenset()
    return known | others if known else known


def is_known(model: str) -> bool:
    """False for a model of an unknown provider, as far as litellm's files say without importing
    it."""
    provider, known = provider_of(model), providers_in("litellm")
    if not known or model in costs_in("litellm"):
        return True
    return provider in known if provider else _BARE.fullmatch(model) is None


def check_early(model: str, api_base: str, *, offline: bool) -> None:
    """What can be checked without importing litellm, which takes seconds: raises ModelError if
    --offline forbids the model, its provider is unknown, or a common provider's key is not set."""
    if offline and not is_local(model, api_base):
        raise ModelError(
            f"{model} needs a network and --offline is set", hint="Leave one of the two out."
        )
    if not is_known(model):
        raise _unknown(model)
    variables = KEY_VARIABLES.get(provider_of(model), ())
    if variables and not any(name in os.environ for name in variables):
        _check_key(model, api_base, variables)


def _unknown(model: str) -> ModelError:
    provider = provider_of(model)
    near = difflib.get_close_matches(provider, providers_in("litellm"), 1, 0.75) if provider else []
    meant = f"Did you mean {near[0]}/{model.partition('/')[2]}? " if near else ""
    return ModelError(
        f"'{model}' does not begin with a provider that litellm knows",
        hint=f"{meant}Write it as openai/gpt-5-mini, anthropic/..., gemini/... or ollama/llama3.",
    )


def _check_key(model: str, api_base: str, missing: Sequence[str]) -> None:
    """Raises ModelError if variables for a key are missing, except for a server on this machine."""
    if missing and not is_loopback(api_base):
        names = " or ".join(missing)
        raise ModelError(f"{model} needs an API key and {names} is not set", hint=f"Set {names}.")


def check(litellm: ModuleType, model: str, api_base: str) -> None:
    """What `check_early` could not say without litellm: raises ModelError if the model is unknown
    or its key is not set."""
    try:
        litellm.get_llm_provider(model)
    except litellm.BadRequestError:
        raise _unknown(model) from None
    _check_key(model, api_base, _missing_keys(litellm, model))


def _missing_keys(litellm: ModuleType, model: str) -> list[str]:
    """The variables for the model's key, if none of them is set."""
    found = litellm.validate_environment(model)
    if found["keys_in_environment"] or provider_of(model) in _OWN_CREDENTIALS:
        return []
    return [name for name in found["missing_keys"] if name.endswith(("_KEY", "_TOKEN"))]


def keep_from_loggers(litellm: ModuleType) -> None:
    """Stop litellm from preparing each call for loggers that nobody has set, which takes a fifth of
    a call's processor time. litellm does not do it for inner calls, so this marks the calls of the
    calling thread as inner ones."""
    with suppress(AttributeError):
        litellm._internal_context.is_internal_call.set(True)


def sending(litellm: ModuleType, model: str, api_base: str, most_s: float) -> dict[str, Any]:
    """The options of each request: sent once, and only to this address. litellm's time-out is for a
    single read and a little longer than ours, so that ours decides."""
    sent: dict[str, Any] = {
        "model": model,
        "api_base": api_base or None,
        "timeout": most_s + 1,
        "num_retries": 0,
        "max_retries": 0,
    }
    if _missing_keys(litellm, model):
        sent["api_key"] = "none"  # for a server on this machine, which needs no key
    if provider_of(model) in _OWN_CLIENT:
        sent["client"] = litellm.HTTPHandler(follow_redirects=False)
    return sent
