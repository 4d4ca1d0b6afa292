"""The writer without a model: whole sentences, verbatim, few, different, and marked as its own."""

import json
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.grounding.quotes import resolve
from reviewer.library import Library
from reviewer.search import find
from reviewer.settings import Settings
from reviewer.text import clean, sentence_spans
from reviewer.types.claims import NeedsModel
from reviewer.types.runs import Usage
from reviewer.writers import Extractive
from reviewer.writers.extractive.answers import MOST_SENTENCES, SENTENCES_OF_A_PAPER
from tests.conftest import ROOT, SAMPLES, WordEmbedding, write_listing

QUESTIONS = (
    "does RL teach new skills?",
    "how can a model be trained to use a search engine while it reasons?",
    "does retrieval always improve a model's answers?",
    "how can forgetting be reduced when a language model is trained on new tasks?",
)
SUBJECTS = st.sampled_from(
    "reward search forgetting retrieval skills reasoning memory noise RL models training".split()
)
WRITER = Extractive()


@pytest.fixture(scope="module", params=["lexical", "dense"])
def samples(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    way = {"embedding": WordEmbedding()} if request.param == "dense" else {}
    with Library(folder, Settings(embedding="" if way else "none"), **way) as library:
        library.add([str(SAMPLES)])
        yield library


def draft_for(question, library):
    evidence = find(question, library).evidence
    return WRITER.write_answer(question, WRITER.read(question, evidence), evidence), evidence


def check_quotes(draft, evidence):
    """Every claim is one whole sentence of the evidence it names, at the place that is kept."""
    papers = {item.paper.id: item.paper for item in evidence}
    claims = resolve(draft, evidence)
    assert len(claims) == len(draft.claims) <= MOST_SENTENCES
    for claim in claims:
        (citation,) = claim.citations
        text = papers[citation.paper_id].text_of(citation.part)
        assert text[citation.start : citation.end] == citation.quote
        assert claim.text == clean(citation.quote)
        assert (claim.support, claim.dropped) == ("supported", ())
        # A sentence may begin with characters that nobody sees; a quote never does.
        spans = sentence_spans(text)
        runs = [*spans, *((a, d) for (a, _), (_, d) in pairwise(spans))]
        assert citation.quote in [text[a:b].lstrip("\u202e\u00ad") for a, b in runs]


def words_of(text):
    return {word for word in re.findall(r"\w+", text.casefold()) if len(word) > 3}


def check_differences(draft):
    for n, one in enumerate(draft.claims):
        for other in draft.claims[n + 1 :]:
            first, second = words_of(one.text), words_of(other.text)
            assert len(first & second) < 0.5 * len(first | second)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_claim_is_a_verbatim_quote_that_stands_where_it_says(samples, question):
    draft, evidence = draft_for(question, samples)
    assert len(draft.claims) >= 2
    check_quotes(draft, evidence)
    check_differences(draft)


@settings(max_examples=25)
@given(st.lists(SUBJECTS, min_size=1, max_size=6))
def test_every_claim_of_any_answer_is_a_verbatim_quote(samples, words):
    draft, evidence = draft_for(" ".join(words), samples)
    check_quotes(draft, evidence)
    check_differences(draft)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_same_evidence_gives_the_same_answer(samples, question):
    assert draft_for(question, samples) == draft_for(question, samples)


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_paper_is_read_once_and_quoted_from_its_own_text(samples, question):
    evidence = find(question, samples).evidence
    readings = WRITER.read(question, evidence)
    assert [r.paper_id for r in readings] == list(dict.fromkeys(e.paper.id for e in evidence))
    paper_of = {item.chunk.id: item.paper for item in evidence}
    for reading in readings:
        assert 0 <= reading.relevance <= 10
        assert reading.stance == "none"
        assert 1 <= len(reading.citations) <= SENTENCES_OF_A_PAPER
        for citation in reading.citations:
            paper = paper_of[citation.chunk_id]
            assert paper.id == citation.paper_id == reading.paper_id
            assert paper.text_of(citation.part)[citation.start : citation.end] == citation.quote
    assert max(reading.relevance for reading in readings) == 10


def answered(tmp_path, question, *abstracts):
    records = [
        {"title": f"Paper {n}", "abstract": text, "doi": f"10.1000/{n}"}
        for n, text in enumerate(abstracts)
    ]
    with Library(tmp_path / "library", Settings(embedding="none")) as library:
        library.add([write_listing(tmp_path / "papers.jsonl", *records)])
        return [claim.text for claim in draft_for(question, library)[0].claims]


def test_what_another_paper_says_in_the_same_words_is_said_once(tmp_path):
    sentence = "Shaped rewards help agents to learn much faster in sparse mazes."
    claims = answered(tmp_path, "do shaped rewards help agents?", sentence, sentence, sentence)
    assert claims == [sentence]


def test_what_a_later_version_says_at_more_length_is_said_once(tmp_path):
    short = "We find that shaped rewards help young agents learn much faster inside sparse mazes."
    longer = (
        f"{short[:-1]} of growing sizes, also where exits move between episodes, walls shift, "
        "colours change, maps rotate, doors close without notice and other players interfere."
    )
    claims = answered(tmp_path, "do shaped rewards help agents?", short, longer)
    assert len(claims) == 1


def test_a_finding_comes_before_an_announcement(tmp_path):
    announced = "In this paper we investigate whether shaped rewards help such agents."
    found = "We find that shaped rewards help agents in sparse mazes most of all."
    claims = answered(tmp_path, "do shaped rewards help agents?", f"{announced} {found}")
    assert claims[0] == found


@pytest.mark.parametrize(
    "announced",
    [
        "We conduct an extensive study of how curriculum order changes reward in agents.",
        "This paper investigates how curriculum order changes the reward of agents.",
        "We further discuss and explore how curriculum order changes reward for agents.",
    ],
)
def test_a_study_that_is_announced_gives_way_to_what_it_says(tmp_path, announced):
    said = "Agents that see a curriculum in random order earn the same reward."
    claims = answered(tmp_path, "does curriculum order change reward?", f"{announced} {said}")
    assert claims[0] == said


def test_a_finding_is_quoted_whatever_part_it_stands_in(tmp_path):
    found = "Shaping rewards by hand has consistently been found to be ineffective in mazes."
    other = "Existing ways to shape rewards need several agents. We develop a new one, SHAPE."
    claims = answered(tmp_path, "is shaping rewards by hand effective?", f"{found} {other}")
    assert claims[0] == found


def test_background_is_not_quoted_where_the_paper_says_a_finding(tmp_path):
    text = (
        "Shaped rewards help agents and are used in most mazes today. Mazes differ in size. "
        "We train ten agents. We find that only small mazes are solved faster with such rewards."
    )
    claims = answered(tmp_path, "do shaped rewards help agents?", text)
    assert claims == ["We find that only small mazes are solved faster with such rewards."]


def test_a_sentence_that_leans_on_the_one_before_is_quoted_with_it(tmp_path):
    both = (
        "Agents with shaped rewards stop after ten steps. "
        "This shows that shaped rewards help agents to save time."
    )
    claims = answered(
        tmp_path, "do shaped rewards help agents to save time?", f"We test it. {both}"
    )
    assert both in claims
    assert not any(claim != both and claim in both for claim in claims)


CASES = json.loads((ROOT / "tests/writers/refuted_views.json").read_text(encoding="utf-8"))


def quoted_of(case, library):
    return [claim.text for claim in draft_for(case["question"], library)[0].claims]


def add_cases(library, tmp_path):
    records = [
        {"title": f"Paper {n}", "abstract": case["abstract"], "doi": f"10.1000/{n}"}
        for n, case in enumerate(CASES)
    ]
    library.add([write_listing(tmp_path / "papers.jsonl", *records)])


def test_a_view_that_is_refuted_is_never_quoted_and_the_finding_is(tmp_path):
    views = {case["view"] for case in CASES}
    with Library(tmp_path / "library", Settings(embedding="none")) as library:
        add_cases(library, tmp_path)
        quoted = {case["question"]: quoted_of(case, library) for case in CASES}
    assert [view for view in views for claims in quoted.values() if view in claims] == []
    found = [case["finding"] in quoted[case["question"]] for case in CASES]
    assert sum(found) >= 27


@pytest.mark.parametrize(
    "text",
    [
        "Shaped rewards help.",
        "Shaped rewards help agents in mazes and",
        "Shaped rewards help agents, see https://example.org/shaped for all code.",
    ],
)
def test_fragments_and_addresses_are_not_quoted(tmp_path, text):
    assert answered(tmp_path, "do shaped rewards help agents?", text) == []


def test_latex_is_cleaned_in_the_claim_and_kept_in_the_quote(tmp_path):
    text = r"We find that shaped \textit{rewards} help agents by 5\% in all our mazes."
    claims = answered(tmp_path, "do shaped rewards help agents?", text)
    assert claims == ["We find that shaped rewards help agents by 5% in all our mazes."]


HOSTILE = st.lists(
    st.sampled_from(
        ["Shaped rewards do not help agents in mazes.", "No.", "5 of 10 rewards help.", "e.g.",
         "Rewards\u00ad help the agents \\textbf{now} and then!", "\u202eRewards help many agents.",
         "It holds for p < 0.05", ". 7 rewards help agents every time.", "\n\n", "-", "”", "3.",
         "Do rewards help agents in such mazes?", "Rewards help all ﬁne agents (see above)."]
    ),
    min_size=1,
    max_size=10,
).map(" ".join)  # fmt: skip


@settings(max_examples=25)
@given(st.lists(HOSTILE, min_size=1, max_size=4))
def test_hostile_texts_are_quoted_verbatim_or_not_at_all(tmp_path_factory, abstracts):
    folder = tmp_path_factory.mktemp("hostile")
    records = [
        {"title": f"On rewards {n}", "abstract": text, "doi": f"10.1000/{n}"}
        for n, text in enumerate(abstracts)
    ]
    with Library(folder / "library", Settings(embedding="none")) as library:
        library.add([write_listing(folder / "papers.jsonl", *records)])
        draft, evidence = draft_for("do rewards help agents?", library)
    check_quotes(draft, evidence)


def test_no_evidence_gives_no_claims():
    assert WRITER.read("any question", ()) == ()
    assert WRITER.write_answer("any question", (), ()).claims == ()


def test_without_readings_it_reads_for_itself(samples):
    evidence = find(QUESTIONS[0], samples).evidence
    readings = WRITER.read(QUESTIONS[0], evidence)
    with_readings = WRITER.write_answer(QUESTIONS[0], readings, evidence)
    assert WRITER.write_answer(QUESTIONS[0], (), evidence) == with_readings


def test_what_needs_a_model_is_named_and_costs_nothing():
    steps = [
        WRITER.judge(()),
        WRITER.examine((), ()),
        WRITER.repair((), (), ()),
        WRITER.expand("q", ()),
        WRITER.rerank("q", ()),
        WRITER.stand_alone("q", ()),
        WRITER.screen_records("q", (), ()),
    ]
    assert all(isinstance(step, NeedsModel) and step.step for step in steps)
    assert len({step.step for step in steps}) == len(steps)
    assert WRITER.usage() == Usage()
    assert WRITER.notes() == ()
