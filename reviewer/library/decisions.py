"""What a user decides about papers that may be one: merge, keep apart, split again."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from reviewer.errors import UsageError
from reviewer.library.catalogue import KeptEntry
from reviewer.library.dedupe.groups import group_entries
from reviewer.library.library import Library
from reviewer.library.pair_store import ends_of
from reviewer.types import Paper
from reviewer.types.duplicates import Entry, Pair, PaperPair, Settled, Verdict


def paper_pairs(library: Library, verdict: Verdict) -> list[PaperPair]:
    """The pairs of papers with this verdict, in the order of the library; each pair once. A pair
    whose papers were merged or removed meanwhile is left out."""
    pairs = library.pairs.pairs_that_are(verdict)
    numbers = library.pairs.papers_of(ends_of(pairs))
    papers = library.catalogue.papers_numbered(set(numbers.values()))
    found: dict[tuple[int, int], Pair] = {}
    for pair in pairs:
        if pair.one in numbers and pair.other in numbers:
            one, other = sorted((numbers[pair.one], numbers[pair.other]))
            if one != other:
                found.setdefault((one, other), pair)
    decided = _decided_apart(library) if found and verdict != "apart" else set()
    return [
        PaperPair(one=papers[one], other=papers[other], verdict=verdict, reason=pair.reason,
                  is_decided=pair.is_decided)
        for (one, other), pair in sorted(found.items())
        if (one, other) not in decided
    ]  # fmt: skip


def count_doubtful(library: Library, ids: Sequence[str]) -> int:
    """How many pairs that wait for a decision have one of these papers in them."""
    wanted = set(ids)
    pairs = paper_pairs(library, "doubtful") if wanted else []
    return sum(bool({pair.one.id, pair.other.id} & wanted) for pair in pairs)


def _decided_apart(library: Library) -> set[tuple[int, int]]:
    """Pairs of papers of which two entries are kept apart."""
    apart = library.pairs.pairs_that_are("apart")
    numbers = library.pairs.papers_of(ends_of(apart))
    ends = [(numbers.get(p.one, -1), numbers.get(p.other, -1)) for p in apart]
    return {(min(pair), max(pair)) for pair in ends}


def merge_papers(library: Library, names: Sequence[str]) -> Paper:
    """Make one paper of these, and keep that decision. The first keeps its id; each other name
    stays an alias, every entry and origin is kept. Raises UsageError for only one paper."""
    papers = [library.paper(name) for name in dict.fromkeys(names)]
    if len({paper.id for paper in papers}) < 2:
        raise UsageError("one paper cannot be merged with itself", hint="Name two papers.")
    first, *others = (_entries(library, paper) for paper in papers)
    pairs = [_pair(first[0], entry, "same") for other in others for entry in other]
    pairs += [_pair(entry, other[0], "same") for other in others for entry in first[1:]]
    library.decide(pairs)
    return library.paper(papers[0].id)


def keep_apart(library: Library, one: str, other: str) -> tuple[Paper, Paper]:
    """Keep the decision that these are two papers, and never ask again. Raises UsageError when
    they are one paper."""
    papers = library.paper(one), library.paper(other)
    if papers[0].id == papers[1].id:
        raise UsageError(
            f"'{one}' and '{other}' are one paper by now",
            hint=f"Split it: review duplicates --entries {one}",
        )
    mine, theirs = (_entries(library, paper) for paper in papers)
    library.decide([_pair(a, b, "apart") for a in mine for b in theirs if a.sign != b.sign])
    return library.paper(papers[0].id), library.paper(papers[1].id)


def settled(library: Library) -> list[Settled]:
    """What a person decided: papers that were made one, then pairs that were kept apart."""
    same = [pair for pair in library.pairs.pairs_that_are("same") if pair.is_decided]
    numbers = set(library.pairs.papers_of(ends_of(same)).values())
    papers = library.catalogue.papers_numbered(numbers)
    merged = [
        Settled(verdict="same", papers=(papers[number],), titles=titles)
        for number in sorted(papers)
        if len(titles := tuple(part[0].entry.title for part in _parts(library, number))) > 1
    ]
    apart = [pair for pair in paper_pairs(library, "apart") if pair.is_decided]
    return [*merged, *(Settled(verdict="apart", papers=(p.one, p.other)) for p in apart)]


def undo_decision(library: Library, one: str, other: str) -> tuple[Paper, Paper]:
    """Take back what a person decided on these two papers, or on the two that are one paper now.
    What the rules say of them counts again. Gives the two papers. Raises UsageError where nothing
    was decided."""
    papers = library.paper(one), library.paper(other)
    if papers[0].id == papers[1].id:
        number = library.catalogue.number_of(papers[0].id)
        assert number is not None
        parts = _parts(library, number)
    else:
        parts = [_entries(library, paper) for paper in papers]
    kept = [entry for part in parts for entry in part]
    decided = [p for p in library.pairs.pairs_of(k.sign for k in kept) if p.is_decided]
    between = [_pair(a, b, "apart") for x, y in combinations(parts, 2) for a in x for b in y]
    ends = {(pair.one, pair.other) for pair in between}
    if not any((pair.one, pair.other) in ends for pair in decided):
        raise UsageError(
            f"nothing was decided on '{one}' and '{other}'",
            hint="See what was: review duplicates --decided",
        )
    if papers[0].id == papers[1].id:
        library.decide(between)
    library.undecide(between)
    now = library.pairs.papers_of([parts[0][0].sign, parts[1][0].sign])
    found = library.catalogue.papers_numbered(now.values())
    return found[now[parts[0][0].sign]], found[now[parts[1][0].sign]]


def _parts(library: Library, number: int) -> list[list[KeptEntry]]:
    """A paper's entries, together where the rules hold them together without a person's word."""
    kept = library.catalogue.entries_of(number)
    pairs = library.pairs.pairs_of(entry.sign for entry in kept)
    by_rule = [pair for pair in pairs if not pair.is_decided]
    grouped = group_entries([entry.entry for entry in kept], by_rule)
    return [[kept[i] for i in group] for group in sorted(grouped.groups, key=min)]


def list_entries(library: Library, name: str) -> list[Entry]:
    """The entries that a paper is made of, and what joined those that share no identifier."""
    entries = _entries(library, library.paper(name))
    own = {kept.sign for kept in entries}
    reasons: dict[str, str] = {}
    for pair in library.pairs.pairs_of(own):
        if pair.verdict == "same" and {pair.one, pair.other} <= own:
            reason = "you said so" if pair.is_decided else pair.reason
            reasons |= {pair.one: reason, pair.other: reason}
    return [
        Entry(number=number, file=origin.file, position=origin.position, title=kept.entry.title,
              reason=reasons.get(origin.sha256, ""))
        for number, kept in enumerate(entries, start=1)
        for origin in kept.entry.origins[:1]
    ]  # fmt: skip


def split_paper(library: Library, name: str, numbers: Sequence[int]) -> tuple[Paper, Paper]:
    """Take the entries with these numbers out of a paper, into a new one, and keep that decision.
    Gives the paper that stays and the new one. Raises UsageError for numbers that it has not."""
    paper = library.paper(name)
    entries = _entries(library, paper)
    wanted = set(numbers)
    if not wanted < set(range(1, len(entries) + 1)) or not wanted:
        raise UsageError(
            f"{paper.key} has the entries 1 to {len(entries)}, and one must stay",
            hint=f"See them: review duplicates --entries {paper.key}",
        )
    out = [kept for number, kept in enumerate(entries, start=1) if number in wanted]
    stay = [kept for kept in entries if kept not in out]
    if {kept.sign for kept in out} & {kept.sign for kept in stay}:
        raise UsageError(
            "two of these entries are the same words in two files, so they are one paper",
            hint="Take out both, or remove one of the files' papers.",
        )
    pairs = [_pair(a, b, "apart") for a in out for b in stay]
    pairs += [_pair(out[0], kept, "same") for kept in out[1:]]
    library.decide(pairs)
    now = library.pairs.papers_of([stay[0].sign, out[0].sign])
    papers = library.catalogue.papers_numbered(now.values())
    return papers[now[stay[0].sign]], papers[now[out[0].sign]]


def _entries(library: Library, paper: Paper) -> list[KeptEntry]:
    number = library.catalogue.number_of(paper.id)
    assert number is not None
    return library.catalogue.entries_of(number)


def _pair(one: KeptEntry, other: KeptEntry, verdict: Verdict) -> Pair:
    first, second = sorted((one.sign, other.sign))
    return Pair(one=first, other=second, verdict=verdict, reason="decided", is_decided=True)
