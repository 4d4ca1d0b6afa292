"""What is for this machine stays on it, whatever proxies and addresses the environment names."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from reviewer.library import Library
from reviewer.settings import Settings
from tests.conftest import ROOT, SAMPLES
from tests.support.fake_provider import FakeProvider
from tests.support.promises import promise
from tests.support.scripted import served

ELSEWHERE = "http://192.0.2.1"  # RFC 5737: an address of nobody
LOCAL = ("openai/some-model", "hosted_vllm/some-model", "lm_studio/some-model", "azure/some-model")
AWAY = {
    "openai/gpt-4o-mini": {},
    "openai/some-model": {"OPENAI_BASE_URL": f"{ELSEWHERE}/v1"},
    "anthropic/claude-sonnet-4-5": {},
    "gemini/gemini-2.5-flash": {},
    "ollama/llama3": {"OLLAMA_HOST": "192.0.2.1"},
    "ollama/gpt-oss:120b-cloud": {},
    "lm_studio/some-model": {"LM_STUDIO_API_BASE": f"{ELSEWHERE}/v1"},
}
KEYS = {f"{name}_API_KEY": "a-key-of-nobody" for name in ("OPENAI", "ANTHROPIC", "GEMINI", "AZURE")}


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples") / "library"
    with Library(folder, Settings(embedding="none")) as opened:
        opened.add([str(SAMPLES)])
    return folder


@pytest.fixture
def proxy():
    """A proxy of our own, which is to see nothing."""
    with FakeProvider() as opened:
        yield opened


def ask(samples, proxy, model, *flags, **environment):
    named = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), proxy.url.removesuffix("/v1"))
    named |= {name.lower(): value for name, value in named.items()} | {"NO_PROXY": ""}
    arguments = ["ask", "does RL teach new skills?", "--model", model, *flags, "--offline"]
    return subprocess.run(
        [sys.executable, "-m", "reviewer", *arguments, "--library", str(samples),
         "--embedding", "none", "--no-cache", "--effort", "quick", "-k", "2"],
        env=os.environ | KEYS | named | environment, cwd=ROOT,
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip


@promise(
    "With --offline nothing leaves this machine, whatever the environment says",
    "models on this machine asked by the command line with a proxy of our own in every variable "
    "for proxies; the proxy sees nothing and the server gets each prompt",
    full=4,
)
@pytest.mark.parametrize("model", LOCAL)
def test_a_model_on_this_machine_is_asked_past_every_proxy(samples, proxy, model):
    with FakeProvider(answers=served()) as provider:
        done = ask(samples, proxy, model, "--api-base", provider.url)
        assert done.returncode == 0, done.stderr
        assert [seen for seen in provider.requests if "messages" in seen.body]
    assert not proxy.requests


@promise(
    "With --offline nothing leaves this machine, whatever the environment says",
    "models elsewhere, by name and by addresses in the environment, beside the same proxy",
    full=7,
)
@pytest.mark.parametrize("model", AWAY)
def test_a_model_elsewhere_is_refused(samples, proxy, model):
    done = ask(samples, proxy, model, **AWAY[model])
    assert done.returncode == 1
    assert done.stderr.count("--offline is set") == 1
    assert "Traceback" not in done.stderr
    assert not proxy.requests
