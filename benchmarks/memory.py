"""Measures how well questions that were asked before are known again (asked_again.json).

    python -m benchmarks.memory

Each wording of a question is compared with the other two, with a question that is near in its words
and asks something else, and with all wordings of the other questions.
"""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

from reviewer.library.embeddings.embedding import BUILT_IN, open_embedding
from reviewer.settings import load_settings
from reviewer.tasks.memory.earlier import NEAR, NEAR_ENOUGH

QUESTIONS = Path(__file__).parent / "asked_again.json"
CHOSEN_ON = 15  # the threshold was chosen on the first questions


def main() -> None:
    """Print the shares that reach each threshold."""
    questions = json.loads(QUESTIONS.read_text(encoding="utf-8"))["questions"]
    embedding = open_embedding(BUILT_IN, load_settings({}))
    vectors = [embedding.embed([*q["same"], q["other"]]) for q in questions]
    for name, some in (("chosen on", vectors[:CHOSEN_ON]), ("others", vectors[CHOSEN_ON:])):
        same = [float(v[a] @ v[b]) for v in some for a, b in combinations(range(3), 2)]
        near = [float(v[a] @ v[3]) for v in some for a in range(3)]
        far = [float(c) for v, w in combinations(some, 2) for c in (v @ w.T).ravel()]
        for least in (NEAR, NEAR_ENOUGH):
            shares = [sum(c >= least for c in own) / len(own) for own in (same, near, far)]
            found, wrong_near, wrong_far = (f"{share:.3f}" for share in shares)
            print(
                f"{name}, {least}: found {found} of {len(same)}, "
                f"near ones offered {wrong_near} of {len(near)}, others {wrong_far} of {len(far)}"
            )


if __name__ == "__main__":
    main()
