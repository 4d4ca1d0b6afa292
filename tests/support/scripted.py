"""What a scripted model replies when it is honest, and the real writer over such a model."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from reviewer.library.index.chunking import chunk_paper
from reviewer.llm import Prompts
from reviewer.llm.replies import schema_of, unbounded
from reviewer.llm.testing import ModelCall, Script, ScriptedLLM
from reviewer.types import Evidence, Paper
from reviewer.types.evidence import Score
from reviewer.types.papers import Part
from reviewer.writers import Prompted
from reviewer.writers.prompted.answers import (
    AnswerText,
    JudgeReply,
    QuestionReply,
    QuestionsReply,
    RerankReply,
)
from reviewer.writers.prompted.argument import ArgumentReply
from reviewer.writers.prompted.cards import CardsReply
from reviewer.writers.prompted.judging import ExamineReply, RepairText
from reviewer.writers.prompted.quiz import QuizReply
from reviewer.writers.prompted.reading import ReadReply
from reviewer.writers.prompted.rewriting import RewriteText
from reviewer.writers.prompted.screening import ScreenReply
from reviewer.writers.prompted.sections import AdditionText, EditText, SectionText
from reviewer.writers.prompted.surveys import (
    FrameText,
    OutlineReply,
    SummaryText,
    ViewsReply,
)
from reviewer.writers.prompted.tables import ColumnsReply, JudgeCellsReply, TableReply
from reviewer.writers.prompted.terms import SortReply
from tests.support.fake_provider import Seen


def reads(asked: ModelCall, **changes: Any) -> dict[str, Any]:
    """Every text is relevant, says yes, and its first sentence bears on the question."""
    readings = [
        {
            "tag": text.tag,
            "relevance": 8,
            "sentences": text.numbers[:1],
            "finding": f"What {text.tag} finds.",
            "stance": "yes",
            "basis": "tests",
            "shown_by": (text.numbers or [f"{text.tag}.0"])[0],
        }
        | changes
        for text in asked.texts
    ]
    return {"is_yes_no": True, "readings": readings}


def answers(asked: ModelCall) -> str:
    """A sentence a text in the model's own words, resting on the text's first sentence."""
    said = [
        f"This is what text {re.sub('[?!.]', '', text.title)} finds [{text.numbers[0]}]."
        for text in asked.texts
        if text.numbers
    ]
    return f"{' '.join(said)}\nEND"


def examines(asked: ModelCall, support: str = "supported", **changes: Any) -> dict[str, Any]:
    """The same verdict on every sentence."""
    tags = [tag for tag in asked.tags if tag.startswith("S")]
    return {"verdicts": [{"tag": tag, "support": support} | changes for tag in tags]}


def repairs(asked: ModelCall) -> str:
    """Each sentence again, word for word."""
    said = [(t.tag, re.search(r"^Sentence: (.*)$", t.body, re.MULTILINE)) for t in asked.texts]
    return "\n".join([*(f"{tag} {found[1]}" for tag, found in said if found), "END"])


def fills(asked: ModelCall) -> dict[str, Any]:
    """Every cell holds the first words of its text's first sentence, and rests on the sentence."""
    return {
        "cells": [
            {
                "tag": text.tag,
                "column": number,
                "value": " ".join(text.sentences[0].split()[:3]),
                "sentences": text.numbers[:1],
            }
            for text in asked.texts
            for number in range(1, len(asked.columns) + 1)
            if text.sentences
        ]
    }


def rewrites(asked: ModelCall) -> str:
    """Another sentence, on the first text that the prompt shows."""
    first = next(text for text in asked.texts if text.numbers and text.tag != "W")
    return f"Seen another way, it finds this [{first.numbers[0]}].\nEND"


def judges_cells(asked: ModelCall, support: str = "supported", **changes: Any) -> dict[str, Any]:
    """The same verdict on every value."""
    return {"verdicts": [{"tag": tag, "support": support} | changes for tag in asked.tags]}


def cards(asked: ModelCall) -> dict[str, Any]:
    """A card a text, whose lines rest on its first sentence."""
    return {
        "cards": [
            {
                "tag": text.tag,
                "name": "",
                "approach": f"does what it does [{text.numbers[0]}]",
                "result": f"finds what it finds [{text.numbers[0]}]",
            }
            for text in asked.texts
            if text.numbers
        ]
    }


def arguments(asked: ModelCall) -> dict[str, Any]:
    """Two paragraphs, of every other paper."""
    tags = [tag for tag in asked.tags if tag != "W"]
    halves = {"First things": tags[::2], "Second things": tags[1::2]}
    return {
        "paragraphs": [
            {
                "name": name,
                "thesis": f"{name} hold together.",
                "axis": "what they do",
                "papers": [{"tag": tag, "part": "bears it out"} for tag in own],
                "link": "more follows",
            }
            for name, own in halves.items()
            if own
        ],
        "left_out": [],
        "own": [{"sentence": "W.1", "nearest": tag, "difference": "pears"} for tag in tags[:1]]
        if "W" in asked.tags
        else [],
    }


def sections(asked: ModelCall) -> str:
    """A paragraph for each of the plan: a thesis, a sentence a text, a sentence on the work at
    hand at the end."""
    first = {text.tag: text.numbers[0] for text in asked.texts if text.numbers}
    said = []
    for plan in (text for text in asked.texts if text.tag.startswith("P")):
        tags = [tag for tag in re.findall(r"^(E\d+)", plan.body, re.MULTILINE) if tag in first]
        own = " ".join(f"One study finds this [{first[tag]}]." for tag in tags)
        said.append(f"{plan.tag} These papers tell of one matter. {own}")
    if "W" in first:
        said[-1] += f" This work differs in what it does [{first['W']}]."
    return "\n\n".join([*said, "END"])


def views(asked: ModelCall) -> dict[str, Any]:
    """A question from each point of view on the topic."""
    topic = re.search(r"^TOPIC: (.*)$", asked.prompt, re.MULTILINE).group(1)
    said = {"newcomer": "What is", "sceptic": "Where fails", "practitioner": "What helps"}
    return {"questions": [{"view": v, "question": f"{w} {topic}?"} for v, w in said.items()]}


def outlines(asked: ModelCall) -> dict[str, Any]:
    """Two sections of one paragraph each, of every other paper; of given sections all their
    papers."""
    tags = [tag for tag in asked.tags if tag.startswith("E")]
    given = [text for text in asked.texts if text.tag.startswith("T")]
    own = {"First things": tags[::2], "Second things": tags[1::2]}
    names = dict.fromkeys(own, "")
    if given:
        own = {text.tag: re.findall(r"E\d+", text.body.splitlines()[-1]) for text in given}
        names = {text.tag: text.tag for text in given}
    return {
        "taxonomy": "by what is done",
        "sections": [
            {
                "section": names[name],
                "title": name,
                "lead": f"{name} hold together.",
                "paragraphs": [
                    {
                        "name": "What holds",
                        "thesis": "These hold together.",
                        "papers": [{"tag": tag, "part": "bears it out"} for tag in papers],
                    }
                ],
            }
            for name, papers in own.items()
            if papers
        ],
        "left_out": [],
    }


def _reported(asked: ModelCall) -> dict[str, str]:
    """The first number of each section that a prompt shows, by the section's tag."""
    found = {t.tag: re.search(r"E\d+\.\d+", t.body) for t in asked.texts if t.tag[0] == "T"}
    return {tag: match[0] for tag, match in found.items() if match}


def frames(asked: ModelCall) -> str:
    """Two sentences in each part, the second with a number."""
    number = next(iter(_reported(asked).values()))
    said = f"The papers tell of one matter. One study finds this [{number}]."
    return f"INTRODUCTION\n{said}\n\nCLOSING\n{said}\nEND"


def summaries(asked: ModelCall) -> str:
    """A sentence of an abstract, and a finding of each section."""
    numbers = _reported(asked)
    first = next(iter(numbers.values()))
    lines = [f"{tag} One study finds this [{number}]." for tag, number in numbers.items()]
    abstract = f"This is what one paper finds [{first}]."
    return "\n".join(["ABSTRACT", abstract, "FINDINGS", *lines, "END"])


def additions(asked: ModelCall) -> str:
    """A sentence on the first text of the paper that is to be added."""
    text = next(text for text in asked.texts if text.tag != "DRAFT")
    return f"Another study adds to this [{text.numbers[0]}].\nEND"


def quizzes(asked: ModelCall, **changes: Any) -> dict[str, Any]:
    """A question a text, which its first sentence answers in the model's own words."""
    questions = [
        {
            "question": f"What is done in {text.tag}?",
            "answer": "Somebody does something.",
            "sentences": text.numbers[:1],
        }
        | changes
        for text in asked.texts
        if text.numbers
    ]
    return {"questions": questions}


def terms_in(asked: ModelCall) -> list[str]:
    """The terms that a prompt asks to sort, in their order."""
    return re.findall(r"^\d+ (.+)$", asked.prompt.partition("TERMS:")[2], re.MULTILINE)


def sorts_terms(asked: ModelCall, kind: str = "method") -> dict[str, Any]:
    """Every second term is of this kind, the others are problems."""
    kinds = {n: kind if n % 2 else "problem" for n, _ in enumerate(terms_in(asked), start=1)}
    return {"terms": [{"number": n, "kind": own, "same_as": 0} for n, own in kinds.items()]}


def judges(asked: ModelCall, support: str = "supported") -> dict[str, Any]:
    return {"verdicts": [{"tag": tag, "support": support} for tag in asked.tags]}


def criteria_in(asked: ModelCall) -> list[int]:
    """The numbers of the criteria in a prompt that compares records with them."""
    own = asked.prompt.split("CRITERIA:\n")[-1].split("\n\n")[0]
    return [int(number) for number in re.findall(r"^(\d+)\. ", own, re.MULTILINE)]


def screens(asked: ModelCall, verdict: str = "met", **changes: Any) -> dict[str, Any]:
    """The same verdict on every criterion of every record, shown by its first sentence."""
    answers = [
        {"tag": text.tag, "criterion": n, "verdict": verdict, "sentences": text.numbers[:1]}
        | changes
        for text in asked.texts
        for n in criteria_in(asked)
    ]
    return {"answers": answers}


HONEST: Script = {
    ScreenReply: screens,
    ReadReply: reads,
    AnswerText: answers,
    ExamineReply: examines,
    RepairText: repairs,
    JudgeReply: judges,
    QuestionsReply: lambda asked: {"questions": []},
    RerankReply: lambda asked: {"tags": asked.tags},
    QuestionReply: lambda asked: {"question": asked.question},
    TableReply: fills,
    JudgeCellsReply: judges_cells,
    CardsReply: cards,
    ArgumentReply: arguments,
    SectionText: sections,
    EditText: lambda asked: "END",
    AdditionText: additions,
    RewriteText: rewrites,
    ViewsReply: views,
    QuizReply: quizzes,
    SortReply: sorts_terms,
    OutlineReply: outlines,
    FrameText: frames,
    SummaryText: summaries,
    ColumnsReply: lambda asked: {"columns": [{"name": "reward", "tags": asked.tags}]},
}


@cache
def _prompts():
    """Compiled once a process: 14 files take longer than what most tests do with them."""
    return Prompts(secret="secret")


def writer(script: Script | None = None, context: int = 32_000) -> tuple[Prompted, ScriptedLLM]:
    """The real prompted writer over a scripted model, and the model."""
    model = ScriptedLLM({**HONEST, **(script or {})}, context)
    return Prompted(model, _prompts()), model


def evidence(
    tag: str, abstract: str, title: str = "A Study", year: int | None = 2024, start: int = 0
) -> Evidence:
    """A real paper's chunk under a tag: the abstract from `start` on."""
    parts = (Part(name="title", text=title), Part(name="abstract", text=abstract))
    paper = Paper(id=f"id-{tag}", key=f"study-{tag.lower()}", parts=parts, year=year)
    chunk = chunk_paper(paper)[0]
    chunk = chunk.model_copy(
        update={"id": f"chunk-{tag}", "start": chunk.start + start, "text": chunk.text[start:]}
    )
    return Evidence(tag=tag, paper=paper, chunk=chunk, score=Score(total=1.0))


_PROSE = {
    "Answer a researcher's question": AnswerText,
    "Single sentences of": RepairText,
    "An author wants one more paper": AdditionText,
    "An author asks for one": RewriteText,
    "Write a section of": SectionText,
    "Write the related-work section": SectionText,
    "Edit a text": EditText,
    "Write the introduction": FrameText,
    "Write the abstract": SummaryText,
}


def form_of(seen: Seen) -> type[Any]:
    """The type of the reply that a request asks for: by its schema, by that in its prompt, or by
    the beginning of a prompt that asks for prose."""
    for begins, into in _PROSE.items():
        if seen.prompt.startswith(begins):
            return into
    asked = (seen.body.get("response_format") or {}).get("json_schema")
    if asked is not None:
        return next(into for into in HONEST if into.__name__ == asked["name"])
    schema = json.loads(seen.prompt.rsplit("\n", 1)[1])
    kinds = (into for into in HONEST if not issubclass(into, str))
    return next(into for into in kinds if unbounded(schema_of(into)) == schema)


def served(script: Script | None = None) -> Callable[[Seen], str]:
    """The same replies for a provider on loopback, by the form that the request asks for."""
    replies = {**HONEST, **(script or {})}

    def answer(seen: Seen) -> str:
        into = form_of(seen)
        reply = replies[into]
        if callable(reply):
            reply = reply(ModelCall(seen.prompt, into, ""))
        return reply if isinstance(reply, str) else json.dumps(reply)

    return answer
