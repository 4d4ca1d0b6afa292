"""A rubric is made of papers; a text meets, partly meets or misses its criteria, with places."""

import pytest

from reviewer.errors import UsageError
from reviewer.library import Library
from reviewer.settings import Settings
from reviewer.sources.text_file import TextFile
from reviewer.tasks.checks.bibliography import Bibliography
from reviewer.tasks.grades.grade import grade_text
from reviewer.tasks.grades.rubric import make_rubric
from reviewer.tasks.grades.rubric_file import read_rubric, rubric_yaml
from reviewer.types.grades import Criterion, Rubric
from reviewer.types.searches import Filters
from tests.conftest import write_listing

TOPIC = "dropout in small models"
PAPERS = [
    ("Dropout in small models", "Dropout helps small models by three points on every task."),
    ("Dropout and scarce data", "We find that dropout harms small models when data is scarce."),
    ("Noise in small models", "Noise in the labels of small models is a kind of dropout."),
    ("Schedules of dropout", "A schedule of dropout helps small models late in training."),
    ("Pears", "Pears ripen after they are picked, in a cool and dark place."),
]


@pytest.fixture
def library(tmp_path):
    records = [{"title": title, "abstract": text} for title, text in PAPERS]
    with Library(tmp_path / "library", Settings(embedding="minilm-int8")) as opened:
        opened.add([write_listing(tmp_path / "papers.jsonl", *records)])
        yield opened


def graded(text, rubric, library):
    return grade_text(TextFile("draft.md", text), rubric, library, Bibliography())


def one_a_paper(library):
    """A rubric with a criterion for each paper."""
    rubric = make_rubric(TOPIC, library, Filters())
    sentences = [s for criterion in rubric.criteria for s in criterion.sentences]
    criteria = tuple(Criterion(name=s.key, sentences=(s,)) for s in sentences)
    return Rubric(topic=TOPIC, criteria=criteria)


def test_every_sentence_of_a_rubric_stands_in_its_paper(library):
    rubric = make_rubric(TOPIC, library, Filters())
    sentences = [s for criterion in rubric.criteria for s in criterion.sentences]
    assert sentences
    for sentence in sentences:
        text = library.paper(sentence.paper_id).text_of(sentence.part)
        assert text[sentence.start : sentence.end] == sentence.quote


def test_a_paper_on_something_else_is_in_no_criterion(library):
    rubric = make_rubric(TOPIC, library, Filters())
    pears = next(paper for paper in library.papers() if paper.title == "Pears")
    assert all(pears.id not in criterion.paper_ids for criterion in rubric.criteria)


def test_a_topic_that_no_paper_is_about_is_an_error(library):
    with pytest.raises(UsageError, match="sourdough"):
        make_rubric("how sourdough bread proves", library, Filters())


def test_a_cited_criterion_is_met_and_its_place_is_named(library):
    rubric = one_a_paper(library)
    first, *others = rubric.criteria
    found = graded(f"It is said so.\n\nIt was studied before [@{first.name}].", rubric, library)
    assert found.criteria[0].met == "met"
    assert [s.line for s in found.criteria[0].citing] == [3]
    assert [item.met for item in found.criteria[1:]] == ["missing"] * len(others)
    assert found.score == pytest.approx(1 / len(rubric.criteria), abs=0.001)


def test_a_sentence_without_a_citation_counts_for_the_nearest_criterion_alone(library):
    rubric = one_a_paper(library)
    found = graded("Dropout does harm to small models if there is little data.", rubric, library)
    met = {item.criterion.sentences[0].quote: item.met for item in found.criteria}
    assert met.pop(PAPERS[1][1]) == "partly"
    assert set(met.values()) == {"missing"}


def test_a_text_on_something_else_meets_nothing(library):
    found = graded("Pears ripen in the dark. Bread needs a day.", one_a_paper(library), library)
    assert found.score == 0


def test_one_of_many_papers_meets_a_criterion_in_part(library):
    sentences = tuple(c.sentences[0] for c in one_a_paper(library).criteria)
    assert len(sentences) > 2
    rubric = Rubric(topic=TOPIC, criteria=(Criterion(name="all", sentences=sentences),))
    found = graded(f"It was studied before [@{sentences[0].key}].", rubric, library)
    assert [item.met for item in found.criteria] == ["partly"]
    assert found.score == 0.5


def test_without_vectors_citations_count_and_that_is_said(tmp_path):
    records = [{"title": title, "abstract": text} for title, text in PAPERS]
    with Library(tmp_path / "library", Settings(embedding="none")) as library:
        library.add([write_listing(tmp_path / "papers.jsonl", *records)])
        rubric = one_a_paper(library)
        found = graded(f"It was studied [@{rubric.criteria[0].name}].", rubric, library)
    assert found.criteria[0].met == "met"
    assert "only citations" in found.notes[0]


def test_a_rubric_that_was_written_is_read_again(library, tmp_path):
    rubric = make_rubric(TOPIC, library, Filters())
    file = tmp_path / "rubric.yaml"
    file.write_text(rubric_yaml(rubric), encoding="utf-8")
    read = read_rubric(str(file), library)
    assert read.topic == rubric.topic
    places = [
        [(s.paper_id, s.part, s.start, s.end) for c in own.criteria for s in c.sentences]
        for own in (rubric, read)
    ]
    assert places[0] == places[1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.replace("harms small", "cures small"), "do not stand in"),
        (lambda t: t.replace("name:", "title:"), "line 5"),
        (lambda t: t.replace("topic:", "about:"), "line"),
        (lambda t: t.replace("paper: ", 'paper: "x" #'), "no paper 'x'"),
        (lambda t: "criteria: [", "not YAML"),
    ],
)
def test_what_is_wrong_in_a_rubric_is_named(library, tmp_path, change, said):
    file = tmp_path / "rubric.yaml"
    file.write_text(change(rubric_yaml(one_a_paper(library))), encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        read_rubric(str(file), library)
