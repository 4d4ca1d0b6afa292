"""The pages of screenings, in a browser, in two, and without JavaScript."""

from __future__ import annotations

import importlib.resources
import json
import re
import time

import httpx
import pytest

from reviewer.library import Library
from reviewer.tasks.screening.screening import Screening
from reviewer.tasks.screening.status import make_status
from tests.conftest import SAMPLES
from tests.serve.conftest import TOKEN, Served
from tests.serve.test_command import Started
from tests.serve.test_tables_page import AXE, VIEWS, click, fill
from tests.support.browser import Browser
from tests.support.fake_provider import FakeProvider
from tests.support.pdfs import make_pdf
from tests.support.scripted import served as honest
from tests.tasks.test_pages import pages_of_paper

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
    assert page.wait_for("document.querySelector('#kept q')", 10)  # at once
    press(page, "n")
    assert page.run("document.activeElement.name") == "note"
    for letter in "idem":  # words in a field decide nothing
        press(page, letter)
    press(page, "Escape")
    press(page, "i")
    assert page.wait_for(f"{PAPER} != '{key}'", 10)
    with Library(served.desk.settings.library, served.desk.settings) as library:
        proof, last = Screening(library, "skills").decisions[-2:]
        paper = library.paper(key)
    assert (proof.verdict, proof.quote) == ("note", last.quote)
    assert (last.verdict, last.note) == ("include", "idem")
    assert last.quote.part == "abstract"
    assert last.quote.text in paper.abstract


def test_the_pages_of_the_pdf_are_shown_by_a_key(page, served, tmp_path):
    file = tmp_path / "paper.pdf"
    file.write_bytes(make_pdf(pages_of_paper()))
    with served.desk.shared.writing() as library:
        (paper_id,) = library.add([str(file)]).added
        key = library.paper(paper_id).key
    address = made(served)
    read_as(page, served, address, "ann")
    page.visit(f"{served.address}{address}?paper={key}")
    for number in (1, 2):
        press(page, "p")
        shown = f"document.querySelector('#pages #page-{number} img')"
        assert page.wait_for(f"{shown}?.complete && {shown}.naturalWidth > 0", 30)
    assert page.run("document.querySelector('[data-key=o]').target") == "_blank"
    press(page, "?")
    assert page.wait_for("document.querySelector('#keys').open", 5)
    assert "its number, then" in page.run("document.querySelector('#keys').textContent")
    before = page.run(PAPER)
    press(page, "i")  # not while a dialog is open
    press(page, "Escape")
    assert page.run(PAPER) == before
    assert decided(served, "ann") == []
    assert page.said == []


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


def test_what_was_decided_and_its_undo_survive_a_server_that_is_killed(settings):
    first = Served(settings)
    address = made(first, reviewers="ann", double="none")
    first.close()
    given = ("--library", settings.library, "--port", "0")
    key = ""
    for step in ("decide", "undo"):
        started = Started(*given, REVIEW_SERVE_TOKEN=TOKEN)
        try:
            headers = {"Authorization": f"Bearer {TOKEN}"}
            client = httpx.Client(base_url=started.address(), headers=headers, timeout=60)
            shown = client.get(address).text
            if step == "decide":
                key = re.search(r'name="paper" value="([^"]+)"', shown)[1]
                done = client.post(f"{address}/decide", data={"paper": key, "verdict": "include"})
            elif step == "undo":
                decision = re.search(r'name="decision" value="([^"]+)"', shown)[1]
                done = client.post(f"{address}/undo", data={"decision": decision})
                assert done.headers["location"].endswith(f"?paper={key}")
            assert done.status_code == 303
        finally:
            started.process.kill()
            started.process.wait()
    with Library(settings.library, settings) as library:
        screening = Screening(library, "skills")
        assert [d.verdict for d in screening.decisions] == ["include", "undo"]
        assert screening.own(library.paper(key).id, "ann", "title") is None


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


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "x y"}, "cannot name a screening"),
        ({"name": "n" * 61}, "name: "),
        ({"criteria": "criteria: [{key: a}]"}, "a"),
        ({"known": "nobody-1900"}, "nobody-1900"),
        ({"sources": "none.ris=Embase"}, "no record was read from none.ris"),
        ({"double": "all", "reviewers": "ann"}, "two reviewers are needed"),
        ({"tags": "no-such-tag"}, "no-such-tag"),
        ({"stop": "never"}, "never"),
    ],
)
def test_what_was_typed_stays_when_a_screening_cannot_be_made(served, wrong, said):
    asked = MADE | {"question": "What I asked"} | wrong
    answer = served.client.post("/screens", data=asked)
    assert answer.status_code == 422
    fault = re.search(r'role="alert">([^<]+)', answer.text)[1]
    assert said in fault
    assert "What I asked" in answer.text
    assert [job for job in served.desk.jobs.own() if job.kind == "screen"] == []
    assert served.client.get("/api/v1/screens").json()["screens"] == []


def test_a_name_that_is_taken_keeps_what_was_typed(served):
    made(served)
    answer = served.client.post("/screens", data=MADE | {"question": "What I asked"})
    assert answer.status_code == 422
    assert "a screening &#39;skills&#39; already" in answer.text
    assert "What I asked" in answer.text


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
    read_apart(served, address)
    read_as(page, served, address, "ann")
    tabs = ("", "/conflicts", "/progress", "/model", "/files")
    for place in ("/screens", *(f"{address}{tab}" for tab in tabs)):
        page.visit(served.address + place, size, is_dark=is_dark)
        page.run("for (const own of document.querySelectorAll('details.more')) own.open = true")
        assert page.run(f"{axe};{AXE}") == [], place
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.run(wide) <= 0, place
    assert page.said == []


def read_apart(served, address):
    """Ann includes what Ben excludes for `survey`, then both exclude for other reasons; gives the
    keys of both papers."""
    at = f"/api/v1{address}"
    first = served.client.get(f"{at}/next", params={"reviewer": "ann"}).json()["record"]["key"]
    post(served, f"{at}/decisions", key=first, verdict="include", reviewer="ann")
    given = {"key": first, "verdict": "exclude", "reasons": ["survey"], "reviewer": "ben"}
    post(served, f"{at}/decisions", **given)
    second = served.client.get(f"{at}/next", params={"reviewer": "ann"}).json()["record"]["key"]
    for reviewer, reason in (("ann", "method"), ("ben", "survey")):
        given = {"key": second, "verdict": "exclude", "reasons": [reason], "reviewer": reviewer}
        post(served, f"{at}/decisions", **given)
    return first, second


def post(served, address, status=200, **given):
    answer = served.client.post(address, json=given)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_conflicts_are_settled_in_the_browser_and_the_flow_grows(page, served):
    address = made(served)
    first, _ = read_apart(served, address)
    page.visit(f"{served.address}{address}/conflicts")
    heads = "document.querySelectorAll('.conflict').length"
    assert page.run(heads) == 2
    assert "the reasons alone differ" in page.run(
        "document.querySelectorAll('.conflict')[1].textContent"
    )
    fill(page, ".conflict [name=by]", "cem")
    click(page, ".conflict [name=verdict][value=include]")
    assert page.wait_for(f"{heads} == 1", 10)
    page.visit(f"{served.address}{address}/progress")
    picture = "document.querySelector('.flow-picture img')"
    assert page.wait_for(f"{picture}.complete && {picture}.naturalWidth > 0", 10)
    assert "2 screened" in page.run(f"{picture}.alt")
    assert "kappa" in page.run("document.querySelector('#progress').textContent")
    fill(page, "[action$='/stop'] [name=why]", "nobody signs")
    click(page, "[action$='/stop'] button")
    assert page.wait_for("document.querySelector('#main').textContent.includes('ann, ben')", 10)
    signed = "document.querySelector('#progress').textContent.includes('Signed: agreed by all')"
    read_as(page, served, address, "ann")
    page.visit(f"{served.address}{address}/progress")
    fill(page, "[action$='/stop'] [name=why]", "agreed by all, 1 December")
    click(page, "[action$='/stop'] button")
    assert page.wait_for(signed, 10)
    with Library(served.desk.settings.library, served.desk.settings) as library:
        screening = Screening(library, "skills")
        status = make_status(screening)
        resolved = [d for d in screening.decisions if d.source == "resolve"]
    assert status.signed == "agreed by all, 1 December"
    assert [(d.reviewer, d.verdict, library_key(served, d)) for d in resolved] == [
        ("cem", "include", first)
    ]
    (refused,) = page.said  # Chromium says of every answer that it is 422
    assert "422" in refused


def library_key(served, decision):
    return served.desk.at_hand.catalogue.paper_named(decision.paper_id).key


def test_full_texts_are_excluded_for_a_reason_with_a_sentence_as_proof(served):
    address = made(served, reviewers="ann", double="none")
    client = served.client
    keys = []
    for _ in range(3):
        shown = client.get(address).text
        keys.append(re.search(r'name="paper" value="([^"]+)"', shown)[1])
        client.post(f"{address}/decide", data={"paper": keys[-1], "verdict": "include"})
    assert client.post(f"{address}/stage", data={"stage": "full-text"}).status_code == 303
    shown = client.get(address).text
    key = re.search(r'name="paper" value="([^"]+)"', shown)[1]
    assert key in keys
    refused = client.post(f"{address}/decide", data={"paper": key, "note": "kept here"})
    assert refused.status_code == 422
    assert "excluded for a reason" in refused.text
    assert "kept here" in refused.text
    given = {"paper": key, "why": "survey", "proof": "1"}
    assert client.post(f"{address}/decide", data=given).status_code == 303
    with Library(served.desk.settings.library, served.desk.settings) as library:
        last = Screening(library, "skills").decisions[-1]
        assert last.quote.text in library.paper(key).text_of(last.quote.part)
    assert (last.stage, last.reasons) == ("full-text", ("survey",))
    other = next(own for own in keys if own != key)
    why = {"paper": other, "state": "not-retrieved", "why": "library closed"}
    assert client.post(f"{address}/retrieve", data=why).status_code == 303
    flow = client.get(f"/api/v1{address}/flow").json()
    assert flow["not_retrieved_reasons"] == [["library closed", 1]]


def test_decisions_go_out_and_come_back_by_a_file(served):
    address = made(served)
    read_apart(served, address)
    client = served.client
    for suffix in ("csv", "ris", "jsonl"):
        saved = client.get(f"{address}/decisions.{suffix}")
        assert "attachment" in saved.headers["content-disposition"]
        sent = {"file": (f"ann.{suffix}", saved.content)}
        again = client.post(f"{address}/files", files=sent, data={"reviewer": "ann"})
        assert "0 decisions taken, 4 known before" in again.text
    titles = [paper.title for paper in served.desk.at_hand.papers()][:3]
    rows = "".join(f'"{title}",{verdict}\n' for title, verdict in zip(titles, "101", strict=True))
    sent = {"file": ("own.csv", f'title,said\n{rows}"Not here",1\n'.encode())}
    given = {"reviewer": "ben", "map": "said=verdict"}
    taken = client.post(f"{address}/files", files=sent, data=given)
    assert "3 decisions taken" in taken.text
    assert "Not here" in taken.text
    assert len(decided(served, "ben")) == 5
    for suffix in ("svg", "csv", "docx", "html", "json"):
        assert client.get(f"{address}/flow.{suffix}").status_code == 200
    refused = client.post(f"{address}/files", files={"file": ("x.csv", b"a,b\n1,2\n")})
    assert refused.status_code == 422
    assert "No decision was found" in refused.text
    assert "review-labels-" not in refused.text


def test_the_api_of_screenings_does_what_the_command_line_does(served):
    listed = post(served, "/api/v1/screens", 202, **MADE)
    served.desk.jobs.wait(listed["job"]["id"], 60)
    at = "/api/v1/screens/skills"
    first, second = read_apart(served, "/screens/skills")
    (screen,) = served.client.get("/api/v1/screens").json()["screens"]
    assert (screen["name"], screen["double"]) == ("skills", "all")
    conflicts = served.client.get(f"{at}/conflicts").json()["conflicts"]
    assert [(c["key"], c["on_reasons"]) for c in conflicts] == [(first, False), (second, True)]
    post(served, f"{at}/conflicts", key=first, verdict="include", reviewer="cem")
    undone = post(served, f"{at}/undo", reviewer="ben")
    assert undone["decisions"][0]["reasons"] == ["survey"]
    seen = served.client.get(f"{at}/decisions", params={"reviewer": "ben"}).json()["decisions"]
    hidden = [d for d in seen if d["reviewer"] == "ann" and d["verdict"] == "exclude"]
    assert hidden == []
    post(served, f"{at}/changes", kind="rule", value="strict", why="the protocol", reviewer="ann")
    status = post(served, f"{at}/stop", why="enough", reviewer="ann")
    assert (status["rule"], status["signed"]) == ("strict", "enough")
    post(served, f"{at}/changes", kind="stage", value="full-text", reviewer="ann")
    found = served.client.get(at).json()
    assert (found["schema"], found["stage"]) == ("review/screen-status/1", "full-text")
    assert post(served, f"{at}/model", 422, do="suggest")["code"] == "usage"
    assert served.client.get("/api/v1/screens/none").status_code == 404
    assert post(served, f"{at}/undo", 422, reviewer="dora")["code"] == "usage"


@pytest.fixture
def with_model(settings, monkeypatch):
    """The page of a server with a model that finds every criterion met, so that it would exclude
    all as surveys."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    with FakeProvider(answers=honest()) as provider:
        chosen = settings.model_copy(
            update={"model": "openai/gpt", "api_base": provider.url, "context_tokens": 32_000,
                    "offline": False}
        )  # fmt: skip
        opened = Served(chosen)
        yield opened
        opened.close()


def test_what_a_model_suggests_is_shown_when_the_reviewer_wants_it(with_model):
    client = with_model.client
    address = made(with_model, reviewers="ann", double="none")
    planned = client.get(f"{address}/model").text
    assert "calls of at most 5 records" in planned
    assert "people have decided nothing" in planned.lower()
    asked = client.post(f"{address}/model", data={"do": "suggest", "most": "60"})
    assert asked.headers["location"] == f"{address}/model"
    (job,) = [job for job in with_model.desk.jobs.own() if job.kind == "screen model"]
    done = with_model.desk.jobs.wait(job.id, 60)
    assert done.record.fields["kept"] == 60
    assert client.get(f"/jobs/{job.id}").headers["location"] == f"{address}/model"
    assert "Suggests: include 0, maybe 0, exclude 60" in client.get(f"{address}/model").text
    suggests = "<strong>openai/gpt</strong> suggests"
    shown = client.get(address).text
    assert suggests not in shown  # nothing before one's own decision
    key = re.search(r'name="paper" value="([^"]+)"', shown)[1]
    client.post(f"{address}/decide", data={"paper": key, "verdict": "include"})
    assert suggests in client.get(f"{address}?after={key}").text
    assert "not calibrated" in client.get(f"{address}?after={key}").text
    client.post(f"{address}/reader", data={"models": "before"})
    assert suggests in client.get(address).text
    client.post(f"{address}/reader", data={"models": "never"})
    assert suggests not in client.get(f"{address}?after={key}").text
    assert "1 record where people and a model disagree" in client.get(f"{address}/model").text
    assert "1 included record and 0 excluded" in client.get(f"{address}/model").text
    client.post(f"{address}/model", data={"do": "calibrate"})
    job = max(with_model.desk.jobs.own(), key=lambda own: own.made)
    assert with_model.desk.jobs.wait(job.id, 60).state == "done"
    assert "fewer than 20 included records" in client.get(f"{address}/model").text
    assert decided(with_model, "ann") == [("include",)]


def test_who_has_still_to_decide_sees_no_conflict_of_others_with_a_model(with_model):
    client = with_model.client
    address = made(with_model)
    client.post(f"{address}/model", data={"do": "suggest"})
    (job,) = [job for job in with_model.desk.jobs.own() if job.kind == "screen model"]
    assert with_model.desk.jobs.wait(job.id, 120).state == "done"
    client.post(f"{address}/reader", data={"reviewer": "ann"})
    key = re.search(r'name="paper" value="([^"]+)"', client.get(address).text)[1]
    client.post(f"{address}/decide", data={"paper": key, "verdict": "include"})
    disagree = "1 record where people and a model disagree"
    assert disagree in client.get(f"{address}/model").text
    client.post(f"{address}/reader", data={"reviewer": "ben"})
    assert disagree not in client.get(f"{address}/model").text


def test_progress_shows_a_reviewer_nothing_of_what_the_other_decided(served):
    address = made(served)
    client = served.client
    client.post(f"{address}/reader", data={"reviewer": "ann"})
    key = re.search(r'name="paper" value="([^"]+)"', client.get(address).text)[1]
    client.post(f"{address}/decide", data={"paper": key, "why": "survey"})
    assert "1 excluded" in client.get(f"{address}/progress").text
    client.post(f"{address}/reader", data={"reviewer": "ben"})
    shown = client.get(f"{address}/progress").text
    assert "0 excluded" in shown
    assert "Shown by what ben may see" in shown
    own = client.get(f"/api/v1{address}/flow", params={"reviewer": "ben"}).json()
    assert own["excluded"] == 0


def test_new_records_are_shown_before_they_are_taken_in(served, tmp_path):
    address = made(served, reviewers="ann", double="none")
    client = served.client
    nothing = client.post(f"{address}/update", data={"do": "look"})
    assert nothing.status_code == 422
    assert "nothing is new" in nothing.text
    records = make_status_of(served).records
    file = tmp_path / "again.jsonl"
    rows = [{"title": f"Whale song {n}", "abstract": f"Whales sing {n}."} for n in "ab"]
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    with served.desk.shared.writing() as library:
        library.add([str(file)])
    given = {"sources": "again.jsonl=Embase"}
    shown = client.post(f"{address}/update", data=given | {"do": "look"}).text
    assert "2 new records" in shown
    assert "Embase: 2 entries" in shown
    assert make_status_of(served).records == records
    job = client.post(f"{address}/update", data=given | {"do": "take"}).headers["location"]
    assert served.desk.jobs.wait(job.rpartition("/")[2], 60).record.fields["records"] == 2
    assert client.get(job).headers["location"] == f"{address}/progress"
    assert make_status_of(served).records == records + 2
    again = post(served, f"/api/v1{address}/update", 202)
    assert served.desk.jobs.wait(again["job"]["id"], 60).state == "failed"


def make_status_of(served):
    with Library(served.desk.settings.library, served.desk.settings) as library:
        return make_status(Screening(library, "skills"))


def test_a_note_and_a_proof_are_kept_at_once_and_decide_nothing(served):
    address = made(served, reviewers="ann", double="none")
    client = served.client
    key = re.search(r'name="paper" value="([^"]+)"', client.get(address).text)[1]
    given = {"paper": key, "note": "ask the authors", "reasons": ["survey"], "proof": "0"}
    for keep in ("note", "proof"):
        shown = client.post(f"{address}/note", data=given | {"keep": keep}).text
    assert re.search(r'value="survey"[^>]*checked', shown)  # what was ticked stays
    assert "Kept without a decision" in shown
    refused = client.post(f"{address}/note", data={"paper": key, "keep": "note"})
    assert refused.status_code == 422
    assert "Write a note" in refused.text
    post(served, f"/api/v1{address}/notes", key=key, note="by the API")
    with Library(served.desk.settings.library, served.desk.settings) as library:
        screening = Screening(library, "skills")
        notes = [(d.verdict, d.note, d.quote is not None) for d in screening.decisions]
        assert screening.own(library.paper(key).id, "ann", "title") is None
    assert notes == [("note", "ask the authors", False), ("note", "", True),
                     ("note", "by the API", False)]  # fmt: skip


def test_a_file_of_decisions_gives_a_reviewer_nothing_that_the_other_said_unseen(served):
    address = made(served)
    at, client = f"/api/v1{address}", served.client
    first = client.get(f"{at}/next", params={"reviewer": "ann"}).json()["record"]["key"]
    given = {"key": first, "reasons": ["survey"], "note": "only ann knows", "reviewer": "ann"}
    post(served, f"{at}/decisions", verdict="exclude", **given)
    assert "Not blind" in client.get(f"{address}/files").text
    client.post(f"{address}/reader", data={"reviewer": "ben"})
    assert "Not blind" not in client.get(f"{address}/files").text
    for suffix in ("csv", "ris", "jsonl"):
        file = f"{at}/decisions.{suffix}"
        assert "only ann knows" in client.get(file).text
        for hidden in (
            client.get(f"{address}/decisions.{suffix}").text,
            client.get(file, params={"reviewer": "ben"}).text,
        ):
            assert "only ann knows" not in hidden
            assert "survey" not in hidden
    post(served, f"{at}/decisions", key=first, verdict="include", reviewer="ben")
    for suffix in ("csv", "ris", "jsonl"):
        assert "only ann knows" in client.get(f"{address}/decisions.{suffix}").text


def test_versions_of_a_paper_are_one_card_and_one_undo(served):
    client = served.client
    with served.desk.shared.writing() as library:
        one, other = library.papers()[:2]
        for paper, beside in ((one, other), (other, one)):
            library.change([paper.key], lambda p, b=beside: p.model_copy(
                update={"versions": (b.id,)}))  # fmt: skip
    address = made(served, reviewers="ann", double="none")
    shown = client.get(f"{address}?paper={one.key}").text
    assert "Decide on all versions at once" in shown
    given = {"paper": one.key, "verdict": "include", "versions": "true"}
    client.post(f"{address}/decide", data=given)
    assert decided(served, "ann") == [("include",), ("include",)]
    decision = re.search(r'name="decision" value="([^"]+)"', client.get(address).text)[1]
    back = client.post(f"{address}/undo", data={"decision": decision})
    assert "?paper=" in back.headers["location"]
    assert decided(served, "ann")[2:] == [("undo",), ("undo",)]


def test_two_reviewers_share_a_postgresql_library(settings, cluster):
    place = cluster.make_database()
    with Library(place, settings) as library:
        library.add([str(SAMPLES)])
    served = Served(settings.model_copy(update={"library": place}))
    try:
        address = made(served)
        first, _ = read_apart(served, address)
        conflicts = served.client.get(f"/api/v1{address}/conflicts").json()["conflicts"]
        assert conflicts[0]["key"] == first
        assert "to settle" in served.client.get(f"{address}/progress").text
        assert post(served, f"/api/v1{address}/undo", reviewer="ben")
    finally:
        served.close()
        cluster.drop_database(place)
