"""Reads prose with anchors: paragraphs of sentences, and where in each which numbers stand. Pure.

`SKR compares questions [E8.4], whereas Thrust reads states [E9.3, E9.5].` becomes the sentence
without its brackets, and two anchors. The last line of a whole reply is END.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reviewer.grounding import Numbers
from reviewer.grounding.sentence_numbers import read_numbers
from reviewer.text import clean, sentence_spans
from reviewer.text.sanitize import without_citations
from reviewer.text.views import shorten
from reviewer.types.claims import AnswerDraft, ClaimDraft, Kind, NumberedAnchor

END = "END"
_MOST_NAMED = 5  # wrong numbers that a model is told
_END_LINE = re.compile(r"(?:^|\s)[*_#`]*END[*_`.]*\s*(?:```)?\s*$")
_NO_ANSWER = re.compile(r"^[\s*_#`\"']*NO[ _-]ANSWER[\s*_`.\"']*$", re.MULTILINE)
_GROUP = re.compile(r"[\[(（【]([^\[\]()（）【】\n]{1,300})[\])）】]")
_BARE = re.compile(r"(?<![\w.\[(])#?[Ee]\d{1,4}\.\d{1,4}(?![\w])")
_HALF_GROUP = re.compile(r"[\[(（【][^\[\]()（）【】]*$")
_NESTED = re.compile(r"[\[(]\s*((?:[\[(][^\[\]()\n]{1,120}[\])][\s,;]*){1,9})[\])]")
# What may stand beside the numbers in a bracket.
_BESIDE_NUMBERS = re.compile(
    r"[\s,;&/.#\"'“”-]|\b(?:and|see|also|cf|e\.?g|in|both|text|texts|und|et|y)\b", re.IGNORECASE
)
_TOKEN = re.compile(
    r"(?:[Ee]\d{1,4}|[Ww])(?:\s?\.\s?\d{1,4})?(?:\s?(?:[-‐‑–—]|to|\.\.\.?)\s?(?:[Ee]\d+\.)?\d+)*"
)
_LINE_MARK = re.compile(r"^\s*(?:[-*•·]\s+|\d{1,2}[.)]\s+|>\s*)")
_HEADING = re.compile(r"^\s*(?:#{1,6}\s|```|(?:\*\*|__)[^*_]{1,60}(?:\*\*|__):?\s*$)")
_EMPHASIS = re.compile(r"\*\*|__(?=\S)|(?<=\S)__")
_STOPS = ".!?。！？"
_GAPS = re.compile(
    r"\bnone of (?:the|these|them)\b"
    r"|\bno (?:paper|stud(?:y|ies)|abstract|report|work|text|source)s?\b"
    r"|\b(?:is|are|was|were|does|do|did|has|have|can)(?: not|n['’]t)(?: \w+){0,2}? (?:report|say"
    r"|tell|test|examine|address|compare|state|establish|known|answer)\w*"
    r"|\bremains? (?:an? )?(?:open|unclear|unknown|untested|unanswered)\b"
    r"|\b(?:is|are) (?:unknown|unclear|open|untested)\b|\bcannot (?:tell|say|decide|answer)\b"
    r"|\blea(?:ves?|ving) (?:it )?open\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Prose:
    """A reply as it was read. `problems` say, for the model, what is wrong with its form;
    `is_whole` is False for a reply that does not end with END."""

    draft: AnswerDraft
    problems: tuple[str, ...]
    is_whole: bool


def read_prose(reply: str, numbers: Numbers) -> Prose:
    """The paragraphs of a reply, as sentences with their anchors. What follows END, headings, list
    marks and emphasis are left out; the last sentence of a reply without END is left out unless it
    has its full stop."""
    body, is_whole = text_before_end(reply)
    body = body if is_whole else _HALF_GROUP.sub("", body)
    said_no = _NO_ANSWER.search(body) is not None
    paragraphs = [_paragraph(text, numbers) for text in _paragraphs(_NO_ANSWER.sub("", body))]
    paragraphs = [own for own in paragraphs if own]
    if not is_whole and paragraphs and paragraphs[-1][-1].text[-1:] not in _STOPS:
        paragraphs[-1].pop()
    claims = [
        claim.model_copy(update={"paragraph": n})
        for n, own in enumerate(filter(None, paragraphs), start=1)
        for claim in own
    ]
    is_refusal = said_no and not any(claim.anchors for claim in claims)
    draft = AnswerDraft(claims=() if is_refusal else tuple(claims), is_refusal=is_refusal)
    return Prose(draft, tuple(_problems(draft, body, is_whole=is_whole)), is_whole)


def text_before_end(reply: str) -> tuple[str, bool]:
    """The reply up to the line END, and whether it has one."""
    lines = reply.strip().splitlines()
    for n, line in enumerate(lines):
        if line.strip(" *_#`.") == END:
            return "\n".join(lines[:n]), True
    text = reply.strip()
    found = _END_LINE.search(text)
    return (text[: found.start()], True) if found else (text, False)


def sentence_of(text: str, numbers: Numbers) -> ClaimDraft | None:
    """A text as one sentence of a draft, also where it has several; None without a word."""
    parts = [claim for paragraph in _paragraphs(text) for claim in _paragraph(paragraph, numbers)]
    if not parts:
        return None
    said, anchors = "", list[NumberedAnchor]()
    for part in parts:
        said = f"{said} {part.text}".strip()
        shift = len(said) - len(part.text)
        anchors += [a.model_copy(update={"at": a.at + shift}) for a in part.anchors]
    unknown = tuple(dict.fromkeys(number for part in parts for number in part.unknown))
    kind = _kind(said, has_anchor=bool(anchors or unknown))
    return ClaimDraft(text=said, anchors=tuple(anchors), kind=kind, unknown=unknown)


def _paragraphs(body: str) -> list[str]:
    """The text of each paragraph on one line, without headings, list marks, and a greeting."""
    found: list[str] = []
    for block in re.split(r"\n\s*\n", body):
        lines = [line for line in block.splitlines() if line.strip()]
        lines = [_LINE_MARK.sub("", line) for line in lines if not _HEADING.match(line)]
        text = _EMPHASIS.sub("", " ".join(lines)).strip()
        is_greeting = not found and text.endswith(":") and not read_numbers(text)
        if text and not is_greeting:
            found.append(text)
    return found


def _paragraph(text: str, numbers: Numbers) -> list[ClaimDraft]:
    """The sentences of a paragraph. An anchor behind the full stop belongs to that sentence."""
    plain, anchors = _without_anchors(text)
    spans = sentence_spans(plain)
    claims = []
    for n, (start, end) in enumerate(spans):
        until = spans[n + 1][0] if n + 1 < len(spans) else len(plain) + 1
        since = start if n else -1
        own = [(at, names) for at, names in anchors if since < at < until or at == since == 0]
        sentence = plain[start:end]
        placed, unknown = [], []
        for at, names in own:
            known = [name for name in names if name in numbers]
            unknown += [name for name in names if name not in numbers]
            if known:
                place = _before_stop(sentence, min(max(at - start, 0), len(sentence)))
                placed.append(NumberedAnchor(at=place, numbers=tuple(known)))
        claims.append(
            ClaimDraft(
                text=sentence,
                anchors=_merged(placed),
                kind=_kind(sentence, has_anchor=bool(own)),
                unknown=tuple(dict.fromkeys(unknown)),
            )
        )
    return [claim for claim in claims if re.search(r"\w", claim.text)]


def _without_anchors(text: str) -> tuple[str, list[tuple[int, list[str]]]]:
    """The cleaned text without brackets that hold numbers, and the places where they stood."""
    text = _NESTED.sub(lambda match: f"[{re.sub(r'[]()[]', ' ', match[1])}]", text)
    out, anchors, at = "", list[tuple[int, list[str]]](), 0
    for start, end, names in _groups(text):
        out = _joined(out, text[at:start])
        out = out.rstrip()
        anchors.append((len(out), names))
        at = end
    out = _joined(out, text[at:])
    return out.rstrip(), anchors


def _groups(text: str) -> list[tuple[int, int, list[str]]]:
    """The half-open ranges of anchors, each with the names in it: brackets with numbers and nothing
    else, numbers that stand bare, and what looks like another kind of citation (`[3]`), which names
    no sentence."""
    found = []
    for match in _GROUP.finditer(text):
        names = read_numbers(match[1])
        if not names and not re.search(r"\w", without_citations(match[0], set())[0]):
            found.append((match.start(), match.end(), [match[1].strip()]))
        if names and not _BESIDE_NUMBERS.sub("", _TOKEN.sub("", match[1])).strip("0123456789"):
            found.append((match.start(), match.end(), names))
    taken = [(start, end) for start, end, _ in found]
    for match in _BARE.finditer(text):
        if not any(start <= match.start() < end for start, end in taken):
            found.append((match.start(), match.end(), read_numbers(match[0])))
    return sorted(found)


def _joined(before: str, piece: str) -> str:
    """The text with a cleaned piece behind it; where a bracket was is no space before a stop."""
    plain = clean(piece)
    gap = " " if before and plain and (piece[:1].isspace() or plain[0].isalnum()) else ""
    return before + (gap if plain[:1] not in ".,;:!?)" else "") + plain


def _before_stop(sentence: str, at: int) -> int:
    """The place, before the marks that end the sentence if it is behind them."""
    if not sentence[at:].strip():
        at = len(sentence.rstrip())
        while at > 0 and sentence[at - 1] in _STOPS:
            at -= 1
    return at


def _merged(anchors: Sequence[NumberedAnchor]) -> tuple[NumberedAnchor, ...]:
    """One anchor a place, in order, each number once."""
    by_place: dict[int, list[str]] = {}
    for anchor in sorted(anchors, key=lambda anchor: anchor.at):
        by_place.setdefault(anchor.at, []).extend(anchor.numbers)
    return tuple(
        NumberedAnchor(at=at, numbers=tuple(dict.fromkeys(names))) for at, names in by_place.items()
    )


def _kind(sentence: str, *, has_anchor: bool) -> Kind:
    if has_anchor:
        return "fact"
    return "gap" if _GAPS.search(sentence) else "synthesis"


def _problems(draft: AnswerDraft, body: str, *, is_whole: bool) -> list[str]:
    """What is wrong with the form of a reply, for the model."""
    problems = []
    if not is_whole:
        problems.append(f"it does not end with the line {END}, so it seems to be cut")
    if draft.is_refusal:
        return problems
    if body.lstrip().startswith(("{", "```json")):
        problems.append("it is JSON, not plain text")
    if unknown := list(dict.fromkeys(name for claim in draft.claims for name in claim.unknown)):
        named = shorten(", ".join(unknown[:_MOST_NAMED]), 80)
        problems.append(f"{named} named no sentence of the texts")
    elif not any(claim.anchors for claim in draft.claims):
        problems.append("no sentence has a number such as [E1.2] in square brackets")
    return problems


class Streamed:
    """Hands on each sentence of a reply that is still coming, as soon as its anchors resolve and
    the next sentence has begun."""

    def __init__(self, numbers: Numbers, on_claim: Callable[[ClaimDraft], None]) -> None:
        self._numbers = numbers
        self._on_claim = on_claim
        self._handed = set[str]()

    def take(self, text: str) -> None:
        """The reply so far; a second attempt begins from the start, and repeats nothing."""
        body, is_whole = text_before_end(text)
        claims = read_prose(body + f"\n{END}", self._numbers).draft.claims
        for claim in claims if is_whole else claims[:-1]:
            if claim.text not in self._handed and not claim.unknown:
                self._handed.add(claim.text)
                self._on_claim(claim)
