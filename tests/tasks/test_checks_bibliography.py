"""Entries of a bibliography beside the papers that they mean: verdicts, fields, right values."""

from __future__ import annotations

import json
from datetime import date

import pytest

from reviewer.library import Library
from reviewer.settings import Settings
from reviewer.sources.online import Web
from reviewer.sources.text_file import TextFile
from reviewer.tasks import check_draft
from reviewer.tasks.checks.bibliography import read_bibliography
from reviewer.tasks.checks.check import CheckOptions, check_bibliography, failures
from reviewer.tasks.checks.inconsistent import arxiv_month, find_inconsistent
from reviewer.tasks.checks.online_entries import SEARCHED, OnlineLookup
from reviewer.tasks.checks.people import People, difference_of, is_same_person, people_of
from reviewer.tasks.checks.venues import is_preprint_venue, is_same_venue
from reviewer.types import Paper
from reviewer.types.papers import Part
from reviewer.writers import Extractive
from tests.support.fake_sources import as_json, as_xml
from tests.support.source_samples import (
    ARXIV,
    DOI,
    TITLE,
    arxiv_entry,
    arxiv_feed,
    crossref_message,
    crossref_work,
    openalex_list,
    openalex_work,
)

LIBRARY = r"""
@inproceedings{bridges, title = {Building Bridges between Sparse Rewards and Dense Plans},
  author = {Ada Quill and Jan van der Berg and Mei Lin Chou and Yuki Sato},
  booktitle = {CVPR}, year = {2021}, doi = {10.1109/CVPR46437.2021.00123}}
@inproceedings{tides, title = {Learning Tides from Satellite Images with Graph Networks},
  author = {Petra Nowak and Omar Haddad and Lena Fischer}, booktitle = {ICLR}, year = {2022}}
@misc{mills, title = {Windmills as Sensors for Regional Weather Models},
  author = {Ruth Mills and Ola Berg}, year = {2023}, doi = {10.48550/arXiv.2303.01234},
  url = {https://arxiv.org/abs/2303.01234}}
@article{salt, title = {Salt Marshes Store Carbon Longer than Forests},
  author = {Ines Prado}, journal = {Journal of Coastal Research}, year = {2019},
  doi = {10.2112/salt.2019.5}}
@inproceedings{one, title = {Ropes}, author = {Ann Rope}, booktitle = {ICLR}, year = {2020}}
@inproceedings{two, title = {Knots}, author = {Ann Knot}, booktitle = {ICLR}, year = {2020}}
@inproceedings{three, title = {Nets}, author = {Ann Net}, booktitle = {ICLR}, year = {2020}}
@inproceedings{four, title = {Sails}, author = {Ann Sail}, booktitle = {ICLR}, year = {2020}}
"""
BRIDGES = {
    "title": "Building Bridges between Sparse Rewards and Dense Plans",
    "author": "Ada Quill and Jan van der Berg and Mei Lin Chou and Yuki Sato",
    "booktitle": "CVPR",
    "year": "2021",
    "doi": "10.1109/CVPR46437.2021.00123",
}
TIDES = {
    "title": "Learning Tides from Satellite Images with Graph Networks",
    "author": "Petra Nowak and Omar Haddad and Lena Fischer",
    "booktitle": "ICLR",
    "year": "2022",
}
MILLS = {
    "title": "Windmills as Sensors for Regional Weather Models",
    "author": "Ruth Mills and Ola Berg",
    "year": "2023",
    "doi": "10.48550/arXiv.2303.01234",
}
UNKNOWN = {
    "title": "Beehives Regulate Heat by Dancing in Pairs",
    "author": "Tom Hive and Una Comb",
    "booktitle": "NeurIPS",
    "year": "2022",
}
SKILLS = {"title": TITLE, "author": "Lovelace, Ada M. and van der Berg, Jan and others"}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("known")
    (folder / "library.bib").write_text(LIBRARY, encoding="utf-8")
    with Library(folder / "library", Settings(embedding="none")) as opened:
        opened.add([str(folder / "library.bib")])
        yield opened


@pytest.fixture
def check(shelf, tmp_path):
    """Checks one entry of these fields."""

    def check_entry(fields, **options):
        lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
        path = tmp_path / "refs.bib"
        path.write_text(f"@inproceedings{{it,\n{lines}}}\n", encoding="utf-8")
        bibliography = read_bibliography([str(path)])
        return check_bibliography(bibliography, shelf, CheckOptions(**options))

    return check_entry


def wrong(report):
    (entry,) = report.entries
    return {field.field: field.right for field in entry.fields if field.is_wrong}


def open_fields(report):
    (entry,) = report.entries
    return {field.field for field in entry.fields if not field.is_wrong}


@pytest.mark.parametrize("fields", [BRIDGES, TIDES, MILLS])
def test_an_entry_as_the_library_has_it_is_ok(check, fields):
    report = check(fields)
    assert (report.entries[0].verdict, wrong(report), failures(report)) == ("ok", {}, [])


@pytest.mark.parametrize(
    "changes",
    [
        {"author": "Quill, A. and van der Berg, J. and Chou, M. L. and Sato, Y."},
        {"author": "Quill, Ada and others"},
        {"author": "Ada Quill 0002 and Jan van der Berg and Mei-Lin Chou and Sato Yuki"},
        {"title": "{B}uilding bridges between sparse rewards \\& dense plans"},
        {"title": "Building Bridges Between Sparse Rewards \\emph{and} Dense Plans."},
        {"booktitle": "2021 IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)"},
        {"booktitle": "Proc. IEEE Conf. Comput. Vis. Pattern Recognit. (CVPR)"},
        {"doi": "https://doi.org/10.1109/cvpr46437.2021.00123"},
    ],
)
def test_another_way_of_writing_it_passes(check, changes):
    report = check({**BRIDGES, **changes})
    assert (report.entries[0].verdict, wrong(report)) == ("ok", {})


@pytest.mark.parametrize(
    ("fields", "right"),
    [
        ({**BRIDGES, "year": "2019"}, {"year": "2021"}),
        ({**BRIDGES, "year": "2087"}, {"year": "2021"}),
        ({**BRIDGES, "booktitle": "NeurIPS"}, {"venue": "CVPR"}),
        ({**TIDES, "booktitle": "Symposium on Tidal Representations"}, {"venue": "ICLR"}),
        ({**TIDES, "booktitle": "ICLR Workshop on Oceans"}, {"venue": "ICLR"}),
        ({**TIDES, "author": "Petra Nowak and Lena Fischer"}, {"authors": TIDES["author"]}),
        (
            {**TIDES, "author": "Omar Haddad and Petra Nowak and Lena Fischer"},
            {"authors": TIDES["author"]},
        ),
        (
            {**TIDES, "author": "Petra Nowak and Olga Haddad and Lena Fischer"},
            {"authors": TIDES["author"]},
        ),
        ({**TIDES, "author": "Carla Diaz and Kenji Mori"}, {"authors": TIDES["author"]}),
        ({**TIDES, "author": "First Author and Second Author"}, {"authors": TIDES["author"]}),
        (
            {**TIDES, "title": "Learning Tides from Satellite Images with Graph Transformers"},
            {"title": TIDES["title"]},
        ),
        ({**TIDES, "title": "Neural Networks for Weather"}, {"title": TIDES["title"]}),
        ({**BRIDGES, "title": "Reinforcement Learning in Practice"}, {"title": BRIDGES["title"]}),
        ({**BRIDGES, "doi": "10.99999/xyz.123"}, {"doi": BRIDGES["doi"]}),
        ({**TIDES, "doi": "10.88888/conf.57189"}, {"doi": ""}),
        ({**MILLS, "doi": "10.77777/art/7992"}, {"doi": MILLS["doi"]}),
        ({**MILLS, "booktitle": "ICML"}, {"venue": "a preprint"}),
        ({**TIDES, "doi": BRIDGES["doi"]}, {"doi": ""}),
        ({**MILLS, "doi": "10.48550/arXiv.2303.09999"}, {"arxiv_id": "2303.01234"}),
        (
            {**TIDES, "author": BRIDGES["author"], "booktitle": "CVPR"},
            {"authors": TIDES["author"], "venue": "ICLR"},
        ),
    ],
)
def test_an_altered_field_is_named_with_the_right_value(check, fields, right):
    report = check(fields)
    assert report.entries[0].verdict == "altered"
    named = {name: value.replace(", ", " and ") for name, value in wrong(report).items()}
    assert named == right
    assert {problem.kind for problem in failures(report)} == {"altered"}


def test_a_line_says_what_is_written_and_what_is_right(check):
    (problem,) = failures(check({**TIDES, "year": "2020"}))
    assert problem.detail == "year: 2020; in the library: 2022"
    (problem,) = failures(check({**TIDES, "author": "Petra Nowak and Lena Fischer"}))
    assert problem.detail.endswith("(left out: Omar Haddad)")


@pytest.mark.parametrize(
    "fields",
    [
        UNKNOWN,
        {**UNKNOWN, "doi": "10.99999/xyz.123"},
        # Another work of the same people, and one of nearly the same title by others.
        {**BRIDGES, "title": "Plans for Robots on Ice", "doi": "10.1109/CVPR46437.2021.00777"},
        {**TIDES, "title": "Learning Tides from Buoys", "author": "Kai Ng", "year": "2024"},
        {**TIDES, "title": "Deep Currents", "year": "2024"},
    ],
)
def test_an_entry_that_the_library_does_not_have_is_not_called_wrong(check, fields):
    report = check(fields)
    assert (report.entries[0].verdict, failures(report)) == ("not in the library", [])
    assert "--online" in report.notes[0]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({**UNKNOWN, "year": "2087"}, "year"),
        ({**UNKNOWN, "author": "Anonymous"}, "authors"),
        ({**UNKNOWN, "author": "John Doe and Jane Doe"}, "authors"),
        ({**UNKNOWN, "doi": "10.1145/nnnnnnn.nnnnnnn"}, "doi"),
        ({**UNKNOWN, "doi": "10.1109/CVPR52688.2022.01981"}, "venue"),
        ({**UNKNOWN, "doi": "10.18653/v1/2020.acl-main.740"}, "year"),
        ({**UNKNOWN, "booktitle": "arXiv", "eprint": "2309.01234"}, "year"),
    ],
)
def test_what_cannot_be_right_is_wrong_in_itself(check, fields, name):
    report = check(fields)
    assert report.entries[0].verdict == "wrong in itself"
    assert name in wrong(report)


def test_a_title_with_one_word_changed_is_named_where_no_author_is_known(tmp_path):
    listing = tmp_path / "listing.bib"
    listing.write_text(
        "@misc{a, title={Windmills Serve as Sensors for Regional Weather Models}, year={2023}}"
    )
    refs = tmp_path / "refs.ris"
    refs.write_text(
        "TY  - JOUR\nTI  - Windmills Fail as Sensors for Regional Weather Models\n"
        "AU  - Mills, Ruth\nPY  - 2023\nER  - \n"
        "TY  - JOUR\nTI  - Watermills Fail as Clocks for Regional Weather Models\n"
        "AU  - Mills, Ruth\nPY  - 2023\nER  - \n"
    )
    with Library(tmp_path / "library", Settings(embedding="none")) as library:
        library.add([str(listing)])
        report = check_bibliography(read_bibliography([str(refs)]), library)
    altered, unknown = report.entries
    assert (altered.verdict, altered.fields[0].field) == ("altered", "title")
    assert unknown.verdict == "not in the library"


def test_a_draft_and_its_bibliography_are_checked_together(shelf, tmp_path):
    refs = tmp_path / "refs.bib"
    entry = f"@inproceedings{{t, title = {{{TIDES['title']}}}, year = {{2020}}}}"
    refs.write_text(entry, encoding="utf-8")
    draft = TextFile("draft.md", "Tides are learned from images [@t].")
    report = check_draft(draft, shelf, Extractive(), read_bibliography([str(refs)]))
    assert [p.detail for p in failures(report)] == ["year: 2020; in the library: 2022"]


def test_versions_are_remarks(check):
    report = check({**MILLS, "booktitle": "ICML", "year": "2024", "doi": "10.5555/3618408"})
    assert report.entries[0].verdict == "ok"
    assert {"venue", "doi"} <= open_fields(report)
    report = check({**TIDES, "booktitle": "arXiv preprint arXiv:2106.01234", "year": "2021"})
    assert (report.entries[0].verdict, open_fields(report)) == ("ok", {"venue"})


def test_a_title_without_its_end_is_a_remark(check):
    report = check({**TIDES, "title": "Learning Tides from Satellite Images"})
    assert (report.entries[0].verdict, open_fields(report)) == ("ok", {"title"})


def test_an_article_may_be_online_a_year_before(check):
    salt = {
        "title": "Salt Marshes Store Carbon Longer than Forests",
        "author": "Ines Prado",
        "journal": "J. Coast. Res.",
    }
    assert check({**salt, "year": "2020"}).entries[0].verdict == "ok"
    assert wrong(check({**salt, "year": "2022"})) == {"year": "2019"}


def test_without_papers_only_what_is_wrong_in_itself_is_found(check):
    assert check({**TIDES, "year": "2020"}, has_papers=False).entries[0].verdict == (
        "not in the library"
    )
    report = check({**TIDES, "year": "2087"}, has_papers=False)
    assert report.entries[0].verdict == "wrong in itself"


def test_what_is_allowed_is_shown_and_fails_nothing(check):
    report = check({**TIDES, "year": "2020"}, allowed=("altered",))
    assert (report.entries[0].verdict, failures(report)) == ("altered", [])


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("ICML", "Proceedings of the 38th International Conference on Machine Learning", True),
        ("NIPS", "Advances in Neural Information Processing Systems 34", True),
        ("KDD", "Proc. 26th ACM SIGKDD Conference on Knowledge Discovery & Data Mining", True),
        ("Mach. Learn.", "Machine Learning", True),
        ("J. Mach. Learn. Res.", "JMLR", True),
        ("TPAMI", "IEEE Transactions on Pattern Analysis and Machine Intelligence", True),
        ("Proc. Natl. Acad. Sci.", "Proceedings of the National Academy of Sciences", True),
        ("ICML", "International Conference on Quantum Machine Learning", False),
        ("ICCV", "European Conference on Computer Vision", False),
        ("ACL", "NAACL-HLT 2021", False),
        ("ICRA", "IEEE Robotics and Automation Letters", False),
        ("Nature", "Science", False),
        ("ICML", "PMLR", None),
        ("QWERT", "Symposium on Typing", None),
        ("", "ICML", None),
    ],
)
def test_venues_are_compared_by_what_they_name(one, other, expected):
    assert is_same_venue(one, other) is expected
    assert is_same_venue(other, one) is expected


def test_preprint_servers_are_known():
    assert is_preprint_venue("arXiv preprint arXiv:2101.00001")
    assert is_preprint_venue("CoRR abs/2101.00001")
    assert not is_preprint_venue("ICML")


def people(*names, **extra):
    return people_of(Paper(parts=(Part(name="title", text="T"),), authors=names, extra=extra))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Ramón Núñez", "R. Nunez", True),
        ("Bob Carpenter", "Robert Carpenter", True),
        ("Wang Yifei", "Yifei Wang", True),
        ("Yifei Wang", "Yining Wang", False),
        ("Dmitrii Orlov", "Dmitry Orlov", True),
        ("Ada Quill", "Ada Quall", True),
        ("Ada Quill", "Ada Stone", False),
    ],
)
def test_one_person_is_known_by_several_spellings(one, other, expected):
    (a,), (b,) = people(one).persons, people(other).persons
    assert is_same_person(a, b) is expected
    assert is_same_person(b, a) is expected


def test_a_list_that_says_that_it_is_cut_lacks_nobody():
    whole = people("Ada Quill", "Jan Berg", "Yuki Sato")
    cut = people("Ada Quill", more_authors=True)
    assert not difference_of(cut, whole)
    assert difference_of(people("Ada Quill"), whole).left_out == ("Jan Berg", "Yuki Sato")
    assert difference_of(people("Ada Quill", "et al."), whole) == difference_of(cut, whole)
    assert difference_of(People(()), People(())) == difference_of(cut, whole).__class__()


def test_a_group_beside_people_may_be_left_out():
    whole = people("Ada Quill", "Jan Berg", "The Orchard Consortium")
    assert not difference_of(people("Ada Quill", "Jan Berg"), whole)
    assert not difference_of(whole, people("Ada Quill", "Jan Berg"))
    assert difference_of(people("The Orchard Consortium"), people("The Bee Working Group"))


def test_arxiv_numbers_tell_their_month():
    assert arxiv_month("2309.01234v2") == (2023, 9)
    assert arxiv_month("math.AG/9912003") == (1999, 12)
    assert arxiv_month("nothing") is None
    entry = Paper(parts=(Part(name="title", text="T"),), arxiv_id="2412.00001", year=2024)
    assert [f.field for f in find_inconsistent(entry, today=date(2024, 11, 30))] == ["arxiv_id"]
    assert find_inconsistent(entry, today=date(2024, 12, 1)) == []


@pytest.fixture
def online(check, sources, tmp_path):
    """Checks one entry, and looks it up at sources on loopback."""

    def check_online(fields):
        settings = Settings(offline=False, **sources.bases())
        with Web(settings, folder=tmp_path / "answers", wait=lambda _: None) as web:
            return check(fields, lookup=OnlineLookup(web))

    return check_online


def test_an_entry_is_compared_with_its_record_online(online, sources):
    sources.answers["/crossref/works/10.1000%2Fskills.2025.7"] = as_json(
        crossref_message(crossref_work())
    )
    report = online({**SKILLS, "doi": DOI, "year": "2021"})
    (entry,) = report.entries
    assert (entry.verdict, entry.found_at, wrong(report)) == (
        "altered",
        "Crossref",
        {"year": "2025"},
    )
    assert failures(report)[0].detail == "year: 2021; at Crossref: 2025"
    assert online({**SKILLS, "doi": DOI, "year": "2025"}).entries[0].verdict == "ok"


def test_a_doi_of_another_paper_and_one_that_nobody_knows_are_named(online, sources):
    sources.answers["/crossref/works/10.1000%2Fskills.2025.7"] = as_json(
        crossref_message(crossref_work())
    )
    for path in ("/openalex/works", "/crossref/works"):
        sources.answers[path] = as_json(openalex_list() if "alex" in path else {"message": {}})
    sources.answers["/semantic_scholar/paper/search/match"] = as_json({"data": []})
    report = online({**UNKNOWN, "doi": DOI})
    assert report.entries[0].verdict == "altered"
    assert f"at Crossref: it is that of “{TITLE}”" in failures(report)[0].detail
    report = online({**UNKNOWN, "doi": "10.47281/bed.57189"})
    assert report.entries[0].verdict == "wrong in itself"
    assert "neither Crossref nor OpenAlex knows it" in failures(report)[0].detail


def test_an_invented_doi_gets_the_right_one_of_the_record_with_its_title(online, sources):
    sources.answers["/openalex/works"] = as_json(openalex_list(openalex_work()))
    report = online({**SKILLS, "doi": "10.47281/bed.57189", "year": "2025"})
    assert wrong(report) == {"doi": DOI}


def test_an_arxiv_number_is_looked_up(online, sources):
    sources.answers["/arxiv/query"] = as_xml(arxiv_feed(arxiv_entry()))
    report = online({"title": TITLE, "author": "Some Body", "eprint": ARXIV, "year": "2025"})
    assert report.entries[0].found_at == "arXiv"
    assert set(wrong(report)) == {"authors"}


def test_without_a_network_it_says_what_is_not_known(check, tmp_path):
    nobody = {f"{name}_base": "http://127.0.0.1:9" for name in SEARCHED}
    settings = Settings(offline=False, **nobody)
    with Web(settings, folder=tmp_path / "answers", wait=lambda _: None) as web:
        report = check({**UNKNOWN, "doi": "10.1000/hive.7"}, lookup=OnlineLookup(web))
    assert (report.entries[0].verdict, failures(report)) == ("not in the library", [])
    assert any("no connection" in note for note in report.notes)
    assert any("no service said anything" in note for note in report.notes)


@pytest.mark.seeds
def test_altered_entries_of_hallmark_are_named_and_true_ones_are_not(tmp_path):
    """The bars of benchmarks/bibliography.py, without its count by kind."""
    from tests.conftest import ROOT

    folder = ROOT.parent / "shared" / "eval" / "hallmark"
    if not folder.is_dir():
        pytest.skip("the judged sets are not beside this checkout")
    sets = {
        name: [json.loads(line) for line in (folder / f"{name}.jsonl").read_text().splitlines()]
        for name in ("entries", "valid")
    }
    for name, entries in sets.items():
        blocks = []
        for n, entry in enumerate(entries):
            fields = {k: v.replace("{", "").replace("}", "") for k, v in entry["fields"].items()}
            lines = "".join(f"{k} = {{{v}}},\n" for k, v in fields.items())
            blocks.append(f"@{entry['bibtex_type']}{{e{n},\n{lines}}}\n")
        (tmp_path / f"{name}.bib").write_text("".join(blocks), encoding="utf-8")
    with Library(tmp_path / "library", Settings(embedding="none")) as library:
        library.add([str(tmp_path / "valid.bib")])
        bibliography = read_bibliography([str(tmp_path / "entries.bib")])
        report = check_bibliography(bibliography, library)
    verdicts = {entry.key: entry.verdict for entry in report.entries}
    titles = {entry["fields"]["title"].casefold() for entry in sets["valid"]}
    true = [n for n, e in enumerate(sets["entries"]) if e["label"] == "VALID"]
    altered = [
        n
        for n, e in enumerate(sets["entries"])
        if e["label"] != "VALID" and e["fields"]["title"].casefold() in titles
    ]
    alarms = sum(verdicts[f"e{n}"] in ("altered", "wrong in itself") for n in true)
    named = sum(verdicts[f"e{n}"] == "altered" for n in altered)
    assert alarms <= 0.02 * len(true)
    assert named >= 0.95 * len(altered)
