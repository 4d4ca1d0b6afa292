"""Random sentences of PDFs on their pages: how many are placed, and whose words the boxes hold.

    python benchmarks/pages.py FILE.pdf ... [--sentences 40] [--poppler] [--show]

Each PDF is read into a library, sentences are drawn by a fixed seed, and each is placed as
`review open --quote` does. With `--poppler` the words are read back out of the boxes by pdftotext,
a reader that this package does not use, and compared with the sentence: letters that the sentence
has and the boxes lack are lost, those that the boxes have and it lacks are foreign.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import tempfile
import time
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from xml.etree import ElementTree

from reviewer.library import Library
from reviewer.settings import Settings
from reviewer.tasks.pages import KeptViews, find_on_pages
from reviewer.text import sentence_spans
from reviewer.types.pages import QuoteOnPages, QuotePiece

SEED = 25
MOST_OFF = 0.1


def letters(text: str) -> str:
    """Letters and figures alone, each ligature as its letters."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def words_by_poppler(file: Path, page: int) -> list[tuple[float, float, float, float, str]]:
    """Each word of a page with its place, from the upper left corner, by pdftotext."""
    made = subprocess.run(
        ["pdftotext", "-bbox", "-f", str(page), "-l", str(page), str(file), "-"],
        capture_output=True,
        check=True,
    ).stdout
    text = "".join(c for c in made.decode("utf-8", "replace") if c >= " " or c in "\n\t")
    root = ElementTree.fromstring(text)
    return [
        (*(float(word.get(name, 0)) for name in ("xMin", "yMin", "xMax", "yMax")), word.text or "")
        for word in root.iter("{http://www.w3.org/1999/xhtml}word")
    ]


def read_back(words: list[tuple[float, float, float, float, str]], piece: QuotePiece) -> str:
    """The words, or the part of a word, whose middle is in one of the piece's boxes."""
    held = []
    for x0, y0, x1, y1, text in words:
        for box in piece.boxes:
            middle = (y0 + y1) / 2
            if not box.top - 1 < middle < box.bottom + 1:
                continue
            step = (x1 - x0) / max(1, len(text))
            inside = [c for i, c in enumerate(text) if box.left < x0 + (i + 0.5) * step < box.right]
            held.append("".join(inside))
            break
    return letters("".join(held))


def shares(quote: str, held: str) -> tuple[float, float]:
    """Which share of the quote's letters is lost, and of the boxes' letters is foreign."""
    wanted, there = Counter(letters(quote)), Counter(held)
    lost = (wanted - there).total() / max(1, wanted.total())
    return lost, (there - wanted).total() / max(1, there.total())


@dataclass
class Tally:
    """What came of all sentences of all files."""

    states: Counter[str] = field(default_factory=Counter)
    cold: list[float] = field(default_factory=list)
    kept: list[float] = field(default_factory=list)
    pieces_over: list[str] = field(default_factory=list)
    checked: int = 0
    off: int = 0


def place_sentences(file: Path, most: int, tally: Tally, options: argparse.Namespace) -> None:
    """Read one PDF into a library of its own, and place a sample of its sentences."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(library=f"{folder}/library", embedding="none")
        with Library(Path(settings.library), settings) as library:
            library.add([str(file)])
            kept = KeptViews(Path(folder) / "pages")
            for paper in library.papers():
                spans = [
                    (part, *span)
                    for part in paper.own_parts
                    if part.name != "title"
                    for span in sentence_spans(part.text)
                ]
                sample = random.Random(SEED).sample(spans, min(most, len(spans)))
                for part, start, end in sample:
                    before = len(list(kept.folder.glob("*.json")))
                    began = time.perf_counter()
                    found = find_on_pages(library, paper, part.name, start, end, kept)
                    took = time.perf_counter() - began
                    if len(found.pieces) == 1:
                        is_cold = len(list(kept.folder.glob("*.json"))) > before
                        (tally.cold if is_cold else tally.kept).append(took)
                    _count(found, file, tally, options)
                for part, start, end in spans:
                    if any(start < at < end for at in part.page_starts):
                        found = find_on_pages(library, paper, part.name, start, end, kept)
                        tally.pieces_over += [piece.state for piece in found.pieces]


def _count(found: QuoteOnPages, file: Path, tally: Tally, options: argparse.Namespace) -> None:
    states = [piece.state for piece in found.pieces]
    state = next((s for s in states if s != "placed"), "placed" if states else "no page")
    tally.states[state] += 1
    if state != "placed" and options.show:
        print(f"  {state}: {file.name} {found.quote[:150]!r} {found.reason}")
    if state != "placed" or not options.poppler:
        return
    tally.checked += 1
    for piece in found.pieces:
        back = read_back(words_by_poppler(file, piece.page), piece)
        lost, foreign = shares(piece.quote, back)
        if max(lost, foreign) > MOST_OFF:
            tally.off += 1
            if options.show:
                print(f"  lost {lost:.2f} foreign {foreign:.2f}: {file.name} p{piece.page}")
                print(f"    {piece.quote[:200]!r}\n    {back[:200]!r}")
            break


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--sentences", type=int, default=40)
    parser.add_argument(
        "--poppler", action="store_true", help="read the words back out of the boxes"
    )
    parser.add_argument("--show", action="store_true", help="name what was not placed or misplaced")
    options = parser.parse_args()
    tally = Tally()
    for file in options.files:
        place_sentences(file, options.sentences, tally, options)
    placed, total = tally.states["placed"], tally.states.total()
    print(f"{len(options.files)} files; placed {placed} of {total} ({placed / max(1, total):.1%})")
    print(dict(tally.states))
    over = tally.pieces_over
    print(f"pieces of sentences over a page's end: {over.count('placed')} of {len(over)} placed")
    if tally.checked:
        print(print(f"over {MOST_OFF:.0%} letters lost or foreign: {tally.off} of {tally.checked}"))
    for name, times in (("cold", tally.cold), ("kept", tally.kept)):
        if times:
            p95 = sorted(times)[int(0.95 * (len(times) - 1))]
            print(f"{name}: median {median(times) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms")


if __name__ == "__main__":
    main()
