"""A draft is kept from its plan to its versions; a part asked for again passes the same gate."""

import re

import pytest

from reviewer.errors import NotFoundError, UsageError
from reviewer.library import Library
from reviewer.settings import Settings
from reviewer.tasks.drafts.kept import (
    edit_kept,
    go_back,
    keep_new,
    latest_of,
    options_of,
    papers_of,
    plan_kept,
    redo_kept,
    take_plan,
    work_of,
    write_kept,
)
from reviewer.tasks.drafts.outline import DraftOptions
from reviewer.tasks.drafts.redo import read_part
from reviewer.tasks.drafts.related_work import estimate_calls
from reviewer.tasks.yaml_plan import plan_yaml, read_plan
from reviewer.types.drafts import PlanEdit
from reviewer.writers import Extractive
from reviewer.writers.prompted.argument import ArgumentReply
from reviewer.writers.prompted.cards import CardsReply
from reviewer.writers.prompted.judging import ExamineReply
from reviewer.writers.prompted.rewriting import RewriteText
from tests.conftest import SAMPLES
from tests.support.scripted import examines, rewrites, writer

QUESTION = "does RL teach new skills?"


@pytest.fixture
def shelf(tmp_path):
    with Library(tmp_path / "kept", Settings(embedding="none")) as opened:
        opened.add([str(SAMPLES)])
        yield opened


def written(shelf, script=None, **options):
    """A written draft, and its text."""
    draft = keep_new(QUESTION, DraftOptions(**options), shelf)
    work = write_kept(draft.id, shelf, writer(script)[0])
    return shelf.drafts.find(draft.id), work


def texts(work):
    return [[claim.text for claim in section.claims] for section in work.sections]


# From plan to text


def test_a_draft_is_kept_with_its_plan_before_it_is_written(shelf):
    draft = keep_new(QUESTION, DraftOptions(words=300), shelf)
    assert (draft.plan, draft.run_ids) == (None, ())
    planned = plan_kept(draft.id, shelf, writer()[0])
    assert len(planned.plan.themes) == 2
    assert planned.plan.words == 300
    assert shelf.drafts.all() == [planned]
    assert {p.id for p in papers_of(planned, shelf).values()} >= {
        i for theme in planned.plan.themes for i in theme.paper_ids
    }


def test_a_plan_that_was_edited_is_what_is_written_and_pays_for_no_card_twice(shelf):
    draft = keep_new(QUESTION, DraftOptions(), shelf)
    plan_kept(draft.id, shelf, writer()[0])
    edit_kept(draft.id, [PlanEdit(do="rename", theme=1, text="My own head")], shelf)
    by, model = writer()
    work = write_kept(draft.id, shelf, by)
    assert work.sections[0].title == "My own head"
    asked = {call.into for call in model.asked}
    assert CardsReply not in asked
    assert ArgumentReply not in asked
    assert shelf.drafts.find(draft.id).run_ids == (work.run_id,)


def test_what_writing_would_cost_counts_only_papers_that_are_not_read_yet(shelf):
    draft = keep_new(QUESTION, DraftOptions(), shelf)
    planned = plan_kept(draft.id, shelf, writer()[0])
    by, model = writer()
    said = estimate_calls(QUESTION, shelf, "m", options_of(planned), by)
    assert said.startswith("About 3 calls to m: 1 to write, 1 to judge, 1 to edit")
    assert model.asked == []
    told = estimate_calls(QUESTION, shelf, "m", options_of(planned))
    assert "to read 24 papers" in told


def test_a_draft_without_a_plan_keeps_the_one_that_it_was_written_by(shelf):
    draft, work = written(shelf)
    assert [theme.name for theme in draft.plan.themes] == [s.title for s in work.sections]


def test_without_a_model_a_plan_is_edited_and_written_too(shelf):
    draft = keep_new(QUESTION, DraftOptions(), shelf)
    planned = plan_kept(draft.id, shelf, Extractive())
    gone = planned.plan.themes[0].paper_ids[0]
    edit_kept(draft.id, [PlanEdit(do="leave_out", paper_id=gone, text="too short")], shelf)
    work = write_kept(draft.id, shelf, Extractive())
    assert gone not in {i for section in work.sections for i in section.paper_ids}
    key = shelf.paper(gone).key
    assert any(f"{key} (too short)" in said for said in work.coverage.left_out)


def test_a_plan_goes_to_yaml_and_back_with_what_the_file_does_not_hold(shelf):
    draft, _ = written(shelf)
    text = plan_yaml(draft.plan, list(papers_of(draft, shelf).values()))
    text = text.replace('name: "First things"', 'name: "Second thoughts"')
    taken = take_plan(draft.id, read_plan(text, "plan.yaml", shelf.paper), shelf)
    assert taken.plan.themes[0].name == "Second thoughts"
    assert taken.plan.own_claims == draft.plan.own_claims
    assert taken.plan.themes[1] == draft.plan.themes[1]


def test_a_plan_that_was_changed_elsewhere_is_not_overwritten(shelf):
    draft, _ = written(shelf)
    edit = PlanEdit(do="rename", theme=1, text="Mine")
    changed = edit_kept(draft.id, [edit], shelf, draft.version)
    assert changed.version == draft.version + 1
    with pytest.raises(UsageError, match="changed elsewhere"):
        edit_kept(draft.id, [edit], shelf, draft.version)


def test_of_several_edits_all_are_made_or_none(shelf):
    draft, _ = written(shelf)
    edits = [PlanEdit(do="rename", theme=1, text="Mine"), PlanEdit(do="remove", theme=9)]
    with pytest.raises(UsageError, match="no paragraph 9"):
        edit_kept(draft.id, edits, shelf)
    assert shelf.drafts.find(draft.id) == draft


def test_a_draft_that_is_not_there_or_not_one_is_named(shelf):
    with pytest.raises(NotFoundError, match="not exactly one draft"):
        write_kept("nothing", shelf, writer()[0])
    draft = keep_new(QUESTION, DraftOptions(), shelf)
    with pytest.raises(UsageError, match="no plan yet"):
        edit_kept(draft.id, [PlanEdit(do="up", theme=1)], shelf)


def test_a_kept_run_gives_the_draft_back(shelf):
    draft, work = written(shelf)
    again = work_of(shelf.ledger.run(draft.run_ids[0]), shelf)
    assert again.sections == work.sections
    assert {p.id for p in again.papers} == {p.id for p in work.papers}
    assert again.usage == work.usage


# A part asked for again


def test_a_sentence_is_written_again_and_the_rest_stays_word_for_word(shelf):
    draft, first = written(shelf)
    by, model = writer()
    work = redo_kept(draft.id, read_part("1.2", "shorter"), shelf, by)
    before, now = texts(first), texts(work)
    assert now[0][1] == "Seen another way, it finds this."
    before[0][1] = now[0][1]
    assert now == before
    (redone,) = work.redone
    assert (redone.section, redone.sentence, redone.wish) == (1, 2, "shorter")
    assert redone.before == (first.sections[0].claims[1],)
    assert redone.after == (work.sections[0].claims[1],)
    for c in redone.after[0].citations:
        assert shelf.paper(c.paper_id).text_of(c.part)[c.start : c.end] == c.quote
    assert [call.into for call in model.asked] == [RewriteText, ExamineReply]
    assert "shorter" in model.asked[0].prompt


def test_the_run_keeps_both_versions(shelf):
    draft, first = written(shelf)
    work = redo_kept(draft.id, read_part("1.2"), shelf, writer()[0])
    kept = shelf.drafts.find(draft.id)
    assert kept.run_ids == (first.run_id, work.run_id)
    assert work.first_run == first.run_id
    assert latest_of(kept, shelf).redone == work.redone
    back = go_back(draft.id, first.run_id, shelf)
    assert latest_of(back, shelf).sections == first.sections
    assert set(back.run_ids) == set(kept.run_ids)
    with pytest.raises(NotFoundError):
        go_back(draft.id, "20010101", shelf)


def test_a_sentence_that_cites_nothing_there_is_refused_with_its_words_and_the_reason(shelf):
    draft, first = written(shelf)
    script = {RewriteText: "It helps by 47 percent [E77.1].\nEND"}
    work = redo_kept(draft.id, read_part("1.2"), shelf, writer(script)[0])
    assert work.sections == first.sections
    (redone,) = work.redone
    assert redone.after == ()
    assert redone.tried == "It helps by 47 percent."
    assert redone.refused


def test_a_figure_that_no_quote_has_is_refused(shelf):
    draft, first = written(shelf)

    def lies(asked):
        return rewrites(asked).replace("it finds this", "it gains 47 percent")

    work = redo_kept(draft.id, read_part("1.2"), shelf, writer({RewriteText: lies})[0])
    assert work.sections == first.sections
    assert "figure" in work.redone[0].refused


def test_a_sentence_that_the_judge_refuses_is_not_taken_and_the_next_try_is_told(shelf):
    draft, first = written(shelf)
    refusing = {ExamineReply: lambda asked: examines(asked, "unsupported", reason="not said")}
    work = redo_kept(draft.id, read_part("1.2"), shelf, writer(refusing)[0])
    assert work.sections == first.sections
    assert work.redone[0].refused == "not said"
    by, model = writer()
    again = redo_kept(draft.id, read_part("1.2"), shelf, by)
    assert "Refused, because not said" in model.asked[0].prompt
    assert [bool(one.after) for one in again.redone] == [False, True]


def test_the_same_sentence_is_no_other_version(shelf):
    draft, first = written(shelf)

    def same(asked):
        said = next(text for text in asked.texts if text.tag == "S2")
        return f"{said.body}\nEND"

    work = redo_kept(draft.id, read_part("1.2"), shelf, writer({RewriteText: same})[0])
    assert work.sections == first.sections
    assert work.redone[0].refused == "it is the same sentence"


def test_a_whole_section_is_written_again_and_the_others_stay(shelf):
    draft, first = written(shelf)

    def anew(asked):
        tags = [t for t in asked.texts if t.numbers and re.fullmatch(r"E\d+", t.tag)]
        said = " ".join(f"Yet this is found [{t.numbers[0]}]." for t in tags)
        return f"These two differ. {said}\nEND"

    work = redo_kept(draft.id, read_part("2"), shelf, writer({RewriteText: anew})[0])
    assert texts(work)[0] == texts(first)[0]
    assert texts(work)[1][:2] == ["These two differ.", "Yet this is found."]
    assert {claim.paragraph for claim in work.sections[1].claims} == {2}
    assert work.redone[0].before == first.sections[1].claims


def test_a_part_that_is_not_there_and_a_redo_without_a_model_are_refused(shelf):
    draft, _ = written(shelf)
    by, _ = writer()
    for part, said in (("9", "no section 9"), ("1.99", "no sentence 99")):
        with pytest.raises(UsageError, match=said):
            redo_kept(draft.id, read_part(part), shelf, by)
    with pytest.raises(UsageError, match="names no part"):
        read_part("two")
    with pytest.raises(UsageError, match="needs a model"):
        redo_kept(draft.id, read_part("1"), shelf, Extractive())
    quoted = keep_new(QUESTION, DraftOptions(), shelf)
    with pytest.raises(UsageError, match="not written yet"):
        redo_kept(quoted.id, read_part("1"), shelf, by)
    write_kept(quoted.id, shelf, Extractive())
    with pytest.raises(UsageError, match="quotes its papers"):
        redo_kept(quoted.id, read_part("1.1"), shelf, by)


def test_a_paper_that_left_the_library_does_not_end_a_redo(shelf):
    draft, first = written(shelf)
    gone = first.sections[0].paper_ids[-1]
    shelf.remove(gone)
    work = redo_kept(draft.id, read_part("1.1"), shelf, writer()[0])
    assert gone not in {paper.id for paper in latest_of(draft, shelf).papers}
    assert work.redone[0].after
