"""Footnotes that are references, as people and programs write them."""

from __future__ import annotations

import pytest

from reviewer.library import Library
from reviewer.settings import Settings
from reviewer.sources.text_file import TextFile
from reviewer.tasks import check_draft
from reviewer.tasks.checks.manuscript import read_draft
from reviewer.writers import Extractive
from tests.conftest import SAMPLES

SKILLS = "From f(x) and g(x) to f(g(x)): LLMs Learn New Skills in RL by Composing Old Ones"
QUOTE = "RL can “teach a language model new skills”"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    with Library(tmp_path_factory.mktemp("notes"), Settings(embedding="none")) as opened:
        opened.add([str(SAMPLES)])
        yield opened


def problems(text, library):
    report = check_draft(TextFile("draft.md", text), library, Extractive())
    return [(p.kind, p.detail) for s in report.sentences for p in s.problems]


@pytest.mark.parametrize(
    "note",
    [
        f"“{SKILLS}”. September 29, 2025.",
        f'"{SKILLS}." 2025.',
        f"*{SKILLS}*, 2025, p. 3.",
        f"See Yuan, L., and W. Chen. “{SKILLS}”. 2025, 3–4.",
        f"Yuan, L., Chen, W. & Li, J. (2025). {SKILLS}. arXiv.",
        f"“{SKILLS}”. 2025; “OMEGA: Can LLMs Reason Outside the Box in Math? Evaluating "
        "Exploratory, Compositional, and Transformative Generalization”. 2025.",
    ],
)
def test_a_note_cites_the_papers_whose_titles_it_has(shelf, note):
    assert problems(f"{QUOTE}.[^1]\n\n[^1]: {note}\n", shelf) == []
    ((kind, said),) = problems(f"{QUOTE} and gains 91 percent.[^1]\n\n[^1]: {note}\n", shelf)
    assert kind == "figure not found"
    assert "91 percent is not in from-fx-gx-2025" in said


@pytest.mark.parametrize("short", ["“From f(x) and g(x)”", "“From f(x) and g(x) to f(g(x)),” p. 7"])
def test_a_later_note_may_be_short(shelf, short):
    text = f"It is so.[^1] {QUOTE}.[^b]\n\n[^1]: “{SKILLS}”. 2025.\n[^b]: {short}.\n"
    assert problems(text, shelf) == []
    draft = read_draft(text)
    assert draft.noted["note b"] == draft.noted["note 1"]


@pytest.mark.parametrize(
    "note",
    [
        "Nobody, N. “A Title That Nobody Gave to Anything”. 2031.",
        "Nobody, N., and N. Other. “A Title That Nobody Gave to Anything”, 7.",
        "Nobody, N., & Other, N. (2031). A title that nobody gave to anything. Nowhere.",
    ],
)
@pytest.mark.parametrize("listed", ["", f"\n## References\n\n- “{SKILLS}”. 2025.\n"])
def test_a_note_of_a_work_that_is_nowhere_is_an_unknown_key(shelf, note, listed):
    ((kind, said),) = problems(f"{QUOTE}.[^1]\n{listed}\n[^1]: {note}\n", shelf)
    assert kind == "unknown key"
    assert ("neither the list of references nor the library" in said) is bool(listed)


@pytest.mark.parametrize(
    ("note", "figures"),
    [
        ("We ran it in 2024 on two machines.", []),
        ("They gained 83 percent in 2024.", ["83 percent"]),
        ("They call it “some words of their own” and gained 83 percent.", ["83 percent"]),
    ],
)
def test_a_note_that_explains_is_prose(shelf, note, figures):
    found = problems(f"It is so.[^1]\n\n[^1]: {note}\n", shelf)
    lost = [said for kind, said in found if kind == "missing citation"]
    assert [f"it states {said} and cites nothing" for said in figures] == lost
    assert "unknown key" not in [kind for kind, _ in found]


def test_notes_below_the_references_are_read_and_the_list_ends_before_them(shelf):
    text = f"{QUOTE}.[^1]\n\n## References\n\n- “{SKILLS}”. 2025.\n\n[^1]: “{SKILLS}”. 2025.\n"
    draft = read_draft(text)
    assert draft.listed == (f"“{SKILLS}”. 2025.",)
    assert [s.keys for s in draft.sentences] == [("note 1",)]


def test_each_sentence_has_its_own_note(shelf):
    text = f"{QUOTE}.[^1] It gains 47 percent.[^2]\n\n[^1]: “{SKILLS}”. 2025.\n[^2]: “{SKILLS}”.\n"
    assert [s.keys for s in read_draft(text).sentences] == [("note 1",), ("note 2",)]


@pytest.mark.parametrize("mark", ["[@a-2025]", "[^1]", "(Guo et al., 2025)"])
def test_a_quoted_question_keeps_the_mark_behind_it(mark):
    text = f'"Does it teach?" {mark} "It does." {mark}\n\n[^1]: “{SKILLS}”. 2025.\n'
    assert [len(s.keys) for s in read_draft(text).sentences] == [1, 1]


def test_a_straight_mark_within_curved_ones_does_not_open_a_quotation():
    text = '“It has the task ``features" and so on.” [@a-2025] “It does.” [@b-2025]'
    assert [s.keys for s in read_draft(text).sentences] == [("a-2025",), ("b-2025",)]
