"""Lets a model write a section as prose, edit it, and extend paragraphs. Not trusted here."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reviewer.errors import ModelError
from reviewer.grounding import Numbers
from reviewer.llm import LimitError, StoppedError, in_short
from reviewer.llm.form import Form
from reviewer.llm.replies import ModelReplyError
from reviewer.text import clean, counted
from reviewer.text.views import shorten
from reviewer.types import Claim, Evidence
from reviewer.types.claims import AnswerDraft, ClaimDraft
from reviewer.types.drafts import Brief, Card, Theme
from reviewer.types.evidence import by_paper
from reviewer.writers.prompted.argument import ArgumentWriter
from reviewer.writers.prompted.judging import bearing_of, with_anchors
from reviewer.writers.prompted.numbered_texts import fence_numbered, tokens_of
from reviewer.writers.prompted.prose import END, read_prose, text_before_end

MOST_ADDED = 2  # sentences added to a user's paragraph
ADDED_TOKENS = 400
LENGTH_TOLERANCE = 0.15  # of the words that were asked for; beyond, the model is told once
TOKENS_A_WORD = 3.0  # of prose with its numbers, rather too many
_SPARE_TOKENS = 400
_MOST_UNCITED = 0.25  # of the papers of a plan; beyond, the model is told once
_PLAN_TOKENS = 60.0  # of a paper's lines in the plan
_BEFORE_CHARS = 6000  # of the text that was written before
_PARAGRAPH = re.compile(
    r"^[ \t>*_#\[(-]*[Pp](?P<number>\d{1,2})\b[ \t]*[\])*_:.–—-]*[ \t]*", re.MULTILINE
)


class SectionText(str):
    """Paragraphs with anchors, each after its tag; the last line is END."""

    __slots__ = ()


class EditText(str):
    """The paragraphs that an edit changes, each after its tag; the last line is END."""

    __slots__ = ()


class AdditionText(str):
    """The sentences that are added to a paragraph, with their numbers; the last line is END."""

    __slots__ = ()


class SectionWriter(ArgumentWriter):
    """The part of a `Writer` that writes and edits sections, and extends paragraphs."""

    def write_section(
        self,
        brief: Brief,
        themes: Sequence[Theme],
        cards: Sequence[Card],
        evidence: Sequence[Evidence],
    ) -> AnswerDraft:
        """The section in one call, a paragraph for each theme; where its texts do not fit, in
        several, each after the ones before.

        Raises ModelReplyError for a reply without a sentence that could be checked.
        """
        claims: list[ClaimDraft] = []
        waiting, first = [list(range(len(themes)))], brief.before
        while waiting:
            places = waiting.pop(0)
            if len(places) > 1 and self._prompt_size(brief, themes, places, evidence) > self.room():
                waiting[:0] = [places[: len(places) // 2], places[len(places) // 2 :]]
                continue
            said = " ".join([first, *(claim.text for claim in claims)]).strip()
            is_placed = brief.position == "each" or places[-1] == len(themes) - 1
            words = max(50, round(brief.words * len(places) / max(1, len(themes))))
            changed = {"before": said, "words": words, "own": brief.own if is_placed else None}
            part = brief.model_copy(update=changed)
            claims += self._written(part, themes, places, cards, evidence)
        return AnswerDraft(claims=tuple(claims))

    def _prompt_size(
        self,
        brief: Brief,
        themes: Sequence[Theme],
        places: Sequence[int],
        evidence: Sequence[Evidence],
    ) -> float:
        ids = {paper_id for n in places for paper_id in themes[n].paper_ids}
        texts = sum(tokens_of(item) for item in evidence if item.paper.id in ids)
        own = tokens_of(brief.own) if brief.own else 0.0
        return texts + own + _PLAN_TOKENS * len(ids) + TOKENS_A_WORD * brief.words

    def _written(
        self,
        brief: Brief,
        themes: Sequence[Theme],
        places: Sequence[int],
        cards: Sequence[Card],
        evidence: Sequence[Evidence],
    ) -> list[ClaimDraft]:
        """The sentences of the themes at these places. Of a paper with a card the prompt has the
        sentences that the card names, of others the whole text."""
        names = {card.paper_id: card.name for card in cards}
        ids = dict.fromkeys(paper_id for n in places for paper_id in themes[n].paper_ids)
        own = by_paper(evidence)
        shown = [item for paper_id in ids for item in own.get(paper_id, ())]
        numbers = Numbers([*shown, *([brief.own] if brief.own else [])])
        tags = {items[0].paper.id: items[0].tag for items in own.values()}
        plan = [
            self.prompts.fence(f"P{n + 1}", "", None, *_plan_lines(themes[n], tags, names))
            for n in places
        ]
        before = shorten(clean(brief.before), _BEFORE_CHARS)
        noted = [c for card in cards for line in card.lines.values() for c in line.citations]
        bearing = bearing_of(noted, shown, numbers)
        form = Form(
            SectionText,
            None,
            round(TOKENS_A_WORD * brief.words) + _SPARE_TOKENS,
            lambda reply: _fault_of(reply, numbers, places, brief.words, shown),
            lambda second, first: (
                _worth_of(second, numbers, places, brief.words)
                < _worth_of(first, numbers, places, brief.words)
            ),
        )

        def call() -> SectionText:
            return self.ask(
                "section",
                form,
                question=brief.question,
                lead=brief.lead,
                plan=plan,
                evidence=self.fit(
                    [fence_numbered(self, item, bearing.get(item.tag)) for item in shown]
                ),
                own=[fence_numbered(self, brief.own)] if brief.own else [],
                position=brief.position,
                words=brief.words,
                before=[self.prompts.fence("before", "", None, before)] if before else [],
                order=brief.order,
            )

        reply = self.narrowing(call)
        paragraphs = read_paragraphs(reply, numbers, places)
        claims = [claim for n in sorted(paragraphs) for claim in paragraphs[n]]
        if not any(claim.anchors for claim in claims):
            raise ModelReplyError(
                f"{self.model.model} wrote no readable section: no sentence names what it rests "
                f"on. It began: {shorten(clean(reply), 120)}",
                hint="Run it again, or choose another --model.",
            )
        if unknown := sum(len(claim.unknown) for claim in claims):
            self.note(f"{counted(unknown, 'number')} that named no sentence")
        return claims

    def edit(
        self, paragraphs: Sequence[Sequence[Claim]], evidence: Sequence[Evidence]
    ) -> tuple[tuple[ClaimDraft, ...], ...]:
        """For each paragraph its sentences after one pass over the whole text; nothing for one
        that stays as it is. Nothing at all where the call fails or the text does not fit."""
        numbers = Numbers(evidence)
        fenced = [
            self.prompts.fence(f"P{n}", "", None, " ".join(with_anchors(c, numbers) for c in own))
            for n, own in enumerate(paragraphs, start=1)
        ]
        size = sum(len(text.text) for text in fenced)
        form = Form(EditText, None, round(size / 2) + _SPARE_TOKENS)
        try:
            if len(self.fit(fenced)) < len(fenced):
                return ((),) * len(paragraphs)
            reply = self.ask("edit", form, paragraphs=fenced)
        except (LimitError, StoppedError):
            raise
        except ModelError as error:
            self.note(f"not edited: {in_short(error)}")
            return ((),) * len(paragraphs)
        found = _tagged_parts(text_before_end(reply)[0])
        return tuple(
            tuple(read_prose(f"{found[n]}\n{END}", numbers).draft.claims) if n in found else ()
            for n in range(len(paragraphs))
        )

    def extend_paragraph(self, paragraph: str, evidence: Sequence[Evidence]) -> AnswerDraft:
        """One or two sentences about the evidence's paper, for the end of the paragraph."""
        numbers = Numbers(evidence)
        form = Form(
            AdditionText,
            None,
            ADDED_TOKENS,
            lambda reply: "; ".join(read_prose(reply, numbers).problems),
        )

        def write() -> AdditionText:
            return self.ask(
                "add_paper",
                form,
                paragraph=[self.prompts.fence("DRAFT", "", None, paragraph)],
                evidence=self.fit([fence_numbered(self, item) for item in evidence]),
                most_sentences=MOST_ADDED,
            )

        draft = read_prose(self.narrowing(write), numbers).draft
        return AnswerDraft(claims=draft.claims[:MOST_ADDED])


def _plan_lines(theme: Theme, tags: dict[str, str], names: dict[str, str]) -> list[str]:
    """A paragraph of the plan, as its writer reads it."""
    lines = [f"head: {theme.name}"] if theme.name else []
    lines += [f"thesis: {theme.thesis}"] if theme.thesis else []
    lines += [f"compare by: {theme.axis}"] if theme.axis else []
    for n, paper_id in enumerate(theme.paper_ids):
        if paper_id in tags:
            part = theme.parts[n] if n < len(theme.parts) else ""
            said = [names.get(paper_id, ""), f"({part})" if part else ""]
            lines.append(" ".join([tags[paper_id], *filter(None, said)]))
    return [*lines, f"leads on: {theme.link}"] if theme.link else lines


def _tagged_parts(body: str) -> dict[int, str]:
    """The text behind each paragraph's tag, by its place from 0; the first of each counts."""
    found: dict[int, str] = {}
    marks = list(_PARAGRAPH.finditer(body))
    for n, mark in enumerate(marks):
        end = marks[n + 1].start() if n + 1 < len(marks) else len(body)
        found.setdefault(int(mark["number"]) - 1, body[mark.end() : end].strip())
    return found


def read_paragraphs(
    reply: str, numbers: Numbers, places: Sequence[int]
) -> dict[int, list[ClaimDraft]]:
    """The sentences of a reply, by the place of their theme. Without readable tags the paragraphs
    count in order; what is more than the themes belongs to the last one."""
    body, is_whole = text_before_end(reply)
    end = f"\n{END}" if is_whole else ""
    parts = {n: text for n, text in _tagged_parts(body).items() if n in places}
    if len(parts) < min(2, len(places)):
        claims = read_prose(_PARAGRAPH.sub("", body) + end, numbers).draft.claims
        place = {n: places[min(n, len(places)) - 1] for n in {c.paragraph for c in claims}}
        found: dict[int, list[ClaimDraft]] = {}
        for claim in claims:
            found.setdefault(place[claim.paragraph], []).append(claim)
    else:
        last = max(parts)
        found = {
            n: list(read_prose(text + (f"\n{END}" if n != last else end), numbers).draft.claims)
            for n, text in parts.items()
        }
    return {
        n: [claim.model_copy(update={"paragraph": n + 1}) for claim in own]
        for n, own in found.items()
        if own
    }


def _fault_of(
    reply: SectionText,
    numbers: Numbers,
    places: Sequence[int],
    words: int,
    shown: Sequence[Evidence],
) -> str:
    """What is wrong with the form of a section, for the model."""
    faults = list(read_prose(reply, numbers).problems)
    found = read_paragraphs(reply, numbers, places)
    if missing := [f"P{n + 1}" for n in places if n not in found]:
        faults.append(f"paragraph {', '.join(missing)} is missing")
    claims = [claim for own in found.values() for claim in own]
    has = sum(len(claim.text.split()) for claim in claims)
    if claims and abs(has - words) > LENGTH_TOLERANCE * words:
        faults.append(f"it has {has} words, and about {words} are wanted")
    cited = {number.split(".")[0] for c in claims for a in c.anchors for number in a.numbers}
    papers = by_paper(shown)
    uncited = [own[0].tag for own in papers.values() if not cited & {item.tag for item in own}]
    if len(uncited) > _MOST_UNCITED * len(papers):
        faults.append(f"{', '.join(uncited[:8])} of the plan are not cited")
    return "; ".join(faults)


def _worth_of(reply: SectionText, numbers: Numbers, places: Sequence[int], words: int) -> float:
    """How much of a section a reply gives: its paragraphs, how near its length is to what was
    asked for, less the numbers that name nothing; 0 without a citation."""
    found = read_paragraphs(reply, numbers, places)
    claims = [claim for own in found.values() for claim in own]
    if not any(claim.anchors for claim in claims):
        return 0.0
    has = sum(len(claim.text.split()) for claim in claims)
    length = 1 - min(1.0, abs(has - words) / words)
    return 1 + len(found) / len(places) + length - sum(len(c.unknown) for c in claims) / len(claims)
