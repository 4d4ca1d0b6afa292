"""What an error of a provider means: whether and when to try again, and what to tell the user."""

from __future__ import annotations

import re
from collections.abc import Callable
from threading import Event
from typing import TypeVar

from reviewer.errors import ModelError
from reviewer.llm.deadline import DeadlineError
from reviewer.retry import Patience, retry, retry_after_s
from reviewer.text.redact import excerpt

T = TypeVar("T")

MOST_ATTEMPTS = 4
_RETRIED = frozenset({200, 408, 409, 429})  # and 5xx; 200 is a body that is not a reply
_MAY_BE_QUOTA = frozenset({400, 402, 403, 429})
_QUOTA = re.compile(
    r"insufficient_quota|exceeded your current quota|credit balance|billing", re.IGNORECASE
)
_RETRY_IN = re.compile(r"(?:retry|try again) in (\d+(?:\.\d+)?) ?s", re.IGNORECASE)
_FILTER = re.compile(r"content[ _](?:management|filter|policy)", re.IGNORECASE)
_MESSAGE = re.compile(r"[\"']message[\"']:\s*\"((?:[^\"\\]|\\.)*)\"")
_TAIL = re.compile(r"Traceback \(most recent call last\)|Original exception:")
_NO_REPLY = re.compile(
    r"Empty or invalid response|Received response|Unable to get json|Invalid response object"
    r"|provider returned"
)
_OLLAMA = ("ollama", "ollama_chat")
_UNREACHED = re.compile(
    r"Connection refused|Cannot connect to host|All connection attempts failed|Connection error"
    r"|Name or service not known|nodename nor servname|getaddrinfo failed"
    r"|Temporary failure in name resolution|No address associated|Network is unreachable"
    r"|No route to host",
    re.IGNORECASE,
)
_PREFIX = re.compile(r"^(?:[\w.]+: )*(?:\w+Exception(?: APIError)? - )?")


def is_fault(error: BaseException) -> bool:
    """True for what litellm raises for a provider; anything else is our own bug."""
    return hasattr(error, "llm_provider")


def may_pass(error: BaseException) -> bool:
    """True for an error that may not happen in another attempt."""
    if isinstance(error, ModelError):
        return getattr(error, "may_pass", False)
    if not is_fault(error) or _is_quota(error):
        return False
    status = _status(error)
    return status is None or status in _RETRIED or 500 <= status <= 599


def named_pause_s(error: BaseException) -> float | None:
    """Seconds that the provider asks to wait: a number or a date in its `Retry-After` header, or
    "retry in 34 s" in its message (Gemini, OpenAI); None if it does not say."""
    headers = getattr(error, "litellm_response_headers", None) or {}
    value = headers.get("retry-after")
    if value is not None:
        return retry_after_s(value)
    said = _RETRY_IN.search(str(error))
    return float(said[1]) if said and _status(error) == 429 else None


def until_answered(
    attempt: Callable[[], T], model: str, most_s: float, pause_s: float, closed: Event
) -> T:
    """The result of the first attempt that succeeds, of MOST_ATTEMPTS at most, each begun within
    `most_s` seconds. Pauses grow from `pause_s` and end when `closed` is set. Raises ModelError
    with a message for the user."""
    try:
        return retry(
            attempt,
            Patience(MOST_ATTEMPTS, pause_s, jitter_s=pause_s, total_s=most_s),
            may_pass=may_pass,
            named_pause_s=named_pause_s,
            sleep=closed.wait,
        )
    except DeadlineError:
        raise DeadlineError(
            f"{model} did not answer within {most_s:g} s", hint="Raise --timeout."
        ) from None
    except Exception as error:
        if not is_fault(error):
            raise
        raise in_words(error, model) from None  # the provider's own text may have the key


def in_words(error: BaseException, model: str) -> ModelError:
    """A provider's error for the user, without anything that could be a key."""
    if _is_quota(error):
        return ModelError(f"{model}: the account's quota is used up", hint="Check its billing.")
    named = type(error).__name__
    if named == "ContextWindowExceededError":
        return ModelError(
            f"the prompt is longer than {model} can read",
            hint="Say with --context how many tokens it reads, or ask over fewer papers.",
        )
    if named == "ContentPolicyViolationError" or (
        _status(error) == 400 and _FILTER.search(str(error))
    ):
        return ModelError(
            f"{model}: the provider's content filter refused the request",
            hint="Ask in other words, or choose another --model.",
        )
    return _unreached(error, model) or _by_status(error, model)


def _unreached(error: BaseException, model: str) -> ModelError | None:
    """The error for a server that does not answer, or for an Ollama without the model."""
    provider, _, name = model.partition("/")
    if provider in _OLLAMA and _status(error) == 404:
        return ModelError(
            f"Ollama does not have the model {name}", hint=f"Fetch it with: ollama pull {name}"
        )
    if not _UNREACHED.search(f"{error} {error.__cause__} {error.__context__}"):
        return None
    if provider in _OLLAMA:
        return ModelError(
            f"{model} cannot be reached: is Ollama running?",
            hint="Start it with: ollama serve (or name its address with --api-base).",
        )
    hint = "Check the network, and --api-base if one is set."
    if provider in ("lm_studio", "llamafile", "hosted_vllm"):
        hint = "Start its server, and name its address with --api-base."
    return ModelError(f"{model} cannot be reached: nothing answers at its address", hint=hint)


def _by_status(error: BaseException, model: str) -> ModelError:
    status = _status(error)
    known = {
        400: ("refused the request as malformed", "Check the model's name and its settings."),
        401: ("rejected the API key", "Check the provider's key variable."),
        403: ("does not allow this key to use it", "Check the account's rights."),
        404: ("is not known to its provider", "Check the model's name and --api-base."),
        408: ("did not answer in time", "Raise --timeout or try again."),
    }
    if status in known:
        said, hint = known[status]
        return ModelError(f"{model} {said}" + (_reason(error) if status == 400 else ""), hint=hint)
    if status == 429:
        wait_s = named_pause_s(error)
        asked = "" if wait_s is None else f" ({wait_s:.0f} s)"
        return ModelError(
            f"{model} is busy and asks to wait longer than this call may{asked}",
            hint="Try again later, lower --jobs or raise --timeout.",
        )
    if status is not None and 300 <= status <= 399:
        return ModelError(
            f"{model}: its address sends requests elsewhere, which is not followed",
            hint="Set --api-base to the address that answers.",
        )
    if _NO_REPLY.search(str(error)):
        return ModelError(
            f"{model}: its address does not send a model's reply", hint="Check --api-base."
        )
    if may_pass(error):
        what = f" (status {status})" if status not in (None, 200, 500) else ""  # 500 is any fault
        return ModelError(
            f"{model} failed repeatedly{what}{_reason(error)}", hint="Try again later."
        )
    return ModelError(
        f"{model} refused the request (status {status}){_reason(error)}",
        hint="Check the model's name and its settings.",
    )


def _status(error: BaseException) -> int | None:
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else None


def _is_quota(error: BaseException) -> bool:
    """True for an account without money. Gemini says "quota" for a limit a minute too, but then it
    says how long to wait."""
    text = str(error)
    if _status(error) not in _MAY_BE_QUOTA or _RETRY_IN.search(text):
        return False
    return _QUOTA.search(text) is not None


def _reason(error: BaseException) -> str:
    """The provider's own message, after a colon; empty if it has none."""
    text = _TAIL.split(str(error))[0]
    message = _MESSAGE.search(text)
    reason = excerpt(message[1] if message else _PREFIX.sub("", text))
    return f": {reason}" if reason else ""
