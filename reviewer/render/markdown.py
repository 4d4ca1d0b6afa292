"""Results as Markdown. Text from papers stays text: nothing in it can be markup."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from reviewer.render.answer_parts import (
    NOT_PROVEN,
    checks_line,
    failed_claims,
    failed_words,
    is_failed,
    numeric_marks,
    paragraphs_of,
    proof_words,
    quotes_by_paper,
    reads_as_list,
    verdict_papers,
    why_failed,
)
from reviewer.render.cited_sentence import is_quote, marked_sentence
from reviewer.render.claim_notes import remarks_on
from reviewer.render.describe import byline, joined_spans, link_of, quoted_place, readable_date
from reviewer.render.escape import escape, escape_plain
from reviewer.render.in_text import Marks, page_words
from reviewer.render.provenance import (
    answer_head,
    answer_title,
    claims_by_side,
    coverage_line,
    references_of,
)
from reviewer.text import counted
from reviewer.text.entry_types import marked_title
from reviewer.text.views import clean_view
from reviewer.types import Answer, Citation, Claim, Paper
from reviewer.types.evidence import Score
from reviewer.types.searches import Found, Hit


def answer_markdown(answer: Answer, *, as_list: bool = False, with_proof: bool = False) -> str:
    """The answer as text with numbered marks, the verdict, what is not proven, and references.

    `as_list` gives each sentence a line of its own with its remark, and each stance its sentence.
    `with_proof` adds each sentence with its quotes and how it stands by them.
    """
    lines = [f"# {escape(answer_title(answer))}", ""]
    if not answer.claims:
        coverage = escape(coverage_line(answer.coverage))
        return "\n".join([*lines, *_nothing(answer), coverage, ""])
    numbers = {one.paper.id: one.number for one in references_of(answer)}
    is_written = not reads_as_list(answer)
    made = [line for line in (answer_head(answer), checks_line(answer) * is_written) if line]
    # What is quoted is said first: it is not what a reader of an answer expects.
    lines += [] if is_written and not as_list else [escape(made.pop(0)), ""]
    lines += ["## Nearest, may not answer", ""] if answer.is_weak else []
    for title, claims in claims_by_side(answer):
        lines += [f"## {escape(title)}", ""] if title else []
        if not claims:
            lines += ["Nothing here matches this side.", ""]
        elif as_list or not is_written:
            lines += [*(_claim(claim, numbers) for claim in claims), ""]
        else:
            lines += _paragraphs(claims, numeric_marks(answer))
    lines += _verdict(answer)
    lines += [] if as_list or not is_written else _not_proven(answer)
    lines += _stances(answer, numbers) if as_list else []
    lines += ["## References", ""]
    for reference in references_of(answer):
        lines += [f"[{reference.number}] {paper_line(reference.paper)}", ""]
    lines += _proof(answer, numbers) if with_proof else []
    lines += _stances(answer, numbers) if with_proof and not as_list else []
    last = map(escape, [*made, coverage_line(answer.coverage)])
    return "\n".join([*lines, " ".join(last), ""])


def _nothing(answer: Answer) -> list[str]:
    """That there is no answer, why, and the nearest papers."""
    lines = ["Not enough evidence in this library to answer.", ""]
    lines += [escape(answer.coverage.reason), ""] if answer.coverage.reason else []
    if answer.nearest:
        near = (f"- {paper_line(paper)}" for paper in answer.nearest)
        lines += ["Nearest papers, which may not answer:", "", *near, ""]
    return lines


def _paragraphs(claims: Sequence[Claim], marks: Marks) -> list[str]:
    """The sentences as text, an empty line behind each paragraph."""
    return [
        line
        for own in paragraphs_of(claims)
        for line in (" ".join(_sentence(claim, marks) for claim in own), "")
    ]


def _sentence(claim: Claim, marks: Marks) -> str:
    """The escaped sentence with its marks at their clauses. No mark can be read as a link."""
    said = marked_sentence(claim, marks, escape, lambda text: f'"{escape(text)}"')
    return said + NOT_PROVEN * (is_failed(claim) and not is_quote(claim))


def _verdict(answer: Answer) -> list[str]:
    """The count of stances, and which papers take each."""
    if not answer.verdict:
        return []
    marks = numeric_marks(answer)
    papers = (f"{name.capitalize()} {marks.of(own)}." for name, own in verdict_papers(answer))
    return [" ".join([f"**{answer.verdict}.**", *papers]), ""]


def _not_proven(answer: Answer) -> list[str]:
    """The sentences that failed a check, each with the reason."""
    failed = failed_claims(answer)
    lines = [
        f'- {NOT_PROVEN} "{escape(failed_words(c))}": {escape(why_failed(c))}.' for c in failed
    ]
    return ["## Not proven", "", *lines, ""] if lines else []


def _proof(answer: Answer, numbers: dict[str, int]) -> list[str]:
    """Each sentence with how it stands, and under it what it quotes and where."""
    lines = ["## Proof", ""]
    for n, claim in enumerate(answer.claims, start=1):
        said = f"{escape(claim.text)} *({escape(proof_words(claim))})*"
        lines.append(f"{n}. {said}" if not is_quote(claim) else f"{n}. {_quoted(claim, numbers)}")
        quotes = () if is_quote(claim) else claim.citations
        lines += [f"   - {_quote(c, numbers)}" for c in quotes]
    return [*lines, ""]


def _quoted(claim: Claim, numbers: dict[str, int]) -> str:
    return "; ".join(_quote(citation, numbers) for citation in claim.citations)


def _quote(citation: Citation, numbers: dict[str, int]) -> str:
    """`[1] "Apples are round." (abstract, characters 0 to 17)`."""
    said = f'"{escape(citation.quote)}" ({quoted_place(citation)})'
    return f"[{numbers[citation.paper_id]}] {said}"


def _stances(answer: Answer, numbers: dict[str, int]) -> list[str]:
    """Each stance that was taken, with the sentence that shows it."""
    lines = [
        f'- {name} [{numbers[c.paper_id]}{_at_page([c])}]: "{escape(c.quote)}"'
        for name, own in verdict_papers(answer)
        for c in own
    ]
    return ["## Stances", "", *lines, ""] if lines else []


def _claim(claim: Claim, numbers: dict[str, int]) -> str:
    text = escape(claim.text)
    pieces = [f'- "{text}"' if is_quote(claim) else f"- {text}"]
    for own in quotes_by_paper(claim.citations):
        pieces.append(f"[{numbers[own[0].paper_id]}{_at_page(own)}]")
    if remarks := remarks_on(claim):
        pieces.append(f"*({escape(remarks)})*")
    return " ".join(pieces)


def _at_page(citations: Iterable[Citation]) -> str:
    return page_words([citation.page for citation in citations if citation.page])


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
    if score.reranker is not None:
        lines.append(f"   - and of the reranker's order (relevant with {score.reranker:.3f})")
    return [*lines, f"   - share of the question's words {score.coverage:.2f}"]


def paper_markdown(paper: Paper, marked: Sequence[tuple[str, Citation]]) -> str:
    """A paper with the user's note and its texts. What past answers quoted from it is in bold."""
    lines = [f"# {escape(paper.title)}", "", paper_line(paper), "", *_note(paper)]
    for part in paper.parts:
        if part.name == "title":
            continue
        spans = [(c.start, c.end) for _, c in marked if c.part == part.name]
        lines += [f"## {part.name.capitalize()}", "", _with_marks(part.text, spans), ""]
    if marked:
        questions = dict.fromkeys(question for question, _ in marked)
        lines += ["## Quoted in answers to", "", *(f"- {escape(q)}" for q in questions), ""]
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
        "Left out": str(paper.extra.get("hidden_text", "")),
        "Read from": ", ".join(f"{o.file}:{o.position}" for o in paper.origins),
    }
    lines += [f"{name}: {escape(value)}  " for name, value in facts.items() if value]
    return "\n".join([*lines, ""])


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
