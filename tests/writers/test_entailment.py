"""The small model that judges claims: its labels, its premises, and what check makes of it."""

import pytest

from reviewer.errors import UsageError
from reviewer.library.embeddings.pair_model import LocalPairModel
from reviewer.types import Citation, Claim
from reviewer.types.claims import NeedsModel
from reviewer.writers import Extractive
from reviewer.writers.extractive.entailment import Entailment
from tests.support.pair_models import make_pair_model

# Words of the papers decide: entailment, neutral, contradiction. The model sees both texts.
BOTH = ("input_ids", "attention_mask")
WEIGHTS = {
    "proves": (4.0, 0.0, 0.0),
    "denies": (0.0, 0.0, 4.0),
    "mentions": (0.0, 4.0, 0.0),
    "half": (1.0, 1.5, 0.0),
}
LABELS = ("entailment", "neutral", "contradiction")


def cited(*quotes, paper="p1"):
    return tuple(
        Citation(paper_id=paper, chunk_id="", part="abstract", start=n, end=n + 1, quote=quote)
        for n, quote in enumerate(quotes)
    )


def judged(folder, *claims, labels=LABELS, weights=WEIGHTS):
    model = LocalPairModel(str(make_pair_model(folder / "nli", weights, labels, BOTH)))
    return Entailment(model).judge([Claim(text="a claim", citations=own) for own in claims])


def test_the_premise_that_decides_most_counts(tmp_path):
    assert judged(
        tmp_path,
        cited("it mentions", "it proves it"),
        cited("it mentions", "it denies"),
        cited("it mentions"),
        cited(),
    ) == ("supported", "contradicted", "unsupported", "unchecked")


def test_what_two_sentences_of_a_paper_say_together_counts(tmp_path):
    weights = {"one": (1.0, 1.4, 0.0), "two": (1.0, 0.0, 0.0)}
    alone = cited("one", "one")
    together = (*cited("one", "two"),)
    assert judged(tmp_path, alone, together, weights=weights) == ("unsupported", "supported")


@pytest.mark.parametrize(
    ("labels", "order"),
    [
        (("CONTRADICTION", "ENTAILMENT", "NEUTRAL"), (2, 0, 1)),
        (("Neutral", "Contradiction", "Entailment"), (1, 2, 0)),
        (("refutes", "supports", "not enough info"), (2, 0, 1)),
        (("not_supported", "supported"), (1, 0)),
        (("entailment", "not_entailment"), (0, 1)),
        (("LABEL_0", "LABEL_1"), (1, 0)),  # MiniCheck
        ((), (1, 0)),
    ],
)
def test_labels_are_known_in_any_order_and_case(tmp_path, labels, order):
    weights = {word: tuple(values[n] for n in order) for word, values in WEIGHTS.items()}
    claims = cited("it proves it"), cited("it mentions")
    said = judged(tmp_path, *claims, labels=labels, weights=weights)
    assert said == ("supported", "unsupported")


@pytest.mark.parametrize(
    "labels", [("LABEL_0", "LABEL_1", "LABEL_2"), ("toxic", "fine"), ("neutral", "unknown")]
)
def test_labels_that_say_nothing_are_refused(tmp_path, labels):
    weights = {"a": (0.0,) * len(labels)}
    with pytest.raises(UsageError, match=f"nli cannot judge claims: it has the labels {labels[0]}"):
        judged(tmp_path, cited("a"), labels=labels, weights=weights)


def test_a_reranker_cannot_judge(tmp_path):
    with pytest.raises(UsageError, match="it gives 1 numbers"):
        judged(tmp_path, cited("a"), labels=(), weights={"a": (1.0,)})


def test_the_extractive_writer_judges_with_it_alone(tmp_path):
    model = LocalPairModel(str(make_pair_model(tmp_path / "nli", WEIGHTS, LABELS, BOTH)))
    claim = Claim(text="a claim", citations=cited("it proves it"))
    assert Extractive(Entailment(model)).judge([claim]) == ("supported",)
    assert Extractive(Entailment(model)).judge_name == "nli"
    assert isinstance(Extractive().judge([claim]), NeedsModel)
