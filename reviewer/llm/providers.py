"""What must be known of a provider before it is asked: is it here, has it a key, how to send."""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from reviewer.errors import ModelError

TIMEOUT_S, LOCAL_TIMEOUT_S = 120.0, 600.0

_COSTS_FILE = "model_prices_and_context_window_backup.json"
_OLLAMA = frozenset({"ollama", "ollama_chat"})
_LOCAL = _OLLAMA | {"lm_studio", "llamafile"}
_TAKES_SCHEMA = _OLLAMA | {"hosted_vllm"}  # litellm's list of models cannot know what runs there
# Requests of these go through litellm's own client, which follows redirects unless it is given
# another; the rest use `litellm.client_session`. Tried one by one with litellm 1.106.2.
_OWN_CLIENT = _OLLAMA | frozenset(
    "anthropic deepseek fireworks_ai gemini groq hosted_vllm huggingface mistral openrouter "
    "together_ai xai".split()
)
# The variables of which one must hold a key, as litellm looks for them: told here before it is
# imported. A test holds this against litellm itself.
KEY_VARIABLES: Mapping[str, tuple[str, ...]] = {
    "openai": ("OPENAI_API_KEY",),
    "anthropic": ("ANTHROPIC_API_KEY",),
    "gemini": ("GOOGLE_API_KEY", "GEMINI_API_KEY"),
    "mistral": ("MISTRAL_API_KEY",),
    "groq": ("GROQ_API_KEY",),
    "cohere": ("COHERE_API_KEY",),
    "deepseek": ("DEEPSEEK_API_KEY",),
    "openrouter": ("OPENROUTER_API_KEY",),
    "together_ai": ("TOGETHERAI_API_KEY",),
    "xai": ("XAI_API_KEY",),
    "fireworks_ai": ("FIREWORKS_AI_API_KEY",),
    "perplexity": ("PERPLEXITYAI_API_KEY",),
    "huggingface": ("HUGGINGFACE_API_KEY",),
    "voyage": ("VOYAGE_API_KEY",),
    "nvidia_nim": ("NVIDIA_NIM_API_KEY",),
    "cerebras": ("CEREBRAS_API_KEY",),
}
_PROVIDERS_FILES = ("types/utils.py", "llms/openai_like/providers.json")
_PROVIDERS_CLASS = re.compile(r"class LlmProviders\(.*?(?=\nclass |\Z)", re.DOTALL)
_PROVIDER = re.compile(r'^    \w+ = "([^"]+)"', re.MULTILINE)
_BARE = re.compile(r"[\w-]+(?:\.\d[\w-]*)*")  # no anthropic.claude-3 of Bedrock, no ft:gpt-4o
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
    """`ollama` of `ollama/llama3`; empty for a bare name."""
    return model.split("/", 1)[0] if "/" in model else ""


def is_ollama(model: str) -> bool:
    """Ollama cuts prompts at `num_ctx` without a word, so it must be told."""
    return provider_of(model) in _OLLAMA


def chat_model(model: str) -> str:
    """The name to send for a chat. litellm's `ollama/` has Ollama continue a text, and reports a
    reply that was cut as ended; its `ollama_chat/` does neither."""
    return model.replace("ollama/", "ollama_chat/", 1) if provider_of(model) == "ollama" else model


def is_loopback(api_base: str) -> bool:
    return (urlsplit(api_base).hostname or "") in _LOOPBACK


def is_local(model: str, api_base: str) -> bool:
    """True for a model that runs on this machine."""
    return is_loopback(api_base) if api_base else provider_of(model) in _LOCAL


def timeout_s(model: str, api_base: str, asked_s: float | None) -> float:
    """Seconds that a whole call may take: what was asked, else more for a model on this machine."""
    if asked_s is not None:
        return asked_s
    return LOCAL_TIMEOUT_S if is_local(model, api_base) else TIMEOUT_S


def takes_schema(model: str) -> bool:
    """True when any model of this provider can be held to a JSON schema."""
    return provider_of(model) in _TAKES_SCHEMA


def _has_own_client(model: str) -> bool:
    return provider_of(model) in _OWN_CLIENT


@cache
def costs_in(package: str) -> Mapping[str, Any]:
    """The list of models that comes with a package, without importing it (which takes seconds, also
    for a run whose replies are all kept); empty where its file is not there."""
    found = find_spec(package)
    if found is None or not found.origin:
        return {}
    path = Path(found.origin).with_name(_COSTS_FILE)
    try:
        costs: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return costs


def listed(costs: Mapping[str, Any], model: str) -> Mapping[str, Any]:
    """What litellm's list says of the model, under its whole name or its bare one; else nothing."""
    provider, _, name = model.partition("/")
    if model in costs:
        return costs[model] or {}
    bare = costs.get(name) or {}
    return bare if str(bare.get("litellm_provider", "")).startswith(provider) else {}


def price_usd(info: Mapping[str, Any], tokens_in: int, tokens_out: int) -> float | None:
    """What so many tokens cost, `info` being what is listed of the model; None if no price is."""
    price_in, price_out = info.get("input_cost_per_token"), info.get("output_cost_per_token")
    if price_in is None or price_out is None:
        return None
    return tokens_in * float(price_in) + tokens_out * float(price_out)


def _key_variables(model: str, missing: Iterable[str]) -> list[str]:
    """Those of the variables that litellm misses which hold a key that the provider needs."""
    if provider_of(model) in _OWN_CREDENTIALS:
        return []
    return [name for name in missing if name.endswith(("_KEY", "_TOKEN"))]


@cache
def providers_in(package: str) -> frozenset[str]:
    """The providers that a package knows, without importing it; empty where that cannot be told."""
    found = find_spec(package)
    if found is None or not found.origin:
        return frozenset()
    try:
        code, listed_in = (
            (Path(found.origin).parent / name).read_text(encoding="utf-8")
            for name in _PROVIDERS_FILES
        )
        others = frozenset(json.loads(listed_in))
    except (OSError, ValueError):
        return frozenset()
    own = _PROVIDERS_CLASS.search(code)
    known = frozenset(_PROVIDER.findall(own[0])) if own else frozenset()
    return known | others if known else known


def is_known(model: str) -> bool:
    """False for a model whose provider nobody knows, as far as that can be told so early."""
    provider, known = provider_of(model), providers_in("litellm")
    if not known or model in costs_in("litellm"):
        return True
    return provider in known if provider else _BARE.fullmatch(model) is None


def check_early(model: str, api_base: str, *, offline: bool) -> None:
    """What `check` finds, as far as it can be told without importing litellm, which takes seconds:
    offline, a provider that is not known, a common provider's key that is not set."""
    _check_network(model, api_base, offline=offline)
    if not is_known(model):
        raise _unknown(model)
    variables = KEY_VARIABLES.get(provider_of(model), ())
    if variables and not any(name in os.environ for name in variables):
        _check_key(model, api_base, variables)


def _check_network(model: str, api_base: str, *, offline: bool) -> None:
    if offline and not is_local(model, api_base):
        raise ModelError(
            f"{model} needs a network and --offline is set", hint="Leave one of the two out."
        )


def _unknown(model: str) -> ModelError:
    provider = provider_of(model)
    near = difflib.get_close_matches(provider, providers_in("litellm"), 1, 0.75) if provider else []
    meant = f"Did you mean {near[0]}/{model.partition('/')[2]}? " if near else ""
    return ModelError(
        f"'{model}' does not begin with a provider that is known",
        hint=f"{meant}Write it as openai/gpt-5-mini, anthropic/..., gemini/... or ollama/llama3.",
    )


def _check_key(model: str, api_base: str, missing: Iterable[str]) -> None:
    """A server on this machine needs none."""
    if names := " or ".join(missing if not is_loopback(api_base) else ()):
        raise ModelError(f"{model} needs an API key and {names} is not set", hint=f"Set {names}.")


def check(litellm: Any, model: str, api_base: str, *, offline: bool) -> None:  # noqa: ANN401  the module
    """Raises ModelError when the model cannot be asked: offline, unknown, its key is not set."""
    _check_network(model, api_base, offline=offline)
    try:
        litellm.get_llm_provider(model)
    except litellm.BadRequestError:
        raise _unknown(model) from None
    _check_key(model, api_base, _missing_keys(litellm, model))


def _missing_keys(litellm: Any, model: str) -> list[str]:  # noqa: ANN401  the module
    found = litellm.validate_environment(model)
    missing = [] if found["keys_in_environment"] else found["missing_keys"]
    return _key_variables(model, missing)


def keep_from_loggers(litellm: Any) -> None:  # noqa: ANN401  a module without types
    """After each call litellm prices and copies it for loggers that nobody has set, in a thread of
    its own: a fifth of a call's processor time. Its mark of inner calls switches that off, here for
    the calling thread alone."""
    with suppress(AttributeError):
        litellm._internal_context.is_internal_call.set(True)


def sending(
    litellm: Any,  # noqa: ANN401  the module
    model: str,
    api_base: str,
    most_s: float,
) -> dict[str, Any]:
    """How each request is sent: once, there and nowhere else. litellm's time-out is for a single
    read and a little longer than ours, so that ours decides."""
    sent: dict[str, Any] = {
        "model": model,
        "api_base": api_base or None,
        "timeout": most_s + 1,
        "num_retries": 0,
        "max_retries": 0,
    }
    if _missing_keys(litellm, model):
        sent["api_key"] = "none"  # a server on this machine, which asks for none
    if _has_own_client(model):
        sent["client"] = litellm.HTTPHandler(follow_redirects=False)
    return sent
