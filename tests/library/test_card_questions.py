"""A search finds papers by the questions that their cards say they answer, and quotes none."""

from __future__ import annotations

import pytest

from reviewer.cli import run
from reviewer.library import Library
from reviewer.render.markdown import found_markdown
from reviewer.search import SearchOptions, find
from reviewer.settings import Settings
from reviewer.tasks.drafts.cards import cards_of
from reviewer.types import Paper
from reviewer.types.drafts import Card, CardLine
from reviewer.types.papers import Origin, Part
from reviewer.writers.prompted.cards import CardsReply
from tests.conftest import WordEmbedding
from tests.support.scripted import writer

ON_BOTH_DATABASES = True
ASKED = "wobbling marmalade velocity"
TITLES = [f"{name} orchards of rewards" for name in ("Alder", "Birch", "Cedar", "Damson", "Elm")]


def paper(title):
    parts = (Part(name="title", text=title), Part(name="abstract", text=f"We grow {title}."))
    return Paper(parts=parts, origins=(Origin(file="made", position=1, sha256=title),))


@pytest.fixture
def shelf(library):
    library.add_found([tuple(map(paper, TITLES))])
    return library


def hits(library, **options):
    found = find(ASKED, library, SearchOptions(papers=5, abstains=False, **options))
    return {hit.paper.title: hit for hit in found.hits}, found


def ask_of(library, title, *questions):
    one = next(p for p in library.papers() if p.title == title)
    number = library.catalogue.number_of(one.id)
    chunk = library.chunks.of_paper(number)[-1].chunk
    cited = {
        "paper_id": one.id, "chunk_id": chunk.id, "part": chunk.part,
        "start": chunk.start, "end": chunk.end, "quote": chunk.text,
    }  # fmt: skip
    lines = tuple(CardLine.model_validate({"text": q, "citations": [cited]}) for q in questions)
    library.keep_questions([Card(paper_id=one.id, questions=lines)])
    return one


def test_a_paper_is_found_by_a_question_of_its_card(shelf):
    before, _ = hits(shelf)
    ask_of(shelf, TITLES[3], ASKED, "something else?")
    after, _ = hits(shelf)
    assert next(iter(after)) == TITLES[3]
    assert after[TITLES[3]].score.sentence > before[TITLES[3]].score.sentence
    assert after[TITLES[0]].score.sentence == before[TITLES[0]].score.sentence


def test_the_question_does_not_make_a_paper_relevant_nor_stand_in_a_quote(shelf):
    before, _ = hits(shelf)
    ask_of(shelf, TITLES[3], ASKED)
    after, found = hits(shelf)
    assert after[TITLES[3]].score.relevance == before[TITLES[3]].score.relevance
    assert all(ASKED not in item.chunk.text for item in found.evidence)
    assert all(ASKED not in s.text for item in found.evidence for s in item.sentences)


def test_an_explained_search_names_the_question(shelf):
    ask_of(shelf, TITLES[3], ASKED)
    explained, found = hits(shelf, explained=True)
    assert explained[TITLES[3]].score.answers == ASKED
    assert ASKED in found_markdown(found, explained=True)


def test_a_new_card_replaces_the_questions_of_the_old_one(shelf):
    one = ask_of(shelf, TITLES[3], ASKED)
    ask_of(shelf, TITLES[3], "another thing?")
    number = shelf.catalogue.number_of(one.id)
    assert shelf.questions.of_paper(number) == ["another thing?"]


def test_a_filter_holds_for_papers_that_are_found_by_questions(shelf):
    one = ask_of(shelf, TITLES[3], ASKED)
    shelf.remove(one.id)
    after, _ = hits(shelf)
    assert TITLES[3] not in after


def test_questions_without_an_embedding_wait_for_reindex(places):
    with Library(places(), Settings(embedding="none")) as shelf:
        shelf.add_found([tuple(map(paper, TITLES))])
        ask_of(shelf, TITLES[3], ASKED)
    with Library(places(), embedding=WordEmbedding()) as shelf:
        shelf.reindex()
        assert next(iter(hits(shelf)[0])) == TITLES[3]


def card_with(questions, concepts=()):
    def cards(asked):
        return {
            "cards": [
                {
                    "tag": text.tag,
                    "questions": [q.format(n=text.numbers[-1]) for q in questions],
                    "concepts": [c | {"sentence": text.numbers[-1]} for c in concepts],
                }
                for text in asked.texts
                if text.numbers
            ]
        }

    return {CardsReply: cards}


def made_cards(shelf, questions, concepts=()):
    by, _ = writer(card_with(questions, concepts))
    evidence = find(TITLES[0], shelf, SearchOptions(papers=2, abstains=False)).evidence
    return list(cards_of(evidence, shelf, by).values())


def test_questions_of_a_reply_are_kept_with_their_sentences_and_found(shelf):
    (one, *_) = made_cards(shelf, [f"{ASKED} [{{n}}]", "Without a sentence?"])
    assert [line.text for line in one.questions] == [ASKED]
    assert one.questions[0].citations[0].paper_id == one.paper_id
    number = shelf.catalogue.number_of(one.paper_id)
    assert shelf.questions.of_paper(number) == [ASKED]


def test_a_concept_that_its_sentence_does_not_name_is_left_out(shelf):
    named = [{"name": "orchards", "kind": "task"}, {"name": "BigNet", "kind": "method"}]
    for card in made_cards(shelf, [], [*named, {"name": "rewards", "kind": "animal"}]):
        kinds = {concept.name: concept.kind for concept in card.concepts}
        assert kinds == {"orchards": "task", "rewards": ""}


def test_show_names_the_questions(tmp_path, capsys):
    with Library(tmp_path, embedding=WordEmbedding()) as shelf:
        shelf.add_found([tuple(map(paper, TITLES))])
        one = ask_of(shelf, TITLES[3], ASKED)
    assert run(["show", one.key, "--library", str(tmp_path)]) == 0
    assert f"- {ASKED}" in capsys.readouterr().out
