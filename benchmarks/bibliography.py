"""How surely `review check refs.bib` names what is wrong in entries of a bibliography.

`eval/hallmark`: 439 entries, of which 231 are altered or invented in 14 ways, beside a library of
950 real ones. An altered entry has a twin if a library entry has its title, its DOI or nearly its
title and its authors; what differs from the twin are the fields to be named. Prints a line a way,
and the false alarms. Then the library's entries as another hand writes them, and half of them
beside a library of the other half.
"""

from __future__ import annotations

import argparse
import html
import json
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import get_args

from sets import SHARED, print_table

from reviewer.library import Library
from reviewer.settings import load_settings
from reviewer.tasks.checks.bibliography import read_bibliography
from reviewer.tasks.checks.check import check_bibliography
from reviewer.types.checks import CheckedEntry, EntryVerdict

Entry = dict[str, str]
MOST_NAMES = 5
OFFICIAL = {
    "NeurIPS": "Advances in Neural Information Processing Systems 34",
    "ICML": "Proceedings of the 38th International Conference on Machine Learning",
    "ICLR": "International Conference on Learning Representations, YEAR",
    "AAAI": "Proceedings of the Thirty-Fifth {AAAI} Conference on Artificial Intelligence",
    "CVPR": "YEAR IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)",
}
NEAR = 0.65  # shared words of the titles, as a share of all, and 1 for the same authors
# The fields that an alteration of this kind touches, where the twin does not show them.
KIND_FIELDS = {
    "near_miss_title": {"title"}, "chimeric_title": {"title"}, "swapped_authors": {"authors"},
    "partial_author_list": {"authors"}, "placeholder_authors": {"authors"},
    "wrong_venue": {"venue", "year"}, "nonexistent_venue": {"venue"}, "fabricated_doi": {"doi"},
    "future_date": {"year"}, "preprint_as_published": {"venue"},
    "arxiv_version_mismatch": {"year", "venue"}, "hybrid_fabrication": {"title", "authors"},
    "merged_citation": {"authors"},
}  # fmt: skip


def write_bib(entries: Iterable[Mapping[str, object]], path: Path) -> None:
    """The entries as BibTeX, with keys e0, e1, ..."""
    blocks = []
    for n, entry in enumerate(entries):
        fields: Entry = entry["fields"]  # type: ignore[assignment]
        lines = "".join(f"  {name} = {{{_tex(name, v)}}},\n" for name, v in fields.items())
        blocks.append(f"@{entry['bibtex_type']}{{e{n},\n{lines}}}\n")
    path.write_text("\n".join(blocks), encoding="utf-8")


def _tex(name: str, value: str) -> str:
    if name in ("doi", "url"):
        return value
    if value.count("{") != value.count("}"):  # some names of the set have lost a brace
        value = re.sub(r"\\.(?=\{)|[{}]", "", value)
    return re.sub(r"(?<!\\)([&%#_])", r"\\\1", value)


def rewritten(entry: Mapping[str, object]) -> dict[str, object]:
    """The same entry as another honest hand writes it: names inverted with initials, the list cut
    after five with `and others`, the venue's official name, the title in small letters, the DOI as
    an address."""
    fields: Entry = dict(entry["fields"])  # type: ignore[arg-type]
    people = re.sub(r" 0\d{3}\b", "", fields["author"]).split(" and ")
    names = [_inverted(name) for name in people[:MOST_NAMES]]
    fields["author"] = " and ".join(names + ["others"] * (len(people) > MOST_NAMES))
    fields["title"] = fields["title"].capitalize()
    if name := OFFICIAL.get(fields.get("booktitle", "")):
        fields["booktitle"] = name.replace("YEAR", fields["year"])
    if "doi" in fields:
        fields["doi"] = f"https://doi.org/{fields['doi']}"
    return {**entry, "fields": fields}


def _inverted(name: str) -> str:
    *given, family = name.split()
    return f"{family}, {' '.join(f'{word[0]}.' for word in given)}" if given else name


def venue_of(fields: Entry) -> str:
    return fields.get("booktitle") or fields.get("journal") or ""


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", html.unescape(text).casefold()))


def people_of(fields: Entry) -> str:
    return plain(re.sub(r" 0\d{3}\b", "", fields["author"]))


def twin_of(fields: Entry, known: list[Entry]) -> Entry | None:
    """The library's entry that an entry was made from, by what of it is left."""
    doi = fields.get("doi", "-").casefold()
    words = set(plain(fields["title"]).split())

    def score(other: Entry) -> tuple[bool, bool, float]:
        theirs = set(plain(other["title"]).split())
        alike = len(words & theirs) / len(words | theirs)
        return (
            plain(other["title"]) == plain(fields["title"]),
            (other.get("doi", "").casefold() == doi),
            alike + (people_of(other) == people_of(fields)),
        )

    best = max(known, key=score)
    is_title, is_doi, alike = score(best)
    return best if is_title or is_doi or alike >= NEAR else None


def differing(fields: Entry, twin: Entry) -> set[str]:
    pairs = {
        "title": (plain(fields["title"]), plain(twin["title"])),
        "authors": (people_of(fields), people_of(twin)),
        "year": (fields["year"], twin["year"]),
        "venue": (venue_of(fields), venue_of(twin)),
        "doi": (fields.get("doi", "").casefold(), twin.get("doi", "").casefold()),
    }
    return {name for name, (one, other) in pairs.items() if one and one != other}


def named_in(checked: CheckedEntry) -> set[str]:
    return {field.field for field in checked.fields if field.is_wrong}


def count_by_kind(
    entries: Sequence[Mapping[str, object]],
    valid: Sequence[Mapping[str, object]],
    found: Iterable[CheckedEntry],
    *,
    shows_misses: bool,
) -> dict[str, Counter[str]]:
    """What was named of the entries of each kind."""
    checked = {entry.key: entry for entry in found}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    known = [one["fields"] for one in valid]
    for n, entry in enumerate(entries):
        kind = entry["hallucination_type"] or "(valid)"
        twin = twin_of(entry["fields"], known)
        own, count = checked[f"e{n}"], counts[kind]
        part = "with a twin" if twin else "without"
        count[part] += 1
        is_alarm = own.verdict in ("altered", "wrong in itself")
        if twin and kind != "(valid)":
            wanted = differing(entry["fields"], twin) or KIND_FIELDS[kind]
            is_right = own.verdict == "altered" and bool(wanted & named_in(own))
            count["right field"] += is_right
            count["all fields"] += is_right and wanted <= named_in(own)
            count["other fields too"] += bool(named_in(own) - wanted)
            is_missed = not is_right or bool(named_in(own) - wanted)
        else:
            count[f"{part}, alarm"] += is_alarm
            is_missed = is_alarm or (own.verdict == "ok") != (twin is not None)
        if shows_misses and is_missed:
            print(kind, own.verdict, entry["fields"], "| twin:", twin, "|", own.fields, "\n")
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--misses", action="store_true", help="print what is missed")
    options = parser.parse_args()
    folder = options.shared / "eval" / "hallmark"
    entries, valid = (
        [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]
        for name in ("entries.jsonl", "valid.jsonl")
    )
    with tempfile.TemporaryDirectory() as place:
        bib, refs = Path(place, "library.bib"), Path(place, "refs.bib")
        write_bib(valid, bib)
        write_bib(entries, refs)
        with Library(Path(place, "library"), load_settings({"embedding": "none"})) as library:
            library.add([str(bib)], may_download=False)
            report = check_bibliography(read_bibliography([str(refs)]), library)
            write_bib(map(rewritten, valid), refs)
            honest = check_bibliography(read_bibliography([str(refs)]), library)
        write_bib(valid[::2], bib)
        write_bib(valid[1::2], refs)
        with Library(Path(place, "half"), load_settings({"embedding": "none"})) as library:
            library.add([str(bib)], may_download=False)
            strange = check_bibliography(read_bibliography([str(refs)]), library)
    counts = count_by_kind(entries, valid, report.entries, shows_misses=options.misses)
    names = ("with a twin", "right field", "all fields", "other fields too", "with a twin, alarm",
             "without", "without, alarm")  # fmt: skip
    total: Counter[str] = Counter()
    for kind, count in counts.items():
        total.update(count if kind != "(valid)" else {})
    rows = [[kind, *(str(count[n]) for n in names)] for kind, count in sorted(counts.items())]
    rows.append(["all altered", *(str(total[n]) for n in names)])
    verdicts = [
        [name, *(str(Counter(e.verdict for e in own.entries)[v]) for v in get_args(EntryVerdict))]
        for name, own in (("rewritten honestly", honest), ("of another half", strange))
    ]
    print_table("Entries of HALLMARK beside its valid ones as the library", ["kind", *names], rows)
    print_table("The library's own entries", ["entries", *get_args(EntryVerdict)], verdicts)
    if options.misses:
        print(*(e for e in honest.entries if e.verdict != "ok"), sep="\n")


if __name__ == "__main__":
    main()
