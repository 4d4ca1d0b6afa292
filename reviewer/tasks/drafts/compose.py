"""Has a section written, checks it sentence by sentence, edits it, and cuts it into paragraphs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reviewer.errors import ModelError
from reviewer.grounding import check_answer, settle_gaps
from reviewer.grounding.answers import Checks, checked_sentences
from reviewer.grounding.claims import FAILING
from reviewer.grounding.edits import match_edit
from reviewer.llm import in_short, is_form_fault
from reviewer.text import counted
from reviewer.text.option_notes import with_option
from reviewer.types import Citation, Claim, Evidence
from reviewer.types.claims import AnswerDraft, ClaimDraft, NeedsModel, Support
from reviewer.types.drafts import OWN_ID, Brief, Card, OwnClaim, Section, Theme
from reviewer.types.evidence import by_paper
from reviewer.types.writer import Writer
from reviewer.writers import Extractive

# The worst verdict first: a sentence that an edit joined has the worst of its parts.
_WORST: tuple[Support, ...] = (
    "contradicted", "unsupported", "uncited", "partial", "unchecked", "supported",
)  # fmt: skip


@dataclass(frozen=True)
class SectionChecks(Checks):
    """What is done with a section beside code's checks. `edits`: one pass over the whole text, each
    paragraph taken only if code proves that it says the same."""

    edits: bool = False


@dataclass(frozen=True)
class WrittenSection:
    """A section, a part for each theme that has a sentence. `left_out` says in words what is not in
    it, `questions` what its author should look at, `notes` what went another way."""

    sections: tuple[Section, ...] = ()
    left_out: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def checks_of(effort: str, *, is_strict: bool = False) -> SectionChecks:
    """What is done at an effort: at quick code checks alone, else the text is judged, repaired and
    edited."""
    is_judged = effort != "quick"
    return SectionChecks(
        may_judge=is_judged,
        may_repair=is_judged,
        judges_again=is_judged,
        is_strict=is_strict,
        edits=is_judged,
    )


def write_section(
    brief: Brief,
    themes: Sequence[Theme],
    cards: Mapping[str, Card],
    evidence: Sequence[Evidence],
    writer: Writer,
    checks: SectionChecks,
) -> WrittenSection:
    """The themes' paragraphs as one text: written, checked by kind, repaired, edited.

    `evidence` are texts with tags, of the themes' papers at least. Where the writer gives no text
    that can be read, the papers' own sentences stand in for it, and `notes` say so. Raises
    ModelError where a model cannot be reached.
    """
    named = {paper_id for theme in themes for paper_id in theme.paper_ids}
    shown = [item for item in evidence if item.paper.id in named]
    by, notes = writer, tuple[str, ...]()
    try:
        draft = writer.write_section(brief, themes, tuple(cards.values()), shown)
    except ModelError as error:
        if not is_form_fault(error):
            raise
        notes = (f"the model wrote no readable text, so papers are quoted: {in_short(error)}",)
        by = Extractive()
        draft = by.write_section(brief, themes, (), shown)
    proof = [*shown, *([brief.own] if brief.own else [])]
    question = f"What does this section show of {brief.question}"
    beside = tuple(
        c for card in cards.values() for line in card.lines.values() for c in line.citations
    )
    checked = check_answer(draft, proof, by, replace(checks, beside=beside), question)
    settled = settle_gaps(checked.claims, shown)
    claims = _edited(settled.claims, proof, by) if checks.edits else settled.claims
    left_out = []
    if checked.left_out:
        left_out.append(f"{counted(checked.left_out, 'sentence')} without proof (strict)")
    told = {claim.paragraph for claim in draft.claims}
    left_out += [
        f"the paragraph '{theme.name}': nothing was written of it"
        for n, theme in enumerate(themes, start=1)
        if n not in told
    ]
    sections = (
        Section(
            title=theme.name,
            paper_ids=theme.paper_ids,
            claims=tuple(claim for claim in claims if claim.paragraph == n),
        )
        for n, theme in enumerate(themes, start=1)
    )
    kept = tuple(section for section in sections if section.claims)
    return WrittenSection(kept, tuple(left_out), settled.questions, notes)


def _edited(
    claims: tuple[Claim, ...], evidence: Sequence[Evidence], writer: Writer
) -> tuple[Claim, ...]:
    """The sentences after one pass over the text: of each paragraph the edit if code proves that it
    says the same, else what it was. Verdicts stay with the words that they are on."""
    numbers = list(dict.fromkeys(claim.paragraph for claim in claims))
    paragraphs = [[c for c in claims if c.paragraph == n] for n in numbers]
    edits = writer.edit(paragraphs, evidence) if paragraphs else NeedsModel(step="")
    if isinstance(edits, NeedsModel):
        return claims
    made: list[Claim] = []
    for n, own, drafts in zip(numbers, paragraphs, edits, strict=True):
        new = _checked_edit(drafts, n, evidence)
        parts = match_edit(own, new)
        made += map(_with_verdict, new, parts) if parts else own
    return tuple(made)


def _checked_edit(
    drafts: Sequence[ClaimDraft], paragraph: int, evidence: Sequence[Evidence]
) -> tuple[Claim, ...]:
    own = tuple(draft.model_copy(update={"paragraph": paragraph}) for draft in drafts)
    return checked_sentences(AnswerDraft(claims=own), evidence) if own else ()


def _with_verdict(new: Claim, parts: Sequence[Claim]) -> Claim:
    """The edited sentence with the verdict on the sentences whose words it has: the worst of
    them."""
    worst = min(parts, key=lambda claim: _WORST.index(claim.support))
    kept = {name: getattr(worst, name) for name in ("support", "reason", "unproven")}
    failing = worst.failing if worst.failing in new.text else ""
    changed = {**kept, "failing": failing, "is_repaired": any(c.is_repaired for c in parts)}
    kind = new.kind if new.citations else worst.kind
    return new.model_copy(update={**changed, "kind": kind})


def settle_own_claims(
    own_claims: Sequence[OwnClaim], brief: Brief, evidence: Sequence[Evidence], writer: Writer
) -> tuple[OwnClaim, ...]:
    """The claims of the work at hand, those first that a cited paper contradicts. A contradiction
    stays where a judge who is shown the texts says so too, or where nobody judges."""
    doubted = [own for own in own_claims if own.contradicted_by]
    if not doubted or brief.own is None:
        return tuple(own_claims)
    claims = [Claim(text=own.claim.quote, citations=own.contradicted_by) for own in doubted]
    verdicts = writer.examine(claims, [*evidence, brief.own])
    if not isinstance(verdicts, NeedsModel):
        said = zip(doubted, verdicts, strict=True)
        doubted = [own for own, v in said if v.support in ("contradicted", "unchecked")]
    cleared = (
        own if own in doubted else own.model_copy(update={"contradicted_by": (), "conflict": ""})
        for own in own_claims
    )
    return tuple(sorted(cleared, key=lambda own: not own.contradicted_by))


def overlap(one: Citation, other: Citation) -> bool:
    """True when both quote some character of the same paper's part."""
    is_same = one.paper_id == other.paper_id and one.part == other.part
    return is_same and one.start < other.end and other.start < one.end


def within_words(
    written: WrittenSection, evidence: Sequence[Evidence], words: int
) -> WrittenSection:
    """An annotated bibliography without the quotes that are needed least, until it has at most
    `words` words, titles counted: first those that another theme has, then a paper's second quote,
    then quotes of the longest section. The last one of a section stays."""
    titles = {i: len(own[0].paper.title.split()) for i, own in by_paper(evidence).items()}
    kept = [list(section.claims) for section in written.sections]
    gone = 0
    while sum(_words(claims, titles) for claims in kept) > words:
        spare = [place for n, claims in enumerate(kept) for place in _spare(claims, n)]
        if not spare:
            break
        lengths = [_words(claims, titles) for claims in kept]
        _, n, i = min(spare, key=lambda place: (place[0], -lengths[place[1]], -place[2]))
        del kept[n][i]
        gone += 1
    sections = tuple(
        section.model_copy(update={"claims": tuple(own)})
        for section, own in zip(written.sections, kept, strict=True)
    )
    said = with_option(f"{counted(gone, 'sentence')} beyond {words} words", "--words")
    left_out = (*written.left_out, said) if gone else written.left_out
    return replace(written, sections=sections, left_out=left_out)


def _words(claims: Sequence[Claim], titles: Mapping[str, int]) -> int:
    """The words of a section; an annotated paper's title counts once."""
    quoted = {c.citations[0].paper_id for c in claims if c.citations}
    return sum(len(claim.text.split()) for claim in claims) + sum(titles.get(i, 0) for i in quoted)


def _spare(claims: Sequence[Claim], n: int) -> Iterable[tuple[int, int, int]]:
    """How much each quote that may go is needed, with its section and place."""
    seen: set[str] = set()
    for i, claim in enumerate(claims):
        if len(claims) < 2:
            continue
        paper_id = claim.citations[0].paper_id if claim.citations else ""
        yield (0 if claim.support in FAILING else 1 if paper_id in seen else 2), n, i
        seen.add(paper_id)


def cited_ids(sections: Sequence[Section]) -> set[str]:
    """The ids of the papers that the sections cite; the work at hand does not count."""
    return {c.paper_id for s in sections for claim in s.claims for c in claim.citations} - {OWN_ID}
