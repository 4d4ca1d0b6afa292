"""A draft in a real browser: planned, changed by mouse and by buttons, written, redone, saved."""

from __future__ import annotations

import importlib.resources
import io
import json
import time
import zipfile

import pytest

from reviewer.library import Library
from reviewer.tasks.drafts.kept import latest_of
from reviewer.writers.prompted.rewriting import RewriteText
from tests.serve.conftest import Served
from tests.support.browser import DESKTOP, PHONE
from tests.support.fake_provider import FakeProvider
from tests.support.scripted import rewrites
from tests.support.scripted import served as answers

QUESTION = "does RL teach new skills?"
MINE = (
    "# Pears\n\n## Abstract\n\nWe train pears by reinforcement learning until they count to "
    "twelve. They learn it in one night, and forget nothing.\n"
)
VIEWS = [(size, dark) for size in (DESKTOP, (820, 1100), PHONE) for dark in (False, True)]
AXE = (
    'axe.run(document, {resultTypes: ["violations"]}).then((found) => found.violations.map('
    '(v) => v.id + ": " + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 120)).join(" | ")))'
)
SHIFTS = (
    "window.shifts = 0; new PerformanceObserver((list) => { for (const e of list.getEntries()) "
    "if (!e.hadRecentInput) window.shifts += e.value; })"
    ".observe({type: 'layout-shift', buffered: true})"
)


@pytest.fixture
def provider(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    with FakeProvider(answers=answers()) as fake:
        yield fake


@pytest.fixture
def served(settings, provider):
    changes = {"model": "openai/fake", "api_base": provider.url, "context_tokens": 128_000}
    opened = Served(settings.model_copy(update=changes | {"offline": False}))
    yield opened
    opened.close()


def begun(served, **fields):
    """A planned draft."""
    asked = {"question": QUESTION, "own_text": MINE, **fields}
    made = served.client.post("/api/v1/drafts", json=asked, headers={"Prefer": "wait=50"})
    assert made.status_code == 200, made.text
    return made.json()["id"]


def stepped(served, draft_id, **step):
    made = served.client.post(
        f"/api/v1/drafts/{draft_id}/steps", json=step, headers={"Prefer": "wait=50"}
    )
    assert made.status_code == 200, made.text
    return made.json()


def kept(served, draft_id):
    return served.client.get(f"/api/v1/drafts/{draft_id}").json()


def names(served, draft_id):
    return [theme["name"] for theme in kept(served, draft_id)["plan"]["themes"]]


def axe(browser):
    source = importlib.resources.files("axe_core_python").joinpath("axe.min.js").read_text("utf-8")
    browser.run(
        "document.querySelectorAll('details:not(.menu, .pop)').forEach((e) => e.open = true)"
    )
    return browser.run(f"{source};{AXE}")


def drag(page, source, target):
    """Press on the middle of one element and release on another's."""

    def middle(selector):
        return page.run(
            f"(() => {{ const b = document.querySelector({json.dumps(selector)})"
            ".getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()"
        )

    x, y = middle(source)
    to_x, to_y = middle(target)
    page.send(
        "Input.dispatchMouseEvent", type="mousePressed", x=x, y=y, button="left", clickCount=1
    )
    for part in (0.3, 0.7, 1.0):
        at = {"x": x + (to_x - x) * part, "y": y + (to_y - y) * part}
        page.send("Input.dispatchMouseEvent", type="mouseMoved", button="left", buttons=1, **at)
    page.send(
        "Input.dispatchMouseEvent",
        type="mouseReleased",
        x=to_x,
        y=to_y,
        button="left",
        clickCount=1,
    )


def test_a_draft_is_made_from_question_to_file_by_clicks(page, served):
    page.visit(f"{served.address}/drafts")
    page.run(f"document.querySelector('[name=question]').value = {QUESTION!r}")
    page.run(f"document.querySelector('[name=own_text]').value = {json.dumps(MINE)}")
    page.run("document.querySelector('.begin .primary').click()")
    assert page.wait_for("location.pathname.startsWith('/drafts/')", 10)
    assert page.wait_for("document.querySelectorAll('.theme').length == 2", 30)
    draft_id = page.run("location.pathname.split('/')[2]")
    # rename, by leaving the field
    page.run(
        "(() => { const e = document.getElementById('name-1'); e.value = 'What is new';"
        "e.dispatchEvent(new Event('change', {bubbles: true})); })()"
    )
    assert page.wait_for("document.getElementById('name-1').defaultValue == 'What is new'", 10)
    # the second paragraph first, by its button, which keeps the focus
    page.run("document.getElementById('up-2').focus()")
    page.run("document.getElementById('up-2').click()")
    assert page.wait_for("document.getElementById('name-2').defaultValue == 'What is new'", 10)
    assert page.run("document.activeElement.id") == "down-1"
    assert names(served, draft_id) == ["Second things", "What is new"]
    # a paper left out, with the reason
    row = "document.querySelector('.paper-row[data-theme=\"1\"]')"
    key = page.run(f"{row}.dataset.paper")
    page.run(f"{row}.querySelector('[name=text]').value = 'too far from pears'")
    page.run(f"{row}.querySelector('[name=text]').form.requestSubmit()")
    assert page.wait_for("document.querySelector('.left-out .why')", 10)
    assert page.run("document.querySelector('.left-out .why').textContent") == "too far from pears"
    assert page.run("document.querySelector('.left-out .paper-row').dataset.paper") == key
    # written
    assert page.run("document.querySelector('.cost').textContent").startswith("About ")
    page.run(SHIFTS)
    page.run("document.getElementById('write').click()")
    assert page.wait_for("location.pathname.endsWith('/text')", 30)
    assert page.wait_for("document.querySelector('.proofs .of-sentence.is-chosen')", 10)
    # the page's script is there once it says which sentence of how many this is
    assert page.wait_for(
        "/^Sentence 1 of/.test(document.getElementById('at-sentence').textContent)", 10
    )
    # a sentence opens its proof, and is asked for again
    page.run("document.querySelectorAll('.draft .sentence')[1].click()")
    proof = "document.querySelector('.proofs .of-sentence.is-chosen')"
    assert page.run(f"{proof}.dataset.part") == "1.2"
    before = page.run("[...document.querySelectorAll('.draft .sentence')].map((e) => e.innerText)")
    page.run(SHIFTS)
    page.run(f"{proof}.querySelector('[name=wish]').value = 'more careful'")
    page.run(f"{proof}.querySelector('.again button').click()")
    assert page.wait_for("document.querySelector('.redone')", 30)
    now = page.run("[...document.querySelectorAll('.draft .sentence')].map((e) => e.innerText)")
    assert now[1].startswith("Seen another way")
    assert now[:1] + now[2:] == before[:1] + before[2:]
    assert page.run("window.shifts") < 0.1
    assert page.said == []
    assert all(a.startswith((served.address, "about:")) for a in page.asked)


def test_cards_and_papers_are_dragged_by_mouse(page, served):
    draft_id = begun(served)
    page.visit(f"{served.address}/drafts/{draft_id}/plan", (1280, 2400))
    drag(page, "#theme-2 [data-drag=theme]", "#theme-1 .theme-head")
    assert page.wait_for("document.getElementById('name-1').defaultValue == 'Second things'", 10)
    first = "#theme-1 .paper-row:first-child"
    key = page.run(f"document.querySelector('{first}').dataset.paper")
    drag(page, f"{first} [data-drag=paper]", "#theme-2 .paper-row:nth-child(2)")
    assert page.wait_for(
        "document.querySelector('#theme-2 .paper-row:nth-child(2)').dataset.paper == "
        f"{json.dumps(key)}",
        10,
    )
    page.run("document.querySelector('.left-out').scrollIntoView({block: 'end'})")
    drag(page, "#theme-2 .paper-row:nth-child(2) [data-drag=paper]", ".left-out .papers-of")
    assert page.wait_for("document.querySelector('.left-out .paper-row')", 10)
    plan = kept(served, draft_id)["plan"]
    assert [own["why"] for own in plan["left_out"]] == ["left out by hand"]
    assert page.said == []


def test_what_was_changed_elsewhere_is_said_and_nothing_is_lost(page, served):
    draft_id = begun(served)
    page.visit(f"{served.address}/drafts/{draft_id}/plan")
    served.client.post(
        f"/api/v1/drafts/{draft_id}/edits", json={"do": "rename", "theme": 1, "text": "Elsewhere"}
    )
    page.run("document.getElementById('down-1').click()")
    assert page.wait_for("document.body.innerText.includes('changed elsewhere')", 10)
    assert names(served, draft_id) == ["Elsewhere", "Second things"]


def test_a_draft_is_made_without_javascript(served):
    client = served.client
    sent = client.post("/drafts", data={"question": QUESTION}, files={"own": ("me.md", MINE)})
    assert sent.status_code == 303
    address = sent.headers["location"]
    for _ in range(300):
        shown = client.get(address).text
        if 'data-theme="1"' in shown:
            break
        assert '<noscript><meta http-equiv="refresh"' in shown
        time.sleep(0.1)
    draft = kept(served, address.split("/")[-1])
    assert (draft["own_file"], draft["has_own"]) == ("me.md", True)
    fields = {"do": "merge", "theme": "2", "to": "1", "version": str(draft["version"])}
    assert client.post(f"{address}/edits", data=fields).status_code == 303
    assert names(served, draft["id"]) == ["First things"]
    stepped(served, draft["id"], do="write")
    assert client.get(address).headers["location"] == f"{address}/text"
    assert "Pears" not in client.get("/drafts").text  # of the own work only the question is shown


def test_the_page_and_the_command_line_have_the_same_records(served, settings, capsys):
    from reviewer.cli import run

    draft_id = begun(served)
    stepped(served, draft_id, do="write")
    assert run(["drafts", "list", "--json", "--library", settings.library]) == 0
    (listed,) = json.loads(capsys.readouterr().out)["drafts"]
    assert listed == {k: v for k, v in kept(served, draft_id).items() if k != "schema"}
    edit = ["drafts", "edit", draft_id, "rename", "1", "By hand", "--library", settings.library]
    assert run(edit) == 0
    assert 'name: "By hand"' in capsys.readouterr().out
    assert 'value="By hand"' in served.client.get(f"/drafts/{draft_id}/plan").text
    show = ["drafts", "show", draft_id, "--json", "--library", settings.library]
    assert run(show) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == served.client.get(f"/drafts/{draft_id}.json").json()


def test_a_draft_is_saved_in_every_form_with_bibliography_and_proof(served):
    draft_id = begun(served)
    stepped(served, draft_id, do="write")
    client = served.client
    text = client.get(f"/drafts/{draft_id}.md")
    assert text.text.startswith("# Related work")
    assert "*(" not in text.text  # the text is clean, the proof stands in its own file
    assert text.headers["content-disposition"] == 'attachment; filename="related-work.md"'
    assert "\\bibliography{related-work}" in client.get(f"/drafts/{draft_id}.tex").text
    assert client.get(f"/drafts/{draft_id}.docx").content.startswith(b"PK")
    assert client.get(f"/drafts/{draft_id}.bib").text.startswith("@")
    archive = zipfile.ZipFile(io.BytesIO(client.get(f"/drafts/{draft_id}.zip").content))
    assert sorted(archive.namelist()) == [
        f"related-work{end}"
        for end in (".bib", ".docx", ".md", ".proof.html", ".proof.json", ".tex")
    ]
    assert client.get(f"/drafts/{draft_id}.yaml").text.count("- name:") == 2
    assert client.get(f"/drafts/{draft_id}.exe").status_code == 404


def test_a_refused_sentence_is_shown_with_the_reason_and_the_text_stays(settings, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")

    def lies(asked):
        return rewrites(asked).replace("it finds this", "it gains 47 percent")

    with FakeProvider(answers=answers({RewriteText: lies})) as fake:
        changes = {"model": "openai/fake", "api_base": fake.url, "context_tokens": 128_000}
        served = Served(settings.model_copy(update=changes | {"offline": False}))
        try:
            draft_id = begun(served)
            written = stepped(served, draft_id, do="write")
            redone = stepped(served, draft_id, do="redo", part="1.2")
            assert redone["sections"] == written["sections"]
            shown = served.client.get(f"/drafts/{draft_id}/text").text
            assert "Not taken, because the figure" in shown
            assert "it gains 47 percent" in shown
        finally:
            served.close()


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        ("/drafts", {"question": "  "}, "nothing says what to draft about"),
        ("/drafts", {"question": "x", "effort": "hard"}, "unknown effort"),
        ("/drafts", {"question": "x", "words": "7"}, "greater than or equal to 50"),
        ("/drafts", {"question": "x", "own_text": "short"}, "holds no abstract"),
        ("/drafts/none/edits", {"do": "up", "theme": "1"}, "not exactly one draft"),
        ("/drafts/none/steps", {"do": "write"}, "not exactly one draft"),
        ("/drafts/none/steps", {"do": "dance"}, "input should be"),
    ],
)
def test_what_cannot_be_asked_is_said_in_words(served, path, fields, said):
    refused = served.client.post(path, data=fields)
    assert refused.status_code in (404, 422)
    assert said in refused.text.lower()
    assert "Traceback" not in refused.text


def test_a_file_that_is_no_text_is_refused(served):
    sent = served.client.post(
        "/drafts", data={"question": "x"}, files={"own": ("../../me.pdf", b"%PDF-1.7 \x00\x01")}
    )
    assert sent.status_code == 422
    assert "me.pdf is not a text" in sent.text.lower()
    assert "../" not in sent.text


def test_a_job_that_was_interrupted_goes_on_and_pays_for_no_reply_twice(settings, provider):
    changes = {"model": "openai/fake", "api_base": provider.url, "context_tokens": 128_000}
    own = settings.model_copy(update=changes | {"offline": False})
    served = Served(own)
    draft_id = begun(served)
    stepped(served, draft_id, do="write")
    paid = len(provider.requests)
    served.close()
    # As a killed server leaves it: the text is not kept, the job is at work.
    with Library(own.library, own) as library:
        library.drafts.note(draft_id, lambda now: now.model_copy(update={"run_ids": ()}))
        jobs = "SELECT id, job FROM jobs"
        rows = [(i, json.loads(job)) for i, job in library.database.rows(jobs)]
        (job_id, job) = next(row for row in rows if row[1]["asked"].get("do") == "write")
        job |= {"state": "running", "owner": "gone", "run_id": ""}
        library.database.run(
            "UPDATE jobs SET state = 'running', job = ? WHERE id = ?", (json.dumps(job), job_id)
        )
    served = Served(own)
    try:
        shown = served.client.get(f"/drafts/{draft_id}").text
        assert "interrupted" in shown.lower()
        assert served.client.post(f"/jobs/{job_id}/again").status_code == 303
        for _ in range(300):
            if kept(served, draft_id)["run_ids"]:
                break
            time.sleep(0.1)
        assert len(provider.requests) == paid
        with Library(own.library, own) as library:
            assert latest_of(library.drafts.find(draft_id), library).sections
    finally:
        served.close()


def test_axe_finds_nothing_on_any_page_of_a_draft(page, served):
    draft_id = begun(served)
    pages = ["/drafts", f"/drafts/{draft_id}/plan"]
    found = {}
    for _ in range(2):
        for path in pages:
            for size, dark in VIEWS:
                page.visit(f"{served.address}{path}", size, is_dark=dark)
                found[path, size, dark] = axe(page)
                wide = page.run("document.documentElement.scrollWidth > innerWidth")
                assert not wide, f"{path} scrolls sideways at {size[0]}"
        if len(pages) == 1:
            break
        stepped(served, draft_id, do="write")
        stepped(served, draft_id, do="redo", part="1.2")
        pages = [f"/drafts/{draft_id}/text"]
    assert {place: faults for place, faults in found.items() if faults} == {}
    assert page.said == []
