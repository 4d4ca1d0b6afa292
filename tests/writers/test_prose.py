"""Prose with anchors: paragraphs, sentences, where numbers stand, and every slip of a model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.grounding import Numbers
from reviewer.writers.prompted.prose import Streamed, read_prose, sentence_of
from tests.support.scripted import evidence

NUMBERS = Numbers(
    [
        evidence("E1", "One holds. Two holds. Three holds."),
        evidence("E2", "Alpha wins. Beta loses."),
    ]
)


def read(text, end="\nEND"):
    return read_prose(text + end, NUMBERS)


def marked(claim):
    """The sentence with its anchors where they stand."""
    text = claim.text
    for anchor in reversed(claim.anchors):
        text = f"{text[: anchor.at]}[{' '.join(anchor.numbers)}]{text[anchor.at :]}"
    return text


def said(text, end="\nEND"):
    return [marked(claim) for claim in read(text, end).draft.claims]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("RL helps [E1.2].", ["RL helps[E1.2]."]),
        ("RL helps. [E1.2]", ["RL helps[E1.2]."]),
        ("RL helps.[E1.2]", ["RL helps[E1.2]."]),
        ("RL helps [E1.2]. SFT does not [E2.1].", ["RL helps[E1.2].", "SFT does not[E2.1]."]),
        ("RL helps. [E1.2] SFT does not. [E2.1]", ["RL helps[E1.2].", "SFT does not[E2.1]."]),
        ("RL helps [E1.2], but SFT [E2.1] not.", ["RL helps[E1.2], but SFT[E2.1] not."]),
        ("RL helps [E1.2][E2.1].", ["RL helps[E1.2 E2.1]."]),
        ("RL helps [E1.2] [E2.1, E1.2].", ["RL helps[E1.2 E2.1]."]),
        ("RL helps ([E1.2], [E2.1]).", ["RL helps[E1.2 E2.1]."]),
        ("RL helps (E1.2; E2.1).", ["RL helps[E1.2 E2.1]."]),
        ("RL helps (see E1.2).", ["RL helps[E1.2]."]),
        ("RL helps [E1.1-3].", ["RL helps[E1.1 E1.2 E1.3]."]),
        ("RL helps #E1.2.", ["RL helps[E1.2]."]),
        ("RL helps E1.2.", ["RL helps[E1.2]."]),
        ("RL helps 【E1.2】.", ["RL helps[E1.2]."]),
        (
            "RL helps by 3.5% (p < 0.1) on [0, 1] [E1.2].",
            ["RL helps by 3.5% (p < 0.1) on [0, 1][E1.2]."],
        ),
        ("[E1.2] RL helps.", ["[E1.2]RL helps."]),
        ("RL **helps** [E1.2].", ["RL helps[E1.2]."]),
        ("- RL helps [E1.2].\n- SFT fails [E2.1].", ["RL helps[E1.2].", "SFT fails[E2.1]."]),
        ("1. RL helps [E1.2].", ["RL helps[E1.2]."]),
        ("## Answer\n\nRL helps [E1.2].", ["RL helps[E1.2]."]),
        ("Sure, here is the answer:\n\nRL helps [E1.2].", ["RL helps[E1.2]."]),
        ("强化学习有效[E1.2]。它不稳定[E2.1]。", ["强化学习有效[E1.2]。", "它不稳定[E2.1]。"]),
        (r"The policy $\pi_\theta$ helps [E1.2].", [r"The policy $\pi_\theta$ helps[E1.2]."]),
        ("It says \"RL helps\" [E1.2].", ['It says "RL helps"[E1.2].']),
        ("RL helps (in all of 4 runs, E1.2 says).", ["RL helps (in all of 4 runs,[E1.2] says)."]),
    ],
)  # fmt: skip
def test_anchors_stand_at_their_clause_however_they_are_written(text, sentences):
    assert said(text) == sentences


def test_paragraphs_are_parted_by_blank_lines():
    claims = read("One [E1.1]. Two.\n\nThree\ngoes on [E1.3].\n \nFour.").draft.claims
    assert [(c.text, c.paragraph) for c in claims] == [
        ("One.", 1), ("Two.", 1), ("Three goes on.", 2), ("Four.", 3),
    ]  # fmt: skip


def test_a_sentence_without_anchors_is_a_synthesis_or_a_gap():
    text = (
        "It depends. RL helps [E1.1]. None of these papers reports its cost. "
        "Whether it lasts remains open. It was not tested at scale."
    )
    assert [c.kind for c in read(text).draft.claims] == ["synthesis", "fact", "gap", "gap", "gap"]


@pytest.mark.parametrize(
    "end", ["\nEND", "\n\nEND\n", " END", "\n**END**", "\nEND.", "\nEND\nBye!"]
)
def test_the_end_may_be_written_in_some_ways(end):
    prose = read("RL helps [E1.2].", end)
    assert prose.is_whole
    assert [c.text for c in prose.draft.claims] == ["RL helps."]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("RL helps [E1.2]. It also", ["RL helps[E1.2]."]),
        ("RL helps [E1.2]. It lasts [E1.", ["RL helps[E1.2]."]),
        ("RL helps [E1.2].", ["RL helps[E1.2]."]),
    ],
)
def test_without_an_end_a_reply_is_cut_and_its_last_half_sentence_is_left_out(text, sentences):
    prose = read_prose(text, NUMBERS)
    assert not prose.is_whole
    assert [marked(c) for c in prose.draft.claims] == sentences
    assert "does not end with the line END" in prose.problems[0]


@pytest.mark.parametrize("text", ["NO ANSWER", "**NO ANSWER**", "NO ANSWER.", "NO_ANSWER"])
def test_only_the_words_of_a_refusal_are_one(text):
    assert read(text).draft.is_refusal
    assert read(text).problems == ()


@pytest.mark.parametrize(
    "text", ["", "There is no answer.", "RL helps.", "NO ANSWER\n\nRL [E1.1]."]
)
def test_nothing_else_is_a_refusal(text):
    assert not read(text).draft.is_refusal


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("RL helps [E9.1].", "E9.1 named no sentence"),
        ("RL helps [E1].", "E1 named no sentence"),
        ("RL helps [E1.1, E1.7].", "E1.7 named no sentence"),
        ("RL helps.", "no sentence has a number"),
        ("RL helps. [3]", "3 named no sentence"),
        ("RL helps [smith-2099-fake].", "smith-2099-fake named no sentence"),
        ("RL helps (Smith et al., 2099).", "Smith et al., 2099 named no sentence"),
        ('{"answer": "RL helps [E1.1]."}', "it is JSON"),
    ],
)
def test_a_slip_is_told_in_words(text, told):
    assert told in "; ".join(read(text).problems)


def test_a_number_that_names_nothing_is_no_anchor_and_is_kept_by_name():
    (claim,) = read("RL helps [E9.1], SFT not [E2.1].").draft.claims
    assert marked(claim) == "RL helps, SFT not[E2.1]."
    assert (claim.unknown, claim.kind) == (("E9.1",), "fact")


@given(st.text(max_size=300))
def test_any_reply_is_read_and_every_anchor_is_within_its_sentence(text):
    for claim in read_prose(text, NUMBERS).draft.claims:
        assert all(0 <= anchor.at <= len(claim.text) for anchor in claim.anchors)
        assert all(number in NUMBERS for anchor in claim.anchors for number in anchor.numbers)


@given(
    st.lists(
        st.sampled_from(["RL helps", "[E1.2]", ".", ",", "\n\n", "(E2.1)", " E9.9", "END", " "])
    )
)
def test_no_bracket_with_a_number_is_left_in_a_sentence(pieces):
    for claim in read_prose("".join(pieces), NUMBERS).draft.claims:
        assert "[E" not in claim.text
        assert "E9.9" not in claim.text


def test_two_sentences_can_be_one_of_a_draft():
    draft = sentence_of("RL helps [E1.2]. It lasts [E2.1].", NUMBERS)
    assert marked(draft) == "RL helps[E1.2]. It lasts[E2.1]."
    assert sentence_of("...", NUMBERS) is None


def test_a_stream_gives_each_sentence_once_as_soon_as_the_next_begins():
    text = "RL helps [E1.2]. SFT does not [E2.1].\n\nWho knows [E9.1]. It lasts [E1.3].\nEND"
    given_at: dict[str, int] = {}
    so_far = ""
    stream = Streamed(NUMBERS, lambda claim: given_at.setdefault(marked(claim), len(so_far)))
    for end in range(len(text) + 1):
        so_far = text[:end]
        stream.take(so_far)
    assert list(given_at) == ["RL helps[E1.2].", "SFT does not[E2.1].", "It lasts[E1.3]."]
    assert text[: given_at["RL helps[E1.2]."]].startswith("RL helps [E1.2]. S")
    assert given_at["SFT does not[E2.1]."] < text.index("knows")
