"""Brings the values of a model's reply to the fields of its type: names, wrappers, lists.

Values are not changed, only where they stand; what a value must be, its type says.
"""

from __future__ import annotations

import re
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

_DEEPEST = 3  # wrappers around a reply


def in_form(value: Any, into: type[BaseModel]) -> Any:  # noqa: ANN401  any JSON
    """The value as an object with the fields of the type: taken out of what is wrapped around it, a
    bare list in its field, names in another case as the fields', others left out."""
    found = _unwrapped(value, into, _DEEPEST)
    return _named(found if found is not None else value, into)


def joined(values: list[Any], into: type[BaseModel]) -> Any:  # noqa: ANN401  any JSON
    """One reply of items that stand one by one, as in JSON Lines; None if they are not several
    items."""
    field = _list_field(into)
    model = _model_in(into.model_fields[field]) if field else None
    if model is None or len(values) < 2:
        return None
    if any(_has_required(value, into) or not _has_required(value, model) for value in values):
        return None
    return {field: values}


def _unwrapped(value: Any, into: type[BaseModel], depth: int) -> Any:  # noqa: ANN401
    """What the fields of the type can be read from; None if there is nothing like it."""
    field = _list_field(into)
    if _has_required(value, into):
        return value
    if isinstance(value, list):
        if len(value) == 1 and _has_required(value[0], into):
            return value[0]
        return {field: value} if field and _may_be_items(value, into.model_fields[field]) else None
    if not isinstance(value, dict) or not depth:
        return None
    if field and (items := _items_of(value, into.model_fields[field])):
        return {field: items}
    inner = [_unwrapped(v, into, depth - 1) for v in value.values() if isinstance(v, dict | list)]
    found = [one for one in inner if one is not None]
    return found[0] if len(found) == 1 else None


def _items_of(value: dict[str, Any], field: FieldInfo) -> list[Any]:
    """The items of a list that a model wrote as its one item, or as an object with a tag as the
    name of each."""
    model = _model_in(field)
    if model is None:
        return []
    if _has_required(value, model) and any(_plain(key) == "tag" for key in value):
        return [value]
    if "tag" not in model.model_fields or not all(isinstance(v, dict) for v in value.values()):
        return []
    parts = [{"tag": key, **part} for key, part in value.items()]
    return parts if all(_has_required(part, model) for part in parts) else []


def _may_be_items(value: list[Any], field: FieldInfo) -> bool:
    model = _model_in(field)
    if model is None:
        return bool(value) and all(isinstance(item, str | int) for item in value)
    return bool(value) and all(_has_required(item, model) for item in value)


def _named(value: Any, into: type[BaseModel]) -> Any:  # noqa: ANN401
    """The object under the names of the fields. A field that may be left out is, if it is null."""
    if not isinstance(value, dict):
        return value
    names = {_plain(name): name for name in into.model_fields}
    found: dict[str, Any] = {}
    for key, part in value.items():
        name = key if key in into.model_fields else names.get(_plain(key))
        if name is None or name in found:
            continue
        field = into.model_fields[name]
        if part is not None or field.is_required():
            found[name] = _placed(part, field)
    return found


def _placed(value: Any, field: FieldInfo) -> Any:  # noqa: ANN401
    """The value of a field, in a list if the field is one."""
    model = _model_in(field)
    if model is not None and isinstance(value, dict):
        items = _items_of(value, field)
        value = items or [value]
    if _is_list(field) and isinstance(value, list):
        if model is not None:
            return [_named(item, model) for item in value]
        return [_as_text(item) for item in value]
    if isinstance(value, list) and len(value) == 1 and field.annotation is str:
        return _as_text(value[0])
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number and field.annotation is str else value


def _as_text(value: Any) -> Any:  # noqa: ANN401
    """`E1.2` for {"number": "E1.2"}, and `2` for 2."""
    if isinstance(value, dict) and len(value) == 1:
        value = next(iter(value.values()))
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _has_required(value: Any, model: type[BaseModel]) -> bool:  # noqa: ANN401
    if not isinstance(value, dict):
        return False
    given = {_plain(key) for key in value}
    required = {name for name, field in model.model_fields.items() if field.is_required()}
    return bool(required) and all(_plain(name) in given for name in required)


def _list_field(into: type[BaseModel]) -> str:
    """The field with the items of a reply; empty if it has none."""
    fields = into.model_fields.items()
    return next((name for name, field in fields if field.is_required() and _is_list(field)), "")


def _is_list(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is tuple


def _model_in(field: FieldInfo) -> type[BaseModel] | None:
    """The type of the items of a list of objects."""
    first = next(iter(get_args(field.annotation)), None) if _is_list(field) else None
    return first if isinstance(first, type) and issubclass(first, BaseModel) else None


def _plain(name: object) -> str:
    """`isyesno` for is_yes_no, isYesNo and "Is yes/no"."""
    return re.sub(r"[\W_]", "", str(name)).casefold()
