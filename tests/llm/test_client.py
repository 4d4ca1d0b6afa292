"""Calls through the real litellm to a provider on loopback: every fault is one answer or one
typed error, with the attempts and the pauses that the provider sees."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from email.utils import formatdate
from threading import Thread

import pytest

from reviewer.errors import ModelError, ReviewError, UsageError
from reviewer.llm import LLM, LimitError, StoppedError
from reviewer.llm.client import warm_up
from reviewer.llm.deadline import DeadlineError
from reviewer.llm.form import Form
from reviewer.llm.provider_errors import MOST_ATTEMPTS, TooLargeError
from reviewer.llm.replies import DamagedReplyError, ModelReplyError
from reviewer.settings import Settings
from reviewer.types.frozen import Frozen
from tests.conftest import ROOT
from tests.support.fake_provider import (
    FakeProvider,
    Reply,
    answer,
    completion,
    refused,
    sent,
    streamed,
)

SDK, HTTP, PLAIN = "openai/gpt-4o-mini", "hosted_vllm/local", "openai/unlisted"
FITS = '{"text": "fine"}'
FINE = answer(FITS)
KEY = "sk-proj-Q7vX2mLk9TzR4wYb8NcH"


class Note(Frozen):
    text: str


class Keeper(dict):
    """A reply cache that is a dictionary."""

    def find(self, key):
        return self.get(key)

    def keep(self, key, reply, model):
        self[key] = reply

    def turn(self, key, ended):
        return nullcontext(True)


@pytest.fixture(scope="module", autouse=True)
def _warm():
    """litellm imports much on its first calls; no test's time-out should pay for it."""
    with FakeProvider(answers=lambda seen: FITS) as provider:
        for model in (SDK, HTTP):
            for hearing in ({}, {"on_text": lambda text: None}):
                LLM(Settings(model=model, api_base=provider.url)).ask("x", Note, **hearing)


@pytest.fixture
def provider():
    with FakeProvider(answers=lambda seen: FITS) as opened:
        yield opened


def llm_of(provider, cache=None, pause_s=0.001, **settings):
    given = {"model": SDK, "api_base": provider.url, "timeout_s": 20} | settings
    return LLM(Settings(**given), cache, pause_s=pause_s)


ERROR_EVENT = b'data: {"error": {"message": "boom", "code": 500}}\n\n'
STREAM = streamed(FITS * 3)

MAY_PASS = {
    "408": refused(408),
    "409": refused(409),
    "429": refused(429, "Rate limit reached", "rate_limit_exceeded"),
    "429 and the pause in words": refused(429, "Quota exceeded, billing. Please retry in 0.01s."),
    "500": refused(500),
    "502": refused(502),
    "503": refused(503),
    "529": refused(529, "overloaded"),
    "an error that names billing": refused(500, "the billing service is down"),
    "reset before the body": Reply(FINE.body, reset_after=0),
    "reset during the body": replace(FINE, reset_after=40),
    "less than the said length": replace(FINE, said_length=9999),
    "more than the said length": replace(FINE, said_length=50),
    "null content": answer(None),
    "empty content": answer("  \n"),
    "no finish reason": answer(FITS, finish_reason=None),
    "empty choices": answer("", choices=[]),
    "HTML": Reply(b"<html>Welcome</html>", headers={"Content-Type": "text/html"}),
    "an error inside 200": refused(200, "overloaded"),
    "invalid JSON": Reply(b"{nope"),
    "truncated JSON": Reply(FINE.body[:80]),
    "a list": sent([1, 2]),
    "no choices": sent({"object": "chat.completion"}),
    "choices of the wrong shape": sent({"choices": "none"}),
    "a message of the wrong shape": sent({"choices": [{"message": "hello"}]}),
}
STAYS = {name: reply for name, reply in MAY_PASS.items() if not name.startswith("429")}
REFUSALS = {
    "429 quota": (refused(429, "You exceeded your current quota", "insufficient_quota"), "quota"),
    "400": (refused(400, "no such parameter"), "malformed: no such parameter"),
    "400 without money": (refused(400, "Your credit balance is too low"), "quota"),
    "401": (refused(401), "rejected the API key"),
    "403": (refused(403), "does not allow"),
    "404": (refused(404), "not known"),
    "422": (refused(422, "odd"), "refused"),
    "context length": (
        refused(400, "This model's maximum context length is 10 tokens", "context_length_exceeded"),
        "longer than",
    ),
    "content filter": (
        refused(400, "The response was filtered by our content management policy"),
        "content filter",
    ),
    "finish reason content_filter": (answer("x", finish_reason="content_filter"), "declined"),
    "refusal": (answer(None, refusal="I cannot help with that."), "I cannot help"),
    "length": (answer(FITS, finish_reason="length"), "cut"),
    "redirect": (
        Reply(status=307, headers={"Location": "/v1/elsewhere"}),
        "requests elsewhere, which is not followed",
    ),
}
WHOLE = {
    "one choice": FINE,
    "two choices": answer(
        "", choices=[completion(FITS)["choices"][0], completion("no")["choices"][0] | {"index": 1}]
    ),
    "no usage": answer(FITS, usage=None),
    "a fence": answer(f"```json\n{FITS}\n```"),
    "late": replace(FINE, wait_s=0.1),
    "slow": replace(FINE, pace_s=0.0001),
}
DAMAGED_STREAMS = {
    "cut cleanly": streamed(FITS, None, ends=False),
    "reset": replace(STREAM, reset_after=2),
    "an error inside": Reply(events=(*STREAM.events[:2], ERROR_EVENT), headers=STREAM.headers),
    "HTML": Reply(b"<html></html>", headers={"Content-Type": "text/html"}),
    "500": refused(500),
    "empty": streamed(""),
}


def told(error):
    """Whatever a user or a log could see of an error."""
    raised = error.value
    return "".join([raised.message, raised.hint, *traceback.format_exception(raised)])


@pytest.mark.parametrize("model", [SDK, HTTP])
@pytest.mark.parametrize("reply", WHOLE.values(), ids=WHOLE)
def test_a_whole_reply_is_an_answer_of_one_attempt(provider, reply, model):
    provider.script = [reply]
    llm = llm_of(provider, model=model)
    assert llm.ask("Say fine.", Note) == Note(text="fine")
    usage = llm.usage()
    assert (len(provider.requests), usage.calls) == (1, 1)
    assert usage.tokens_in > 0
    assert usage.tokens_out > 0


@pytest.mark.parametrize("model", [SDK, HTTP])
@pytest.mark.parametrize("reply", MAY_PASS.values(), ids=MAY_PASS)
def test_a_fault_that_passes_is_an_answer_in_the_end(provider, reply, model):
    provider.script = [reply, reply]
    assert llm_of(provider, model=model).ask("Say fine.", Note) == Note(text="fine")
    assert len(provider.requests) == 3


@pytest.mark.parametrize("model", [SDK, HTTP])
@pytest.mark.parametrize("reply", STAYS.values(), ids=STAYS)
def test_a_fault_that_stays_is_one_error_after_all_attempts(provider, reply, model):
    provider.script = [reply] * 9
    with pytest.raises(ModelError) as error:
        llm_of(provider, model=model).ask("Say fine.", Note)
    assert len(provider.requests) == MOST_ATTEMPTS
    assert model in error.value.message
    assert error.value.hint


@pytest.mark.parametrize("model", [SDK, HTTP])
@pytest.mark.parametrize(("reply", "said"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_is_asked_once_and_once_more_without_a_schema_if_that_may_be_why(
    provider, reply, said, model
):
    provider.script = [reply] * 2
    with pytest.raises(ModelError) as error:
        llm_of(provider, model=model).ask("Say fine.", Note)
    schemas = [seen.schema for seen in provider.requests]
    assert len(schemas) == (2 if said in ("malformed: no such parameter", "refused") else 1)
    assert schemas[0]
    assert not any(schemas[1:])
    assert said in error.value.message
    assert error.value.hint


def test_a_lone_surrogate_is_replaced_and_can_be_stored(provider):
    provider.script = [
        answer('{"text": "half \\ud83d, whole \\ud83d\\ude00"}'),
        answer("\ud800" + FITS),
    ]
    cache = Keeper()
    llm = llm_of(provider, cache)
    assert llm.ask("a \ud800 prompt", Note).text == "half \ufffd, whole \U0001f600"
    assert llm.ask("another", Note).text == "fine"
    assert all(reply.encode() for reply in cache.values())


def test_pauses_grow(provider):
    provider.script = [refused(500)] * 3
    llm_of(provider, pause_s=0.02).ask("Say fine.", Note)
    assert len(provider.gaps_s) == 3
    assert all(g >= least for g, least in zip(provider.gaps_s, (0.02, 0.04, 0.08), strict=True))


@pytest.mark.parametrize("model", [SDK, HTTP])
@pytest.mark.parametrize(
    ("named", "least_s"),
    [(lambda: "0.4", 0.4), (lambda: formatdate(int(time.time()) + 2, usegmt=True), 0.9)],
    ids=["seconds", "date"],
)
def test_the_pause_that_a_provider_names_is_kept(provider, model, named, least_s):
    provider.script = [refused(429, "slow down", Retry_After=named())]
    assert llm_of(provider, model=model).ask("Say fine.", Note) == Note(text="fine")
    assert provider.gaps_s[0] >= least_s


@pytest.mark.parametrize("named", ["soon", "-3", "nan", "Wed, 21 Oct 2015 07:28:00 GMT", ""])
def test_an_odd_or_past_pause_does_not_hold_the_call_up(provider, named):
    provider.script = [refused(503, "later", Retry_After=named)]
    assert llm_of(provider).ask("Say fine.", Note) == Note(text="fine")
    assert len(provider.requests) == 2


def test_a_named_pause_longer_than_the_time_out_ends_at_once(provider):
    provider.script = [refused(429, "slow down", Retry_After="300")]
    with pytest.raises(ModelError, match="asks to wait 5 min, and a call may take 20 s"):
        llm_of(provider).ask("Say fine.", Note)
    assert len(provider.requests) == 1


@pytest.mark.parametrize("model", [SDK, HTTP])
@pytest.mark.parametrize(
    "reply",
    [replace(FINE, wait_s=30), replace(FINE, pace_s=0.05), replace(STREAM, pace_s=0.2)],
    ids=["before headers", "trickle", "trickled stream"],
)
def test_the_time_out_holds_for_the_whole_call(provider, reply, model):
    provider.script = [reply] * 4
    hearing = {"on_text": lambda text: None} if reply.events else {}
    with pytest.raises(DeadlineError, match=r"did not answer within 0\.3 s"):
        llm_of(provider, model=model, timeout_s=0.3).ask("Say fine.", Note, **hearing)
    assert len(provider.requests) == 1


LIMITED = {
    "429": refused(429, "Rate limit reached", "rate_limit_exceeded"),
    "429 in 200": sent({"error": {"message": "Provider returned error", "code": 429}}),
    "loading": refused(503, "Loading model", "unavailable_error"),
}


@pytest.mark.parametrize("model", [SDK, HTTP])
@pytest.mark.parametrize("reply", LIMITED.values(), ids=LIMITED)
def test_a_limit_is_waited_for_as_long_as_the_call_may_take(provider, reply, model):
    provider.script = [reply] * (MOST_ATTEMPTS + 2)
    assert llm_of(provider, model=model).ask("Say fine.", Note) == Note(text="fine")
    assert len(provider.requests) == MOST_ATTEMPTS + 3


@pytest.mark.parametrize("model", [SDK, HTTP])
@pytest.mark.parametrize("reply", LIMITED.values(), ids=LIMITED)
def test_a_limit_that_stays_says_how_long_it_was_waited_for(provider, reply, model):
    provider.answers = lambda seen: reply
    with pytest.raises(ModelError, match=r"also after [\d.]+ s of waiting: (?!no)") as error:
        llm_of(provider, model=model, timeout_s=0.6, pause_s=0.05).ask("Say fine.", Note)
    assert "asks to wait" not in error.value.message
    assert "--timeout" in error.value.hint


@pytest.mark.parametrize(
    ("words", "spelt"),
    [
        ("Please try again in 7m12.5s.", "7 min 12 s"),
        ("Please try again in 1h2m.", "1 h 2 min"),
        ("Please retry in 34.5s", "34 s"),
        ("Retry after 90 seconds", "1 min 30 s"),
    ],
)
def test_the_pause_that_a_provider_names_in_words_is_said(provider, words, spelt):
    provider.script = [refused(429, f"Rate limit reached. {words}", "rate_limit_exceeded")]
    with pytest.raises(ModelError, match=f"asks to wait {spelt}, and a call may take 20 s"):
        llm_of(provider).ask("Say fine.", Note)
    assert len(provider.requests) == 1


TOO_LARGE = {
    "Groq": (refused(413, "Request too large for model x on tokens per minute (TPM): Limit 6000, "
                          "Requested 8451, please reduce your message size"), 6000),
    "OpenAI's limit": (refused(429, "Request too large for gpt-4o on tokens per min (TPM): Limit "
                                    "30000, Requested 38451."), 30000),
    "OpenAI": (refused(400, "This model's maximum context length is 8192 tokens. However, you "
                            "requested 9100 tokens", "context_length_exceeded"), 8192),
    "Anthropic": (refused(400, "prompt is too long: 210000 tokens > 200000 maximum"), 200000),
    "llama.cpp": (refused(400, "the request exceeds the available context size (4096 tokens), try "
                               "increasing it", "exceed_context_size_error"), 4096),
    "LM Studio": (sent({"error": "The prompt has 5857 tokens, and the model is loaded with a "
                                 "context length of 4096 tokens"}, 400), 4096),
    "without a figure": (refused(413, "Payload Too Large"), None),
}  # fmt: skip


@pytest.mark.parametrize("model", [SDK, HTTP])
@pytest.mark.parametrize(("reply", "most"), TOO_LARGE.values(), ids=TOO_LARGE)
def test_a_prompt_that_is_too_large_is_an_error_of_its_own_with_the_limit(
    provider, reply, most, model
):
    provider.script = [reply]
    with pytest.raises(TooLargeError) as error:
        llm_of(provider, model=model).ask("Say fine.", Note)
    assert error.value.most_tokens == most
    assert len(provider.requests) == 1


OWN_REASONS = {
    "no credit": (refused(402, "Insufficient credits"), "credit is used up: Insufficient"),
    "data policy": (refused(404, "No endpoints found matching your data policy"), "data policy"),
    "another path": (sent({"error": "Unexpected endpoint or method. (POST /chat/completions)"}),
                     "not known at its address: Unexpected endpoint"),
    "rights": (refused(403, "Project x has no access to it"), "Project x has no access"),
}  # fmt: skip


@pytest.mark.parametrize("model", [SDK, HTTP])
@pytest.mark.parametrize(("reply", "said"), OWN_REASONS.values(), ids=OWN_REASONS)
def test_a_refusal_gives_the_providers_own_reason(provider, reply, said, model):
    provider.script = [reply]
    with pytest.raises(ModelError) as error:
        llm_of(provider, model=model).ask("Say fine.", Note)
    assert said in error.value.message
    assert len(provider.requests) == 1


def thinking(text, thoughts):
    message = {"role": "assistant", "content": text, "reasoning_content": thoughts}
    return answer("", choices=[{"index": 0, "message": message, "finish_reason": "stop"}])


@pytest.mark.parametrize("model", [SDK, HTTP])
def test_a_reply_in_thoughts_alone_is_asked_again_and_then_read_and_said_once(provider, model):
    provider.answers = lambda seen: thinking("", f"Let me see. {FITS}")
    llm = llm_of(provider, model=model)
    assert llm.ask("Say fine.", Note) == llm.ask("Say fine again.", Note) == Note(text="fine")
    assert len(provider.requests) == 4
    assert list(llm.notes) == [f"{model} answered in its thoughts alone; they were read"]


@pytest.mark.parametrize("model", [SDK, HTTP])
def test_a_draft_in_thoughts_never_stands_for_the_reply(provider, model):
    draft = '{"text": "a draft that is much longer than the reply"}'
    provider.script = [thinking(FITS, draft), thinking("I would say fine.", draft), FINE]
    llm = llm_of(provider, model=model)
    assert llm.ask("Say fine.", Note) == llm.ask("Say fine again.", Note) == Note(text="fine")
    assert not llm.notes


@pytest.mark.parametrize("model", [SDK, HTTP])
def test_a_text_in_parts_is_read_without_its_thinking(provider, model):
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": '{"text": "a draft"}'}]},
        {"type": "text", "text": FITS},
    ]
    provider.script = [answer(parts)]
    assert llm_of(provider, model=model).ask("Say fine.", Note) == Note(text="fine")


def test_retries_and_their_pauses_stay_within_the_time_out(provider):
    provider.script = [refused(503)] * 4
    with pytest.raises(ModelError, match="failed repeatedly"):
        llm_of(provider, timeout_s=2, pause_s=0.7).ask("Say fine.", Note)
    assert len(provider.requests) == 2


@pytest.mark.parametrize("model", [SDK, HTTP])
@pytest.mark.parametrize("reply", DAMAGED_STREAMS.values(), ids=DAMAGED_STREAMS)
def test_a_damaged_stream_is_never_an_answer(provider, reply, model):
    provider.script = [reply] * 4
    with pytest.raises(ModelError):
        llm_of(provider, model=model).ask("Say fine.", Note, on_text=lambda text: None)
    assert len(provider.requests) == MOST_ATTEMPTS


def test_a_stream_without_a_finish_reason_is_not_an_answer(provider):
    provider.script = [streamed(FITS, None)] * 4
    with pytest.raises(DamagedReplyError, match="broke off"):
        llm_of(provider).ask("Say fine.", Note, on_text=lambda text: None)


def test_a_stream_cut_at_its_length_is_asked_once(provider):
    provider.script = [streamed(FITS, "length")]
    with pytest.raises(DamagedReplyError, match="cut"):
        llm_of(provider).ask("Say fine.", Note, on_text=lambda text: None)
    assert len(provider.requests) == 1


@pytest.mark.parametrize("model", [SDK, HTTP])
def test_a_listener_hears_the_text_grow_and_start_anew_after_a_fault(provider, model):
    text = '{"text": "a reply of some length"}'
    provider.script = [replace(streamed(text), reset_after=2), streamed(text)]
    heard = []
    llm = llm_of(provider, model=model)
    assert llm.ask("Say fine.", Note, on_text=heard.append).text == "a reply of some length"
    assert all(text.startswith(part) for part in heard)
    assert heard[-1] == text
    assert len(heard) >= 3
    assert provider.requests[0].is_streamed
    assert llm.usage().tokens_in == 100


def test_a_reply_that_does_not_fit_is_shown_back_once_with_the_reason(provider):
    provider.script = [answer('{"words": "fine"}'), FINE]
    llm = llm_of(provider)
    assert llm.ask("Say fine.", Note) == Note(text="fine")
    first, second = (seen.body["messages"] for seen in provider.requests)
    assert second[0] == first[0]
    assert second[1] == {"role": "assistant", "content": '{"words": "fine"}'}
    assert "text: field required" in second[2]["content"]
    assert llm.usage().calls == 2


@pytest.mark.parametrize(
    "text", ["Fine, I would say.", '{"text": "fi', '{"text": []}', '[{"text": 1}, 2]', "{}"]
)
def test_a_model_that_never_fits_is_an_error_with_the_start_of_its_text(provider, text):
    provider.answers = lambda seen: text
    cache = Keeper()
    with pytest.raises(ModelReplyError) as error:
        llm_of(provider, cache).ask("Say fine.", Note)
    assert f"It began: {text}" in error.value.message
    assert len(provider.requests) == 2
    assert not cache


def test_five_failures_in_a_row_stop_the_run(provider):
    provider.answers = lambda seen: refused(404)
    llm = llm_of(provider)
    for _ in range(5):
        with pytest.raises(ModelError, match="not known"):
            llm.ask("Say fine.", Note)
    with pytest.raises(StoppedError, match=r"5 failures in a row; the last: .* not known") as error:
        llm.ask("Say fine.", Note)
    assert "run it again" in error.value.hint
    assert len(provider.requests) == 5


def test_an_answer_between_failures_begins_the_count_anew(provider):
    provider.script = [refused(404)] * 4 + [FINE] + [refused(404)] * 4 + [FINE]
    llm = llm_of(provider)
    failures = 0
    for _ in range(10):
        try:
            llm.ask("Say fine.", Note)
        except ModelError:
            failures += 1
    assert (failures, len(provider.requests)) == (8, 10)


def test_a_closed_run_ends_calls_that_wait_and_makes_no_more(provider):
    provider.script = [replace(FINE, wait_s=30)]
    llm = llm_of(provider)
    ended = []

    def ask():
        try:
            llm.ask("Say fine.", Note)
        except StoppedError as error:
            ended.append(error)

    asking = Thread(target=ask)
    asking.start()
    while not provider.requests:
        time.sleep(0.01)
    llm.close()
    asking.join(10)
    assert len(ended) == 1
    with pytest.raises(StoppedError):
        llm.ask("Say fine.", Note)
    assert len(provider.requests) == 1


def test_no_more_than_jobs_calls_are_in_flight_and_each_gets_its_own_answer(provider):
    provider.latency_s = 0.03
    provider.answers = lambda seen: f'{{"text": "{seen.prompt}"}}'
    llm = llm_of(provider, jobs=3)
    questions = [f"question {number}" for number in range(24)]
    with ThreadPoolExecutor(12) as pool:
        notes = list(pool.map(lambda question: llm.ask(question, Note), questions))
    assert [note.text for note in notes] == questions
    assert provider.most_in_flight == 3
    assert llm.usage().calls == 24


def test_max_calls_holds_among_threads(provider):
    llm = llm_of(provider, max_calls=3)

    def ask(number):
        try:
            return llm.ask(f"question {number}", Note)
        except LimitError as error:
            return error

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(ask, range(16)))
    assert sum(isinstance(result, Note) for result in results) == 3
    assert len(provider.requests) == 3
    stopped = next(result for result in results if isinstance(result, LimitError))
    assert "3 times" in stopped.message
    assert "--max-calls" in stopped.hint


def test_attempts_count_as_calls(provider):
    provider.script = [refused(500)] * 9
    with pytest.raises(LimitError):
        llm_of(provider, max_calls=2).ask("Say fine.", Note)
    assert len(provider.requests) == 2


def test_the_budget_stops_before_the_call_that_would_pass_it(provider):
    usage = {"prompt_tokens": 100_000, "completion_tokens": 1000, "total_tokens": 101_000}
    provider.script = [answer(FITS, usage=usage)]
    llm = llm_of(provider, budget_usd=0.0156)
    llm.ask("Say fine.", Note)
    assert llm.usage().cost_usd == pytest.approx(100_000 * 0.15e-6 + 1000 * 0.6e-6)  # their list
    with pytest.raises(LimitError, match=r"budget of \$0.0156; \$0.0156 is spent") as error:
        llm.ask("Say fine again.", Note)
    assert "--budget" in error.value.hint
    assert len(provider.requests) == 1


def test_a_model_without_a_price_counts_tokens_and_has_no_cost(provider):
    llm = llm_of(provider, model=HTTP, budget_usd=0.01)
    llm.ask("Say fine.", Note)
    usage = llm.usage()
    assert (usage.model, usage.tokens_in, usage.cost_usd) == (HTTP, 100, None)
    assert llm.price_usd(1, 1) is None


def test_a_damaged_reply_is_paid_for_too(provider):
    provider.script = [answer(FITS, finish_reason=None), FINE]
    llm = llm_of(provider)
    llm.ask("Say fine.", Note)
    assert llm.usage().tokens_in == 200


CALLS_BESIDE_A_LOGGER = """
import json, sys, time
from reviewer.llm.client import LLM, load_litellm
from reviewer.types.frozen import Frozen
from reviewer.settings import Settings

class Note(Frozen):
    text: str

url, heard = sys.argv[1], []
litellm = load_litellm()
litellm.success_callback = [lambda *given: heard.append(given[0]["messages"])]
LLM(Settings(model="openai/fake", api_base=url)).ask("a paper's text", Note)
bare = [{"role": "user", "content": "asked past the program"}]
litellm.completion("openai/fake", bare, api_base=url, api_key="sk-none")
end = time.monotonic() + 60
while not heard and time.monotonic() < end:
    time.sleep(0.01)
time.sleep(0.2)  # loggers run in a thread of their own, one after the other
print(json.dumps([given[0]["content"] for given in heard]), flush=True)
"""


def test_litellm_hands_no_call_to_loggers(provider):
    """In a process of its own: litellm sets loggers up once, with what is there at a first call."""
    done = subprocess.run(
        [sys.executable, "-c", CALLS_BESIDE_A_LOGGER, provider.url],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT), "OPENAI_API_KEY": "sk-none"},
        capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1:] == ['["asked past the program"]'], done.stderr


def test_a_kept_reply_contacts_nobody():
    cache = Keeper()
    with FakeProvider(answers=lambda seen: FITS) as provider:
        first = llm_of(provider, cache).ask("Say fine.", Note, prompt_hash="a1")
    llm = llm_of(provider, cache, max_calls=0, offline=True)
    heard = []
    assert llm.ask("Say fine.", Note, prompt_hash="a1", on_text=heard.append) == first
    assert heard == [FITS]
    usage = llm.usage()
    assert (usage.calls, usage.cached_calls, usage.cost_usd) == (0, 1, 0.0)


def test_a_reply_is_kept_for_the_same_question_only(provider):
    class Other(Frozen):
        text: str
        more: str = ""

    cache = Keeper()
    llm_of(provider, cache).ask("Say fine.", Note, prompt_hash="a1")
    llm_of(provider, cache).ask("Say fine!", Note, prompt_hash="a1")
    llm_of(provider, cache).ask("Say fine.", Note, prompt_hash="b2")
    llm_of(provider, cache).ask("Say fine.", Other, prompt_hash="a1")
    llm_of(provider, cache, model=HTTP).ask("Say fine.", Note, prompt_hash="a1")
    assert len(provider.requests) == len(cache) == 5


def test_a_kept_reply_that_does_not_fit_is_asked_anew(provider):
    cache = Keeper()
    llm_of(provider, cache).ask("Say fine.", Note)
    (key,) = cache
    cache[key] = "not a reply"
    assert llm_of(provider, cache).ask("Say fine.", Note) == Note(text="fine")
    assert cache[key] == FITS


@pytest.mark.parametrize("model", [SDK, HTTP])
@pytest.mark.parametrize(
    "reply",
    [
        refused(400, f"bad header: Bearer {KEY}"),
        refused(400, f"{KEY[:12]}************ is no key"),
        refused(401, f"Incorrect API key provided: {KEY}"),
        refused(500, f"env OPENAI_API_KEY={KEY}"),
        refused(429, f"quota of {KEY} insufficient_quota"),
        Reply(f"<html>{KEY}</html>".encode()),
        answer(None, refusal=f"I will not use {KEY}"),
        answer(f"Your key is {KEY}"),
        streamed(f"Your key is {KEY}"),
    ],
    ids=["400", "masked", "401", "500", "quota", "HTML", "refusal", "prose", "stream"],
)
def test_a_key_that_the_provider_echoes_is_never_told(
    provider, reply, model, monkeypatch, caplog, capfd
):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("HOSTED_VLLM_API_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    provider.script = [reply] * 9
    heard = []
    hearing = {"on_text": heard.append} if reply.events else {}
    with pytest.raises(ModelError) as error:
        llm_of(provider, model=model).ask("Say fine.", Note, **hearing)
    assert provider.requests[0].headers["Authorization"] == f"Bearer {KEY}"
    ours = [r.getMessage() for r in caplog.records if r.name.startswith(("LiteLLM", "reviewer"))]
    out, err = capfd.readouterr()
    everything = told(error) + "".join(ours) + "".join(heard) + out + err
    assert KEY not in everything
    assert KEY[:12] not in everything


def test_a_key_in_an_answer_is_neither_kept_nor_told(provider, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    provider.script = [answer(f'{{"text": "your key is {KEY}"}}')]
    cache = Keeper()
    assert llm_of(provider, cache).ask("Say fine.", Note).text == "your key is (key)"
    assert KEY not in "".join([*cache, *cache.values()])


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"model": "openai/gpt-4o-mini"}, "OPENAI_API_KEY is not set"),
        ({"model": "gpt-4o-mini"}, "OPENAI_API_KEY is not set"),
        ({"model": "anthropic/claude-sonnet-4-5"}, "ANTHROPIC_API_KEY is not set"),
        ({"model": "gemini/gemini-2.5-flash"}, "GEMINI_API_KEY or GOOGLE_API_KEY is not set"),
        ({"model": "gpt-nonsense"}, "does not begin with a provider"),
        ({"model": "nobody/model"}, "does not begin with a provider"),
        ({"model": "openai/gpt-4o-mini", "offline": True}, "--offline"),
        ({"model": "ollama/llama3", "api_base": "http://10.0.0.1:1", "offline": True}, "--offline"),
    ],
)
def test_a_model_that_cannot_be_asked_is_told_before_anything_is_sent(settings, said):
    # The socket block of the tests would end any attempt in another error.
    with pytest.raises(ModelError, match=said) as error:
        LLM(Settings(**settings)).ask("Say fine.", Note)
    assert error.value.hint


def test_no_model_is_a_mistake_of_usage():
    with pytest.raises(UsageError, match="no model is set"):
        LLM(Settings())


def test_a_server_on_this_machine_needs_no_key_and_no_network(provider):
    assert llm_of(provider, model=SDK, offline=True).ask("Say fine.", Note) == Note(text="fine")


@pytest.mark.parametrize("model", [SDK, HTTP])
def test_a_redirect_takes_no_prompt_elsewhere(provider, model):
    with FakeProvider(answers=lambda seen: FITS) as elsewhere:
        provider.script = [Reply(status=308, headers={"Location": f"{elsewhere.url}/chat"})]
        with pytest.raises(ReviewError):
            llm_of(provider, model=model).ask("Say fine.", Note)
        assert not elsewhere.requests


@pytest.mark.parametrize("model", [SDK, HTTP])
def test_the_schema_is_asked_for_where_the_provider_has_it(provider, model):
    llm_of(provider, model=model).ask("Say fine.", Note)
    (seen,) = provider.requests
    assert seen.prompt == "Say fine."
    assert seen.schema == {
        "type": "object",
        "properties": {"text": {"type": "string"}},
        "required": ["text"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    "reply",
    [
        refused(400, "This response_format type is unavailable now"),  # DeepSeek
        refused(400, "Failed to generate JSON. See failed_generation.", "json_validate_failed"),
        refused(422, "extra fields not permitted"),
        refused(500, "guided_json is not supported by this engine"),  # older vLLM
        refused(404, "No endpoints found that can handle the requested response_format"),
    ],
    ids=["DeepSeek", "Groq", "422", "vLLM", "OpenRouter"],
)
@pytest.mark.parametrize("model", [SDK, HTTP, PLAIN])
def test_a_server_that_refuses_a_schema_gets_it_in_words_for_the_rest_of_the_run(
    provider, model, reply
):
    provider.script = [reply]
    llm = llm_of(provider, model=model)
    assert llm.ask("Say fine.", Note) == llm.ask("Say fine again.", Note) == Note(text="fine")
    first, *others = provider.requests
    assert len(others) == 2
    assert first.schema
    assert first.prompt == "Say fine."
    for seen in others:
        assert seen.schema is None
        assert "\n\nReply with one JSON object" in seen.prompt
        assert '"required":["text"]' in seen.prompt


def test_a_server_that_names_the_limit_of_a_reply_otherwise_gets_its_own_name(provider):
    unsupported = "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
    provider.script = [refused(400, unsupported + "'max_completion_tokens' instead.")]
    llm = llm_of(provider, model=PLAIN)
    form = Form(Note, most_tokens=50)
    assert llm.ask("Say fine.", form) == llm.ask("Say fine again.", form) == Note(text="fine")
    given = [{n: v for n, v in seen.body.items() if "tokens" in n} for seen in provider.requests]
    assert given == [{"max_tokens": 50}] + [{"max_completion_tokens": 50}] * 2


def test_a_fault_without_a_schema_too_leaves_the_schema_for_later(provider):
    provider.script = [refused(400), refused(400)]
    llm = llm_of(provider)
    with pytest.raises(ModelError, match="malformed"):
        llm.ask("Say fine.", Note)
    llm.ask("Say fine.", Note)
    assert [bool(seen.schema) for seen in provider.requests] == [True, False, True]


@pytest.mark.parametrize(
    ("settings", "tokens"),
    [
        ({"model": SDK}, 128_000),
        ({"model": SDK, "context_tokens": 3000}, 3000),
        ({"model": HTTP}, 8192),
        ({"model": "ollama/no-such-model"}, 8192),
    ],
)
def test_the_context_is_the_setting_or_what_is_known_or_8192(settings, tokens):
    assert LLM(Settings(**settings)).context_tokens == tokens


@pytest.mark.parametrize("model", ["ollama/llama3", "ollama_chat/llama3"])
def test_ollama_is_told_the_context_and_held_to_the_schema(provider, model):
    reply = {"message": {"role": "assistant", "content": FITS}, "done": True, "model": "llama3"}
    provider.script = [sent(reply | {"done_reason": "stop", "eval_count": 3})]
    base = provider.url.removesuffix("/v1")
    llm = llm_of(provider, model=model, api_base=base, context_tokens=4096)
    assert llm.ask("Say fine.", Note) == Note(text="fine")
    (seen,) = provider.requests
    assert seen.path == "/api/chat"
    assert seen.body["options"]["num_ctx"] == 4096
    assert seen.body["format"]["required"] == ["text"]


def test_a_reply_that_ollama_cut_is_no_answer(provider):
    reply = {"message": {"role": "assistant", "content": FITS}, "done": True, "model": "llama3"}
    provider.script = [sent(reply | {"done_reason": "length"})]
    base = provider.url.removesuffix("/v1")
    with pytest.raises(DamagedReplyError, match="cut"):
        llm_of(provider, model="ollama/llama3", api_base=base).ask("Say fine.", Note)


@pytest.mark.parametrize(
    ("settings", "seconds"),
    [
        ({"model": SDK}, 120),
        ({"model": SDK, "timeout_s": 7}, 7),
        ({"model": "ollama/llama3"}, 600),
        ({"model": HTTP, "api_base": "http://localhost:8000/v1"}, 600),
        ({"model": HTTP, "api_base": "https://models.example.org/v1"}, 120),
    ],
)
def test_models_on_this_machine_have_more_time(settings, seconds):
    assert LLM(Settings(**settings)).timeout_s == seconds


def test_warming_up_contacts_nobody_and_disturbs_nothing(provider):
    warm_up()
    assert llm_of(provider).ask("Say fine.", Note) == Note(text="fine")
    assert len(provider.requests) == 1
