"""The ranker and the stopping rules of screening, against scikit-learn and scipy."""

from __future__ import annotations

import csv
import json
import random

import numpy as np
import pytest

from reviewer.cli import run as main
from reviewer.errors import UsageError
from reviewer.tasks.screening.features import Features, make_features, term_rows
from reviewer.tasks.screening.labelled import read_labelled
from reviewer.tasks.screening.ranker import (
    Ranker,
    Start,
    best_unread,
    order_by_search,
    penalties_of,
    solve_svm,
)
from reviewer.tasks.screening.simulate import screen_all, worth_of
from reviewer.tasks.screening.stopping import NORMAL, RULES, STRICT, Rule, missed_p, stops_at

TOPICS = (
    "whales song ocean sound sperm dive depth migration calf".split(),
    "trains rail timetable delay station bridge signal freight cost".split(),
)


def made_records(count: int, seed: int = 0) -> list[tuple[list[str], bool]]:
    """Words of records of two topics that share half of their words; one in eight is included."""
    draw = random.Random(seed)
    shared = [f"word{n}" for n in range(60)]
    made = []
    for n in range(count):
        is_included = n % 8 == 3
        own = draw.choices(TOPICS[0 if is_included else 1], k=8) + draw.choices(shared, k=30)
        own += draw.choices(TOPICS[draw.random() < 0.5], k=4)
        draw.shuffle(own)
        made.append((own, is_included))
    return made


def test_terms_are_weighted_as_scikit_learn_does():
    text = pytest.importorskip("sklearn.feature_extraction.text")
    words = [own for own, _ in made_records(60)]
    rows = term_rows(words, 60)
    theirs = text.TfidfVectorizer(
        ngram_range=(1, 2), sublinear_tf=True, max_df=0.95, analyzer="word", token_pattern=r"\w+"
    ).fit_transform([" ".join(own) for own in words])
    gram = (theirs @ theirs.T).toarray()
    ours = np.array([rows.dot(rows.of(np.array([n])).sum(np.ones(1))) for n in range(60)])
    assert np.abs(ours - gram).max() < 1e-12


@pytest.mark.parametrize("seed", range(5))
def test_the_svm_orders_records_as_scikit_learn_does(seed):
    svm = pytest.importorskip("sklearn.svm")
    text = pytest.importorskip("sklearn.feature_extraction.text")
    records = made_records(400, seed)
    matrix = text.TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, max_df=0.95).fit_transform(
        [" ".join(own) for own, _ in records]
    )
    labels = np.array([is_included for _, is_included in records])
    train = np.arange(120)
    penalties = penalties_of(labels[train])
    theirs = svm.LinearSVC(C=1, loss="squared_hinge", dual=True, tol=1e-9, max_iter=10**6)
    theirs.fit(matrix[train], labels[train], sample_weight=penalties)
    kernel = 1 + (matrix @ matrix.T).toarray()
    signs = np.where(labels[train], 1.0, -1.0)
    ours = kernel[:, train] @ solve_svm(kernel[np.ix_(train, train)], signs, penalties)
    reference = theirs.decision_function(matrix)
    assert np.corrcoef(ours, reference)[0, 1] > 0.999999
    assert list(np.argsort(-ours)[:100]) == list(np.argsort(-reference)[:100])


def test_a_ranker_that_learns_one_decision_at_a_time_ranks_as_one_that_is_made_again():
    records = made_records(150)
    words = [own for own, _ in records]
    features = Features(term_rows(words, 150))
    start = Start(np.arange(150))
    grown = Ranker(features, start, 150)
    for n in range(60):
        grown.learn(n, is_included=records[n][1])
        scores = grown.scores()
    made = Ranker(features, start, 150)
    for n in range(60):
        made.learn(n, is_included=records[n][1])
    assert np.abs(made.scores() - scores).max() < 1e-9


def test_a_changed_decision_replaces_the_first():
    records = made_records(80)
    features = Features(term_rows([own for own, _ in records], 80))
    right, changed = (Ranker(features, Start(np.arange(80)), 80) for _ in range(2))
    for n in range(30):
        right.learn(n, is_included=records[n][1])
        changed.learn(n, is_included=records[n][1] if n != 3 else not records[n][1])
    changed.scores()
    changed.learn(3, is_included=records[3][1])
    assert np.abs(right.scores() - changed.scores()).max() < 1e-9


def test_it_finds_the_included_sooner_than_chance_from_the_question_alone():
    records = made_records(400)
    words = [own for own, _ in records] + ["whales song sperm ocean".split()]
    labels = np.array([is_included for _, is_included in records])
    features = make_features([own[:5] for own in words], words, None, 400)
    start = Start(order_by_search(features, 400, 400), 400)
    order = screen_all(features, start, labels, (), 0)
    assert sorted(order) == list(range(400))
    worth = worth_of([[bool(labels[n]) for n in order]])
    assert worth.wss_95 > 0.6
    assert worth.recall_10 > 0.6


def test_the_same_seed_gives_the_same_order():
    records = made_records(200)
    words = [own for own, _ in records] + [["whales"]]
    labels = np.array([is_included for _, is_included in records])
    features = make_features(words, words, None, 200)
    start = Start(order_by_search(features, 200, 200), 200)
    orders = [screen_all(features, start, labels, (), seed) for seed in (3, 3)]
    assert orders[0] == orders[1]


def test_equal_scores_go_to_the_first_record():
    assert list(best_unread(np.array([1.0, 2, 2, 1]), {1: True}, 3)) == [2, 0, 3]


def callaghan(decisions, records, recall=0.95):
    """The p value over all stretches, with scipy's distribution."""
    stats = pytest.importorskip("scipy.stats")
    back = np.array(decisions, dtype=int)[::-1]
    sizes = np.arange(len(back)) + 1
    seen = back.sum()
    most = np.floor(seen / recall + 1 - (seen - back.cumsum()))
    found = stats.hypergeom.cdf(back.cumsum(), records - (len(back) - sizes), most, sizes)
    return np.nanmin(np.where(most > records - (len(back) - sizes), 0, found))


def test_the_p_value_is_scipys():
    draw = np.random.default_rng(1)
    for _ in range(300):
        records = int(draw.integers(5, 900))
        read = int(draw.integers(1, records + 1))
        chance = draw.random() * 0.3 * np.exp(-np.arange(read) / (records * 0.3))
        decisions = (draw.random(read) < chance).tolist()
        assert missed_p(decisions, records) == pytest.approx(
            callaghan(decisions, records), abs=1e-9
        )


def test_no_rule_stops_before_something_is_included():
    for rule in RULES:
        assert stops_at(rule, [False] * 300, 300) == 300


def test_the_normal_rule_needs_fifty_in_a_row_and_a_low_p():
    decisions = [True] * 10 + [False] * 990
    stop = stops_at(NORMAL, decisions, 1000)
    assert stop >= 60
    assert missed_p(decisions[:stop], 1000) < 0.5
    assert stop == 60 or missed_p(decisions[: stop - 1], 1000) >= 0.5
    assert stops_at(STRICT, decisions, 1000) > stop
    assert stops_at(Rule("row:50", in_a_row=50), decisions, 1000) == 60


def write_csv(path, rows):
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerows([["Title", "abstract", "included"], *rows])


def test_simulate_prints_json_for_both_rankers(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("REVIEW_EMBEDDING", "none")
    rows = [[" ".join(own[:6]), " ".join(own), int(kept)] for own, kept in made_records(120)]
    rows += [["nobody decided", "on this", ""]]
    write_csv(tmp_path / "l.csv", rows)
    arguments = ["simulate", str(tmp_path / "l.csv"), "--question", "whales song", "--seeds", "2"]
    assert main(["screen", *arguments, "--json"]) == 0
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert found["schema"].startswith("review/simulation/")
    assert found["records"] == 120
    assert 0 < found["wss_95"] <= 1
    assert 0 < found["recall_10"] <= 1
    assert 0 < found["u4"]["wss_95"] <= 1
    assert set(found["rules"]) == set(found["u4"]["rules"]) >= {"normal", "strict"}
    assert "1 row without a label" in printed.err


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["a", "b", "1"], ["c", "d", "perhaps"]], "row 3: the label 'perhaps' is neither"),
        ([["a", "b", "1"], ["c", "d", "1"]], "all of one kind"),
    ],
)
def test_labels_that_cannot_be_used_are_named(tmp_path, rows, said):
    write_csv(tmp_path / "l.csv", rows)
    with pytest.raises(UsageError, match=said):
        read_labelled(tmp_path / "l.csv")


def test_a_file_without_labels_names_what_it_has(tmp_path):
    (tmp_path / "l.csv").write_text("title,abstract\na,b\n")
    with pytest.raises(UsageError, match="no column included") as error:
        read_labelled(tmp_path / "l.csv")
    assert "abstract, title" in error.value.hint


def test_a_known_record_that_is_not_there_is_said(tmp_path, capsys):
    write_csv(tmp_path / "l.csv", [["a", "b", "1"], ["c", "d", "0"]])
    assert main(["screen", "simulate", str(tmp_path / "l.csv"), "--known", "1,9"]) == 2
    assert "--known '9' is not a record. Use numbers from 1 to 2." in capsys.readouterr().err


def test_screen_alone_lists_its_commands(capsys):
    assert main(["screen"]) == 0
    assert "simulate" in capsys.readouterr().out
