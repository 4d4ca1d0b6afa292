"""Tags evidence in its order and groups it by paper. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from reviewer.types.papers import Evidence


def tagged(evidence: Iterable[Evidence], after: int = 0) -> tuple[Evidence, ...]:
    """The evidence tagged E1, E2, ... in its order, so that no tag means two texts. The first tag
    is the one that follows `after`, the number of texts that are tagged already."""
    return tuple(
        item.model_copy(update={"tag": f"E{number}"})
        for number, item in enumerate(evidence, start=after + 1)
    )


def by_paper(evidence: Iterable[Evidence]) -> dict[str, list[Evidence]]:
    """The evidence of each paper by the paper's id: papers in the order in which they come first,
    and each paper's texts in theirs."""
    own: dict[str, list[Evidence]] = {}
    for item in evidence:
        own.setdefault(item.paper.id, []).append(item)
    return own
