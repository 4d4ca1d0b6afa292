"""What a user decides of papers that may be one: merge, keep apart, take apart again."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.errors import UsageError
from reviewer.library.catalogue import KeptRecord
from reviewer.library.library import Library
from reviewer.library.pair_store import signs_of
from reviewer.types import Paper
from reviewer.types.duplicates import Entry, Pair, PaperPair, Verdict


def paper_pairs(library: Library, verdict: Verdict) -> list[PaperPair]:
    """The pairs of papers of which this is said, in the order of the library; each pair once, a
    pair whose papers were merged or removed meanwhile not at all."""
    pairs = library.matcher.pairs_that_are(verdict)
    numbers = library.matcher.papers_of({sign for p in pairs for sign in (p.one, p.other)})
    papers = library.catalogue.papers_numbered(sorted(set(numbers.values())))
    said: dict[tuple[int, int], Pair] = {}
    for pair in pairs:
        if pair.one in numbers and pair.other in numbers:
            one, other = sorted((numbers[pair.one], numbers[pair.other]))
            if one != other:
                said.setdefault((one, other), pair)
    decided = _decided_apart(library, said) if verdict != "apart" else set()
    return [
        PaperPair(one=papers[one], other=papers[other], verdict=verdict, reason=pair.reason,
                  is_decided=pair.is_decided)
        for (one, other), pair in sorted(said.items())
        if (one, other) not in decided
    ]  # fmt: skip


def count_doubtful(library: Library, ids: Sequence[str]) -> int:
    """How many pairs that wait for a decision have one of these papers in them."""
    wanted = set(ids)
    pairs = paper_pairs(library, "doubtful") if wanted else []
    return sum(bool({pair.one.id, pair.other.id} & wanted) for pair in pairs)


def _decided_apart(library: Library, said: dict[tuple[int, int], Pair]) -> set[tuple[int, int]]:
    """Pairs of papers of which two other entries were told apart."""
    apart = library.matcher.pairs_that_are("apart") if said else []
    numbers = library.matcher.papers_of({sign for p in apart for sign in (p.one, p.other)})
    ends = [(numbers.get(p.one, -1), numbers.get(p.other, -1)) for p in apart]
    return {(min(pair), max(pair)) for pair in ends}


def merge_papers(library: Library, names: Sequence[str]) -> Paper:
    """Make one paper of these, and remember that they are one. The first keeps its id; each other
    name stays an alias, every entry and origin is kept."""
    papers = [library.paper(name) for name in dict.fromkeys(names)]
    if len({paper.id for paper in papers}) < 2:
        raise UsageError("one paper cannot be merged with itself", hint="Name two papers.")
    first, *others = (_records(library, paper) for paper in papers)
    pairs = [_pair(first[0], record, "same") for other in others for record in other]
    pairs += [_pair(record, other[0], "same") for other in others for record in first[1:]]
    library.decide(pairs)
    return library.paper(papers[0].id)


def keep_apart(library: Library, one: str, other: str) -> tuple[Paper, Paper]:
    """Remember that these are two papers, and never ask of them again."""
    papers = library.paper(one), library.paper(other)
    if papers[0].id == papers[1].id:
        raise UsageError(
            f"'{one}' and '{other}' are one paper by now",
            hint=f"Take it apart: review duplicates --entries {one}",
        )
    mine, theirs = (_records(library, paper) for paper in papers)
    library.decide([_pair(a, b, "apart") for a in mine for b in theirs if _sign(a) != _sign(b)])
    return library.paper(papers[0].id), library.paper(papers[1].id)


def entries_of(library: Library, name: str) -> list[Entry]:
    """The entries that a paper is made of, and what put those together that share no identifier."""
    records = _records(library, library.paper(name))
    own = set(signs_of(records))
    reasons: dict[str, str] = {}
    for pair in library.matcher.pairs_of(own):
        if pair.verdict == "same" and {pair.one, pair.other} <= own:
            said = "you said so" if pair.is_decided else pair.reason
            reasons |= {pair.one: said, pair.other: said}
    return [
        Entry(number=number, file=origin.file, position=origin.position, title=record.record.title,
              reason=reasons.get(origin.sha256, ""))
        for number, record in enumerate(records, start=1)
        for origin in record.record.origins[:1]
    ]  # fmt: skip


def split_paper(library: Library, name: str, numbers: Sequence[int]) -> tuple[Paper, Paper]:
    """Take the entries with these numbers out of a paper, into one of their own, and remember it.
    Gives the paper that stays and the new one. Raises UsageError for numbers that it has not."""
    paper = library.paper(name)
    records = _records(library, paper)
    wanted = sorted(set(numbers))
    if not wanted or wanted[0] < 1 or wanted[-1] > len(records) or len(wanted) == len(records):
        raise UsageError(
            f"{paper.key} has the entries 1 to {len(records)}, and one must stay",
            hint=f"See them: review duplicates --entries {paper.key}",
        )
    out = [records[number - 1] for number in wanted]
    stay = [record for record in records if record not in out]
    if {_sign(r) for r in out} & {_sign(r) for r in stay}:
        raise UsageError(
            "two of these entries are the same words in two files, so they are one paper",
            hint="Take out both, or remove one of the files' papers.",
        )
    pairs = [_pair(a, b, "apart") for a in out for b in stay]
    pairs += [_pair(out[0], record, "same") for record in out[1:]]
    library.decide(pairs)
    numbers_now = library.matcher.papers_of([_sign(stay[0]), _sign(out[0])])
    papers = library.catalogue.papers_numbered(sorted(numbers_now.values()))
    return papers[numbers_now[_sign(stay[0])]], papers[numbers_now[_sign(out[0])]]


def _records(library: Library, paper: Paper) -> list[KeptRecord]:
    number = library.catalogue.number_of(paper.id)
    assert number is not None
    return library.catalogue.records_of(number)


def _sign(record: KeptRecord) -> str:
    return record.record.origins[0].sha256


def _pair(one: KeptRecord, other: KeptRecord, verdict: Verdict) -> Pair:
    first, second = sorted((_sign(one), _sign(other)))
    return Pair(one=first, other=second, verdict=verdict, reason="decided", is_decided=True)
