"""Writes a rubric as YAML that a person may edit, and reads it again."""

from __future__ import annotations

from reviewer.errors import UsageError
from reviewer.grounding import cite
from reviewer.library import Library
from reviewer.sources import read_text_file
from reviewer.tasks.paper_chunks import chunks_of, evidence_of
from reviewer.tasks.yaml_plan import Node, NodeReader, line_of, quoted
from reviewer.types import Citation
from reviewer.types.claims import Quote
from reviewer.types.grades import Criterion, Rubric

_HEAD = """\
# What a text on this topic should tell. Change names, take criteria or sentences out, add your own:
# a sentence is the key of a paper and words that stand in it.
"""
_HINT = "Give YAML with topic: and criteria:, each with name: and sentences: of paper: and quote:"


def rubric_yaml(rubric: Rubric) -> str:
    """The rubric as `read_rubric` reads it."""
    lines = [f"{_HEAD}topic: {quoted(rubric.topic)}", "criteria:"]
    for criterion in rubric.criteria:
        lines += [f"  - name: {quoted(criterion.name)}", "    sentences:"]
        for sentence in criterion.sentences:
            lines.append(f"      - paper: {quoted(sentence.key)}")
            lines.append(f"        quote: {quoted(sentence.quote)}")
    return "\n".join(lines) + "\n"


def read_rubric(file: str, library: Library) -> Rubric:
    """The rubric of this file. Raises UsageError that names the line of what is wrong: also for a
    paper that the library does not have, and for words that do not stand in theirs."""
    reader = NodeReader(file, library.paper, _HINT)
    text = read_text_file(file, _HINT, UsageError).text
    top = reader.fields(reader.root(text), ("topic", "criteria"), "a rubric")
    if "topic" not in top or "criteria" not in top:
        reader.fault(1, "a rubric has a topic and criteria")
    criteria = tuple(
        _criterion(reader, node, library) for node in reader.items(top["criteria"], "criteria")
    )
    return Rubric(topic=reader.text(top["topic"], "topic"), criteria=criteria)


def _criterion(reader: NodeReader, node: Node, library: Library) -> Criterion:
    own = reader.fields(node, ("name", "sentences"), "a criterion")
    if "name" not in own or "sentences" not in own:
        reader.fault(line_of(node), "a criterion has a name and sentences")
    nodes = reader.items(own["sentences"], "sentences")
    sentences = tuple(_sentence(reader, own, library) for own in nodes)
    return Criterion(name=reader.text(own["name"], "name"), sentences=sentences)


def _sentence(reader: NodeReader, node: Node, library: Library) -> Citation:
    own = reader.fields(node, ("paper", "quote"), "a sentence")
    if "paper" not in own or "quote" not in own:
        reader.fault(line_of(node), "a sentence has a paper and a quote")
    paper = reader.paper(own["paper"])
    quote = Quote(tag="E1", quote=reader.text(own["quote"], "quote"))
    evidence = [evidence_of(paper, chunk) for chunk in chunks_of(paper, library)]
    shown = [item.model_copy(update={"tag": quote.tag}) for item in evidence]
    found = [cite(quote, {quote.tag: item}) for item in shown]
    located = [citation for citation in found if isinstance(citation, Citation)]
    if not located:
        reader.fault(
            line_of(own["quote"]),
            f"these words do not stand in {paper.key}",
            f"Copy them from: review show {paper.key}",
        )
    return located[0]
