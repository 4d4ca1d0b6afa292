"""How well `review enrich` tells a paper's own record from others: no network, no model.

Each paper of a folder is held against its own record, altered as sources alter them (abstract cut
to 70 %, every tenth word lost, title in capitals, a slip in the title), and against the records of
all other papers. Prints the share of own records that are certain, doubtful and lost, and how many
records of other papers are certain.

    python benchmarks/enriching.py fixtures/library
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

from reviewer.library import Library
from reviewer.settings import Settings
from reviewer.tasks.metadata.enrich import is_certain, is_near, match_of
from reviewer.types import Paper
from reviewer.types.papers import Part


def altered(paper: Paper) -> dict[str, Paper]:
    words = paper.abstract.split()
    title = paper.title
    slip = title[: len(title) // 2] + title[len(title) // 2 + 1 :]
    kept = " ".join(word for place, word in enumerate(words) if place % 10 != 9)
    return {
        "as it is": made(title, paper.abstract),
        "abstract cut to 70 %": made(title, paper.abstract[: int(0.7 * len(paper.abstract))]),
        "every tenth word lost": made(title, kept),
        "title in capitals": made(title.upper(), paper.abstract),
        "a letter of the title lost": made(slip, paper.abstract),
        "no abstract": made(title, ""),
    }


def made(title: str, abstract: str) -> Paper:
    parts = [Part(name="title", text=title)]
    return Paper(parts=(*parts, *([Part(name="abstract", text=abstract)] if abstract else [])))


def main(folders: list[str]) -> None:
    settings = Settings(embedding="none", offline=True)
    with tempfile.TemporaryDirectory() as place, Library(Path(place), settings) as library:
        library.add(folders)
        papers = [paper for paper in library.papers() if paper.abstract]
    print(f"{len(papers)} papers with an abstract")
    print(f"{'own record':30} {'certain':>8} {'listed':>8} {'lost':>8}")
    counts: dict[str, Counter[str]] = {}
    for paper in papers:
        for name, record in altered(paper).items():
            match = match_of(paper, record)
            said = "listed" if is_near(match) else "lost"
            said = "certain" if is_certain(match) else said
            counts.setdefault(name, Counter())[said] += 1
    for name, found in counts.items():
        print(f"{name:30} {found['certain']:8} {found['listed']:8} {found['lost']:8}")
    matches = [match_of(one, other) for one in papers for other in papers if one is not other]
    print(f"records of other papers: {len(matches)}, certain: {sum(map(is_certain, matches))}")
    print(
        f"highest title likeness {max(m.title for m in matches):.3f}, highest share of the "
        f"abstract {max(m.abstract or 0.0 for m in matches):.3f}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
