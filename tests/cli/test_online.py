"""`review add`, `enrich` and `audit` as a user runs them, over sources on loopback."""

import json
import sqlite3

import pytest

from reviewer.cli import run
from reviewer.settings import cache_folder
from tests.conftest import write_listing
from tests.support.fake_sources import Answer, as_json, as_xml
from tests.support.source_samples import (
    ABSTRACT,
    ARXIV,
    ARXIV_ERROR,
    DOI,
    RETRACTION,
    TITLE,
    UNPAYWALL,
    arxiv_entry,
    arxiv_feed,
    crossref_message,
    crossref_work,
    daily_item,
    openalex_list,
    openalex_work,
    pubmed_article,
    pubmed_set,
    s2_paper,
)

CROSSREF_PATH = "/crossref/works/10.1000%2Fskills.2025.7"
KEY = "an-openalex-key-9731"


@pytest.fixture
def review(sources, tmp_path, monkeypatch, capsys):
    """Runs the command line over the sources on loopback; gives exit code, output and errors."""
    monkeypatch.delenv("REVIEW_OFFLINE")
    monkeypatch.setenv("REVIEW_LIBRARY", str(tmp_path / "library"))
    monkeypatch.setenv("REVIEW_EMBEDDING", "none")
    monkeypatch.setenv("REVIEW_OPENALEX_KEY", KEY)
    for name, base in sources.variables().items():
        monkeypatch.setenv(name, base)

    def run_it(*words):
        code = run(list(words))
        printed = capsys.readouterr()
        assert KEY not in printed.out + printed.err
        return code, printed.out, printed.err

    return run_it


def papers(review):
    return {p["key"]: p for p in json.loads(review("papers", "--json")[1])["papers"]}


def answer_all(sources):
    sources.answers["/arxiv/query"] = as_xml(arxiv_feed(arxiv_entry()))
    work = crossref_work(DOI="10.1000/other", title=["Another Paper on Search"])
    sources.answers["/crossref/works/10.1000%2Fother"] = as_json(crossref_message(work))
    article = (
        pubmed_article("7").replace(TITLE, "A Third Paper on Memory").replace(DOI, "10.1000/3")
    )
    sources.answers["/pubmed/efetch.fcgi"] = as_xml(pubmed_set(article))


def test_identifiers_of_three_kinds_are_added(review, sources):
    answer_all(sources)
    code, out, _ = review("add", f"arxiv:{ARXIV}", "doi:10.1000/other", "pmid:7")
    assert code == 0
    assert out.startswith("3 entries: 3 added, 0 updated, 0 already there, 0 skipped.")
    assert {p["title"] for p in papers(review).values()} == {
        TITLE, "Another Paper on Search", "A Third Paper on Memory in E. coli",
    }  # fmt: skip
    again = review(
        "add", f"https://arxiv.org/abs/{ARXIV}", "https://doi.org/10.1000/other", "pmid:7"
    )
    assert again[0] == 0
    assert "0 added, 0 updated, 3 already there" in again[1]
    assert len(sources.asked) == 3, "the second time nobody was asked"


@pytest.mark.parametrize(
    "name",
    [ARXIV, f"arXiv:{ARXIV}v2", f"https://arxiv.org/pdf/{ARXIV}v1", f"doi:10.48550/arXiv.{ARXIV}",
     f"https://doi.org/10.48550/arXiv.{ARXIV}", f"https://huggingface.co/papers/{ARXIV}"],
)  # fmt: skip
def test_an_arxiv_paper_is_found_by_whatever_it_is_called(review, sources, name):
    sources.answers["/arxiv/query"] = as_xml(arxiv_feed(arxiv_entry()))
    assert review("add", name)[0] == 0
    assert [p["arxiv_id"] for p in papers(review).values()] == [f"{ARXIV}v2"]


def test_a_file_that_is_there_is_a_file(review, sources, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_listing(tmp_path / ARXIV, {"title": "A file of this name", "abstract": "x"})
    assert review("add", ARXIV)[0] == 0
    assert not sources.asked


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            Answer(b"not there", status=404, kind="text/plain"),
            "neither Crossref nor OpenAlex knows",
        ),
        (Answer(status=429, headers={"Retry-After": "900"}), "asked too often"),
        (Answer(status=500), "a fault of its own (500)"),
        (Answer(status=301, headers={"Location": "https://evil.example/"}), "has moved, but"),
        (Answer(status=301, headers={"Location": "http://10.0.0.1/"}), "has moved, but"),
        (Answer(b"<html>", kind="text/html"), "something else than JSON"),
        (as_json({}, cut_after=1), "cut its answer off"),
        (Answer(b"0" * 21_000_000), "more than 20 MB"),
    ],
    ids="404 429 500 foreign private html cut large".split(),
)
def test_one_that_fails_is_named_once_and_the_others_go_on(review, sources, answer, said):
    answer_all(sources)
    sources.answers[CROSSREF_PATH] = answer
    code, out, err = review("add", f"doi:{DOI}", "doi:10.1000/other", f"arxiv:{ARXIV}", "pmid:7")
    assert code == 0
    assert out.startswith("3 entries: 3 added, 0 updated, 0 already there, 1 skipped.")
    [line] = [line for line in err.splitlines() if line.startswith("Skipped")]
    assert line.startswith(f"Skipped doi:{DOI}: ")
    assert said in line or "cannot be reached" in line
    assert "Traceback" not in err


def test_one_bad_id_among_arxivs_is_told_and_the_others_come(review, sources):
    def answer(asked):
        if "1111.11111" in asked.query["id_list"]:
            return as_xml(ARXIV_ERROR)
        return as_xml(arxiv_feed(arxiv_entry()))

    sources.answers["/arxiv/query"] = answer
    code, out, err = review("add", "arxiv:1111.11111", f"arxiv:{ARXIV}")
    assert code == 0
    assert "1 added" in out
    assert "Skipped arxiv:1111.11111: arXiv says: incorrect id format" in err


def test_when_nothing_came_the_exit_code_is_1(review):
    code, out, err = review("add", "doi:10.1000/none", "openalex:W1", "s2:" + "0" * 40)
    assert code == 1
    assert "3 skipped" in out
    assert err.count("Skipped") == 3


@pytest.mark.parametrize("name", ["arxiv:nonsense", "doi:x", "pmid:0", "https://example.org/paper"])
def test_a_slip_in_an_identifier_is_told_with_what_they_look_like(review, sources, name):
    code, _, err = review("add", name)
    assert code == 1
    assert "arxiv:2509.25123, doi:10.1000/xyz" in err
    assert not sources.asked


def test_offline_asks_nobody_and_reads_files_all_the_same(review, sources, tmp_path):
    answer_all(sources)
    file = write_listing(tmp_path / "a.jsonl", {"title": "A file", "abstract": "It holds a paper."})
    code, out, err = review("add", file, f"arxiv:{ARXIV}", "--offline")
    assert code == 0
    assert "1 added" in out
    assert f"Skipped arxiv:{ARXIV}: --offline forbids the network" in err
    for words in (["enrich"], ["audit"]):
        code, _, err = review(*words, "--offline")
        assert code == 1
        assert "--offline forbids the network" in err
    assert not sources.asked


def test_without_a_network_each_source_says_so_in_one_line(review, sources):
    sources.close()
    code, _, err = review("add", f"arxiv:{ARXIV}", f"doi:{DOI}")
    assert code == 1
    assert err.count("cannot be reached") == 2
    assert "Traceback" not in err


def test_a_search_adds_what_it_finds_up_to_the_limit(review, sources):
    def answer(asked):
        start = 0 if asked.query["cursor"] == "*" else int(asked.query["cursor"])
        works = [openalex_work(n, title=f"Paper {n}", doi=f"https://doi.org/10.1000/{n}", ids={})
                 for n in range(start, start + int(asked.query["per_page"]))]  # fmt: skip
        return as_json(openalex_list(*works, next_cursor=str(start + 100)))

    sources.answers["/openalex/works"] = answer
    words = ["--search", "RL teaches new skills", "--source", "openalex", "--limit", "120"]
    code, out, _ = review("add", *words, "--year", "2023:")
    assert code == 0
    assert "120 added" in out
    assert sources.asked[0].query["filter"] == "from_publication_date:2023-01-01"
    assert sources.asked[0].query["api_key"] == KEY


def test_pages_before_a_fault_are_kept(review, sources):
    works = [
        openalex_work(n, title=f"Paper {n}", doi=None, ids={}, locations=[], primary_location={})
        for n in range(100)
    ]
    page = as_json(openalex_list(*works, next_cursor="next"))
    sources.answers["/openalex/works"] = [page, Answer(status=500)]
    code, out, err = review("add", "--search", "skills", "--limit", "200")
    assert code == 0
    assert "100 added" in out
    assert "Skipped OpenAlex, search 'skills': OpenAlex has a fault of its own (500)" in err


def test_ctrl_c_in_the_middle_keeps_what_came(review, sources, tmp_path, monkeypatch):
    """A real interrupt, raised where a second page is waited for."""
    import _thread

    works = [
        openalex_work(n, title=f"Paper {n}", doi=None, ids={}, locations=[], primary_location={})
        for n in range(100)
    ]

    def stop(asked):
        _thread.interrupt_main()
        return Answer(b"{}", wait_s=2.0)

    sources.answers["/openalex/works"] = [as_json(openalex_list(*works, next_cursor="next")), stop]
    code, _, err = review("add", "--search", "skills", "--limit", "200")
    assert code == 130
    assert "What was finished is kept" in err
    assert len(papers(review)) == 100


def make_kept_answers_older():
    """As if they had been kept two hours ago."""
    for file in (cache_folder() / "online").rglob("*"):
        if file.is_file():
            head, _, body = file.read_bytes().partition(b"\n")
            kept = json.loads(head)
            kept["kept"] -= 7200
            file.write_bytes(json.dumps(kept).encode() + b"\n" + body)


def test_a_saved_search_asks_its_source_and_names_what_is_new(review, sources):
    def works(*numbers):
        titles = {n: f"RL teaches new skills, part {n}" for n in numbers}
        found = [
            openalex_work(n, title=t, doi=None, ids={}, locations=[], primary_location={})
            for n, t in titles.items()
        ]
        return as_json(openalex_list(*found))

    sources.answers["/openalex/works"] = works(1, 2)
    words = ["searches", "add", "rl", "RL teaches new skills", "--source", "openalex"]
    code, out, err = review(*words, "--year", "2020:")
    assert (code, out) == (0, "Saved rl. 2 papers it finds now count as known.\n"), err
    assert sources.asked[0].query["filter"] == "from_publication_date:2020-01-01"
    assert "rl  RL teaches new skills  (reads openalex)" in review("searches")[1]
    sources.answers["/openalex/works"] = works(1, 2, 3)
    make_kept_answers_older()
    code, out, _ = review("searches", "run", "--quiet")
    assert (code, out.count("\n")) == (0, 2)
    assert "part 3" in out
    make_kept_answers_older()
    sources.answers["/openalex/works"] = Answer(status=500)
    code, out, err = review("searches", "run")
    assert (code, out) == (1, "rl: 0 new papers\n")
    assert "rl: skipped OpenAlex, search 'RL teaches new skills': OpenAlex has a fault" in err
    code, _, err = review("searches", "add", "x", "y", "--source", "openalx")
    assert code == 2
    assert "Did you mean openalex?" in err


def test_a_search_that_finds_nothing_is_no_fault(review, sources):
    sources.answers["/openalex/works"] = as_json(openalex_list())
    code, out, _ = review("add", "--search", "nobody wrote this")
    assert code == 0
    assert "0 entries" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--search", "x", "--source", "openalx"], "Did you mean openalex?"),
        (["--search", "x", "--source", "scholar"], "cannot be searched"),
        (["--search", "x", "--limit", "0"], "--limit"),
        (["--search", "x", "--year", "soon"], "--year"),
        (["--search", "  "], "nothing to add is named"),
        ([], "nothing to add is named"),
        (["refs.bib", "--year", "2024"], "--year needs --search"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_asked(review, sources, words, said):
    code, _, err = review("add", *words)
    assert code == 2
    assert said in err
    assert not sources.asked


@pytest.mark.parametrize("source", ["openalex", "semantic_scholar"])
def test_citations_are_followed_both_ways(review, sources, source):
    answer_all(sources)
    review("add", f"arxiv:{ARXIV}")
    [key] = papers(review)
    cited = openalex_work(
        2, title="What it cites", doi=None, ids={}, locations=[], primary_location={}
    )
    citing = openalex_work(
        3, title="What cites it", doi=None, ids={}, locations=[], primary_location={}
    )
    sources.answers[f"/openalex/works/doi:10.48550%2Farxiv.{ARXIV}"] = as_json(
        {"id": "https://openalex.org/W1", "referenced_works": ["https://openalex.org/W2"]}
    )
    sources.answers["/openalex/works"] = lambda asked: as_json(
        openalex_list(citing if asked.query["filter"] == "cites:W1" else cited)
    )
    at = f"/semantic_scholar/paper/ARXIV:{ARXIV}"
    cited = {"citedPaper": s2_paper(2, title="What it cites", externalIds={})}
    if source == "semantic_scholar":
        citing = {"citingPaper": s2_paper(3, title="What cites it", externalIds={})}
        sources.answers[f"{at}/references"] = as_json({"data": [cited]})
        sources.answers[f"{at}/citations"] = as_json({"data": [citing]})
    else:
        cited = openalex_work(
            2, title="What it cites", doi=None, ids={}, locations=[], primary_location={}
        )
    code, out, _ = review("add", "--references", key, "--cited-by", key, "--source", source)
    assert code == 0
    assert "2 added" in out
    assert {"What it cites", "What cites it"} < {p["title"] for p in papers(review).values()}


def test_citations_of_a_paper_without_identifiers_need_them_first(review, tmp_path):
    review("add", write_listing(tmp_path / "a.jsonl", {"title": "Bare", "abstract": "x"}))
    [key] = papers(review)
    code, _, err = review("add", "--references", key)
    assert code == 1
    assert f"review enrich {key}" in err
    code, _, err = review("add", "--references", "nobody-2020")
    assert code == 1
    assert "no paper 'nobody-2020'" in err


def test_a_days_listing_is_added(review, sources):
    sources.answers["/daily_papers/daily_papers"] = as_json([daily_item()])
    code, out, _ = review("add", "daily:2025-09-29")
    assert code == 0
    assert "1 added" in out
    assert review("papers", "--file", "daily:2025-09-29")[1].count("\n") == 1


FROGS = "Frogs of the ponds sing at night because their calls attract mates from far away."
LISTED = {"title": TITLE.upper(), "abstract": ABSTRACT}


def test_a_paper_that_a_listing_gave_is_enriched_and_its_text_stays(review, sources, tmp_path):
    review("add", write_listing(tmp_path / "a.jsonl", LISTED))
    [old] = papers(review)
    sources.answers["/arxiv/query"] = as_xml(arxiv_feed(arxiv_entry(abstract=ABSTRACT + " More.")))
    code, out, _ = review("enrich")
    assert code == 0
    assert out.endswith("1 enriched, 0 to decide, 0 not found.\n")
    [(key, paper)] = papers(review).items()
    assert paper["authors"] == ["Ada M. Lovelace", "Jan van der Berg"]
    assert (paper["year"], paper["arxiv_id"]) == (2025, f"{ARXIV}v2")
    whole = json.loads(review("show", old, "--json")[1])["paper"]
    assert {p["name"]: p["text"] for p in whole["parts"]} == LISTED
    assert whole["key"] == key
    asked = len(sources.asked)
    assert "0 enriched, 0 to decide, 0 not found" in review("enrich")[1]
    assert len(sources.asked) == asked


@pytest.mark.parametrize(
    ("title", "abstract"),
    [
        (TITLE, "Frogs of the northern ponds sing at night while their cousins of the south are "
                "silent, as forty recordings of three summers in two countries show clearly."),
        (TITLE, ""),
        ("Composing Known Skills by Supervised or Reinforced Learning", ABSTRACT),
    ],
    ids=["another abstract", "no abstract", "another title"],
)  # fmt: skip
def test_a_doubtful_match_is_listed_and_taken_only_by_decision(
    review, sources, tmp_path, title, abstract
):
    review("add", write_listing(tmp_path / "a.jsonl", LISTED))
    [key] = papers(review)
    feed = as_xml(arxiv_feed(arxiv_entry(title=title, abstract=abstract)))
    sources.answers["/arxiv/query"] = feed
    code, out, _ = review("enrich", key)
    assert code == 0
    assert "0 enriched, 1 to decide" in out
    command = f"review enrich {key} --take arxiv:{ARXIV}v2"
    assert command in out
    assert not papers(review)[key]["authors"]
    assert review(*command.split()[1:])[0] == 0
    [paper] = papers(review).values()
    assert paper["authors"]
    assert paper["title"] == LISTED["title"]


def test_a_match_that_is_another_paper_of_the_library_is_for_its_owner_to_decide(
    review, sources, tmp_path
):
    sources.answers["/arxiv/query"] = as_xml(arxiv_feed(arxiv_entry(title=f"{TITLE} Now")))
    review("add", f"arxiv:{ARXIV}", write_listing(tmp_path / "a.jsonl", LISTED))
    assert len(papers(review)) == 2
    key = next(k for k, p in papers(review).items() if not p["arxiv_id"])
    assert "0 enriched, 1 to decide" in review("enrich", key)[1]
    assert len(papers(review)) == 2


def test_sources_that_fail_are_named_and_the_next_is_asked(review, sources, tmp_path):
    review("add", write_listing(tmp_path / "a.jsonl", LISTED))
    sources.answers["/arxiv/query"] = Answer(status=400)
    match = s2_paper(externalIds={"ArXiv": ARXIV})
    sources.answers["/semantic_scholar/paper/search/match"] = as_json({"data": [match]})
    code, out, err = review("enrich")
    assert code == 0
    assert "1 enriched" in out
    assert "arXiv did not take the request (400)" in err


def test_what_nobody_knows_is_counted(review, sources, tmp_path):
    review("add", write_listing(tmp_path / "a.jsonl", LISTED))
    sources.answers["/arxiv/query"] = as_xml(arxiv_feed())
    sources.answers["/openalex/works"] = as_json(openalex_list())
    code, out, _ = review("enrich")
    assert (code, out) == (0, "0 enriched, 0 to decide, 1 not found.\n")


def test_a_free_copy_is_found_when_asked_for(review, sources, tmp_path, monkeypatch):
    monkeypatch.setenv("REVIEW_MAIL", "me@uni.example")
    review("add", write_listing(tmp_path / "a.jsonl", {**LISTED, "doi": DOI, "year": 2025}))
    [key] = papers(review)
    sources.answers[f"/unpaywall/{DOI}"] = as_json(UNPAYWALL)
    assert review("enrich", key, "--open-access")[0] == 0
    whole = json.loads(review("show", key, "--json")[1])["paper"]
    assert whole["extra"]["open_access_url"] == "https://repository.example/skills.pdf"


def test_enrich_refuses_slips(review, tmp_path):
    review("add", write_listing(tmp_path / "a.jsonl", LISTED))
    [key] = papers(review)
    for words, code, said in [
        (["--source", "arxv"], 2, "Did you mean arxiv?"),
        (["--take", "arxiv:1"], 2, "--take is for one paper"),
        ([key, "--take", "nonsense"], 2, "is not an identifier to take"),
        (["nobody-2020"], 1, "no paper 'nobody-2020'"),
    ]:
        found = review("enrich", *words)
        assert found[0] == code, words
        assert said in found[2]


@pytest.fixture
def audited(review, sources, tmp_path):
    """A library with a preprint and a published paper, and what the sources know of them."""
    published = {"title": "A Study of Frogs", "abstract": FROGS, "doi": DOI, "year": 2024}
    preprint = {"title": TITLE, "abstract": ABSTRACT, "arxiv_id": ARXIV, "year": 2025}
    bare = {"title": "Without identifiers", "abstract": "x", "year": 2020}
    review("add", write_listing(tmp_path / "a.jsonl", published, preprint, bare))
    retracted = openalex_work(is_retracted=True, locations=[], primary_location={}, ids={})
    sources.answers["/openalex/works"] = as_json(openalex_list(retracted))
    more = "<arxiv:doi>10.1000/later</arxiv:doi>"
    sources.answers["/arxiv/query"] = as_xml(arxiv_feed(arxiv_entry(more=more)))
    concern = {"DOI": "10.1000/c", "type": "expression_of_concern", "label": "Concern"}
    work = crossref_work(**{"updated-by": [RETRACTION, concern]})
    sources.answers[CROSSREF_PATH] = as_json(crossref_message(work))
    return review


def test_an_audit_finds_retractions_concerns_and_published_versions(audited):
    code, out, _ = audited("audit")
    assert code == 0
    assert "RETRACTED: Retraction, 2026-02-01, Retraction Watch, doi:10.1000/notice.1" in out
    assert "RETRACTED: marked as retracted (OpenAlex)" in out
    assert "expression of concern: Concern, Crossref, doi:10.1000/c" in out
    assert "published as doi:10.1000/later (arXiv)" in out
    assert out.endswith("2 papers checked, 1 retracted. 1 without an identifier: review enrich\n")
    found = {p["title"]: p for p in papers(audited).values()}
    assert found["A Study of Frogs"]["retracted"]
    assert not found[TITLE]["retracted"]
    assert found[TITLE]["versions"] == ["doi:10.1000/later"]
    again = audited("audit", "--strict", "--json")
    assert again[0] == 3
    assert json.loads(again[1])["checked"] == 2
    assert len(papers(audited)) == 3


def test_a_retracted_paper_is_marked_wherever_it_is_cited(audited, tmp_path):
    audited("audit")
    key = next(k for k, p in papers(audited).items() if p["retracted"])
    assert "RETRACTED: A Study of Frogs" in audited("papers")[1]
    assert "RETRACTED: A Study of Frogs" in audited("show", key)[1]
    assert "Retraction, 2026-02-01" in audited("show", key)[1]
    assert "RETRACTED: A Study of Frogs" in audited("ask", "why do frogs sing at night?")[1]
    answer = json.loads(audited("ask", "why do frogs sing at night?", "--json")[1])
    assert [r["retracted"] for r in answer["references"]] == [True]
    assert "RETRACTED: A Study of Frogs" in audited("table", "--keys", key, "--column", "x")[1]
    for name, mark in [("a.bib", "note = {Retracted}"), ("a.ris", "N1  - Retracted"),
                       ("a.json", '"note": "Retracted"')]:  # fmt: skip
        file = tmp_path / name
        audited("export", "--keys", key, "-o", str(file))
        assert mark in file.read_text()
        other = ["--library", str(tmp_path / f"from {name}")]
        assert audited("add", str(file), *other)[0] == 0
        [read] = json.loads(audited("papers", "--json", *other)[1])["papers"]
        assert read["retracted"]
    assert (
        "[Retracted]" in audited("export", "--keys", key, "--style", "harvard-cite-them-right")[1]
    )


def test_two_versions_that_are_both_held_are_linked_both_ways(audited, tmp_path):
    later = {"title": "The Later Version", "abstract": "x", "doi": "10.1000/later", "year": 2026}
    audited("add", write_listing(tmp_path / "b.jsonl", later))
    code, out, _ = audited("audit")
    assert code == 0
    found = {p["title"]: p for p in papers(audited).values()}
    assert f"in the library as {found['The Later Version']['key']}" in out
    assert found[TITLE]["versions"] == ["doi:10.1000/later"]
    assert found["The Later Version"]["versions"] == [f"arxiv:{ARXIV}"]
    assert len(found) == 4, "both stay papers of their own"


def test_an_audit_goes_on_when_a_source_fails(audited, sources):
    sources.answers["/openalex/works"] = Answer(status=403)
    code, out, err = audited("audit")
    assert code == 0
    assert "Not asked for all: OpenAlex: OpenAlex refused the request (403)" in err
    assert "1 retracted" in out


def test_an_audit_that_could_ask_nobody_fails(audited, sources):
    sources.answers = {p: Answer(status=403) for p in [*sources.answers, CROSSREF_PATH]}
    code, out, _ = audited("audit")
    assert code == 1
    assert "0 papers checked" in out


@pytest.fixture
def cut_off(review, sources, tmp_path):
    """A library of twelve papers, and sources that nobody reaches."""
    records = [
        {
            "title": f"A paper about birds number {n}",
            "doi": f"10.1000/birds.{n}",
            "pmid": str(n + 7),
        }
        for n in range(12)
    ]
    review("add", write_listing(tmp_path / "a.jsonl", *records))
    sources.close()
    return review


@pytest.mark.parametrize("command", ["enrich", "audit"])
def test_without_a_network_it_is_said_once_and_not_for_every_paper(cut_off, command):
    code, out, err = cut_off(command, "-q")
    assert code == 1
    assert len(out.splitlines()) == 1
    assert len(err.splitlines()) == 1
    assert "no connection; check the network" in err
    assert "OpenAlex" in err
    found = json.loads(cut_off(command, "--json")[1])
    assert {fault["file"] for fault in found["faults"]} <= {
        "arXiv", "Semantic Scholar", "OpenAlex", "Crossref", "PubMed",
    }  # fmt: skip
    assert len(found["faults"]) <= 3


def test_papers_that_no_source_was_asked_about_are_counted(cut_off):
    assert cut_off("enrich")[1] == ("0 enriched, 0 to decide, 0 not found, 12 not looked up.\n")


@pytest.mark.parametrize("command", ["enrich", "audit"])
def test_offline_it_is_said_in_one_line(cut_off, command):
    code, out, err = cut_off(command, "--offline")
    assert (code, out, len(err.splitlines())) == (1, "", 1)
    assert "--offline forbids the network" in err


def test_a_key_is_in_no_file_that_was_written(review, sources, tmp_path, monkeypatch):
    """The source echoes it wherever it can; library, cache and every other file stay without."""
    echo = openalex_work(title=f"Echo {KEY}", abstract_inverted_index={KEY: [0]}, doi=None)
    sources.answers["/openalex/works"] = as_json({**openalex_list(echo), "key": KEY})
    assert review("add", "--search", "skills", "-v")[0] == 0
    assert any(asked.query.get("api_key") == KEY for asked in sources.asked)
    review("ask", "skills?")
    from pathlib import Path

    files = [f for place in (tmp_path, Path.home()) for f in place.rglob("*") if f.is_file()]
    assert any("online" in str(f) for f in files)
    assert not [f for f in files if KEY.encode() in f.read_bytes()]
    with sqlite3.connect(tmp_path / "library" / "library.db") as database:
        assert "Echo (key)" in str(database.execute("SELECT paper FROM papers").fetchall())
