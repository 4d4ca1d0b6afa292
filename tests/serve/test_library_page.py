"""The pages of the library: papers are found, tagged, exported, removed; duplicates settled; files
sent with progress; and the page of runs."""

from __future__ import annotations

import json
import time

import pytest

from reviewer.library.decisions import paper_pairs, settled
from tests.conftest import write_listing
from tests.serve.test_look import ONE, OTHER

QUESTION = "does RL teach new skills?"


def keys_of(served):
    return [paper.key for paper in served.desk.at_hand.papers()]


def send(served, **fields):
    return served.client.post("/library/chosen", data=fields)


def asked(served, question=QUESTION):
    """The id of the run that answers."""
    place = served.client.post("/ask", data={"question": question}).headers["location"]
    if place.startswith("/jobs/"):
        served.desk.jobs.wait(place.rpartition("/")[2], 30)
    return served.client.get(place, follow_redirects=True).url.path.rpartition("/")[2]


def test_filters_limit_the_list_and_each_can_be_taken_off(served):
    first, second = keys_of(served)[:2]
    send(served, key=[first, second], do="tag", tag="to read")
    page = served.client.get("/library?tag=to+read&sort=title").text
    assert "2 papers of the library" in page
    assert 'href="/library?sort=title"' in page
    assert served.client.get("/library?held=nothing").status_code == 422
    assert "No paper passes" in served.client.get("/library?retracted=1").text


def test_a_search_shows_the_sentence_that_was_found(served):
    page = served.client.get("/library?q=new+skills").text
    assert "best first" in page
    assert 'class="found"' in page


def test_chosen_papers_are_tagged_and_untagged(served):
    first, second = keys_of(served)[:2]
    tagged = send(served, key=[first, second], do="tag", tag=" rl ", back="/library?sort=year")
    assert tagged.headers["location"] == "/library?sort=year&done=tag&count=2"
    assert served.desk.at_hand.paper(first).tags == ("rl",)
    send(served, key=[first], do="untag", tag="rl")
    assert served.desk.at_hand.paper(first).tags == ()
    assert served.desk.at_hand.paper(second).tags == ("rl",)
    assert (
        send(served, key=[first], do="tag", tag="x", back="https://evil.example/")
        .headers["location"]
        .startswith("/library?done=")
    )


def test_chosen_papers_are_exported(served):
    first = keys_of(served)[0]
    got = send(served, key=[first], do="export", form="bibtex")
    assert got.text.startswith("@")
    assert got.headers["content-disposition"] == 'attachment; filename="review-papers.bib"'
    assert send(served, key=[first], do="export", form="exe").status_code == 422


def test_removal_is_asked_first_and_says_how_papers_come_back(served):
    first, second = keys_of(served)[:2]
    asks = send(served, key=[first], do="remove").text
    assert "add the file again" in asks
    assert first in keys_of(served)
    served.client.post("/library/remove", data={"key": first})
    assert first not in keys_of(served)
    assert second in keys_of(served)
    assert send(served, key=[first], do="remove").status_code == 404
    assert send(served, do="remove").status_code == 422


def test_a_pair_is_settled_and_taken_back(served, tmp_path):
    with served.desk.shared.writing() as library:
        library.add([write_listing(tmp_path / "two.jsonl", ONE, OTHER)])
    (pair,) = paper_pairs(served.desk.at_hand, "doubtful")
    names = {"one": pair.one.key, "other": pair.other.key}
    for verdict, words in (("same", "one paper now"), ("different", "stay two papers")):
        done = served.client.post("/library/duplicates", data={**names, "verdict": verdict})
        page = served.client.get(done.headers["location"]).text
        assert words in page
        assert paper_pairs(served.desk.at_hand, "doubtful") == []
        assert len(settled(served.desk.at_hand)) == 1
        served.client.post("/library/duplicates", data={**names, "verdict": "undo"})
        assert len(paper_pairs(served.desk.at_hand, "doubtful")) == 1
    assert settled(served.desk.at_hand) == []


def test_what_was_skipped_is_kept_with_its_reason(served):
    files = [
        ("files", ("bad.pdf", b"%PDF-1.4 broken")),
        ("files", ("a.bib", b"@misc{a,title={A}}")),
    ]
    sent = served.client.post("/library/adds", files=files)
    job = served.desk.jobs.wait(sent.headers["location"].rpartition("/")[2], 30)
    page = served.client.get(f"/jobs/{job.id}").text
    assert "1 added" in page
    assert "1 not read" in page
    listed = served.client.get("/library/files").text
    assert "bad.pdf" in listed
    assert "1 skipped" in listed
    assert served.desk.settings.library not in listed


def test_files_are_sent_with_progress_and_lead_to_what_was_read(page, served, tmp_path):
    files = [write_listing(tmp_path / f"{n}.jsonl", {"title": f"Paper {n}"}) for n in (1, 2)]
    page.visit(f"{served.address}/library")
    page.run("document.querySelector('#add').open = true")
    node = page.send("DOM.getDocument")["root"]["nodeId"]
    found = page.send("DOM.querySelector", nodeId=node, selector="input[type=file]")["nodeId"]
    page.send("DOM.setFileInputFiles", nodeId=found, files=files)
    assert page.wait_for("location.pathname.startsWith('/jobs/')", 20)
    assert page.wait_for("document.body.innerText.includes('2 added')", 20)
    assert page.said == []


def test_a_kept_search_names_what_is_new(served, tmp_path):
    post = served.client.post
    post("/library/searches", data={"name": "whales", "question": "songs of whales"})
    with served.desk.shared.writing() as library:
        record = {"title": "Songs of whales", "abstract": "Whales sing songs in winter."}
        library.add([write_listing(tmp_path / "w.jsonl", record)])
    news = post("/library/searches/run", data={"name": "whales"}).headers["location"]
    served.desk.jobs.wait(news.rpartition("/")[2], 20)
    assert "Songs of whales" in served.client.get(news).text
    post("/library/searches/remove", data={"name": "whales"})
    assert "whales" not in served.client.get("/library/searches").text


def test_runs_are_listed_compared_and_removed(served):
    one, other = asked(served), asked(served, "how do search agents learn?")
    listed = served.client.get("/runs").text
    newest = [run.id for run in served.desk.at_hand.ledger.runs(2)]  # two of one second by their id
    assert {*newest} == {one, other}
    assert listed.index(newest[0]) < listed.index(newest[1])
    compared = served.client.get(f"/runs/compare?run={one}&run={other}").text
    assert "What was asked differently" in compared
    assert served.client.get(f"/runs/compare?run={one}").status_code == 422
    served.client.post("/runs/remove", data={"run": [one]})
    left = served.client.get("/runs").text
    assert (one in left, other in left) == (False, True)
    assert json.loads(served.client.get("/runs.json").text)["runs"][0]["id"] == other


@pytest.mark.parametrize("place", ["/library.json", "/library.json?q=skills", "/runs.json"])
def test_lists_have_their_records_as_json(served, place):
    asked(served)
    got = served.client.get(place)
    assert got.headers["content-type"] == "application/json"
    assert json.loads(got.text)["schema"].startswith("review/")


def test_a_library_of_five_hundred_papers_comes_in_pages_and_at_once(served, tmp_path):
    records = [{"title": f"Paper number {n} of many"} for n in range(500)]
    with served.desk.shared.writing() as library:
        library.add([write_listing(tmp_path / "many.jsonl", *records)])
    served.client.get("/library")
    began = time.perf_counter()
    first = served.client.get("/library").text
    assert time.perf_counter() - began < 6  # 0.1 s on a quiet machine
    assert first.count("data-row") == 100
    later = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = served.client.get(later).text
    assert "Paper number 399 of many" in second
    assert "Paper number 499 of many" not in second


def test_an_empty_library_says_what_to_do(tmp_path):
    from reviewer.settings import Settings
    from tests.serve.conftest import Served

    empty = Served(Settings(library=str(tmp_path / "new"), embedding="none", offline=True))
    try:
        assert empty.client.get("/").headers["location"] == "/library"
        page = empty.client.get("/library").text
        assert "Put your papers in" in page
        assert 'type="file"' in page
        assert "has no papers yet" in empty.client.get("/ask").text
    finally:
        empty.close()
