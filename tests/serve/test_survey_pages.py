"""A survey in a real browser: topics, plan as a form over YAML, progress, retry, reports."""

from __future__ import annotations

import json
import time

import pytest

from reviewer.library import Library
from tests.conftest import write_listing
from tests.serve.conftest import Served
from tests.serve.test_draft_pages import SHIFTS, VIEWS, axe
from tests.support.fake_provider import FakeProvider, refused
from tests.support.scripted import served as answers

TOPIC = "reinforcement learning teaches skills"


@pytest.fixture
def down():
    """Titles of sections that the provider refuses to write."""
    return set()


@pytest.fixture
def provider(monkeypatch, down):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    honest = answers()

    def answer(seen):
        if seen.prompt.startswith("Write a section of") and any(t in seen.prompt for t in down):
            return refused(400, "no such luck")
        return honest(seen)

    with FakeProvider(answers=answer) as fake:
        yield fake


@pytest.fixture
def own(settings, provider):
    changes = {"model": "openai/fake", "api_base": provider.url, "context_tokens": 128_000}
    return settings.model_copy(update=changes | {"offline": False})


@pytest.fixture
def served(own):
    opened = Served(own)
    yield opened
    opened.close()


def begun(served, plan=TOPIC, **fields):
    made = served.client.post("/api/v1/surveys", json={"plan": plan, "papers": 8, **fields})
    assert made.status_code == 201, made.text
    return made.json()["id"]


def stepped(served, survey_id, **step):
    made = served.client.post(
        f"/api/v1/surveys/{survey_id}/steps", json=step, headers={"Prefer": "wait=55"}
    )
    assert made.status_code == 200, made.text
    return made.json()


def kept(served, survey_id):
    return served.client.get(f"/api/v1/surveys/{survey_id}").json()


def states(served, survey_id):
    return [
        [(s["title"], s["state"]) for s in report["sections"]]
        for report in kept(served, survey_id)["reports"]
    ]


def test_a_survey_is_made_from_topics_to_reports_by_clicks(page, served):
    page.visit(f"{served.address}/surveys")
    page.run(f"document.querySelector('[name=plan]').value = {TOPIC!r} + '\\nmemory of agents'")
    page.run("document.querySelector('[name=papers]').value = 8")
    page.run("document.querySelector('.begin .primary').click()")
    assert page.wait_for("location.pathname.startsWith('/surveys/')", 10)
    assert page.wait_for("document.querySelector('.cost')", 10)
    assert page.run("document.querySelector('.cost').textContent").startswith("About ")
    survey_id = page.run("location.pathname.split('/')[2]")
    assert kept(served, survey_id)["reports"] == []  # nothing costs before it is asked for
    # the form writes the YAML
    page.run("document.querySelector('[name=r2-title]').value = 'What agents keep'")
    page.run("document.getElementById('save-plan').click()")
    assert page.wait_for("document.querySelector('.yaml').value.includes('What agents keep')", 10)
    # and the YAML the form
    page.run(
        "(() => { const e = document.querySelector('.yaml');"
        "e.value = e.value.replace('What agents keep', 'What agents hold');"
        "e.form.requestSubmit(); })()"
    )
    assert page.wait_for(
        "document.querySelector('[name=r2-title]').value == 'What agents hold'", 10
    )
    page.run(SHIFTS)
    page.run("document.getElementById('run').click()")
    assert page.wait_for("document.querySelectorAll('.reports > li').length == 2", 60)
    assert page.run("window.shifts") < 0.1
    assert [len(report) for report in states(served, survey_id)] == [2, 2]
    assert page.run("document.querySelectorAll('.progress-of .written').length") >= 4
    # a report, as a page that can be read
    page.run("document.querySelector('.reports a').click()")
    assert page.wait_for("location.pathname.includes('/reports/')", 10)
    assert page.wait_for("document.querySelector('.cite')", 10)
    page.run("document.querySelector('.cite').click()")
    assert page.wait_for("document.querySelector('#panel[open] mark')", 10)
    assert page.said == []
    assert all(a.startswith((served.address, "about:")) for a in page.asked)


def test_one_section_that_failed_is_tried_again_alone(page, served, down, provider):
    survey_id = begun(served)
    titles = [title for title, _ in states_after_run(served, survey_id, down)]
    assert titles == ["First things", "Second things"]
    assert [state for _, state in states(served, survey_id)[0]] == ["failed", "failed"]
    down.clear()
    page.visit(f"{served.address}/surveys/{survey_id}")
    assert page.run("document.querySelectorAll('.progress-of .failed').length") == 2
    page.run("document.querySelector('.progress-of .failed button').click()")
    assert page.wait_for("document.querySelector('.progress-of .written')", 30)
    assert states(served, survey_id)[0] == [
        ("First things", "written"),
        ("Second things", "failed"),
    ]
    assert page.said == []


def states_after_run(served, survey_id, down):
    """The states after a run in which no section can be written."""
    down.add("PLAN:")
    stepped(served, survey_id, do="run")
    return states(served, survey_id)[0]


def test_an_update_says_what_new_papers_changed(served, own, tmp_path):
    survey_id = begun(served)
    stepped(served, survey_id, do="run")
    record = {
        "title": "Reinforcement learning teaches skills to pears",
        "abstract": "Reinforcement learning teaches skills to pears. Pears learn skills by RL.",
        "year": 2026,
    }
    with Library(own.library, own) as library:
        library.add([write_listing(tmp_path / "new.jsonl", record)])
    stepped(served, survey_id, do="update")
    shown = served.client.get(f"/surveys/{survey_id}").text
    assert "1 new paper" in shown
    assert "written again" in shown


def test_a_killed_run_goes_on_and_pays_nothing_twice(own, provider):
    served = Served(own)
    survey_id = begun(served)
    stepped(served, survey_id, do="run")
    paid = len(provider.requests)
    served.close()
    with Library(own.library, own) as library:
        (row,) = library.database.rows("SELECT id, job FROM jobs")
        job = json.loads(row[1]) | {"state": "running", "owner": "gone", "run_id": ""}
        library.database.run(
            "UPDATE jobs SET state = 'running', job = ? WHERE id = ?", (json.dumps(job), row[0])
        )
        library.surveys.note(survey_id, lambda now: now.model_copy(update={"run_ids": ()}))
    served = Served(own)
    try:
        assert "interrupted" in served.client.get(f"/surveys/{survey_id}").text.lower()
        again = served.client.post(f"/jobs/{row[0]}/again")
        assert again.status_code == 303
        for _ in range(400):
            if kept(served, survey_id)["run_ids"]:
                break
            time.sleep(0.1)
        assert len(provider.requests) == paid
        assert all(state == "written" for _, state in states(served, survey_id)[0])
    finally:
        served.close()


def test_a_survey_without_javascript_and_its_files(served):
    client = served.client
    sent = client.post("/surveys", data={"plan": TOPIC, "papers": "8", "words": "600"})
    address = sent.headers["location"]
    assert sent.status_code == 303
    assert client.post(f"{address}/steps", data={"do": "run"}).status_code == 303
    for _ in range(400):
        shown = client.get(address).text
        if "/reports/" in shown:
            break
        time.sleep(0.1)
    name = shown.split("/reports/")[1].split(".html")[0]
    assert client.get(f"{address}/reports/{name}.md").text.startswith("# Reinforcement")
    assert client.get(f"{address}/reports/{name}.docx").content.startswith(b"PK")
    assert client.get(f"{address}/reports/{name}.bib").text.startswith("@")
    assert client.get(f"{address}/reports/../../x.md").status_code == 404
    policy = client.get(f"{address}/reports/{name}.html").headers["content-security-policy"]
    assert "script-src 'sha256-" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"plan": ""}, "at least 1 character"),
        ({"plan": "# nothing"}, "names no topic"),
        ({"plan": "reports:\n  - topc: x\n"}, "line 2"),
        ({"plan": TOPIC, "words": "3"}, "greater than or equal to 50"),
    ],
)
def test_a_plan_that_cannot_be_read_is_refused_in_words(served, fields, said):
    refused_ = served.client.post("/surveys", data=fields)
    assert refused_.status_code == 422
    assert said in refused_.text.lower()
    assert served.client.get("/api/v1/surveys").json()["surveys"] == []


def test_the_page_and_the_command_line_have_the_same_survey(served, own, capsys):
    from reviewer.cli import run

    survey_id = begun(served)
    stepped(served, survey_id, do="run")
    assert run(["surveys", "show", survey_id, "--json", "--library", own.library]) == 0
    assert json.loads(capsys.readouterr().out) == kept(served, survey_id)
    assert run(["surveys", "show", survey_id, "--library", own.library]) == 0
    assert "1. First things: written" in capsys.readouterr().out


def test_axe_finds_nothing_on_any_page_of_a_survey(page, served):
    survey_id = begun(served, f"{TOPIC}\nmemory of agents")
    found = {}
    for is_run in (False, True):
        if is_run:
            stepped(served, survey_id, do="run")
        for path in (f"/surveys/{survey_id}", "/surveys")[: 1 if is_run else 2]:
            for size, dark in VIEWS:
                page.visit(f"{served.address}{path}", size, is_dark=dark)
                found[path, is_run, size, dark] = axe(page)
                wide = page.run("document.documentElement.scrollWidth > innerWidth")
                assert not wide, f"{path} scrolls sideways at {size[0]}"
    assert {place: faults for place, faults in found.items() if faults} == {}
    assert page.said == []
