"""Questions over the real listings, by the words of their papers alone: long ones, and lists."""

import json

import pytest

from reviewer.library import Library
from reviewer.search import SearchOptions, find
from reviewer.settings import Settings
from reviewer.text import normalise_title
from tests.conftest import SHARED


@pytest.fixture(scope="module")
def listings(tmp_path_factory):
    folder = SHARED / "seeds"
    if not folder.is_dir():
        pytest.skip("the real listings are not beside this checkout")
    with Library(tmp_path_factory.mktemp("listings"), Settings(embedding="none")) as library:
        library.add([str(folder)])
        yield library


@pytest.mark.seeds
def test_an_abstract_as_a_question_finds_its_own_paper_first(listings):
    papers = [paper for paper in listings.papers() if len(paper.abstract) > 600][::20]
    assert len(papers) > 10
    first = [find(p.abstract, listings, SearchOptions(papers=1)).hits[0].paper.id for p in papers]
    assert first == [paper.id for paper in papers]


@pytest.mark.seeds
def test_an_abstract_of_another_field_is_abstained(listings):
    """Longer than a question of few words, none of them about the papers."""
    recipe = (
        "Knead the dough for ten minutes and let it rest in a warm kitchen overnight. Fold butter "
        "into flour, roll the pastry thin, and chill it before baking. Simmer onions, carrots and "
        "celery with bay leaves; season the broth with pepper, vinegar and parsley. Roast the lamb "
        "with garlic and rosemary until its crust is brown, then carve and serve with potatoes."
    )
    found = find(recipe, listings)
    assert (found.matched, found.evidence) == (0, ())


@pytest.mark.seeds
def test_a_list_of_forty_holds_most_of_the_papers_that_answer(listings):
    """Recall at 40 of the direct answers, by words alone: the floor takes none out of the list."""
    gold = json.loads((SHARED / "eval" / "questions.json").read_text(encoding="utf-8"))
    shares = []
    for question in gold["questions"]:
        wanted = {normalise_title(t) for t, grade in question["qrels"].items() if grade == 2}
        if wanted:
            hits = find(question["question"], listings, SearchOptions(papers=40)).hits
            shares.append(
                len(wanted & {normalise_title(h.paper.title) for h in hits}) / len(wanted)
            )
    assert sum(shares) / len(shares) > 0.6
