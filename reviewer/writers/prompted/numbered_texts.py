"""Texts as a model is shown them: whole, sentence by sentence, each sentence with its number."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from reviewer.grounding.sentence_numbers import TITLE, numbered
from reviewer.llm import Asking
from reviewer.llm.ask import tokens
from reviewer.llm.prompts import FencedText
from reviewer.text import clean
from reviewer.types import Evidence
from reviewer.types.evidence import by_paper

_NUMBER_TOKENS = 6  # of one number


def fence_numbered(
    asking: Asking, item: Evidence, only: Collection[str] | None = None
) -> FencedText:
    """The evidence for a prompt, its title and its sentences, with their numbers (`E4.2`): all of
    them, or those whose numbers are in `only`. A sentence is one line, so that no text can begin a
    line with a number of its own."""
    title = f"{item.tag}.{TITLE}"
    lines = [
        f"{sentence.number} {clean(sentence.text)}"
        for sentence in numbered(item)
        if sentence.number != title and (only is None or sentence.number in only)
    ]
    return asking.prompts.fence(item.tag, item.paper.title, item.paper.year, *lines)


def tokens_of(item: Evidence) -> float:
    """The tokens of a text and its title with their numbers, rather too many than too few."""
    sentences = max(1, len(item.sentences))
    return tokens(item.chunk.text) + tokens(item.paper.title) + _NUMBER_TOKENS * (sentences + 1)


def numbered_batches(
    evidence: Sequence[Evidence], papers_a_call: int, room: float
) -> list[list[Evidence]]:
    """The evidence in order, in batches of about the same number of papers, at most
    `papers_a_call` and `room` tokens; a larger paper has a batch of its own."""
    own = list(by_paper(evidence).values())
    papers_a_call = max(1, papers_a_call)
    count = -(-len(own) // papers_a_call)
    most = -(-len(own) // count) if count else 0
    batches: list[list[Evidence]] = []
    papers, left = most, 0.0
    for items in own:
        size = sum(tokens_of(item) for item in items)
        if papers == most or size > left:
            batches.append([])
            papers, left = 0, room
        batches[-1] += items
        papers, left = papers + 1, left - size
    return batches


def smaller_batches(evidence: Sequence[Evidence], room: float) -> list[list[Evidence]]:
    """The evidence in at least two batches of at most `room` tokens; in one, if it is of one
    paper."""
    return numbered_batches(evidence, len(by_paper(evidence)) // 2, room)
