"""`review ask` with every slip of a reply and every fault of a server that people's models show:
right, or honest about what was lost; never a traceback, never a word that the model did not say."""

from __future__ import annotations

import json

import pytest

from reviewer.cli import run
from reviewer.library import Library
from reviewer.llm import LLM
from reviewer.llm.client import load_litellm
from reviewer.llm.testing import ModelCall
from reviewer.settings import Settings
from reviewer.writers.prompted.answers import AnswerText, QuestionsReply
from reviewer.writers.prompted.judging import ExamineReply
from reviewer.writers.prompted.reading import ReadReply
from tests.support import model_cases as cases
from tests.support.fake_provider import FakeProvider
from tests.support.scripted import HONEST, form_of

PAPERS = 6
QUESTION = "Does reinforcement learning teach new skills?"
FINDINGS = ("in web search", "in games", "of long proofs", "in robot arms", "of code", "in speech")


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Six short papers that bear on the question, and six that do not."""
    folder = tmp_path_factory.mktemp("cases")
    lines = [
        json.dumps(
            {
                "title": f"Reinforcement learning of new skills {where}",
                "abstract": f"Reinforcement learning teaches new skills {where} to models. "
                f"We find that models trained by it solve {n} more tasks {where} than others.",
                "year": 2024,
            }
        )
        for n, where in enumerate(FINDINGS, start=3)
    ]
    lines += [
        json.dumps({"title": f"Wool of {sheep} sheep", "abstract": f"We weigh {sheep} wool."})
        for sheep in ("grey", "black", "young", "old", "northern", "southern")
    ]
    (folder / "papers.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with Library(folder / "library", Settings(embedding="none")) as opened:
        opened.add([str(folder / "papers.jsonl")])
    load_litellm()
    return folder / "library"


@pytest.fixture
def ask(library, capsys, monkeypatch, tmp_path):
    """Asks a server that answers so: exit code, and what `--json` gave, which is an error too."""
    monkeypatch.setitem(LLM.__init__.__kwdefaults__, "pause_s", 0.001)
    monkeypatch.chdir(tmp_path)

    def runs():
        run(["runs", "--json", "-n", "9999", "--library", str(library)])
        return {kept["id"] for kept in json.loads(capsys.readouterr().out)["runs"]}

    def asked(answers, *options, form="json"):
        before = runs()
        with FakeProvider(answers=answers) as provider:
            code = run([
                "ask", QUESTION, "--format", form, "--no-cache", "-k", str(PAPERS),
                "--timeout", "3", "--library", str(library), "--embedding", "none",
                "--model", "openai/x", "--api-base", provider.url, *options,
            ])  # fmt: skip
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        assert cases.DRAFT not in printed.out
        if form == "json":
            return code, json.loads(printed.out)
        if code:
            return code, {"message": printed.err.rpartition("review: ")[2]}
        [own] = runs() - before
        run(["runs", "show", own, "--library", str(library)])
        return code, json.loads(capsys.readouterr().out)["run"]["result"]

    return asked


def slipping(into, say, only=lambda texts: True, first=None):
    """A model that is honest except in replies of this form on texts that pass `only`. `first` is
    what its first attempts say."""

    def answers(seen):
        asked = ModelCall(seen.prompt, form_of(seen), "")
        reply = HONEST[asked.into](asked)
        whole = reply if isinstance(reply, str) else json.dumps(reply)
        if asked.into is not into or not only(asked.tags):
            return whole
        is_first = len(seen.body["messages"]) == 1
        return first(whole) if first and is_first else say(reply)

    return answers


def is_honest(found):
    """Every sentence is one that the model said, or one of a paper under the name of a quote."""
    for claim in found["claims"]:
        said = claim["text"]
        if found["outcome"] == "quotes":
            assert any(citation["quote"] == said for citation in claim["citations"])
        else:
            assert "what text" in said or "这是该论文的发现" in said or not claim["citations"], said
    return True


def notes_of(found):
    return " | ".join(found["coverage"]["left_out"])


def supports(found):
    return {claim["support"] for claim in found["claims"]}


# What becomes of a slip in all replies of the reading, where it is not simply right: the papers
# are named as not read, and the answer is written of their whole texts.
READ_LOST = {
    "prose", "refused", "empty", "blank", "thoughts that do not end", "no items",
    "relevance 85", "relevance high", "relevance null",
}  # fmt: skip
READ_PART = {"cut", "one item alone", "two tags in one"}


@pytest.mark.parametrize("name", [*cases.JSON_SLIPS, *cases.READ_SLIPS])
def test_a_slip_in_the_reading_is_mended_or_its_papers_are_named(ask, name):
    say = cases.JSON_SLIPS.get(name) or cases.READ_SLIPS[name]
    first = cases.cut if name == "cut, then whole" else None
    code, found = ask(slipping(ReadReply, say, first=first))
    assert code == 0
    assert is_honest(found)
    read, notes = found["coverage"]["read"], notes_of(found)
    if name == "nothing relevant":
        assert (found["outcome"], found["claims"]) == ("no evidence", [])
        return
    assert found["outcome"] == "answer"
    if name in READ_LOST:
        assert len(found["claims"]) == PAPERS
        assert f"{PAPERS} papers not read (" in notes
        assert not [taken for taken in found["stances"] if taken["stance"] != "none"]
    elif name in READ_PART:
        assert 0 < len(found["claims"]) < PAPERS
        assert f"{PAPERS - read} paper" in notes
        assert "not read (" in notes
    else:
        assert (len(found["claims"]), read) == (PAPERS, PAPERS), notes
        assert "not read" not in notes
        has_stance = name not in ("stance null", "stance N/A", "is_yes_no N/A")
        says_yes = [taken for taken in found["stances"] if taken["stance"] == "yes"]
        assert len(says_yes) == PAPERS * has_stance


# The sentences stay unchecked.
JUDGE_LOST = {
    "prose", "refused", "empty", "blank", "thoughts that do not end", "no items",
    "support null", "support good",
}  # fmt: skip
JUDGE_PART = {"cut", "one item alone"}


@pytest.mark.parametrize("name", [*cases.JSON_SLIPS, *cases.VERDICT_SLIPS])
def test_a_slip_in_the_last_call_loses_no_sentence(ask, name):
    say = cases.JSON_SLIPS.get(name) or cases.VERDICT_SLIPS[name]
    first = cases.cut if name == "cut, then whole" else None
    code, found = ask(slipping(ExamineReply, say, first=first))
    assert (code, found["outcome"], len(found["claims"])) == (0, "answer", PAPERS)
    assert is_honest(found)
    if name in JUDGE_LOST:
        assert supports(found) == {"unchecked"}
    elif name in JUDGE_PART:
        assert supports(found) == {"unchecked", "supported"}
    elif name == "support not supported":
        assert supports(found) == {"unsupported"}
    else:
        assert supports(found) == {"supported"}, notes_of(found)


# Sentences of the papers stand in for an answer that cannot be read.
WRITE_LOST = {"refused", "empty", "no anchors", "thoughts alone", "the prompt again"}
# The anchors name nothing; what they are on is not guessed.
UNCITED = {"numbers of no sentence", "numbers of papers", "tags alone"}


@pytest.mark.parametrize("name", cases.PROSE_SLIPS)
def test_a_slip_in_the_answer_is_read_or_papers_are_quoted(ask, name):
    code, found = ask(slipping(AnswerText, cases.PROSE_SLIPS[name]))
    assert code == 0
    assert is_honest(found)
    if name == "NO ANSWER":
        assert (found["outcome"], found["claims"]) == ("no evidence", [])
    elif name in WRITE_LOST | UNCITED:
        assert found["outcome"] == "quotes"
        assert "the model gave no readable answer, so papers are quoted" in notes_of(found)
        assert found["claims"]
    elif name == "cut":
        assert found["outcome"] == "answer"
        assert 0 < len(found["claims"]) < PAPERS
    else:
        assert (found["outcome"], len(found["claims"])) == ("answer", PAPERS)
        assert all(claim["citations"] for claim in found["claims"])
        assert not [c for c in json.dumps(found, ensure_ascii=False) if ord(c) < 32]


# What a fault of a server comes to, where it is not simply right: the error's words, or what an
# answer says of itself after its outcome.
TOO_LONG = "the prompt is longer than openai/x takes at once: "
SMALLER = "answer: prompts were made smaller"
QUOTED = "quotes: the model gave no readable answer, so papers are quoted: "
ENDED = "openai/x: its server ended the connection before its reply was whole"
NO_REPLY = "openai/x: its address does not send a model's reply"
OUTCOMES = {
    "429 try again in 7m12.5s": "openai/x asks to wait 7 min 12 s, and a call may take 3 s: Too",
    "413, larger than 3 texts": SMALLER,
    "413, always": f"{TOO_LONG}Request too large: TPM limit 6000",
    "429 too large, larger than 4 texts": SMALLER,
    "400 context, larger than 2 texts": SMALLER,
    "400 context, without a number": SMALLER,
    "400 context, always": f"{TOO_LONG}The prompt has 5857 tokens",
    "404 a page": "openai/x is not known at its address",
    "502 a page": "openai/x failed repeatedly (status 502)",
    "200 a page": NO_REPLY,
    "200 with an error": "openai/x is not known at its address: Unexpected endpoint",
    "200 with 429 inside": "openai/x refuses more requests for now, also after",
    "401": "openai/x rejected the API key",
    "402": "openai/x: the account's quota or credit is used up: Insufficient credits",
    "403": "openai/x does not allow this key to use it: Country not supported",
    "404 data policy": "openai/x: the account's settings leave nothing that may answer",
    "429 no credit": "openai/x: the account's quota or credit is used up: You exceeded",
    "500": "openai/x failed repeatedly: CUDA error: out of memory",
    "529 overloaded": "openai/x failed repeatedly (status 529): Overloaded",
    "a reset": ENDED,
    "a reset in the body": ENDED,
    "too short a body": ENDED,
    "no JSON": NO_REPLY,
    "an empty body": NO_REPLY,
    "a list": NO_REPLY,
    "choices null": NO_REPLY,
    "no choices": f"{QUOTED}the reply was empty or broke off",
    "content null": f"{QUOTED}the reply was empty or broke off",
    "no end": f"{QUOTED}the reply was empty or broke off",
    "cut by length": f"{QUOTED}the reply was cut",
    "cut by length, empty": f"{QUOTED}the reply was cut",
    "thoughts apart alone": f"{QUOTED}the reply could not be read",
    "thoughts apart alone, null": f"{QUOTED}the reply could not be read",
    "a redirect": "openai/x: its address sends requests elsewhere, which is not followed",
    "too slow": "openai/x did not answer within 3 s",
    "content filter": "openai/x declined to answer",
    "a refusal apart": "openai/x declined to answer: I can't assist with that",
    "broken off": f"{QUOTED}the reply was empty or broke off",
    "an error in the middle": "openai/x failed repeatedly: Provider disconnected",
}


def faulty(fault):
    """A server whose every answer has the fault."""
    seen_before = []

    def answers(seen):
        asked = ModelCall(seen.prompt, form_of(seen), "")
        reply = HONEST[asked.into](asked)
        seen_before.append(seen)
        text = reply if isinstance(reply, str) else json.dumps(reply)
        return fault(cases.Turn(seen, text, len(seen_before)))

    return answers


def has_outcome(name, code, found):
    """The right answer, or what OUTCOMES says."""
    expected = OUTCOMES.get(name)
    if code:
        assert expected is not None, found["message"]
        assert found["message"].startswith(expected)
        return
    assert is_honest(found)
    if expected is None:
        assert (found["outcome"], len(found["claims"]), notes_of(found)) == ("answer", PAPERS, "")
        assert supports(found) == {"supported"}
        return
    outcome, _, note = expected.partition(": ")
    assert found["outcome"] == outcome
    assert note in notes_of(found)
    assert found["claims"]


@pytest.mark.parametrize("name", cases.FAULTS)
def test_a_fault_of_a_server_is_survived_or_told(ask, name):
    has_outcome(name, *ask(faulty(cases.FAULTS[name])))


@pytest.mark.parametrize("name", cases.STREAM_FAULTS)
def test_a_fault_of_a_stream_is_survived_or_told(ask, name):
    # JSON waits for the whole answer and is never streamed.
    has_outcome(name, *ask(faulty(cases.STREAM_FAULTS[name]), "--stream", form="markdown"))


@pytest.mark.parametrize("name", ["413, larger than 3 texts", "400 context, larger than 2 texts"])
def test_all_papers_are_read_though_a_prompt_of_all_is_too_large(ask, name):
    _, found = ask(faulty(cases.FAULTS[name]))
    assert found["coverage"]["read"] == PAPERS
    assert "not read" not in notes_of(found)


@pytest.mark.parametrize("name", ["prose", "empty", "cut", "relevance high"])
def test_a_slip_in_one_batch_costs_its_own_papers_alone(ask, name):
    say = cases.JSON_SLIPS.get(name) or cases.READ_SLIPS[name]
    code, found = ask(slipping(ReadReply, say, only=lambda tags: "E1" not in tags))
    assert (code, found["outcome"]) == (0, "answer")
    lost = PAPERS // 2 if name != "cut" else 1
    assert len(found["claims"]) == found["coverage"]["read"] >= PAPERS - PAPERS // 2
    assert f"{lost} paper" in notes_of(found)
    assert "not read (" in notes_of(found)


@pytest.mark.parametrize("say", ["", "I would search for skills.", '{"questions": ["new sk'])
def test_other_wordings_that_cannot_be_read_cost_nothing(ask, say):
    code, found = ask(slipping(QuestionsReply, lambda reply: say))
    assert (code, found["outcome"], len(found["claims"])) == (0, "answer", PAPERS)


def test_no_backslash_of_latex_becomes_a_control_character(ask):
    """In the finding of a reading, in the reason of a verdict, and in the answer itself."""
    raw = cases.raw_latex
    reading = slipping(ReadReply, raw)
    judging = slipping(ExamineReply, lambda r: raw(cases.unsupported(r)))

    def answers(seen):
        into = form_of(seen)
        return judging(seen) if into is ExamineReply else reading(seen)

    code, found = ask(answers)
    assert code == 0
    reasons = {claim["reason"] for claim in found["claims"]}
    assert reasons == {cases.LATEX}
    assert not [sign for sign in json.dumps(found, ensure_ascii=False) if ord(sign) < 32]
