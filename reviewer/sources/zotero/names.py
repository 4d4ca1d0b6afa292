"""What a user names in Zotero: all of it, a collection, a tag, an item, or a group.

`zotero:`, `zotero:collection/NAME`, `zotero:tag/NAME`, `zotero:item/KEY`, `zotero:group/NAME`, and
parts of a group, as `zotero:group/NAME/tag/NAME`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from reviewer.errors import NotFoundError, UsageError

SCHEME = "zotero:"
FORMS = "zotero:, zotero:collection/NAME, zotero:tag/NAME, zotero:item/KEY, zotero:group/NAME"
_PARTS = ("collection", "tag", "item")
_KINDS = (*_PARTS, "group")
_NEAR, _MOST_NEAR = 0.5, 3


@dataclass(frozen=True)
class ZoteroName:
    """A part of a Zotero library; an empty field limits nothing. `group` is a name or an id, the
    user's own library where it is empty. `collection` may be a path, as `Thesis/Chapter 2`."""

    group: str = ""
    collection: str = ""
    tag: str = ""
    item: str = ""  # its key


def is_zotero(name: str) -> bool:
    return name.strip().lower().startswith(SCHEME)


def read_name(text: str) -> ZoteroName:
    """What `text` names. Raises UsageError for a form that is not known."""
    rest = text.strip()[len(SCHEME) :].strip("/ ")
    group = ""
    if rest.lower().startswith("group/"):
        group, found, rest = _cut_at_part(rest.partition("/")[2])
        if not group or (found and not rest):
            raise _not_understood(text, "group")
    if not rest:
        return ZoteroName(group)
    kind, _, name = rest.partition("/")
    name = name.strip("/ ")
    if kind.lower() not in _PARTS or not name:
        raise _not_understood(text, kind)
    return ZoteroName(group, **{kind.lower(): name})


def nearest(wanted: str, names: Iterable[str], what: str) -> NotFoundError:
    """The error for a collection, tag or group that is not in Zotero, with the nearest names."""
    known = sorted(set(names))
    folded = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(wanted.casefold(), folded, _MOST_NEAR, _NEAR)
    if near:
        hint = f"Did you mean {', '.join(folded[name] for name in near)}?"
    elif known:
        hint = f"There are: {', '.join(known[:10])}{' ...' if len(known) > 10 else ''}"
    else:
        hint = f"Zotero has no {what} here. Add the whole library: review add zotero:"
    return NotFoundError(f"Zotero has no {what} '{wanted}'", hint=hint)


def _cut_at_part(rest: str) -> tuple[str, bool, str]:
    """A group's name, whether a part of it follows, and that part."""
    folded = rest.lower()
    for kind in _PARTS:
        at = folded.find(f"/{kind}/")
        if at >= 0:
            return rest[:at].strip("/ "), True, rest[at + 1 :]
    return rest.strip("/ "), False, ""


def _not_understood(text: str, kind: str) -> UsageError:
    near = difflib.get_close_matches(kind.lower(), _KINDS, 1, 0.6)
    meant = f"Did you mean {SCHEME}{near[0]}/NAME? " if near and near[0] != kind.lower() else ""
    return UsageError(f"'{text}' is not understood", hint=f"{meant}The forms are {FORMS}.")
