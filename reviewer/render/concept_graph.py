"""Concepts that link papers, as text, JSON and GraphML."""

from __future__ import annotations

from collections import defaultdict

from reviewer.render.citation_graph import keys_in_short, xml_text
from reviewer.render.escape import escape
from reviewer.render.json import dump, paper_fields
from reviewer.text import clean, counted
from reviewer.types.concepts import Concept, ConceptGraph

_HEADS = {"method": "Methods", "data set": "Data sets", "task": "Tasks", "": "Other names"}
_MOST_OF_A_KIND = 25
_MOST_BESIDE = 4


def concepts_markdown(graph: ConceptGraph) -> str:
    """By kind, the most telling concepts with their papers and what goes together with them."""
    about = f" on “{escape(clean(graph.question))}”" if graph.question else ""
    lines = [f"# What links {counted(len(graph.papers), 'paper')}{about}", ""]
    lines += [concepts_summary(graph), ""]
    beside = defaultdict[str, list[str]](list)
    for link in graph.links:
        beside[link.one].append(link.other)
        beside[link.other].append(link.one)
    for kind, head in _HEADS.items():
        own = [concept for concept in graph.concepts if concept.kind == kind]
        if not own:
            continue
        lines += [f"## {head}", ""]
        for concept in own[:_MOST_OF_A_KIND]:
            lines.append(f"- {escape(_named(concept))}: {_keys(concept)}")
            if others := beside[concept.name][:_MOST_BESIDE]:
                lines.append(f"  goes together with {escape(', '.join(others))}")
        more = len(own) - _MOST_OF_A_KIND
        lines += ["", f"and {more} more: --json names all.", ""] if more > 0 else [""]
    return "\n".join(lines)


def concepts_summary(graph: ConceptGraph) -> str:
    """How many concepts there are, and what they were found by."""
    if not graph.concepts:
        return "No method, data set or task is found that two of these papers name."
    words = f"{counted(len(graph.concepts), 'concept')} that at least two of them name"
    if graph.cards:
        return f"{words}, by their words and by the cards of {counted(graph.cards, 'paper')}."
    return f"{words}, by their words alone: rules find them, and may err."


def _named(concept: Concept) -> str:
    aliases = ", ".join(map(clean, concept.aliases))
    return f"{clean(concept.name)} ({aliases})" if aliases else clean(concept.name)


def _keys(concept: Concept) -> str:
    return f"{counted(len(concept.papers), 'paper')}: {keys_in_short(concept.papers)}"


def concepts_json(graph: ConceptGraph) -> str:
    """All concepts with their papers, all links, and all papers with their concepts."""
    names = defaultdict[str, list[str]](list)
    for concept in graph.concepts:
        for key in concept.papers:
            names[key].append(concept.name)
    papers = [{**paper_fields(paper), "concepts": names[paper.key]} for paper in graph.papers]
    return dump("concepts", {**graph.model_dump(mode="json", exclude={"papers"}), "papers": papers})


def concepts_graphml(graph: ConceptGraph) -> str:
    """Papers and concepts as nodes in GraphML (`node_type`), an edge from a paper to each concept
    that it names, and edges between concepts that go together."""
    import networkx

    made = networkx.Graph()
    for paper in graph.papers:
        made.add_node(
            xml_text(paper.key),
            label=xml_text(paper.key),
            title=xml_text(clean(paper.title)),
            node_type="paper",
        )
    ids = {concept.name: f"concept-{n}" for n, concept in enumerate(graph.concepts, 1)}
    for concept in graph.concepts:
        own = ids[concept.name]
        made.add_node(own, label=xml_text(concept.name), kind=concept.kind, node_type="concept")
        for key in concept.papers:
            made.add_edge(xml_text(key), own, edge_type="names")
    for link in graph.links:
        made.add_edge(
            ids[link.one],
            ids[link.other],
            edge_type="with",
            papers=link.papers,
            strength=link.strength,
        )
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return head + "\n".join(networkx.generate_graphml(made)) + "\n"
