"""Has a sentence or a section of a draft written again; the rest stays word for word."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reviewer.errors import ModelError, NotFoundError, UsageError
from reviewer.grounding import check_answer, settle_gaps
from reviewer.grounding.answers import check_beside, judge_sentences, reason_of
from reviewer.grounding.claims import FAILING
from reviewer.library import Library
from reviewer.library.run_log import new_run_id
from reviewer.llm import in_short, is_form_fault
from reviewer.tasks.answers.gather import reads
from reviewer.tasks.drafts.cards import known_cards
from reviewer.tasks.drafts.compose import SectionChecks, checks_of, cited_ids
from reviewer.tasks.drafts.papers import DraftOptions, named_papers
from reviewer.tasks.drafts.related_work import keep_draft
from reviewer.text import clean
from reviewer.text.views import one_line, shorten
from reviewer.types import Claim, Evidence, RelatedWork
from reviewer.types.claims import AnswerDraft, NeedsModel
from reviewer.types.drafts import OWN_ID, Redone, Section
from reviewer.types.progress import Progress, silent
from reviewer.types.writer import Writer

MOST_WISH_CHARS = 500
_MOST_REFUSED = 3  # earlier versions that a model is told of
_UNREADABLE = "the model wrote no sentence that could be read"


@dataclass(frozen=True)
class DraftPart:
    """A part of a text that is asked for again: sentence `sentence` of section `section`, both from
    1; 0 is the whole section. `wish` is what the author asks for, in words."""

    section: int
    sentence: int = 0
    wish: str = ""

    @property
    def place(self) -> str:
        """The part as `read_part` reads it."""
        return f"{self.section}.{self.sentence}" if self.sentence else str(self.section)


def read_part(said: str, wish: str = "") -> DraftPart:
    """The part that `2.3` (a sentence) or `2` (a section) names. Raises UsageError."""
    found = re.fullmatch(r"\s*([1-9]\d{0,3})(?:\.([1-9]\d{0,3}))?\s*", said)
    if found is None:
        raise UsageError(
            f"'{shorten(said, 40)}' names no part of a draft",
            hint="Write 2.3 for the third sentence of the second section, 2 for all of it.",
        )
    said_wish = one_line(wish)[:MOST_WISH_CHARS]
    return DraftPart(int(found[1]), int(found[2] or 0), said_wish)


@dataclass(frozen=True)
class _Asked:
    """What is written again, and by what it is checked."""

    work: RelatedWork
    part: DraftPart
    refused: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    checks: SectionChecks
    writer: Writer

    @property
    def claims(self) -> tuple[Claim, ...]:
        return self.work.sections[self.part.section - 1].claims

    @property
    def question(self) -> str:
        return f"What does this section show of {self.work.question}"


@dataclass(frozen=True)
class _New:
    """The sentences that take the place of the part; without them why it stays as it is."""

    claims: tuple[Claim, ...] = ()
    questions: tuple[str, ...] = ()
    tried: str = ""
    refused: str = ""


def redo_part(
    work: RelatedWork,
    part: DraftPart,
    library: Library,
    writer: Writer,
    options: DraftOptions,
    progress: Progress = silent,
) -> RelatedWork:
    """The draft with this part written again, as its author wishes, as a run of its own; `redone`
    has both versions.

    A sentence is taken only if code and judge find no fault in it, a section is checked and
    repaired as one that is written for the first time. Else the text stays as it was, and the run
    says why. Raises UsageError for a part that is not there and without a model, ModelError when
    the model cannot be reached.
    """
    started = time.monotonic()
    claims = _claims_of(work, part, writer)
    progress("Writing", 0, 0)
    asked = _asked(work, part, library, writer, options)
    try:
        new = _sentence(asked) if part.sentence else _section(asked)
    except ModelError as error:
        if not is_form_fault(error):
            raise
        new = _New(refused=f"{_UNREADABLE}: {in_short(error)}")
    n = part.sentence - 1
    before = claims[n : n + 1] if part.sentence else claims
    redone = Redone(
        section=part.section,
        sentence=part.sentence,
        wish=part.wish,
        before=before,
        after=new.claims,
        tried=new.tried,
        refused=new.refused,
    )
    sections = _with(work.sections, part, new.claims) if new.claims else work.sections
    coverage = work.coverage.model_copy(update={"cited": len(cited_ids(sections))})
    made = work.model_copy(
        update={
            "sections": sections,
            "questions": tuple(dict.fromkeys((*work.questions, *new.questions))),
            "redone": (*work.redone, redone),
            "first_run": work.first_run or work.run_id,
            "coverage": coverage,
            "writer": writer.name,
            "run_id": new_run_id(),
            "usage": writer.usage().model_copy(
                update={"seconds": round(time.monotonic() - started, 3)}
            ),
        }
    )
    keep_draft(made, library, writer, options, progress)
    return made


def _claims_of(work: RelatedWork, part: DraftPart, writer: Writer) -> tuple[Claim, ...]:
    """The sentences of the part's section. Raises UsageError for what cannot be written again."""
    if not 1 <= part.section <= len(work.sections):
        raise UsageError(
            f"the draft has no section {part.section}", hint=f"It has 1 to {len(work.sections)}."
        )
    claims = work.sections[part.section - 1].claims
    if part.sentence > len(claims):
        raise UsageError(
            f"section {part.section} has no sentence {part.sentence}",
            hint=f"It has 1 to {len(claims)}.",
        )
    if not reads(writer):
        raise UsageError("writing a part again needs a model", hint="Set one with --model.")
    if all(claim.kind == "quote" for claim in claims):
        raise UsageError(
            "this section quotes its papers, so there is no sentence of its own to write again",
            hint="Write the draft with the model first.",
        )
    return claims


def _asked(
    work: RelatedWork,
    part: DraftPart,
    library: Library,
    writer: Writer,
    options: DraftOptions,
) -> _Asked:
    section = work.sections[part.section - 1]
    cited = [c for claim in section.claims for c in claim.citations if c.paper_id != OWN_ID]
    ids = [
        paper.id
        for i in dict.fromkeys([*section.paper_ids, *(c.paper_id for c in cited)])
        if (paper := library.catalogue.paper_named(i))
    ]
    if not ids:
        raise NotFoundError(
            "no paper of this section is in the library any more",
            hint="Add them again: review add PATH",
        )
    shown = tuple(dict.fromkeys([*options.chunk_ids, *(c.chunk_id for c in cited)]))
    texts = named_papers(work.question, ids, library, shown).evidence
    cards = known_cards(texts, library, writer)
    beside = [c for card in cards.values() for line in card.lines.values() for c in line.citations]
    refused = [
        f"{one.tried} Refused, because {one.refused}"
        for one in work.redone
        if (one.section, one.sentence) == (part.section, part.sentence) and one.tried
    ]
    tells_own = any(c.paper_id == OWN_ID for claim in section.claims for c in claim.citations)
    own = (options.own,) if options.own is not None and tells_own else ()
    checks = checks_of(options.effort)
    return _Asked(
        work=work,
        part=part,
        refused=tuple(refused[-_MOST_REFUSED:]),
        evidence=(*texts, *own),
        checks=replace(checks, beside=tuple(beside)),
        writer=writer,
    )


def _drafted(asked: _Asked, place: int | None) -> AnswerDraft:
    made = asked.writer.rewrite(
        asked.claims,
        place,
        asked.evidence,
        wish=asked.part.wish,
        refused=asked.refused,
        beside=asked.checks.beside,
    )
    return AnswerDraft() if isinstance(made, NeedsModel) else made


def _sentence(asked: _Asked) -> _New:
    """One sentence again, if it stands: with citations and figures that are found, and without a
    judge's fault."""
    place = asked.part.sentence - 1
    draft = _drafted(asked, place)
    tried = " ".join(claim.text for claim in draft.claims)
    if not tried:
        return _New(refused=_UNREADABLE)
    old = asked.claims[place]
    if clean(tried) == clean(old.text):
        return _New(tried=tried, refused="it is the same sentence")
    new = _checked(draft, asked, place)
    said = next(filter(None, map(reason_of, new)), "")
    if not said and old.kind == "fact" and not any(claim.citations for claim in new):
        said = "it cites nothing, and the one before did"
    if said:
        return _New(tried=tried, refused=said)
    around = (*asked.claims[:place], *new, *asked.claims[place + 1 :])
    settled = settle_gaps(around, asked.evidence)
    kept = settled.claims[place : place + len(new)]
    if len(settled.claims) < len(around):
        return _New(tried=tried, refused=settled.questions[0] if settled.questions else _UNREADABLE)
    return _New(claims=kept)


def _checked(draft: AnswerDraft, asked: _Asked, place: int) -> tuple[Claim, ...]:
    """The new sentences, checked by code and by the judge as the gate does it, among the others."""
    before, after = asked.claims[:place], asked.claims[place + 1 :]
    new = check_beside(draft, (*before, *after), asked.evidence)
    if not asked.checks.may_judge:
        return new
    needs_all = any(not claim.citations for claim in new)
    judged = judge_sentences(
        (*before, *new, *after),
        asked.evidence,
        asked.writer,
        asked.checks,
        asked.question if needs_all else "",
    )
    return judged[place : place + len(new)]


def _section(asked: _Asked) -> _New:
    """A whole section again, checked, judged and repaired as any other. It is taken if some
    sentence of it stands by what it cites."""
    draft = _drafted(asked, None)
    tried = " ".join(claim.text for claim in draft.claims)
    if not tried:
        return _New(refused=_UNREADABLE)
    checked = check_answer(draft, asked.evidence, asked.writer, asked.checks, asked.question)
    settled = settle_gaps(checked.claims, asked.evidence)
    if not any(c.citations and c.support not in FAILING for c in settled.claims):
        why = next(filter(None, map(reason_of, checked.claims)), "no sentence of it cites a paper")
        return _New(tried=tried, refused=why)
    return _New(settled.claims, settled.questions)


def _with(
    sections: Sequence[Section], part: DraftPart, new: Sequence[Claim]
) -> tuple[Section, ...]:
    """The sections, with the new sentences in the place of the part."""
    own = sections[part.section - 1]
    n = part.sentence - 1
    claims = (*own.claims[:n], *new, *own.claims[n + 1 :]) if part.sentence else tuple(new)
    changed = own.model_copy(update={"claims": claims})
    return (*sections[: part.section - 1], changed, *sections[part.section :])
