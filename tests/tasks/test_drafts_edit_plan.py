"""Plans are edited by hand: nothing that was in a plan is lost without a word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.errors import UsageError
from reviewer.tasks.drafts.edit_plan import BY_HAND, edited
from reviewer.types.drafts import DraftPlan, LeftOutPaper, PlanEdit, Theme

PLAN = DraftPlan(
    question="does RL help?",
    themes=(
        Theme(name="One", paper_ids=("a", "b"), thesis="They agree.", parts=("first", "second")),
        Theme(name="Two", paper_ids=("c", "a"), parts=("against", "again")),
        Theme(name="Three", paper_ids=("d",)),
    ),
    left_out=(LeftOutPaper(paper_id="e", why="not on this topic"),),
)


def names(plan):
    return [theme.name for theme in plan.themes]


def told(plan):
    placed = {i for theme in plan.themes for i in theme.paper_ids}
    return placed | {own.paper_id for own in plan.left_out}


def after(*edits):
    plan = PLAN
    for edit in edits:
        plan = edited(plan, PlanEdit(**edit))
    return plan


def test_a_paragraph_gets_another_name_and_thesis_on_one_line():
    plan = after(
        {"do": "rename", "theme": 2, "text": " New\n name "},
        {"do": "thesis", "theme": 1, "text": "They do not agree."},
    )
    assert names(plan) == ["One", "New name", "Three"]
    assert plan.themes[0].thesis == "They do not agree."


def test_paragraphs_move_and_stop_at_the_ends():
    assert names(after({"do": "up", "theme": 3})) == ["One", "Three", "Two"]
    assert names(after({"do": "up", "theme": 1})) == ["One", "Two", "Three"]
    assert names(after({"do": "down", "theme": 3})) == ["One", "Two", "Three"]
    assert names(after({"do": "to", "theme": 3, "to": 1})) == ["Three", "One", "Two"]


def test_a_merged_paragraph_has_the_papers_of_both_once_with_their_parts():
    plan = after({"do": "merge", "theme": 2, "to": 1})
    assert names(plan) == ["One", "Three"]
    assert plan.themes[0].paper_ids == ("a", "b", "c")
    assert plan.themes[0].parts == ("first", "second", "against")
    assert plan.themes[0].thesis == "They agree."


def test_a_paper_moves_to_a_place_with_its_part_and_stays_elsewhere():
    plan = after({"do": "place", "paper_id": "b", "theme": 1, "to": 2, "at": 1})
    assert plan.themes[0].paper_ids == ("a",)
    assert plan.themes[1].paper_ids == ("b", "c", "a")
    assert plan.themes[1].parts == ("second", "against", "again")


def test_a_paper_that_was_left_out_is_placed_again():
    plan = after({"do": "place", "paper_id": "e", "to": 3})
    assert plan.themes[2].paper_ids == ("d", "e")
    assert plan.left_out == ()


def test_a_paper_is_left_out_of_every_paragraph_with_the_reason():
    plan = after({"do": "leave_out", "paper_id": "a", "text": "too old"})
    assert [theme.paper_ids for theme in plan.themes] == [("b",), ("c",), ("d",)]
    assert plan.left_out[-1] == LeftOutPaper(paper_id="a", why="too old")
    assert after({"do": "leave_out", "paper_id": "b"}).left_out[-1].why == BY_HAND


def test_papers_of_a_removed_paragraph_are_left_out_and_named():
    plan = after({"do": "remove", "theme": 2})
    assert names(plan) == ["One", "Three"]
    assert plan.left_out[-1] == LeftOutPaper(paper_id="c", why="its paragraph was removed")


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ({"do": "rename", "theme": 4, "text": "x"}, "no paragraph 4"),
        ({"do": "rename", "theme": 1, "text": " \n"}, "needs a name"),
        ({"do": "merge", "theme": 1, "to": 1}, "into itself"),
        ({"do": "place", "paper_id": "d", "theme": 1, "to": 2}, "does not have this paper"),
        ({"do": "words", "text": "many"}, "not a length"),
        ({"do": "words", "text": "12"}, "not a length"),
        ({"do": "add", "text": ""}, "needs a name"),
    ],
)
def test_what_cannot_be_changed_is_refused_in_words(edit, said):
    with pytest.raises(UsageError, match=said):
        after(edit)


def test_a_plan_keeps_a_paper():
    with pytest.raises(UsageError, match="last paper"):
        after(
            *({"do": "leave_out", "paper_id": i} for i in "abcd"),
        )


_EDITS = st.builds(
    PlanEdit,
    do=st.sampled_from(
        ["up", "down", "to", "merge", "add", "remove", "place", "leave_out", "rename"]
    ),
    theme=st.integers(0, 4),
    to=st.integers(0, 4),
    paper_id=st.sampled_from("abcde"),
    at=st.integers(0, 3),
    text=st.just("Name"),
)


@given(st.lists(_EDITS, max_size=12))
def test_no_edit_loses_a_paper_or_doubles_one_in_a_paragraph(edits):
    plan = PLAN
    for edit in edits:
        try:
            plan = edited(plan, edit)
        except UsageError:
            continue
        assert told(plan) == set("abcde")
        placed = {i for theme in plan.themes for i in theme.paper_ids}
        assert not placed & {own.paper_id for own in plan.left_out}
        for theme in plan.themes:
            assert len(set(theme.paper_ids)) == len(theme.paper_ids)
            assert len(theme.parts) in (0, len(theme.paper_ids))
