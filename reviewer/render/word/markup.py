"""Reads Markdown as this program writes it: CommonMark, tables, citations, footnotes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.render.citation_syntax import group_at

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

REFERENCES_PLACE = "::: {#refs} :::"
"""A paragraph in whose place the list of references stands."""
_DEFINITION = re.compile(r"^\[\^([\w-]+)\]: (.*)$", re.MULTILINE)
_NOTE = re.compile(r"\[\^([\w-]+)\]")


@dataclass(frozen=True)
class Markup:
    """A text in blocks, as tokens of markdown-it; `notes` are the inline tokens of each footnote by
    its name. In its `meta` a token of type `citation` has a CitedGroup, a `note` its name."""

    blocks: list[Token]
    notes: dict[str, list[Token]]


def read_markup(markdown: str) -> Markup:
    """The blocks of the text, in which footnotes are defined one a line."""
    reader = _reader()
    notes = {name: _inline(reader, text) for name, text in _DEFINITION.findall(markdown)}
    return Markup(reader.parse(_DEFINITION.sub("", markdown)), notes)


def _reader() -> MarkdownIt:
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    reader.inline.ruler.before("link", "citation", _citation)
    reader.inline.ruler.before("link", "note", _note)
    return reader


def _inline(reader: MarkdownIt, text: str) -> list[Token]:
    return [child for token in reader.parseInline(text) for child in token.children or ()]


def _citation(state: StateInline, silent: bool) -> bool:
    """A rule of markdown-it for `[@a; @b, p. 3]`."""
    group = group_at(state.src, state.pos)
    if group is None:
        return False
    if not silent:
        state.push("citation", "", 0).meta = {"group": group}
    state.pos = group.end
    return True


def _note(state: StateInline, silent: bool) -> bool:
    """A rule of markdown-it for `[^1]`."""
    found = _NOTE.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.push("note", "", 0).meta = {"name": found[1]}
    state.pos = found.end()
    return True
