"""Measures a model as a judge on 60 pairs of a claim and an abstract whose verdicts are known.

Twenty claims say in other words what their paper says, twenty say it of another paper, and twenty
say the opposite. The papers are those of the sample library, in texts that were written for it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from reviewer.errors import UsageError
from reviewer.grounding import Numbers
from reviewer.library.index.chunking import chunk_paper
from reviewer.tasks.paper_chunks import evidence_of
from reviewer.types import Claim, Evidence, Paper
from reviewer.types.claims import NeedsModel, Support
from reviewer.types.evidence import tagged
from reviewer.types.frozen import Frozen
from reviewer.types.papers import Part
from reviewer.types.progress import Progress, silent
from reviewer.types.runs import Usage
from reviewer.types.writer import Writer

Label = Literal["supported", "unsupported", "contradicted"]
_FAILS = ("unsupported", "contradicted")


class _JudgedText(Frozen):
    key: str
    title: str
    abstract: str


class _Pair(Frozen):
    key: str
    claim: str
    label: Label


class _Pairs(Frozen):
    papers: tuple[_JudgedText, ...]
    pairs: tuple[_Pair, ...]


class Agreement(Frozen):
    """How a judge's verdicts on `pairs` agree with the known ones. `right`: the same verdict;
    `passed`: wrong claims that it calls supported; `refused`: right ones that it says fail;
    `unread`: pairs without a verdict that could be read. Counts."""

    pairs: int
    right: int
    passed: int
    refused: int
    unread: int


class Calibration(Frozen):
    """A judge measured twice: with the definitions of its labels, and with those of "supported" and
    "unsupported" `swapped`. A judge that reads the definitions does about as well; one that goes by
    the words alone turns its verdicts round."""

    judge: str
    plain: Agreement
    swapped: Agreement
    usage: Usage = Usage()


def calibrate_judge(writer: Writer, progress: Progress = silent) -> Calibration:
    """Let the writer's model judge the known pairs, with both sets of definitions.

    Raises UsageError for a writer without a language model, and ModelError when its provider fails.
    """
    known = _Pairs.model_validate(json.loads(_file().read_text(encoding="utf-8")))
    evidence = tagged(evidence_of(p, chunk_paper(p)[0]) for p in map(_paper, known.papers))
    by_key = {item.paper.key: item for item in evidence}
    claims = [_claim(pair, by_key[pair.key]) for pair in known.pairs]
    labels = [pair.label for pair in known.pairs]
    found = []
    for n, is_swapped in enumerate((False, True)):
        progress("Judging", n * len(claims), 2 * len(claims))
        verdicts = writer.examine(claims, evidence, swapped=is_swapped)
        if isinstance(verdicts, NeedsModel):
            raise UsageError("a judge needs a model", hint="Name one with --model.")
        found.append(agreement([verdict.support for verdict in verdicts], labels))
    progress("Judging", 2 * len(claims), 2 * len(claims))
    plain, swapped = found
    return Calibration(judge=writer.judge_name, plain=plain, swapped=swapped, usage=writer.usage())


def agreement(said: Sequence[Support], labels: Sequence[Label]) -> Agreement:
    """The counts over verdicts and known labels, in the same order."""
    pairs = list(zip(said, labels, strict=True))
    return Agreement(
        pairs=len(pairs),
        right=sum(verdict == label for verdict, label in pairs),
        passed=sum(verdict == "supported" and label in _FAILS for verdict, label in pairs),
        refused=sum(verdict in _FAILS and label == "supported" for verdict, label in pairs),
        unread=sum(verdict == "unchecked" for verdict, _ in pairs),
    )


def _file() -> Path:
    return Path(__file__).with_name("judge_pairs.json")


def _paper(text: _JudgedText) -> Paper:
    parts = (Part(name="title", text=text.title), Part(name="abstract", text=text.abstract))
    return Paper(id=text.key, key=text.key, parts=parts)


def _claim(pair: _Pair, item: Evidence) -> Claim:
    """The claim on all sentences of the abstract, so that none of them is missing."""
    numbers = Numbers([item])
    cited = [numbers.cite(number) for number in numbers.all()]
    return Claim(text=pair.claim, citations=tuple(c for c in cited if c and c.part != "title"))
