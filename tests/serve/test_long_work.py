"""Jobs of the page through ends, replaced libraries and slow models."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from reviewer.library import Library, SharedLibrary, back_up, restore
from reviewer.library.job_store import JobStore
from reviewer.types.jobs import Job
from tests.serve.conftest import Served
from tests.support import scripted
from tests.support.fake_provider import FakeProvider

QUESTION = "does RL teach new skills?"
KEY = "from-fx-gx-2025"


def test_a_restored_library_is_read_from_then_on_and_that_is_said(served, settings, tmp_path):
    client = served.client
    with Library(Path(settings.library), settings) as library:
        back_up(library.database, tmp_path / "kept.db")
    assert client.delete(f"/api/v1/papers/{KEY}").status_code == 204
    assert client.get(f"/api/v1/papers/{KEY}").status_code == 404
    assert "restored or repaired" not in client.get("/ask").text
    restore(tmp_path / "kept.db", Path(settings.library))
    assert client.get(f"/api/v1/papers/{KEY}").status_code == 200
    assert client.get("/api/v1/health").json()["was_replaced"] is True
    assert "restored or repaired" in client.get("/ask").text
    wait = {"Prefer": "wait=30"}
    answer = client.post("/api/v1/asks", json={"question": QUESTION}, headers=wait).json()
    assert answer["claims"]


def left_by_a_killed_process(settings, kind, asked):
    """A job that runs, by a process that is gone."""
    job = Job(id="20261130-1", kind=kind, title="x", asked=asked, state="running", owner="gone")
    with Library(Path(settings.library), settings) as library:
        JobStore(library.database).save(job)
    return f"/api/v1/jobs/{job.id}"


def test_what_was_interrupted_goes_on_and_is_asked_again_as_it_was(settings):
    asked = {"question": QUESTION, "papers": 3}
    address = left_by_a_killed_process(settings, "ask", asked)
    served = Served(settings)
    try:
        assert served.client.get(address).json()["state"] == "interrupted"
        assert "Go on" in served.client.get(address.removeprefix("/api/v1")).text
        again = served.client.post(f"{address}/again", headers={"Prefer": "wait=30"}).json()
        assert again["schema"] == "review/answer/1"
        assert again["coverage"]["read"] <= 3
        assert served.client.get("/api/v1/jobs").json()["jobs"][0]["asked"] == asked
    finally:
        served.close()


def test_what_was_paid_for_is_not_paid_for_again(settings, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "x")
    with FakeProvider(answers=scripted.served()) as provider:
        paid = settings.model_copy(
            update={"model": "openai/fake", "api_base": provider.url, "context_tokens": 32_000}
        )
        opened = Served(paid)
        try:
            wait = {"Prefer": "wait=50"}
            for _ in range(2):
                opened.client.post("/api/v1/asks", json={"question": QUESTION}, headers=wait)
            runs = opened.client.get("/api/v1/runs").json()["runs"]
            # Runs that began in one second have no order.
            first, again = sorted((run["usage"] for run in runs), key=lambda u: u["cached_calls"])
            assert again["cached_calls"] > 0
            assert again["calls"] < first["calls"] or first["calls"] == 0
        finally:
            opened.close()


def test_the_budget_is_that_of_all_jobs_together(settings, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "x")
    with FakeProvider(answers=scripted.served()) as provider:
        limited = settings.model_copy(
            update={
                "model": "openai/fake",
                "api_base": provider.url,
                "context_tokens": 32_000,
                "max_calls": 3,
            }
        )
        opened = Served(limited)
        try:
            for number in range(4):
                opened.client.post(
                    "/api/v1/asks",
                    json={"question": f"{QUESTION} {number}", "effort": "quick"},
                    headers={"Prefer": "wait=50"},
                )
            assert len(provider.requests) == 3
            assert opened.desk.usage.calls == 3
            jobs = opened.client.get("/api/v1/jobs").json()["jobs"]
            assert any("the most allowed" in job["error"] for job in jobs)
        finally:
            opened.close()


def test_a_job_of_another_kind_cannot_go_on(settings):
    address = left_by_a_killed_process(settings, "unknown", {})
    served = Served(settings)
    try:
        said = served.client.post(f"{address}/again")
        assert said.status_code == 422
        assert "cannot go on" in said.json()["message"]
    finally:
        served.close()


def test_a_stop_ends_a_model_s_call_at_once(settings, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "x")
    with FakeProvider(latency_s=30) as provider:
        slow = settings.model_copy(update={"model": "openai/fake", "api_base": provider.url})
        opened = Served(slow)
        try:
            given = opened.client.post("/api/v1/asks", json={"question": QUESTION}).json()["job"]
            address = f"/api/v1/jobs/{given['id']}"
            for _ in range(1200):
                if provider.requests:
                    break
                time.sleep(0.05)
            assert provider.requests
            began = time.monotonic()
            opened.client.delete(address)
            while opened.client.get(address).json()["state"] == "running":
                time.sleep(0.02)
            assert time.monotonic() - began < 8  # far less than the model would take
            assert opened.client.get(address).json()["state"] == "stopped"
        finally:
            opened.close()


@pytest.mark.parametrize(
    "page", ["library", "runs", "jobs", "library/duplicates", "library/searches"]
)
def test_a_page_has_a_twin_for_programs(served, page):
    served.client.follow_redirects = True
    assert served.client.get(f"/{page}.json").json()


def test_a_question_that_comes_before_the_library_is_ready_waits_and_says_so(settings, monkeypatch):
    warm_up, may_go_on = SharedLibrary.warm_up, threading.Event()

    def slowly(shared):
        may_go_on.wait(60)
        warm_up(shared)

    monkeypatch.setattr(SharedLibrary, "warm_up", slowly)
    opened = Served(settings)
    try:
        assert opened.client.get("/ask").status_code == 200
        assert opened.client.get("/api/v1/health").json()["is_ready"] is False
        given = opened.client.post("/api/v1/asks", json={"question": QUESTION})
        address = given.headers["location"]
        end = time.monotonic() + 20
        while not opened.client.get(address).json()["stage"] and time.monotonic() < end:
            time.sleep(0.02)
        assert opened.client.get(address).json()["stage"] == "Opening the library"
        may_go_on.set()
        assert opened.desk.jobs.wait(address.rpartition("/")[2], 30).state == "done"
    finally:
        may_go_on.set()
        opened.close()


def test_two_servers_answer_from_one_library(served, settings):
    other = Served(settings)
    try:
        wait = {"Prefer": "wait=30"}
        for one in (served, other):
            answer = one.client.post("/api/v1/asks", json={"question": QUESTION}, headers=wait)
            assert answer.json()["claims"]
        runs = [one.client.get("/api/v1/runs").json()["runs"] for one in (served, other)]
        assert runs[0] == runs[1]
        assert len(runs[0]) == 2
    finally:
        other.close()
