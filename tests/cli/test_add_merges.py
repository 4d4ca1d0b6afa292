"""`review add` says what it merges; what only looks like one paper stays two."""

from __future__ import annotations

import json

import pytest

from reviewer.cli.app import run
from reviewer.cli.library import MOST_MERGED_SHOWN
from tests.conftest import write_listing
from tests.support.pdfs import column, make_pdf, words

WHALES = "Whales sing in winter, and the song of each pod changes slowly in cold waters. " * 3
ASH = "Concrete cures faster with added ash, and each block was measured in a dry room. " * 3


@pytest.fixture
def review(capsys, tmp_path, monkeypatch):
    """Runs a command on a library of its own: exit code, standard output, standard error."""
    monkeypatch.setenv("REVIEW_EMBEDDING", "none")

    def run_review(*arguments):
        code = run([str(argument) for argument in (*arguments, "--library", tmp_path / "lib")])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run_review


def report(path, title, text):
    drawn = words(60, 730, title, 18, "F3") + column(60, 690, text, width=80)[0]
    path.write_bytes(make_pdf([drawn]))
    return path


@pytest.mark.parametrize("title", ["Annual Report", "1 Introduction"])
def test_two_pdfs_with_one_guessed_title_are_two_papers_and_both_are_found(review, tmp_path, title):
    files = [report(tmp_path / f"{n}.pdf", title, t) for n, t in enumerate((WHALES, ASH))]
    code, out, err = review("add", *files)
    assert (code, "2 added" in out, "Merged" in err) == (0, True, False)
    for words_asked in ("whales song", "concrete ash"):
        _, out, _ = review("search", words_asked, "--json")
        assert json.loads(out)["matched"] == 1


@pytest.mark.parametrize("doi", ["N/A", "-", "10.1145/nnnnnnn.nnnnnnn"])
def test_papers_with_a_placeholder_stay_apart_in_every_bibliography(review, tmp_path, doi):
    titles = ("Frogs croak at night", "Steel bridges under load", "Poems of the sea")
    (tmp_path / "a.bib").write_text(
        "\n".join(f"@article{{k{n}, title={{{t}}}, doi={{{doi}}}}}" for n, t in enumerate(titles))
    )
    (tmp_path / "a.ris").write_text(
        "".join(f"TY  - JOUR\nTI  - {t} again\nDO  - {doi}\nER  - \n" for t in titles)
    )
    (tmp_path / "a.json").write_text(
        json.dumps(
            [{"id": t, "type": "article", "title": f"On {t.lower()}", "DOI": doi} for t in titles]
        )
    )
    for file, count in (("a.bib", 3), ("a.ris", 6), ("a.json", 9)):
        code, out, _ = review("add", tmp_path / file)
        assert (code, f"{count} papers in the library" in out) == (0, True)
    _, out, _ = review("papers", "--json")
    assert {paper["doi"] for paper in json.loads(out)["papers"]} == {""}


def test_what_is_merged_has_a_line_each_up_to_a_bound_and_json_has_all(review, tmp_path):
    count = MOST_MERGED_SHOWN + 5
    titles = [f"The life of frog {n}" for n in range(count)]
    first = [{"title": title, "doi": f"10.1234/{n}"} for n, title in enumerate(titles)]
    second = [{"title": t, "doi": f"10.1234/{n}", "year": 2001} for n, t in enumerate(titles)]
    second[-1]["title"] = "Another name of the last frog"
    review("add", write_listing(tmp_path / "a.jsonl", *first))
    code, out, err = review("add", write_listing(tmp_path / "b.jsonl", *second), "--json")
    lines = [line for line in err.splitlines() if line.startswith("Merged")]
    assert (code, len(lines)) == (0, MOST_MERGED_SHOWN)
    assert "frog 24" in lines[0] or "the last frog" in lines[0]
    assert "and entries into 5 more papers" in err
    merged = json.loads(out)["merged"]
    assert len(merged) == count
    assert {paper["entries"] for paper in merged} == {2}
    assert f"Merged 2 entries into {merged[-1]['key']}: {merged[-1]['title']}" in lines
    assert "Merged" not in review("add", tmp_path / "b.jsonl")[2]
    assert "Merged" not in review("add", write_listing(tmp_path / "c.jsonl", *second), "-q")[2]


def test_a_proceedings_doi_on_each_chapter_is_a_question_that_a_person_answers(review, tmp_path):
    chapters = [("Frogs at night", "Ann Lee"), ("Steel bridges", "Bo Kim")]
    records = [{"title": t, "authors": [a], "doi": "10.1234/book"} for t, a in chapters]
    code, out, err = review("add", write_listing(tmp_path / "a.jsonl", *records))
    assert (code, "2 added" in out) == (0, True)
    assert "1 pair may be one paper each: review duplicates" in err
    _, out, _ = review("duplicates", "--json")
    (pair,) = json.loads(out)["pairs"]
    keys = pair["one"]["key"], pair["other"]["key"]
    assert review("duplicates", "--different", *keys)[0] == 0
    assert json.loads(review("duplicates", "--json")[1])["pairs"] == []
    assert review("duplicates", "--same", *keys)[0] == 0
    assert len(json.loads(review("papers", "--json")[1])["papers"]) == 1
