"""What the tools do, from their arguments to results. Nothing here knows the protocol."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from reviewer.errors import NotFoundError, ReviewError, UsageError
from reviewer.grounding import read_column
from reviewer.grounding.agents import number_sentences
from reviewer.library import Library
from reviewer.mcp.results import MOST_QUOTED_TOKENS, Result, cut, fenced, plain, tokens_of
from reviewer.render import render
from reviewer.render.check import check_line, problem_line
from reviewer.render.cited_text import cited_fields, cited_text
from reviewer.render.quote_places import NOT_FOUND, place_words, places_fields, standing
from reviewer.search import SearchOptions, find, find_words
from reviewer.search.years import read_years
from reviewer.sources import read_references
from reviewer.sources.text_file import TextFile
from reviewer.tasks import answer_question, check_draft, cite_claims, compare_papers
from reviewer.tasks.answers.answer import AskOptions
from reviewer.tasks.answers.gather import EFFORTS
from reviewer.tasks.checks.bibliography import Bibliography
from reviewer.tasks.checks.check import CheckOptions
from reviewer.tasks.jobs.desk import Desk
from reviewer.tasks.jobs.jobs import Control, Work
from reviewer.tasks.tables.table import TableOptions
from reviewer.text import clean, counted
from reviewer.types import Answer, Claim, Paper, Table
from reviewer.types.agents import CitedText, GivenClaim
from reviewer.types.checks import CheckReport
from reviewer.types.jobs import Job
from reviewer.types.searches import Filters, Hit, QuotePlace

READ_CHARS = 8000
MOST_READ_CHARS = 16_000
FETCHED_CHARS = 10_000
MOST_DRAFT_CHARS = 200_000
_FOUND_CHARS = 240  # of a sentence in a list
_TITLE_CHARS = 200
_NEAREST_KEYS = 3


@dataclass(frozen=True)
class Scope:
    """Which papers a question is asked of."""

    year: str = ""
    tag: str = ""

    def filters(self, library: Library, keys: Sequence[str] = ()) -> Filters:
        """The filters. Raises UsageError for a year that cannot be read, NotFoundError for a tag or
        a key that no paper has."""
        first, last = read_years(self.year, "year")
        tags = (self.tag,) if self.tag else ()
        if tags and not library.catalogue.has_papers(Filters(tags=tags)):
            known = ", ".join(library.catalogue.tags()[:20]) or "none"
            raise NotFoundError(f"no paper has the tag '{self.tag[:80]}'", hint=f"Tags: {known}.")
        own = tuple(paper_named(key, library).key for key in keys)
        return Filters(year_from=first, year_to=last, tags=tags, keys=own)


def search(desk: Desk, query: str, limit: int, scope: Scope) -> Result:
    """Papers for a question, each with its best sentence."""
    if not query.strip():
        raise UsageError("the query is empty", hint="Say what to look for.")
    library = desk.library
    found = find(query, library, SearchOptions(papers=limit, filters=scope.filters(library)))
    lines = [f"{found.matched} of {counted(found.papers, 'paper')} match; best first."]
    if not found.matched:
        lines = [f"Nothing clearly matches. {found.reason}".rstrip() + " The nearest papers:"]
    lines += [_hit_line(hit) for hit in found.hits]
    results = [_hit_fields(hit) for hit in found.hits]
    data = {"results": results, "papers": found.papers, "matched": found.matched}
    return Result("\n".join(lines), data)


def _hit_line(hit: Hit) -> str:
    sentence = hit.best_sentence.text if hit.best_sentence else ""
    page = f" (p. {hit.chunk.page})" if hit.chunk.page else ""
    weak = " (weak)" if hit.is_weak else ""
    return f"{_name(hit.paper)}{weak}\n  {plain(sentence, _FOUND_CHARS)}{page}"


def _hit_fields(hit: Hit) -> dict[str, Any]:
    paper = hit.paper
    return {
        "id": paper.key,
        "title": plain(paper.title, _TITLE_CHARS),
        "url": f"paper://{paper.key}",
    }


def _name(paper: Paper) -> str:
    return f"[{paper.key}] {plain(paper.title, _TITLE_CHARS)} ({paper.year or 'year unknown'})"


def paper_named(key: str, library: Library) -> Paper:
    """The paper with this key. Raises NotFoundError, which names near keys and no path."""
    key = key.strip().removeprefix("paper://").removeprefix("@")
    paper = library.catalogue.paper_named(key) if key else None
    if paper is None:
        import difflib

        keys = library.catalogue.keys()
        near = difflib.get_close_matches(key[:200], keys, n=_NEAREST_KEYS, cutoff=0.5)
        hint = f"Did you mean {', '.join(near)}?" if near else "Find keys with search."
        raise NotFoundError(f"no paper has the key '{plain(key, 80)}'", hint=hint)
    return paper


def fetch(desk: Desk, key: str) -> Result:
    """The beginning of a paper's text, in the form that hosts ask of `fetch`."""
    paper = paper_named(key, desk.library)
    whole = "\n\n".join(part.text for part in paper.own_parts if part.name != "title")
    text = cut(whole[:FETCHED_CHARS], MOST_QUOTED_TOKENS)
    more = f"\n[{len(text):,} of {len(whole):,} characters; read_paper gives the rest]"
    shown = "\n".join(plain(line, FETCHED_CHARS) for line in text.splitlines())
    data = {
        "id": paper.key,
        "title": plain(paper.title, _TITLE_CHARS),
        "url": f"paper://{paper.key}",
        "metadata": {"year": paper.year, "doi": paper.doi, "arxiv_id": paper.arxiv_id},
    }
    rest = more if len(whole) > len(text) else ""
    return Result(f"{_head(paper)}\n{fenced(shown)}{rest}", data)


def _head(paper: Paper) -> str:
    notes = [
        ", ".join(plain(name, 80) for name in paper.authors[:6]),
        plain(paper.venue, 120),
        f"doi:{plain(paper.doi, 120)}" if paper.doi else "",
        f"arxiv:{plain(paper.arxiv_id, 40)}" if paper.arxiv_id else "",
        "RETRACTED" if paper.retracted else "",
    ]
    return "\n".join(filter(None, [_name(paper), "; ".join(filter(None, notes))]))


def read_paper(desk: Desk, key: str, part: str, page: int, offset: int, most: int) -> Result:
    """A paper's sentences, each under its number, from number `offset` on; of its references the
    plain text from character `offset` on."""
    paper = paper_named(key, desk.library)
    if part == "references":
        return _references(paper, offset, most)
    wanted = [
        sentence
        for sentence in number_sentences(paper)
        if part in ("", sentence.part) and sentence.number >= offset
    ]
    if page:
        wanted = [s for s in wanted if _page_of(paper, s.part, s.start) == page]
    lines: list[str] = []
    share = 0.0  # of what one result may have
    for sentence in wanted:
        text = paper.text_of(sentence.part)[sentence.start : sentence.end]
        line = f"{sentence.number} {cut(plain(text, most), MOST_QUOTED_TOKENS)}"
        cost = max(len(line) / most, tokens_of(line) / MOST_QUOTED_TOKENS)
        if lines and share + cost > 1:
            break
        lines.append(line)
        share += cost
    data = {"key": paper.key, "sentences": len(lines), "next_offset": None}
    if not lines:
        parts = ", ".join(p.name for p in paper.parts)
        return Result(f"{_head(paper)}\nNothing is there. It has these parts: {parts}.", data)
    note = f"Sentence n is cited as {paper.key}.n. What is between the marks is a quotation."
    text = f"{_head(paper)}\n{note}\n" + fenced("\n".join(lines))
    if len(lines) < len(wanted):
        following = wanted[len(lines)].number
        data["next_offset"] = following
        text += f"\n[{len(lines)} of {len(wanted)} sentences; go on with offset={following}]"
    return Result(text, data)


def _page_of(paper: Paper, part: str, start: int) -> int:
    starts = next((p.page_starts for p in paper.parts if p.name == part), ())
    return 1 + sum(begin <= start for begin in starts) if starts else 1


def _references(paper: Paper, offset: int, most: int) -> Result:
    whole = paper.text_of("references")
    piece = cut(whole[offset : offset + most], MOST_QUOTED_TOKENS)
    shown = "\n".join(plain(line, most) for line in piece.splitlines())
    end = offset + len(piece)
    more = f"\n[to {end:,} of {len(whole):,} characters; go on with offset={end}]"
    text = fenced(shown) if piece else "No references are kept from here on."
    following = end if end < len(whole) else None
    note = f"{_head(paper)}\nReferences, which cannot be cited.\n"
    return Result(
        note + text + (more if following else ""), {"key": paper.key, "next_offset": following}
    )


def find_quote(desk: Desk, quote: str, key: str) -> Result:
    """Where words stand, word for word or nearly; else the nearest sentences."""
    library = desk.library
    own = paper_named(key, library).key if key.strip() else ""
    found = find_words(quote, library, key=own)
    if found.found:
        lines = [_place_line(place, standing(place)) for place in found.found]
        lines += ["More papers have these words."] if found.has_more else []
        is_exact = found.found[0].is_exact
        head = "STANDS word for word." if is_exact else "DOES NOT STAND as given, but nearly:"
    else:
        head = f"DOES NOT STAND. {NOT_FOUND}" + (" The nearest sentences:" * bool(found.nearest))
        lines = [_place_line(place, "nearest", _FOUND_CHARS) for place in found.nearest]
    fields = places_fields(found)
    places = [
        {name: place[name] for name in ("exact", "key", "part", "page")}
        for place in fields["found"]
    ]
    return Result("\n".join([head, *lines]), {"found": places, "has_more": found.has_more})


def _place_line(place: QuotePlace, how: str, most: int = 600) -> str:
    return f'[{place.key}] {place_words(place)}, {plain(how, 600)}: "{plain(place.quote, most)}"'


@dataclass(frozen=True)
class Question:
    """What `ask` is asked."""

    question: str
    papers: int
    effort: str
    scope: Scope


def ask(desk: Desk, asked: Question) -> Work:
    """The work of answering a question."""
    if asked.effort not in EFFORTS:
        raise UsageError(f"unknown effort '{asked.effort}'", hint=f"Use {', '.join(EFFORTS)}.")
    filters = asked.scope.filters(desk.library)
    options = AskOptions(asked.papers or None, filters, asked.effort)

    def do(control: Control) -> Answer:
        writer = desk.writer(control)
        return answer_question(asked.question, desk.library, writer, options, control.progress)

    return _work(desk, "ask", asked.question, do)


@dataclass(frozen=True)
class TableAsked:
    """What `table` is asked."""

    topic: str
    keys: tuple[str, ...]
    columns: tuple[str, ...]
    papers: int
    scope: Scope


def table(desk: Desk, asked: TableAsked) -> Work:
    """The work of comparing papers."""
    if not asked.topic.strip() and not asked.keys:
        raise UsageError("nothing says which papers to compare", hint="Give a topic or keys.")
    options = TableOptions(
        columns=tuple(map(read_column, asked.columns)),
        papers=asked.papers,
        filters=asked.scope.filters(desk.library, asked.keys),
    )

    def do(control: Control) -> Table:
        writer = desk.writer(control)
        return compare_papers(asked.topic, desk.library, writer, options, control.progress)

    return _work(desk, "table", asked.topic or ", ".join(asked.keys), do)


def cite(desk: Desk, claims: Sequence[GivenClaim], style: str) -> Work:
    """The work of passing an assistant's claims through the gate."""

    def do(control: Control) -> CitedText:
        writer = desk.writer(control)
        return cite_claims(claims, desk.library, writer, style, control.progress)

    return _work(desk, "cite", claims[0].text if claims else "", do)


@dataclass(frozen=True)
class CheckedText:
    """A report on a draft, which is not kept as a run."""

    report: CheckReport
    run_id: str = ""


def check(desk: Desk, text: str, syntax: str, bib: str) -> Work:
    """The work of checking an assistant's draft, every sentence of it."""
    if not text.strip():
        raise UsageError("the draft is empty", hint="Give its text, not a file's name.")
    if len(text) > MOST_DRAFT_CHARS:
        raise UsageError(
            f"the draft has {len(text):,} characters, and {MOST_DRAFT_CHARS:,} is the most",
            hint="Check it section by section.",
        )
    if syntax not in ("markdown", "latex"):
        raise UsageError(f"unknown syntax '{syntax}'", hint="Use markdown or latex.")
    bibliography = _bibliography(bib, desk.library)
    name = "draft.tex" if syntax == "latex" else "draft.md"
    opened = TextFile(name, text.replace("\r\n", "\n"))

    def do(control: Control) -> CheckedText:
        writer = desk.writer(control)
        options = CheckOptions(every_sentence=True)
        report = check_draft(opened, desk.library, writer, bibliography, options, control.progress)
        return CheckedText(report)

    return _work(desk, "check_draft", text[:120], do)


def _bibliography(bib: str, library: Library) -> Bibliography:
    """The entries that mean a paper of the library, without their texts: an assistant may have made
    up an entry, and its abstract too. The others are not known, so their keys fail."""
    found = [entry for entry in read_references(bib, "bib") if isinstance(entry, Paper)]
    known = [entry for entry in found if library.catalogue.paper_like(entry)]
    titled = [
        entry.model_copy(update={"parts": tuple(p for p in entry.parts if p.name == "title")})
        for entry in known
    ]
    lost = [plain(entry.key or entry.title, 80) for entry in found if entry not in known]
    notes = (f"bib: not in the library, so not known: {', '.join(lost)}",) if lost else ()
    return Bibliography(("bib",) if titled else (), tuple(titled), (), notes)


def _work(desk: Desk, kind: str, title: str, do: Callable[[Control], Any]) -> Work:
    need = "model" if desk.settings.model else "words"
    return Work(kind, plain(title, _TITLE_CHARS), do, {"title": plain(title, 2000)}, need)  # type: ignore[arg-type]


def result_of(desk: Desk, job: Job) -> Result:
    """What a job that is done gave. Raises ReviewError for one that failed or was stopped."""
    if job.state in ("failed", "stopped"):
        raise ReviewError(f"{job.error or 'the job was stopped'}", hint=job.hint)
    if job.state == "interrupted":
        raise ReviewError(
            f"job {job.id} was interrupted: its process ended",
            hint=f"Call {job.kind} again; model calls that were paid for are kept.",
        )
    if not job.has_ended:
        return _unfinished(job)
    match desk.jobs.result(job.id):
        case Answer() as answer:
            return _answer(answer)
        case Table() as made:
            return _table(made)
        case CitedText() as cited:
            return Result(cited_text(cited), cited_fields(cited))
        case CheckedText(report=report):
            return _report(report)
    run = f"run://{job.run_id}" if job.run_id else "none was kept"
    return Result(f"The job is done. Its run: {run}", {"job": job.id, "run_id": job.run_id})


def _unfinished(job: Job) -> Result:
    counts = f" {job.done} of {job.total}" if job.total else ""
    at = f"it waits at place {job.place}" if job.state == "waiting" else f"{job.stage}{counts}"
    text = f"STILL WORKING: {at or 'it has begun'}. Call job with id={job.id}"
    return Result(text, {"job": job.id, "state": job.state})


def _answer(answer: Answer) -> Result:
    lines = []
    if not answer.claims:
        lines.append(f"Not enough evidence. {answer.coverage.reason}".rstrip())
        lines += ["The nearest papers:", *map(_name, answer.nearest)]
    elif answer.writer == "extractive":
        lines.append("Sentences of papers, word for word (no model is set):")
    lines += [f"Stances: {answer.verdict}"] if answer.verdict else []
    lines += [line for claim in answer.claims for line in _claim_lines(claim)]
    coverage = answer.coverage
    lines.append(
        f"{coverage.read} of {counted(coverage.papers, 'paper')} read, {coverage.cited} cited. "
        f"Run {answer.run_id}."
    )
    data = {
        "run_id": answer.run_id,
        "outcome": answer.outcome,
        "keys": list(dict.fromkeys(c.key for claim in answer.claims for c in claim.citations)),
    }
    return Result("\n".join(lines), data)


def _claim_lines(claim: Claim) -> list[str]:
    keys = "; ".join(dict.fromkeys(f"@{c.key}" for c in claim.citations))
    mark = f" [{keys}]" if keys else ""
    lines = [f"- {plain(claim.text)}{mark} ({claim.support})"]
    own = clean(claim.text)
    return lines + [
        f'  {c.key}: "{plain(c.quote, 600)}"' for c in claim.citations if clean(c.quote) != own
    ]


def _table(made: Table) -> Result:
    shown = str(render(made, "markdown"))
    data = {"run_id": made.run_id, "keys": [row.key for row in made.rows]}
    return Result(f"{shown}\nRun {made.run_id}.", data)


def _report(report: CheckReport) -> Result:
    """PASSES, PASSES UNJUDGED or FAILS first; then each problem with its line and what to do."""
    lines = [check_line(report)]
    problems: list[dict[str, Any]] = []
    for checked in report.sentences:
        for problem in checked.problems:
            lines.append(f"line {checked.sentence.line}: {plain(problem_line(problem), 600)}")
            lines.append(f'  in: "{plain(checked.sentence.text, 200)}"')
            lines += [f'  nearest in {c.key}: "{plain(c.quote, 300)}"' for c in checked.nearest[:1]]
            problems.append({"line": checked.sentence.line, "kind": problem.kind})
    for entry in report.entries:
        for problem in entry.problems:
            lines.append(f"entry {plain(entry.key, 80)}: {plain(problem_line(problem), 600)}")
            problems.append({"entry": plain(entry.key, 80), "kind": problem.kind})
    lines += [plain(note, 400) for note in report.notes]
    if report.outcome == "FAILS":
        lines.append("Mend what fails (give quotes to cite, or find_quote) and check it again.")
    elif report.outcome == "PASSES UNJUDGED":
        lines.append("What is quoted is there; nobody judged whether it carries the sentences.")
    return Result("\n".join(lines), {"verdict": report.outcome, "problems": problems})


def run_text(desk: Desk, run_id: str) -> str:
    """A kept run as JSON."""
    from reviewer.render.json import run_json

    return run_json(desk.library.ledger.run(run_id))


def paper_text(desk: Desk, key: str) -> str:
    """A paper's texts, each part under its name, sentence by sentence under their numbers."""
    paper = paper_named(key, desk.library)
    lines = [_head(paper)]
    for sentence in number_sentences(paper):
        text = paper.text_of(sentence.part)[sentence.start : sentence.end]
        lines.append(f"{sentence.number} {plain(text, len(text) + 1)}")
    return "\n".join(lines)
