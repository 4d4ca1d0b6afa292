"""check_draft: what a draft cites, quotes and states, held against the papers that it cites."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reviewer.errors import SourceError
from reviewer.library import Library
from reviewer.sources import read_text_file
from reviewer.tasks.checks.bibliography import Bibliography, Named, check_entries, name_keys
from reviewer.tasks.checks.manuscript import read_draft
from reviewer.tasks.checks.sentences import states_figures, trace
from reviewer.text import counted
from reviewer.text.draft_prose import is_latex_draft
from reviewer.types import Claim
from reviewer.types.checks import (
    FAILING,
    CheckedEntry,
    CheckedSentence,
    CheckReport,
    Draft,
    DraftSentence,
    Problem,
    ProblemKind,
)
from reviewer.types.claims import NeedsModel, Support
from reviewer.types.progress import Progress, silent
from reviewer.types.writer import Writer

JUDGED_A_CALL = 8
_HINT = "Give a draft in Markdown or LaTeX."


@dataclass(frozen=True)
class CheckOptions:
    """`allowed` kinds of problems are shown and do not make the check fail."""

    allowed: tuple[ProblemKind, ...] = ()


@dataclass(frozen=True)
class DraftText:
    """A draft as it was read. `note` says what is to be known of its reading."""

    file: str
    text: str
    note: str = ""


def open_draft(file: str) -> DraftText:
    """The text of a draft's file, with line ends of `\\n`. Raises SourceError for a file that is
    missing, empty or no text.
    """
    opened = read_text_file(file, _HINT)
    if not opened.text.strip():
        raise SourceError(f"{file} is empty", hint=_HINT)
    return DraftText(file, opened.text.replace("\r\n", "\n"), opened.remark)


def check_draft(
    draft_text: DraftText,
    library: Library,
    writer: Writer,
    bibliography: Bibliography | None = None,
    options: CheckOptions | None = None,
    progress: Progress = silent,
) -> CheckReport:
    """Every sentence that cites, or that states figures and does not, with what was found; and
    every entry of the bibliography.

    Without a model a sentence that says in other words what its paper says stays `unchecked`.
    Raises ModelError when a model fails.
    """
    started = time.monotonic()
    options, bibliography = options or CheckOptions(), bibliography or Bibliography()
    text = draft_text.text
    draft = read_draft(text, is_latex=is_latex_draft(text, draft_text.file))
    named = name_keys(draft, bibliography, library)
    sentences = _checked(draft, named, library, progress)
    sentences = _judged(sentences, named, writer, progress)
    return CheckReport(
        file=draft_text.file,
        sentences_read=len(draft.sentences),
        citing=sum(bool(s.keys) for s in draft.sentences),
        sentences=tuple(_weighed(s, options) for s in sentences),
        entries=tuple(
            _weighed_entry(e, options) for e in check_entries(draft, bibliography, library)
        ),
        papers={**named.papers, **named.untold},
        notes=_notes(draft_text, draft, bibliography, named, writer),
        writer=writer.name,
        usage=writer.usage().model_copy(update={"seconds": round(time.monotonic() - started, 3)}),
    )


def _checked(
    draft: Draft, named: Named, library: Library, progress: Progress
) -> list[CheckedSentence]:
    found = []
    for done, sentence in enumerate(draft.sentences):
        progress("Checking", done, len(draft.sentences))
        if sentence.keys:
            found.append(_checked_citing(sentence, named, library))
        elif not sentence.has_other_mark and (figures := states_figures(sentence)):
            detail = f"it states {', '.join(figures)} and cites nothing"
            problem = Problem(kind="missing citation", detail=detail, about=figures[0])
            found.append(CheckedSentence(sentence=sentence, problems=(problem,)))
    progress("Checking", len(draft.sentences), len(draft.sentences))
    return found


def _checked_citing(sentence: DraftSentence, named: Named, library: Library) -> CheckedSentence:
    """A sentence is held against its papers when all of them have a text: what is not in one of
    them could be in the one that is not known."""
    unknown = [key for key in sentence.keys if key in named.unknown]
    problems = tuple(
        Problem(kind="unknown key", detail=named.unknown[key], about=key) for key in unknown
    )
    problems = (*problems, *_unseen(sentence, named))
    papers = {key: named.papers[key] for key in sentence.keys if key in named.papers}
    if not papers:
        return CheckedSentence(sentence=sentence, problems=problems)
    traced = trace(sentence, papers, library)
    own = traced.problems
    if len(papers) < len(sentence.keys):
        own = tuple(problem for problem in own if problem.kind == "nothing bears")
    return traced.model_copy(update={"problems": (*problems, *own)})


def _unseen(sentence: DraftSentence, named: Named) -> Iterator[Problem]:
    """What was not looked for, because a cited paper is known by its title alone."""
    untold = " or ".join(key for key in sentence.keys if key in named.untold)
    if not untold:
        return
    if sentence.quotes:
        detail = f"no text of {untold} is known to look for the words in"
        yield Problem(kind="quote not checked", detail=detail, about=sentence.quotes[0])
    if figures := states_figures(sentence):
        detail = f"no text of {untold} is known to look for {', '.join(figures)} in"
        yield Problem(kind="figure not checked", detail=detail, about=figures[0])


def _judged(
    sentences: Sequence[CheckedSentence], named: Named, writer: Writer, progress: Progress
) -> list[CheckedSentence]:
    """With the writer's verdicts on sentences whose papers are all known, where it can judge."""
    waiting = [n for n, s in enumerate(sentences) if _can_be_judged(s, named)]
    supports: dict[int, Support] = {}
    for start in range(0, len(waiting), JUDGED_A_CALL):
        progress("Judging", start, len(waiting))
        batch = waiting[start : start + JUDGED_A_CALL]
        said = writer.judge([_claim(sentences[n]) for n in batch])
        if isinstance(said, NeedsModel):
            return list(sentences)
        supports |= zip(batch, said, strict=True)
    return [_with_verdict(s, supports.get(n)) for n, s in enumerate(sentences)]


def _can_be_judged(checked: CheckedSentence, named: Named) -> bool:
    return (
        bool(checked.sentence.keys)
        and checked.support == "unchecked"
        and bool(checked.nearest or checked.quotes)
        and all(key in named.papers for key in checked.sentence.keys)
    )


def _claim(checked: CheckedSentence) -> Claim:
    quoted = [citation for quote in checked.quotes for citation in quote.citations]
    return Claim(
        text=checked.sentence.text, citations=tuple(dict.fromkeys([*quoted, *checked.nearest]))
    )


def _with_verdict(checked: CheckedSentence, support: Support | None) -> CheckedSentence:
    if support is None:
        return checked
    problems = checked.problems
    if support in ("contradicted", "unsupported"):
        kind: ProblemKind = "contradicted" if support == "contradicted" else "unsupported"
        said = "say otherwise" if kind == "contradicted" else "do not bear it out"
        problem = Problem(kind=kind, detail=f"by the model's word, the papers' sentences {said}")
        problems = (*problems, problem)
    return checked.model_copy(update={"support": support, "problems": problems})


def _weighed(checked: CheckedSentence, options: CheckOptions) -> CheckedSentence:
    problems = tuple(_weigh(problem, options) for problem in checked.problems)
    return checked.model_copy(update={"problems": problems})


def _weighed_entry(entry: CheckedEntry, options: CheckOptions) -> CheckedEntry:
    problems = tuple(_weigh(problem, options) for problem in entry.problems)
    return entry.model_copy(update={"problems": problems})


def _weigh(problem: Problem, options: CheckOptions) -> Problem:
    fails = problem.kind in FAILING and problem.kind not in options.allowed
    return problem.model_copy(update={"fails": fails})


def _notes(
    draft_text: DraftText,
    draft: Draft,
    bibliography: Bibliography,
    named: Named,
    writer: Writer,
) -> tuple[str, ...]:
    """What bounds the check, in words."""
    notes = [draft_text.note, *bibliography.notes, *writer.notes()]
    if not draft.keys:
        notes.append("The draft cites nothing by key or number.")
    if named.untold:
        papers = counted(len(named.untold), "cited paper")
        keys = ", ".join(named.untold)
        notes.append(f"{papers} could not be looked into, for no text is known: {keys}")
    other = sum(s.has_other_mark and not s.keys for s in draft.sentences)
    if other:
        marks = counted(other, "sentence")
        notes.append(f"{marks} cite by author and year alone, which is not looked up.")
    return tuple(note for note in notes if note)


def failures(report: CheckReport) -> list[Problem]:
    """The problems that make the check fail, those of sentences first."""
    of_sentences = [problem for s in report.sentences for problem in s.problems]
    of_entries = [problem for entry in report.entries for problem in entry.problems]
    return [problem for problem in (*of_sentences, *of_entries) if problem.fails]
