"""Title normalising and cleaned views: what is kept, and where it stood."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reviewer.text import clean, normalise_title
from reviewer.text.invisible import is_hidden
from reviewer.text.views import clean_view, one_line, shorten

TEXTS = st.text(max_size=200) | st.text(
    "ab. ,\n\t\u200b\u202e\u00ad~\\%{}textit\u0645\u200c1", max_size=80
)


@given(TEXTS)
def test_a_view_maps_every_character_back(text):
    view = clean_view(text)
    assert len(view.offsets) == len(view.text)
    assert all(a < b for a, b in zip(view.offsets, view.offsets[1:], strict=False))
    for character, offset in zip(view.text, view.offsets, strict=True):
        original = text[offset]
        assert character == original or (
            character == " " and (original.isspace() or original == "~")
        )


@given(TEXTS, st.data())
def test_a_range_of_a_view_maps_to_the_range_it_was_made_of(text, data):
    view = clean_view(text)
    if not view.text:
        return
    start = data.draw(st.integers(0, len(view.text) - 1))
    end = data.draw(st.integers(start + 1, len(view.text)))
    first, last = view.original_span(start, end)
    assert 0 <= first < last <= len(text)
    assert (text[first], text[last - 1]) == (text[view.offsets[start]], text[view.offsets[end - 1]])


@given(TEXTS | st.text("ab. \n\t\u00a0\u00e9\u2019\u2013$%", max_size=80))
@example("\u2028 a\u00a0 b\x1cc \u201cd\u201d ")
def test_the_cleaned_text_is_the_text_of_its_view(text):
    assert clean(text) == clean_view(text).text


def test_each_character_is_cleaned_the_same_on_the_short_way():
    for number in range(0x3000):
        text = f"a{chr(number)}b {chr(number)} c"
        assert clean(text) == clean_view(text).text, hex(number)


@given(TEXTS)
def test_a_view_holds_nothing_invisible_and_no_loose_white_space(text):
    cleaned = clean(text)
    assert not [i for i in range(len(cleaned)) if is_hidden(cleaned, i)]
    assert cleaned == " ".join(cleaned.split())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"by 5\% on \textit{Thought Propagation}", "by 5% on Thought Propagation"),
        (r"a \textbf{\emph{very}} strong model", "a very strong model"),
        (r"see \url{https://a.org/b\_c} \& others", "see https://a.org/b_c & others"),
        ("In Stage~1 we train, see Fig.~2", "In Stage 1 we train, see Fig. 2"),
        ("Large Language Models~(LLMs)", "Large Language Models (LLMs)"),
        ("it runs at ~150 fps", "it runs at ~150 fps"),
        ("between 10~20% of them", "between 10~20% of them"),
        ("one\r\ntwo\u2028three\u00a0four", "one two three four"),
        ("ig\u200bno\u2060re\ufeff th\u00adis", "ignore this"),
        ("\u202eevil\u202c \u2066bidi\u2069", "evil bidi"),
        ("hi\U000e0069\U000e0067 there\U000e0100\U000e0999", "hi there"),
        ("ig\u200cno\u200dre a\u200cb \u200cن", "ignore ab ن"),
        ("a\x07b\x1b[0m\ue000", "ab[0m"),
    ],
)
def test_a_view_shows_what_a_reader_should_see(text, shown):
    assert clean(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "مدل‌های زبانی می‌خواهند یاد بگیرند",  # Persian, with zero-width non-joiners
        "क्‍षमता और हिन्दी भाषा",  # Hindi, with a joiner
        "അവന്‍ വന്നു",  # Malayalam, a joiner at a word's end
        "语言模型可以学习新的技能。",
        "한국어 모델",
        "שפה עברית",
        "l'été à Zürich, Łódź, Việt Nam, e\u0301",
        "fine 👩\u200d💻 😀 🇩🇪",
        "\U0001fae8 is newer than some tables",
        "p < 0.05, 5², −0.5 ± 0.1, 3×10⁻⁴, €5–10",
    ],
)
def test_ordinary_text_in_any_script_is_shown_as_it_is(text):
    assert clean(text) == text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Chain-of-Thought  Prompting", "chain of thought prompting"),
        ("Café: Naïve Bayes!", "CAFE naive bayes"),
        (r"The \textit{LLM} in $O(n)$", "The LLM in O(n)"),
        (r"\mathbf{X}-Net", "X-Net"),
        ("Zero\u200b-shot\u00a0learning", "Zero-Shot Learning"),
        ("eﬃcient search", "Efficient Search"),
    ],
)
def test_titles_that_differ_in_dress_alone_are_equal(one, other):
    assert normalise_title(one) == normalise_title(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Learning C", "Learning C++"),
        ("Learning C++", "Learning C#"),
        ("GPT-3 at work", "GPT-4 at work"),
        (r"$\alpha$-VAE", r"$\beta$-VAE"),
        ("दिन का अध्ययन", "दान का अध्ययन"),  # day, gift
        ("バス", "ハス"),  # bus, lotus
        ("ไก่", "ไข่"),  # chicken, egg
    ],
)
def test_titles_of_different_words_stay_different(one, other):
    assert normalise_title(one) != normalise_title(other)


@pytest.mark.parametrize("title", ["", "  ", "?!", "\u200b", "$$"])
def test_a_title_without_words_cannot_be_compared(title):
    assert normalise_title(title) == ""


@given(TEXTS)
def test_normalising_a_title_twice_changes_nothing(title):
    once = normalise_title(title)
    assert normalise_title(once) == once


@given(TEXTS, st.integers(1, 60))
def test_a_shortened_text_is_no_longer_than_asked(text, max_chars):
    short = shorten(text, max_chars)
    assert len(short) <= max_chars
    assert short == text or short.endswith("…")


def test_a_text_is_shortened_at_a_word():
    assert shorten("reinforcement learning teaches", 25) == "reinforcement learning…"


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("  does RL\n\tteach  skills? ", "does RL teach skills?"),
        ("RL \ud800 skills\udcff", "RL ? skills?"),
        ("große Gärten 😀", "große Gärten 😀"),
        (" \n", ""),
    ],
)
def test_a_question_is_kept_on_one_line_that_can_be_written(asked, kept):
    assert one_line(asked) == kept
    assert one_line(kept) == kept
