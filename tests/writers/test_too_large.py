"""A prompt that is too large for the model becomes smaller ones, and nothing else is lost."""

from __future__ import annotations

import pytest

from reviewer.grounding import Numbers
from reviewer.llm.ask import LEAST_ROOM
from reviewer.llm.replies import TooLargeError
from reviewer.types import Claim
from reviewer.types.drafts import Brief, Theme
from reviewer.types.progress import silent
from reviewer.types.tables import Column
from reviewer.writers.prompted.answers import AnswerText, JudgeReply, RerankReply
from reviewer.writers.prompted.cards import CardsReply
from reviewer.writers.prompted.judging import ExamineReply
from reviewer.writers.prompted.reading import ReadReply
from reviewer.writers.prompted.sections import SectionText
from reviewer.writers.prompted.tables import JudgeCellsReply, TableReply
from tests.support.scripted import HONEST, evidence, writer

MOST = 3  # texts that the model takes at once
TEXTS = [
    evidence(f"E{n}", f"Study {n} trains models. " + "It finds more of what it measures. " * 12)
    for n in range(1, 9)
]
QUESTION = "what do studies find?"


def limited(into, most_tokens=None):
    """A model that takes MOST texts at once in prompts of this reply type."""

    def reply(asked):
        texts = [t for t in asked.texts if t.tag[0] in "ECV"]
        if len(texts) > MOST:
            raise TooLargeError("the prompt is too long", most_tokens=most_tokens)
        return HONEST[into](asked)

    return writer({into: reply})


def claims_of(texts):
    cited = [Numbers([item]).cite(f"{item.tag}.1") for item in texts]
    return [Claim(text=f"This is finding {n}.", citations=(c,)) for n, c in enumerate(cited)]


@pytest.mark.parametrize("most_tokens", [None, 4096])
def test_every_paper_is_read_in_smaller_batches(most_tokens):
    by, model = limited(ReadReply, most_tokens)
    readings = by.read(QUESTION, TEXTS)
    assert [r.paper_id for r in readings] == [item.paper.id for item in TEXTS]
    assert not [r for r in readings if r.unread]
    assert by.room() < model.context_tokens / 2
    assert "prompts were made smaller, as the model takes less at once (--context)" in by.notes()


def test_an_answer_is_written_of_what_fits():
    by, _ = limited(AnswerText)
    draft = by.write_answer(QUESTION, (), TEXTS)
    assert 1 <= len(draft.claims) <= MOST
    assert all(claim.anchors for claim in draft.claims)
    notes = [note for note in by.notes() if "did not fit" in note]
    assert any(f"{len(TEXTS) - len(draft.claims)} text" in note for note in notes), notes


def test_sentences_and_claims_are_judged_in_smaller_batches():
    by, _ = limited(ExamineReply)
    verdicts = by.examine(claims_of(TEXTS), TEXTS)
    assert {verdict.support for verdict in verdicts} == {"supported"}
    by, _ = limited(JudgeReply)
    assert set(by.judge(claims_of(TEXTS))) == {"supported"}


def test_texts_are_put_in_order_in_smaller_batches():
    by, _ = limited(RerankReply)
    assert {item.tag for item in by.rerank(QUESTION, TEXTS)} == {item.tag for item in TEXTS}
    assert not [note for note in by.notes() if "not put in order" in note]


def test_every_row_is_filled_by_smaller_calls():
    for into in (TableReply, JudgeCellsReply):
        by, _ = limited(into)
        rows = by.fill_rows(QUESTION, [Column(name="size")], TEXTS, silent)
        assert [row.paper_id for row in rows] == [item.paper.id for item in TEXTS]
        assert all(row.cells and not row.failed and not row.unanswered for row in rows)


def test_a_section_is_written_of_what_fits():
    by, _ = limited(SectionText)
    theme = Theme(name="All", paper_ids=tuple(item.paper.id for item in TEXTS))
    draft = by.write_section(Brief(question=QUESTION), [theme], (), TEXTS)
    assert any(claim.anchors for claim in draft.claims)


def test_cards_are_made_in_smaller_batches():
    by, _ = limited(CardsReply)
    cards = by.read_cards(TEXTS)
    assert [card.paper_id for card in cards] == [item.paper.id for item in TEXTS]
    assert not [card for card in cards if card.unread]


def test_paragraphs_that_do_not_fit_together_are_written_one_after_the_other():
    by, model = writer(context=4000)
    long = [evidence(f"E{n}", "This long sentence tells of pears. " * 40) for n in range(1, 9)]
    themes = [Theme(name=f"T{n}", paper_ids=(f"id-E{n}", f"id-E{n + 1}")) for n in (1, 3, 5, 7)]
    draft = by.write_section(Brief(question=QUESTION, words=200), themes, (), long)
    assert {claim.paragraph for claim in draft.claims} == {1, 2, 3, 4}
    prompts = [call.prompt for call in model.calls(SectionText)]
    assert len(prompts) > 1
    assert "WRITTEN BEFORE" in prompts[-1]


def test_a_prompt_that_is_too_large_for_any_text_is_one_error_after_few_calls():
    def never(asked):
        raise TooLargeError("the prompt is too long")

    by, model = writer({ReadReply: never})
    with pytest.raises(TooLargeError, match="the prompt is too long"):
        by.read(QUESTION, TEXTS)
    assert by.room() == LEAST_ROOM
    assert len(model.asked) < 40


def test_a_verdict_of_one_batch_that_cannot_be_read_leaves_the_others():
    def judges(asked):
        return "Fine." if "C1" in asked.tags else HONEST[JudgeReply](asked)

    by, _ = writer({JudgeReply: judges})
    supports = by.judge(claims_of(TEXTS * 2))
    assert set(supports[:12]) == {"unchecked"}
    assert set(supports[12:]) == {"supported"}
    assert any("12 claims not checked" in note for note in by.notes())


def test_a_card_cites_bare_numbers_of_its_text_and_does_not_say_them():
    def bare(asked):
        return {
            "cards": [
                {"tag": text.tag, "name": "Alpha [1]", "result": "it halves the error [1, 2]"}
                for text in asked.texts
            ]
        }

    by, _ = writer({CardsReply: bare})
    (card, *_) = by.read_cards(TEXTS)
    assert (card.name, card.result.text) == ("Alpha", "it halves the error")
    assert card.result.citations
