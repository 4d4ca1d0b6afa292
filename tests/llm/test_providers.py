"""What is told of a model before litellm is imported agrees with what litellm itself says."""

import os
import subprocess
import sys

import pytest

from reviewer.errors import ModelError
from reviewer.llm import LLM, check_early
from reviewer.llm.client import load_litellm
from reviewer.llm.providers import KEY_VARIABLES, check, costs_in, is_known, providers_in
from reviewer.settings import Settings
from reviewer.types.frozen import Frozen
from tests.conftest import ROOT

NAMES = ["gpt-99", "gpt5", "claude-99", "llama3", "mistral", "o9", "ollama", "ft:gpt-4o:me::id"]
NAMES += ["gpt-4o", "anthropic.claude-9", "arn:aws:x", "openia/gpt-4o", "Ollama/llama3", "nobody/x"]


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
def test_a_missing_key_is_told_in_litellms_own_words_without_it(litellm, provider, monkeypatch):
    model = f"{provider}/some-model"
    early = told(lambda: check_early(model, "", offline=False))
    assert early
    monkeypatch.setattr("reviewer.llm.providers.KEY_VARIABLES", {})
    assert early == told(lambda: check(litellm, model, ""))


@pytest.mark.parametrize("provider", KEY_VARIABLES)
def test_each_variable_that_is_named_is_enough_for_litellm(litellm, provider, monkeypatch):
    for name in KEY_VARIABLES[provider]:
        with monkeypatch.context() as set_one:
            set_one.setenv(name, "a-key")
            check_early(f"{provider}/some-model", "", offline=False)
            check(litellm, f"{provider}/some-model", "")


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
        ("ollama/llama3", "http://127.0.0.1:9", "is Ollama running?", "ollama serve"),
        ("openai/x", "http://127.0.0.1:9/v1", "nothing answers at its address", "--api-base"),
        ("hosted_vllm/x", "http://127.0.0.1:9/v1", "nothing answers", "Start its server"),
        ("gemini/x", "http://127.0.0.1:9", "nothing answers", "Check the network"),
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
