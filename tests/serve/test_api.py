"""The HTTP API: its documents are those of the command line, and it says what it takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reviewer.cli.app import run
from tests.docs import OPENAPI, api_description
from tests.serve.conftest import Served

QUESTION = "does RL teach new skills?"
KEY = "from-fx-gx-2025"
WORDS = "RL can teach a language model new skills"


def printed(capsys, *arguments):
    run(list(arguments))
    return json.loads(capsys.readouterr().out)


def without_run(document):
    """The document without what differs from run to run."""
    document.pop("usage", None)
    return document


@pytest.mark.parametrize(
    ("arguments", "address"),
    [
        (["papers", "--json", "--sort", "year"], "/papers?sort=year"),
        (["papers", "--json", "--year", "2025:"], "/papers?year=2025:"),
        (["show", KEY, "--json"], f"/papers/{KEY}"),
        (["search", "reward models", "--json", "-k", "4"], "/search?q=reward models&limit=4"),
        (["similar", KEY, "--json"], f"/papers/{KEY}/similar"),
        (["runs", "--json"], "/runs"),
        (["duplicates", "--json"], "/duplicates"),
        (["duplicates", "--versions", "--json"], "/duplicates?versions=true"),
        (["duplicates", "--entries", KEY, "--json"], f"/papers/{KEY}/entries"),
        (["searches", "--json"], "/searches"),
        (["doctor", "--json"], "/doctor"),
    ],
)  # fmt: skip
def test_a_document_is_that_of_the_command_line(served, settings, capsys, arguments, address):
    library = ["--library", settings.library]
    assert served.client.get(f"/api/v1{address}").json() == printed(capsys, *arguments, *library)


def test_an_answer_is_that_of_the_command_line_and_so_is_its_run(served, settings, capsys):
    library = ["--library", settings.library]
    asked = served.client.post(
        "/api/v1/asks", json={"question": QUESTION}, headers={"Prefer": "wait=30"}
    )
    assert asked.headers["preference-applied"] == "wait"
    answer = asked.json()
    run_id = answer["usage"]["run_id"]
    assert without_run(answer) == without_run(printed(capsys, "ask", QUESTION, "--json", *library))
    kept = served.client.get(f"/api/v1/runs/{run_id}.json").json()
    assert without_run(kept) == answer
    of_run = served.client.get(f"/api/v1/runs/{run_id}").json()
    assert of_run == printed(capsys, "runs", run_id, *library)
    markdown = served.client.get(f"/runs/{run_id}.md")
    assert markdown.headers["content-disposition"].endswith(f'review-{run_id}.md"')
    found = served.client.post("/api/v1/quotes", json={"quote": WORDS}).json()
    assert found == printed(capsys, "where", WORDS, "--json", *library)


def test_a_question_that_is_not_waited_for_gives_its_job_and_later_its_result(served):
    given = served.client.post("/api/v1/asks", json={"question": QUESTION})
    assert given.status_code == 202
    assert "owner" not in given.json()["job"]
    place = given.headers["location"]
    kinds = []
    with served.client.stream("GET", f"{place}/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            kinds += [line.removeprefix("event: ")] if line.startswith("event: ") else []
    assert kinds[0] == "running"
    assert kinds[-2:] == ["done", "end"]
    assert served.client.get(f"{place}/result").json()["schema"] == "review/answer/1"
    with served.client.stream("GET", f"{place}/events", headers={"Last-Event-ID": "2"}) as stream:
        first = next(line for line in stream.iter_lines() if line.startswith("id: "))
    assert first == "id: 3"


def test_lists_are_given_page_by_page(served):
    whole = [p["key"] for p in served.client.get("/api/v1/papers").json()["papers"]]
    read, address = [], "/api/v1/papers?limit=25&sort=added"
    for _ in range(10):
        page = served.client.get(address)
        read += [p["key"] for p in page.json()["papers"]]
        if "next" not in page.links:
            break
        address = page.links["next"]["url"]
    assert read == whole
    assert served.client.get("/api/v1/papers?after=nobody").status_code == 404


def test_a_paper_gets_tags_and_notes_and_is_removed(served):
    client = served.client
    changed = client.patch(f"/api/v1/papers/{KEY}", json={"tags": ["rl", "new"], "notes": "Mine."})
    assert changed.json()["paper"]["tags"] == ["new", "rl"]
    assert client.patch(f"/api/v1/papers/{KEY}", json={"tags": []}).json()["paper"]["notes"] == (
        "Mine."
    )
    assert client.patch(f"/api/v1/papers/{KEY}", json={"title": "x"}).status_code == 422
    assert client.delete(f"/api/v1/papers/{KEY}").status_code == 204
    assert client.get(f"/api/v1/papers/{KEY}").status_code == 404


def test_a_paper_s_text_is_read_piece_by_piece(served):
    address, text = f"/api/v1/papers/{KEY}/text?most=300", ""
    offset = 0
    while offset is not None:
        piece = served.client.get(f"{address}&offset={offset}").json()
        text += piece["text"]
        offset = piece["next_offset"]
    assert len(text) == piece["characters"]
    assert WORDS in text


def test_claims_pass_through_the_gate(served):
    claim = {"text": "RL teaches new skills.", "quotes": [{"key": KEY, "quote": "never at all"}]}
    cited = served.client.post("/api/v1/cite", json={"claims": [claim]}).json()
    assert cited["schema"] == "review/cited/1"
    assert cited["verdict"] == "FAILS"


def test_a_search_is_kept_run_and_forgotten(served):
    search = {"name": "skills", "question": "RL skills"}
    assert served.client.post("/api/v1/searches", json=search).json()["news"][0]["papers"]
    news = served.client.post("/api/v1/searches/news", json={}, headers={"Prefer": "wait=30"})
    assert news.json()["news"][0]["papers"] == []
    assert served.client.delete("/api/v1/searches/skills").status_code == 204


def test_a_bibliography_is_exported(served):
    exported = served.client.get(f"/api/v1/export.bib?key={KEY}&made_keys=true")
    assert f"{{{KEY}," in exported.text


@pytest.mark.parametrize(
    ("method", "address", "body", "status", "code"),
    [
        ("GET", "/papers/nobody", None, 404, "not_found"),
        ("GET", "/papers?tag=nobody", None, 404, "not_found"),
        ("GET", "/search?q=x&year=never", None, 422, "usage"),
        ("GET", "/search", None, 422, "usage"),
        ("GET", "/papers?sort=luck", None, 422, "usage"),
        ("GET", "/papers?colour=red", None, 422, "usage"),
        ("GET", "/runs/nobody", None, 404, "not_found"),
        ("GET", "/jobs/nobody", None, 404, "not_found"),
        ("GET", "/jobs/nobody/events", None, 404, "not_found"),
        ("GET", "/nowhere", None, 404, "request"),
        ("POST", "/asks", {}, 422, "usage"),
        ("POST", "/asks", {"question": "  "}, 422, "usage"),
        ("POST", "/asks", {"question": "x", "model": "gpt"}, 422, "usage"),
        ("POST", "/asks", {"question": "x", "effort": "great"}, 422, "usage"),
        ("POST", "/duplicates", {"same": ["a", "b"], "different": ["a", "b"]}, 422, "usage"),
        ("DELETE", "/searches/nobody", None, 404, "not_found"),
        ("PUT", "/papers", {}, 405, "request"),
    ],
)
def test_an_error_is_a_problem_in_words(served, method, address, body, status, code):
    answer = served.client.request(method, f"/api/v1{address}", json=body)
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert (answer.status_code, said["status"], said["code"]) == (status, status, code)
    assert said["message"]
    assert str(Path(served.desk.settings.library)) not in answer.text


def test_nothing_names_a_place_on_the_disk_to_others(settings, kept_library):
    opened = Served(settings, is_local=False)
    try:
        nouns = (f"/papers/{KEY}", f"/papers/{KEY}/entries", "/doctor", "/duplicates")
        pages = ("/library", "/library/files", "/library.json", "/library.json?q=RL", "/runs.json")
        addresses = (*(f"/api/v1{noun}" for noun in nouns), *pages, f"/papers/{KEY}")
        for address in addresses:
            text = opened.client.get(address).text
            assert str(settings.library) not in text, address
            assert "/fixtures/" not in text, address
        origins = opened.client.get(f"/api/v1/papers/{KEY}").json()["paper"]["origins"]
        assert origins[0]["file"].endswith(".txt")
    finally:
        opened.close()


def test_the_description_of_the_api_is_the_kept_one():
    assert OPENAPI.read_text(encoding="utf-8") == api_description()
