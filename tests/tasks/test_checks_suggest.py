"""What `review suggest` finds for a draft about the sample library."""

from __future__ import annotations

import json

import pytest

from reviewer.errors import UsageError
from reviewer.library import Library
from reviewer.render.json import dump
from reviewer.render.suggestions import standing_of, suggestions_json, suggestions_markdown
from reviewer.settings import Settings
from reviewer.sources.text_file import TextFile
from reviewer.tasks import suggest_citations
from reviewer.tasks.checks.accept import accept_suggestions, clear_numbers
from reviewer.tasks.checks.suggest import purpose_of
from reviewer.writers import Extractive
from reviewer.writers.prompted.judging import ExamineReply
from tests.conftest import SAMPLES, WordEmbedding, write_listing
from tests.support.scripted import examines
from tests.support.scripted import writer as scripted_writer

STAR = "A model improves its reasoning by learning from the rationales it writes itself"
SAMPLES_AGREE = "Sampling several chains of thought and voting on the answer helps"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("suggested")
    with Library(folder, embedding=WordEmbedding()) as opened:
        opened.add([str(SAMPLES)])
        yield opened


def suggested(text, library, writer=None, file="draft.md", **options):
    return suggest_citations(TextFile(file, text), library, writer or Extractive(), **options)


def first_keys(made):
    return [item.suggestions[0].key if item.suggestions else "" for item in made.lacking]


def test_a_sentence_without_a_citation_gets_papers_with_the_sentence_that_carries_it(shelf):
    made = suggested(f"{STAR}.", shelf)
    (item,) = made.lacking
    assert 1 <= len(item.suggestions) <= 3
    best = item.suggestions[0]
    paper = shelf.paper(best.key)
    assert paper.title.startswith("STaR")
    citation = best.citation
    assert paper.text_of(citation.part)[citation.start : citation.end] == citation.quote
    assert "rationales" in citation.quote


def test_what_needs_no_citation_is_left_alone(shelf):
    text = (
        "# A heading\n\nWe propose a new method. This section reviews work on agents. "
        f"Does it help? {STAR} [@star-bootstrapping-reasoning-nd]."
    )
    assert suggested(text, shelf).lacking == ()


@pytest.mark.parametrize(
    "mark", ["[?]", "[??]", "(?)", "[@?]", r"\cite{?}", r"\citep{}", "[citation needed]"]
)
def test_a_mark_without_a_paper_asks_for_one_and_is_replaced(shelf, mark):
    text = f"We know that {STAR.lower()} {mark}. It is used widely by all of them.\n"
    file = "draft.tex" if mark.startswith("\\") else "draft.md"
    made = suggested(text, shelf, file=file)
    assert len(made.lacking) == 2
    assert made.lacking[0].gaps
    number = made.lacking[0].suggestions[0].number
    after = accept_suggestions(text, made, [number]).text
    assert mark not in after
    key = made.lacking[0].suggestions[0].key
    command = mark.partition("{")[0]
    written = f"itself~{command}{{{key}}}." if file.endswith("tex") else f"itself [@{key}]."
    assert written in after


def test_a_mark_behind_the_stop_belongs_to_the_sentence_before_it(shelf):
    made = suggested(f"We saw that {STAR.lower()}. [?]\n\nWe stop.", shelf)
    (item,) = made.lacking
    assert "rationales" in item.sentence.text


def test_marks_in_code_are_no_marks(shelf):
    assert suggested("We use it.\n\n```\nx = [?]\n```\n", shelf).lacking == ()


def test_a_link_is_no_mark(shelf):
    made = suggested(f"{STAR} [ref](https://example.org/a).", shelf)
    assert [item.gaps for item in made.lacking] == [()]


def test_accepting_changes_nothing_but_marks(shelf):
    text = f"{STAR}. {SAMPLES_AGREE}!\n"
    made = suggested(text, shelf)
    numbers = [item.suggestions[0].number for item in made.lacking]
    accepted = accept_suggestions(text, made, numbers)
    bare = accepted.text
    for suggestion in accepted.suggestions:
        bare = bare.replace(f" [@{suggestion.key}]", "", 1)
    assert bare == text
    assert [s.number for s in accepted.suggestions] == numbers


def test_two_papers_for_one_sentence_share_a_mark(shelf):
    made = suggested(f"{STAR}.", shelf)
    one, two = (s for s in made.lacking[0].suggestions[:2])
    after = accept_suggestions(f"{STAR}.", made, [one.number, two.number]).text
    assert after == f"{STAR} [@{one.key}; @{two.key}]."


def test_an_unknown_number_and_a_draft_that_cites_by_numbers_are_refused(shelf):
    made = suggested(f"{STAR}.", shelf)
    with pytest.raises(UsageError, match="no suggestion 99"):
        accept_suggestions(f"{STAR}.", made, [99])
    text = f"{STAR}. Others agree [1].\n\n## References\n\n[1] A. Author. A title. 2020.\n"
    made = suggested(text, shelf)
    with pytest.raises(UsageError, match="cites by numbers"):
        accept_suggestions(text, made, [1])


def test_a_citation_of_another_paper_is_odd_and_the_nearer_one_is_named(shelf):
    right, wrong = "star-bootstrapping-reasoning-nd", _far_key(shelf)
    made = suggested(f"{STAR} [@{right}].\n\n{STAR} [@{wrong}].", shelf)
    good, odd = made.citing
    assert (good.is_odd, good.cited[0].rank) == (False, 1)
    assert odd.is_odd
    assert odd.cited[0].rank is None
    assert odd.nearer[0] == right
    shown = suggestions_markdown(made)
    assert shown.index("Citations to look at") < shown.index("not among the 20 nearest")


def _far_key(shelf):
    """A paper that shares nothing with STAR."""
    from reviewer.search import find_for_sentence

    near = {item.paper.key for item in find_for_sentence(STAR, "", shelf, 40)}
    return next(paper.key for paper in shelf.papers() if paper.key not in near)


def test_one_of_several_cited_papers_is_enough(shelf):
    text = f"{STAR} [@star-bootstrapping-reasoning-nd; @{_far_key(shelf)}]."
    (item,) = suggested(text, shelf).citing
    assert not item.is_odd
    assert [paper.rank for paper in item.cited] == [1, None]


def test_of_a_paper_that_the_library_does_not_have_nothing_is_said(shelf):
    made = suggested(f"{STAR} [@nobody2020].", shelf)
    assert made.citing == ()
    assert any("nobody2020" in note for note in made.notes)


def test_a_small_library_says_that_ranks_tell_nothing(tmp_path):
    listing = write_listing(tmp_path / "few.jsonl", {"title": "A study", "abstract": f"{STAR}."})
    with Library(tmp_path / "few", Settings(embedding="none")) as few:
        few.add([listing])
        (paper,) = few.papers()
        made = suggested(f"{STAR} [@{paper.key}].", few)
    assert made.citing == ()
    assert any("too few" in note for note in made.notes)


def test_the_judge_leaves_out_what_does_not_carry_the_sentence(shelf):
    found = suggested(f"{STAR}.", shelf).lacking[0].suggestions
    refusing, _ = scripted_writer({ExamineReply: lambda asked: examines(asked, "unsupported")})
    assert suggested(f"{STAR}.", shelf, refusing).lacking[0].suggestions == ()
    judge, _ = scripted_writer({ExamineReply: lambda asked: examines(asked, "supported")})
    made = suggested(f"{STAR}.", shelf, judge)
    kept = made.lacking[0].suggestions
    assert [s.key for s in kept] == [s.key for s in found]
    assert all(s.support == "supported" and s.is_clear for s in kept)
    assert clear_numbers(made) == [kept[0].number]
    assert "carries it, says the judge" in suggestions_markdown(made)


def test_a_name_in_the_title_decides_between_papers_that_are_as_near(tmp_path):
    abstract = "A method for planning of actions by a model, with a study of its errors"
    listing = write_listing(
        tmp_path / "names.jsonl",
        {"title": "FOOPLAN: planning", "abstract": f"{abstract} in games."},
        {"title": "BARPLAN: planning", "abstract": f"{abstract} in games too."},
    )
    with Library(tmp_path / "names", Settings(embedding="none")) as named:
        named.add([listing])
        for name in ("FOOPLAN", "BARPLAN"):
            said = f"{name} is a method for planning of actions by a model."
            best = suggested(said, named).lacking[0].suggestions[0]
            assert best.title.startswith(name)


def test_json_has_all_that_was_found(shelf):
    made = suggested(f"{STAR}. {SAMPLES_AGREE} [@star-bootstrapping-reasoning-nd].", shelf)
    read = json.loads(suggestions_json(made))
    assert read["schema"] == json.loads(dump("suggestions", {}))["schema"]
    assert len(read["lacking"]) == len(read["citing"]) == 1
    assert read["lacking"][0]["suggestions"][0]["key"] == first_keys(made)[0]


@pytest.mark.parametrize(
    ("text", "purpose"),
    [
        ("Unlike BERT, it reads from left to right.", "comparison"),
        ("We fine-tune the model on maths.", "method"),
        ("Models reason.", "background"),
    ],
)
def test_the_purpose_is_read_from_the_sentence(text, purpose):
    assert purpose_of(text) == purpose


OFF_TOPIC = "The wool trade shaped Flemish towns"


def test_each_sentence_of_ones_own_work_is_compared(shelf):
    text = f"We show that {STAR.lower()}. {OFF_TOPIC}."
    made = suggested(text, shelf, is_own=True)
    assert len(made.lacking) == 2
    assert standing_of(made.lacking[0]) == "Compare with these"
    assert made.citing == ()


@pytest.mark.parametrize(
    ("support", "standing"),
    [
        ("supported", "Said already"),
        ("partial", "Said in part"),
        ("contradicted", "Somebody says otherwise"),
        ("unsupported", "Nobody here says it"),
    ],
)
def test_the_judge_says_whether_somebody_says_it_already(shelf, support, standing):
    judge, _ = scripted_writer({ExamineReply: lambda asked: examines(asked, support)})
    made = suggested(f"We show that {STAR.lower()}.", shelf, judge, is_own=True)
    (item,) = made.lacking
    assert item.suggestions
    assert standing_of(item) == standing
    assert f"## {standing}" in suggestions_markdown(made)


def test_what_no_paper_is_near_to_is_said_by_nobody_here(tmp_path):
    listing = write_listing(tmp_path / "one.jsonl", {"title": "A study", "abstract": f"{STAR}."})
    with Library(tmp_path / "one", Settings(embedding="none")) as one:
        one.add([listing])
        made = suggested(f"{OFF_TOPIC}.", one, is_own=True)
    assert standing_of(made.lacking[0]) == "Nobody here says it"


def test_the_relation_of_an_own_sentence_to_the_papers_is_shown(shelf):
    partial, _ = scripted_writer(
        {ExamineReply: lambda asked: examines(asked, "partial", words="on trivia")}
    )
    own = f"We show that {STAR.lower()} on trivia."
    made = suggested(own, shelf, partial, is_own=True)
    assert {s.relation for s in made.lacking[0].suggestions} == {"other setting"}
    assert "the paper says it of another setting, says the judge" in suggestions_markdown(made)
    of_others = suggested(own, shelf, partial)
    assert {s.relation for item in of_others.lacking for s in item.suggestions} <= {""}
