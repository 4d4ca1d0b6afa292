"""Turns section drafts into sections: each sentence checked, no point twice, words bounded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from reviewer.grounding import cite, judge_claims, pass_gate
from reviewer.grounding.claims import FAILING, revise_claims
from reviewer.text import clean, counted, figures_without_proof
from reviewer.types import Citation, Claim, Evidence
from reviewer.types.claims import AnswerDraft, ClaimDraft, Quote
from reviewer.types.drafts import (
    OWN_ID,
    POINTS,
    Role,
    Section,
    SectionDraft,
    Statement,
    StatementDraft,
    Theme,
)
from reviewer.types.writer import Writer

_OWN = ("difference", "question")


@dataclass
class Checker:
    """What sentences are checked against, and the points made so far. `effort` is quick (the writer
    does not judge), normal or thorough (it rewrites too); `own` is the work at hand, if any."""

    writer: Writer
    evidence: Sequence[Evidence]
    effort: str
    own: Evidence | None = None
    points: list[Citation] = field(default_factory=list)


def compose_sections(
    themes: Sequence[Theme],
    drafts: Sequence[SectionDraft],
    checker: Checker,
    words: int,
    *,
    is_strict: bool,
) -> tuple[tuple[Section, ...], list[str]]:
    """The checked sections, at most `words` words together, and in words what was left out of them;
    without proofless sentences where the run `is_strict`."""
    sections, notes = _checked_sections(themes, drafts, checker)
    if is_strict:
        sections, dropped = _without_proofless(sections)
        notes += dropped
    sections, dropped = _within_words(sections, checker.evidence, words)
    return sections, [*notes, *dropped]


def _checked_sections(
    themes: Sequence[Theme], drafts: Sequence[SectionDraft], checker: Checker
) -> tuple[tuple[Section, ...], list[str]]:
    """A section a theme whose draft has a sentence or failed, and what was left out, in words.

    A sentence may cite the papers of its theme only. A paper is not cited twice for one point: a
    comparison loses a quote that another one used, and is left out when it had no other. With a
    work at hand each section ends with how it differs: by a sentence that rests on the work's own
    text, else by a question to its author.
    """
    made, repeats, baseless = [], 0, 0
    for theme, draft in zip(themes, drafts, strict=True):
        shown = [item for item in checker.evidence if item.paper.id in theme.paper_ids]
        statements = []
        for sentence in draft.statements:
            checked = _statement(sentence, shown, checker)
            statements += [checked] if isinstance(checked, Statement) else []
            repeats += checked == "repeat"
            baseless += checked == "baseless"
        if checker.own is not None and statements and statements[-1].role not in _OWN:
            statements.append(_asked(theme))
        blank = Section(title=theme.name, paper_ids=theme.paper_ids, failed=draft.failed)
        made.append(blank.model_copy(update={"claims": tuple(statements)}))
    notes = []
    if repeats:
        notes.append(f"{counted(repeats, 'sentence')} that cited a paper again for the same point")
    if baseless:
        notes.append(f"{counted(baseless, 'sentence')} that the text of the work does not carry")
    sections = _with_verdicts(made, checker) if checker.effort != "quick" else made
    return tuple(s for s in sections if s.claims or s.failed), notes


def _statement(
    draft: StatementDraft, shown: Sequence[Evidence], checker: Checker
) -> Statement | str:
    """The checked sentence; `repeat` or `baseless` for one that is left out, an empty string for
    one without a word."""
    role = "comparison" if draft.role in _OWN and checker.own is None else draft.role
    if role in _OWN and checker.own is not None:
        shown = [*shown, checker.own]
    quotes, reasons = draft.quotes, tuple[str, ...]()
    if role in POINTS:
        quotes, reasons = _fresh(draft.quotes, shown, checker)
        if draft.quotes and not quotes:
            return "repeat"
    one = AnswerDraft(claims=(ClaimDraft(text=draft.text, quotes=quotes),))
    claims = pass_gate(one, shown, checker.writer, may_judge=False)
    if not claims:
        return ""
    claim = claims[0].model_copy(update={"dropped": (*claims[0].dropped, *reasons)})
    if role in _OWN:
        return _on_own(claim, checker)
    checker.points += claim.citations if role in POINTS else ()
    return _placed(claim, draft, role)


def _placed(claim: Claim, like: StatementDraft | Statement, role: Role) -> Statement:
    place = {"role": role, "relation": like.relation, "intent": like.intent}
    return Statement.model_validate({**claim.model_dump(), **place})


def _fresh(
    quotes: Sequence[Quote], shown: Sequence[Evidence], checker: Checker
) -> tuple[tuple[Quote, ...], tuple[str, ...]]:
    """Quotes that made no point so far, and in words why the others are left out. Those that are
    not in their paper stay, for `pass_gate` to name."""
    by_tag = {item.tag: item for item in shown}
    fresh, reasons = [], []
    for quote in quotes:
        found = cite(quote, by_tag)
        if isinstance(found, Citation) and any(overlap(found, known) for known in checker.points):
            reasons.append(f"{by_tag[quote.tag].paper.key} is cited for this point already")
        else:
            fresh.append(quote)
    return tuple(fresh), tuple(reasons)


def overlap(one: Citation, other: Citation) -> bool:
    """True when both quote some character of the same paper's part."""
    is_same = one.paper_id == other.paper_id and one.part == other.part
    return is_same and one.start < other.end and other.start < one.end


def _on_own(claim: Claim, checker: Checker) -> Statement | str:
    """A sentence on the work at hand cites the work's own text, or is a question; else it is
    `baseless`."""
    assert checker.own is not None
    if claim.text.rstrip().endswith("?"):
        quotes = [checker.own.chunk.text, *(citation.quote for citation in claim.citations)]
        if figures_without_proof(claim.text, quotes, ()):
            return "baseless"
        return Statement(**claim.model_dump(), role="question")
    if not any(citation.paper_id == OWN_ID for citation in claim.citations):
        return "baseless"
    return Statement(**claim.model_dump(), role="difference")


def _asked(theme: Theme) -> Statement:
    """The question that is asked where nobody says how the work differs."""
    count = counted(len(theme.paper_ids), "paper")
    these = f"these {count}" if len(theme.paper_ids) > 1 else "this paper"
    text = f"How does the work at hand differ from {these} on {clean(theme.name).rstrip('?.! ')}?"
    return Statement(text=text, support="uncited", role="question")


def _with_verdicts(sections: Sequence[Section], checker: Checker) -> list[Section]:
    """All sections' sentences are judged together, so that calls can run side by side."""
    every = [claim for section in sections for claim in section.claims if claim.role != "question"]
    given = judge_claims(tuple(every), checker.writer)
    if checker.effort == "thorough":
        revised = revise_claims(given, checker.evidence, checker.writer)
        given = tuple(
            new if isinstance(new, Statement) else _placed(new, old, old.role)
            for new, old in zip(revised, given, strict=True)
        )
    said = iter(given)
    kept = [[c if c.role == "question" else next(said) for c in s.claims] for s in sections]
    return _with_claims(sections, kept)


def _with_claims(
    sections: Sequence[Section], claims: Sequence[Sequence[Statement]]
) -> list[Section]:
    """The sections with these claims in place of theirs."""
    return [
        section.model_copy(update={"claims": tuple(own)})
        for section, own in zip(sections, claims, strict=True)
    ]


def _is_failing(claim: Statement) -> bool:
    """True for a sentence that states something without proof; a question states nothing."""
    return claim.support in FAILING and claim.role != "question"


def _without_proofless(sections: Sequence[Section]) -> tuple[tuple[Section, ...], list[str]]:
    """The sections under `--strict`, and in words how many sentences are left out."""
    kept = _with_claims(sections, [[c for c in s.claims if not _is_failing(c)] for s in sections])
    bad = sum(_is_failing(claim) for section in sections for claim in section.claims)
    stays = tuple(s for s in kept if s.failed or any(c.role != "question" for c in s.claims))
    return stays, [f"{counted(bad, 'sentence')} without proof (strict)"] if bad else []


def _within_words(
    sections: Sequence[Section], evidence: Sequence[Evidence], words: int
) -> tuple[tuple[Section, ...], list[str]]:
    """The sections without the sentences that are needed least, until they have at most `words`
    words: first those without proof, then a paper's second quote, then comparisons of the longest
    section. The last comparison or quote of a section stays, and so do its other sentences."""
    titles = {item.paper.id: len(item.paper.title.split()) for item in evidence}
    kept = [list(section.claims) for section in sections]
    gone = 0
    while sum(_words(claims, titles) for claims in kept) > words:
        spare = [place for n, claims in enumerate(kept) for place in _spare(claims, n)]
        if not spare:
            break
        lengths = [_words(claims, titles) for claims in kept]
        _, n, i = min(spare, key=lambda place: (place[0], -lengths[place[1]], -place[2]))
        del kept[n][i]
        gone += 1
    made = tuple(_with_claims(sections, kept))
    return made, [f"{counted(gone, 'sentence')} beyond {words} words (--words)"] if gone else []


def _words(claims: Sequence[Statement], titles: dict[str, int]) -> int:
    """The words of a section; an annotated paper's title counts once."""
    quoted = {c.citations[0].paper_id for c in claims if c.role == "quote" and c.citations}
    return sum(len(claim.text.split()) for claim in claims) + sum(titles.get(i, 0) for i in quoted)


def _spare(claims: Sequence[Statement], n: int) -> Iterable[tuple[int, int, int]]:
    """How much each sentence that may go is needed, with its section and place."""
    points = [claim for claim in claims if claim.role in POINTS]
    seen: set[str] = set()
    for i, claim in enumerate(claims):
        if claim.role not in POINTS or len(points) < 2:
            continue
        paper_id = claim.citations[0].paper_id if claim.citations else ""
        is_second = claim.role == "quote" and paper_id in seen
        seen.add(paper_id)
        need = 0 if _is_failing(claim) else 1 if is_second else 2
        yield need, n, i


def cited_ids(sections: Sequence[Section]) -> set[str]:
    """The ids of the papers that the sections cite; the work at hand does not count."""
    return {c.paper_id for s in sections for claim in s.claims for c in claim.citations} - {OWN_ID}
