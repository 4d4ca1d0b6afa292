"""`review models` against servers on loopback that answer as Ollama, LM Studio, llama.cpp and vLLM
do: what it finds is what can be typed."""

from __future__ import annotations

import json
import time

import pytest

from reviewer.cli import run
from reviewer.llm.client import load_litellm
from reviewer.llm.providers import KEY_VARIABLES, is_known
from reviewer.llm.servers import EXAMPLES, find_reachable
from reviewer.settings import Settings
from tests.support.fake_provider import FakeProvider, Reply, sent

OLLAMA = {
    "/api/tags": {"models": [{"name": "llama3.2:3b"}, {"name": "qwen3:8b"}]},
    "/api/show": {"model_info": {"llama.context_length": 8000}},
}
LM_STUDIO = {
    "/v1/models": {"data": [{"id": "gemma", "owned_by": "me"}, {"id": "text-embed-nomic"}]},
    "/api/v0/models": {"data": [{"id": "gemma", "loaded_context_length": 4096,
                                 "max_context_length": 131072}]},
}  # fmt: skip
LLAMA_CPP = {
    "/v1/models": {"data": [{"id": "smol.gguf", "owned_by": "llamacpp",
                             "meta": {"n_ctx_train": 8192}}]},
    "/props": {"default_generation_settings": {"n_ctx": 2048}},
}  # fmt: skip
VLLM = {"/v1/models": {"data": [{"id": "m", "owned_by": "vllm", "max_model_len": 32768}]}}


def serving(pages):
    """A server with these pages, by their paths."""
    provider = FakeProvider(answers=lambda seen: sent(pages[seen.path]))
    provider.models = pages
    return provider


@pytest.fixture
def nowhere(monkeypatch):
    """No server at the usual addresses, whatever runs on this machine."""
    dead = "http://127.0.0.1:9"
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:9")
    for name in ("LM_STUDIO", "HOSTED_VLLM"):
        monkeypatch.setenv(f"{name}_API_BASE", f"{dead}/v1")
    monkeypatch.setitem(
        __import__("reviewer.llm.servers", fromlist=["x"]).LOCAL_BASES, "llamafile", f"{dead}/v1"
    )


def root_of(provider):
    return provider.url.removesuffix("/v1")


def test_an_ollama_is_found_where_its_own_variable_says(nowhere, monkeypatch, capsys):
    with serving(OLLAMA) as provider:
        monkeypatch.setenv("OLLAMA_HOST", root_of(provider))
        assert run(["models"]) == 0
    out = capsys.readouterr().out
    assert f"Ollama at {root_of(provider)}, follows a schema" in out
    assert "--model ollama/llama3.2:3b    reads 8,000 tokens" in out
    assert "--model ollama/qwen3:8b" in out
    assert "Nothing answers as LM Studio (http://127.0.0.1:9/v1)" in out


@pytest.mark.parametrize(
    ("pages", "typed"),
    [
        (LLAMA_CPP, "llama.cpp at {0}, follows a schema|--model openai/smol.gguf --api-base {0}    "
                    "reads 2,048 tokens"),
        (VLLM, "vLLM at {0}, follows a schema|--model hosted_vllm/m --api-base {0}    "
               "reads 32,768 tokens"),
        ({"/v1/models": {"data": [{"id": "x"}]}},
         "the server of --api-base at {0}, whether|--model openai/x --api-base {0}    reads it"),
    ],
    ids=["llama.cpp", "vLLM", "unknown"],
)  # fmt: skip
def test_a_server_is_told_by_what_it_says(nowhere, capsys, pages, typed):
    with serving(pages) as provider:
        assert run(["models", "--api-base", provider.url]) == 0
    out = capsys.readouterr().out
    for line in typed.format(provider.url).split("|"):
        assert line in out


def test_lm_studio_is_asked_for_its_own_list_too(nowhere, monkeypatch, capsys):
    with serving(LM_STUDIO) as provider:
        monkeypatch.setenv("LM_STUDIO_API_BASE", provider.url)
        assert run(["models", "--json"]) == 0
    (server,) = json.loads(capsys.readouterr().out)["servers"]
    assert (server["program"], server["takes_schema"]) == ("LM Studio", True)
    assert server["models"] == [{"model": "lm_studio/gemma", "context_tokens": 4096}]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"<html>router</html>", headers={"Content-Type": "text/html"}),
        sent({"data": "none"}),
        sent([1]),
        sent({"error": "no"}, 401),
        Reply(b"{nope"),
        Reply(status=307, headers={"Location": "http://192.0.2.1/v1/models"}),
    ],
    ids=["a page", "odd", "a list", "401", "no JSON", "a redirect"],
)
def test_whatever_else_listens_there_is_no_server_of_models(nowhere, reply):
    with serving({"/v1/models": reply}) as provider:
        found = find_reachable(Settings(api_base=provider.url))
    assert not found.servers
    assert f"the server of --api-base ({provider.url})" in found.silent


def test_nothing_there_is_said_within_a_second_or_two(nowhere, capsys):
    began = time.monotonic()
    assert run(["models"]) == 0
    assert time.monotonic() - began < 8  # 1 s on a quiet machine
    out = capsys.readouterr().out
    assert out.startswith("No server of models answers here.")
    assert "No key of a provider is set." in out


def test_a_key_is_named_and_never_shown(nowhere, monkeypatch, capsys):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-secret-value-123")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other-value-123\r")
    for form in ([], ["--json"]):
        assert run(["models", *form]) == 0
        out = capsys.readouterr().out
        assert "ANTHROPIC_API_KEY" in out
        assert "anthropic/claude" in out
        assert "the key in OPENAI_API_KEY has a space or a line end" in out
        assert "value-123" not in out


def test_offline_no_other_machine_is_asked(nowhere, monkeypatch):
    monkeypatch.setenv("OLLAMA_HOST", "192.0.2.1")
    found = find_reachable(Settings(offline=True, api_base="http://192.0.2.1/v1"))
    assert not found.servers


def test_every_example_is_a_model_of_its_provider_that_litellm_knows():
    costs = load_litellm().model_cost
    for provider, model in EXAMPLES.items():
        assert provider in KEY_VARIABLES
        assert is_known(model)
        assert model in costs or model.partition("/")[2] in costs, model
