"""The PRISMA 2020 flow of a screening: as numbers in boxes, as SVG, CSV, JSON and Markdown."""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from reviewer.render.json import dump
from reviewer.text import clean
from reviewer.text.invisible import visible
from reviewer.text.spreadsheet import escape_formula
from reviewer.types.screening import Flow

_WIDTH, _GAP, _LEFT, _TOP = 330, 46, 46, 20
_LINE, _PAD = 17, 11
_LETTERS = 46  # of a line in a box
_STAGES = ("Identification", "Screening", "Included")
_KIND_WORDS = {
    "database": "Databases",
    "register": "Registers",
    "website": "Websites",
    "organisation": "Organisations",
    "citations": "Citation searching",
}


@dataclass(frozen=True)
class FlowBox:
    """A box of the diagram: what it counts, its lines, and the boxes of papers that it holds."""

    name: str
    lines: tuple[str, ...]
    holds: tuple[str, ...] = ()


def boxes_of(flow: Flow) -> list[tuple[FlowBox, FlowBox | None]]:
    """The boxes from top to bottom, each with what leaves beside it."""
    kinds = {s.kind: 0 for s in flow.sources}
    for source in flow.sources:
        kinds[source.kind] += source.entries
    removed = [
        f"Duplicate records (n = {flow.duplicates:,})",
        f"Not read: stopping rule, marked by automation tools (n = {flow.automatic:,})",
        f"Removed for other reasons (n = {flow.other:,})",
    ]
    if flow.not_screened:
        removed.append(f"Not yet screened (n = {flow.not_screened:,})")
    is_update = flow.wave > 1
    rows: list[tuple[FlowBox, FlowBox | None]] = [
        (
            FlowBox(
                f"{'New records' if is_update else 'Records'} identified (n = {flow.identified:,})",
                (
                    *(f"{_KIND_WORDS[kind]} (n = {n:,})" for kind, n in kinds.items()),
                    *(f"  {clean(s.label)} (n = {s.entries:,})" for s in flow.sources),
                ),
            ),
            FlowBox(
                "Records removed before screening",
                tuple(removed),
                ("duplicates", "automatic", "not_screened"),
            ),
        ),
        (
            FlowBox(f"Records screened (n = {flow.screened:,})", ()),
            FlowBox(
                f"Records excluded (n = {flow.excluded:,})",
                _named(flow.excluded_reasons),
                ("excluded",),
            ),
        ),
        (
            FlowBox(f"Reports sought for retrieval (n = {flow.sought:,})", ()),
            FlowBox(
                f"Reports not retrieved (n = {flow.not_retrieved:,})",
                (
                    *_named(flow.not_retrieved_reasons),
                    *_waiting("Not yet retrieved", flow.not_yet_retrieved),
                ),
                ("not_retrieved", "not_yet_retrieved"),
            ),
        ),
        (
            FlowBox(f"Reports assessed for eligibility (n = {flow.assessed:,})", ()),
            FlowBox(
                f"Reports excluded (n = {flow.full_text_excluded:,})",
                (*_named(flow.full_text_reasons), *_waiting("Not yet decided", flow.not_assessed)),
                ("full_text_excluded", "not_assessed"),
            ),
        ),
        (
            FlowBox(
                f"{'New studies' if is_update else 'Studies'} included in review "
                f"(n = {flow.studies:,})",
                (
                    f"Reports of {'new ' if is_update else ''}included studies "
                    f"(n = {flow.included:,})",
                ),
                ("included",),
            ),
            None,
        ),
    ]
    return [*_previous(flow), *rows, *_total(flow)] if is_update else rows


def _previous(flow: Flow) -> list[tuple[FlowBox, FlowBox | None]]:
    """The first box of an updated review."""
    box = FlowBox(
        f"Studies included in previous version of review (n = {flow.previous_studies:,})",
        (f"Reports of these studies (n = {flow.previous_reports:,})",),
        ("previous",),
    )
    return [(box, None)]


def _total(flow: Flow) -> list[tuple[FlowBox, FlowBox | None]]:
    """The last box of an updated review."""
    box = FlowBox(
        f"Total studies included in review (n = {flow.total_studies:,})",
        (f"Reports of total included studies (n = {flow.total_reports:,})",),
    )
    return [(box, None)]


def _named(reasons: Sequence[tuple[str, int]]) -> tuple[str, ...]:
    return tuple(f"{clean(reason)} (n = {number:,})" for reason, number in reasons)


def _waiting(words: str, number: int) -> tuple[str, ...]:
    return (f"{words} (n = {number:,})",) if number else ()


def flow_svg(flow: Flow) -> str:
    """The diagram, as one SVG without scripts, whose text can be selected."""
    rows = boxes_of(flow)
    drawn: list[str] = []
    y, bands, arrows = _TOP, list[tuple[int, int]](), list[str]()
    right = _LEFT + _WIDTH + _GAP
    for n, (box, beside) in enumerate(rows):
        own, other = _wrapped(box), _wrapped(beside) if beside else []
        height = max(_height(own), _height(other) if beside else 0)
        drawn.append(_drawn(own, _LEFT, y, height))
        middle = y + height / 2
        if beside:
            drawn.append(_drawn(other, right, y, height))
            arrows.append(_arrow(_LEFT + _WIDTH, middle, right, middle))
        is_previous = flow.wave > 1 and n == 0
        if n < len(rows) - 1 and not is_previous:
            x = _LEFT + _WIDTH / 2
            arrows.append(_arrow(x, y + height, x, y + height + _GAP))
        bands.append((y, y + height))
        y += height + _GAP
    stages = ("Previous", *_STAGES) if flow.wave > 1 else _STAGES
    at = len(stages) - len(_STAGES)  # the row in which identification begins
    spans = (bands[at], (bands[at + 1][0], bands[at + 3][1]), (bands[at + 4][0], bands[-1][1]))
    for name, (top, bottom) in zip(stages, (*bands[:at], *spans), strict=True):
        drawn.append(_band(name, top, bottom))
    width, height = right + _WIDTH + 10, y - _GAP + _TOP
    title = escape(visible(f"PRISMA 2020 flow diagram: {flow.name}"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label="{title}" '
        'font-family="Helvetica, Arial, sans-serif" font-size="12.5">'
        f"<title>{title}</title>"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
        'markerHeight="8" orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="#333"/></marker></defs>'
        f'<rect width="{width}" height="{height}" fill="#fff"/>'
        f"{''.join(drawn)}{''.join(arrows)}</svg>\n"
    )


def _wrapped(box: FlowBox) -> list[str]:
    lines = [line for text in (box.name, *box.lines) for line in _lines(text)]
    return [visible(line) for line in lines]


def _lines(text: str) -> list[str]:
    lead = "  " if text.startswith("  ") else ""
    return [lead + line for line in textwrap.wrap(text.strip(), _LETTERS) or [""]]


def _height(lines: Sequence[str]) -> int:
    return 2 * _PAD + _LINE * len(lines)


def _drawn(lines: Sequence[str], x: float, y: float, height: float) -> str:
    first = y + _PAD + 12
    weights = [' font-weight="bold"', *[""] * len(lines)]
    texts = "".join(
        f'<text x="{x + _PAD + 8 * line.startswith(" ")}" y="{first + _LINE * n}"{weights[n]}>'
        f"{escape(line.strip())}</text>"
        for n, line in enumerate(lines)
    )
    return (
        f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{height}" fill="#fff" stroke="#333"/>'
        f"{texts}"
    )


def _arrow(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#333" marker-end="url(#tip)"/>'


def _band(name: str, top: float, bottom: float) -> str:
    middle = (top + bottom) / 2
    return (
        f'<rect x="10" y="{top}" width="24" height="{bottom - top}" rx="5" fill="#cfe0f2"/>'
        f'<text x="22" y="{middle}" text-anchor="middle" dominant-baseline="central" '
        f'font-weight="bold" transform="rotate(-90 22 {middle})">{name}</text>'
    )


def flow_json(flow: Flow) -> str:
    """All numbers, and the box of each paper."""
    return dump("screen-flow", flow.model_dump(mode="json"))


def _were(number: int, noun: str = "") -> str:
    """`1 record was`, `2 records were`; without a noun `1 was`."""
    said = _count(number, noun) if noun else f"{number:,}"
    return f"{said} {'was' if number == 1 else 'were'}"


def _count(number: int, noun: str, many: str = "") -> str:
    """As `counted`, with commas between thousands: `1,204 records`."""
    return f"{number:,} {noun if number == 1 else many or noun + 's'}"


def methods_sentence(flow: Flow) -> str:
    """The flow in words, for a Methods or Results section."""
    new = "new " if flow.wave > 1 else ""
    said = (
        f"{_were(flow.identified, f'{new}record')} identified from "
        f"{_count(len(flow.sources), 'source')}. "
        f"{_were(flow.duplicates)} {'a duplicate' if flow.duplicates == 1 else 'duplicates'}, "
        f"{_were(flow.other)} removed for other reasons"
    )
    said += (
        f" and {_were(flow.automatic)} not read because a stopping rule was applied. "
        if flow.automatic
        else ". "
    )
    said += (
        f"Of {_count(flow.screened, 'record')} screened, {_were(flow.excluded)} excluded; "
        f"{_were(flow.sought, 'report')} sought, {_were(flow.not_retrieved)} not retrieved. "
        f"Of {_count(flow.assessed, 'report')} assessed, {_were(flow.full_text_excluded)} "
        f"excluded and {_count(flow.included, 'report')} of "
        f"{_count(flow.studies, 'study', 'studies')} "
        f"{'was' if flow.included == 1 else 'were'} included."
    )
    said += _twice(flow)
    if flow.wave > 1:
        said += (
            f" With {_count(flow.previous_studies, 'study', 'studies')} of the previous version "
            f"of this review ({_count(flow.previous_reports, 'report')}) that is "
            f"{_count(flow.total_studies, 'study', 'studies')} "
            f"({_count(flow.total_reports, 'report')}) in total."
        )
    return said


def _twice(flow: Flow) -> str:
    """What two reviewers read. It is double screening only where they read all of it."""
    said = ""
    for number, of, what in (
        (flow.read_by_two, flow.screened, "records screened"),
        (flow.assessed_by_two, flow.assessed, "reports assessed"),
    ):
        if number and number == of:
            said += f" Two reviewers read each of the {of:,} {what} (double screening)."
        elif number:
            said += f" Two reviewers read {number:,} of the {of:,} {what}, one the others."
    return said


def flow_markdown(flow: Flow) -> str:
    """The boxes as a table, and the sentence for Methods."""
    lines = [f"# PRISMA 2020 flow: {clean(flow.name)}", "", "| Box | Leaves |", "|---|---|"]
    for box, beside in boxes_of(flow):
        lines.append(f"| {_cell(box)} | {_cell(beside) if beside else ''} |")
    lines += ["", methods_sentence(flow), ""]
    if flow.not_final:
        lines += ["Not final:", "", *(f"- {words}" for words in flow.not_final), ""]
    return "\n".join(lines)


def _cell(box: FlowBox) -> str:
    words = "; ".join(line.strip() for line in box.lines)
    text = f"**{box.name}**" + (f": {words}" if words else "")
    return text.replace("|", "\\|").replace("\n", " ")


def flow_docx(flow: Flow) -> bytes:
    """The boxes as a table, and the sentence for Methods, as a Word file."""
    from reviewer.render.styles import CitationStyle
    from reviewer.render.word.document import word_file

    return word_file(flow_markdown(flow), [], CitationStyle("numeric", "ieee"))


def flow_html(flow: Flow) -> str:
    """The diagram as a page, and under it each box with its papers."""
    from reviewer.render.html.page import render_page

    boxes = [box for row in boxes_of(flow) for box in row if box and box.holds]
    return render_page(
        "flow",
        {
            "title": f"PRISMA 2020 flow: {flow.name}",
            "svg": flow_svg(flow),
            "sentence": methods_sentence(flow),
            "not_final": flow.not_final,
            "boxes": [
                (box.name, [paper for paper in flow.papers if paper.box in box.holds])
                for box in boxes
            ],
        },
    )


_HEAD = ("data", "node", "box", "description", "boxtext", "tooltips", "url", "n")
# The rows of the template that PRISMA2020 (Haddaway et al. 2022) reads: data, node, box and words.
_ROWS = (
    ("NA", "node4", "prevstud", "Grey title box; Previous studies"),
    ("previous_studies", "node5", "box1", "Studies included in previous version of review"),
    ("previous_reports", "NA", "box1", "Reports of studies included in previous version of review"),
    (
        "NA",
        "node6",
        "newstud",
        "Yellow title box; Identification of new studies via databases and registers",
    ),
    ("database_results", "node7", "box2", "Records identified from: Databases"),
    ("register_results", "NA", "box2", "Records identified from: Registers"),
    ("NA", "node16", "othstud", "Grey title box; Identification of new studies via other methods"),
    ("website_results", "node17", "box11", "Records identified from: Websites"),
    ("organisation_results", "NA", "box11", "Records identified from: Organisations"),
    ("citations_results", "NA", "box11", "Records identified from: Citation searching"),
    ("duplicates", "node8", "box3", "Duplicate records"),
    ("excluded_automatic", "NA", "box3", "Records marked as ineligible by automation tools"),
    ("excluded_other", "NA", "box3", "Records removed for other reasons"),
    ("records_screened", "node9", "box4", "Records screened (databases and registers)"),
    ("records_excluded", "node10", "box5", "Records excluded (databases and registers)"),
    (
        "dbr_sought_reports",
        "node11",
        "box6",
        "Reports sought for retrieval (databases and registers)",
    ),
    (
        "dbr_notretrieved_reports",
        "node12",
        "box7",
        "Reports not retrieved (databases and registers)",
    ),
    ("other_sought_reports", "node18", "box12", "Reports sought for retrieval (other)"),
    ("other_notretrieved_reports", "node19", "box13", "Reports not retrieved (other)"),
    (
        "dbr_assessed",
        "node13",
        "box8",
        "Reports assessed for eligibility (databases and registers)",
    ),
    ("dbr_excluded", "node14", "box9", "Reports excluded (databases and registers)"),
    ("other_assessed", "node20", "box14", "Reports assessed for eligibility (other)"),
    ("other_excluded", "node21", "box15", "Reports excluded (other)"),
    ("new_studies", "node15", "box10", "New studies included in review"),
    ("new_reports", "NA", "box10", "Reports of new included studies"),
    ("total_studies", "node22", "box16", "Total studies included in review"),
    ("total_reports", "NA", "box16", "Reports of total included studies"),
    ("identification", "node1", "identification", "Blue identification box"),
    ("screening", "node2", "screening", "Blue screening box"),
    ("included", "node3", "included", "Blue included box"),
)


def flow_csv(flow: Flow) -> str:
    """The template of the R package PRISMA2020 with this flow's numbers. Records of all sources go
    through the boxes of databases and registers. What is not decided yet is counted in no box of
    it, so its sums hold once nothing waits."""
    by_kind = dict.fromkeys(_KIND_WORDS, 0)
    for source in flow.sources:
        by_kind[source.kind] += source.entries
    reasons = "; ".join(f"{_plain(reason)}, {n}" for reason, n in flow.full_text_reasons)
    numbers: dict[str, object] = {
        "previous_studies": flow.previous_studies,
        "previous_reports": flow.previous_reports,
        **{f"{kind}_results": n for kind, n in by_kind.items()},
        "duplicates": flow.duplicates,
        "excluded_automatic": flow.automatic,
        "excluded_other": flow.other,
        "records_screened": flow.screened,
        "records_excluded": flow.excluded,
        "dbr_sought_reports": flow.sought,
        "dbr_notretrieved_reports": flow.not_retrieved,
        "dbr_assessed": flow.assessed,
        "dbr_excluded": reasons or 0,
        "other_sought_reports": 0,
        "other_notretrieved_reports": 0,
        "other_assessed": 0,
        "other_excluded": 0,
        "new_studies": flow.studies,
        "new_reports": flow.included,
        "total_studies": flow.total_studies,
        "total_reports": flow.total_reports,
    }
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEAD)
    for data, node, box, words in _ROWS:
        shown = words.rpartition("; ")[2].rpartition(": ")[2].partition(" (")[0]
        number = escape_formula(str(numbers.get(data, 0)))
        url = f"{data if data != 'NA' else box}.html"
        writer.writerow((data, node, box, words, shown, words, url, number))
    return out.getvalue()


def _plain(reason: str) -> str:
    """A reason without the marks that separate reasons."""
    return clean(reason).replace(";", " ").replace(",", " ")
