"""How much is asked of a model at each effort, when it stops, and that its haste never shows."""

import json
import random
import time

import pytest

from reviewer.library import Library
from reviewer.llm.testing import ScriptedLLM
from reviewer.render.markdown import answer_markdown
from reviewer.search import SearchOptions, find
from reviewer.settings import Settings
from reviewer.tasks import answer_question
from reviewer.tasks.answers.answer import AskOptions
from reviewer.tasks.answers.gather import GatherOptions, gather
from reviewer.types.progress import silent
from reviewer.types.writer import PAPERS_A_CALL
from reviewer.writers.prompted.answers import (
    AnswerReply,
    JudgeReply,
    QuestionsReply,
    ReadReply,
    RerankReply,
)
from tests.conftest import SAMPLES, SHARED, WordEmbedding
from tests.support.scripted import claims, reads, writer

RL = "Does reinforcement learning teach a language model new reasoning skills?"
PARTS = ["How does retrieval help language models?", "memory of agents", "tree search"]
QUESTIONS = [RL, "Does chain of thought help reasoning?", "How do language models use search?"]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """The sample papers, searched by words."""
    with Library(tmp_path_factory.mktemp("shelf"), Settings(embedding="none")) as opened:
        opened.add([str(SAMPLES)])
        yield opened


@pytest.fixture(scope="module")
def listings(tmp_path_factory):
    """The real listings, searched by words."""
    if not (SHARED / "seeds").is_dir():
        pytest.skip("the real listings are not beside this checkout")
    with Library(tmp_path_factory.mktemp("listings"), Settings(embedding="none")) as opened:
        opened.add([str(SHARED / "seeds")])
        yield opened


def ask(shelf, script=None, question=RL, context=32_000, **options):
    by, model = writer(script, context)
    return answer_question(question, shelf, by, AskOptions(**options)), model


def types(model: ScriptedLLM) -> list[str]:
    return [asked.into.__name__ for asked in model.asked]


def quotes_three(asked):
    """The most that the prompt allows: three whole sentences of every text."""
    readings = [
        {"tag": t.tag, "relevance": 8, "stance": "yes", "quotes": t.sentences[:3]}
        for t in asked.texts
    ]
    return {"is_yes_no": True, "readings": readings}


def test_quick_makes_one_call_and_judges_nothing(shelf):
    answer, model = ask(shelf, effort="quick")
    assert types(model) == ["AnswerReply"]
    assert {c.support for c in answer.claims} == {"unchecked"}
    assert (answer.coverage.read, answer.verdict) == (12, "")


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("papers", [4, 12])
def test_normal_reads_several_papers_a_call_then_writes_then_judges(shelf, question, papers):
    answer, model = ask(shelf, question=question, papers=papers)
    batches = -(-answer.coverage.read // PAPERS_A_CALL)
    assert types(model) == ["ReadReply"] * batches + ["AnswerReply", "JudgeReply"]
    assert len(model.asked) <= 5


@pytest.mark.parametrize("where", ["shelf", pytest.param("listings", marks=pytest.mark.seeds)])
def test_normal_takes_at_most_5_calls_and_3000_prompt_characters_a_paper(where, request):
    for question in QUESTIONS:
        answer, model = ask(request.getfixturevalue(where), {ReadReply: quotes_three}, question)
        assert len(model.asked) <= 5
        spent = sum(len(asked.prompt) for asked in model.asked)
        assert spent <= 3000 * answer.coverage.read


@pytest.mark.parametrize("effort", ["quick", "normal", "thorough"])
def test_nothing_near_the_question_asks_no_model(shelf, effort):
    answer, model = ask(shelf, question="tectonics of Venusian volcanoes", effort=effort)
    assert (model.asked, answer.claims, answer.evidence) == ([], (), ())
    assert "Not enough evidence" in answer_markdown(answer)


@pytest.mark.parametrize("effort", ["normal", "thorough"])
def test_what_was_read_and_found_irrelevant_is_not_written_from(shelf, effort):
    answer, model = ask(shelf, {ReadReply: lambda a: reads(a, relevance=2.9)}, effort=effort)
    assert model.calls(AnswerReply) == []
    assert model.calls(JudgeReply) == []
    assert answer.coverage.read == 12
    assert "12 papers read and found irrelevant" in answer.coverage.left_out
    assert answer.verdict == ""
    printed = answer_markdown(answer)
    assert "Not enough evidence" in printed
    assert all(paper.key in printed for paper in answer.nearest)
    assert len(answer.nearest) == 3


def test_only_relevant_papers_are_written_from_and_the_rest_is_counted(shelf):
    def some(asked):
        said = reads(asked)
        for reading in said["readings"]:
            reading["relevance"] = 3 if reading["tag"] in ("E2", "E7") else 1
        return said

    answer, model = ask(shelf, {ReadReply: some})
    assert model.calls(AnswerReply)[0].tags == ["E2", "E7"]
    assert answer.verdict == "2 yes of 12 read"
    assert answer.coverage.left_out == ("10 papers read and found irrelevant",)


def test_quotes_that_do_not_stand_are_not_shown_to_the_next_step_and_are_counted(shelf):
    def invents(asked):
        said = reads(asked)
        for reading in said["readings"]:
            reading["quotes"] = ["These words stand nowhere.", *reading["quotes"], "the"]
        return said

    answer, model = ask(shelf, {ReadReply: invents})
    assert "stand nowhere" not in model.calls(AnswerReply)[0].prompt
    assert "24 quotes not found in the paper" in answer.coverage.left_out
    assert answer.verdict == "12 yes of 12 read"


def test_relevant_papers_without_a_standing_quote_are_written_from_whole(shelf):
    answer, model = ask(shelf, {ReadReply: lambda a: reads(a, quotes=["Nowhere to be found."])})
    asked = model.calls(AnswerReply)[0]
    assert len(asked.texts) == 12
    assert [len(t.body) for t in asked.texts] > [300] * 12
    assert {stance.stance for stance in answer.stances} == {"none"}


def test_a_question_without_two_answers_has_no_verdict(shelf):
    answer, _ = ask(shelf, {ReadReply: lambda a: reads(a) | {"is_yes_no": False}})
    assert (answer.verdict, answer.stances) == ("", ())
    assert answer.claims


def test_a_small_context_drops_the_least_relevant_and_says_so(shelf):
    answer, model = ask(shelf, effort="quick", context=5000)
    shown = model.asked[0].tags
    assert shown == [f"E{n}" for n in range(1, len(shown) + 1)]
    assert 0 < len(shown) < 12
    note = f"{12 - len(shown)} texts that did not fit into the model's context"
    assert answer.coverage.left_out == (note,)
    assert note in answer_markdown(answer)
    assert len(model.asked[0].prompt) / 3 <= 5000


def test_thorough_asks_for_parts_reranks_reads_and_stops_when_nothing_is_missing(shelf):
    script = {QuestionsReply: lambda a: {"questions": [] if a.texts else PARTS}}
    answer, model = ask(shelf, script, effort="thorough")
    names = types(model)
    assert names[:2] == ["QuestionsReply", "RerankReply"]
    assert names[-2:] == ["AnswerReply", "JudgeReply"]
    assert names.count("QuestionsReply") == 2
    assert set(names[2:-3]) == {"ReadReply"}
    assert answer.coverage.read > 12


def test_thorough_stops_when_nothing_new_comes(shelf):
    script = {QuestionsReply: lambda a: {"questions": [RL]}}
    answer, model = ask(shelf, script, effort="thorough")
    assert len(model.calls(QuestionsReply)) == 2
    assert answer.coverage.read == 12


def test_thorough_stops_after_three_rounds_though_more_is_asked_for(shelf):
    subjects = iter(["retrieval", "memory", "search", "agents", "tools", "proofs", "vision"])

    def more(asked):
        return {"questions": [f"language model {next(subjects)}"]}

    answer, model = ask(shelf, {QuestionsReply: more}, papers=2, effort="thorough")
    assert len(model.calls(QuestionsReply)) == 3
    assert answer.coverage.read > 2


def test_thorough_reads_no_paper_twice_and_no_tag_stands_for_two_texts(shelf):
    subjects = iter(["retrieval and memory", "search agents", "verifying steps of proofs", "x"])
    script = {
        QuestionsReply: lambda a: {"questions": [f"language model {next(subjects)}"]},
        RerankReply: lambda a: {"tags": a.tags[::-2]},
        ReadReply: reads,
    }
    by, model = writer(script)
    reading = GatherOptions(3, effort="thorough")
    gathered = gather(RL, shelf, by, reading, silent)
    tags = [item.tag for item in gathered.evidence]
    assert tags == [f"E{n}" for n in range(1, len(tags) + 1)]
    read = [text.title for asked in model.calls(ReadReply) for text in asked.texts]
    assert len(read) == len(set(read)) > 3
    by_tag = {item.tag: item for item in gathered.evidence}
    for reading in gathered.readings:
        assert {by_tag[q.tag].paper.id for q in reading.quotes} == {reading.paper_id}


def test_an_imagined_abstract_steers_the_search_and_is_never_evidence(tmp_path):
    """The question shares no word with the paper that the imagined abstract is like."""
    lines = [
        {"title": f"Cats {n}", "abstract": f"Cats purr in house {n}. Cats sleep."} for n in range(3)
    ]
    lines.append({"title": "Felids", "abstract": "Felids vocalise while resting at night; cats."})
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    imagined = "Felids vocalise while resting at night, and nobody wrote this."
    with Library(tmp_path / "library", embedding=WordEmbedding()) as shelf:
        shelf.add([str(tmp_path / "a.jsonl")])
        plain, steered = (
            {h.paper.title: h for h in find("pets", shelf, SearchOptions(**options)).hits}
            for options in ({"abstains": False}, {"abstains": False, "imagined": imagined})
        )
        by, model = writer({QuestionsReply: lambda a: {"questions": [], "abstract": imagined}})
        gathered = gather("cats", shelf, by, GatherOptions(1, effort="thorough"), silent)
    assert next(iter(steered)) == "Felids"
    assert steered["Felids"].score.dense > plain["Felids"].score.dense
    assert steered["Felids"].score.cosine == plain["Felids"].score.cosine
    assert all("nobody wrote this" not in item.chunk.text for item in gathered.evidence)
    assert all("nobody wrote this" not in asked.prompt for asked in model.asked)


def test_a_further_chunk_of_a_paper_that_was_read_makes_no_tag_stand_for_two_texts(tmp_path):
    subjects = ["apples", "pears", "plums", "figs"]
    long = " ".join(f"Trees of {s} bear fruit number {n}." for s in subjects for n in range(60))
    short = [f"Trees of {s} bear fruit in place {n}." for s in subjects for n in range(2)]
    lines = [{"title": f"Orchard {n}", "abstract": text} for n, text in enumerate([long, *short])]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    asked_for = iter([[], ["trees of pears", "trees of plums"], ["trees of figs"]])
    by, _ = writer({QuestionsReply: lambda a: {"questions": next(asked_for)}})
    with Library(tmp_path / "library", Settings(embedding="none")) as shelf:
        shelf.add([str(tmp_path / "a.jsonl")])
        gathered = gather("trees of apples", shelf, by, GatherOptions(3, effort="thorough"), silent)
    tags = [item.tag for item in gathered.evidence]
    assert tags == [f"E{n}" for n in range(1, len(tags) + 1)]
    assert len({item.paper.id for item in gathered.evidence}) > 3


def test_thorough_reads_in_the_order_of_the_reranking(shelf):
    ranked = {}

    def backwards(asked):
        ranked["titles"] = [text.title for text in asked.texts][::-1]
        return {"tags": asked.tags[::-1]}

    _, model = ask(shelf, {RerankReply: backwards}, effort="thorough")
    read = {text.tag: text.title for asked in model.calls(ReadReply) for text in asked.texts}
    assert [read[f"E{n}"] for n in range(1, len(read) + 1)] == ranked["titles"]


def test_a_reranking_that_keeps_nothing_is_not_followed(shelf):
    answer, _ = ask(shelf, {RerankReply: lambda a: {"tags": ["E99"]}}, effort="thorough")
    assert answer.coverage.read == 12


def test_a_failing_claim_is_written_again_in_thorough_only(shelf):
    def contradicts(asked):
        return {"verdicts": [{"tag": tag, "support": "contradicted"} for tag in asked.tags]}

    for effort, written in (("normal", 1), ("thorough", 2)):
        answer, model = ask(shelf, {JudgeReply: contradicts}, effort=effort)
        assert len(model.calls(AnswerReply)) == written
        assert {c.support for c in answer.claims} == {"contradicted"}


def test_neither_order_nor_numbering_depends_on_which_call_ends_first(shelf):
    def answered(seed):
        chance = random.Random(seed)

        def late(asked):
            time.sleep(chance.random() / 100)
            return reads(asked)

        by, _ = writer({ReadReply: late})
        answer = answer_question(RL, shelf, by, AskOptions())
        return answer_markdown(answer, with_quotes=True), answer.stances, answer.evidence

    first = answered(0)
    assert all(answered(seed) == first for seed in range(1, 6))


def test_the_same_script_gives_the_same_prompts(shelf):
    prompts = [sorted(a.prompt for a in ask(shelf, {AnswerReply: claims})[1].asked) for _ in "ab"]
    assert prompts[0] == prompts[1]
