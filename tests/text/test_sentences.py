"""Where sentences begin and end: what is kept, enumerations, abbreviations."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reviewer.text import sentence_spans

TEXTS = st.text(max_size=200) | st.text("ab. ,\n\t:;()1i2!?AWe\u200b\u00ad", max_size=80)


def sentences(text):
    return [text[a:b] for a, b in sentence_spans(text)]


@given(TEXTS)
@example("One. Two.\n\nThree? 四。五。😀 Six.")
def test_sentences_hold_all_that_is_not_white_space_in_order(text):
    spans = sentence_spans(text)
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(text)]
    assert all(start < end for start, end in spans)
    assert all(not text[end:start].strip() for end, start in zip(ends, starts, strict=True))
    assert all(text[a:b] == text[a:b].strip() for a, b in spans)


@pytest.mark.parametrize(
    "text",
    [
        "It is approx. 10x faster than before.",
        "See Figs. 3 and 4 for the rest.",
        "This follows from Eqs. 1 and 2.",
        "Vaswani et al. (2017) introduced it.",
        "Accuracy rises by 3.5 points, e.g. on GSM8K.",
        "It beats GPT-4 vs. Claude.",
    ],
)
def test_an_abbreviation_does_not_end_a_sentence(text):
    assert sentence_spans(text) == [(0, len(text))]


def test_sentences_end_at_stops_questions_and_paragraphs():
    text = "It works. Does it scale? Yes!\n\nA new paragraph 日本語です。次の文。"
    assert [text[a:b] for a, b in sentence_spans(text)] == [
        "It works.",
        "Does it scale?",
        "Yes!",
        "A new paragraph 日本語です。",
        "次の文。",
    ]


def test_an_abbreviation_is_known_after_a_word_that_ends_like_it():
    text = "This is the final. Next comes the trivial. Done."
    assert len(sentence_spans(text)) == 3


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "We find this: (1) pruning helps; (2) growing harms small nets. Our code is open.",
            ["We find this: (1) pruning helps; (2) growing harms small nets.",
             "Our code is open."],
        ),
        (
            "Two faults are known: 1) Drift. The model forgets. 2) Noise. Labels are wrong.",
            ["Two faults are known:", "1) Drift.", "The model forgets.", "2) Noise.",
             "Labels are wrong."],
        ),
        (
            "We ask: (i) Does it scale? (ii) Does it last? Here we answer both. Both are open.",
            ["We ask:", "(i) Does it scale?", "(ii) Does it last?", "Here we answer both.",
             "Both are open."],
        ),
        ("We show that 1) RL helps and 2) SFT hurts. Next.",
         ["We show that 1) RL helps and 2) SFT hurts.", "Next."]),
        ("Findings: 1. RL helps most. It lasts.", ["Findings: 1. RL helps most.", "It lasts."]),
        ("We show two skills: (1). We trade one. Done.", ["We show two skills: (1). We trade one.",
                                                          "Done."]),
        ("Three sets were used (A, B, and C). Code is here.",
         ["Three sets were used (A, B, and C).", "Code is here."]),
    ],
)  # fmt: skip
def test_what_follows_an_item_of_an_enumeration_stands_alone(text, wanted):
    assert sentences(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The output is f(x) given x. When both are known it stops.", 2),
        ("We choose k. Then we train.", 2),
        ("(And this is a lower bound.) Our ablation is below.", 2),
        ("It follows Smith et al. The model is new.", 2),
        ("We use methods (e.g. those of Smith et al.) Here they fail.", 1),
        ("It uses sets (approx.) Three were read.", 1),
        ("Mastery rises by 9 p.p. We also measure cost.", 2),
        ("Hogwild! inference shares one cache.", 1),
        ("By Eq. (2) It is so.", 1),
        ("We use i.e. The best.", 1),
    ],
)
def test_a_stop_ends_a_sentence_only_where_a_sentence_ends(text, wanted):
    assert len(sentences(text)) == wanted


def test_no_item_of_an_enumeration_in_the_listings_has_a_second_sentence(seeds):
    glued = []
    for path in sorted(seeds.glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            items = [s for s in sentences(line) if re.match(r"\(?(?:\d|[ivx]+|[a-z])\)\s", s)]
            glued += [s for s in items if re.search(r"(?<!e\.g|i\.e)[.!?] [A-Z]", s)]
    assert glued == []
