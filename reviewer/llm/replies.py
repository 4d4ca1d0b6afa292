"""Reads a model's reply: JSON out of code fences, thoughts and prose, or why it does not fit.

Nothing is guessed: what does not fit the reply type is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from reviewer.errors import ModelError
from reviewer.llm.deadline import DeadlineError, OnText
from reviewer.text.redact import excerpt, redact_so_far

R = TypeVar("R", bound=BaseModel)

_THOUGHTS = re.compile(r"\s*<(think|thinking|thought|reasoning)>", re.IGNORECASE)
_END_OF_THOUGHTS = re.compile(r"</(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_LIST_BEGINS = re.compile(r"\s*(?:```\w*)?\s*\[\s*[{\[]")
_OBJECT_BEGINS = re.compile(r'\{\s*["}]')
_SPARE_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)
_DECODER = json.JSONDecoder(strict=False)  # models put bare line breaks into strings
_MOST_REASONS = 3
_KEPT_IN_SCHEMA = frozenset(
    "type properties items enum const anyOf $ref $defs description required".split()
)


class DamagedReplyError(ModelError, code="model_damaged_reply"):
    """A reply that must not be used as an answer: cut, empty, or the model declined."""

    def __init__(self, message: str, *, hint: str, may_pass: bool) -> None:
        super().__init__(message, hint=hint)
        self.may_pass = may_pass


class CutReplyError(DamagedReplyError, code="model_cut_reply"):
    """A reply that is longer than it may be."""


class DeclinedError(DamagedReplyError, code="model_declined"):
    """A model, or its provider, declined to answer."""


class MisfitError(ValueError):
    """A reply does not fit its type; the text says why, so that the model can correct it."""


class ModelReplyError(ModelError, code="model_reply"):
    """A model did not answer in the asked form, also not after a message on what was wrong."""


class ProviderReply(NamedTuple):
    """A provider's reply, whole or not. `finish` is None if the provider gave no reason for the
    end."""

    text: str | None
    finish: str | None
    refusal: str | None
    tokens_in: int
    tokens_out: int


class ReplyCache(Protocol):
    """Keeps replies between runs. Called by one thread at a time."""

    def find(self, key: str) -> str | None: ...

    def keep(self, key: str, reply: str, model: str) -> None: ...


def whole_text(reply: ProviderReply, model: str) -> str:
    """The reply's text. Raises DamagedReplyError if it must not be used as an answer."""
    if reply.refusal or reply.finish in ("refusal", "content_filter"):
        said = f": {excerpt(reply.refusal)}" if reply.refusal else ""
        raise DeclinedError(
            f"{model} declined to answer{said}",
            hint="Ask in other words, or choose another --model.",
            may_pass=False,
        )
    if reply.finish == "length":
        raise CutReplyError(
            f"{model}'s reply was cut at the model's longest length",
            hint="Ask for less, or choose a --model that may write more.",
            may_pass=False,
        )
    if not (reply.text or "").strip():
        raise DamagedReplyError(f"{model} sent an empty reply", hint="Run it again.", may_pass=True)
    if reply.finish is None:
        raise DamagedReplyError(f"{model}'s reply broke off", hint="Run it again.", may_pass=True)
    return str(reply.text)


def vectors_of(reply: Any, count: int, model: str) -> list[list[float]]:  # noqa: ANN401  litellm's
    """An embedding reply's vectors in the texts' order. Raises ModelError if one is missing."""
    rows = reply.data or []
    by_index = {row.get("index"): row.get("embedding") for row in rows}
    vectors = [vector for number in range(count) if (vector := by_index.get(number))]
    if len(rows) != count or len(vectors) != count:
        raise ModelError(
            f"{model} gave {len(rows)} vectors for {count} texts", hint="Run it again."
        )
    return vectors


def reply_of(reply: Any, body: str) -> ProviderReply:  # noqa: ANN401  litellm's own reply type
    """litellm's reply; `body` is what the provider sent, because litellm reports a missing end as a
    proper one."""
    usage = getattr(reply, "usage", None)
    tokens_in = int(getattr(usage, "prompt_tokens", 0) or 0)
    tokens_out = int(getattr(usage, "completion_tokens", 0) or 0)
    if not reply.choices:
        return ProviderReply(None, None, None, tokens_in, tokens_out)
    message = reply.choices[0].message
    refusal = (getattr(message, "provider_specific_fields", None) or {}).get("refusal")
    finish = None if _has_no_end(body) else reply.choices[0].finish_reason
    return ProviderReply(message.content, finish, refusal, tokens_in, tokens_out)


def read_stream(stream: Any, on_text: OnText, client: Any) -> ProviderReply:  # noqa: ANN401  litellm's own types
    """A whole stream; it and its `client` are closed. litellm ends every stream with "stop"; the
    end that the provider gave is in the stream's own fields."""
    text, tokens_in, tokens_out = "", 0, 0
    try:
        for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content:
                text += chunk.choices[0].delta.content
                on_text(redact_so_far(text))
            usage = getattr(chunk, "usage", None)
            if usage is not None:
                tokens_in, tokens_out = usage.prompt_tokens or 0, usage.completion_tokens or 0
    finally:
        # httpcore waits for itself, forever, if the garbage collector ends a stream while the same
        # pool is asked for a connection: 1 of 50 damaged streams on a busy machine.
        for held in (getattr(stream, "completion_stream", None), client):
            close = getattr(held, "close", None)
            if close is not None:
                close()
    finish = stream.received_finish_reason or stream.intermittent_finish_reason
    return ProviderReply(text, finish, None, tokens_in, tokens_out)


def read_reply(text: str, into: type[R]) -> R:
    """The reply as this type. Of several objects in it that fit, the longest is used.

    Raises MisfitError if no object fits.
    """
    reasons: list[str] = []
    for view in _views(mend(text)):
        fitting: list[tuple[int, R]] = []
        for value, length in _objects(view, reasons):
            try:
                as_json = mend(json.dumps(value, ensure_ascii=False))
                fitting.append((length, into.model_validate_json(as_json)))
            except ValidationError as error:
                reasons.append(_reason(error))
        if fitting:
            return max(fitting, key=lambda pair: pair[0])[1]
    raise MisfitError(reasons[0] if reasons else "it holds no JSON object")


@cache
def schema_of(into: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a reply type in the strict form that providers take: every field required,
    no others, no defaults or bounds (the type itself checks those). Made once, as pydantic takes
    2 ms and every call needs it twice; not to be changed."""
    strict: dict[str, Any] = _strict(into.model_json_schema())
    return strict


def mend(text: str) -> str:
    """The text with U+FFFD for half characters (lone surrogates), which cannot be stored."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _has_no_end(raw: str) -> bool:
    """True for an OpenAI-like body, as received, without a reason why the reply ended: litellm
    turns that into "stop". False for bodies of other shapes."""
    try:
        choice = json.loads(raw)["choices"][0]
        return not (choice.get("finish_reason") or choice.get("finish_details"))
    except (ValueError, LookupError, TypeError, AttributeError):
        return False


def without_thoughts(text: str) -> str:
    """The reply without the thoughts before it; empty if it has nothing else."""
    return next(_views(mend(text)))


def is_form_fault(error: ModelError) -> bool:
    """True for a reply that came and cannot be used; False where a provider failed or declined."""
    return isinstance(error, ModelReplyError | DamagedReplyError) and not isinstance(
        error, DeclinedError
    )


def in_short(error: ModelError) -> str:
    """What became of a call, without a word of the model's or the provider's, for a result."""
    said = {
        ModelReplyError: "the reply could not be read",
        CutReplyError: "the reply was cut",
        DamagedReplyError: "the reply was empty or broke off",
        DeclinedError: "the model declined to answer",
        DeadlineError: "no answer came in time",
    }
    return said.get(type(error), "the provider failed")


def _views(text: str) -> Iterator[str]:
    """The text without a model's thoughts, which may have drafts. Some models leave out the
    opening mark; then the closing mark may also be a word of the answer, so the whole text
    follows."""
    end = _END_OF_THOUGHTS.search(text)
    if _THOUGHTS.match(text):
        yield text[end.end() :] if end else ""
        return
    if end and not text.lstrip().startswith(("{", "```")):
        yield text[end.end() :]
    yield text


def _objects(text: str, reasons: list[str]) -> Iterator[tuple[Any, int]]:
    """The objects in the text and their lengths. Nothing is read from inside a broken object, or a
    reply that was cut would be read as its own last detail."""
    if _LIST_BEGINS.match(text):
        reasons.append("it is a list, not an object")
        return
    found: list[tuple[Any, int]] = []
    at = 0
    while begins := _OBJECT_BEGINS.search(text, at):
        start = begins.start()
        try:
            value, at = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            text = text[:start] + _SPARE_COMMA.sub(lambda m: m[1] or "", text[start:])
            try:
                value, at = _DECODER.raw_decode(text, start)
            except (ValueError, RecursionError) as error:
                reasons.append(f"it is not JSON: {error}")
                return
        found.append((value, at - start))
    yield from found


def _reason(error: ValidationError) -> str:
    """The first misfits, each with its place in the reply."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    named = [
        f"{'.'.join(str(part) for part in one['loc']) or 'the object'}: {one['msg'].lower()}"
        for one in found[:_MOST_REASONS]
    ]
    more = len(found) - _MOST_REASONS
    return "; ".join(named) + (f"; and {more} more" if more > 0 else "")


def _strict(node: Any) -> Any:  # noqa: ANN401  any part of a JSON schema
    if isinstance(node, list):
        return [_strict(part) for part in node]
    if not isinstance(node, dict):
        return node
    kept = {
        name: {key: _strict(part) for key, part in value.items()}
        if name in ("properties", "$defs")
        else _strict(value)
        for name, value in node.items()
        if name in _KEPT_IN_SCHEMA
    }
    if kept.get("type") == "object":
        kept["required"] = list(kept.setdefault("properties", {}))
        kept["additionalProperties"] = False
    return kept
