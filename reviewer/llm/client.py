"""Calls a model through litellm, which only this file imports; calls are retried only here."""

from __future__ import annotations

import hashlib
import importlib
import json
import logging
import os
import threading
import time
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from types import ModuleType
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from pydantic import BaseModel

import reviewer.llm.provider_errors as provider_errors
import reviewer.llm.providers as providers
import reviewer.llm.replies as replies
from reviewer.errors import ModelError, UsageError
from reviewer.http import SteadyTransport, loopback_only, steady_client
from reviewer.llm.budget import Account, LimitError, SharedBudget, StoppedError, run_ended
from reviewer.llm.context import context_of_server
from reviewer.llm.deadline import OnText, ignore_text, within
from reviewer.llm.form import Form
from reviewer.llm.replies import (
    CutReplyError,
    DamagedReplyError,
    MisfitError,
    ModelReplyError,
    ProviderReply,
    ReplyCache,
    TooLargeError,
)
from reviewer.settings import Settings
from reviewer.text.redact import excerpt, redact
from reviewer.types.runs import Usage

R = TypeVar("R", bound=BaseModel | str)
Messages = list[dict[str, str]]

PAUSE_S = 0.5  # before the second attempt, plus up to as much by chance; doubles with each
LEAST_CONTEXT = 8192  # tokens, if nothing is known about a model
_CHARACTERS_A_TOKEN = 4  # for estimates before a call, and for replies without token counts
# What a model may think before it replies counts as its reply too.
_THOUGHT_TOKENS = 16_000
_LEAST_REPLY = 256  # tokens
_SHARE_OF_A_REPLY = 3  # of a context below LEAST_CONTEXT, a reply takes at most one in this many
_WIDER = 4  # times as long may a reply be that was cut
_loading = threading.Lock()


def warm_up() -> None:
    """Begin to import litellm, and what its first call imports, in a thread of its own."""

    def work() -> None:
        litellm = load_litellm()
        importlib.import_module("openai.resources")
        question = [{"role": "user", "content": "?"}]
        litellm.completion("openai/gpt-4o-mini", question, mock_response="!")  # sends nothing

    threading.Thread(target=work, name="litellm import", daemon=True).start()


def load_litellm() -> ModuleType:
    """The module, imported on first use (2 to 4 s) and set so that it fetches no lists, prints
    nothing and follows no redirects."""
    with _loading:
        os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        os.environ.setdefault("LITELLM_MODE", "PRODUCTION")
        providers.require_sound("litellm")
        # Some come while it is imported; litellm silences them in a way that threads undo.
        warnings.filterwarnings("ignore", "Pydantic serializer|Items? '.*' on TypedDict class")
        import litellm

        if litellm.client_session is None:
            litellm.client_session = steady_client(replies.mend_body)
            litellm.sync_transport = SteadyTransport(replies.mend_body)  # of its other clients
            litellm.suppress_debug_info = True
            litellm.telemetry = False
            for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
                logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # they log whole requests
    loaded: ModuleType = litellm
    return loaded


class _SchemaRefusedError(Exception):
    """The request may pass without its JSON schema; without its bounds, if `is_for_bounds`."""

    def __init__(self, *, is_for_bounds: bool) -> None:
        super().__init__()
        self.is_for_bounds = is_for_bounds


class _LimitRenamedError(Exception):
    """The next attempt names the limit of its reply in another way."""

    may_pass = True


class LLM:
    """One model, whose replies are read into pydantic models. Safe to use from a pool of threads;
    `jobs` calls at a time.

    Nothing is imported or contacted before the first reply that `cache` does not have.
    """

    def __init__(
        self,
        settings: Settings,
        cache: ReplyCache | None = None,
        *,
        pause_s: float = PAUSE_S,
        shared: SharedBudget | None = None,
        within: Account | None = None,
    ) -> None:
        """`within` is an account of several models' calls, in which these count too."""
        if not settings.model:
            raise UsageError("no model is set", hint="Name one with --model.")
        self.model = settings.model
        self.jobs = settings.jobs
        self.timeout_s = providers.timeout_s(self.model, settings.api_base, settings.timeout_s)
        self._settings = settings
        self._cache = cache
        self._cache_lock = threading.Lock()
        self._turns: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()
        self._slots = threading.BoundedSemaphore(self.jobs)
        self._pause_s = pause_s
        self._limit_name = "max_tokens"
        self.notes: dict[str, None] = {}  # what a user should know of the replies, each once
        self._account = Account(self.model, settings.budget_usd, settings.max_calls, shared, within)

    def ask(
        self,
        prompt: str,
        into: type[R] | Form[R],
        *,
        prompt_hash: str = "",
        on_text: OnText = ignore_text,
    ) -> R:
        """The model's reply, from the cache if the same was asked before. `into` is its type, or
        its whole form.

        `on_text` is called with the text so far while the reply comes. Raises ModelReplyError if
        the reply does not fit twice, CutReplyError if it is too long twice, LimitError at --budget
        or --max-calls, StoppedError after too many failures, DeadlineError at --timeout, and
        ModelError if the provider refuses.
        """
        form = into if isinstance(into, Form) else Form(into)
        prompt = replies.mend(prompt)
        parts = [self.model, self._parameters(), prompt, form.sent_schema(), prompt_hash]
        key = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
        with self._cache_lock:
            turn = self._turns.setdefault(key, threading.Lock())
        with turn:  # another thread with the same prompt waits for this reply
            kept = self._kept(key, form, on_text)
            if kept is not None:
                return kept
            with self._slots:  # until it is cached: a kill loses at most one call a slot
                if self._cache is None:
                    return self._fitting_reply(prompt, form, on_text, key)[1]
                with self._cache.turn(key, self._account.closed) as is_ours:  # so does a process
                    if not is_ours:
                        raise run_ended()
                    kept = self._kept(key, form, on_text)
                    if kept is not None:
                        return kept
                    text, reply = self._fitting_reply(prompt, form, on_text, key)
                    self._keep(key, text)
            return reply

    def _kept(self, key: str, form: Form[R], on_text: OnText) -> R | None:
        """The kept reply, if there is one that can be read: someone may have changed it, or its
        form may be older."""
        cached = self._find(key)
        if cached is not None:
            with suppress(MisfitError):
                reply = form.read(cached)
                self._account.replay()
                on_text(cached)
                return reply
        return None

    def usage(self) -> Usage:
        """What this model's calls cost so far."""
        return self._account.usage

    def price_usd(self, tokens_in: int, tokens_out: int) -> float | None:
        """What these tokens cost by litellm's list; None if it has no price of the model."""
        return providers.price_usd(self._info, tokens_in, tokens_out)

    @cached_property
    def context_tokens(self) -> int:
        """How many tokens the model reads: the setting, else litellm's number, else what its server
        says, else LEAST_CONTEXT."""
        if self._settings.context_tokens is not None:
            return self._settings.context_tokens
        listed = self._info.get("max_input_tokens")
        return int(listed) if listed else self._said_context() or LEAST_CONTEXT

    def _said_context(self) -> int | None:
        """What the model's server says of its context. It is kept with the replies, as a run that
        is replayed contacts nobody."""
        base = providers.base_of(self.model, self._settings.api_base)
        parts = json.dumps(["context", self.model, base])
        key = hashlib.sha256(parts.encode()).hexdigest()
        kept = self._find(key)
        if kept is not None and kept.isdecimal():
            return int(kept)
        with loopback_only(self._settings.offline):
            found = context_of_server(self.model, base)
        if found is not None:
            self._keep(key, str(found))
        return found

    def _find(self, key: str) -> str | None:
        with self._cache_lock:
            return None if self._cache is None else self._cache.find(key)

    def _keep(self, key: str, reply: str) -> None:
        if self._cache is not None:
            with self._cache_lock:
                self._cache.keep(key, reply, self.model)

    def close(self, *, at_once: bool = True) -> None:
        """Let no more call begin. Calls that are waiting raise StoppedError soon if `at_once`."""
        self._account.close(at_once=at_once)

    def _parameters(self) -> dict[str, Any]:
        """What is sent with the prompt and can change a reply. Ollama cuts prompts at `num_ctx`
        without a message, so it must be given."""
        return {"num_ctx": self.context_tokens} if providers.is_ollama(self.model) else {}

    def _fitting_reply(
        self, prompt: str, form: Form[R], on_text: OnText, key: str
    ) -> tuple[str, R]:
        """A reply that fits, as text and as read. A server that refuses the schema is asked once
        more with the schema in words, and so for the rest of the run if that is right. `key` names
        the request among the kept replies."""
        if form.is_prose:
            return self._corrected(prompt, form, on_text, {}, key)
        while self._takes_schema:
            held = {"response_format": form.response_format(bounded=self._takes_bounds)}
            try:
                return self._corrected(prompt, form, on_text, held, key)
            except _SchemaRefusedError as refused:
                if not (refused.is_for_bounds and self._takes_bounds):
                    break
                self._takes_bounds = False
        found = self._corrected(prompt + form.in_words(), form, on_text, {}, key)
        self._takes_schema = False
        return found

    def _corrected(
        self, prompt: str, form: Form[R], on_text: OnText, held: Mapping[str, Any], key: str
    ) -> tuple[str, R]:
        """A reply that fits, as text and as read, of requests with the options `held`. One that
        does not fit, has a fault or was cut is asked for once more. If the second cannot be read, a
        first one with a fault is used. Such a first one is kept: a run that is killed at the second
        does not pay for it again."""
        first_key = f"{key} first"
        messages = [{"role": "user", "content": prompt}]
        most = self._most_tokens(form.most_tokens, messages)
        options = {**held} if most is None else {**held, "max_tokens": most}
        try:
            text = self._find(first_key) or self._reply(messages, options, on_text)
        except CutReplyError as error:
            if most is None:
                self._account.fail(error.message)
                raise
            options["max_tokens"] = self._most_tokens(_WIDER * most, messages)
            return self._last_reply(messages, form, on_text, options)
        reply, fault = form.weigh(text)
        if reply is not None and not fault:
            return text, reply
        if reply is not None:
            self._keep(first_key, text)
        messages.append({"role": "assistant", "content": self._shown_again(text, messages)})
        messages.append({"role": "user", "content": form.correction(fault)})
        try:
            second = self._last_reply(messages, form, on_text, options)
        except (ModelReplyError, DamagedReplyError):
            if reply is None:
                raise
            return text, reply
        is_worse = reply is not None and form.is_worse(second[1], reply)
        return (text, reply) if is_worse and reply is not None else second

    def _last_reply(
        self, messages: Messages, form: Form[R], on_text: OnText, options: Mapping[str, Any]
    ) -> tuple[str, R]:
        """A reply that can be read, as text and as read, be it from the model's thoughts; its
        faults are let pass."""
        try:
            text = self._reply(messages, options, on_text)
        except CutReplyError as error:
            self._account.fail(error.message)
            raise
        reply, fault = form.weigh(text)
        if reply is not None:
            return text, reply
        with suppress(MisfitError):
            found = form.read_thoughts(text)
            self.notes[f"{self.model} answered in its thoughts alone; they were read"] = None
            return text, found
        raise ModelReplyError(
            f"{self.model} did not answer in the form that was asked for: "
            f"{excerpt(fault)}. It began: {excerpt(text)}",
            hint="Run it again, or choose another --model.",
        )

    def _shown_again(self, text: str, messages: Messages) -> str:
        """The reply as the model sees it beside what is wrong with it: its beginning, where the
        whole would leave no room for another one in a small context."""
        size = sum(len(message["content"]) for message in messages) + len(text)
        left = self.context_tokens - size // _CHARACTERS_A_TOKEN
        return text if left >= self.context_tokens // _SHARE_OF_A_REPLY else excerpt(text)

    def _most_tokens(self, wanted: int | None, messages: Messages) -> int | None:
        """How many tokens a reply may have: those that are wanted, and room for a model's thoughts
        if it is known to think, within what the model can write and what its context leaves."""
        if wanted is None:
            return None
        if self._info.get("supports_reasoning"):
            wanted += _THOUGHT_TOKENS
        size = sum(len(message["content"]) for message in messages) // _CHARACTERS_A_TOKEN
        most = min(wanted, max(_LEAST_REPLY, self.context_tokens - size))
        if self.context_tokens < LEAST_CONTEXT:
            most = min(most, max(_LEAST_REPLY, self.context_tokens // _SHARE_OF_A_REPLY))
        return min(most, int(self._info.get("max_output_tokens") or most))

    def _reply(self, messages: Messages, options: Mapping[str, Any], on_text: OnText) -> str:
        """The text of a whole reply to a request with these options, from as many attempts as it
        takes within the time-out."""
        end = time.monotonic() + self.timeout_s
        try:
            text = provider_errors.until_answered(
                lambda: self._attempt(messages, options, on_text, end),
                self.model,
                self.timeout_s,
                self._pause_s,
                self._account.closed,
            )
        except (LimitError, StoppedError, TooLargeError, CutReplyError, _SchemaRefusedError):
            raise
        except ModelError as error:
            self._account.fail(error.message)
            raise
        self._account.succeed()
        return text

    def _attempt(
        self, messages: Messages, options: Mapping[str, Any], on_text: OnText, end: float
    ) -> str:
        """One request, which is paid for whether its reply is whole or not."""
        size = sum(len(message["content"]) for message in messages) // _CHARACTERS_A_TOKEN + 1
        expected_usd = self.price_usd(size, 0) or 0.0
        held_usd = self._account.begin(expected_usd)
        began = time.monotonic()
        try:
            reply = self._whole_reply(messages, options, on_text, end)
            used_in = reply.tokens_in or size
            used_out = reply.tokens_out or len(reply.text or "") // _CHARACTERS_A_TOKEN
            self._account.charge(used_in, used_out, self.price_usd(used_in, used_out))
        finally:
            self._account.end(held_usd, time.monotonic() - began)
        return redact(replies.mend(replies.whole_text(reply, self.model)))

    def _whole_reply(
        self, messages: Messages, options: Mapping[str, Any], on_text: OnText, end: float
    ) -> ProviderReply:
        """The provider's reply to one request, within what is left of the time-out."""
        try:
            return within(
                end - time.monotonic(),
                lambda tell: self._send(
                    messages, options, None if on_text is ignore_text else tell
                ),
                on_text,
                self._account.closed,
            )
        except Exception as error:
            if "max_tokens" in options and provider_errors.wants_other_limit(error):
                self._limit_name = "max_completion_tokens"
                raise _LimitRenamedError from None
            if "response_format" in options and provider_errors.refuses_schema(error):
                for_bounds = any(bound in str(error) for bound in replies.BOUNDS)
                raise _SchemaRefusedError(is_for_bounds=for_bounds) from None
            raise

    def _send(
        self, messages: Messages, given: Mapping[str, Any], on_text: OnText | None
    ) -> ProviderReply:
        """The provider's reply. It is streamed only if there is an `on_text`."""
        bodies: list[str] = []

        def keep_body(details: dict[str, Any]) -> None:
            if isinstance(details.get("original_response"), str):
                bodies.append(details["original_response"])

        once = providers.trying_once(self._litellm, self.model)
        options = {**self._parameters(), **once, **given}
        if "max_tokens" in options:
            options[self._limit_name] = options.pop("max_tokens")
        if on_text is not None:
            options |= {"stream": True, "stream_options": {"include_usage": True}}
        providers.keep_from_loggers(self._litellm)
        sending = self._sending if on_text is None else self._new_sending()
        with loopback_only(self._settings.offline):
            reply = self._litellm.completion(
                messages=messages, drop_params=True, logger_fn=keep_body, **sending, **options
            )
            if on_text is not None:
                return replies.read_stream(reply, on_text, sending.get("client"))
        return replies.reply_of(reply, bodies[0] if bodies else "")

    @cached_property
    def _litellm(self) -> ModuleType:
        return _ready(self.model, self._settings)

    @cached_property
    def _sending(self) -> dict[str, Any]:
        return self._new_sending()

    def _new_sending(self) -> dict[str, Any]:
        model, base = providers.chat_model(self.model), self._settings.api_base
        return providers.sending(self._litellm, model, base, self.timeout_s)

    @cached_property
    def _takes_schema(self) -> bool:
        """Whether the schema goes with a request. False after a server refused it."""
        listed = self._litellm.supports_response_schema
        return providers.takes_schema(self.model, self._settings.api_base) or listed(self.model)

    @cached_property
    def _takes_bounds(self) -> bool:
        """Whether the schema has bounds: for a server that the user names, where a small model may
        write on and on. False after it refused them."""
        return bool(providers.base_of(self.model, self._settings.api_base))

    @cached_property
    def _info(self) -> Mapping[str, Any]:
        """What litellm's list says about the model. Its own functions would ask Ollama over the
        network."""
        costs = providers.costs_in("litellm") or load_litellm().model_cost
        return providers.listed(costs, self.model)


def _ready(model: str, settings: Settings) -> ModuleType:
    """litellm, after the checks of the model. Raises ModelError if the model cannot be used."""
    providers.check_early(model, settings.api_base, offline=settings.offline)
    providers.check_answers(model, settings.api_base)
    litellm = load_litellm()
    providers.check(litellm, model, settings.api_base)
    return litellm


def embed(model: str, texts: Sequence[str], settings: Settings) -> list[list[float]]:
    """One vector a text from a provider's embedding model, in the texts' order.

    Raises ModelError if the provider refuses, fails after MOST_ATTEMPTS, or does not give exactly
    one vector a text.
    """
    litellm = _ready(model, settings)
    most_s = providers.timeout_s(model, settings.api_base, settings.timeout_s)
    sending = providers.sending(litellm, model, settings.api_base, most_s)
    end, never = time.monotonic() + most_s, threading.Event()

    def send(_: OnText) -> Any:  # noqa: ANN401  litellm's own reply type
        with loopback_only(settings.offline):
            return litellm.embedding(input=list(texts), **sending)

    def attempt() -> Any:  # noqa: ANN401
        return within(end - time.monotonic(), send, ignore_text, never)

    reply = provider_errors.until_answered(attempt, model, most_s, PAUSE_S, never)
    return replies.vectors_of(reply, len(texts), model)
