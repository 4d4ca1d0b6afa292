"""What a check finds in drafts about the sample library: every constructed fault, no other."""

from __future__ import annotations

import html
import re

import pytest

from reviewer.errors import ReviewError
from reviewer.library import Library
from reviewer.library.embeddings.pair_model import LocalPairModel
from reviewer.render.check import check_markdown, signal_lines
from reviewer.render.html.check import check_html
from reviewer.render.json import check_json
from reviewer.settings import Settings
from reviewer.sources.text_file import TextFile
from reviewer.tasks import check_draft
from reviewer.tasks.checks.bibliography import Bibliography, read_bibliography
from reviewer.tasks.checks.check import CheckOptions, failures, open_draft
from reviewer.text import clean, sentence_spans
from reviewer.types.checks import CheckReport
from reviewer.types.writer import SENTENCES_A_CALL
from reviewer.writers import Extractive
from reviewer.writers.extractive.entailment import Entailment
from reviewer.writers.prompted.judging import ExamineReply
from tests.conftest import ROOT, SAMPLES, write_listing
from tests.support.pair_models import make_pair_model
from tests.support.scripted import examines
from tests.support.scripted import writer as scripted_writer

# Each says in other words what its paper says.
PARAPHRASES = [
    tuple(line.split("\t"))
    for line in (ROOT / "fixtures" / "paraphrases.tsv").read_text(encoding="utf-8").splitlines()
]
OFF_TOPIC = (
    "Cooking pasta needs salted water and olive oil",
    "The medieval wool trade shaped the towns of Flanders",
    "Photosynthesis in desert plants opens stomata at night",
    "Bees dance to tell their sisters where flowers are",
    "Concrete gains strength while its cement hydrates",
    "Voters punish governments for rising unemployment",
)
FAULTS_A_KIND = 10


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checked")
    with Library(folder, Settings(embedding="none")) as opened:
        opened.add([str(SAMPLES)])
        yield opened


def checked(text, library, writer=None, file="draft.md", bib=None, **options) -> CheckReport:
    bibliography = read_bibliography([str(bib)]) if bib else Bibliography()
    draft = TextFile(file, text)
    return check_draft(
        draft, library, writer or Extractive(), bibliography, CheckOptions(**options)
    )


def kinds(report: CheckReport) -> list[str]:
    return [problem.kind for problem in failures(report)]


def some_papers(library, least_sentences=3):
    papers = (p for p in library.papers() if len(sentence_spans(p.abstract)) >= least_sentences)
    return list(papers)[:FAULTS_A_KIND]


def sentence_of(paper, n):
    start, end = sentence_spans(paper.abstract)[n]
    return paper.abstract[start:end]


def altered(sentence):
    """The sentence with one word changed, as a hasty hand would: in its middle."""
    words = sentence.split()
    words[len(words) // 2] = "perhaps" if words[len(words) // 2] != "perhaps" else "surely"
    return " ".join(words)


# The bar: forty constructed faults, twenty sentences that are right


def test_ten_unknown_keys_are_flagged(shelf):
    for paper in some_papers(shelf):
        wrong = paper.key[:-1] + ("x" if paper.key[-1] != "x" else "y")
        report = checked(f"It holds that {sentence_of(paper, 0)[:-1]} [@{wrong}].", shelf)
        assert kinds(report) == ["unknown key"], wrong
        assert paper.key in failures(report)[0].detail


def test_a_number_that_the_draft_does_not_list_is_flagged(shelf, tmp_path):
    claim = "RL never teaches a model new skills"
    report = checked(f"{claim} [1].", shelf)
    assert (report.citing, kinds(report)) == (1, ["unknown key"])
    assert failures(report)[0].detail == "the draft has no list of references with [1]"
    paper = some_papers(shelf)[0]
    text = f"{sentence_of(paper, 0)} [1] {claim} [2].\n\n## References\n\n[1] {paper.title}.\n"
    report = checked(text, shelf)
    assert [(p.kind, p.detail) for p in failures(report)] == [
        ("unknown key", "the draft's list of references has no [2]")
    ]
    (tmp_path / "refs.bib").write_text("@article{1, title = {A title of the list}}")
    report = checked(f"{claim} [1].", shelf, bib=tmp_path / "refs.bib")
    assert "unknown key" in kinds(report)


def test_ten_sentences_with_figures_and_without_a_citation_are_flagged(shelf):
    for n in range(FAULTS_A_KIND):
        report = checked(f"The method gains {n + 2}.{n}% on the benchmark. It is simple.", shelf)
        assert kinds(report) == ["missing citation"]


def test_ten_altered_quotes_are_flagged(shelf):
    for paper in some_papers(shelf):
        said = altered(sentence_of(paper, 1))
        report = checked(f"They write: “{said}” [@{paper.key}].", shelf)
        assert kinds(report) == ["quote not found"], said


@pytest.mark.parametrize("name", ["draft.md", "draft.tex"])
def test_a_quote_is_found_however_its_dashes_and_spaces_are_written(tmp_path, name):
    text = "We test ponds -- small and deep -- in models~(PMs) by a F^2-check. It wins."
    with Library(tmp_path / "library", Settings(embedding="none")) as small:
        record = {"title": "Ponds in models", "year": 2024, "abstract": text}
        small.add([write_listing(tmp_path / "a.jsonl", record)])
        [paper] = small.papers()
        mark = f"[@{paper.key}]" if name.endswith("md") else f"\\cite{{{paper.key}}}"
        for said in (
            "We test ponds -- small and deep -- in models (PMs)",
            "We test ponds – small and deep – in models (PMs)",
            "small and deep -- in models~(PMs) by"
            if name.endswith("tex")
            else "in models (PMs) by",
            "models (PMs) by a" if name.endswith("tex") else "by a F\\^2-check",
        ):
            quoted = f"``{said}''" if name.endswith("tex") else f'"{said}"'
            report = checked(f"They say {quoted} {mark}.", small, file=name)
            assert kinds(report) == [], said
            (citation,) = report.sentences[0].quotes[0].citations
            assert paper.abstract[citation.start : citation.end] == citation.quote
        for wrong in ("We test ponds – small and steep – in models", "in models (PM) by a check"):
            assert kinds(checked(f'They say "{wrong}" {mark}.', small)) == ["quote not found"]


def test_ten_figures_that_the_paper_does_not_hold_are_flagged(shelf):
    for n, paper in enumerate(some_papers(shelf)):
        claim = sentence_of(paper, 0).rstrip(".")
        report = checked(f"{claim}, in {61 + n}.{n}% of cases [@{paper.key}].", shelf)
        assert kinds(report) == ["figure not found"], claim
        assert failures(report)[0].about == f"{61 + n}.{n}%"


def test_no_paraphrase_is_flagged_and_none_is_called_right(shelf):
    for key, text in PARAPHRASES:
        report = checked(f"{text} [@{key}].", shelf)
        assert kinds(report) == [], text
        assert [s.support for s in report.sentences] == ["unchecked"]
        assert "not checked" in check_markdown(report)
        assert "not checked" in check_html(report)


@pytest.mark.parametrize("n", range(3))
def test_no_quote_that_stands_is_flagged(shelf, n):
    for paper in some_papers(shelf):
        said = sentence_of(paper, n)
        report = checked(f"They conclude: “{said}” [@{paper.key}, p. 3].", shelf)
        assert kinds(report) == []
        (citation,) = report.sentences[0].quotes[0].citations
        assert paper.text_of(citation.part)[citation.start : citation.end] == citation.quote
        assert re.sub(r"\W", "", citation.quote) == re.sub(r"\W", "", said)


def test_a_paper_on_another_matter_does_not_bear_on_the_sentence(shelf):
    for n, text in enumerate(OFF_TOPIC):
        report = checked(f"{text} [@{PARAPHRASES[n][0]}].", shelf)
        assert kinds(report) == ["nothing bears"], text


# How quotes and figures are read


def test_an_omission_and_a_first_letter_may_be_marked(shelf):
    paper = shelf.paper("s1-simple-test-nd")
    for quote in (
        "We look for the simplest recipe [...] when it is allowed to think for longer",
        "we look for the simplest recipe",
        "A [small] amount of supervised data was enough",
    ):
        report = checked(f"The authors “{quote}” [@{paper.key}].", shelf)
        assert kinds(report) == [], quote
    report = checked(f"“think for longer ... the simplest recipe” is said [@{paper.key}].", shelf)
    assert kinds(report) == ["quote not found"]


def test_a_lost_not_and_a_changed_digit_are_other_quotes(shelf):
    key = "reinforcement-learning-really-2025"
    assert kinds(checked(f"It says RLVR “does teach new reasoning skills” [@{key}].", shelf)) == [
        "quote not found"
    ]
    key = "training-language-models-2024"
    assert kinds(checked(f"“self-correction by 15.7% on MATH” it is [@{key}].", shelf)) == [
        "quote not found"
    ]


def test_words_of_another_paper_are_named(shelf):
    said = "shrinking it from 24 to 7 percentage points"
    report = checked(f"RL recalls facts, “{said}” [@s1-simple-test-nd].", shelf)
    lost = next(p for p in failures(report) if p.kind == "quote not found")
    assert "reinforcement-learning-improves-2025" in lost.detail


def test_a_few_quoted_words_are_a_way_to_speak(shelf):
    report = checked("RL teaches “skills” to models by rewards [@from-fx-gx-2025].", shelf)
    assert kinds(report) == []


def test_years_of_papers_numbers_of_tables_and_counts_of_the_cited_are_no_figures(shelf):
    text = (
        "As Table 3 and Section 2.1 recall, RL taught a model new skills in 2025 in two papers on "
        "language models [@from-fx-gx-2025; @from-atomic-composite-2025]. In 2024 much was"
        " new, in 6 papers."
    )
    assert kinds(checked(text, shelf)) == []


def test_a_figure_may_stand_in_any_of_the_cited_papers(shelf):
    text = (
        "RL on its own attempts teaches a language model skills of repair, by 15.6% on MATH "
        "[@from-fx-gx-2025; @training-language-models-2024]."
    )
    assert kinds(checked(text, shelf)) == []


def test_a_paper_known_by_its_title_alone_is_not_judged(shelf, tmp_path):
    bib = tmp_path / "refs.bib"
    bib.write_text("@misc{pear, title = {Pears of the North}}", encoding="utf-8")
    report = checked("Pears gain 12% in “cold and rainy autumn weeks” [@pear].", shelf, bib=bib)
    assert kinds(report) == []
    assert "pear" in report.notes[0]
    assert [p.kind for p in report.entries[0].problems] == ["not in the library"]


# A judge


@pytest.mark.parametrize("support", ["supported", "partial", "contradicted", "unsupported"])
def test_a_judges_verdict_reaches_each_report_unchanged(shelf, support):
    judge, model = scripted_writer(
        {ExamineReply: lambda asked: examines(asked, support)}, context=128_000
    )
    text = "\n\n".join(f"{said} [@{key}]." for key, said in PARAPHRASES)
    report = checked(text, shelf, judge)
    assert [s.support for s in report.sentences] == [support] * len(PARAPHRASES)
    fails = support in ("contradicted", "unsupported")
    assert kinds(report) == ([support] * len(PARAPHRASES) if fails else [])
    assert len(model.calls(ExamineReply)) == -(-len(PARAPHRASES) // SENTENCES_A_CALL)
    words = {
        "supported": "the papers support it",
        "partial": "the papers support a part of it",
        "contradicted": "the papers contradict it",
        "unsupported": "the papers do not support it",
    }[support]
    assert check_json(report).count(f'"support": "{support}"') == len(PARAPHRASES)
    assert check_markdown(report).count(words) == len(PARAPHRASES)
    assert check_html(report).count(words) == len(PARAPHRASES)


def test_the_judge_sees_the_sentence_the_title_and_the_whole_abstract(shelf):
    judge, model = scripted_writer()
    key, said = PARAPHRASES[0]
    checked(f"{said} [@{key}].", shelf, judge)
    (call,) = model.calls(ExamineReply)
    assert said in call.prompt
    paper = shelf.paper(key)
    for n, (start, end) in enumerate(sentence_spans(paper.abstract), start=1):
        assert f"E1.{n} {clean(paper.abstract[start:end])}" in call.prompt
    assert f"E1.0 {clean(paper.title)}" in call.prompt
    assert "@" + key not in call.prompt


def names_its_system(asked):
    """A judge that is honest about one thing: a sentence must name the system of its paper."""
    texts = {t.tag: t.title for t in asked.texts if not t.tag.startswith("S")}
    verdicts = []
    for said in (t for t in asked.texts if t.tag.startswith("S")):
        cited = next(tag for tag in texts if f"[{tag}." in said.body)
        name = said.body.split()[0]
        fits = texts[cited].startswith(name)
        verdicts.append(
            {"tag": said.tag, "support": "supported"} if fits else
            {"tag": said.tag, "support": "unsupported", "words": name, "numbers": [],
             "reason": f"the text is about {texts[cited].split(':')[0]}"}
        )  # fmt: skip
    return {"verdicts": verdicts}


ASKING = (
    {"title": "Alpha: Asking Less Often", "year": 2024, "abstract": "This paper studies when a "
     "model should ask. Our method reduces needless lookups and keeps accuracy on four tasks."},
    {"title": "Beta: Asking in Sequence", "year": 2025, "abstract": "This paper studies what a "
     "model should ask. Our method orders the lookups of a question, which raises accuracy."},
)  # fmt: skip


@pytest.fixture
def asking(tmp_path):
    with Library(tmp_path / "asking", Settings(embedding="none")) as opened:
        opened.add([write_listing(tmp_path / "asking.jsonl", *ASKING)])
        yield opened


def test_a_swapped_attribution_is_seen_and_told_with_its_words_and_reason(asking):
    alpha, beta = sorted(paper.key for paper in asking.papers())
    said = "reduces needless lookups and keeps accuracy"
    text = f"Alpha {said} [@{alpha}].\n\nBeta {said} [@{alpha}].\n\nBeta orders lookups [@{beta}]."
    judge, _ = scripted_writer({ExamineReply: names_its_system})
    report = checked(text, asking, judge)
    assert [s.support for s in report.sentences] == ["supported", "unsupported", "supported"]
    (problem,) = failures(report)
    assert (problem.kind, problem.about) == ("unsupported", "Beta")
    assert problem.detail.endswith("the text is about Alpha")
    assert "the text is about Alpha" in check_markdown(report)


def test_an_entry_without_a_paper_in_the_library_is_shown_to_the_judge_too(asking, tmp_path):
    bib = tmp_path / "refs.bib"
    entries = [
        f"@misc{{{n}, title = {{{r['title']}x}}, abstract = {{{r['abstract']}}}}}"
        for n, r in zip(("a", "b"), ASKING, strict=True)
    ]
    bib.write_text("\n".join(entries), encoding="utf-8")
    with Library(tmp_path / "none", Settings(embedding="none")) as empty:
        judge, model = scripted_writer(
            {ExamineReply: lambda asked: examines(asked, "contradicted", numbers=["E2.2"])}
        )
        report = checked("Asking and lookups raise accuracy in a model [@a; @b].", empty, judge,
                         bib=bib)  # fmt: skip
    (call,) = model.calls(ExamineReply)
    assert [t.title for t in call.texts[:2]] == [f"{r['title']}x" for r in ASKING]
    (named,) = report.sentences[0].named
    assert named.quote.startswith("Our method orders")
    assert "against it: " in check_markdown(report)


def test_the_verdict_shows_the_words_that_fail_and_the_sentence_that_carries_the_rest(asking):
    alpha = min(paper.key for paper in asking.papers())
    verdict = {"words": "on five tasks", "numbers": ["E1.2"], "reason": "four tasks were used"}
    judge, _ = scripted_writer({ExamineReply: lambda asked: examines(asked, "partial", **verdict)})
    report = checked(f"Needless lookups are reduced on five tasks [@{alpha}].", asking, judge,
                     allowed=["figure not found"])  # fmt: skip
    shown = check_markdown(report)
    assert '*partly supported* "on five tasks": by the word of scripted' in shown
    assert "a part of it: four tasks were used" in shown
    assert 'carries it: "Our method reduces needless lookups' in shown
    assert report.sentences[0].failing == "on five tasks"
    assert "Our method reduces" in check_html(report)


def test_signals_say_whether_the_paper_is_near_and_which_side_denies(shelf):
    key, said = PARAPHRASES[0]
    other = PARAPHRASES[-1][0]
    text = f"{said} [@{key}].\n\n{said} [@{other}].\n\n"
    paper = shelf.paper(key)
    denied = sentence_of(paper, 0).rstrip(".").replace("We show that", "It is not shown that")
    report = checked(f"{text}{denied} [@{key}].", shelf)
    near, far, denying = (sentence.signals[0] for sentence in report.sentences)
    assert (near.key, near.is_near, near.denied_in) == (key, True, "")
    assert (far.key, far.is_near) == (other, False)
    assert (denying.is_near, denying.denied_in) == (True, "draft")
    assert near.cosine is None  # no vectors here
    lines = list(signal_lines(report))
    assert f"line 1, {key}: among the 20 nearest papers" in lines
    assert f"line 3, {other}: not among the 20 nearest papers" in lines
    assert lines[-1].endswith("a denial in the draft alone")


def test_a_cosine_is_there_with_vectors_and_nearness_tells_nothing_in_a_small_library(
    tmp_path, embedding
):
    with Library(tmp_path / "lib", embedding=embedding) as library:
        library.add([write_listing(tmp_path / "l.jsonl", *ASKING)])
        alpha = min(paper.key for paper in library.papers())
        report = checked(f"The method reduces needless lookups [@{alpha}].", library)
    (signal,) = report.sentences[0].signals
    assert signal.is_near is None
    assert 0 < signal.cosine <= 1


@pytest.mark.parametrize("support", ["supported", "partial", "contradicted"])
def test_what_a_judge_finds_in_the_paper_does_not_fail_as_bearing_on_nothing(asking, support):
    alpha, beta = sorted(paper.key for paper in asking.papers())
    said = "Queries sent to external knowledge become fewer without harm"
    plain = checked(f"{said} [@{alpha}].", asking)
    assert kinds(plain) == ["nothing bears"]
    judge, _ = scripted_writer({ExamineReply: lambda asked: examines(asked, support)})
    one = checked(f"{said} [@{alpha}].", asking, judge)
    assert kinds(one) == (["contradicted"] if support == "contradicted" else [])
    two = checked(f"{said} [@{alpha}; @{beta}].", asking, judge)
    assert "nothing bears" not in kinds(two)
    remarks = [p for p in two.sentences[0].problems if p.kind == "may not bear"]
    assert [p.about for p in remarks] == [alpha, beta]
    doubted, _ = scripted_writer({ExamineReply: lambda asked: examines(asked, "unsupported")})
    assert kinds(checked(f"{said} [@{alpha}].", asking, doubted)) == [
        "nothing bears", "unsupported",
    ]  # fmt: skip


def test_sentences_that_do_not_fit_together_are_asked_in_more_calls_and_none_is_dropped(shelf):
    judge, model = scripted_writer(context=4096)
    text = "\n\n".join(f"{said} [@{key}]." for key, said in PARAPHRASES)
    report = checked(text, shelf, judge)
    assert {s.support for s in report.sentences} == {"supported"}
    assert len(model.calls(ExamineReply)) > -(-len(PARAPHRASES) // 20)
    assert not report.notes


def test_a_call_that_fails_leaves_its_sentences_unchecked_and_the_others_judged(shelf):
    def judges(asked):
        if "S1" in asked.tags:
            return {"verdicts": "none"}
        return examines(asked)

    judge, _ = scripted_writer({ExamineReply: judges}, context=4096)
    text = "\n\n".join(f"{said} [@{key}]." for key, said in PARAPHRASES)
    report = checked(text, shelf, judge)
    supports = [s.support for s in report.sentences]
    assert supports[0] == "unchecked"
    assert supports[-1] == "supported"
    assert any("not checked" in note for note in report.notes)


@pytest.mark.parametrize(
    "line",
    [
        "Written by openai/bridge from 20 papers; citations by code.",
        "Written by ollama/llama3 from 1 paper; citations by code. 3 papers were\nnot read.",
        "A survey of 14 papers in their own sentences: no model is set, so sections are named.",
        "A themed annotated bibliography of 20 papers, not a written section: no model is set.",
        "62 papers in the library, 24 matched, 12 read, 8 cited. Left out: 3 quotes.",
    ],
)
def test_what_this_program_writes_about_its_own_texts_is_no_claim_of_the_draft(asking, line):
    alpha = min(paper.key for paper in asking.papers())
    text = f"# Related work\n\n{line}\n\nAlpha learns when a model should ask [@{alpha}]. It "
    report = checked(text + f"wins 20 prizes.\n\n{line}\n", asking)
    assert kinds(report) == ["missing citation"]
    assert report.sentences_read == 2


def test_a_sentence_that_is_a_quote_needs_no_judge(shelf):
    judge, model = scripted_writer()
    paper = shelf.paper(PARAPHRASES[0][0])
    report = checked(f"“{sentence_of(paper, 0)}” [@{paper.key}]", shelf, judge)
    assert report.sentences[0].support == "supported"
    assert model.asked == []


# The bibliography


BIB = """
@misc{fx, title = {From f(x) and g(x) to f(g(x)): LLMs Learn New Skills in RL by Composing
  Old Ones}}
@misc{again, title = {From f(x) and g(x) to f(g(x)): {LLMs} Learn New Skills in {RL} by Composing
  Old Ones}}
@misc{pear, title = {Pears}, abstract = {Pears ripen in cold cellars within nine weeks of winter.}}
@misc{fx, title = {Twice}}
@misc{broken, title = {Broken
"""


@pytest.fixture
def bib(tmp_path):
    path = tmp_path / "refs.bib"
    path.write_text(BIB, encoding="utf-8")
    return path


def test_entries_are_checked_and_named_by_their_keys(shelf, bib):
    text = "RL teaches models new skills by composing [@fx]. Pears ripen in nine weeks [@pear]."
    report = checked(text, shelf, bib=bib)
    found = {(e.key, p.kind, p.fails) for e in report.entries for p in e.problems}
    assert found == {
        ("again", "duplicate", True),
        ("again", "never cited", False),
        ("pear", "not in the library", False),
        ("fx", "duplicate", True),
        ("fx", "not in the library", False),
        ("", "unreadable entry", True),
    }
    assert report.papers["fx"].key == "from-fx-gx-2025"
    (twice,) = [e for e in report.entries if e.title == "Twice"]
    assert twice.problems[0].detail.startswith("the key of another paper: From f(x)")


def test_an_entry_with_an_abstract_is_a_paper_to_check_against(shelf, bib):
    report = checked("Pears ripen in 12 weeks of cold cellars in winter [@pear].", shelf, bib=bib)
    assert [p.kind for s in report.sentences for p in s.problems] == ["figure not found"]
    report = checked("Pears “ripen in cold cellars” as we know [@pear].", shelf, bib=bib)
    assert [p.kind for s in report.sentences for p in s.problems] == []


def test_a_key_of_the_library_that_the_bibliography_lacks_is_unknown(shelf, bib):
    report = checked("RL teaches models new skills [@from-fx-gx-2025].", shelf, bib=bib)
    (problem,) = report.sentences[0].problems
    assert problem.kind == "unknown key"
    assert "is in the library, but refs.bib has no such entry" in problem.detail


def test_nocite_of_all_cites_every_entry(shelf, bib):
    report = checked(r"\nocite{*} Text \cite{fx}.", shelf, file="draft.tex", bib=bib)
    assert "never cited" not in [p.kind for e in report.entries for p in e.problems]


def test_what_is_allowed_is_shown_and_fails_nothing(shelf):
    report = checked("It gains 12%.", shelf, allowed=("missing citation",))
    assert kinds(report) == []
    assert "missing citation" in check_markdown(report)


def test_a_numbered_list_of_references_names_its_papers(shelf):
    text = (
        "Budget forcing controls the time a model thinks [1]. RL gains 99% there [2].\n\n"
        "## References\n\n[1] s1-simple-test-nd · s1: Simple test-time scaling\n\n"
        "[2] Someone. Training Language Models to Self-Correct via Reinforcement Learning. 2024.\n"
    )
    report = checked(text, shelf)
    assert kinds(report) == ["figure not found"]
    assert report.papers["2"].key == "training-language-models-2024"


# What is given as a draft


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("empty.md", b"", "is empty"),
        ("blank.md", b"\xef\xbb\xbf \n", "is empty"),
        ("draft.docx", b"PK\x03\x04rest", "is damaged"),
        ("draft.md", b"\x00\x01\x02", "binary"),
        ("draft.pdf", b"%PDF-1.7 x", "binary"),
    ],
)
def test_what_is_no_text_is_refused_in_words(tmp_path, name, data, said):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ReviewError) as caught:
        open_draft(str(tmp_path / name))
    assert said in f"{caught.value.message} {caught.value.hint}"


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "none.md", tmp_path):
        with pytest.raises(ReviewError, match="cannot be opened"):
            open_draft(str(path))


def test_latin_1_is_read_and_said(tmp_path, shelf):
    (tmp_path / "old.md").write_bytes("Müller gains 12%.".encode("latin-1"))
    draft = open_draft(str(tmp_path / "old.md"))
    assert draft.text.startswith("Müller")
    report = check_draft(draft, shelf, Extractive())
    assert "Latin-1" in report.notes[0]


def test_a_draft_that_cites_nothing_says_so(shelf):
    report = checked("Only words.\n", shelf)
    assert (kinds(report), report.sentences) == ([], ())
    assert "cites nothing" in report.notes[0]
    for text in (check_markdown(report), check_html(report), check_json(report)):
        assert "cites nothing" in text


def test_text_from_a_draft_and_a_paper_stays_text(tmp_path):
    hostile = "Pears <script>alert(1)</script> [x](http://evil.example) | ripen in nine weeks."
    record = {"title": "Pears <b>x</b>", "abstract": hostile}
    with Library(tmp_path / "l", Settings(embedding="none")) as library:
        library.add([write_listing(tmp_path / "p.jsonl", record)])
        key = library.papers()[0].key
        text = f'He says "Pears <img src=x onerror=y> ripen in many weeks" [@{key}].\n'
        report = checked(text, library, file="<i>.md")
    page = check_html(report)
    assert "<script" not in page
    assert "<img" not in page
    assert "<b>x" not in page
    assert "<i>" not in page
    assert not re.search(r"(?<!\\)\]\(", check_markdown(report))


def test_the_page_fetches_nothing(shelf):
    page = check_html(checked(f"{PARAPHRASES[0][1]} [@{PARAPHRASES[0][0]}].", shelf))
    assert "default-src 'none'" in html.unescape(page)
    assert not re.search(r"(?:src|srcset|action)=|@import|url\(", page)
    assert "<script" not in page


def test_without_a_model_a_contradicting_sentence_is_a_remark_beside_the_draft(tmp_path):
    abstract = (
        "Self-correction has been found to be largely ineffective in modern language models. "
        "We describe how it was trained."
    )
    record = {"title": "Self-correction of language models", "abstract": abstract}
    file = write_listing(tmp_path / "listing.jsonl", record)
    with Library(tmp_path / "lib", Settings(embedding="none")) as library:
        library.add([file])
        key = library.papers()[0].key
        text = f"Self-correction is reliable in modern language models [@{key}]."
        report = checked(text, library)
        (sentence,) = report.sentences
        assert [p.kind for p in sentence.problems] == ["seems contradicted"]
        assert failures(report) == []
        assert sentence.compared.citation.quote in abstract
        shown = check_markdown(report)
        assert "reliable against ineffective" in shown
        assert "largely ineffective" in shown
        assert "largely ineffective" in check_html(report)
        judged = checked(text, library, scripted_writer()[0])
    assert judged.sentences[0].compared is None
    assert judged.sentences[0].problems == ()


def test_a_small_model_of_entailment_reads_every_sentence_of_the_abstract(tmp_path):
    words = {"nowhere": (0.0, 4.0, 0.0), "alas": (4.0, 0.0, 0.0)}  # the model knows one word
    folder = make_pair_model(
        tmp_path / "nli", words, ("contradiction", "neutral", "entailment"), ("input_ids",)
    )
    near = "Search agents learn to search by reinforcement learning in step {}."
    abstract = " ".join([*(near.format(n) for n in range(8)), "Alas, that was all of this story."])
    file = write_listing(tmp_path / "l.jsonl", {"title": "Search agents", "abstract": abstract})
    with Library(tmp_path / "lib", Settings(embedding="none")) as library:
        library.add([file])
        writer = Extractive(Entailment(LocalPairModel(str(folder))))
        text = f"Search agents learn by reinforcement learning [@{library.papers()[0].key}]."
        report = checked(text, library, writer)
    assert kinds(report) == ["contradicted"]
    assert "by the word of nli" in report.sentences[0].problems[0].detail
    assert len(report.sentences[0].nearest) == 3
