"""Asking in the browser: an answer comes sentence by sentence, can be stopped, survives a reload
and the end of the server, and every citation opens its words."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace

import httpx
import pytest

from reviewer.writers.prompted.answers import AnswerText
from tests.serve.conftest import TOKEN, Served
from tests.support.fake_provider import FakeProvider, streamed
from tests.support.scripted import form_of
from tests.support.scripted import served as honest

QUESTION = "does RL teach new skills?"
SHIFTS = """window.shifts = 0; new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shifts += entry.value;
}).observe({type: "layout-shift", buffered: true}); 0"""


def paced(pace_s):
    """Replies of an honest model, whose answer comes in pieces with this pause between them."""
    reply = honest()

    def answer(seen):
        text = reply(seen)
        if form_of(seen) is AnswerText and seen.is_streamed:
            return replace(streamed(text), pace_s=pace_s)
        return text

    return answer


@pytest.fixture
def slow(monkeypatch):
    """A model whose answer takes several seconds to be written."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    with FakeProvider(answers=paced(0.06)) as provider:
        yield provider


@pytest.fixture
def with_model(settings, slow):
    chosen = settings.model_copy(
        update={"model": "openai/slow", "api_base": slow.url, "context_tokens": 32_000,
                "offline": False, "timeout_s": 60}
    )  # fmt: skip
    opened = Served(chosen)
    yield opened
    opened.close()


def enter(browser, server):
    browser.send("Page.navigate", url="about:blank")  # what listened to an earlier server ends
    browser.said.clear()
    browser.asked.clear()
    browser.visit(server.entry)
    assert browser.wait_for("location.pathname == '/ask' && document.readyState == 'complete'", 20)
    return browser


def ask(browser, question=QUESTION):
    browser.run(f"document.querySelector('textarea').value = {question!r}")
    browser.run("document.querySelector('main form.question button.primary').click()")


def test_an_answer_comes_sentence_by_sentence_and_nothing_jumps(browser, with_model):
    enter(browser, with_model)
    ask(browser)
    assert browser.wait_for("location.pathname.startsWith('/jobs/')", 20)
    browser.run(SHIFTS)
    counts = []
    end = time.monotonic() + 40
    seen = "[location.pathname, document.querySelectorAll('.claim').length, window.shifts ?? 0]"
    while time.monotonic() < end:
        path, count, now = browser.run(seen)  # at once: the page may be left between two looks
        if not path.startswith("/jobs/"):
            break
        counts.append(count)
        shifts = now
        time.sleep(0.1)
    assert browser.wait_for(
        "location.pathname.startsWith('/runs/') && document.readyState == 'complete'", 20
    )
    whole = browser.run("document.querySelectorAll('.claim').length")
    assert len({count for count in counts if 0 < count <= whole}) >= 2
    assert counts == sorted(counts)
    assert shifts < 0.1
    assert browser.said == []
    assert all(a.startswith((with_model.address, "about:")) for a in browser.asked)


def test_a_stopped_answer_says_so_at_once_and_goes_on_when_asked(browser, with_model, slow):
    enter(browser, with_model)
    ask(browser)
    assert browser.wait_for("document.querySelector('#answer[data-job] .status button')", 20)
    job = browser.run("location.pathname").rpartition("/")[2]
    end = time.monotonic() + 30
    while not slow.requests and time.monotonic() < end:  # until the model's libraries are imported
        time.sleep(0.05)
    began = time.monotonic()
    browser.run("document.querySelector('#answer .status button').click()")
    assert browser.wait_for("document.querySelector('#answer .note')", 10)
    assert time.monotonic() - began < 4
    assert "You stopped this" in browser.run("document.querySelector('#answer .note').textContent")
    assert with_model.desk.jobs.job(job).state == "stopped"
    slow.answers = honest()
    browser.run("document.querySelector('#answer .note button').click()")
    assert browser.wait_for("location.pathname.startsWith('/runs/')", 40)
    assert browser.said == []


def test_a_page_that_is_loaded_again_in_the_middle_goes_on(browser, with_model):
    enter(browser, with_model)
    ask(browser)
    assert browser.wait_for("document.querySelector('.claim')", 30)
    place = browser.run("location.href")
    browser.visit(with_model.address + "/library")
    browser.visit(place)
    assert browser.wait_for("document.querySelector('.claim')", 10)
    assert browser.wait_for("location.pathname.startsWith('/runs/')", 60)
    assert browser.said == []


def test_two_browsers_see_one_answer(browser, with_model, tmp_path):
    from tests.support.browser import Browser

    other = Browser(tmp_path)
    try:
        enter(browser, with_model)
        enter(other, with_model)
        ask(browser)
        assert browser.wait_for("location.pathname.startsWith('/jobs/')", 20)
        place = browser.run("location.href")
        other.visit(place)
        for seen in (browser, other):
            assert seen.wait_for("location.pathname.startsWith('/runs/')", 60)
        texts = [
            seen.run("document.querySelector('#answer').innerText") for seen in (browser, other)
        ]
        assert texts[0] == texts[1]
        assert other.said == browser.said == []
    finally:
        other.close()


def test_every_citation_opens_its_words_and_quotes_follow_each_other(page, served):
    ask(page)
    assert page.wait_for("location.pathname.startsWith('/runs/')", 30)
    assert page.wait_for(
        "document.readyState == 'complete' && document.querySelector('#source mark')"
    )
    of = page.run("document.querySelector('#source .where').textContent")
    most = int(re.search(r"of (\d+)", of)[1])
    seen = set()
    for number in range(1, most + 1):
        assert page.wait_for(
            f"document.querySelector('#source .where').textContent.includes('Quote {number} of')"
        )
        marked = page.run("document.querySelector('#source mark:not(.other)').textContent")
        assert marked
        cited = page.run("document.querySelectorAll('.cite[aria-current]').length")
        assert cited >= 1
        seen.add(marked)
        if number < most:
            page.run("document.querySelector('#source a[rel=next]').click()")
    assert len(seen) == most
    assert page.said == []


def test_on_a_phone_the_words_lie_over_the_answer_until_they_are_closed(page, served):
    from tests.support.browser import PHONE

    ask(page)
    assert page.wait_for("location.pathname.startsWith('/runs/')", 30)
    page.visit(page.run("location.href"), PHONE)
    page.tap(".cite")
    assert page.wait_for("document.querySelector('#source.over')")
    assert page.run("getComputedStyle(document.querySelector('#source')).position") == "fixed"
    page.tap("[data-close-source]")
    assert page.wait_for("!document.querySelector('#source.over')")


def test_the_same_question_again_shows_the_kept_answer_and_can_be_asked_again(served):
    post = served.client.post
    first = post("/ask", data={"question": QUESTION})
    job = first.headers["location"]
    if job.startswith("/jobs/"):
        served.desk.jobs.wait(job.rpartition("/")[2], 20)
    run = served.client.get(job, follow_redirects=True).url.path
    again = post("/ask", data={"question": f"  {QUESTION} "})
    assert again.headers["location"] == f"{run}?asked=before"
    assert "Kept from today" in served.client.get(again.headers["location"]).text
    limited = post("/ask", data={"question": QUESTION, "first_year": "2020"})
    assert run not in limited.headers["location"]
    assert run not in post(f"{run}/again").headers["location"]


def test_no_answer_names_the_nearest_papers(served):
    asked = served.client.post("/ask", data={"question": "zebra stripes and cheese?"})
    place = asked.headers["location"]
    if place.startswith("/jobs/"):
        served.desk.jobs.wait(place.rpartition("/")[2], 20)
    shown = served.client.get(place, follow_redirects=True).text
    assert "Your papers do not answer this." in shown
    assert 'id="source"' not in shown


def test_a_question_in_work_is_found_again_after_the_server_was_killed(
    browser, settings, slow, tmp_path
):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"

    def start():
        process = subprocess.Popen(
            [sys.executable, "-m", "reviewer", "serve", "--port", str(port), "--no-open",
             "--library", settings.library, "--model", "openai/slow", "--api-base", slow.url,
             "--context", "32000"],
            env=os.environ | {"REVIEW_SERVE_TOKEN": TOKEN, "REVIEW_EMBEDDING": "none",
                              "OPENAI_API_KEY": "sk-none", "REVIEW_OFFLINE": ""},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(400):
            try:
                httpx.get(f"{address}/session")
                return process
            except httpx.TransportError:
                time.sleep(0.05)
        raise TimeoutError("the server did not start")

    server = start()
    try:
        browser.visit(f"{address}/#token={TOKEN}")
        assert browser.wait_for("document.querySelector('textarea')", 20)
        ask(browser)
        assert browser.wait_for("document.querySelector('.claim')", 60)
        place = browser.run("location.pathname")
        server.send_signal(signal.SIGKILL)
        server.wait(20)
        server = start()
        slow.answers = honest()
        browser.visit(f"{address}/#token={TOKEN}")
        assert browser.wait_for("document.querySelector('textarea')", 20)
        browser.visit(f"{address}/runs")
        assert browser.run("document.querySelector('#at-work .chip').textContent") == "interrupted"
        browser.visit(address + place)
        browser.run("document.querySelector('#answer .note button').click()")
        assert browser.wait_for("location.pathname.startsWith('/runs/')", 60)
    finally:
        server.kill()
        server.wait(20)


def test_a_follow_up_is_asked_in_full_words_of_the_run_before(with_model, slow):
    slow.answers = honest()
    jobs = with_model.desk.jobs

    def ask_and_wait(**fields):
        place = with_model.client.post("/ask", data=fields).headers["location"]
        if place.startswith("/jobs/"):
            jobs.wait(place.rpartition("/")[2], 60)
        return with_model.client.get(place, follow_redirects=True)

    first = ask_and_wait(question=QUESTION, effort="quick").url.path.rpartition("/")[2]
    shown = ask_and_wait(question="and for small models?", follows=first, effort="quick")
    run = with_model.desk.at_hand.ledger.run(shown.url.path.rpartition("/")[2])
    assert run.result["asked"] == "and for small models?"
    assert any(QUESTION in seen.prompt and "small models" in seen.prompt for seen in slow.requests)
