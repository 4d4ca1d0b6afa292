"""What the decisions on a paper come to. All pure functions of the decisions, oldest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from reviewer.tasks.screening.agreement import agreed_share, cohen_kappa, gwet_ac1
from reviewer.types.screening import MODEL, Agreement, Decision, Outcome, Stage, Verdict

RESOLVE = "resolve"
_GOES_ON = ("include", "maybe")
_KINDS = 2  # agreement is over what goes on and what does not

Standing = dict[tuple[str, Stage], dict[str, Decision]]
"""By paper and stage, each reviewer's decision that stands; that of a `resolve` under RESOLVE."""


def standing(decisions: Iterable[Decision], paper_of: Mapping[str, str]) -> Standing:
    """The decisions that stand. `paper_of` gives the present paper of an id; one that is not in it
    keeps its own. Where one reviewer decided differently on two papers that are one by now, both
    decisions stand, the second under `NAME (merged)`, so that they are a conflict. What a file says
    that a model decided counts for nothing."""
    last: dict[tuple[str, Stage, str], Decision] = {}
    for own in alive(decisions):
        if own.verdict != "note" and not own.reviewer.startswith(MODEL):
            name = RESOLVE if own.source == RESOLVE else own.reviewer
            last.pop((own.paper_id, own.stage, name), None)  # so that the later one comes last
            last[own.paper_id, own.stage, name] = own
    found: Standing = defaultdict(dict)
    for (paper_id, stage, name), own in last.items():
        there = found[paper_of.get(paper_id, paper_id), stage]
        before = there.get(name)
        if before is not None and name != RESOLVE and _kind(before.verdict) != _kind(own.verdict):
            there[f"{name} (merged)"] = before
        there[name] = own
    return found


def alive(decisions: Iterable[Decision]) -> list[Decision]:
    """The decisions and notes that no undo took back, oldest first. An undo cannot be undone."""
    every = list(decisions)
    gone = {own.undoes for own in every if own.verdict == "undo"}
    return [own for own in every if own.verdict != "undo" and own.id not in gone]


def outcome(own: Mapping[str, Decision], order: Sequence[str] = ()) -> Outcome:
    """The outcome of the decisions that stand on one paper at one stage; `order` are the keys of
    criteria, for the reason that counts first.

    Reviewers disagree when one lets the paper go on and another does not, or one calls it a
    duplicate; a third's `resolve` ends that. Where all let it go on, one `maybe` makes it `maybe`.
    """
    readers = tuple(sorted(name for name in own if name != RESOLVE))
    if RESOLVE in own:
        last = own[RESOLVE]
        return Outcome(
            verdict=_verdict(last), readers=readers, reasons=_sorted(last.reasons, order),
            is_resolved=True,
        )  # fmt: skip
    if not readers:
        return Outcome()
    kinds = {_kind(own[name].verdict) for name in readers}
    if len(kinds) > 1:
        return Outcome(readers=readers, is_conflict=True)
    verdicts = {own[name].verdict for name in readers}
    last = own[readers[0]]
    verdict = _verdict(last) if len(verdicts) == 1 else "maybe"
    given = [own[name].reasons for name in readers if own[name].reasons]
    reasons = {reason for named in given for reason in named}
    return Outcome(
        verdict=verdict,
        readers=readers,
        reasons=_sorted(tuple(reasons), order),
        is_reason_conflict=len({frozenset(named) for named in given}) > 1,
    )


def _verdict(own: Decision) -> Verdict | None:
    return None if own.verdict == "note" or own.verdict == "undo" else own.verdict


def _kind(verdict: str) -> str:
    return "include" if verdict in _GOES_ON else verdict


def _sorted(reasons: Iterable[str], order: Sequence[str]) -> tuple[str, ...]:
    place = {key: n for n, key in enumerate(order)}
    return tuple(sorted(reasons, key=lambda r: (place.get(r, len(place)), r)))


def agreements(found: Standing, stage: Stage) -> list[Agreement]:
    """Each two reviewers over the papers that both decided at this stage. What goes on (include and
    maybe) and what does not count as the two verdicts, before anything was resolved."""
    pairs: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for (_, at), own in found.items():
        names = sorted(name for name in own if name != RESOLVE) if at == stage else []
        for one, other in combinations(names, 2):
            kinds = (own[one].verdict, own[other].verdict)
            a, b = ("include" if _kind(v) == "include" else "exclude" for v in kinds)
            pairs[one, other].append((a, b))
    return [
        Agreement(
            one=one, other=other, stage=stage, records=len(own), agreed=agreed_share(own),
            kappa=cohen_kappa(own), ac1=gwet_ac1(own, _KINDS),
        )
        for (one, other), own in sorted(pairs.items())
    ]  # fmt: skip
