"""The prompted writer: batches, order, what fits, and replies that say odd things."""

import itertools
import random
import time

import pytest

from reviewer.errors import ModelError
from reviewer.llm import Prompts
from reviewer.types import Citation, Claim
from reviewer.types.claims import Quote, Reading
from reviewer.types.writer import PAPERS_A_CALL
from reviewer.writers.prompted.answers import (
    MOST_CLAIMS,
    MOST_QUESTIONS,
    AnswerReply,
    JudgeReply,
    QuestionReply,
    QuestionsReply,
    RerankReply,
)
from reviewer.writers.prompted.reading import ReadReply
from tests.support.scripted import evidence, reads, writer

QUESTION = "Does RL help?"


def papers(count, abstract="RL helps paper {}. It does more."):
    return [evidence(f"E{n}", abstract.format(n), f"Paper {n}") for n in range(1, count + 1)]


def two_chunks(abstract="One finding stands here. Another finding stands there."):
    """One paper in two chunks, as a long paper comes."""
    first = evidence("E1", abstract)
    at = abstract.index("Another")
    chunk = first.chunk.model_copy(
        update={"id": "c2", "start": at, "text": first.paper.abstract[at:]}
    )
    return [first, first.model_copy(update={"tag": "E2", "chunk": chunk})]


def test_several_papers_are_read_a_call_with_all_their_chunks():
    by, model = writer()
    shown = [*two_chunks(), *papers(9)[2:]]
    by.read(QUESTION, shown)
    assert sorted(tuple(asked.tags) for asked in model.calls(ReadReply)) == [
        ("E1", "E2", "E3", "E4", "E5", "E6", "E7"),
        ("E8", "E9"),
    ]
    assert all(asked.question == QUESTION for asked in model.asked)


def test_a_call_carries_the_hash_of_its_prompt():
    by, model = writer()
    by.read(QUESTION, papers(1))
    assert model.asked[0].hash == Prompts().hashes()["read"]


def test_there_is_one_reading_a_paper_in_the_evidences_order_whichever_call_ends_first():
    shown = papers(3 * PAPERS_A_CALL)
    expected = writer()[0].read(QUESTION, shown)
    assert [r.paper_id for r in expected] == [item.paper.id for item in shown]
    for order in itertools.permutations((0.0, 0.004, 0.008)):
        pauses = dict(zip(("E1", "E7", "E13"), order, strict=True))

        def late(asked, pauses=pauses):
            time.sleep(pauses[asked.tags[0]])
            return reads(asked)

        assert writer({ReadReply: late})[0].read(QUESTION, shown) == expected


def test_an_invented_tag_is_ignored_and_a_paper_that_is_left_out_counts_as_irrelevant():
    def odd(asked):
        return {"readings": [{"tag": tag, "relevance": 9} for tag in ("E99", "", "e1", "E2")]}

    readings = writer({ReadReply: odd})[0].read(QUESTION, papers(3))
    assert [(r.paper_id, r.relevance) for r in readings] == [
        ("id-E1", 0.0),
        ("id-E2", 9.0),
        ("id-E3", 0.0),
    ]


def test_a_reading_for_a_paper_of_another_call_is_ignored():
    def meddling(asked):
        stance = "yes" if "E1" in asked.tags else "no"
        tags = [f"E{n}" for n in range(1, PAPERS_A_CALL + 2)]
        return {"readings": [{"tag": t, "relevance": 9, "stance": stance} for t in tags]}

    readings = writer({ReadReply: meddling})[0].read(QUESTION, papers(PAPERS_A_CALL + 1))
    assert [r.stance for r in readings] == ["yes"] * PAPERS_A_CALL + ["no"]


def test_the_first_reading_of_a_tag_counts():
    def twice(asked):
        return {"readings": [{"tag": "E1", "relevance": n} for n in (2, 9)]}

    assert writer({ReadReply: twice})[0].read(QUESTION, papers(1))[0].relevance == 2


def test_a_papers_reading_is_that_of_its_most_relevant_chunk_with_the_quotes_of_all():
    def by_chunk(asked):
        return {
            "readings": [
                {"tag": "E1", "relevance": 3, "stance": "no", "quotes": list("abcd")},
                {"tag": "E2", "relevance": 7, "stance": "yes", "quotes": ["z"]},
            ]
        }

    reading = writer({ReadReply: by_chunk})[0].read(QUESTION, two_chunks())[0]
    assert (reading.relevance, reading.stance) == (7, "yes")
    assert [(q.tag, q.quote) for q in reading.quotes] == [
        ("E2", "z"), ("E1", "a"), ("E1", "b"), ("E1", "c"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "reply",
    [
        '{"readings": [{"tag": "E1", "relevance": 11}]}',
        '{"readings": [{"tag": "E1", "relevance": -1}]}',
        '{"readings": [{"tag": "E1", "relevance": NaN}]}',
        '{"readings": [{"tag": "E1", "relevance": "high"}]}',
        '{"readings": [{"tag": "E1", "relevance": 5, "stance": "perhaps"}]}',
        '{"readings": [{"tag": "E1"}]}',
        '{"readings": {"E1": 5}}',
        "[]",
    ],
)
def test_a_reply_with_values_that_cannot_be_is_refused_as_a_whole(reply):
    by, _ = writer({ReadReply: lambda asked: reply})
    with pytest.raises(ModelError):
        by.read(QUESTION, papers(1))


@pytest.mark.parametrize(
    ("votes", "said"),
    [((True, True, False), True), ((True, False, False), False), ((True, True), True),
     ((True, False), False), ((False,), False)],
)  # fmt: skip
def test_most_calls_say_whether_the_question_is_a_yes_no_question(votes, said):
    def vote(asked):
        return reads(asked) | {"is_yes_no": votes[(int(asked.tags[0][1:]) - 1) // PAPERS_A_CALL]}

    by, _ = writer({ReadReply: vote})
    by.read(QUESTION, papers(PAPERS_A_CALL * len(votes)))
    assert by.is_yes_no is said


def test_votes_of_all_rounds_of_one_question_count_and_those_of_another_do_not():
    by, _ = writer({ReadReply: lambda asked: reads(asked) | {"is_yes_no": len(asked.tags) > 1}})
    by.read(QUESTION, papers(2 * PAPERS_A_CALL))
    by.read(QUESTION, papers(1))
    assert by.is_yes_no
    by.read("How?", papers(1))
    assert not by.is_yes_no


def test_reading_nothing_asks_nothing():
    by, model = writer()
    assert by.read(QUESTION, []) == ()
    assert (by.is_yes_no, model.asked) == (False, [])


def test_with_readings_the_answer_is_written_from_their_quotes_alone():
    by, model = writer()
    quotes = (Quote(tag="E2", quote="RL helps paper 2."), Quote(tag="E2", quote="It does more."))
    by.write_answer(QUESTION, [Reading(paper_id="id-E2", relevance=8, quotes=quotes)], papers(3))
    assert [(t.tag, t.body) for t in model.asked[0].texts] == [
        ("E2", "RL helps paper 2.\nIt does more.")
    ]


def test_without_readings_the_answer_is_written_from_the_whole_texts():
    by, model = writer()
    by.write_answer(QUESTION, [], papers(2))
    assert [t.body for t in model.asked[0].texts] == [p.chunk.text for p in papers(2)]


def test_more_claims_than_were_asked_for_are_cut():
    many = {"claims": [{"text": f"Claim {n}.", "quotes": []} for n in range(50)]}
    draft = writer({AnswerReply: lambda asked: many})[0].write_answer(QUESTION, [], papers(1))
    assert [c.text for c in draft.claims] == [f"Claim {n}." for n in range(MOST_CLAIMS)]


def test_a_tag_that_the_prompt_did_not_show_is_no_evidence():
    def cites_all(asked):
        tags = ["E1", "E2", "E9", "E1 ", ""]
        quotes = [{"tag": tag, "quote": "RL helps paper 2"} for tag in tags]
        return {"claims": [{"text": "RL helps.", "quotes": quotes}]}

    by, _ = writer({AnswerReply: cites_all})
    quote = Quote(tag="E1", quote="RL helps paper 1.")
    readings = [Reading(paper_id="id-E1", relevance=8, quotes=(quote,))]
    draft = by.write_answer(QUESTION, readings, papers(2))
    shown = {item.tag for item in papers(2)}
    assert [q.tag in shown for q in draft.claims[0].quotes] == [True, *[False] * 4]


def test_what_does_not_fit_is_left_out_from_the_least_relevant_on_with_a_note():
    long = papers(6, "Word {} " + "and more " * 100)
    by, model = writer(context=3000 + 4 * 360)
    by.write_answer(QUESTION, [], long)
    by.rerank(QUESTION, long)
    assert [asked.tags for asked in model.asked] == [["E1", "E2", "E3", "E4"]] * 2
    assert by.notes() == ("2 texts that did not fit into the model's context",)


@pytest.mark.parametrize("context", [4096, 8192, 32_000])
def test_every_prompt_stays_within_the_context_and_reading_drops_no_paper(context):
    long = papers(12, "Word {} " + "and more text " * 150)
    by, model = writer(context=context)
    by.read(QUESTION, long)
    by.write_answer(QUESTION, [], long)
    assert all(len(asked.prompt) / 3 <= context for asked in model.asked)
    read = [tag for asked in model.calls(ReadReply) for tag in asked.tags]
    assert sorted(read) == sorted(item.tag for item in long)


def test_other_scripts_take_more_room():
    chinese = papers(8, "模型{}" + "可以学习新的技能" * 100)
    by, model = writer(context=8192)
    by.write_answer(QUESTION, [], chinese)
    assert sum(len(text.body) for text in model.asked[0].texts) < 8192


def test_a_context_that_is_too_small_for_anything_still_shows_the_best_text():
    by, model = writer(context=1000)
    by.write_answer(QUESTION, [], papers(3))
    assert model.asked[0].tags == ["E1"]
    assert by.notes()


def claim(text="RL helps.", *items, support="unchecked"):
    citations = tuple(
        Citation(paper_id=i.paper.id, chunk_id=i.chunk.id, part="abstract",
                 start=0, end=8, quote=i.chunk.text[:8])
        for i in items
    )  # fmt: skip
    return Claim(text=text, citations=citations, support=support)


def test_verdicts_may_come_in_any_order():
    wanted = ["supported", "partial", "contradicted", "unsupported"]

    def shuffled(asked):
        said = [{"tag": f"C{n}", "support": s} for n, s in enumerate(wanted, start=1)]
        random.Random(3).shuffle(said)
        return {"verdicts": said}

    by, _ = writer({JudgeReply: shuffled})
    assert list(by.judge([claim(f"Claim {n}.", papers(1)[0]) for n in range(4)])) == wanted


def test_claims_that_do_not_fit_the_judges_prompt_stay_unchecked_with_a_note():
    by, _ = writer(context=3000 + 500)
    judged = by.judge([claim("Word " * 200, papers(1)[0])] * 3)
    assert judged == ("supported", "unchecked", "unchecked")
    assert by.notes() == ("2 texts that did not fit into the model's context",)


def test_a_revision_is_cited_where_its_quote_stands():
    shown = papers(2)

    def revise(asked):
        quotes = [{"tag": "C1", "quote": "RL helps paper 2."}, {"tag": "C7", "quote": "RL"}]
        return {"claims": [{"text": "RL helps.", "quotes": quotes}]}

    by, model = writer({AnswerReply: revise})
    draft = by.revise([claim("RL wins.", *shown)], shown)
    assert [q.tag for q in draft.claims[0].quotes] == ["E2", "C7 (not in the prompt)"]
    assert "at most 1." in model.asked[0].prompt


def test_expanding_gives_a_few_short_questions_on_one_line_each():
    replies = ["", "  a\n b ", "c" * 900, "d", "e"]
    by, model = writer({QuestionsReply: lambda asked: {"questions": replies}})
    asked = by.expand(QUESTION, [claim("Paper 1", papers(1)[0])])
    assert asked.questions == ("a b", "c" * 300, "d")
    assert len(asked.questions) == MOST_QUESTIONS
    assert "RL helps" in model.asked[0].texts[0].body


def test_an_imagined_abstract_is_short_and_asked_for_only_while_nothing_is_known():
    reply = {"questions": [], "abstract": " We show\nthat " + "x" * 5000}
    by, _ = writer({QuestionsReply: lambda asked: reply})
    imagined = by.expand(QUESTION, ()).abstract
    assert imagined.startswith("We show that x")
    assert len(imagined) == 1200
    assert by.expand(QUESTION, [claim("Paper 1", papers(1)[0])]).abstract == ""


def test_reranking_keeps_only_what_was_shown_each_once():
    tags = ["E3", "E9", "E1", "E3", ""]
    by, _ = writer({RerankReply: lambda asked: {"tags": tags}})
    assert [item.tag for item in by.rerank(QUESTION, papers(3))] == ["E3", "E1"]


@pytest.mark.parametrize(
    ("reply", "question"), [(" Do large\nones? ", "Do large ones?"), (" ", "And large ones?")]
)
def test_a_follow_up_is_one_line_and_never_empty(reply, question):
    by, model = writer({QuestionReply: lambda asked: {"question": reply}})
    assert by.stand_alone("And large ones?", ["Do small ones?", "Yes,\nthey do."]) == question
    assert model.asked[0].texts[0].body == "Do small ones?\nYes, they do."


def test_the_writers_usage_and_name_are_the_models():
    by, _ = writer()
    by.read(QUESTION, papers(PAPERS_A_CALL + 1))
    assert (by.name, by.usage().calls) == ("scripted", 2)
