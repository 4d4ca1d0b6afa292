"""Asks the online sources: at their pace, again if a fault may pass, never twice for one thing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Literal, Self
from urllib.parse import quote_plus, urlencode

from reviewer.errors import OnlineError
from reviewer.hosts import Resolve, UnreachableError, place_of
from reviewer.http import Fetcher, Limits, NoConnectionError, PassingError, Reply
from reviewer.retry import Patience, retry, retry_after_s
from reviewer.settings import Settings, cache_folder
from reviewer.sources.online.cache import DAY_S, AnswerCache
from reviewer.sources.online.services import SERVICES, Service, base_of, key_of, places
from reviewer.sources.parsing.json_path import Json
from reviewer.text.redact import excerpt, redact

ATTEMPTS = 4
KEPT_S = 7 * DAY_S
LONGEST_PAUSE_S = 60.0  # where a service asks for more, the user gets an error instead
_BUSY = (429, 500, 502, 503, 504)
_PAUSE_S, _NEAR_PAUSE_S = 1.0, 0.05  # before the second attempt; doubled before each further one
_PAUSED_S = 0.001
_MOST_FAILURES = 2  # in a row: then a service is not asked again in this run


class NotThereError(OnlineError):
    """The source answers that it does not know what was named."""


class GivenUpError(OnlineError):
    """A source that failed too often in this run, and is not asked again."""


def is_cut_off(error: OnlineError) -> bool:
    """True where the source cannot be reached at all."""
    return isinstance(error, UnreachableError | NoConnectionError)


class Web:
    """One run's way to the online sources. Use it as a context manager, or call `close`."""

    def __init__(
        self,
        settings: Settings,
        *,
        folder: Path | None = None,
        wait: Callable[[float], None] = time.sleep,
        resolve: Resolve | None = None,
        limits: Limits | None = None,
        most_age_s: float = KEPT_S,
    ) -> None:
        """Answers are kept in `folder`, else in the user's cache, and used up to `most_age_s`.
        Raises UsageError for an unusable base address in the settings."""
        self.settings = settings
        self._most_age_s = most_age_s
        self._cache = AnswerCache(folder or cache_folder() / "online")
        self._fetcher = Fetcher(places(settings), resolve, limits or Limits())
        self._wait = wait
        self._next_at: dict[str, float] = {}
        self._failures: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._fetcher.close()

    def require_network(self) -> None:
        """Raises OnlineError under --offline."""
        if self.settings.offline:
            raise OnlineError(
                "--offline forbids the network",
                hint="Run it again without --offline, and with REVIEW_OFFLINE unset.",
            )

    def json(
        self, name: str, path: str, parameters: Mapping[str, str], max_age_s: float = KEPT_S
    ) -> Json:
        """A service's answer. Raises NotThereError or OnlineError."""
        body = self._answer(SERVICES[name], path, parameters, "json", max_age_s)
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            raise OnlineError(f"{SERVICES[name].label}'s answer cannot be read") from error

    def xml(
        self, name: str, path: str, parameters: Mapping[str, str], max_age_s: float = KEPT_S
    ) -> bytes:
        """A service's answer, not yet parsed. Raises NotThereError or OnlineError."""
        return self._answer(SERVICES[name], path, parameters, "xml", max_age_s)

    def _answer(
        self,
        service: Service,
        path: str,
        parameters: Mapping[str, str],
        kind: Literal["json", "xml"],
        max_age_s: float,
    ) -> bytes:
        self.require_network()
        base = base_of(service, self.settings)
        request = {"base": base, "path": path, **{f"?{n}": v for n, v in parameters.items()}}
        if (found := self._cache.find(request, min(max_age_s, self._most_age_s))) is not None:
            return found
        if self._failures.get(service.name, 0) >= _MOST_FAILURES:
            raise GivenUpError(
                f"{service.label} failed {_MOST_FAILURES} times in a row and is not asked again",
                hint="Try again later.",
            )
        url = f"{base}{path}?{urlencode({**parameters, **self._own_parameters(service)})}"
        try:
            body = self._whole(service, url, kind)
        except (PassingError, UnreachableError):
            self._failures[service.name] = self._failures.get(service.name, 0) + 1
            raise
        self._failures[service.name] = 0
        self._cache.keep(request, body)
        return body

    def _own_parameters(self, service: Service) -> dict[str, str]:
        key, mail = key_of(service, self.settings), self.settings.mail
        own = {"tool": "review"} if service.name == "pubmed" else {}
        if service.key_parameter and key:
            own[service.key_parameter] = key
        if service.mail_parameter and mail:
            own[service.mail_parameter] = mail
        return own

    def _whole(self, service: Service, url: str, kind: str) -> bytes:
        """The body of a good answer, after as many attempts as make sense."""
        first_s = _NEAR_PAUSE_S if place_of(url).is_loopback else _PAUSE_S
        return retry(
            lambda: self._attempt(service, url, kind),
            Patience(ATTEMPTS, first_s, longest_pause_s=LONGEST_PAUSE_S),
            may_pass=lambda error: isinstance(error, PassingError),
            named_pause_s=lambda error: getattr(error, "pause_s", None),
            sleep=self._wait,
        )

    def _attempt(self, service: Service, url: str, kind: str) -> bytes:
        key = key_of(service, self.settings)
        self._keep_pace(service, url, has_key=bool(key))
        secret = {service.key_header: key} if key and service.key_header else {}
        agent = f"review/{metadata.version('reviewer')}"
        reply = self._fetcher.get(url, {"User-Agent": agent}, secret)
        body = reply.body
        for spelled in {key, quote_plus(key)} - {""}:
            body = body.replace(spelled.encode(), b"(key)")
        reply = replace(reply, body=body)
        if _is_busy(reply):
            raise _busy(service, reply, has_key=bool(key))
        return self._body(service, reply, kind)

    def _keep_pace(self, service: Service, url: str, *, has_key: bool) -> None:
        """Wait until the service may be asked again; one on this machine needs no rest."""
        if place_of(url).is_loopback:
            return
        pause_s = service.keyed_pace_s if has_key else service.pace_s
        left_s = self._next_at.get(service.name, 0.0) - time.monotonic()
        if left_s > _PAUSED_S:
            self._wait(left_s)
        self._next_at[service.name] = time.monotonic() + pause_s

    def _body(self, service: Service, reply: Reply, kind: str) -> bytes:
        if reply.status in (404, 410):
            raise NotThereError(f"{service.label} knows nothing of that name")
        if reply.status in (401, 403):
            hint = f"Check REVIEW_{service.key.upper()}." if service.key else "Try again later."
            raise OnlineError(f"{service.label} refused the request ({reply.status})", hint=hint)
        if reply.status != 200:
            why = f": {why}" if (why := self._reason(reply)) else ""
            raise OnlineError(f"{service.label} did not take the request ({reply.status}){why}")
        if kind not in reply.headers.get("content-type", "").lower():
            raise OnlineError(f"{service.label} answered with something else than {kind.upper()}")
        return reply.body

    def _reason(self, reply: Reply) -> str:
        """The reason that a refusal gives as JSON, without what was sent."""
        try:
            found = json.loads(reply.body)
            text = str(found.get("message") or found.get("error") or "")
        except (ValueError, RecursionError, AttributeError):
            return ""
        if self.settings.mail:
            text = text.replace(self.settings.mail, "(mail)")
        return excerpt(redact(text))


def _is_busy(reply: Reply) -> bool:
    """arXiv says that it is busy in a text, with the status of a good answer."""
    return reply.status in _BUSY or reply.body[:20].startswith(b"Rate exceeded")


def _busy(service: Service, reply: Reply, *, has_key: bool) -> PassingError:
    pause_s = retry_after_s(reply.headers.get("retry-after", ""))
    hint = "Try again later."
    if reply.status >= 500:
        message = f"{service.label} has a fault of its own ({reply.status})"
    else:
        rest = f" and wants {pause_s:.0f} s of rest" if pause_s else ""
        message = f"{service.label} is asked too often{rest}"
        if service.key and not has_key:
            hint = f"Try again later, or set REVIEW_{service.key.upper()} to a key of your own."
    return PassingError(message, hint=hint, pause_s=pause_s)
