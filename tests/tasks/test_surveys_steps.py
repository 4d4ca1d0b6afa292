"""Surveys: a step that fails is named and the rest stays; lengths, outlines, frames, cards."""

import pytest

from reviewer.errors import ModelError
from reviewer.library import Library
from reviewer.settings import Settings
from reviewer.tasks import draft_related_work, run_survey
from reviewer.tasks.drafts.papers import DraftOptions
from reviewer.tasks.surveys.lengths import SHORT, lengths_of, section_words
from reviewer.tasks.surveys.run import SurveyOptions, plan_survey
from reviewer.types.surveys import ReportPlan, SectionPlan, SurveyPlan
from reviewer.writers import Extractive
from reviewer.writers.prompted.cards import CardsReply
from reviewer.writers.prompted.judging import ExamineReply, RepairText
from reviewer.writers.prompted.reading import ReadReply
from reviewer.writers.prompted.sections import SectionText
from reviewer.writers.prompted.surveys import FrameText, OutlineReply, SummaryText, ViewsReply
from reviewer.writers.prompted.tables import TableReply
from tests.conftest import SAMPLES, write_listing
from tests.support.scripted import cards, examines, frames, outlines, summaries, writer

TOPIC = "reinforcement learning teaches skills"


def one(topic=TOPIC, **fields):
    return SurveyPlan(title="One", reports=(ReportPlan(title=topic, topic=topic, **fields),))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("steps") / "shelf"
    with Library(folder, Settings(embedding="none")) as opened:
        opened.add([str(SAMPLES)])
        yield opened


@pytest.fixture(autouse=True)
def _nothing_is_kept(request):
    if "shelf" in request.fixturenames:
        request.getfixturevalue("shelf").database.run("DELETE FROM steps")


def refuse(asked):
    raise ModelError("the provider is down", hint="Try later.")


# Failures


@pytest.mark.parametrize(
    ("into", "said"),
    [
        (ViewsReply, "no questions from points of view"),
        (OutlineReply, "papers are grouped by their words, without the model"),
        (FrameText, "no introduction and no closing section"),
        (SummaryText, "no abstract and no findings"),
    ],
)
def test_a_report_without_one_of_its_steps_is_still_a_report_and_says_so(shelf, into, said):
    by, _ = writer({into: refuse})
    report = run_survey(one(papers=16), shelf, by).reports[0]
    (missing,) = report.missing
    assert missing.startswith(said)
    assert "the provider is down" in missing
    assert report.failed == 1
    assert len(report.sections) >= 2
    assert all(section.claims for section in report.sections)
    assert bool(report.introduction) == bool(report.closing) == (into is not FrameText)
    assert bool(report.abstract) == bool(report.findings) == (into is not SummaryText)
    by, _ = writer()
    mended = run_survey(one(papers=16), shelf, by).reports[0]
    assert (mended.missing, mended.failed) == ((), 0)


def test_a_report_without_its_judge_has_sentences_that_are_not_checked(shelf):
    by, _ = writer({ExamineReply: refuse})
    report = run_survey(one(papers=16), shelf, by).reports[0]
    assert (report.missing, report.failed) == ((), 0)
    said = [claim for _, claim in report.sentences()]
    assert said
    assert {claim.support for claim in said if claim.citations} == {"unchecked"}


def test_a_report_without_the_table_of_its_plan_keeps_the_comparison(shelf):
    from reviewer.types.surveys import TablePlan

    by, _ = writer({TableReply: refuse})
    report = run_survey(one(papers=16, tables=(TablePlan(papers=4),)), shelf, by).reports[0]
    assert len(report.tables) == 1
    assert report.tables[0].rows[0].group
    assert len(report.failed_tables) == 1
    assert report.sections


def test_papers_whose_cards_fail_are_written_of_from_their_texts(shelf):
    calls = []

    def once(asked):
        calls.append(asked)
        return refuse(asked) if len(calls) == 1 else cards(asked)

    by, _ = writer({CardsReply: once})
    report = run_survey(one(papers=16), shelf, by, SurveyOptions(jobs=1)).reports[0]
    assert report.missing == ("no card of 8 papers: the provider is down",)
    cited = {c.paper_id for _, claim in report.sentences() for c in claim.citations}
    assert len(cited) == 16


def test_a_yes_no_topic_without_its_readings_has_no_count_and_says_so(shelf):
    by, _ = writer({ReadReply: refuse})
    report = run_survey(one("does RL teach new skills?", papers=10), shelf, by).reports[0]
    assert report.verdicts == ()
    assert report.missing[0].startswith("no count of what the papers say to the question")


def test_a_model_that_cannot_be_reached_fails_the_report(shelf):
    by, _ = writer({CardsReply: refuse, SectionText: refuse})
    with pytest.raises(ModelError) as caught:
        run_survey(one(papers=16), shelf, by)
    assert "nothing could be written" in caught.value.message


# What the plan leaves out


def test_what_the_model_calls_off_the_topic_is_left_out_with_its_reason(shelf):
    def strict(asked):
        made = outlines(asked)
        tags = [tag for tag in asked.tags if tag.startswith("E")]
        gone = tags[-3:]
        for section in made["sections"]:
            for paragraph in section["paragraphs"]:
                paragraph["papers"] = [p for p in paragraph["papers"] if p["tag"] not in gone]
        made["left_out"] = [{"tag": tag, "why": "on pears"} for tag in gone]
        return made

    by, _ = writer({OutlineReply: strict})
    report = run_survey(one(papers=16), shelf, by).reports[0]
    assert [left.why for left in report.left_out] == ["on pears"] * 3
    gone = {left.paper_id for left in report.left_out}
    assert not gone & {c.paper_id for _, claim in report.sentences() for c in claim.citations}
    assert not gone & {row.paper_id for row in report.tables[0].rows}
    assert (report.flow.read, report.flow.not_cited, report.flow.cited) == (16, 3, 13)
    assert report.flow.uncited == ("3 papers not on this topic, by the plan",)


def test_a_paper_that_the_model_forgets_is_told_and_then_left_out(shelf):
    def forgetful(asked):
        made = outlines(asked)
        made["sections"][0]["paragraphs"][0]["papers"].pop()
        return made

    by, model = writer({OutlineReply: forgetful})
    report = run_survey(one(papers=16), shelf, by).reports[0]
    assert "in no paragraph" in model.calls(OutlineReply)[1].prompt
    assert [left.why for left in report.left_out] == ["the plan places it in no section"]


def test_an_update_leaves_out_a_new_paper_that_the_model_calls_off_the_topic(tmp_path):
    new = {
        "title": "Skills that reinforcement learning teaches",
        "abstract": "Reinforcement learning teaches a model skills that it never had. We show "
        "that reinforcement learning teaches new skills when rewards are sparse.",
    }
    with Library(tmp_path / "shelf", Settings(embedding="none")) as library:
        library.add([str(SAMPLES)])
        by, _ = writer()
        run_survey(one(papers=20), library, by)
        library.add([write_listing(tmp_path / "new.jsonl", new)])

        def off_topic(asked):
            (tag,) = (tag for tag in asked.tags if tag.startswith("E"))
            return {"sections": [], "left_out": [{"tag": tag, "why": "on pears"}]}

        by, _ = writer({OutlineReply: off_topic})
        report = run_survey(one(papers=20), library, by, SurveyOptions(is_update=True)).reports[0]
        assert [left.why for left in report.left_out] == ["on pears"]
        assert {section.state for section in report.sections} == {"unchanged"}


def test_sections_that_a_plan_names_stand_in_its_order_with_the_papers_that_it_names(shelf):
    keys = tuple(paper.key for paper in shelf.papers()[:3])
    planned = (SectionPlan(title="rewards"), SectionPlan(title="mine", keys=keys))

    def other_way(asked):
        made = outlines(asked)
        made["sections"].reverse()
        made["sections"][0]["paragraphs"][0]["papers"] = []
        return made

    by, _ = writer({OutlineReply: other_way})
    report = run_survey(one(papers=12, sections=planned), shelf, by).reports[0]
    assert [section.title for section in report.sections] == ["rewards", "mine"]
    named = {shelf.paper(key).id for key in keys}
    assert named <= set(report.sections[1].paper_ids)


def test_papers_that_no_prompt_could_show_join_the_nearest_section(shelf):
    by, _ = writer(context=7000)
    report = run_survey(one(papers=40), shelf, by).reports[0]
    placed = {i for section in report.sections for i in section.paper_ids}
    assert len(placed) + len(report.left_out) == 40
    assert len(placed) > 25


# Lengths


@pytest.mark.parametrize("words", [500, 1200, 2400, 3000, 8000])
@pytest.mark.parametrize("papers", [6, 30, 60])
def test_the_parts_of_a_report_have_its_words_together(words, papers):
    made = lengths_of(words, papers)
    findings = 20 * made.sections
    parts = made.opening + made.closing + made.abstract + made.body + findings
    assert abs(parts - words) <= 2
    assert 1 <= made.sections <= max(1, papers // 3)
    assert 1 <= made.paragraphs <= 4
    sizes = [papers // made.sections] * made.sections
    assert abs(sum(section_words([None] * made.sections, sizes, made.body)) - made.body) <= 60


def test_a_short_report_is_all_sections():
    made = lengths_of(SHORT - 1, 30)
    assert (made.opening, made.closing, made.abstract, made.body) == (0, 0, 0, SHORT - 1)


def test_words_that_a_plan_gives_a_section_are_kept_and_the_rest_is_shared():
    assert section_words([500, None, None], [9, 5, 5], 1500) == [500, 500, 500]
    assert section_words([None, None], [30, 2], 1000) == [730, 270]


def test_a_short_report_asks_for_no_frame(shelf):
    by, model = writer()
    report = run_survey(one(papers=12, words=400), shelf, by).reports[0]
    assert report.sections
    assert not model.calls(FrameText)
    assert not model.calls(SummaryText)
    assert (report.introduction, report.abstract, report.missing) == ((), (), ())


# The frame


def test_the_frame_makes_up_for_sections_that_are_too_short(shelf):
    by, model = writer()
    run_survey(one(papers=16, words=2000), shelf, by)
    planned = lengths_of(2000, 16)
    assert f"about {10 * round(planned.opening * 0.15)} words" in model.calls(FrameText)[0].prompt


@pytest.mark.parametrize(
    ("reply", "parts"),
    [
        ("**INTRODUCTION**\n\n{0}\n\n## Closing:\n{0}\nEND", (1, 1)),
        ("Introduction\n{0}\n\nConclusion\n{0}\n\nMore of it [{1}].\nEND", (1, 2)),
        ("INTRODUCTION\n{0}\nEND", (1, 0)),
    ],
)
def test_a_frame_is_read_as_models_write_it(shelf, reply, parts):
    def said(asked):
        number = frames(asked).split("[")[1].split("]")[0]
        return reply.format(f"One study finds this [{number}].", number)

    by, _ = writer({FrameText: said})
    report = run_survey(one(papers=16), shelf, by).reports[0]
    assert (len(report.introduction), len(report.closing)) == parts


def test_a_gap_of_the_closing_section_says_how_many_texts_were_looked_at(shelf):
    def said(asked):
        return frames(asked).replace("\nEND", " None of the papers reports whales [].\nEND")

    by, _ = writer({FrameText: said})
    report = run_survey(one(papers=16), shelf, by).reports[0]
    gap = report.closing[-1]
    assert gap.kind == "gap"
    assert "None of these 16 abstracts reports whales" in gap.text


def test_abstract_and_findings_have_only_what_stands(shelf):
    def invents(asked):
        made = summaries(asked)
        return made.replace("FINDINGS", "It gains 77.7% [E1.1].\nFINDINGS")

    by, _ = writer({SummaryText: invents, RepairText: lambda asked: "END"})
    report = run_survey(one(papers=16), shelf, by).reports[0]
    assert report.abstract
    assert not any("77.7" in claim.text for claim in report.abstract)


def test_what_fails_its_check_stays_in_the_text_and_is_named(shelf):
    def doubts(asked):
        made = examines(asked)
        made["verdicts"][-1] |= {"support": "unsupported", "reason": "it says something else"}
        return made

    by, _ = writer({ExamineReply: doubts, RepairText: lambda asked: "END"})
    report = run_survey(one(papers=12), shelf, by).reports[0]
    assert [c.reason for _, c in report.sentences() if c.support == "unsupported"]


# Costs


def test_a_draft_and_a_survey_pay_for_a_card_once(shelf):
    by, model = writer()
    run_survey(one(papers=20), shelf, by)
    before = len(model.calls(CardsReply))
    assert before == 3
    run_survey(one("new skills by reinforcement learning", papers=20, words=900), shelf, by)
    titles = [text.title for call in model.calls(CardsReply) for text in call.texts]
    assert len(titles) == len(set(titles))
    by, model = writer()
    draft_related_work(TOPIC, shelf, by, DraftOptions(papers=8))
    assert not {text.title for call in model.calls(CardsReply) for text in call.texts} & {*titles}


def test_a_report_takes_few_calls(shelf):
    by, model = writer()
    run_survey(one(papers=24, words=1500), shelf, by)
    kinds = {(call.into, call.texts[0].tag if call.texts else "") for call in model.asked}
    assert len(kinds) <= 20


def test_without_a_model_nothing_below_the_floor_joins(shelf):
    report = run_survey(one("chain of thought distillation", papers=60), shelf, Extractive())
    (made,) = report.reports
    from reviewer.search import EVIDENCE_CUT, SearchOptions, find

    found = find(made.topic, shelf, SearchOptions(60, cut=EVIDENCE_CUT))
    assert {paper.id for paper in made.papers} == {hit.paper.id for hit in found.wanted}
    assert made.flow.library == 62
    assert made.flow.not_found == 62 - made.flow.nearest


def test_a_plan_made_by_the_model_is_run_as_it_stands(shelf):
    by, _ = writer()
    planned = plan_survey(one(papers=16), shelf, by)
    titles = [section.title for section in planned.reports[0].sections]
    assert titles == ["First things", "Second things"]
    report = run_survey(planned, shelf, by).reports[0]
    assert [section.title for section in report.sections] == titles
