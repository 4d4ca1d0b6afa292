"""`review survey`, `review digest` and `review runs diff` as their users meet them."""

import json
import re
import time

import bibtexparser
import docx
import pytest

from reviewer.cli import run
from reviewer.library import Library, Saved
from reviewer.settings import Settings
from reviewer.text import normalise_title
from tests.conftest import ROOT, SAMPLES, write_listing
from tests.support.fake_provider import FakeProvider, sent
from tests.support.scripted import served

TOPIC = "does RL teach new skills?"
STEM = "does-rl-teach-new-skills"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REVIEW_EMBEDDING", "none")


@pytest.fixture
def shelf(tmp_path):
    folder = tmp_path / "shelf"
    with Library(folder, Settings(embedding="none")) as opened:
        opened.add([str(SAMPLES)])
    return folder


@pytest.fixture
def review(capsys, shelf):
    """Runs a command in this process: exit code, standard output, standard error."""

    def run_it(*arguments, library=shelf):
        code = run([*(str(a) for a in arguments), "--library", str(library)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run_it


@pytest.fixture
def provider(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    monkeypatch.setenv("REVIEW_OFFLINE", "")
    with FakeProvider(answers=served()) as fake:
        monkeypatch.setenv("REVIEW_MODEL", "openai/fake")
        monkeypatch.setenv("REVIEW_API_BASE", fake.url)
        yield fake


# What a new user types first


def test_a_topic_is_planned_and_stops_for_a_look_and_its_plan_is_run(review, tmp_path):
    code, out, err = review("survey", TOPIC, "-k", "20")
    assert code == 0
    assert re.search(r"^ +1\. .+ \(\d+ papers?\)$", out, re.MULTILINE)
    assert f"Written to {STEM}.yaml. Look at it, edit it, then: review survey {STEM}.yaml" in err
    assert not (tmp_path / STEM).exists()
    code, out, err = review("survey", f"{STEM}.yaml")
    assert (code, out) == (0, f"{STEM}/index.html\n")
    assert re.search(r"^Does RL teach new skills\? +\d+ +\d+ +\d+ +\d+$", err, re.MULTILINE)
    assert re.search(r"^\d+ of \d+ sections, no cost$", err, re.MULTILINE)
    names = {path.name for path in (tmp_path / STEM).iterdir()}
    assert names == {
        f"{STEM}.md", f"{STEM}.bib", f"{STEM}.html", "index.md", "index.html", "survey.json",
    }  # fmt: skip
    text = (tmp_path / STEM / f"{STEM}.md").read_text(encoding="utf-8")
    entries = bibtexparser.parse_file(str(tmp_path / STEM / f"{STEM}.bib"))
    assert not entries.failed_blocks
    assert set(re.findall(r"@([\w-]+)[;\]]", text)) <= {entry.key for entry in entries.entries}


def test_yes_does_not_stop(review, tmp_path):
    code, out, _ = review("survey", TOPIC, "--yes", "-o", "here")
    assert (code, out) == (0, "here/index.html\n")
    assert (tmp_path / "here" / f"{STEM}.html").read_text("utf-8").endswith("</html>")
    assert not (tmp_path / f"{STEM}.yaml").exists()


def test_several_topics_are_several_reports(review, tmp_path):
    topics = ["search agents", "memory of agents"]
    code, out, _ = review("survey", *topics, "--yes", "-k", "12")
    folder = tmp_path / "search-agents-and-memory-of-agents"
    assert (code, out) == (0, f"{folder.name}/index.html\n")
    assert {"search-agents.md", "memory-of-agents.md"} <= {path.name for path in folder.iterdir()}
    (tmp_path / "topics.txt").write_text("\n".join(topics), encoding="utf-8")
    code, out, _ = review("survey", "topics.txt", "-k", "12")
    assert (code, out) == (0, "topics/index.html\n")
    assert (tmp_path / "topics" / "search-agents.md").is_file()


def test_topics_that_are_not_topics_and_a_plan_beside_topics_are_told(review, tmp_path):
    (tmp_path / "p.yaml").write_text("[agents]", encoding="utf-8")
    code, out, err = review("survey", "p.yaml", "memory")
    assert (code, out) == (2, "")
    assert "the plan p.yaml cannot be combined with other topics or plans" in err
    code, _, err = review("survey", "reasoning", "in", "LLMs")
    assert code == 2
    assert "'in' is not a topic of its own" in err
    code, _, err = review("survey", "no.txt")
    assert code == 1
    assert "no.txt cannot be opened" in err


def test_a_plan_is_begun_and_a_file_is_never_overwritten(review, tmp_path):
    assert review("survey", "--init", "search agents")[0] == 0
    before = (tmp_path / "search-agents.yaml").read_text("utf-8")
    code, _, err = review("survey", "--init", "search agents")
    assert code == 2
    assert "search-agents.yaml already exists" in err
    code, _, err = review("survey", "search agents")
    assert code == 2
    assert (tmp_path / "search-agents.yaml").read_text("utf-8") == before
    code, out, _ = review("survey", "search-agents.yaml", "--dry-run")
    assert (code, out.splitlines()[-1]) == (0, "No model is set: 0 calls.")


@pytest.mark.parametrize(
    ("plan", "arguments", "code", "said"),
    [
        ("reports:\n  - topic: a\n    secions: [b]\n", [], 2, "line 3: a report has no field 'sec"),
        ("reports: [a]", ["--tag", "x"], 2, "cannot be combined with a plan"),
        ("reports: [a]", ["--effort", "hard"], 2, "unknown effort 'hard'"),
        ("reports: [a]", ["--words", "3"], 2, "--words 3 is out of bounds"),
        ("reports: [a]", ["-o", "taken"], 2, "the folder taken holds other files"),
    ],
)
def test_a_slip_is_told_with_what_to_type(review, tmp_path, plan, arguments, code, said):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine.txt").write_text("mine")
    (tmp_path / "p.yaml").write_text(plan, encoding="utf-8")
    found, out, err = review("survey", "p.yaml", *arguments)
    assert (found, out) == (code, "")
    assert said in err


def test_an_empty_library_no_topic_no_file_and_an_off_topic_are_told(review, tmp_path):
    Library(tmp_path / "empty").close()
    code, _, err = review("survey", TOPIC, library=tmp_path / "empty")
    assert code == 1
    assert "the library is empty. Add papers: review add PATH" in err
    code, _, err = review("survey")
    assert code == 2
    assert "nothing says what to survey" in err
    code, _, err = review("survey", "no.yaml")
    assert code == 1
    assert "no.yaml cannot be opened" in err
    code, out, err = review("survey", "sourdough bread in a cold oven")
    assert (code, out) == (0, "")
    assert "there is nothing to plan" in err


def test_word_files_name_every_paper_that_is_cited(review, shelf, tmp_path):
    code, _, err = review("survey", TOPIC, "--yes", "--docx")
    assert code == 0, err
    made = docx.Document(str(tmp_path / STEM / f"{STEM}.docx"))
    text = normalise_title("\n".join(paragraph.text for paragraph in made.paragraphs))
    cited = set(re.findall(r"@([\w-]+)", (tmp_path / STEM / f"{STEM}.md").read_text("utf-8")))
    with Library(shelf) as library:
        titles = {paper.key: normalise_title(paper.title) for paper in library.papers()}
    assert len(cited & titles.keys()) > 10
    assert [key for key in cited & titles.keys() if titles[key] not in text] == []
    assert "[@" not in "".join(paragraph.text for paragraph in made.paragraphs)


def test_one_report_may_be_a_word_file_beside_its_folder(review, tmp_path):
    code, _, err = review("survey", TOPIC, "--yes", "-o", "related.docx", "--style", "ieee")
    assert code == 0, err
    made = docx.Document("related.docx")
    listed = [p.text for p in made.paragraphs if p.style.name == "Bibliography"]
    assert listed[0].startswith("[1] ")
    assert (tmp_path / "related" / f"{STEM}.md").is_file()
    (tmp_path / "two.yaml").write_text("reports:\n- topic: RL\n- topic: search\n")
    code, _, err = review("survey", "two.yaml", "-o", "both.docx")
    assert code == 2
    assert "both.docx holds one report, and this plan has 2. Name a folder with -o" in err


# With a model


def test_a_replay_contacts_nobody_and_gives_the_same_bytes_but_for_the_usage_block(
    review, provider, tmp_path
):
    documents = []
    for _ in range(2):
        code, out, err = review("survey", TOPIC, "--yes", "--json", "-k", "20")
        assert code == 0
        documents.append({k: v for k, v in json.loads(out).items() if k != "usage"})
        files = {path.name for path in (tmp_path / STEM).iterdir()}
    assert documents[0] == documents[1]
    assert documents[0]["schema"] == "review/survey/1"
    assert "no cost" in err
    calls = len(provider.requests)
    assert len({json.dumps(seen.body) for seen in provider.requests}) == calls
    assert f"{STEM}.html" in files


def test_json_is_documented_and_whole(review):
    code, out, _ = review("survey", TOPIC, "--yes", "--json")
    assert code == 0
    document = json.loads(out)
    described = (ROOT / "docs" / "output.md").read_text(encoding="utf-8")
    section = described.split("## review/survey/1")[1].split("\n## ")[0]
    named = set(re.findall(r"`(\w+)(?:\[\])?`", section))
    assert {name for name in document if name != "schema"} <= named
    assert set(document["reports"][0]) <= named


def test_a_failed_section_exits_1_and_retry_makes_it_whole(review, provider):
    honest = served()

    def fails(seen):
        return sent({}, status=400) if "TO SHOW: Second" in seen.prompt else honest(seen)

    provider.answers = fails
    code, _, err = review("survey", TOPIC, "--yes")
    assert code == 1
    assert "Failed: Does RL teach new skills?, Second things:" in err
    assert "1 failed; the others are written. Try them again with --retry" in err
    provider.answers = honest
    assert review("survey", TOPIC, "--yes")[0] == 1
    code, _, err = review("survey", TOPIC, "--yes", "--retry")
    assert code == 0
    assert "failed;" not in err


def test_a_missing_key_and_a_limit_are_told(review, provider, monkeypatch):
    code, out, err = review("survey", TOPIC, "--yes", "--max-calls", "2", "--jobs", "1")
    assert (code, out) == (1, "")
    assert "Raise --max-calls and run it again" in err
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.delenv("REVIEW_API_BASE")
    code, _, err = review("survey", "another topic of search agents", "--yes")
    assert code == 1
    assert "OPENAI_API_KEY is not set" in err


# Digest and runs


def test_a_digest_says_what_came_and_what_it_bears_on(review, shelf, tmp_path):
    code, out, _ = review("digest", "--save", "How does dropout help small models?")
    assert (code, out) == (0, "How does dropout help small models?\n")
    review("digest", "--save", "Which pears ripen first?")
    with Library(shelf, Settings(embedding="none")) as library:
        library.database.run("UPDATE arrivals SET came = '2025-01-01T00:00:00Z'")
        new = {"title": "Dropout in small models", "abstract": "Dropout helps small models most."}
        library.add([write_listing(tmp_path / "new.jsonl", new)])
    code, out, err = review("digest", "--since", "2025-02-01")
    assert code == 0
    assert "1 new paper since 2025-02-01" in err
    first, second, rest = out.split("\n## ")[1:]
    assert "Dropout in small models" in first
    assert '"Dropout helps small models most."' in first
    assert "No new paper is about this." in second
    assert rest.count("\n- ") == 1
    code, out, _ = review("digest", "--since", "2025-01-01", "--json")
    document = json.loads(out)
    assert (len(document["arrivals"]), document["papers"]) == (63, 63)
    assert review("digest", "--forget", "Which pears ripen first?")[1].count("\n") == 1
    assert review("digest", "--forget", "Which pears ripen first?")[0] == 1
    said = review("digest", "--save", "Which pears ripen first?")[2]
    assert "Saved as a search: which-pears-ripen-first  Which pears ripen first?" in said
    assert "use review searches add NAME QUESTION" in said
    review("digest", "--forget", "Which pears ripen first?")
    assert review("searches", "add", "roles", "Dropout helps which models?")[0] == 0
    _, out, _ = review("digest", "--since", "2025-02-01")
    assert "Dropout helps which models?" in out
    code, _, err = review("digest", "--since", "yesterday")
    assert code == 2
    assert "--since 'yesterday' is not a day. Use 2025-10-01" in err


def test_a_question_of_an_earlier_release_becomes_a_search_and_is_not_lost(review, shelf):
    earlier = ["How does dropout help small models?", "Which pears ripen first?", "Äpfel?", "?"]
    with Library(shelf, Settings(embedding="none")) as library:
        for question in earlier:
            Saved(library.database).save(question)
    before = review("digest", "--since", "2000-01-01", "--json")[1]
    assert review("searches", "add", "apples", "Äpfel?")[0] == 0
    code, out, err = review("searches", "--json")
    assert code == 0
    assert "now a search: which-pears-ripen-first  Which pears ripen first?" in err
    found = {search["question"]: search["name"] for search in json.loads(out)["searches"]}
    assert found["How does dropout help small models?"] == "how-does-dropout-help-small-models"
    assert found["Äpfel?"] == "apples"
    assert {*earlier[:3]} <= {*found}
    assert {*review("digest", "--questions")[1].splitlines()} == {*earlier}
    again = review("digest", "--since", "2000-01-01", "--json")[1]
    news = [
        {asked["question"]: asked["papers"] for asked in json.loads(text)["questions"]}
        for text in (before, again)
    ]
    assert news[0] == news[1]
    assert "0 new papers" in review("searches", "run", "how-does-dropout-help-small-models")[1]
    assert review("searches")[2] == ""
    assert review("digest", "--forget", earlier[1])[0] == 0
    assert earlier[1] not in review("searches")[1]


def test_a_digest_keeps_to_the_filters_of_a_saved_search(review, shelf, tmp_path):
    papers = [
        {"title": f"Dropout in models {year}", "abstract": "Dropout helps models.", "year": year}
        for year in (2019, 2024)
    ]
    review("add", write_listing(tmp_path / "new.jsonl", *papers))
    review("searches", "add", "all", "Dropout helps models?")
    review("searches", "add", "late", "Dropout helps models?", "--year", "2022:")
    _, out, _ = review("digest", "--since", "2000-01-01", "--json")
    keys = {asked["name"]: [p["key"] for p in asked["papers"]]
            for asked in json.loads(out)["questions"]}  # fmt: skip
    early = [key for key in keys["all"] if "2019" in key]
    assert early
    assert not {*early} & {*keys["late"]}
    assert any("2024" in key for key in keys["late"])
    _, out, _ = review("digest", "--since", "2000-01-01")
    assert "## Dropout helps models? (late)" in out


def test_runs_are_shown_and_compared(review, tmp_path):
    review("survey", TOPIC, "--yes", "-k", "10", "-q")
    time.sleep(1.1)  # runs are listed by the second in which they began
    review("survey", TOPIC, "--yes", "-k", "14", "-q")
    _, out, err = review("runs")
    assert "2 runs" in err
    second, first = (line.split()[0] for line in out.splitlines())
    assert json.loads(review("runs", "show", first)[1]) == json.loads(review("runs", first)[1])
    code, out, _ = review("runs", "diff", first, second)
    assert code == 0
    assert re.search(r"^plan: \w{16} -> \w{16}$", out, re.MULTILINE)
    assert re.search(r"^\d+ sentences? and 10 cited papers in both runs\.$", out, re.MULTILINE)
    assert re.search(r"^\+ paper p\w+$", out, re.MULTILINE)
    same = review("runs", "diff", first, first)[1]
    assert not re.search(r"^[+-] (?!\d{8})", same, re.MULTILINE)
    assert review("runs", "diff", first)[0] == 2
    assert review("runs", "compare", first)[0] == 2
