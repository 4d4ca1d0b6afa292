"""Files that are damaged or made to do harm: nothing is lost in silence, nothing hangs or fills the
memory."""

from __future__ import annotations

import io
import json
import random
import time
import tracemalloc
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest

from reviewer.sources import ReadOptions, read_bytes, read_file
from reviewer.types import Paper
from tests.conftest import ROOT
from tests.render.test_exports import word
from tests.support.promises import promise

EXPORTS = ROOT / "fixtures" / "exports"
COPIES = 12  # records in a file that is mutated
LONGEST_S = 5.0
REFUSED_S, REFUSED_BYTES = 2.0, 100_000_000


def numbered(text, number):
    """The record with an own title and own identifiers."""
    return text.replace("PEAR", f"Pears of orchard {number}").replace("NR", f"{number:04}")


RECORDS = {
    "refs.bib": "@article{keyNR,\n  title = {PEAR},\n  author = {Müller, Jürgen and Lee, Ann},\n"
    "  year = {2021},\n  doi = {10.5555/pears.NR},\n  abstract = {We grafted 400 trees.}\n}\n\n",
    "refs.ris": "TY  - JOUR\nTI  - PEAR\nAU  - Müller, J.\nPY  - 2021\nDO  - 10.5555/pears.NR\n"
    "AB  - We grafted 400 trees.\nER  - \n\n",
    "refs.nbib": "PMID- 3300NR\nOWN - NLM\nTI  - PEAR\nAB  - We grafted\n      400 trees.\n"
    "FAU - Müller, Jürgen\nDP  - 2021 Mar\nLID - 10.5555/pears.NR [doi]\n\n",
    "wos.txt": "PT J\nAU Müller, J\nTI PEAR\nSO J PEARS\nAB We grafted 400 trees.\nPY 2021\n"
    "DI 10.5555/pears.NR\nUT WOS:NR\nER\n\n",
    "refs.enw": "%0 Journal Article\n%T PEAR\n%A Müller, Jürgen\n%D 2021\n%R 10.5555/pears.NR\n"
    "%X We grafted 400 trees.\n\n",
    "refs.jsonl": '{"title": "PEAR", "authors": ["Jürgen Müller"], "doi": "10.5555/pears.NR"}\n',
    "table.csv": '"PEAR","Müller, J.; Lee, A.",2021,10.5555/pears.NR,"We grafted, on quince."\n',
}
LISTS = {
    "zotero.json": ("[\n", ",\n", "\n]\n",
        '  {\n    "id": "NR",\n    "type": "article-journal",\n    "title": "PEAR",\n'
        '    "author": [{"family": "Müller", "given": "J."}, {"family": "Lee", "given": "A."}],\n'
        '    "DOI": "10.5555/pears.NR"\n  }'),
    "openalex.json": ('{"meta": {"count": 9}, "results": [', ",", "]}",
        '{"id": "https://openalex.org/WNR", "title": "PEAR", "publication_year": 2021, '
        '"authorships": [{"author": {"id": "https://openalex.org/ANR", "display_name": "J Müller"}'
        '}], "doi": "https://doi.org/10.5555/pears.NR"}'),
    "s2.json": ('{"total": 9, "data": [\n', ",\n", "\n]}",
        '{"paperId": "abNR", "title": "PEAR", "authors": [{"authorId": "1", "name": "J Müller"}]}'),
    "pubmed.xml": ("<?xml version='1.0'?>\n<PubmedArticleSet>\n", "\n", "\n</PubmedArticleSet>\n",
        "<PubmedArticle><MedlineCitation><PMID>NR</PMID><Article><ArticleTitle>PEAR</ArticleTitle>"
        "<Abstract><AbstractText>We grafted 400 trees.</AbstractText></Abstract></Article>"
        "</MedlineCitation></PubmedArticle>"),
    "endnote.xml": ("<?xml version='1.0'?><xml><records>", "\n", "</records></xml>",
        "<record><ref-type name='Journal Article'>17</ref-type><titles><title>PEAR</title></titles>"
        "<abstract>We grafted 400 trees.</abstract></record>"),
    "arxiv.atom": ("<?xml version='1.0'?>\n<feed xmlns='http://www.w3.org/2005/Atom'>\n", "\n",
        "\n</feed>\n", "<entry><id>http://arxiv.org/abs/2101.0NRv1</id><title>PEAR</title>"
        "<summary>We grafted 400 trees.</summary></entry>"),
}  # fmt: skip
HEADS = {"wos.txt": "FN Clarivate Analytics Web of Science\nVR 1.0\n",
         "table.csv": '"Title","Authors","Year","DOI","Abstract"\n'}  # fmt: skip
SINGLE = ("jats.xml", "page.html", "paper.md", "paper.txt")
KINDS = [*RECORDS, *LISTS, *SINGLE, "paper.docx"]


def whole(kind):
    """A file of this kind as bytes, and how many records it holds."""
    if kind in RECORDS:
        body = "".join(numbered(RECORDS[kind], n) for n in range(COPIES))
        return (HEADS.get(kind, "") + body).encode(), COPIES
    if kind in LISTS:
        first, between, last, record = LISTS[kind]
        return (
            first + between.join(numbered(record, n) for n in range(COPIES)) + last
        ).encode(), COPIES
    if kind == "paper.docx":
        return word(("Title", "Pears", ""), ("", "We grafted 400 pear trees onto quince.", "")), 1
    return (EXPORTS / kind).read_bytes(), 1


def starts(data, kind):
    """Where each record begins: none may be lost before a cut."""
    if kind in SINGLE or kind == "paper.docx":
        return [0]
    return [data.index(f"Pears of orchard {n}".encode()) for n in range(COPIES)]


def drop(changed, kind, rng):
    """Some bytes go; gives how many records begin no more: what is left of an entry without its
    sign is a part of the one before it."""
    at, most = rng.randrange(len(changed)), rng.choice([1, 2, 5])
    is_lost = kind == "refs.bib" and b"@" in changed[at : at + most]
    del changed[at : at + most]
    return int(is_lost)


def mutated(data, kind, rng):
    """The data with one kind of damage, and how many of its records begin in what is left."""
    places = starts(data, kind)
    how = rng.choice(["flip", "flip", "flip", "cut", "drop", "latin-1", "utf-16", "bom", "crlf",
                      "cr", "zero", "repeat"])  # fmt: skip
    changed = bytearray(data)
    if how == "flip":
        for _ in range(rng.choice([1, 1, 2, 4])):
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    elif how == "cut":
        del changed[rng.randrange(1, len(changed)) :]
        places = [p for p in places if p < len(changed)]
    elif how == "drop":
        places = places[drop(changed, kind, rng) :]
    elif how == "zero":
        at = rng.randrange(len(changed))
        changed[at : at + 2] = b"\0\0"
    elif how == "repeat":
        at = rng.randrange(len(changed))
        changed[at:at] = changed[at : at + 3]
    elif kind != "paper.docx":
        text = data.decode()
        return (
            {
                "latin-1": lambda: text.encode("latin-1", errors="replace"),
                "utf-16": lambda: text.encode("utf-16"),
                "bom": lambda: text.encode("utf-8-sig"),
                "crlf": lambda: text.replace("\n", "\r\n").encode(),
                "cr": lambda: text.replace("\n", "\r").encode(),
            }[how](),
            len(places),
            how,
        )
    return bytes(changed), len(places), how


@promise(
    "A damaged file loses no record in silence",
    "files of each kind with bytes flipped, cut, dropped or in another encoding: read and skipped "
    "with a reason make what was there, without a traceback and within 5 s",
    full=1000,
    few=12,
)
@pytest.mark.parametrize("kind", KINDS)
def test_of_a_mutated_file_every_record_is_read_or_skipped_with_a_reason(kind, rounds):
    data, _ = whole(kind)
    rng = random.Random(f"{kind} 1")
    for number in range(rounds):
        changed, expected, how = mutated(data, kind, rng)
        started = time.process_time()
        entries = read_bytes(changed, kind, ReadOptions())
        assert time.process_time() - started < LONGEST_S, (kind, how, number)
        assert all(skipped.reason for skipped in entries.skipped)
        assert all(isinstance(p, Paper) and p.title.strip() for p in entries.papers)
        whole_file = not entries.papers and len(entries.skipped) == 1
        found = len(entries.papers) + len(entries.skipped)
        assert whole_file or found >= expected, (kind, how, number, found, entries.skipped)


def write_line(path, before, piece, megabytes):
    with path.open("wb") as out:
        out.write(before)
        for _ in range(megabytes):
            out.write(piece * (1_000_000 // len(piece)))


def zip_bomb():
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/document.xml", "w", force_zip64=True) as member,
    ):
        for _ in range(300):
            member.write(b" " * 1_000_000)
    return out.getvalue()


BOMB = "<!DOCTYPE {root} [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12)
) + "]>"  # fmt: skip
OUTSIDE = "<!DOCTYPE {root} [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
XML = {
    "pubmed": ("PubmedArticleSet", "<PubmedArticle><MedlineCitation><Article><ArticleTitle>{x}"
               "</ArticleTitle></Article></MedlineCitation></PubmedArticle>"),
    "endnote": ("xml", "<records><record><ref-type name='x'/><titles><title>{x}</title></titles>"
                "</record></records>"),
    "atom": ("feed", "<entry><id>http://arxiv.org/abs/2101.00001</id><title>{x}</title></entry>"),
    "jats": ("article", "<front><article-meta><title-group><article-title>{x}</article-title>"
             "</title-group></article-meta></front>"),
}  # fmt: skip


def xml(kind, head, text):
    root, body = XML[kind]
    return f"<?xml version='1.0'?>{head.format(root=root)}<{root}>{body.format(x=text)}</{root}>"


HARM = {
    **{f"bomb-{kind}": xml(kind, BOMB, "&a11;").encode() for kind in XML},
    **{f"outside-{kind}": xml(kind, OUTSIDE, "&x;").encode() for kind in XML},
    **{f"deep-{kind}": xml(kind, "", "<i>" * 100_000 + "x" + "</i>" * 100_000).encode()
       for kind in XML},
    "deep-html": b"<!doctype html><title>T</title>" + b"<div>" * 200_000 + b"x",
    "deep-csl": b'[{"type": "book", "title": ' + b"[" * 200_000,
    "deep-openalex": b'{"results": [{"id": "https://openalex.org/W1", "authorships": '
    + b"[" * 200_000,
    "deep-jsonl": b'{"title": ' + b"[" * 200_000,
    "deep-bibtex": b"@article{a, title = " + b"{" * 100_000 + b"x" + b"}" * 100_000 + b"}",
    "deep-yaml": b"---\ntitle: x\nauthor: " + b"[" * 20_000 + b"\n---\n\nText.",
    "bomb-docx": zip_bomb(),
    "entity-docx": None,
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(HARM))
def test_what_is_made_to_do_harm_is_refused_soon_and_in_little_memory(kind, tmp_path):
    data = HARM[kind]
    if data is None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            document = BOMB.format(root="w:document") + "<w:document>&a11;</w:document>"
            archive.writestr("word/document.xml", document)
        data = out.getvalue()
    path = tmp_path / "file"
    path.write_bytes(data)
    entries, seconds, most = measured(path)
    assert not entries.papers or kind == "deep-bibtex"
    assert entries.papers or all(skipped.reason for skipped in entries.skipped)
    assert "root:" not in json.dumps([p.model_dump() for p in entries.papers])
    assert seconds < REFUSED_S
    assert most < REFUSED_BYTES


def measured(path):
    read_file(str(EXPORTS / "scopus.bib"), ReadOptions())  # what is imported once is no part of it
    started = time.process_time()
    read_file(str(path), ReadOptions())
    seconds = time.process_time() - started
    tracemalloc.start()  # which makes everything slower
    entries = read_file(str(path), ReadOptions())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return entries, seconds, most


@pytest.mark.parametrize(
    "before",
    [b"", b"@article{a, title={", b"TY  - JOUR\nTI  - ", b'{"title": "', b"title,year\n",
     b"<?xml version='1.0'?><PubmedArticleSet>", b"<!doctype html><p>", b"# Title\n\n"],
)  # fmt: skip
def test_a_line_of_100_megabytes_is_refused(before, tmp_path):
    path = tmp_path / "file"
    write_line(path, before, b"words ", 100)
    entries, seconds, most = measured(path)
    path.unlink()
    assert entries.papers == ()
    assert "a line longer than 32 MB" in entries.skipped[0].reason
    assert seconds < REFUSED_S
    assert most < REFUSED_BYTES


def test_a_file_that_hides_a_path_outside_reads_nothing_of_it(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("the secret words")
    head = f"<!DOCTYPE article SYSTEM '{secret}'>"
    path = Path(tmp_path / "a.xml")
    path.write_text(xml("jats", head, "A Title"))
    (paper,) = read_file(str(path), ReadOptions()).papers
    assert "secret" not in paper.model_dump_json().replace(str(path), "")


@pytest.mark.parametrize(
    "authors",
    [
        "&a [Ann Lee, *a]",
        "&a {name: *a}",
        "&a [Ann Lee]\nkeywords: &a [pears]",
        "[&a [Ann Lee], "
        + ", ".join(f"&{b} [{f'*{a}, ' * 9}]" for a, b in pairwise("abcdefghij"))
        + "]",
    ],
)
def test_front_matter_that_repeats_itself_is_read_once(authors):
    text = f"---\ntitle: Pears\nauthors: {authors}\n---\n\n" + "We grafted 400 pear trees. " * 9
    started = time.process_time()
    (paper,) = read_bytes(text.encode(), "paper.md", ReadOptions()).papers
    assert paper.authors in ((), ("Ann Lee",))
    assert time.process_time() - started < REFUSED_S
