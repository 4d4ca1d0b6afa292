"""The only file that knows litellm: calls that a provider answers, retried in one layer."""

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
from functools import cached_property
from typing import Any, TypeVar

from pydantic import BaseModel

import reviewer.llm.provider_errors as faults
import reviewer.llm.providers as providers
import reviewer.llm.replies as replies
from reviewer.errors import ModelError, UsageError
from reviewer.http import steady_client
from reviewer.llm.budget import Account, LimitError, StoppedError
from reviewer.llm.deadline import Hear, unheard, within
from reviewer.llm.pool import Turns
from reviewer.llm.replies import Heard, MisfitError, ModelReplyError, ReplyCache
from reviewer.settings import Settings
from reviewer.text.redact import excerpt, redact
from reviewer.types.runs import Usage

R = TypeVar("R", bound=BaseModel)

PAUSE_S = 0.5  # before the second attempt, and as much again by chance; doubles with each
LEAST_CONTEXT = 8192  # tokens, when nothing is known of a model
_CHARACTERS_A_TOKEN = 4  # for estimates before a call, and for replies that do not count
_loading = threading.Lock()


def warm_up() -> None:
    """Begin to import litellm, and what its first call imports, beside other work."""

    def work() -> None:
        litellm = load_litellm()
        importlib.import_module("openai.resources")
        question = [{"role": "user", "content": "?"}]
        litellm.completion("openai/gpt-4o-mini", question, mock_response="!")  # contacts nobody

    threading.Thread(target=work, name="litellm import", daemon=True).start()


def load_litellm() -> Any:  # noqa: ANN401  a module without types
    """The module, imported on first use (2 to 4 s) and told to fetch, print and follow nothing."""
    with _loading:
        os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        os.environ.setdefault("LITELLM_MODE", "PRODUCTION")
        providers.require_sound("litellm")
        import litellm

        if litellm.client_session is None:
            litellm.client_session = steady_client()
            litellm.suppress_debug_info = True
            litellm.telemetry = False
            warnings.filterwarnings("ignore", "Pydantic serializer|Item '.*' on TypedDict class")
            for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
                logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # they log whole requests
    return litellm


class LLM:
    """One model, asked for records. Safe to use from a pool of threads; `jobs` calls at a time.

    Nothing is imported or contacted before the first reply that `cache` does not hold.
    """

    def __init__(
        self, settings: Settings, cache: ReplyCache | None = None, *, pause_s: float = PAUSE_S
    ) -> None:
        if not settings.model:
            raise UsageError("no model is set", hint="Name one with --model.")
        self.model = settings.model
        self.jobs = settings.jobs
        self.timeout_s = providers.timeout_s(self.model, settings.api_base, settings.timeout_s)
        self._settings = settings
        self._cache = cache
        self._cache_lock = threading.Lock()
        self._turns = Turns()
        self._slots = threading.BoundedSemaphore(self.jobs)
        self._pause_s = pause_s
        self._account = Account(self.model, settings.budget_usd, settings.max_calls)

    def ask(self, prompt: str, into: type[R], *, prompt_hash: str = "", hear: Hear = unheard) -> R:
        """The record that the model replies with, from the cache if the same was asked before.

        `hear` is told the text so far while the reply comes. Raises ModelReplyError when the reply
        does not fit twice, LimitError at --budget or --max-calls, StoppedError after too many
        failures, DeadlineError at --timeout, and ModelError for what a provider refuses.
        """
        prompt = replies.mend(prompt)
        key = self._key(prompt, into, prompt_hash)
        with self._turns.of(key):  # who asks the same meanwhile waits for this reply
            return self._asked_once(prompt, into, hear, key)

    def _asked_once(self, prompt: str, into: type[R], hear: Hear, key: str) -> R:
        if (kept := self._found(key)) is not None:
            try:
                record = replies.read_reply(kept, into)
            except MisfitError:
                pass  # a cache that was tampered with, or an older form: ask anew
            else:
                self._account.replay()
                hear(kept)
                return record
        with self._slots:  # until it is kept: a kill loses no more calls than there are slots
            text, record = self._asked(prompt, into, hear)
            if self._cache is not None:
                with self._cache_lock:
                    self._cache.keep(key, text, self.model)
        return record

    def usage(self) -> Usage:
        """What this model's calls cost so far."""
        return self._account.usage

    def price_usd(self, tokens_in: int, tokens_out: int) -> float | None:
        """What so many tokens cost by litellm's list; None for a model that it has no price of."""
        return providers.price_usd(self._info, tokens_in, tokens_out)

    @property
    def context_tokens(self) -> int:
        """How much the model reads: the setting, else litellm's figure, else LEAST_CONTEXT."""
        if self._settings.context_tokens is not None:
            return self._settings.context_tokens
        return int(self._info.get("max_input_tokens") or LEAST_CONTEXT)

    def close(self, *, at_once: bool = True) -> None:
        """No new call is made; those that wait raise StoppedError soon if this is `at_once`."""
        self._account.close(at_once=at_once)

    def _key(self, prompt: str, into: type[BaseModel], prompt_hash: str) -> str:
        parts = [self.model, self._parameters(), prompt, replies.schema_of(into), prompt_hash]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def _parameters(self) -> dict[str, Any]:
        """What is sent beside the prompt and can change a reply."""
        return {"num_ctx": self.context_tokens} if providers.is_ollama(self.model) else {}

    def _found(self, key: str) -> str | None:
        if self._cache is None:
            return None
        with self._cache_lock:
            return self._cache.find(key)

    def _asked(self, prompt: str, into: type[R], hear: Hear) -> tuple[str, R]:
        """A fitting reply and its record; one that does not fit is shown back once."""
        form = "" if self._takes_schema else replies.in_prose(into)
        asked = {"role": "user", "content": prompt + form}
        text = self._reply([asked], into, hear)
        try:
            return text, replies.read_reply(text, into)
        except MisfitError as misfit:
            mended = {"role": "user", "content": replies.told_back(misfit)}
        text = self._reply([asked, {"role": "assistant", "content": text}, mended], into, hear)
        try:
            return text, replies.read_reply(text, into)
        except MisfitError as misfit:
            raise ModelReplyError(
                f"{self.model} did not answer in the form that was asked for: "
                f"{excerpt(str(misfit))}. It began: {excerpt(text)}",
                hint="Run it again, or choose another --model.",
            ) from None

    def _reply(self, messages: list[dict[str, str]], into: type[BaseModel], hear: Hear) -> str:
        """The text of a whole reply, from as many attempts as it takes within the time-out."""
        end = time.monotonic() + self.timeout_s
        try:
            text = faults.until_answered(
                lambda: self._attempt(messages, into, hear, end),
                self.model, self.timeout_s, self._pause_s, self._account.closed,
            )  # fmt: skip
        except (LimitError, StoppedError):
            raise
        except ModelError as error:
            self._account.fail(error.message)
            raise
        self._account.succeed()
        return text

    def _attempt(
        self, messages: list[dict[str, str]], into: type[BaseModel], hear: Hear, end: float
    ) -> str:
        """One request, paid for whether its reply is whole or not."""
        size = sum(len(message["content"]) for message in messages) // _CHARACTERS_A_TOKEN + 1
        expected_usd = self.price_usd(size, 0) or 0.0
        self._account.begin(expected_usd)
        began = time.monotonic()
        try:
            heard: Heard = within(
                end - began,
                lambda tell: self._sent(messages, into, tell if hear is not unheard else None),
                hear,
                self._account.closed,
            )
        finally:
            self._account.end(expected_usd, time.monotonic() - began)
        used_in = heard.tokens_in or size
        used_out = heard.tokens_out or len(heard.text or "") // _CHARACTERS_A_TOKEN
        self._account.charge(used_in, used_out, self.price_usd(used_in, used_out))
        return redact(replies.mend(replies.whole(heard, self.model)))

    def _sent(
        self, messages: list[dict[str, str]], into: type[BaseModel], tell: Hear | None
    ) -> Heard:
        """What the provider replies. Streamed only for someone who listens."""
        bodies: list[str] = []

        def keep_body(details: dict[str, Any]) -> None:
            if isinstance(details.get("original_response"), str):
                bodies.append(details["original_response"])

        options: dict[str, Any] = self._parameters()
        if self._takes_schema:
            options["response_format"] = replies.as_format(into)
        if tell is not None:
            options |= {"stream": True, "stream_options": {"include_usage": True}}
        providers.keep_from_loggers(self._litellm)
        sending = self._sending if tell is None else self._new_sending()
        reply = self._litellm.completion(
            messages=messages, drop_params=True, logger_fn=keep_body, **sending, **options
        )
        if tell is not None:
            return replies.listened_to(reply, tell, sending.get("client"))
        return replies.heard_of(reply, bodies[0] if bodies else "")

    @cached_property
    def _litellm(self) -> Any:  # noqa: ANN401  a module without types
        return _ready(self.model, self._settings)

    @cached_property
    def _sending(self) -> dict[str, Any]:
        return self._new_sending()

    def _new_sending(self) -> dict[str, Any]:
        model, base = providers.chat_model(self.model), self._settings.api_base
        return providers.sending(self._litellm, model, base, self.timeout_s)

    @cached_property
    def _takes_schema(self) -> bool:
        listed = self._litellm.supports_response_schema
        return providers.takes_schema(self.model) or listed(self.model)

    @cached_property
    def _info(self) -> Mapping[str, Any]:
        """What litellm's list says of the model. Its own functions ask Ollama over the network."""
        costs = providers.costs_in("litellm") or load_litellm().model_cost
        return providers.listed(costs, self.model)


def _ready(model: str, settings: Settings) -> Any:  # noqa: ANN401  a module without types
    providers.check_early(model, settings.api_base, offline=settings.offline)
    providers.check(load_litellm(), model, settings.api_base, offline=settings.offline)
    return load_litellm()


def embed(model: str, texts: Sequence[str], settings: Settings) -> list[list[float]]:
    """One vector a text from a provider's embedding model, in the texts' order.

    Raises ModelError when the provider refuses, fails after MOST_ATTEMPTS, or gives another number
    of vectors than texts.
    """
    litellm = _ready(model, settings)
    most_s = providers.timeout_s(model, settings.api_base, settings.timeout_s)
    sending = providers.sending(litellm, model, settings.api_base, most_s)
    end, never = time.monotonic() + most_s, threading.Event()

    def call(_: Hear) -> Any:  # noqa: ANN401  litellm's own reply type
        return litellm.embedding(input=list(texts), **sending)

    reply = faults.until_answered(
        lambda: within(end - time.monotonic(), call, unheard, never),
        model, most_s, PAUSE_S, never,
    )  # fmt: skip
    return replies.vectors_of(reply, len(texts), model)
