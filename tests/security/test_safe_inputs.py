"""XML, YAML, JSON and bibliographies from strangers: nothing is fetched, built or blown up."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys

import pytest

from reviewer.errors import ReviewError, UsageError
from reviewer.render import reference_list
from reviewer.sources import ReadOptions, read_file
from reviewer.tasks.yaml_plan import read_plan
from reviewer.types import Paper
from reviewer.types.papers import Part
from tests.conftest import ROOT
from tests.support.promises import promise
from tests.support.traps import Trap

PAPER = Paper(id="p", key="k", parts=(Part(name="title", text="A Study"),), authors=("Ada Guo",))
STYLE = """<?xml version="1.0"?>
{doctype}
<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">
<info><title>T</title><id>t</id></info>
<citation><layout><text variable="title"/></layout></citation>
<bibliography><layout><text value="{value}"/><text variable="title"/></layout></bibliography>
</style>"""
BOMB = "".join(
    f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 12)
)  # 10 to the 11th times three letters
MIB = 1024 * 1024


def doctypes(secret, url):
    return {
        "external file": (f'<!DOCTYPE s [<!ENTITY e SYSTEM "file://{secret}">]>', "&e;"),
        "plain path": (f'<!DOCTYPE s [<!ENTITY e SYSTEM "{secret}">]>', "&e;"),
        "public": (f'<!DOCTYPE s [<!ENTITY e PUBLIC "p" "{secret}">]>', "&e;"),
        "network": (f'<!DOCTYPE s [<!ENTITY e SYSTEM "{url}">]>', "&e;"),
        "external DTD": (f'<!DOCTYPE s SYSTEM "{url}">', "x"),
        "DTD in a file": (f'<!DOCTYPE s SYSTEM "file://{secret}">', "x"),
        "parameter": (f'<!DOCTYPE s [<!ENTITY % p SYSTEM "{url}"> %p;]>', "x"),
        "parameter file": (f'<!DOCTYPE s [<!ENTITY % p SYSTEM "{secret}"> %p;]>', "x"),
        "bomb": (f'<!DOCTYPE s [<!ENTITY x0 "lol">{BOMB}]>', "&x11;"),
        "quadratic": (f'<!DOCTYPE s [<!ENTITY a "{"a" * 50_000}">]>', "&a;" * 20_000),
        "loop": ('<!DOCTYPE s [<!ENTITY a "&b;"><!ENTITY b "&a;">]>', "&a;"),
    }


KINDS = tuple(doctypes("", ""))


@promise(
    "XML reads no other file, opens no connection and stays bounded",
    "11 citation styles with external entities, DTDs and entity bombs",
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_style_reads_nothing_else_and_is_bounded(kind, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("k9-secret-words", encoding="utf-8")
    doctype, value = doctypes(secret, "http://127.0.0.1:9/x.dtd")[kind]
    style = tmp_path / "style.csl"
    style.write_text(STYLE.format(doctype=doctype, value=value), encoding="utf-8")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with Trap([tmp_path]) as trap:
        try:
            lines = reference_list([PAPER], str(style))
        except UsageError as error:
            lines = [error.message]
    assert not trap.contacted
    assert not trap.started
    assert not [path for path in trap.read if path == str(secret)]
    assert "k9-secret" not in "".join(lines)
    assert len("".join(lines)) < 100_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024  # KiB


PLANS = {
    "object": "question: !!python/object/apply:os.system ['touch evil']\nthemes: []",
    "object of a class": "question: !!python/object:os.PathLike {}\nthemes: []",
    "name": "question: !!python/name:os.system\nthemes: []",
    "module": "!!python/module:os\n",
    "tag of its own": "question: !evil x\nthemes: !evil [a]",
    "bomb": "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
    )
    + "question: q\nthemes: *j",
    "themes bomb": "question: q\nthemes: &t\n - {name: x, papers: [k]}\n - *t",
    "itself": "question: q\nthemes: &t [*t]",
    "merge": "x: &x {question: q, themes: []}\n<<: *x",
    "deep": "question: q\nthemes: " + "[" * 20_000,
    "deep blocks": "question: q\nthemes:\n" + "".join(" " * n + "-\n" for n in range(3000)),
    "long": "question: " + "q" * 2_000_000,
    "twice": "question: q\nquestion: r\nthemes: []",
    "documents": "question: q\nthemes: []\n---\nquestion: r\nthemes: []",
    "include": "question: !include /etc/passwd\nthemes: []",
    "no text": "\0\1\2",
    "bytes": "question: !!binary aGVsbG8=\nthemes: []",
    "number": "question: 0x1F\nwords: 9999999999999999999999\nthemes: []",
}


@promise(
    "YAML builds no object and stays bounded",
    "18 plans with tags of Python, bombs of aliases, loops and depth",
)
@pytest.mark.parametrize("kind", PLANS)
def test_a_hostile_plan_is_refused_or_is_text(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with Trap([]) as trap, pytest.raises(UsageError) as refused:
        read_plan(PLANS[kind], "plan.yaml", lambda key: PAPER)
    assert "plan.yaml" in refused.value.message
    assert len(refused.value.message) < 2000
    assert not trap.written
    assert not trap.started
    assert not [path for path in trap.read if path == "/etc/passwd"]


def hostile_files():
    """Name and content of files that are meant to cost time or memory."""
    entry = '@article{k, title = {T}, author = {A}, abstract = "'
    return {
        "deep.json": "[" * 200_000,
        "deep.jsonl": '{"title": "T", "x": ' + "[" * 50_000 + "]" * 50_000 + "}",
        "wide.jsonl": json.dumps({"title": "T", "x": list(range(200_000))}),
        "number.jsonl": '{"title": "T", "year": ' + "9" * 5000 + "}",
        "csl.json": '[{"type": "book", "title": "' + "<i>" * 50_000 + '"}]',
        "csl2.json": '[{"type": "book", "title": "' + "<span>" * 20_000 + "x" * 20_000 + '"}]',
        "braces.bib": "@article{k, title = {" + "{" * 100_000,
        "braces2.bib": "@article{k, title = " + "{" * 20_000 + "T" + "}" * 20_000 + "}",
        "quotes.bib": entry + "\\" * 100_000 + '"}',
        "math.bib": "@article{k, title = {" + "$" * 50_000 + "}}",
        "ands.bib": "@article{k, title = {T}, author = {" + "a and " * 20_000 + "b}}",
        "strings.bib": "".join(
            f"@string{{s{n} = s{n - 1} # s{n - 1}}}\n" if n else '@string{s0 = "lol"}\n'
            for n in range(60)
        )
        + "@article{k, title = s59}",
        "latex.bib": "@article{k, title = {" + "\\textbf{" * 3000 + "}" * 3000 + "}}",
        "accents.bib": "@article{k, title = {" + "{\\'" * 20_000 + "}}",
        "ats.bib": "@article{k,\n" * 20_000,
        "tags.ris": "TY  - JOUR\n" + "AU  - A\n" * 20_000 + "ER  - \n",
        "lines.ris": "TY  - JOUR\nTI  - T\n" + "x\n" * 50_000,
        "types.ris": "TY  - JOUR\nTI  - T\n" * 5000,
        "spaces.txt": "Get trending papers in your email inbox\n" + " " * 1_000_000,
        "line.txt": "Get trending papers in your email inbox\n" + "word " * 400_000,
        "dots.txt": "x\n·\n" * 50_000,
        "title.jsonl": json.dumps({"title": "a-" * 100_000, "abstract": "b. " * 100_000}),
        "combining.jsonl": json.dumps({"title": "a" + "\u0301" * 100_000}),
        "latex.jsonl": json.dumps({"title": "T", "abstract": "\\textit{" * 20_000}),
        "escapes.jsonl": json.dumps({"title": "T", "abstract": "\\%" * 100_000 + "~" * 100_000}),
    }


FILES = tuple(hostile_files())
LIMITS = """
import resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
from pathlib import Path
from reviewer.library.library import Library
from reviewer.settings import Settings
with Library(Path(sys.argv[1]), Settings(embedding="none")) as shelf:
    for file in sys.argv[2:]:
        print(Path(file).name, file=sys.stderr, flush=True)
        done = shelf.add([file])
        assert done.entries + len(done.skipped) >= 1, file
        for paper in shelf.papers():
            str(paper.title), paper.abstract
print("done")
"""


@promise(
    "A file that is meant to cost time or memory is read or skipped within bounds",
    "25 files: nested JSON, braces, strings that double, endless lines; added in one process with "
    "20 s of processor time and 3 GiB of addresses",
)
def test_costly_files_stay_within_bounds(tmp_path):
    for name, content in hostile_files().items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    files = [str(tmp_path / name) for name in FILES]
    done = subprocess.run(
        [sys.executable, "-c", LIMITS, str(tmp_path / "shelf"), *files],
        capture_output=True, text=True, env={**os.environ}, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-1500:]
    assert done.stdout.strip().endswith("done")


def test_an_archive_is_no_text(tmp_path):
    for name, start in {
        "a.zip": b"PK\x03\x04",
        "a.gz": b"\x1f\x8b\x08",
        "a.tar": b"\0" * 512,
    }.items():
        path = tmp_path / name
        path.write_bytes(start + bytes(range(256)) * 20)
        found = read_file(str(path), ReadOptions())
        assert not found.papers
        assert found.skipped


def test_a_prompt_of_the_users_own_builds_and_reads_nothing(tmp_path):
    from reviewer.llm import Prompts
    from reviewer.llm.prompts import SUFFIX

    source = (ROOT / "prompts" / f"expand{SUFFIX}").read_text("utf-8")
    for trick in (
        "{{ ().__class__.__base__.__subclasses__() }}",
        "{{ cycler.__init__.__globals__.os.system('touch evil') }}",
        "{% include '/etc/passwd' %}",
        "{% include '../../../../etc/passwd' %}",
        "{{ range(10 ** 9) | list }}",
    ):
        (tmp_path / f"expand{SUFFIX}").write_text(source + trick, encoding="utf-8")
        with Trap([]) as trap, pytest.raises((ReviewError, OverflowError, MemoryError)):
            Prompts(str(tmp_path)).render("expand", question="q", known=[], most_questions=3)
        assert not trap.started
        assert "/etc/passwd" not in trap.read
