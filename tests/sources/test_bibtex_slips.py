"""BibTeX as people write it: without keys, with slips, with facts in odd places."""

from __future__ import annotations

import pytest

from reviewer.sources import ReadOptions, read_bytes
from reviewer.text.entry_types import NOCASE
from reviewer.text.latex import plain_text
from reviewer.text.names import EDITORS, authors_of

GODEL = plain_text(r'G{\"o}del "said" so')


def read(text):
    return read_bytes(text.encode(), "x.bib", ReadOptions())


def one(text):
    found = read(text)
    assert [*found.skipped, *found.notes] == []
    [paper] = found.papers
    return paper


def test_entries_without_keys_are_read_and_are_parents_of_nobody():
    found = read(
        "@article{,\n title={The first}, year=2011, journal={J}, publisher={P}\n}\n"
        "@Article{\n title={The second}, crossref={}, url={https://example.org}}\n"
        "@misc{ , title = {The third}}\n"
    )
    assert [p.title for p in found.papers] == ["The first", "The second", "The third"]
    assert [(p.venue, p.year, p.key) for p in found.papers[1:]] == [("", None, "")] * 2
    assert found.papers[1].extra.get("publisher") is None


def test_papers_of_one_key_are_all_kept_with_a_note(library, tmp_path):
    path = tmp_path / "refs.bib"
    words = ["owls in woods", "bees on heather", "kites over towns"]
    path.write_text(
        "".join(f"@article{{article, title={{A study of {w}}}, year=2010}}\n" for w in words)
    )
    added = library.add([str(path)])
    assert len(added.added) == 3
    assert added.skipped == ()
    assert [note.position for note in added.notes] == [2, 3]
    keys = [paper.key for paper in library.with_own_keys(library.papers())]
    assert keys[0] == "article"
    assert len(set(keys)) == 3


@pytest.mark.parametrize(
    ("text", "title", "year", "remark"),
    [
        ("author={Bo Birch}\n title={T}, year=2018}", "T", 2018,
         "the comma after the field 'author' is missing"),
        ("title={T}, year=2007,,}", "T", 2007, ""),
        ("title={T}, % a comment, year={1999}\n year=2007}", "T", 2007, ""),
        ("title={A brace } too much}, year={2017}, journal={J}}", "A brace too much", 2017,
         "a closing brace too much in 'title'"),
        ("title={T}}, year={2017}}", "T", 2017, "a closing brace too much after 'title'"),
        ("title={Fall by 9{{\\%}.},\n year={2016}\n}\n", "Fall by 9%.", 2016, "not closed"),
        ('title="Open words,\n year = 2016\n}\n', "Open words", 2016, "not closed"),
        ("title={T}, year={2018}\n", "T", 2018, "the entry is not closed"),
        ('title="G{\\"o}del "said" so", year=1931}', GODEL, 1931, ""),
        ("title = name # { of } # \"all\" , year = 1999}", "The name of all", 1999, ""),
    ],
)  # fmt: skip
def test_a_slip_costs_no_entry_and_is_named(text, title, year, remark):
    found = read(
        "@string(name = {The name})\n@misc{a, title={Before}}\n@article{x,\n"
        f"{text}\n@misc{{z, title={{After}}}}\n"
    )
    assert found.skipped == ()
    assert [paper.title for paper in found.papers] == ["Before", title, "After"]
    assert found.papers[1].year == year
    assert len(found.notes) == bool(remark)
    assert all(remark in note.reason and note.position == 3 for note in found.notes)


def test_what_is_commented_out_is_no_entry():
    found = read(
        "% @article{gone, title={Commented}, year=1999}\n"
        "@comment{ @article{gone, title={Commented too}} }\n"
        "Mail me @ home or a@b.org\n@article{here, title={Here}} and words { here\n"
    )
    assert [p.key for p in found.papers] == ["here"]
    assert found.skipped == ()


def test_abbreviations_of_styles_and_of_the_ads_are_names():
    assert one("@article{a, title={T}, journal = cacm}").venue == "Communications of the ACM"
    assert one(r"@article{a, title={T}, journal = {\apj}}").venue == "Astrophysical Journal"
    own = '@string{cacm = "Own Journal"}@article{a, title={T}, journal = cacm}'
    assert one(own).venue == "Own Journal"
    assert one('@article{a, title={T}, year=2001, month = "1~" # jan}').date[:4] == "2001"


def test_xdata_gives_its_fields_and_is_no_paper():
    found = read(
        "@xdata{base, publisher={Press}, year=2001}\n@xdata{more, xdata={base}, series={S}}\n"
        "@book{b, title={T}, xdata={more, base}, year=2002}\n"
    )
    [book] = found.papers
    assert (book.year, book.extra["publisher"], book.extra["series"]) == (2002, "Press", "S")


@pytest.mark.parametrize(
    ("fields", "arxiv_id"),
    [
        ("eprint={arXiv:2101.00001v3}", "2101.00001v3"),
        ("journal={arXiv preprint arXiv:2102.00002}", "2102.00002"),
        ("journal={CoRR}, volume={abs/2103.00003}", "2103.00003"),
        ("journal={CoRR abs/2103.00003}", "2103.00003"),
        ("journal={CoRR, abs/cs/0112017}", "cs/0112017"),
        (r"howpublished={\url{https://arxiv.org/abs/2104.00004}}", "2104.00004"),
        ("note={See arXiv:2107.00007 [cs]}", "2107.00007"),
        ("doi={10.48550/arXiv.2105.00005}", "2105.00005"),
        ("arxivid={2106.00006}", "2106.00006"),
        ("pages={arXiv:2106.00007}", "2106.00007"),
        ("number={arXiv:2106.00008}", "2106.00008"),
        ("eprint={hep-th/9901001}, eprinttype={arxiv}", "hep-th/9901001"),
        ("abstract={We repeat arXiv:2106.00009.}", ""),
    ],
)  # fmt: skip
def test_the_arxiv_number_is_found_wherever_people_put_it(fields, arxiv_id):
    assert one(f"@misc{{a, title={{T}}, {fields}}}").arxiv_id == arxiv_id


@pytest.mark.parametrize(
    ("fields", "doi"),
    [
        ("doi={https://doi.org/10.5555/abc.1}", "10.5555/abc.1"),
        ("url={https://doi.org/10.5555/abc.1}", "10.5555/abc.1"),
        ("url={https://dl.acm.org/doi/pdf/10.1145/329.33?download=true}", "10.1145/329.33"),
        ("ee={http://dx.doi.org/10.1007/s1-2_3}", "10.1007/s1-2_3"),
        ("bdsk-url-1={https://doi.org/10.5555/abc.1}", "10.5555/abc.1"),
        ("note={doi: 10.1145/3292500.3330702}", "10.1145/3292500.3330702"),
        (r"howpublished={\url{https://doi.org/10.5555/abc.1}}", "10.5555/abc.1"),
        ("doi={N/A}, url={https://example.org/10}", "N/A"),
        (r"doi={10.1007/978-3-030\_13}", "10.1007/978-3-030_13"),
    ],
)  # fmt: skip
def test_the_doi_is_found_in_any_field_that_may_hold_it(fields, doi):
    assert one(f"@misc{{a, title={{T}}, {fields}}}").doi == doi


@pytest.mark.parametrize(
    ("written", "families", "more"),
    [
        ("Smith, J.; Doe, A.; Roe, B.", ["Smith", "Doe", "Roe"], False),
        ("Smith J., Doe A., Roe B.", ["Smith", "Doe", "Roe"], False),
        ("Smith, J., van der Doe, A. B.", ["Smith", "Doe"], False),
        ("Smith, John & Doe, Jane", ["Smith", "Doe"], False),
        ("Smith, John AND Doe, Jane\n and\n Poe, Edgar", ["Smith", "Doe", "Poe"], False),
        ("Jane Doe and et al.", ["Doe"], True),
        ("Doe, Jane and others", ["Doe"], True),
        ("Guo, Jane B.", ["Guo"], False),
        ("{Barnes and Noble, Inc.} and Knuth, Donald E.", ["", "Knuth"], False),
    ],
)
def test_names_are_parted_as_people_part_them(written, families, more):
    paper = one(f"@article{{a, title={{T}}, author={{{written}}}}}")
    assert [name.family for name in authors_of(paper)] == families
    assert paper.extra.get("more_authors", False) is more


def test_editors_notes_and_protected_words_are_read():
    paper = one(
        "@book{a, title={A {B}ayesian view of {mRNA} by {\\textit{Homo sapiens}}}, note={N},"
        " editor={Guy, I. and {The Board, Inc.}}, type={Handbook}, urldate={2024-05-06}}"
    )
    assert paper.extra[EDITORS] == ["I. Guy", "The Board, Inc."]
    assert paper.extra["corporate_authors"] == ["The Board, Inc."]
    assert paper.extra[NOCASE] == ["Bayesian", "Homo"]
    assert [paper.extra[n] for n in ("note", "genre", "urldate")] == ["N", "Handbook", "2024-05-06"]


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"The \mbox{BERT-large} model", "The BERT-large model"),
        (r"a \verb|x_{y} \z| b", r"a x_{y} \z b"),
        (r"\texttt{code} and \textcolor{red}{hot} \makebox[1cm]{m}", "code and hot m"),
        (r"Made on \today", "Made on"),
        (r"\maketitle\input{/etc/passwd} x", "x"),
        (r"\enquote{so}", "so"),
    ],
)
def test_words_in_commands_stay_and_nothing_runs(latex, text):
    assert plain_text(latex) == text
