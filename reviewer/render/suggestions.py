"""Suggested citations as Markdown and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from reviewer.render.describe import quoted_place
from reviewer.render.escape import escape
from reviewer.render.json import dump
from reviewer.text import clean, counted
from reviewer.text.views import shorten
from reviewer.types.checks import DraftSentence
from reviewer.types.suggestions import CitingSentence, SuggestedSentence, Suggestion, Suggestions

_SENTENCE_CHARS = 400
_QUOTE_CHARS = 300
_SAID = {
    "supported": "carries it, says the judge",
    "partial": "carries a part of it, says the judge",
    "contradicted": "says otherwise, says the judge",
    "unsupported": "does not say it, says the judge",
}
# How a sentence of one's own work stands to the paper's.
_RELATIONS = {
    "same": "says the same",
    "weaker": "your sentence says less than the paper's",
    "stronger": "your sentence says more than the paper's",
    "other setting": "the paper says it of another setting",
    "contradicts": "says otherwise",
}
# What the library says of a sentence of one's own work; the second where no judge read it.
_SAME, _NEAR, _PARTLY, _OTHERWISE, _NOBODY = STANDINGS = (
    "Said already",
    "Compare with these",
    "Said in part",
    "Somebody says otherwise",
    "Nobody here says it",
)


def suggestions_json(made: Suggestions) -> str:
    """Every sentence that lacks a citation, and every citing one, as they were found."""
    return dump("suggestions", made.model_dump(mode="json"))


def suggestions_markdown(made: Suggestions) -> str:
    """Sentences without a citation with their papers, odd citations, then the other citations; of
    one's own work, each sentence by whether somebody says it already."""
    title = "What the library says of" if made.is_own else "Suggested citations for"
    lines = [f"# {title} {escape(made.file)}", "", suggestions_line(made)]
    lines += ["", judge_line(made)] if made.lacking else []
    lines += [f"\n> {escape(note)}" for note in made.notes]
    with_papers = [item for item in made.lacking if item.suggestions]
    without = [item for item in made.lacking if not item.suggestions]
    if made.is_own:
        return "\n".join([*lines, *_own_parts(made)])
    lines += _part("Sentences that could cite", [x for item in with_papers for x in _lacking(item)])
    title = "Nothing in the library is near enough"
    lines += _part(title, [_sentence_line(item.sentence) for item in without])
    odd = [item for item in made.citing if item.is_odd]
    lines += _part("Citations to look at", [x for item in odd for x in _citing(item)])
    others = [x for item in made.citing if not item.is_odd for x in _citing(item)]
    return "\n".join([*lines, *_part("The other citations", others), ""])


def _own_parts(made: Suggestions) -> Iterator[str]:
    """Sentences of the user's own work by what the library says of them."""
    by_standing: dict[str, list[str]] = {name: [] for name in STANDINGS}
    for item in made.lacking:
        by_standing[standing_of(item)] += [_sentence_line(item.sentence), *_papers(item)]
    for name, lines in by_standing.items():
        yield from _part(name, lines)
    yield ""


def standing_of(item: SuggestedSentence) -> str:
    """Whether a paper says the sentence already, by the judge. Where none read it, whether a paper
    is near at all."""
    said = {suggestion.support for suggestion in item.suggestions}
    if "supported" in said:
        return _SAME
    if "contradicted" in said:
        return _OTHERWISE
    if "partial" in said:
        return _PARTLY
    return _NEAR if "unchecked" in said else _NOBODY


def suggestions_line(made: Suggestions) -> str:
    """How many sentences lack a citation, and how many citations are odd."""
    if made.is_own:
        counts = Counter(standing_of(item) for item in made.lacking)
        said = ", ".join(f"{name.lower()} {counts[name]}" for name in STANDINGS if counts[name])
        return f"{counted(len(made.lacking), 'sentence')} of your own: {said or 'nothing'}."
    found = sum(bool(item.suggestions) for item in made.lacking)
    odd = sum(item.is_odd for item in made.citing)
    return (
        f"{counted(made.sentences_read, 'sentence')}: {len(made.lacking)} without a citation, "
        f"for {found} of them there are papers; {len(made.citing)} with compared citations, "
        f"{odd} of them to look at."
    )


def judge_line(made: Suggestions) -> str:
    """How the papers were found and judged."""
    if made.is_own and not made.judge:
        return (
            "Found by search alone, which says who is near and not who says the same: read the "
            "papers' sentences. Nobody here says it: no paper of this library is near enough."
        )
    if made.is_own:
        return f"Found by search; judged by {made.judge}."
    if made.judge:
        return f"Found by search; judged by {made.judge}, which leaves out what carries nothing."
    return (
        "Found by search alone: read the paper's sentence before you cite it. What is marked clear "
        "is a close match, not a proof."
    )


def _part(title: str, lines: Sequence[str]) -> list[str]:
    return ["", f"## {title}", "", *lines] if lines else []


def _sentence_line(sentence: DraftSentence) -> str:
    keys = f" [{', '.join(map(escape, sentence.keys))}]" if sentence.keys else ""
    text = escape(shorten(clean(sentence.text), _SENTENCE_CHARS))
    return f"- Line {sentence.line}: {text}{keys}"


def _lacking(item: SuggestedSentence) -> Iterator[str]:
    yield f"{_sentence_line(item.sentence)} ({item.purpose})"
    yield from _papers(item)


def _papers(item: SuggestedSentence) -> Iterator[str]:
    for suggestion in item.suggestions:
        yield f"  - {suggestion.number}: {_paper(suggestion)}"
        quote = escape(shorten(clean(suggestion.citation.quote), _QUOTE_CHARS))
        yield f'    - "{quote}" ({quoted_place(suggestion.citation)})'


def said_of(suggestion: Suggestion) -> str:
    """What is known of the suggestion, in words: how one's own sentence stands to the paper's, or
    what the judge said."""
    if suggestion.relation:
        basis = "by words alone" if suggestion.support == "unchecked" else "says the judge"
        return f"{_RELATIONS[suggestion.relation]}, {basis}"
    return _SAID.get(suggestion.support, "clear" if suggestion.is_clear else "")


def _paper(suggestion: Suggestion) -> str:
    year = f" ({suggestion.year})" if suggestion.year else ""
    said = said_of(suggestion)
    reason = f": {escape(suggestion.reason)}" if suggestion.reason else ""
    remark = f" *{said}*{reason}" if said else ""
    return f"**{escape(suggestion.key)}** {escape(clean(suggestion.title))}{year}{remark}"


def _citing(item: CitingSentence) -> Iterator[str]:
    yield _sentence_line(item.sentence)
    for paper in item.cited:
        place = f"place {paper.rank}" if paper.rank else "not among the 20 nearest"
        yield f"  - {escape(paper.key)}: {place}"
    if item.nearer:
        yield f"  - nearer: {', '.join(map(escape, item.nearer))}"
