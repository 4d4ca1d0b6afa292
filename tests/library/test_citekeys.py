"""What papers are called: readable keys of plain letters, digits and hyphens."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.library.citekeys import is_key_of, key_base
from reviewer.types import Paper
from reviewer.types.papers import Part


def base(title, *authors, year=2025):
    return key_base(Paper(parts=(Part(name="title", text=title),), authors=authors, year=year))


@pytest.mark.parametrize(
    ("title", "authors", "year", "key"),
    [
        ("DeepSeek-R1: Incentivizing Reasoning", ("Daya Guo", "B"), 2025, "guo-2025-deepseek"),
        ("The Power of Noise", ("Cuconasu, Florin",), 2024, "cuconasu-2024-power"),
        ("From f(x) and g(x) to f(g(x)): LLMs Learn", (), 2025, "from-fx-gx-2025"),
        ("RL's Razor: Why Online RL Forgets Less", (), None, "rls-razor-online-nd"),
        ("A Study of the", ("O’Neil, Anne",), None, "oneil-nd-study"),
        ("Müller's Café", ("Jürgen Müller",), 2020, "muller-2020-mullers"),
        ("学习新技能", (), 2025, "paper-2025"),
        ("学习新技能", ("李明",), 2025, "paper-2025"),
        ("To Be or Not", (" ",), 2025, "not-2025"),
        (r"\textit{Fast} 5\% Gains", (), 2025, "fast-5-gains-2025"),
    ],
)
def test_keys_are_made_of_author_year_and_title(title, authors, year, key):
    assert base(title, *authors, year=year) == key


@given(st.text(max_size=80), st.lists(st.text(max_size=20), max_size=2))
def test_any_title_and_author_make_a_key_of_plain_characters(title, authors):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", base(title, *authors))


def test_a_very_long_word_does_not_make_a_very_long_key():
    assert len(base("x" * 500)) < 40


def test_keys_of_a_base_are_the_base_and_its_numbered_ones():
    assert is_key_of("guo-2025-deepseek", "guo-2025-deepseek")
    assert is_key_of("guo-2025-deepseek-12", "guo-2025-deepseek")
    assert not is_key_of("guo-2025-deepseek-v", "guo-2025-deepseek")
    assert not is_key_of("guo-2025-deep", "guo-2025-deepseek")
    assert not is_key_of("", "guo-2025-deepseek")
