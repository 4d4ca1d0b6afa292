"""Keeps API keys out of messages, the cache and answers, also if a provider echoes them."""

from __future__ import annotations

import os
import re

_SECRET_NAME = re.compile(r"(?:KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS)$", re.IGNORECASE)
_KEY_LIKE = re.compile(
    r"\b(?:sk|pk|rk|key|gsk|hf|xai)[-_][\w*-]{8,}|\bAIza[\w-]{16,}|\bBearer\s+\S+|(?<=://)[^/@\s]+@"
)
_HIDDEN = "(key)"
_SHORTEST_SECRET = 8
_MOST_SHOWN = 200


def redact(text: str) -> str:
    """The text without the values of the environment's key variables."""
    for value in sorted(_secrets(), key=len, reverse=True):
        text = text.replace(value, _HIDDEN)
    return text


def redact_so_far(text: str) -> str:
    """`redact` for a text that still grows: an end that may become a key is held back."""
    text = redact(text)
    ends = [
        length
        for value in _secrets()
        for length in range(1, min(len(value), len(text) + 1))
        if text.endswith(value[:length])
    ]
    return text[: len(text) - max(ends, default=0)]


def excerpt(text: str) -> str:
    """The start of a foreign text for a message: one line of at most _MOST_SHOWN characters,
    without anything that could be a key."""
    text = _KEY_LIKE.sub(_HIDDEN, redact(text[: 10 * _MOST_SHOWN]))
    text = "".join(c for c in " ".join(text.split()) if c.isprintable())
    return text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "…"


def _secrets() -> set[str]:
    return {
        value
        for name, value in os.environ.items()
        if _SECRET_NAME.search(name) and len(value) >= _SHORTEST_SECRET and not value.isalpha()
    }
