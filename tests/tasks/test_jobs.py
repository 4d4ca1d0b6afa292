"""Jobs: events that are kept, states that outlive a process, and a stop that works at once."""

import subprocess
import sys
import threading
import time
from dataclasses import dataclass

import pytest

from reviewer.errors import NotFoundError, UsageError
from reviewer.library import Library
from reviewer.library.job_store import JobStore
from reviewer.llm import LLM, Prompts
from reviewer.settings import Settings
from reviewer.tasks import answer_question, compare_papers
from reviewer.tasks.answers.answer import AskOptions
from reviewer.tasks.jobs.jobs import MOST_EVENTS, Jobs, Work
from reviewer.tasks.tables.table import TableOptions
from reviewer.writers import Extractive, Prompted
from tests.conftest import ROOT
from tests.support.fake_provider import FakeProvider

QUESTION = "does RL teach new skills?"


@dataclass(frozen=True)
class Made:
    run_id: str = "r1"


@pytest.fixture
def jobs(library):
    made = Jobs(JobStore(library.database))
    yield made
    made.close()


def asking(library, question=QUESTION):
    def do(control):
        writer = control.use(Extractive())
        return answer_question(question, library, writer, AskOptions(), control.progress)

    return Work("ask", question, do, {"question": question})


def waiting(gate, began=None):
    def do(control):
        if began:
            began.set()
        while not gate.wait(0.02):
            control.progress("Waiting", 0, 0)
        return Made()

    return do


def test_a_job_does_its_work_and_keeps_its_run_and_its_events(sample_library):
    jobs = Jobs(JobStore(sample_library.database))
    job = jobs.wait(jobs.start(asking(sample_library)).id, 30)
    assert (job.state, job.kind, job.asked) == ("done", "ask", {"question": QUESTION})
    assert jobs.result(job.id).claims
    assert sample_library.ledger.run(job.run_id).question == QUESTION
    events = jobs.events(job.id)
    assert (events[0].kind, events[-1].kind) == ("running", "done")
    assert "Searching" in [event.text for event in events]
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    jobs.close()


def test_a_reader_who_was_away_goes_on_after_the_last_event_it_saw(jobs):
    gate = threading.Event()
    job = jobs.start(Work("x", "x", waiting(gate)))
    seen = jobs.events(job.id, wait_s=5)
    last = seen[-1].number
    gate.set()
    jobs.wait(job.id, 5)
    rest = jobs.events(job.id, after=last)
    assert rest[0].number == last + 1
    assert rest[-1].kind == "done"
    assert jobs.events(job.id, after=rest[-1].number, wait_s=5) == []


def test_only_the_last_events_are_kept_and_progress_is_coalesced(jobs):
    def do(control):
        for n in range(MOST_EVENTS + 50):
            control.progress("A message", -1, n)
        for n in range(1000):
            control.progress("Counting", n, 1000)
        return Made()

    job = jobs.wait(jobs.start(Work("x", "x", do)).id, 30)
    events = jobs.events(job.id)
    assert len(events) == MOST_EVENTS
    assert sum(event.text == "Counting" for event in events) < 100


def test_two_work_at_once_and_the_others_say_their_place(jobs):
    gate = threading.Event()
    started = [jobs.start(Work("x", str(n), waiting(gate))) for n in range(4)]
    time.sleep(0.2)
    now = [jobs.job(job.id) for job in started]
    assert [job.state for job in now] == ["running", "running", "waiting", "waiting"]
    assert [job.place for job in now] == [0, 0, 1, 2]
    jobs.stop(started[2].id)
    assert jobs.job(started[2].id).state == "stopped"
    assert jobs.job(started[3].id).place == 1
    gate.set()
    assert jobs.wait(started[3].id, 5).state == "done"


def test_an_extractive_job_stops_within_half_a_second(sample_library):
    jobs = Jobs(JobStore(sample_library.database))
    began = threading.Event()

    def do(control):
        writer = control.use(Extractive())
        began.set()
        while True:
            compare_papers("RL", sample_library, writer, TableOptions(papers=50), control.progress)

    job = jobs.start(Work("table", "RL", do))
    assert began.wait(5)
    time.sleep(0.3)
    at = time.monotonic()
    jobs.stop(job.id)
    assert jobs.wait(job.id, 5).state == "stopped"
    assert time.monotonic() - at < 5  # 0.1 s on a quiet machine
    jobs.close()


def test_a_stop_ends_a_model_call_at_once(sample_library, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "x")
    with FakeProvider(latency_s=30) as provider:
        check_stop(sample_library, provider)


def check_stop(sample_library, provider):
    settings = Settings(
        model="openai/slow", api_base=provider.url, timeout_s=300, context_tokens=32_000
    )
    jobs = Jobs(JobStore(sample_library.database))
    llm = LLM(settings, None)

    def do(control):
        writer = control.use(Prompted(llm, Prompts("", "s" * 32)))
        return answer_question(QUESTION, sample_library, writer, None, control.progress)

    job = jobs.start(Work("ask", QUESTION, do, need="model"))
    end = time.monotonic() + 60
    while not provider.in_flight and time.monotonic() < end:
        time.sleep(0.02)
    assert provider.in_flight
    at = time.monotonic()
    jobs.stop(job.id)
    assert jobs.wait(job.id, 10).state == "stopped"
    assert time.monotonic() - at < 5  # 0.1 s on a quiet machine
    jobs.close()


def test_what_a_user_can_cause_fails_the_job_in_words_and_a_bug_does_not_end_the_thread(jobs):
    def broken(control):
        raise ZeroDivisionError

    def refused(control):
        raise UsageError("the question is empty", hint="Ask something.")

    first, second = (jobs.start(Work("x", "x", do)) for do in (broken, refused))
    assert "a fault of the program" in jobs.wait(first.id, 5).error
    job = jobs.wait(second.id, 5)
    assert (job.state, job.error, job.hint) == ("failed", "the question is empty", "Ask something.")
    done = jobs.start(Work("x", "x", lambda control: Made("r9")))
    assert jobs.wait(done.id, 5).run_id == "r9"


def test_an_unknown_job_is_said(jobs):
    for ask in (jobs.job, jobs.events, jobs.stop, lambda name: jobs.wait(name, 0)):
        with pytest.raises(NotFoundError):
            ask("../../etc/passwd")


KILLED = """
import sys, time
from reviewer.library import Library
from reviewer.library.job_store import JobStore
from reviewer.settings import Settings
from reviewer.tasks.jobs.jobs import Jobs, Work
library = Library(sys.argv[1], Settings(embedding="none"))
jobs = Jobs(JobStore(library.database))
def do(control):
    while True:
        control.progress("Counting", 1, 2); time.sleep(0.05)
for _ in range(3):
    print(jobs.start(Work("x", "long", do, need="model")).id, flush=True)
time.sleep(60)
"""


def test_jobs_of_a_killed_process_become_interrupted_and_nothing_starts_by_itself(library):
    folder = str(library.folder)
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, folder], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    ids = [child.stdout.readline().strip() for _ in range(3)]
    store = JobStore(library.database)
    alive = Jobs(store)  # a second process beside the first takes nothing from it
    assert {alive.job(job_id).state for job_id in ids} <= {"running", "waiting"}
    with pytest.raises(UsageError, match="another process"):
        alive.stop(ids[0])
    child.kill()
    child.wait()
    child.stdout.close()
    after = Jobs(JobStore(library.database))
    assert {after.job(job_id).state for job_id in ids} == {"interrupted"}
    assert not any(t.name.startswith("jobs-") and t.is_alive() for t in threading.enumerate())
    assert after.events(ids[0]) == []
    assert list((library.folder / "jobs").iterdir()) == []


def test_closing_stops_all_jobs_before_the_library_is_closed(tmp_path, embedding):
    library = Library(tmp_path / "shelf", embedding=embedding)
    jobs = Jobs(JobStore(library.database))
    gate = threading.Event()
    ids = [jobs.start(Work("x", "x", waiting(gate))).id for _ in range(3)]
    jobs.close()
    library.close()
    with Library(tmp_path / "shelf", embedding=embedding) as again:
        assert {JobStore(again.database).job(job_id).state for job_id in ids} == {"stopped"}
