"""Several processes run one survey at once over one library: nothing is paid for twice."""

import json
import random
import subprocess
import time
from collections import Counter

import pytest

from reviewer.library import Library
from reviewer.settings import Settings
from tests.cli.test_app import start
from tests.conftest import SAMPLES
from tests.support.fake_provider import FakeProvider
from tests.support.postgres import Cluster, require_programs
from tests.support.promises import promise
from tests.support.scripted import served

WORKERS = 4
JOBS = 4
LATENCY_S = 0.05
PLAN = "title: Two reports\nsettings: {papers: 10, words: 1500}\nreports:\n" + "".join(
    f"  - topic: {topic}\n    sections:\n"
    + "".join(
        f"      - {{title: {title}, questions: ['{topic}: {title}']}}\n"
        for title in ("what is done", "what is found", "what fails")
    )
    for topic in ("search agents", "distillation of reasoning")
)


@pytest.fixture(scope="module")
def cluster():
    """A PostgreSQL server; whoever wants one is skipped where the programs are missing."""
    require_programs()
    started = Cluster()
    yield started
    started.close()


@pytest.fixture(params=["folder", "server"])
def place(request, tmp_path):
    """A library's place, for --library: a folder, and a PostgreSQL database."""
    where = str(tmp_path / "shelf")
    if request.param == "server":
        where = request.getfixturevalue("cluster").make_database()
    with Library(where, Settings(embedding="none")) as opened:
        opened.add([str(SAMPLES)])
        opened.ledger.secret()
    (tmp_path / "plan.yaml").write_text(PLAN, encoding="utf-8")
    return where


def survey(place, folder, fake, name, *more, model="openai/fake", **extra):
    key = {"OPENAI_API_KEY": "sk-none", "REVIEW_OFFLINE": "", "REVIEW_EMBEDDING": "none"}
    return start(
        "survey", "plan.yaml", "--library", place, "--model", model, "-o", name,
        "--jobs", str(JOBS), "--api-base", fake.url, *more,
        extra=key | extra, stdout=subprocess.PIPE, cwd=folder,
    )  # fmt: skip


def asked(fake):
    return Counter(json.dumps(seen.body, sort_keys=True) for seen in fake.requests)


def outcomes(processes):
    """Standard error of each, which must have ended well."""
    found = []
    for process in processes:
        _, err = process.communicate(timeout=300)
        assert process.returncode == 0, err.decode()
        found.append(err.decode())
    return found


@promise(
    "Processes that run one survey at once pay for nothing twice",
    "four of them over one library, in a folder and in PostgreSQL, against a model that counts",
)
def test_four_processes_that_run_one_survey_pay_nothing_twice(place, tmp_path):
    with FakeProvider(answers=served(), latency_s=LATENCY_S) as fake:
        outcomes([survey(place, tmp_path, fake, f"out-{n}") for n in range(WORKERS)])
        calls = asked(fake)
        outcomes([survey(place, tmp_path, fake, "alone")])
        assert asked(fake) == calls, "a fifth run asks nothing"
    assert len(calls) > 10
    assert max(calls.values()) == 1
    said = [(tmp_path / f"out-{n}" / "survey.json").read_text("utf-8") for n in range(WORKERS)]
    assert len({json.dumps(json.loads(text)["reports"]) for text in map(without_usage, said)}) == 1


def without_usage(text):
    document = json.loads(text)
    for report in document["reports"]:
        report.pop("made", None)
    return json.dumps(document)


@promise(
    "A killed process costs the others at most its calls in flight",
    "four processes run one survey over one library, in a folder and in PostgreSQL; one is killed",
    full=10,
    few=1,
)
def test_one_of_four_is_killed_and_only_its_calls_in_flight_are_paid_again(place, tmp_path, rounds):
    chance = random.Random(rounds)
    killed = 0
    for n in range(rounds):
        folder = tmp_path / f"round-{n}"
        folder.mkdir()
        (folder / "plan.yaml").write_text(
            PLAN.replace("1500", str(1500 + 100 * n)), encoding="utf-8"
        )
        with FakeProvider(answers=served(), latency_s=LATENCY_S) as fake:
            first, *others = [survey(place, folder, fake, f"out-{i}") for i in range(WORKERS)]
            wanted = chance.randint(1, 12)
            while len(fake.requests) < wanted and first.poll() is None:
                time.sleep(0.01)
            killed += first.poll() is None
            first.kill()
            first.communicate()
            outcomes(others)
            again = sum(asked(fake).values()) - len(asked(fake))
            assert again <= JOBS
    assert killed


PRICED = "openai/gpt-4o-mini"  # 0.15 and 0.60 USD for a million tokens in and out
BUDGET_USD = 0.0006


@promise(
    "Processes that share a budget pass it by at most one call each",
    "four processes with one budget run a survey that costs more, over one library in a folder and "
    "in PostgreSQL",
)
def test_processes_that_share_a_budget_pass_it_by_at_most_a_call_each(place, tmp_path):
    costs, write = [], served()

    def answer(seen):
        text = write(seen)
        costs.append(100 * 0.15e-6 + len(str(text).split()) * 0.60e-6)
        return text

    with FakeProvider(answers=answer, latency_s=LATENCY_S) as fake:
        processes = []
        for n in range(WORKERS):
            folder = tmp_path / f"worker-{n}"  # each writes about something else
            folder.mkdir()
            (folder / "plan.yaml").write_text(PLAN.replace("topic: ", f"topic: {n} "), "utf-8")
            own = {"REVIEW_BUDGET_RUN": "night", "model": PRICED}
            more = ["--budget", str(BUDGET_USD), "--jobs", "1"]
            processes.append(survey(place, folder, fake, "out", *more, **own))
        for process in processes:
            _, err = process.communicate(timeout=300)
            assert process.returncode == 1
            assert "would pass the budget" in err.decode()
    assert sum(costs) > BUDGET_USD / 2, "the budget was used"
    assert sum(costs) <= BUDGET_USD + WORKERS * max(costs)
    with Library(place) as library:
        assert library.ledger.spent_usd("night") == pytest.approx(sum(costs), rel=0.02)
