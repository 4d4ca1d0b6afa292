"""In-text citations in four systems; nobody is called "10 authors"."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.render.citation_syntax import cited_keys, find_marks, highest_number, style_of
from reviewer.render.cited_sentence import marked_sentence
from reviewer.render.in_text import (
    LATEX_STYLES,
    STYLES,
    Marks,
    citation_key,
    known_authors,
)
from reviewer.types import Citation, Claim, Paper
from reviewer.types.claims import Anchor
from reviewer.types.papers import Part


def paper(key, authors=(), year=2025, title="A Long Title That Goes On and On Beyond Measure"):
    parts = (Part(name="title", text=title),)
    return Paper(id=f"id-{key}", key=key, parts=parts, authors=authors, year=year)


ONE = paper("guo-2025-deepseek", ("Daya Guo", "Dejian Yang", "Haowei Zhang"))
TWO = paper("li-2024-x", ("Li, Wei", "van der Berg, Jan"), 2024)
NOBODY = paper("skill-2025", year=None).model_copy(update={"author_note": "10 authors"})
EVERY = [ONE, TWO, NOBODY]


@pytest.mark.parametrize(
    ("style", "both", "none", "in_words"),
    [
        ("pandoc", "[@guo-2025-deepseek; @li-2024-x]", "[@skill-2025]", "@guo-2025-deepseek"),
        (
            "latex",
            r"\citep{guo-2025-deepseek,li-2024-x}",
            r"\citep{skill-2025}",
            r"\citet{guo-2025-deepseek}",
        ),
        (
            "biblatex",
            r"\autocite{guo-2025-deepseek,li-2024-x}",
            r"\autocite{skill-2025}",
            r"\textcite{guo-2025-deepseek}",
        ),
        ("note", "[^1]", "[^2]", "Guo et al.[^3]"),
        ("numeric", "[1, 2]", "[3]", "[1]"),
        (
            "author-year",
            "(Guo et al., 2025; Li & van der Berg, 2024)",
            '("A Long Title That Goes On and On Beyond Measure", n.d.)',
            "Guo et al. (2025)",
        ),
    ],
)
def test_each_system_marks_papers_its_own_way(style, both, none, in_words):
    marks = Marks(style, EVERY)
    assert style in STYLES
    assert marks.mark([ONE.id, TWO.id, ONE.id]) == both
    assert marks.mark([NOBODY.id]) == none
    assert marks.in_words(ONE.id) == in_words
    assert marks.mark([]) == marks.mark(["own", "id-nobody"]) == ""


def test_a_count_of_authors_is_nobodys_name():
    for note in ("10 authors", "3 Authors", "7 others", "1 author"):
        odd = paper("x", (note,))
        assert known_authors(odd) == []
        assert "author" not in Marks("author-year", [odd]).mark([odd.id]).casefold()
    assert known_authors(paper("x", ("Ada Guo", "9 others"))) == ["Guo"]


def test_one_name_and_year_of_two_papers_have_letters_in_the_order_of_their_titles():
    second = paper("guo-2025-a", ("Ada Guo",), title="Second")
    first = paper("guo-2025-b", ("Ada Guo",), title="First")
    other = paper("guo-2024", ("Ada Guo",), 2024, title="Third")
    marks = Marks("author-year", [second, first, other])
    assert marks.mark([first.id, second.id, other.id]) == "(Guo, 2025a; Guo, 2025b; Guo, 2024)"
    skr = [paper(f"skr-{n}", year=None, title=f"SKR: {n}") for n in "xy"]
    assert Marks("author-year", skr).mark(["id-skr-y"]) == "(SKR, n.d.-b)"
    many = [paper(f"k{n:02}", ("Ada Guo",), title=f"T{n:02}") for n in range(28)]
    assert Marks("author-year", many).mark(["id-k25", "id-k27"]) == "(Guo, 2025z; Guo, 2025ab)"


@pytest.mark.parametrize(
    ("title", "who"),
    [
        ("SKR: Self-Knowledge Guided Retrieval Augmentation", "SKR"),
        ("R1-Searcher++: Incentivizing the Dynamic Knowledge Acquisition of LLMs", "R1-Searcher++"),
        ("s1: Simple test-time scaling", "s1"),
        ("When Not to Trust Language Models", '"When Not to Trust Language Models"'),
        ("Large Concept Models: Language Modeling in a Space", '"Large Concept Models"'),
        (
            "A Study of Smaller Language Models towards Multi-Step Reasoning",
            '"Study of Smaller Language Models"',
        ),
        ("Does It Work? A Long Study of What Works and What Does Not", '"Does It Work?"'),
        ('The "Pear" Effect', "\"The 'Pear' Effect\""),
    ],
)
def test_a_paper_without_authors_is_called_by_its_short_name(title, who):
    odd = paper("x", year=None, title=title)
    assert Marks("author-year", [odd]).mark([odd.id]) == f"({who}, n.d.)"


def cited(paper, page=None):
    return Citation(
        paper_id=paper.id, chunk_id="c", part="abstract", page=page, start=0, end=1, quote="q"
    )


SKR = paper("skr-nd", year=None, title="SKR: Self-Knowledge")
THRUST = paper("thrust-nd", year=None, title="Thrust: Propels")


@pytest.mark.parametrize(
    ("style", "said"),
    [
        ("author-year", "SKR (n.d.) asks itself, whereas others guess (Guo et al., 2025, p. 3)."),
        ("numeric", "SKR asks itself [1], whereas others guess [2, p. 3]."),
        ("pandoc", "SKR asks itself [@skr-nd], whereas others guess [@guo-2025-deepseek, p. 3]."),
        ("note", "SKR asks itself,[^1] whereas others guess.[^2]"),
        (
            "latex",
            r"SKR asks itself \citep{skr-nd}, whereas others guess "
            r"\citep[p.~3]{guo-2025-deepseek}.",
        ),
        (
            "biblatex",
            r"SKR asks itself \autocite{skr-nd}, whereas others guess "
            r"\autocite[p.~3]{guo-2025-deepseek}.",
        ),
    ],
)
def test_each_clause_has_its_mark_in_every_style(style, said):
    text = "SKR asks itself, whereas others guess."
    claim = Claim(
        text=text,
        citations=(cited(SKR), cited(ONE, 3)),
        anchors=(
            Anchor(at=text.index(","), citations=(0,)),
            Anchor(at=len(text) - 1, citations=(1,)),
        ),
    )
    marks = Marks(style, [SKR, ONE])
    assert marked_sentence(claim, marks, str, str) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SKR and Thrust look inside.", "SKR (n.d.) and Thrust (n.d.) look inside."),
        ("Two of them look inside.", "Two of them look inside (SKR, n.d.; Thrust, n.d.)."),
        ("SKR's way is new.", "SKR's (n.d.) way is new (Thrust, n.d.)."),
        ("SKR (a system) is new.", "SKR (a system) is new (SKR, n.d.; Thrust, n.d.)."),
        ("SKR-2 is new.", "SKR-2 is new (SKR, n.d.; Thrust, n.d.)."),
    ],
)
def test_a_paper_that_the_sentence_names_has_its_year_behind_the_name(text, said):
    claim = Claim(text=text, citations=(cited(SKR), cited(THRUST)))
    assert marked_sentence(claim, Marks("author-year", [SKR, THRUST]), str, str) == said


def test_pages_of_several_papers_stand_in_one_bracket_of_latex():
    pages = {ONE.id: [3, 5], TWO.id: []}
    natbib = Marks("latex", EVERY).mark([ONE.id, TWO.id], pages)
    assert natbib == r"\citetext{\citealp[pp.~3, 5]{guo-2025-deepseek}; \citealp{li-2024-x}}"
    biblatex = Marks("biblatex", EVERY).mark([ONE.id, TWO.id], pages)
    assert biblatex == r"\autocites[pp.~3, 5]{guo-2025-deepseek}{li-2024-x}"


def test_a_note_has_the_whole_reference_first_and_the_name_later():
    marks = Marks("note", [ONE, SKR])
    marks.mark([ONE.id, SKR.id], {ONE.id: [3]})
    marks.mark([ONE.id], {ONE.id: [4]})
    marks.mark([SKR.id])
    assert marks.note_lines({ONE.id: "Guo, D. A Title.", SKR.id: "SKR: Self-Knowledge."}) == [
        "Guo, D. A Title, p. 3; SKR: Self-Knowledge.",
        'Guo et al., "A Long Title That Goes On and On Beyond Measure", p. 4.',
        "SKR.",
    ]


def test_numbers_may_go_on_from_others():
    assert Marks("numeric", EVERY, 8).mark([TWO.id, ONE.id]) == "[8, 9]"


def test_a_key_of_another_library_is_made_safe():
    assert citation_key("a b{c},d") == "a-b-c--d"
    assert Marks("latex", [paper("a}b")]).mark(["id-a}b"]) == r"\citep{a-b}"


@pytest.mark.parametrize(
    ("text", "is_latex", "style"),
    [
        ("It is so [@guo-2025; see @li]. Mail a@b.example.", False, "pandoc"),
        (r"It is so~\citep[see][p.~2]{guo,li}.", False, "latex"),
        ("Plain text.", True, "latex"),
        ("It is so [1, 3-5] and [7](http://x.example).", False, "numeric"),
        ("Plain text without any.", False, "pandoc"),
        ("Mail a@b.example about pass@1.", False, "pandoc"),
    ],
)
def test_a_draft_shows_its_own_system(text, is_latex, style):
    assert style_of(text, is_latex=is_latex) == style


def test_cited_keys_are_found_in_both_systems():
    assert cited_keys("As [@a-2020; see @b_c, p. 3] and @{d/e} say; x@y.") == {
        "a-2020",
        "b_c",
        "d/e",
    }
    assert cited_keys(r"\citep[see][]{a, b} \citet*{c} \citestyle{x}") == {"a", "b", "c"}


def test_the_highest_number_of_a_draft_is_known():
    assert highest_number("So [1, 3–12] and [4]; x[99], [2](link).") == 12
    assert highest_number("None.") == 0


# What is written is read back


KEYS = st.text(st.sampled_from("aZ9_-:.+/é #{}@*"), min_size=1, max_size=12)
NAMES = st.sampled_from(["Guo", "van der Berg", "Müller", "Ōta", "Özil", "Łukasz", "王", "O'Neil"])


@st.composite
def cited_papers(draw):
    keys = draw(st.lists(KEYS, min_size=1, max_size=4, unique_by=citation_key))
    titles = ("Of Pears", "Of Pears (and Apples)", "s1: Of Pears", "π: Of Pears")
    return [
        Paper(
            id=f"id-{n}",
            key=key,
            parts=(Part(name="title", text=draw(st.sampled_from(titles))),),
            authors=tuple(draw(st.lists(NAMES, max_size=3))),
            year=draw(st.sampled_from([None, 1999, 2025])),
        )
        for n, key in enumerate(keys)
    ]


@pytest.mark.parametrize("style", [style for style in STYLES if style != "note"])
@given(papers=cited_papers(), paged=st.booleans(), first=st.integers(1, 990))
def test_a_mark_is_read_back_as_it_was_written(style, papers, paged, first):
    marks = Marks(style, papers, first)
    ids = [paper.id for paper in papers]
    pages = {ids[0]: [3], ids[-1]: [7, 12]} if paged else {}
    numbers = {str(marks.number_of(i)) for i in ids}
    wanted = {
        "numeric": [str(marks.number_of(i)) for i in ids],
        "author-year": [],
    }.get(style, [citation_key(paper.key) for paper in papers])
    text = f"It is so {marks.mark(ids, pages)}."
    found = find_marks(text, numbers)
    assert [key for mark in found for key in mark.keys] == wanted
    assert found[0].start == len("It is so ")
    assert found[-1].end == len(text) - 1
    if style != "author-year":
        assert style_of(text, is_latex=False) == ("latex" if style in LATEX_STYLES else style)
    if style in ("pandoc", *LATEX_STYLES):
        assert cited_keys(text) == set(wanted)
    if style == "numeric":
        assert highest_number(text) == first + len(ids) - 1
    in_words = f"So {marks.in_words(ids[0])} says."
    assert [key for mark in find_marks(in_words, numbers) for key in mark.keys] == wanted[:1]


def test_a_key_that_pandoc_would_cut_stands_in_braces():
    assert Marks("pandoc", [paper("a--b")]).mark(["id-a--b"]) == "[@{a--b}]"
    assert Marks("pandoc", [paper("x.")]).in_words("id-x.") == "@{x.}"
    assert Marks("pandoc", [paper("fig:one")]).mark(["id-fig:one"]) == "[@{fig:one}]"
    assert cited_keys("So @a--b and [@c.d.] and @fig:one say.") == {"a", "c.d"}
