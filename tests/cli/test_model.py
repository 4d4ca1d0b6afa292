"""The command line with a model on loopback: replays, interrupts, limits, what is said of them."""

import json
import re
import signal
import subprocess
import sys
import time

import pytest

from reviewer.library import Library
from reviewer.llm import Prompts
from reviewer.llm.client import load_litellm
from reviewer.llm.providers import costs_in
from reviewer.llm.testing import ModelCall
from reviewer.settings import Settings
from reviewer.writers.prompted.answers import AnswerText, QuestionReply
from reviewer.writers.prompted.judging import ExamineReply
from tests.cli.test_app import QUESTION, on_a_terminal, start
from tests.conftest import ROOT, SAMPLES
from tests.support.fake_provider import FakeProvider, refused
from tests.support.scripted import examines, served

MODEL = "openai/gpt-4o-mini"
CALLS = 7  # other wordings, 4 to read 30 papers, to write, to judge 30 sentences


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """A library of the sample papers, searched by words."""
    folder = tmp_path_factory.mktemp("samples") / "library"
    with Library(folder, Settings(embedding="none")) as opened:
        opened.add([str(SAMPLES)])
    return folder


@pytest.fixture
def provider():
    with FakeProvider(answers=served()) as opened:
        yield opened


@pytest.fixture
def ask(samples, provider, capsys, tmp_path, monkeypatch):
    """Asks the model in this process: exit code, standard output, standard error."""
    from reviewer.cli import run

    monkeypatch.chdir(tmp_path)

    def run_ask(*arguments):
        code = run(["ask", *arguments, *flags(samples, provider)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run_ask


def flags(library, provider):
    return [
        "--library", str(library), "--embedding", "none",
        "--model", MODEL, "--api-base", provider.url,
    ]  # fmt: skip


def test_a_replayed_run_contacts_nobody_and_gives_the_same_bytes(ask, provider):
    question = "How does RL help reasoning?"
    for form in ("json", "markdown"):
        first, second = (ask(question, "--format", form)[1] for _ in range(2))
        if form == "json":
            first, second = (
                json.dumps({k: v for k, v in json.loads(text).items() if k != "usage"})
                for text in (first, second)
            )
        assert first == second
        assert "Written by" in first or '"writer": "openai/gpt-4o-mini"' in first
    assert len(provider.requests) == CALLS


def test_a_replay_imports_no_litellm(samples, provider, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    said = ["ask", "Does RL improve search agents?", *flags(samples, provider)]
    for expected in (True, False):
        done = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "reviewer", *said],
            capture_output=True, text=True, cwd=ROOT, check=True, timeout=120,
        )  # fmt: skip
        assert "Written by" in done.stdout
        imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
        assert ("litellm" in imported) is expected


def test_the_list_of_models_is_litellms_own():
    costs, own = costs_in("litellm"), load_litellm().model_cost
    assert len(own) > 1000
    assert {name: costs.get(name) for name in own} == own
    assert costs_in("no_such_package") == {}


def test_a_replay_says_that_its_calls_came_from_the_cache_and_no_cache_asks_again(ask, provider):
    question = "Does RL teach a language model to reason?"
    ask(question)
    made = len(provider.requests)
    assert made
    assert f"{CALLS} calls ({CALLS} from the cache)" in ask(question)[2]
    assert len(provider.requests) == made
    ask(question, "--no-cache")
    assert len(provider.requests) == 2 * made


def test_the_run_keeps_the_hash_of_each_prompt_that_was_used(ask, samples):
    _, out, _ = ask(QUESTION, "--json")
    with Library(samples) as library:
        kept = library.ledger.run(json.loads(out)["usage"]["run_id"])
    hashes = Prompts().hashes()
    assert kept.prompt_hashes == {
        name: hashes[name] for name in ("answer", "examine", "expand", "read")
    }


def test_a_follow_up_is_shown_and_kept_as_it_was_typed(ask, provider):
    ask(QUESTION)
    whole = "Does RL teach new skills to smaller models?"
    provider.answers = served({QuestionReply: lambda asked: {"question": whole}})
    _, out, err = ask("-c", "and to smaller models?")
    assert f"Asking: {whole}" in err
    assert f"# {whole}" in out
    assert 'Asked as "and to smaller models?"' in out


def test_a_stream_shows_sentences_while_they_come_and_none_that_does_not_stand(ask, provider):
    def one_invented(asked):
        number = asked.texts[0].numbers[0]
        return (
            f"This stands [{number}]. This was invented [E99.1]. That stands too [{number}].\nEND"
        )

    provider.answers = served({AnswerText: one_invented})
    _, out, err = ask("Do rewards matter for reasoning?", "--stream")
    assert err.index("This stands. [1]\n") < err.index("That stands too. [1]\n")
    assert err.count("This stands.") == 1
    assert "This was invented." not in err
    assert "This was invented.† " in out
    assert '- † "This was invented.": uncited; 1 citation dropped.' in out
    assert any(seen.is_streamed for seen in provider.requests)


def test_nothing_is_streamed_that_nobody_watches(ask, provider):
    ask("Do rewards matter for search?", "--no-cache")
    _, out, err = ask("Do rewards matter for search?", "--no-cache", "--stream", "-f", "json")
    assert json.loads(out)["claims"]
    assert "This is what text" not in err
    assert not any(seen.is_streamed for seen in provider.requests)


def test_on_a_terminal_the_checked_answer_takes_the_place_of_the_stream(
    samples, provider, monkeypatch
):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    question = "Do rewards matter on a terminal?"
    code, written = on_a_terminal("ask", question, "--stream", "-k", "3", *flags(samples, provider))
    assert code == 0
    before, _, after = written.partition(f"{question[:14]}")
    assert "This is what text" in before
    assert "Checking ..." in before
    assert "\x1b[2K" in before  # its lines are taken away
    assert "This is what text" in after
    assert "References" in after


@pytest.mark.parametrize("is_bullets", [False, True])
def test_an_answer_is_text_and_with_bullets_a_list(ask, is_bullets):
    _, out, _ = ask("Do rewards matter for lists?", *["--bullets"] * is_bullets)
    assert ("\n- This is what text " in out) is is_bullets
    assert ("\n\nThis is what text " in out) is not is_bullets


@pytest.mark.parametrize("flag", ["--proof", "--quotes"])
def test_the_proof_is_shown_when_it_is_asked_for(ask, flag):
    _, out, _ = ask("Do rewards matter for proofs?", "-k", "4", flag)
    proof = out.partition("## Proof")[2]
    assert len(re.findall(r'^   - \[\d\] ".*" \(abstract, characters', proof, re.MULTILINE)) == 4


def test_ctrl_c_in_the_middle_of_a_stream_says_what_is_kept(samples, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    question = "Does RL improve reasoning in a stream?"
    good = served()

    def slow_to_judge(seen):
        if seen.prompt.startswith("Check the"):
            time.sleep(60)
        return good(seen)

    with FakeProvider(answers=slow_to_judge) as provider:
        process = start(
            "ask", question, "--stream", *flags(samples, provider), stdout=subprocess.PIPE
        )
        end = time.monotonic() + 120
        while time.monotonic() < end:
            if any(seen.prompt.startswith("Check the") for seen in list(provider.requests)):
                break
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, b"")
    said = err.decode()
    assert "  This is what text" in said
    assert re.search(r"The \d+ sentences above are not checked and not kept; what the model", said)
    assert said.index("not kept") < said.index("the same command goes on")


def test_strict_leaves_out_what_the_judge_finds_unsupported_and_exits_3(ask, provider):
    provider.answers = served({ExamineReply: lambda asked: examines(asked, "unsupported")})
    code, out, _ = ask("Does search help language models?", "--strict", "--no-cache")
    assert code == 3
    assert "This is what text" not in out
    assert "without proof (strict)" in out


def test_every_request_has_a_limit_and_json_alone_has_a_schema(ask, provider):
    ask("Which papers study reward models?", "--no-cache")
    assert all(seen.body["max_tokens"] > 0 for seen in provider.requests)
    for seen in provider.requests:
        assert (seen.schema is None) == seen.prompt.startswith("Answer a researcher's question")
        if seen.schema is not None:
            assert "Reply with one JSON object of this JSON schema" not in seen.prompt


def test_a_schema_names_the_numbers_that_the_prompt_shows_and_no_other(ask, provider):
    ask("Which papers study reward models?", "--no-cache", "-k", "3")
    reading = next(s for s in provider.requests if s.prompt.startswith("You read papers"))
    own = reading.schema["$defs"]["TagReading"]["properties"]
    shown = ModelCall(reading.prompt, str, "").texts
    numbers = [n for text in shown for n in (f"{text.tag}.0", *text.numbers)]
    assert own["sentences"]["items"]["enum"] == numbers
    assert own["tag"]["enum"] == [text.tag for text in shown]


@pytest.mark.parametrize("kind", ["read", "answer", "examine", "expand"])
@pytest.mark.parametrize("reply", ["", "I'm sorry.", "{}", "[]", "null", '{"a": ', "E1.1"])
def test_no_slip_of_form_ends_a_run_or_becomes_a_word_on_the_papers(ask, provider, kind, reply):
    begins = {
        "read": "You read", "answer": "Answer a", "examine": "Check the", "expand": "A library",
    }[kind]  # fmt: skip
    good = served()
    provider.answers = lambda seen: reply if seen.prompt.startswith(begins) else good(seen)
    code, out, err = ask("Does RL teach new skills?", "--no-cache", "--timeout", "30")
    assert code == 0, err
    assert "Not enough evidence" not in out
    assert "irrelevant" not in out
    assert "## References" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--max-calls", "2"], "the most allowed. Raise --max-calls"),
        (["--budget", "0"], "would pass the budget of $0"),
    ],
)
def test_a_limit_ends_the_run_with_the_flag_to_raise(ask, arguments, said):
    code, out, err = ask("What limits test-time search?", "--no-cache", *arguments)
    assert (code, out) == (1, "")
    assert said in err


def test_a_budget_that_cannot_hold_is_said(samples, provider, capsys):
    from reviewer.cli import run

    told = [*flags(samples, provider), "--model", "openai/unlisted", "--no-cache"]
    assert run(["ask", QUESTION, *told, "--budget", "1"]) == 0
    said = "The price of openai/unlisted is not known, so --budget had no effect"
    assert said in capsys.readouterr().err


def test_a_wrong_key_is_one_line_and_is_not_asked_again(ask, provider):
    provider.script = [refused(401)] * 20
    code, out, err = ask("Which papers study backtracking?", "--no-cache")
    assert (code, out) == (1, "")
    assert "rejected the API key" in err
    assert "Traceback" not in err
    assert len(provider.requests) <= 3  # those that were sent side by side


@pytest.mark.parametrize("effort", ["quick", "normal"])
def test_ctrl_c_while_a_model_is_waited_for_ends_soon_and_the_command_goes_on(
    samples, effort, monkeypatch
):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    question = f"Does RL improve reasoning with {effort} effort?"
    with FakeProvider(answers=served(), latency_s=120) as provider:
        command = ["ask", question, "--effort", effort, *flags(samples, provider)]
        process = start(*command, stdout=subprocess.PIPE)
        end = time.monotonic() + 120
        while not provider.requests and time.monotonic() < end:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert process.returncode == 130
        assert out == b""
        assert b"Traceback" not in err
        assert b"the same command goes on" in err
        provider.latency_s = 0.0
        done = subprocess.run(
            [sys.executable, "-m", "reviewer", *command], capture_output=True, cwd=ROOT, check=False
        )
    assert done.returncode == 0
    assert b"This is what text" in done.stdout
