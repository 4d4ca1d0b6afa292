"""A model that fills tables: who is asked what, and what becomes of calls that fail."""

import threading

import pytest

from reviewer.errors import ModelError
from reviewer.grounding import fill
from reviewer.llm import LimitError, Prompts
from reviewer.types.progress import silent
from reviewer.types.tables import Column
from reviewer.writers.prompted.tables import (
    CELLS_A_CALL,
    MOST_PAPERS_A_CALL,
    ColumnsReply,
    JudgeCellsReply,
    TableReply,
    _table_form,
    row_batches,
)
from tests.support.scripted import HONEST, evidence, fills, judges_cells, writer

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


def test_tags_columns_and_numbers_that_were_not_shown_are_ignored():
    cell = {"tag": "E1", "column": 1, "value": "x", "sentences": ["E1.1"]}
    odd = [cell | change for change in (
        {"tag": "E2"}, {"tag": "E99"}, {"tag": "the first"}, {"column": 0}, {"column": 3},
        {"column": -1}, {"sentences": ["E1.9"], "column": 2}, {"sentences": ["E2.1"], "column": 2},
        {"sentences": [], "column": 2}, {"value": None}, {"column": "no such"},
    )]  # fmt: skip
    replies = iter([{"cells": [cell, *odd]}, {"cells": []}])
    by, _ = writer({TableReply: lambda asked: next(replies)})
    (row,) = by.fill_rows("", COLUMNS, papers(1), silent)
    assert [(c.column, c.tag, [q.quote for q in c.citations]) for c in row.cells] == [
        ("reward", "E1", ["Paper 1 rewards answers."])
    ]
    assert row.unanswered == "the reply left it out, twice"
    assert by.notes() == ("1 number that named no sentence",)


@pytest.mark.parametrize(
    "slip",
    [
        {"tag": "e1", "column": "1"}, {"tag": "[E1]", "column": "1. reward"},
        {"tag": "E1.0", "column": "Reward", "sentences": "e1.1"}, {"sentences": ["#E1.1"]},
        {"sentences": ["1"]}, {"sentences": [1], "extra": True} | {"sentences": ["(E1.1)"]},
    ],
)  # fmt: skip
def test_a_cell_is_read_as_a_person_reads_it(slip):
    cell = {"tag": "E1", "column": 1, "value": "answers", "sentences": ["E1.1"]} | slip
    by, _ = writer({TableReply: lambda asked: {"cells": [cell]}})
    (row,) = by.fill_rows("", COLUMNS[:1], papers(1), silent)
    assert [q.quote for q in row.cells[0].citations] == ["Paper 1 rewards answers."]


def test_cells_that_a_reply_leaves_out_are_asked_for_again_and_alone():
    seen = []

    def skips(asked):
        seen.append((asked.tags, asked.columns))
        made = fills(asked)["cells"]
        if len(seen) > 1:
            return {"cells": made}
        return {"cells": [c for c in made if (c["tag"], c["column"]) not in (("E2", 1), ("E3", 1))]}

    by, model = writer({TableReply: skips})
    rows = by.fill_rows("", COLUMNS, papers(4), silent)
    assert seen == [(["E1", "E2", "E3", "E4"], ["reward", "gain"]), (["E2", "E3"], ["reward"])]
    assert all([c.column for c in row.cells] == ["reward", "gain"] for row in rows)
    assert [row.unanswered for row in rows] == [""] * 4
    assert len(model.calls(JudgeCellsReply)) == 1


def test_a_reply_with_one_cell_of_many_leaves_the_others_unanswered_and_not_unstated():
    one = {"tag": "E1", "column": 1, "value": "x", "sentences": ["E1.1"]}
    by, model = writer({TableReply: lambda asked: {"cells": [one]}})
    shown = papers(4)
    rows = by.fill_rows("", COLUMNS, shown, silent)
    states = [c.state for row in rows for c in fill(row, COLUMNS, shown)]
    assert states == ["filled"] + ["not answered"] * 7
    assert len(model.calls(TableReply)) == 2


def test_not_stated_is_what_the_model_said_and_needs_no_second_call():
    def says(asked):
        return {
            "cells": [c | {"value": "Not stated.", "sentences": []} for c in fills(asked)["cells"]]
        }

    by, model = writer({TableReply: says})
    shown = papers(2)
    rows = by.fill_rows("", COLUMNS, shown, silent)
    assert {c.state for row in rows for c in fill(row, COLUMNS, shown)} == {"not stated"}
    assert len(model.asked) == 1  # nothing to judge either


def test_a_batch_whose_replies_cannot_be_read_costs_its_own_papers_alone():
    def slips(asked):
        return "I am sorry." if "E5" in asked.tags else fills(asked)

    by, _ = writer({TableReply: slips})
    rows = by.fill_rows("", COLUMNS, papers(9), silent)
    assert [bool(row.unanswered) for row in rows] == [False] * 4 + [True] * 4 + [False]
    assert not any(row.failed for row in rows)


def test_replies_that_are_all_unreadable_end_no_run():
    by, _ = writer({TableReply: lambda asked: "no JSON here"})
    rows = by.fill_rows("", COLUMNS, papers(5), silent)
    assert all(row.unanswered and not row.failed and not row.cells for row in rows)


WRONG = [
    ("no effect on mastery", "Tutoring made mastery 4 percentage points more likely."),
    ("works at every size", "It works for small models only."),
    ("supervised", "No labels are used at any point."),
    ("beats the baseline", "It falls behind the baseline on two of three sets."),
    ("open weights", "The weights will be released later."),
]  # fmt: skip


def test_five_of_five_wrong_values_on_true_quotes_are_marked():
    shown = [evidence(f"E{n}", quote, f"P{n}") for n, (_, quote) in enumerate(WRONG, 1)]
    values = {f"E{n}": value for n, (value, _) in enumerate(WRONG, 1)}

    def wrong(asked):
        return {"cells": [c | {"value": values[c["tag"]]} for c in fills(asked)["cells"]]}

    def refuses(asked):
        for text in asked.texts:
            value = next(v for v in values.values() if f"Value: {v}" in text.body)
            assert f"Sentence: {dict(WRONG)[value]}" in text.body
            assert "Column: reward (text) What is optimised?" in text.body
        return judges_cells(asked, "contradicted", reason="it says otherwise")

    by, _ = writer({TableReply: wrong, JudgeCellsReply: refuses})
    rows = by.fill_rows("", COLUMNS[:1], shown, silent)
    cells = [fill(row, COLUMNS[:1], shown)[0] for row in rows]
    assert [cell.state for cell in cells] == ["no proof"] * 5
    assert all("a judge says: it says otherwise" in c.values[0].doubts for c in cells)


def test_a_verdict_that_cannot_be_read_leaves_the_value_unjudged():
    for reply in ("nothing", {"verdicts": []}, {"verdicts": [{"tag": "V1", "support": "maybe"}]}):
        by, _ = writer({JudgeCellsReply: lambda asked, said=reply: said})
        shown = papers(1)
        (row,) = by.fill_rows("", COLUMNS[:1], shown, silent)
        assert [c.judged for c in row.cells] == ["unchecked"]
        assert fill(row, COLUMNS[:1], shown)[0].state == "filled"


def test_each_batch_is_judged_in_one_call_and_verdicts_go_to_their_own_values():
    def mixed(asked):
        marks = {text.tag: "Paper 2" in text.title for text in asked.texts}
        return {"verdicts": [
            {"tag": tag.lower(), "support": "Unsupported." if bad else "supported", "reason": "no"}
            for tag, bad in reversed(marks.items())
        ]}  # fmt: skip

    by, model = writer({JudgeCellsReply: mixed})
    rows = by.fill_rows("", COLUMNS, papers(5), silent)
    assert len(model.calls(JudgeCellsReply)) == len(model.calls(TableReply)) == 2
    assert [{c.judged for c in row.cells} for row in rows] == [
        {"supported"}, {"unsupported"}, {"supported"}, {"supported"}, {"supported"},
    ]  # fmt: skip


def test_a_schema_holds_the_numbers_and_tags_of_its_own_texts_alone():
    batch = papers(2)
    schema = _table_form(COLUMNS, batch).sent_schema()
    cell = schema["$defs"]["FoundCell"]["properties"]
    assert cell["tag"]["enum"] == ["E1", "E2"]
    assert cell["sentences"]["items"]["enum"] == [f"E{t}.{n}" for t in (1, 2) for n in (0, 1, 2)]
    assert cell["column"]["type"] == "integer"


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
