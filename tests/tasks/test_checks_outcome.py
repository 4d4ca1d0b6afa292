"""What a check of every sentence comes to, over drafts that a script makes: 60 bad, 60 good."""

from __future__ import annotations

import re

import pytest

from reviewer.library import Library
from reviewer.settings import Settings
from reviewer.sources.text_file import TextFile
from reviewer.tasks import check_draft
from reviewer.tasks.checks.check import CheckOptions
from reviewer.text import sentence_spans
from reviewer.types.checks import CheckReport
from reviewer.writers import Extractive
from reviewer.writers.prompted.judging import ExamineReply
from tests.conftest import ROOT, SAMPLES
from tests.support.scripted import examines
from tests.support.scripted import writer as scripted_writer

PARAPHRASES = [
    tuple(line.split("\t"))
    for line in (ROOT / "fixtures" / "paraphrases.tsv").read_text(encoding="utf-8").splitlines()
]
A_KIND = 6


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    with Library(tmp_path_factory.mktemp("outcome"), Settings(embedding="none")) as opened:
        opened.add([str(SAMPLES)])
        yield opened


def checked(text, library, writer=None, **options) -> CheckReport:
    options = {"every_sentence": True, **options}
    return check_draft(
        TextFile("draft.md", text), library, writer or Extractive(), None, CheckOptions(**options)
    )


def kinds(report: CheckReport) -> set[str]:
    return {problem.kind for s in report.sentences for problem in s.problems}


def sentences_of(library):
    """Two plain sentences of each paper that has them: no marks, no mathematics."""
    found = []
    for paper in library.papers():
        spans = sentence_spans(paper.abstract)
        said = [paper.abstract[a:b] for a, b in spans]
        own = [s for s in said if re.fullmatch(r"[\w ,.%:;()-]{40,300}\.", s)]
        found += [(paper.key, own[0], own[-1])] if len(own) > 1 else []
    return found


def bad_drafts(library):
    """Ten kinds of fault, six drafts each: the name of the kind, and the draft."""
    known = sentences_of(library)
    for n, (key, one, other) in enumerate(known[:A_KIND]):
        second = known[(n + 3) % len(known)][0]
        words = one.rstrip(".").split()
        yield "cites nothing", f"{one}\n"
        yield "one sentence cites nothing", f"“{one}” [@{key}]. {other}\n"
        yield "wrong number", f"{PARAPHRASES[n][1].rstrip('.')} in 97.3 percent [@{key}]."
        yield "code figure", f"{PARAPHRASES[n][1].rstrip('.')} by `83 percent` [@{key}]."
        yield "relative figure", f"{PARAPHRASES[n][1].rstrip('.')}, which halves it [@{key}]."
        yield "invented key", f"“{one}” [@nobody-{n}-2031]."
        yield "unlisted number", f"“{one}” [{n + 1}]."
        yield "invented author", f"“{one}” (Nobody et al., 2031)."
        altered = " ".join([*words[:2], "never", *words[2:]])
        yield "altered quote", f"They write ‘{altered}’ [@{key}]."
        yield "quote without key", f'As one paper says, "{altered}".'
        yield "foreign quote", f"“{one}” [@{second}]."
        yield "invented name", f"Zorbex-{n + 2} shows that {words[0].lower()} it is [@{key}]."
        yield "figure of nobody", f"It gains {n + 2}7%. “{one}” [@{key}]."


def good_drafts(library):
    """Sentences and quotes of papers with their keys, in several styles."""
    known = sentences_of(library)
    for n, (key, one, other) in enumerate(known):
        paper = library.paper(key)
        next_key, next_one, _ = known[(n + 1) % len(known)]
        yield f"“{one}” [@{key}]."
        yield f"{one.rstrip('.')} [@{key}]. {other.rstrip('.')} [@{key}]."
        yield f"This section reviews it.\n\n“{one}” [@{key}]. “{next_one}” [@{next_key}]."
        listed = f"## References\n\n[1] {paper.title}. {paper.year or 'n.d.'}\n"
        yield f"What do we know? “{one}” [1].\n\n{listed}"
        who = paper.authors[0].split()[-1].strip(",") if paper.authors else ""
        is_alone = sum(who in " ".join(p.authors) for p in library.papers()) == 1
        if is_alone and len(paper.authors) > 2 and paper.year and who.isalpha():
            yield f"{who} et al. ({paper.year}) write: “{one}”"
    for key, said in PARAPHRASES:
        yield f"{said.rstrip('.')} [@{key}]."


def test_no_bad_draft_passes(shelf):
    drafts = list(bad_drafts(shelf))
    assert len(drafts) >= 60
    wrong = [(kind, text) for kind, text in drafts if checked(text, shelf).outcome != "FAILS"]
    assert wrong == []


def test_no_good_draft_fails(shelf):
    drafts = list(good_drafts(shelf))
    assert len(drafts) >= 60
    reports = [(text, checked(text, shelf)) for text in drafts]
    assert [(t, kinds(r)) for t, r in reports if r.outcome == "FAILS"] == []
    quotes_alone = [r for t, r in reports if re.fullmatch(r"“[^“]*” \[@[\w-]+\]\.", t)]
    assert {r.outcome for r in quotes_alone} == {"PASSES"}


def test_what_code_cannot_judge_is_called_unjudged(shelf):
    for key, said in PARAPHRASES:
        text = f"{said.rstrip('.')} [@{key}]."
        assert checked(text, shelf).outcome == "PASSES UNJUDGED"
        judge, _ = scripted_writer({ExamineReply: examines}, context=128_000)
        assert checked(text, shelf, judge).outcome == "PASSES"


@pytest.mark.parametrize("support", ["contradicted", "unsupported", "partial"])
def test_a_judge_finds_what_words_do_not_show(shelf, support):
    """A swapped citation, an overclaim, a contradiction."""
    key, said = PARAPHRASES[0]
    judge, _ = scripted_writer(
        {ExamineReply: lambda asked: examines(asked, support)}, context=128_000
    )
    assert checked(f"{said.rstrip('.')} [@{key}].", shelf, judge).outcome == "FAILS"


def test_a_negation_on_one_side_is_named_and_judges_nothing(shelf):
    text = "RL cannot teach a language model any new skill [@from-fx-gx-2025]."
    report = checked(text, shelf)
    assert (report.outcome, kinds(report)) == ("PASSES UNJUDGED", {"seems contradicted"})
    (problem,) = report.sentences[0].problems
    assert "“cannot” stands in the draft's sentence alone" in problem.detail


def test_a_quote_of_the_library_without_its_key_is_told_its_key(shelf):
    key, one, _ = sentences_of(shelf)[0]
    report = checked(f"As one says, “{one}”", shelf, every_sentence=False)
    (problem,) = report.sentences[0].problems
    assert (problem.kind, problem.fails) == ("missing citation", True)
    assert problem.detail == f"these words are in {key}: add [@{key}]"
    stranger = checked(
        "As one says, “nothing of the kind was ever so”.", shelf, every_sentence=False
    )
    assert stranger.outcome == "PASSES"
    assert kinds(stranger) == {"uncited quote"}


@pytest.mark.parametrize(
    ("sentence", "states"),
    [
        ("RL teaches models nothing.", True),
        ("RL fails.", True),
        ("Does RL teach models anything?", False),
        ("This section reviews what RL teaches.", False),
        ("This section reviews how RL gains 12%.", True),
        ("This section shows that RL teaches nothing.", True),
        ("We compare the papers by their rewards.", False),
        ("We know that RL teaches nothing.", True),
        ("Three papers bear on it:", False),
    ],
)
def test_a_sentence_that_states_nothing_needs_no_key(shelf, sentence, states):
    key, one, _ = sentences_of(shelf)[0]
    report = checked(f"{sentence} “{one}” [@{key}].\n", shelf)
    assert ("missing citation" in kinds(report)) is states


def test_names_in_none_of_the_cited_papers_are_named(shelf):
    key = PARAPHRASES[0][0]
    for name in ("SkillNet-7", "AskFirst", "ZORBEX", "Zephyrion"):
        for text in (f"It is done by {name} [@{key}].", f"{name} reduces what it needs [@{key}]."):
            report = checked(text, shelf, every_sentence=False)
            lost = [p for s in report.sentences for p in s.problems if p.kind == "name not found"]
            assert [p.about for p in lost] == [name], text
            assert not lost[0].fails
            assert checked(text, shelf).outcome == "FAILS"


def test_all_names_of_the_papers_themselves_are_found(shelf):
    for paper in shelf.papers():
        for start, end in sentence_spans(paper.abstract):
            said = re.sub(r"[\[\]@“”\"]", " ", paper.abstract[start:end]).rstrip(". ")
            report = checked(f"{said} [@{paper.key}].", shelf, every_sentence=False)
            assert "name not found" not in kinds(report), said
