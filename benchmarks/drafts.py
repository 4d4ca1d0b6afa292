"""Measures which papers `draft` cites, without a model, against a judged related-work topic.

Run: `python benchmarks/drafts.py`. Each topic of `related_work` in `eval/questions.json` is drafted
with the default settings, with vectors and by words alone. `must` papers have to be cited, `may`
papers can be; all others count against precision.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sets import listings_library, parser, print_table, settings_of

from reviewer.library import Library
from reviewer.render.claim_notes import cited_papers
from reviewer.tasks import draft_related_work
from reviewer.tasks.drafts.outline import DraftOptions
from reviewer.text import clean, normalise_title
from reviewer.types import RelatedWork
from reviewer.writers import Extractive

WAYS = {"with MiniLM": False, "by words alone": True}
MOST_PAPERS, LEAST_MUST, LEAST_PRECISION = 15, 3, 0.5


@dataclass(frozen=True)
class Topic:
    text: str
    must: frozenset[str]
    may: frozenset[str]


def topics(shared: Path) -> list[Topic]:
    found = json.loads((shared / "eval" / "questions.json").read_text(encoding="utf-8"))
    return [
        Topic(
            t["topic"],
            frozenset(map(normalise_title, t["must"])),
            frozenset(map(normalise_title, t["may"])),
        )
        for t in found["related_work"]
    ]


def row(way: str, topic: Topic, work: RelatedWork) -> list[str]:
    cited = {normalise_title(paper.title) for paper in cited_papers(work)}
    must, may = len(cited & topic.must), len(cited & topic.may)
    precision = (must + may) / len(cited) if cited else 0.0
    is_met = len(cited) <= MOST_PAPERS and must >= LEAST_MUST and precision >= LEAST_PRECISION
    return [
        way,
        str(len(cited)),
        f"{must} of {len(topic.must)}",
        f"{may} of {len(topic.may)}",
        f"{precision:.3f}",
        "met" if is_met else "not met",
    ]


def shape_row(way: str, work: RelatedWork, library: Library) -> list[str]:
    """Themes, their sizes, the words, and how many quotes stand where they should."""
    sizes = [len(section.paper_ids) for section in work.sections]
    claims = [claim for section in work.sections for claim in section.claims]
    standing = sum(
        library.paper(c.paper_id).text_of(c.part)[c.start : c.end] == c.quote
        and claim.text == clean(c.quote)
        for claim in claims
        for c in claim.citations
    )
    words = sum(len(claim.text.split()) for claim in claims)
    names = "; ".join(section.title for section in work.sections)
    return [way, ", ".join(map(str, sizes)), str(words), f"{standing} of {len(claims)}", names]


def main(arguments: Sequence[str]) -> None:
    options = parser(__doc__).parse_args(arguments)
    source = listings_library(options)
    judged, rows, shapes = topics(options.shared), [], []
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copytree(source, Path(folder) / "library")
        for way, by_words in WAYS.items():
            settings = settings_of(options.shared, by_words=by_words)
            with Library(copy, settings) as library:
                for topic in judged:
                    work = draft_related_work(topic.text, library, Extractive(), DraftOptions())
                    rows.append(row(way, topic, work))
                    shapes.append(shape_row(way, work, library))
    print_table(
        f"Papers of a drafted section, {len(judged)} topic: at most {MOST_PAPERS} papers, at least "
        f"{LEAST_MUST} that must be there, precision at least {LEAST_PRECISION}",
        ["way", "papers", "must", "may", "precision", "bar"],
        rows,
    )
    print_table(
        "Its themes",
        ["way", "papers a theme", "words quoted", "quotes that stand", "names"],
        shapes,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
