"""Records of services bring what their papers cite."""

from __future__ import annotations

from reviewer.sources.formats import openalex, semantic_scholar
from reviewer.sources.online import crossref
from reviewer.sources.online.types import with_origin
from reviewer.types import Paper
from reviewer.types.papers import Part, Reference


def test_openalex_gives_its_own_numbers():
    work = {
        "id": "https://openalex.org/W1",
        "title": "A study",
        "authorships": [],
        "referenced_works": ["https://openalex.org/W2", "https://openalex.org/W3"],
    }
    found = openalex.paper_of(work)
    assert [reference.openalex for reference in found.references] == ["W2", "W3"]


def test_semantic_scholar_gives_titles_and_identifiers():
    cited = {
        "paperId": "0" * 40,
        "externalIds": {"DOI": "10.48550/arXiv.1701.00001", "PubMed": "123456"},
        "title": "Slow bonuses",
        "year": 2017,
        "authors": [{"name": "Bo van Ash"}],
    }
    found = semantic_scholar.paper_of({"paperId": "1" * 40, "title": "A", "references": [cited]})
    assert found.references == (
        Reference(
            title="Slow bonuses", family="van Ash", year=2017,
            arxiv_id="1701.00001", pmid="123456", s2="0" * 40,
        ),
    )  # fmt: skip


def test_crossref_gives_fields_or_words():
    work = {
        "DOI": "10.1000/own",
        "title": ["A study"],
        "reference": [
            {
                "DOI": "10.1000/Slow",
                "article-title": "Slow bonuses",
                "author": "Ash",
                "year": "2017",
            },
            {"unstructured": "C. Elm. Late rewards and often. In REWARD, 2016."},
            {"key": "3"},
        ],
    }
    first, second, third = crossref.paper_of(work).references
    assert (first.doi, first.title, first.family, first.year) == (
        "10.1000/Slow", "Slow bonuses", "Ash", 2017,
    )  # fmt: skip
    assert (second.title, second.family, second.year) == ("Late rewards and often", "Elm", 2016)
    assert third == Reference()


def test_a_record_without_references_keeps_the_hash_that_it_had_before_they_were_read():
    paper = Paper(parts=(Part(name="title", text="A"),))
    without = with_origin(paper, "doi:10.1000/a").origins[0].sha256
    listed = paper.model_copy(update={"references": (Reference(doi="10.1000/b"),)})
    assert without == "09391c3034f8d0946a57e96457de7b8dfafadfdc8b81b3a162a204a50da6fe82"
    assert with_origin(listed, "doi:10.1000/a").origins[0].sha256 != without
