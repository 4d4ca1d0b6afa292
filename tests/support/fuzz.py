"""Files for a fuzz of the readers: random bytes, random fields, and whole files that are spoilt."""

from __future__ import annotations

import json
import zlib
from functools import cache
from random import Random

from tests.conftest import ROOT
from tests.support import source_samples as online
from tests.support.pdfs import assemble, make_pdf, paper_page, words

EXPORTS = ROOT / "fixtures" / "exports"
# What readers and views stumble over: halves of characters, what cannot be seen, dates that do not
# exist, numbers out of range, LaTeX without its arguments.
TEXTS = [
    "", " ", "\0", "a\0b", "\ud835", "\udc51", "\ud835\udc51", "\udc51\ud835", "x\ud835y",
    "\u200b", "\u3164", "\u202e", "\ufeff", "\ufffe", "\u0301", "\u2028", "\t\n", "a\r\nb", "-",
    ",", ";", "&", "and", " and ", "{", "}", "\\", "{\\", "\\href",
    "\\href{https://e.org}{page}", "\\href{a}", "\\path{/a/b}", "\\nolinkurl{b.org}", "\\url",
    "\\verb", "\\input", "\\date", "\\frac", "\\'", "$", "$x$", "%", "#", "\\mbox{a}",
    "\\begin{array}", "{\\\"o", "2004-21", "2004-00", "2004-13-45", "2007-02-31", "--13-45",
    "--02-30", "--", "-", "0000", "0000-01-01", "99999-01", "-1", "9" * 20, "9" * 400, "٢٠٢٤",
    "٢٠٢٤-٢١", "2024-٠٩-٣١", "1e999", "NaN", "²", "①", "Spring 2004", "2004/05",
    "2004-05/2006-07", "month", "10.1000/a b", "10.1000/\u200b", "N/A", "arXiv:", "arXiv:2301.1",
    "https://doi.org/", "http://[", "https://e.org/%00", "~", "~nobody/a.pdf", "a.pdf",
    ":a.pdf:PDF", "Lee, Ann", "Lee, , Ann", ", Ann", "Lee,", "{Lee and Kim}", "van der", "de",
    "Jr", "Lee, Jr", "family=, given=", "others", "Frogs croak at night", "Die Frösche", "蛙",
    "🐸", "🤗", "a" * 3000, "word " * 600, "[" * 60, "<b>", "&amp;", "&#0;", "&#xD835;",
    "<![CDATA[", "]]>", "'", '"', "```", "@article{a,", "ER  - ", "TY  - JOUR",
    "!!python/object", "%YAML 1.3", "*a", "&a [*a]", "|", ">",
]  # fmt: skip
OTHERS = [
    None, True, False, 0, -1, 5, 2**31, 2**63, -(2**70), 10**400, 1.5, float("nan"), float("inf"),
    [], {}, [[]], [None], [1, "a"], {"name": None}, {"a": {"b": ["\ud835"]}}, [{"family": "Lee"}],
    {"date-parts": [[2004, 21]]}, {"date-parts": [["2004", "2", "31"]]}, {"date-parts": [[None]]},
    {"raw": "2012-22"}, {"literal": "2012-00"}, ["Ann Lee", "\u200b"],
]  # fmt: skip
FIELDS = {
    "jsonl": "title abstract authors year date keywords venue doi arxiv_id pmid url extra files "
    "entry_type volume number pages corporate_authors certainty key citekey votes hidden_text",
    "csl": "id type title author issued DOI URL PMID abstract container-title publisher page "
    "volume note keyword custom archive archive_location number citation-key ISBN",
    "openalex": "id doi ids title display_name publication_year publication_date type "
    "is_retracted authorships primary_location locations biblio keywords abstract_inverted_index",
    "s2": "paperId externalIds title abstract year publicationDate venue journal publicationTypes "
    "authors url",
    "bib": "title subtitle author editor year month day date journal booktitle doi eprint note url "
    "howpublished abstract keywords file crossref pages volume pmid affiliation author_note",
    "ris": "TI T1 AU A1 PY Y1 DA DO UR AB N1 N2 KW JO T2 SP EP VL IS AN L1 M1 SN",
    "nbib": "PMID TI AB FAU AU DP LID AID JT OT MH PT PG VI IP GR",
    "wos": "AU AF TI SO AB PY PD DI UT DE ID VL IS BP EP",
    "enw": "A B D K N P R T U V X 8 9 J",
    "csv": "Title Authors Year Date Abstract DOI Source Keywords PMID URL Volume Pages",
    "matter": "title author authors date year abstract doi arxiv url keywords citekey",
    "html": "citation_title citation_author citation_date citation_publication_date citation_doi "
    "citation_abstract dc.title dc.date og:title citation_keywords citation_pdf_url",
}


def text_of(rng: Random) -> str:
    """A nasty text, alone or inside of plain words."""
    nasty = rng.choice(TEXTS)
    return nasty if rng.random() < 0.5 else f"Frogs {nasty} at night {rng.choice(TEXTS)}"


def value_of(rng: Random):
    kind = rng.random()
    if kind < 0.6:
        return text_of(rng)
    return rng.choice(OTHERS) if kind < 0.9 else [text_of(rng) for _ in range(rng.randrange(4))]


def record_of(rng: Random, form: str, value=text_of) -> dict:
    """Some fields of a format, most records with a title."""
    names = FIELDS[form].split()
    record = {name: value(rng) for name in rng.sample(names, rng.randint(1, len(names)))}
    title = next((n for n in ("title", "TI", "T", "Title", "citation_title") if n in names), "")
    if title and rng.random() < 0.8:
        record[title] = f"Frogs croak at night {rng.choice(TEXTS)}"
    return record


def random_fields(rng: Random) -> bytes:
    """A file of some format, with records whose fields hold anything."""
    form = rng.choice([*FIELDS, "atom", "pubmed", "jats"])
    write = _WRITERS.get(form)
    count = rng.randint(1, 4)
    if write is None:
        text = _xml(rng, form)
    else:
        value = value_of if form in ("jsonl", "csl", "openalex", "s2") else text_of
        text = write([record_of(rng, form, value) for _ in range(count)])
    return text.encode(rng.choice(["utf-8"] * 9 + ["utf-16"]), "replace")


def _lines(mark, join, records):
    return "\n".join(
        mark[0] + "".join(join(n, v) for n, v in record.items()) + mark[1] for record in records
    )


_WRITERS = {
    "jsonl": lambda found: "\n".join(map(json.dumps, found)),
    "csl": json.dumps,
    "openalex": lambda found: json.dumps({"meta": {}, "results": found}),
    "s2": lambda found: json.dumps({"total": 1, "data": found}),
    "bib": lambda found: "\n".join(
        f"@article{{k{n},\n" + "".join(f" {k} = {{{v}}},\n" for k, v in record.items()) + "}"
        for n, record in enumerate(found)
    ),
    "ris": lambda f: _lines(("TY  - JOUR\n", "ER  - \n"), lambda n, v: f"{n}  - {v}\n", f),
    "nbib": lambda f: _lines(("PMID- 33\n", "\n"), lambda n, v: f"{n:4}- {v}\n", f),
    "wos": lambda f: (
        "FN Clarivate\nVR 1.0\n" + _lines(("PT J\n", "ER\n\n"), lambda n, v: f"{n} {v}\n", f)
    ),
    "enw": lambda f: _lines(("%0 Journal Article\n", "\n"), lambda n, v: f"%{n} {v}\n", f),
    "csv": lambda f: (
        ",".join(f[0]) + "\n" + "\n".join(",".join(f'"{v}"' for v in r.values()) for r in f)
    ),
    "matter": lambda f: (
        "---\n"
        + "".join(f"{n}: {v}\n" for n, v in f[0].items())
        + "---\n\nFrogs croak at night in ponds. We count them for a year and find many of them.\n"
    ),
    "html": lambda f: (
        "<!doctype html><html><head><title>Frogs</title>"
        + "".join(f'<meta name="{n}" content="{v}">' for n, v in f[0].items())
        + "</head><body><p>"
        + "Frogs croak at night in ponds. " * 20
        + "</p></body></html>"
    ),
}


def _xml(rng: Random, form: str) -> str:
    """A sample of an online service, with some of its texts changed."""
    whole = {
        "atom": online.arxiv_feed(online.arxiv_entry()),
        "pubmed": online.pubmed_set(online.pubmed_article(), online.pubmed_article("2")),
        "jats": (EXPORTS / "jats.xml").read_text(encoding="utf-8")[:4000] + "</article>",
    }[form]
    pieces = whole.split(">")
    for _ in range(rng.randint(1, 5)):
        place = rng.randrange(len(pieces))
        _, sign, tag = pieces[place].rpartition("<")
        pieces[place] = text_of(rng) + sign + tag
    return ">".join(pieces)


@cache
def samples() -> tuple[bytes, ...]:
    """Whole files of every format that is text, or a document in a ZIP archive."""
    from tests.sources.test_hostile_files import KINDS, whole

    exports = [path.read_bytes() for path in sorted(EXPORTS.iterdir())]
    lists = [
        online.openalex_list(online.openalex_work(), online.openalex_work(2)),
        {"total": 2, "data": [online.s2_paper(), online.s2_paper(2)]},
    ]
    feeds = [online.arxiv_feed(online.arxiv_entry()), online.pubmed_set(online.pubmed_article())]
    listing = (ROOT / "fixtures" / "library" / "reasoning.txt").read_bytes()
    return (
        *(data[:12_000] for data in exports),
        *(whole(kind)[0] for kind in KINDS),
        *(json.dumps(found).encode() for found in lists),
        *(feed.encode() for feed in feeds),
        listing[:12_000],
    )


def spoilt(rng: Random, data: bytes) -> bytes:
    """The file with one to four damages."""
    changed = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 4])):
        at = rng.randrange(len(changed) + 1)
        how = rng.randrange(7)
        if how == 0 and changed:
            changed[at % len(changed)] ^= 1 << rng.randrange(8)
        elif how == 1:
            del changed[at : at + rng.choice([1, 3, 40, 400])]
        elif how == 2:
            changed[at:at] = changed[at : at + rng.choice([3, 40, 400])]
        elif how == 3:
            del changed[at:]
        elif how == 4:
            changed[at : at + rng.choice([0, 4])] = rng.choice(TEXTS).encode(
                "utf-8", "surrogatepass"
            )
        elif how == 5:
            changed[at:at] = rng.choice(
                [b"\0", b"\0" * 40, b"\xff", b"\\ud835", b'"\\udc51', b"&#0;"]
            )
        else:
            _renumber(changed, rng)
    return bytes(changed)


def _renumber(changed: bytearray, rng: Random) -> None:
    """Other digits in the place of a year, a month or a length."""
    places = [i for i, byte in enumerate(changed[:4000]) if 0x30 <= byte <= 0x39]
    if places:
        at = rng.choice(places)
        changed[at : at + rng.choice([1, 2, 4])] = rng.choice(
            [b"0", b"00", b"99", b"-1", b"9" * 30]
        )


def random_bytes(rng: Random) -> bytes:
    """Any bytes, half of them after the beginning of a sample."""
    data = rng.randbytes(rng.choice([1, 20, 300, 3000]))
    head = rng.choice(samples())[: rng.choice([4, 30, 300])]
    return data if rng.random() < 0.5 else head + data


def file_of(rng: Random) -> bytes:
    """A file of any kind but a PDF."""
    kind = rng.random()
    if kind < 0.1:
        return random_bytes(rng)
    return random_fields(rng) if kind < 0.6 else spoilt(rng, rng.choice(samples()))


def pdf_of(rng: Random) -> bytes:
    """A PDF that is spoilt, or whose font gives halves of characters for some letters."""
    if rng.random() < 0.5:
        return half_letters(rng.choice(["D835", "DC51", "D835DC51", "0000", "FFFE", "D835D835"]))
    sentences = [f"Frogs croak {text_of(rng)} at night." for _ in range(20)]
    plain = [s.encode("cp1252", "replace").decode("cp1252") for s in sentences]
    info = {"Title": "Frogs", "CreationDate": rng.choice(["D:20042199", "D:0", "x"])}
    return spoilt(rng, make_pdf([paper_page(plain)], info=info))


def half_letters(code: str, *, pages: int = 2) -> bytes:
    """A PDF of these pages in which `{` is this code in UTF-16 and `}` is DC51, the second half of
    a letter, as the fonts of some papers with mathematics give them."""
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def "
        "/CMapType 2 def 1 begincodespacerange <00> <FF> endcodespacerange "
        "1 beginbfrange <20> <7A> <0020> endbfrange "
        f"2 beginbfchar <7B> <{code}> <7D> <DC51> endbfchar endcmap end end"
    ).encode()
    line = "We show that the value {} is small and that { is seen by every reader of it."
    drawn = "".join(words(72, 700 - 16 * n, line) for n in range(20))
    head = words(72, 750, "A Paper About One Letter", 18) + words(72, 725, "Abstract", 12)
    objects = {1: b"<< /Type /Catalog /Pages 2 0 R >>", 3: _packed(cmap)}
    objects[4] = b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /ToUnicode 3 0 R >>"
    kids = range(10, 10 + 2 * pages, 2)
    objects[2] = (
        f"<< /Type /Pages /Count {pages} /Kids [{' '.join(f'{k} 0 R' for k in kids)}] >>"
    ).encode()
    for kid in kids:
        objects[kid] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {kid + 1} 0 R "
            "/Resources << /Font << /F1 4 0 R >> >> >>"
        ).encode()
        objects[kid + 1] = _packed(((head if kid == 10 else "") + drawn).encode())
    return assemble(objects)


def _packed(data: bytes) -> bytes:
    packed = zlib.compress(data)
    head = f"<< /Filter /FlateDecode /Length {len(packed)} >>\nstream\n"
    return head.encode() + packed + b"\nendstream"
