"""A model that fills tables: who is asked what, and what becomes of calls that fail."""

import threading

import pytest

from reviewer.errors import ModelError
from reviewer.llm import LimitError, Prompts
from reviewer.types.progress import silent
from reviewer.types.tables import Column
from reviewer.writers.prompted.tables import (
    CELLS_A_CALL,
    MOST_PAPERS_A_CALL,
    ColumnsReply,
    TableReply,
    row_batches,
)
from tests.support.scripted import HONEST, evidence, fills, writer

COLUMNS = (Column(name="reward", question="What is optimised?"), Column(name="gain", kind="number"))
MODE = Column(name="mode", kind="one of", choices=("online", "offline"))


def papers(count, text="Paper {} rewards answers. It gains {}%."):
    return [evidence(f"E{n}", text.format(n, n), f"Paper {n}") for n in range(1, count + 1)]


def test_short_papers_share_a_call_and_each_call_has_all_columns():
    by, model = writer()
    by.fill_rows("rewards", COLUMNS, papers(10), silent)
    calls = model.calls(TableReply)
    assert sorted(len(asked.tags) for asked in calls) == [2, 4, 4]
    assert all(asked.columns == ["reward", "gain"] for asked in calls)
    assert "1. reward (text) What is optimised?\n2. gain (number)\n" in calls[0].prompt
    assert "compares papers on: rewards." in calls[0].prompt
    assert calls[0].hash == Prompts().hashes()["table"]


def test_a_prompt_names_the_choices_and_needs_no_topic():
    by, model = writer()
    by.fill_rows("", [MODE], papers(1), silent)
    assert "1. mode (one of: online, offline)\n" in model.asked[0].prompt
    assert "compares papers.\n" in model.asked[0].prompt


def test_a_long_paper_has_a_call_of_its_own():
    long = evidence("E9", "A sentence of a long paper stands here. " * 60, "Long")
    shown = [long, long.model_copy(update={"tag": "E10"}), *papers(3)]
    tags = [[item.tag for item in batch] for batch in row_batches(shown, 2)]
    assert tags == [["E1", "E2", "E3"], ["E9", "E10"]]


@pytest.mark.parametrize("columns", [1, 5, 6, 7, 12, 20])
def test_a_reply_holds_few_enough_cells_to_be_whole(columns):
    batches = row_batches(papers(9), columns)
    assert all(len(batch) * columns <= CELLS_A_CALL or len(batch) == 1 for batch in batches)
    assert max(map(len, batches)) == min(MOST_PAPERS_A_CALL, max(1, CELLS_A_CALL // columns))
    assert sorted(item.tag for batch in batches for item in batch) == sorted(
        item.tag for item in papers(9)
    )


def test_there_is_one_row_a_paper_in_the_evidences_order():
    by, _ = writer()
    shown = papers(9)
    rows = by.fill_rows("", COLUMNS, shown, silent)
    assert [row.paper_id for row in rows] == [item.paper.id for item in shown]
    assert [cell.column for cell in rows[0].cells] == ["reward", "gain"]


def test_tags_and_columns_that_were_not_shown_are_ignored():
    cell = {"tag": "E1", "column": 1, "value": "x", "quote": "y"}
    odd = [cell | change for change in (
        {"tag": "E2"}, {"tag": "E99"}, {"tag": "study-e1"}, {"column": 0}, {"column": 3},
        {"column": -1},
    )]  # fmt: skip
    by, _ = writer({TableReply: lambda asked: {"cells": [cell, *odd]}})
    (row,) = by.fill_rows("", COLUMNS, papers(1), silent)
    assert [(c.column, c.tag) for c in row.cells] == [("reward", "E1")]


def test_a_call_that_fails_leaves_its_own_papers_failed():
    def fails_once(asked):
        if "E5" in asked.tags:
            raise ModelError("the provider is down")
        return fills(asked)

    by, _ = writer({TableReply: fails_once})
    rows = by.fill_rows("", COLUMNS, papers(9), silent)
    assert [row.failed for row in rows] == [""] * 4 + ["the provider is down"] * 4 + [""]


def test_when_every_call_fails_the_first_cause_is_raised():
    lock, seen = threading.Lock(), []

    def fails(asked):
        with lock:
            seen.append(asked)
            first = len(seen) == 1
        raise ModelError("the key is wrong") if first else LimitError("no more calls")

    by, _ = writer({TableReply: fails})
    with pytest.raises(ModelError, match="the key is wrong"):
        by.fill_rows("", COLUMNS, papers(9), silent)


def test_an_interrupted_table_ends_its_calls():
    def stops(stage, done, total):
        raise KeyboardInterrupt

    by, model = writer()
    with pytest.raises(KeyboardInterrupt):
        by.fill_rows("", COLUMNS, papers(9), stops)
    assert model.is_closed


def test_progress_counts_papers():
    told = []
    by, _ = writer()
    by.fill_rows("", COLUMNS, papers(9), lambda *news: told.append(news))
    assert told[-1] == ("Filling", 9, 9)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


def test_suggested_columns_come_in_the_order_of_the_papers_that_can_fill_them():
    ideas = [
        {"name": "few", "tags": ["E1"]},
        {"name": "many: all", "question": "How?", "kind": "number", "tags": ["E1", "E2", "E3"]},
        {"name": "Many all", "tags": ["E1"]},  # the same name
        {"name": "invented", "tags": ["E77", "x"]},  # no paper fills it
        {"name": "year", "tags": ["E1", "E2"]},  # is there anyway
        {"name": "x" * 200, "tags": ["E1", "E2"]},
        {"name": "some", "kind": "table", "tags": ["E3", "E2", "E2"]},
    ]
    by, model = writer({ColumnsReply: lambda asked: {"columns": ideas}})
    columns = by.suggest_columns("rewards", papers(3), 6)
    assert [(c.name, c.kind) for c in columns] == [
        ("many all", "number"), ("some", "text"), ("few", "text"),
    ]  # fmt: skip
    assert columns[0].question == "How?"
    assert by.suggest_columns("rewards", papers(3), 1) == columns[:1]
    assert "At most 6 columns" in model.calls(ColumnsReply)[0].prompt


def test_the_scripted_model_knows_every_reply_of_tables():
    assert {TableReply, ColumnsReply} <= set(HONEST)
