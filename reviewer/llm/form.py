"""What a reply should be: JSON of a type, or prose; how long; what is wrong with its content."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from pydantic import BaseModel, Field

from reviewer.llm import replies
from reviewer.llm.replies import CutTextError, MisfitError

R = TypeVar("R", bound=BaseModel | str)


def never_worse(second: object, first: object) -> bool:
    """A second reply is better."""
    return False


def no_fault(reply: object) -> str:
    """Nothing is wrong."""
    return ""


@dataclass(frozen=True)
class Form(Generic[R]):
    """The form of one reply. `into` is its type: a pydantic model is asked for as JSON with a
    schema, a kind of `str` as prose.

    `schema` replaces the schema of the type where the prompt's own numbers are known. `most_tokens`
    bounds the reply, without a model's thoughts. `fault_of` says what is wrong with a reply that
    could be read; the model is told once, and its second reply is used if that can be read, unless
    it `is_worse` than the first.
    """

    into: type[R]
    schema: Mapping[str, Any] | None = None
    most_tokens: int | None = None
    fault_of: Callable[[R], str] = no_fault
    is_worse: Callable[[R, R], bool] = never_worse

    @property
    def is_prose(self) -> bool:
        return issubclass(self.into, str)

    def read(self, text: str) -> R:
        """The reply in its type. Raises MisfitError, whose text says why it does not fit."""
        if not self.is_prose:
            return cast(R, replies.read_reply(text, cast(type[BaseModel], self.into)))
        said = replies.prose_in(replies.without_thoughts(text))
        if not any(character.isalnum() for character in said):
            raise MisfitError("it holds no words")
        return cast(R, cast(type[str], self.into)(said))

    def read_thoughts(self, text: str) -> R:
        """The reply in its type, from the model's thoughts: only JSON can be told from them. Raises
        MisfitError."""
        if self.is_prose:
            raise MisfitError("it holds no words after its thoughts")
        return cast(R, replies.read_thoughts(text, cast(type[BaseModel], self.into)))

    def weigh(self, text: str) -> tuple[R | None, str]:
        """The reply, None if it cannot be read, and what the model is told of it; empty if nothing
        is wrong. Of a reply that breaks off it is what came whole."""
        try:
            reply = self.read(text)
        except CutTextError as cut:
            return cast(R, cut.reply), str(cut)
        except MisfitError as misfit:
            return None, str(misfit) or "it does not fit"
        return reply, self.fault_of(reply)

    def sent_schema(self, *, bounded: bool = False) -> dict[str, Any] | None:
        """The schema to send with the request, with the longest texts and lists if `bounded`; None
        for prose."""
        if self.is_prose:
            return None
        schema = dict(self.schema or replies.schema_of(cast(type[BaseModel], self.into)))
        return schema if bounded else cast(dict[str, Any], replies.unbounded(schema))

    def response_format(self, *, bounded: bool = False) -> dict[str, Any]:
        """The `response_format` of a request that makes the model follow the schema."""
        schema = {"name": self.into.__name__, "schema": deepcopy(self.sent_schema(bounded=bounded))}
        return {"type": "json_schema", "json_schema": schema | {"strict": True}}

    def in_words(self) -> str:
        """What to add to a prompt for a model that cannot be made to follow a schema. Lists of
        numbers stay out of it: the texts show them."""
        if self.is_prose:
            return ""
        schema = replies.unbounded(replies.schema_of(cast(type[BaseModel], self.into)))
        said = json.dumps(schema, ensure_ascii=False, separators=(",", ":"))
        return f"\n\nReply with one JSON object of this JSON schema and nothing else:\n{said}"

    def correction(self, fault: str) -> str:
        """What a model is told of a reply that cannot be used."""
        whole = "the whole text, to its last line" if self.is_prose else "the whole JSON object"
        return (
            f"That reply cannot be used: {fault}. Reply once more, with {whole} and nothing else."
        )


def at_most(characters: int) -> Any:  # noqa: ANN401  pydantic's own type
    """A field whose schema bounds its text, so that a small model comes to an end. A longer text of
    a model that was sent no bounds fits all the same."""
    return Field(json_schema_extra={"maxLength": characters})


def at_most_items(count: int) -> Any:  # noqa: ANN401  pydantic's own type
    """The same for a list."""
    return Field(json_schema_extra={"maxItems": count})


def with_choices(
    into: type[BaseModel], choices: Mapping[str, list[str]], lists: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """The schema of a reply type in which the fields of these names hold one of their choices, or a
    list of them; `lists` says how many items a list of the reply has."""
    schema = deepcopy(replies.schema_of(into))
    for field, count in (lists or {}).items():
        schema["properties"][field] |= {"minItems": count, "maxItems": count}
    for part in [schema, *schema.get("$defs", {}).values()]:
        for field, allowed in choices.items():
            own = part.get("properties", {}).get(field)
            if own is not None and allowed:
                one = {"type": "string", "enum": allowed}
                is_list = own.get("type") == "array"
                part["properties"][field] = {**own, "items": one} if is_list else one
    return schema
