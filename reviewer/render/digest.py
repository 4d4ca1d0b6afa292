"""A digest as Markdown and as JSON."""

from __future__ import annotations

import json

from reviewer.render.escape import escape
from reviewer.render.markdown import paper_line
from reviewer.text import counted
from reviewer.types.surveys import Digest


def digest_markdown(digest: Digest) -> str:
    """The saved questions with what bears on them, then all that came, the latest first."""
    new = counted(len(digest.arrivals), "new paper")
    lines = [f"# Since {digest.since}: {new} of {digest.papers} in the library", ""]
    for asked in digest.questions:
        lines += [f"## {escape(asked.question)}", ""]
        for hit in asked.hits:
            lines.append(f"- {paper_line(hit.paper)}")
            if hit.best_sentence is not None:
                lines.append(f'  "{escape(hit.best_sentence.text)}"')
        lines += [] if asked.hits else ["Nothing new bears on this."]
        lines.append("")
    if digest.arrivals:
        lines += ["## All that came", ""]
        lines += [f"- {a.came[:10]} · {paper_line(a.paper)}" for a in digest.arrivals]
        lines.append("")
    return "\n".join(lines)


def digest_json(digest: Digest) -> str:
    """As docs/output.md describes it."""
    document = {
        "schema": "review/digest/1",
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
    return json.dumps(document, ensure_ascii=True, indent=2) + "\n"
