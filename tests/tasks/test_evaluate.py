"""Answers measured over judged questions: what a faithful model gets, and what a faulty one."""

import json
import math

import pytest

from reviewer.cli import run
from reviewer.errors import UsageError
from reviewer.library import Library
from reviewer.settings import Settings
from reviewer.tasks.answers.answer import AskOptions
from reviewer.tasks.evaluate import citation_scores, evaluate, ndcg, read_questions
from reviewer.text import clean, normalise_title
from reviewer.types import Citation, Claim
from reviewer.writers import Extractive
from reviewer.writers.prompted.answers import AnswerText, JudgeReply
from reviewer.writers.prompted.judging import ExamineReply
from reviewer.writers.prompted.reading import ReadReply
from tests.conftest import SAMPLES, SHARED, write_listing
from tests.support.fake_provider import FakeProvider
from tests.support.scripted import answers, examines, reads, served, writer

JUDGED = SHARED / "eval" / "questions.json"


@pytest.fixture(scope="module")
def listings(tmp_path_factory):
    """The real listings, searched by words, and the questions judged over them."""
    if not (SHARED / "seeds").is_dir() or not JUDGED.is_file():
        pytest.skip("the judged questions are not beside this checkout")
    with Library(tmp_path_factory.mktemp("listings"), Settings(embedding="none")) as opened:
        opened.add([str(SHARED / "seeds")])
        yield opened, read_questions(JUDGED)


def judged_reads(questions, stance_of=lambda gold: gold.stance):
    """Reads as the judges did: relevant is what they graded, with their stance and sentence."""
    by_question = {q.question: q for q in questions}

    def reply(asked):
        question = by_question[asked.question]
        graded = {normalise_title(title) for title in question.qrels}
        golds = {normalise_title(title): gold for title, gold in question.stances.items()}
        readings = []
        for text in asked.texts:
            title = normalise_title(text.title)
            reading = {"tag": text.tag, "relevance": 8 if title in graded else 0}
            if title in golds:
                said = clean(golds[title].sentence)
                own = zip(text.numbers, text.sentences, strict=True)
                shown = next(
                    (n for n, sentence in own if said in sentence or sentence in said),
                    text.numbers[0],
                )
                reading |= {"stance": stance_of(golds[title]), "sentences": [shown]}
                reading |= {"shown_by": shown}
            elif title in graded:
                reading["sentences"] = text.numbers[:1]
            readings.append(reading)
        return {"is_yes_no": bool(question.stances), "readings": readings}

    return reply


def says_found(asked):
    """A sentence a text, without a word of its title: a title may hold a number."""
    said = [f"That was found [{text.numbers[0]}]." for text in asked.texts]
    return "\n\n".join([*said, "END"])


def measured(listings, script=None):
    library, questions = listings
    faithful = {ReadReply: judged_reads(questions), AnswerText: says_found}
    by, _ = writer(faithful | (script or {}))
    return evaluate(questions, library, by, AskOptions())


def test_a_model_that_reads_as_the_judges_do_has_full_marks(listings):
    figures = measured(listings)
    assert figures.stance_accuracy == 1.0
    assert figures.citation_recall == figures.citation_precision == 1.0
    assert figures.unanswerable_answered == 0.0
    assert figures.writer == "scripted"
    assert len(figures.questions) == len(listings[1])
    assert sum(scores.stances_judged for scores in figures.questions) >= 5


def test_the_ranking_is_that_of_the_search_whoever_writes(listings):
    library, questions = listings
    by_extractive = evaluate(questions, library, Extractive(), AskOptions())
    assert measured(listings).ndcg == by_extractive.ndcg
    assert 0.4 < by_extractive.ndcg < 1.0


def test_a_model_with_the_opposite_stances_has_none_right(listings):
    other = {"yes": "no", "no": "yes", "mixed": "none", "none": "mixed"}

    def opposite(gold):
        allowed = {gold.stance, *gold.also_acceptable}
        return next(s for s in (other[gold.stance], *other) if s not in allowed)

    turned = {ReadReply: judged_reads(listings[1], opposite)}
    assert measured(listings, script=turned).stance_accuracy == 0.0


def test_invented_quotes_and_unsupported_claims_have_no_recall(listings):
    def invents(asked):
        return f"This was made up [E99.1]. It gains 99.87% [{asked.texts[0].numbers[0]}].\nEND"

    invented = measured(listings, script={AnswerText: invents})
    assert (invented.citation_recall, invented.citation_precision) == (0.0, 0.0)
    refuted = {ExamineReply: lambda asked: examines(asked, "unsupported")}
    assert measured(listings, script=refuted).citation_recall == 0.0


def test_a_model_that_answers_everything_is_seen_to(listings):
    eager = {ReadReply: reads, AnswerText: answers}
    figures = measured(listings, script=eager)
    assert figures.answerable_refused < 0.2
    assert figures.unanswerable_answered > 0.5


def citation(start):
    return Citation(
        paper_id=f"p{start}", chunk_id=f"c{start}", part="abstract",
        start=start, end=start + 5, quote=f"quote {start}",
    )  # fmt: skip


def test_a_citation_that_the_others_make_needless_costs_precision():
    """Of two citations only the first supports the claim: precision 1 of 2, as ALCE counts it."""
    cited = Claim(text="A claim.", citations=(citation(1), citation(2)), support="supported")

    def only_the_first(asked):
        said = {t.tag: "supported" if "quote 1" in t.body else "unsupported" for t in asked.texts}
        return {"verdicts": [{"tag": tag, "support": support} for tag, support in said.items()]}

    by, _ = writer({JudgeReply: only_the_first})
    assert citation_scores([cited], by) == (1.0, 0.5)


def test_dropped_citations_count_as_irrelevant_and_no_claims_have_no_figures():
    by, _ = writer()
    stands = Claim(text="One.", citations=(citation(1),), support="supported", dropped=("E9",))
    bare = Claim(text="Two.", support="uncited")
    assert citation_scores([stands, bare], by) == (0.5, 0.5)
    assert citation_scores([bare], by) == (0.0, None)
    assert citation_scores([], by) == (None, None)


def test_ndcg_has_linear_gain():
    assert ndcg(["a", "b"], {"a": 2, "b": 1}) == 1.0
    second = 1 / math.log2(3)
    assert ndcg(["b", "a"], {"a": 2, "b": 1}) == (1 + 2 * second) / (2 + second)
    assert ndcg(["x"], {"a": 2}) == 0.0


QUESTIONS = [
    {"id": "1", "question": "does RL teach new skills?", "qrels": {"A": 2}, "more": 1},
    {"id": "2", "question": "how long do apples keep?", "answerable": False},
]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"questions": QUESTIONS}),
        json.dumps({"questions": QUESTIONS}, indent=2),
        "\n".join(map(json.dumps, QUESTIONS)) + "\n\n",
    ],
)
def test_questions_are_read_from_one_document_or_from_lines(tmp_path, text):
    path = tmp_path / "questions.json"
    path.write_text(text, encoding="utf-8")
    assert [q.id for q in read_questions(path)] == ["1", "2"]
    assert not read_questions(path)[1].answerable


@pytest.mark.parametrize("text", ["", "[", "[1, 2]", '{"id": "1"}', "7", "null", b"\xff\xfe\x00"])
def test_a_file_without_judged_questions_is_named(tmp_path, text):
    path = tmp_path / "questions.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UsageError, match=r"questions\.json holds no judged questions"):
        read_questions(path)
    with pytest.raises(UsageError, match="cannot be read"):
        read_questions(tmp_path / "none.json")


def test_the_command_prints_a_table_and_json_of_a_model_on_loopback(tmp_path, capsys):
    folder = tmp_path / "library"
    with Library(folder, Settings(embedding="none")) as library:
        library.add([str(SAMPLES)])
    file = write_listing(tmp_path / "questions.jsonl", *QUESTIONS)
    with FakeProvider(answers=served()) as provider:
        told = [
            "eval", file, "--library", str(folder), "--embedding", "none",
            "--model", "openai/gpt-4o-mini", "--api-base", provider.url,
        ]  # fmt: skip
        assert run(told) == 0
        table = capsys.readouterr().out
        assert run([*told, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert "2 questions, written by openai/gpt-4o-mini" in table
    assert "| citation recall | 1.000 |" in table
    assert document["schema"] == "review/eval/1"
    assert [scores["id"] for scores in document["questions"]] == ["1", "2"]
