"""Evidence is tagged in its order and grouped by its papers."""

from hypothesis import given
from hypothesis import strategies as st

from reviewer.types import Evidence, Paper
from reviewer.types.evidence import Score, by_paper, tagged
from reviewer.types.papers import Chunk


def text_of(paper: str, number: int) -> Evidence:
    chunk = Chunk(id=f"{paper}{number}", paper_id=paper, part="abstract", start=0, end=1, text="a")
    owner = Paper(id=paper, parts=())
    return Evidence(tag="old", paper=owner, chunk=chunk, score=Score(total=0.0))


TEXTS = st.lists(st.sampled_from("abcd")).map(
    lambda papers: [text_of(paper, number) for number, paper in enumerate(papers)]
)


@given(TEXTS, st.integers(0, 20))
def test_no_tag_means_two_texts_and_only_the_tag_changes(texts, after):
    made = tagged(iter(texts), after)
    assert [item.tag for item in made] == [f"E{after + n + 1}" for n in range(len(texts))]
    assert [item.model_copy(update={"tag": "old"}) for item in made] == texts


@given(TEXTS)
def test_each_text_is_with_its_paper_in_the_order_in_which_it_came(texts):
    grouped = by_paper(iter(texts))
    assert list(grouped) == list(dict.fromkeys(item.paper.id for item in texts))
    for paper_id, own in grouped.items():
        assert own == [item for item in texts if item.paper.id == paper_id]
