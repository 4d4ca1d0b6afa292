"""`review graph`, `search --cites` and `--cited-by`, and citations that survive an export."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import networkx
import pytest

from reviewer.cli.app import run

GRAPHML = "{http://graphml.graphdrawing.org/xmlns}"
SLOW = "The slow decay of exploration bonuses in sparse worlds"
LATE = "Rewards that arrive late and often in dense worlds"
PAPERS = [
    {"title": SLOW, "authors": ["Bo Ash"], "year": 2017, "abstract": "Bonuses decay slowly."},
    {
        "title": "A first study of citing papers",
        "authors": ["Cato Elm"],
        "year": 2019,
        "abstract": "We cite bonuses.",
        "references": [
            {"text": f"B. Ash. {SLOW}. In REWARD, 2017."},
            {"text": f"D. Oak. {LATE}. In REWARD, 2016. doi:10.1000/late"},
        ],
    },
    {
        "title": "A second study of <citing> papers & more",
        "authors": ["Dora Oak"],
        "year": 2021,
        "abstract": "We cite a study.",
        "references": [
            {"title": "A first study of citing papers", "family": "Elm", "year": 2019},
            {"doi": "10.1000/LATE"},
        ],
    },
]


@pytest.fixture
def place(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("REVIEW_LIBRARY", str(tmp_path / "library"))
    listed = tmp_path / "papers.jsonl"
    listed.write_text("".join(json.dumps(paper) + "\n" for paper in PAPERS))
    assert run(["add", str(listed), "--embedding", "none", "-q"]) == 0
    capsys.readouterr()
    return tmp_path


def said(capsys, *arguments):
    assert run([*arguments]) == 0
    return capsys.readouterr().out


def test_the_graph_names_citations_and_what_several_cite_and_how_to_add_it(place, capsys):
    out = said(capsys, "graph", "-q")
    assert re.search(r"^- elm-2019-\S+ cites ash-2017-\S+$", out, re.MULTILINE)
    assert re.search(r"^- oak-2021-\S+ cites elm-2019-\S+$", out, re.MULTILINE)
    assert LATE in out
    assert "`review add doi:10.1000/late`" in out


def test_json_has_each_citation_with_the_words_behind_it(place, capsys):
    found = json.loads(said(capsys, "graph", "--json", "-q"))
    assert found["schema"] == "review/graph/1"
    keys = {paper["title"]: paper["key"] for paper in found["papers"]}
    first, second = (keys[paper["title"]] for paper in PAPERS[1:])
    links = {(link["citing"], link["cited"]): link for link in found["links"]}
    assert links.keys() == {(first, keys[SLOW]), (second, first)}
    assert links[first, keys[SLOW]]["reference"].startswith("B. Ash.")
    assert (found["references"], found["found"]) == (4, 2)
    (work,) = found["lacking"]
    assert set(work["cited_by"]) == {first, second}


def test_graphml_is_xml_with_every_node_and_citation(place, capsys):
    written = place / "graph.graphml"
    said(capsys, "graph", "-q", "-o", str(written))
    root = ElementTree.fromstring(written.read_text("utf-8"))
    names = [element.tag.rpartition("}")[2] for element in root.iter()]
    assert (names.count("node"), names.count("edge")) == (4, 4)  # with the lacking work


def test_booleans_of_graphml_are_those_of_xml_schema(place, capsys):
    written = place / "graph.graphml"
    said(capsys, "graph", "-q", "-o", str(written))
    root = ElementTree.fromstring(written.read_text("utf-8"))
    keys = {
        key.get("id") for key in root.iter(f"{GRAPHML}key") if key.get("attr.type") == "boolean"
    }
    values = [data.text for data in root.iter(f"{GRAPHML}data") if data.get("key") in keys]
    assert sorted(values) == ["false", "true", "true", "true"]
    read = networkx.read_graphml(written)
    assert [read.nodes[node]["in_library"] for node in read].count(False) == 1


def test_the_page_draws_the_graph_and_loads_nothing(place, capsys):
    written = place / "graph.html"
    said(capsys, "graph", "-q", "-o", str(written))
    page = written.read_text("utf-8")
    assert page.count('class="arrow"') == 2
    assert page.count('class="dot"') == 3
    assert "&lt;citing&gt; papers &amp; more" in page
    assert not re.search(r"<script|<link|<img|src=|@import|url\((?!#)", page)
    anchors = set(re.findall(r'href="#([^"]+)"', page))
    assert anchors <= set(re.findall(r'id="([^"]+)"', page))


def test_papers_that_cite_one_and_that_it_cites_are_found_with_and_without_words(place, capsys):
    keys = said(capsys, "papers").split("\n")
    slow, first = keys[0].split()[0], keys[1].split()[0]
    assert PAPERS[1]["title"] in said(capsys, "search", "--cites", slow)
    out = said(capsys, "search", "bonuses", "--cited-by", first)
    assert SLOW in out
    assert PAPERS[1]["title"] not in out


def test_who_is_cited_by_nobody_is_an_error_that_says_how_many_lists_there_are(place, capsys):
    last = said(capsys, "papers").split("\n")[2].split()[0]
    assert run(["search", "--cites", last]) == 1
    assert "2 of 3 papers" in capsys.readouterr().err


def test_citations_survive_an_export_and_adding_it_again(place, capsys, monkeypatch):
    written = place / "again.jsonl"
    said(capsys, "export", "-o", str(written))
    before = json.loads(said(capsys, "graph", "--json", "-q"))
    monkeypatch.setenv("REVIEW_LIBRARY", str(place / "other"))
    said(capsys, "add", str(written), "--embedding", "none", "-q")
    after = json.loads(said(capsys, "graph", "--json", "-q"))
    assert after["links"] == before["links"]
    assert after["lacking"] == before["lacking"]


def test_a_backup_that_is_restored_has_the_same_citations(place, capsys, monkeypatch):
    before = json.loads(said(capsys, "graph", "--json", "-q"))
    said(capsys, "backup", str(place / "kept.db"))
    monkeypatch.setenv("REVIEW_LIBRARY", str(place / "restored"))
    said(capsys, "restore", str(place / "kept.db"))
    assert json.loads(said(capsys, "graph", "--json", "-q"))["links"] == before["links"]


def test_a_library_without_lists_says_where_they_come_from(place, capsys, monkeypatch):
    bare = place / "bare.jsonl"
    bare.write_text(json.dumps(PAPERS[0]) + "\n")
    monkeypatch.setenv("REVIEW_LIBRARY", str(place / "bare"))
    said(capsys, "add", str(bare), "--embedding", "none", "-q")
    assert "review enrich" in said(capsys, "graph", "-q")
