"""Reads a model's reply into a record: JSON out of fences, thoughts and prose, or why not.

Nothing is guessed: what does not fit the record is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from reviewer.errors import ModelError
from reviewer.llm.deadline import Hear
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


class DamagedReplyError(ModelError):
    """A reply that must not be taken for an answer: cut, empty, or the model declined."""

    code = "model_damaged_reply"

    def __init__(self, message: str, *, hint: str, may_pass: bool) -> None:
        super().__init__(message, hint=hint)
        self.may_pass = may_pass


class MisfitError(ValueError):
    """A reply does not fit the record; the text says why, so that the model can mend it."""


class ModelReplyError(ModelError):
    """A model did not answer in the asked form, not even when shown what was wrong."""

    code = "model_reply"


class Heard(NamedTuple):
    """A provider's reply, whole or not. `finish` is None when the provider named no end."""

    text: str | None
    finish: str | None
    refusal: str | None
    tokens_in: int
    tokens_out: int


class ReplyCache(Protocol):
    """Keeps replies over runs. Called by one thread at a time."""

    def find(self, key: str) -> str | None: ...

    def keep(self, key: str, reply: str, model: str) -> None: ...


def whole(heard: Heard, model: str) -> str:
    """The reply's text. Raises DamagedReplyError when it must not be taken for an answer."""
    if heard.refusal or heard.finish in ("refusal", "content_filter"):
        said = f": {excerpt(heard.refusal)}" if heard.refusal else ""
        raise DamagedReplyError(
            f"{model} declined to answer{said}",
            hint="Ask in other words, or choose another --model.",
            may_pass=False,
        )
    if heard.finish == "length":
        raise DamagedReplyError(
            f"{model}'s reply was cut at its longest length",
            hint="Ask for less, or choose a --model that may write more.",
            may_pass=False,
        )
    if not (heard.text or "").strip():
        raise DamagedReplyError(f"{model} sent an empty reply", hint="Run it again.", may_pass=True)
    if heard.finish is None:
        raise DamagedReplyError(f"{model}'s reply broke off", hint="Run it again.", may_pass=True)
    return str(heard.text)


def vectors_of(reply: Any, count: int, model: str) -> list[list[float]]:  # noqa: ANN401  litellm's
    """An embedding reply's vectors in the texts' order. Raises ModelError when one is missing."""
    rows = reply.data or []
    by_index = {row.get("index"): row.get("embedding") for row in rows}
    vectors = [vector for number in range(count) if (vector := by_index.get(number))]
    if len(rows) != count or len(vectors) != count:
        raise ModelError(
            f"{model} gave {len(rows)} vectors for {count} texts", hint="Run it again."
        )
    return vectors


def heard_of(reply: Any, body: str) -> Heard:  # noqa: ANN401  litellm's own reply type
    """A reply, `body` as the provider sent it: litellm reports a missing end as a proper one."""
    usage = getattr(reply, "usage", None)
    tokens_in = int(getattr(usage, "prompt_tokens", 0) or 0)
    tokens_out = int(getattr(usage, "completion_tokens", 0) or 0)
    if not reply.choices:
        return Heard(None, None, None, tokens_in, tokens_out)
    message = reply.choices[0].message
    refusal = (getattr(message, "provider_specific_fields", None) or {}).get("refusal")
    finish = None if _has_no_end(body) else reply.choices[0].finish_reason
    return Heard(message.content, finish, refusal, tokens_in, tokens_out)


def listened_to(stream: Any, tell: Hear, client: Any) -> Heard:  # noqa: ANN401  litellm's own types
    """The whole of a stream; it and its `client` are closed. litellm ends every stream with "stop";
    what the provider itself gave as the end stands in the stream's own fields."""
    text, tokens_in, tokens_out = "", 0, 0
    try:
        for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content:
                text += chunk.choices[0].delta.content
                tell(redact_so_far(text))
            usage = getattr(chunk, "usage", None)
            if usage is not None:
                tokens_in, tokens_out = usage.prompt_tokens or 0, usage.completion_tokens or 0
    finally:
        # httpcore waits for itself, forever, when the garbage collector ends a stream while the
        # same pool is asked for a connection: 1 of 50 damaged streams on a busy machine.
        for held in (getattr(stream, "completion_stream", None), client):
            close = getattr(held, "close", None)
            if close is not None:
                close()
    finish = stream.received_finish_reason or stream.intermittent_finish_reason
    return Heard(text, finish, None, tokens_in, tokens_out)


def read_reply(text: str, into: type[R]) -> R:
    """The record that the reply holds. Of several objects that fit, the longest is meant.

    Raises MisfitError.
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


def schema_of(record: type[BaseModel]) -> dict[str, Any]:
    """The record's JSON schema in the strict form that providers take: every field required, none
    added, no defaults or bounds (the record itself checks those)."""
    strict: dict[str, Any] = json.loads(_schema_text(record))
    return strict


@cache
def _schema_text(record: type[BaseModel]) -> str:
    """Made once: pydantic takes 2 ms, and every call asks for it twice."""
    return json.dumps(_strict(record.model_json_schema()))


def as_format(record: type[BaseModel]) -> dict[str, Any]:
    """The `response_format` of a request that holds the model to the record's schema."""
    schema = {"name": record.__name__, "schema": schema_of(record), "strict": True}
    return {"type": "json_schema", "json_schema": schema}


def in_prose(record: type[BaseModel]) -> str:
    """What to add to a prompt for a model that cannot be held to a schema."""
    schema = json.dumps(schema_of(record), ensure_ascii=False, separators=(",", ":"))
    return f"\n\nReply with one JSON object of this JSON schema and nothing else:\n{schema}"


def told_back(misfit: MisfitError) -> str:
    """What to tell the model of a reply that does not fit."""
    return (
        f"That reply cannot be used: {misfit}. Reply once more, with the whole JSON object and "
        "nothing else."
    )


def mend(text: str) -> str:
    """The text with halves of a character (lone surrogates) as U+FFFD: they cannot be stored."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _has_no_end(raw: str) -> bool:
    """True for an OpenAI-like body, as received, that says no reason why the reply ended: litellm
    makes "stop" of it. Other shapes pass."""
    try:
        body = json.loads(raw)
    except ValueError:
        return False
    if not isinstance(body, dict):
        return False
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        return False
    return not (choices[0].get("finish_reason") or choices[0].get("finish_details"))


def _views(text: str) -> Iterator[str]:
    """The text without a model's thoughts, which may hold drafts. Some models leave the opening
    mark out; then the closing one may also be a word of the answer."""
    end = _END_OF_THOUGHTS.search(text)
    if _THOUGHTS.match(text):
        yield text[end.end() :] if end else ""
        return
    if end and not text.lstrip().startswith(("{", "```")):
        yield text[end.end() :]
    yield text


def _objects(text: str, reasons: list[str]) -> Iterator[tuple[Any, int]]:
    """The objects in the text and their lengths. Nothing is taken from inside a broken one, or a
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
    """The first misfits, each with its place."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    named = [
        f"{'.'.join(str(part) for part in one['loc']) or 'the object'}: {one['msg'].lower()}"
        for one in found[:_MOST_REASONS]
    ]
    more = len(found) - _MOST_REASONS
    return "; ".join(named) + (f"; and {more} more" if more > 0 else "")


def _strict(node: Any) -> Any:  # noqa: ANN401  any piece of a JSON schema
    if isinstance(node, list):
        return [_strict(piece) for piece in node]
    if not isinstance(node, dict):
        return node
    kept = {
        name: {key: _strict(piece) for key, piece in value.items()}
        if name in ("properties", "$defs")
        else _strict(value)
        for name, value in node.items()
        if name in _KEPT_IN_SCHEMA
    }
    if kept.get("type") == "object":
        kept["required"] = list(kept.setdefault("properties", {}))
        kept["additionalProperties"] = False
    return kept
