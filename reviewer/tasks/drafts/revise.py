"""revise_draft: adds papers to a user's own draft, and changes none of its words."""

from __future__ import annotations

import difflib
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.errors import UsageError
from reviewer.grounding import check_answer
from reviewer.grounding.answers import Checks
from reviewer.grounding.claims import FAILING
from reviewer.library import Library, keep_run
from reviewer.library.embeddings.embedding import MissingEmbeddingError
from reviewer.library.run_log import Request, new_run_id
from reviewer.render.citation_syntax import cited_keys
from reviewer.render.escape import escape_pandoc
from reviewer.render.in_text import LATEX_STYLES, Marks, citation_key
from reviewer.render.latex_draft import sentence_latex
from reviewer.render.markdown_draft import sentence_markdown
from reviewer.search import SearchOptions, find
from reviewer.search.clusters import by_words, vectors_of
from reviewer.tasks.drafts.own_style import (
    draft_style,
    first_number,
    in_own_commands,
    reference_puts,
)
from reviewer.tasks.paper_chunks import beginning_of
from reviewer.text import clean, counted, normalise_title
from reviewer.text.draft_prose import (
    Put,
    after_list,
    after_paragraph,
    is_latex_draft,
    list_spans,
    prose_spans,
    with_puts,
)
from reviewer.types import Claim, Evidence, Paper
from reviewer.types.drafts import Addition, Revision
from reviewer.types.papers import Part
from reviewer.types.progress import Progress, silent
from reviewer.types.searches import Filters
from reviewer.types.writer import Writer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_QUERY_CHARS = 1000  # of a paragraph, to find what a paper says to it


@dataclass(frozen=True)
class ReviseOptions:
    """Which papers to add, by key; `style` is that of the marks, empty for the draft's own."""

    keys: tuple[str, ...] = ()
    style: str = ""
    effort: str = "normal"
    is_strict: bool = False


def revise_draft(
    file: str,
    text: str,
    library: Library,
    writer: Writer,
    options: ReviseOptions,
    progress: Progress = silent,
) -> Revision:
    """The draft `text` of `file` with a sentence or two for each paper, at the end of the paragraph
    that is nearest to it, or after the nearest list. Marks and entries are in the draft's own
    style. Nothing is written to the file, and no word of the draft is changed.

    Raises NotFoundError for a key that no paper has, UsageError without a key or without a
    paragraph, ModelError when a model fails.
    """
    started = time.monotonic()
    if not options.keys:
        raise UsageError("no paper to add is named", hint="Name them: --add key1,key2")
    papers = list({p.id: p for p in (library.paper(key) for key in options.keys)}.values())
    latex = is_latex_draft(text, file)
    places = _places(text, latex)
    if not places:
        raise UsageError(f"{file} holds no paragraph to add to", hint="Give a draft in prose.")
    known = {paper.id for paper in papers if _is_there(paper, text)}
    wanted = [paper for paper in papers if paper.id not in known]
    left_out = [f"{paper.key} is in the draft already" for paper in papers if paper.id in known]
    added: list[tuple[Paper, _Place, tuple[Claim, ...]]] = []
    said = [clean(text[place.start : place.end]) for place in places]
    # Each goes where it is most like the paragraph, to the first of equals.
    nearest = _likeness(wanted, said, library).argmax(axis=1).tolist() if wanted else []
    for paper, n in zip(wanted, nearest, strict=True):
        place = places[n]
        progress(f"Adding {paper.key}", 0, 0)
        claims, lost = _claims(paper, text[place.start : place.end], library, writer, options)
        left_out += lost
        added += [(paper, place, claims)] if claims else []
    new = [paper for paper, _, _ in added]
    style = options.style or draft_style(text, is_latex=latex)
    marks = Marks(style, new, first_number(text, style), escape_pandoc)
    write = sentence_latex if style in LATEX_STYLES else sentence_markdown
    additions = []
    for paper, place, claims in added:
        sentences = in_own_commands(" ".join(write(claim, marks) for claim in claims), text, style)
        put = after_list(place.end, sentences)
        if not place.is_list:
            put = after_paragraph(text, place.end, sentences)
        put = _with_line_ends(put, text)
        additions.append(Addition(key=paper.key, place=put.place, text=put.text, claims=claims))
    puts = [Put(addition.place, addition.text) for addition in additions]
    puts += [_with_line_ends(put, text) for put in reference_puts(text, new, marks)]
    revision = Revision(
        file=file,
        before=text,
        after=with_puts(text, puts),
        additions=tuple(additions),
        papers=tuple(new),
        left_out=(*left_out, *writer.notes()),
        writer=writer.name,
        run_id=new_run_id(),
        usage=writer.usage().model_copy(update={"seconds": round(time.monotonic() - started, 3)}),
    )
    request = Request(
        command="draft",
        question=f"{', '.join(options.keys)} into {file}",
        settings={"strict": options.is_strict},
        prompt_hashes=writer.prompt_hashes(),
        beside={"coverage": {"cited": len(new)}},
    )
    keep_run(revision, request, library, progress)
    return revision


@dataclass(frozen=True)
class _Place:
    """A paragraph that sentences may be added to, or a list that a paragraph may follow."""

    start: int
    end: int
    is_list: bool


def _places(text: str, latex: bool) -> list[_Place]:
    paragraphs = [_Place(a, b, False) for a, b in prose_spans(text, is_latex=latex)]
    lists = [_Place(a, b, True) for a, b in list_spans(text, is_latex=latex)]
    return sorted([*paragraphs, *lists], key=lambda place: place.start)


def _with_line_ends(put: Put, text: str) -> Put:
    """With the line ends of the draft."""
    return Put(put.place, re.sub(r"\r?\n", "\r\n", put.text)) if "\r\n" in text else put


def _is_there(paper: Paper, text: str) -> bool:
    """True when the draft cites the paper's key or a former key, or holds its title."""
    keys = {citation_key(key) for key in (paper.key, *paper.aliases)}
    title = normalise_title(paper.title)
    return bool(keys & cited_keys(text)) or (
        len(title.split()) > 2 and title in normalise_title(text)
    )


def _likeness(
    papers: Sequence[Paper], said: Sequence[str], library: Library
) -> NDArray[np.float32]:
    """Cosines of shape (papers, paragraphs): by meaning where there are vectors, else by words."""
    if library.has_vectors and not library.chunks.count_waiting():
        try:
            embedded = library.embedding().embed(list(said))
        except MissingEmbeddingError:
            pass  # there are vectors, and nothing here to compare a paragraph with them
        else:
            likeness: NDArray[np.float32] = vectors_of(papers, library) @ embedded.T
            return likeness
    paragraphs = [Paper(parts=(Part(name="body", text=paragraph),)) for paragraph in said]
    vectors: NDArray[np.float32] = by_words([*papers, *paragraphs])
    return vectors[: len(papers)] @ vectors[len(papers) :].T


def _claims(
    paper: Paper, paragraph: str, library: Library, writer: Writer, options: ReviseOptions
) -> tuple[tuple[Claim, ...], list[str]]:
    """The checked sentences on a paper, and what was left out of them."""
    query = clean(paragraph)[:_QUERY_CHARS]
    own = Filters(keys=(paper.key,))
    search = SearchOptions(1, filters=own, abstains=False, is_plain=True)
    evidence: Sequence[Evidence] = find(query, library, search).evidence
    if not evidence:
        evidence = [beginning_of(paper, library).model_copy(update={"tag": "E1"})]
    draft = writer.extend_paragraph(paragraph, evidence)
    may_judge, may_repair = options.effort != "quick", options.effort == "thorough"
    checks = Checks(may_judge=may_judge, may_repair=may_repair, judges_again=may_repair)
    claims = tuple(map(_cited, check_answer(draft, evidence, writer, checks, "").claims))
    if not claims:
        return (), [f"{paper.key} says nothing that could be quoted here"]
    bad = [claim for claim in claims if options.is_strict and claim.support in FAILING]
    kept = tuple(claim for claim in claims if claim not in bad)
    said = f"{counted(len(bad), 'sentence')} on {paper.key} without proof (strict)"
    return kept, [said] if bad else []


def _cited(claim: Claim) -> Claim:
    """The sentence as uncited where it cites nothing: in another's paragraph each has to cite."""
    return claim if claim.citations else claim.model_copy(update={"support": "uncited"})


def diff_of(revision: Revision, output: str = "") -> str:
    """What was changed, as a unified diff of the file and of what it becomes."""
    lines = difflib.unified_diff(
        revision.before.splitlines(keepends=True),
        revision.after.splitlines(keepends=True),
        revision.file,
        output or revision.file,
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
