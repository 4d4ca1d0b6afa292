"""Answers that the library keeps, with the papers that they cite as they are now."""

from __future__ import annotations

from reviewer.library import Library
from reviewer.tasks.answers.answer import AskOptions
from reviewer.tasks.answers.gather import PAPERS_BY_EFFORT, PAPERS_WITHOUT_MODEL
from reviewer.types import Answer, Citation, Evidence, Paper
from reviewer.types.evidence import Score
from reviewer.types.papers import Chunk, Part
from reviewer.types.runs import Run


def kept_answer(run: Run, library: Library) -> Answer:
    """The answer of a run, to be shown again, as `with_cited` does."""
    return with_cited(Answer.model_validate({**run.result, "usage": run.usage}), library)


def run_that_answers(
    question: str, options: AskOptions, model: str, library: Library
) -> Run | None:
    """The last run that asked the same of the same papers in the same way, with this model (empty
    for none); None where papers came or went since."""
    usual = PAPERS_BY_EFFORT[options.effort] if model else PAPERS_WITHOUT_MODEL
    settings = {
        "papers": options.papers or usual,
        "filters": options.filters.model_dump(mode="json"),
        "strict": options.is_strict,
    }
    for run in library.ledger.runs_that_ask("ask", question):
        is_same = (
            run.generation == library.database.generation
            and run.usage.model == model
            and run.result.get("effort") == options.effort
            and all(run.settings.get(name) == value for name, value in settings.items())
        )
        if is_same:
            return run
    return None


def with_cited(answer: Answer, library: Library) -> Answer:
    """The answer with one text of each cited paper as its evidence, which holds its quotes. A paper
    that has left the library is shown by its key and its quotes."""
    cited: dict[str, list[Citation]] = {}
    stances = (stance.citation for stance in answer.stances)
    of_claims = [citation for claim in answer.claims for citation in claim.citations]
    for citation in [*of_claims, *filter(None, stances)]:
        cited.setdefault(citation.paper_id, []).append(citation)
    evidence = tuple(
        _evidence(f"E{number}", own, library) for number, own in enumerate(cited.values(), start=1)
    )
    return answer.model_copy(update={"evidence": evidence})


def paper_as_cited(citations: list[Citation], library: Library) -> Paper:
    """The paper of these citations, of which there is one at least, with the id by which they name
    it; one of their quotes alone where these do not stand in it any more."""
    return _evidence("", citations, library).paper


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
