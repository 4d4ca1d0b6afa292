"""check_draft: what a draft cites, quotes and states, checked against the papers that it cites."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from reviewer.errors import SourceError
from reviewer.grounding.word_verdicts import decide, is_contradiction, judge_by_words
from reviewer.library import Library
from reviewer.sources import file_bytes, markdown_of, read_text_file
from reviewer.sources.text_file import TextFile
from reviewer.tasks.checks.bibliography import (
    Bibliography,
    Lookup,
    Named,
    check_entries,
    name_keys,
)
from reviewer.tasks.checks.fixes import find_fixes
from reviewer.tasks.checks.judging import can_be_judged, judge_sentences
from reviewer.tasks.checks.manuscript import read_draft
from reviewer.tasks.checks.sentences import (
    holders_of,
    quotes_of_nobody,
    stated_figures,
    trimmed,
    verify_sentence,
)
from reviewer.tasks.checks.stating import is_statement
from reviewer.text import counted
from reviewer.text.draft_prose import is_latex_draft
from reviewer.text.option_notes import with_option
from reviewer.types import Citation
from reviewer.types.checks import (
    FAILING,
    STRICT,
    SUSPICIONS,
    CheckedEntry,
    CheckedSentence,
    CheckReport,
    Compared,
    Draft,
    DraftSentence,
    Outcome,
    Problem,
    ProblemKind,
    WordVerdict,
)
from reviewer.types.progress import Progress, silent
from reviewer.types.runs import Usage
from reviewer.types.writer import Writer

Checked = TypeVar("Checked", CheckedSentence, CheckedEntry)

_HINT = "Give a draft in Markdown, LaTeX or Word (.docx)."


@dataclass(frozen=True)
class CheckOptions:
    """Problems of an `allowed` kind are shown and do not make the check fail. Without `has_papers`
    the library is the bibliography itself, and entries are not compared with it. `lookup` looks up
    entries that the library does not have. With `every_sentence` each sentence that states
    something has to cite, as an assistant's has to."""

    allowed: tuple[ProblemKind, ...] = ()
    every_sentence: bool = False
    has_papers: bool = True
    lookup: Lookup | None = None


def open_draft(file: str) -> TextFile:
    """The text of a draft's file, with line ends of `\\n`; of a Word file as Markdown.

    Raises SourceError for a file that is missing, empty or not text.
    """
    opened = _word_draft(file) if is_word_draft(file) else read_text_file(file, _HINT)
    if not opened.text.strip():
        raise SourceError(f"{file} is empty", hint=_HINT)
    return replace(opened, text=opened.text.replace("\r\n", "\n"))


def bibliographies_beside(opened: TextFile) -> list[str]:
    """The bibliographies that the draft names and that lie beside it."""
    folder = Path(opened.file).expanduser().parent
    places = [folder / name for name in read_draft(opened.text).bibliographies]
    return [str(place) for place in places if place.is_file()]


def is_word_draft(file: str) -> bool:
    return file.lower().endswith(".docx")


def _word_draft(file: str) -> TextFile:
    data = file_bytes(str(Path(file).expanduser()))
    if isinstance(data, str):
        raise SourceError(f"{file} {data.removeprefix('it ')}", hint=_HINT)
    try:
        return TextFile(file, markdown_of(data))
    except SourceError as error:
        raise SourceError(f"{file}: {error.message}", hint=_HINT) from error


def check_draft(
    opened: TextFile,
    library: Library,
    writer: Writer,
    bibliography: Bibliography | None = None,
    options: CheckOptions | None = None,
    progress: Progress = silent,
) -> CheckReport:
    """Every sentence that cites, or that states figures and does not, with what was found; and
    every entry of the bibliography.

    Without a model a sentence that says in other words what its paper says stays `unchecked`, and
    is compared by its words alone. Raises ModelError when a model fails.
    """
    started = time.monotonic()
    options, bibliography = options or CheckOptions(), bibliography or Bibliography()
    is_word = is_word_draft(opened.file)
    is_latex = not is_word and is_latex_draft(opened.text, opened.file)
    draft = read_draft(opened.text, is_latex=is_latex)
    if is_word:
        draft = _by_paragraphs(draft, opened.text)
    named = name_keys(draft, bibliography, library)
    sentences = _checked(draft, named, library, options, progress)
    sentences = judge_sentences(sentences, named.papers, library, writer, progress)
    sentences = [_compared(sentence, named) for sentence in sentences]
    entries = _checked_entries(draft, bibliography, library, options, progress)
    known = [opened.remark, *bibliography.notes, *writer.notes()]
    weighed = tuple(_weighed(trimmed(s), options) for s in sentences)
    citing = sum(bool(s.keys) for s in draft.sentences)
    return CheckReport(
        file=opened.file,
        sentences_read=len(draft.sentences),
        citing=citing,
        sentences=weighed,
        entries=entries,
        fixes=find_fixes(None if is_word else opened, weighed, entries, bibliography, library),
        every_sentence=options.every_sentence,
        outcome=_outcome(weighed, entries, cites=citing > 0 or not options.every_sentence),
        papers={**named.papers, **named.title_only},
        notes=(
            *_notes(draft, named, known, is_word=is_word),
            *_unknown_note(entries, options),
        ),
        writer=writer.name,
        judge=writer.judge_name,
        usage=writer.usage().model_copy(update={"seconds": round(time.monotonic() - started, 3)}),
    )


def _by_paragraphs(draft: Draft, text: str) -> Draft:
    """The draft of a Word file with the number of its paragraph for the line of each sentence."""
    sentences = (
        s.model_copy(update={"line": 1 + text.count("\n\n", 0, s.start)}) for s in draft.sentences
    )
    return draft.model_copy(update={"sentences": tuple(sentences)})


def check_bibliography(
    bibliography: Bibliography,
    library: Library,
    options: CheckOptions | None = None,
    progress: Progress = silent,
) -> CheckReport:
    """Every entry of a bibliography without a draft, beside the paper of the library that it
    means."""
    started = time.monotonic()
    options = options or CheckOptions()
    every = Draft(form="latex", cites_all=True)
    entries = _checked_entries(every, bibliography, library, options, progress)
    return CheckReport(
        file=", ".join(bibliography.files),
        sentences_read=0,
        citing=0,
        entries=entries,
        fixes=find_fixes(None, (), entries, bibliography, library),
        notes=(*bibliography.notes, *_unknown_note(entries, options)),
        usage=Usage(seconds=round(time.monotonic() - started, 3)),
    )


def _checked_entries(
    draft: Draft,
    bibliography: Bibliography,
    library: Library,
    options: CheckOptions,
    progress: Progress,
) -> tuple[CheckedEntry, ...]:
    known = library if options.has_papers else None
    entries = check_entries(draft, bibliography, known, options.lookup, progress)
    return tuple(_weighed(entry, options) for entry in entries)


def _unknown_note(entries: Sequence[CheckedEntry], options: CheckOptions) -> list[str]:
    """What is not known of entries that were not looked up."""
    if options.lookup:
        return options.lookup.notes()
    unknown = sum(bool(e.key or e.title) and not e.paper_id for e in entries)
    if not unknown:
        return []
    are = "entry is" if unknown == 1 else "entries are"
    without = with_option("without looking up online", "--online")
    return [
        f"{unknown} {are} not in the library: {without} nobody can say whether such a paper "
        "exists, and whether its fields are right."
    ]


def _outcome(
    sentences: Sequence[CheckedSentence], entries: Sequence[CheckedEntry], *, cites: bool
) -> Outcome:
    """What the check comes to. Words that a judge called supported, and the papers' own words, are
    all that passes without a remark that nobody judged it."""
    items: list[CheckedSentence | CheckedEntry] = [*sentences, *entries]
    if not cites or any(problem.fails for item in items for problem in item.problems):
        return "FAILS"
    open_kinds = SUSPICIONS | {"quote not checked", "figure not checked"}
    for checked in sentences:
        is_open = bool(checked.sentence.keys) and checked.support != "supported"
        if is_open or any(problem.kind in open_kinds for problem in checked.problems):
            return "PASSES UNJUDGED"
    return "PASSES"


def _checked(
    draft: Draft, named: Named, library: Library, options: CheckOptions, progress: Progress
) -> list[CheckedSentence]:
    found = []
    for done, sentence in enumerate(draft.sentences):
        progress("Checking", done, len(draft.sentences))
        if keys := tuple(key for key in sentence.keys if key not in named.doubtful):
            citing = sentence.model_copy(update={"keys": keys})
            found.append(_checked_citing(citing, named, library))
        elif problems := _problems_without_key(sentence, named.doubtful, library, options):
            found.append(CheckedSentence(sentence=sentence, problems=tuple(problems)))
    progress("Checking", len(draft.sentences), len(draft.sentences))
    return found


def _problems_without_key(
    sentence: DraftSentence, doubtful: Mapping[str, str], library: Library, options: CheckOptions
) -> list[Problem]:
    """What a sentence lacks that cites nothing, or what is doubtful as a citation, with reasons."""
    has_mark = sentence.has_other_mark or bool(sentence.keys)
    if has_mark and not options.every_sentence:
        return []
    if sentence.keys:
        return [
            Problem(kind="unknown key", detail=doubtful[key], about=key) for key in sentence.keys
        ]
    problems = quotes_of_nobody(sentence, library)
    if figures := stated_figures(sentence):
        detail = f"it states {', '.join(figures)} and cites nothing"
        meant = holders_of(sentence, library)
        problems.append(
            Problem(kind="missing citation", detail=detail, about=figures[0], meant=meant)
        )
    elif options.every_sentence and not problems and is_statement(sentence):
        detail = "it states something and cites nothing"
        problems.append(Problem(kind="missing citation", detail=detail))
    return problems


def _checked_citing(sentence: DraftSentence, named: Named, library: Library) -> CheckedSentence:
    """A sentence is checked against its papers when all of them have a text: what is not in one of
    them could be in the unknown one."""
    problems = [
        Problem(
            kind="unknown key",
            detail=named.unknown[key],
            about=key,
            meant=named.meant.get(key, ()),
        )
        for key in sentence.keys
        if key in named.unknown
    ]
    problems += [
        Problem(kind="ambiguous citation", detail=named.ambiguous[key], about=key)
        for key in sentence.keys
        if key in named.ambiguous
    ]
    problems += _unseen(sentence, named)
    papers = {key: named.papers[key] for key in sentence.keys if key in named.papers}
    if not papers:
        return CheckedSentence(sentence=sentence, problems=tuple(problems))
    verified = verify_sentence(sentence, papers, library)
    all_known = len(papers) == len(sentence.keys)
    own = [p for p in verified.problems if all_known or p.kind == "nothing bears"]
    return verified.model_copy(update={"problems": (*problems, *own)})


def _unseen(sentence: DraftSentence, named: Named) -> Iterator[Problem]:
    """What was not looked for, because a cited paper is known by its title alone."""
    title_only = " or ".join(key for key in sentence.keys if key in named.title_only)
    if not title_only:
        return
    if sentence.quotes:
        detail = f"no text of {title_only} is known to look for the words in"
        yield Problem(kind="quote not checked", detail=detail, about=sentence.quotes[0])
    if figures := stated_figures(sentence):
        detail = f"no text of {title_only} is known to look for {', '.join(figures)} in"
        yield Problem(kind="figure not checked", detail=detail, about=figures[0])


def _compared(checked: CheckedSentence, named: Named) -> CheckedSentence:
    """The sentence with what its words alone say, where nobody judged it."""
    is_open = can_be_judged(checked, named.papers) and checked.nearest
    if not is_open or checked.quotes:
        return checked
    verdicts: list[tuple[Citation, WordVerdict]] = []
    for _, own in groupby(checked.nearest, key=lambda citation: citation.paper_id):
        read = sorted(own, key=lambda citation: (citation.part, citation.start))
        judged = judge_by_words(checked.sentence.text, [citation.quote for citation in read])
        verdicts += zip(read, judged, strict=True)
    place, verdict = decide([said for _, said in verdicts])
    citation, said = verdicts[place]
    compared = Compared(verdict=verdict, citation=citation, **said.model_dump())
    problems = checked.problems
    if is_contradiction(said):
        detail = f"{said.against}; compared by words alone, so read both sentences"
        problems = (*problems, Problem(kind="seems contradicted", detail=detail))
    return checked.model_copy(update={"compared": compared, "problems": problems})


def _weighed(checked: Checked, options: CheckOptions) -> Checked:
    """With each problem marked that makes the check fail."""
    fails = set(STRICT if options.every_sentence else FAILING) - set(options.allowed)
    problems = [p.model_copy(update={"fails": p.kind in fails}) for p in checked.problems]
    return checked.model_copy(update={"problems": tuple(problems)})


def _notes(draft: Draft, named: Named, known: Sequence[str], *, is_word: bool) -> tuple[str, ...]:
    """What bounds the check, in words: the notes that are known already, then others."""
    notes = [*known, "Its lines are the paragraphs of the Word file."] if is_word else [*known]
    if not draft.keys and not draft.unlisted:
        notes.append("The draft cites nothing by key or number.")
    if named.title_only:
        papers, keys = counted(len(named.title_only), "cited paper"), ", ".join(named.title_only)
        notes.append(f"{papers} could not be looked into, for no text is known: {keys}")
    if named.doubtful:
        names = "; ".join(sorted(named.doubtful))
        notes.append(f"These may be citations, and name no paper that is known: {names}")
    return tuple(note for note in notes if note)


def failures(report: CheckReport) -> list[Problem]:
    """The problems that make the check fail, those of sentences first."""
    checked: list[CheckedSentence | CheckedEntry] = [*report.sentences, *report.entries]
    return [problem for item in checked for problem in item.problems if problem.fails]
