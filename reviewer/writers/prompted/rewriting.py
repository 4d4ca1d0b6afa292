"""Lets a model write a sentence or a paragraph again, as its author asks. Not trusted here."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.grounding import Numbers
from reviewer.llm.form import Form
from reviewer.types import Citation, Claim, Evidence
from reviewer.types.claims import AnswerDraft
from reviewer.types.drafts import OWN_TAG
from reviewer.writers.prompted.judging import bearing_of, with_anchors
from reviewer.writers.prompted.numbered_texts import fence_numbered
from reviewer.writers.prompted.prose import read_prose
from reviewer.writers.prompted.reading import ReadingWriter

MOST_OF_A_SENTENCE = 2  # sentences that may stand in the place of one
_TOKENS_A_WORD = 3.0  # of prose with its numbers, rather too many
_SPARE_TOKENS = 400


class RewriteText(str):
    """A sentence or a paragraph with anchors; the last line is END."""

    __slots__ = ()


class RewritingWriter(ReadingWriter):
    """The part of a `Writer` that writes a sentence or a paragraph again."""

    def rewrite(
        self,
        claims: Sequence[Claim],
        place: int | None,
        evidence: Sequence[Evidence],
        *,
        wish: str = "",
        refused: Sequence[str] = (),
        beside: Sequence[Citation] = (),
    ) -> AnswerDraft:
        """The claim at this place again, in one or two sentences; without a place the paragraph
        that the claims make. Of texts with sentences among `beside` the model sees these and what
        is cited."""
        numbers = Numbers(evidence)
        bearing = bearing_of(beside, evidence, numbers)
        cited = {numbers.number_of(c) for claim in claims for c in claim.citations}

        def shown(item: Evidence) -> set[str] | None:
            return {*bearing[item.tag], *cited} if item.tag in bearing else None

        own = [item for item in evidence if item.tag == OWN_TAG]
        texts = [item for item in evidence if item.tag != OWN_TAG]
        tagged = {number.split(".")[0] for number in cited}
        if place is not None:  # what it cites comes first: texts that do not fit are left out
            named = {numbers.number_of(c).split(".")[0] for c in claims[place].citations}
            texts.sort(key=lambda item: (item.tag not in named, item.tag not in tagged))
        said = [
            self.prompts.fence(f"S{n}", "", None, with_anchors(claim, numbers))
            for n, claim in enumerate(claims, start=1)
        ]
        asked = claims if place is None else claims[place : place + 1]
        words = sum(len(claim.text.split()) for claim in asked)
        form = Form(
            RewriteText,
            None,
            round(_TOKENS_A_WORD * words) + _SPARE_TOKENS,
            lambda reply: "; ".join(_problems(reply, numbers)),
        )

        def call() -> RewriteText:
            return self.ask(
                "rewrite",
                form,
                sentences=said,
                which="" if place is None else f"S{place + 1}",
                words=words,
                wish=[self.prompts.fence("WISH", "", None, wish)] if wish else [],
                refused=[self.prompts.fence("refused", "", None, text) for text in refused],
                evidence=self.fit([fence_numbered(self, item, shown(item)) for item in texts]),
                own=[fence_numbered(self, item) for item in own],
            )

        drafts = read_prose(self.narrowing(call), numbers).draft.claims
        if place is not None:
            drafts = drafts[:MOST_OF_A_SENTENCE]
        paragraph = claims[place or 0].paragraph
        return AnswerDraft(
            claims=tuple(d.model_copy(update={"paragraph": paragraph}) for d in drafts)
        )


def _problems(reply: str, numbers: Numbers) -> list[str]:
    """What is wrong with the form of a reply; a sentence without a number may be a conclusion."""
    found = read_prose(reply, numbers)
    unknown = any(claim.unknown for claim in found.draft.claims)
    is_cut = not found.is_whole
    return list(found.problems) if unknown or is_cut or not found.draft.claims else []
