"""Small answers in the published schemas of the online sources. The papers in them are made up."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

ABSTRACT = (
    "We study whether a model that is trained by reinforcement learning learns skills that its "
    "base model lacks. On twelve synthetic tasks it composes two known skills into a third one, "
    "and the gain remains when the tasks are longer than any that were seen in training."
)
TITLE = "Composing Known Skills by Reinforcement Learning"
DOI = "10.1000/skills.2025.7"
ARXIV = "2509.01234"


def arxiv_entry(
    arxiv_id: str = f"{ARXIV}v2", title: str = TITLE, abstract: str = ABSTRACT, more: str = ""
) -> str:
    """One entry as the arXiv API sends it, line breaks included."""
    return f"""
  <entry>
    <id>http://arxiv.org/abs/{arxiv_id}</id>
    <updated>2025-10-01T10:00:00Z</updated>
    <published>2025-09-29T17:58:01Z</published>
    <title>{escape(title.replace(" by ", chr(10) + "  by "))}</title>
    <summary>  {escape(abstract.replace(". ", "." + chr(10)))}
    </summary>
    <author><name>Ada M. Lovelace</name></author>
    <author><name>Jan van der Berg</name>
      <arxiv:affiliation xmlns:arxiv="http://arxiv.org/schemas/atom">Uni</arxiv:affiliation></author>
    <arxiv:comment xmlns:arxiv="http://arxiv.org/schemas/atom">20 pages</arxiv:comment>
    <link href="http://arxiv.org/abs/{arxiv_id}" rel="alternate" type="text/html"/>
    <arxiv:primary_category xmlns:arxiv="http://arxiv.org/schemas/atom" term="cs.LG"
      scheme="http://arxiv.org/schemas/atom"/>
    <category term="cs.LG" scheme="http://arxiv.org/schemas/atom"/>
    <category term="cs.CL" scheme="http://arxiv.org/schemas/atom"/>
    {more}
  </entry>"""


def arxiv_feed(*entries: str) -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">
  <link href="http://arxiv.org/api/query?id_list={ARXIV}" rel="self" type="application/atom+xml"/>
  <title type="html">ArXiv Query: id_list={ARXIV}</title>
  <id>http://arxiv.org/api/cHxbiOdZaP56ODnBPIenZhzg5f8</id>
  <opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">{len(entries)}
  </opensearch:totalResults>{"".join(entries)}
</feed>"""


ARXIV_ERROR = arxiv_feed("""
  <entry>
    <id>http://arxiv.org/api/errors#incorrect_id_format_for_x</id>
    <title>Error</title>
    <summary>incorrect id format for x</summary>
  </entry>""")


def inverted(text: str) -> dict[str, list[int]]:
    """An abstract as OpenAlex keeps it."""
    index: dict[str, list[int]] = {}
    for place, word in enumerate(text.split()):
        index.setdefault(word, []).append(place)
    return index


def openalex_work(number: int = 1, **changes: Any) -> dict[str, Any]:
    work = {
        "id": f"https://openalex.org/W{number}",
        "doi": f"https://doi.org/{DOI}",
        "ids": {"openalex": f"https://openalex.org/W{number}",
                "pmid": "https://pubmed.ncbi.nlm.nih.gov/31415926"},
        "title": TITLE,
        "publication_year": 2025,
        "publication_date": "2025-11-03",
        "language": "en",
        "type": "article",
        "is_retracted": False,
        "authorships": [
            {"author_position": "first", "author": {"id": "A1", "display_name": "Ada M. Lovelace"}},
            {"author_position": "last", "author": {"id": "A2", "display_name": "Jan van der Berg"}},
        ],
        "primary_location": {
            "landing_page_url": f"https://doi.org/{DOI}",
            "source": {"display_name": "Journal of Skills", "type": "journal"},
        },
        "locations": [
            {"landing_page_url": f"https://doi.org/{DOI}"},
            {"landing_page_url": f"https://arxiv.org/abs/{ARXIV}"},
        ],
        "biblio": {"volume": "7", "issue": "2", "first_page": "11", "last_page": "29"},
        "keywords": [{"id": "k", "display_name": "Reinforcement learning", "score": 0.9}],
        "abstract_inverted_index": inverted(ABSTRACT),
    }  # fmt: skip
    return {**work, **changes}


def openalex_list(*works: dict[str, Any], next_cursor: str | None = None) -> dict[str, Any]:
    meta = {"count": len(works), "per_page": 100, "next_cursor": next_cursor}
    return {"meta": meta, "results": list(works), "group_by": []}


def s2_paper(number: int = 1, **changes: Any) -> dict[str, Any]:
    paper = {
        "paperId": f"{number:040x}",
        "externalIds": {"DOI": DOI, "ArXiv": ARXIV, "CorpusId": 9, "PubMed": "31415926"},
        "title": TITLE,
        "abstract": ABSTRACT,
        "year": 2025,
        "publicationDate": "2025-11-03",
        "venue": "Journal of Skills",
        "journal": {"name": "J. Skills", "volume": "7", "pages": "11-29"},
        "publicationTypes": ["JournalArticle"],
        "authors": [{"authorId": "1", "name": "Ada M. Lovelace"},
                    {"authorId": "2", "name": "Jan van der Berg"}],
        "url": "https://www.semanticscholar.org/paper/1",
    }  # fmt: skip
    return {**paper, **changes}


def crossref_work(**changes: Any) -> dict[str, Any]:
    work = {
        "DOI": DOI,
        "type": "journal-article",
        "title": [TITLE],
        "container-title": ["Journal of Skills &amp; Learning"],
        "short-container-title": ["J. Skills"],
        "publisher": "Skills Press",
        "volume": "7",
        "issue": "2",
        "page": "11-29",
        "ISSN": ["1234-5678"],
        "language": "en",
        "published-online": {"date-parts": [[2025, 11, 3]]},
        "issued": {"date-parts": [[2025, 11]]},
        "author": [
            {"given": "Ada M.", "family": "Lovelace", "sequence": "first", "affiliation": []},
            {"given": "Jan", "family": "van der Berg", "sequence": "additional"},
            {"name": "The Skills Consortium", "sequence": "additional"},
        ],
        "abstract": "<jats:title>Abstract</jats:title><jats:p>We study "
        "<jats:italic>skills</jats:italic> &amp; tasks.</jats:p>"
        "<jats:p>Gains of 5<jats:sup>2</jats:sup> remain.</jats:p>",
        "URL": f"https://doi.org/{DOI}",
    }
    return {**work, **changes}


def crossref_message(work: dict[str, Any]) -> dict[str, Any]:
    return {"status": "ok", "message-type": "work", "message-version": "1.0.0", "message": work}


def crossref_list(*works: dict[str, Any], cursor: str = "") -> dict[str, Any]:
    message = {"total-results": len(works), "items": list(works), "next-cursor": cursor}
    return {"status": "ok", "message-type": "work-list", "message": message}


RETRACTION = {
    "updated": {"date-parts": [[2026, 2, 1]], "timestamp": 1769904000000},
    "DOI": "10.1000/notice.1",
    "type": "retraction",
    "source": "retraction-watch",
    "label": "Retraction",
    "record-id": "12345",
}


def pubmed_article(pmid: str = "31415926", more: str = "", kind: str = "Journal Article") -> str:
    return f"""
<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM">
  <PMID Version="1">{pmid}</PMID>
  <Article PubModel="Print">
    <Journal><ISSN IssnType="Print">1234-5678</ISSN>
      <JournalIssue CitedMedium="Print"><Volume>7</Volume><Issue>2</Issue>
        <PubDate><Year>2025</Year><Month>Nov</Month><Day>03</Day></PubDate></JournalIssue>
      <Title>Journal of Skills</Title><ISOAbbreviation>J Skills</ISOAbbreviation></Journal>
    <ArticleTitle>{TITLE} in <i>E. coli</i>.</ArticleTitle>
    <Pagination><MedlinePgn>11-29</MedlinePgn></Pagination>
    <ELocationID EIdType="pii" ValidYN="Y">x1</ELocationID>
    <ELocationID EIdType="doi" ValidYN="Y">{DOI}</ELocationID>
    <Abstract><AbstractText Label="AIM">We study skills.</AbstractText>
      <AbstractText Label="RESULTS">Gains of 5<sup>2</sup> &lt; 30 remain.</AbstractText></Abstract>
    <AuthorList CompleteYN="Y">
      <Author ValidYN="Y"><LastName>Lovelace</LastName><ForeName>Ada M</ForeName>
        <Initials>AM</Initials></Author>
      <Author ValidYN="Y"><CollectiveName>The Skills Consortium</CollectiveName></Author>
    </AuthorList>
    <Language>eng</Language>
    <PublicationTypeList><PublicationType UI="D016428">{kind}</PublicationType>
    </PublicationTypeList>
  </Article>
  {more}
  <KeywordList Owner="NOTNLM"><Keyword MajorTopicYN="N">reinforcement learning</Keyword>
  </KeywordList>
</MedlineCitation>
<PubmedData><ArticleIdList><ArticleId IdType="pubmed">{pmid}</ArticleId></ArticleIdList>
  <ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.9/other</ArticleId>
  </ArticleIdList></Reference></ReferenceList></PubmedData>
</PubmedArticle>"""


def pubmed_set(*articles: str) -> str:
    return f"""<?xml version="1.0" ?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN"
 "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">
<PubmedArticleSet>{"".join(articles)}</PubmedArticleSet>"""


def pubmed_found(*pmids: str) -> dict[str, Any]:
    result = {"count": str(len(pmids)), "retmax": "20", "retstart": "0", "idlist": list(pmids)}
    return {"header": {"type": "esearch", "version": "0.3"}, "esearchresult": result}


def daily_item(arxiv_id: str = ARXIV, **changes: Any) -> dict[str, Any]:
    paper = {
        "id": arxiv_id,
        "title": TITLE,
        "summary": ABSTRACT,
        "publishedAt": "2025-09-28T00:00:00.000Z",
        "upvotes": 12,
        "authors": [{"_id": "a", "name": "Ada M. Lovelace", "hidden": False},
                    {"_id": "b", "name": "Jan van der Berg", "hidden": False}],
        "ai_keywords": ["reinforcement learning"],
        **changes,
    }  # fmt: skip
    return {
        "paper": paper,
        "publishedAt": "2025-09-29T01:00:00.000Z",
        "title": TITLE,
        "numComments": 1,
    }


UNPAYWALL = {
    "doi": DOI,
    "is_oa": True,
    "oa_status": "green",
    "best_oa_location": {
        "url": f"https://repository.example/{DOI}",
        "url_for_pdf": "https://repository.example/skills.pdf",
        "license": "cc-by",
        "host_type": "repository",
    },
}
