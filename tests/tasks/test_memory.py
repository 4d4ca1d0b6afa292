"""Earlier questions are named, their checked claims reused, and claims of all runs found."""

import pytest

from reviewer.errors import UsageError
from reviewer.library import Library
from reviewer.settings import Settings
from reviewer.tasks import answer_question
from reviewer.tasks.answers.answer import AskOptions
from reviewer.tasks.memory.earlier import find_earlier
from reviewer.tasks.memory.recall import recall_claims
from reviewer.tasks.memory.reuse import reuse
from reviewer.types.searches import Filters
from reviewer.writers import Extractive
from reviewer.writers.prompted.reading import ReadReply
from tests.conftest import write_listing
from tests.support.scripted import writer as scripted_writer

ON_BOTH_DATABASES = True

QUESTION = "does dropout help small models?"
PAPERS = [
    ("Dropout in small models", "Dropout helps small models by three points on every task."),
    ("Dropout again", "We find that dropout harms small models when data is scarce."),
    ("Pears", "Pears ripen after they are picked, in a cool and dark place."),
]
NEWS = ("Dropout revisited", "Dropout helps small models only with a small learning rate.")


def listing(path, papers):
    return write_listing(path, *({"title": title, "abstract": text} for title, text in papers))


@pytest.fixture
def by_words(places, tmp_path):
    with Library(places(), Settings(embedding="none")) as library:
        library.add([listing(tmp_path / "papers.jsonl", PAPERS)])
        yield library


def come_later(library, tmp_path):
    """A paper that comes after all runs that are kept."""
    library.add([listing(tmp_path / "news.jsonl", [NEWS])])


def ask(library, question=QUESTION, writer=None, **options):
    return answer_question(question, library, writer or Extractive(), AskOptions(**options))


def ask_again(library, writer=None):
    earlier = find_earlier(QUESTION, library, Filters())
    return ask(library, writer=writer, earlier=earlier, reuses=True)


def keep_without(library, run_id, **changes):
    """Change the first claim of a kept run."""
    run = library.ledger.run(run_id)
    first, *others = run.result["claims"]
    changed = {**run.result, "claims": [{**first, **changes}, *others]}
    library.ledger.remove(run_id)
    library.ledger.save(run.model_copy(update={"result": changed}))


def test_the_same_words_in_another_order_are_the_same_question(by_words):
    first = ask(by_words)
    found = find_earlier("small models: does dropout help?", by_words, Filters())
    assert (found.run_id, found.likeness, found.came) == (first.run_id, 1.0, 0)


def test_another_question_is_not_offered(by_words):
    ask(by_words)
    assert find_earlier("do pears help small models?", by_words, Filters()) is None


def test_an_answer_over_other_papers_is_not_offered(by_words):
    ask(by_words)
    assert find_earlier(QUESTION, by_words, Filters(year_from=2020)) is None


def test_an_answer_without_claims_is_not_offered(by_words):
    ask(by_words, "how long does sourdough bread prove?")
    assert find_earlier("how long does sourdough bread prove?", by_words, Filters()) is None


def test_papers_that_came_since_are_counted(by_words, tmp_path):
    ask(by_words)
    come_later(by_words, tmp_path)
    assert find_earlier(QUESTION, by_words, Filters()).came >= 1


def test_reuse_without_news_gives_the_same_claims_and_reads_nothing(by_words):
    first = ask(by_words)

    class Untouched(Extractive):
        def read(self, question, evidence):
            raise AssertionError("it was asked to read")

        def write_answer(self, question, readings, evidence, on_claim=None):
            raise AssertionError("it was asked to write")

    again = ask_again(by_words, Untouched())
    assert again.is_reused
    assert [claim.text for claim in again.claims] == [claim.text for claim in first.claims]
    assert again.usage.calls == 0


def test_reuse_reads_only_papers_that_came_since(by_words, tmp_path):
    ask(by_words)
    by_words.database.run("UPDATE arrivals SET came = '2001-01-01T00:00:00Z'")
    come_later(by_words, tmp_path)
    read = []

    class Noting(Extractive):
        def read(self, question, evidence):
            read.extend(item.paper.title for item in evidence)
            return super().read(question, evidence)

    again = ask_again(by_words, Noting())
    assert set(read) == {NEWS[0]}
    assert NEWS[1] in [claim.text for claim in again.claims]
    assert len({claim.text for claim in again.claims}) > 1


def test_with_a_model_the_known_papers_are_not_read_again(by_words, tmp_path):
    ask(by_words, writer=scripted_writer()[0])
    by_words.database.run("UPDATE arrivals SET came = '2001-01-01T00:00:00Z'")
    come_later(by_words, tmp_path)
    writer, model = scripted_writer()
    again = ask_again(by_words, writer)
    cited = {c.key for claim in again.claims for c in claim.citations}
    assert len(cited) == 3
    read = [[text.title for text in call.texts] for call in model.calls(ReadReply)]
    assert read == [[NEWS[0]]]


def test_a_claim_whose_sentence_is_gone_is_not_reused_and_is_named(by_words):
    first = ask(by_words)
    gone = first.claims[0].citations[0].key
    by_words.remove(gone)
    again = ask_again(by_words)
    assert gone not in {c.key for claim in again.claims for c in claim.citations}
    assert any("gone" in reason for reason in again.coverage.left_out)


def test_where_no_claim_stands_everything_is_read_again(by_words):
    first = ask(by_words)
    for key in {c.key for claim in first.claims for c in claim.citations}:
        by_words.remove(key)
    again = ask_again(by_words)
    assert not again.is_reused


@pytest.mark.parametrize(
    "changes",
    [
        {"support": "unsupported"},
        {"support": "contradicted"},
        {"citations": [], "support": "unchecked", "kind": "synthesis"},
        {"unproven": ["14"]},
        {"dropped": ["E9 names no sentence"]},
    ],
)
def test_prose_and_claims_that_failed_the_gate_are_neither_reused_nor_recalled(by_words, changes):
    first = ask(by_words)
    keep_without(by_words, first.run_id, text="Dropout always helps small models.", **changes)
    run = by_words.ledger.run(first.run_id)
    found = reuse(run, QUESTION, by_words, Extractive(), AskOptions(), lambda *a: None)
    assert "Dropout always helps small models." not in [c.text for c in found.claims]
    recalled = recall_claims("dropout always helps", by_words)
    assert "Dropout always helps small models." not in [c.claim.text for c in recalled.claims]


def test_recall_finds_a_claim_of_any_run_once_with_its_quote(by_words):
    runs = [ask(by_words).run_id, ask(by_words).run_id]
    ask(by_words, "how do pears ripen?")
    found = recall_claims("ripening of pears", by_words)
    assert [c.claim.text for c in found.claims] == [PAPERS[2][1]]
    harms = recall_claims("harm scarce data", by_words)
    (claim,) = harms.claims
    assert claim.run_id in runs
    assert claim.claim.citations[0].quote == PAPERS[1][1]


def test_recall_of_something_else_finds_nothing(by_words):
    ask(by_words)
    found = recall_claims("sourdough bread", by_words)
    assert (found.claims, found.runs) == ((), 1)


def test_recall_counts_claims_whose_sentence_is_gone(by_words):
    first = ask(by_words)
    by_words.remove(first.claims[0].citations[0].key)
    found = recall_claims("dropout small models", by_words)
    assert found.gone >= 1
    assert len(found.claims) < len(first.claims)


def test_recall_needs_words(by_words):
    with pytest.raises(UsageError):
        recall_claims("?!", by_words)


def test_a_moved_sentence_is_cited_where_it_is_now(by_words):
    first = ask(by_words)
    citation = first.claims[0].citations[0].model_dump(mode="json")
    moved = {**citation, "start": citation["start"] + 3, "end": citation["end"] + 3}
    keep_without(by_words, first.run_id, citations=[moved])
    again = ask_again(by_words)
    (now,) = again.claims[0].citations
    paper = by_words.paper(now.key)
    assert paper.text_of(now.part)[now.start : now.end] == now.quote == citation["quote"]
