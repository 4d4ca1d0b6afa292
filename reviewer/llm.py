"""The only file that knows litellm: calls that a provider answers, retried in one layer."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from email.utils import parsedate_to_datetime
from typing import Any

from reviewer.errors import ModelError
from reviewer.settings import Settings

MOST_ATTEMPTS = 4
_LONGEST_WAIT_S = 60.0
_RETRIED = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
_QUOTA = re.compile(r"insufficient_quota|exceeded your current quota|billing", re.IGNORECASE)
_KEY_LIKE = re.compile(r"\b(?:sk|pk|key|AIza|gsk|hf|xai)[-_]?[A-Za-z0-9_-]{12,}")


def load_litellm() -> Any:  # noqa: ANN401  a module without types
    """The module, imported on first use (2 to 4 s) and told to fetch and print nothing."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    os.environ.setdefault("LITELLM_MODE", "PRODUCTION")
    import litellm

    litellm.suppress_debug_info = True
    litellm.telemetry = False
    return litellm


def embed(model: str, texts: Sequence[str], settings: Settings) -> list[list[float]]:
    """One vector a text from a provider's embedding model, in the texts' order.

    Raises ModelError when the provider refuses, fails after MOST_ATTEMPTS, or gives another number
    of vectors than texts.
    """
    litellm = load_litellm()

    def call() -> Any:  # noqa: ANN401  litellm's own reply type
        return litellm.embedding(
            model=model,
            input=list(texts),
            api_base=settings.api_base or None,
            timeout=settings.timeout_s,
            num_retries=0,
            max_retries=0,
        )

    reply = retried(call, model)
    rows = sorted(reply.data or [], key=lambda row: row["index"])
    if len(rows) != len(texts):
        raise ModelError(
            f"{model} gave {len(rows)} vectors for {len(texts)} texts", hint="Run it again."
        )
    return [row["embedding"] for row in rows]


def retried(call: Callable[[], Any], model: str) -> Any:  # noqa: ANN401  what the call gives
    """The call's result. Busy and broken providers are asked again with growing pauses, or after
    the pause that they name; refusals are not. Raises ModelError in the user's words."""
    import tenacity

    def pause(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        named = _retry_after_s(error)
        grown = tenacity.wait_random_exponential(multiplier=0.5, max=20)(state)
        return min(_LONGEST_WAIT_S, grown if named is None else named)

    retrying = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(MOST_ATTEMPTS),
        wait=pause,
        retry=tenacity.retry_if_exception(_may_pass),
        reraise=True,
    )
    try:
        return retrying(call)
    except Exception as error:
        told = _in_words(error, model)
        if told is None:
            raise
        raise told from None  # the provider's own text may echo the key


def _status(error: BaseException) -> int | None:
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else None


def _may_pass(error: BaseException) -> bool:
    """True for faults that another attempt may not meet."""
    status = _status(error)
    if status is None or _QUOTA.search(str(error)):
        return False
    return status in _RETRIED


def _retry_after_s(error: BaseException | None) -> float | None:
    """Seconds that the provider asks to wait: a number or a date in its `Retry-After` header."""
    headers = getattr(error, "litellm_response_headers", None) or {}
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    from datetime import UTC, datetime

    return max(0.0, (when - datetime.now(UTC)).total_seconds())


def _in_words(error: Exception, model: str) -> ModelError | None:
    """A provider's fault for the user, without anything that could be a key; None: not one."""
    status = _status(error)
    if status is None:
        return None
    if _QUOTA.search(str(error)):
        return ModelError(f"{model}: the account's quota is used up", hint="Check its billing.")
    if "api_key" in str(error) and "must be set" in str(error):
        return ModelError(f"{model} needs an API key", hint="Set the provider's key variable.")
    said, hint = {
        400: ("refused the request as malformed", "Check the model's name and its settings."),
        401: ("rejected the API key", "Check the provider's key variable."),
        403: ("does not allow this key to use it", "Check the account's rights."),
        404: ("is not known to its provider", "Check the model's name and --api-base."),
        408: ("did not answer in time", "Raise --timeout or try again."),
        429: ("is busy and asked to wait too often", "Try again later."),
    }.get(status, (f"failed again and again (status {status})", "Try again later."))
    reason = _KEY_LIKE.sub("(key)", str(error).split("\n")[0])[:160] if status == 400 else ""
    return ModelError(f"{model} {said}" + (f": {reason}" if reason else ""), hint=hint)
