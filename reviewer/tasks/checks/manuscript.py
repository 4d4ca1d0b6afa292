"""Reads a draft in Markdown or LaTeX: its sentences, what each cites and what it quotes. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import pairwise

from reviewer.render.citation_syntax import Mark, find_marks, nocited
from reviewer.text import clean, sentence_spans
from reviewer.text.draft_prose import blanked, hidden_spans, looks_latex, numbered_references
from reviewer.text.latex import plain_text
from reviewer.types.checks import Draft, DraftSentence

_BREAK = re.compile(
    r"\n[ \t]*\n|^[ \t]*(?:#{1,6}[ \t]|\\(?:sub)*(?:section|paragraph)\*?\{|\\chapter|\\item\b)"
    r"|^[ \t]*(?:[-*+]|\d+[.)])[ \t]|^[ \t]*\||\\\\(?:\[|$)",
    re.MULTILINE,
)
_LEAD = re.compile(r"\s*(?:>[ \t]?|[-*+][ \t]|\d+[.)][ \t]|\||\\item\b)*\s*")
_QUOTED = re.compile(r"“([^“”]+)”|\"([^\"]+)\"|«([^«»]+)»|„([^„“”]+)[“”]|``(.+?)''")
_MARKDOWN_SIGNS = re.compile(r"(?<!\\)(?:\*{1,3}|(?<!\w)_{1,3}(?=\w)|(?<=[\w.,])_{1,3}(?!\w)|~~)")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s\"[^\"]*\")?\)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")  # as in CommonMark
_BIBLIOGRAPHY = re.compile(
    r"\\(?:bibliography|addbibresource)(?:\[[^\]]*\])?\{([^{}]+)\}"
    r"|^bibliography:[ \t]*([^\n\[\]]+)$",
    re.MULTILINE,
)
# What this program writes above and below a text of its own.
_OWN_LINES = re.compile(
    r"^(?:Written by [^\n]{1,200} from \d[\d,]* papers?; citations by code\."
    r"|Quoted from \d[\d,]* papers?; no model is set"
    r"|A themed annotated bibliography of \d[\d,]* papers?, not a written section:"
    r"|A survey of \d[\d,]* papers? in their own sentences:"
    r"|\d[\d,]* papers? in the library, [\d,]+ matched, [\d,]+ read, [\d,]+ cited\.)"
    r"(?:[^\n]|\n(?![ \t]*\n))*",
    re.MULTILINE,
)
_FILLER = "X"  # replaces a mark while sentences are found, so that "p. 3" does not end one
_AUTHORS = "the authors"
_STOP_BEFORE = re.compile(r"\.[\"”’)]?[ \t]*\n?[ \t]*$")
_NEXT_SENTENCE = re.compile(r"[ \t]*\n?[ \t]*(?:[A-Z“\"\\*_]|\n|$)")
_MOST_JOINED = 8  # sentences of one quotation


def read_draft(text: str, *, is_latex: bool | None = None) -> Draft:
    """The draft's sentences in order. Marks are pandoc's and LaTeX's, and numbers in brackets,
    which name entries of the draft's own list of references; code, comments, displayed mathematics
    and headings hold no sentences."""
    latex = looks_latex(text) if is_latex is None else is_latex
    entries = numbered_references(text)
    hidden = [*hidden_spans(text, is_latex=latex), *own_lines(text)]
    visible, only_listed = nocited(blanked(text, hidden))
    marks = find_marks(visible, entries)
    sentences = tuple(_sentences(visible, marks, latex))
    keys = dict.fromkeys([*(k for mark in marks for k in mark.keys), *only_listed])
    unlisted = _unlisted(marks, entries)
    return Draft(
        form="latex" if latex else "markdown",
        sentences=sentences,
        keys=tuple(key for key in keys if key not in ("*", *unlisted)),
        cites_all="*" in keys,
        bibliographies=_bibliographies(text),
        entries=entries,
        unlisted=unlisted,
    )


def own_lines(text: str) -> Iterator[tuple[int, int]]:
    """The paragraphs in which this program says who wrote a text, from how many papers, and what
    was left out: nothing in them is the author's to prove."""
    yield from (found.span() for found in _OWN_LINES.finditer(text))


def _unlisted(marks: list[Mark], entries: Collection[str]) -> tuple[str, ...]:
    """The numbers that are cited and not in the draft's list."""
    otherwise = {key for mark in marks if not mark.is_number for key in mark.keys}
    numbers = dict.fromkeys(key for mark in marks if mark.is_number for key in mark.keys)
    return tuple(n for n in numbers if n not in entries and n not in otherwise)


def _sentences(text: str, marks: list[Mark], latex: bool) -> Iterator[DraftSentence]:
    whole = _filled(text, marks)
    for start, end in _blocks(whole):
        if _is_row(whole, start, end) and not any(start <= m.start < end for m in marks):
            continue
        earlier: tuple[str, ...] = ()
        for first, last in _joined(whole, marks, start, end):
            made = _sentence(text, first, last, marks, latex)
            is_quotation = made.quotes == (made.text.strip(' "“”„«»'),)
            if is_quotation and not made.keys:  # '... [@key]: "One." "Two."' cites key twice
                made = made.model_copy(update={"keys": earlier})
            earlier = made.keys or earlier
            yield made


def _filled(text: str, marks: list[Mark]) -> str:
    """The text with a word for each mark. A mark between a stop and the next sentence takes the
    stop behind it."""
    filled = list(text)
    for mark in marks:
        if not mark.keys:
            continue
        filled[mark.start : mark.end] = _FILLER * (mark.end - mark.start)
        stop = _STOP_BEFORE.search(text, max(0, mark.start - 4), mark.start)
        if stop and not mark.is_word and _NEXT_SENTENCE.match(text, mark.end):
            filled[stop.start()], filled[mark.end - 1] = " ", "."
    return "".join(filled)


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Paragraphs, list items and rows of tables."""
    places = sorted({0, len(text), *(found.start() for found in _BREAK.finditer(text))})
    for start, end in pairwise(places):
        lead = _LEAD.match(text, start, end)
        start = lead.end() if lead else start
        if re.search(r"\w", text[start:end]):
            yield start, end


def _is_row(text: str, start: int, end: int) -> bool:
    """A table's row: its figures are the draft's own unless it cites."""
    line = text[text.rfind("\n", 0, start) + 1 : start].lstrip()
    return line.startswith("|") or bool(re.search(r"(?<!\\)&", text[start:end]))


def _joined(text: str, marks: list[Mark], start: int, end: int) -> list[tuple[int, int]]:
    """Spans of the block's sentences. One whose quotation goes on takes in what follows, and a mark
    alone belongs to the sentence before it."""
    joined: list[tuple[int, int]] = []
    count = 0
    for first, last in ((start + a, start + b) for a, b in sentence_spans(text[start:end])):
        is_open = bool(joined) and count < _MOST_JOINED and _is_open(text[slice(*joined[-1])])
        if joined and (is_open or _is_mark_alone(text, first, last, marks)):
            joined[-1] = (joined[-1][0], last)
            count += 1
        else:
            joined.append((first, last))
            count = 0
    return joined


def _is_open(text: str) -> bool:
    return (
        text.count("“") > text.count("”")
        or text.count("``") > text.count("''")
        or len(re.findall(r"(?<!\\)\"", text)) % 2 == 1
    )


def _is_mark_alone(text: str, start: int, end: int, marks: list[Mark]) -> bool:
    kept = list(text[start:end])
    for mark in marks:
        if start <= mark.start < end:
            kept[mark.start - start : mark.end - start] = " " * (mark.end - mark.start)
    return not re.search(r"\w", "".join(kept))


def _sentence(text: str, start: int, end: int, marks: list[Mark], latex: bool) -> DraftSentence:
    own = [mark for mark in marks if start <= mark.start < end]
    pieces, at = [], start
    for mark in own:
        if mark.keys:
            pieces += [text[at : mark.start], *([_AUTHORS] if mark.is_word else [])]
            at = mark.end
    raw = " ".join([*pieces, text[at:end]]) if pieces else text[start:end]
    plain = _plain(raw, latex)
    is_block = text[text.rfind("\n", 0, start) + 1 : start].lstrip().startswith(">")
    return DraftSentence(
        line=text.count("\n", 0, start) + 1,
        start=start,
        end=end,
        text=plain,
        keys=tuple(dict.fromkeys(key for mark in own for key in mark.keys)),
        quotes=_quotes(plain, is_block=is_block),
        has_other_mark=any(not mark.keys for mark in own),
    )


def _plain(text: str, latex: bool) -> str:
    """The words as a reader sees them."""
    if not latex:
        text = re.sub(r"\n[ \t]*>[ \t]?", "\n", text)
        text = _MARKDOWN_SIGNS.sub("", _LINK.sub(r"\1", text))
        text = _ESCAPED.sub(r"\1", text)
    else:
        text = text.replace("``", "“").replace("''", "”")  # they may hold straight marks
        text = plain_text(text.replace(r"\char34{}", '"'))
    text = re.sub(r"\s+([.,;:!?)])", r"\1", clean(text))
    return re.sub(r"\(\s*\)|\[\s*\]", "", text).strip()


def _quotes(plain: str, *, is_block: bool) -> tuple[str, ...]:
    found = [next(g for g in m.groups() if g) for m in _QUOTED.finditer(plain)]
    return (plain,) if is_block and not found else tuple(q.strip() for q in found if q.strip())


def _bibliographies(text: str) -> tuple[str, ...]:
    names = []
    for found in _BIBLIOGRAPHY.finditer(text):
        for name in (found[1] or found[2]).split(","):
            plain = name.strip().strip("\"'")
            names.append(plain if re.search(r"\.\w+$", plain) else f"{plain}.bib")
    return tuple(dict.fromkeys(names))
