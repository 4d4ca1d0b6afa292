"""JSON Lines: what is understood, what is kept beside it, and what is refused with a reason."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.sources import ReadOptions
from reviewer.sources.formats import jsonl
from reviewer.types import Paper
from reviewer.types.papers import Skipped

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
FIELDS = ["title", "abstract", "authors", "year", "date", "keywords", "venue", "doi", "pmid", "x"]


def read(text):
    return list(jsonl.read(text, "papers.jsonl", ReadOptions()))


def read_one(**fields):
    (found,) = read(json.dumps({"title": "T", **fields}))
    return found


def test_all_known_fields_are_read():
    paper = read_one(
        abstract="An abstract.", authors=["A B", "C D"], year=2025, date="2025-03-12",
        venue=" COLM ", doi="10.1/a", arxiv_id="2503.09516", pmid="7", url="https://a.org",
        keywords=["search", "RL"],
    )  # fmt: skip
    assert (paper.title, paper.abstract, paper.venue) == ("T", "An abstract.", "COLM")
    assert (paper.authors, paper.keywords) == (("A B", "C D"), ("search", "RL"))
    assert (paper.year, paper.date) == (2025, "2025-03-12")
    assert (paper.doi, paper.arxiv_id, paper.pmid) == ("10.1/a", "2503.09516", "7")
    assert (paper.url, paper.extra) == ("https://a.org", {})


@pytest.mark.parametrize(
    ("fields", "date", "year"),
    [
        ({"date": "2025-09-29T10:00:00Z"}, "2025-09-29", 2025),
        ({"date": "2025-09"}, "2025-09", 2025),
        ({"date": "2025"}, "2025", 2025),
        ({"year": "2024"}, "2024", 2024),
        ({"year": 2024, "date": "2024-05-01"}, "2024-05-01", 2024),
        ({"year": None, "date": None}, "", None),
    ],
)
def test_dates_and_years_are_read_from_either_field(fields, date, year):
    paper = read_one(**fields)
    assert (paper.date, paper.year, paper.extra) == (date, year, {})


@pytest.mark.parametrize(
    ("given", "authors"),
    [
        (["A", " B "], ("A", "B")),
        ("Doe, Jane; ; Roe, Rick;", ("Doe, Jane", "Roe, Rick")),
        ([{"name": "A", "id": 1}, {"name": "B"}], ("A", "B")),
        ([], ()),
        (None, ()),
        ("", ()),
    ],
)
def test_authors_come_in_several_shapes(given, authors):
    paper = read_one(authors=given)
    assert (paper.authors, paper.extra) == (authors, {})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("abstract", 7),
        ("abstract", ["a", "b"]),
        ("doi", ["10.1/a"]),
        ("pmid", 12345),
        ("venue", {"name": "ACL"}),
        ("year", 2024.5),
        ("year", True),
        ("year", 99999),
        ("year", "soon"),
        ("date", "spring 2025"),
        ("date", "2025-13-45"),
        ("date", "2025-02-30"),
        ("date", "202512"),
        ("date", 20250101),
        ("authors", {"first": "A"}),
        ("authors", ["A", 5]),
        ("keywords", 3),
        ("citations", {"count": 4}),
        ("extra", "x"),
    ],
)
def test_what_is_unknown_or_of_another_type_is_kept_in_extra(name, value):
    paper = read_one(**{name: value})
    assert paper.extra == {name: value}
    assert (paper.abstract, paper.date, paper.year, paper.doi, paper.pmid) == ("", "", None, "", "")


def test_a_field_that_contradicts_the_one_used_is_kept_beside_it():
    paper = read_one(date="2024-12-31", year=2025)
    assert (paper.date, paper.year, paper.extra) == ("2024-12-31", 2024, {"year": 2025})
    paper = read_one(date="spring", year=2025)
    assert (paper.date, paper.year, paper.extra) == ("2025", 2025, {"date": "spring"})


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[1, 2]", "the line holds a list, not an object"),
        ('"text"', "the line holds a text, not an object"),
        ("12", "the line holds a number, not an object"),
        ("true", "the line holds true or false, not an object"),
        ("null", "the line holds null, not an object"),
        ("{", "the line is not JSON"),
        ('{"title": "T"', "the line is not JSON"),
        ('{"title": "T"} {}', "the line is not JSON"),
        ("plain words", "the line is not JSON"),
        ('{"title": "T", "n": ' + "9" * 5000 + "}", "the line is not JSON"),
        ("{}", "the object has no title"),
        ('{"title": " "}', "the object has no title"),
        ('{"title": 5}', "the object has no title"),
        ("[" * 100_000, "nested too deeply"),
        ('{"title": "T", "a": ' + "[" * 500 + "]" * 500 + "}", "nested too deeply"),
        ('{"title": "T", "a": ' + '{"b":' * 500 + "1" + "}" * 501, "nested too deeply"),
    ],
)
def test_a_line_that_is_no_paper_is_skipped_with_its_reason_and_the_rest_is_read(line, reason):
    first, bad, last = read(f'{{"title": "One"}}\n{line}\n{{"title": "Two"}}\n')
    assert (first.title, last.title) == ("One", "Two")
    assert isinstance(bad, Skipped)
    assert reason in bad.reason
    assert bad.position == 2


def test_blank_lines_and_windows_line_ends_are_nothing():
    found = read('\r\n{"title": "One"}\r\n\r\n  \n{"title": "Two"}')
    assert [(p.title, p.origins[0].position) for p in found] == [("One", 2), ("Two", 5)]
    assert found[0].origins[0].sha256 == read('{"title": "One"}')[0].origins[0].sha256


def test_texts_are_kept_as_they_were_read():
    title, abstract = " A\u00a0 title\n", "  \u200bBy 5\\% \u2028 cafe\u0301 😀 "
    paper = read_one(title=title, abstract=abstract)
    assert (paper.title, paper.abstract) == (title, abstract)


def test_a_blank_abstract_is_none():
    assert [part.name for part in read_one(abstract=" \n").parts] == ["title"]


def test_lone_surrogates_become_a_mark_that_can_be_stored():
    found = read(
        r'{"title": "T\ud800", "abstract": "\udfffx", "k\ud800": ["\ud800", {"\udc00": 1}]}'
    )
    kept = found[0].model_dump_json()
    assert kept.encode("utf-8")
    assert (found[0].title, found[0].abstract) == ("T\ufffd", "\ufffdx")
    assert found[0].extra == {"k\ufffd": ["\ufffd", {"\ufffd": 1}]}


def test_a_pair_of_surrogates_is_its_character():
    assert read(r'{"title": "\ud83d\ude00"}')[0].title == "😀"


@pytest.mark.parametrize("text", ['{"title": "T"}', '\n\n  {"title": "T"}', "{broken"])
def test_lines_that_begin_with_a_brace_are_json_lines(text):
    assert jsonl.matches(text)


@pytest.mark.parametrize("text", ["", "plain {text}", "[1]", "\n" * 50])
def test_other_texts_are_not(text):
    assert not jsonl.matches(text)


@given(st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_any_object_is_a_paper_or_is_skipped_and_no_value_is_lost(fields):
    (found,) = read(json.dumps(fields))
    if isinstance(found, Skipped):
        assert not (isinstance(fields.get("title"), str) and fields["title"].strip())
        return
    assert isinstance(found, Paper)
    for name in ("doi", "venue", "pmid", "abstract"):
        value = fields.get(name)
        if isinstance(value, str):
            shown = found.abstract if name == "abstract" else getattr(found, name)
            assert shown.strip() == value.strip()
        elif value is not None:
            assert found.extra[name] == value
    if fields.get("x") not in (None, ""):
        assert found.extra["x"] == fields["x"]


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(text):
    assert all(isinstance(entry, Paper | Skipped) for entry in read(text))
