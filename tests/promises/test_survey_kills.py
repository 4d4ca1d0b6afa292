"""Survey runs that are killed and interrupted: nothing is lost but calls in flight."""

import json
import random
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from itertools import takewhile, zip_longest

import pytest

from reviewer.library import Library
from reviewer.settings import Settings
from reviewer.tasks.surveys.run import GRACE_S
from tests.cli.test_app import start
from tests.conftest import SAMPLES
from tests.support.fake_provider import FakeProvider
from tests.support.promises import promise
from tests.support.scripted import served

JOBS = 4
LATENCY_S = 0.02
TOPICS = (
    "reinforcement learning and new skills", "search agents", "memory of agents",
    "test-time scaling", "distillation of reasoning",
)  # fmt: skip
SECTIONS = ("what is done", "what is found", "what fails", "data", "rewards", "evaluation")
PLAN = "title: Thirty sections\nsettings: {papers: 14, words: 2000}\nreports:\n" + "".join(
    f"  - topic: {topic}\n    sections:\n"
    + "".join(
        f"      - {{title: {title}, questions: ['{topic}: {title}']}}\n" for title in SECTIONS
    )
    + ("    tables: [{columns: [task, method], papers: 6}]\n" if topic == TOPICS[0] else "")
    for topic in TOPICS
)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kills") / "shelf"
    with Library(folder, Settings(embedding="none")) as opened:
        opened.add([str(SAMPLES)])
        opened.ledger.secret()
    return folder


class Night:
    """A run over its own copy of a library, that can be started again and again."""

    def __init__(self, folder, shelf, fake):
        self.folder, self.fake = folder, fake
        folder.mkdir()
        shutil.copytree(shelf, folder / "shelf")
        (folder / "plan.yaml").write_text(PLAN, encoding="utf-8")

    def start(self):
        key = {"OPENAI_API_KEY": "sk-none", "REVIEW_OFFLINE": "", "REVIEW_EMBEDDING": "none"}
        return start(
            "survey", "plan.yaml", "--library", "shelf", "--model", "openai/fake",
            "--jobs", str(JOBS), "--api-base", self.fake.url,
            extra=key, stdout=subprocess.PIPE, cwd=self.folder,
        )  # fmt: skip

    def finish(self):
        process = self.start()
        _, err = process.communicate(timeout=300)
        assert process.returncode == 0, err.decode()
        return err.decode()

    def files(self):
        """What the reports say, without the blocks that may differ from run to run."""
        made = {path.name: path.read_text(encoding="utf-8") for path in self.reports.iterdir()}
        return {name: without_run(name, text) for name, text in made.items()}

    @property
    def reports(self):
        return self.folder / "plan"

    def check_no_half_file(self):
        """Every file with the name of a report is whole."""
        for path in self.reports.glob("*"):
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".html" and not path.name.startswith("."):
                assert text.rstrip().endswith("</html>"), path
            elif path.suffix == ".json" and not path.name.startswith("."):
                json.loads(text)
            elif path.suffix == ".md" and not path.name.startswith("."):
                assert "\n## This run\n" in text, path


def without_run(name, text):
    if name.endswith(".json"):
        return json.dumps({k: v for k, v in json.loads(text).items() if k != "usage"})
    if name.endswith(".md"):
        return text.split("\n## This run\n")[0]
    return re.sub(r'(?s)<div id="run">.*?</dl>', "", text)


def differences(files, expected):
    """The lines in which files differ, a piece of each around where they part."""
    found = []
    for name in sorted(files.keys() | expected.keys()):
        both = [kept.get(name, "(no file)").splitlines() for kept in (files, expected)]
        for one, other in zip_longest(*both, fillvalue="(no line)"):
            if one != other:
                same = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
                at = max(0, sum(1 for _ in same) - 200)
                found.append((name, one[at : at + 500], other[at : at + 500]))
    return found


def asked(fake):
    return Counter(json.dumps(seen.body, sort_keys=True) for seen in fake.requests)


@pytest.fixture(scope="module")
def unbroken(shelf, tmp_path_factory):
    """The files of a run that nothing broke, its calls, and how long it took."""
    with FakeProvider(answers=served(), latency_s=LATENCY_S) as fake:
        night = Night(tmp_path_factory.mktemp("whole") / "night", shelf, fake)
        began = time.monotonic()
        err = night.finish()
        assert "30" in err
        first, last = fake.requests[0].at, fake.requests[-1].at
        return night.files(), asked(fake), (first - began, last - began + 0.5)


def test_the_run_has_thirty_sections_and_a_second_one_asks_nothing(unbroken, shelf, tmp_path):
    files, calls, _ = unbroken
    document = json.loads(files["survey.json"])
    sections = [s for report in document["reports"] for s in report["sections"]]
    assert len(sections) == 30
    assert all(section["claims"] for section in sections)
    assert [len(report["tables"]) for report in document["reports"]] == [2, 1, 1, 1, 1]
    assert max(calls.values()) == 1
    with FakeProvider(answers=served()) as fake:
        night = Night(tmp_path / "night", shelf, fake)
        night.finish()
        made = len(fake.requests)
        night.finish()
        assert (made, len(fake.requests)) == (sum(calls.values()), made)
        assert night.files() == files


@promise(
    "A survey that is killed goes on: nothing is lost but calls in flight, and no file is half.",
    "kill -9 at random moments of a run of 30 sections against a model on loopback",
    full=200,
    few=5,
)
def test_a_survey_killed_at_any_moment_goes_on_to_the_same_files(unbroken, shelf, tmp_path, rounds):
    files, calls, (first_s, last_s) = unbroken
    chance = random.Random(rounds)
    killed = runs = 0
    while killed < rounds:
        runs += 1
        with FakeProvider(answers=served(), latency_s=LATENCY_S) as fake:
            night = Night(tmp_path / f"night-{runs}", shelf, fake)
            kills = 0
            while killed < rounds:
                process = night.start()
                is_over = wait_for_a_moment(process, fake, chance, (first_s, last_s))
                process.kill()
                process.communicate()
                night.check_no_half_file()
                if is_over:
                    break
                killed += 1
                kills += 1
            night.finish()
            assert not differences(night.files(), files)
            repeated = sum(asked(fake).values()) - len(asked(fake))
            assert set(asked(fake)) == set(calls)
            assert repeated <= JOBS * kills
        shutil.rmtree(night.folder)


def wait_for_a_moment(process, fake, chance, span):
    """Wait until the kill: some calls from now, or at any moment from before the first call to the
    last files. True when the run was over before."""
    until = time.monotonic() + chance.uniform(0.8 * span[0], span[1])
    more = len(fake.requests) + chance.randint(0, 25) if chance.random() < 0.6 else 10**9
    while time.monotonic() < until and len(fake.requests) < more:
        if process.poll() is not None:
            return True
        time.sleep(0.002)
    time.sleep(chance.uniform(0, 2 * LATENCY_S))
    return process.poll() is not None


@promise(
    "Ctrl-C ends a survey soon, and the same command goes on.",
    "interrupts at random moments of a run of 30 sections, each followed by the same command",
    full=50,
    few=3,
)
def test_an_interrupted_survey_goes_on(unbroken, shelf, tmp_path, rounds):
    files, _, span = unbroken
    chance = random.Random(rounds + 1)
    interrupted = runs = 0
    while interrupted < rounds:
        runs += 1
        assert runs <= 3 * rounds, "interrupts do not arrive"
        with FakeProvider(answers=served(), latency_s=LATENCY_S) as fake:
            night = Night(tmp_path / f"night-{runs}", shelf, fake)
            slow = 0  # interrupts after which calls had no time to end
            while interrupted < rounds:
                process = night.start()
                if wait_for_a_moment(process, fake, chance, (1.5 * span[0], span[1])):
                    break
                process.send_signal(signal.SIGINT)
                told = time.monotonic()
                _, err = process.communicate(timeout=120)
                slow += time.monotonic() - told >= GRACE_S
                if process.returncode == 0:
                    break  # it was just over
                if process.returncode == -signal.SIGINT or b"init_import_site" in err:
                    continue  # Python itself had not begun
                assert process.returncode == 130, err.decode()
                assert b"Traceback" not in err
                interrupted += 1
            night.check_no_half_file()
            night.finish()
            assert not differences(night.files(), files)
            repeated = sum(asked(fake).values()) - len(asked(fake))
            assert repeated <= JOBS * slow, "a call in flight was not kept"
        shutil.rmtree(night.folder)


def test_a_second_interrupt_ends_a_survey_at_once(shelf, tmp_path):
    with FakeProvider(answers=served(), latency_s=60) as fake:
        night = Night(tmp_path / "night", shelf, fake)
        process = night.start()
        end = time.monotonic() + 60
        while not fake.requests and time.monotonic() < end:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        time.sleep(0.7)
        assert process.poll() is None, "calls in flight have some seconds"
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=3)
        assert process.returncode == 130
        fake.latency_s = 0
        fake.closing.set()
