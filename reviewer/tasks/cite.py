"""cite_claims: an assistant's claims, each with its proof, as text with citations by code."""

from __future__ import annotations

import time
from collections.abc import Sequence

from reviewer.errors import UsageError
from reviewer.grounding.agents import check_claims, keys_of, outcome_of
from reviewer.library import Library, keep_run
from reviewer.library.run_log import Request, new_run_id
from reviewer.render.cited_text import CITE_STYLES
from reviewer.search import find_words
from reviewer.text.views import one_line, shorten
from reviewer.types import Paper
from reviewer.types.agents import CheckedClaim, CitedText, GivenClaim, Objection
from reviewer.types.progress import Progress, silent
from reviewer.types.writer import Writer

MOST_CLAIMS = 200
_MOST_ELSEWHERE = 20  # lost quotes that are looked for in the whole library
_TITLE_CHARS = 120


def cite_claims(
    claims: Sequence[GivenClaim],
    library: Library,
    writer: Writer,
    style: str = "pandoc",
    progress: Progress = silent,
) -> CitedText:
    """The claims with citations that code has located, each objection, and the papers that are
    cited.

    The writer judges whether quotes carry their claims, if it can. Raises UsageError without a
    claim, for more than MOST_CLAIMS and for an unknown style, ModelError when a model fails.
    """
    started = time.monotonic()
    if not claims:
        raise UsageError("there is no claim", hint="Give each claim with its quotes.")
    if len(claims) > MOST_CLAIMS:
        raise UsageError(f"{len(claims)} claims are too many", hint=f"Give {MOST_CLAIMS} at most.")
    if style not in CITE_STYLES:
        raise UsageError(f"unknown style '{style}'", hint=f"Use {', '.join(CITE_STYLES)}.")
    progress("Checking", 0, len(claims))
    papers = _papers_of(claims, library)
    checked = _with_elsewhere(check_claims(claims, papers, writer), library)
    by_id = {paper.id: paper for paper in papers.values()}
    passing = [item.claim for item in checked if not item.fails]
    cited = dict.fromkeys(c.paper_id for claim in passing for c in claim.citations)
    result = CitedText(
        claims=checked,
        papers=tuple(by_id[paper_id] for paper_id in cited),
        outcome=outcome_of(checked),
        style=style,
        writer=writer.name,
        judge=writer.judge_name,
        run_id=new_run_id(),
        usage=writer.usage().model_copy(update={"seconds": round(time.monotonic() - started, 3)}),
    )
    request = Request(
        command="cite",
        question=shorten(one_line(claims[0].text), _TITLE_CHARS),
        settings={"style": style},
        prompt_hashes=writer.prompt_hashes(),
        beside={"claims": [_kept(item) for item in checked], "coverage": {"cited": len(cited)}},
    )
    keep_run(result, request, library, progress)
    return result


def _kept(item: CheckedClaim) -> dict[str, object]:
    """A claim as all runs keep them, with the objections to it."""
    objections = [objection.reason for objection in item.objections]
    return {**item.claim.model_dump(mode="json"), "objections": objections}


def _papers_of(claims: Sequence[GivenClaim], library: Library) -> dict[str, Paper]:
    """The papers that are named, by the keys as they are given."""
    with library.alone:
        found = {key: library.catalogue.paper_named(key) for key in keys_of(claims)}
    return {key: paper for key, paper in found.items() if paper is not None}


def _with_elsewhere(checked: Sequence[CheckedClaim], library: Library) -> tuple[CheckedClaim, ...]:
    """The claims, each lost quote with the keys of other papers that have it."""
    left = _MOST_ELSEWHERE
    found = []
    for item in checked:
        objections = []
        for objection in item.objections:
            if left and objection.quote:
                left -= 1
                objection = _sought(objection, library)
            objections.append(objection)
        found.append(item.model_copy(update={"objections": tuple(objections)}))
    return tuple(found)


def _sought(objection: Objection, library: Library) -> Objection:
    try:
        places = find_words(objection.quote, library, 3).found
    except UsageError:  # no words at all
        return objection
    own = objection.near.paper_id if objection.near else ""
    keys = tuple(p.key for p in places if p.is_exact and p.paper_id != own)
    return objection.model_copy(update={"elsewhere": keys})
