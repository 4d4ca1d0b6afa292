"""What `review screen` prints: status, history, conflicts, studies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.text import clean, counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reviewer.tasks.screening.screening import Screening
    from reviewer.types.screening import (
        Conflict,
        Decision,
        ModelConflict,
        ModelProgress,
        ModelSays,
        ScreenEvent,
        ScreenStatus,
    )


_MOST_KEYS = 10  # of records that one of two read, in the status


def status_text(found: ScreenStatus) -> str:
    """The status in lines."""
    alone = ", ".join(found.read_by_one_keys[:_MOST_KEYS])
    alone += ", ..." if found.read_by_one > _MOST_KEYS else ""
    lines = [
        f"{found.name}: {found.stage}, {found.read:,} of {counted(found.records, 'record')} read, "
        f"{found.included:,} go on",
        *(
            f"  {one.reviewer}: {one.read:,} decided, "
            + ("" if one.included is None else f"{one.included:,} go on, ")
            + f"{one.left:,} left"
            for one in found.reviewers
        ),
    ]
    for number, words in (
        (found.conflicts, "with a conflict: review screen conflicts"),
        (found.reason_conflicts, "excluded for different reasons"),
        (found.read_by_one, f"read by one of two reviewers, so not double screened yet: {alone}"),
        (found.to_revisit, "decided by an earlier version of the criteria"),
    ):
        lines += [f"  {counted(number, 'record')} {words}"] if number else []
    if found.updated:
        lines.append(
            f"  Updated {found.updated[:10]}: {found.read_since:,} of "
            f"{counted(found.unread_then, 'record')} read since; the rule counts these alone"
        )
    lines += [
        f"Stopping rule {found.rule}: {found.worth}.",
        f"  p that less than 80 / 90 / 95 % is found: {found.p_80:.3f} / {found.p_90:.3f} / "
        f"{found.p_95:.3f}; at 95 % confidence at least {found.least_recall:.0%} is found",
        "  It says stop: review screen stop --sign '...'; nothing is excluded by that"
        if found.is_reached
        else f"  {counted(found.to_go, 'record')} to go if none of them is included",
    ]
    lines += [f"  Signed: {found.signed}"] if found.signed else []
    lines += [
        f"{one.one} and {one.other}: {counted(one.records, 'record')} read by both, "
        f"{one.agreed or 0:.0%} agree, kappa {_figure(one.kappa)}, AC1 {_figure(one.ac1)}"
        for one in found.agreements
    ]
    for own in found.models:
        lines += _model_lines(own)
    return "\n".join(lines) + "\n"


def _model_lines(own: ModelProgress) -> list[str]:
    """What a model suggested, and what its suggestions may do."""
    does = "orders records too" if own.orders else "orders nothing: review screen calibrate"
    lines = [
        f"Model {own.model} suggests: include {own.include:,}, maybe {own.maybe:,}, exclude "
        f"{own.exclude:,}; it decides nothing and {does}"
    ]
    if own.earlier:
        suggestions = counted(own.earlier, "suggestion")
        lines.append(
            f"  {suggestions} by an earlier version of the criteria: review screen suggest"
        )
    if own.is_reviewer:
        lines.append(
            f"  Second reviewer: of {own.drawn} drawn records that it alone would drop people read "
            f"{own.drawn_read} and let {own.drawn_missed} go on; at 95 % confidence it is wrong in "
            f"at most {own.most_missed:.0%} of such records"
        )
    return lines


def _figure(value: float | None) -> str:
    return "undefined (one verdict alone)" if value is None else f"{value:.2f}"


def decision_line(own: Decision, key: str) -> str:
    """One decision: when, who, what, why."""
    said = [own.at[:16].replace("T", " "), own.reviewer, own.stage, own.verdict, key]
    said += [f"({', '.join(own.reasons)})"] if own.reasons else []
    if own.quote:
        page = f", p. {own.quote.page}" if own.quote.page else ""
        said.append(f'"{clean(own.quote.text)}"{page}')
    said += [f"- {own.note}"] if own.note else []
    said += [f"[{own.source}]"] if own.source != "person" else []
    return "  ".join(said)


def event_line(event: ScreenEvent, keys: Mapping[str, str]) -> str:
    """One event: when, who, what, which papers, why. `keys` gives the key of a paper's id."""
    papers = [event.paper_id, *(event.value.split() if event.kind == "group" else ())]
    said = [event.at[:16].replace("T", " "), event.by, event.stage if event.paper_id else ""]
    said += [event.kind, *(keys.get(one, one) for one in papers)]
    said += [event.value] if event.kind in ("rule", "stage", "verdicts", "stop") else []
    said += [f"- {event.why}"] if event.why else []
    return "  ".join(filter(None, said))


def model_line(says: ModelSays | None) -> str:
    """What a model suggests on a paper: `Model gpt: exclude (design); design met: S3 "A case ..."`;
    empty before it saw the paper."""
    if says is None:
        return ""
    reasons = f" ({', '.join(says.reasons)})" if says.reasons else ""
    shown = [
        f'; {one.key} {one.verdict}: S{"" if one.number is None else one.number} "{one.text}"'
        for one in says.shown
    ]
    return f"Model {says.model}: {says.verdict}{reasons}" + "".join(shown)


def model_conflict_line(found: ModelConflict) -> str:
    """What people decided on a record, and what the model suggests."""
    why = f" ({', '.join(found.reasons)})" if found.reasons else ""
    return f"{found.key}: people: {found.verdict}{why}. {model_line(found.model)}"


def conflict_line(found: Conflict) -> str:
    """What each reviewer decided on a paper."""
    said = "; ".join(
        f"{one.reviewer} {one.verdict}" + (f" ({', '.join(one.reasons)})" if one.reasons else "")
        for one in found.said
    )
    return f"{found.key}, {found.stage}: {said}" + (" [reasons alone]" if found.on_reasons else "")


def study_lines(screening: Screening) -> list[str]:
    """Each study of several papers, and each group that is only suggested, by the papers' keys."""
    from reviewer.tasks.screening.studies import find_studies, suggest_groups

    papers = [screening.library.paper(one) for one in screening.papers]
    keys = {paper.id: paper.key for paper in papers}
    grouped = [own for own in find_studies(screening, papers) if len(own) > 1]
    lines = [f"one study: {' '.join(keys[one] for one in own)}" for own in grouped]
    return lines + [
        f"perhaps one study ({why}): {' '.join(keys[one] for one in own)}"
        for why, own in suggest_groups(screening, papers)
    ]
