"""Terms are found by how texts write them."""

from __future__ import annotations

import pytest

from reviewer.text.terms import abbreviations_in, names_in, phrases_in, proper_in, term_key


def names(text):
    return [name for name, _, _ in names_in(text)]


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("We study retrieval-augmented generation (RAG).", "RAG", "retrieval-augmented generation"),
        ("RAG (retrieval-augmented generation) helps.", "RAG", "retrieval-augmented generation"),
        ("All large language models (LLMs) err.", "LLM", "large language models"),
        ("Self-supervised learning (SSL) helps.", "SSL", "Self-supervised learning"),
        ("Long short-term memory (LSTM) is old.", "LSTM", "Long short-term memory"),
    ],
)
def test_an_abbreviation_is_read_with_its_long_form(text, short, long):
    assert [(found.short, found.long) for found in abbreviations_in(text)] == [(short, long)]


@pytest.mark.parametrize(
    "text",
    ["Gains are large (Figure 2).", "It fails (IBM).", "So and refine visual (ASR).", "(RAG)", ""],
)
def test_a_bracket_that_stands_for_nothing_before_it_is_no_abbreviation(text):
    assert abbreviations_in(text) == []


def test_names_are_known_by_their_letters():
    text = "We compare GPT-4, LLaMA and R1-Searcher on HotpotQA, GSM8K and MATH; the others fail."
    assert names(text) == ["GPT-4", "LLaMA", "R1-Searcher", "HotpotQA", "GSM8K", "MATH"]


def test_endings_are_cut_off_names():
    assert names("LLMs, the LLM's limits, RAG-based and BERT-like systems") == [
        "LLM", "LLM", "RAG", "BERT",
    ]  # fmt: skip


def test_words_of_a_title_and_shouted_texts_are_no_names():
    assert names("Low-Rank Chain-of-Thought Prompting, Part II") == []
    assert names("A STUDY OF REWARDS IN SPARSE WORLDS AND OTHERS") == []


def test_a_capital_inside_a_sentence_may_be_a_name():
    assert proper_in("Agents play Atari. Rewards are sparse. We use Wikipedia.") == {
        "Atari", "Wikipedia",
    }  # fmt: skip


def test_phrases_have_no_verb_and_end_on_a_noun():
    found = set(
        phrases_in("We propose novel curriculum learning that improves machine translation.")
    )
    assert found == {"curriculum learning", "machine translation"}


def test_phrases_about_any_subject_are_left_out():
    assert list(phrases_in("In future research, the training process and the large models.")) == []


def test_spellings_of_one_term_have_one_key():
    keys = {term_key(name) for name in ("Reward Models", "reward model", "Reward-model")}
    assert keys == {"reward model"}
