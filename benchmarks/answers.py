"""Measures when `ask` abstains, what its writer cites and whether quotes stand where they should.

Run: `python benchmarks/answers.py`. Every question of `questions.jsonl` and `eval/questions.json`
is asked with the extractive writer, with vectors and by words alone. A question counts as answered
when its answer has a claim.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, quantiles

from sets import (
    Judged,
    listings_library,
    listings_questions,
    own_questions,
    parser,
    print_table,
    require_known,
    settings_of,
    title_names,
)

from reviewer.library import Library
from reviewer.search import SearchOptions, find
from reviewer.search.ranking import (
    COVERAGE_SHARE,
    FLOOR,
    LEXICAL_FLOOR,
    LEXICAL_TERMS,
)
from reviewer.tasks import answer_question
from reviewer.tasks.answers.answer import AskOptions
from reviewer.text import clean, normalise_title
from reviewer.text.keywords import query_terms
from reviewer.types import Answer, Claim
from reviewer.types.searches import Filters
from reviewer.writers import Extractive

WAYS = {"with MiniLM": False, "by words alone": True}
CHECKED_ANSWERS = 100
KINDS = ("off-topic", "near-topic", "answerable")
FLOORS = {
    "with MiniLM": (0.37, 0.40, FLOOR, 0.46, 0.49),
    "by words alone": (0.0, LEXICAL_FLOOR, 0.35, 0.45, 0.55, 0.65),
}


@dataclass(frozen=True)
class Asked:
    question: Judged
    way: str
    answer: Answer


def ask_all(
    questions: Sequence[Judged], library: Library, way: str, filters: Filters | None = None
) -> list[Asked]:
    options = AskOptions(filters=filters or Filters())
    return [
        Asked(q, way, answer_question(q.text, library, Extractive(), options)) for q in questions
    ]


def abstention_rows(asked: Sequence[Asked]) -> Iterator[list[str]]:
    """Rates for each half of the questions and for all of them."""
    parts = list(dict.fromkeys(a.question.part for a in asked))
    for way in dict.fromkeys(a.way for a in asked):
        for part in [*parts, "all"]:
            own = [a for a in asked if a.way == way and part in (a.question.part, "all")]
            answered = {
                kind: [bool(a.answer.claims) for a in own if a.question.kind == kind]
                for kind in KINDS
            }
            refused = [not was for was in answered["answerable"]]
            rates = [_rate(answered["off-topic"]), _rate(refused), _rate(answered["near-topic"])]
            yield [way, part, *rates]


def _rate(happened: Sequence[bool]) -> str:
    count = sum(happened)
    if not happened:
        return "none"
    return f"{count} of {len(happened)} ({100 * count / len(happened):.1f} %)"


def weak_rows(asked: Sequence[Asked]) -> Iterator[list[str]]:
    """How many answers say themselves that nothing clearly answers."""
    for way in dict.fromkeys(a.way for a in asked):
        answered = [a for a in asked if a.way == way and a.answer.claims]
        by_kind = ([a.answer.is_weak for a in answered if a.question.kind == k] for k in KINDS)
        yield [way, *map(_rate, by_kind)]


def writer_row(asked: Sequence[Asked], library: Library, way: str) -> list[str]:
    """Means over the questions that were answered; a paper counts once an answer."""
    titles = {p.id: normalise_title(p.title) for p in library.papers()}
    useful, direct, claims, papers = [], [], [], []
    stances: list[bool] = []
    for question, answer in ((a.question, a.answer) for a in asked if a.answer.claims):
        cited = {titles[c.paper_id] for claim in answer.claims for c in claim.citations}
        grades = [question.grades.get(title, 0) for title in cited - question.borderline]
        claims.append(len(answer.claims))
        papers.append(len(cited))
        if grades:
            useful.append(mean(grade >= 1 for grade in grades))
            direct.append(mean(grade == 2 for grade in grades))
        stances += _stances_hit(question, answer, cited)
    shares = [f"{mean(values):.3f}" for values in (useful, direct)]
    counts = [f"{mean(values):.1f}" for values in (claims, papers)]
    return [way, str(len(claims)), *shares, *counts, f"{sum(stances)} of {len(stances)}"]


def _stances_hit(question: Judged, answer: Answer, cited: set[str]) -> list[bool]:
    """For each cited paper with a stance sentence: whether that sentence was quoted."""
    quotes = [clean(c.quote) for claim in answer.claims for c in claim.citations]
    wanted = [clean(sentence) for title, sentence in question.stances.items() if title in cited]
    return [any(sentence in quote or quote in sentence for quote in quotes) for sentence in wanted]


def is_quote(claim: Claim, library: Library, read: str) -> bool:
    """True when the claim is a quote that its paper's text gives back, and the listings hold."""
    return bool(claim.citations) and all(
        library.paper(c.paper_id).text_of(c.part)[c.start : c.end] == c.quote
        and c.quote in read
        and clean(c.quote) == claim.text
        for c in claim.citations
    )


def quote_rows(answers: Iterable[Asked], library: Library, read: str) -> Iterator[list[str]]:
    answered = [a for a in answers if a.answer.claims]
    for way in [*dict.fromkeys(a.way for a in answered), "all"]:
        own = [a for a in answered if way in (a.way, "all")]
        claims = [claim for a in own for claim in a.answer.claims]
        stand = sum(is_quote(claim, library, read) for claim in claims)
        yield [way, str(len(own)), f"{stand} of {len(claims)}"]


def relevance(question: Judged, library: Library) -> float:
    """The highest relevance of any candidate, as `search.find` holds it against its floor."""
    options = SearchOptions(papers=100, chunks_per_paper=100, abstains=False)
    found = find(question.text, library, options)
    terms = min(LEXICAL_TERMS, len(query_terms(question.text)))
    if found.method == "lexical":
        shares = (i.score.coverage for i in found.evidence if len(i.score.terms) >= terms)
        return max(shares, default=0.0)
    return max(
        (item.score.cosine or 0.0) + COVERAGE_SHARE * item.score.coverage for item in found.evidence
    )


def print_floors(questions: Sequence[Judged], library: Library, way: str) -> None:
    """The spread of the highest relevance, and what other floors would do."""
    levels = [(q, relevance(q, library)) for q in questions]
    by_kind = {kind: [level for q, level in levels if q.kind == kind] for kind in KINDS}
    parts = [*dict.fromkeys(q.part for q in questions), "all"]
    own = {
        (part, kind): [x for q, x in levels if part in (q.part, "all") and q.kind == kind]
        for part in parts
        for kind in KINDS
    }
    print_table(
        f"Highest relevance of a question's candidates, {way}",
        ["questions", "kind", "lowest", "first tenth", "median", "last tenth", "highest"],
        ([*name, *(f"{x:.2f}" for x in _spread(values))] for name, values in own.items()),
    )
    rows = []
    for floor in FLOORS[way]:
        above = {k: [level > 0 and level >= floor for level in by_kind[k]] for k in KINDS}
        refused = [not is_above for is_above in above["answerable"]]
        mark = " (shipped)" if floor in (FLOOR, LEXICAL_FLOOR) else ""
        rates = [_rate(above["off-topic"]), _rate(refused), _rate(above["near-topic"])]
        rows.append([f"{floor:.2f}{mark}", *rates])
    head = ["floor", "off-topic answered", "answerable refused", "near-topic answered"]
    print_table(f"Other floors, {way}, all questions", head, rows)


def _spread(values: Sequence[float]) -> list[float]:
    several = [*values, *values] if len(values) == 1 else values
    tenths = quantiles(several, n=10, method="inclusive")
    return [min(values), tenths[0], tenths[4], tenths[8], max(values)]


def measure(options: argparse.Namespace, folder: Path) -> None:
    """Ask everything in both ways and print the tables."""
    questions = [*own_questions(), *listings_questions(options.shared)]
    judged = [q for q in questions if q.part == "questions.json" and q.kind == "answerable"]
    asked: list[Asked] = []
    rows = []
    for way, by_words in WAYS.items():
        with Library(folder, settings_of(options.shared, by_words=by_words)) as library:
            require_known(questions, title_names(library.papers()).values())
            asked += ask_all(questions, library, way)
            own = [a for a in asked if a.way == way and a.question in judged]
            rows.append(writer_row(own, library, way))
            print_floors(questions, library, way)
    head = ["way", "questions", "off-topic answered", "answerable refused", "near-topic answered"]
    print_table("Abstention", head, abstention_rows(asked))
    print_table("Answers that call themselves weak", ["way", *KINDS], weak_rows(asked))
    head = ["way", "answers", "grade 1 or 2", "grade 2", "sentences", "papers", "stance sentences"]
    print_table(
        "What the extractive writer cites, answerable questions of questions.json", head, rows
    )
    print_quotes(options, folder, questions, asked)


def print_quotes(
    options: argparse.Namespace, folder: Path, questions: Sequence[Judged], asked: list[Asked]
) -> None:
    seeds = sorted((options.shared / "seeds").glob("*.txt"))
    read = "\n".join(path.read_bytes().decode("utf-8") for path in seeds)
    with Library(folder, settings_of(options.shared)) as library:
        if sum(bool(a.answer.claims) for a in asked) < CHECKED_ANSWERS:
            asked += ask_all(questions, library, "from 2025 on", Filters(year_from=2025))
        print_table(
            "Claims that are quotes: the cited characters, as the listing has them",
            ["way", "answers", "claims that stand"],
            quote_rows(asked, library, read),
        )
    answers = sum(bool(a.answer.claims) for a in asked)
    if answers < CHECKED_ANSWERS:
        sys.exit(f"only {answers} answers were there to check")


def main() -> None:
    options = parser(__doc__).parse_args()
    source = listings_library(options)
    with tempfile.TemporaryDirectory() as place:  # asking keeps runs: not in the library given
        folder = Path(place) / "library"
        shutil.copytree(source, folder)
        measure(options, folder)


if __name__ == "__main__":
    main()
