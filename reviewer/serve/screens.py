"""The screenings that are open, and who reads in them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import RLock
from urllib.parse import quote, unquote

from fastapi import Request
from starlette.responses import Response

from reviewer.errors import NotFoundError, UsageError
from reviewer.library import Library
from reviewer.library.screen_store import ScreenStore
from reviewer.serve.access import Access
from reviewer.tasks.jobs.desk import Desk
from reviewer.tasks.screening.screening import Screening
from reviewer.tasks.screening.suggestions import model_of

_MOST_OPEN = 12  # each holds a ranker: of 50,000 records about 200 MB
_KEPT_S = 400 * 24 * 3600  # what browsers keep a cookie at most
SHOW_MODEL = ("after", "before", "never")


class Screens:
    """Open screenings by name and reviewer: a ranker learns what one reviewer may know. They have a
    library of their own, so that nobody else waits for their transactions."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._turns = RLock()
        self._stack = ExitStack()
        self._library: Library | None = None
        self._file = 0  # of the library, when the screenings were opened
        self._open: OrderedDict[tuple[str, str], tuple[Screening, RLock]] = OrderedDict()

    @contextmanager
    def opened(self, name: str, reviewer: str = "") -> Iterator[Screening]:
        """The screening of this name as it is now, for one thread at a time. Raises NotFoundError
        for an unknown one."""
        with self._turns:
            self._store(name)
            own = self._open.pop((name, reviewer), None)
            own = own or (Screening(self._at_hand(), name), RLock())
            self._open[name, reviewer] = own
            while len(self._open) > _MOST_OPEN:
                self._open.popitem(last=False)
        screening, turn = own
        with turn:
            screening.refresh()
            yield screening

    def people(self, name: str) -> tuple[str, ...]:
        """The reviewers of a screening who are people. Raises NotFoundError for an unknown one."""
        with self._turns:
            screen = self._store(name).screen(name)
        return tuple(own for own in screen.reviewers if not model_of(own))

    def _store(self, name: str) -> ScreenStore:
        store = ScreenStore(self._at_hand().database)
        if name not in store.names():
            raise NotFoundError(
                f"there is no screening '{name[:60]}'", hint="They are listed on Screen."
            )
        return store

    def _at_hand(self) -> Library:
        """The library of the screenings; they are opened again where it was replaced."""
        if self._library is None:
            self._library = self._stack.enter_context(self._desk.shared.writing())
            self._file = self._library.database.file
        if self._library.database.file != self._file:
            self._open.clear()
            self._file = self._library.database.file
        return self._library

    def close(self) -> None:
        """Close their library."""
        with self._turns:
            self._open.clear()
            self._library = None
            self._stack.close()


def screens_of(request: Request) -> Screens:
    """The open screenings of the application."""
    screens: Screens = request.app.state.screens
    return screens


def user_of(request: Request) -> str:
    """The user whom the proxy names; empty without one."""
    user: str = request.scope.get("user", "")
    return user


def reader_of(request: Request, people: tuple[str, ...]) -> str:
    """Who reads, of these people: whom the proxy names, else who was chosen in this browser, else
    the only one; empty where that is not known."""
    if user := user_of(request):
        return user if user in people else ""
    chosen = unquote(request.cookies.get(_cookie(request, "reader"), ""))
    if chosen in people:
        return chosen
    return people[0] if len(people) == 1 else ""


def require_reader(request: Request, people: tuple[str, ...], named: str = "") -> str:
    """Who decides. Raises UsageError where that is not known, and for another name than the
    proxy's."""
    user = user_of(request)
    if user and named not in ("", user):
        raise UsageError(f"you are {user} here, not {named[:60]}", hint="Decide as yourself.")
    name = named or reader_of(request, people)
    if name in people:
        return name
    shown = f"'{(user or name)[:60]}' is no reviewer here" if user or name else "who decides?"
    raise UsageError(shown, hint=f"Reviewers: {', '.join(people)}.")


def show_model_of(request: Request) -> str:
    """When this browser shows what models suggest: before or after one's decision, or never."""
    chosen = request.cookies.get(_cookie(request, "models"), "")
    return chosen if chosen in SHOW_MODEL else SHOW_MODEL[0]


def keep_choice(request: Request, response: Response, name: str, value: str) -> None:
    """Keep in this browser who reads (`reader`), or when models are shown (`models`)."""
    access: Access = request.app.state.access
    response.set_cookie(
        _cookie(request, name),
        quote(value),
        max_age=_KEPT_S,
        path="/",
        secure=access.is_secure,
        httponly=True,
        samesite="strict",
    )


def _cookie(request: Request, name: str) -> str:
    access: Access = request.app.state.access
    return f"{access.cookie}_{name}"
