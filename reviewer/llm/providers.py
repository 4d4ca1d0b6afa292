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
from reviewer.hosts import Place
from reviewer.http import is_reachable, require_certificates, steady_client
from reviewer.llm.replies import mend_body
from reviewer.text.redact import excerpt

TIMEOUT_S, LOCAL_TIMEOUT_S = 120.0, 600.0

_OLLAMA = frozenset({"ollama", "ollama_chat"})
OLLAMA_BASE = "http://127.0.0.1:11434"
# Where servers on this machine listen unless they are set otherwise. They are named in each
# request: litellm would send `lm_studio/x` to OpenAI.
LOCAL_BASES: Mapping[str, str] = {
    "ollama": OLLAMA_BASE,
    "ollama_chat": OLLAMA_BASE,
    "lm_studio": "http://127.0.0.1:1234/v1",
    "llamafile": "http://127.0.0.1:8080/v1",
}
_NEEDS_BASE = frozenset({"azure", "azure_ai", "hosted_vllm", "custom_openai"})
_TAKES_SCHEMA = _OLLAMA | {"hosted_vllm"}  # litellm's list of models cannot know what runs there
_NEAR_S = 2.0  # for a connection to a server on this machine, which opens in a millisecond
# Requests to these use litellm's own client, which follows redirects unless it is given another
# client; the rest use `litellm.client_session`. Tried one by one with litellm 1.106.2.
_OWN_CLIENT = _OLLAMA | frozenset(
    "anthropic deepseek fireworks_ai gemini groq hosted_vllm huggingface mistral openrouter "
    "together_ai xai".split()
)
# One of these variables must have a key: those that litellm reads, checked before it is imported.
# The first is named to the user. A test asks litellm which of them it sends.
KEY_VARIABLES: Mapping[str, tuple[str, ...]] = {
    provider: (f"{provider.upper()}_API_KEY",)
    for provider in "openai anthropic mistral groq deepseek xai voyage nvidia_nim cerebras".split()
} | {
    "gemini": ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    "cohere": ("COHERE_API_KEY", "CO_API_KEY"),
    "fireworks_ai": ("FIREWORKS_API_KEY", "FIREWORKS_AI_API_KEY"),
    "huggingface": ("HF_TOKEN", "HUGGINGFACE_API_KEY"),
    "openrouter": ("OPENROUTER_API_KEY", "OR_API_KEY"),
    "perplexity": ("PERPLEXITY_API_KEY", "PERPLEXITYAI_API_KEY"),
    "together_ai": ("TOGETHER_API_KEY", "TOGETHERAI_API_KEY"),
    "azure": ("AZURE_API_KEY", "AZURE_AD_TOKEN"),
}
_PROVIDERS_CLASS = re.compile(r"class LlmProviders\(.*?(?=\nclass |\Z)", re.DOTALL)
_PROVIDER = re.compile(r'^    \w+ = "([^"]+)"', re.MULTILINE)
_BARE = re.compile(r"[\w-]+(?:\.\d[\w-]*)*")  # not Bedrock's anthropic.claude-3, not ft:gpt-4o
_OWN_CREDENTIALS = frozenset({"bedrock", "sagemaker", "vertex_ai"})  # in files, roles, profiles
_QUOTES = "\"'‘’“”`"
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


def base_of(model: str, api_base: str) -> str:
    """The address that the model is asked at: the one that is set, else what the environment says
    to litellm (`OPENAI_BASE_URL`, `OLLAMA_HOST`, ...), else the usual one of a server on this
    machine; empty for the provider's own."""
    provider = provider_of(model) or _listed_provider(model)
    name = "OLLAMA" if provider in _OLLAMA else provider.upper()
    named = (os.environ.get(f"{name}_{kind}", "") for kind in ("BASE_URL", "API_BASE"))
    found = api_base or next(filter(None, named), "")
    if not found and provider in _OLLAMA:
        found = _ollama_host(os.environ.get("OLLAMA_HOST", "").strip(" \"'"))
    return found or LOCAL_BASES.get(provider, "")


def _ollama_host(value: str) -> str:
    """The address that Ollama's own client makes of OLLAMA_HOST: `host`, `host:port`, `:port` or a
    whole address. A server that listens on every address of this machine is asked on this machine.
    Source: ollama, envconfig/config.go, Host."""
    if not value:
        return ""
    scheme, _, rest = value.rpartition("://")
    port = {"": 11434, "http": 80, "https": 443}.get(scheme, 11434)
    parts = urlsplit(f"//{rest}")
    with suppress(ValueError):
        port = parts.port or port
    host = parts.hostname or "127.0.0.1"
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme or 'http'}://{shown}:{port}{parts.path.rstrip('/')}"


def is_loopback(api_base: str) -> bool:
    """True for an address on this machine."""
    try:
        return Place("", (urlsplit(api_base).hostname or "").rstrip("."), 0).is_loopback
    except ValueError:
        return False


def is_local(model: str, api_base: str) -> bool:
    """True for a model that runs on this machine. Ollama passes `...-cloud` on to its makers."""
    is_cloud = is_ollama(model) and model.endswith(("-cloud", ":cloud"))
    return is_loopback(base_of(model, api_base)) and not is_cloud


def timeout_s(model: str, api_base: str, asked_s: float | None) -> float:
    """Seconds that a whole call may take: `asked_s`, else more for a model on this machine."""
    if asked_s is not None:
        return asked_s
    return LOCAL_TIMEOUT_S if is_local(model, api_base) else TIMEOUT_S


def takes_schema(model: str, api_base: str) -> bool:
    """True if a schema is worth sending though litellm's list does not know the model: to the
    providers whose models all take one, and to every server that the user names, because
    llama.cpp, LM Studio, vLLM and others do. One that refuses it is asked again without."""
    is_named = bool(base_of(model, api_base))
    return is_named or provider_of(model) in _TAKES_SCHEMA


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


def _listed_provider(model: str) -> str:
    """The provider that litellm's list names for a model; empty if it does not have the model."""
    return str((costs_in("litellm").get(model) or {}).get("litellm_provider", ""))


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
    """What can be checked without importing litellm, which takes seconds: raises ModelError if the
    model is not named, its provider is unknown, its address cannot be one, --offline forbids it, or
    its key is missing or cannot be one."""
    provider, _, name = model.partition("/")
    if "/" in model and not name:
        raise ModelError(
            f"'{model}' names a provider and no model", hint=f"Write it as {provider}/MODEL."
        )
    base = base_of(model, api_base)
    _check_base(model, base)
    if offline and not is_local(model, api_base):
        raise ModelError(
            f"{model} needs a network and --offline is set", hint="Leave one of the two out."
        )
    if not is_known(model):
        raise _unknown(model)
    if not provider_of(model) and _is_vertex(model):
        raise ModelError(
            f"'{model}' without a provider means Google's Vertex AI",
            hint=f"Write gemini/{model} (with GEMINI_API_KEY) or vertex_ai/{model}.",
        )
    variables = KEY_VARIABLES.get(provider_of(model), ())
    if variables and not any(os.environ.get(name) for name in variables):
        _check_key(model, base, variables)
    for name in variables or (f"{provider.upper()}_API_KEY",):
        check_value(name, os.environ.get(name, ""))


def check_answers(model: str, api_base: str) -> None:
    """What can be checked of the way to the model before litellm is imported: raises ModelError
    when nothing listens at an address on this machine, within seconds, and OnlineError when the
    certificates for other machines cannot be read. A proxy may lead to those, so they are not
    tried."""
    base = base_of(model, api_base)
    if not is_loopback(base):
        require_certificates()
    elif not is_reachable(base, _NEAR_S):
        raise unreached(model, base)


def unreached(model: str, base: str = "") -> ModelError:
    """The error for an address at which nothing answers."""
    provider = provider_of(model)
    where = f" at {excerpt(base)}" if base else " at its address"
    if provider in _OLLAMA:
        return ModelError(
            f"{model} cannot be reached: no Ollama answers{where}",
            hint="Start it with: ollama serve (or name its address with --api-base).",
        )
    hint = "Check the network, and --api-base if one is set."
    if provider in LOCAL_BASES or provider == "hosted_vllm" or is_loopback(base):
        hint = "Start its server, and name its address with --api-base. See: review models"
    return ModelError(f"{model} cannot be reached: nothing answers{where}", hint=hint)


def _check_base(model: str, base: str) -> None:
    """Raises ModelError for an address that cannot be that of a model."""
    if not base and provider_of(model) in _NEEDS_BASE:
        raise ModelError(
            f"{model} needs the address of its server",
            hint="Name it with --api-base, as in --api-base http://127.0.0.1:8000/v1.",
        )
    if not base:
        return
    scheme, mark, rest = base.partition("://")
    if not mark or scheme.lower() not in ("http", "https"):
        near = is_loopback(f"http://{rest or scheme}")
        meant = f"{'http' if near else 'https'}://{rest or scheme}"
        raise ModelError(
            f"the model's address '{excerpt(base)}' does not begin with http:// or https://",
            hint=f"Write --api-base {excerpt(meant)}",
        )
    try:
        parts = urlsplit(base)
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole or not base.isascii() or any(c.isspace() for c in base):
        raise ModelError(
            f"the model's address '{excerpt(base)}' cannot be read",
            hint="Write it as --api-base http://HOST:PORT/v1.",
        )
    path = parts.path.rstrip("/")
    if is_ollama(model) and path.endswith(("/v1", "/api", "/api/chat", "/api/generate")):
        own, name = excerpt(base.removesuffix("/").removesuffix(path)), model.partition("/")[2]
        raise ModelError(
            f"{model}: the address of an Ollama does not end in {path}",
            hint=f"Write --api-base {own} (or --model openai/{name} --api-base {own}/v1).",
        )


def _is_vertex(model: str) -> bool:
    """True for a bare name that litellm sends to Vertex AI, as it does with Gemini's."""
    listed = _listed_provider(model)
    return listed.startswith("vertex_ai") or (not listed and model.startswith("gemini-"))


def check_value(name: str, value: str) -> None:
    """Raises ModelError if a key cannot be sent as it is; the value is not shown."""
    slip = ""
    if value != value.strip() or any(c.isspace() for c in value):
        slip = "has a space or a line end in it"
    elif value[:1] in _QUOTES and value:
        slip = "has quotation marks around it"
    elif not (value.isascii() and value.isprintable()):
        slip = "has characters in it that no key has"
    if slip:
        raise ModelError(f"the key in {name} {slip}", hint=f"Set {name} again, to the key alone.")


def _unknown(model: str) -> ModelError:
    provider = provider_of(model)
    near = difflib.get_close_matches(provider, providers_in("litellm"), 1, 0.75) if provider else []
    meant = f"Did you mean {near[0]}/{model.partition('/')[2]}? " if near else ""
    return ModelError(
        f"'{model}' does not begin with a provider that litellm knows",
        hint=f"{meant}Write it as openai/gpt-5-mini, anthropic/..., gemini/... or ollama/llama3.",
    )


def _check_key(model: str, base: str, missing: Sequence[str]) -> None:
    """Raises ModelError if variables for a key are missing, except for a server on this machine."""
    if not missing or is_loopback(base):
        return
    names = " or ".join(missing)
    empty = [name for name in missing if name in os.environ]
    said = f"{empty[0]} is empty" if empty else f"{names} is not set"
    raise ModelError(f"{model} needs an API key and {said}", hint=f"Set {names}.")


def check(litellm: ModuleType, model: str, api_base: str) -> None:
    """What `check_early` could not say without litellm: raises ModelError if the model is unknown
    or its key is not set."""
    try:
        litellm.get_llm_provider(model)
    except litellm.BadRequestError:
        raise _unknown(model) from None
    _check_key(model, base_of(model, api_base), _missing_keys(litellm, model))


def _missing_keys(litellm: ModuleType, model: str) -> list[str]:
    """The variables for the model's key, if none of them is set. litellm lists a key as missing
    when only an address or a version is (Azure)."""
    provider = provider_of(model)
    own = KEY_VARIABLES.get(provider, ())
    if provider in _OWN_CREDENTIALS or any(os.environ.get(name) for name in own):
        return []
    found = litellm.validate_environment(model)
    if found["keys_in_environment"]:
        return []
    keys = [name for name in found["missing_keys"] if name.endswith(("_KEY", "_TOKEN"))]
    return [name for name in keys if not os.environ.get(name)]


def keep_from_loggers(litellm: ModuleType) -> None:
    """Stop litellm from preparing each call for loggers that nobody has set, which takes a fifth of
    a call's processor time. litellm does not do it for inner calls, so this marks the calls of the
    calling thread as inner ones."""
    with suppress(AttributeError):
        litellm._internal_context.is_internal_call.set(True)


def trying_once(litellm: ModuleType, model: str) -> dict[str, Any]:
    """What else a chat needs to be sent once: litellm drops `max_retries` for some that are called
    through OpenAI's client (NVIDIA's, SambaNova), which then tries three times. Elsewhere the name
    would be sent to the provider."""
    is_theirs = provider_of(model) in litellm.openai_compatible_providers
    if not is_theirs or provider_of(model) in _OWN_CLIENT:
        return {}
    return {"allowed_openai_params": ["max_retries"]}


def sending(litellm: ModuleType, model: str, api_base: str, most_s: float) -> dict[str, Any]:
    """The options of each request: sent once, and only to this address. litellm's time-out is for a
    single read and a little longer than ours, so that ours decides."""
    is_own = provider_of(model) in LOCAL_BASES
    sent: dict[str, Any] = {
        "model": model,
        "api_base": (base_of(model, api_base) if is_own else api_base) or None,
        "timeout": most_s + 1,
        "num_retries": 0,
        "max_retries": 0,
    }
    if _missing_keys(litellm, model):
        sent["api_key"] = "none"  # for a server on this machine, which needs no key
    if provider_of(model) in _OWN_CLIENT:
        sent["client"] = litellm.HTTPHandler(client=steady_client(mend_body))
    return sent
