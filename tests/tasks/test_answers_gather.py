"""How much is asked of a model at each effort, when it stops, and that its haste never shows."""

import json
import random
import time

import pytest

from reviewer.library import Library
from reviewer.llm.testing import ScriptedLLM
from reviewer.render.markdown_answer import answer_markdown
from reviewer.search import SearchOptions, find
from reviewer.settings import Settings
from reviewer.tasks import answer_question
from reviewer.tasks.answers.answer import AskOptions
from reviewer.tasks.answers.gather import LONG_QUESTION, GatherOptions, gather
from reviewer.types.progress import silent
from reviewer.writers import Extractive
from reviewer.writers.prompted.answers import (
    AnswerText,
    QuestionsReply,
    RerankReply,
)
from reviewer.writers.prompted.judging import ExamineReply, RepairText
from reviewer.writers.prompted.reading import ReadReply
from tests.conftest import SAMPLES, SHARED, WordEmbedding
from tests.support.scripted import answers, examines, reads, writer

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


def names_three(asked):
    """Three sentences of every text."""
    readings = [
        {"tag": t.tag, "relevance": 8, "stance": "yes", "sentences": t.numbers[:3]}
        for t in asked.texts
    ]
    return {"is_yes_no": True, "readings": readings}


def test_quick_makes_one_call_and_judges_nothing(shelf):
    answer, model = ask(shelf, effort="quick")
    assert types(model) == ["AnswerText"]
    assert {c.support for c in answer.claims} == {"unchecked"}
    assert (answer.coverage.read, answer.verdict) == (12, "")


@pytest.mark.parametrize("question", QUESTIONS)
def test_normal_reads_30_papers_and_asks_for_wordings_beside_the_first(shelf, question):
    answer, model = ask(shelf, {AnswerText: writes_some}, question=question)
    assert sorted(types(model)) == sorted(
        ["QuestionsReply", *["ReadReply"] * 4, "AnswerText", "ExamineReply"]
    )
    assert types(model)[-2:] == ["AnswerText", "ExamineReply"]
    assert answer.coverage.read == 30


def writes_some(asked):
    """Sentences on the first five texts."""
    said = [f"That holds [{text.numbers[0]}]." for text in asked.texts[:5]]
    return "\n\n".join([" ".join(said), "END"])


def test_the_papers_that_are_read_are_as_many_as_are_asked_for(shelf):
    for papers in (1, 4, 12, 35):
        for effort in ("quick", "normal"):
            answer, _ = ask(shelf, {AnswerText: writes_some}, papers=papers, effort=effort)
            assert answer.coverage.read == papers


def test_a_long_question_needs_no_other_wordings(shelf):
    _, model = ask(shelf, question=f"{RL} " * LONG_QUESTION)
    assert not model.calls(QuestionsReply)


@pytest.mark.parametrize("where", ["shelf", pytest.param("listings", marks=pytest.mark.seeds)])
def test_normal_takes_at_most_9_calls_and_5_round_trips(where, request):
    for question in QUESTIONS:
        script = {ReadReply: names_three, AnswerText: writes_some}
        _, model = ask(request.getfixturevalue(where), script, question)
        assert len(model.asked) <= 9
        # Wordings and the first reading, the second reading, writing, judging.
        first = {text.title for call in model.calls(ReadReply)[:2] for text in call.texts}
        assert len(first) == 15


@pytest.mark.parametrize("where", ["shelf", pytest.param("listings", marks=pytest.mark.seeds)])
def test_a_prompt_shows_a_paper_in_little_more_than_its_text(where, request):
    _, model = ask(request.getfixturevalue(where), {ReadReply: names_three})
    for call in model.calls(ReadReply):
        shown = sum(len(text.body) for text in call.texts)
        own = sum(len(sentence) for text in call.texts for sentence in text.sentences)
        assert shown <= 1.1 * own


def test_other_wordings_find_papers_that_the_question_does_not(shelf):
    wordings = {"questions": ["memory of agents", "verifying the steps of proofs"], "abstract": ""}
    plain, _ = ask(shelf, papers=10)
    wider, model = ask(shelf, {QuestionsReply: lambda a: wordings}, papers=10)
    before, after = ({item.paper.id for item in a.evidence} for a in (plain, wider))
    assert len(after) == len(before) == 10
    assert after - before
    read = [text.title for call in model.calls(ReadReply) for text in call.texts]
    assert len(read) == len(set(read))


def test_a_question_that_shares_no_word_with_the_papers_reaches_the_model(shelf):
    wordings = {"questions": ["reinforcement learning and new reasoning skills"], "abstract": ""}
    script = {QuestionsReply: lambda a: wordings, AnswerText: writes_some}
    german = "Lehrt bestärkendes Lernen ein Sprachmodell neue Fähigkeiten?"
    answer, model = ask(shelf, script, german)
    assert model.calls(QuestionsReply)[0].question == german
    assert answer.claims
    assert answer.coverage.read == 30


def test_papers_below_the_floor_are_read_by_a_model_and_not_without_one(shelf):
    question = "what is the reward of patience?"
    answer, model = ask(shelf, {ReadReply: lambda a: reads(a, relevance=1)}, question)
    assert model.calls(ReadReply)
    assert answer.coverage.read > find(question, shelf, SearchOptions(80)).matched
    without = answer_question(question, shelf, Extractive(), AskOptions())
    assert without.coverage.read <= without.coverage.matched


@pytest.mark.parametrize("effort", ["quick", "normal", "thorough"])
def test_nothing_that_could_be_read_is_no_evidence(shelf, effort):
    answer, model = ask(shelf, question="tectonics of Venusian volcanoes", effort=effort)
    assert set(types(model)) <= {"QuestionsReply"}
    assert (answer.outcome, answer.claims, answer.evidence) == ("no evidence", (), ())
    assert "Not enough evidence" in answer_markdown(answer)


@pytest.mark.parametrize("effort", ["normal", "thorough"])
def test_what_was_read_and_found_irrelevant_is_not_written_from(shelf, effort):
    answer, model = ask(shelf, {ReadReply: lambda a: reads(a, relevance=2.9)}, effort=effort)
    assert model.calls(AnswerText) == []
    assert model.calls(ExamineReply) == []
    read = 30 if effort == "normal" else 40
    assert answer.coverage.read == read
    assert f"{read} papers read and found irrelevant" in answer.coverage.left_out
    assert (answer.verdict, answer.outcome) == ("", "no evidence")
    printed = answer_markdown(answer)
    assert "Not enough evidence" in printed
    assert all(paper.key in printed for paper in answer.nearest)
    assert len(answer.nearest) == 3


def test_only_relevant_papers_are_written_from_the_most_relevant_first(shelf):
    def some(asked):
        said = reads(asked)
        for reading in said["readings"]:
            reading["relevance"] = {"E2": 3, "E7": 9}.get(reading["tag"], 1)
        return said

    answer, model = ask(shelf, {ReadReply: some}, papers=12)
    assert model.calls(AnswerText)[0].tags == ["E7", "E2"]
    assert answer.verdict == "2 yes of 12 read"
    assert answer.coverage.left_out == ("10 papers read and found irrelevant",)


def test_numbers_that_name_nothing_are_dropped_and_counted(shelf):
    def invents(asked):
        said = reads(asked)
        for reading in said["readings"]:
            reading["sentences"] = [f"{reading['tag']}.99", *reading["sentences"]]
        return said

    answer, _ = ask(shelf, {ReadReply: invents}, papers=12)
    assert "1 number that named no sentence" in answer.coverage.left_out
    assert answer.verdict == "12 yes of 12 read"
    assert answer.claims


def test_a_model_that_says_that_the_texts_do_not_answer_is_believed(shelf):
    answer, _ = ask(shelf, {AnswerText: lambda a: "NO ANSWER\nEND"})
    assert (answer.outcome, answer.claims) == ("no evidence", ())
    assert "the model says that what it read does not answer" in answer.coverage.left_out[-1]
    assert len(answer.nearest) == 3


@pytest.mark.parametrize("reply", ["", "I cannot.", '{"claims": []}', "RL helps.\nEND", "[E99.1]"])
@pytest.mark.parametrize("effort", ["quick", "normal", "thorough"])
def test_an_answer_that_cannot_be_read_becomes_quotes_and_says_so(shelf, reply, effort):
    answer, _ = ask(shelf, {AnswerText: lambda a: reply}, effort=effort)
    assert answer.outcome == "quotes"
    assert {claim.kind for claim in answer.claims} == {"quote"}
    assert all(claim.support == "supported" for claim in answer.claims)
    assert any("no readable answer" in reason for reason in answer.coverage.left_out)


@pytest.mark.parametrize("reply", ["no JSON", "[]", '{"readings": []}', '{"readings": [1, 2]}'])
@pytest.mark.parametrize("effort", ["normal", "thorough"])
def test_readings_that_cannot_be_read_are_never_irrelevant_papers(shelf, reply, effort):
    answer, model = ask(shelf, {ReadReply: lambda a: reply}, effort=effort)
    assert answer.claims
    assert not any("irrelevant" in reason for reason in answer.coverage.left_out)
    assert any("papers not read" in reason for reason in answer.coverage.left_out)
    assert model.calls(AnswerText)


def test_a_lost_batch_is_named_and_everything_else_stands(shelf):
    def one_bad(asked):
        return "no JSON" if "E1" in asked.tags else reads(asked)

    answer, _ = ask(shelf, {ReadReply: one_bad}, papers=12)
    (lost,) = [reason for reason in answer.coverage.left_out if "not read" in reason]
    first = find(RL, shelf, SearchOptions(12, abstains=False)).evidence[0].paper
    assert first.key in lost
    assert answer.claims
    assert first.id not in {c.paper_id for claim in answer.claims for c in claim.citations}


def test_a_question_without_two_answers_has_no_verdict(shelf):
    answer, _ = ask(shelf, {ReadReply: lambda a: reads(a) | {"is_yes_no": False}})
    assert (answer.verdict, answer.stances) == ("", ())
    assert answer.claims


def test_a_small_context_shortens_the_least_relevant_and_says_so(shelf):
    answer, model = ask(shelf, effort="quick", context=6100)
    shown = model.asked[0].texts
    assert [text.tag for text in shown] == [item.tag for item in answer.evidence]
    assert len(shown[-1].numbers) < len(shown[0].numbers)
    note = next(r for r in answer.coverage.left_out if "did not fit" in r)
    assert note in answer_markdown(answer)
    assert len(model.asked[0].prompt) / 3 <= 6100


def test_thorough_asks_for_wordings_reranks_reads_and_stops_when_nothing_is_missing(shelf):
    script = {QuestionsReply: lambda a: {"questions": [] if a.texts else PARTS}}
    answer, model = ask(shelf, {**script, AnswerText: writes_some}, effort="thorough")
    names = types(model)
    assert names[:2] == ["QuestionsReply", "RerankReply"]
    assert names[-2:] == ["AnswerText", "ExamineReply"]
    assert names.count("QuestionsReply") == 2
    assert answer.coverage.read == 40


def test_thorough_stops_when_nothing_new_comes(shelf):
    script = {QuestionsReply: lambda a: {"questions": [RL]}}
    answer, model = ask(shelf, script, effort="thorough", papers=80)
    assert len(model.calls(QuestionsReply)) == 2
    assert answer.coverage.read == len({i.paper.id for i in find(RL, shelf, ALL).evidence})


ALL = SearchOptions(80, abstains=False)


def test_thorough_stops_after_three_rounds_though_more_is_asked_for(shelf):
    subjects = iter(["retrieval", "memory", "search", "agents", "tools", "proofs", "vision"])

    def more(asked):
        return {"questions": [f"language model {next(subjects)}"]}

    answer, model = ask(shelf, {QuestionsReply: more}, papers=2, effort="thorough")
    assert len(model.calls(QuestionsReply)) == 3
    assert answer.coverage.read > 2


def test_thorough_stops_when_a_round_finds_nothing_relevant(shelf):
    subjects = iter(["retrieval", "memory", "search", "agents", "tools", "proofs", "vision"])
    seen = []

    def none_new(asked):
        seen.append(asked)
        return reads(asked, relevance=8 if len(seen) == 1 else 0)

    script = {
        QuestionsReply: lambda a: {"questions": [f"language model {next(subjects)}"]},
        ReadReply: none_new,
    }
    _, model = ask(shelf, script, papers=4, effort="thorough")
    assert len(model.calls(QuestionsReply)) == 2


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
    for reading in gathered.readings:
        assert {citation.paper_id for citation in reading.citations} == {reading.paper_id}


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


def test_thorough_reads_everything_in_the_order_that_is_fused_with_the_reranking(shelf):
    ranked = {}

    def backwards(asked):
        ranked.setdefault("titles", []).extend(text.title for text in asked.texts)
        return {"tags": asked.tags[::-1]}

    _, model = ask(shelf, {RerankReply: backwards}, effort="thorough")
    read = [text.title for asked in model.calls(ReadReply) for text in asked.texts]
    assert len(set(read)) == len({*ranked["titles"]} & {*read}) == 40


def test_a_reranking_that_names_nothing_keeps_the_first_order(shelf):
    answer, _ = ask(shelf, {RerankReply: lambda a: {"tags": ["E99"]}}, effort="thorough")
    assert answer.coverage.read == 40


def test_a_failing_sentence_is_repaired_in_normal_and_judged_again_in_thorough(shelf):
    def contradicts(asked):
        return examines(asked, "contradicted")

    def repair(asked):
        lines = [t.tag for t in asked.texts if t.tag.startswith("S")]
        return "\n".join(
            [*(f"{tag} It was found [{asked.texts[0].numbers[0]}]." for tag in lines), "END"]
        )

    for effort, judged, support in (("normal", 1, "unchecked"), ("thorough", 2, "contradicted")):
        script = {ExamineReply: contradicts, RepairText: repair, AnswerText: writes_some}
        answer, model = ask(shelf, script, effort=effort)
        assert len(model.calls(ExamineReply)) == judged
        assert len(model.calls(RepairText)) == 1
        assert {c.support for c in answer.claims} == {support}
    _, model = ask(shelf, script, effort="quick")
    assert not model.calls(RepairText)


def test_repair_is_switched_off_in_one_place(shelf, monkeypatch):
    monkeypatch.setattr("reviewer.tasks.answers.answer.REPAIRED_AT", frozenset())
    script = {ExamineReply: lambda a: examines(a, "contradicted")}
    _, model = ask(shelf, script, effort="thorough")
    assert not model.calls(RepairText)


def test_neither_order_nor_numbering_depends_on_which_call_ends_first(shelf):
    def answered(seed):
        chance = random.Random(seed)

        def late(asked):
            time.sleep(chance.random() / 100)
            return reads(asked)

        by, _ = writer({ReadReply: late})
        answer = answer_question(RL, shelf, by, AskOptions())
        return answer_markdown(answer, with_proof=True), answer.stances, answer.evidence

    first = answered(0)
    assert all(answered(seed) == first for seed in range(1, 6))


def test_the_same_script_gives_the_same_prompts(shelf):
    prompts = [sorted(a.prompt for a in ask(shelf, {AnswerText: answers})[1].asked) for _ in "ab"]
    assert prompts[0] == prompts[1]
