"""What pandoc, BibTeX, biber and citeproc-py find in the bibliographies that are exported."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

from reviewer.cli import run
from reviewer.render import reference_list
from reviewer.render.bibtex import bibtex
from reviewer.render.csl import csl_json
from reviewer.render.csv import papers_csv
from reviewer.render.ris import ris
from reviewer.sources import ReadOptions, read_bytes

REFS = r"""
@article{Kuhn:1962+x, author={Kuhn, Tom and {Barnes and Noble, Inc.} and others},
  title={A {B}ayesian view of the {mRNA} in $\alpha$-helices}, journaltitle={Journal of Views},
  shortjournal={J. Views}, volume={12}, number={3}, eid={e17}, date={2019-03}, note={Best paper},
  doi={10.1000/views.12}}
@inproceedings{vas17, author={van der Vas, Anna and Sha, N.}, editor={Guy, I. and Lux, U.},
  title={Attention to things}, booktitle={Advances in Things 30}, series={Things}, year={2017},
  pages={5998-6008}, organization={Things Foundation}, address={Long Beach, CA}}
@phdthesis{th, author={Woe, W.}, title={On theses}, school={University of Oslo}, year={2010}}
@mastersthesis{ma, author={Woe, W.}, title={On a few}, school={University of Bonn}, year=2011}
@techreport{tr, author={Xu, X.}, title={On reports}, institution={Lab of Labs}, number={TR-12},
  year={2011}}
@book{bk, editor={Ed, E.}, title={On books}, publisher={Pub}, edition={2}, year={2012},
  translator={Tran, T.}, series={LNCS}, volume={7}, isbn={978-3-16-148410-0}}
@online{ol, author={Zed, Z.}, title={On pages}, url={https://example.com/~zed/},
  urldate={2024-05-06}, date={2024}}
@dataset{ds, author={Cam, C.}, title={A data set}, publisher={Zenodo}, year={2021}, version={1.2}}
@software{sw, author={Bam, B.}, title={A tool}, version={1.2.3}, date={2022-02-03}}
@patent{pt, author={Dam, D.}, title={A widget}, number={US123}, year={2009}}
@unpublished{un, author={Ame, A.}, title={On drafts}, note={Talk at the club}, year={2013}}
"""
KEYS = re.findall(r"@\w+\{([^,]+),", REFS)


@pytest.fixture
def review(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REVIEW_EMBEDDING", "none")

    def call(*args):
        code = run([*args, "--library", "shelf"])
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture(scope="module")
def papers():
    found = read_bytes(REFS.encode(), "refs.bib", ReadOptions())
    assert found.skipped == ()
    return found.papers


def pandoc(text, form):
    if not shutil.which("pandoc"):
        pytest.skip("pandoc is not installed here")
    known = subprocess.run(["pandoc", "--list-input-formats"], capture_output=True, text=True)
    if form not in known.stdout.split():
        pytest.skip(f"this pandoc does not read {form}")
    done = subprocess.run(
        ["pandoc", "-f", form, "-t", "csljson"],
        input=text.encode(),
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr.decode()
    return {item["id"]: item for item in json.loads(done.stdout)}


def names(item, role):
    found = (
        [name.get("literal") or name.get("family", ""), name.get("given", "")]
        for name in item.get(role, [])
    )
    return [" ".join(name).strip() for name in found]


def test_pandoc_finds_in_our_bibtex_what_it_finds_in_the_users(papers):
    before, after = pandoc(REFS, "biblatex"), pandoc(bibtex(papers), "biblatex")
    assert list(after) == KEYS
    for key in KEYS:
        for role in ("author", "editor", "translator"):
            assert names(after[key], role) == names(before[key], role), (key, role)
        for field in before[key].keys() - {"author", "editor", "translator"}:
            assert after[key].get(field) == before[key][field], (key, field)


@pytest.mark.parametrize(
    ("key", "facts"),
    [
        ("Kuhn:1962+x", {"type": "article-journal", "volume": "12", "issue": "3", "number": "e17",
                         "container-title": "Journal of Views", "note": "Best paper"}),
        ("vas17", {"type": "paper-conference", "page": "5998-6008", "publisher-place":
                   "Long Beach, CA", "publisher": "Things Foundation"}),
        ("th", {"type": "thesis", "genre": "PhD thesis", "publisher": "University of Oslo"}),
        ("ma", {"type": "thesis", "genre": "Master's thesis", "publisher": "University of Bonn"}),
        ("tr", {"type": "report", "number": "TR-12", "publisher": "Lab of Labs"}),
        ("bk", {"type": "book", "edition": "2", "publisher": "Pub", "collection-title": "LNCS"}),
        ("ol", {"type": "webpage", "accessed": {"date-parts": [[2024, 5, 6]]}}),
        ("ds", {"type": "dataset", "publisher": "Zenodo", "version": "1.2"}),
        ("sw", {"type": "software", "version": "1.2.3"}),
        ("pt", {"type": "patent", "number": "US123"}),
    ],
)  # fmt: skip
def test_csl_has_the_types_and_fields_of_its_specification(papers, key, facts):
    item = next(item for item in json.loads(csl_json(papers)) if item["id"] == key)
    assert {name: item.get(name) for name in facts} == facts
    assert "container-title" not in item or item["type"] not in ("thesis", "report")


def test_pandoc_reads_our_csl(papers):
    found = pandoc(csl_json(papers), "csljson")
    assert list(found) == KEYS
    assert names(found["Kuhn:1962+x"], "author")[1:] == ["Barnes and Noble, Inc.", "others"]
    assert names(found["bk"], "editor") == ["Ed E."]


def test_pandoc_reads_our_ris(papers):
    found = list(pandoc(ris(papers), "ris").values())
    assert [item["title"] for item in found][1:3] == ["Attention to things", "On theses"]
    assert len(found) == len(KEYS)
    assert names(found[1], "editor") == ["Guy I.", "Lux U."]
    assert found[1]["container-title"] == "Advances in Things 30"
    assert found[2]["publisher"] == "University of Oslo"


DOCUMENT = r"""\documentclass{article}\usepackage[T1]{fontenc}\usepackage{%s}
\begin{document}\nocite{*}%s\end{document}
"""


def test_bibtex_sets_every_entry_and_keeps_capitals_and_others(papers, tmp_path):
    if not all(map(shutil.which, ("pdflatex", "bibtex"))):
        pytest.skip("there is no TeX here")
    (tmp_path / "refs.bib").write_text(bibtex(papers), encoding="utf-8")
    body = r"\bibliographystyle{plain}\bibliography{refs}"
    (tmp_path / "d.tex").write_text(DOCUMENT % ("url,amssymb", body), encoding="utf-8")
    run = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "d.tex"]
    for command in (run, ["bibtex", "d"], run):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=300)
        assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
    set_ = " ".join((tmp_path / "d.bbl").read_text(encoding="utf-8").split())
    assert set_.count("\\bibitem") == len(KEYS)
    assert "{Bayesian} view of the {mRNA}" in set_
    assert "et~al" in set_
    assert "I.~Guy and U.~Lux, editors" in set_
    assert "Master's thesis" in set_
    assert "Talk at the club" in set_


def test_biber_warns_of_a_book_without_an_author_alone(papers, tmp_path):
    if not shutil.which("biber"):
        pytest.skip("biber is not installed here")
    (tmp_path / "refs.bib").write_text(bibtex(papers), encoding="utf-8")
    done = subprocess.run(
        ["biber", "--tool", "--validate-datamodel", "refs.bib"],
        cwd=tmp_path, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    told = [line for line in done.stdout.splitlines() if re.match("WARN|ERROR", line)]
    assert [re.sub(r".*'bk'.*'author'", "bk", line) for line in told] == ["bk"]


def test_citeproc_prints_editors_schools_and_numbers(papers):
    lines = " ".join(reference_list(papers, "apa"))
    for part in ("University of Oslo", "Lab of Labs", "TR-12", "Zenodo"):
        assert part in lines


def test_csv_has_volume_issue_pages_and_organisations_whole(papers):
    found = read_bytes(papers_csv(papers).encode(), "x.csv", ReadOptions()).papers
    assert [paper.key for paper in found] == KEYS
    assert found[0].authors == ("Tom Kuhn", "Barnes and Noble, Inc.")
    assert (found[0].extra["volume"], found[0].extra["number"]) == ("12", "3")
    assert found[1].extra["pages"] == "5998--6008"
    head = papers_csv(papers).splitlines()[0].split(",")
    assert {"volume", "issue", "pages"} <= set(head)


def test_the_users_keys_go_out_unless_ours_are_asked_for(review, tmp_path):
    (tmp_path / "refs.bib").write_text(REFS, encoding="utf-8")
    assert review("add", str(tmp_path / "refs.bib"))[0] == 0
    code, out, _ = review("export")
    assert code == 0
    assert re.findall(r"@\w+\{([^,]+),", out) == KEYS
    for form, pattern in (("ris", r"ID  - (.+)"), ("csl-json", r'"id": "(.+)"')):
        assert re.findall(pattern, review("export", "-f", form)[1]) == KEYS
    made = re.findall(r"@\w+\{([^,]+),", review("export", "--made-keys")[1])
    assert made[1] == "vas-2017-attention"
    assert not set(made) & set(KEYS)
