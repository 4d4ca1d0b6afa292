"""Judged questions and the libraries they are asked of, for the other scripts. Measures nothing.

Libraries are built once, into `--cache`. Delete that folder after a change to reading, chunking or
embedding.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reviewer.library import Library
from reviewer.library.embeddings.minilm import find_files
from reviewer.library.library import NO_EMBEDDING
from reviewer.settings import Settings
from reviewer.text import normalise_title
from reviewer.types import Paper

HERE = Path(__file__).resolve().parent
SHARED = HERE.parent.parent / "shared"
MODEL = "all-MiniLM-L6-v2"
KINDS = {
    "unanswerable-offtopic": "off-topic",
    "unanswerable-near": "near-topic",
    "off-topic": "off-topic",
    "near-topic": "near-topic",
}


@dataclass(frozen=True)
class Judged:
    """A question. `grades` and `borderline` name papers by normalised title, or by SciFact's id;
    `stances` holds a sentence a paper that takes a stance."""

    text: str
    kind: str = "answerable"
    part: str = ""
    grades: dict[str, int] = field(default_factory=dict)
    borderline: frozenset[str] = frozenset()
    stances: dict[str, str] = field(default_factory=dict)


def parser(description: str | None) -> argparse.ArgumentParser:
    """The options that say where things are."""
    made = argparse.ArgumentParser(description=(description or "").split("\n", maxsplit=1)[0])
    made.add_argument("--shared", type=Path, default=SHARED, help="holds seeds, eval and models")
    made.add_argument(
        "--cache",
        type=Path,
        default=Path(tempfile.gettempdir()) / "review-benchmarks",
        help="where libraries are built once",
    )
    made.add_argument("--library", type=Path, help="a library of the listings that is embedded")
    return made


def model_folder(shared: Path) -> Path:
    """The folder of the full model's files: REVIEW_EMBEDDING_DIR, else the one in `shared`."""
    found = find_files(os.environ.get("REVIEW_EMBEDDING_DIR") or str(shared / "models" / MODEL))
    if found is None:
        sys.exit(f"the embedding files are not in {shared / 'models'}: set REVIEW_EMBEDDING_DIR")
    return found


def settings_of(shared: Path, *, by_words: bool = False) -> Settings:
    return Settings(
        embedding=NO_EMBEDDING if by_words else "",
        embedding_dir=os.environ.get("REVIEW_EMBEDDING_DIR") or str(shared / "models" / MODEL),
        offline=True,
    )


def listings_library(options: argparse.Namespace) -> Path:
    """The folder of a library of the five listings, built when it is not there."""
    folder = options.library or options.cache / "listings"
    build_library(folder, [str(options.shared / "seeds")], options.shared)
    return folder


def scifact_library(options: argparse.Namespace) -> Path:
    """The folder of a library of SciFact's abstracts, built when it is not there."""
    source = options.shared / "eval" / "scifact"
    return beir_library(options, source, options.scifact_library)


def deepscholar_library(options: argparse.Namespace) -> Path:
    """The folder of a library of DeepScholar's papers, built when it is not there."""
    folder: Path = options.cache / "deepscholar"
    papers = options.shared / "eval" / "deepscholar" / "library.jsonl"
    build_library(folder, [str(papers)], options.shared)
    return folder


def beir_library(options: argparse.Namespace, source: Path, place: Path | None = None) -> Path:
    """The folder of a library of a collection in BEIR's form, built when it is not there."""
    folder = place or options.cache / source.name
    listing = options.cache / f"{source.name}.jsonl"
    if not listing.is_file():
        listing.parent.mkdir(parents=True, exist_ok=True)
        lines = [
            json.dumps({"title": p["title"], "abstract": p["text"], "id": p["id"]})
            for p in _papers(source)
        ]
        listing.write_text("\n".join(lines) + "\n", encoding="utf-8")
    build_library(folder, [str(listing)], options.shared)
    return folder


def _papers(source: Path) -> list[dict[str, str]]:
    """A collection's papers. Without a title the text's first words stand for one."""
    return [
        {
            "id": str(p.get("_id", p.get("id"))),
            "title": p.get("title") or " ".join(p["text"].split()[:12]),
            "text": p["text"],
        }
        for p in _objects(source / "corpus.jsonl")
    ]


def build_library(folder: Path, paths: Sequence[str], shared: Path) -> None:
    with Library(folder, settings_of(shared)) as library:
        if library.catalogue.count() and not library.chunks.count_waiting():
            return
        print(f"building {folder}, once", file=sys.stderr)
        library.add(paths)


def listings_questions(shared: Path) -> list[Judged]:
    """The questions of `eval/questions.json`."""
    found = json.loads((shared / "eval" / "questions.json").read_text(encoding="utf-8"))
    return [
        Judged(
            text=q["question"],
            kind=KINDS.get(q["kind"], "answerable"),
            part="questions.json",
            grades={normalise_title(title): grade for title, grade in q["qrels"].items()},
            borderline=frozenset(map(normalise_title, q["borderline"])),
            stances={normalise_title(t): s["sentence"] for t, s in q.get("stances", {}).items()},
        )
        for q in found["questions"]
    ]


def concept_questions(shared: Path) -> list[Judged]:
    """The short concept questions of `eval/concepts.json`."""
    found = json.loads((shared / "eval" / "concepts.json").read_text(encoding="utf-8"))
    return [
        Judged(text=q["question"], grades={normalise_title(title): 1 for title in q["titles"]})
        for q in found["short"]
    ]


def deepscholar_questions(shared: Path) -> list[Judged]:
    """The abstracts of `eval/deepscholar/queries.json` as questions; grades by `key`."""
    text = (shared / "eval" / "deepscholar" / "queries.json").read_text(encoding="utf-8")
    return [
        Judged(text=q["abstract"], grades=dict.fromkeys(q["gold"], 1)) for q in json.loads(text)
    ]


def own_questions() -> list[Judged]:
    """The questions of `questions.jsonl`: a named title counts as grade 1."""
    return [
        Judged(
            text=q["question"],
            kind=q["kind"],
            part=f"questions.jsonl, {q['split']}",
            grades={normalise_title(title): 1 for title in q.get("titles", ())},
        )
        for q in _objects(HERE / "questions.jsonl")
    ]


def beir_questions(folder: Path) -> list[Judged]:
    """The judged queries of a collection in BEIR's form, with grades by its papers' ids."""
    grades: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines():
        query, *_, paper, grade = line.split("\t")
        if grade.isdigit() and int(grade):  # else it is the header, or judged to be of no use
            grades.setdefault(query, {})[paper] = int(grade)
    found = _objects(folder / "queries.jsonl")
    queries = [(str(q.get("_id", q.get("id"))), q["text"]) for q in found]
    return [Judged(text=text, grades=grades[name]) for name, text in queries if name in grades]


def beir_names(folder: Path, papers: Iterable[Paper]) -> dict[str, frozenset[str]]:
    """The collection's ids by paper id. A paper that joins two records has both records' ids."""
    ids = [p["id"] for p in _papers(folder)]
    return {p.id: frozenset(ids[origin.position - 1] for origin in p.origins) for p in papers}


def deepscholar_names(shared: Path, papers: Iterable[Paper]) -> dict[str, frozenset[str]]:
    """The keys of `eval/deepscholar/library.jsonl` by paper id."""
    keys = [row["key"] for row in _objects(shared / "eval" / "deepscholar" / "library.jsonl")]
    return {p.id: frozenset(keys[origin.position - 1] for origin in p.origins) for p in papers}


def title_names(papers: Iterable[Paper]) -> dict[str, frozenset[str]]:
    """Normalised titles by paper id."""
    return {paper.id: frozenset({normalise_title(paper.title)}) for paper in papers}


def require_known(questions: Iterable[Judged], names: Iterable[frozenset[str]]) -> None:
    """Leave when a judged paper is not in the library: the figures would be wrong."""
    known = frozenset().union(*names)
    missing = sorted({name for q in questions for name in {*q.grades, *q.borderline}} - known)
    if missing:
        sys.exit(f"{len(missing)} judged papers are not in the library, such as {missing[0]}")


def _objects(path: Path) -> list[dict[str, str]]:
    text = path.read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def print_table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A Markdown table, padded so that it reads well in a terminal too."""
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    print(f"\n{title}\n")
    for number, line in enumerate(lines):
        print(f"| {' | '.join(cell.ljust(w) for cell, w in zip(line, widths, strict=True))} |")
        if number == 0:
            print(f"|{'|'.join('-' * (w + 2) for w in widths)}|")
