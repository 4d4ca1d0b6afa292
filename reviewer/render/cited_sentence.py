"""A sentence with its citations: cut behind the clauses that they carry, and marked there. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from reviewer.render.in_text import Marks
from reviewer.text import clean
from reviewer.types import Citation, Claim
from reviewer.types.drafts import OWN_ID

_STOPS = ".!?。！？"
_BEFORE_NOTES = f"{_STOPS},;:)]’”\"'"  # what the number of a note stands behind


@dataclass(frozen=True)
class Piece:
    """A piece of a sentence, and the citations that stand behind it."""

    text: str
    citations: tuple[Citation, ...] = ()


def is_quote(claim: Claim) -> bool:
    """True for a sentence that is one whole quote of a paper."""
    return len(claim.citations) == 1 and clean(claim.citations[0].quote) == clean(claim.text)


def pieces_of(claim: Claim) -> tuple[Piece, ...]:
    """The cleaned sentence, cut behind each clause that citations carry. Citations without a place
    stand behind the last word, those of a quote behind the quotation."""
    text = clean(claim.text)
    placed: dict[int, list[Citation]] = {}
    for anchor in claim.anchors if text == claim.text else ():
        at = anchor.at if 0 < anchor.at < len(text) else _before_stop(text)
        placed.setdefault(at, []).extend(claim.citations[n] for n in anchor.citations)
    seen = {citation for own in placed.values() for citation in own}
    if loose := [citation for citation in claim.citations if citation not in seen]:
        end = len(text) if is_quote(claim) else _before_stop(text)
        placed.setdefault(end, []).extend(loose)
    pieces, start = [], 0
    for at in sorted(placed):
        pieces.append(Piece(_apart(text[start:at], start), tuple(dict.fromkeys(placed[at]))))
        start = at
    return (*pieces, Piece(_apart(text[start:], start))) if start < len(text) else tuple(pieces)


def marked_sentence(
    claim: Claim, marks: Marks, escape: Callable[[str], str], quoted: Callable[[str], str]
) -> str:
    """The escaped sentence with its marks at their clauses, before the point that ends it; a quote
    as `quoted`, with its mark behind it. The user's own work has no mark."""
    if is_quote(claim):
        return joined([(quoted(claim.text), marks.of(_of_papers(claim.citations)))], marks)
    return joined(marked_pieces(pieces_of(claim), marks, escape), marks)


def marked_pieces(
    pieces: Iterable[Piece], marks: Marks, escape: Callable[[str], str]
) -> Iterator[tuple[str, str]]:
    """Each piece, escaped, with its mark. A piece that names its paper is cut behind the name where
    the style has the year there."""
    for piece in pieces:
        text, citations = piece.text, _of_papers(piece.citations)
        while named := marks.after_name(text, citations):
            yield _escaped(text[: named.end], escape), named.mark
            text = text[named.end :]
            citations = tuple(c for c in citations if c.paper_id != named.paper_id)
        yield _escaped(text, escape), marks.of(citations)


def joined(pieces: Iterable[tuple[str, str]], marks: Marks) -> str:
    """Pieces of a sentence, each with its mark a space behind it; the number of a note stands
    behind the piece and the comma or the full stop that follows it."""
    said, waiting = "", ""
    for text, mark in pieces:
        if waiting:
            stops = text[: len(text) - len(text.lstrip(_BEFORE_NOTES))]
            said, text, waiting = said + stops + waiting, text[len(stops) :], ""
        if not mark:
            said += text
        elif marks.follow_stops:
            said, waiting = said + text.rstrip(), mark
        else:
            said += f"{text.rstrip()} {mark}"
    return said + waiting


def _of_papers(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    return tuple(citation for citation in citations if citation.paper_id != OWN_ID)


def _escaped(text: str, escape: Callable[[str], str]) -> str:
    """The escaped piece with the spaces around it, which `escape` may take away."""
    before = text[: len(text) - len(text.lstrip())]
    behind = text[len(text.rstrip()) :] if text.strip() else ""
    return f"{before}{escape(text.strip())}{behind}"


def _before_stop(text: str) -> int:
    """Where the marks that end the sentence begin; its end where it has none or trails off."""
    return len(text) if text.endswith("...") else len(text.rstrip(_STOPS))


def _apart(text: str, start: int) -> str:
    """The piece, with a space where its first word or bracket would touch the mark before it."""
    return f" {text}" if start and (text[:1].isalnum() or text[:1] in "([{") else text
