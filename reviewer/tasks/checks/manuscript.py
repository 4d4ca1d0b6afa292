"""Reads a draft in Markdown or LaTeX: its sentences, what each cites and what it quotes. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise

from reviewer.render.citation_syntax import Mark, find_marks, nocited
from reviewer.tasks.checks.author_year import read_author_years
from reviewer.tasks.checks.notes import read_notes
from reviewer.tasks.checks.own_text import is_empty_cell, listed_papers, own_lines, paper_of_row
from reviewer.text import clean, sentence_spans
from reviewer.text.draft_prose import (
    blanked,
    hidden_spans,
    looks_latex,
    numbered_references,
    unnumbered_references,
    with_plain_code,
)
from reviewer.text.latex import plain_text
from reviewer.types.checks import Draft, DraftSentence

_BREAK = re.compile(
    r"\n[ \t]*\n|^[ \t]*(?:#{1,6}[ \t]|\\(?:sub)*(?:section|paragraph)\*?\{|\\chapter|\\item\b)"
    r"|^[ \t]*(?:[-*+]|\d+[.)])[ \t]|^[ \t]*\||\\\\(?:\[|$)|^\[\^[\w-]+\]:",
    re.MULTILINE,
)
_LEAD = re.compile(r"\s*(?:>[ \t]?|[-*+][ \t]|\d+[.)][ \t]|\[\^[\w-]+\]:|\||\\item\b)*\s*")
_QUOTED = re.compile(r"“([^“”]+)”|\"([^\"]+)\"|«([^«»]+)»|„([^„“”]+)[“”]|``(.+?)''|‹([^‹›]+)›")
_CURVED = re.compile(r"“[^“”]*”")
# In single marks, which apostrophes look like: at least _LEAST_SINGLE words.
_SINGLE = re.compile(
    r"(?<!\w)‘((?:[^‘’]|(?<=\w)’(?=\w))+)’(?!\w)|(?<!\w)'((?:[^']|(?<=\w)'(?=\w))+)'(?!\w)"
    r"|(?<!\w)‚([^‚‘’]+)[‘’](?!\w)|(?<!\w)`((?:[^`']|(?<=\w)'(?=\w))+)'(?!\w)"
)
_LEAST_SINGLE = 3
_MARKDOWN_SIGNS = re.compile(r"(?<!\\)(?:\*{1,3}|(?<!\w)_{1,3}(?=\w)|(?<=[\w.,])_{1,3}(?!\w)|~~)")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s\"[^\"]*\")?\)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")  # as in CommonMark
_BIBLIOGRAPHY = re.compile(
    r"\\(?:bibliography|addbibresource)(?:\[[^\]]*\])?\{([^{}]+)\}"
    r"|^bibliography:[ \t]*([^\n\[\]]+)$",
    re.MULTILINE,
)
_FILLER = "X"  # replaces a mark while sentences are found, so that "p. 3" does not end one
_AUTHORS = "the authors"
_FOOTNOTE = re.compile(r"\[\^([\w-]+)\](?!:)")
_DEFINITION = re.compile(r"\[\^(?P<name>[\w-]+)\]:")
_CELL_END, _CELL_END_LATEX = re.compile(r"(?<!\\)\|"), re.compile(r"(?<!\\)&")
_STOP_BEFORE = re.compile(r"[.?!](?:''|[\"”’)])?[ \t]*\n?[ \t]*$")
_ITEM_NUMBER = re.compile(r"[ \t]*\d+\.[ \t]*")
_NEXT_SENTENCE = re.compile(r"[ \t]*\n?[ \t]*(?:[A-Z“‘`\"\\*_]|\n|$)")
_MOST_JOINED = 8  # sentences of one quotation


def read_draft(text: str, *, is_latex: bool | None = None) -> Draft:
    """The draft's sentences in order. Marks are pandoc's and LaTeX's, authors with years,
    numbers in brackets, which name entries of the draft's own list of references, and footnotes
    that are references; code, comments, displayed mathematics and headings hold no sentences. What
    any other footnote cites its sentence cites too, and the other way round."""
    latex = looks_latex(text) if is_latex is None else is_latex
    entries = numbered_references(text)
    listed = () if entries else unnumbered_references(text)
    hidden = [*hidden_spans(text, is_latex=latex), *own_lines(text)]
    notes = read_notes(blanked(text, hidden), listed)
    hidden += notes.spans
    visible, only_listed = nocited(blanked(text, hidden))
    found = find_marks(visible, entries)
    keyed = [*(mark for mark in found if mark.keys), *notes.marks]
    quoted = list(_quoted_spans(visible))

    def is_quoted(mark: Mark) -> bool:
        return any(a < mark.start and mark.end < b for a, b in quoted)

    by_authors, authored = read_author_years(visible, keyed)
    # A mark within quoted words is the quoted paper's.
    keyed += [mark for mark in by_authors if not is_quoted(mark)]
    others = [m for m in found if not (m.keys or is_quoted(m))]
    others = [m for m in others if not any(_overlap(m, mark) for mark in keyed)]
    marks = sorted([*keyed, *others], key=lambda mark: mark.start)
    shown = visible if latex else nocited(with_plain_code(text, hidden))[0]
    made = _Reader(shown, marks, latex, listed_papers(text)).sentences()
    keys = dict.fromkeys([*(k for s in made for k in s.keys), *_keys(marks), *only_listed])
    unlisted = _unlisted(marks, entries)
    return Draft(
        form="latex" if latex else "markdown",
        sentences=made,
        keys=tuple(key for key in keys if key not in ("*", *unlisted)),
        cites_all="*" in keys,
        bibliographies=_bibliographies(text),
        entries=entries,
        unlisted=unlisted,
        authored={key: authored[key] for key in keys if key in authored},
        noted={key: notes.works[key] for key in keys if key in notes.works},
        listed=listed,
    )


def _quoted_spans(text: str) -> Iterator[tuple[int, int]]:
    """Half-open ranges of quoted words; of straight marks only where all of a paragraph have a
    partner."""
    for start, end in _blocks(text):
        block = text[start:end]
        has_partners = not _has_odd_mark(block)
        for found in _QUOTED.finditer(block):
            if has_partners or found[0][0] != '"':
                yield start + found.start(), start + found.end()


def _keys(marks: list[Mark]) -> list[str]:
    return [key for mark in marks for key in mark.keys]


def _overlap(one: Mark, other: Mark) -> bool:
    return one.start < other.end and other.start < one.end


def _unlisted(marks: list[Mark], entries: Collection[str]) -> tuple[str, ...]:
    """The numbers that are cited and not in the draft's list."""
    otherwise = {key for mark in marks if not mark.is_number for key in mark.keys}
    numbers = dict.fromkeys(key for mark in marks if mark.is_number for key in mark.keys)
    return tuple(n for n in numbers if n not in entries and n not in otherwise)


@dataclass(frozen=True)
class _Reader:
    """Reads the sentences of a text in which all is blanked that is not prose. `papers` are those
    of our own list under a table, by key."""

    text: str
    marks: list[Mark]
    latex: bool
    papers: dict[str, str]

    def sentences(self) -> tuple[DraftSentence, ...]:
        """All sentences in order. A sentence has the keys of its footnotes, and a footnote without
        keys has those of its sentence."""
        made = list(self._all())
        noted: dict[str, tuple[str, ...]] = defaultdict(tuple)
        cited: dict[str, tuple[str, ...]] = defaultdict(tuple)
        for sentence, note in made:
            noted[note] += sentence.keys
            for name in self._footnotes_of(sentence):
                cited[name] += sentence.keys
        full = []
        for sentence, note in made:
            keys = sentence.keys or (cited[note] if note else ())
            keys += tuple(k for name in self._footnotes_of(sentence) for k in noted[name])
            full.append(sentence.model_copy(update={"keys": tuple(dict.fromkeys(keys))}))
        return tuple(full)

    def _footnotes_of(self, sentence: DraftSentence) -> list[str]:
        return _FOOTNOTE.findall(self.text, sentence.start, sentence.end)

    def _all(self) -> Iterator[tuple[DraftSentence, str]]:
        """The sentences, each with the name of the footnote that it is a part of, if it is."""
        whole = _filled(self.text, self.marks)
        for begin, end in _blocks(whole):
            note = _DEFINITION.match(whole, begin, end)
            lead = _LEAD.match(whole, begin, end)
            start = lead.end() if lead else begin
            if not re.search(r"\w", whole[start:end]):
                continue
            if self._is_row(start, end):
                yield from ((cell, "") for cell in self._cells(start, end))
                continue
            earlier: tuple[str, ...] = ()
            for first, last in _joined(whole, self.marks, start, end):
                made = self._sentence(first, last)
                is_quotation = made.quotes == (made.text.strip(' "“”„«»'),)
                if is_quotation and not made.keys:  # '... [@key]: "One." "Two."' cites key twice
                    made = made.model_copy(update={"keys": earlier})
                earlier = made.keys or earlier
                yield made, note["name"] if note else ""

    def _is_row(self, start: int, end: int) -> bool:
        if self.latex:
            return bool(_CELL_END_LATEX.search(self.text, start, end))
        return self.text[self.text.rfind("\n", 0, start) + 1 : start].lstrip().startswith("|")

    def _cells(self, start: int, end: int) -> Iterator[DraftSentence]:
        """The cells of a table's row that cites, or that names a paper of our own list: each cites
        what the row cites. Figures of another row are the draft's own."""
        pattern = _CELL_END_LATEX if self.latex else _CELL_END
        stops = [*(found.span() for found in pattern.finditer(self.text, start, end)), (end, end)]
        begins = [start, *(after for _, after in stops)]
        spans = [(at, stop) for at, (stop, _) in zip(begins, stops, strict=False)]
        keys = [k for m in self.marks if start <= m.start < end for k in m.keys]
        named = "" if keys else paper_of_row(self.text[slice(*spans[0])], self.papers)
        if not keys and not named:
            return
        for n, (first, last) in enumerate(spans):
            cell = self.text[first:last]
            made = self._sentence(first, last)
            is_name = n == 0 and bool(named)
            if is_name or not re.search(r"\w", made.text) or is_empty_cell(cell):
                continue
            own = made.keys or tuple(dict.fromkeys(keys)) or (named,)
            yield made.model_copy(update={"keys": own})

    def _sentence(self, start: int, end: int) -> DraftSentence:
        text = self.text
        own = [mark for mark in self.marks if start <= mark.start < end]
        pieces, at = [], start
        for mark in own:
            if mark.keys:
                pieces += [text[at : mark.start], *([_AUTHORS] if mark.is_word else [])]
                at = mark.end
        raw = " ".join([*pieces, text[at:end]]) if pieces else text[start:end]
        plain = _plain(raw, self.latex)
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


def _filled(text: str, marks: list[Mark]) -> str:
    """The text with a word for each mark. A mark between a stop and the next sentence takes the
    stop behind it."""
    filled = list(text)
    for mark in marks:
        if not mark.keys:
            continue
        filled[mark.start : mark.end] = _FILLER * (mark.end - mark.start)
        stop = _STOP_BEFORE.search(text, max(0, mark.start - 6), mark.start)
        line = text.rfind("\n", 0, mark.start) + 1
        is_head = mark.is_word or _ITEM_NUMBER.fullmatch(text, line, mark.start)
        if stop and not is_head and _NEXT_SENTENCE.match(text, mark.end):
            filled[stop.start()], filled[mark.end - 1] = " ", "."
    return "".join(filled)


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Paragraphs, list items, footnotes and rows of tables."""
    places = sorted({0, len(text), *(found.start() for found in _BREAK.finditer(text))})
    for start, end in pairwise(places):
        begin = start + len(text[start:end]) - len(text[start:end].lstrip())
        if re.search(r"\w", text[begin:end]):
            yield begin, end


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
    rest = _CURVED.sub("", text)
    return "“" in rest or rest.count("``") > rest.count("''") or _has_odd_mark(rest)


def _has_odd_mark(text: str) -> bool:
    """Whether a straight quotation mark lacks its partner. One within curved marks is the quoted
    text's own: a paper may write a word as ``word"."""
    return len(re.findall(r"(?<!\\)\"", _CURVED.sub("", text))) % 2 == 1


def _is_mark_alone(text: str, start: int, end: int, marks: list[Mark]) -> bool:
    kept = list(text[start:end])
    for mark in marks:
        if start <= mark.start < end:
            kept[mark.start - start : mark.end - start] = " " * (mark.end - mark.start)
    return not re.search(r"\w", _FOOTNOTE.sub("", "".join(kept)))


def _plain(text: str, latex: bool) -> str:
    """The words as a reader sees them."""
    if not latex:
        text = _FOOTNOTE.sub("", re.sub(r"\n[ \t]*>[ \t]?", "\n", text))
        text = _MARKDOWN_SIGNS.sub("", _LINK.sub(r"\1", text))
        text = _ESCAPED.sub(r"\1", text)
    else:
        text = text.replace("``", "“").replace("''", "”")  # they may hold straight marks
        text = plain_text(text.replace(r"\char34{}", '"'))
    text = re.sub(r"\s+([.,;:!?)])", r"\1", clean(text))
    return re.sub(r"\(\s*\)|\[\s*\]", "", text).strip()


def _quotes(plain: str, *, is_block: bool) -> tuple[str, ...]:
    """The words in quotation marks; of a block quotation without any, all of it."""
    found = [(m.start(), next(g for g in m.groups() if g)) for m in _QUOTED.finditer(plain)]
    within = [m.span() for m in _QUOTED.finditer(plain)]
    for match in _SINGLE.finditer(plain):
        said = next(g for g in match.groups() if g)
        is_inner = any(a <= match.start() < b for a, b in within)
        if not is_inner and len(said.split()) >= _LEAST_SINGLE:
            found.append((match.start(), said))
    quotes = tuple(said.strip() for _, said in sorted(found) if said.strip())
    return (plain,) if is_block and not found else quotes


def _bibliographies(text: str) -> tuple[str, ...]:
    names = []
    for found in _BIBLIOGRAPHY.finditer(text):
        for name in (found[1] or found[2]).split(","):
            plain = name.strip().strip("\"'")
            names.append(plain if re.search(r"\.\w+$", plain) else f"{plain}.bib")
    return tuple(dict.fromkeys(names))
