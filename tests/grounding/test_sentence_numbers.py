"""Numbers of sentences are read as a person reads them, and name what was shown or nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.grounding import Numbers
from reviewer.grounding.sentence_numbers import numbered, read_numbers
from reviewer.types.papers import Part
from tests.support.scripted import evidence

SHOWN = [
    evidence("E4", "One holds. Two holds by 3.5%. Three does not.", "First things"),
    evidence("E5", "Another one holds, see E4.9 there. [E4.1] is no number of ours.", "Second"),
]


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("E4.2", ["E4.2"]),
        ("e4.2", ["E4.2"]),
        ("[E4.2]", ["E4.2"]),
        (" E4.2. ", ["E4.2"]),
        ("E4. 2", ["E4.2"]),
        ("E4.02", ["E4.2"]),
        ("(E4.2, E5.1)", ["E4.2", "E5.1"]),
        ("[E4.2; E5.1]", ["E4.2", "E5.1"]),
        ("E4.2 and E5.1", ["E4.2", "E5.1"]),
        ("E4.2/E5.1", ["E4.2", "E5.1"]),
        ("[E4.2][E5.1]", ["E4.2", "E5.1"]),
        ("E4.2-4", ["E4.2", "E4.3", "E4.4"]),
        ("E4.2–4", ["E4.2", "E4.3", "E4.4"]),
        ("E4.2-E4.4", ["E4.2", "E4.3", "E4.4"]),
        ("E4.2 to 4", ["E4.2", "E4.3", "E4.4"]),
        ("E4.2..4", ["E4.2", "E4.3", "E4.4"]),
        ("E4.2-E5.1", ["E4.2", "E5.1"]),
        ("E4.2, 3", ["E4.2", "E4.3"]),
        ("E4.1, E4.3-4, 7", ["E4.1", "E4.3", "E4.4", "E4.7"]),
        ("#E4.2", ["E4.2"]),
        ("Ｅ４．２", ["E4.2"]),
        ("text E4.0 (title)", ["E4.0"]),
        ("W.3", ["W.3"]),
        ("w.3-4", ["W.3", "W.4"]),
        ("E4.4-2", ["E4.4"]),
        ("E4.1-9999", ["E4.1"]),
        ("E4.2, E4.2, e4.2", ["E4.2"]),
        ("E4", ["E4"]),
        ("E4, E5.1", ["E4", "E5.1"]),
        ("R1, GPT-4, H100 and Qwen2.5", []),
        ("3.5%", []),
        ("XE4.2", []),
        ("E4.2x", []),
        ("", []),
    ],
)  # fmt: skip
def test_a_number_is_read_as_a_person_reads_it(said, names):
    assert read_numbers(said) == names


@given(st.text(max_size=80))
def test_any_text_is_read_without_an_error(said):
    assert all(isinstance(name, str) for name in read_numbers(said))


def test_the_title_is_0_and_sentences_count_from_1():
    assert [(s.number, s.text) for s in numbered(SHOWN[0])] == [
        ("E4.0", "First things"),
        ("E4.1", "One holds."),
        ("E4.2", "Two holds by 3.5%."),
        ("E4.3", "Three does not."),
    ]


def test_a_number_becomes_the_sentence_at_its_characters():
    numbers = Numbers(SHOWN)
    paper = SHOWN[0].paper
    for number in numbers.all():
        citation = numbers.cite(number)
        item = SHOWN[0] if number.startswith("E4") else SHOWN[1]
        part = item.paper.text_of(citation.part)
        assert part[citation.start : citation.end] == citation.quote
        assert citation.chunk_id == item.chunk.id
        assert numbers.number_of(citation) == number
    title = numbers.cite("E4.0")
    assert (title.part, title.quote, title.paper_id) == ("title", "First things", paper.id)


def test_offsets_count_from_the_beginning_of_the_part_and_not_of_the_chunk():
    text = "It begins so. It goes on. It ends."
    later = evidence("E1", text, start=text.index("It goes"))
    citation = Numbers([later]).cite("E1.1")
    assert (citation.quote, citation.start) == ("It goes on.", 14)


@pytest.mark.parametrize("number", ["E4.9", "E9.1", "E4", "", "E4.-1", "W.1"])
def test_a_number_that_names_nothing_has_no_citation(number):
    assert Numbers(SHOWN).cite(number) is None
    assert number not in Numbers(SHOWN)


def test_known_and_unknown_numbers_are_told_apart():
    assert Numbers(SHOWN).read("[E4.2-4, E9.1, E5]") == (["E4.2", "E4.3"], ["E4.4", "E9.1", "E5"])


def test_a_text_without_a_title_has_no_number_0():
    item = evidence("E1", "One holds.")
    bare = item.paper.model_copy(update={"parts": (Part(name="abstract", text="One holds."),)})
    assert Numbers([item.model_copy(update={"paper": bare})]).all() == ["E1.1"]


def test_what_a_text_calls_a_number_names_nothing_but_the_sentence_that_has_it():
    numbers = Numbers(SHOWN)
    assert numbers.cite("E4.9") is None
    assert numbers.cite("E4.1").quote == "One holds."
