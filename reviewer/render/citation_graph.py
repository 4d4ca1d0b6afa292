"""Citation graphs as text, JSON and GraphML."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from reviewer.render.describe import byline
from reviewer.render.escape import escape
from reviewer.render.json import dump, paper_fields
from reviewer.text import clean, counted
from reviewer.text.invisible import visible
from reviewer.text.views import shorten
from reviewer.types import Paper
from reviewer.types.citations import CitationGraph, LackingWork

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MOST_SHOWN = 20  # papers that are cited most
_MOST_CITING = 100  # papers whose citations are listed
_MOST_KEYS = 8
_TITLE_CHARS = 110
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # XML 1.0 has no such characters


def graph_title(graph: CitationGraph) -> str:
    about = f" on “{clean(graph.question)}”" if graph.question else ""
    return f"Who cites whom: {counted(len(graph.papers), 'paper')}{about}"


def graph_summary(graph: CitationGraph) -> str:
    """How many lists were read, and what came of them."""
    papers, lists = len(graph.papers), len(graph.papers) - len(graph.without_list)
    if not lists:
        return (
            f"No list of references is kept of {counted(papers, 'paper')}. PDFs bring theirs, and "
            "review enrich looks up those of papers with little more than a title."
        )
    return (
        f"{lists} of {counted(papers, 'paper')} {'has' if lists == 1 else 'have'} a list of "
        f"references: {counted(graph.references, 'entry', 'entries')}, of which {graph.found} name "
        f"a paper of this library. {counted(len(graph.links), 'citation')} among these papers."
    )


def cited_by_key(graph: CitationGraph) -> dict[str, list[str]]:
    """By the key of each cited paper, the keys of those that cite it; the most cited first."""
    found: dict[str, list[str]] = defaultdict(list)
    for link in graph.links:
        found[link.cited].append(link.citing)
    return dict(sorted(found.items(), key=lambda own: (-len(own[1]), own[0])))


def cites_by_key(graph: CitationGraph) -> dict[str, list[str]]:
    """By the key of each citing paper, the keys of those that it cites."""
    found: dict[str, list[str]] = defaultdict(list)
    for link in graph.links:
        found[link.citing].append(link.cited)
    return dict(sorted(found.items()))


def work_words(work: LackingWork) -> str:
    """What the reference says of a work that the library lacks."""
    reference = work.reference
    if not reference.title:
        named = [
            f"{k} {v}" for k, v in (("DOI", reference.doi), ("OpenAlex", reference.openalex)) if v
        ]
        return shorten(clean(reference.text), 2 * _TITLE_CHARS) or ", ".join(named) or work.add
    facts = ", ".join(filter(None, (clean(reference.family), str(reference.year or ""))))
    return f"{shorten(clean(reference.title), _TITLE_CHARS)}{f' ({facts})' if facts else ''}"


def graph_markdown(graph: CitationGraph) -> str:
    """The papers that are cited most, who cites whom, and what many cite that is not here."""
    titles = {paper.key: paper for paper in graph.papers}
    lines = [f"# {escape(graph_title(graph))}", "", escape(graph_summary(graph)), ""]
    if cited := cited_by_key(graph):
        lines += ["## Cited most among them", ""]
        for n, (key, own) in enumerate([*cited.items()][:_MOST_SHOWN], 1):
            lines += [
                f"{n}. {_paper(titles[key])}",
                f"   cited by {len(own)}: {keys_in_short(own)}",
            ]
        more = len(cited) - _MOST_SHOWN
        lines += ["", f"and {counted(more, 'more paper')}.", ""] if more > 0 else [""]
        lines += ["## Who cites whom", ""]
        citing = [*cites_by_key(graph).items()]
        lines += [
            f"- {escape(key)} cites {keys_in_short(own)}" for key, own in citing[:_MOST_CITING]
        ]
        more = len(citing) - _MOST_CITING
        lines += (
            ["", f"and {counted(more, 'more paper')}: --json names all.", ""] if more > 0 else [""]
        )
    if graph.lacking:
        lines += ["## Cited by several, and not in this library", ""]
        for n, work in enumerate(graph.lacking, 1):
            lines += [
                f"{n}. {escape(work_words(work))}",
                f"   cited by {len(work.cited_by)}: {keys_in_short(work.cited_by)}",
                f"   `{clean(work.add).replace('`', chr(39))}`",
            ]
        more = graph.lacking_in_all - len(graph.lacking)
        lines += ["", f"and {counted(more, 'more work')}: --lacking {graph.lacking_in_all}"] * (
            more > 0
        )
        lines.append("")
    return "\n".join(lines)


def _paper(paper: Paper) -> str:
    facts = [clean(byline(paper)), str(paper.year or "")]
    named = " · ".join(fact for fact in facts if fact)
    title = escape(shorten(clean(paper.title), _TITLE_CHARS))
    return f"{escape(paper.key)}  {title}{f' · {escape(named)}' if named else ''}"


def keys_in_short(keys: Sequence[str]) -> str:
    """The first few keys, and how many more there are."""
    more = len(keys) - _MOST_KEYS
    return escape(", ".join(keys[:_MOST_KEYS]) + (f" and {more} more" if more > 0 else ""))


def graph_json(graph: CitationGraph) -> str:
    """All papers, each citation with the reference behind it, and what the library lacks."""
    cited, cites = cited_by_key(graph), cites_by_key(graph)
    papers = [
        {
            **paper_fields(paper),
            "cites": cites.get(paper.key, []),
            "cited_by": cited.get(paper.key, []),
            "has_list": paper.key not in graph.without_list,
        }
        for paper in graph.papers
    ]
    names = {"question", "links", "lacking", "lacking_in_all", "references", "found"}
    return dump("graph", {**graph.model_dump(mode="json", include=names), "papers": papers})


def graph_graphml(graph: CitationGraph) -> str:
    """The graph in GraphML, which Gephi, Cytoscape and yEd read. Works that the library lacks are
    nodes too, with `in_library` false."""
    import networkx

    made = networkx.DiGraph()
    for paper in graph.papers:
        facts = {
            "label": paper.key,
            "title": clean(paper.title),
            "authors": "; ".join(paper.authors),
            "venue": clean(paper.venue),
            "doi": paper.doi,
            "arxiv_id": paper.arxiv_id,
        }
        made.add_node(xml_text(paper.key), **_facts(facts, paper.year), in_library=True)
    for n, work in enumerate(graph.lacking, 1):
        reference = work.reference
        facts = {
            "label": work_words(work),
            "title": clean(reference.title),
            "doi": reference.doi,
            "arxiv_id": reference.arxiv_id,
        }
        made.add_node(f"lacking-{n}", **_facts(facts, reference.year), in_library=False)
    for link in graph.links:
        made.add_edge(
            xml_text(link.citing),
            xml_text(link.cited),
            sign=link.sign,
            reference=xml_text(link.reference),
        )
    for n, work in enumerate(graph.lacking, 1):
        for key in work.cited_by:
            made.add_edge(xml_text(key), f"lacking-{n}")
    writer = networkx.GraphMLWriter(made)
    _spell_booleans(writer.xml)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{writer}\n'


def _spell_booleans(graphml: Element) -> None:
    """networkx writes Python's `True`. GraphML's booleans are those of XML Schema, `true` and
    `false` (w3.org/TR/xmlschema-2/#boolean), and stricter readers refuse others."""
    keys = {key.get("id") for key in graphml.iter("key") if key.get("attr.type") == "boolean"}
    for data in graphml.iter("data"):
        if data.get("key") in keys and data.text:
            data.text = data.text.lower()


def _facts(facts: Mapping[str, str], year: int | None) -> dict[str, str | int]:
    known: dict[str, str | int] = {name: xml_text(value) for name, value in facts.items() if value}
    return known | ({"year": year} if year else {})


def xml_text(text: str) -> str:
    """The text without characters that XML cannot hold."""
    return _NO_XML.sub("", visible(text))
