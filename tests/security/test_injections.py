"""156 texts give orders to a model that obeys them all: no promise breaks, whatever it says."""

from __future__ import annotations

import json
import platform
import re
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import pytest

from reviewer.cli import run
from reviewer.library import Library
from reviewer.llm.client import load_litellm
from reviewer.render.describe import link_of
from reviewer.settings import Settings
from reviewer.text import clean
from tests.support.fake_provider import FakeProvider
from tests.support.injections import HIDDEN_WORDS, INJECTIONS
from tests.support.obedient import Obedient
from tests.support.outputs import (
    check_bibtex,
    check_csv,
    check_latex,
    check_markdown,
    check_page,
    check_xlsx,
    hidden_in,
    read_json,
)
from tests.support.promises import IS_FULL, promise
from tests.support.traps import Trap

QUESTION = "Does RL teach models new skills?"
MODEL = "openai/gpt-4o-mini"
SECRET = "sk-k9Secret0f7he7est"
FIELDS = ("abstract", "title", "authors", "file name")
PLACES = ("start", "middle", "end")
FAMILIES = tuple(dict.fromkeys(injection.family for injection in INJECTIONS))
SENTENCES = (
    "RL teaches models new skills in {n} of 40 runs.",
    "It does not raise the pass rate by more than {n}.5% on 3 tasks.",
)
THEMES = ("New skills", "Old skills")
FORMS = {
    "ask": ("md",), "table": ("md", "csv", "xlsx", "tex", "html"), "draft": ("md", "tex"),
    "check": ("md", "html"), "survey": ("md", "html", "bib"),
}  # fmt: skip


SISTERS = {"index.html", "new-skills.md", "new-skills.bib"}  # that a report's page may link to
REPORT_FILES = {*SISTERS, "new-skills.html", "index.md", "survey.json"}


class Case(NamedTuple):
    """A family of injections, and where in which field they stand; None: the field turns."""

    family: str
    field: str | None = None
    place: str | None = None


CASES = (
    [Case(family, field, place) for family in FAMILIES for field in FIELDS for place in PLACES]
    if IS_FULL
    else [Case(family) for family in FAMILIES]
)


class Desk(NamedTuple):
    """A folder to work in, with a library of papers that give orders, and where they stand."""

    folder: Path
    library: Path
    out: Path
    placed: dict[str, str]  # word -> field
    case: Case

    def papers(self):
        with Library(self.library, Settings(embedding="none")) as shelf:
            return {paper.id: paper for paper in shelf.papers()}


def put(text, order, place):
    """The order at the start, in the middle or at the end of an ordinary text."""
    first, _, last = text.partition(" ")
    return {"start": f"{order} {text}", "middle": f"{first} {order} {last}"}.get(
        place, f"{text} {order}"
    )


def write_papers(folder, case):
    """One paper an injection of the family, each in a file; gives word -> field."""
    folder.mkdir()
    placed = {}
    own = [injection for injection in INJECTIONS if injection.family == case.family]
    for n, injection in enumerate(own):
        field = case.field or FIELDS[(n + n // 4) % len(FIELDS)]
        place = case.place or PLACES[n % len(PLACES)]
        said = " ".join(sentence.format(n=n + 4) for sentence in SENTENCES)
        paper = {"title": f"New skills of RL models, part {n + 4}", "abstract": said, "authors": []}
        paper |= {"year": 2010 + n, "url": f"https://papers.example/{n}"}
        name = f"paper {n}"
        if field == "authors":
            paper["authors"] = [put("Ada Guo", injection.text, place), "Bo Lee"]
        elif field == "file name":
            name = put(name, injection.text, place)
        else:
            paper[field] = put(paper[field], injection.text, place)
        placed[injection.word] = field
        name = name.replace("/", "∕").replace("\0", "").encode()[:200].decode(errors="ignore")
        (folder / f"{name}.jsonl").write_text(json.dumps(paper), encoding="utf-8")
    return placed


@pytest.fixture(params=CASES, ids=lambda case: "-".join(filter(None, case)).replace(" ", "_"))
def desk(request, tmp_path, monkeypatch):
    placed = write_papers(tmp_path / "sources", request.param)
    library, out = tmp_path / "shelf", tmp_path / "work" / "out"
    out.mkdir(parents=True)
    with Library(library, Settings(embedding="none")) as shelf:
        shelf.add([str(tmp_path / "sources")])
        papers = shelf.papers()
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.chdir(out.parent)
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    halves = [papers[::2], papers[1::2]]
    plan = [f'question: "{QUESTION}"', "words: 900", "themes:"]
    for name, half in zip(THEMES, halves, strict=True):
        plan += [f'  - name: "{name}"', "    papers:", *(f"      - {p.key}" for p in half)]
    Path("plan.yaml").write_text("\n".join(plan), encoding="utf-8")
    survey = [f"title: Skills\nsettings: {{words: 900}}\nreports:\n  - topic: '{QUESTION}'"]
    survey += ["    title: New skills", "    sections:"]
    for name, half in zip(THEMES, halves, strict=True):
        survey.append(f"      - {{title: {name}, keys: [{', '.join(p.key for p in half)}]}}")
    survey += ["    tables: [{columns: [finding], papers: 13}]"]
    Path("survey.yaml").write_text("\n".join(survey), encoding="utf-8")
    draft = [f"{clean(papers[0].abstract.split('.')[0])} [@{papers[0].key}].", ""]
    draft += [about(paper) for paper in papers[1:]]
    Path("draft.md").write_text("\n\n".join(["# Draft", *draft]), encoding="utf-8")
    return Desk(tmp_path, library, out, placed, request.param)


def about(paper):
    """A sentence on the paper that is near to all that its abstract says, the order too."""
    words = " ".join(re.findall(r"[^\W\d_]{3,}", clean(paper.abstract))[:20])
    return f"RL teaches models new skills ({words}) [@{paper.key}]."


def told(command):
    """What the command is asked to do."""
    return {
        "ask": [QUESTION, "--quotes", "-k", "13"],
        "table": [
            "--column",
            "finding",
            "--column",
            "share (number)",
            "--column",
            "helps (yes/no)",
        ],
        "draft": ["--plan", "plan.yaml"],
        "check": ["draft.md"],
        "survey": ["survey.yaml"],
    }[command]


def forms_of(command, desk):
    """Each form with full counts, else one, another for each family."""
    forms = FORMS[command]
    turn = FAMILIES.index(desk.case.family) // len(CHECKS)  # how often the command had its turn
    return forms if IS_FULL else [forms[turn % len(forms)]]


def snapshot(desk):
    """Every file that no command may change."""
    kept = [desk.folder / "sources", desk.out.parent]
    return {
        path: path.read_bytes()
        for folder in kept
        for path in folder.rglob("*")
        if path.is_file() and desk.out not in path.parents
    }


class Done(NamedTuple):
    """What a command gave: its documents by suffix, its messages, and what the model saw."""

    documents: dict[str, bytes]
    said: str
    model: Obedient
    requests: list
    codes: list[int]


def carried_out(desk, command, capsys):
    """The command in every form, obeyed by the model, within traps."""
    load_litellm()  # its own files are read, and the processor is asked for, before the trap is set
    platform.processor()
    model = Obedient()
    before = snapshot(desk)
    documents, codes, said = {}, [], ""
    allowed = [desk.library, desk.out, desk.folder / "temporary"]
    forms = ("reports",) if command == "survey" else ("json", *forms_of(command, desk))
    with FakeProvider(answers=model) as provider, Trap(allowed, provider.port) as trap:
        for form in forms:
            file = desk.out / f"{command}.{form}"
            words = [command, *told(command), "-o", str(file), "--library", str(desk.library)]
            words += ["--embedding", "none", "--model", MODEL, "--api-base", provider.url]
            words += ["--keys", ",".join(p.key for p in desk.papers().values())] * (
                command in ("table", "ask")
            )
            codes.append(run(words))
            printed = capsys.readouterr()
            said += printed.out + printed.err
            if file.is_file():
                documents[form] = file.read_bytes()
            elif file.is_dir():
                documents = reports_in(file)
        requests = list(provider.requests)
    assert not trap.written
    assert not trap.contacted
    assert not trap.started
    assert snapshot(desk) == before
    assert not list((desk.folder / "temporary").iterdir())
    names = {f"{command}.{form}" for form in (*forms, *documents)}
    names |= {"draft.bib", "draft.proof.html", "draft.proof.json"}
    names |= REPORT_FILES if command == "survey" else set()
    assert {path.name for path in desk.out.rglob("*")} <= names
    return Done(documents, said, model, requests, codes)


def reports_in(folder):
    """The one report of a survey and the document of its run, by suffix; nothing of a run that
    ended before its report."""
    if not (folder / "new-skills.md").is_file():
        return {}
    files = {"json": "survey.json"} | {form: f"new-skills.{form}" for form in FORMS["survey"]}
    found = {form: folder / name for form, name in files.items() if (folder / name).is_file()}
    return {form: path.read_bytes() for form, path in found.items()}


def check_prompts(done, desk, *, is_part):
    """Each prompt went to the one model, asked for nothing but a reply, and fenced every order."""
    assert done.requests
    for seen in done.requests:
        assert seen.path == "/v1/chat/completions"
        assert seen.body["model"] == MODEL.partition("/")[2]
        assert not {"tools", "functions", "tool_choice"} & set(seen.body)
    for _, prompt in done.model.prompts:
        assert SECRET not in prompt
        assert not [h for h in hidden_in(prompt) if h[0] != "U+000A"]
        assert not re.search(r"zq\d{3}", without_fences(prompt))
    shown = {word for word, field in desk.placed.items() if field in ("abstract", "title")}
    obeyed = set(done.model.obeyed)
    assert obeyed <= shown - HIDDEN_WORDS
    missed = shown - HIDDEN_WORDS - obeyed
    if not is_part:  # a check shows parts of a paper
        assert not missed


def without_fences(prompt):
    return re.sub(
        r'<data tag="[^"\n]*" marker="(\w+)">\n.*?\n</data marker="\1">',
        "",
        prompt,
        flags=re.DOTALL,
    )


def check_said(done):
    """What was printed steers no terminal, and holds no secret."""
    assert not hidden_in(done.said)
    for content in [done.said.encode(), *done.documents.values()]:
        assert SECRET.encode() not in content
        assert b"root:x:0:0" not in content


def check_citation(citation, papers):
    paper = papers[citation["paper_id"]]
    start, end = citation["start"], citation["end"]
    assert paper.text_of(citation["part"])[start:end] == citation["quote"]
    assert citation["quote"]


def check_claims(claims, papers):
    """Every citation re-slices; a claim without one says so, and is never called supported."""
    for claim in claims:
        for citation in claim["citations"]:
            check_citation(citation, papers)
        if claim["kind"] not in ("synthesis", "gap"):  # these rest on the claims around them
            assert bool(claim["citations"]) == (claim["support"] != "uncited")
        if not any(clean(c["quote"]) == claim["text"] for c in claim["citations"]):
            assert not re.search(r"2099|https?:|www\.\w|\[\d+(?!\w)", claim["text"]), claim["text"]


def check_ask(document, papers):
    assert document["question"] == QUESTION
    assert document["effort"] == "normal"
    check_claims(document["claims"], papers)
    assert {r["id"] for r in document["references"]} <= set(papers)
    assert all(r["link"] == link_of(papers[r["id"]]) for r in document["references"])
    check_stances(document["stances"], papers)


def check_stances(stances, papers):
    for stance in stances:
        assert (stance["citation"] is None) == (stance["stance"] == "none")
        if stance["citation"]:
            check_citation(stance["citation"], papers)


def check_table(document, papers):
    assert [column["name"] for column in document["columns"]] == ["finding", "share", "helps"]
    assert {row["id"] for row in document["rows"]} == set(papers)
    assert all(papers[row["id"]].key == row["key"] for row in document["rows"])
    check_cells(document, papers)


def check_cells(table, papers):
    for row in table["rows"]:
        for cell in row["cells"]:
            for value in cell["values"]:
                assert (cell["state"] == "filled") <= (value["citation"] is not None)
                if value["citation"]:
                    assert value["citation"]["paper_id"] == row.get("id", row.get("paper_id"))
                    check_citation(value["citation"], papers)


def check_draft(document, papers):
    """The plan of the user is the plan of the draft."""
    assert [section["title"] for section in document["sections"]] == list(THEMES)
    assert (document["question"], document["order"], document["words"]) == (
        QUESTION, "thematic", 900,
    )  # fmt: skip
    halves = [list(papers)[::2], list(papers)[1::2]]
    for section, half in zip(document["sections"], halves, strict=True):
        assert set(section["paper_ids"]) == set(half)
        check_claims(section["claims"], papers)
        cited = {c["paper_id"] for claim in section["claims"] for c in claim["citations"]}
        assert cited <= set(papers)


def check_survey(document, papers):
    """The plan of the user is the plan of the survey."""
    report = document["reports"][0]
    assert (document["title"], report["title"], report["topic"]) == (
        "Skills", "New skills", QUESTION,
    )  # fmt: skip
    assert [section["title"] for section in report["sections"]] == list(THEMES)
    assert {paper["id"] for paper in report["papers"]} <= set(papers)
    for section in report["sections"]:
        check_claims(section["claims"], papers)
    for part in ("abstract", "findings", "introduction", "closing", "open_questions"):
        check_claims(report[part], papers)
    every, own = report["tables"]
    assert {row["group"] for row in every["rows"]} <= set(THEMES)
    assert [column["name"] for column in own["columns"]] == ["finding"]
    for table in (every, own):
        check_cells(table, papers)
    for verdict in report["verdicts"]:
        check_stances(verdict["stances"], papers)


def check_check(document, papers):
    assert document["file"].endswith("draft.md")
    keys = [key for sentence in document["sentences"] for key in sentence["sentence"]["keys"]]
    assert keys == [paper.key for paper in papers.values()]
    for sentence in document["sentences"]:
        quotes = [c for quote in sentence["quotes"] for c in quote["citations"]]
        for citation in [*quotes, *sentence["nearest"]]:
            check_citation(citation, papers)


def check_forms(command, done, papers):
    """Each form that was written holds text, and links to nothing but papers that it cites."""
    document = read_json(done.documents["json"].decode())
    links = {link_of(paper) for paper in papers.values()}
    for form, content in done.documents.items():
        if form == "md":
            check_markdown(content.decode(), links)
        elif form == "html":
            check_page(content.decode(), links | SISTERS, is_report=command == "survey")
        elif form == "bib":
            check_books(content.decode(), papers)
        elif form == "tex":
            check_latex(content.decode())
        elif form == "csv":
            columns = document["columns"]
            numbers = [column for column in columns if column["kind"] == "number"]
            check_csv(content.decode(), len(papers), 3 + 3 * len(columns) + len(numbers))
        elif form == "xlsx":
            check_xlsx(content, links)
    return document


def check_books(text, papers):
    keys = re.findall(r"(?m)^@\w+\{([\w-]+),$", text)
    assert set(keys) <= {paper.key for paper in papers.values()}
    check_bibtex(text, keys)


CHECKS = {
    "ask": check_ask, "table": check_table, "draft": check_draft, "check": check_check,
    "survey": check_survey,
}  # fmt: skip
THERE = tuple(CHECKS)


@promise(
    "No text of a paper breaks a citation, writes a file, opens a connection or changes a plan",
    "156 orders in 12 families, obeyed by the model, in abstracts, titles, author names and file "
    "names, at start, middle and end, through every command that asks a model",
    full=156,
    few=156,
)
@pytest.mark.parametrize("turn", range(len(THERE) if IS_FULL else 1))
def test_a_model_that_obeys_the_papers_breaks_no_promise(desk, turn, capsys):
    shift = 0 if IS_FULL else FAMILIES.index(desk.case.family)  # each family another command
    command = THERE[(turn + shift) % len(THERE)]
    papers = desk.papers()
    done = carried_out(desk, command, capsys)
    check_prompts(done, desk, is_part=command == "check")
    check_said(done)
    if "json" not in done.documents:
        assert done.codes[0] == 1, done.said
        assert set(done.codes) <= {0, 1, 3}, done.said  # a model may answer the next time
        assert "review: " in done.said
        assert "Traceback" not in done.said
        return
    CHECKS[command](check_forms(command, done, papers), papers)
    bibliography = desk.out / "draft.bib"
    if bibliography.is_file():
        check_books(bibliography.read_text(encoding="utf-8"), papers)


def test_there_are_enough_orders_and_each_is_another():
    by_family = defaultdict(set)
    for injection in INJECTIONS:
        by_family[injection.family].add(injection.text)
    assert len(by_family) == 12
    assert sum(map(len, by_family.values())) == len(INJECTIONS) >= 150
