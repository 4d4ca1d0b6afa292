"""Surveys: papers collected and read once, sections, merging, failures, updates, determinism."""

import threading
import time
from collections import Counter

import pytest

from reviewer.errors import ModelError
from reviewer.library import Library
from reviewer.llm import LimitError
from reviewer.settings import Settings
from reviewer.tasks import run_survey
from reviewer.tasks.surveys.collect import collect
from reviewer.tasks.surveys.cross_references import cross_reference
from reviewer.tasks.surveys.run import SurveyOptions, names_of, plan_survey
from reviewer.text import clean
from reviewer.types import Citation, Claim
from reviewer.types.surveys import (
    ReportPlan,
    SectionPlan,
    SurveyPlan,
    SurveySection,
    TablePlan,
    ViewQuestion,
)
from reviewer.writers import Extractive
from reviewer.writers.prompted.cards import CardsReply
from reviewer.writers.prompted.sections import SectionText
from reviewer.writers.prompted.surveys import OutlineReply, SummaryText, ViewsReply
from reviewer.writers.prompted.tables import TableReply
from tests.conftest import SAMPLES, write_listing
from tests.support.scripted import cards, fills, outlines, sections, writer

TOPIC = "reinforcement learning teaches skills"


def one(topic=TOPIC, **fields):
    return SurveyPlan(title="One", reports=(ReportPlan(title=topic, topic=topic, **fields),))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("surveys") / "shelf"
    with Library(folder, Settings(embedding="none")) as opened:
        opened.add([str(SAMPLES)])
        yield opened


@pytest.fixture(autouse=True)
def _nothing_is_kept(request):
    if "shelf" in request.fixturenames:
        request.getfixturevalue("shelf").database.run("DELETE FROM steps")


def said(report):
    """All that a report says, without what differs from run to run."""
    return report.model_dump(exclude={"made"})


def refuse(asked):
    raise ModelError("the provider is down", hint="Try later.")


def sections_asked(model):
    """What each section that was asked for is to show; a short one is asked for twice."""
    return {
        next(line for line in call.prompt.splitlines() if line.startswith("TO SHOW:"))
        for call in model.calls(SectionText)
    }


def adds_up(flow):
    return (
        flow.library == flow.not_found + flow.nearest
        and flow.found == flow.duplicates + flow.nearest
        and flow.nearest == flow.not_read + flow.read
        and flow.read == flow.not_cited + flow.cited
        and min(flow.model_dump(exclude={"reasons", "uncited"}).values()) >= 0
    )


# Without a model


def test_without_a_model_every_sentence_is_a_papers_own_and_stands_where_it_says(shelf):
    report = run_survey(one(papers=30), shelf, Extractive()).reports[0]
    assert len(report.sections) >= 3
    claims = [claim for section in report.sections for claim in section.claims]
    for claim in [*report.abstract, *claims, *report.open_questions]:
        (citation,) = claim.citations
        text = shelf.paper(citation.paper_id).text_of(citation.part)
        assert text[citation.start : citation.end] == citation.quote
        assert claim.text == clean(citation.quote)
    assert report.abstract
    assert report.map.points
    assert adds_up(report.flow)
    cited = {citation.paper_id for claim in claims for citation in claim.citations}
    assert report.flow.cited == len(cited)
    assert report.flow.read == len(report.papers) <= 30


def test_the_same_plan_gives_the_same_report(shelf):
    first = run_survey(one(papers=20), shelf, Extractive()).reports[0]
    shelf.database.run("DELETE FROM steps")
    assert said(run_survey(one(papers=20), shelf, Extractive()).reports[0]) == said(first)


def test_an_off_topic_report_has_no_section_and_names_the_nearest(shelf):
    report = run_survey(one("sourdough bread in a cold oven"), shelf, Extractive()).reports[0]
    assert (report.sections, report.abstract, report.failed) == ((), (), 0)
    assert report.papers
    assert report.flow.read == 0


def test_a_plan_is_made_to_be_looked_at_and_run(shelf):
    planned = plan_survey(one(papers=20), shelf, Extractive())
    sections = planned.reports[0].sections
    assert sections
    report = run_survey(planned, shelf, Extractive()).reports[0]
    assert [s.title for s in report.sections] == [s.title for s in sections]
    keys = [tuple(shelf.paper(i).key for i in s.paper_ids) for s in report.sections]
    assert keys == [s.keys for s in sections]


def test_tables_compare_the_reports_own_papers_and_are_kept_in_its_run_alone(shelf):
    before = len(shelf.ledger.runs(100))
    plan = one(papers=12, tables=(TablePlan(papers=5), TablePlan(topic="search agents", papers=3)))
    report = run_survey(plan, shelf, Extractive()).reports[0]
    every, own, other = report.tables
    assert {row.paper_id for row in own.rows} <= {paper.id for paper in report.papers}
    assert (len(own.rows), len(other.rows)) == (5, 3)
    by_section = {s.title: set(s.paper_ids) for s in report.sections}
    assert {row.paper_id for row in every.rows} == set().union(*by_section.values())
    assert all(row.paper_id in by_section[row.group] for row in every.rows)
    assert len(shelf.ledger.runs(100)) == before + 1
    assert shelf.ledger.runs(1)[0].command == "survey"
    quoted = [about for about, _ in shelf.ledger.quotes_of(report.sections[0].paper_ids[0])]
    assert "One" in quoted


# Collecting


def test_a_paper_that_several_searches_find_counts_once_and_is_read_once(shelf):
    plan = ReportPlan(title="x", topic=TOPIC, papers=15)
    asked = (ViewQuestion(question="does RL teach new skills?", view="sceptic"),)
    found = collect(plan, asked, shelf)
    kept = sum(query.kept for query in found.queries)
    assert kept > found.found >= len(found.papers) == 15
    assert len({paper.id for paper in found.papers}) == 15
    assert len({item.tag for item in found.evidence}) == len(found.evidence)
    assert {item.paper.id for item in found.evidence} == {paper.id for paper in found.papers}
    assert [query.view for query in found.queries[:2]] == ["", "sceptic"]


def test_papers_that_a_plan_names_come_in_any_case(shelf):
    keys = [paper.key for paper in shelf.papers()][:4]
    plan = ReportPlan(
        title="x", topic=TOPIC, papers=2, sections=(SectionPlan(title="mine", keys=tuple(keys)),)
    )
    found = collect(plan, (), shelf)
    assert {paper.key for paper in found.papers} == set(keys)


def test_filters_hold_for_neighbours_too(shelf):
    from reviewer.types.searches import Filters

    plan = ReportPlan(title="x", topic=TOPIC, filters=Filters(year_from=2025), papers=60)
    assert {paper.year for paper in collect(plan, (), shelf).papers} == {2025}


# With a model


def test_points_of_view_are_asked_and_each_paper_is_read_in_one_call(shelf):
    by, model = writer()
    report = run_survey(one(papers=20), shelf, by, SurveyOptions(jobs=4)).reports[0]
    assert [q.view for q in report.questions] == ["newcomer", "sceptic", "practitioner"]
    assert {q.view for q in report.methods.queries} >= {"newcomer", "sceptic"}
    texts = [text.title for call in model.calls(CardsReply) for text in call.texts]
    assert max(Counter(texts).values()) == 1
    assert [s.title for s in report.sections] == ["First things", "Second things"]
    assert [s.heads for s in report.sections] == [("What holds",), ("What holds",)]
    assert report.abstract[0].text == "This is what one paper finds."
    assert [finding.section for finding in report.findings] == [1, 2]
    for part in (report.introduction, report.closing):
        assert [claim.support for claim in part] == ["supported", "supported"]
        assert part[1].citations
    assert report.taxonomy == "by what is done"
    assert set(report.methods.prompt_hashes) == {
        "views", "cards", "outline", "section", "examine", "repair", "edit", "frame", "summary",
    }  # fmt: skip
    assert adds_up(report.flow)


def test_a_second_run_asks_nothing_and_says_the_same(shelf):
    by, _ = writer()
    first = run_survey(one(papers=20), shelf, by, SurveyOptions(jobs=4)).reports[0]
    by, model = writer()
    again = run_survey(one(papers=20), shelf, by, SurveyOptions(jobs=4)).reports[0]
    assert model.asked == []
    assert said(again) == said(first)


def test_two_sections_with_a_common_paper_read_it_once(shelf):
    plan = one(
        papers=16,
        sections=(SectionPlan(title="skills"), SectionPlan(title="skills of models")),
    )
    by, model = writer()
    report = run_survey(plan, shelf, by, SurveyOptions(jobs=4)).reports[0]
    common = set(report.sections[0].paper_ids) & set(report.sections[1].paper_ids)
    assert common
    texts = [text.title for call in model.calls(CardsReply) for text in call.texts]
    assert max(Counter(texts).values()) == 1
    assert not model.calls(ViewsReply)
    assert report.sections[0].see_also[0].number == 2


def test_a_quick_survey_asks_for_no_points_of_view_and_judges_nothing(shelf):
    by, model = writer()
    run_survey(one(papers=12, depth="quick"), shelf, by)
    asked = {call.into.__name__ for call in model.asked}
    assert asked == {
        "CardsReply", "OutlineReply", "SectionText", "FrameText", "SummaryText",
    }  # fmt: skip


def test_an_invented_citation_is_marked_or_left_out(shelf):
    def invents(asked):
        return sections(asked).replace("\nEND", " All gain 99.9% [E99.1].\nEND")

    plan = one(papers=12)
    for is_strict in (False, True):
        by, _ = writer({SectionText: invents})
        options = SurveyOptions(is_strict=is_strict)
        report = run_survey(plan, shelf, by, options).reports[0]
        claims = [c for s in report.sections for c in s.claims if "99.9%" in c.text]
        assert bool(claims) is not is_strict
        assert all(claim.support == "uncited" and not claim.citations for claim in claims)


def test_a_failed_section_is_named_stays_and_is_retried_when_asked(shelf):
    def fails(asked):
        if "TO SHOW: Second" in asked.prompt:
            raise ModelError("the provider is down", hint="Try later.")
        return sections(asked)

    by, _ = writer({SectionText: fails})
    report = run_survey(one(papers=20), shelf, by).reports[0]
    assert report.failed == 1
    assert [bool(s.failed) for s in report.sections] == [False, True]
    assert report.sections[0].claims
    by, model = writer()
    again = run_survey(one(papers=20), shelf, by).reports[0]
    assert (again.failed, model.calls(SectionText)) == (1, [])
    mended = run_survey(one(papers=20), shelf, by, SurveyOptions(is_retry=True)).reports[0]
    assert mended.failed == 0
    assert len(sections_asked(model)) == 1
    assert mended.sections[0] == report.sections[0].model_copy(
        update={"see_also": mended.sections[0].see_also}
    )


def test_a_report_that_fails_leaves_the_others(shelf):
    def unless_on_memory(honest):
        return lambda asked: refuse(asked) if "memory" in asked.prompt else honest(asked)

    plan = SurveyPlan(
        title="Two",
        reports=tuple(ReportPlan(title=t, topic=t, papers=6) for t in (TOPIC, "memory of agents")),
    )
    by, _ = writer({CardsReply: unless_on_memory(cards), SectionText: unless_on_memory(sections)})
    done = []
    batch = run_survey(plan, shelf, by, SurveyOptions(done=done.append))
    assert [report.failed for report in batch.reports] == [0, 1]
    assert len(done) == 1
    by, _ = writer(dict.fromkeys((CardsReply, SectionText), refuse))
    shelf.database.run("DELETE FROM steps")
    with pytest.raises(ModelError):
        run_survey(plan, shelf, by)


def test_a_limit_ends_the_run_and_the_next_one_goes_on(shelf):
    def limited(asked):
        raise LimitError("enough", hint="Raise --max-calls.")

    by, model = writer({SummaryText: limited})
    with pytest.raises(LimitError):
        run_survey(one(papers=20), shelf, by)
    by, model = writer()
    report = run_survey(one(papers=20), shelf, by).reports[0]
    assert {call.into.__name__ for call in model.asked} == {"SummaryText", "ExamineReply"}
    assert report.failed == 0


def test_each_report_is_done_when_it_ends_and_stays_done_when_another_meets_a_limit(shelf):
    """Doing takes its time here: that of one report must not put off that of the next."""
    done, two_are_done, was_in_time = [], threading.Event(), []

    def limited(asked):
        if "TOPIC: search agents" in asked.prompt:
            was_in_time.append(two_are_done.wait(5))
            raise LimitError("enough", hint="Raise --max-calls.")
        return outlines(asked)

    def do(report):
        time.sleep(0.5)
        done.append(report.title)
        if len(done) == 2:
            two_are_done.set()

    topics = ("search agents", TOPIC, "memory of agents")
    plan = SurveyPlan(
        title="Three", reports=tuple(ReportPlan(title=t, topic=t, papers=12) for t in topics)
    )
    by, _ = writer({OutlineReply: limited})
    with pytest.raises(LimitError):
        run_survey(plan, shelf, by, SurveyOptions(done=do))
    assert all(was_in_time)
    assert sorted(done) == sorted(topics[1:])


def test_rows_that_a_limit_left_empty_are_filled_by_the_next_run(shelf):
    filled = []

    def limited(asked):
        filled.append(asked)
        if len(filled) > 1:
            raise LimitError("enough", hint="Raise --max-calls.")
        return fills(asked)

    def refused(asked):
        raise LimitError("enough", hint="Raise --max-calls.")

    plan = one(papers=20, tables=(TablePlan(papers=12),))
    by, _ = writer({TableReply: limited, SummaryText: refused})
    with pytest.raises(LimitError):
        run_survey(plan, shelf, by)
    assert len(filled) > 1
    by, model = writer()
    every, table = run_survey(plan, shelf, by).reports[0].tables
    assert {cell.state for row in table.rows for cell in row.cells} == {"filled"}
    assert len(model.calls(TableReply)) == len(filled) - 1  # the first call's rows are kept
    by, model = writer()
    assert run_survey(plan, shelf, by).reports[0].tables == (every, table)
    assert model.asked == []


def test_a_topic_that_is_a_question_has_a_verdict(shelf):
    by, _ = writer()
    report = run_survey(one("does RL teach new skills?", papers=10), shelf, by).reports[0]
    (verdict,) = report.verdicts
    assert verdict.stances
    assert "yes" in verdict.verdict


UNRELATED = {
    "title": "Sourdough starters at altitude",
    "abstract": "Bakers in Bolivia keep rye sourdough cold. Loaves rise slowly at altitude.",
}
RELATED = {
    "title": "Search agents that read the web",
    "abstract": "A search agent reads the web for answers. We train search agents with rewards "
    "for each web search, and the agents search the web better.",
}


def stopped_after(replies, into, honest):
    """A script whose replies of this kind meet a limit after the first ones."""
    given = []

    def limited(asked):
        if len(given) == replies:
            raise LimitError("enough", hint="Raise --max-calls.")
        given.append(asked)
        return honest(asked)

    return {into: limited}


def given(model):
    return Counter((call.into.__name__, call.prompt) for call in model.asked)


def cells_of(report):
    return [[(row.key, row.cells) for row in table.rows] for table in report.tables]


@pytest.mark.parametrize(
    ("replies", "into", "honest"),
    [(2, SectionText, sections), (0, TableReply, None), (0, SummaryText, None)],
)
@pytest.mark.parametrize("is_embedded", [False, True])
def test_a_paper_that_joins_between_stop_and_resume_repeats_no_call(
    tmp_path, embedding, is_embedded, replies, into, honest
):
    plan = one(papers=12, tables=(TablePlan(papers=6), TablePlan(topic=TOPIC, papers=3)))
    own = (None, embedding) if is_embedded else (Settings(embedding="none"), None)
    with Library(tmp_path / "shelf", *own) as library:
        library.add([str(SAMPLES)])
        by, model = writer(stopped_after(replies, into, honest))
        with pytest.raises(LimitError):
            run_survey(plan, library, by, SurveyOptions(jobs=1))
        done = given(model)
        unpaid = [*done][-1:] if replies else done
        refused = {key for key in unpaid if key[0] == into.__name__}
        library.add([write_listing(tmp_path / "new.jsonl", UNRELATED)])
        by, model = writer()
        report = run_survey(plan, library, by, SurveyOptions(jobs=1)).reports[0]
        assert report.failed == 0
        assert set(done) & set(given(model)) <= refused
        assert not model.calls(CardsReply)
        assert not model.calls(OutlineReply)
        library.add([write_listing(tmp_path / "more.jsonl", UNRELATED | {"title": "Rye"})])
        by, model = writer()
        again = run_survey(plan, library, by, SurveyOptions(jobs=1)).reports[0]
        assert model.asked == []
        assert [s.claims for s in again.sections] == [s.claims for s in report.sections]
        assert cells_of(again) == cells_of(report)
        assert {t.coverage.papers for t in again.tables} == {library.catalogue.count()}


def test_a_paper_that_changes_the_evidence_of_one_section_has_that_one_written_again(tmp_path):
    planned = (
        SectionPlan(title="rewards", questions=("does reinforcement learning teach skills?",)),
        SectionPlan(title="web", questions=("search agents that read the web",)),
    )
    plan = one(papers=30, sections=planned, tables=(TablePlan(topic=TOPIC, papers=4),))
    with Library(tmp_path / "shelf", Settings(embedding="none")) as library:
        library.add([str(SAMPLES)])
        by, _ = writer()
        run_survey(plan, library, by)
        library.add([write_listing(tmp_path / "new.jsonl", RELATED)])
        by, model = writer()
        report = run_survey(plan, library, by).reports[0]
        (new_id,) = (p.id for p in library.papers() if p.title == RELATED["title"])
        assert [new_id in section.paper_ids for section in report.sections] == [False, True]
        assert [[t.title for t in call.texts] for call in model.calls(CardsReply)] == [
            [RELATED["title"]]
        ]
        assert len(sections_asked(model)) == 1
        assert RELATED["title"] in model.calls(SectionText)[0].prompt
        assert not model.calls(TableReply)


# Updates


def test_an_update_writes_only_what_new_papers_change(tmp_path):
    with Library(tmp_path / "shelf", Settings(embedding="none")) as library:
        library.add([str(SAMPLES)])
        plan = one(papers=20)
        by, _ = writer()
        before = run_survey(plan, library, by).reports[0]
        by, model = writer()
        same = run_survey(plan, library, by, SurveyOptions(is_update=True)).reports[0]
        assert model.asked == []
        assert {section.state for section in same.sections} == {"unchanged"}
        assert same.news.new_ids == ()
        new = {
            "title": "Skills that reinforcement learning teaches",
            "abstract": "Reinforcement learning teaches a model skills that it never had. We show "
            "that reinforcement learning teaches new skills when rewards are sparse.",
        }
        library.add([write_listing(tmp_path / "new.jsonl", new)])
        updated = run_survey(plan, library, by, SurveyOptions(is_update=True)).reports[0]
        states = Counter(section.state for section in updated.sections)
        assert states == {"unchanged": 1, "rewritten": 1}
        assert len(updated.news.new_ids) == 1
        assert updated.news.unchanged == 1
        assert [len(call.texts) for call in model.calls(CardsReply)] == [1]
        assert len(sections_asked(model)) == 1
        kept = {section.title: section.claims for section in before.sections}
        for section in updated.sections:
            if section.state == "unchanged":
                assert section.claims == kept[section.title]
                assert section.new_ids == ()
            else:
                assert section.new_ids == updated.news.new_ids


# Merging


def said_of(text, start, paper="p1", kind="fact"):
    citation = Citation(
        paper_id=paper, chunk_id="c", part="abstract", start=start, end=start + 10, quote="q"
    )
    return Claim(text=text, citations=(citation,), support="supported", kind=kind)


def test_a_sentence_of_an_earlier_section_goes_and_both_point_to_each_other():
    said = said_of("Dropout helps small models.", 0, kind="quote")
    first = SurveySection(title="a", claims=(said,))
    second = SurveySection(
        title="b",
        claims=(
            said_of("Other words on the same quote.", 5, kind="quote"),
            said_of("Other words on the same sentence.", 5),
            said_of("Dropout helps small models!", 70),
            said_of("Dropout helps small models!", 70, "p2"),
            said_of("A thing of its own.", 90, "p3"),
        ),
    )
    third = SurveySection(title="c", claims=(said_of("Nothing in common here.", 200, "p4"),))
    one_, two, three = cross_reference([first, second, third])
    assert [claim.text for claim in two.claims] == [
        "Other words on the same sentence.",
        "Dropout helps small models!",
        "A thing of its own.",
    ]
    assert two.left_out == ("2 sentences that another section has",)
    assert [link.number for link in one_.see_also] == [2]
    assert [link.number for link in two.see_also] == [1]
    assert three.see_also == ()


def test_names_of_files_are_plain_and_each_is_there_once():
    titles = ("RL: skills?", "rl skills", "index", "../../etc", "Über Größe", "!?", "a" * 200)
    plan = SurveyPlan(title="x", reports=tuple(ReportPlan(title=t, topic=t) for t in titles))
    names = names_of(plan)
    assert names[:6] == ["rl-skills", "rl-skills-2", "index-report", "etc", "über-grösse", "report"]
    assert len(names[6]) <= 60
