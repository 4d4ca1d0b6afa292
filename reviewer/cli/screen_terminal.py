"""The terminal of `review screen next`: one record, one key, one committed decision."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from reviewer.cli.output import print_error
from reviewer.cli.screen_view import model_line
from reviewer.errors import ReviewError
from reviewer.text import clean, counted

if TYPE_CHECKING:
    from rich.console import Console

    from reviewer.tasks.screening.screening import Screening, Shown
    from reviewer.types.screening import Decision, LocatedQuote

SHOW_MODEL = ("before", "after", "never")
_VERDICTS = {"i": "include", "m": "maybe", "d": "duplicate"}
_HELP = """\
i include   e exclude (then 1-9: the reason, Enter: none)   1-9 exclude for that reason
m maybe, it comes again at the end   d duplicate of another record   u take back the last decision
n note   s a sentence as proof, by its number   o open the PDF   q leave; all is kept"""
_MOST_SENTENCES = 60  # of a full text, in the terminal


def screen_in_terminal(
    screening: Screening, reviewer: str, most: int | None, show_model: str = "after"
) -> int:
    """Show records one after another until the reviewer leaves, none is left, or `most` are
    decided; gives how many decisions were kept. Each is kept before the next is shown."""
    with Keys() as keys:
        return _Terminal(screening, reviewer, keys, show_model).run(most)


class _Terminal:
    """The reviewer's session. A note or a proof is kept at once, and again with the next verdict on
    the same record."""

    def __init__(
        self, screening: Screening, reviewer: str, keys: Keys, show_model: str = "after"
    ) -> None:
        from rich.console import Console

        self._show_model = show_model

        self._screening = screening
        self._reviewer = reviewer
        self._keys = keys
        self._console: Console = Console(highlight=False)
        self._quote: LocatedQuote | None = None
        self._note = ""
        self._decided = 0

    def run(self, most: int | None) -> int:
        self._say_rule()
        shown = self._screening.next_record(self._reviewer)
        while shown is not None and (most is None or self._decided < most):
            self._show(shown)
            before = shown.paper.id
            if not self._take_keys(shown):
                break
            shown = self._screening.next_record(self._reviewer)
            if shown is None or shown.paper.id != before:
                self._quote, self._note = None, ""
        if shown is None:
            self._console.print("No record is left for you. See: review screen status")
        self._console.print(f"{counted(self._decided, 'decision')} kept.")
        return self._decided

    def _say_rule(self) -> None:
        from reviewer.tasks.screening.status import make_status

        status = make_status(self._screening, self._reviewer)
        if status.is_reached and self._screening.stage == "title":
            self._print(
                f"The stopping rule {status.rule} says stop ({status.worth}). You may go on, or "
                "sign: review screen stop --sign '...'",
                "yellow",
            )

    def _take_keys(self, shown: Shown) -> bool:
        """Act on keys until a decision is made or taken back; False to leave."""
        while True:
            self._console.print("i e 1-9 m d u n s o ? q > ", end="", style="dim")
            key = self._keys.key()
            self._console.print(key if key.isprintable() else "")
            if key in ("q", "\x04", ""):
                return False
            try:
                if self._acted(key, shown):
                    return True
            except ReviewError as error:
                self._print(f"{error.message}. {error.hint}", "red")

    def _acted(self, key: str, shown: Shown) -> bool:
        """Do what the key says; True when another record may come."""
        if key in _VERDICTS:
            return self._decide(_VERDICTS[key], shown, ())
        if key == "e" or key.isdecimal():
            return self._exclude(key, shown)
        if key == "u":
            last = self._screening.undo(self._reviewer)
            named = self._screening.library.paper(last.paper_id)
            self._quote, self._note = None, ""
            self._decided -= 1 if self._decided and last.verdict != "note" else 0
            self._print(f"Taken back: {last.verdict} {named.key}", "yellow")
            return True
        if key == "n":
            self._take_note(shown)
        elif key == "s":
            self._mark(shown)
        elif key == "o":
            self._open(shown)
        else:
            self._print(_HELP, "dim")
        return False

    def _exclude(self, key: str, shown: Shown) -> bool:
        criteria = self._screening.criteria.criteria
        if key == "e" and criteria:
            self._console.print(f"Reason 1-{min(9, len(criteria))}, Enter for none > ", end="")
            key = self._keys.key()
            self._console.print(key if key.isprintable() else "")
        if key.isdecimal():
            if not 1 <= int(key) <= len(criteria):
                self._print(f"There is no criterion {key}.", "red")
                return False
            return self._decide("exclude", shown, (criteria[int(key) - 1].key,))
        if key in ("\r", "\n", "e"):
            return self._decide("exclude", shown, ())
        self._print("Nothing was decided.", "yellow")
        return False

    def _decide(self, verdict: Any, shown: Shown, reasons: tuple[str, ...]) -> bool:  # noqa: ANN401
        from reviewer.tasks.screening.screening import Given

        given = Given(reasons=reasons, quote=self._quote, note=self._note)
        own: Decision = self._screening.decide(
            shown.paper, verdict, self._reviewer, given, shown.ranking
        )
        self._decided += 1
        self._print(" ".join((own.verdict, *own.reasons)), "green" if verdict == "include" else "")
        if self._show_model == "after":
            self._print_models(shown)
        return True

    def _print_models(self, shown: Shown) -> None:
        from reviewer.tasks.screening.record_view import model_says

        for model in self._screening.suggestions.models(self._screening.stage):
            if line := model_line(model_says(self._screening, shown.paper, model)):
                self._print(line, "magenta")

    def _take_note(self, shown: Shown) -> None:
        if said := self._keys.line("Note: "):
            self._note = said
            self._keep(shown, note=said)

    def _keep(self, shown: Shown, note: str = "", quote: LocatedQuote | None = None) -> None:
        """Keep a note or a proof now; the next verdict on the record carries it too."""
        from reviewer.tasks.screening.screening import Given

        self._screening.add_note(shown.paper, self._reviewer, Given(quote=quote, note=note))

    def _mark(self, shown: Shown) -> None:
        from reviewer.tasks.screening.record_view import sentences_of

        said = self._keys.line("Number of the sentence: ")
        sentences = sentences_of(shown.paper, self._screening.stage)
        if said.isdecimal() and int(said) < len(sentences):
            part, start, end, _ = sentences[int(said)]
            self._quote = self._screening.quoted_at(shown.paper, part, start, end)
            self._keep(shown, quote=self._quote)
            page = f", p. {self._quote.page}" if self._quote.page else ""
            self._print(f'Kept as proof: "{clean(self._quote.text)}"{page}', "dim")
        else:
            self._print(f"There is no sentence {said[:20]}.", "red")

    def _open(self, shown: Shown) -> None:
        from reviewer.cli.commands.open import file_of
        from reviewer.processes import open_file

        file = file_of(shown.paper, None)
        self._print(f"Opened {file}" if open_file(file, None) else f"It is in {file}", "dim")

    def _print(self, text: str, style: str = "") -> None:
        from rich.text import Text

        from reviewer.text.invisible import visible

        self._console.print(Text(visible(text), style=style))

    def _show(self, shown: Shown) -> None:
        from rich.text import Text

        from reviewer.tasks.screening.record_view import marked_words, sentences_of

        paper, screening = shown.paper, self._screening
        again = "; you said maybe before" if shown.again else ""
        self._console.rule(f"{screening.name}, {screening.stage}: {shown.left:,} left{again}")
        people = ", ".join(paper.authors[:4]) + (" et al." if len(paper.authors) > 4 else "")
        about = "  ".join(str(w) for w in (people, paper.year, paper.venue, paper.key) if w)
        sentences = sentences_of(paper, screening.stage)
        marked = marked_words(screening.screen.question, " ".join(words for *_, words in sentences))
        self._line_of(Text(f"{sentences[0][3]}", style="bold"), marked)
        self._print(about, "dim")
        for n, (*_, words) in enumerate(sentences[1 : _MOST_SENTENCES + 1], 1):
            self._line_of(Text(f"{n:>2}  {words}"), marked)
        if len(sentences) == 1:
            self._print("It has no abstract.", "yellow")
        if len(sentences) > _MOST_SENTENCES + 1:
            more = len(sentences) - 1 - _MOST_SENTENCES
            self._print(f"... and {more:,} more sentences: o opens the PDF", "dim")
        self._console.print()
        for n, criterion in enumerate(screening.criteria.criteria, 1):
            sign = "+" if criterion.kind == "include" else "-"
            self._print(f" {n} {sign} {criterion.key}: {criterion.text}", "cyan")
        if self._show_model == "before":
            self._print_models(shown)

    def _line_of(self, text: Any, marked: list[str]) -> None:  # noqa: ANN401  rich's text
        text.highlight_words(marked, style="bold yellow", case_sensitive=False)
        self._console.print(text)


class Keys:
    """Reads single keys from the terminal for as long as it is entered. What is typed ahead, while
    a decision is kept, is not lost."""

    def __init__(self) -> None:
        self._before: list[Any] | None = None

    def __enter__(self) -> Keys:
        try:
            import termios
            import tty
        except ImportError:  # Windows
            return self
        self._before = termios.tcgetattr(sys.stdin)
        tty.setcbreak(sys.stdin, termios.TCSADRAIN)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            import termios

            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._before)

    def key(self) -> str:
        """The next key; empty at the end of input."""
        if self._before is None:
            return str(import_module("msvcrt").getwch())
        return os.read(sys.stdin.fileno(), 1).decode("ascii", "replace")

    def line(self, prompt: str) -> str:
        """A line of words, typed after the prompt."""
        self.__exit__()
        sys.stdout.write(prompt)
        sys.stdout.flush()
        try:
            if self._before is None:
                return sys.stdin.readline().strip()
            return _typed_line(sys.stdin.fileno())
        finally:
            self.__enter__()


def _typed_line(terminal: int) -> str:
    """The next line, byte by byte: a buffer of Python's would swallow keys that are typed ahead."""
    typed = b""
    while (byte := os.read(terminal, 1)) not in (b"", b"\n"):
        typed += byte
    return typed.decode("utf-8", "replace").strip()


def say_end(screening: Screening) -> None:
    """Say on standard error that no record is left."""
    print_error(f"No record of {screening.name} is left for this reviewer.")
