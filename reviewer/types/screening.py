"""Screening of systematic reviews: simulations, screenings, decisions, and the flow of records."""

from __future__ import annotations

from typing import Literal

from reviewer.types.frozen import Frozen
from reviewer.types.papers import Paper
from reviewer.types.searches import Filters


class RuleWorth(Frozen):
    """A stopping rule over several orders of reading. `reached`: the share of orders in which at
    least 95 % of the included records were read when it stopped; `worst_recall`: the lowest share;
    `saved`: the mean share of records left unread. All 0 to 1."""

    reached: float
    worst_recall: float
    saved: float


class RankingWorth(Frozen):
    """A ranker, means over several orders of reading, 0 to 1. `wss_95`: work saved over sampling at
    95 % recall; `recall_10`: recall after a tenth of the records; `read_for_all`: the share that is
    read when all included records are found; `rules` by name."""

    wss_95: float
    recall_10: float
    read_for_all: float
    rules: dict[str, RuleWorth]


class Simulation(RankingWorth):
    """The worth of our ranker on one labelled review, and of plain ELAS u4 on the same;
    `with_model` is ours beside the suggestions of a simulated model, if one was asked for."""

    records: int
    included: int
    known: int
    seeds: int
    question: str
    embedding: str
    u4: RankingWorth
    model_errors: str = ""
    with_model: RankingWorth | None = None


Stage = Literal["title", "full-text"]
Verdict = Literal["include", "exclude", "maybe", "duplicate"]
CriterionAnswer = Literal["met", "not met", "unclear"]
Turn = Literal["learned", "search", "model", "drawn"]
MODEL = "model:"  # begins the name of a reviewer that is a model


class Criterion(Frozen):
    """What a record must meet (include) or must not (exclude). An exclusion names the criterion's
    key as its reason; the order of criteria says which of several reasons counts."""

    key: str
    kind: Literal["include", "exclude"] = "include"
    text: str


class CriteriaVersion(Frozen):
    """The criteria from some time on, and why they were changed. The first version is 1."""

    version: int
    at: str
    by: str = ""
    why: str = ""
    criteria: tuple[Criterion, ...] = ()


class ScreenSource(Frozen):
    """Where records came from: how many entries it gave when the screening was made or updated,
    also those that are the same record, and how many it held that could not be read. `wave` is 1
    for the first search, 2 for the first update."""

    file: str
    label: str
    kind: Literal["database", "register", "website", "organisation", "citations"] = "database"
    entries: int
    unread: int = 0
    wave: int = 1


class Screen(Frozen):
    """A screening as it was made. `double` is `none`, `all`, `included` or a share such as `20%`;
    `known` are ids of papers that are known to be included; `embedding` made the vectors that the
    records are compared by, empty for words alone; `scope` says which papers were taken."""

    name: str
    made: str
    question: str = ""
    stop: str = "normal"
    seed: int = 0
    reviewers: tuple[str, ...] = ("me",)
    double: str = "none"
    known: tuple[str, ...] = ()
    embedding: str = ""
    release: str = ""
    scope: Filters = Filters()


class ScreenRecord(Frozen):
    """A paper as it was when the screening was made or updated: its id, and the hashes of its
    entries."""

    position: int
    paper_id: str
    signs: tuple[str, ...] = ()


class LocatedQuote(Frozen):
    """Words of a paper that show a reason: `text` is what stands in its part from `start` to `end`,
    in characters; `page` is None where pages are not known."""

    part: str
    start: int
    end: int
    text: str
    page: int | None = None


class Decision(Frozen):
    """What one reviewer decided on one paper, or noted, or took back. It is never changed: a later
    one of the same reviewer on the same paper and stage takes its place, and `undo` takes back the
    one that it names in `undoes`. `rank` is 1 for a record that was shown as the next one, None for
    one that was named. `source` is `person`, `resolve` or `import:FILE`."""

    id: str
    paper_id: str
    stage: Stage = "title"
    reviewer: str
    verdict: Literal["include", "exclude", "maybe", "duplicate", "note", "undo"]
    reasons: tuple[str, ...] = ()
    quote: LocatedQuote | None = None
    note: str = ""
    at: str
    rank: int | None = None
    criteria: int = 1
    source: str = "person"
    undoes: str = ""


class CriterionVerdict(Frozen):
    """What a model says of one criterion, and the sentences that show it, located in the paper.
    Whatever it said is `unclear` where it named no sentence that is there; `fault` says so."""

    key: str
    kind: Literal["include", "exclude"] = "include"
    verdict: CriterionAnswer = "unclear"
    quotes: tuple[LocatedQuote, ...] = ()
    fault: str = ""


class RecordVerdicts(Frozen):
    """What a model says of the criteria of one record; `unread` says why it could not be asked."""

    paper_id: str
    verdicts: tuple[CriterionVerdict, ...] = ()
    unread: str = ""


class Suggestion(Frozen):
    """A model's verdicts on one record, as they are kept. It decides nothing. `prompt` is the hash
    of the prompt's file, `criteria` the version of the criteria that the model saw."""

    id: str
    paper_id: str
    stage: Stage = "title"
    model: str
    verdicts: tuple[CriterionVerdict, ...]
    criteria: int = 1
    prompt: str = ""
    at: str


class Suggested(Frozen):
    """What code makes of a model's verdicts: a suggestion, and the criteria that it rests on."""

    verdict: Literal["include", "exclude", "maybe"]
    reasons: tuple[str, ...] = ()


class ShownSentence(Frozen):
    """The sentence that shows a model's verdict on a criterion; `number` is None for one that is no
    sentence of the record by now."""

    key: str
    verdict: CriterionAnswer
    number: int | None = None
    text: str


class ModelSays(Frozen):
    """What a model suggests on a record, with the sentences that it rests on."""

    model: str
    verdict: Literal["include", "exclude", "maybe"]
    reasons: tuple[str, ...] = ()
    shown: tuple[ShownSentence, ...] = ()


class Said(Frozen):
    """What one reviewer decided, beside what others did."""

    reviewer: str
    verdict: str
    reasons: tuple[str, ...] = ()
    note: str = ""
    quote: LocatedQuote | None = None


class Conflict(Frozen):
    """A paper on which reviewers disagree at a stage; `on_reasons` when they agree to exclude it
    and differ in the reason alone."""

    key: str
    title: str
    stage: Stage
    said: tuple[Said, ...]
    on_reasons: bool = False


class ModelConflict(Frozen):
    """A record on which people's decisions and a model's suggestion differ whether it goes on."""

    key: str
    title: str
    stage: Stage
    verdict: Verdict | None = None
    reasons: tuple[str, ...] = ()
    model: ModelSays


class Ranking(Frozen):
    """What a record was shown first from: how many decisions the ranker had, the hash of them, and
    the positions of the records that came first. `suggestions` is the number of the last suggestion
    of a model that was taken in, `verdicts_of` the model whose suggestions the order rests on too;
    `turn` says whose turn it was; records of waves up to `wave` were ranked."""

    learned: int
    inputs_sha256: str
    top: tuple[int, ...]
    suggestions: int = 0
    verdicts_of: str = ""
    turn: Turn = "learned"
    wave: int = 1


class ScreenEvent(Frozen):
    """Something that happened to a screening: a full text was `retrieved` or `not-retrieved`, the
    `rule` or the `stage` was changed to `value`, a `stop` was signed, or from now on the records
    are ordered by the `verdicts` of the model `value` too (of none, where it is empty). A `group`
    says that the paper reports one study with the papers `value` (ids with spaces), `apart` that it
    reports a study of its own; `ungroup` takes back the one whose id is `value`. An `update` added
    the records at the positions `value` (the first one, and the one after the last, with a space);
    `read` decisions were kept before it."""

    id: str
    kind: Literal[
        "retrieved", "not-retrieved", "rule", "stage", "stop", "verdicts", "group", "apart",
        "ungroup", "update",
    ]  # fmt: skip
    at: str
    by: str = ""
    paper_id: str = ""
    stage: Stage = "title"
    value: str = ""
    why: str = ""
    read: int = 0
    included: int = 0
    p: float | None = None
    reached: bool = False


class Outcome(Frozen):
    """What the decisions of all reviewers on one paper at one stage come to. `verdict` is None
    while they disagree or nobody decided; `readers` are those who decided."""

    verdict: Verdict | None = None
    readers: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    is_conflict: bool = False
    is_reason_conflict: bool = False
    is_resolved: bool = False


class Agreement(Frozen):
    """Two reviewers over the records that both decided: the share on which they agree, Cohen's
    kappa and Gwet's AC1. None where chance agreement leaves a figure undefined."""

    one: str
    other: str
    stage: Stage
    records: int
    agreed: float | None = None
    kappa: float | None = None
    ac1: float | None = None


class FlowPaper(Frozen):
    """A paper in a box of the flow."""

    key: str
    title: str
    box: str
    reason: str = ""


class Share(Frozen):
    """`hits` of `of`, with a bound at 95 % confidence by Clopper and Pearson: the share is not
    below `least`."""

    hits: int
    of: int
    least: float


class CriterionWorth(Frozen):
    """A model on one criterion: of the included records those that it does not drop for this
    criterion, and of those that people excluded for it those that it drops for it too."""

    key: str
    kept: Share
    caught: Share


class ModelWorth(Frozen):
    """A model beside people's decisions. `sensitivity`: included records that it does not suggest
    to exclude; `specificity`: excluded ones that it does. `flips` are records of `swapped` whose
    suggestion changed when they were asked in another order, `answer_flips` answers of
    `swapped_answers`. `is_calibrated` is False for too few included records, `orders` True when the
    suggestions are good enough to order records by."""

    model: str
    stage: Stage
    sensitivity: Share
    specificity: Share
    balanced_accuracy: float
    criteria: tuple[CriterionWorth, ...] = ()
    swapped: int = 0
    flips: int = 0
    swapped_answers: int = 0
    answer_flips: int = 0
    is_calibrated: bool = False
    orders: bool = False


class ModelProgress(Frozen):
    """How far a model has suggested at this stage. `earlier` counts those by earlier criteria. Of
    `drawn` records that it alone would drop, a person has read `drawn_read` and let `drawn_missed`
    go on; at 95 % confidence it is wrong in at most the share `most_missed` of such records."""

    model: str
    include: int
    maybe: int
    exclude: int
    earlier: int
    orders: bool = False
    is_reviewer: bool = False
    drawn: int = 0
    drawn_read: int = 0
    drawn_missed: int = 0
    most_missed: float = 1.0


class Flow(Frozen):
    """The numbers of a PRISMA 2020 flow diagram. Each paper is in one box. `waiting` counts those
    that a stage has not decided; while it is not 0 the flow is not final, nor while `not_final`
    says something.

    After an update it is the flow of the records of that `wave` alone, as PRISMA 2020 asks for an
    updated review: `studies` and `included` are new ones, `previous_` those of earlier waves,
    `total_` all. A report of a study that an earlier wave found is no new study.

    `read_by_two` counts the screened records that two people read, `assessed_by_two` the assessed
    reports."""

    name: str
    question: str
    sources: tuple[ScreenSource, ...]
    identified: int
    duplicates: int
    automatic: int
    other: int
    screened: int
    not_screened: int
    excluded: int
    excluded_reasons: tuple[tuple[str, int], ...] = ()
    sought: int
    not_retrieved: int
    not_retrieved_reasons: tuple[tuple[str, int], ...] = ()
    not_yet_retrieved: int
    assessed: int
    not_assessed: int
    full_text_excluded: int
    full_text_reasons: tuple[tuple[str, int], ...] = ()
    included: int
    read_by_two: int = 0
    assessed_by_two: int = 0
    studies: int
    previous_studies: int = 0
    previous_reports: int = 0
    total_studies: int
    total_reports: int
    wave: int = 1
    papers: tuple[FlowPaper, ...] = ()
    not_final: tuple[str, ...] = ()
    stop: str = ""


class Progressed(Frozen):
    """How far one reviewer is. `included` is None where it is hidden from who asks."""

    reviewer: str
    read: int
    included: int | None
    left: int


class ScreenStatus(Frozen):
    """How far a screening is. `read` and `included` are over titles and abstracts, by all
    reviewers;
    `p` that less than 80, 90 and 95 % of what is to be included was found, by the test of the
    stopping rule; `least_recall` is the highest recall below which the test rejects all at 5 %;
    `to_go` counts records until the rule says stop if nothing more is included. After an update
    the rule and its test begin again, over the `unread_then` records that were unread at it, of
    which `read_since` are read; `updated` is the time of the update, empty without one.

    To a `reader` it counts what that reviewer may see. `is_blind` says that reviewers are not to
    see one another's decisions first; `read_by_one_keys` name the records that only one of two
    read."""

    name: str
    question: str
    stage: Stage
    records: int
    read: int
    included: int
    reviewers: tuple[Progressed, ...]
    conflicts: int
    reason_conflicts: int
    read_by_one: int
    read_by_one_keys: tuple[str, ...] = ()
    reader: str = ""
    is_blind: bool = False
    to_revisit: int
    rule: str
    worth: str
    is_reached: bool
    p_80: float
    p_90: float
    p_95: float
    least_recall: float
    to_go: int
    signed: str = ""
    updated: str = ""
    unread_then: int = 0
    read_since: int = 0
    agreements: tuple[Agreement, ...] = ()
    models: tuple[ModelProgress, ...] = ()


class ScreenedRecord(Frozen):
    """A paper of a screening with its decisions: all, and those that stand; `verdict` is what they
    come to at the last stage that has one, empty while there is none."""

    paper: Paper
    verdict: str = ""
    stage: str = ""
    reasons: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    standing: tuple[Decision, ...] = ()


class ScreenedRecords(Frozen):
    """All records of a screening, in its order, and its events, which name papers by their present
    ids."""

    name: str
    records: tuple[ScreenedRecord, ...] = ()
    events: tuple[ScreenEvent, ...] = ()
