"""Chinese, Japanese and Korean are cut into pairs of letters; everything else stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.library import Library
from reviewer.search import find
from reviewer.settings import Settings
from reviewer.text.keywords import query_terms
from reviewer.text.unspaced import count_words, in_pairs, telling_pairs
from tests.conftest import holders, write_listing

PAPERS = [
    {"title": "强化学习与语言模型的新技能", "abstract": "实验表明，强化学习可以教会模型新的技能。"},
    {"title": "检索增强生成综述", "abstract": "我们发现检索质量决定了回答的准确性。"},
    {
        "title": "言語モデルにおける強化学習",
        "abstract": "強化学習は新しい技能を教えることができる。",
    },
    {"title": "언어 모델의 강화학습", "abstract": "강화학습은 언어 모델에 새로운 기술을 가르친다."},
    {"title": "Skills of models", "abstract": "We study how models learn from rewards."},
]


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("强化学习", " 强化 化学 学习 "),
        ("用LLM做", " 用 LLM 做 "),
        ("plain naïve text", "plain naïve text"),
        ("강화학습은", " 강화 화학 학습 습은 "),
        ("𠮷野家", " 𠮷野 野家 "),
    ],
)
def test_runs_become_overlapping_pairs(text, cut):
    assert in_pairs(text) == cut


@given(st.text(alphabet=st.characters(max_codepoint=0x2FFF), max_size=40))
def test_other_scripts_are_not_touched(text):
    assert in_pairs(text) == text
    assert telling_pairs(text) == [text]


def test_form_words_of_a_question_are_no_terms():
    assert query_terms("强化学习能教会模型新技能吗？")[:3] == ["强化", "化学", "学习"]
    assert not any("吗" in term for term in query_terms("强化学习能教会模型吗？"))
    assert query_terms("吗") == ["吗"]


def test_two_letters_count_as_a_word():
    assert count_words("我们研究强化学习 with LLMs") == 6


@pytest.fixture
def shelf(tmp_path):
    with Library(tmp_path / "library", Settings(embedding="none")) as opened:
        opened.add([write_listing(tmp_path / "list.jsonl", *PAPERS)])
        yield opened


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("强化学习能教会模型新技能吗？", PAPERS[0]["title"]),
        ("检索增强生成的综述", PAPERS[1]["title"]),
        ("強化学習は新しい技能を教えるか", PAPERS[2]["title"]),
        ("강화학습이 새로운 기술을 가르치는가", PAPERS[3]["title"]),
        ("how do models learn from rewards?", PAPERS[4]["title"]),
    ],
)
def test_a_question_finds_the_papers_of_its_own_language_first(shelf, question, title):
    found = find(question, shelf)
    assert found.evidence[0].paper.title == title


def test_a_library_of_an_earlier_release_is_cut_anew_by_its_next_writer(shelf, tmp_path):
    whole = "强化学习与语言模型的新技能"
    with shelf.writing():
        shelf.database.run("DELETE FROM state WHERE name = 'words'")
        shelf.database.run("UPDATE postings SET term = ? WHERE term = '强化'", (whole,))
    assert not holders(shelf, "强化")
    other = {"title": "Another paper", "abstract": "It is about other things entirely."}
    shelf.add([write_listing(tmp_path / "more.jsonl", other)])
    assert len(holders(shelf, "强化")) == 1
    assert shelf.chunks.words.chunks() == len(PAPERS) + 1
