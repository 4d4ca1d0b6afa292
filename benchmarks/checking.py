"""How well `review check` tells a paper that bears on a sentence from one that does not.

Sentences: `fixtures/paraphrases.tsv`, each beside the paper that it puts in other words, beside
five other papers of the sample library, and twenty sentences of other fields beside five papers
each. Prints a table for search by words alone and, where its files are, with MiniLM.

Then what it says by words alone, without a model, of the claims of Check-COVID (`eval/checkcovid`),
each citing its abstract. The weights have seen these claims: `train_verdicts.py` prints figures of
claims that they have not seen. Last, the same of sentences of the listings' abstracts, cut to two
thirds, as they are and with one word changed to its opposite.
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
from collections import Counter
from pathlib import Path

from sets import SHARED, print_table
from train_verdicts import LABELS, SEEMINGS, macro_f1, pairs_of

from reviewer.grounding.word_verdicts import decide, is_contradiction, judge_by_words
from reviewer.library import Library
from reviewer.settings import load_settings
from reviewer.sources.text_file import TextFile
from reviewer.tasks import check_draft
from reviewer.text import sentence_spans
from reviewer.writers import Extractive

ROOT = Path(__file__).resolve().parent.parent
OVERCLAIMS = ROOT / "benchmarks" / "overclaims.tsv"
TRUTHS = ("false", "true")
SEED = 1
OTHERS = 5
LEAST_WORDS = 8
OPPOSITES = dict(
    pair.split("=")
    for pair in "improves=worsens improve=worsen improving=worsening reduces=increases "
    "reduce=increase reducing=increasing increases=decreases outperforms=underperforms "
    "higher=lower better=worse more=less superior=inferior effective=ineffective "
    "effectively=ineffectively enhance=weaken enhances=weakens robust=unreliable can=cannot "
    "is=is_not are=are_not".split()
)
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
    """Whether the paper is named, as a fault or in a remark."""
    return bool({"nothing bears", "may not bear"} & _kinds(sentence, key, library))


def _kinds(sentence: str, key: str, library: Library) -> set[str]:
    """The kinds of problems of a sentence that cites this key."""
    report = check_draft(TextFile("draft.md", f"{sentence} [@{key}]."), library, Extractive())
    return {problem.kind for s in report.sentences for problem in s.problems}


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


def measure_verdicts(folder: Path, library_folder: Path) -> None:
    """A check of a draft with each claim of the set as a sentence that cites its abstract."""
    pairs = pairs_of(folder)
    with Library(library_folder, load_settings({"embedding": "none"})) as library:
        library.add([str(folder / "library.jsonl")])
        keys = {paper.abstract: paper.key for paper in library.papers()}
        papers = {abstract: keys.get(abstract) for abstract in {pair.abstract for pair in pairs}}
        known = [pair for pair in pairs if papers[pair.abstract]]
        said, named = [], Counter[str]()
        for pair in known:
            text = f"{pair.claim.strip().rstrip('.')} [@{papers[pair.abstract]}]."
            report = check_draft(TextFile("draft.md", text), library, Extractive())
            found = [s.compared for s in report.sentences if s.compared]
            said.append(SEEMINGS.index(found[0].verdict if found else "not enough"))
            if any(p.kind == "seems contradicted" for s in report.sentences for p in s.problems):
                named[LABELS[pair.label]] += 1
    labels = [pair.label for pair in known]
    counts = Counter(zip(labels, said, strict=True))
    print_table(
        f"{len(known)} of {len(pairs)} claims, by words alone: macro-F1 "
        f"{macro_f1(labels, said)[0]:.3f}",
        ["label", *SEEMINGS, "said to seem contradicted"],
        [
            [name, *(str(counts[k, n]) for n in range(len(SEEMINGS))), str(named[name])]
            for k, name in enumerate(LABELS)
        ],
    )


def measure_altered(library: Library) -> None:
    """Each sentence beside its own abstract: how often a contradiction is named."""
    draw = random.Random(SEED)
    counts = {name: Counter[str]() for name in ("as it is", "one word changed")}
    for paper in library.papers():
        own = [paper.abstract[a:b] for a, b in sentence_spans(paper.abstract)]
        for place, sentence in enumerate(own):
            words = sentence.split()
            if len(words) < LEAST_WORDS:
                continue
            said = " ".join(words[: max(LEAST_WORDS, 2 * len(words) // 3)])
            claims = {"as it is": said}
            if known := [word for word in OPPOSITES if re.search(rf"\b{word}\b", said)]:
                word = draw.choice(known)
                other = OPPOSITES[word].replace("_", " ")
                claims["one word changed"] = re.sub(rf"\b{word}\b", other, said, count=1)
            for name, claim in claims.items():
                verdicts = judge_by_words(claim, own)
                chosen, _ = decide(verdicts)
                is_named = is_contradiction(verdicts[chosen])
                counts[name].update(sentences=1, named=is_named)
                counts[name]["by its own sentence"] += is_named and chosen == place
    print_table(
        "Sentences of the listings, by words alone",
        ["sentence", "sentences", "said to seem contradicted", "by its own sentence"],
        [
            [name, str(own["sentences"]), str(own["named"]), str(own["by its own sentence"])]
            for name, own in counts.items()
        ],
    )


def measure_overclaims(library: Library) -> None:
    """Sentences that say the opposite of their paper in other words, and their true twins."""
    counts = Counter[tuple[str, str]]()
    for line in OVERCLAIMS.read_text(encoding="utf-8").splitlines():
        part, key, false, true = line.split("\t")
        for name, said in (("false", false), ("true", true)):
            counts[part, name] += 1
            counts[part, f"{name}, named"] += "seems contradicted" in _kinds(said, key, library)
    print_table(
        "Sentences in other words (overclaims.tsv), said to seem contradicted",
        ["part", "false ones", "true ones"],
        [
            [part, *(f"{counts[part, f'{n}, named']} of {counts[part, n]}" for n in TRUTHS)]
            for part in ("dev", "test")
        ],
    )


def main() -> None:
    made = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    made.add_argument("--shared", type=Path, default=SHARED, help="holds eval/checkcovid")
    shared = made.parse_args().shared
    print("| way | sentence beside | said not to bear on it |\n|---|---|---|")
    for embedding in ("none", "minilm-int8"):
        with tempfile.TemporaryDirectory() as folder:
            measure(embedding, Path(folder))
    with tempfile.TemporaryDirectory() as library_folder:
        measure_verdicts(shared / "eval" / "checkcovid", Path(library_folder))
    with tempfile.TemporaryDirectory() as library_folder:
        settings = load_settings({"embedding": "none"})
        with Library(Path(library_folder), settings) as library:
            library.add([str(shared / "seeds")])
            measure_altered(library)
            measure_overclaims(library)


if __name__ == "__main__":
    main()
