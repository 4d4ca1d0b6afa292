"""Results as Markdown. Text from papers stays text: nothing in it can be markup."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from reviewer.render.describe import byline, joined_spans, link_of, ocr_words, readable_date
from reviewer.render.escape import escape, escape_plain
from reviewer.text import counted
from reviewer.text.entry_types import marked_title
from reviewer.text.views import clean_view
from reviewer.types import Citation, Paper
from reviewer.types.evidence import Score
from reviewer.types.papers import Origin
from reviewer.types.searches import Found, Hit


def found_markdown(found: Found, *, explained: bool = False, head: str = "") -> str:
    """Ranked papers, each with its best sentence and why it was found, in short or, with
    `explained`, part by part. `head` replaces the line that counts the papers that match."""
    if not head and found.matched:
        match = "matches" if found.matched == 1 else "match"
        head = f"{found.matched} of {counted(found.papers, 'paper')} {match} ({found.method})."
        if any(hit.is_weak for hit in found.hits):
            head += " Those called weak are below the relevance floor."
    elif not head:
        head = f"No paper matches.{' Nearest:' if found.hits else ''}"
    lines = [head, "", *([escape(found.reason), ""] if found.reason else [])]
    if found.understood.notes:
        lines += [escape(" ".join(found.understood.notes)), ""]
    number = 0
    for title, hits in _by_side(found):
        lines += [f"## {escape(title)}", ""] if title else []
        for number, hit in enumerate(hits, start=number + 1):  # noqa: B020  numbers go on
            lines += [f"{number}. {paper_line(hit.paper)}", *_hit_lines(hit, found, explained), ""]
        lines += ["Nothing here matches this side.", ""] if title and not hits else []
    if found.left_out:
        lines += [f"Left out: {'; '.join(found.left_out)}.", ""]
    return "\n".join(lines)


def _by_side(found: Found) -> list[tuple[str, list[Hit]]]:
    """The papers under the head of their side, without a head where nothing is compared. Those on
    several sides come first."""
    sides = found.understood.sides
    if not any(side.keys for side in sides):
        return [("", list(found.hits))]
    on = {h.paper.key: [s.name for s in sides if h.paper.key in s.keys] for h in found.hits}
    several = [hit for hit in found.hits if len(on[hit.paper.key]) > 1]
    neither = [hit for hit in found.hits if not on[hit.paper.key]]
    groups = [("On several sides", several)] if several else []
    for side in sides:
        own = [hit for hit in found.hits if on[hit.paper.key] == [side.name]]
        if own or not side.keys:
            groups.append((f"Side: {side.name}", own))
    return [*groups, *([("On neither side", neither)] if neither else [])]


def _hit_lines(hit: Hit, found: Found, explained: bool) -> list[str]:
    """The best sentence, and why the paper was found."""
    quoted = [f'   "{escape(hit.best_sentence.text)}"'] if hit.best_sentence is not None else []
    marks = "weak match, " if hit.is_weak and found.matched else ""
    if hit.paper.key in found.understood.pushed_down:
        marks += "on what the question excludes, "
    if explained:
        return [*quoted, *_explained(hit.score, marks)]
    return [*quoted, f"   ({marks}{escape(_why(hit.score))})"]


def _why(score: Score) -> str:
    why = [f"score {score.total:.2f}"]
    if score.terms:
        why.append("words " + ", ".join(score.terms))
    if score.cosine is not None:
        why.append(f"meaning {score.cosine:.2f}")
    if score.reranker is not None:
        why.append(f"reranker {score.reranker:.2f}")
    return "; ".join(why)


def _explained(score: Score, weak: str) -> list[str]:
    """The parts of a score, one on each line, without those that this search did not use."""
    parts = [
        ("words", score.lexical, score.terms),
        ("feedback words", score.feedback, score.feedback_terms),
        ("meaning", score.dense, ()),
        ("best sentence", score.sentence, ()),
        ("the best papers' mean", score.rocchio, ()),
        ("nearest papers", score.neighbours, ()),
    ]
    lines = [f"   - {weak}score {score.total:.3f}, the weighted mean of:"]
    for name, value, terms in parts:
        named = f" ({escape(', '.join(terms))})" if terms else ""
        lines += [f"   - {name} {value:.3f}{named}"] if value is not None else []
        if name == "best sentence" and score.answers:
            lines.append(
                f"   - that is a question that its card says it answers: {escape(score.answers)}"
            )
    if score.reranker is not None:
        lines.append(f"   - and of the reranker's order (relevant with {score.reranker:.3f})")
    return [*lines, f"   - share of the question's words {score.coverage:.2f}"]


def paper_markdown(
    paper: Paper, marked: Sequence[tuple[str, Citation]], answers: Sequence[str] = ()
) -> str:
    """A paper with the user's note and its texts. What past answers quoted from it is in bold.
    `answers` are questions that a model's card says it answers."""
    lines = [f"# {escape(paper.title)}", "", paper_line(paper), "", *_note(paper)]
    for part in paper.parts:
        if part.name == "title":
            continue
        spans = [(c.start, c.end) for _, c in marked if c.part == part.name]
        lines += [f"## {part.name.capitalize()}", "", _with_marks(part.text, spans), ""]
    if marked:
        questions = dict.fromkeys(question for question, _ in marked)
        lines += ["## Quoted in answers to", "", *(f"- {escape(q)}" for q in questions), ""]
    if answers:
        lines += ["## Answers, by its card", "", *(f"- {escape(q)}" for q in answers), ""]
    certainty = paper.extra.get("certainty")
    sure = certainty.items() if isinstance(certainty, dict) else ()
    retraction = (str(v) for n, v in sorted(paper.extra.items()) if n.startswith("retraction_"))
    facts = {
        "Keywords": ", ".join(paper.keywords),
        "Tags": ", ".join(paper.tags),
        "Other versions": ", ".join(paper.versions),
        "Retraction": "; ".join(retraction),
        "Also known as": ", ".join(paper.aliases),
        # Of a PDF: `title likely, authors guess`.
        "Found on its pages": ", ".join(f"{name} {how}" for name, how in sure),
        "Read by a machine": ocr_words(paper),
        "Left out": str(paper.extra.get("hidden_text", "")),
        "Read from": ", ".join(_place(origin) for origin in paper.origins),
    }
    lines += [f"{name}: {escape(value)}  " for name, value in facts.items() if value]
    return "\n".join([*lines, ""])


def _place(origin: Origin) -> str:
    """Where an entry was read; what is not a file has no lines."""
    return f"{origin.file}:{origin.position}" if origin.position else origin.file


def _note(paper: Paper) -> list[str]:
    """What the user noted on the paper, line by line."""
    own = [escape(line) for line in paper.notes.splitlines()]
    return ["## Note", "", "  \n".join(own), ""] if paper.notes.strip() else []


def _with_marks(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The cleaned text. What is in the `spans` of the original is bold."""
    view = clean_view(text)
    out, at = [], 0
    for start, end in joined_spans(spans):
        first, last = bisect_left(view.offsets, start), bisect_left(view.offsets, end)
        bold = escape_plain(view.text[first:last].strip())
        out += [escape_plain(view.text[at:first]), f"**{bold}**" if bold else ""]
        at = last
    return "".join([*out, escape_plain(view.text[at:])])


def paper_line(paper: Paper) -> str:
    """Key, title, authors or their note, venue, date and link, as far as they are known."""
    link = link_of(paper)
    texts = map(escape, (marked_title(paper), byline(paper), paper.venue))
    pieces = [paper.key, *texts, readable_date(paper), f"<{link}>" if link else ""]
    return " · ".join(filter(None, pieces))


def table_row(cells: Sequence[str]) -> str:
    """A row of a Markdown table, of cells that are escaped already."""
    return f"| {' | '.join(cells)} |"
