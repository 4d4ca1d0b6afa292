"""Prints sentences that `ask` shows without a model, for a reader to judge.

Run: `python benchmarks/notes.py`. It asks all answerable questions of `eval/questions.json` and
`questions.jsonl` with the extractive writer, draws 60 of the shown sentences with a fixed seed, and
prints each with its question and its paper's title, to be marked: would I keep it in my notes?
"""

from __future__ import annotations

import random
import shutil
import tempfile
from pathlib import Path

from answers import ask_all
from sets import listings_library, listings_questions, own_questions, parser, settings_of

from reviewer.library import Library

SEED = 18


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--count", type=int, default=60, help="how many sentences to print")
    options.add_argument("--seed", type=int, default=SEED)
    chosen = options.parse_args()
    questions = [*listings_questions(chosen.shared), *own_questions()]
    questions = [question for question in questions if question.kind == "answerable"]
    with tempfile.TemporaryDirectory() as place:  # asking keeps runs: not in the library given
        folder = Path(place) / "library"
        shutil.copytree(listings_library(chosen), folder)
        with Library(folder, settings_of(chosen.shared)) as library:
            title_of = {paper.id: paper.title for paper in library.papers()}
            shown = [
                (asked.question.text, claim.text, title_of[claim.citations[0].paper_id])
                for asked in ask_all(questions, library, "with MiniLM")
                for claim in asked.answer.claims
            ]
    sample = random.Random(chosen.seed).sample(shown, min(chosen.count, len(shown)))
    for number, (question, sentence, title) in enumerate(sample, start=1):
        print(f"{number}. Question: {question}\n   Sentence: {sentence}\n   Paper: {title}\n")
    print(f"{len(sample)} of {len(shown)} sentences, seed {chosen.seed}")


if __name__ == "__main__":
    main()
