"""How surely the citations of printed lists of references are found, and no others.

`eval/hallmark/valid.jsonl`: 950 real entries. One half is the library, the other half stands for
works that it lacks. citeproc, which knows nothing of our reader, prints all of them in four styles,
and small printers here in five more, without identifiers unless `--identifiers`. Lists of 40 are
laid out as PDFs have them (lines of 70 characters, words broken at their ends, with and without
numbers and empty lines), split, read and matched. A citation of a paper that is not in the list is
wrong; one that is in the list and in the library, and is not found, is missed. Marks of DBLP behind
names are taken out.

The second part matches the altered entries of `entries.jsonl` to all 950, and counts those that are
taken for a paper of another title. `--no-authors` takes the authors out of the library, as in a
listing; `--wrong` prints each wrong and each missed one.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import textwrap
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sets import SHARED, print_table

from reviewer.library.reference_matching import ReferenceMatcher
from reviewer.render.references import reference_list, without_label
from reviewer.text import normalise_title
from reviewer.text.references import reference_in, split_entries
from reviewer.types import Paper
from reviewer.types.papers import Part

PRINTED = ("apa", "ieee", "nature", "harvard-cite-them-right")  # by citeproc
IN_A_LIST = 40  # entries
WIDTH = 70
BROKEN = 0.5  # of the long words at line ends


def papers_of(name: str, *, identifiers: bool) -> list[tuple[Paper, str]]:
    """The entries of a file as papers, each with its label."""
    lines = (SHARED / "eval" / "hallmark" / name).read_text("utf-8").splitlines()
    found = []
    for n, entry in enumerate(map(json.loads, lines)):
        fields: Mapping[str, str] = entry["fields"]
        paper = Paper(
            id=f"{name}-{n}",
            key=f"k{n}",
            parts=(Part(name="title", text=fields["title"].rstrip(".")),),
            authors=tuple(re.sub(r" \d{4}$", "", a) for a in fields["author"].split(" and ")),
            year=int(fields["year"]) if fields.get("year", "").isdecimal() else None,
            date=fields.get("year", ""),
            venue=fields.get("booktitle", "") or fields.get("journal", ""),
            doi=fields.get("doi", "") if identifiers else "",
            extra={"entry_type": "inproceedings"},
        )
        found.append((paper, entry.get("hallucination_type") or ""))
    return found


def laid_out(entries: Sequence[str], chance: random.Random) -> str:
    """The entries as lines of a PDF: words broken at their ends, now and then an empty line."""
    blocks = []
    for entry in entries:
        words = [
            re.sub(r"^(\w{4,})(\w{4,})$", r"\1@\2", w) if chance.random() < BROKEN else w
            for w in entry.split()
        ]
        lines = textwrap.wrap(" ".join(words).replace("@", "\u00ad"), WIDTH)
        text = "\n".join(lines)
        # A break within a word, at the end of a line.
        text = re.sub(r"(\w{4,})\u00ad(\w{4,}\S*) ", r"\1-\n\2 ", text).replace("\u00ad", "")
        blocks.append(text)
    return ("\n" if chance.random() < 0.5 else "\n\n").join(blocks)


def short(name: str) -> str:
    """`A. B. Ash` of `Alan B. Ash`."""
    *given, family = name.split()
    return " ".join([*(f"{word[0]}." for word in given), family])


def bare_initials(name: str) -> str:
    """`Ash AB`."""
    *given, family = name.split()
    return f"{family} {''.join(word[0] for word in given)}"


def joined(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])}, and {names[-1]}"


def plain(p: Paper) -> str:
    return f"{joined(p.authors)}. {p.title}. In {p.venue}, pages 12–24, {p.year}."


def abbreviated(p: Paper) -> str:
    return f"{joined([*map(short, p.authors)])}. {p.title}. {p.venue}, 12(3):12–24, {p.year}."


def year_first(p: Paper) -> str:
    return f"{joined(p.authors)}. {p.year}. {p.title}. In Proceedings of {p.venue}, pages 12–24."


def vancouver(p: Paper) -> str:
    names = [*map(bare_initials, p.authors)]
    who = ", ".join(names[:6]) + ", et al" * (len(names) > 6)
    return f"{who}. {p.title}. {p.venue}. {p.year};12(3):12-24."


def with_others(p: Paper) -> str:
    who = f"{p.authors[0]} et al." if len(p.authors) > 1 else f"{p.authors[0]}."
    return f"{who} “{p.title}”. In: {p.venue} ({p.year}), pp. 12–24."


OWN = {
    "BibTeX plain": plain,
    "BibTeX abbrv": abbreviated,
    "ACL": year_first,
    "Vancouver": vancouver,
    "BibLaTeX, et al.": with_others,
}


def printed(paper: Paper, style: str) -> str:
    if style in OWN:
        return OWN[style](paper)
    return without_label(reference_list([paper], style)[0])


@dataclass(frozen=True)
class PrintedList:
    """The numbers of its papers, and the entries that the reader finds in it."""

    numbers: range
    entries: list[str]


def lists_of(papers: Sequence[Paper], style: str) -> Iterator[PrintedList]:
    chance = random.Random(style)
    for start in range(0, len(papers), IN_A_LIST):
        numbers = range(start, min(start + IN_A_LIST, len(papers)))
        lines = [printed(papers[n], style) for n in numbers]
        is_numbered = chance.random() < 0.5
        shown = [f"[{n}] {line}" if is_numbered else line for n, line in enumerate(lines, 1)]
        yield PrintedList(numbers, split_entries(laid_out(shown, chance)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--identifiers", action="store_true")
    parser.add_argument("--no-authors", action="store_true")
    parser.add_argument("--wrong", action="store_true")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    known = [paper for paper, _ in papers_of("valid.jsonl", identifiers=asked.identifiers)]
    bare = {"authors": ()} if asked.no_authors else {}
    here = {n: paper for n, paper in enumerate(known) if n % 2 == 0}
    matcher = ReferenceMatcher((n, p.model_copy(update=bare)) for n, p in here.items())
    rows, total = [], Counter[str]()
    for style in (*PRINTED, *OWN):
        own = Counter[str]()
        for listed in lists_of(known, style):
            matches = [(e, matcher.match(reference_in(e))) for e in listed.entries]
            found = {match.paper: entry for entry, match in matches if match}
            wanted = set(listed.numbers) & set(here)
            own += Counter(
                right=len(found.keys() & wanted),
                wrong=len(found.keys() - wanted),
                held=len(wanted),
                entries=len(listed.numbers),
                split=len(listed.entries),
            )
            for n in (found.keys() - wanted) if asked.wrong else ():
                print(f"WRONG: {found[n]}\n   taken for {known[n].title}")
            for n in (wanted - found.keys()) if asked.wrong else ():
                print(f"MISSED: {printed(known[n], style)}")
        rows.append(_row(style, own))
        total += own
    rows.append(_row("all", total))
    head = ("style", "precision", "recall", "wrong", "entries", "split into")
    print_table("Citations found in printed lists", head, rows)
    altered(known, bare, asked.wrong)


def _row(name: str, own: Counter[str]) -> tuple[str, ...]:
    precision = own["right"] / max(1, own["right"] + own["wrong"])
    recall = own["right"] / own["held"]
    counts = (str(own[count]) for count in ("wrong", "entries", "split"))
    return (name, f"{precision:.2%}", f"{recall:.1%}", *counts)


def altered(known: Sequence[Paper], bare: Mapping[str, object], show: bool) -> None:
    """How many altered entries of each kind are taken for a paper whose title is another."""
    matcher = ReferenceMatcher((n, p.model_copy(update=bare)) for n, p in enumerate(known))
    counts: dict[str, list[int]] = {}
    for paper, kind in papers_of("entries.jsonl", identifiers=False):
        for style in ("apa", "BibTeX plain"):
            match = matcher.match(reference_in(printed(paper, style)))
            own = counts.setdefault(kind or "valid", [0, 0, 0])
            own[0] += 1
            own[1] += match is not None
            if match is None:
                continue
            taken = known[match.paper]
            if normalise_title(taken.title) != normalise_title(paper.title):
                own[2] += 1
                if show:
                    print(f"ALTERED {kind}: {paper.title}\n   taken for {taken.title}")
    rows = [(kind, *map(str, own)) for kind, own in sorted(counts.items())]
    head = ("alteration", "entries", "matched", "to another title")
    print_table("Altered entries", head, rows)


if __name__ == "__main__":
    main()
