"""An answer's sentences are checked by kind, moved to the right proof, repaired one by one."""

import pytest

from reviewer.grounding import Numbers, check_answer
from reviewer.grounding.answers import Checks, with_citations
from reviewer.types.claims import NeedsModel
from reviewer.writers import Extractive
from reviewer.writers.prompted.judging import ExamineReply, RepairText
from reviewer.writers.prompted.prose import read_prose
from tests.support.scripted import evidence, examines, writer

SHOWN = [
    evidence(
        "E1",
        "We study RL. RL raises accuracy by 8.4% on 3 tasks. It does not teach new skills. "
        "Training takes 40 hours.",
        "Alpha: RL for reasoning",
    ),
    evidence("E2", "Distillation teaches new skills. It needs a strong teacher.", "Beta"),
]
NUMBERS = Numbers(SHOWN)
QUESTION = "Does RL teach new skills?"


def draft(text):
    return read_prose(f"{text}\nEND", NUMBERS).draft


def check(text, script=None, **checks):
    by, model = writer(script)
    return check_answer(draft(text), SHOWN, by, Checks(**checks), QUESTION), model


def one(text, script=None, **checks):
    (claim,) = check(text, script, **checks)[0].claims
    return claim


def one_of(text):
    """The first sentence of an answer."""
    return check(text)[0].claims[0]


def shown(claim):
    """The sentence with the numbers of what it cites where they stand."""
    text = claim.text
    for anchor in reversed(claim.anchors):
        names = [NUMBERS.number_of(claim.citations[i]) for i in anchor.citations]
        text = f"{text[: anchor.at]}[{' '.join(names)}]{text[anchor.at :]}"
    return text


def verdict(support, place=1, **said):
    return {
        ExamineReply: lambda asked: {"verdicts": [{"tag": f"S{place}", "support": support, **said}]}
    }


def test_a_numbers_citation_is_the_sentence_and_stands_at_its_clause():
    claim = one("RL raises accuracy [E1.2], and Beta teaches skills [E2.1, E2.2].")
    assert shown(claim) == "RL raises accuracy[E1.2], and Beta teaches skills[E2.1 E2.2]."
    assert claim.citations[0].quote == "RL raises accuracy by 8.4% on 3 tasks."
    for citation in claim.citations:
        item = next(item for item in SHOWN if item.paper.id == citation.paper_id)
        assert item.paper.text_of(citation.part)[citation.start : citation.end] == citation.quote


def test_a_citation_of_number_0_is_the_title():
    (citation,) = one("Alpha is on reasoning [E1.0].").citations
    assert (citation.part, citation.quote) == ("title", "Alpha: RL for reasoning")


def test_anchors_keep_their_place_when_a_link_is_taken_out():
    claim = one("RL (see https://evil.example/x) raises accuracy [E1.2], it is said [7] [E1.3].")
    assert "evil" not in claim.text
    assert shown(claim).endswith("raises accuracy[E1.2], it is said[E1.3].")


@pytest.mark.parametrize(
    ("text", "support"),
    [
        ("RL raises accuracy by 8.4% [E1.2].", "supported"),
        ("RL raises accuracy by 9.4% [E1.2].", "unsupported"),
        ("RL raises accuracy [E9.2].", "uncited"),
        ("RL raises accuracy [E1.2] and more [E9.2].", "supported"),
    ],
)
def test_code_checks_facts_before_a_judge_does(text, support):
    assert one(text).support == support


def test_a_figure_in_another_sentence_of_the_text_gets_that_sentence_as_an_anchor():
    claim = one("RL raises accuracy within 40 hours [E1.2].")
    assert (shown(claim), claim.unproven) == ("RL raises accuracy within 40 hours[E1.2 E1.4].", ())


def test_a_figure_of_another_paper_proves_nothing():
    claim = one("Distillation teaches skills in 40 hours [E2.1].")
    assert (claim.support, claim.unproven) == ("unsupported", ("40 hours",))


def test_a_sentence_that_rests_on_others_needs_no_citation():
    answer, model = check("It depends. RL raises accuracy [E1.2]. None of these papers says why.")
    assert [(c.kind, c.support, c.citations != ()) for c in answer.claims] == [
        ("synthesis", "supported", False),
        ("fact", "supported", True),
        ("gap", "supported", False),
    ]
    (call,) = model.calls(ExamineReply)
    bodies = {text.tag: text.body for text in call.texts}
    assert bodies["S2"] == "RL raises accuracy [E1.2]."
    assert "E1.3 It does not teach new skills." in bodies["E1"]  # the rest of the text too
    assert "Alpha: RL for reasoning" in call.prompt  # and its title
    assert "E2" not in bodies  # what is not cited is not shown


def test_a_synthesis_with_a_figure_that_no_cited_sentence_has_is_unsupported():
    answer, _ = check("RL solves 99% of tasks. RL raises accuracy [E1.2].")
    assert answer.claims[0].support == "unsupported"


@pytest.mark.parametrize(
    "said",
    [
        "The two disagree on one thing.",
        "Both papers and both approaches matter.",
        "Three strands of work, and two of them in ten settings.",
    ],
)
def test_a_synthesis_may_count_in_words(said):
    assert one_of(f"{said} RL raises accuracy [E1.2].").support == "supported"


@pytest.mark.parametrize(
    "said", ["It needs 2 models.", "It takes two hours.", "Half of it fails.", "Forty tasks gain."]
)
def test_a_synthesis_needs_proof_for_other_figures(said):
    assert one_of(f"{said} RL is studied [E1.1].").support == "unsupported"


def test_a_figure_is_looked_for_elsewhere_with_the_words_around_it():
    own = [evidence("E1", "We study it. The error changed by -5%.")]
    said = read_prose("The error falls by 5% [E1.1].\nEND", Numbers(own)).draft
    (claim,) = check_answer(said, own, writer()[0], Checks(), QUESTION).claims
    assert (claim.unproven, [c.quote for c in claim.citations]) == (
        (), ["We study it.", "The error changed by -5%."],
    )  # fmt: skip


def test_a_synthesis_without_any_fact_beside_it_is_uncited():
    answer, model = check("RL solves everything. It is so.")
    assert [c.support for c in answer.claims] == ["uncited", "uncited"]
    assert model.asked == []


def test_a_synthesis_does_not_stand_where_all_facts_fall():
    def judge(asked):
        said = {"S1": "supported", "S2": "unsupported"}
        return {"verdicts": [{"tag": tag, "support": support} for tag, support in said.items()]}

    answer, _ = check("RL teaches. RL teaches skills [E1.2].", {ExamineReply: judge})
    assert [c.support for c in answer.claims] == ["unsupported", "unsupported"]


@pytest.mark.parametrize("support", ["unsupported", "partial", "contradicted"])
def test_a_gap_is_never_an_unsupported_claim(support):
    text = "None of these papers reports its cost. RL raises accuracy [E1.2]."
    answer, _ = check(text, verdict(support))
    assert answer.claims[0].support == "unchecked"


def test_a_gap_is_contradicted_by_a_sentence_that_fills_it():
    text = "None of these papers reports its cost. RL raises accuracy [E1.2]."
    answer, _ = check(text, verdict("contradicted", numbers=["E1.4"]))
    assert answer.claims[0].support == "contradicted"


def test_what_another_sentence_carries_gets_that_sentence():
    claim = one("RL teaches no skills [E1.1].", verdict("elsewhere", numbers=["E1.3"]))
    assert (shown(claim), claim.support) == ("RL teaches no skills[E1.3].", "supported")


def test_words_that_another_sentence_carries_get_it_beside_what_was_cited():
    said = verdict("elsewhere", words="teaches no skills", numbers=["[e1.3]"])
    claim = one("RL is studied [E1.1] and teaches no skills [E1.2].", said)
    assert shown(claim) == "RL is studied[E1.1] and teaches no skills[E1.2 E1.3]."
    assert claim.support == "supported"


def test_elsewhere_without_a_number_is_nowhere():
    said = verdict("elsewhere", numbers=["E7.1"])
    assert one("RL teaches no skills [E1.1].", said).support == "unsupported"


def test_a_contradiction_shows_its_sentence_and_the_words_that_fail():
    said = verdict(
        "contradicted", words="teaches new skills", numbers=["E1.3"], reason="it does not"
    )
    claim = one("RL teaches new skills [E1.2].", said)
    assert shown(claim) == "RL teaches new skills[E1.2 E1.3]."
    assert (claim.failing, claim.reason) == ("teaches new skills", "it does not")


def test_words_that_are_not_in_the_sentence_are_not_shown_as_failing():
    assert one("RL helps [E1.2].", verdict("partial", words="something else")).failing == ""


@pytest.mark.parametrize(
    "reply",
    [
        "I think they are all fine.",
        '{"verdicts": []}',
        '{"verdicts": [{"tag": "S9", "support": "supported"}]}',
        '{"verdicts": [{"tag": "S1", "support": "unchecked"}]}',
        '{"verdicts": [{"tag": "S1"}]}',
    ],
)
def test_a_verdict_that_cannot_be_read_leaves_the_sentence_not_checked(reply):
    answer, model = check("RL helps [E1.2].", {ExamineReply: lambda asked: reply})
    assert [c.support for c in answer.claims] == ["unchecked"]
    assert len(model.calls(ExamineReply)) == 2  # told once


@pytest.mark.parametrize("said", ["Supported", " supported. ", "SUPPORTED"])
def test_a_verdict_is_read_as_a_person_reads_it(said):
    assert one("RL helps [E1.2].", verdict(said)).support == "supported"


def test_without_a_model_sentences_stay_not_checked():
    by, checks = Extractive(), Checks(may_repair=True)
    answer = check_answer(draft("RL helps [E1.2]."), SHOWN, by, checks, QUESTION)
    assert [c.support for c in answer.claims] == ["unchecked"]
    assert isinstance(Extractive().repair((), (), ()), NeedsModel)


def repair(*lines):
    return {RepairText: lambda asked: "\n".join([*lines, "END"])}


FAILS = verdict("partial", place=2, words="and teaches skills", reason="skills are not taught")
TEXT = "It depends. RL raises accuracy and teaches skills [E1.2]. Beta needs a teacher [E2.2]."


def test_a_failing_sentence_alone_is_written_again_with_its_words_and_reason():
    answer, model = check(
        TEXT, FAILS | repair("S2 RL raises accuracy by 8.4% [E1.2]."), may_repair=True
    )
    assert [shown(c) for c in answer.claims] == [
        "It depends.", "RL raises accuracy by 8.4%[E1.2].", "Beta needs a teacher[E2.2].",
    ]  # fmt: skip
    assert (answer.claims[1].support, answer.claims[1].is_repaired) == ("unchecked", True)
    (call,) = model.calls(RepairText)
    (fault,) = [text.body for text in call.texts if text.tag == "S2"]
    assert "Sentence: RL raises accuracy and teaches skills [E1.2]." in fault
    assert "Fails: and teaches skills" in fault
    assert "Reason: skills are not taught" in fault
    assert "Paragraph: It depends. RL raises" in fault
    assert not [text for text in call.texts if text.tag in ("S1", "S3")]


def test_a_repair_is_judged_again_where_the_effort_is_thorough():
    turns = iter(["partial", "supported"])

    def judge(asked):
        support = next(turns)
        said = examines(asked)["verdicts"]
        return {"verdicts": [v | {"support": support} if v["tag"] == "S2" else v for v in said]}

    script = {ExamineReply: judge} | repair("S2 RL raises accuracy [E1.2].")
    answer, model = check(TEXT, script, may_repair=True, judges_again=True)
    assert [c.support for c in answer.claims] == ["supported"] * 3
    first, second = model.calls(ExamineReply)
    assert [tag for tag in first.tags if tag[0] != "E"] == ["S1", "S2", "S3"]
    assert [tag for tag in second.tags if tag[0] != "E"] == ["S2"]  # a fact is judged alone


@pytest.mark.parametrize(
    "line",
    [
        "S2 RL raises accuracy by 99% [E1.2].",
        "S2 RL raises accuracy.",
        "S2 RL raises accuracy [E9.1].",
        "S2 RL raises accuracy [E1.2] and more [E9.1].",
        "S2 RL raises accuracy and teaches skills [E1.2].",
        "S2",
        "S7 RL raises accuracy [E1.2].",
        "RL raises accuracy [E1.2].",
        "",
    ],
    ids=[
        "figure",
        "no anchor",
        "unknown",
        "one unknown",
        "same",
        "empty",
        "other",
        "no tag",
        "none",
    ],
)
def test_a_repair_whose_anchors_or_figures_do_not_stand_changes_nothing(line):
    answer, _ = check(TEXT, FAILS | repair(line), may_repair=True)
    assert answer.claims[1].text == "RL raises accuracy and teaches skills."
    assert (answer.claims[1].support, answer.claims[1].is_repaired) == ("partial", False)


def test_a_sentence_that_cites_nothing_is_repaired_too():
    text = "RL raises accuracy [E9.9]. RL is studied [E1.1]."
    answer, _ = check(text, repair("S1: RL raises accuracy [E1.2]."), may_repair=True)
    assert shown(answer.claims[0]) == "RL raises accuracy[E1.2]."


def test_a_sentence_without_any_text_is_not_asked_for_again_and_stays_marked():
    text = "RL raises accuracy [E9.9].\n\nRL is studied [E1.1]."
    answer, model = check(text, may_repair=True)
    assert answer.claims[0].support == "uncited"
    assert model.calls(RepairText) == []


def test_a_repair_shows_the_text_that_the_reason_names():
    said = verdict("partial", words="and needs a teacher", reason="E2 alone says so")
    text = "RL raises accuracy and needs a teacher [E1.2]."
    _, model = check(text, said | repair("S1 RL raises accuracy [E1.2]."), may_repair=True)
    (call,) = model.calls(RepairText)
    assert [text.tag for text in call.texts] == ["E1", "E2", "S1"]


def test_a_repair_shows_each_text_whose_number_stands_in_the_paragraph():
    first = evidence("E1", "We study RL. It helps.")
    later = first.model_copy(
        update={"tag": "E2", "chunk": first.chunk.model_copy(update={"id": "chunk-2"})}
    )
    own = [first, later]
    said = read_prose("RL is a study [E2.0]. It helps all [E2.2].\nEND", Numbers(own)).draft
    by, model = writer(verdict("partial", place=2) | repair("S2 It helps [E2.2]."))
    check_answer(said, own, by, Checks(may_repair=True), QUESTION)
    (call,) = model.calls(RepairText)
    bodies = {text.tag: text.body for text in call.texts}
    assert set(bodies) == {"E2", "S2"}
    assert "Paragraph: RL is a study [E2.0]. It helps all [E2.2]." in bodies["S2"]


def test_the_judge_sees_the_question_and_the_whole_answer_in_order():
    text = "Yes. RL raises accuracy by 9.4% [E1.2]. It does not teach skills [E1.3]."
    _, model = check(text)
    (call,) = model.calls(ExamineReply)
    assert f"QUESTION: {QUESTION}" in call.prompt
    sentences = [(t.tag, t.body) for t in call.texts if not t.tag.startswith("E")]
    assert sentences == [
        ("S1", "Yes."),
        ("failed", "RL raises accuracy by 9.4%."),
        ("S3", "It does not teach skills [E1.3]."),
    ]


def test_without_a_question_each_sentence_is_judged_alone():
    by, model = writer()
    claims = check("RL raises accuracy by 9.4% [E1.2]. It is studied [E1.1].", may_judge=False)
    by.examine(claims[0].claims, SHOWN)
    (call,) = model.calls(ExamineReply)
    assert [t.tag for t in call.texts] == ["E1", "S2"]
    assert "QUESTION" not in call.prompt


def test_a_gap_is_not_called_supported_by_a_judge_who_does_not_see_all_texts():
    long = [evidence(f"E{n}", f"Study {n} trains a model. {'It is a long text. ' * 150}")
            for n in range(1, 9)]  # fmt: skip
    text = "".join(f"Study {n} trains [E{n}.1]. " for n in range(1, 9))
    said = read_prose(f"{text}None of these papers reports its cost.\nEND", Numbers(long)).draft
    supports = {}
    for context in (4_000, 32_000):
        by, _ = writer(context=context)
        claims = check_answer(said, long, by, Checks(), QUESTION).claims
        supports[context] = [claim.support for claim in claims]
    assert supports == {
        4_000: ["supported"] * 8 + ["unchecked"],
        32_000: ["supported"] * 9,
    }


def test_nothing_is_repaired_where_repair_is_switched_off_or_nothing_fails():
    assert check(TEXT, FAILS)[1].calls(RepairText) == []
    assert check(TEXT, may_repair=True)[1].calls(RepairText) == []


def test_strict_leaves_out_what_still_fails_and_mends_what_referred_to_it():
    text = (
        "RL raises accuracy [E1.2]. RL teaches everything [E1.1]. Another needs a teacher [E2.2]."
    )

    def mend(asked):
        own = next(t for t in asked.texts if t.tag.startswith("S"))
        if "left out" in own.body:
            return f"{own.tag} Beta needs a teacher [E2.2].\nEND"
        return "END"

    script = verdict("unsupported", place=2) | {RepairText: mend}
    answer, _ = check(text, script, may_repair=True, is_strict=True)
    assert [shown(c) for c in answer.claims] == [
        "RL raises accuracy[E1.2].", "Beta needs a teacher[E2.2].",
    ]  # fmt: skip
    assert answer.left_out == 1


def test_strict_keeps_no_thesis_without_a_fact():
    said = {ExamineReply: lambda asked: examines(asked, "unsupported")}
    answer, _ = check("It depends. RL teaches everything [E1.1].", said, is_strict=True)
    assert (answer.claims, answer.left_out) == ((), 2)


def test_citations_can_be_put_to_a_claim_that_has_no_anchors():
    claim = one("RL helps [E1.2].").model_copy(update={"anchors": ()})
    more = with_citations(claim, [NUMBERS.cite("E1.3")], 99)
    assert [c.quote for c in more.citations] == [
        "RL raises accuracy by 8.4% on 3 tasks.", "It does not teach new skills.",
    ]  # fmt: skip
