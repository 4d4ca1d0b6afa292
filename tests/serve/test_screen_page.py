"""The pages of screenings, in a browser, in two, and without JavaScript."""

from __future__ import annotations

import importlib.resources
import re
import time

import pytest

from reviewer.library import Library
from reviewer.tasks.screening.screening import Screening
from tests.serve.conftest import TOKEN, Served
from tests.serve.test_tables_page import AXE, VIEWS, click, fill
from tests.support.browser import Browser

CRITERIA = """question: Does reinforcement learning teach new skills?
criteria:
  - {key: method, kind: include, text: Reinforcement learning of language models}
  - {key: survey, kind: exclude, text: A survey or an overview}
"""
MADE = {"name": "skills", "criteria": CRITERIA, "reviewers": "ann, ben", "double": "all"}
TITLE = "document.querySelector('#record-title')?.textContent"
PAPER = "document.querySelector('#card [name=paper]')?.value"
LEFT = "document.querySelector('.record .meta').textContent"


def made(served, **asked):
    """A screening of the library, made through the API's own form; gives its address."""
    answer = served.client.post("/screens", data=MADE | asked)
    assert answer.status_code == 303, answer.text
    job = served.desk.jobs.wait(answer.headers["location"].rpartition("/")[2], 60)
    assert job.state == "done", job.error
    return f"/screens/{(MADE | asked)['name']}"


def press(page, key):
    """The key as a keyboard sends it to the element that has the focus."""
    if key in ("Enter", "Escape"):
        page.press(key)
        return
    for kind in ("keyDown", "keyUp"):
        text = {"text": key} if kind == "keyDown" else {}
        page.send("Input.dispatchKeyEvent", type=kind, key=key, **text)


def read_as(page, served, address, name):
    page.visit(f"{served.address}{address}")
    if page.run("Boolean(document.querySelector('#main [name=reviewer]'))"):
        click(page, f"#main [name=reviewer][value={name}]")
        assert page.wait_for(f"{PAPER}", 20)


def decided(served, reviewer, name="skills"):
    """The reviewer's decisions and undos, with reasons, as another process sees them."""
    with Library(served.desk.settings.library, served.desk.settings) as library:
        own = Screening(library, name).decisions
        return [(d.verdict, *d.reasons) for d in own if d.reviewer == reviewer]


def test_a_screening_is_made_and_read_by_keys(page, served):
    page.visit(f"{served.address}/screens")
    for name, value in MADE.items():
        fill(page, f"#main [name={name}]", value)
    click(page, "#main .button.primary")
    assert page.wait_for("document.querySelector('#main [name=reviewer][value=ann]')", 60)
    click(page, "#main [name=reviewer][value=ann]")
    assert page.wait_for(PAPER, 20)
    assert page.run("document.querySelectorAll('.record mark').length") > 0
    assert page.run("document.querySelectorAll('.bears-on').length") > 0
    expected = []
    for keys, said in (
        ("i", ("include",)), ("e2", ("exclude", "survey")), ("m", ("maybe",)),
        ("d", ("duplicate",)),
    ):  # fmt: skip
        before = page.run(PAPER)
        for key in keys:
            press(page, key)
        assert page.wait_for(f"{PAPER} && {PAPER} != '{before}'", 10)
        expected.append(said)
    press(page, "e")
    before = page.run(PAPER)
    press(page, "Enter")
    assert page.wait_for(f"{PAPER} != '{before}'", 10)
    expected.append(("exclude",))
    assert decided(served, "ann") == expected
    press(page, "u")
    assert page.wait_for(f"{PAPER} == '{before}'", 10)
    assert decided(served, "ann")[-1] == ("undo",)
    assert page.said == []
    assert all(address.startswith((served.address, "about:")) for address in page.asked)


def test_a_sentence_is_chosen_as_proof_and_a_note_is_kept_with_the_decision(page, served):
    address = made(served)
    read_as(page, served, address, "ann")
    for _ in range(20):  # the first that has an abstract
        if page.run("Boolean(document.querySelector('#s1'))"):
            break
        press(page, "m")
        time.sleep(0.3)
    key = page.run(PAPER)
    press(page, "s")
    press(page, "1")
    press(page, "Enter")
    assert page.run("document.querySelector('[name=proof]:checked').value") == "1"
    press(page, "n")
    assert page.run("document.activeElement.name") == "note"
    for letter in "idem":  # words in a field decide nothing
        press(page, letter)
    press(page, "Escape")
    press(page, "i")
    assert page.wait_for(f"{PAPER} != '{key}'", 10)
    with Library(served.desk.settings.library, served.desk.settings) as library:
        last = Screening(library, "skills").decisions[-1]
        paper = library.paper(key)
    assert (last.verdict, last.note) == ("include", "idem")
    assert last.quote.part == "abstract"
    assert last.quote.text in paper.abstract


def test_keys_can_be_switched_off(page, served):
    read_as(page, served, made(served), "ann")
    page.run("localStorage.setItem('keys', 'off')")
    try:
        for key in "ie1md":
            press(page, key)
        time.sleep(0.5)
        assert decided(served, "ann") == []
    finally:
        page.run("localStorage.removeItem('keys')")


def test_two_reviewers_in_two_browsers_do_not_see_what_the_other_said(
    page, served, tmp_path, settings
):
    address = made(served)
    other = Browser(tmp_path)
    try:
        other.visit(served.entry)
        assert other.wait_for("location.pathname == '/ask'", 20)
        read_as(page, served, address, "ann")
        read_as(other, served, address, "ben")
        key = page.run(PAPER)
        press(page, "i")
        assert page.wait_for(f"{PAPER} != '{key}'", 10)
        other.visit(f"{served.address}{address}?paper={key}")
        assert "ann" not in other.run("document.querySelector('#card').textContent")
        press(other, "e")
        press(other, "2")
        assert other.wait_for(f"{PAPER} != '{key}'", 10)
        other.visit(f"{served.address}{address}?paper={key}")
        shown = other.run("document.querySelector('.decision').textContent")
        assert "ann" in shown
        assert "include" in shown
        assert other.said == page.said == []
    finally:
        other.close()


def test_a_page_that_is_behind_decides_and_takes_back_nothing(served):
    address = made(served, reviewers="ann", double="none")
    client = served.client
    shown = client.get(address).text
    key = re.search(r'name="paper" value="([^"]+)"', shown)[1]
    given = {"paper": key, "verdict": "include", "stands": ""}
    assert client.post(f"{address}/decide", data=given).status_code == 303
    again = client.post(f"{address}/decide", data=given)
    assert again.status_code == 422
    assert "in another window" in again.text
    decision = re.search(r'name="decision" value="([^"]+)"', client.get(address).text)[1]
    back = client.post(f"{address}/undo", data={"decision": decision})
    assert back.headers["location"].endswith(f"?paper={key}")
    assert client.post(f"{address}/undo", data={"decision": decision}).status_code == 422
    assert decided(served, "ann") == [("include",), ("undo",)]


def test_what_was_decided_and_its_undo_survive_a_server_that_is_ended(settings):
    first = Served(settings)
    address = made(first, reviewers="ann", double="none")
    key = re.search(r'name="paper" value="([^"]+)"', first.client.get(address).text)[1]
    first.client.post(f"{address}/decide", data={"paper": key, "verdict": "include"})
    first.close()
    second = Served(settings)
    try:
        shown = second.client.get(address).text
        assert key in shown
        decision = re.search(r'name="decision" value="([^"]+)"', shown)[1]
        back = second.client.post(f"{address}/undo", data={"decision": decision})
        assert back.headers["location"].endswith(f"?paper={key}")
        assert decided(second, "ann") == [("include",), ("undo",)]
    finally:
        second.close()


def test_a_screening_is_made_and_read_without_javascript(served):
    with served.stranger as client:
        client.post("/session", data={"token": TOKEN, "next": "/screens"})
        job = client.post("/screens", data=MADE).headers["location"]
        served.desk.jobs.wait(job.rpartition("/")[2], 60)
        address = client.get(job).headers["location"]
        assert "Who reads?" in client.get(address).text
        assert client.post(f"{address}/reader", data={"reviewer": "ben"}).status_code == 303
        shown = client.get(address).text
        key = re.search(r'name="paper" value="([^"]+)"', shown)[1]
        given = {"paper": key, "why": "survey", "note": "an overview"}
        done = client.post(f"{address}/decide", data=given)
        assert done.status_code == 303
        assert "exclude · survey" in client.get(done.headers["location"]).text
        assert decided(served, "ben") == [("exclude", "survey")]
        refused = client.post(f"{address}/decide", data={"paper": key, "verdict": "sure"})
        assert refused.status_code == 422
        wrong = client.post("/screens", data=MADE | {"name": "x y"})
        served.desk.jobs.wait(wrong.headers["location"].rpartition("/")[2], 60)
        assert "cannot name a screening" in client.get(wrong.headers["location"]).text


def test_who_a_proxy_names_reads_as_nobody_else(settings):
    access = {"user_header": "X-Forwarded-User", "proxies": frozenset({"127.0.0.1"})}
    served = Served(settings, **access)
    try:
        address = made(served)
        ann, dora = {"X-Forwarded-User": "ann"}, {"X-Forwarded-User": "dora"}
        client = served.stranger
        assert "You read as <strong>ann</strong>" in client.get(address, headers=ann).text
        assert "no reviewer of this screening" in client.get(address, headers=dora).text
        as_ben = client.post(f"{address}/reader", data={"reviewer": "ben"}, headers=ann)
        assert as_ben.status_code == 422
        key = re.search(r'name="paper" value="([^"]+)"', client.get(address, headers=ann).text)[1]
        given = {"paper": key, "verdict": "include"}
        assert client.post(f"{address}/decide", data=given, headers=dora).status_code == 422
        assert client.post(f"{address}/decide", data=given, headers=ann).status_code == 303
        assert decided(served, "ann") == [("include",)]
    finally:
        served.close()


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_on_the_pages_of_screenings(page, served, view):
    address = made(served)
    size, is_dark = VIEWS[view]
    axe = importlib.resources.files("axe_core_python").joinpath("axe.min.js").read_text("utf-8")
    read_as(page, served, address, "ann")
    press(page, "i")
    for place in ("/screens", address):
        page.visit(served.address + place, size, is_dark=is_dark)
        assert page.run(f"{axe};{AXE}") == []
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.run(wide) <= 0, place
    assert page.said == []
