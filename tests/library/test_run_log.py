"""Every result becomes a run in one way: listed, dated, without what is kept elsewhere."""

from datetime import datetime, timedelta

import pytest

from reviewer.errors import NotFoundError
from reviewer.library import keep_run
from reviewer.library.run_log import Request
from reviewer.types import Answer, Paper, SurveyReport
from reviewer.types.drafts import Revision
from reviewer.types.papers import Part
from reviewer.types.runs import Coverage, Usage
from reviewer.types.surveys import Batch, Made, Methods

PAPER = Paper(id="p1", key="one", parts=(Part(name="title", text="One"),))
USAGE = Usage(model="m", calls=2, seconds=90.0)
COVERAGE = Coverage(papers=1, matched=1, read=1, cited=0)


def kept(result, library, command="ask", **more):
    told = []
    request = Request(command, "Is it so?", {"papers": 4}, {"answer": "abc"}, **more)
    keep_run(result, request, library, lambda *news: told.append(news))
    (run,) = library.ledger.runs()
    assert told == []
    return run


def test_a_run_says_what_was_asked_how_and_of_which_library(sample_library):
    answer = Answer(
        question="Is it so?", nearest=(PAPER,), coverage=COVERAGE, writer="m", run_id="r1",
        usage=USAGE,
    )  # fmt: skip
    run = kept(answer, sample_library)
    assert (run.id, run.command, run.question, run.writer) == ("r1", "ask", "Is it so?", "m")
    assert run.settings == {"papers": 4, "embedding": "words"}
    assert run.prompt_hashes == {"answer": "abc"}
    assert run.generation == sample_library.database.generation > 0
    took = datetime.fromisoformat(run.finished) - datetime.fromisoformat(run.started)
    assert took == timedelta(seconds=90)
    assert run.usage == USAGE
    assert run.result["nearest"][0]["id"] == "p1"
    assert not {"evidence", "usage"} & run.result.keys()


def test_a_revision_keeps_no_word_of_the_users_draft_and_says_how_many_papers_it_cites(library):
    revision = Revision(
        file="a.md", before="my words", after="my words, and one", papers=(PAPER,), writer="m",
        run_id="r2",
    )  # fmt: skip
    run = kept(revision, library, "draft", beside={"coverage": {"cited": 1}})
    assert run.settings["embedding"] == ""
    assert run.result["coverage"] == {"cited": 1}
    assert "my words" not in run.model_dump_json()


def test_a_surveys_run_is_that_of_all_its_reports(library):
    report = SurveyReport(
        name="n", title="T", topic="t", methods=Methods(writer="m", depth="quick")
    )
    batch = Batch(title="All", reports=(report,), made=Made(run_id="r3", usage=USAGE))
    run = kept(batch, library, "survey")
    assert (run.id, run.writer, run.usage) == ("r3", "m", USAGE)
    assert "made" not in run.result
    assert [own["title"] for own in run.result["reports"]] == ["T"]


def test_a_removed_run_is_gone_and_others_stay(sample_library):
    for run_id in ("r1", "r2"):
        answer = Answer(question="Is it so?", coverage=COVERAGE, writer="m", run_id=run_id)
        keep_run(answer, Request("ask", "Is it so?", {}, {}), sample_library, lambda *_: None)
    sample_library.ledger.remove("r1")
    assert [run.id for run in sample_library.ledger.runs()] == ["r2"]
    with pytest.raises(NotFoundError):
        sample_library.ledger.remove("r1")
