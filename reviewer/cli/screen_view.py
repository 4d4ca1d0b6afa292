"""What `review screen` prints: status, history, conflicts, and a record as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reviewer.text import clean, counted, sentence_spans

if TYPE_CHECKING:
    from reviewer.tasks.screening.screening import Screening, Shown
    from reviewer.types import Paper
    from reviewer.types.screening import Decision, ScreenStatus


def sentences_of(paper: Paper, stage: str) -> list[tuple[str, int, int, str]]:
    """The sentences that a reviewer reads: part, start, end and words; of a full text all of them.
    A sentence's number is its place, and the title is 0."""
    from reviewer.tasks.screening.kept_features import text_of_record

    found = [("title", 0, len(paper.title), clean(paper.title))]
    for part in paper.own_parts:
        is_read = part.name == "abstract" or (part.name == "body" and stage == "full-text")
        is_read = is_read or (not paper.abstract and part.name == "body")
        text = part.text if stage == "full-text" else text_of_record(paper)
        if is_read and part.name != "title":
            found += [(part.name, a, b, clean(text[a:b])) for a, b in sentence_spans(text)]
    return found


def record_data(screening: Screening, reviewer: str, shown: Shown | None) -> dict[str, Any]:
    """The record that comes next as data, for scripts and editors; `record` is None at the end."""
    found: dict[str, Any] = {
        "screen": screening.name,
        "stage": screening.stage,
        "reviewer": reviewer,
        "left": shown.left if shown else 0,
        "criteria": [
            {"number": n, **criterion.model_dump()}
            for n, criterion in enumerate(screening.criteria.criteria, 1)
        ],
        "record": None,
    }
    if shown:
        paper = shown.paper
        found["record"] = {
            "key": paper.key,
            "id": paper.id,
            "title": clean(paper.title),
            "authors": list(paper.authors),
            "year": paper.year,
            "venue": paper.venue,
            "doi": paper.doi,
            "again": shown.again,
            "sentences": [
                {"number": n, "part": part, "text": words}
                for n, (part, _, _, words) in enumerate(sentences_of(paper, screening.stage))
            ],
        }
    return found


def status_text(found: ScreenStatus) -> str:
    """The status in lines."""
    lines = [
        f"{found.name}: {found.stage}, {found.read:,} of {counted(found.records, 'record')} read, "
        f"{found.included:,} go on",
        *(
            f"  {one.reviewer}: {one.read:,} decided, {one.included:,} go on, {one.left:,} left"
            for one in found.reviewers
        ),
    ]
    for number, words in (
        (found.conflicts, "with a conflict: review screen conflicts"),
        (found.reason_conflicts, "excluded for different reasons"),
        (found.read_by_one, "read by one of two reviewers, so not double screened yet"),
        (found.to_revisit, "decided by an earlier version of the criteria"),
    ):
        lines += [f"  {counted(number, 'record')} {words}"] if number else []
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
    return "\n".join(lines) + "\n"


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


def conflict_lines(screening: Screening) -> list[str]:
    """Each paper on which reviewers disagree, at either stage, with what each decided; those who
    disagree on reasons alone come last."""
    lines, on_reasons = list[str](), list[str]()
    for (paper, stage), own in screening.standing.items():
        found = screening.outcome(paper, stage)
        if paper in screening.papers and (found.is_conflict or found.is_reason_conflict):
            said = "; ".join(
                f"{name} {decision.verdict}"
                + (f" ({', '.join(decision.reasons)})" if decision.reasons else "")
                for name, decision in sorted(own.items())
            )
            line = f"{screening.library.paper(paper).key}, {stage}: {said}"
            if found.is_conflict:
                lines.append(line)
            else:
                on_reasons.append(f"{line} [reasons alone]")
    return lines + on_reasons
