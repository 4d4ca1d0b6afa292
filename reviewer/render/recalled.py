"""Recalled claims as Markdown and as JSON."""

from __future__ import annotations

from reviewer.render.citation_syntax import pandoc_key
from reviewer.render.escape import escape
from reviewer.render.json import dump
from reviewer.text import clean, counted
from reviewer.types.memory import Recalled, RecalledClaim


def recalled_markdown(recalled: Recalled) -> str:
    """Each claim with its citations, what it was made for, and the sentences that it cites."""
    lines = []
    for found in recalled.claims:
        keys = dict.fromkeys(citation.key for citation in found.claim.citations)
        mark = "; ".join(map(pandoc_key, keys))  # as pandoc and `review check` read it back
        lines += [f"- {escape(clean(found.claim.text))} [{mark}]", f"  {_origin(found)}"]
        for citation in found.claim.citations:
            page = f", p. {citation.page}" if citation.page else ""
            lines.append(f'  > "{escape(clean(citation.quote))}" ({escape(citation.key)}{page})')
        lines.append("")
    if not recalled.claims:
        lines += [f"No claim of {counted(recalled.runs, 'run')} is about this.", ""]
    return "\n".join(lines)


def gone_line(recalled: Recalled) -> str:
    """How many claims were found too and are not shown; empty for 0."""
    if not recalled.gone:
        return ""
    return f"{counted(recalled.gone, 'claim')} left out: a cited sentence is gone or changed"


def _origin(found: RecalledClaim) -> str:
    by = f"{escape(found.who)}, " if found.who else ""
    about = escape(clean(found.question))
    return f"{found.command}: {about} ({by}{found.started[:10]}, run {found.run_id})"


def recalled_json(recalled: Recalled) -> str:
    """As docs/output.md describes it."""
    return dump("recalled", recalled.model_dump(mode="json"))
