"""The PRISMA 2020 flow of a screening: each paper in one box, and boxes that add up or an error.

After an update it is the flow of an updated review: new records in the boxes, included papers of
earlier searches beside them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reviewer.errors import ReviewError, UsageError
from reviewer.tasks.screening.screening import Screening
from reviewer.tasks.screening.studies import find_studies
from reviewer.tasks.screening.suggestions import model_of
from reviewer.tasks.screening.waves import Wave
from reviewer.text import clean, counted
from reviewer.types.screening import Flow, FlowPaper, Outcome, ScreenEvent, Stage

NO_REASON = "no reason given"


class FlowError(ReviewError, code="flow"):
    """The numbers of a flow do not add up."""


@dataclass(frozen=True)
class _Placed:
    """The box of a paper, and why it is there."""

    box: str
    reason: str = ""


def make_flow(screening: Screening, wave: int = 0, reader: str = "") -> Flow:
    """The flow of a wave as the decisions are now: of the last update, unless `wave` is given, and
    of the first search (1) without one. While records of earlier searches wait, no review is there
    to be updated: without `wave` all searches are then one, in the form of a new review.

    What is hidden from a reader who is a reviewer is counted as not decided. Raises FlowError,
    which names the difference, when its boxes do not add up, and UsageError for a wave that was
    not."""
    screening.refresh()
    waves = screening.waves
    if not 0 <= wave <= len(waves):
        raise UsageError(
            f"{screening.name} has no wave {wave}",
            hint=f"The first search is 1, the last update {len(waves)}.",
        )
    states = screening.retrievals()
    until = waves[: wave or len(waves)]
    places = [
        {p: _place(screening, p, states.get(p, ""), own, reader) for p in screening.papers_of(own)}
        for own in until
    ]
    seen = _Seen(screening, reader)
    if not wave and any(place.box in _WAITS for own in places[:-1] for place in own.values()):
        merged = {paper: place for own in places for paper, place in own.items()}
        flow = _counted(seen, until, merged, ())
    else:
        flow = _counted(seen, until[-1:], places[-1], places[:-1])
    require_sums(flow)
    return flow


def signed_stop(screening: Screening, wave: Wave) -> ScreenEvent | None:
    """The last signed stop of titles and abstracts since the records of this wave came."""
    events = screening.events[wave.happened :]
    stops = [event for event in events if event.kind == "stop" and event.stage == "title"]
    return stops[-1] if stops else None


def _place(screening: Screening, paper: str, state: str, wave: Wave, reader: str) -> _Placed:
    found = screening.seen_outcome(paper, "title", reader)
    if found.verdict is None:
        has_readers = bool(screening.outcome(paper).readers)
        is_unread = not has_readers and signed_stop(screening, wave) is not None
        return _Placed("automatic" if is_unread else "not_screened")
    if found.verdict == "duplicate":
        return _Placed("duplicates")
    if found.verdict == "exclude":
        return _Placed("excluded", (found.reasons or (NO_REASON,))[0])
    full = screening.seen_outcome(paper, "full-text", reader)
    if state == "not-retrieved":
        return _Placed("not_retrieved", screening.why_not_retrieved(paper) or NO_REASON)
    if not state:
        return _Placed("not_yet_retrieved")
    if full.verdict in ("exclude", "duplicate"):
        named = "duplicate" if full.verdict == "duplicate" else (full.reasons or (NO_REASON,))[0]
        return _Placed("full_text_excluded", named)
    return _Placed("included" if full.verdict == "include" else "not_assessed")


@dataclass(frozen=True)
class _Seen:
    """A screening as a reader may see it; all of it to an empty name."""

    screening: Screening
    reader: str

    def outcome(self, paper: str, stage: Stage) -> Outcome:
        return self.screening.seen_outcome(paper, stage, self.reader)

    def count_by_two(self, papers: Iterable[str], stage: Stage) -> int:
        """How many of these papers two people read."""
        people = [
            [name for name in self.outcome(paper, stage).readers if not model_of(name)]
            for paper in papers
        ]
        return sum(len(names) > 1 for names in people)


def _counted(
    seen: _Seen,
    waves: Sequence[Wave],
    places: Mapping[str, _Placed],
    earlier: Sequence[Mapping[str, _Placed]],
) -> Flow:
    """The flow of these waves as one, after what earlier ones came to."""
    screening = seen.screening
    boxes = Counter(place.box for place in places.values())
    numbers = {wave.number for wave in waves}
    sources = [s for s in screening.store.sources(screening.name) if s.wave in numbers]
    identified = sum(source.entries for source in sources)
    unread = sum(source.unread for source in sources)
    previous = [p for own in earlier for p, place in own.items() if place.box == "included"]
    papers = {p.id: p for p in map(screening.library.paper, [*previous, *places])}
    included = [p for p, place in places.items() if place.box == "included"]
    studies = find_studies(screening, [papers[p] for p in (*previous, *included)])
    before = sum(not set(own).isdisjoint(previous) for own in studies)
    assessed = boxes["full_text_excluded"] + boxes["included"] + boxes["not_assessed"]
    sought = assessed + boxes["not_retrieved"] + boxes["not_yet_retrieved"]
    other = unread + sum(map(screening.count_removed, waves))
    return Flow(
        name=screening.name,
        question=screening.screen.question,
        sources=tuple(sources),
        identified=identified,
        duplicates=identified - other - len(places) + boxes["duplicates"],
        automatic=boxes["automatic"],
        other=other,
        not_screened=boxes["not_screened"],
        screened=boxes["excluded"] + sought,
        excluded=boxes["excluded"],
        excluded_reasons=_reasons(places, "excluded", screening),
        sought=sought,
        not_retrieved=boxes["not_retrieved"],
        not_retrieved_reasons=_reasons(places, "not_retrieved", screening),
        not_yet_retrieved=boxes["not_yet_retrieved"],
        assessed=assessed,
        not_assessed=boxes["not_assessed"],
        full_text_excluded=boxes["full_text_excluded"],
        full_text_reasons=_reasons(places, "full_text_excluded", screening),
        included=len(included),
        read_by_two=seen.count_by_two(_in(places, _SCREENED), "title"),
        assessed_by_two=seen.count_by_two(_in(places, _ASSESSED), "full-text"),
        studies=len(studies) - before,
        previous_studies=before,
        previous_reports=len(previous),
        total_studies=len(studies),
        total_reports=sum(map(len, studies)),
        wave=waves[0].number,
        papers=tuple(
            FlowPaper(key=papers[p].key, title=clean(papers[p].title), box=place.box,
                      reason=place.reason)
            for p, place in {**dict.fromkeys(previous, _Placed("previous")), **places}.items()
        ),
        not_final=tuple(_not_final(seen, places, earlier)),
        stop=stop.why if (stop := signed_stop(screening, waves[-1])) else "",
    )  # fmt: skip


_ASSESSED = ("full_text_excluded", "not_assessed", "included")
_SCREENED = ("excluded", "not_retrieved", "not_yet_retrieved", *_ASSESSED)


def _in(places: Mapping[str, _Placed], boxes: Sequence[str]) -> list[str]:
    """The papers in these boxes."""
    return [paper for paper, place in places.items() if place.box in boxes]


def _reasons(
    places: Mapping[str, _Placed], box: str, screening: Screening
) -> tuple[tuple[str, int], ...]:
    """How often each reason counts, in the order of the criteria, then by number."""
    found = Counter(place.reason for place in places.values() if place.box == box)
    order = {key: n for n, key in enumerate(screening.order)}
    return tuple(
        sorted(found.items(), key=lambda own: (order.get(own[0], len(order)), -own[1], own[0]))
    )


# What the records of a box that is not final wait for.
_WAITS = {
    "not_screened": "for a decision on title and abstract",
    "not_yet_retrieved": "for the full text",
    "not_assessed": "for a decision on the full text",
}


def _not_final(
    seen: _Seen,
    places: Mapping[str, _Placed],
    earlier: Sequence[Mapping[str, _Placed]],
) -> list[str]:
    boxes = Counter(place.box for place in places.values())
    found = [
        f"{counted(boxes[box], 'record')} {'waits' if boxes[box] == 1 else 'wait'} {words}"
        for box, words in _WAITS.items()
        if boxes[box]
    ]
    if open_before := sum(place.box in _WAITS for own in earlier for place in own.values()):
        found.append(
            f"{counted(open_before, 'record')} of earlier searches: review screen flow --wave 1"
        )
    outcomes = [
        (paper, stage, seen.outcome(paper, stage)) for paper in places for stage in Screening.STAGES
    ]
    conflicts = sum(own.is_conflict for _, _, own in outcomes)
    maybes = sum(own.verdict == "maybe" for _, stage, own in outcomes if stage == "title")
    alone = sum(
        len(own.readers) == 1 and not own.is_resolved and seen.screening.needs_two(paper, stage)
        for paper, stage, own in outcomes
    )
    found += [f"{counted(conflicts, 'conflict')}: review screen conflicts"] if conflicts else []
    found += [f"{counted(maybes, 'maybe')} went on to full text"] if maybes else []
    found += [f"{counted(alone, 'record')} read by one of two reviewers"] if alone else []
    return found


def require_sums(flow: Flow) -> None:
    """Raises FlowError for a flow whose boxes do not add up."""
    sums = {
        "identified": (
            flow.identified,
            ("duplicates", "automatic", "other", "not_screened", "screened"),
        ),
        "screened": (flow.screened, ("excluded", "sought")),
        "sought": (flow.sought, ("not_retrieved", "not_yet_retrieved", "assessed")),
        "assessed": (flow.assessed, ("full_text_excluded", "not_assessed", "included")),
        "total studies": (flow.total_studies, ("previous_studies", "studies")),
        "total reports": (flow.total_reports, ("previous_reports", "included")),
    }
    for box, (whole, parts) in sums.items():
        total = sum(getattr(flow, part) for part in parts)
        if total != whole or min(getattr(flow, part) for part in parts) < 0:
            named = " + ".join(
                f"{part.replace('_', ' ')} {getattr(flow, part):,}" for part in parts
            )
            raise FlowError(
                f"the flow of {flow.name} does not add up: {box} {whole:,}, "
                f"but {named} = {total:,}",
                hint="Say what was merged, split or removed since: review screen history",
            )
    for box, reasons in (
        ("excluded", flow.excluded_reasons),
        ("full_text_excluded", flow.full_text_reasons),
        ("not_retrieved", flow.not_retrieved_reasons),
    ):
        if sum(n for _, n in reasons) != getattr(flow, box):
            raise FlowError(f"the reasons of {box.replace('_', ' ')} do not add up")
