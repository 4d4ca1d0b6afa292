"""Whether `review grade` sees that a paragraph was cut out of a good text.

    python benchmarks/grading.py LIBRARY [--shared FOLDER] [--made] [--without-marks]

LIBRARY is a copy of a library of DeepScholar's papers, with --made of the listings. The texts are
the related-work sections of its papers, of which at least two paragraphs and six cited papers are
known; a rubric is made of the papers that a section cites. With --made they are drafts that are
written without a model on the questions of questions.json, and the rubric is that of the question.
Each paragraph is cut out by turns. "Its criteria" are those whose papers, as the section's authors
cite them, are cited in that paragraph alone; "others" are those with no paper in it.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sets import SHARED, deepscholar_names

from reviewer.library import Library
from reviewer.render import render
from reviewer.settings import Settings
from reviewer.sources.text_file import TextFile
from reviewer.tasks import draft_related_work
from reviewer.tasks.checks.bibliography import Bibliography
from reviewer.tasks.grades.grade import grade_text
from reviewer.tasks.grades.rubric import make_rubric
from reviewer.text import sentence_spans
from reviewer.types.grades import GradedCriterion, Rubric
from reviewer.types.searches import Filters
from reviewer.writers import Extractive

LEAST_PAPERS = 6
LEAST_WORDS = 12  # of a paragraph
Paragraph = tuple[str, set[str]]  # its text, and the keys that it cites


@dataclass
class Tally:
    """What was counted over all texts."""

    texts: int = 0
    whole: Counter[str] = field(default_factory=Counter)
    own: list[bool] = field(default_factory=list)
    others: list[bool] = field(default_factory=list)


def main() -> None:
    made = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    made.add_argument("library", type=Path)
    made.add_argument("--shared", type=Path, default=SHARED)
    made.add_argument("--made", action="store_true", help="drafts that no model wrote")
    made.add_argument("--without-marks", action="store_true", help="texts that cite nothing")
    options = made.parse_args()
    tally = Tally()
    with Library(options.library, Settings(offline=True)) as library:
        texts = _drafts if options.made else _sections
        for topic, paragraphs, rubric in texts(options.shared, library):
            print(f"{len(paragraphs)} paragraphs, {len(rubric.criteria)} criteria: {topic[:60]}")
            _cut(paragraphs, rubric, library, tally, has_marks=not options.without_marks)
    print(f"{tally.texts} texts, criteria of the whole texts: {dict(tally.whole)}")
    print(f"its criteria turn to missing: {sum(tally.own)} of {len(tally.own)}")
    print(f"others turn to missing: {sum(tally.others)} of {len(tally.others)}")


def _sections(shared: Path, library: Library) -> Iterator[tuple[str, list[Paragraph], Rubric]]:
    """Related-work sections with the rubric of what they cite."""
    folder = shared / "eval" / "deepscholar"
    sentences = _rows(folder / "sentences.jsonl")
    names = deepscholar_names(shared, library.papers())
    keys = {paper.id: paper.key for paper in library.papers()}
    key_of = {name: keys[paper_id] for paper_id, own in names.items() for name in own}
    for row in _rows(folder / "human.jsonl"):
        rows = [sentence for sentence in sentences if sentence["paper"] == row["qid"]]
        paragraphs = [_cited(p, rows, key_of) for p in _paragraphs(row["related_work"])]
        known = tuple(sorted({key for _, own in paragraphs for key in own}))
        if len(known) >= LEAST_PAPERS and len(paragraphs) > 1:
            topic = " ".join(paragraphs[0][0].split()[:40])
            yield topic, paragraphs, make_rubric(topic, library, Filters(keys=known), len(known))


def _drafts(shared: Path, library: Library) -> Iterator[tuple[str, list[Paragraph], Rubric]]:
    """Drafts on the questions of the listings, with the rubric of the same question."""
    questions = json.loads((shared / "eval" / "questions.json").read_text(encoding="utf-8"))
    for question in questions["questions"]:
        if question["kind"].startswith("unanswerable"):
            continue
        topic = question["question"]
        draft = render(draft_related_work(topic, library, Extractive()), "markdown")
        found = [
            (text, set(re.findall(r"@([\w-]+)", text))) for text in re.split(r"\n\s*\n", draft)
        ]
        paragraphs = [(text, own) for text, own in found if own]
        if len(paragraphs) > 1:
            yield topic, paragraphs, make_rubric(topic, library, Filters())


def _cut(
    paragraphs: list[Paragraph], rubric: Rubric, library: Library, tally: Tally, *, has_marks: bool
) -> None:
    """Grade the text whole and without each of its paragraphs."""
    texts = [text if has_marks else re.sub(r" \[@[^\]]*\]", "", text) for text, _ in paragraphs]

    def graded(kept: list[str]) -> tuple[GradedCriterion, ...]:
        opened = TextFile("section.md", "\n\n".join(kept))
        return grade_text(opened, rubric, library, Bibliography()).criteria

    whole = graded(texts)
    tally.texts += 1
    tally.whole.update(item.met for item in whole)
    for cut in range(len(texts)):
        for item, now in zip(whole, graded(texts[:cut] + texts[cut + 1 :]), strict=True):
            papers = {sentence.key for sentence in item.criterion.sentences}
            places = {n for n, (_, own) in enumerate(paragraphs) if own & papers}
            if item.met == "missing":
                continue
            if places == {cut}:
                tally.own.append(now.met == "missing")
            elif cut not in places:
                tally.others.append(now.met == "missing")


def _rows(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _paragraphs(section: str) -> list[str]:
    """The paragraphs without LaTeX's marks."""
    text = re.sub(r"~?\\cite\w*(\[[^\]]*\])*\{[^}]*\}", "", section)
    text = re.sub(
        r"\\(sub)*section\*?\{[^}]*\}|\\paragraph\{[^}]*\}|\\label\{[^}]*\}", "\n\n", text
    )
    text = re.sub(r"\\\w+\{([^}]*)\}", r"\1", text)
    found = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text)]
    return [part for part in found if len(part.split()) >= LEAST_WORDS]


def _cited(paragraph: str, rows: list[Any], key_of: dict[str, str]) -> tuple[str, set[str]]:
    """The paragraph with a mark behind each sentence that cites, and the keys in it."""
    said, used = [], set()
    for start, end in sentence_spans(paragraph):
        sentence = paragraph[start:end].strip()
        keys = {
            key_of[name]
            for row in rows
            if _plain(row["sentence"])[:60] and _plain(row["sentence"])[:60] in _plain(sentence)
            for name in row["cites"]
            if name in key_of
        }
        used |= keys
        mark = " [" + "; ".join(f"@{key}" for key in sorted(keys)) + "]" if keys else ""
        said.append(sentence.rstrip(".") + mark + ".")
    return " ".join(said), used


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


if __name__ == "__main__":
    main()
