"""What is told of a model before litellm is imported agrees with what litellm itself says."""

import os
import subprocess
import sys
import time

import pytest

from reviewer.errors import ModelError
from reviewer.llm import LLM, check_early
from reviewer.llm.client import load_litellm
from reviewer.llm.providers import (
    KEY_VARIABLES,
    base_of,
    check,
    costs_in,
    is_known,
    is_local,
    providers_in,
    sending,
)
from reviewer.settings import Settings
from reviewer.types.frozen import Frozen
from tests.conftest import ROOT

NAMES = ["gpt-99", "gpt5", "claude-99", "llama3", "mistral", "o9", "ollama", "ft:gpt-4o:me::id"]
NAMES += ["gpt-4o", "anthropic.claude-9", "arn:aws:x", "openia/gpt-4o", "Ollama/llama3", "nobody/x"]


BASES = {"azure": "https://example.openai.azure.com"}


class Said(Frozen):
    said: str


@pytest.fixture
def litellm(monkeypatch):
    for name in [n for n in os.environ if n.endswith(("_KEY", "_TOKEN"))]:
        monkeypatch.delenv(name)
    return load_litellm()


def told(call):
    try:
        call()
    except ModelError as error:
        return error.message
    return ""


@pytest.mark.parametrize("provider", KEY_VARIABLES)
def test_a_missing_key_is_told_early_with_every_variable_that_litellm_names(
    litellm, provider, monkeypatch
):
    model = f"{provider}/some-model"
    early = told(lambda: check_early(model, BASES.get(provider, ""), offline=False))
    assert f"{KEY_VARIABLES[provider][0]} or " in early or "is not set" in early
    missing = litellm.validate_environment(model)["missing_keys"]
    keys = {name for name in missing if name.endswith(("_KEY", "_TOKEN"))}
    assert keys <= set(KEY_VARIABLES[provider])


@pytest.mark.parametrize("provider", KEY_VARIABLES)
def test_each_variable_that_is_named_is_enough(litellm, provider, monkeypatch):
    base = BASES.get(provider, "")
    for name in KEY_VARIABLES[provider]:
        with monkeypatch.context() as set_one:
            set_one.setenv(name, "a-key")
            check_early(f"{provider}/some-model", base, offline=False)
            check(litellm, f"{provider}/some-model", base)
            assert "api_key" not in sending(litellm, f"{provider}/some-model", base, 1.0)


@pytest.mark.parametrize("name", NAMES)
def test_no_model_is_unknown_early_that_litellm_knows(litellm, name):
    try:
        litellm.get_llm_provider(name)
    except litellm.BadRequestError:
        return
    assert is_known(name)


def test_every_provider_and_every_listed_model_of_litellm_is_known(litellm):
    assert {getattr(p, "value", p) for p in litellm.provider_list} <= providers_in("litellm")
    assert all(map(is_known, costs_in("litellm")))


@pytest.mark.parametrize("name", ["gpt-99", "openia/gpt-4o", "nobody/x", "llama3"])
def test_a_mistyped_provider_is_told_early(name):
    with pytest.raises(ModelError) as caught:
        check_early(name, "", offline=False)
    assert f"'{name}' does not begin with a provider" in caught.value.message
    assert ("Did you mean openai/gpt-4o?" in caught.value.hint) == name.startswith("openia")


@pytest.mark.parametrize(
    ("model", "said"),
    [("openai/gpt-4o-mini", "OPENAI_API_KEY is not set"), ("openia/x", "Did you mean openai/x?")],
)
def test_the_command_tells_it_without_importing_litellm(tmp_path, model, said):
    """In a process of its own: what was imported is seen there."""
    arguments = ["ask", "does RL teach new skills?", "--papers", str(ROOT / "fixtures/library"),
                 "--embedding", "none", "--model", model]  # fmt: skip
    code = (
        f"import os, sys\nfrom reviewer.cli import run\nprint(run({arguments!r}))\n"
        "print('litellm' in sys.modules, flush=True)\nos._exit(0)"
    )
    home = {name: str(tmp_path) for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
    kept = {n: v for n, v in os.environ.items() if not n.endswith("_KEY") and n != "REVIEW_OFFLINE"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=kept | home, cwd=ROOT, capture_output=True, text=True,
        check=True, timeout=120,
    )  # fmt: skip
    assert done.stdout.split() == ["1", "False"]
    assert said in done.stderr


@pytest.mark.parametrize(
    ("model", "api_base", "said", "hint"),
    [
        ("ollama/llama3", "http://127.0.0.1:9", "no Ollama answers", "ollama serve"),
        (
            "openai/x",
            "http://127.0.0.1:9/v1",
            "nothing answers at http://127.0.0.1:9",
            "--api-base",
        ),
        ("hosted_vllm/x", "http://127.0.0.1:9/v1", "nothing answers", "Start its server"),
        ("gemini/x", "http://127.0.0.1:9", "nothing answers", "review models"),
    ],
)
def test_a_refused_connection_is_told_with_what_to_look_at(
    litellm, monkeypatch, model, api_base, said, hint
):
    for names in KEY_VARIABLES.values():
        for name in names:
            monkeypatch.setenv(name, "a-key-for-nobody")
    settings = Settings(model=model, api_base=api_base, context_tokens=8192)
    with pytest.raises(ModelError) as caught:
        LLM(settings, pause_s=0.01).ask("?", Said)
    assert said in caught.value.message
    assert hint in caught.value.hint


def test_a_dead_server_on_this_machine_is_told_within_three_seconds_without_litellm():
    """In a process of its own: what was imported is seen there."""
    code = (
        "import sys\nfrom reviewer.errors import ModelError\nfrom reviewer.llm import LLM\n"
        "from reviewer.settings import Settings\nfrom reviewer.types.frozen import Frozen\n"
        "settings = Settings(model='openai/x', api_base='http://127.0.0.1:9/v1')\n"
        "try:\n    LLM(settings).ask('?', Frozen)\n"
        "except ModelError as error:\n    print(error.message)\nprint('litellm' in sys.modules)"
    )
    began = time.process_time()
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ, cwd=ROOT, capture_output=True, text=True,
        check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.splitlines() == [
        "openai/x cannot be reached: nothing answers at http://127.0.0.1:9/v1", "False"
    ]  # fmt: skip
    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    ("value", "base"),
    [
        ("127.0.0.1:8941", "http://127.0.0.1:8941"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:5000", "http://127.0.0.1:5000"),
        (":5000", "http://127.0.0.1:5000"),
        ("https://ollama.example.org", "https://ollama.example.org:443"),
        ("http://box:8080/prefix/", "http://box:8080/prefix"),
        ("[::1]:5000", "http://[::1]:5000"),
        ("box", "http://box:11434"),
        ('"127.0.0.1:99999"', "http://127.0.0.1:11434"),
        ("", "http://127.0.0.1:11434"),
    ],
)
def test_ollama_is_asked_where_its_own_client_would_ask(monkeypatch, value, base):
    monkeypatch.setenv("OLLAMA_HOST", value)
    assert base_of("ollama/llama3", "") == base
    assert base_of("ollama/llama3", "http://127.0.0.1:7") == "http://127.0.0.1:7"


@pytest.mark.parametrize(
    ("model", "api_base", "environment", "expected"),
    [
        ("ollama/llama3", "", {}, True),
        ("ollama/llama3", "", {"OLLAMA_API_BASE": "http://10.0.0.5:11434"}, False),
        ("ollama/llama3", "", {"OLLAMA_HOST": "10.0.0.5"}, False),
        ("ollama/gpt-oss:120b-cloud", "", {}, False),
        ("lm_studio/x", "", {}, True),
        ("lm_studio/x", "", {"LM_STUDIO_API_BASE": "http://10.0.0.5/v1"}, False),
        ("openai/x", "", {}, False),
        ("openai/x", "", {"OPENAI_BASE_URL": "http://localhost:1/v1"}, True),
        ("gpt-4o", "", {"OPENAI_API_BASE": "http://[::1]:1/v1"}, True),
        ("openai/x", "http://0.0.0.0:1/v1", {}, True),
        ("openai/x", "http://localhost.evil.org/v1", {}, False),
        ("openai/x", "http://127.0.0.1@evil.org/v1", {}, False),
    ],
)
def test_a_model_is_local_by_its_address_wherever_that_is_set(
    monkeypatch, model, api_base, environment, expected
):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert is_local(model, api_base) is expected
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    said = told(lambda: check_early(model, api_base, offline=True))
    assert ("--offline is set" in said) is not expected


@pytest.mark.parametrize(
    ("model", "api_base", "said"),
    [
        ("openai/", "", "names a provider and no model"),
        ("gemini-2.5-flash", "", "without a provider means Google's Vertex AI"),
        ("hosted_vllm/x", "", "needs the address"),
        ("azure/x", "", "needs the address"),
        ("openai/x", "127.0.0.1:8000/v1", "does not begin with http"),
        ("openai/x", "localhost:8000/v1", "does not begin with http"),
        ("openai/x", "ftp://localhost/v1", "does not begin with http"),
        ("openai/x", "http:///v1", "cannot be read"),
        ("openai/x", "http://host:port/v1", "cannot be read"),
        ("openai/x", "http://[::1/v1", "cannot be read"),
        ("openai/x", "http://host /v1", "cannot be read"),
        ("ollama/x", "http://127.0.0.1:11434/v1", "does not end in /v1"),
        ("ollama/x", "http://127.0.0.1:11434/api/chat/", "does not end in /api/chat"),
    ],
)
def test_a_name_or_an_address_that_cannot_be_is_one_line_with_what_to_write(model, api_base, said):
    with pytest.raises(ModelError) as caught:
        check_early(model, api_base, offline=False)
    assert said in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("", "OPENAI_API_KEY is empty"),
        ("sk-abcdefgh\r", "a space or a line end"),
        ("sk-abcdefgh\n", "a space or a line end"),
        (" sk-abcdefgh", "a space or a line end"),
        ('"sk-abcdefgh"', "quotation marks"),
        ("‘sk-abcdefgh’", "quotation marks"),
        ("sk-你abcdefgh", "characters in it that no key has"),
        ("sk-\x7fabcdefgh", "characters in it that no key has"),
    ],
)
@pytest.mark.parametrize("api_base", ["", "http://127.0.0.1:8000/v1"])
def test_a_key_that_cannot_be_sent_is_told_without_showing_it(monkeypatch, key, said, api_base):
    monkeypatch.setenv("OPENAI_API_KEY", key)
    if not key and api_base:
        return check_early("openai/x", api_base, offline=False)  # it needs none
    with pytest.raises(ModelError) as caught:
        check_early("openai/x", api_base, offline=False)
    assert said in caught.value.message
    assert "abcdefgh" not in caught.value.message + caught.value.hint
    return None
