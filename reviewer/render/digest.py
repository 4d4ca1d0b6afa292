"""A digest as Markdown and as JSON."""

from __future__ import annotations

from reviewer.render.escape import escape
from reviewer.render.json import dump
from reviewer.render.markdown import paper_line
from reviewer.text import counted
from reviewer.types.searches import Hit
from reviewer.types.surveys import Digest


def digest_markdown(digest: Digest) -> str:
    """The saved questions with the new papers about them, then all new papers, the latest first."""
    new = counted(len(digest.arrivals), "new paper")
    lines = [f"# Since {digest.since}: {new} of {digest.papers} in the library", ""]
    for asked in digest.questions:
        name = f" ({escape(asked.name)})" if asked.name else ""
        lines += [f"## {escape(asked.question)}{name}", ""]
        for hit in asked.hits:
            lines += [f"- {paper_line(hit.paper)}"]
            lines += [f'  "{escape(hit.best_sentence.text)}"'] if hit.best_sentence else []
        lines += [] if asked.hits else ["No new paper is about this."]
        lines.append("")
    if digest.arrivals:
        new_papers = (f"- {a.came[:10]} · {paper_line(a.paper)}" for a in digest.arrivals)
        lines += ["## All new papers", "", *new_papers, ""]
    return "\n".join(lines)


def digest_json(digest: Digest) -> str:
    """As docs/output.md describes it."""
    arrivals = [
        {"key": a.paper.key, "title": a.paper.title, "came": a.came} for a in digest.arrivals
    ]
    questions = [
        {
            "question": asked.question,
            "name": asked.name,
            "papers": [_hit(hit) for hit in asked.hits],
        }
        for asked in digest.questions
    ]
    counts = {"since": digest.since, "papers": digest.papers}
    return dump("digest", {**counts, "arrivals": arrivals, "questions": questions})


def _hit(hit: Hit) -> dict[str, object]:
    sentence = hit.best_sentence.text if hit.best_sentence else ""
    return {"key": hit.paper.key, "score": hit.score.total, "sentence": sentence}
