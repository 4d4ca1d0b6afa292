"""Measures which sub-themes of a judged survey topic are recognised by a report without a model.

Run: `python benchmarks/subthemes.py`. Each topic of `surveys` in `eval/questions.json` is surveyed
with at most MOST_PAPERS papers. A sub-theme is recognised when one section cites at least half of
its papers, and they are at least a quarter of the papers which that section cites.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sets import listings_library, parser, print_table, settings_of

from reviewer.library import Library
from reviewer.tasks import run_survey
from reviewer.text import normalise_title
from reviewer.types import SurveyReport
from reviewer.types.surveys import ReportPlan, SurveyPlan
from reviewer.writers import Extractive

WAYS = {"with MiniLM": False, "by words alone": True}
MOST_PAPERS, LEAST_SHARE = 60, 0.5


def sections_of(report: SurveyReport) -> list[tuple[str, set[str]]]:
    """Each section's title, and the papers it cites by normalised title."""
    titles = {paper.id: normalise_title(paper.title) for paper in report.papers}
    return [
        (s.title, {titles[c.paper_id] for claim in s.claims for c in claim.citations})
        for s in report.sections
    ]


def recognised(name: str, ids: set[str], report: SurveyReport) -> list[str]:
    """The sub-theme's row: the section that cites most of it, and whether that is enough."""
    best, found, cited = "", 0, 1
    for title, own in sections_of(report):
        common = len(own & ids)
        is_enough = common >= len(ids) / 2 and common >= len(own) / 4
        if is_enough or (common > found and not best.startswith("+")):
            best, found, cited = ("+ " if is_enough else "  ") + title, common, len(own)
    return [name, f"{found} of {len(ids)}", str(cited), best.strip("+ "), _yes(best)]


def _yes(best: str) -> str:
    return "yes" if best.startswith("+") else "no"


def main(arguments: Sequence[str]) -> None:
    options = parser(__doc__).parse_args(arguments)
    source = listings_library(options)
    judged = json.loads((options.shared / "eval" / "questions.json").read_text("utf-8"))["surveys"]
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copytree(source, Path(folder) / "library")
        for way, by_words in WAYS.items():
            with Library(copy, settings_of(options.shared, by_words=by_words)) as library:
                for topic in judged:
                    said = topic["topic"]
                    own = ReportPlan(title=said, topic=said, papers=MOST_PAPERS)
                    batch = run_survey(
                        SurveyPlan(title=said, reports=(own,)), library, Extractive()
                    )
                    report = batch.reports[0]
                    rows = [
                        recognised(sub["name"], set(map(normalise_title, sub["ids"])), report)
                        for sub in topic["subthemes"]
                    ]
                    known = sum(row[-1] == "yes" for row in rows)
                    is_met = known >= LEAST_SHARE * len(rows) and report.flow.cited <= MOST_PAPERS
                    print_table(
                        f"{said}, {way}: {known} of {len(rows)} sub-themes, "
                        f"{report.flow.cited} papers cited, {'met' if is_met else 'NOT met'}",
                        ["sub-theme", "papers", "section cites", "section", "recognised"],
                        rows,
                    )


if __name__ == "__main__":
    main(sys.argv[1:])
