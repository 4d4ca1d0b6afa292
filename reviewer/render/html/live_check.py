"""A check of a draft on its page: the draft with its sentences marked, and a card for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from reviewer.render.html.check import PaperWords, shown_sentence
from reviewer.text import clean
from reviewer.types.checks import CheckedEntry, CheckReport, Fix, Problem

NO_PROBLEM = "without problems"


@dataclass(frozen=True)
class DraftPiece:
    """Some text of the draft. `sentence` is the place of the checked sentence that it is of, None
    for other text; `change` is `gone` or `new` where a fix was taken."""

    text: str
    sentence: int | None = None
    state: str = ""
    change: str = ""


@dataclass(frozen=True)
class SentenceCard:
    """What stands beside a sentence of the draft."""

    place: int
    line: int
    state: str
    keys: tuple[str, ...]
    pieces: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...]
    verdict: str
    beside: tuple[PaperWords, ...]
    fixes: tuple[Fix, ...]


@dataclass(frozen=True)
class EntryCard:
    """An entry of the bibliography with what is wrong in it; the fix of a field by its name."""

    entry: CheckedEntry
    fixes: dict[str, Fix]


def sentence_cards(report: CheckReport, kind: str = "") -> list[SentenceCard]:
    """A card for each checked sentence, or for those with a problem of this kind."""
    cards = []
    for place, checked in enumerate(report.sentences):
        shown = shown_sentence(checked, report)
        kinds: set[str] = {problem.kind for problem in checked.problems} or {NO_PROBLEM}
        if kind and kind not in kinds:
            continue
        cards.append(
            SentenceCard(
                place=place,
                line=checked.sentence.line,
                state=shown.state,
                keys=tuple(map(clean, checked.sentence.keys)),
                pieces=shown.pieces,
                problems=checked.problems,
                verdict=shown.verdict,
                beside=shown.beside,
                fixes=tuple(fix for fix in report.fixes if fix.sentence == place),
            )
        )
    return cards


def entry_cards(report: CheckReport, kind: str = "") -> list[EntryCard]:
    """A card for each entry with a problem, or with one of this kind."""
    cards = []
    for place, entry in enumerate(report.entries):
        kinds: set[str] = {problem.kind for problem in entry.problems}
        if kinds and (not kind or kind in kinds):
            own = [fix for fix in report.fixes if fix.entry == place]
            cards.append(EntryCard(entry, {fix.field or "": fix for fix in own}))
    return cards


def kinds_of(report: CheckReport) -> list[tuple[str, int]]:
    """The kinds of problems that the report has, the most frequent first, with how many sentences
    and entries have them."""
    counts: Counter[str] = Counter()
    for checked in report.sentences:
        kinds: set[str] = {problem.kind for problem in checked.problems}
        counts.update(kinds or {NO_PROBLEM})
    for entry in report.entries:
        counts.update({problem.kind for problem in entry.problems})
    plain = counts.pop(NO_PROBLEM, 0)
    return [*counts.most_common(), *([(NO_PROBLEM, plain)] if plain else [])]


def draft_pieces(
    text: str, cards: Sequence[SentenceCard], report: CheckReport, taken: Collection[int]
) -> list[DraftPiece]:
    """The draft in pieces: its other text, and each sentence of a card, with the taken fixes."""
    own = [fix for fix in report.fixes if fix.entry is None and fix.number in taken]
    pieces: list[DraftPiece] = []
    at = 0
    for card in sorted(cards, key=lambda card: report.sentences[card.place].sentence.start):
        sentence = report.sentences[card.place].sentence
        start, end = max(at, sentence.start), sentence.end
        if start >= end:
            continue
        pieces += _with_fixes(text, at, start, own, DraftPiece(""))
        pieces += _with_fixes(text, start, end, own, DraftPiece("", card.place, card.state))
        at = end
    return [*pieces, *_with_fixes(text, at, len(text), own, DraftPiece(""))]


def _with_fixes(
    text: str, start: int, end: int, fixes: Sequence[Fix], like: DraftPiece
) -> list[DraftPiece]:
    """The text from start to end, as pieces like the given one, cut where fixes change it."""

    def piece(words: str, change: str = "") -> list[DraftPiece]:
        made = DraftPiece(clean_lines(words), like.sentence, like.state, change)
        return [made] if words else []

    pieces: list[DraftPiece] = []
    at = start
    for fix in sorted(fixes, key=lambda fix: fix.start):
        if start <= fix.start < end or (fix.start == fix.end == end):
            if fix.start < at:
                continue
            pieces += piece(text[at : fix.start])
            pieces += [*piece(text[fix.start : fix.end], "gone"), *piece(fix.new, "new")]
            at = fix.end
    return [*pieces, *piece(text[at:end])]


def clean_lines(text: str) -> str:
    """The text as it is shown, its lines kept. Hidden characters are left out by the page."""
    return text.replace("\r", "")
