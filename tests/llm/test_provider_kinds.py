"""Each kind of provider through the real litellm and real HTTP: its reply, its key, its faults, and
that nothing of it passes a proxy or leaves this machine."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import sys
from dataclasses import dataclass, field

import pytest

from reviewer.errors import ModelError
from reviewer.llm import LLM
from reviewer.llm.client import load_litellm
from reviewer.settings import Settings
from reviewer.types.frozen import Frozen
from tests.conftest import ROOT
from tests.support.fake_provider import FakeProvider, Reply, answer, refused, sent

FITS = '{"text": "fine"}'
KEY = "sk-of-nobody-1234567890"


class Note(Frozen):
    text: str


def ollama(text):
    message = {"role": "assistant", "content": text}
    return sent({"model": "x", "message": message, "done": True, "done_reason": "stop"})


def anthropic(text):
    return sent(
        {
            "id": "msg_1", "type": "message", "role": "assistant", "model": "x",
            "content": [{"type": "text", "text": text}], "stop_reason": "end_turn",
            "usage": {"input_tokens": 9, "output_tokens": 3},
        }
    )  # fmt: skip


def gemini(text):
    content = {"role": "model", "parts": [{"text": text}]}
    usage = {"promptTokenCount": 9, "candidatesTokenCount": 3, "totalTokenCount": 12}
    candidate = {"content": content, "finishReason": "STOP", "index": 0}
    return sent({"candidates": [candidate], "usageMetadata": usage})


def groq(text):
    return answer(text, service_tier="on_demand")  # litellm reads it


@dataclass(frozen=True)
class Kind:
    """A provider: the model's name, the path below the server, its key's variable, the shape of
    its replies, and the header that carries its key."""

    model: str
    path: str = "/v1"
    variable: str = ""
    shape: object = answer
    header: str = "Authorization"
    settings: dict[str, str] = field(default_factory=dict)


KINDS = [
    Kind("openai/gpt-4o-mini", variable="OPENAI_API_KEY"),
    Kind("azure/deployed", "", "AZURE_API_KEY", header="api-key",
         settings={"AZURE_API_VERSION": "2024-10-21"}),
    Kind("anthropic/claude-sonnet-4-5", "", "ANTHROPIC_API_KEY", anthropic, "x-api-key"),
    Kind("gemini/gemini-2.5-flash", "", "GEMINI_API_KEY", gemini, "x-goog-api-key"),
    Kind("mistral/mistral-small-latest", variable="MISTRAL_API_KEY"),
    Kind("groq/llama-3.1-8b-instant", variable="GROQ_API_KEY", shape=groq),
    Kind("deepseek/deepseek-chat", variable="DEEPSEEK_API_KEY"),
    Kind("openrouter/qwen/qwen3-8b", variable="OPENROUTER_API_KEY"),
    Kind("together_ai/some/model", variable="TOGETHER_API_KEY"),
    Kind("fireworks_ai/some-model", variable="FIREWORKS_API_KEY"),
    Kind("xai/grok-3", variable="XAI_API_KEY"),
    Kind("ollama/llama3", "", "", ollama),
    Kind("lm_studio/some-model", variable="LM_STUDIO_API_KEY"),
    Kind("llamafile/some-model", variable="LLAMAFILE_API_KEY"),
    Kind("hosted_vllm/some-model", variable="HOSTED_VLLM_API_KEY"),
    Kind("perplexity/sonar", variable="PERPLEXITY_API_KEY"),
    Kind("cerebras/llama3.1-8b", variable="CEREBRAS_API_KEY"),
    Kind("nvidia_nim/some/model", variable="NVIDIA_NIM_API_KEY"),
]  # fmt: skip
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.model.split("/")[0])


@pytest.fixture(scope="module", autouse=True)
def _warm():
    load_litellm()


@pytest.fixture
def provider():
    with FakeProvider() as opened:
        yield opened


def llm_of(kind, provider, **settings):
    base = provider.url.removesuffix("/v1") + kind.path
    given = {"model": kind.model, "api_base": base, "timeout_s": 20, "context_tokens": 4096}
    return LLM(Settings(**given | settings), pause_s=0.001)


def with_key(kind, monkeypatch):
    for name, value in kind.settings.items():
        monkeypatch.setenv(name, value)
    if kind.variable:
        monkeypatch.setenv(kind.variable, KEY)


@each_kind
def test_a_reply_is_read_and_the_key_that_is_set_is_the_one_that_is_sent(
    kind, provider, monkeypatch
):
    with_key(kind, monkeypatch)
    provider.script = [kind.shape(FITS)]
    assert llm_of(kind, provider, offline=True).ask("Say fine.", Note) == Note(text="fine")
    (seen,) = provider.requests
    assert not {"max_retries", "num_retries", "allowed_openai_params"} & set(seen.body)
    if kind.variable:
        given = {name.lower(): value for name, value in seen.headers.items()}
        assert given[kind.header.lower()].removeprefix("Bearer ") == KEY


@each_kind
def test_a_server_on_this_machine_needs_no_key(kind, provider, monkeypatch):
    for name, value in kind.settings.items():
        monkeypatch.setenv(name, value)
    provider.script = [kind.shape(FITS)]
    assert llm_of(kind, provider, offline=True).ask("Say fine.", Note) == Note(text="fine")


@each_kind
def test_a_refused_schema_is_sent_once_and_the_answer_comes_without_it(kind, provider, monkeypatch):
    with_key(kind, monkeypatch)
    fault = refused(400, "response_format json_schema is not supported by this model")
    provider.script = [fault, kind.shape(FITS)]
    llm = llm_of(kind, provider)
    assert llm.ask("Say fine.", Note) == Note(text="fine")
    assert len(provider.requests) == 2
    assert "one JSON object of this JSON schema" in json.dumps(provider.requests[1].body)


FAULTS = {
    "401": (refused(401), "rejected the API key"),
    "402": (refused(402, "Insufficient credits"), "credit is used up"),
    "413": (refused(413, "Request too large: Limit 6000"), "longer than"),
    "429 for minutes": (refused(429, "Please try again in 7m12.5s."), "asks to wait 7 min 12 s"),
    "a page": (Reply(b"<html>Welcome</html>", status=404), "its address|have the model|known"),
}


@each_kind
@pytest.mark.parametrize(("reply", "said"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_as_what_it_is(kind, provider, monkeypatch, reply, said):
    with_key(kind, monkeypatch)
    provider.answers = lambda seen: reply
    with pytest.raises(ModelError, match=said) as error:
        llm_of(kind, provider, timeout_s=5).ask("Say fine.", Note)
    assert error.value.hint
    assert "html" not in error.value.message
    assert len(provider.requests) == 1


@each_kind
def test_a_limit_that_passes_is_waited_for(kind, provider, monkeypatch):
    with_key(kind, monkeypatch)
    provider.script = [refused(429, "Rate limit reached"), refused(429, "Rate limit reached")]
    provider.answers = lambda seen: kind.shape(FITS)
    assert llm_of(kind, provider).ask("Say fine.", Note) == Note(text="fine")
    assert len(provider.requests) == 3


ASKS = """
import json, sys
from reviewer.errors import ReviewError
from reviewer.llm import LLM
from reviewer.settings import Settings
from reviewer.types.frozen import Frozen

class Note(Frozen):
    text: str

for given in json.loads(sys.argv[1]):
    try:
        print(LLM(Settings(timeout_s=20, **given), pause_s=0.001).ask("Say fine.", Note).text)
    except ReviewError as error:
        print(error.message)
print("no traceback", flush=True)
"""


def asked(kinds, bases, environment, **settings):
    """What a process with this environment prints, a line for each kind."""
    given = [
        {"model": kind.model, "api_base": base, "context_tokens": 4096} | settings
        for kind, base in zip(kinds, bases, strict=True)
    ]
    keys = {kind.variable: KEY for kind in kinds if kind.variable}
    own = {name: value for kind in kinds for name, value in kind.settings.items()}
    done = subprocess.run(
        [sys.executable, "-c", ASKS, json.dumps(given)],
        env=os.environ | {"PYTHONPATH": str(ROOT)} | keys | own | environment,
        cwd=ROOT, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    *lines, last = done.stdout.splitlines() or [""]
    assert last == "no traceback", done.stderr
    return lines


def proxied(proxy):
    """An environment in which everything goes through the proxy."""
    names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    whole = {name: proxy.url.removesuffix("/v1") for name in names}
    return whole | {name.lower(): value for name, value in whole.items()} | {"NO_PROXY": ""}


def test_nothing_for_this_machine_goes_through_a_proxy():
    shapes = {}
    with FakeProvider() as provider, FakeProvider() as proxy:
        provider.answers = lambda seen: shapes[seen.path.split("/")[1]](FITS)
        root = provider.url.removesuffix("/v1")
        bases = []
        for number, kind in enumerate(KINDS):
            shapes[str(number)] = kind.shape
            bases.append(f"{root}/{number}{kind.path}")
        lines = asked(KINDS, bases, proxied(proxy))
        assert lines == ["fine"] * len(KINDS)
        assert not proxy.requests


SLIPS = {
    "SOCKS": (
        dict.fromkeys(("ALL_PROXY", "all_proxy"), "socks5://me:secret@127.0.0.1:9"),
        "SOCKS",
    ),
    "no such certificate": ({"SSL_CERT_FILE": "/nowhere/ca.pem"}, "SSL_CERT_FILE names /nowhere"),
}
REMOTE = [kind for kind in KINDS if kind.variable and "LM" not in kind.variable][:11]


@pytest.mark.parametrize(("environment", "said"), SLIPS.values(), ids=SLIPS)
def test_a_slip_in_the_environment_is_one_line_and_does_not_touch_this_machine(environment, said):
    away = "https://192.0.2.1"  # RFC 5737: an address of nobody
    with FakeProvider(answers=lambda seen: FITS) as provider:
        lines = asked([*REMOTE, KINDS[0]], [away] * len(REMOTE) + [provider.url], environment)
    assert lines[-1] == "fine"
    for line in lines[:-1]:
        assert said in line
        assert "secret" not in line


@pytest.mark.parametrize("kind", REMOTE, ids=lambda kind: kind.model.split("/")[0])
def test_offline_the_connection_itself_refuses_another_machine(kind, monkeypatch):
    """Were the address not seen beforehand: the last check is where the request leaves."""
    with_key(kind, monkeypatch)
    monkeypatch.setattr("reviewer.llm.providers.check_early", lambda *a, **k: None)
    llm = LLM(Settings(model=kind.model, api_base="http://192.0.2.1/v1", offline=True, timeout_s=9))
    with pytest.raises(ModelError, match=r"192\.0\.2\.1 is another machine and --offline is set"):
        llm.ask("Say fine.", Note)


@pytest.fixture
def certificate(tmp_path):
    """A certificate that signs itself, for this machine's address, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here to make a certificate")
    own, key = tmp_path / "own.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-out", own, "-keyout", key],
        check=True, capture_output=True,
    )  # fmt: skip
    return own, key


@pytest.mark.parametrize("model", ["openai/gpt-4o-mini", "hosted_vllm/local"])
def test_a_certificate_that_signs_itself_is_told_and_trusted_once_it_is_named(
    provider, certificate, monkeypatch, model
):
    own, key = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own, key)
    provider._server.socket = context.wrap_socket(provider._server.socket, server_side=True)
    provider.answers = lambda seen: FITS
    settings = Settings(model=model, api_base=provider.url.replace("http:", "https:"), timeout_s=20)
    with pytest.raises(ModelError, match="certificate that this machine does not trust") as error:
        LLM(settings, pause_s=0.001).ask("Say fine.", Note)
    assert "SSL_CERT_FILE" in error.value.hint
    monkeypatch.setenv("SSL_CERT_FILE", str(own))
    if model.startswith("hosted_vllm"):  # the other way's connections are kept for the process
        assert LLM(settings, pause_s=0.001).ask("Say fine.", Note) == Note(text="fine")
