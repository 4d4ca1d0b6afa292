"""Records of online sources as papers, in the schemas that they publish, and what is asked of them.

None of these services was reached while this was written.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.errors import OnlineError
from reviewer.settings import Settings
from reviewer.sources.formats import openalex, semantic_scholar
from reviewer.sources.online import (
    NotThereError,
    Web,
    arxiv,
    crossref,
    daily_listing,
    pubmed,
    unpaywall,
)
from reviewer.sources.online import openalex as openalex_api
from reviewer.sources.online import semantic_scholar as semantic_scholar_api
from reviewer.sources.online.types import Identifier, OnlineQuery
from reviewer.sources.parsing.xml_stream import XmlError, read_xml, text_of_jats
from reviewer.types import Paper
from reviewer.types.papers import Skipped
from tests.support.fake_sources import Answer, as_json, as_xml
from tests.support.source_samples import (
    ABSTRACT,
    ARXIV,
    ARXIV_ERROR,
    DOI,
    RETRACTION,
    TITLE,
    UNPAYWALL,
    arxiv_entry,
    arxiv_feed,
    crossref_list,
    crossref_work,
    daily_item,
    inverted,
    openalex_list,
    openalex_work,
    pubmed_article,
    pubmed_found,
    pubmed_set,
    s2_paper,
)

AUTHORS = ("Ada M. Lovelace", "Jan van der Berg")


@pytest.fixture
def web(sources, tmp_path):
    with Web(
        Settings(**sources.bases(), mail="me@uni.example"), folder=tmp_path / "kept"
    ) as opened:
        yield opened


class TestArxiv:
    """Atom records, and the traps of the API."""

    def test_a_record_gives_a_paper_without_line_breaks(self):
        [paper] = arxiv.parse_feed(arxiv_feed(arxiv_entry()).encode())
        assert (paper.title, paper.abstract, paper.authors) == (TITLE, ABSTRACT, AUTHORS)
        assert (paper.date, paper.year, paper.arxiv_id) == ("2025-09-29", 2025, f"{ARXIV}v2")
        assert paper.url == f"https://arxiv.org/abs/{ARXIV}v2"
        assert paper.keywords == ("cs.CL", "cs.LG")
        assert not paper.retracted

    def test_what_it_was_published_as_is_another_version(self):
        more = f"<arxiv:doi>{DOI}</arxiv:doi><arxiv:journal_ref>J. Skills 7</arxiv:journal_ref>"
        [paper] = arxiv.parse_feed(arxiv_feed(arxiv_entry(more=more)).encode())
        assert not paper.doi
        assert paper.versions == (f"doi:{DOI}",)
        assert paper.extra["journal_reference"] == "J. Skills 7"

    @pytest.mark.parametrize(
        ("comment", "is_withdrawn"),
        [("This paper has been withdrawn by the authors", True), ("Withdrawn", True),
         ("Withdrawn from ICLR 2025, accepted at COLM", False), ("20 pages", False)],
    )  # fmt: skip
    def test_a_withdrawn_paper_is_marked(self, comment, is_withdrawn):
        entry = arxiv_entry().replace("20 pages", comment)
        [paper] = arxiv.parse_feed(arxiv_feed(entry).encode())
        assert paper.retracted == is_withdrawn

    def test_ids_are_asked_for_together_and_a_missing_one_is_named(self, sources, web):
        sources.answers["/arxiv/query"] = as_xml(arxiv_feed(arxiv_entry()))
        found = arxiv.fetch(web, [ARXIV, "1234.56789"])
        assert sources.asked[0].query == {"id_list": f"{ARXIV},1234.56789", "max_results": "2"}
        assert [type(entry) for entry in found] == [Paper, Skipped]
        assert found[0].origins[0].file == f"arxiv:{ARXIV}v2"
        assert found[1].file == "arxiv:1234.56789"

    def test_an_error_that_comes_as_a_good_answer_is_an_error(self, sources, web):
        sources.answers["/arxiv/query"] = as_xml(ARXIV_ERROR)
        with pytest.raises(OnlineError, match="incorrect id format"):
            arxiv.fetch(web, ["x"])

    def test_a_search_goes_page_by_page_with_its_years(self, sources, web):
        pages = [[arxiv_entry(f"2509.{n:05}v1", f"{TITLE} {n}") for n in range(100)],
                 [arxiv_entry("2510.00001v1")]]  # fmt: skip
        sources.answers["/arxiv/query"] = [as_xml(arxiv_feed(*page)) for page in pages]
        wanted = OnlineQuery(text="RL: skills!", limit=150, year_from=2023)
        assert [len(page) for page in arxiv.search(web, wanted)] == [100, 1]
        first, second = (asked.query for asked in sources.asked)
        assert first["search_query"] == (
            "all:RL AND all:skills AND submittedDate:[202301010000 TO 999912312359]"
        )
        assert (first["start"], first["max_results"]) == ("0", "100")
        assert (second["start"], second["max_results"]) == ("100", "50")


class TestOpenAlex:
    """Works, inverted abstracts, cursors."""

    def test_a_work_gives_a_paper_and_its_preprint_as_a_version(self):
        paper = openalex.paper_of(openalex_work())
        assert (paper.title, paper.abstract, paper.authors) == (TITLE, ABSTRACT, AUTHORS)
        assert (paper.doi, paper.pmid, paper.arxiv_id) == (DOI, "31415926", "")
        assert paper.versions == (f"arxiv:{ARXIV}",)
        assert (paper.date, paper.year, paper.venue) == ("2025-11-03", 2025, "Journal of Skills")
        assert paper.url == f"https://doi.org/{DOI}"
        assert {k: paper.extra[k] for k in ("volume", "number", "pages", "entry_type")} == {
            "volume": "7", "number": "2", "pages": "11--29", "entry_type": "article",
        }  # fmt: skip

    def test_a_work_that_is_only_at_arxiv_has_its_id(self):
        work = openalex_work(doi=f"https://doi.org/10.48550/arxiv.{ARXIV}", type="preprint")
        paper = openalex.paper_of(work)
        assert (paper.doi, paper.arxiv_id) == (f"10.48550/arxiv.{ARXIV}", ARXIV)
        assert paper.versions == ()

    @given(st.lists(st.sampled_from("a the skill of RL, 5² “so” the".split()), max_size=60))
    def test_any_abstract_is_rebuilt_from_its_inverted_index(self, words):
        assert openalex.abstract_of(inverted(" ".join(words))) == " ".join(words)

    @pytest.mark.parametrize(
        "index", [None, [], "text", {"a": 3}, {"a": [None, "1", True, -1]}, {"a": [10**30]}]
    )
    def test_an_index_that_is_none_takes_no_memory_and_raises_nothing(self, index):
        assert openalex.abstract_of(index) in ("", "a")

    def test_a_retracted_work_is_marked(self):
        assert openalex.paper_of(openalex_work(is_retracted=True)).retracted
        assert not openalex.paper_of(openalex_work(is_retracted="false")).retracted

    def test_a_search_follows_the_cursor_to_the_limit(self, sources, web):
        def answer(asked):
            start = 0 if asked.query["cursor"] == "*" else int(asked.query["cursor"])
            works = [openalex_work(start + n) for n in range(int(asked.query["per_page"]))]
            return as_json(openalex_list(*works, next_cursor=str(start + len(works))))

        sources.answers["/openalex/works"] = answer
        wanted = OnlineQuery(text="RL skills", limit=250, year_from=2023, year_to=2024)
        assert [len(page) for page in openalex_api.search(web, wanted)] == [100, 100, 50]
        first = sources.asked[0].query
        assert first["search"] == "RL skills"
        assert first["filter"] == (
            "from_publication_date:2023-01-01,to_publication_date:2024-12-31"
        )
        assert first["mailto"] == "me@uni.example"

    def test_references_are_asked_for_fifty_at_a_time(self, sources, web):
        cited = [f"https://openalex.org/W{n}" for n in range(2, 82)]
        sources.answers["/openalex/works/doi:10.1000%2Fskills.2025.7"] = as_json(
            {"id": "https://openalex.org/W1", "referenced_works": cited}
        )
        sources.answers["/openalex/works"] = lambda asked: as_json(
            openalex_list(*[openalex_work(int(i[1:]))
                            for i in asked.query["filter"].removeprefix("openalex:").split("|")])
        )  # fmt: skip
        known = Identifier(kind="doi", value=DOI)
        pages = list(openalex_api.references(web, known, 1000))
        assert [len(page) for page in pages] == [50, 30]
        assert [len(page) for page in openalex_api.references(web, known, 60)] == [50, 10]

    def test_what_cites_an_arxiv_paper_is_asked_by_its_doi(self, sources, web):
        path = f"/openalex/works/doi:10.48550%2Farxiv.{ARXIV}"
        sources.answers[path] = as_json({"id": "https://openalex.org/W9"})
        sources.answers["/openalex/works"] = as_json(openalex_list(openalex_work(10)))
        [[paper]] = openalex_api.cited_by(web, Identifier(kind="arxiv", value=f"{ARXIV}v3"), 10)
        assert sources.asked[1].query["filter"] == "cites:W9"
        assert paper.origins[0].file == "openalex:W10"


class TestSemanticScholar:
    """Records, offsets, citations."""

    def test_a_record_gives_a_paper_and_its_preprint_as_a_version(self):
        paper = semantic_scholar.paper_of(s2_paper())
        assert (paper.title, paper.abstract, paper.authors) == (TITLE, ABSTRACT, AUTHORS)
        assert (paper.doi, paper.pmid, paper.year) == (DOI, "31415926", 2025)
        assert paper.versions == (f"arxiv:{ARXIV}",)
        assert paper.extra["pages"] == "11--29"

    def test_a_record_that_is_mostly_null_is_a_paper_with_a_title(self):
        names = ("externalIds", "abstract", "year", "publicationDate", "venue", "journal",
                 "authors", "publicationTypes", "url")  # fmt: skip
        paper = semantic_scholar.paper_of(s2_paper(**dict.fromkeys(names)))
        assert paper == Paper(parts=paper.parts, extra={"semantic_scholar": f"{1:040x}"})
        assert paper.title == TITLE

    def test_a_search_stops_at_what_the_service_gives(self, sources, web):
        def answer(asked):
            start, rows = int(asked.query["offset"]), int(asked.query["limit"])
            data = [s2_paper(start + n) for n in range(rows)]
            following = {"next": start + rows} if start + rows < 1000 else {}
            return as_json({"total": 5000, "offset": start, "data": data, **following})

        sources.answers["/semantic_scholar/paper/search"] = answer
        wanted = OnlineQuery(text="self-play skills", limit=3000, year_to=2024)
        assert sum(len(page) for page in semantic_scholar_api.search(web, wanted)) == 1000
        assert sources.asked[0].query["query"] == "self play skills"
        assert sources.asked[0].query["year"] == "-2024"

    def test_citations_stand_one_level_deeper_and_unknown_ones_are_passed_over(self, sources, web):
        items = [{"citingPaper": s2_paper(2)}, {"citingPaper": {"paperId": None, "title": None}}]
        path = f"/semantic_scholar/paper/ARXIV:{ARXIV}/citations"
        sources.answers[path] = as_json({"offset": 0, "data": items})
        [[paper]] = semantic_scholar_api.cited_by(web, Identifier(kind="arxiv", value=ARXIV), 10)
        assert paper.title == TITLE


class TestCrossref:
    """Works, JATS, updates and relations."""

    def test_a_work_gives_a_paper_with_its_abstract_as_text(self):
        paper = crossref.paper_of(crossref_work())
        assert paper.title == TITLE
        assert paper.abstract == "We study skills & tasks.\n\nGains of 5² remain."
        assert paper.authors == (*AUTHORS, "The Skills Consortium")
        assert paper.venue == "Journal of Skills & Learning"
        assert (paper.doi, paper.date, paper.year) == (DOI, "2025-11-03", 2025)
        assert paper.extra["issn"] == "1234-5678"

    @pytest.mark.parametrize(
        ("markup", "text"),
        [
            ("Plain text.", "Plain text."),
            ("<p>One &lt; two &#x3b1;</p>", "One < two α"),
            ("<jats:sec><jats:title>Aim</jats:title><jats:p>A.</jats:p></jats:sec>", "Aim\n\nA."),
            ("<jats:p>Broken <jats:italic>markup</jats:p>", "Broken markup"),
            ("<p>10<sup>-3</sup>, x<sup>n+1</sup>, 1<sup>st</sup></p>", "10⁻³, x^n+1, 1st"),
            ("a < b and c > d & e", "a < b and c > d & e"),
            ("<p>x <mml:math><mml:mi>n</mml:mi><mml:mo>=</mml:mo></mml:math> y</p>", "x n= y"),
        ],
    )
    def test_jats_becomes_text(self, markup, text):
        assert text_of_jats(markup) == text

    def test_retractions_by_any_registrar_and_versions_are_read(self):
        concern = {
            "DOI": "10.1000/c",
            "type": "expression_of_concern",
            "label": "Expression of concern",
        }
        relation = {"is-preprint-of": [{"id-type": "doi", "id": "10.1000/later"}],
                    "has-preprint": [{"id-type": "doi", "id": f"10.48550/arXiv.{ARXIV}"}],
                    "references": [{"id-type": "doi", "id": "10.1000/other"}]}  # fmt: skip
        work = crossref_work(**{"updated-by": [concern, RETRACTION], "relation": relation})
        assert crossref.updates_of(work) == [
            ("concern", "Expression of concern, Crossref", "10.1000/c"),
            ("retracted", "Retraction, 2026-02-01, Retraction Watch", "10.1000/notice.1"),
        ]
        assert crossref.versions_of(work) == [
            ("preprint", f"arxiv:{ARXIV}"), ("published", "doi:10.1000/later"),
        ]  # fmt: skip
        assert crossref.paper_of(work).retracted

    def test_a_search_follows_the_cursor(self, sources, web):
        pages = [crossref_list(*[crossref_work(DOI=f"10.1/{n}") for n in range(100)],
                               cursor="A+/="),
                 crossref_list(crossref_work(DOI="10.1/last"), cursor="B")]  # fmt: skip
        sources.answers["/crossref/works"] = [as_json(page) for page in pages]
        wanted = OnlineQuery(text="RL skills", limit=500, year_from=2023)
        assert [len(page) for page in crossref.search(web, wanted)] == [100, 1]
        assert [asked.query["cursor"] for asked in sources.asked] == ["*", "A+/="]
        assert sources.asked[0].query["filter"] == "from-pub-date:2023"


class TestPubMed:
    """XML records and the E-utilities."""

    def test_a_record_gives_a_paper(self):
        [paper] = pubmed.parse_articles(pubmed_set(pubmed_article()).encode())
        assert paper.title == f"{TITLE} in E. coli"
        assert paper.abstract == "AIM: We study skills.\n\nRESULTS: Gains of 5² < 30 remain."
        assert paper.authors == ("Ada M Lovelace", "The Skills Consortium")
        assert (paper.pmid, paper.doi, paper.date) == ("31415926", DOI, "2025-11-03")
        assert paper.venue == "Journal of Skills"
        assert paper.keywords == ("reinforcement learning",)

    @pytest.mark.parametrize(
        "article",
        [
            pubmed_article(kind="Retracted Publication"),
            pubmed_article(more="<CommentsCorrectionsList>"
                           "<CommentsCorrections RefType='RetractionIn'><RefSource>J</RefSource>"
                           "</CommentsCorrections></CommentsCorrectionsList>"),
        ],
    )  # fmt: skip
    def test_a_retracted_paper_is_marked(self, article):
        [paper] = pubmed.parse_articles(pubmed_set(article).encode())
        assert paper.retracted

    def test_a_missing_id_is_named(self, sources, web):
        sources.answers["/pubmed/efetch.fcgi"] = as_xml(pubmed_set(pubmed_article()))
        found = pubmed.fetch(web, ["31415926", "7"])
        assert sources.asked[0].query == {
            "db": "pubmed", "id": "31415926,7", "retmode": "xml", "tool": "review",
            "email": "me@uni.example",
        }  # fmt: skip
        assert found[1] == Skipped(file="pmid:7", reason="PubMed knows nothing of that name")

    def test_a_search_finds_ids_and_then_their_records(self, sources, web):
        sources.answers["/pubmed/esearch.fcgi"] = as_json(pubmed_found("31415926"))
        sources.answers["/pubmed/efetch.fcgi"] = as_xml(pubmed_set(pubmed_article()))
        [[paper]] = pubmed.search(
            web, OnlineQuery(text="skills", limit=5, year_from=2020, year_to=2025)
        )
        assert paper.origins[0].file == "pmid:31415926"
        asked = sources.asked[0].query
        assert (asked["mindate"], asked["maxdate"], asked["retmax"]) == ("2020", "2025", "5")

    def test_a_search_that_is_refused_is_an_error(self, sources, web):
        sources.answers["/pubmed/esearch.fcgi"] = as_json({"esearchresult": {"ERROR": "Bad term"}})
        with pytest.raises(OnlineError, match="Bad term"):
            list(pubmed.search(web, OnlineQuery(text="((")))


class TestDailyPapers:
    """A day's listing, and several days."""

    def test_a_days_listing_gives_papers(self, sources, web):
        sources.answers["/daily_papers/daily_papers"] = as_json([daily_item(), {"paper": {}}])
        paper, slip = daily_listing.fetch(web, ["2025-09-29"])
        assert (paper.title, paper.abstract, paper.authors) == (TITLE, ABSTRACT, AUTHORS)
        assert (paper.arxiv_id, paper.date, paper.year) == (ARXIV, "2025-09-28", 2025)
        assert paper.origins[0].file == "daily:2025-09-29"
        assert slip == Skipped(file="daily:2025-09-29", position=2, reason="it has no title")
        assert sources.asked[0].query == {"date": "2025-09-29", "limit": "100", "p": "0"}

    def test_several_days_are_asked_for_one_by_one(self, sources, web):
        sources.answers["/daily_papers/daily_papers"] = as_json([])
        assert daily_listing.fetch(web, ["2025-02-27:2025-03-01"]) == []
        days = [asked.query["date"] for asked in sources.asked]
        assert days == ["2025-02-27", "2025-02-28", "2025-03-01"]

    @pytest.mark.parametrize(
        "value", ["2025-13-01", "2025-03-01:2025-02-01", "2020-01-01:2025-01-01"]
    )
    def test_days_that_are_none_are_told_before_anything_is_asked(self, sources, web, value):
        with pytest.raises(OnlineError, match="day"):
            daily_listing.fetch(web, [value])
        assert not sources.asked


class TestUnpaywall:
    """Free copies."""

    def test_the_best_free_copy_is_kept(self, sources, web):
        sources.answers[f"/unpaywall/{DOI}"] = as_json(UNPAYWALL)
        assert unpaywall.find_free_copy(web, DOI) == {
            "open_access_url": "https://repository.example/skills.pdf",
            "open_access_licence": "cc-by",
        }

    @pytest.mark.parametrize("best", [None, {}, {"url": "javascript:alert(1)"}, "text"])
    def test_where_there_is_none_nothing_is_kept(self, best):
        assert unpaywall.free_copy({"best_oa_location": best}) == {}

    def test_without_a_mail_address_it_is_not_asked(self, sources, tmp_path):
        with (
            Web(Settings(**sources.bases()), folder=tmp_path) as web,
            pytest.raises(OnlineError, match="who asks") as caught,
        ):
            unpaywall.find_free_copy(web, DOI)
        assert "REVIEW_MAIL" in caught.value.hint


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("read", "sample"),
    [(openalex.paper_of, openalex_work()), (semantic_scholar.paper_of, s2_paper()),
     (crossref.paper_of, crossref_work()), (daily_listing.paper_of, daily_item()),
     (daily_listing.paper_of, daily_item()["paper"]), (unpaywall.free_copy, UNPAYWALL)],
)  # fmt: skip
@given(data=st.data())
def test_a_record_with_any_value_in_any_field_raises_nothing(read, sample, data):
    name = data.draw(st.sampled_from(sorted(sample)))
    value = sample[name]
    if isinstance(value, dict) and value and data.draw(st.booleans()):
        value = {**value, data.draw(st.sampled_from(sorted(value))): data.draw(ANY)}
    else:
        value = data.draw(ANY)
    found = read({**sample, name: value})
    if isinstance(found, Paper):
        assert found.title.strip()
        Paper.model_validate_json(found.model_dump_json())


BOMB = """<?xml version="1.0"?>
<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>
<x>&b;</x>"""
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


@pytest.mark.parametrize(
    "text", [BOMB, OUTSIDE, "<x>" * 5000 + "</x>" * 5000, "<x>", "", "no xml", "<x>\0</x>",
             '<?xml version="1.0" encoding="nonsense"?><x/>'],
)  # fmt: skip
def test_xml_with_entities_or_without_end_is_refused(text):
    with pytest.raises(XmlError):
        read_xml(text.encode())


@pytest.mark.parametrize("body", [BOMB, "<feed", "<html/>"])
def test_a_service_that_sends_such_xml_is_one_clear_error(sources, web, body):
    for path in ("/arxiv/query", "/pubmed/efetch.fcgi"):
        sources.answers[path] = Answer(body.encode(), kind="application/xml")
    if body != "<html/>":
        for module in (arxiv, pubmed):
            with pytest.raises(OnlineError, match="cannot be read"):
                module.fetch(web, ["1"])
    else:
        assert all(isinstance(e, Skipped) for m in (arxiv, pubmed) for e in m.fetch(web, ["1"]))


def test_a_doi_that_nobody_registered_is_not_there(web):
    with pytest.raises(NotThereError):
        crossref.fetch(web, ["10.1/none"])
