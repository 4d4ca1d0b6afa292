"""Goes through a screening's decisions again, to show that each record came as its ranking says."""

from __future__ import annotations

from reviewer.tasks.screening.screening import Screening


def replay_screening(screening: Screening) -> tuple[int, str]:
    """How many records were ranked again from the decisions before each, and where the first one
    that came differs from what is kept; empty where none does. Papers that were merged, split or
    removed since may be such a difference."""
    rankings = screening.store.rankings(screening.name)
    again = Screening(screening.library, screening.name)
    again.rewind()
    steps = 0
    for decision in screening.decisions:
        kept = rankings.get(decision.id)
        if kept is not None:
            found = again.ranking_for(decision.reviewer, kept)
            if found is None or found.top[:1] != kept.top[:1]:
                first = "no record" if found is None else _key(screening, found.top[0])
                changed = found is not None and found.inputs_sha256 != kept.inputs_sha256
                why = "it is ranked from other decisions now" if changed else "the ranking differs"
                return steps, (
                    f"step {steps + 1}: {_key(screening, kept.top[0])} came first, now {first} "
                    f"does; {why} (papers merged or removed since, or another release than "
                    f"{screening.screen.release})"
                )
            steps += 1
        again.take(decision)
    return steps, ""


def _key(screening: Screening, position: int) -> str:
    paper_id = screening.present_id(screening.records[position].paper_id)
    return screening.library.paper(paper_id).key
