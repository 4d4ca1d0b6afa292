"""One open screening: what is to be read next, what was decided, and what that comes to."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Literal

from reviewer.errors import NotFoundError, UsageError
from reviewer.grounding import locate
from reviewer.library import Library
from reviewer.library.screen_store import ScreenStore, new_id
from reviewer.tasks.screening.features import Features
from reviewer.tasks.screening.kept_features import unpacked
from reviewer.tasks.screening.outcomes import RESOLVE, Standing, alive, outcome, standing
from reviewer.tasks.screening.ranker import Ranker, Start, in_turn, order_by_search, turn_of
from reviewer.tasks.screening.suggestions import (
    SIGNS,
    Suggestions,
    beside_model,
    drawn,
    model_of,
)
from reviewer.tasks.screening.waves import Wave, read_twice, waves_of
from reviewer.types import Paper
from reviewer.types.papers import Part
from reviewer.types.screening import (
    CriteriaVersion,
    Criterion,
    Decision,
    LocatedQuote,
    Outcome,
    Ranking,
    ScreenEvent,
    ScreenRecord,
    Stage,
    Turn,
    Verdict,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GOES_ON = ("include", "maybe")
_KEPT_TOP = 10  # positions of a ranking that are kept
_DRAWN_EVERY = 5  # beside a model that is a reviewer: a record that it alone would drop
_DIGITS = 9  # of a score that count, so that no rounding of a sum changes an order


@dataclass(frozen=True)
class Shown:
    """The record that a reviewer is to read next. `again` says that the reviewer put it off before;
    `left` counts the records that this reviewer has still to read, with this one."""

    paper: Paper
    left: int
    again: bool = False
    ranking: Ranking | None = None


@dataclass(frozen=True)
class Given:
    """What a reviewer says with a verdict."""

    reasons: tuple[str, ...] = ()
    quote: LocatedQuote | None = None
    note: str = ""


class Screening:
    """Takes in what others decided meanwhile whenever it is asked for the next record."""

    STAGES: ClassVar[tuple[Stage, ...]] = ("title", "full-text")

    def __init__(self, library: Library, name: str = "") -> None:
        """Open the screening of this name, or the only one, as `ScreenStore.screen` finds it."""
        self.library = library
        self.store = ScreenStore(library.database)
        self.screen = self.store.screen(name)
        self.name = self.screen.name
        self._every_record = self.store.records(self.name)
        self._waves = waves_of((), len(self._every_record))
        self._double = self._read_twice()
        self._decisions: list[Decision] = []
        self._last = 0
        self._standing: Standing = {}
        self._events: list[ScreenEvent] = []
        self._criteria = self.store.criteria(self.name)[-1]
        self._edition: object = None
        self._papers: dict[str, list[int]] = {}
        self._now: dict[str, str] = {}
        self._learned: dict[int, bool] = {}
        self._ranker: Ranker | None = None
        self._ranker_of: tuple[str, bytes, int] = ("", b"", 0)
        self._features_of: dict[int, Features] = {}
        self._start_of: dict[int, Start] = {}
        self.suggestions = Suggestions(self.store, self.name)
        self._replayed: Ranking | None = None
        self.refresh()

    def refresh(self) -> None:
        """Take in what was decided, merged, split, removed and added since the last call."""
        self._events = self.store.events(self.name)
        self._refresh_records()
        self._criteria = self.store.criteria(self.name)[-1]
        fresh = self.store.decisions(self.name, self._last)
        edition = (self.library.database.edition, self.library.catalogue.count())
        if not fresh and edition == self._edition:
            self._refresh_suggestions()
            return
        self._decisions += [own for _, own in fresh]
        self._last = fresh[-1][0] if fresh else self._last
        if edition != self._edition:
            self._edition = edition
            self._papers = self._present_papers()
        unknown = {own.paper_id for own in self._decisions} - self._now.keys()
        self._now |= self.store.paper_ids_now(unknown)
        self._standing = standing(self._decisions, self._now)
        self._refresh_suggestions()

    def _refresh_records(self) -> None:
        """Take in the records of updates."""
        if len(waves_of(self._events, 0)) > len(self._waves):
            self._every_record = self.store.records(self.name)
            self._edition = None
            self._waves = waves_of(self._events, len(self._every_record))
            self._double = self._read_twice()

    def _read_twice(self) -> frozenset[int]:
        return read_twice(self._waves, self.screen.double, self.screen.seed)

    def _refresh_suggestions(self) -> None:
        self.suggestions.refresh(self.present_id)

    def _present_papers(self) -> dict[str, list[int]]:
        """The papers that the records are by now, each with the positions of its records: merged
        ones have several; what was split off has its record's."""
        ids = {record.paper_id for record in self.records}
        self._now = self.store.paper_ids_now({*ids, *(own.paper_id for own in self._decisions)})
        split = self.store.papers_with(sign for r in self.records for sign in r.signs)
        found: dict[str, list[int]] = {}
        for record in self.records:
            own = [self._now.get(record.paper_id, ""), *(split.get(s, "") for s in record.signs)]
            for paper in dict.fromkeys(own):
                if paper:
                    found.setdefault(paper, []).append(record.position)
        return found

    # What is there

    @property
    def records(self) -> list[ScreenRecord]:
        """The records of all waves, by their positions."""
        return self._every_record[: self._waves[-1].end]

    @property
    def waves(self) -> list[Wave]:
        """The first search, and the updates since."""
        return self._waves

    @property
    def decisions(self) -> list[Decision]:
        return self._decisions

    @property
    def papers(self) -> dict[str, list[int]]:
        """The ids of the papers in this screening by now, with the positions of their records."""
        return self._papers

    def papers_of(self, wave: Wave) -> list[str]:
        """The papers of this wave: one that has records of several is of the first of them."""
        return [paper for paper, positions in self._papers.items() if positions[0] in wave]

    def count_removed(self, wave: Wave) -> int:
        """Records of this wave whose paper is no longer in the library."""
        held = {position for positions in self._papers.values() for position in positions}
        return sum(position not in held for position in range(wave.first, wave.end))

    @property
    def criteria(self) -> CriteriaVersion:
        return self._criteria

    @property
    def order(self) -> tuple[str, ...]:
        """The keys of the criteria, in the order in which their reasons count."""
        return tuple(criterion.key for criterion in self.criteria.criteria)

    @property
    def events(self) -> list[ScreenEvent]:
        """Retrievals, changes and stops, oldest first."""
        return self._events

    @property
    def stage(self) -> Stage:
        last = [event.value for event in self.events if event.kind == "stage"]
        return "full-text" if last and last[-1] == "full-text" else "title"

    @property
    def rule(self) -> str:
        """The name of the stopping rule: that of the beginning, or of its last change."""
        changed = [event.value for event in self.events if event.kind == "rule"]
        return changed[-1] if changed else self.screen.stop

    @property
    def people(self) -> tuple[str, ...]:
        """The reviewers who are people."""
        return tuple(name for name in self.screen.reviewers if not model_of(name))

    @property
    def model_reviewers(self) -> tuple[str, ...]:
        """The reviewers that are models, as `model:NAME`."""
        return tuple(name for name in self.screen.reviewers if model_of(name))

    @property
    def ranking_model(self) -> str:
        """The model by whose suggestions records are ordered too; empty without one."""
        last = [event.value for event in self.events if event.kind == "verdicts"]
        return last[-1] if last else ""

    def people_outcome(self, paper_id: str, stage: Stage = "title") -> Outcome:
        """What people's decisions come to: what is learned, and what the stopping rule counts."""
        return outcome(self._standing.get((paper_id, stage), {}), self.order)

    def outcome(self, paper_id: str, stage: Stage = "title") -> Outcome:
        """What people's decisions come to, beside a model that is a reviewer."""
        found = self.people_outcome(paper_id, stage)
        if not self.model_reviewers or not self.needs_two(paper_id, stage):
            return found
        for name in self.model_reviewers:
            said = self.suggestions.said(paper_id, stage, model_of(name))
            found = beside_model(found, name, said)
        return found

    def own(self, paper_id: str, reviewer: str, stage: Stage) -> Decision | None:
        """The reviewer's decision that stands on this paper."""
        return self._standing.get((paper_id, stage), {}).get(reviewer)

    @property
    def standing(self) -> Standing:
        return self._standing

    def present_id(self, paper_id: str) -> str:
        return self._now.get(paper_id, paper_id)

    @property
    def present_ids(self) -> dict[str, str]:
        """By an id that a paper has or had the id that it has now."""
        return self._now

    def events_of(self, paper_id: str = "", reader: str = "") -> list[ScreenEvent]:
        """The events on a paper, or all; to a reader only what that reviewer may see."""
        found = []
        for event in self._events:
            others = event.value.split() if event.kind == "group" else []
            papers = [self.present_id(one) for one in (event.paper_id, *others) if one]
            is_hidden = any(self.is_hidden(one, reader) for one in papers)
            if not is_hidden and (not paper_id or paper_id in papers):
                found.append(event)
        return found

    def of_paper(self, paper_id: str) -> list[Decision]:
        """All decisions, notes and undos on a paper, oldest first."""
        return [own for own in self._decisions if self.present_id(own.paper_id) == paper_id]

    def reviewer_named(self, name: str = "") -> str:
        """The person of this name among the reviewers, or the only one. Raises UsageError for an
        unknown one, and for a model."""
        require_person(name)
        known = self.people
        if not name and len(known) == 1:
            return known[0]
        if not name:
            raise UsageError("who decides?", hint=f"Say it: --as {' or --as '.join(known)}")
        if name not in known:
            raise UsageError(
                f"'{name[:60]}' is no reviewer of {self.name}", hint=f"Use {' or '.join(known)}."
            )
        return name

    def paper_named(self, key: str) -> Paper:
        """The paper with this key. Raises NotFoundError when this screening does not have it."""
        paper = self.library.paper(key)
        if paper.id not in self._papers:
            raise NotFoundError(
                f"{paper.key} is not among the records of {self.name}",
                hint="A screening keeps the records that it began with.",
            )
        return paper

    # What is next

    def next_record(self, reviewer: str) -> Shown | None:
        """The record that this reviewer is to read next; None when none is left."""
        self.refresh()
        stage = self.stage
        waiting = self._all_waiting(reviewer)
        if not waiting:
            again = self._put_off(reviewer, stage)
            return Shown(self._paper(again[0]), len(again), again=True) if again else None
        if stage == "full-text":
            return Shown(self._paper(waiting[0]), len(waiting))
        best, ranking = self._best(reviewer, waiting)
        return Shown(self._paper(best), len(waiting), ranking=ranking)

    def drawn_records(self, model: str) -> list[str]:
        """The records that a person is to read of those that this model alone would drop: drawn at
        random from all that it suggests to exclude and that no person let go on."""
        dropped = [
            paper
            for paper in self._papers
            if (said := self.suggestions.said(paper, "title", model)) and said.verdict == "exclude"
        ]
        return drawn(dropped, self.screen.seed)

    def count_waiting(self, reviewer: str) -> int:
        """How many records this reviewer has still to read at this stage."""
        return len(self._all_waiting(reviewer))

    def _all_waiting(self, reviewer: str) -> list[str]:
        is_full = self.stage == "full-text"
        return self._waiting_full_texts(reviewer) if is_full else self._waiting(reviewer)

    def _paper(self, paper_id: str) -> Paper:
        return self.library.paper(paper_id)

    def _waiting(self, reviewer: str) -> list[str]:
        """Papers whose title and abstract this reviewer is still to read."""
        return [paper for paper in self._papers if self._awaits(paper, reviewer, "title")]

    def _awaits(self, paper: str, reviewer: str, stage: Stage) -> bool:
        found = self.outcome(paper, stage)
        if reviewer in found.readers or found.is_resolved:
            return False
        if not found.readers:
            return True
        if len(found.readers) > 1:
            return False
        return self.needs_two(paper, stage)

    def is_double(self, paper: str) -> bool:
        """True for a paper that two reviewers are to read whatever the first decides."""
        return any(position in self._double for position in self._papers.get(paper, ()))

    def _waiting_full_texts(self, reviewer: str) -> list[str]:
        """Papers whose full text this reviewer is still to assess, those at hand first."""
        states = self.retrievals()
        wanted = [
            paper
            for paper in self.sought()
            if states.get(paper) != "not-retrieved" and self._awaits(paper, reviewer, "full-text")
        ]
        return sorted(wanted, key=lambda paper: states.get(paper) != "retrieved")

    def sought(self) -> list[str]:
        """Papers that passed title and abstract: their full texts are sought."""
        return [p for p in self._papers if self.outcome(p).verdict in GOES_ON]

    def retrievals(self) -> dict[str, str]:
        """`retrieved` or `not-retrieved` by paper, as last said; a text that the library holds, and
        one that was assessed, is retrieved."""
        found = {
            self.present_id(event.paper_id): event.kind
            for event in self.events
            if event.kind in ("retrieved", "not-retrieved")
        }
        at_hand = self._with_body
        held = {p: "retrieved" for p in self._papers if p in at_hand and p not in found}
        assessed = {p: "retrieved" for p, stage in self._standing if stage == "full-text"}
        return {**held, **found, **assessed}

    @property
    def _with_body(self) -> set[str]:
        return set(
            self.library.database.column(
                "SELECT DISTINCT papers.id FROM chunks "
                "JOIN papers ON papers.number = chunks.paper WHERE part = 'body'"
            )
        )

    def why_not_retrieved(self, paper: str) -> str:
        """What was last said of a full text that was not retrieved."""
        said = [e.why for e in self._events if self.present_id(e.paper_id) == paper and e.why]
        return said[-1] if said else ""

    def needs_two(self, paper: str, stage: Stage) -> bool:
        """True for a paper that two reviewers are to decide at this stage."""
        if self.screen.double == "included":
            own = self._standing.get((paper, stage), {})
            return any(decision.verdict in GOES_ON for decision in own.values())
        return self.is_double(paper)

    def _put_off(self, reviewer: str, stage: Stage) -> list[str]:
        """Papers on which this reviewer said `maybe` once: they come again at the end."""
        often = Counter(
            self.present_id(own.paper_id)
            for own in alive(self._decisions)
            if own.reviewer == reviewer and own.stage == stage and own.verdict == "maybe"
        )
        return [
            paper
            for paper, times in often.items()
            if times == 1
            and paper in self._papers
            and not self.outcome(paper, stage).is_resolved
            and (last := self.own(paper, reviewer, stage))
            and last.verdict == "maybe"
            and last.source == "person"
        ]

    def _best(self, reviewer: str, waiting: Sequence[str]) -> tuple[str, Ranking]:
        import numpy as np

        wave = self._ranked_wave
        learned = {n: said for n, said in self.learned_by(reviewer).items() if n < wave.end}
        model = self.ranking_model if self._replayed is None else self._replayed.verdicts_of
        verdicts = self._verdicts_of(model, wave) if model else None
        scores = np.round(self._scores(reviewer, learned, verdicts, wave), _DIGITS)
        places = np.array(sorted({self._papers[paper][0] for paper in waiting}))
        order = places[np.argsort(-scores[places], kind="stable")]
        turn: Turn = "learned"
        if verdicts is not None:
            turn = turn_of(len(learned), sum(learned.values()))
            order = in_turn(turn, order, self._start(wave), verdicts)
        first = {self._papers[paper][0]: paper for paper in reversed(waiting)}
        if len(learned) % _DRAWN_EVERY == _DRAWN_EVERY - 2 and (lot := self._drawn_of(waiting)):
            turn, ahead = "drawn", self._papers[lot][0]
            order = np.concatenate([[ahead], order[order != ahead]])
        counted_in = self.suggestions.number if model or self.model_reviewers else 0
        inputs = [self.screen.seed, sorted(learned.items())]
        said = json.dumps([*inputs, model, counted_in] if counted_in else inputs)
        ranking = Ranking(
            learned=len(learned),
            inputs_sha256=hashlib.sha256(said.encode()).hexdigest(),
            top=tuple(order[:_KEPT_TOP].tolist()),
            suggestions=counted_in,
            verdicts_of=model,
            turn=turn,
            wave=wave.number,
        )
        return first[int(order[0])], ranking

    def _drawn_of(self, waiting: Sequence[str]) -> str:
        """The next drawn record that waits; empty without one."""
        unread = set(waiting)
        models = [model_of(name) for name in self.model_reviewers]
        return next((p for m in models for p in self.drawn_records(m) if p in unread), "")

    @property
    def _ranked_wave(self) -> Wave:
        """The last wave; in a replay that of the ranking, which knew no later records."""
        return self._waves[-1 if self._replayed is None else self._replayed.wave - 1]

    def _verdicts_of(self, model: str, wave: Wave) -> NDArray[np.float64]:
        """The model's suggestions by position, 0 where it has none and for the question."""
        import numpy as np

        signs = np.zeros(len(self._features(wave)))
        for paper, positions in self._papers.items():
            if said := self.suggestions.said(paper, "title", model):
                signs[[n for n in positions if n < wave.end]] = SIGNS[said.verdict]
        return signs

    def learned_by(self, reviewer: str) -> dict[int, bool]:
        """What the ranker learns for this reviewer, by position: known papers, the reviewer's own
        decisions, and those of others on papers that the reviewer need not read, so that no order
        shows what another decided on a paper that both are to read."""
        found: dict[int, bool] = {}
        known = {self.present_id(paper) for paper in self._known_now}
        for paper, positions in self._papers.items():
            own = self.own(paper, reviewer, "title")
            verdict: str | None = own.verdict if own else None
            if own is None and not self._awaits(paper, reviewer, "title"):
                verdict = self.people_outcome(paper).verdict
            if verdict in ("include", "maybe", "exclude"):
                found |= dict.fromkeys(positions[:1], verdict != "exclude")
            elif verdict is None and paper in known:
                found[positions[0]] = True
        return found

    @cached_property
    def _known_now(self) -> tuple[str, ...]:
        return tuple(self.store.paper_ids_now(self.screen.known).values())

    def _scores(
        self,
        reviewer: str,
        learned: dict[int, bool],
        verdicts: NDArray[np.float64] | None,
        wave: Wave,
    ) -> NDArray[np.float64]:
        """Scores by position. The ranker is kept and learns what is new; it is made again where
        something that it learned no longer stands, for other suggestions of a model, and for an
        update."""
        wanted = (reviewer, b"" if verdicts is None else verdicts.tobytes(), wave.number)
        is_new = self._ranker is None or self._ranker_of != wanted
        if is_new or self._learned.keys() - learned.keys():
            self._ranker = self._new_ranker(verdicts, wave)
            self._ranker_of, self._learned = wanted, {}
        assert self._ranker is not None
        for position, is_included in learned.items():
            if self._learned.get(position) != is_included:
                self._ranker.learn(position, is_included=is_included)
        self._learned = dict(learned)
        return self._ranker.scores()

    def _new_ranker(self, verdicts: NDArray[np.float64] | None, wave: Wave) -> Ranker:
        features = replace(self._features(wave), verdicts=verdicts)
        return Ranker(features, self._start(wave), wave.end, self.screen.seed)

    def _features(self, wave: Wave) -> Features:
        """What all records up to this wave are compared by."""
        if wave.number not in self._features_of:
            kept = self.store.features(self.name, wave.number)
            self._features_of[wave.number] = unpacked(kept)
        return self._features_of[wave.number]

    def _start(self, wave: Wave) -> Start:
        import numpy as np

        if wave.number not in self._start_of:
            pool = wave.end
            if self.screen.question:
                order = order_by_search(self._features(wave), pool, pool)
                start = Start(order, pool)
            else:
                start = Start(np.random.default_rng(self.screen.seed).permutation(pool))
            self._start_of[wave.number] = start
        return self._start_of[wave.number]

    def ranking_for(self, reviewer: str, kept: Ranking) -> Ranking | None:
        """What this reviewer's next record is ranked from, beside the suggestions that `kept` says;
        None when none is left to read."""
        self._replayed = kept
        self.suggestions.take(kept.suggestions, self.present_id)
        end = self._ranked_wave.end
        waiting = [own for own in self._waiting(reviewer) if self._papers[own][0] < end]
        return self._best(reviewer, waiting)[1] if waiting else None

    def rewind(self) -> None:
        """Forget all decisions here, to take them again one by one. `refresh` would end that."""
        self._decisions, self._standing = [], {}

    def take(self, decision: Decision) -> None:
        """Take one decision, as if it were the last one that was kept."""
        self._decisions.append(decision)
        self._standing = standing(self._decisions, self._now)

    # What is decided

    def decide(
        self,
        paper: Paper,
        verdict: Verdict,
        reviewer: str,
        given: Given | None = None,
        ranking: Ranking | None = None,
    ) -> Decision:
        """Keep the reviewer's verdict: when this returns, it is on the disk. Raises UsageError for
        reasons that are no criterion, and at full text for an exclusion without a reason."""
        given, stage = given or Given(), self.stage
        require_person(reviewer)
        self._require_sound(verdict, given.reasons, stage)
        if stage == "full-text" and self.outcome(paper.id).verdict not in GOES_ON:
            raise UsageError(
                f"{paper.key} did not pass title and abstract",
                hint="Full texts of those that passed are assessed: review screen status",
            )
        decision = self._decision(paper, verdict, reviewer, given)
        decision = decision.model_copy(update={"rank": None if ranking is None else 1})
        self.store.decide(self.name, decision, ranking)
        self.refresh()
        return decision

    def resolve(self, paper: Paper, verdict: Verdict, by: str, given: Given) -> Decision:
        """End a conflict. Any person may, under any name. Raises UsageError where there is none."""
        require_person(by)
        open_at = [stage for stage in reversed(self.STAGES) if self._is_disputed(paper.id, stage)]
        open_at.sort(key=lambda stage: self.outcome(paper.id, stage).is_resolved)
        if not open_at:
            raise UsageError(
                f"nobody disagrees on {paper.key}", hint="See: review screen conflicts"
            )
        self._require_sound(verdict, given.reasons, open_at[0])
        decision = self._decision(paper, verdict, by, given)
        decision = decision.model_copy(update={"source": RESOLVE, "stage": open_at[0]})
        self.store.decide(self.name, decision)
        self.refresh()
        return decision

    def add_note(self, paper: Paper, reviewer: str, given: Given) -> Decision:
        """Keep a note, a quote or both on a paper: when this returns, it is on the disk. It decides
        nothing. Raises UsageError for neither, and for reasons."""
        require_person(reviewer)
        if given.reasons or not (given.note.strip() or given.quote):
            raise UsageError("a note has words or a quote", hint="--note '...' or --quote '...'")
        note = self._decision(paper, "note", reviewer, given)
        self.store.decide(self.name, note)
        self.refresh()
        return note

    def _is_disputed(self, paper_id: str, stage: Stage) -> bool:
        found = self.outcome(paper_id, stage)
        return found.is_conflict or found.is_reason_conflict or found.is_resolved

    def undo(self, reviewer: str) -> Decision:
        """Take back the reviewer's last decision or note; gives it. Raises UsageError without
        one."""
        self.refresh()
        own = [
            d
            for d in alive(self._decisions)
            if d.reviewer == reviewer and d.source in ("person", RESOLVE)
        ]
        if not own:
            raise UsageError(
                f"{reviewer} has decided nothing yet", hint="There is nothing to undo."
            )
        last = own[-1]
        undone = Decision(
            id=new_id(), paper_id=last.paper_id, stage=last.stage, reviewer=reviewer,
            verdict="undo", at=now(), undoes=last.id,
        )  # fmt: skip
        self.store.decide(self.name, undone)
        self.refresh()
        return last

    def _require_sound(self, verdict: str, reasons: Sequence[str], stage: Stage) -> None:
        if unknown := [reason for reason in reasons if reason not in self.order]:
            raise UsageError(
                f"'{unknown[0][:60]}' is no criterion of {self.name}",
                hint=f"Use {', '.join(self.order) or 'no reason: there are no criteria'}.",
            )
        if reasons and verdict != "exclude":
            raise UsageError("a reason belongs to an exclusion", hint="Use a note instead.")
        if stage == "full-text" and verdict == "exclude" and not reasons and self.order:
            raise UsageError(
                "a full text is excluded for a reason", hint=f"--reason {' or '.join(self.order)}"
            )

    def _decision(
        self, paper: Paper, verdict: Verdict | Literal["note"], reviewer: str, given: Given
    ) -> Decision:
        return Decision(
            id=new_id(), paper_id=paper.id, stage=self.stage, reviewer=reviewer, verdict=verdict,
            reasons=tuple(dict.fromkeys(given.reasons)), quote=given.quote, note=given.note,
            at=now(), criteria=self.criteria.version,
        )  # fmt: skip

    def quoted(self, paper: Paper, words: str) -> LocatedQuote:
        """Where these words stand in the paper: of a full text first where a page is known. Raises
        UsageError when they do not."""
        parts = list(paper.own_parts)
        if self.stage == "full-text":
            parts.sort(key=lambda part: not part.page_starts)
        for part in parts:
            if span := locate(words, part.text):
                return _quote(part, *span)
        raise UsageError(
            f"these words are not in {paper.key}: '{words[:80]}'",
            hint="Quote it word by word, from its title, abstract or text.",
        )

    def quoted_at(self, paper: Paper, part: str, start: int, end: int) -> LocatedQuote:
        """The quote at this place of a part of the paper, as `sentences_of` gives it."""
        return _quote(next(own for own in paper.own_parts if own.name == part), start, end)

    # Changes

    def add_event(self, event: ScreenEvent) -> None:
        """Keep an event: when this returns, it is on the disk."""
        require_person(event.by)
        self.store.add_event(self.name, event)
        self.refresh()

    def change(self, kind: Literal["rule", "stage"], value: str, by: str, why: str) -> None:
        """Keep that the stopping rule or the stage is `value` from now on."""
        self.add_event(ScreenEvent(id=new_id(), kind=kind, at=now(), by=by, value=value, why=why))

    def retrieve(self, paper: Paper, why_not: str, by: str) -> None:
        """Keep that a full text was retrieved, or why it was not. Raises UsageError for a paper
        that did not pass title and abstract, or that was assessed."""
        self.require_sought(paper)
        if why_not and self.outcome(paper.id, "full-text").readers:
            raise UsageError(
                f"the full text of {paper.key} was assessed", hint="Take that back first."
            )
        kind: Literal["retrieved", "not-retrieved"] = "not-retrieved" if why_not else "retrieved"
        self.add_event(
            ScreenEvent(
                id=new_id(), kind=kind, at=now(), by=by, paper_id=paper.id, stage="full-text",
                why=why_not,
            )
        )  # fmt: skip

    def require_sought(self, paper: Paper) -> None:
        """Raises UsageError for a paper that did not pass title and abstract."""
        if self.outcome(paper.id).verdict not in GOES_ON:
            raise UsageError(
                f"{paper.key} did not pass title and abstract", hint="Its full text is not sought."
            )

    def may_see(self, decision: Decision, reviewer: str) -> bool:
        """False for another's decision that is hidden from this reviewer."""
        paper = self.present_id(decision.paper_id)
        return decision.reviewer == reviewer or not self.is_hidden(paper, reviewer, decision.stage)

    def is_hidden(self, paper: str, reviewer: str, stage: Stage = "title") -> bool:
        """True where the reviewer is not to see what others decided: on a paper that two read, also
        when two others have read it, until one decided it too or it is resolved. Nothing is hidden
        from nobody in particular (an empty name)."""
        if not reviewer or self.own(paper, reviewer, stage) is not None:
            return False
        is_resolved = self.people_outcome(paper, stage).is_resolved
        return not is_resolved and (
            self.needs_two(paper, stage) or self._awaits(paper, reviewer, stage)
        )

    def seen_outcome(self, paper: str, stage: Stage, reviewer: str) -> Outcome:
        """The outcome as far as this reviewer may see it: as if nobody had decided where not."""
        is_hidden = self.is_hidden(paper, reviewer, stage)
        return Outcome() if is_hidden else self.outcome(paper, stage)

    @property
    def is_blind(self) -> bool:
        """True where reviewers are not to see what others decide before they decide themselves."""
        return len(self.people) > 1 and self.screen.double != "none"

    def change_criteria(self, criteria: Sequence[Criterion], by: str, why: str) -> CriteriaVersion:
        """Keep a new version of the criteria. Raises UsageError without a reason."""
        if not why.strip():
            raise UsageError("criteria change for a reason", hint="Say it: --why '...'")
        made = CriteriaVersion(
            version=self.criteria.version + 1, at=now(), by=by, why=why, criteria=tuple(criteria)
        )
        self.store.add_criteria(self.name, made)
        self.refresh()
        return made


def _quote(part: Part, start: int, end: int) -> LocatedQuote:
    page = bisect_right(part.page_starts, start) + 1 if part.page_starts else None
    return LocatedQuote(
        part=part.name, start=start, end=end, text=part.text[start:end], page=page
    )  # fmt: skip


def require_person(name: str) -> None:
    """Raises UsageError for the name of a model: it decides and signs nothing."""
    if model_of(name):
        raise UsageError(
            f"'{name[:60]}' is a model, which decides nothing",
            hint="People decide; a model suggests: review screen suggest --model NAME",
        )


def now() -> str:
    """The time in UTC, to the microsecond."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
