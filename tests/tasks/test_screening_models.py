"""A model beside reviewers: it suggests, is measured, and decides, hides and stops nothing."""

from __future__ import annotations

import json
import random
import re

import pytest

from reviewer.errors import UsageError
from reviewer.library import Library, merge_papers
from reviewer.llm.testing import ModelCall
from reviewer.tasks.screening.bounds import least_share, most_share
from reviewer.tasks.screening.calibrate import calibrate
from reviewer.tasks.screening.flow import make_flow
from reviewer.tasks.screening.replay import replay_screening
from reviewer.tasks.screening.screening import Given, Screening
from reviewer.tasks.screening.status import make_status, sign_stop
from reviewer.tasks.screening.suggest import papers_to_ask, suggest
from reviewer.tasks.screening.suggestions import suggested
from reviewer.types.screening import CriterionVerdict, LocatedQuote
from tests.support.injections import INJECTIONS
from tests.support.obedient import Obedient
from tests.support.scripted import criteria_in, screens, writer
from tests.tasks.test_screening_decisions import WITHOUT, listing, read_all, screened

MODEL = "gpt"
QUOTE = LocatedQuote(part="title", start=0, end=3, text="abc")


@pytest.fixture
def library(tmp_path):
    with Library(tmp_path / "shelf", WITHOUT) as shelf:
        shelf.add([listing(tmp_path / "a.jsonl", 120)])
        yield shelf


def is_whale(title: str) -> bool:
    return int(title.split()[1]) % 5 == 0


def knows(asked: ModelCall) -> dict:
    """A model that is always right: trains are excluded for `trains`, whales meet `topic`."""
    answers = []
    for text in asked.texts:
        own = ("met", "unclear") if is_whale(text.title) else ("unclear", "met")
        for n, verdict in zip(criteria_in(asked), own, strict=False):
            answers.append(
                {"tag": text.tag, "criterion": n, "verdict": verdict, "sentences": text.numbers[:1]}
            )
    return {"answers": answers}


def ask_all(screening, script=knows, model=MODEL):
    own, scripted = writer({"ScreenReply": script})
    done = suggest(screening, own, model, papers_to_ask(screening, model))
    return done, scripted


def verdict(kind, said, *, quotes=(QUOTE,), fault="", key="k"):
    return CriterionVerdict(key=key, kind=kind, verdict=said, quotes=quotes, fault=fault)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([verdict("include", "met")], "include"),
        ([verdict("include", "not met")], "exclude"),
        ([verdict("include", "not met", quotes=())], "maybe"),
        ([verdict("include", "met"), verdict("exclude", "met")], "exclude"),
        ([verdict("include", "met"), verdict("exclude", "unclear", quotes=())], "include"),
        ([verdict("include", "met"), verdict("exclude", "unclear", fault="none")], "maybe"),
        ([verdict("include", "met"), verdict("include", "unclear", quotes=())], "maybe"),
        ([verdict("exclude", "unclear", quotes=())], "maybe"),
        ([verdict("exclude", "not met")], "include"),
        ([], "maybe"),
    ],
)
def test_code_makes_the_suggestion_of_the_verdicts(verdicts, expected):
    assert suggested(verdicts).verdict == expected


def test_a_suggestion_rests_on_located_sentences_and_decides_nothing(library):
    screening = screened(library)
    done, scripted = ask_all(screening)
    assert (done.kept, done.unread) == (120, ())
    assert len(scripted.calls("ScreenReply")) == 24  # five records a call
    for paper in screening.papers:
        own = screening.suggestions.of(paper, "title", MODEL)
        for one in own.verdicts:
            for quote in one.quotes:
                text = library.paper(paper).text_of(quote.part)
                assert text[quote.start : quote.end] == quote.text
    assert screening.decisions == []
    assert make_flow(screening).not_screened == 120
    again, scripted = ask_all(screening)
    assert (again.kept, len(scripted.asked)) == (0, 0)


def test_a_record_that_a_reply_leaves_out_is_asked_for_once_more_and_alone(library):
    def forgets(asked):
        found = screens(asked)
        if len(asked.tags) > 1:
            found["answers"] = [a for a in found["answers"] if a["tag"] != asked.tags[1]]
        return found

    screening = screened(library)
    done, scripted = ask_all(screening, forgets)
    assert done.kept == 120
    alone = [call for call in scripted.asked if len(call.tags) == 1]
    assert len(alone) == 24
    suggestions = [screening.suggestions.of(p, "title", MODEL) for p in screening.papers]
    assert all(v.verdict == "met" for own in suggestions for v in own.verdicts)


def test_what_is_not_answered_soundly_is_unclear_and_says_why(library):
    def wrong(asked):
        tag = asked.tags[0]
        return {
            "answers": [
                {"tag": tag, "criterion": 1, "verdict": "met", "sentences": [f"{tag}.1"]},
                {"tag": tag, "criterion": 1, "verdict": "not met", "sentences": [f"{tag}.1"]},
                {"tag": tag, "criterion": 2, "verdict": "met", "sentences": ["E99.7"]},
            ]
        }

    screening = screened(library)
    paper = library.paper(next(iter(screening.papers)))
    own, _ = writer({"ScreenReply": wrong})
    suggest(screening, own, MODEL, [paper])
    first, second = screening.suggestions.of(paper.id, "title", MODEL).verdicts
    assert (first.verdict, first.fault) == ("unclear", "it was answered in two ways")
    assert (second.verdict, second.fault) == (
        "unclear", "'met' named no sentence of the record",
    )  # fmt: skip
    assert screening.suggestions.said(paper.id, "title", MODEL).verdict == "maybe"


def hostile(draw: random.Random):
    """A reply that tries to decide, to invent sentences, to name other records, or is no reply."""
    words = ["exclude", "met", "not met", "EXCLUDE ALL", "", None, 7, ["met"], {"a": 1}]

    def answer():
        return {
            "tag": draw.choice(["E1", "E2", "E5", "E77", "", None, "E1.1", "*"]),
            "criterion": draw.choice([1, 2, 3, -1, "2", "all", None, 10**9]),
            "verdict": draw.choice(words),
            "sentences": draw.choice(
                [["E1.0"], ["E1.1"], ["E2.99"], ["E1.-1"], "E1.1", [1], None, ["all"], [["E1.1"]]]
            ),
            "decision": "exclude",
        }

    kinds = [
        lambda: {"answers": [answer() for _ in range(draw.randrange(40))]},
        lambda: {"answers": []},
        lambda: {"decision": "exclude", "records": "all", "stop": True},
        lambda: "Exclude everything; screening is over.",
        lambda: json.dumps({"answers": [answer()]})[:-9],
        lambda: "",
        lambda: "[" * 3000,
        lambda: {"answers": [answer()] * 400},
        lambda: {"answers": {"E1": {"1": "not met"}}},
        lambda: '{"answers": [{"tag": "E1", "criterion": 1, "verdict": "not met"}]}',
        lambda: {
            "answers": [
                {"tag": tag, "criterion": 1, "verdict": "not met", "sentences": [f"{tag}.{n}"]}
                for tag in ("E1", "E2", "E9")
                for n in (0, 400)
            ]
        },
    ]
    return draw.choice(kinds)()


def test_500_hostile_replies_decide_nothing_invent_nothing_and_lose_no_record(library):
    draw = random.Random(28)
    screening = screened(library)
    papers = [library.paper(paper) for paper in list(screening.papers)[:5]]
    own, scripted = writer({"ScreenReply": lambda asked: hostile(draw)})
    runs = 0
    while len(scripted.asked) < 500:
        suggest(screening, own, f"gpt-{runs}", papers)
        runs += 1
    assert screening.decisions == []
    assert screening.store.events(screening.name) == []
    excluded = 0
    for (paper, stage, model), kept in screening.suggestions.all.items():
        said = screening.suggestions.said(paper, stage, model)
        for one in kept.verdicts:
            assert bool(one.quotes) == (one.verdict != "unclear")
            for quote in one.quotes:
                text = library.paper(paper).text_of(quote.part)
                assert text[quote.start : quote.end] == quote.text != ""
        if said.verdict == "exclude":
            excluded += 1
            assert any(one.quotes for one in kept.verdicts if one.key in said.reasons)
    assert excluded  # so that the check above checks something
    assert read_all(screening) == 120
    assert make_flow(screening).screened == 120


def test_orders_in_abstracts_decide_nothing_and_reach_the_prompt_only_as_data(tmp_path):
    rows = [
        {"title": f"Trial {n}", "abstract": f"We tried it. {own.text} It held in {n} cases."}
        for n, own in enumerate(INJECTIONS)
    ]
    file = tmp_path / "orders.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with Library(tmp_path / "shelf", WITHOUT) as shelf:
        shelf.add([str(file)])
        screening = screened(shelf)
        obedient = Obedient()

        def obeys(asked):
            obedient.prompts.append((asked.into, asked.prompt))
            return obedient.reply(asked)

        done, scripted = ask_all(screening, obeys)
        assert screening.decisions == screening.events == []
        assert done.kept + len(done.unread) == len(screening.papers)
        for paper, stage, model in screening.suggestions.all:
            for one in screening.suggestions.of(paper, stage, model).verdicts:
                for quote in one.quotes:
                    text = shelf.paper(paper).text_of(quote.part)
                    assert text[quote.start : quote.end] == quote.text
        for call in scripted.asked:
            outside = re.sub(
                r'<data tag="[^"\n]*" marker="(\w+)">\n.*?\n</data marker="\1">', "", call.prompt,
                flags=re.DOTALL,
            )  # fmt: skip
            assert not re.search(r"zq\d{3}", outside)
        assert obedient.obeyed


def test_a_model_is_measured_blind_and_orders_records_only_when_it_is_good(library):
    screening = screened(library)
    read_all(screening, most=60)
    own, scripted = writer({"ScreenReply": knows})
    found = calibrate(screening, own, MODEL)
    included = found.sensitivity.of
    assert included == 24
    assert (found.sensitivity.hits, found.specificity.hits) == (included, found.specificity.of)
    assert found.sensitivity.least == pytest.approx(0.05 ** (1 / included), abs=1e-9)
    assert found.is_calibrated
    assert found.orders
    assert found.swapped == 20
    assert found.flips == found.answer_flips == 0
    assert screening.ranking_model == MODEL
    trains = next(worth for worth in found.criteria if worth.key == "trains")
    assert trains.caught.hits == trains.caught.of > 0
    for call in scripted.asked:
        assert "include" not in call.prompt.split("TEXTS:")[1]
    worse, _ = writer({"ScreenReply": lambda asked: screens(asked, "unclear", sentences=[])})
    found = calibrate(screening, worse, "other")
    assert not found.orders
    assert screening.ranking_model == MODEL


def test_fewer_than_20_included_records_calibrate_nothing(library):
    screening = screened(library)
    read_all(screening, most=10)
    own, _ = writer({"ScreenReply": knows})
    found = calibrate(screening, own, MODEL)
    assert not found.is_calibrated
    assert not found.orders
    assert screening.ranking_model == ""
    with pytest.raises(UsageError, match="decided nothing"):
        calibrate(screened(library, "empty"), own, MODEL)


def turned_on(screening):
    """Order by the suggestions from here on, as a calibration does."""
    screening.change("verdicts", MODEL, "", "a test")


def inverted(asked):
    found = knows(asked)
    turned = {"met": "unclear", "unclear": "met"}
    for one in found["answers"]:
        one["verdict"] = turned[one["verdict"]]
    return found


@pytest.mark.parametrize("script", [knows, inverted, lambda a: screens(a, "not met")])
def test_whatever_orders_records_each_comes_once_and_a_replay_names_the_same(library, script):
    screening = screened(library)
    papers = papers_to_ask(screening, MODEL)
    own, _ = writer({"ScreenReply": script})
    suggest(screening, own, MODEL, papers[:80])
    read_all(screening, most=7)
    turned_on(screening)
    read_all(screening, most=30)
    suggest(screening, own, MODEL, papers[80:])
    screening.undo("me")
    assert read_all(screening) == 120 - 36
    rankings = screening.store.rankings("s").values()
    assert {"search", "learned"} <= {ranking.turn for ranking in rankings}
    assert replay_screening(Screening(library, "s")) == (121, "")


def test_every_tenth_record_is_the_next_of_the_search_alone(library):
    screening = screened(library)
    ask_all(screening, inverted)
    turned_on(screening)
    for n in range(40):
        shown = screening.next_record("me")
        assert (shown.ranking.turn == "search") == (n % 10 == 9)
        if n % 10 == 9:
            order = screening._start(screening.waves[-1]).order.tolist()
            waiting = {screening.papers[p][0] for p in screening._waiting("me")}
            assert shown.ranking.top[0] == next(p for p in order if p in waiting)
        verdict = "include" if is_whale(shown.paper.title) else "exclude"
        screening.decide(shown.paper, verdict, "me", ranking=shown.ranking)


def test_the_stopping_test_and_the_flow_count_people_alone(library):
    plain, beside = screened(library), screened(library, "with")
    ask_all(beside, inverted)
    for screening in (plain, beside):
        for paper in list(screening.papers)[:30]:
            own = library.paper(paper)
            screening.decide(own, "include" if is_whale(own.title) else "exclude", "me")
    one, other = make_status(plain), make_status(beside)
    same = ("p_80", "p_90", "p_95", "least_recall", "to_go", "is_reached", "read", "included")
    assert [getattr(one, name) for name in same] == [getattr(other, name) for name in same]
    first, second = make_flow(plain), make_flow(beside)
    assert first.model_copy(update={"name": "with"}) == second
    (progress,) = other.models
    assert progress.include + progress.maybe + progress.exclude == 120


def test_a_model_decides_signs_and_resolves_nothing(library):
    screening = screened(library, reviewers=("ann", "model:gpt"), double="all")
    paper = library.paper(next(iter(screening.papers)))
    for act in (
        lambda: screening.decide(paper, "exclude", "model:gpt"),
        lambda: screening.resolve(paper, "exclude", "model:gpt", Given()),
        lambda: screening.reviewer_named("model:gpt"),
        lambda: sign_stop(screening, "done", "model:gpt"),
    ):
        with pytest.raises(UsageError, match="is a model, which decides nothing"):
            act()
    for names, double in ((("model:gpt",), "none"), (("ann", "model:gpt"), "none")):
        with pytest.raises(UsageError):
            screened(library, "x", reviewers=names, double=double)


def test_a_models_exclusion_counts_only_beside_a_persons(library):
    screening = screened(library, reviewers=("ann", "model:gpt"), double="all")
    ask_all(screening)
    whale, train = (
        next(p for p in screening.papers if is_whale(library.paper(p).title) is kind)
        for kind in (True, False)
    )
    assert screening.outcome(train).readers == ()
    screening.decide(library.paper(train), "exclude", "ann", Given(reasons=("trains",)))
    assert screening.outcome(train).verdict == "exclude"
    assert screening.outcome(train).readers == ("ann", "model:gpt")
    screening.decide(library.paper(whale), "exclude", "ann", Given(reasons=("trains",)))
    assert screening.outcome(whale).is_conflict
    screening.resolve(library.paper(whale), "include", "cem", Given())
    other = next(p for p in screening.papers if not is_whale(library.paper(p).title) and p != train)
    screening.decide(library.paper(other), "include", "ann")
    assert screening.outcome(other).verdict == "include"


def test_drawn_records_that_only_the_model_would_drop_go_to_a_person_with_the_bound(library):
    screening = screened(library, reviewers=("ann", "model:gpt"), double="all")
    ask_all(screening)
    lots = screening.drawn_records(MODEL)
    assert len(lots) == 20
    read_all(screening, "ann", 100)
    rankings = screening.store.rankings("s")
    shown = [d for d in screening.decisions if rankings[d.id].turn == "drawn"]
    assert {d.paper_id for d in shown} <= set(lots)
    assert len(shown) >= 5
    read_all(screening, "ann")
    (progress,) = make_status(screening).models
    assert (progress.drawn, progress.drawn_read, progress.drawn_missed) == (20, 20, 0)
    assert progress.most_missed == pytest.approx(1 - 0.05 ** (1 / 20), abs=1e-9)
    assert replay_screening(Screening(library, "s")) == (120, "")


def test_suggestions_follow_a_merge_and_are_only_added_to(library):
    screening = screened(library)
    ask_all(screening)
    first, second = (library.paper(p) for p in list(screening.papers)[:2])
    merge_papers(library, (first.key, second.key))
    screening = Screening(library, "s")
    kept = screening.present_id(second.id)
    assert screening.suggestions.said(kept, "title", MODEL) is not None
    for statement in (
        "UPDATE screen_suggestions SET screen = 'x'",
        "DELETE FROM screen_suggestions",
    ):
        with pytest.raises(Exception, match="only added to"):
            library.database.run(statement)


@pytest.mark.parametrize(
    ("hits", "of", "least"),
    # scipy.stats.beta.ppf(0.05, hits, of - hits + 1)
    [(29, 29, 0.901855), (59, 59, 0.950498), (90, 90, 0.967262), (19, 20, 0.783893), (0, 9, 0.0)],
)
def test_bounds_are_those_of_clopper_and_pearson(hits, of, least):
    assert least_share(hits, of) == pytest.approx(least, abs=1e-5)
    assert most_share(of - hits, of) == pytest.approx(1 - least, abs=1e-5)
