"""A record gives the same paper whether it was fetched from its service or read from a file."""

from __future__ import annotations

import json

import pytest

from reviewer.settings import Settings
from reviewer.sources import ReadOptions, read_file
from reviewer.sources.online import Web, find_by_words
from reviewer.sources.online.types import OnlineQuery
from reviewer.types import Paper
from tests.support.fake_sources import as_json, as_xml
from tests.support.source_samples import (
    DOI,
    arxiv_entry,
    arxiv_feed,
    openalex_list,
    openalex_work,
    pubmed_article,
    pubmed_set,
    s2_paper,
)

EXPECTED = {"arxiv": 8, "pubmed": 9, "openalex": 9, "semantic_scholar": 8}
ARXIV_ENTRIES = [
    arxiv_entry("2509.00001v2"),
    arxiv_entry("2509.00002v1", more=f"<arxiv:doi>{DOI}</arxiv:doi>"
                "<arxiv:journal_ref>J. Skills 7 (2025) 11-29</arxiv:journal_ref>"),
    arxiv_entry("2509.00003v3").replace("20 pages", "This paper has been withdrawn by the authors"),
    arxiv_entry("math/0309136v1", more="<category term='math.GT'/><category term='cs.LG'/>"),
    arxiv_entry("2509.00005", abstract="Gains of 5² < 30 remain; “so” & so."),
    arxiv_entry("2509.00006").replace("Ada M. Lovelace", "The Skills Collaboration"),
    arxiv_entry("2509.00007").replace("2025-09-29T17:58:01Z", "2025"),
    arxiv_entry("2509.00008").replace("<title>", "<title><![CDATA[A & B:]]> "),
]  # fmt: skip
RETRACTION_NOTICE = (
    "<CommentsCorrectionsList><CommentsCorrections RefType='RetractionIn'>"
    "<RefSource>J Skills 2026</RefSource></CommentsCorrections></CommentsCorrectionsList>"
)
PUBMED_ARTICLES = [
    pubmed_article("1"),
    pubmed_article("2", kind="Retracted Publication"),
    pubmed_article("3", more=RETRACTION_NOTICE),
    pubmed_article("4", kind="Review").replace("<LastName>Lovelace", "<LastName>van der Berg"),
    pubmed_article("5").replace("<Initials>AM</Initials>", "<Suffix>Jr</Suffix>"),
    pubmed_article("6").replace("<Initials>AM</Initials>", "<Suffix>3rd</Suffix>"),
    pubmed_article("7").replace("<Year>2025</Year><Month>Nov</Month><Day>03</Day>",
                                "<MedlineDate>2023 May-Jun</MedlineDate>"),
    pubmed_article("8").replace("ArticleTitle", "VernacularTitle")
    .replace("<Title>Journal of Skills</Title>", "").replace(f">{DOI}<", "><"),
    pubmed_article("9").replace("Label=\"AIM\"", "").replace(
        "We study skills.", "CO<sub>2</sub> &#x3b1; rose 10<sup>-3</sup>."
    ),
]  # fmt: skip
AUTHORS = [{"author": {"display_name": name}}
           for name in ("The Skills Consortium", "van der Berg, Jan", "Plato")]  # fmt: skip
OPENALEX_WORKS = [
    openalex_work(1),
    openalex_work(2, is_retracted=True),
    openalex_work(3, doi="https://doi.org/10.48550/arxiv.2509.01234", type="preprint"),
    openalex_work(4, doi=None, ids={}, biblio=None),
    openalex_work(5, authorships=AUTHORS),
    openalex_work(6, publication_date=None),
    openalex_work(7, abstract_inverted_index=None, keywords=[]),
    openalex_work(8, type="book-chapter", language=None),
    openalex_work(9, title="“5² < 30” & \ud800 so", locations=[]),
]
S2_PAPERS = [
    s2_paper(1),
    s2_paper(2, externalIds={"ArXiv": "2509.01234"}),
    s2_paper(3, externalIds={"DOI": "10.48550/arXiv.2509.01234"}),
    s2_paper(4, externalIds=None, journal=None, publicationTypes=None),
    s2_paper(5, authors=[{"name": "The Skills Consortium"}, {"name": "Jan van der Berg"}]),
    s2_paper(6, publicationTypes=["Review", "Conference"], publicationDate=None),
    s2_paper(7, abstract=None, venue=""),
    s2_paper(8, title="“5² < 30” & \ud800 so"),
]
ANSWERS = {
    "arxiv": ("/arxiv/query", arxiv_feed(*ARXIV_ENTRIES)),
    "pubmed": ("/pubmed/efetch.fcgi", pubmed_set(*PUBMED_ARTICLES)),
    "openalex": ("/openalex/works", json.dumps(openalex_list(*OPENALEX_WORKS))),
    "semantic_scholar": (
        "/semantic_scholar/paper/search",
        json.dumps({"total": 8, "offset": 0, "data": S2_PAPERS}),
    ),
}


@pytest.fixture
def web(sources, tmp_path):
    with Web(Settings(**sources.bases()), folder=tmp_path / "kept") as opened:
        yield opened


def fetched(web, sources, service):
    path, text = ANSWERS[service]
    is_xml = text.startswith("<")
    sources.answers[path] = as_xml(text) if is_xml else as_json(json.loads(text))
    ids = [str(number) for number in range(1, EXPECTED[service] + 1)]
    sources.answers["/pubmed/esearch.fcgi"] = as_json({"esearchresult": {"idlist": ids}})
    wanted = OnlineQuery(text="skills", limit=EXPECTED[service])
    return [entry for page in find_by_words(web, service, wanted) for entry in page]


@pytest.mark.parametrize("service", sorted(ANSWERS))
def test_a_file_and_its_service_give_the_same_papers(service, web, sources, tmp_path):
    path = tmp_path / "saved"
    path.write_text(ANSWERS[service][1], encoding="utf-8")
    entries = read_file(str(path), ReadOptions())
    online = fetched(web, sources, service)
    assert entries.skipped == ()
    assert all(isinstance(entry, Paper) for entry in online)
    own = [paper.model_dump(exclude={"origins"}) for paper in entries.papers]
    assert own == [paper.model_dump(exclude={"origins"}) for paper in online]
    assert len(own) == EXPECTED[service]
    assert all(paper.origins[0].file == str(path) for paper in entries.papers)
    assert all(paper.origins[0].file.partition(":")[2] for paper in online)


@pytest.mark.parametrize("service", sorted(ANSWERS))
def test_the_records_fill_every_field_that_the_service_knows(service, tmp_path):
    path = tmp_path / "saved"
    path.write_text(ANSWERS[service][1], encoding="utf-8")
    papers = read_file(str(path), ReadOptions()).papers
    fields = {"title", "abstract", "authors", "date", "year", "url", "extra"}
    fields |= {
        "arxiv": {"arxiv_id", "keywords", "versions", "retracted"},
        "pubmed": {"doi", "pmid", "venue", "keywords", "retracted"},
        "openalex": {"doi", "arxiv_id", "pmid", "venue", "keywords", "versions", "retracted"},
        "semantic_scholar": {"doi", "arxiv_id", "pmid", "venue", "versions"},
    }[service]
    assert {name for name in fields if not any(getattr(paper, name) for paper in papers)} == set()


def test_what_two_parsers_read_in_two_ways_is_read_in_the_richer_one(tmp_path):
    path = tmp_path / "saved"
    path.write_text(ANSWERS["pubmed"][1], encoding="utf-8")
    papers = read_file(str(path), ReadOptions()).papers
    assert [paper.retracted for paper in papers] == [False, True, True, *[False] * 6]
    assert papers[3].authors[0] == "Ada M van der Berg"
    assert papers[4].authors[0] == "Ada M Lovelace Jr"
    assert papers[5].authors[0] == "Lovelace, 3rd, Ada M"
    assert papers[6].date == "2023-05"
    assert (papers[7].title[:9], papers[7].venue, papers[7].doi) == ("Composing", "J Skills", "")
    assert papers[8].abstract.startswith("CO2 α rose 10⁻³.")
    path.write_text(ANSWERS["arxiv"][1], encoding="utf-8")
    papers = read_file(str(path), ReadOptions()).papers
    assert papers[1].versions == (f"doi:{DOI}",)
    assert papers[1].extra["journal_reference"] == "J. Skills 7 (2025) 11-29"
    assert [paper.retracted for paper in papers[:4]] == [False, False, True, False]
    assert papers[3].arxiv_id == "math/0309136v1"


def test_an_entry_without_an_id_is_read_from_a_file_and_has_no_name_online(web, sources, tmp_path):
    text = arxiv_feed(arxiv_entry().replace("<id>", "<id>http://example.org/?x=").replace(
        "arxiv.org/abs/2509.01234v2</id>", "x</id>"
    ))  # fmt: skip
    path = tmp_path / "saved"
    path.write_text(text, encoding="utf-8")
    assert [p.arxiv_id for p in read_file(str(path), ReadOptions()).papers] == [""]
    sources.answers["/arxiv/query"] = as_xml(text)
    [[skipped]] = find_by_words(web, "arxiv", OnlineQuery(text="skills", limit=1))
    assert skipped.reason == "the record has no arXiv id or no title"
