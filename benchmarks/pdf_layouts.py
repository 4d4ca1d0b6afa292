"""Whether sentences, metadata and tables of PDFs come back as LaTeX set them.

Needs pdflatex with revtex, elsarticle, IEEEtran, acmart, llncs, amsart and mnras (Debian:
texlive-latex-extra, texlive-publishers, texlive-science, texlive-fonts-recommended).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

NOT_TUNED = ("amsart", "mnras", "nature")
"""Layouts that were first read when the reader was written; four papers each are held out."""


def papers(half: str) -> list[tuple[str, int]]:
    """(layout, seed) of a half."""
    from tests.support.latex_papers import LAYOUTS

    if half == "tuning":
        return [(name, seed) for name in LAYOUTS if name not in NOT_TUNED for seed in (0, 2)]
    return [
        (name, seed) for name in LAYOUTS for seed in ((4, 5, 6, 7) if name in NOT_TUNED else (5, 7))
    ]


def set_paper(folder: Path, layout: str, seed: int) -> Path:
    """The PDF of this paper, set where it is not there yet."""
    from tests.support.latex_papers import paper

    file = folder / f"{layout}_{seed}.pdf"
    if not file.exists():
        file.with_suffix(".tex").write_text(paper(layout, seed)[0], encoding="utf-8")
        command = ["pdflatex", "-interaction=batchmode", file.with_suffix(".tex").name]
        for _ in range(2):
            subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return file


def main() -> None:
    from reviewer.sources import ReadOptions, read_file
    from tests.support.latex_papers import paper
    from tests.support.pdf_scores import score

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=["tuning", "held-out"], default="held-out")
    parser.add_argument("--folder", type=Path, help="keeps the PDFs that were set")
    parser.add_argument("--only", default="", help="layouts whose names begin so")
    parser.add_argument("--show", action="store_true", help="print what did not come back")
    wanted = parser.parse_args()
    folder = wanted.folder or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    total: Counter[str] = Counter()
    for layout, seed in papers(wanted.half):
        if not layout.startswith(wanted.only):
            continue
        found = read_file(str(set_paper(folder, layout, seed)), ReadOptions())
        _, truth = paper(layout, seed)
        if not found.papers:
            print(f"{layout} {seed}: {found.skipped[0].reason}")
            continue
        own = score(found.papers[0], truth)
        counts = {
            "sentences": own.sentences, "torn": len(own.torn), "moved": own.out_of_order,
            "spliced": len(own.spliced), "references in body": len(own.references_in_body),
            "references lost": own.references_lost, "apart": own.apart,
            "apart torn": len(own.apart_torn), "cells": own.cells,
            "cells lost": len(own.cells_lost), "tables": len(truth.tables), "papers": 1,
        }  # fmt: skip
        counts |= {f"{name} wrong": 1 for name in own.wrong}
        counts |= {f"{name} empty": 1 for name in own.empty}
        total.update(counts)
        shown = {k: v for k, v in counts.items() if v and k not in ("papers", "tables", "apart")}
        print(f"{layout} {seed}: " + ", ".join(f"{k} {v}" for k, v in shown.items()), flush=True)
        if wanted.show:
            for name in ("torn", "spliced", "references_in_body", "apart_torn", "cells_lost"):
                for one in getattr(own, name)[:6]:
                    print(f"    {name}: {one[:300]}")
            paper_read = found.papers[0]
            if own.wrong or own.empty:
                print(f"    read: {paper_read.title!r} {paper_read.authors} {paper_read.year}")
                print(f"    true: {truth.title!r} {truth.authors} {truth.year}")
    print("\n" + "\n".join(f"{name}: {count}" for name, count in total.items()))


if __name__ == "__main__":
    main()
