"""answer_question: located quotes, honest numbers, and no claim where there is no proof."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.errors import UsageError
from reviewer.library import Library
from reviewer.library.run_log import new_run_id
from reviewer.settings import Settings
from reviewer.tasks import answer_question
from reviewer.tasks.answers.answer import AskOptions, estimate_calls
from reviewer.types import Answer
from reviewer.types.claims import AnswerDraft, ClaimDraft, Quote
from reviewer.types.searches import Filters
from reviewer.types.writer import PAPERS_A_CALL
from reviewer.writers import Extractive
from tests.conftest import SAMPLES, WordEmbedding, write_listing

QUESTION = "does RL teach new skills?"
QUESTIONS = (
    QUESTION,
    "how can a model be trained to use a search engine while it reasons?",
    "does retrieval always improve a model's answers?",
    "how can forgetting be reduced when a language model is trained on new tasks?",
)
OFF_TOPIC = "how long does sourdough bread need to prove?"
EFFORTS = ("quick", "normal", "thorough")


@pytest.fixture(scope="module", params=["lexical", "dense"])
def samples(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    way = {"embedding": WordEmbedding()} if request.param == "dense" else {}
    with Library(folder, Settings(embedding="" if way else "none"), **way) as library:
        library.add([str(SAMPLES)])
        yield library


@pytest.fixture
def by_words(tmp_path):
    with Library(tmp_path / "library", Settings(embedding="none")) as library:
        library.add([str(SAMPLES)])
        yield library


class Inventing(Extractive):
    """Quotes as ever, and adds a claim with an invented quote and one without any."""

    def write_answer(self, question, readings, evidence, on_claim=None):
        draft = super().write_answer(question, readings, evidence, on_claim)
        invented = Quote(tag=evidence[0].tag, quote="All of this was proven in 1987 by my uncle.")
        unknown = invented.model_copy(update={"tag": "E999"})
        return AnswerDraft(
            claims=(
                *draft.claims,
                ClaimDraft(text="My uncle proved it.", quotes=(invented, unknown)),
                ClaimDraft(text="Everyone knows it."),
            )
        )


class Refusing(Extractive):
    """Must not be asked for anything."""

    def read(self, question, evidence):
        raise AssertionError("it was asked to read")

    def write_answer(self, question, readings, evidence, on_claim=None):
        raise AssertionError("it was asked to write")


def check(answer: Answer, library):
    """What holds of every answer of the extractive writer."""
    papers = {paper.id: paper for paper in library.papers()}
    cited = set()
    assert len(answer.claims) <= 8
    for claim in answer.claims:
        assert claim.support == "supported"
        for citation in claim.citations:
            text = papers[citation.paper_id].text_of(citation.part)
            assert text[citation.start : citation.end] == citation.quote
            cited.add(citation.paper_id)
    coverage = answer.coverage
    assert coverage.cited == len(cited)
    assert coverage.papers == library.catalogue.count()
    assert coverage.cited <= coverage.read <= coverage.matched <= coverage.papers
    assert bool(answer.claims) != bool(answer.nearest) or not coverage.papers


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize("question", QUESTIONS)
def test_every_quote_stands_where_it_says_and_the_numbers_add_up(samples, question, effort):
    answer = answer_question(question, samples, Extractive(), AskOptions(effort=effort))
    check(answer, samples)
    assert answer.effort == effort
    assert answer.claims


@settings(max_examples=20)
@given(
    st.lists(st.sampled_from("reward search RL skill memory bread of".split()), min_size=1)
    .map(" ".join)
    .filter(str.strip)
)
def test_the_numbers_add_up_for_any_question(samples, question):
    answer = answer_question(question, samples, Extractive())
    assert answer.coverage.cited <= answer.coverage.read <= answer.coverage.matched


def test_the_sample_question_cites_several_papers(samples):
    answer = answer_question(QUESTION, samples, Extractive())
    assert answer.coverage.cited >= 3
    assert (answer.writer, answer.verdict, answer.stances) == ("extractive", "", ())


def test_with_the_default_embedding_it_cites_four_papers_and_abstains_off_topic(tmp_path):
    with Library(tmp_path, Settings()) as library:
        library.add([str(SAMPLES)])
        answer = answer_question(QUESTION, library, Extractive())
        check(answer, library)
        assert answer.coverage.cited >= 3
        off_topic = answer_question(OFF_TOPIC, library, Extractive())
        assert (off_topic.claims, off_topic.evidence, off_topic.coverage.matched) == ((), (), 0)
        assert len(off_topic.nearest) == 3


def test_off_topic_the_writer_is_not_asked_and_there_are_no_claims(by_words):
    answer = answer_question("a broken knee and its recovery", by_words, Refusing())
    assert (answer.claims, answer.evidence) == ((), ())
    assert (answer.coverage.matched, answer.coverage.read, answer.coverage.cited) == (0, 0, 0)
    assert by_words.ledger.run(answer.run_id).question == "a broken knee and its recovery"


def test_the_nearest_papers_are_named_when_there_is_no_answer(tmp_path):
    listing = write_listing(tmp_path / "a.jsonl", *({"title": f"Reward {n}"} for n in range(5)))
    with Library(tmp_path / "library", Settings(embedding="none")) as library:
        library.add([listing])
        answer = answer_question("is there a reward for a lost cat?", library, Refusing())
    assert [paper.title for paper in answer.nearest] == ["Reward 0", "Reward 1", "Reward 2"]


def test_an_empty_library_has_no_answer(tmp_path):
    with Library(tmp_path, Settings(embedding="none")) as library:
        answer = answer_question(QUESTION, library, Refusing())
    assert (answer.claims, answer.nearest, answer.coverage.papers) == ((), (), 0)


@pytest.mark.parametrize("effort", EFFORTS)
def test_an_invented_quote_is_dropped_and_its_claim_is_marked(samples, effort):
    answer = answer_question(QUESTION, samples, Inventing(), AskOptions(effort=effort))
    *good, invented, bare = answer.claims
    assert all(claim.support == "supported" for claim in good)
    assert (invented.support, invented.citations, len(invented.dropped)) == ("uncited", (), 2)
    assert (bare.support, bare.citations) == ("uncited", ())
    assert len(good) >= 3


def test_strict_leaves_out_what_has_no_proof_and_says_how_much(samples):
    answer = answer_question(QUESTION, samples, Inventing(), AskOptions(is_strict=True))
    check(answer, samples)
    assert "2 claims without proof (strict)" in answer.coverage.left_out
    honest = answer_question(QUESTION, samples, Extractive(), AskOptions(is_strict=True))
    assert honest.claims == answer.claims
    assert honest.coverage.left_out == ()


@pytest.mark.parametrize("question", ["", " ", "\n\t "])
def test_an_empty_question_is_refused(samples, question):
    with pytest.raises(UsageError, match="empty") as caught:
        answer_question(question, samples, Extractive())
    assert caught.value.hint


@pytest.mark.parametrize("question", ["\udcff", "RL \ud800 skills", "a\0b", '"RL" OR NOT (skills'])
def test_a_question_may_hold_any_characters_and_its_run_is_kept(samples, question):
    answer = answer_question(question, samples, Extractive())
    assert samples.ledger.run(answer.run_id).question == answer.question


def test_white_space_in_a_question_is_folded(samples):
    answer = answer_question("  does RL\n teach new  skills? ", samples, Extractive())
    assert answer.question == QUESTION
    assert answer.claims == answer_question(QUESTION, samples, Extractive()).claims


@pytest.mark.parametrize("papers", [1, 4, 12])
def test_the_writer_reads_no_more_papers_than_it_may(samples, papers):
    answer = answer_question(QUESTION, samples, Extractive(), AskOptions(papers=papers))
    check(answer, samples)
    assert answer.coverage.read == min(papers, answer.coverage.matched)


def test_only_papers_that_pass_the_filter_are_cited(samples):
    filters = Filters(year_from=2025)
    passing = {paper.id for paper in samples.papers(filters)}
    unknown = sum(paper.year is None for paper in samples.papers())
    answer = answer_question(QUESTION, samples, Extractive(), AskOptions(filters=filters))
    assert {c.paper_id for claim in answer.claims for c in claim.citations} <= passing
    assert f"{unknown} papers of unknown year" in answer.coverage.left_out
    assert answer.claims


def test_the_run_is_kept_as_it_was_answered(samples):
    options = AskOptions(papers=5, asked="and skills?", effort="quick")
    answer = answer_question(QUESTION, samples, Extractive(), options)
    run = samples.ledger.run(answer.run_id)
    assert run in samples.ledger.runs(1000)
    assert (run.command, run.question, run.writer) == ("ask", QUESTION, "extractive")
    assert run.settings["papers"] == 5
    assert run.settings["embedding"] == samples.index.embedding_name
    assert run.generation == samples.database.generation
    assert run.started <= run.finished
    claims = [claim.model_dump(mode="json") for claim in answer.claims]
    assert (run.result["claims"], run.result["asked"]) == (claims, "and skills?")
    quoted = answer.claims[0].citations[0]
    assert (QUESTION, quoted) in samples.ledger.quotes_of(quoted.paper_id)


def test_a_library_that_cannot_grow_still_answers_and_says_that_nothing_is_kept(by_words):
    told = []
    by_words.database.run("PRAGMA max_page_count = 1")  # SQLite then keeps to the present size
    for _ in range(50):
        answer = answer_question(
            QUESTION, by_words, Extractive(), progress=lambda *news: told.append(news)
        )
        check(answer, by_words)
        if news := [stage for stage, done, _ in told if done == -1]:
            break
    assert "not kept" in news[0]
    assert "full" in news[0]
    assert answer.run_id not in [run.id for run in by_words.ledger.runs(1000)]


def test_an_answer_without_a_model_is_one_paragraph_of_quotes(samples):
    answer = answer_question(QUESTION, samples, Extractive())
    assert {claim.kind for claim in answer.claims} == {"quote"}
    assert answer.paragraphs == (answer.claims,)
    assert answer.outcome == "answer"


def test_claims_are_told_as_soon_as_their_citations_stand(samples):
    told = []
    options = AskOptions(resolved=told.extend)
    answer = answer_question(QUESTION, samples, Inventing(), options)
    assert [claim.text for claim in told] == [c.text for c in answer.claims if c.citations]


def test_the_same_question_has_the_same_claims_and_a_run_of_its_own(samples):
    one = answer_question(QUESTION, samples, Extractive())
    two = answer_question(QUESTION, samples, Extractive())
    assert (one.claims, one.evidence) == (two.claims, two.evidence)
    assert one.run_id != two.run_id


def test_run_ids_are_their_own():
    assert len({new_run_id() for _ in range(50)}) > 40


def test_what_asking_would_take_is_told_without_asking(samples, tmp_path):
    assert "0 calls" in estimate_calls(QUESTION, samples, "", AskOptions())
    quick = estimate_calls(QUESTION, samples, "m", AskOptions(effort="quick"))
    assert quick.startswith("1 call to m: 1 to write from 12 papers.")
    normal = estimate_calls(QUESTION, samples, "m", AskOptions())
    reads = -(-30 // PAPERS_A_CALL)
    expected = f"{reads + 2} calls to m: {reads} to read 30 papers, 1 to write, 1 to judge"
    assert normal.startswith(expected)
    thorough = estimate_calls(QUESTION, samples, "m", AskOptions(effort="thorough"))
    assert int(thorough.split()[0]) > reads + 2
    with Library(tmp_path, Settings(embedding="none")) as empty:
        assert "0 calls" in estimate_calls(QUESTION, empty, "m", AskOptions())
