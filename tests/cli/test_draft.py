"""`review draft` as its user meets it: drafts, plans, revisions, files, slips and exit codes."""

import json
import re
import signal
import subprocess
import sys
import threading

import bibtexparser
import pytest

from reviewer.cli import run
from reviewer.library import Library
from reviewer.writers.prompted.argument import ArgumentReply
from reviewer.writers.prompted.sections import SectionText
from tests.cli.test_app import start
from tests.conftest import ROOT, SAMPLES
from tests.support.fake_provider import FakeProvider, refused
from tests.support.scripted import sections, served

QUESTION = "does RL teach new skills?"
ZERO = "sun-2025-zerosearch"
MINE = (
    "# Mine\n\n## Abstract\n\nWe train pears by reinforcement learning until they count to twelve. "
    "They learn it in one night.\n\n## Related work\n\nSearch agents learn to call a search engine "
    "while they reason, with a reward.\n"
)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REVIEW_EMBEDDING", "none")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drafts") / "shelf"
    from reviewer.settings import Settings

    with Library(folder, Settings(embedding="none")) as opened:
        opened.add([str(SAMPLES)])
    return folder


@pytest.fixture
def draft(capsys, shelf):
    """Runs `review draft` in this process: exit code, standard output, standard error."""

    def run_draft(*arguments, library=shelf):
        code = run(["draft", *(str(a) for a in arguments), "--library", str(library)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run_draft


@pytest.fixture
def provider(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    monkeypatch.setenv("REVIEW_OFFLINE", "")
    monkeypatch.setenv("REVIEW_CONTEXT_TOKENS", "128000")
    with FakeProvider(answers=served()) as fake:
        monkeypatch.setenv("REVIEW_MODEL", "openai/fake")
        monkeypatch.setenv("REVIEW_API_BASE", fake.url)
        yield fake


# What a new user types first


def test_the_sample_papers_are_drafted_without_a_model_or_a_library(capsys):
    assert run(["draft", QUESTION, "--papers", str(SAMPLES)]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("# Related work: does RL teach new skills?\n\nA themed annotated bibl")
    assert len(re.findall(r"^## ", out, re.MULTILINE)) >= 3
    marks = set(re.findall(r"\[@([\w-]+)\]:", out))
    assert set(re.findall(r"^- ([a-z][\w-]+) · ", out, re.MULTILINE)) == marks
    assert re.search(r"^\d+ papers read, \d+ cited, no cost, [\d.]+ s$", err, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "nothing says what to draft about. Example: review draft"),
        (["x", "--order", "chronlogical"], 2, "unknown order 'chronlogical'. Did you mean chron"),
        (["x", "--style", "apaa"], 2, "unknown citation style 'apaa'. Did you mean apa"),
        (["x", "-o", "x.json", "--style", "apa"], 2, "--style cannot be used in json"),
        (["x", "-o", "x.docx", "--style", "pandoc"], 2, "cannot be used in a Word file. There it"),
        (["x", "--words", "3"], 2, "--words 3 is out of bounds. Use 50 to 20000."),
        (["x", "--effort", "hard"], 2, "unknown effort 'hard'"),
        (["x", "--for", "no.md"], 1, "no.md cannot be opened: no such file or directory"),
        (
            ["x", "-f", "docx"],
            2,
            "--format docx needs a file. Name one: -o FILE.docx",
        ),
        (["x", "-o", "nowhere/d.md"], 1, "the folder nowhere does not exist"),
        (["x", "-f", "latex", "--style", "pandoc"], 2, "--style pandoc cannot be used in LaTeX"),
        (["x", "-o", "d.md", "--style", "latex"], 2, "--style latex cannot be used in Markdown"),
        (["x", "--position", "start"], 2, "unknown position 'start'. Use end or each."),
        (["x", "--add", "a"], 2, "--add needs a draft to add to. Name it: --revise draft.md"),
        (["--revise", "d.md"], 2, "no paper to add is named. Name them: --add key1,key2"),
        (["x", "--revise", "d.md", "--add", "a"], 2, "--revise and a question cannot be combined"),
        (["--revise", "no.md", "--add", ZERO], 1, "no.md cannot be opened"),
        (["--plan", "no.yaml"], 1, "no.yaml cannot be opened: no such file or directory. Make a p"),
        (["--plan", "p.yaml", "--plan-only"], 2, "Use one of them"),
        (["x", "--keys", "jin-2025-serch"], 1, "Did you mean jin-2025-search"),
        (["x", "--csl", "no.csl"], 2, "the file no.csl does not exist"),
    ],
)
def test_a_slip_is_told_with_what_to_type(draft, arguments, code, said):
    found, out, err = draft(*arguments)
    assert (found, out) == (code, "")
    assert said in err


def test_an_empty_library_and_an_off_topic_question_are_told(draft, tmp_path):
    Library(tmp_path / "empty").close()
    code, out, err = draft(QUESTION, library=tmp_path / "empty")
    assert code == 0
    assert "Not enough evidence in this library to write a section." in out
    assert "The library is empty. Add papers: review add PATH" in err
    code, out, _ = draft("sourdough bread in a cold oven", "-o", "d.md")
    assert (code, out) == (0, "")
    assert not (tmp_path / "d.bib").exists()
    code, out, err = draft("sourdough bread in a cold oven", "--plan-only")
    assert (code, out) == (0, "")
    assert "there is nothing to plan" in err


# Files


@pytest.mark.parametrize(
    ("name", "begins"), [("d.md", "# Rel"), ("d.tex", "% Made"), ("d.json", "{")]
)
def test_the_bibliography_is_written_beside_the_draft(draft, tmp_path, name, begins):
    code, out, err = draft(QUESTION, "-k", "5", "-o", name)
    assert (code, out) == (0, "")
    text = (tmp_path / name).read_text(encoding="utf-8")
    assert text.startswith(begins)
    if name.endswith(".json"):
        assert not (tmp_path / "d.bib").exists()
        return
    assert "Its bibliography: d.bib" in err
    entries = bibtexparser.parse_file(str(tmp_path / "d.bib"))
    assert not entries.failed_blocks
    keys = {entry.key for entry in entries.entries}
    pattern = r"\\citep\{([\w,-]+)\}" if name.endswith("tex") else r"\[@([\w-]+)\]"
    assert keys == {key for found in re.findall(pattern, text) for key in found.split(",")}
    code, _, _ = draft(QUESTION, "-k", "4", "-o", name)
    assert code == 0
    assert len(bibtexparser.parse_file(str(tmp_path / "d.bib")).entries) < len(keys)


def test_a_bibliography_of_the_users_own_is_never_overwritten(draft, tmp_path):
    (tmp_path / "d.bib").write_text("@misc{mine, title={Mine}}\n", encoding="utf-8")
    code, _, err = draft(QUESTION, "-o", "d.md")
    assert code == 2
    assert "d.bib exists and was not made by review" in err
    assert (tmp_path / "d.bib").read_text(encoding="utf-8") == "@misc{mine, title={Mine}}\n"
    assert not (tmp_path / "d.md").exists()


def test_styles_and_references_are_the_readers_choice(draft):
    _, out, _ = draft(QUESTION, "-k", "4", "--style", "numeric")
    assert re.search(r"\*\* \(\d{4}\) \[1\]: ", out)
    assert "\n[4] " in out
    _, out, _ = draft(QUESTION, "-k", "4", "--style", "author-year")
    assert re.search(r"^- \(\".+\", n\.d\.\): \"", out, re.MULTILINE) or re.search(
        r"^- \*\*([\w-]+): .+\*\* \(\1, (?:\d{4}|n\.d\.)\): \"", out, re.MULTILINE
    )
    assert "10 authors" not in out
    _, out, _ = draft(QUESTION, "-k", "4", "--style", "latex")
    assert r"\citep{" in out
    assert out.startswith("% Made by review.")


def test_json_is_documented_and_whole(draft):
    code, out, _ = draft(QUESTION, "--json", "-k", "4")
    document = json.loads(out)
    assert code == 0
    assert document["schema"] == "review/draft/1"
    described = (ROOT / "docs" / "output.md").read_text(encoding="utf-8")
    section = described.split("## review/draft/1")[1].split("\n## ")[0]
    assert {n for n in document if n != "schema"} <= set(re.findall(r"`(\w+)(?:\[\])?`", section))


# Plans


def test_a_plan_is_made_edited_and_written(draft, tmp_path):
    code, out, err = draft(QUESTION, "--plan-only", "-o", "plan.yaml", "--words", "200")
    assert (code, out) == (0, "")
    assert "Edit them, then: review draft --plan plan.yaml" in err
    plan = (tmp_path / "plan.yaml").read_text(encoding="utf-8")
    assert "words: 200" in plan
    (tmp_path / "plan.yaml").write_text(re.sub(r'name: ".*"', 'name: "Mine"', plan, count=1))
    code, out, _ = draft("--plan", "plan.yaml")
    assert code == 0
    assert "\n## Mine\n" in out
    code, out, _ = draft("--plan", "plan.yaml", "--order", "chronological", "--words", "90")
    assert code == 0
    assert "(--words)" in out


def test_a_broken_plan_is_told_by_its_line(draft, tmp_path):
    draft(QUESTION, "--plan-only", "-o", "plan.yaml")
    plan = (tmp_path / "plan.yaml").read_text(encoding="utf-8")
    key = re.search(r'- "(\S+)"', plan)[1]
    line = plan[: plan.index(key)].count("\n") + 1
    (tmp_path / "plan.yaml").write_text(plan.replace(key, f"{key}x", 1), encoding="utf-8")
    code, out, err = draft("--plan", "plan.yaml")
    assert (code, out) == (2, "")
    assert f"plan.yaml, line {line}: no paper '{key}x'" in err
    assert f"Did you mean {key}" in err
    (tmp_path / "plan.yaml").write_text(plan.replace("themes:", "themes: ["), encoding="utf-8")
    code, _, err = draft("--plan", "plan.yaml")
    assert code == 2
    assert re.search(r"plan\.yaml, line \d+: this is not YAML", err)
    code, _, err = draft("--plan", "plan.yaml", "--tag", "x")
    assert code == 2


# Revisions


def test_a_draft_is_revised_where_it_is_wanted_alone(draft, tmp_path):
    (tmp_path / "mine.md").write_text(MINE, encoding="utf-8")
    code, out, err = draft("--revise", "mine.md", "--add", f"{ZERO},jin-2025-search")
    assert code == 0
    assert out.startswith("--- mine.md\n+++ mine.md\n")
    assert "2 papers added, written nowhere yet: name a file with -o" in err
    assert (tmp_path / "mine.md").read_text(encoding="utf-8") == MINE
    code, out, err = draft("--revise", "mine.md", "--add", ZERO, "-o", "mine.md")
    assert "1 paper added, written to mine.md" in err
    after = (tmp_path / "mine.md").read_text(encoding="utf-8")
    assert f"[@{ZERO}]" in after
    assert after.startswith(MINE.rstrip("\n"))
    assert not (tmp_path / "mine.bib").exists()
    code, out, err = draft("--revise", "mine.md", "--add", ZERO, "--json")
    assert f"Left out: {ZERO} is in the draft already" in err
    assert json.loads(out)["schema"] == "review/revision/1"
    assert json.loads(out)["diff"] == ""


# With a model


def test_a_model_writes_clean_text_with_its_proof_and_is_not_paid_twice(draft, provider, tmp_path):
    (tmp_path / "mine.md").write_text(MINE, encoding="utf-8")
    arguments = ["does RL ever teach skills?", "--for", "mine.md", "-o", "related.md"]
    code, _, err = draft(*arguments)
    assert code == 0, err
    text = (tmp_path / "related.md").read_text(encoding="utf-8")
    assert text.startswith(
        "# Related work\n\n**First things.** These papers tell of one matter. One"
    )
    assert "One study finds this [@" in text
    assert text.count("This work differs in what it does.") == 1
    assert "*(" not in text
    assert "pears" not in text
    assert "Its proof: related.proof.html and related.proof.json" in err
    proof = json.loads((tmp_path / "related.proof.json").read_text(encoding="utf-8"))
    claims = [claim for section in proof["sections"] for claim in section["claims"]]
    assert {claim["support"] for claim in claims} == {"supported"}
    assert claims[1]["citations"][0]["quote"]
    assert "This work differs" in (tmp_path / "related.proof.html").read_text(encoding="utf-8")
    calls = len(provider.requests)
    assert calls <= 13
    assert re.search(rf"24 papers read, 24 cited, {calls} calls, [\d,]+ tokens", err)
    _, _, err = draft(*arguments)
    assert len(provider.requests) == calls
    assert (tmp_path / "related.md").read_text(encoding="utf-8") == text
    assert "from the cache)" in err


def test_cards_are_made_side_by_side(draft, provider, tmp_path):
    with Library(tmp_path / "fresh") as opened:
        opened.add([str(SAMPLES)])
    draft(QUESTION, "--jobs", "4", "--no-cache", library=tmp_path / "fresh")
    asked = [seen for seen in provider.requests if "You make index cards" in seen.prompt]
    assert len(asked) == 2
    assert abs(asked[0].at - asked[1].at) < 5


def test_what_is_not_proven_is_named_beside_clean_text_and_marked_on_demand(draft, provider):
    def invents(asked):
        return sections(asked).replace("\n\nEND", " All gain 99.9% [E99.1].\n\nEND")

    provider.answers = served({SectionText: invents})
    code, out, err = draft(QUESTION, "--no-cache")
    assert code == 0
    assert out.count("All gain 99.9%.") == 1
    assert "*(" not in out
    assert "1 of 27 sentences not proven (--marks):\n  All gain 99.9%. (uncited" in err
    code, out, err = draft(QUESTION, "--no-cache", "--marks")
    assert "All gain 99.9%. *(uncited; 1 citation dropped)*" in out
    assert "not proven" not in err
    code, out, _ = draft(QUESTION, "--no-cache", "--strict", "--marks")
    assert code == 3
    assert "99.9%" not in out
    assert "1 sentence without proof (strict)" in out


def test_a_weak_model_ends_with_papers_quoted_and_exit_0(draft, provider):
    provider.answers = lambda seen: "Sure! Here is a very nice text about RL."
    code, out, _ = draft("does RL help new skills?", "--no-cache", "--words", "200")
    assert code == 0
    assert "A themed annotated bibliography of " in out
    assert "very nice text" not in out
    assert "The model wrote no readable text, so papers are quoted" in out


def test_limits_a_missing_key_and_a_wrong_key_are_told(draft, provider, monkeypatch):
    code, out, err = draft(QUESTION, "--max-calls", "1", "--no-cache", "--jobs", "1")
    assert (code, out) == (1, "")
    assert "was called 1 time" in err
    provider.script = [refused(401, "bad key", "invalid_api_key")] * 20
    code, out, err = draft(QUESTION, "--no-cache")
    assert (code, out) == (1, "")
    assert "rejected the API key" in err
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.delenv("REVIEW_API_BASE")
    code, _, err = draft(QUESTION, "--no-cache")
    assert code == 1
    assert "OPENAI_API_KEY is not set" in err


def test_a_dry_run_contacts_nobody(draft, provider, tmp_path):
    code, out, _ = draft(QUESTION, "--dry-run")
    assert code == 0
    reading = r"(\d to read \d+ papers, )?"  # what earlier tests read is not read again
    assert re.match(rf"About \d calls to openai/fake: {reading}1 to plan, 1 to write,", out)
    (tmp_path / "mine.md").write_text(MINE, encoding="utf-8")
    code, out, _ = draft("--revise", "mine.md", "--add", ZERO, "--dry-run")
    assert (code, out[:30]) == (0, "At most 2 calls to openai/fake")
    assert provider.requests == []


def test_a_plan_by_a_model_is_shown_edited_and_written(draft, provider, tmp_path):
    code, out, err = draft(QUESTION, "--plan-only", "--no-cache")
    assert code == 0
    assert '  - name: "First things"\n    thesis: "First things hold together."' in out
    assert out.count("part: ") == 24
    assert "2 paragraphs, 24 papers. Edit them, then: review draft --plan FILE" in err
    (tmp_path / "plan.yaml").write_text(out.replace("First things", "Mine"), encoding="utf-8")
    code, out, _ = draft("--plan", "plan.yaml", "--no-cache")
    assert code == 0
    assert out.startswith("# Related work\n\n**Mine.** ")


def test_a_plan_names_what_it_leaves_out(draft, provider):
    def leaves(asked):
        return {
            "paragraphs": [{"name": "Few", "papers": asked.tags[:3]}],
            "left_out": [{"tag": tag, "why": "not on this topic"} for tag in asked.tags[3:]],
        }

    provider.answers = served({ArgumentReply: leaves})
    code, out, _ = draft(QUESTION, "--plan-only", "--no-cache")
    assert code == 0
    assert out.count('why: "not on this topic"}  # ') == 21


def test_ctrl_c_ends_a_draft_at_once_and_the_next_run_pays_only_for_the_rest(shelf):
    key = {"OPENAI_API_KEY": "sk-none", "REVIEW_OFFLINE": "", "REVIEW_MODEL": "openai/fake"}
    slow, honest = [True], served()

    def answers(seen):
        if seen.prompt.startswith("Write a section") and slow[0]:
            writing.set()
            fake.closing.wait(20)
        return honest(seen)

    writing = threading.Event()
    with FakeProvider(answers=answers) as fake:
        extra = key | {"REVIEW_API_BASE": fake.url, "REVIEW_EMBEDDING": "none"}
        command = ["draft", "does RL ever teach new skills?", "--library", shelf]
        process = start(*command, extra=extra, stdout=subprocess.PIPE)
        assert writing.wait(60)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=15)
        assert process.returncode == 130
        assert b"the same command goes on" in err
        slow[0], before = False, len(fake.requests)
        done = start(*command, extra=extra, stdout=subprocess.PIPE)
        out, _ = done.communicate(timeout=120)
        assert done.returncode == 0
        assert b"**First things.**" in out
        asked = [seen.prompt for seen in fake.requests[before:]]
        assert not any("index cards" in prompt or "one argument" in prompt for prompt in asked)


def test_help_imports_no_heavy_library():
    heavy = {"ruamel", "jinja2", "litellm", "chromadb", "numpy", "citeproc", "lxml"}
    code = "import sys; from reviewer.cli import run; run(['draft', '--help'])"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; print(sorted({heavy} & set(sys.modules)))"],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[]"
