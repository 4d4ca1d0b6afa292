"""join: the sum of two additions of papers."""

from __future__ import annotations

from reviewer.types.papers import Added


def join(one: Added, other: Added) -> Added:
    """The sum of two additions, of which `other` came later."""
    added = tuple(dict.fromkeys([*one.added, *other.added]))
    updated = tuple(i for i in dict.fromkeys([*one.updated, *other.updated]) if i not in added)
    entries = one.entries + other.entries
    return other.model_copy(
        update={
            "entries": entries,
            "added": added,
            "updated": updated,
            "unchanged": entries - len(added) - len(updated),
            "skipped": (*one.skipped, *other.skipped),
            "merged": tuple({p.id: p for p in (*one.merged, *other.merged)}.values()),
            "notes": tuple(dict.fromkeys([*one.notes, *other.notes])),
            "unread": (*one.unread, *other.unread),
            "files_read": one.files_read + other.files_read,
            "embedded": one.embedded + other.embedded,
            "seconds_embedding": one.seconds_embedding + other.seconds_embedding,
        }
    )
