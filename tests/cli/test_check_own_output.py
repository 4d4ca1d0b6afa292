"""`review check` of what the other commands write into files, as it is and with planted faults."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import zipfile
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from reviewer.cli import run
from reviewer.library import Library
from reviewer.settings import Settings
from reviewer.types.checks import SUSPICIONS
from reviewer.writers.prompted.sections import SectionText
from reviewer.writers.prompted.surveys import FrameText, SummaryText
from tests.conftest import ROOT, SAMPLES, SHARED
from tests.support.fake_provider import FakeProvider
from tests.support.scripted import served

QUESTION = "Does RL teach new skills?"
STEM = "does-rl-teach-new-skills"
MINE = (
    "# Mine\n\n## Abstract\n\nWe train pears by reinforcement learning until they count to twelve. "
    "They learn it in one night.\n\n## Related work\n\nSearch agents learn to call a search engine "
    "while they reason, with a reward.\n"
)
MARKDOWN = ("pandoc", "numeric", "author-year", "note", "apa", "ieee", "nature", "chicago")
LATEX = ("latex", "natbib", "biblatex")
WORD = ("author-year", "numeric", "note")
COLUMNS = ("--column", "method", "--column", "result")
ADDED = "sun-2025-zerosearch,lets-verify-step-nd"
DRAFTS = (
    *(f"draft-{style}.md" for style in MARKDOWN),
    *(f"draft-{style}.tex" for style in LATEX),
    *(f"draft-{style}.docx" for style in WORD),
)
PARAPHRASES = dict(
    line.split("\t")
    for line in (ROOT / "fixtures" / "paraphrases.tsv").read_text(encoding="utf-8").splitlines()
)


def style_in(name):
    return name.removeprefix("draft-").rpartition(".")[0]


def commands():
    """Every command and every style that writes a text with citations."""
    for style in MARKDOWN:
        yield ["ask", QUESTION, "-o", f"ask-{style}.md", "--style", style]
    for style in WORD:
        yield ["ask", QUESTION, "-o", f"ask-{style}.docx", "--style", style]
        yield ["table", QUESTION, "-o", f"table-{style}.docx", *COLUMNS, "--style", style]
    yield ["ask", QUESTION, "-o", "ask-bullets.md", "--bullets"]
    for style in ("numeric", "note"):
        yield ["ask", QUESTION, "-o", f"ask-proof-{style}.md", "--proof", "--style", style]
    for name in DRAFTS:
        yield ["draft", QUESTION, "-o", name, "--style", style_in(name)]
    for name in ("pandoc.md", "author-year.md", "note.md", "latex.tex", "numeric.docx"):
        own = ["-o", f"for-{name}", "--style", name.partition(".")[0], "--for", "mine.md"]
        yield ["draft", QUESTION, *own, "--marks", *(["--quotes"] if name.endswith("md") else [])]
    for form in ("md", "tex"):
        yield ["table", QUESTION, "-o", f"table.{form}", *COLUMNS]
    for style in WORD:
        yield ["survey", QUESTION, "-o", style, "--docx", "--style", style, "--yes"]


def in_other_words(paraphrases):
    """A script that writes a paragraph for each of the plan: of each text its paraphrase, by the
    paper's title, else its first sentence almost as it is."""

    def write(asked):
        texts = {text.tag: text for text in asked.texts if text.sentences}
        said = []
        for plan in (text for text in asked.texts if text.tag.startswith("P")):
            tags = re.findall(r"^(E\d+)", plan.body, re.MULTILINE)
            own = [texts[tag] for tag in tags if tag in texts]
            lines = [
                f"{re.sub(r'[][]', '', paraphrases.get(t.title, t.sentences[0])).rstrip('.')} "
                f"[{t.numbers[0]}]."
                for t in own
            ]
            said.append(f"{plan.tag} These papers stand beside one another. {' '.join(lines)}")
        return "\n\n".join([*said, "END"])

    return write


def _first_said(asked):
    """Of each section that a prompt shows its first sentence with a number."""
    first = {}
    for text in (text for text in asked.texts if text.tag[0] == "T"):
        if found := re.search(r"^(.*?) ?\[(E\d+\.\d+)\]", text.body, re.MULTILINE):
            first[text.tag] = f"{found[1].strip()} [{found[2]}]"
    return first


def frames(asked):
    said = " ".join(_first_said(asked).values())
    return f"INTRODUCTION\n{said}\n\nCLOSING\n{said}\nEND"


def summaries(asked):
    first = _first_said(asked)
    findings = [f"{tag} {said}" for tag, said in first.items()]
    return "\n".join(["ABSTRACT", next(iter(first.values())), "FINDINGS", *findings, "END"])


class Folder:
    """A folder with a library, files that commands wrote, and the commands."""

    def __init__(self, place, papers):
        self.place, self.library = place, place / "library"
        with Library(self.library, Settings(embedding="none")) as shelf:
            shelf.add(papers)
            titles = {paper.key: paper.title for paper in shelf.papers()}
        self.paraphrases = {titles[k]: said for k, said in PARAPHRASES.items() if k in titles}
        (place / "mine.md").write_text(MINE, encoding="utf-8")

    def review(self, *words):
        """Exit code and standard output of a command that is run in the folder."""
        before, out = Path.cwd(), io.StringIO()
        os.chdir(self.place)
        try:
            with redirect_stdout(out), redirect_stderr(io.StringIO()):
                return run([*words, "--library", str(self.library)]), out.getvalue()
        finally:
            os.chdir(before)

    def write(self, *lists):
        for words in lists:
            assert self.review(*words)[0] == 0, words
        return self

    def found(self, name):
        """The problems that a check without a model finds, and how many sentences cite."""
        _, out = self.review("check", name, "--json")
        report = json.loads(out)
        problems = [(p["kind"], p["detail"]) for s in report["sentences"] for p in s["problems"]]
        problems += [(p["kind"], p["detail"]) for e in report["entries"] for p in e["problems"]]
        return problems, report["citing"]

    def assert_clean(self, allowed=frozenset()):
        names = [str(p.relative_to(self.place)) for p in self.place.rglob("*")]
        texts = [n for n in names if n.endswith((".md", ".tex", ".docx"))]
        for name in sorted(n for n in {*texts} - {"mine.md"} if not n.startswith("edited-")):
            problems, citing = self.found(name)
            assert [(k, said) for k, said in problems if k not in allowed] == [], name
            assert citing > 0 or name.endswith("index.md"), name


@contextmanager
def scripted_model(paraphrases):
    """A provider on loopback that writes by a script, as the model of all commands."""
    script = {
        SectionText: in_other_words(paraphrases), FrameText: frames, SummaryText: summaries
    }  # fmt: skip
    names = {"REVIEW_CONTEXT_TOKENS": "128000", "OPENAI_API_KEY": "sk-none"}
    with FakeProvider(answers=served(script)) as fake, pytest.MonkeyPatch.context() as patch:
        names |= {"REVIEW_MODEL": "openai/fake", "REVIEW_API_BASE": fake.url, "REVIEW_OFFLINE": ""}
        for name, value in names.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(autouse=True, scope="module")
def _no_vectors():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REVIEW_EMBEDDING", "none")
        yield


@pytest.fixture(scope="module")
def quoted(tmp_path_factory):
    return Folder(tmp_path_factory.mktemp("quoted"), [str(SAMPLES)]).write(*commands())


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = Folder(tmp_path_factory.mktemp("written"), [str(SAMPLES)])
    with scripted_model(folder.paraphrases):
        return folder.write(*commands())


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    files = sorted(map(str, (SHARED / "seeds").glob("*.txt")))
    if not files:
        pytest.skip("the listings are not beside the checkout")
    folder = Folder(tmp_path_factory.mktemp("seeds"), files)
    chosen = {"ask-note.md", "draft-author-year.md", "draft-natbib.tex", "table.md", "note"}
    return folder.write(*(words for words in commands() if words[3] in chosen))


def test_what_is_written_without_a_model_has_no_finding(quoted):
    quoted.assert_clean()


def test_what_a_model_writes_has_no_finding(written):
    """Beside what words alone suspect of a sentence in other words, a remark: "many" is against
    the "few" of few-shot."""
    written.assert_clean(SUSPICIONS)


def test_what_is_written_of_the_listings_has_no_finding(seeds):
    seeds.assert_clean()


@pytest.mark.parametrize("name", [name for name in DRAFTS if not name.endswith("docx")])
def test_a_revised_draft_has_no_finding(quoted, tmp_path, name):
    for file in (name, f"{name.rpartition('.')[0]}.bib"):
        shutil.copy(quoted.place / file, tmp_path / file)
    revised = str(tmp_path / name)
    quoted.write(["draft", "--revise", revised, "--add", ADDED, "-o", revised])
    _, before = quoted.found(name)
    problems, citing = quoted.found(revised)
    assert problems == []
    assert citing == before + 2
    text = Path(revised).read_text(encoding="utf-8")
    if style_in(name) in ("note", "chicago"):
        assert "@" not in text
    if style_in(name) == "biblatex":
        assert "\\citep" not in text


def edited(folder, name, change, member="word/document.xml"):
    """The file with its text changed, as a file of another name; of a Word file a member of it."""
    source, made = folder.place / name, folder.place / f"edited-{name}"
    if not name.endswith(".docx"):
        text = source.read_text(encoding="utf-8")
        made.write_text(change(text), encoding="utf-8")
        assert change(text) != text, name
        return made.name
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(made, "w") as new:
        for item in old.namelist():
            text = old.read(item)
            if item == member:
                assert change(text.decode()) != text.decode(), name
                text = change(text.decode()).encode()
            new.writestr(item, text)
    return made.name


# A mark by what makes it: how it is found, and one that names nobody.
_KEYS = {
    "pandoc": (r"\[@[\w-]+\]", "[@nobody-2031-pears]"),
    "latex": (r"\\(citep|autocite)\{[^}]*\}", r"\\\1{nobody-2031-pears}"),
    "numeric": (r"(?<=[.\w”\"] )\[\d+\]", "[97]"),
    "author-year": (r"(?<=[.\w”\"] )\([^()]*, 20\d\d\)", "(Nobody et al., 2031)"),
    "note": (r"(?<=\]: )“[^”]+”", "“A Title That Nobody Gave to Anything”"),
}
_KEYS_IN_WORD = {
    "numeric": (r"(?<=>)\d+(?=</w:t></w:r></w:hyperlink>)", "97"),
    "author-year": (r"(?<=>)[^<>]*, 20\d\d(?=</w:t></w:r></w:hyperlink>)", "Nobody et al., 2031"),
    "note": (r"(?<=preserve\">)“[^”]+”", "“A Title That Nobody Gave to Anything”"),
}
_MARKS_OF = {
    "natbib": "latex", "biblatex": "latex", "apa": "author-year", "ieee": "numeric",
    "nature": "numeric", "chicago": "note",
}  # fmt: skip


def kinds_of(folder, name, change, member="word/document.xml"):
    """The kinds of problems that a check finds in the changed file."""
    return {kind for kind, _ in folder.found(edited(folder, name, change, member))[0]}


@pytest.mark.parametrize("name", DRAFTS)
def test_a_figure_a_relative_figure_and_a_name_of_no_paper_are_found(written, name):
    text = (written.place / "draft-pandoc.md").read_text(encoding="utf-8")
    plain = [said for said in PARAPHRASES.values() if re.fullmatch(r"[\w ,]+", said)]
    said = next(said for said in plain if said in text)
    planted = f"{said} in 97.3 percent of cases by Zorbex-7, which triples it"
    problems, _ = written.found(edited(written, name, lambda t: t.replace(said, planted, 1)))
    for about, kind in (("97.3", "figure"), ("triples", "figure"), ("Zorbex-7", "name")):
        assert [k for k, detail in problems if about in detail] == [f"{kind} not found"]


@pytest.mark.parametrize("name", DRAFTS)
def test_a_citation_of_nobody_is_found(written, name):
    marks = _MARKS_OF.get(style_in(name), style_in(name))
    is_word = name.endswith(".docx")
    pattern, new = (_KEYS_IN_WORD if is_word else _KEYS)[marks]
    member = f"word/{'footnotes' if marks == 'note' else 'document'}.xml"
    found = kinds_of(written, name, lambda text: re.sub(pattern, new, text, count=1), member)
    assert "unknown key" in found


@pytest.mark.parametrize("name", DRAFTS)
def test_a_changed_quote_and_a_figure_without_a_citation_are_found(quoted, name):
    said, altered = "teach a language model new skills", "teach a language model no skills"
    place = "\n\n\\paragraph" if name.endswith("tex") else "\n\n## "
    new = f"\n\nIt gains 97.31 percent.{place}"
    found = kinds_of(quoted, name, lambda t: t.replace(said, altered, 1).replace(place, new, 1))
    assert "quote not found" in found
    assert "missing citation" in found or name.endswith("docx")
