"""Terms that sentences define, introduce or only write out; and sentences that define nothing."""

import pytest

from reviewer.text.definitions import abbreviations_in, definitions_in


@pytest.mark.parametrize(
    ("sentence", "term", "short", "kind"),
    [
        (
            "Continual learning (CL) is a setting in which an agent has to learn from a stream.",
            "Continual learning",
            "CL",
            "defined",
        ),
        (
            "Transfer learning refers to machine learning techniques that reuse what was learnt.",
            "Transfer learning",
            "",
            "defined",
        ),
        (
            "Length generalization, the ability to solve longer problems, is a core challenge.",
            "Length generalization",
            "",
            "defined",
        ),
        (
            "Large steps are clipped, which we call proximal policy optimization (PPO).",
            "proximal policy optimization",
            "PPO",
            "defined",
        ),
        (
            "Models lose what they knew before, a phenomenon known as catastrophic forgetting.",
            "catastrophic forgetting",
            "",
            "defined",
        ),
        (
            "To mend this, we propose SEM, a post-training framework that trains models to search.",
            "SEM",
            "",
            "introduced",
        ),
        (
            "Current pipelines rely on supervised fine-tuning (SFT) of large checkpoints.",
            "supervised fine-tuning",
            "SFT",
            "written out",
        ),
    ],
)
def test_a_term_is_found_with_the_way_in_which_its_meaning_is_told(sentence, term, short, kind):
    first = definitions_in(sentence)[0]
    assert (first.term, first.short, first.kind) == (term, short, kind)


@pytest.mark.parametrize(
    "sentence",
    [
        "This is a method that improves the accuracy of large models.",
        "Our method is a framework that improves the accuracy of large models.",
        "Self-correction is a highly desirable capability of large language models.",
        "Calibration is an important problem that many have worked on for decades.",
        "As applications expand across diverse fields, the ability of models to adapt is needed.",
        "Is active learning a technique that saves labels in practice today?",
        "We use an architecture which we name a concept.",
        "The resulting algorithm, which we call Direct Preference Optimization, is stable.",
        "Data augmentation is a distinct way to alleviate these problems of small sets.",
    ],
)
def test_praise_questions_and_the_paper_itself_define_nothing(sentence):
    assert definitions_in(sentence) == []


def test_a_definition_goes_before_an_abbreviation_of_the_same_sentence():
    said = definitions_in(
        "Knowledge distillation (KD) is a method of moving knowledge into a small language model "
        "(SLM)."
    )
    assert [one.kind for one in said] == ["defined", "written out"]
    assert said[0].term == "Knowledge distillation"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the large language models (LLMs) of today", [("LLM", "large language models")]),
        ("out of distribution (OoD) data", [("OoD", "out of distribution")]),
        ("the capital of France (EU) was", []),
        ("the numbers (12) of papers", []),
    ],
)
def test_an_abbreviation_stands_for_words_that_have_its_letters(text, found):
    assert list(abbreviations_in(text)) == found
