"""Pairs of findings that may contradict each other, as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reviewer.render.describe import quoted_place
from reviewer.render.escape import escape
from reviewer.render.json import dump
from reviewer.text import clean, counted
from reviewer.text.option_notes import with_option
from reviewer.text.views import shorten
from reviewer.types.disagreements import Disagreements, Finding, FindingPair

SHOWN_PAIRS = 20
_QUOTE_CHARS, _CONDITION_CHARS = 400, 160
_DISAGREE, _OPEN, _APART = "Disagreements", "May disagree", "No disagreement, says the judge"
NO_SIGN = "No two findings are near each other with a sign that they disagree."


def disagreements_json(made: Disagreements) -> str:
    """Every pair, as it was found."""
    return dump("disagreements", made.model_dump(mode="json"))


def disagreements_markdown(made: Disagreements) -> str:
    """The pairs under what is known of them; of those that nobody judged, the first 20."""
    lines = [f"# {disagreements_title(made)}", "", disagreements_line(made)]
    lines += ["", how_found(made)]
    lines += [f"\n> {escape(note)}" for note in made.notes]
    for title, pairs in parts_of(made):
        shown = pairs[:SHOWN_PAIRS]
        lines += ["", f"## {title}", "", *(line for pair in shown for line in _pair(pair))]
        if len(pairs) > len(shown):
            lines += ["", f"{len(pairs) - len(shown)} more: -o FILE.html shows all."]
    return "\n".join([*lines, ""])


def disagreements_title(made: Disagreements) -> str:
    about = made.topic or made.file or made.with_key
    return f"Where papers disagree{': ' * bool(about)}{escape(clean(about))}"


def disagreements_line(made: Disagreements) -> str:
    """What was compared, and how many pairs were found."""
    read = f"{counted(made.findings_read, 'finding')} of {counted(made.papers_read, 'paper')}"
    if not made.pairs:
        return f"{read}. {NO_SIGN}"
    if not made.judge:
        return f"{read}: {counted(len(made.pairs), 'pair')} that may disagree."
    sure = sum(pair.support == "contradicted" for pair in made.pairs)
    judged = sum(pair.support != "unchecked" for pair in made.pairs)
    return f"{read}: {counted(judged, 'pair')} judged, {sure} of them disagree."


def how_found(made: Disagreements) -> str:
    """What the pairs rest on, in words."""
    if made.judge:
        return f"Found by words and nearness; judged by {made.judge}. Read both sentences."
    return (
        "Found by words and nearness alone, so these are candidates and most do not disagree: read "
        f"both sentences. {with_option('With a model', '--model')} a judge says which do."
    )


def parts_of(made: Disagreements) -> Iterator[tuple[str, Sequence[FindingPair]]]:
    """The pairs that disagree, those that may, and those that do not, under their titles."""
    sure = [pair for pair in made.pairs if pair.support == "contradicted"]
    unjudged = [pair for pair in made.pairs if pair.support == "unchecked"]
    others = [pair for pair in made.pairs if pair not in sure and pair not in unjudged]
    for title, pairs in ((_DISAGREE, sure), (_OPEN, unjudged), (_APART, others)):
        if pairs:
            yield title, pairs


def reasons_of(pair: FindingPair) -> Iterator[tuple[str, str]]:
    """What speaks for a contradiction and what does not decide it, each with its label."""
    if pair.reason:
        yield "The judge", pair.reason
    yield "Signs", "; ".join(pair.signs)
    if pair.shared:
        yield "In both, so it does not decide", ", ".join(pair.shared)


def _pair(pair: FindingPair) -> Iterator[str]:
    yield f"{pair.number}. {_finding(pair.first)}"
    yield from _conditions(pair.first)
    yield f"   - {_finding(pair.second)}"
    yield from _conditions(pair.second)
    for label, words in reasons_of(pair):
        yield f"   - {label}: {escape(words)}"


def _finding(finding: Finding) -> str:
    year = f" ({finding.year})" if finding.year else ""
    quote = escape(shorten(clean(finding.citation.quote), _QUOTE_CHARS))
    place = quoted_place(finding.citation)
    return f'**{escape(finding.key)}**{year} "{quote}" ({finding.number}, {place})'


def _conditions(finding: Finding) -> Iterator[str]:
    if finding.conditions:
        quotes = [shorten(clean(c.quote), _CONDITION_CHARS) for c in finding.conditions]
        said = "; ".join(f'"{escape(quote)}"' for quote in quotes)
        yield f"   - conditions of {escape(finding.key)}: {said}"
