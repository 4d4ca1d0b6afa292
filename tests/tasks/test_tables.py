"""compare_papers: rows, columns, updating, and what the gold tables say."""

import json

import pytest

from reviewer.errors import ModelError, SourceError, UsageError
from reviewer.grounding.cells import tally
from reviewer.grounding.columns import DEFAULT
from reviewer.library import Library
from reviewer.llm import LimitError
from reviewer.render.describe import cell_text
from reviewer.render.json import read_table, table_json
from reviewer.settings import Settings
from reviewer.tasks import compare_papers
from reviewer.tasks.tables.select import match_bibtex
from reviewer.tasks.tables.sort import ORDERS, in_order
from reviewer.tasks.tables.table import TableOptions, estimate_calls
from reviewer.tasks.tables.update import Redo
from reviewer.text import clean, normalise_title
from reviewer.types import Paper
from reviewer.types.papers import Part
from reviewer.types.searches import Filters
from reviewer.types.tables import Cell, Column, Row, Value
from reviewer.writers import Extractive
from reviewer.writers.prompted.tables import ColumnsReply, TableReply
from tests.conftest import SAMPLES, SHARED, write_listing
from tests.support.scripted import fills, writer

TOPIC = "methods that train a model with RL to search"
REWARD, DATA = Column(name="reward"), Column(name="data")
BOTH = TableOptions(columns=(REWARD, DATA), papers=5)
LISTED = [
    {
        "title": f"Study {name}",
        "abstract": f"Study {name} trains a {n}B model. It rewards {name} answers.",
        "year": 2020 + n % 3 if n != 4 else None,
        "doi": f"10.1000/{name.lower()}",
    }
    for n, name in enumerate(("Fox", "Elk", "Ant", "Dog", "Cat", "Bee"), start=1)
]


@pytest.fixture
def small(tmp_path):
    with Library(tmp_path / "small", Settings(embedding="none")) as shelf:
        shelf.add([write_listing(tmp_path / "listed.jsonl", *LISTED)])
        yield shelf


def by_keys(shelf, *columns, **changes):
    keys = tuple(paper.key for paper in shelf.papers())
    return TableOptions(columns=columns or (REWARD,), filters=Filters(keys=keys), **changes)


def size_says(asked):
    cells = []
    for text in asked.texts:
        size = text.sentences[0].split()[4]
        cell = {"tag": text.tag, "column": 1, "value": size, "sentences": text.numbers[:1]}
        cells.append(cell)
    return {"cells": cells}


# Rows


def test_by_topic_the_rows_are_what_search_finds_most_relevant_first(sample_library):
    table = compare_papers(TOPIC, sample_library, Extractive(), BOTH)
    assert len(table.rows) == 5
    assert [row.relevance for row in table.rows] == sorted(
        (row.relevance for row in table.rows), reverse=True
    )
    assert {paper.id for paper in table.papers} == {row.paper_id for row in table.rows}
    assert table.coverage.papers == 62
    assert any("beyond the first 5 (-k)" in said for said in table.coverage.left_out)


def test_by_keys_all_named_papers_are_rows_in_their_order_whatever_the_topic(small):
    keys = [paper.key for paper in small.papers()][::-1]
    options = TableOptions(columns=(REWARD,), filters=Filters(keys=tuple(keys)))
    table = compare_papers("", small, Extractive(), options)
    assert [row.key for row in table.rows] == keys
    table = compare_papers("baking bread", small, Extractive(), options)
    assert {row.key for row in table.rows} == set(keys)


def test_filters_alone_choose_every_paper_that_passes(small):
    years = Filters(year_from=2021, year_to=2021)
    table = compare_papers("", small, Extractive(), TableOptions((REWARD,), filters=years))
    assert len(table.rows) == 1
    assert {paper.year for paper in table.papers} == {2021}
    few = TableOptions((REWARD,), papers=2)
    table = compare_papers("", small, Extractive(), few)
    assert len(table.rows) == 2
    assert table.coverage.left_out == ("4 papers beyond the first 2 (-k)",)


def test_when_nothing_is_near_the_topic_no_writer_is_asked(small):
    by, model = writer()
    table = compare_papers("zzz qqq xyzzy", small, by, BOTH)
    assert table.rows == ()
    assert model.asked == []


def test_papers_are_sorted_and_what_has_no_value_comes_last(small):
    size = Column(name="size", kind="number")
    by, _ = writer({TableReply: size_says})

    def keys(sort, *, is_reversed=False):
        options = by_keys(small, size, sort=sort, is_reversed=is_reversed)
        table = compare_papers("", small, by, options)
        return [row.key.split("-")[1] for row in table.rows]

    assert keys("size") == ["fox", "elk", "ant", "dog", "cat", "bee"]
    assert keys("Size", is_reversed=True) == ["bee", "cat", "dog", "ant", "elk", "fox"]
    assert keys("title") == ["ant", "bee", "cat", "dog", "elk", "fox"]
    newest = keys("year")
    assert newest[:2] == ["elk", "cat"]
    assert newest[-1] == keys("year", is_reversed=True)[-1] == "dog"
    with pytest.raises(UsageError, match="cannot be sorted by 'sizes'") as error:
        keys("sizes")
    assert error.value.hint == f"Sort by: {', '.join(ORDERS)}, size."


def test_a_cell_without_a_value_comes_last_either_way():
    papers = [Paper(id=i, parts=(Part(name="title", text=i),)) for i in "abc"]
    filled = Cell(column="gain", state="filled", values=(Value(text="3%", normal="3%"),))
    none = Cell(column="gain")
    rows = [
        Row(paper_id=i, key=i, cells=(cell,))
        for i, cell in zip("abc", (none, filled, none), strict=True)
    ]
    for is_reversed in (False, True):
        ordered = in_order(rows, papers, "gain", is_reversed=is_reversed)
        assert [row.paper_id for row in ordered] == ["b", "a", "c"]


# A .bib file


def test_a_bib_file_names_papers_by_doi_title_and_key_and_keeps_its_own_keys(small, tmp_path):
    key = small.papers()[2].key
    file = tmp_path / "refs.bib"
    file.write_text(
        "@misc{my-fox, title={Another Title}, doi={https://doi.org/10.1000/FOX}}\n"
        f"@misc{{my-elk, title={{{{S}}tudy elk}}}}\n@misc{{{key}, title={{}}}}\n"
        "@misc{gone, title={Nobody Has This}}\n@misc{bad, title={x\n",
        encoding="utf-8",
    )
    named, notes = match_bibtex(str(file), small)
    papers = {paper.title: paper.id for paper in small.papers()}
    assert named == {
        papers["Study Fox"]: "my-fox", papers["Study Elk"]: "my-elk", papers["Study Ant"]: key,
    }  # fmt: skip
    assert notes == [
        "Not in the library: gone (Nobody Has This)",
        f"Skipped {file}, line 5: this entry is damaged: the field 'title' is not closed",
    ]
    options = TableOptions(
        (REWARD,), filters=Filters(keys=(small.papers()[0].key,)), cited_as=named
    )
    (row,) = compare_papers("", small, Extractive(), options).rows
    assert row.cited_as == "my-fox"


def test_a_bib_file_that_is_not_there_or_holds_nothing_is_told(small, tmp_path):
    with pytest.raises(SourceError, match="cannot be opened: no such file"):
        match_bibtex(str(tmp_path / "none.bib"), small)
    (tmp_path / "empty.bib").write_text("nothing")
    with pytest.raises(SourceError, match="holds no BibTeX entries"):
        match_bibtex(str(tmp_path / "empty.bib"), small)


# Columns


def test_without_columns_the_default_ones_are_used(small):
    table = compare_papers("", small, Extractive(), TableOptions(papers=1))
    assert table.columns == DEFAULT


def test_suggested_columns_join_those_that_were_named(small):
    ideas = {"columns": [{"name": "Reward", "tags": ["E1"]}, {"name": "size", "tags": ["E1"]}]}
    by, model = writer({ColumnsReply: lambda asked: ideas})
    table = compare_papers("", small, by, by_keys(small, suggest=2))
    assert [column.name for column in table.columns] == ["reward", "size"]
    assert len(model.calls(ColumnsReply)) == 1
    suggested = compare_papers("", small, Extractive(), TableOptions(suggest=3, papers=2))
    assert len(suggested.columns) == 3


def test_two_columns_of_one_name_are_refused(small):
    with pytest.raises(UsageError, match="twice"):
        compare_papers("", small, Extractive(), by_keys(small, REWARD, Column(name="Reward")))


# Proof, strictness, failure


def bad_numbers(asked):
    made = fills(asked)["cells"]
    for cell in made[::2]:
        cell["value"] = "a gain of 99.9%"
    for cell in made[1::4]:
        cell["sentences"] = []
    return {"cells": made}


def test_strict_leaves_out_values_without_proof_and_says_so(small):
    by, _ = writer({TableReply: bad_numbers})
    table = compare_papers("", small, by, by_keys(small, REWARD, DATA))
    counts = tally(table)
    assert counts.no_proof == 8
    assert (counts.not_stated, counts.not_answered) == (0, 1)
    assert "a gain of 99.9% (no proof)" in {cell_text(c) for r in table.rows for c in r.cells}
    said = next(said for said in table.coverage.left_out if "not answered by the model" in said)
    assert said.startswith("1 cell not answered by the model: ")
    strict = compare_papers("", small, by, by_keys(small, REWARD, DATA, is_strict=True))
    assert "8 cells without proof (strict)" in strict.coverage.left_out
    texts = {cell_text(cell) for row in strict.rows for cell in row.cells}
    assert "no proof" in texts
    assert not any("99.9" in text for text in texts)


def test_a_call_that_fails_leaves_cells_that_an_update_fills(small):
    fail = {"is_on": True}

    def fails_first(asked):
        if "E1" in asked.tags and fail["is_on"]:
            raise LimitError("no more calls are allowed")
        return fills(asked)

    by, model = writer({TableReply: fails_first})
    table = compare_papers("", small, by, by_keys(small))
    assert tally(table).failed == 4
    assert table.rows[0].cells[0].dropped == ("no more calls are allowed",)
    fail["is_on"] = False
    kept = read_table(table_json(table), "t.json")
    again = compare_papers("", small, by, by_keys(small, earlier=kept))
    assert tally(again).failed == 0
    assert len(model.calls(TableReply)[-1].tags) == 4
    assert len(model.calls(TableReply)) == 3


def test_when_every_call_fails_there_is_no_table(small):
    def fails(asked):
        raise ModelError("the key is wrong")

    by, _ = writer({TableReply: fails})
    with pytest.raises(ModelError, match="the key is wrong"):
        compare_papers("", small, by, by_keys(small))


# Updating


def table_calls(model, since):
    """The calls that fill cells, from this place on."""
    return [call for call in model.asked[since:] if call.into is TableReply]


def updated(shelf, table, by, *columns, redo=Redo(), **changes):  # noqa: B008
    kept = read_table(table_json(table), "t.json")
    options = TableOptions(
        columns=columns, filters=kept.filters, earlier=kept, redo=redo, **changes
    )
    return compare_papers(kept.topic, shelf, by, options)


def test_an_update_asks_only_for_what_is_missing(small, tmp_path):
    by, model = writer()
    first = compare_papers("", small, by, TableOptions((REWARD,)))
    asked = len(model.asked)
    same = updated(small, first, by)
    assert len(model.asked) == asked
    assert [row.cells for row in same.rows] == [row.cells for row in first.rows]
    wider = updated(small, first, by, DATA)
    assert [column.name for column in wider.columns] == ["reward", "data"]
    assert all(call.columns == ["data"] for call in table_calls(model, asked))
    asked = len(model.asked)
    new = {"title": "Study Owl", "abstract": "Study Owl trains owls. It rewards owls."}
    small.add([write_listing(tmp_path / "more.jsonl", new)])
    more = updated(small, wider, by)
    assert len(more.rows) == 7
    (call,) = table_calls(model, asked)
    assert [text.title for text in call.texts] == ["Study Owl"]
    assert call.columns == ["reward", "data"]


def test_redoing_a_column_or_a_paper_does_that_part_alone(small):
    by, model = writer()
    first = compare_papers("", small, by, by_keys(small, REWARD, DATA))
    asked = len(model.asked)
    updated(small, first, by, redo=Redo(columns=("Data",)))
    calls = table_calls(model, asked)
    assert all(call.columns == ["data"] for call in calls)
    assert sum(len(call.tags) for call in calls) == 6
    asked = len(model.asked)
    updated(small, first, by, redo=Redo(papers=(first.rows[1].key,)))
    (call,) = table_calls(model, asked)
    assert (len(call.tags), call.columns) == (1, ["reward", "data"])
    with pytest.raises(UsageError, match="unknown column 'dta'"):
        updated(small, first, by, redo=Redo(columns=("dta",)))
    with pytest.raises(UsageError, match="no paper 'nobody'"):
        updated(small, first, by, redo=Redo(papers=("nobody",)))
    with pytest.raises(UsageError, match="no earlier table"):
        compare_papers("", small, by, by_keys(small, redo=Redo(columns=("data",))))


def test_a_column_with_another_question_is_made_anew(small):
    by, model = writer()
    first = compare_papers("", small, by, by_keys(small, REWARD, DATA))
    asked = len(model.asked)
    other = Column(name="data", question="Which corpus?")
    table = updated(small, first, by, other)
    assert table.columns == (REWARD, other)
    assert all(call.columns == ["data"] for call in table_calls(model, asked))


def test_a_table_that_was_tampered_with_is_checked_again(small):
    by, _ = writer({TableReply: size_says})
    first = compare_papers("", small, by, by_keys(small, Column(name="size")))
    document = json.loads(table_json(first))
    value = document["rows"][0]["cells"][0]["values"][0]
    assert value["text"] == "1B"
    value["text"] = "70B"
    other = document["rows"][1]["cells"][0]["values"][0]
    other["quote"] = other["citation"]["quote"] = "Study Elk trains a 2B model, we think."
    kept = read_table(json.dumps(document), "t.json")
    again = compare_papers("", small, by, by_keys(small, earlier=kept))
    states = {row.key: row.cells[0] for row in again.rows}
    assert cell_text(states[first.rows[0].key]) == "70B (no proof)"
    assert states[first.rows[1].key].state == "no proof"
    assert states[first.rows[2].key].state == "filled"


def test_a_cell_with_latex_in_its_quote_stays_proven_through_an_update(tmp_path):
    listed = {"title": "Drones", "abstract": "We \\textbf{reward} 80\\% of\nthe drones here."}
    with Library(tmp_path / "tex", Settings(embedding="none")) as shelf:
        shelf.add([write_listing(tmp_path / "l.jsonl", listed)])
        first = compare_papers("", shelf, Extractive(), TableOptions((REWARD,)))
        again = updated(shelf, first, Extractive())
    for table in (first, again):
        (value,) = table.rows[0].cells[0].values
        assert (value.text, value.support) == ("We reward 80% of the drones here.", "supported")


def test_without_a_model_no_cell_is_without_proof(sample_library):
    columns = (*DEFAULT, Column(name="gain", kind="number"), Column(name="reward"))
    table = compare_papers("", sample_library, Extractive(), TableOptions(columns))
    counts = tally(table)
    assert len(table.rows) == 62
    assert (counts.no_proof, counts.in_own_words, counts.failed) == (0, 0, 0)
    assert counts.filled > 60


def test_a_paper_that_has_left_the_library_leaves_the_table(small):
    by, _ = writer()
    first = compare_papers("", small, by, by_keys(small))
    small.remove(first.rows[0].key)
    again = updated(small, first, by)
    assert len(again.rows) == 5
    assert "1 paper no longer in the library" in again.coverage.left_out


@pytest.mark.parametrize(
    "text",
    [
        "", "{}", "[]", "nonsense", "null", "[" * 5000, '{"schema": 1}',
        '{"schema": "review/answer/1"}', '{"schema": "review/table/1"}',
        '{"schema": "review/table/1", "rows": [1]}',
    ],
)  # fmt: skip
def test_a_file_that_holds_no_table_is_told(text):
    with pytest.raises(UsageError, match=r"t\.json is not a table made by review"):
        read_table(text, "t.json")


def test_kept_cells_name_both_writers(small):
    by, _ = writer()
    first = compare_papers("", small, Extractive(), by_keys(small))
    assert updated(small, first, by, DATA).writer == "extractive, scripted"


# Long papers, the run, the plan


def test_of_a_long_paper_the_chunks_that_bear_on_the_columns_are_shown(tmp_path):
    filler = "Bread rises slowly when the room is cold and nobody looks at it. " * 12
    body = "\n\n".join([filler] * 12 + [f"{filler}\nThe reward is exact match."] + [filler] * 12)
    record = {"title": "Long", "abstract": f"We train agents.\n\n{body}"}
    with Library(tmp_path / "long", Settings(embedding="none")) as shelf:
        shelf.add([write_listing(tmp_path / "l.jsonl", record)])
        (paper,) = shelf.papers()
        assert len(paper.abstract) > 6000
        by, model = writer()
        compare_papers("", shelf, by, TableOptions((REWARD,)))
    (call,) = model.calls(TableReply)
    bodies = [text.body for text in call.texts]
    assert bodies[0].startswith("E1.1 We train agents.")
    assert any("The reward is exact match." in text for text in bodies)
    assert len(bodies) <= 4


def test_the_run_is_kept_without_the_papers_texts(small):
    table = compare_papers("study rewards", small, Extractive(), by_keys(small))
    (run,) = small.ledger.runs()
    assert (run.id, run.command, run.question) == (table.run_id, "table", "study rewards")
    assert "papers" not in run.result
    assert run.result["coverage"]["cited"] == table.coverage.cited
    assert run.result["rows"][0]["cells"][0]["values"][0]["citation"]["quote"]


def test_the_plan_names_calls_and_contacts_nobody(small):
    options = by_keys(small, REWARD, DATA)
    assert estimate_calls("", small, "", options) == "No model is set: 0 calls for 6 papers."
    said = estimate_calls("", small, "openai/x", options)
    assert said.startswith("4 calls to openai/x, for 2 columns of 6 papers. About ")
    by, model = writer()
    table = compare_papers("", small, by, options)
    assert len(model.asked) == 4  # each batch is filled and judged
    kept = read_table(table_json(table), "t.json")
    later = by_keys(small, Column(name="size"), earlier=kept)
    assert estimate_calls("", small, "m", later).startswith("4 calls to m, for 3 columns of 6")
    assert "1 of them to suggest" in estimate_calls("", small, "m", by_keys(small, suggest=2))
    none = Filters(tags=("none",))
    empty = estimate_calls("", small, "m", TableOptions((REWARD,), filters=none))
    assert empty == "No paper in the library fits: 0 calls."


# The gold tables


@pytest.fixture(scope="module")
def gold(tmp_path_factory):
    file, seeds = SHARED / "eval" / "questions.json", SHARED / "seeds"
    if not file.is_file() or not seeds.is_dir():
        pytest.skip("the gold tables and the real listings are not beside this checkout")
    tables = json.loads(file.read_text(encoding="utf-8"))["tables"]
    folder = tmp_path_factory.mktemp("gold") / "library"
    with Library(folder, Settings(embedding="none")) as shelf:
        shelf.add([str(seeds)])
        yield tables, shelf


def gold_replies(table):
    cells = {normalise_title(title): row for title, row in table["gold"].items()}

    def numbers(text, support):
        """The numbers of the sentences that hold the support."""
        said = clean(support or "")
        found = [
            n
            for n, sentence in zip(text.numbers, text.sentences, strict=True)
            if said and (said in sentence or sentence in said)
        ]
        if found or not said:
            return found
        first = next((n for n in range(len(text.sentences)) if said in joined(text, n)), None)
        return [] if first is None else text.numbers[first : first + 2]

    def joined(text, n):
        return " ".join(text.sentences[n : n + 2])

    def replies(asked):
        return {
            "cells": [
                {
                    "tag": text.tag,
                    "column": number,
                    "value": cells[normalise_title(text.title)][name]["value"],
                    "sentences": numbers(text, cells[normalise_title(text.title)][name]["support"]),
                }
                for text in asked.texts
                for number, name in enumerate(asked.columns, start=1)
            ]
        }

    return replies


@pytest.mark.seeds
def test_the_gold_tables_supported_cells_are_accepted_and_the_others_are_not_stated(gold):
    tables, shelf = gold
    titles = {normalise_title(paper.title): paper for paper in shelf.papers()}
    accepted = unstated = 0
    for table in tables:
        papers = [titles[normalise_title(title)] for title in table["ids"]]
        by, _ = writer({TableReply: gold_replies(table)})
        columns = tuple(Column(name=name) for name in table["columns"])
        keys = Filters(keys=tuple(paper.key for paper in papers))
        made = compare_papers("", shelf, by, TableOptions(columns, filters=keys))
        for row, title in zip(made.rows, table["ids"], strict=True):
            for cell in row.cells:
                wanted = table["gold"][title][cell.column]
                said = (title, cell.column, cell)
                if wanted["support"] is None:
                    assert cell.state == "not stated", said
                    unstated += 1
                else:
                    assert cell.state == "filled", said
                    assert [value.text for value in cell.values] == [wanted["value"]]
                    accepted += 1
    supports = [c["support"] for t in tables for row in t["gold"].values() for c in row.values()]
    assert (accepted, unstated) == (len(supports) - supports.count(None), supports.count(None))
    assert accepted > 40


def test_the_sample_papers_are_where_the_tests_expect_them():
    assert SAMPLES.is_dir()
