"""Measures whether a view that a paper reports in order to refute it is quoted as its finding.

Run: `python benchmarks/refuted_views.py`. It makes a library of the 30 abstracts of
`tests/writers/refuted_views.json`, asks each one's question with the extractive writer, and counts
views and findings that are quoted. Of half the abstracts the view stands in words that no list of
`text/reported` has.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from sets import HERE, model_folder, parser, print_table

from reviewer.library import Library
from reviewer.settings import Settings
from reviewer.tasks import answer_question
from reviewer.text import sentence_spans
from reviewer.text.reported import reported_views
from reviewer.writers import Extractive

EMBEDDINGS = ("minilm-int8", "minilm", "none")
CASES = HERE.parent / "tests" / "writers" / "refuted_views.json"


def is_told(case: dict[str, str]) -> bool:
    """Whether the view is known for one by `reported_views` alone, without the parts."""
    text = case["abstract"]
    sentences = [text[start:end] for start, end in sentence_spans(text)]
    return dict(zip(sentences, reported_views(sentences), strict=True))[case["view"]]


def measure(cases: list[dict[str, str]], library: Library, listing: Path) -> list[list[str]]:
    records = [
        {"title": case["question"], "abstract": case["abstract"], "doi": f"10.1000/{number}"}
        for number, case in enumerate(cases)
    ]
    listing.write_text("\n".join(map(json.dumps, records)) + "\n", encoding="utf-8")
    library.add([str(listing)])
    rows = []
    for is_listed in (True, False):
        own = [case for case in cases if case["is_listed"] == is_listed]
        quoted = [
            " ".join(
                c.text for c in answer_question(case["question"], library, Extractive()).claims
            )
            for case in own
        ]
        pairs = list(zip(own, quoted, strict=True))
        views = sum(other["view"] in text for text in quoted for other in cases)
        findings = sum(case["finding"] in text for case, text in pairs)
        words = "listed" if is_listed else "others"
        told = sum(map(is_told, own))
        rows.append([words, *(f"{n} of {len(own)}" for n in (told, findings)), str(views)])
    return rows


def main() -> None:
    options = parser(__doc__).parse_args()
    cases = json.loads(CASES.read_text(encoding="utf-8"))
    folder = str(model_folder(options.shared))
    rows = []
    for name in EMBEDDINGS:
        settings = Settings(embedding=name, embedding_dir=folder, offline=True)
        with tempfile.TemporaryDirectory() as place:
            with Library(Path(place) / "library", settings) as library:
                own = measure(cases, library, Path(place) / "cases.jsonl")
            rows += [[name, *row] for row in own]
    head = ["embedding", "words", "told by words and order alone", "findings quoted"]
    print_table("Refuted views, 30 abstracts", [*head, "views quoted"], rows)


if __name__ == "__main__":
    main()
