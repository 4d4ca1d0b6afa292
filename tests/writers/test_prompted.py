"""The prompted writer: batches, order, what fits, and replies that say odd things."""

import itertools
import random
import time

import pytest

from reviewer.errors import ModelError
from reviewer.grounding import Numbers
from reviewer.llm import LimitError, Prompts
from reviewer.llm.replies import ModelReplyError
from reviewer.types import Citation, Claim
from reviewer.types.claims import Reading
from reviewer.types.writer import PAPERS_A_CALL
from reviewer.writers.prompted.answers import (
    MOST_QUESTIONS,
    MOST_SENTENCES,
    RERANKED_A_CALL,
    AnswerText,
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
    shown = [*two_chunks(), *papers(PAPERS_A_CALL + 3)[2:]]
    by.read(QUESTION, shown)
    assert sorted(len(asked.tags) for asked in model.calls(ReadReply)) == [5, 6]
    assert sorted(t for a in model.asked for t in a.tags) == sorted(item.tag for item in shown)
    assert all(asked.question == QUESTION for asked in model.asked)


def test_a_text_is_shown_whole_sentence_by_sentence_with_its_numbers():
    by, model = writer()
    by.read(QUESTION, papers(1, "RL helps paper {}. It does more, as E1.7 says."))
    (text,) = model.asked[0].texts
    assert text.body.split("\n") == ["E1.1 RL helps paper 1.", "E1.2 It does more, as E1.7 says."]
    assert "E1.0 Paper 1 (2024)" in model.asked[0].prompt


def test_every_call_has_a_limit_that_grows_with_what_it_asks_for():
    by, model = writer()
    by.read(QUESTION, papers(1))
    by.read(QUESTION, papers(PAPERS_A_CALL))
    by.write_answer(QUESTION, [], papers(2))
    by.rerank(QUESTION, papers(2))
    by.expand(QUESTION, ())
    by.stand_alone(QUESTION, ["?"])
    limits = [asked.most_tokens for asked in model.asked]
    assert all(limits)
    assert limits[0] < limits[1] < 4000


def test_a_call_carries_the_hash_of_its_prompt():
    by, model = writer()
    by.read(QUESTION, papers(1))
    assert model.asked[0].hash == Prompts().hashes()["read"]


def test_there_is_one_reading_a_paper_in_the_evidences_order_whichever_call_ends_first():
    shown = papers(3 * PAPERS_A_CALL)
    expected = writer()[0].read(QUESTION, shown)
    assert [r.paper_id for r in expected] == [item.paper.id for item in shown]
    firsts = [f"E{1 + n * PAPERS_A_CALL}" for n in range(3)]
    for order in itertools.permutations((0.0, 0.004, 0.008)):
        pauses = dict(zip(firsts, order, strict=True))

        def late(asked, pauses=pauses):
            time.sleep(pauses[asked.tags[0]])
            return reads(asked)

        assert writer({ReadReply: late})[0].read(QUESTION, shown) == expected


def readings(*said):
    """A script: these readings, with what a reading needs."""
    return {ReadReply: lambda asked: {"readings": [{"relevance": 9, **one} for one in said]}}


def test_a_reading_holds_citations_that_code_made():
    by, _ = writer(
        readings({"tag": "E1", "sentences": ["E1.2", "E1.1"], "finding": " It\nhelps. "})
    )
    (reading,) = by.read(QUESTION, papers(1))
    assert [c.quote for c in reading.citations] == ["It does more.", "RL helps paper 1."]
    abstract = papers(1)[0].paper.abstract
    assert all(abstract[c.start : c.end] == c.quote for c in reading.citations)
    assert (reading.finding, reading.unread) == ("It helps.", "")


@pytest.mark.parametrize("tag", ["e1", " E1 ", "[E1]", "(E1)", "#E1", "E1.", "E1.0", "text E1"])
@pytest.mark.parametrize("sentence", ["E1.2", "e1.2", "[E1.2]", "#E1.2", "E1.2.", "2", "(E1.2)"])
def test_a_slip_of_a_tag_or_a_number_costs_nothing(tag, sentence):
    by, model = writer(readings({"tag": tag, "sentences": [sentence]}))
    (reading,) = by.read(QUESTION, papers(1))
    assert (reading.relevance, reading.unread) == (9, "")
    assert [c.quote for c in reading.citations] == ["It does more."]
    assert len(model.asked) == 1


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ({"relevance": "8"}, {"relevance": 8}),
        ({"relevance": "8/10"}, {"relevance": 8}),
        ({"stance": "Yes"}, {"stance": "yes"}),
        ({"stance": " MIXED. "}, {"stance": "mixed"}),
        ({"basis": "Uses"}, {"basis": "uses"}),
        ({"basis": None, "shown_by": None, "finding": None}, {"basis": "tests", "finding": ""}),
        ({"basis": "", "stance": "none"}, {"basis": "tests", "stance": "none"}),
        ({"sentences": None}, {"citations": ()}),
        ({"note": "more", "confidence": 1}, {"relevance": 9}),
    ],
)
def test_a_word_or_a_number_is_read_as_a_person_reads_it(said, meant):
    by, model = writer(readings({"tag": "E1", **said}))
    (reading,) = by.read(QUESTION, papers(1))
    assert {name: getattr(reading, name) for name in meant} == meant
    assert len(model.asked) == 1


def test_a_list_of_sentences_may_be_one_text():
    by, _ = writer(readings({"tag": "E1", "sentences": "E1.1, E1.2"}))
    assert len(by.read(QUESTION, papers(1))[0].citations) == 2


def test_the_sentence_of_a_stance_is_the_one_that_is_named_else_the_first():
    for shown_by, quote in (("E1.2", "It does more."), ("", "RL helps paper 1."), ("E9.1", "RL")):
        said = {"tag": "E1", "stance": "yes", "sentences": ["E1.1"], "shown_by": shown_by}
        reading = writer(readings(said))[0].read(QUESTION, papers(1))[0]
        assert reading.shows.quote.startswith(quote)


def test_a_sentence_of_another_paper_is_no_citation_of_this_one():
    said = [{"tag": "E1", "sentences": ["E2.1"]}, {"tag": "E2"}]
    by, _ = writer(readings(*said))
    assert by.read(QUESTION, papers(2))[0].citations == ()
    assert by.notes() == ("1 number that named no sentence",)


def test_a_number_that_names_nothing_is_told_back_once_then_dropped_and_counted():
    by, model = writer(readings({"tag": "E1", "sentences": ["E1.9", "E1.2"]}))
    (reading,) = by.read(QUESTION, papers(1))
    assert [c.quote for c in reading.citations] == ["It does more."]
    assert len(model.asked) == 2
    assert "E1.9 named no sentence" in model.asked[1].prompt
    assert by.notes() == ("1 number that named no sentence",)


def test_a_paper_that_the_reply_leaves_out_is_not_read_and_never_irrelevant():
    by, model = writer(readings({"tag": "E2"}))
    first, second, third = by.read(QUESTION, papers(3))
    assert ("no reading" in first.unread, second.unread, "no reading" in third.unread) == (
        True, "", True,
    )  # fmt: skip
    assert "there is no reading of E1, E3" in model.asked[1].prompt


def test_an_invented_tag_is_ignored():
    by, _ = writer(readings({"tag": "E99"}, {"tag": ""}, {"tag": "E1"}))
    assert [r.relevance for r in by.read(QUESTION, papers(1))] == [9]


def test_a_reading_for_a_paper_of_another_call_is_ignored():
    def meddling(asked):
        stance = "yes" if "E1" in asked.tags else "no"
        said = {"relevance": 9, "stance": stance, "sentences": [f"{asked.tags[0]}.1"]}
        every = [f"E{n}" for n in range(1, PAPERS_A_CALL + 2)]
        return {"readings": [{"tag": tag, **said} for tag in every]}

    read = writer({ReadReply: meddling})[0].read(QUESTION, papers(PAPERS_A_CALL + 1))
    half = -(-len(read) // 2)
    assert [r.stance for r in read] == ["yes"] * half + ["no"] * (len(read) - half)


def test_the_first_reading_of_a_tag_counts():
    by, _ = writer(readings({"tag": "E1", "relevance": 2}, {"tag": "E1", "relevance": 9}))
    assert by.read(QUESTION, papers(1))[0].relevance == 2


def test_a_papers_reading_is_that_of_its_most_relevant_chunk_with_the_sentences_of_all():
    by, _ = writer(
        readings(
            {"tag": "E1", "relevance": 3, "stance": "no", "sentences": ["E1.1"]},
            {"tag": "E2", "relevance": 7, "stance": "yes", "sentences": ["E2.1"]},
        )
    )
    reading = by.read(QUESTION, two_chunks())[0]
    assert (reading.relevance, reading.stance) == (7, "yes")
    assert [c.chunk_id for c in reading.citations] == ["c2", "chunk-E1"]


@pytest.mark.parametrize(
    "reply",
    [
        '{"readings": [{"tag": "E1", "relevance": 11}]}',
        '{"readings": [{"tag": "E1", "relevance": -1}]}',
        '{"readings": [{"tag": "E1", "relevance": NaN}]}',
        '{"readings": [{"tag": "E1", "relevance": "high"}]}',
        '{"readings": [{"tag": "E1", "relevance": 5, "stance": "perhaps"}]}',
        '{"readings": [{"tag": "E1"}]}',
        '{"readings": ["E1"]}',
        '{"readings": {"E1": 5}}',
        "[]",
        "no JSON",
    ],
)
def test_a_reading_with_values_that_cannot_be_is_told_back_once_and_then_not_read(reply):
    by, model = writer({ReadReply: lambda asked: reply})
    (reading,) = by.read(QUESTION, papers(1))
    assert reading.unread
    assert (reading.stance, reading.citations) == ("none", ())
    assert len(model.asked) == 2


def test_one_reading_that_does_not_fit_costs_no_other():
    by, _ = writer(readings({"tag": "E1", "stance": "perhaps"}, {"tag": "E2"}))
    first, second = by.read(QUESTION, papers(2))
    assert (bool(first.unread), second.relevance) == (True, 9)


def test_a_batch_that_cannot_be_read_costs_its_own_papers_alone():
    def one_bad(asked):
        return "no JSON" if "E1" in asked.tags else reads(asked)

    read = writer({ReadReply: one_bad})[0].read(QUESTION, papers(2 * PAPERS_A_CALL))
    assert [bool(r.unread) for r in read] == [True] * PAPERS_A_CALL + [False] * PAPERS_A_CALL


def test_a_provider_that_fails_every_call_is_an_error_and_one_call_is_not():
    def fails(asked, tags):
        if set(asked.tags) & set(tags):
            raise ModelError("the provider is down")
        return reads(asked)

    shown = papers(2 * PAPERS_A_CALL)
    by, _ = writer({ReadReply: lambda asked: fails(asked, ["E1"])})
    assert by.read(QUESTION, shown)[0].unread == "the provider failed"
    by, _ = writer({ReadReply: lambda asked: fails(asked, [item.tag for item in shown])})
    with pytest.raises(ModelError, match="is down"):
        by.read(QUESTION, shown)


def test_a_limit_ends_the_run_though_other_calls_succeed():
    def limited(asked):
        if "E1" in asked.tags:
            raise LimitError("no more calls")
        return reads(asked)

    with pytest.raises(LimitError):
        writer({ReadReply: limited})[0].read(QUESTION, papers(2 * PAPERS_A_CALL))


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


def test_the_answer_is_written_from_whole_texts_in_the_readings_order():
    by, model = writer()
    shown = papers(3)
    numbers = Numbers(shown)
    order = [("E3", 9), ("E1", 8)]
    said = [
        Reading(paper_id=f"id-{tag}", relevance=r, citations=(numbers.cite(f"{tag}.2"),))
        for tag, r in order
    ]
    by.write_answer(QUESTION, said, shown)
    assert [(t.tag, t.sentences) for t in model.asked[0].texts] == [
        ("E3", ["RL helps paper 3.", "It does more."]),
        ("E1", ["RL helps paper 1.", "It does more."]),
    ]


def test_without_readings_the_answer_is_written_from_all_texts():
    by, model = writer()
    by.write_answer(QUESTION, [], papers(2))
    assert model.asked[0].tags == ["E1", "E2"]


def test_a_number_of_a_text_that_the_prompt_did_not_show_is_no_anchor():
    by, _ = writer({AnswerText: lambda asked: "It holds [E1.1, E2.1] as said [E9.9].\nEND"})
    draft = by.write_answer(QUESTION, [Reading(paper_id="id-E1", relevance=8)], papers(2))
    (claim,) = draft.claims
    assert [a.numbers for a in claim.anchors] == [("E1.1",)]
    assert set(claim.unknown) == {"E2.1", "E9.9"}


def test_a_wrong_number_is_told_back_once():
    replies = iter(["It holds [E1.9].\nEND", "It holds [E1.1].\nEND"])
    by, model = writer({AnswerText: lambda asked: next(replies)})
    (claim,) = by.write_answer(QUESTION, [], papers(1)).claims
    assert claim.anchors[0].numbers == ("E1.1",)
    assert "E1.9 named no sentence" in model.asked[1].prompt


@pytest.mark.parametrize("reply", ["It holds.\nEND", "It holds [E7.1].\nEND", "...", "{}"])
def test_a_reply_without_a_sentence_that_can_be_checked_is_no_answer(reply):
    by, model = writer({AnswerText: lambda asked: reply})
    with pytest.raises(ModelReplyError):
        by.write_answer(QUESTION, [], papers(1))
    assert len(model.asked) == 2


def test_a_model_may_say_that_the_texts_do_not_answer():
    by, model = writer({AnswerText: lambda asked: "NO ANSWER\nEND"})
    draft = by.write_answer(QUESTION, [], papers(1))
    assert (draft.is_refusal, draft.claims) == (True, ())
    assert len(model.asked) == 1


def test_more_sentences_than_an_answer_may_have_are_cut():
    many = " ".join(f"Sentence number {n} holds [E1.1]." for n in range(99))
    by, _ = writer({AnswerText: lambda asked: f"{many}\nEND"})
    assert len(by.write_answer(QUESTION, [], papers(1)).claims) == MOST_SENTENCES


def test_sentences_are_handed_on_while_they_are_written():
    by, _ = writer({AnswerText: lambda asked: "One [E1.1]. Two [E9.9]. Three [E1.2].\nEND"})
    told = []
    by.write_answer(QUESTION, [], papers(1), told.append)
    assert [claim.text for claim in told] == ["One.", "Three."]


def test_texts_that_do_not_fit_are_shown_by_the_sentences_that_bear_on_the_question():
    long = papers(6, "Word {} begins. " + "And it goes on and on and on. " * 30)
    numbers = Numbers(long)
    said = [
        Reading(paper_id=i.paper.id, relevance=9, citations=(numbers.cite(f"{i.tag}.1"),))
        for i in long
    ]
    by, model = writer(context=3000 + 1500)
    by.write_answer(QUESTION, said, long)
    bodies = {text.tag: text.numbers for text in model.asked[0].texts}
    assert list(bodies) == [item.tag for item in long]
    assert len(bodies["E1"]) == 31
    assert bodies["E6"] == ["E6.1"]
    assert "shown by their best sentences" in by.notes()[0]


@pytest.mark.parametrize("context", [4096, 8192, 32_000])
def test_every_prompt_stays_within_the_context_and_reading_drops_no_paper(context):
    long = papers(12, "Word {} " + "and more text " * 150)
    by, model = writer(context=context)
    by.read(QUESTION, long)
    by.write_answer(QUESTION, [], long)
    by.rerank(QUESTION, long)
    assert all(len(asked.prompt) / 3 <= context for asked in model.asked)
    for into in (ReadReply, RerankReply):
        seen = [tag for asked in model.calls(into) for tag in asked.tags]
        assert sorted(seen) == sorted(item.tag for item in long)


def test_other_scripts_take_more_room():
    chinese = papers(8, "模型{}" + "可以学习新的技能" * 100)
    by, model = writer(context=8192)
    by.write_answer(QUESTION, [], chinese)
    assert sum(len(text.body) for text in model.asked[0].texts) < 8192


def test_a_context_that_is_too_small_for_anything_still_shows_the_best_text():
    by, model = writer(context=100)
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
    by, _ = writer(context=1000)
    judged = by.judge([claim("Word " * 200, papers(1)[0])] * 3)
    assert judged == ("supported", "unchecked", "unchecked")
    assert by.notes() == ("2 texts that did not fit into the model's context",)


def test_expanding_gives_a_few_short_questions_on_one_line_each():
    replies = ["", "  a\n b ", "c" * 900, *"defghi"]
    by, model = writer({QuestionsReply: lambda asked: {"questions": replies}})
    asked = by.expand(QUESTION, [claim("Paper 1", papers(1)[0])])
    assert asked.questions == ("a b", "c" * 200, *"defg")
    assert len(asked.questions) == MOST_QUESTIONS
    assert "RL helps" in model.asked[0].texts[0].body


def test_an_imagined_abstract_is_short_and_asked_for_only_while_nothing_is_known():
    reply = {"questions": [], "abstract": " We show\nthat " + "x" * 5000}
    by, _ = writer({QuestionsReply: lambda asked: reply})
    imagined = by.expand(QUESTION, ()).abstract
    assert imagined.startswith("We show that x")
    assert len(imagined) == 1000
    assert by.expand(QUESTION, [claim("Paper 1", papers(1)[0])]).abstract == ""


def test_reranking_drops_nothing_and_fuses_the_models_order_with_the_first():
    by, _ = writer({RerankReply: lambda asked: {"tags": ["e4", "E9", "[E4]", ""]}})
    ranked = [item.tag for item in by.rerank(QUESTION, papers(4))]
    assert sorted(ranked) == ["E1", "E2", "E3", "E4"]
    assert ranked.index("E4") < 3


def test_a_batch_that_cannot_be_put_in_order_keeps_its_own():
    def one_bad(asked):
        return "no JSON" if "E1" in asked.tags else {"tags": asked.tags}

    by, model = writer({RerankReply: one_bad})
    shown = papers(RERANKED_A_CALL + 1)
    assert {i.tag for i in by.rerank(QUESTION, shown)} == {i.tag for i in shown}
    assert "not put in order" in by.notes()[0]
    assert len({tuple(asked.tags) for asked in model.asked}) == 2


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
