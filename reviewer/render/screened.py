"""The records of a screening for other programs: CSV, RIS and the log, with all decisions."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from reviewer.render.ris import ris
from reviewer.text import clean
from reviewer.text.spreadsheet import escape_formula
from reviewer.types.screening import Decision, LocatedQuote, ScreenedRecord, ScreenedRecords

_HEAD = (
    "key title abstract authors year venue doi pmid url included screen_decision screen_stage "
    "screen_reason screen_reviewers screen_note screen_quote screen_log"
).split()
_RAYYAN = {"include": "Included", "exclude": "Excluded", "maybe": "Maybe"}


def screened_csv(screened: ScreenedRecords) -> str:
    """One line a record. `included` is 1, 0 or empty, as ASReview and others read it; `screen_log`
    has all decisions, so that `review screen import` takes each back as it was."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEAD)
    for record in screened.records:
        paper = record.paper
        line = [
            paper.key, clean(paper.title), clean(paper.abstract), "; ".join(paper.authors),
            str(paper.year or ""), paper.venue, paper.doi, paper.pmid, paper.url,
            _included(record), record.verdict, record.stage, "; ".join(record.reasons),
            "; ".join(record.readers), *_notes(record),
        ]  # fmt: skip
        writer.writerow([*map(escape_formula, line), _log(record.decisions)])
    return out.getvalue()


def _notes(record: ScreenedRecord) -> tuple[str, str]:
    """All notes and all quotes that were not taken back, each once: a note that was kept before the
    verdict stands in both. A quote has its page where that is known."""
    gone = {own.undoes for own in record.decisions if own.undoes}
    kept = [own for own in record.decisions if own.id not in gone]
    notes = dict.fromkeys(own.note for own in kept if own.note)
    quotes = dict.fromkeys(_quoted(own.quote) for own in kept if own.quote)
    return " | ".join(notes), " | ".join(quotes)


def _quoted(quote: LocatedQuote) -> str:
    return clean(quote.text) + (f" (p. {quote.page})" if quote.page else "")


def screened_ris(screened: ScreenedRecords) -> str:
    """One entry a record. The notes stand first: EndNote loses the last line of an entry. ASReview
    and Rayyan read their own marks in them."""
    entries = []
    for record in screened.records:
        head, _, rest = ris([record.paper]).partition("\n")
        seen = {"1": "relevant", "0": "irrelevant"}.get(_included(record), "not_seen")
        notes = [f"ASReview_{seen}"]
        if named := _rayyan(record):
            notes.append(named)
        notes.append(f"screen_log: {_log(record.decisions)}")
        entries.append("\n".join([head, *(f"N1  - {note}" for note in notes), rest]))
    return "\n".join(entries)


def screened_jsonl(screened: ScreenedRecords) -> str:
    """The log: one decision with its paper a line, or one event with its papers by id, in the order
    of their times."""
    lines: list[tuple[str, dict[str, Any]]] = []
    about = {
        own.paper.id: {"key": own.paper.key, "title": own.paper.title, "doi": own.paper.doi}
        for own in screened.records
    }
    for record in screened.records:
        paper = about[record.paper.id]
        lines += [
            (own.at, {"paper": paper, "decision": own.model_dump(mode="json")})
            for own in record.decisions
        ]
    for event in screened.events:
        named = {one: about[one] for one in (event.paper_id, *event.value.split()) if one in about}
        lines.append((event.at, {"event": event.model_dump(mode="json"), "papers": named}))
    lines.sort(key=lambda line: line[0])
    return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for _, line in lines)


def _included(record: ScreenedRecord) -> str:
    return {"include": "1", "maybe": "1", "exclude": "0"}.get(record.verdict, "")


def _log(decisions: Sequence[Decision]) -> str:
    return json.dumps([own.model_dump(mode="json") for own in decisions], ensure_ascii=False)


def _rayyan(record: ScreenedRecord) -> str:
    """The decisions that stand, as Rayyan writes them."""
    last = {d.reviewer: d for d in record.standing}
    said = [
        f'"{name}"=>"{_RAYYAN[own.verdict]}"'
        for name, own in sorted(last.items())
        if own.verdict in _RAYYAN
    ]
    if not said:
        return ""
    reasons = sorted({reason for own in last.values() for reason in own.reasons})
    why = f" | RAYYAN-EXCLUSION-REASONS: {','.join(reasons)}" if reasons else ""
    return f"RAYYAN-INCLUSION: {{{', '.join(said)}}}{why}"
