"""PubMed's records of books and of their chapters, between its articles."""

from __future__ import annotations

import pytest

from reviewer.sources import ReadOptions, read_file
from reviewer.sources.online import pubmed
from tests.support.source_samples import TITLE, pubmed_article, pubmed_set

ARTICLE = f"{TITLE} in E. coli"
BOOK = """<Book><Publisher><PublisherName>Pond Press</PublisherName>
<PublisherLocation>Lund</PublisherLocation></Publisher>
<BookTitle book="ponds">Reviews of Ponds<sup>®</sup></BookTitle>
<PubDate><Year>1993</Year><Month>02</Month></PubDate>
<AuthorList Type="editors" CompleteYN="Y"><Author><LastName>Adam</LastName>
<ForeName>Mia P</ForeName></Author></AuthorList><Edition>3rd</Edition>
<Medium>Internet</Medium></Book>"""
CHAPTER = f"""<PubmedBookArticle><BookDocument><PMID Version="1">20301295</PMID>
<ArticleIdList><ArticleId IdType="bookaccession">NBK1116</ArticleId>
<ArticleId IdType="doi">10.1000/ponds.4</ArticleId></ArticleIdList>{BOOK}
<ArticleTitle book="ponds" part="frogs">Frogs at Night.</ArticleTitle><Language>eng</Language>
<AuthorList Type="authors" CompleteYN="Y"><Author><LastName>van der Berg</LastName>
<ForeName>Ann</ForeName></Author><Author><CollectiveName>The Pond Group</CollectiveName></Author>
</AuthorList><PublicationType UI="D016454">Review</PublicationType>
<Abstract><AbstractText Label="CLINICAL">Frogs sing at night.</AbstractText>
<AbstractText>They sleep by day.</AbstractText></Abstract>
<KeywordList Owner="NLM"><Keyword>Frog</Keyword></KeywordList>
<ContributionDate><Year>1999</Year></ContributionDate></BookDocument>
<PubmedBookData><ArticleIdList><ArticleId IdType="pubmed">20301295</ArticleId></ArticleIdList>
</PubmedBookData></PubmedBookArticle>"""
WHOLE = f"""<PubmedBookArticle><BookDocument><PMID Version="1">20301296</PMID>{BOOK}
<Language>eng</Language></BookDocument></PubmedBookArticle>"""


def read(tmp_path, text):
    (tmp_path / "a.xml").write_text(text, encoding="utf-8")
    return read_file(str(tmp_path / "a.xml"), ReadOptions())


@pytest.mark.parametrize("alone", [True, False])
def test_a_chapter_is_read_with_its_book_as_its_venue(tmp_path, alone):
    found = read(tmp_path, CHAPTER if alone else pubmed_set(pubmed_article(), CHAPTER))
    assert not found.skipped
    paper = found.papers[-1]
    assert (paper.title, paper.venue) == ("Frogs at Night", "Reviews of Ponds®")
    assert paper.abstract == "CLINICAL: Frogs sing at night.\n\nThey sleep by day."
    assert paper.authors == ("Ann van der Berg", "The Pond Group")
    assert (paper.date, paper.year) == ("1993-02", 1993)
    assert (paper.pmid, paper.doi) == ("20301295", "10.1000/ponds.4")
    assert paper.keywords == ("Frog",)
    assert (paper.extra["entry_type"], paper.extra["publisher"]) == ("incollection", "Pond Press")
    assert paper.extra["edition"] == "3rd"


def test_articles_books_and_chapters_are_read_in_their_order(tmp_path):
    found = read(tmp_path, pubmed_set(WHOLE, pubmed_article(), CHAPTER))
    assert not found.skipped
    assert [p.title for p in found.papers] == ["Reviews of Ponds®", ARTICLE, "Frogs at Night"]
    assert found.papers[0].authors == ("Mia P Adam",)
    assert found.papers[0].extra["entry_type"] == "book"


def test_a_damaged_book_costs_no_other_record(tmp_path):
    cut = CHAPTER.replace("</BookDocument>", "")
    found = read(tmp_path, pubmed_set(pubmed_article(), cut, WHOLE))
    assert [p.title for p in found.papers] == [ARTICLE, "Reviews of Ponds®"]
    assert len(found.skipped) == 1
    ended = CHAPTER.replace("</PubmedBookArticle>", "")
    found = read(tmp_path, pubmed_set(ended, pubmed_article(), WHOLE))
    assert [p.title for p in found.papers] == [ARTICLE, "Reviews of Ponds®"]
    assert [s.reason for s in found.skipped] == ["the record is cut off or its end is damaged"]
    headless = CHAPTER.replace("<PubmedBookArticle>", "")
    found = read(tmp_path, pubmed_set(pubmed_article(), headless))
    assert [p.title for p in found.papers] == [ARTICLE]
    assert [s.reason for s in found.skipped] == ["a record whose beginning is damaged"]


def test_the_service_gives_books_too():
    page = pubmed.parse_articles(pubmed_set(CHAPTER, pubmed_article()).encode())
    assert (page[0].title, page[0].pmid) == ("Frogs at Night", "20301295")
    assert len(page) == 2


def test_the_same_chapter_in_an_nbib_file_is_the_same(tmp_path):
    lines = """PMID- 20301295
TI  - Frogs at Night
BTI - Reviews of Ponds(R)
PB  - Pond Press
DP  - 1993 Feb
FAU - van der Berg, Ann
LID - 10.1000/ponds.4 [doi]
PT  - Review
"""
    (tmp_path / "a.nbib").write_text(lines)
    [paper] = read_file(str(tmp_path / "a.nbib"), ReadOptions()).papers
    [same] = read(tmp_path, CHAPTER).papers
    for name in ("title", "date", "pmid", "doi"):
        assert getattr(paper, name) == getattr(same, name)
    assert paper.extra["entry_type"] == same.extra["entry_type"]
    assert paper.venue == "Reviews of Ponds(R)"
