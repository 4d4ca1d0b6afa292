"""Papers that LaTeX set: whole sentences in order, true metadata, cells of tables in place."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from reviewer.library.index.chunking import chunk_paper
from reviewer.sources import ReadOptions, read_file
from tests.support.latex_papers import paper
from tests.support.pdf_scores import letters, score

FOLDER = Path(__file__).parents[2] / "fixtures" / "pdfs"
NAMES = sorted(file.stem for file in FOLDER.glob("*.pdf"))


@cache
def read(name):
    found = read_file(str(FOLDER / f"{name}.pdf"), ReadOptions())
    assert found.skipped == ()
    return found.papers[0]


@cache
def truth(name):
    layout, seed = name.rsplit("_", 1)
    return paper(layout, int(seed))[1]


def test_there_are_layouts_of_one_and_of_two_columns():
    assert {"article_2", "article-two_2", "elsarticle-5p_0"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_sentences_are_whole_and_in_order_and_no_reference_is_among_them(name):
    found = score(read(name), truth(name))
    assert found.sentences > 90
    assert found.torn == []
    assert found.out_of_order == 0
    assert [s for s in found.spliced if "∂" not in s] == []  # a sentence below a fraction
    assert found.references_in_body == []
    assert found.references_lost == 0


@pytest.mark.parametrize("name", NAMES)
def test_title_authors_and_year_are_those_that_were_set(name):
    found = score(read(name), truth(name))
    assert (found.wrong, found.empty) == ([], [])


@pytest.mark.parametrize("name", NAMES)
def test_cells_of_tables_come_back_with_their_row_and_column(name):
    found = score(read(name), truth(name))
    assert found.cells > 8
    assert len(found.cells_lost) <= 0.1 * found.cells, found.cells_lost


@pytest.mark.parametrize("name", NAMES)
def test_captions_and_footnotes_are_whole(name):
    found = score(read(name), truth(name))
    assert found.apart_torn == []


def test_a_row_of_a_table_is_in_a_chunk_with_its_page():
    own = read("mdpi_2")
    table = truth("mdpi_2").tables[0]
    row, head, value = table.cells[0]
    chunks = [c for c in chunk_paper(own) if f"Table {table.number}, {row}: " in c.text]
    assert chunks
    assert chunks[0].page
    assert letters(f"{head} {value}") in letters(chunks[0].text)


def test_line_numbers_are_in_no_sentence():
    said = truth("article_2").abstract
    abstract = read("article_2").text_of("abstract")
    assert letters(" ".join(said)) == letters(abstract)
