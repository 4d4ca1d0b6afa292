"""The pages of tables, in a browser and without JavaScript."""

from __future__ import annotations

import importlib.resources
import re
import time
from urllib.parse import quote

import pytest

from reviewer.render import forms_of
from reviewer.render.registry import FORMATS
from reviewer.tasks.tables.kept import open_table
from tests.serve.conftest import TOKEN

TOPIC = "RL that teaches a model to search"
COLUMNS = "reward\nturns\ntrained (yes/no)"
VIEWS = {
    "light": ((1280, 900), False),
    "dark": ((1280, 900), True),
    "tablet": ((820, 1100), False),
    "phone": ((390, 844), False),
    "dark phone": ((390, 844), True),
}
AXE = """
axe.run(document, {resultTypes: ["violations"]}).then((found) => found.violations.map((v) =>
  v.id + ": " + v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join(" | ")))
"""


def made(served, **asked):
    """The id of a kept table, made through the API."""
    given = {"topic": TOPIC, "columns": COLUMNS.splitlines(), "papers": 5, **asked}
    answer = served.client.post("/api/v1/tables", json=given, headers={"Prefer": "wait=30"})
    assert answer.status_code == 200, answer.text
    return answer.json()["table_id"]


def fill(page, selector, text):
    page.run(f"document.querySelector({selector!r}).value = {text!r}")


def click(page, selector):
    page.run(f"document.querySelector({selector!r}).click()")


def test_a_table_is_made_in_the_browser_and_its_cells_show_their_quotes(page, served):
    page.visit(f"{served.address}/tables")
    fill(page, "[name=topic]", TOPIC)
    fill(page, "[name=columns]", COLUMNS)
    fill(page, "[name=papers]", "5")
    click(page, "[formaction*=plan]")
    assert page.wait_for("document.querySelector('#planned').textContent.includes('0 calls')", 10)
    click(page, "#main .button.primary")
    assert page.wait_for("/^.tables.[0-9-]+[0-9a-f]+$/.test(location.pathname)", 30)
    assert page.wait_for("document.querySelectorAll('#grid tbody tr').length == 5", 10)
    click(page, "#grid .cell.filled")
    assert page.wait_for("document.querySelector('#cell blockquote mark')", 10)
    assert "/cell?at=" in page.run("location.href")
    page.visit(page.run("location.href"))
    assert page.wait_for("document.querySelector('#cell blockquote mark')", 10)
    page.press("Escape")
    assert page.wait_for("!document.querySelector('#cell mark')", 5)
    assert page.said == []
    assert all(address.startswith((served.address, "about:")) for address in page.asked)


def test_a_cell_is_corrected_undone_and_asked_for_again_in_the_browser(page, served):
    table_id = made(served)
    page.visit(f"{served.address}/tables/{table_id}")
    click(page, "#grid td .cell")
    assert page.wait_for("document.querySelector('#cell [name=value]')", 10)
    fill(page, "#cell [name=value]", "mine alone")
    fill(page, "#cell [name=quote]", "")
    click(page, "#cell .correct .primary")
    assert page.wait_for("document.querySelector('#grid .is-shown, #grid .no-proof')", 10)
    shown = "document.querySelector('#grid td .cell').textContent"
    assert page.wait_for(f"{shown}.includes('mine alone (by hand, no proof)')", 10)
    assert page.wait_for("document.querySelector('#tally').textContent.includes('1 corrected')", 5)
    # The search in the fixture ends in a moment; the correction stays over it.
    click(page, "#grid thead .column-more")
    assert page.wait_for("document.querySelector('#cell [action$=\"/redo\"]')", 10)
    click(page, "#cell [action$='/redo'] button")
    assert page.wait_for("document.querySelector('#history li:nth-child(3)')", 20)
    assert "mine alone (by hand, no proof)" in page.run(shown)
    for _ in range(2):
        count = page.run("document.querySelectorAll('#history li').length")
        click(page, "[action$='/undo'] button")
        grown = f"document.querySelectorAll('#history li').length == {count + 1}"
        assert page.wait_for(grown, 10)
    assert "mine alone" not in page.run(shown)
    assert page.said == []


def test_the_page_says_what_was_left_out_without_an_option_of_the_command_line(served):
    table_id = made(served, papers=2)
    shown = served.client.get(f"/tables/{table_id}").text
    assert "beyond the first 2" in shown
    assert "(-k)" not in shown
    assert "(--model)" not in shown
    assert "beyond the first 2 (-k)" in served.client.get(f"/tables/{table_id}.md").text


def test_columns_are_added_moved_and_taken_out_and_rows_sorted_in_the_browser(page, served):
    table_id = made(served)
    page.visit(f"{served.address}/tables/{table_id}")
    heads = "[...document.querySelectorAll('#grid thead .order')].map((b) => b.dataset.sort).join()"
    assert page.run(heads) == "title,year,reward,turns,trained"
    page.run("document.querySelector('[action$=\"/add\"]').closest('details').open = true")
    fill(page, "[action$='/add'] [name=columns]", "answer")
    click(page, "[action$='/add'] button")
    assert page.wait_for(f"{heads}.endsWith(',answer')", 20)
    click(page, "#grid thead th:last-child .column-more")
    assert page.wait_for("document.querySelector('#cell [action$=\"/move\"]')", 10)
    page.run("[...document.querySelectorAll('#cell [action$=\"/move\"]')].pop().requestSubmit()")
    assert page.wait_for(f"{heads} == 'title,year,answer,reward,turns,trained'", 10)
    click(page, "#grid thead th:nth-child(3) .column-more")
    assert page.wait_for("document.querySelector('#cell [action$=\"/drop\"]')", 10)
    click(page, "#cell [action$='/drop'] button")
    assert page.wait_for(f"{heads} == 'title,year,reward,turns,trained'", 10)
    years = "[...document.querySelectorAll('#grid td.year')].map((c) => +c.dataset.value).join()"
    click(page, "#grid [data-sort=year]")
    rising = page.run(years).split(",")
    assert rising == sorted(rising)
    click(page, "#keep-order button")
    assert page.wait_for("document.querySelector('#history li').textContent.includes('Sorted')", 10)
    table = open_table(table_id, served.desk.library).table
    known = {paper.id: paper.year for paper in table.papers}
    assert [str(known[row.paper_id]) for row in table.rows] == rising
    fill(page, "#filter", "zzzz")
    page.run("document.querySelector('#filter').dispatchEvent(new Event('input', {bubbles: true}))")
    assert page.run("document.querySelectorAll('#grid tbody tr:not([hidden])').length") == 0
    assert page.said == []


def test_a_table_is_made_corrected_and_taken_back_without_javascript(served):
    with served.stranger as client:
        client.post("/session", data={"token": TOKEN, "next": "/tables"})
        job = client.post("/tables", data={"topic": TOPIC, "columns": COLUMNS, "papers": ""})
        address = job.headers["location"]
        for _ in range(200):
            shown = client.get(address)
            if shown.status_code == 303:
                break
            time.sleep(0.1)
        whole = client.get(shown.headers["location"])
        assert whole.status_code == 200
        (at, *_) = re.findall(r'data-at="([^":]+:reward)"', whole.text)
        table = re.search(r"/tables/([0-9a-f-]+)/cell", whole.text)[1]
        cell = client.get(f"/tables/{table}/cell?at={quote(at)}")
        assert "<h3" in cell.text
        done = client.post(f"/tables/{table}/cell", data={"at": at, "value": "kindness"})
        assert done.status_code == 303
        assert "kindness (by hand, no proof)" in client.get(done.headers["location"]).text
        assert client.post(f"/tables/{table}/undo").status_code == 303
        assert "kindness (by hand" not in client.get(f"/tables/{table}").text
        refused = client.post(
            f"/tables/{table}/cell", data={"at": at, "value": "x", "quote": "nowhere to be found"}
        )
        assert refused.status_code == 422
        assert "The quote does not stand in" in refused.text
        refused = client.post("/tables", data={"topic": ""})
        assert "Nothing says which papers to compare" in refused.text


SHIFTS = """new PerformanceObserver((list) => { for (const entry of list.getEntries())
  if (!entry.hadRecentInput) sessionStorage.shifts = +(sessionStorage.shifts || 0) + entry.value;
}).observe({type: "layout-shift", buffered: true});"""


def test_nothing_moves_while_a_table_fills(page, served):
    page.visit(f"{served.address}/tables")
    fill(page, "[name=topic]", TOPIC)
    fill(page, "[name=columns]", COLUMNS)
    fill(page, "[name=papers]", "30")
    page.run("sessionStorage.shifts = 0")
    script = page.send("Page.addScriptToEvaluateOnNewDocument", source=SHIFTS)["identifier"]
    try:
        click(page, "#main .button.primary")
        assert page.wait_for("document.querySelectorAll('#grid tbody tr').length > 10", 30)
        assert page.wait_for("/^.tables.[0-9-]+[0-9a-f]+$/.test(location.pathname)", 30)
        assert page.run("Number(sessionStorage.shifts)") < 0.1
    finally:
        page.send("Page.removeScriptToEvaluateOnNewDocument", identifier=script)


def test_a_job_of_a_table_or_a_check_leads_to_its_own_page(served):
    made_by = served.client.post("/tables", data={"topic": TOPIC, "columns": "reward"})
    job = made_by.headers["location"].rpartition("/")[2]
    done = served.desk.jobs.wait(job, 30)
    assert served.client.get(f"/jobs/{job}").headers["location"] == f"/runs/{done.run_id}"
    check = served.client.post("/checks", data={"text": "A word [@b]."}).headers["location"]
    assert served.client.get(check.replace("/checks", "/jobs")).headers["location"] == check


def test_every_form_of_a_table_is_saved(served):
    table_id = made(served)
    for form in forms_of("Table"):
        saved = served.client.get(f"/tables/{table_id}{FORMATS[form][0]}")
        assert saved.status_code == 200
        assert "attachment" in saved.headers["content-disposition"]
        assert saved.content
    assert served.client.get(f"/tables/{table_id}.exe").status_code == 404
    run = served.client.get(f"/runs/{table_id}")
    assert run.headers["location"] == f"/tables/{table_id}"


def test_the_api_does_what_the_command_line_does(served):
    client, table_id = served.client, made(served)
    at = f"/api/v1/tables/{table_id}"
    table = client.get(at).json()
    key = table["rows"][0]["key"]
    given = {"key": key, "column": "reward", "value": "kindness"}
    corrected = client.patch(f"{at}/cells", json=given).json()
    assert corrected["cells"]["by_hand"] == 1
    more = client.post(
        f"{at}/more", json={"columns": ["answer"]}, headers={"Prefer": "wait=30"}
    ).json()
    assert [column["name"] for column in more["columns"]][-1] == "answer"
    assert more["cells"]["by_hand"] == 1
    ordered = client.post(f"{at}/order", json={"columns": ["answer"]}).json()
    assert ordered["columns"][0]["name"] == "answer"
    assert client.post(f"{at}/sort", json={"by": "year"}).status_code == 200
    dropped = client.delete(f"{at}/papers/{key}").json()
    assert len(dropped["rows"]) == 4
    assert len(client.delete(f"{at}/columns/answer").json()["columns"]) == 3
    edits = client.get(f"{at}/edits").json()["edits"]
    assert [e["kind"] for e in edits] == [
        "run", "set", "run", "order", "sort", "drop paper", "drop",
    ]  # fmt: skip
    assert len(client.post(f"{at}/back/2").json()["rows"]) == 5
    place = {"key": key, "column": "reward"}
    back = client.request("DELETE", f"{at}/cells", json=place).json()
    assert back["cells"]["by_hand"] == 0
    assert client.post(f"{at}/undo").json()["cells"]["by_hand"] == 1
    (kept,) = client.get("/api/v1/tables").json()["tables"]
    assert kept["id"] == table_id
    assert client.get("/api/v1/tables/nothing").status_code == 404
    wrong = client.patch(f"{at}/cells", json={**given, "column": "nothing"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "usage")


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_on_the_pages_of_tables(page, served, view):
    table_id = made(served)
    size, is_dark = VIEWS[view]
    key = open_table(table_id, served.desk.library).table.rows[0].key
    axe = importlib.resources.files("axe_core_python").joinpath("axe.min.js").read_text("utf-8")
    for address in ("/tables", f"/tables/{table_id}", f"/tables/{table_id}/cell?at={key}:reward"):
        page.visit(served.address + address, size, is_dark=is_dark)
        assert page.run(f"{axe};{AXE}") == []
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.run(wide) <= 0, address
