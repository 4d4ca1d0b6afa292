"""How well `review check` tells a paper that bears on a sentence from one that does not.

Sentences: `fixtures/paraphrases.tsv`, each beside the paper that it puts in other words, beside
five other papers of the sample library, and twenty sentences of other fields beside five papers
each. Prints a table for search by words alone and, where its files are, with MiniLM.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from reviewer.library import Library
from reviewer.settings import load_settings
from reviewer.sources.text_file import TextFile
from reviewer.tasks import check_draft
from reviewer.writers import Extractive

ROOT = Path(__file__).resolve().parent.parent
SEED = 1
OTHERS = 5
OFF_TOPIC = """Cooking pasta needs salted water and olive oil
The medieval wool trade shaped the towns of Flanders
Photosynthesis in desert plants opens stomata at night
Glaciers in the Alps have lost half of their volume in a century
Convolutional filters respond to edges in images
The court held that the contract was void for want of consideration
Aspirin lowers the risk of heart attack in older patients
Black holes radiate heat near their horizon
Bees dance to tell their sisters where flowers are
Interest rates drive the demand for housing loans
The symphony opens with a slow movement in a minor key
Concrete gains strength as its cement hydrates
Voters punish governments for rising unemployment
Whales sing to each other over hundreds of kilometres
Quantum error correction protects fragile qubits from noise
A vaccine trains the immune system against a virus
Graph databases store edges as first-class records
Speech recognisers convert sound waves to phonemes
Sorting a list takes comparisons that grow faster than its length
Robots grasp unknown objects with soft fingers""".splitlines()


def does_not_bear(sentence: str, key: str, library: Library) -> bool:
    report = check_draft(TextFile("draft.md", f"{sentence} [@{key}]."), library, Extractive())
    return any(p.kind == "nothing bears" for s in report.sentences for p in s.problems)


def measure(embedding: str, folder: Path) -> None:
    lines = (ROOT / "fixtures" / "paraphrases.tsv").read_text(encoding="utf-8").splitlines()
    right = [(key, text) for key, text in (line.split("\t") for line in lines)]
    with Library(folder, load_settings({"embedding": embedding})) as library:
        library.add([str(ROOT / "fixtures" / "library")])
        keys = [paper.key for paper in library.papers()]
        draw = random.Random(SEED)
        wrong = [
            (other, text)
            for key, text in right
            for other in draw.sample([k for k in keys if k != key], OTHERS)
        ]
        off = [(key, text) for text in OFF_TOPIC for key in draw.sample(keys, OTHERS)]
        way = "with MiniLM" if library.has_vectors else "by words alone"
        for name, pairs in (("its own paper", right), ("another paper", wrong), ("off-topic", off)):
            flagged = sum(does_not_bear(text, key, library) for key, text in pairs)
            print(f"| {way} | {name} | {flagged} of {len(pairs)} |")


def main() -> None:
    print("| way | sentence beside | said not to bear on it |\n|---|---|---|")
    for embedding in ("none", "minilm-int8"):
        with tempfile.TemporaryDirectory() as folder:
            measure(embedding, Path(folder))


if __name__ == "__main__":
    main()
