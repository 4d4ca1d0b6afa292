"""A digest as Markdown and as JSON."""

from __future__ import annotations

from reviewer.render.escape import escape
from reviewer.render.json import dump
from reviewer.render.markdown import paper_line
from reviewer.text import counted
from reviewer.types.surveys import Digest


def digest_markdown(digest: Digest) -> str:
    """The saved questions with the new papers about them, then all new papers, the latest first."""
    new = counted(len(digest.arrivals), "new paper")
    lines = [f"# Since {digest.since}: {new} of {digest.papers} in the library", ""]
    for asked in digest.questions:
        lines += [f"## {escape(asked.question)}", ""]
        for hit in asked.hits:
            lines.append(f"- {paper_line(hit.paper)}")
            if hit.best_sentence is not None:
                lines.append(f'  "{escape(hit.best_sentence.text)}"')
        lines += [] if asked.hits else ["No new paper is about this."]
        lines.append("")
    if digest.arrivals:
        lines += ["## All new papers", ""]
        lines += [f"- {a.came[:10]} · {paper_line(a.paper)}" for a in digest.arrivals]
        lines.append("")
    return "\n".join(lines)


def digest_json(digest: Digest) -> str:
    """As docs/output.md describes it."""
    document = {
        "since": digest.since,
        "papers": digest.papers,
        "arrivals": [
            {"key": a.paper.key, "title": a.paper.title, "came": a.came} for a in digest.arrivals
        ],
        "questions": [
            {
                "question": asked.question,
                "papers": [
                    {
                        "key": hit.paper.key,
                        "score": hit.score.total,
                        "sentence": hit.best_sentence.text if hit.best_sentence else "",
                    }
                    for hit in asked.hits
                ],
            }
            for asked in digest.questions
        ],
    }
    return dump("digest", document)
