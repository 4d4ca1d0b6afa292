"""An answer that the library keeps, with the papers that it cites as they are now."""

from __future__ import annotations

from reviewer.library import Library
from reviewer.types import Answer, Citation, Evidence, Paper
from reviewer.types.evidence import Score
from reviewer.types.papers import Chunk, Part
from reviewer.types.runs import Run


def kept_answer(run: Run, library: Library) -> Answer:
    """The answer of a run, to be shown again. Its evidence is one text of each cited paper, which
    holds its quotes. A paper that has left the library is shown by its key and its quotes."""
    answer = Answer.model_validate({**run.result, "usage": run.usage})
    cited: dict[str, list[Citation]] = {}
    stances = (stance.citation for stance in answer.stances)
    of_claims = [citation for claim in answer.claims for citation in claim.citations]
    for citation in [*of_claims, *filter(None, stances)]:
        cited.setdefault(citation.paper_id, []).append(citation)
    evidence = tuple(
        _evidence(f"E{number}", own, library) for number, own in enumerate(cited.values(), start=1)
    )
    return answer.model_copy(update={"evidence": evidence})


def _evidence(tag: str, citations: list[Citation], library: Library) -> Evidence:
    first = citations[0]
    paper = library.catalogue.paper_named(first.paper_id)
    if paper is None or any(not _stands(citation, paper) for citation in citations):
        paper = _of_quotes(citations, paper)
    else:  # a paper that was merged has another id
        paper = paper.model_copy(update={"id": first.paper_id})
    chunk = Chunk(
        id=first.chunk_id,
        paper_id=first.paper_id,
        part=first.part,
        page=first.page,
        start=first.start,
        end=first.end,
        text=first.quote,
    )
    return Evidence(tag=tag, paper=paper, chunk=chunk, score=Score(total=0.0))


def _stands(citation: Citation, paper: Paper) -> bool:
    return paper.text_of(citation.part)[citation.start : citation.end] == citation.quote


def _of_quotes(citations: list[Citation], paper: Paper | None) -> Paper:
    """A paper whose texts have spaces where they are not known any more and the quotes in their
    places."""
    first = citations[0]
    texts: dict[str, list[str]] = {}
    for citation in citations:
        text = texts.setdefault(citation.part, [])
        text.extend(" " * (citation.end - len(text)))
        text[citation.start : citation.end] = citation.quote
    name = f"{first.key} (no longer in the library)" if paper is None else paper.title
    texts.setdefault("title", list(name))
    parts = tuple(Part(name=part, text="".join(text)) for part, text in texts.items())  # type: ignore[arg-type]
    if paper is None:
        return Paper(id=first.paper_id, key=first.key, parts=parts)
    return paper.model_copy(update={"id": first.paper_id, "parts": parts})
