"""Tables and JSON as services and programs of reviews write them, and RIS out of order."""

from __future__ import annotations

import json

import pytest

from reviewer.sources import ReadOptions, read_bytes
from reviewer.text.entry_types import KIND
from reviewer.text.names import authors_of


def read(text, name="x.csv"):
    return read_bytes(text.encode(), name, ReadOptions())


def facts(paper):
    names = [f"{name.family} {name.given}".strip() or name.group for name in authors_of(paper)]
    return paper.title, names, paper.year, paper.venue, paper.doi


KITES = ("Kites at night", ["Orr Oz", "Poe Pat"], 2020, "Kite J", "10.5555/dim.1")
TABLES = {
    "Dimensions": (
        "\"About the data: Exported on Dec 14, 2020. Criteria: 'kites' in full data.\"\n"
        "Rank,Publication ID,DOI,Title,Abstract,Source title,PubYear,Volume,Issue,Pagination,"
        "Authors\n"
        '5,pub.1,10.5555/dim.1,Kites at night,Kites fly.,Kite J,2020,1,2,3-9,"Orr, Oz; Poe, Pat"\n'
    ),
    "SpringerLink": (
        "Item Title,Publication Title,Book Series Title,Journal Volume,Journal Issue,Item DOI,"
        "Authors,Publication Year,URL,Content Type\n"
        '"Kites at night","Kite J","","1","2","10.5555/dim.1","Oz OrrPat Poe","2020",'
        '"http://link.springer.com/article/10.5555/dim.1","Article"\n'
    ),
    "Scopus, old": (
        "Authors,Author(s) ID,Title,Year,Source title,Volume,Issue,Art. No.,Page start,Page end,"
        "DOI,Link,Abstract,Document Type,EID\n"
        '"Orr, O., Poe, P.","1;2;","Kites at night",2020,"Kite J","1","2","",'
        '"3","9","10.5555/dim.1","https://www.scopus.com/x","Kites fly.","Article","2-s2.0-1"\n'
    ),
    "Scopus, new": (
        "Authors,Author full names,Author(s) ID,Title,Year,Source title,Volume,Issue,Art. No.,"
        "Page start,Page end,DOI,Abstract,Document Type,EID\n"
        '"Orr O.; Poe P.","Orr, Oz (123); Poe, Pat (456)","1;2","Kites at night",2020,"Kite J","1",'
        '"2","","3","9","10.5555/dim.1","Kites fly.","Article","2-s2.0-1"\n'
    ),
    "Web of Science": (
        "PT\tAU\tAF\tTI\tSO\tDT\tAB\tPY\tVL\tIS\tBP\tEP\tDI\tUT\n"
        "J\tOrr, O; Poe, P\tOrr, Oz; Poe, Pat\tKites at night\tKite J\tArticle\tKites fly.\t2020\t1"
        "\t2\t3\t9\t10.5555/dim.1\tWOS:1\n"
    ),
    "Lens": (
        "Lens ID,Title,Date Published,Publication Year,Publication Type,Source Title,ISSNs,"
        "Publisher,Author/s,Abstract,Volume,Issue Number,Start Page,End Page,DOI\n"
        "000-1,Kites at night,2020-01-05,2020,journal article,Kite J,12345678,P,"
        "Oz Orr; Pat Poe,Kites fly.,1,2,3,9,10.5555/dim.1\n"
    ),
    "EPPI": (
        "ItemId,Title,Authors,Journal,ShortTitle,Year,Volume,Issue,Pages,DOI,Abstract\n"
        '77,Kites at night,"Orr Oz ; Poe Pat ;",Kite J,Orr (2020),2020,1,2,3-9,10.5555/dim.1,'
        "Kites fly.\n"
    ),
    "Covidence": (
        "Title,Authors,Abstract,Published Year,Published Month,Journal,Volume,Issue,Pages,"
        "Accession Number,DOI,Ref,Covidence #,Study,Notes,Tags\n"
        'Kites at night,"Orr, Oz; Poe, Pat",Kites fly.,2020,,Kite J,1,2,3-9,,10.5555/dim.1,,#7,'
        "Orr 2020,,\n"
    ),
    "Rayyan": (
        "key,title,year,month,day,journal,issn,volume,issue,pages,authors,url,language,publisher,"
        "location,abstract,notes,pubmed_id,pmc_id\n"
        'rayyan-1,"Kites at night",2020,3,1,Kite J,1234-5678,1,2,3-9,"Orr, Oz and Poe, Pat",'
        "https://doi.org/10.5555/dim.1,eng,,,Kites fly.,,31000001,PMC1\n"
    ),
    "ASReview": (
        "record_id,title,abstract,authors,year,journal,volume,issue,pages,doi,included\n"
        '0,Kites at night,Kites fly.,"[""Orr, Oz"", ""Poe, Pat""]",2020.0,Kite J,1,2,3-9,'
        "https://doi.org/10.5555/dim.1,1\n"
    ),
}
SHORT_NAMES = {"Scopus, old": ["Orr O.", "Poe P."], "EPPI": None}


@pytest.mark.parametrize("service", TABLES)
def test_a_table_of_a_service_is_read_by_its_heads(service):
    found = read(TABLES[service])
    assert found.skipped == ()
    [paper] = found.papers
    title, names, *rest = facts(paper)
    assert (title, *rest) == (KITES[0], *KITES[2:])
    if service != "EPPI":  # which parts no family from a given name
        assert names == SHORT_NAMES.get(service, KITES[1])
    assert len(names) == 2
    assert (paper.extra["volume"], paper.extra["number"]) == ("1", "2")
    if service != "SpringerLink":
        assert (paper.extra["pages"], paper.abstract) == ("3--9", "Kites fly.")


def test_a_table_without_a_known_title_names_the_option_that_helps():
    found = read("Titel;Autoren;Jahr\nÜber Wasser;Müller, A.;2011\n")
    assert found.papers == ()
    [skipped] = found.skipped
    assert "--column 'Titel=title'" in skipped.reason
    assert "Titel, Autoren, Jahr" in skipped.reason


def test_prose_with_a_line_of_heads_is_no_table():
    text = "# Frogs\n\nTitle, a word, and authors.\n\n" + "We count frogs at night in ponds. " * 9
    [paper] = read(text, "x.md").papers
    assert paper.title == "Frogs"


ITEM = {
    "type": "article-journal", "title": "One object", "DOI": "10.1000/One.1", "volume": "7",
    "issue": "3", "page": "1-9", "container-title": "Journal of One",
    "author": [{"given": "Ann", "family": "Ash"}, {"given": "Bo", "family": "Birch"}],
    "issued": {"date-parts": [[2020, 2, 3]]}, "abstract": "<jats:p>We did one thing.</jats:p>",
}  # fmt: skip


@pytest.mark.parametrize(
    "value",
    [ITEM, [ITEM], {"items": [ITEM]}, {"message": {**ITEM, "title": ["One object"]}},
     {"status": "ok", "message": {"total-results": 1, "items": [ITEM]}}],
    ids=["object", "list", "items", "Crossref work", "Crossref list"],
)  # fmt: skip
@pytest.mark.parametrize("indent", [None, 1])
def test_csl_is_read_in_whatever_it_is_wrapped(value, indent):
    found = read(json.dumps(value, indent=indent), "x.json")
    assert found.skipped == ()
    [paper] = found.papers
    assert facts(paper) == (
        "One object", ["Ash Ann", "Birch Bo"], 2020, "Journal of One", "10.1000/One.1"
    )  # fmt: skip
    assert paper.abstract == "We did one thing."
    assert [paper.extra[n] for n in ("volume", "number", "pages")] == ["7", "3", "1--9"]


def zotero(**facts):
    return {
        "itemType": "journalArticle", "title": "Zed", "date": "2020-02-03",
        "creators": [{"firstName": "Ann", "lastName": "Ash", "creatorType": "author"},
                     {"name": "The Org", "creatorType": "author"},
                     {"firstName": "Ed", "lastName": "Elm", "creatorType": "editor"}],
        "publicationTitle": "J Z", "volume": "2", "issue": "3", "pages": "1-9", "DOI": "10.1000/z",
        "citationKey": "ash2020", "tags": [{"tag": "a"}], **facts,
    }  # fmt: skip


@pytest.mark.parametrize("wrap", [lambda i: {"config": {}, "items": i},
                                  lambda i: [{"key": "X", "data": one} for one in i]])  # fmt: skip
def test_zoteros_json_is_read(wrap):
    thesis = zotero(itemType="thesis", university="Oslo", thesisType="Master's thesis", title="Th")
    note = {"itemType": "note", "note": "Words"}
    found = read(json.dumps(wrap([zotero(), note, thesis]), indent=1), "x.json")
    assert found.skipped == ()
    first, second = found.papers
    assert facts(first) == ("Zed", ["Ash Ann", "The Org"], 2020, "J Z", "10.1000/z")
    assert (first.key, first.keywords, first.extra["editors"]) == ("ash2020", ("a",), ["Ed Elm"])
    assert [first.extra[n] for n in ("volume", "number", "pages")] == ["2", "3", "1--9"]
    assert second.extra[KIND] == "mastersthesis"


def test_ris_whose_records_begin_with_another_tag_is_read():
    found = read(
        "DB  - Aaa\nTI  - Owls in a quarry\nSP  - 12-19\nTY  - JOUR\nAU  - Dale, D.\nPY  - 2006\n"
        "ER  - \nDB  - WoS\nTI  - A second record\nTY  - JOUR\nAU  - Fir, F.\nER  - \n",
        "x.ris",
    )
    assert found.skipped == ()
    assert [(p.title, p.year) for p in found.papers] == [
        ("Owls in a quarry", 2006), ("A second record", None)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "line",
    ["M3  - doi: 10.1016/j.odd.2014.01.001", "L3  - 10.1016/j.odd.2014.01.001",
     "UR  - http://dx.doi.org/10.1016/j.odd.2014.01.001", "DO  - 10.1016/j.odd.2014.01.001.",
     "N1  - Accessed 2016; doi:10.1016/j.odd.2014.01.001", "C7  - 10.1016/j.odd.2014.01.001"],
)  # fmt: skip
def test_the_doi_of_ris_is_found_in_any_tag_that_may_hold_it(line):
    [paper] = read(f"TY  - JOUR\nTI  - T\n{line}\nER  - \n", "x.ris").papers
    assert paper.doi == "10.1016/j.odd.2014.01.001"
    assert "genre" not in paper.extra
    assert "eid" not in paper.extra


def test_a_bad_line_of_front_matter_costs_that_line_alone():
    found = read(
        "---\ntitle: Frogs: a study\nauthor: [Ann Lee, Bo Kim]\ndate: 2020-01-02\nnote: \"x\n---\n"
        + "We count frogs at night in ponds, and they are loud. " * 4, "x.md",
    )  # fmt: skip
    [paper] = found.papers
    assert (paper.title, paper.authors) == ("Frogs: a study", ("Ann Lee", "Bo Kim"))
    assert paper.date == "2020-01-02"
    assert "'title', 'note' is not YAML" in found.notes[0].reason


def test_a_date_in_the_place_of_a_year_is_one():
    [paper] = read('{"title": "T", "year": "2020-02-21"}\n', "x.jsonl").papers
    assert (paper.year, paper.date) == (2020, "2020-02-21")
    assert "year" not in paper.extra


def test_endnote_xml_needs_no_type_in_its_first_record():
    found = read(
        "<xml><records><record><titles><title>T</title></titles><contributors><authors>"
        "<author>Lee, Ann</author></authors></contributors></record></records></xml>", "x.xml",
    )  # fmt: skip
    assert [paper.title for paper in found.papers] == ["T"]


ENW = "%0 Book Section\n%T T\n%A Lee, Ann\n%E Elm, Ed\n%E The Board, Inc.,\n%B B\n%C Bonn\n"
ENDNOTE = (
    "<xml><records><record><ref-type name='Book Section'>5</ref-type><contributors><authors>"
    "<author>Lee, Ann</author></authors><secondary-authors><author>Elm, Ed</author><author>"
    "The Board, Inc.,</author></secondary-authors></contributors><titles><title>T</title></titles>"
    "<pub-location>Bonn</pub-location></record></records></xml>"
)


@pytest.mark.parametrize(("text", "name"), [(ENW, "x.enw"), (ENDNOTE, "x.xml")])
def test_editors_of_endnote_are_no_authors(text, name):
    [paper] = read(text, name).papers
    assert paper.authors == ("Ann Lee",)
    assert paper.extra["editors"] == ["Ed Elm", "The Board, Inc."]
    assert (paper.extra[KIND], paper.extra["address"]) == ("incollection", "Bonn")
