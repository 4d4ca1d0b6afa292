"""Lets a model say which terms of papers are methods and which are problems."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BeforeValidator

from reviewer.errors import ModelError
from reviewer.llm import Asking, in_short, is_form_fault
from reviewer.llm.form import Form
from reviewer.types.frozen import Frozen
from reviewer.types.gaps import SortedTerm
from reviewer.writers.prompted.reading import Item, in_words

_TERM_TOKENS, _SPARE_TOKENS = 30, 100
_MOST_CHARS = 80


class SortedItem(Item):
    number: int
    kind: Annotated[Literal["method", "problem", "neither"], BeforeValidator(in_words)]
    same_as: int = 0


class SortReply(Frozen):
    terms: tuple[SortedItem, ...]


class TermWriter(Asking):
    """The part of a `Writer` that sorts terms."""

    def sort_terms(self, topic: str, terms: Sequence[str]) -> tuple[SortedTerm, ...]:
        """What the model says of the terms, in their order; those that it passes over are left out,
        and so is a `same_as` that names no other term. None without a reply that can be read.
        Raises ModelError of a provider."""
        lines = [f"{n} {term[:_MOST_CHARS]}" for n, term in enumerate(terms, start=1)]
        shown = [self.prompts.fence("T", "", None, *lines)]
        form = Form(SortReply, None, _TERM_TOKENS * len(terms) + _SPARE_TOKENS)
        try:
            reply = self.ask("sort_terms", form, topic=topic, evidence=shown)
        except ModelError as error:
            if not is_form_fault(error):
                raise
            self.note(f"terms were sorted by code: {in_short(error)}")
            return ()
        items = {item.number: item for item in reply.terms if not item.fault}
        found = []
        for number, term in enumerate(terms, start=1):
            item = items.get(number)
            if item is None:
                continue
            same = item.same_as if 0 < item.same_as < number else 0
            found.append(
                SortedTerm(
                    term=term,
                    kind=None if item.kind == "neither" else item.kind,
                    same_as=terms[same - 1] if same else "",
                )
            )
        return tuple(found)
