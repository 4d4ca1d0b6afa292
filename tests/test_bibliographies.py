"""Papers go out as BibTeX, RIS and CSL-JSON and come back whole; other tools read the files."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.formats.bibtex import bibtex
from reviewer.formats.csl_json import csl_json
from reviewer.formats.ris import ris
from reviewer.kinds import DETAILS, KIND, KINDS
from reviewer.names import GROUPS, authors_of
from reviewer.records import Paper, Part
from reviewer.sources import ReadOptions
from reviewer.sources import bibtex as bibtex_source
from reviewer.sources import csl_json as csl_source
from reviewer.sources import ris as ris_source
from reviewer.text import clean

FORMATS = {
    "bibtex": (bibtex, bibtex_source),
    "ris": (ris, ris_source),
    "csl-json": (csl_json, csl_source),
}
PEOPLE = (
    "Jane B. Guo", "José Ångström", "Łukasz Kaiser", "García Márquez, Gabriel", "Ludwig van Beethoven",
    "van der Berg, Jan", "Martin Luther King Jr.", "Renée O'Connor-Smith", "孫 悟空", "Иван Петров",
    "Nguyễn Văn Ánh", "d'Alembert, Jean", "Åsa Öberg", "Peter {Braced}", "Q & A", "Weiß, Jürgen",
)  # fmt: skip
CORPORATE = (
    "The ATLAS Collaboration", "Google Brain", "OpenAI", "Smith, Jones and Sons, Inc.",
    "Ministry of Truth & Peace", "DeepSeek-AI", "中国科学院",
)  # fmt: skip
WORDS = st.text(
    st.sampled_from("abcXYZ éßŁ中α≤→“”—{}&%$#_^~\\|\"'`-.,:;?!()[]@=+/0189"),
    min_size=1,
    max_size=40,
)
MATH = st.sampled_from(
    ["$O(n^2)$", "$\\alpha$-RL", "$x_{i}$", "costs $5 and $6", "$\\input{x}$", "50\\%"]
)
TITLES = (
    st.lists(WORDS | MATH, min_size=1, max_size=4)
    .map(" ".join)
    .filter(lambda t: clean(t).strip(" ,"))
)


def names(draw):
    people = draw(st.lists(st.sampled_from(PEOPLE), max_size=3, unique=True))
    groups = draw(st.lists(st.sampled_from(CORPORATE), max_size=1))
    return (*people, *groups), groups


@st.composite
def papers(draw):
    title = draw(TITLES)
    abstract = draw(st.just("") | TITLES)
    authors, groups = names(draw)
    year = draw(st.none() | st.integers(1900, 2026))
    month = draw(st.sampled_from(["", "-09", "-09-29"]))
    date = f"{year}{month}" if year else draw(st.sampled_from(["", "--09-29"]))
    details = draw(
        st.dictionaries(st.sampled_from(DETAILS), st.sampled_from(["3", "10--12", "Ed & Co"]))
    )
    if "pages" in details:
        details["pages"] = "10--12"
    kind = draw(st.sampled_from(KINDS))
    spare = "isbn" if kind.bibtex != "book" else "issn"
    details.pop(spare, None)
    if kind.venue in details:
        details.pop(kind.venue)
    parts = [Part(name="title", text=title)]
    if clean(abstract):
        parts.append(Part(name="abstract", text=abstract))
    keywords = draw(
        st.lists(st.sampled_from(["rl", "AI & law", "a, b", "naïve Bayes", "C#"]), unique=True)
    )
    return Paper(
        key=f"key-{draw(st.integers(0, 10**6))}",
        parts=tuple(parts),
        authors=authors,
        author_note="" if authors else draw(st.sampled_from(["", "1 author", "10 authors"])),
        organisation=draw(st.sampled_from(["", "Univ. of A & B"])),
        date=date,
        year=year,
        venue=draw(st.sampled_from(["", "ACL 2024", "J. of {X} & Y", "Proc. 5% of $Z", "NeurIPS"])),
        doi=draw(st.sampled_from(["", "10.1000/x_1", "10.1002/(sici)1<2::aid>3#4"])),
        arxiv_id=draw(st.sampled_from(["", "2509.25123", "cs/0112017"])),
        pmid=draw(st.sampled_from(["", "12345678"])),
        url=draw(st.sampled_from(["", "https://example.org/a_b?x=1&y=50%25#z~"])),
        keywords=tuple(keywords),
        extra={KIND: kind.bibtex, **details, **({GROUPS: groups} if groups else {})},
    )  # fmt: skip


def fields_of(paper: Paper, seen=clean) -> dict:
    """Everything that these formats have fields for, texts as `seen`, names in their parts."""
    return {
        "key": paper.key,
        "title": seen(paper.title),
        "abstract": seen(paper.abstract),
        "authors": authors_of(paper),
        "author_note": paper.author_note,
        "organisation": paper.organisation,
        "date": paper.date or str(paper.year or ""),
        "year": paper.year,
        "venue": seen(paper.venue),
        "doi": paper.doi,
        "arxiv_id": paper.arxiv_id,
        "pmid": paper.pmid,
        "url": paper.url,
        "keywords": paper.keywords,
        "type": paper.extra.get(KIND),
        **{name: paper.extra.get(name) for name in DETAILS},
    }


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=500)
@given(paper=papers())
def test_a_paper_comes_back_with_every_field(name, paper):
    write, source = FORMATS[name]
    text = write([paper])
    assert source.matches(text)
    (back,) = source.read(text, "x", ReadOptions())
    assert isinstance(back, Paper), back
    assert fields_of(back, seen=str) == fields_of(paper)
