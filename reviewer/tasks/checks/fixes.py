"""Offers edits that mend what a check found: the right key in a mark, the right field in a .bib."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from reviewer.errors import UsageError
from reviewer.library import Library
from reviewer.render.bibtex import bibtex
from reviewer.render.citation_syntax import find_marks, pandoc_key, style_of
from reviewer.render.escape import escape_bibtex
from reviewer.render.in_text import citation_key
from reviewer.sources import read_text_file
from reviewer.sources.text_file import TextFile
from reviewer.tasks.checks.bibliography import Bibliography
from reviewer.text.draft_prose import is_latex_draft
from reviewer.types import Paper
from reviewer.types.checks import (
    CheckedEntry,
    CheckedField,
    CheckedSentence,
    FieldName,
    Fix,
    Problem,
)

MOST_OFFERED = 3  # keys for one problem
_FIELDS: dict[FieldName, tuple[str, ...]] = {
    "title": ("title",),
    "authors": ("author",),
    "year": ("year", "date"),
    "venue": ("journal", "journaltitle", "booktitle"),
    "doi": ("doi",),
    "arxiv_id": ("eprint",),
}
_ENTRY = re.compile(r"@[ \t]*[A-Za-z]+[ \t]*[{(]\s*(?P<key>[^\s,{}()]+)\s*,")
_FIELD = re.compile(r"\s*,?\s*(?P<name>[A-Za-z][\w-]*)\s*=\s*")
_CLOSING = re.compile(r"[.!?…]*[\"'”’)\]]*\s*$")
_BARE = re.compile(r"[^\s,{}]+")


@dataclass(frozen=True)
class FixedText:
    """A text after its fixes; `file` is the name that it was read from."""

    file: str
    text: str


def find_fixes(
    opened: TextFile | None,
    sentences: Sequence[CheckedSentence],
    entries: Sequence[CheckedEntry],
    bibliography: Bibliography,
    library: Library,
) -> tuple[Fix, ...]:
    """The edits that can be made by code, numbered from 1: for each problem the keys that may be
    meant, the likeliest first, and each field of a .bib file that differs from what is right.

    A draft that cites by numbers, by author and year or in footnotes gets none for its marks, nor
    does a Word file, for which `opened` is None.
    """
    found: list[Fix] = []
    if opened is not None:
        keys = KeysOf(bibliography, library)
        for place, checked in enumerate(sentences):
            found += _of_sentence(opened, place, checked, keys)
    found += _of_bibliography(bibliography, entries, library)
    return tuple(fix.model_copy(update={"number": n}) for n, fix in enumerate(found, start=1))


class KeysOf:
    """By which key a draft cites a paper of the library: that of its bibliography, if it has one
    with this paper; else the library's own, and with a bibliography it lacks an entry there."""

    def __init__(self, bibliography: Bibliography, library: Library) -> None:
        self.library = library
        self.bib = next((f for f in bibliography.files if f.lower().endswith(".bib")), "")
        self._own = {entry.key for entry in bibliography.entries}
        self._by_id: dict[str, str] = {}
        for entry in bibliography.entries:
            paper = library.catalogue.paper_like(entry)
            if paper is not None and entry.key:
                self._by_id.setdefault(paper.id, entry.key)

    def written(self, key: str) -> str:
        """The key to cite the paper of a library's key by."""
        return self.cited_as(key)[0]

    def has_entry(self, key: str) -> bool:
        """Whether the bibliography has an entry for the paper of a library's key."""
        return self.written(key) in self._own

    def cited_as(self, key: str) -> tuple[str, Paper | None]:
        """The key to cite by, and the paper whose entry has to be added to the bibliography."""
        if key in self._own:
            return key, None
        paper = self.library.catalogue.paper_named(key)
        if paper is None:
            return key, None
        if paper.id in self._by_id:
            return self._by_id[paper.id], None
        return citation_key(paper.key), paper if self.bib else None


def _of_sentence(
    opened: TextFile, place: int, checked: CheckedSentence, keys: KeysOf
) -> Iterator[Fix]:
    text, sentence = opened.text, checked.sentence
    style = style_of(text, is_latex=is_latex_draft(text, opened.file))
    for problem in checked.problems:
        for key in problem.meant[:MOST_OFFERED]:
            new, paper = keys.cited_as(key)
            old = _replaced_key(problem, checked)
            found = _in_marks(text, sentence.start, sentence.end, old, new) if old else None
            if found is None and (not old or problem.kind == "quote not found"):
                found = _added_mark(text, sentence.start, sentence.end, new, style)
            if found is None or (found.new == text[found.start : found.end] and paper is None):
                continue
            yield Fix(
                file=opened.file,
                start=found.start,
                end=found.end,
                new=found.new,
                said=_said(old, new, has_entry=paper is None),
                kind=problem.kind,
                is_sure=_is_sure(problem, checked, key),
                sentence=place,
                entry_file=keys.bib if paper else "",
                entry_text=bibtex([paper]) if paper else "",
            )


def _said(old: str, new: str, *, has_entry: bool) -> str:
    """`cite b in place of a, and add its entry`."""
    if old == new:
        return f"add the entry of {new}"
    said = f"cite {new} in place of {old}" if old else f"cite {new}"
    return said if has_entry else f"{said}, and add its entry"


def _is_sure(problem: Problem, checked: CheckedSentence, key: str) -> bool:
    """True where the paper has the quoted words, or is known by the very key that is cited."""
    is_quoted = problem.about in checked.sentence.quotes
    return is_quoted or (problem.kind == "unknown key" and key == problem.about)


def _replaced_key(problem: Problem, checked: CheckedSentence) -> str:
    """The key of the mark that the problem is about; empty where a mark is to be added."""
    if problem.kind in ("missing citation", "uncited quote"):
        return ""
    cited = checked.sentence.keys
    if problem.about in cited:
        return problem.about
    return cited[0] if len(cited) == 1 else ""


@dataclass(frozen=True)
class _Edit:
    start: int
    end: int
    new: str


def _in_marks(text: str, start: int, end: int, old: str, new: str) -> _Edit | None:
    """The old key in the sentence's marks as the new one."""
    for mark in find_marks(text):
        if old not in mark.keys or not start <= mark.start <= end:
            continue
        said = text[mark.start : mark.end]
        is_latex = said.startswith("\\")
        written = citation_key(new) if is_latex else pandoc_key(new)[1:]
        before = r"(?<=[{,\s])" if is_latex else r"(?<=@)\{?"
        pattern = re.compile(before + re.escape(old) + (r"(?=[},\s])" if is_latex else r"\}?"))
        found = pattern.search(said)
        if found:
            return _Edit(mark.start + found.start(), mark.start + found.end(), written)
    return None


def _added_mark(text: str, start: int, end: int, key: str, style: str) -> _Edit | None:
    """A mark in front of the sign that ends the sentence, in the draft's own style; None where that
    has no keys."""
    at = place_of_mark(text, start, end)
    if style == "latex":
        return _Edit(at, at, rf"~\cite{{{citation_key(key)}}}")
    return _Edit(at, at, f" [{pandoc_key(key)}]") if style == "pandoc" else None


def place_of_mark(text: str, start: int, end: int) -> int:
    """Where a mark for the sentence `text[start:end]` goes: behind its last word, in front of the
    sign that ends it."""
    closing = _CLOSING.search(text, start, end)
    at = closing.start() if closing and closing.start() > start else end
    while at > start and text[at - 1].isspace():
        at -= 1
    return at


def _of_bibliography(
    bibliography: Bibliography, entries: Sequence[CheckedEntry], library: Library
) -> Iterator[Fix]:
    """Each wrong field of an entry in a .bib file whose right value is known."""
    for file in bibliography.files:
        if not file.lower().endswith(".bib"):
            continue
        text = read_text_file(file, "Give a .bib file.").text
        spans = _entry_spans(text)
        for place, entry in enumerate(entries):
            if entry.key not in spans:
                continue
            paper = library.catalogue.paper_named(entry.paper_id) if entry.paper_id else None
            for field in entry.fields:
                fix = _field_fix(file, text, spans[entry.key], field, paper)
                if fix:
                    said = f"{entry.key}: {field.field.replace('_', ' ')} as {field.place}"
                    yield fix.model_copy(update={"entry": place, "said": said})


def _field_fix(
    file: str, text: str, span: tuple[int, int], field: CheckedField, paper: Paper | None
) -> Fix | None:
    if not (field.is_wrong and field.right and field.place):
        return None
    values = _field_spans(text, *span)
    name = next((name for name in _FIELDS[field.field] if name in values), "")
    if not name:
        return None
    start, end = values[name]
    new = f"{{{_right_value(field, paper)}}}"
    return Fix(
        file=file,
        start=start,
        end=end,
        new=new,
        kind="altered",
        field=field.field,
        is_sure=True,
    )


def _right_value(field: CheckedField, paper: Paper | None) -> str:
    """The field as this program writes it in a .bib file."""
    if paper is not None and field.field in ("authors", "title"):
        own = bibtex([paper])
        spans = _field_spans(own, *_entry_spans(own)[next(iter(_entry_spans(own)))])
        if name := next((n for n in _FIELDS[field.field] if n in spans), ""):
            start, end = spans[name]
            return own[start + 1 : end - 1]
    if field.field == "authors":
        return " and ".join(escape_bibtex(name) for name in re.split(r"; ", field.right))
    if field.field in ("doi", "arxiv_id", "year"):
        return field.right
    return escape_bibtex(field.right)


def _entry_spans(text: str) -> dict[str, tuple[int, int]]:
    """Where the fields of each entry are, by its key: from after its comma to before its end. The
    first entry of a key counts, as for BibTeX."""
    spans: dict[str, tuple[int, int]] = {}
    for found in _ENTRY.finditer(text):
        end = _closing(text, found.end(), "}" if "{" in found[0] else ")")
        spans.setdefault(found["key"], (found.end(), end))
    return spans


def _closing(text: str, at: int, closer: str = "}") -> int:
    """The place of the `closer` of what is open at this place. As BibTeX counts them, every brace
    within it counts, also one after a backslash."""
    depth = 0
    while at < len(text):
        if text[at] == closer and not depth:
            return at
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    return at


def _field_spans(text: str, start: int, end: int) -> dict[str, tuple[int, int]]:
    """The value of each field of an entry, with what encloses it, by the field's name. What cannot
    be read ends them."""
    spans: dict[str, tuple[int, int]] = {}
    at = start
    while found := _FIELD.match(text, at, end):
        begin = found.end()
        at = _value_end(text, begin, end)
        if at == begin:
            break
        spans.setdefault(found["name"].lower(), (begin, at))
        while text[at:end].lstrip().startswith("#"):  # joined strings are one value
            at = _value_end(text, text.index("#", at) + 1, end)
            spans[found["name"].lower()] = (begin, at)
    return spans


def _value_end(text: str, start: int, end: int) -> int:
    while start < end and text[start].isspace():
        start += 1
    if text[start : start + 1] == "{":
        return min(end, _closing(text, start + 1) + 1)
    if text[start : start + 1] == '"':
        depth, at = 0, start + 1
        while at < end and (text[at] != '"' or depth):
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            at += 1
        return min(end, at + 1)
    bare = _BARE.match(text, start, end)
    return bare.end() if bare else start


def apply_fixes(
    texts: Mapping[str, str], fixes: Sequence[Fix], wanted: Collection[int]
) -> list[FixedText]:
    """The texts that these fixes change, by the names of their files, with the `wanted` fixes made.

    Raises UsageError for a number that no fix has, and for two fixes of one place.
    """
    chosen = _chosen(fixes, wanted)
    changed: list[FixedText] = []
    for file, text in texts.items():
        after = text
        for fix in reversed([fix for fix in chosen if fix.file == file]):
            after = after[: fix.start] + fix.new + after[fix.end :]
        if added := dict.fromkeys(fix.entry_text for fix in chosen if fix.entry_file == file):
            after = after.rstrip("\n") + "\n\n" + "\n".join(added)
        if after != text:
            changed.append(FixedText(file, after))
    return changed


def _chosen(fixes: Sequence[Fix], wanted: Collection[int]) -> list[Fix]:
    """The wanted fixes in the order of their places."""
    by_number = {fix.number: fix for fix in fixes}
    for number in wanted:
        if number not in by_number:
            known = f"Fixes: 1 to {len(fixes)}." if fixes else "The check offers none."
            raise UsageError(f"there is no fix {number}", hint=known)
    chosen = sorted((by_number[n] for n in set(wanted)), key=lambda fix: (fix.file, fix.start))
    for one, other in pairwise(chosen):
        if one.file == other.file and (other.start < one.end or one.start == other.start):
            raise UsageError(
                f"fixes {one.number} and {other.number} change the same place", hint="Choose one."
            )
    return chosen


def sure_fixes(fixes: Sequence[Fix]) -> list[int]:
    """The numbers of the fixes that are sure, one for each place."""
    numbers: list[int] = []
    taken: list[Fix] = []
    for fix in fixes:
        is_free = all(
            fix.file != other.file or fix.end < other.start or other.end < fix.start
            for other in taken
        )
        if fix.is_sure and is_free:
            numbers.append(fix.number)
            taken.append(fix)
    return numbers


def fixed_name(file: str) -> str:
    """`draft.fixed.md` for `draft.md`."""
    path = Path(file)
    return str(path.with_name(f"{path.stem}.fixed{path.suffix}"))
