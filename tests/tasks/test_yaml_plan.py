"""A plan is written to be edited, and what is wrong in it is told by its line."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reviewer.errors import NotFoundError, UsageError
from reviewer.tasks.yaml_plan import plan_yaml, read_plan
from reviewer.text import clean
from reviewer.types import Paper
from reviewer.types.drafts import DraftPlan, Theme
from reviewer.types.papers import Part

KEYS = ("guo-2025-rl", "li-2024-x", "no-year-nd")
PAPERS = [
    Paper(id=f"id-{key}", key=key, parts=(Part(name="title", text=f"On {key}"),), year=2025)
    for key in KEYS
]
GOOD = """\
question: does it help?
order: chronological
words: 300
themes:
  - name: first things
    papers:
      - guo-2025-rl  # with a remark
      - li-2024-x
  - name: "second: things"
    papers: [no-year-nd]
"""


def named(key):
    for paper in PAPERS:
        if paper.key == key:
            return paper
    raise NotFoundError(f"there is no paper '{key}' in shelf", hint="Did you mean guo-2025-rl?")


def read(text):
    return read_plan(text, "plan.yaml", named)


def test_a_plan_is_read_whole():
    assert read(GOOD) == DraftPlan(
        question="does it help?",
        order="chronological",
        words=300,
        themes=(
            Theme(name="first things", paper_ids=("id-guo-2025-rl", "id-li-2024-x")),
            Theme(name="second: things", paper_ids=("id-no-year-nd",)),
        ),
    )


def test_what_is_written_reads_back_the_same():
    plan = read(GOOD)
    text = plan_yaml(plan, PAPERS)
    assert read(text) == plan
    assert '- "guo-2025-rl"  # On guo-2025-rl (2025)' in text
    assert text.startswith("# What the section will tell")


@given(st.text(min_size=1), st.text(min_size=1))
def test_no_question_name_or_title_can_break_a_plan(question, title):
    assume(clean(question))
    paper = PAPERS[0].model_copy(update={"parts": (Part(name="title", text=title),)})
    plan = DraftPlan(question=question, themes=(Theme(name=f"x{title}", paper_ids=(paper.id,)),))
    back = read(plan_yaml(plan, [paper]))
    assert back.question == " ".join(clean(question).split())
    assert [theme.paper_ids for theme in back.themes] == [(paper.id,)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("words: 300", "words: many"), "plan.yaml, line 3: words 'many' is not valid"),
        (("words: 300", "words: 3"), "plan.yaml, line 3: words '3' is not valid"),
        (("order: chron", "order: cron"), "plan.yaml, line 2: unknown order 'cronological'"),
        (("order:", "ordr:"), "plan.yaml, line 2: a plan has no field 'ordr'. Did you mean order?"),
        (
            ("guo-2025-rl", "guo-2025-lr"),
            "line 7: there is no paper 'guo-2025-lr' in shelf. Did yo",
        ),
        (("li-2024-x", "guo-2025-rl"), "line 8: guo-2025-rl is in line 7 already"),
        (("      - li", "      li"), "plan.yaml, line 9: this is not YAML:"),
        (("    papers: [no-year-nd]\n", ""), "line 9: a theme has a name and papers"),
        (("[no-year-nd]", "no-year-nd"), "line 10: papers is not a list with an entry a line"),
        (("[no-year-nd]", "[[a]]"), "line 10: a paper's key is not text"),
        (("name: first things", "name: ''"), "line 5: name is not text"),
        (("name: first things", "name: {a: b}"), "line 5: name is not text"),
        (("question: does it help?\n", ""), "line 1: the question is missing"),
        (("question", "words"), "line 3: words is given twice"),
        (
            ("    papers:\n      - guo", "    paper:\n      - guo"),
            "line 6: a theme has no field 'pap",
        ),
    ],
)
def test_what_is_wrong_is_told_by_its_line(change, said):
    with pytest.raises(UsageError) as raised:
        read(GOOD.replace(*change, 1))
    assert said in f"{raised.value.message}. {raised.value.hint}"


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words", "null", "# nothing\n"])
def test_what_is_no_plan_is_told_with_what_a_plan_has(text):
    with pytest.raises(UsageError, match=r"plan.yaml, line 1: a plan has the fields question:"):
        read(text)


def test_a_name_of_yaml_that_is_given_twice_is_no_fault():
    assert read(GOOD.replace("first things", "&a first").replace('"second', '&a "second')).themes


def test_a_plan_without_themes_is_none():
    with pytest.raises(UsageError, match="the themes are missing"):
        read("question: why\n")


def test_nothing_in_a_plan_is_run_or_blown_up(tmp_path):
    mark = tmp_path / "made"
    attack = f"question: !!python/object/apply:os.system ['touch {mark}']\nthemes: []\n"
    with pytest.raises(UsageError, match=r"line 1|line 2"):
        read(attack)
    assert not mark.exists()
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(20)
    )
    with pytest.raises(UsageError, match="a plan has no field 'a'"):
        read(bomb)
    with pytest.raises(UsageError, match="too long"):
        read("#" * 2_000_000)
    with pytest.raises(UsageError, match="is no"):
        read("question: " + "[" * 5000)
    with pytest.raises(UsageError, match="is not YAML"):
        read("question: \x00\x01")


@pytest.mark.parametrize("head", ["%YAML 1.3\n---\n", "%YAML 1.0\n---\n", "%YAML 1.10\n---\n"])
def test_a_version_of_yaml_that_is_not_known_is_told_with_what_to_write(head):
    with pytest.raises(UsageError) as raised:
        read_plan(head + GOOD, "plan.yaml", named)
    assert raised.value.message == "plan.yaml asks for a version of YAML that is not known"
    assert "%YAML 1.2" in raised.value.hint


@pytest.mark.parametrize("text", ['question: "\\UFFFFFFFF"', "question: !<\n", "%YAML x\n---\n"])
def test_what_yaml_itself_refuses_is_told(text):
    with pytest.raises(UsageError, match="not YAML"):
        read_plan(text, "plan.yaml", named)
