"""The gate for assistants: every claim needs words that stand in its paper."""

import time

import pytest

from reviewer.errors import UsageError
from reviewer.grounding.agents import number_sentences
from reviewer.render.cited_text import cited_fields, cited_text
from reviewer.tasks import cite_claims
from reviewer.text import sentence_spans
from reviewer.types.agents import GivenClaim, GivenQuote
from reviewer.writers import Extractive

KEY = "from-fx-gx-2025"
FX = "a model that already knows the functions f and g learns through RL to solve compositions"


def claim(text, quote="", key=KEY, sentences=()):
    quotes = (GivenQuote(key=key, quote=quote),) if quote else ()
    return GivenClaim(text=text, quotes=quotes, sentences=sentences)


def cited(library, *claims, style="pandoc"):
    return cite_claims(claims, library, Extractive(), style)


@pytest.fixture
def key(sample_library):
    return sample_library.paper(KEY).key


def test_a_claim_with_its_quote_gets_a_mark_and_an_entry(sample_library, key):
    result = cited(sample_library, claim("RL teaches a model to compose f and g.", FX, key))
    assert result.outcome == "PASSES UNJUDGED"
    text = cited_text(result)
    assert text.startswith("PASSES UNJUDGED: 1 of 1 claim passed.")
    assert f"RL teaches a model to compose f and g [@{key}]." in text
    assert f"{{{key}," in text
    assert "abstract = " not in text
    citation = result.claims[0].claim.citations[0]
    assert sample_library.paper(key).abstract[citation.start : citation.end] == citation.quote


def test_a_claim_that_is_its_quote_passes(sample_library, key):
    sentence = number_sentences(sample_library.paper(key))[1]
    words = sample_library.paper(key).abstract[sentence.start : sentence.end]
    result = cited(sample_library, claim(words, sentences=(f"{key}.1",)))
    assert result.outcome == "PASSES"


def test_sentence_numbers_cite_the_sentences(sample_library, key):
    paper = sample_library.paper(key)
    spans = sentence_spans(paper.abstract)
    result = cited(sample_library, claim("They look at skills.", sentences=(f"{key}.1-2",)))
    found = [(c.start, c.end) for c in result.claims[0].claim.citations]
    assert found == spans[:2]
    title = cited(sample_library, claim("It asks that.", sentences=(f"{key}.0",)))
    assert title.claims[0].claim.citations[0].quote == paper.title


@pytest.mark.parametrize(
    ("text", "quote", "reason"),
    [
        ("RL teaches nothing.", "", "no quote and no sentence number"),
        ("RL teaches.", "RL never teaches a model to fly to the moon", "not in"),
        ("RL gains 47 percent.", FX, "47 percent"),
        ("RL teaches [@nobody-2020-x].", FX, "[@nobody-2020-x]"),
        ("...", FX, "no words"),
        ("RL teaches.", FX.replace("already knows", "knows"), "not in"),
    ],
)
def test_what_is_not_there_fails_with_its_reason(sample_library, key, text, quote, reason):
    result = cited(sample_library, claim(text, quote, key))
    assert result.outcome == "FAILS"
    assert any(reason in objection.reason for objection in result.claims[0].objections)
    assert "TEXT\n" not in cited_text(result)


def test_a_lost_quote_names_the_nearest_words_and_each_slip(sample_library, key):
    said = FX.replace("already knows", "never knows")
    text = cited_text(cited(sample_library, claim("RL teaches.", said, key)))
    assert f"nearest in {key}" in text
    assert 'a negation: "never" is "already" there' in text


def test_a_quote_of_another_paper_names_that_paper(sample_library, key):
    other = next(paper.key for paper in sample_library.papers() if paper.key != key)
    text = cited_text(cited(sample_library, claim("RL teaches.", FX, other)))
    assert f"these words are in {key}" in text


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "", "x" * 5000, "a\0b", "{key}.99999", "'; DROP TABLE papers;--", "@"],
)
def test_hostile_keys_and_numbers_are_objections(sample_library, key, name):
    name = name.format(key=key)
    result = cited(
        sample_library,
        claim("RL teaches.", FX, name),
        claim("RL teaches.", sentences=(name,)),
        claim("RL teaches.", sentences=(f"{name}.3",)),
    )
    assert all(item.fails for item in result.claims)
    assert len(cited_text(result)) < 5000


def test_one_good_and_one_bad_claim_give_the_good_one(sample_library, key):
    result = cited(sample_library, claim("Good one.", FX, key), claim("Bad one."))
    assert result.outcome == "FAILS"
    assert f"Good one [@{key}]." in cited_text(result)
    assert cited_fields(result)["failed"][0]["claim"] == 2


def test_an_opposite_claim_is_unjudged_and_its_denial_is_named(sample_library, key):
    said = "A model that knows f and g never learns through RL to compose them."
    result = cited(sample_library, claim(said, FX, key))
    assert result.outcome == "PASSES UNJUDGED"
    assert result.claims[0].doubts


@pytest.mark.parametrize(
    ("style", "shown"),
    [
        ("pandoc", "RL & skills [@{key}]."),
        ("latex", r"RL \& skills \citep{{{key}}}."),
        ("numeric", "RL & skills [1]."),
        ("author-year", "RL & skills ("),
    ],
)
def test_marks_are_in_the_style_that_is_asked_for(sample_library, key, style, shown):
    text = cited_text(cited(sample_library, claim("RL & skills.", FX, key), style=style))
    assert shown.format(key=key) in text


def test_what_cannot_be_is_refused(sample_library):
    for claims, style in ([(), "pandoc"], [[claim("x")] * 201, "pandoc"], [[claim("x")], "apa"]):
        with pytest.raises(UsageError):
            cite_claims(claims, sample_library, Extractive(), style)


def test_the_run_is_kept_and_names_its_citations(sample_library, key):
    result = cited(sample_library, claim("Good one.", FX, key))
    assert sample_library.ledger.run(result.run_id).command == "cite"
    paper = sample_library.paper(key)
    assert sample_library.ledger.quotes_of(paper.id)


def test_a_hundred_claims_take_a_third_of_a_second(sample_library, key):
    claims = [claim(f"RL teaches models to compose, case {n % 7}.", FX, key) for n in range(100)]
    cited(sample_library, *claims)
    began = time.process_time()
    result = cited(sample_library, *claims)
    assert time.process_time() - began < 2  # 0.3 s on a quiet machine
    assert len(result.claims) == 100
