"""What an error of a provider means: whether and when to try again, and what to tell the user."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from threading import Event
from typing import TypeVar

from reviewer.errors import ModelError, ReviewError
from reviewer.llm.deadline import DeadlineError
from reviewer.llm.providers import is_ollama, unreached
from reviewer.llm.replies import TooLargeError
from reviewer.retry import Patience, retry, retry_after_s
from reviewer.text.redact import excerpt

T = TypeVar("T")

MOST_ATTEMPTS = 4
LONGEST_PAUSE_S = 30.0  # of those that grow; a provider may name a longer one
_RETRIED = frozenset({200, 408, 409, 429})  # and 5xx; 200 is a body that is not a reply
_MAY_BE_QUOTA = frozenset({400, 402, 403, 429})
_QUOTA = re.compile(
    r"insufficient_quota|exceeded your current quota|credit balance|insufficient credits|billing",
    re.IGNORECASE,
)
_LOADING = re.compile(r"loading|starting up|warming up|not ready", re.IGNORECASE)
# "try again in 7m12.5s", "retry in 34 s", "try again in 20ms", "Retry after 5 seconds"
_RETRY_IN = re.compile(
    r"(?:retry|try again)(?: (?:in|after))? "
    r"(?:(?P<h>\d+) ?h(?:ours?)?)?\s?(?:(?P<m>\d+) ?m(?:in(?:ute)?s?)?(?!s))?\s?"
    r"(?:(?P<s>\d+(?:\.\d+)?) ?(?P<unit>ms|s))?",
    re.IGNORECASE,
)
_FILTER = re.compile(r"content[ _](?:management|filter|policy)", re.IGNORECASE)
# OpenAI, Anthropic, Gemini, Groq, OpenRouter, vLLM, llama.cpp and LM Studio, in their own words.
_TOO_LARGE = re.compile(
    r"context[ _](?:length|window|size)|request too large|input token count|exceed_context_size"
    r"|(?:prompt|input|request|message)s? (?:is|are) too (?:long|large)"
    r"|maximum (?:input|prompt) length"
    r"|reduce the length|too many input tokens",
    re.IGNORECASE,
)
_MOST_TOKENS = re.compile(
    r"(?:limit|maximum|length|window|size|up to)[^\d>]{0,40}?(?P<named>\d[\d,]{2,})"
    r"|> ?(?P<beyond>\d[\d,]{2,})",
    re.IGNORECASE,
)
_TOO_LARGE_STATUS = frozenset({400, 413, 422, 429, 500})
_SCHEMA_STATUS = frozenset({400, 404, 415, 422, 500, 501})
_NO_SCHEMA = re.compile(
    r"response.?format|json.?schema|json.?object|json.?mode|json_validate_failed|structured"
    r"|guided|grammar|schema",
    re.IGNORECASE,
)
_OWN_RULES = re.compile(r"data policy|privacy|guardrail|settings", re.IGNORECASE)
_MESSAGE = re.compile(r"[\"']message[\"']:\s*(?:\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)')")
_RAW = re.compile(r"[\"']raw[\"']:\s*(?:\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)')")
_ERROR_TEXT = re.compile(r"[\"']error[\"']:\s*(?:\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)')")
_MARKUP = re.compile(r"<!doctype|<html|<head|<body|<title", re.IGNORECASE)
_TAIL = re.compile(r"Traceback \(most recent call last\)|Original exception:")
_NO_REPLY = re.compile(
    r"Empty or invalid response|Received response|Unable to get json|Invalid response object"
    r"|provider returned"
)
_UNREACHED = re.compile(
    r"Connection refused|Cannot connect to host|All connection attempts failed|Connection error"
    r"|Name or service not known|nodename nor servname|getaddrinfo failed"
    r"|Temporary failure in name resolution|No address associated|Network is unreachable"
    r"|No route to host",
    re.IGNORECASE,
)
_BROKEN_OFF = frozenset({"ReadError", "RemoteProtocolError", "IncompleteRead"})  # httpx's names
_OTHER_LIMIT = "max_completion_tokens"
_CHECK_NAME = "Check the model's name, and --api-base, which for most servers ends in /v1."
_PREFIX = re.compile(r"^(?:[\w.]+: )*(?:\w+Exception(?: APIError)? - )?")


def is_fault(error: BaseException) -> bool:
    """True for what litellm raises for a provider; anything else is our own bug."""
    return hasattr(error, "llm_provider")


def may_pass(error: BaseException) -> bool:
    """True for an error that may not happen in another attempt."""
    if not is_fault(error):
        return getattr(error, "may_pass", False)
    if _is_quota(error) or _is_too_large(error) or _own_error(error):
        return False
    status = _status(error)
    return status is None or status in _RETRIED or 500 <= status <= 599


def asks_to_wait(error: BaseException) -> bool:
    """True for a limit of the account and for a server that is not ready: both pass with time."""
    status = _status(error)
    return status == 429 or (status == 503 and _LOADING.search(str(error)) is not None)


def named_pause_s(error: BaseException) -> float | None:
    """Seconds that the provider asks to wait: a number or a date in its `Retry-After` header, or
    "try again in 7m12.5s" in its message (Groq, Gemini, OpenAI); None if it does not say."""
    headers = getattr(error, "litellm_response_headers", None) or {}
    value = headers.get("retry-after")
    if value is not None:
        return retry_after_s(value)
    return _pause_in(str(error)) if _status(error) == 429 else None


def _pause_in(text: str) -> float | None:
    said = _RETRY_IN.search(text)
    if said is None or not (said["h"] or said["m"] or said["s"]):
        return None
    seconds = float(said["s"] or 0) / (1000 if (said["unit"] or "").lower() == "ms" else 1)
    return 3600 * int(said["h"] or 0) + 60 * int(said["m"] or 0) + seconds


def until_answered(
    attempt: Callable[[], T], model: str, most_s: float, pause_s: float, closed: Event
) -> T:
    """The result of the first attempt that succeeds, each begun within `most_s` seconds: of
    MOST_ATTEMPTS at most, and of any number while the provider asks to wait. Pauses grow from
    `pause_s` and end when `closed` is set. Raises ModelError with a message for the user."""
    began = time.monotonic()
    limits: list[BaseException] = []  # that were met: one tells more than the deadline after it

    def watched() -> T:
        try:
            return attempt()
        except Exception as error:
            if is_fault(error) and asks_to_wait(error):
                limits.append(error)
            raise

    try:
        return retry(
            watched,
            Patience(
                MOST_ATTEMPTS,
                pause_s,
                jitter_s=pause_s,
                longest_grown_s=LONGEST_PAUSE_S,
                total_s=most_s,
            ),
            may_pass=may_pass,
            is_free=asks_to_wait,
            named_pause_s=named_pause_s,
            sleep=closed.wait,
        )
    except DeadlineError:
        if limits:
            raise in_words(limits[-1], model, time.monotonic() - began, most_s) from None
        raise DeadlineError(
            f"{model} did not answer within {most_s:g} s", hint="Raise --timeout."
        ) from None
    except Exception as error:
        if not is_fault(error):
            raise
        # The provider's own text may have the key.
        raise in_words(error, model, time.monotonic() - began, most_s) from None


def in_words(
    error: BaseException, model: str, waited_s: float = 0.0, most_s: float = 0.0
) -> ModelError:
    """A provider's error for the user, without anything that could be a key, after `waited_s`
    seconds of the `most_s` that a call may take."""
    if own := _own_error(error):
        return ModelError(f"{model} cannot be asked: {own.message}", hint=own.hint)
    if _is_quota(error):
        return ModelError(
            f"{model}: the account's quota or credit is used up{_reason(error)}",
            hint="Check its billing.",
        )
    if _is_too_large(error):
        return _too_large(error, model)
    if type(error).__name__ == "ContentPolicyViolationError" or (
        _status(error) == 400 and _FILTER.search(str(error))
    ):
        return ModelError(
            f"{model}: the provider's content filter refused the request",
            hint="Ask in other words, or choose another --model.",
        )
    if is_ollama(model) and _status(error) == 404:
        name = model.partition("/")[2]
        return ModelError(
            f"Ollama does not have the model {name}", hint=f"Fetch it with: ollama pull {name}"
        )
    if found := _connection_error(error, model):
        return found
    if asks_to_wait(error):
        return _still_waiting(error, model, waited_s, most_s)
    return _by_status(error, model)


def _connection_error(error: BaseException, model: str) -> ModelError | None:
    """The error for a connection that was not made, or ended early; None for any other."""
    if any(type(one).__name__ in _BROKEN_OFF for one in _chain(error)):
        return ModelError(
            f"{model}: its server ended the connection before its reply was whole",
            hint="Look at the server's own messages, and run it again.",
        )
    is_unreached = any(_UNREACHED.search(str(one)) for one in _chain(error))
    return unreached(model) if is_unreached else None


def refuses_schema(error: BaseException) -> bool:
    """True for a request that may pass without its JSON schema: one that is refused for it, or as
    malformed for an unknown reason."""
    if not is_fault(error) or _is_quota(error) or _is_too_large(error) or _own_error(error):
        return False
    status, reason = _status(error), _reason(error)
    if status not in _SCHEMA_STATUS or _FILTER.search(reason) or _NO_REPLY.search(str(error)):
        return False
    return status in (400, 422) or _NO_SCHEMA.search(reason) is not None


def wants_other_limit(error: BaseException) -> bool:
    """True for a request whose `max_tokens` should be `max_completion_tokens`, as OpenAI's newer
    models want it; litellm renames it for those that it knows."""
    return is_fault(error) and _status(error) == 400 and _OTHER_LIMIT in _reason(error)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and those that it was raised from or while handling, each once."""
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and all(one is not other for other in seen):
            seen.append(one)
            yield one
            waiting += [one.__context__, one.__cause__]


def _own_error(error: BaseException) -> ReviewError | None:
    """What our own part of the connection raised on the way, such as a missing certificate."""
    return next((one for one in _chain(error) if isinstance(one, ReviewError)), None)


def _is_too_large(error: BaseException) -> bool:
    if type(error).__name__ == "ContextWindowExceededError":
        return True
    status = _status(error)
    return status == 413 or (
        status in _TOO_LARGE_STATUS and _TOO_LARGE.search(_reason(error)) is not None
    )


def _too_large(error: BaseException, model: str) -> TooLargeError:
    said = _MOST_TOKENS.search(_reason(error))
    most = int((said["named"] or said["beyond"]).replace(",", "")) if said else None
    return TooLargeError(
        f"the prompt is longer than {model} takes at once{_reason(error)}",
        hint="Say with --context how many tokens it takes, or ask over fewer papers.",
        most_tokens=most,
    )


def _still_waiting(error: BaseException, model: str, waited_s: float, most_s: float) -> ModelError:
    """The error for a limit, or a server that loads, which lasted longer than the call may."""
    named = named_pause_s(error)
    if named is not None and waited_s + named >= most_s:
        return ModelError(
            f"{model} asks to wait {_spell(named)}, and a call may take {_spell(most_s)}"
            f"{_reason(error)}",
            hint="Try again after that, lower --jobs, or raise --timeout.",
        )
    what = "refuses more requests for now" if _status(error) == 429 else "is not ready yet"
    return ModelError(
        f"{model} {what}, also after {_spell(waited_s)} of waiting{_reason(error)}",
        hint="Try again later, lower --jobs, or raise --timeout.",
    )


def _spell(seconds: float) -> str:
    """`7 min 12 s`, `30 s`, `0.4 s`."""
    if seconds < 60:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.2g} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (rest, "s")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count)


def _by_status(error: BaseException, model: str) -> ModelError:
    status, reason = _status(error), _reason(error)
    known = {
        400: (f"refused the request as malformed{reason}", "Check the model's name and settings."),
        401: ("rejected the API key", "Check the provider's key variable. See: review models"),
        403: (f"does not allow this key to use it{reason}", "Check the account's rights."),
        404: (f"is not known at its address{reason}", _CHECK_NAME),
        408: ("did not answer in time", "Raise --timeout or try again."),
    }
    if status == 404 and _OWN_RULES.search(reason):
        return ModelError(
            f"{model}: the account's settings leave nothing that may answer{reason}",
            hint="Change them at the provider, or choose another --model.",
        )
    if status in known:
        said, hint = known[status]
        return ModelError(f"{model} {said}", hint=hint)
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
        return ModelError(f"{model} failed repeatedly{what}{reason}", hint="Try again later.")
    return ModelError(
        f"{model} refused the request (status {status}){reason}",
        hint="Check the model's name and its settings.",
    )


def _status(error: BaseException) -> int | None:
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else None


def _is_quota(error: BaseException) -> bool:
    """True for an account without money. Gemini says "quota" for a limit a minute too, but then it
    says how long to wait."""
    text = str(error)
    status = _status(error)
    if status == 402:
        return True
    if status not in _MAY_BE_QUOTA or _pause_in(text) is not None:
        return False
    return _QUOTA.search(text) is not None


def _reason(error: BaseException) -> str:
    """The provider's own message, after a colon; empty if it has none or sent a page."""
    text = _TAIL.split(str(error))[0]
    if _MARKUP.search(text):
        return ""
    found = _MESSAGE.search(text) or _ERROR_TEXT.search(text)
    said = (found[1] or found[2] or "") if found else _PREFIX.sub("", text)
    if behind := _RAW.search(text):  # OpenRouter's, of the provider behind it
        said = f"{said}: {behind[1] or behind[2] or ''}"
    reason = excerpt(said).rstrip(". ")
    return f": {reason}" if reason else ""
