"""How many of the papers that answer a question a model is shown, at each effort.

The model is scripted: it finds everything relevant, and asks with the wordings of `wordings.json`.
What is measured is what would be put before a real one. A copy of the library is read.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.sets import SHARED, parser
from reviewer.library import Library
from reviewer.search import SearchOptions, find
from reviewer.settings import Settings
from reviewer.tasks.answers.gather import GatherOptions, gather
from reviewer.text import normalise_title
from reviewer.types.progress import silent
from reviewer.writers.prompted.answers import QuestionsReply
from tests.support.scripted import writer

NONE = {"questions": [], "abstract": ""}


def titles_read(
    question: str, library: Library, effort: str, papers: int, said: object
) -> set[str]:
    """The titles that a model is shown."""
    by, _ = writer({QuestionsReply: lambda asked: NONE if asked.texts else said}, 128_000)
    options = GatherOptions(papers, effort=effort, may_refuse=True)
    gathered = gather(question, library, by, options, silent)
    return {normalise_title(item.paper.title) for item in gathered.evidence}


def main() -> None:
    asked = parser(__doc__).parse_args()
    questions = json.loads((SHARED / "eval" / "questions.json").read_text("utf-8"))["questions"]
    wordings = json.loads(Path(__file__).with_name("wordings.json").read_text("utf-8"))
    library_path = asked.library or Path(asked.cache) / "listings"
    ways = [("quick", 12), ("normal", 30), ("thorough", 40)]
    names = ["floor, 12", "floor, 30", *(f"{e}, {k}{w}" for e, k in ways for w in ("", " +"))]
    found: dict[str, list[float]] = {name: [] for name in names}
    with Library(library_path, Settings()) as library:
        for one in questions:
            gold = {normalise_title(t) for t, grade in one["qrels"].items() if grade == 2}
            if not one["answerable"] or not gold:
                continue
            row = []
            for k in (12, 30):
                hits = find(one["question"], library, SearchOptions(k)).evidence
                row.append({normalise_title(item.paper.title) for item in hits})
            for effort, k in ways:
                for said in (NONE, wordings.get(one["id"], NONE)):
                    row.append(titles_read(one["question"], library, effort, k, said))
            for name, titles in zip(names, row, strict=True):
                found[name].append(len(gold & titles) / len(gold))
            shares = " ".join(f"{len(gold & titles) / len(gold):.2f}" for titles in row)
            print(f"{one['id']}  {len(gold):2}  {shares}")
    for name, shares in found.items():
        print(f"{name:14} {sum(shares) / len(shares):.3f}")


if __name__ == "__main__":
    main()
