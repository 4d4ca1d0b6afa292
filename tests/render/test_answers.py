"""Answers as text, as a list, as a page, in a notebook and in JSON."""

import json
import re

import pytest
from markdown_it import MarkdownIt

from reviewer.render import notebook_form, render
from reviewer.render.answer_parts import answer_text, checks_line
from reviewer.render.cited_sentence import pieces_of
from reviewer.render.markdown_answer import answer_markdown
from reviewer.render.styles import citation_style
from reviewer.tasks import compare_papers
from reviewer.tasks.tables.table import TableOptions
from reviewer.types import Answer, Claim
from reviewer.types.answers import StanceTaken
from reviewer.types.claims import Anchor
from reviewer.types.tables import Column
from reviewer.writers import Extractive
from tests.render.test_formats import ONE, PEARS, ROUND, TWO, answer, citation

APPLES = citation(ONE, "Apples are round.")
RED = citation(ONE, "They are red, too.")
NOT_ROUND = citation(TWO, "Pears are not round.")
SAID = "Apples are round, whereas pears are not."
BOTH = Claim(
    text=SAID,
    citations=(APPLES, NOT_ROUND),
    anchors=(Anchor(at=16, citations=(0,)), Anchor(at=39, citations=(1,))),
    support="supported",
)
THESIS = Claim(text="Fruit differs.", kind="synthesis")
FAILED = Claim(
    text="All fruit is round, and red.",
    citations=(RED, NOT_ROUND),
    support="partial",
    failing="All fruit is round",
    reason="only apples are called round",
    paragraph=2,
)
GAP = Claim(text="None tells of plums.", kind="gap", paragraph=2)


def written(claims=(BOTH, THESIS, FAILED, GAP), **fields):
    return answer(claims, [ONE, TWO], **({"writer": "openai/name", "effort": "normal"} | fields))


STANCES = (
    StanceTaken(paper_id="p1", stance="yes", citation=APPLES),
    StanceTaken(paper_id="p2", stance="no", basis="uses", citation=NOT_ROUND),
    StanceTaken(paper_id="p3", stance="none"),
)
VERDICT = "1 yes of 3 read; 1 more merely uses it"


def test_an_answer_is_paragraphs_with_each_mark_at_its_clause_and_all_else_below():
    assert answer_markdown(written()) == (
        "# Are apples round?\n\n"
        "Apples are round [1], whereas pears are not [2]. Fruit differs.\n\n"
        "All fruit is round, and red [1, 2].† None tells of plums.\n\n"
        '## Not proven\n\n- † "All fruit is round": partly supported; only apples are called '
        "round.\n\n"
        "## References\n\n[1] apples-nd · Apples are round\n\n[2] pears-nd · Pears are not\n\n"
        "Written by openai/name from 2 papers; citations by code. 4 sentences: 1 supported, "
        "2 not judged, 1 not proven. 2 papers in the library, 2 matched, 2 read, 2 cited.\n"
    )


def test_the_verdict_names_papers_that_test_the_claim_apart_from_those_that_use_it():
    text = answer_markdown(written(stances=STANCES, verdict=VERDICT))
    assert f"\n**{VERDICT}.** Yes [1]. Merely use it [2].\n" in text
    assert text.index("plums.") < text.index(VERDICT) < text.index("## Not proven")


def test_the_proof_follows_the_references_and_says_how_each_sentence_stands():
    shown = written(stances=STANCES, verdict=VERDICT)
    assert "## Proof" not in answer_markdown(shown)
    proof = answer_markdown(shown, with_proof=True).partition("## References")[2]
    assert f"1. {SAID} *(supported by its quotes, by the model's word)*\n" in proof
    assert '   - [1] "Apples are round." (abstract, characters 0 to 17)\n' in proof
    assert "2. Fruit differs. *(rests on the sentences around it, not judged)*\n" in proof
    assert '*(not proven: "All fruit is round": partly supported; only apples are' in proof
    assert "4. None tells of plums. *(says what the papers do not tell, not judged)*\n" in proof
    assert '- merely use it [2]: "Pears are not round."\n' in proof


def test_as_a_list_each_sentence_has_its_line_its_papers_and_its_remark():
    text = answer_markdown(written(stances=STANCES, verdict=VERDICT), as_list=True)
    assert f"\n- {SAID} [1] [2]\n" in text
    assert "\n- All fruit is round, and red. [1] [2] *(partly supported)*\n" in text
    assert "Not proven" not in text
    assert '## Stances\n\n- yes [1]: "Apples are round."\n' in text


def test_a_text_with_footnotes_ends_with_a_whole_line():
    text = answer_markdown(written(), style=citation_style("chicago"))
    assert "\n[^1]: " in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_quotes_in_place_of_an_answer_are_said_before_them():
    text = answer_markdown(written([ROUND, PEARS], outcome="quotes"))
    said = "Quoted from 2 papers; openai/name gave no readable answer."
    assert text.startswith(f'# Are apples round?\n\n{said}\n\n- "Apples are round." [1]\n')


@pytest.mark.parametrize(
    ("text", "places", "said"),
    [
        ("It helps (a lot).", [8], "It helps [1] (a lot)."),
        ("It helps(a).", [8], "It helps [1] (a)."),
        ("It helps[a].", [8], "It helps [1] \\[a\\]."),
        ("It helpsbut harms.", [8], "It helps [1] but harms."),
        ("It helps.", [0], "It helps [1]."),
        ("It helps.", [9], "It helps [1]."),
        ("It helps.", [99], "It helps [1]."),
        ("It helps...", [], "It helps... [1]"),
        ("これは有効です。", [], "これは有効です [1]。"),
        ("It helps: a, b.", [8, 11], "It helps [1]: a [1], b."),
    ],
)
def test_a_mark_never_touches_a_word_and_is_never_a_link(text, places, said):
    anchors = tuple(Anchor(at=at, citations=(0,)) for at in places)
    claim = Claim(text=text, citations=(APPLES,), anchors=anchors, support="supported")
    shown = answer_markdown(written([claim]))
    assert f"\n{said}\n" in shown
    assert "<a " not in MarkdownIt().render(shown)


@pytest.mark.parametrize("claim", [BOTH, THESIS, FAILED, GAP, ROUND])
def test_the_pieces_of_a_sentence_are_the_sentence_and_have_all_its_citations(claim):
    pieces = pieces_of(claim)
    assert "".join(piece.text for piece in pieces) == claim.text
    assert {c for piece in pieces for c in piece.citations} == set(claim.citations)


def test_a_citation_that_no_anchor_names_is_shown_at_the_end():
    claim = BOTH.model_copy(update={"anchors": BOTH.anchors[:1]})
    assert "Apples are round [1], whereas pears are not [2]." in answer_markdown(written([claim]))


def test_the_text_in_json_reads_as_the_answer_and_citations_carry_the_key():
    document = json.loads(render(written(), "json"))
    assert document["text"] == (
        "Apples are round [1], whereas pears are not [2]. Fruit differs.\n\n"
        "All fruit is round, and red [1, 2].† None tells of plums."
    )
    assert document["claims"][0]["anchors"] == [
        {"at": 16, "citations": [0]},
        {"at": 39, "citations": [1]},
    ]
    assert "key" in document["claims"][0]["citations"][0]


def test_quotes_are_a_paragraph_each_in_the_text():
    shown = answer([PEARS, ROUND], [ONE, TWO])
    assert answer_text(shown) == '"Pears are not round." [1]\n\n"Apples are round." [2]'
    assert checks_line(shown) == ""


# Pages


def test_a_page_has_the_marks_at_their_clauses_and_a_way_to_what_is_not_proven_and_back():
    page = str(render(written(), "html"))
    body = page.partition("<main>")[2]
    text = re.sub(r"<[^>]+>", "", body)
    assert "Apples are round[1], whereas pears are not[2]. Fruit differs." in text
    assert 'id="sf3" href="#f3" title="Not proven: partly supported; only apples' in body
    assert '<li id="f3"' in body
    assert '<a class="back" href="#sf3"' in body
    assert body.index('class="prose"') < body.index("Not proven</h2>") < body.index('id="papers"')
    proof = body.partition("Proof, sentence by sentence")[2]
    assert "“Apples are round.”" in proof
    assert "Rests on the sentences around it, not judged." in proof


def test_a_page_of_quotes_and_a_list_have_a_line_a_sentence():
    for page in (
        str(render(answer([PEARS, ROUND], [ONE, TWO]), "html")),
        str(render(written(), "html", as_list=True)),
    ):
        body = page.partition("<main>")[2]
        assert '<ul class="claims">' in body
        assert "†" not in body


def test_the_bars_count_what_the_verdict_counts():
    body = str(render(written(stances=STANCES, verdict=VERDICT), "html")).partition("<main>")[2]
    rows = re.findall(r'<th scope="row">(.*?)</th>\s*<td class="count">(\d+)</td>', body)
    assert rows == [("yes", "1"), ("merely use it", "1"), ("no stance", "1")]


# Notebooks


def test_a_notebook_shows_an_answer_with_its_proof_and_no_style_or_script():
    part = written(stances=STANCES, verdict=VERDICT)._repr_html_()
    text = re.sub(r"<[^>]+>", "", part)
    assert "Apples are round [1], whereas pears are not [2]." in text
    assert '<abbr title="Apples are round: “Apples are round.”">[1]</abbr>' in part
    assert "<details><summary>Proof, sentence by sentence</summary>" in part
    assert not re.search(r"<(style|script|html|body|iframe)\b|href=\"#", part)


def test_words_of_papers_and_models_are_no_markup_in_a_notebook():
    bad = '<img src=x onerror=alert(1)>" title="x'
    claim = BOTH.model_copy(update={"text": f"{bad} holds.", "anchors": ()})
    part = written([claim, FAILED.model_copy(update={"reason": bad})], question=bad)._repr_html_()
    assert "<img" not in part
    assert not re.search(r'"\s*title="x', part)


def test_a_notebook_says_that_there_is_not_enough_evidence():
    part = answer(nearest=(ONE,))._repr_html_()
    assert "Not enough evidence in this library to answer." in part
    assert "Apples are round" in part


def test_a_result_prints_as_markdown_and_one_without_a_part_of_a_page_has_markdown(sample_library):
    shown = written()
    assert str(shown) == shown._repr_markdown_() == answer_markdown(shown)
    options = TableOptions(columns=(Column(name="reward"),))
    table = compare_papers("RL", sample_library, Extractive(), options)
    assert table._repr_html_() is None
    assert table._repr_markdown_() == str(table) == render(table, "markdown")
    assert notebook_form(table, "html") is None


def test_a_printed_value_does_not_hide_its_fields_from_developers():
    assert repr(Answer(question="?", coverage=written().coverage, writer="w")).startswith("Answer(")
