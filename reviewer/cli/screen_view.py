"""What `review screen` prints: status, history, conflicts, and a record as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reviewer.text import clean, counted, sentence_spans

if TYPE_CHECKING:
    from reviewer.tasks.screening.screening import Screening, Shown
    from reviewer.types import Paper
    from reviewer.types.screening import Decision, ModelProgress, ScreenStatus


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


def record_data(
    screening: Screening, reviewer: str, shown: Shown | None, *, with_models: bool = False
) -> dict[str, Any]:
    """The record that comes next as data, for scripts and editors; `record` is None at the end.
    `with_models` adds what models suggest on it."""
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
        if with_models:
            found["record"]["models"] = [
                own.model_dump(mode="json")
                for model in screening.suggestions.models(screening.stage)
                if (own := screening.suggestions.of(paper.id, screening.stage, model))
            ]
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


def model_line(screening: Screening, paper: Paper, model: str) -> str:
    """What a model suggests on the paper: `Model gpt: exclude (population): S3 "40 children ..."`;
    empty before it saw the paper."""
    own = screening.suggestions.of(paper.id, screening.stage, model)
    said = screening.suggestions.said(paper.id, screening.stage, model)
    if own is None or said is None:
        return ""
    reasons = f" ({', '.join(said.reasons)})" if said.reasons else ""
    places = {
        (part, start): n
        for n, (part, start, _, _) in enumerate(sentences_of(paper, screening.stage))
    }
    shown = [
        f'{verdict.key} {verdict.verdict}: S{places.get((q.part, q.start), "")} "{clean(q.text)}"'
        for verdict in own.verdicts
        for q in verdict.quotes[:1]
        if not said.reasons or verdict.key in said.reasons
    ]
    return f"Model {model}: {said.verdict}{reasons}" + "".join(f"; {words}" for words in shown)


def model_conflict_lines(screening: Screening, model: str) -> list[str]:
    """Each record on which people and the model disagree whether it goes on: first those that
    people exclude and the model would include with every criterion shown, then other ones that they
    exclude, then those that the model would exclude."""
    from reviewer.tasks.screening.suggest import is_excluded

    ranked = []
    for key in screening.papers:
        is_out = is_excluded(screening, key, screening.stage)
        said = screening.suggestions.said(key, screening.stage, model)
        if is_out is None or said is None or is_out == (said.verdict == "exclude"):
            continue
        rank = 2 if not is_out else 0 if said.verdict == "include" else 1
        paper, found = screening.library.paper(key), screening.people_outcome(key, screening.stage)
        why = f" ({', '.join(found.reasons)})" if found.reasons else ""
        people = f"people: {found.verdict}{why}"
        ranked.append((rank, f"{paper.key}: {people}. {model_line(screening, paper, model)}"))
    return [line for _, line in sorted(ranked, key=lambda pair: pair[0])]


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
            for name in screening.model_reviewers:
                beside = screening.suggestions.said(paper, stage, name.partition(":")[2])
                said += f"; {name} {beside.verdict}" if beside and name in found.readers else ""
            line = f"{screening.library.paper(paper).key}, {stage}: {said}"
            if found.is_conflict:
                lines.append(line)
            else:
                on_reasons.append(f"{line} [reasons alone]")
    return lines + on_reasons


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
