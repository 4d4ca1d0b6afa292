"""How a quoted place is said."""

from __future__ import annotations

import pytest

from reviewer.render.describe import table_words
from reviewer.types import Citation


def _citation(quote):
    return Citation(paper_id="id", chunk_id="c", part="body", page=7, start=0, end=9, quote=quote)


ROW = "Table 3, Ours: Return 81.2; Memory 3.1."


@pytest.mark.parametrize(
    ("quotes", "words"),
    [
        ([ROW], ", Table 3"),
        ([ROW, "Table 3, Theirs: Return 80.1."], ", Table 3"),
        (["Table IV, Ours: Return 81.2."], ", Table IV"),
        ([ROW, "Table 4, Ours: Return 81.2."], ""),
        ([ROW, "Our method returns more."], ""),
        (["Table 3, which we made, says so."], ""),
        ([], ""),
    ],
)
def test_rows_of_one_table_are_cited_by_its_name(quotes, words):
    assert table_words([_citation(quote) for quote in quotes]) == words
