"""How far a screening is, and what its stopping rule says."""

from __future__ import annotations

from collections import Counter

from reviewer.library.screen_store import new_id
from reviewer.tasks.screening.agreement import agreed_share, cohen_kappa, gwet_ac1
from reviewer.tasks.screening.bounds import most_share
from reviewer.tasks.screening.flow import signed_stop
from reviewer.tasks.screening.outcomes import RESOLVE, agreements
from reviewer.tasks.screening.screening import GOES_ON, Screening, now
from reviewer.tasks.screening.stopping import (
    is_reached,
    least_recall,
    left_to_read,
    missed_p,
    rule_named,
)
from reviewer.tasks.screening.suggest import is_excluded
from reviewer.tasks.screening.suggestions import suggested
from reviewer.types.screening import (
    MODEL,
    Agreement,
    ModelProgress,
    Outcome,
    Progressed,
    ScreenEvent,
    ScreenStatus,
)

# docs/quality.md: 8 reviews from the question, 4 seeds each. `row` is of 75 runs on 25 reviews.
_WORTH = {
    "normal": "on 8 labelled reviews, 32 runs, it reached 95 % of what was to be found in every "
    "run, at the lowest 97 %, and left 46 % unread; no test at 95 % confidence",
    "strict": "a test at 95 % confidence, careful since it takes the unread as unordered; on 8 "
    "labelled reviews it left 21 % unread",
    "budget": "it counts records and says nothing of what is missed; half of all records were too "
    "few in one of 8 labelled reviews",
    "row": "it often stops too early: 50 in a row reached 95 % in 59 % of 75 measured runs",
}


def read_so_far(screening: Screening, since: int = 0, reader: str = "") -> tuple[list[bool], int]:
    """The records in the order in which their titles were first decided, True for one that goes on
    or on which reviewers disagree; and how many records there are. Duplicates are in neither, nor
    are records that the first `since` decisions decided. What a model suggests counts for nothing
    here, nor does what is hidden from the `reader`."""
    outcomes = {
        paper: Outcome() if screening.is_hidden(paper, reader) else screening.people_outcome(paper)
        for paper in screening.papers
    }
    counted = {p: o for p, o in outcomes.items() if o.verdict != "duplicate"}
    first: dict[str, int] = {}
    for n, own in enumerate(screening.decisions):
        paper = screening.present_id(own.paper_id)
        is_read = paper in counted and bool(counted[paper].readers or counted[paper].is_resolved)
        if is_read and own.stage == "title" and own.verdict not in ("note", "undo"):
            first.setdefault(paper, n)
    read = [counted[p] for p, n in first.items() if n >= since]
    records = len(counted) - (len(first) - len(read))
    return [o.verdict in GOES_ON or o.is_conflict for o in read], records


def make_status(screening: Screening, reader: str = "") -> ScreenStatus:
    """How far the screening is now; to a reader who is a reviewer only by what that one may see."""
    screening.refresh()
    decided, records = read_so_far(screening, reader=reader)
    wave = screening.waves[-1]
    since, unread = read_so_far(screening, wave.decided, reader)
    rule = rule_named(screening.rule, unread)
    stage = screening.stage
    outcomes = [(p, screening.seen_outcome(p, stage, reader)) for p in screening.papers]
    alone = [
        screening.library.paper(paper).key
        for paper, own in outcomes
        if len(own.readers) == 1 and not own.is_resolved and screening.needs_two(paper, stage)
    ]
    version = screening.criteria.version
    stop = signed_stop(screening, wave)
    models = screening.suggestions.models(screening.stage)
    return ScreenStatus(
        name=screening.name,
        question=screening.screen.question,
        stage=screening.stage,
        records=records,
        read=len(decided),
        included=sum(decided),
        reader=reader,
        is_blind=screening.is_blind,
        reviewers=tuple(_progressed(screening, name, reader) for name in screening.people),
        conflicts=sum(own.is_conflict for _, own in outcomes),
        reason_conflicts=sum(own.is_reason_conflict for _, own in outcomes),
        read_by_one=len(alone),
        read_by_one_keys=tuple(alone),
        to_revisit=sum(
            own.criteria < version for by in screening.standing.values() for own in by.values()
        ),
        rule=rule.name,
        worth=worth_of_rule(rule.name),
        is_reached=is_reached(rule, since, unread),
        p_80=missed_p(since, unread, 0.8),
        p_90=missed_p(since, unread, 0.9),
        p_95=missed_p(since, unread),
        least_recall=least_recall(since, unread),
        to_go=left_to_read(rule, since, unread),
        signed=stop.why if stop else "",
        updated=wave.at,
        unread_then=unread if wave.at else 0,
        read_since=len(since) if wave.at else 0,
        agreements=(
            *(
                own
                for own in agreements(screening.standing, stage)
                if not reader or reader in (own.one, own.other)
            ),
            *(agreement_with(screening, model, reader) for model in models),
        ),
        models=tuple(model_progress(screening, model, reader) for model in models),
    )


_KINDS = {False: "include", True: "exclude"}


def agreement_with(screening: Screening, model: str, reader: str = "") -> Agreement:
    """What people's decisions come to beside what the model suggests, over the records that have
    both and that the reader may see: whether a record goes on or not."""
    stage, pairs = screening.stage, list[tuple[str, str]]()
    for paper in screening.papers:
        if screening.is_hidden(paper, reader, stage):
            continue
        own = is_excluded(screening, paper, stage)
        said = screening.suggestions.said(paper, stage, model)
        if own is not None and said is not None:
            pairs.append((_KINDS[own], _KINDS[said.verdict == "exclude"]))
    return Agreement(
        one="people", other=f"{MODEL}{model}", stage=stage, records=len(pairs),
        agreed=agreed_share(pairs) if pairs else None, kappa=cohen_kappa(pairs),
        ac1=gwet_ac1(pairs, len(_KINDS)),
    )  # fmt: skip


def model_progress(screening: Screening, model: str, reader: str = "") -> ModelProgress:
    """How far the model has suggested at this stage, and how often it was wrong, as far as people
    have read of the records that it alone would drop, and the reader may see."""
    stage, version = screening.stage, screening.criteria.version
    own = [screening.suggestions.of(paper, stage, model) for paper in screening.papers]
    found = [one for one in own if one is not None]
    said = Counter(suggested(one.verdicts).verdict for one in found)
    is_reviewer = f"{MODEL}{model}" in screening.model_reviewers
    lots = screening.drawn_records(model) if stage == "title" and is_reviewer else []
    kinds = [
        None if screening.is_hidden(paper, reader, stage) else is_excluded(screening, paper, stage)
        for paper in lots
    ]
    read, missed = sum(kind is not None for kind in kinds), sum(kind is False for kind in kinds)
    return ModelProgress(
        model=model,
        include=said["include"],
        maybe=said["maybe"],
        exclude=said["exclude"],
        earlier=sum(one.criteria < version for one in found),
        orders=screening.ranking_model == model and stage == "title",
        is_reviewer=is_reviewer,
        drawn=len(lots),
        drawn_read=read,
        drawn_missed=missed,
        most_missed=most_share(missed, read),
    )


def _progressed(screening: Screening, name: str, reader: str) -> Progressed:
    own = [
        decision
        for (_, stage), by in screening.standing.items()
        if stage == screening.stage
        for who, decision in by.items()
        if who == name and who != RESOLVE
    ]
    return Progressed(
        reviewer=name,
        read=len(own),
        included=None
        if reader and reader != name and screening.is_blind
        else sum(decision.verdict in GOES_ON for decision in own),
        left=screening.count_waiting(name),
    )


def worth_of_rule(name: str) -> str:
    """What a rule is worth, with the figure that was measured."""
    return _WORTH[name.partition(":")[0]]


def sign_stop(screening: Screening, text: str, by: str) -> ScreenEvent:
    """Keep that a person stops here. It excludes nothing: what is unread is counted as such, in the
    flow under `not read: stopping rule`."""
    found = make_status(screening)
    event = ScreenEvent(
        id=new_id(), kind="stop", at=now(), by=by, stage=found.stage, value=found.rule, why=text,
        read=found.read, included=found.included, p=found.p_95, reached=found.is_reached,
    )  # fmt: skip
    screening.add_event(event)
    return event
