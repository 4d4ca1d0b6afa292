"""Lets the writer judge sentences of a draft against whole texts of the papers that they cite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reviewer.grounding import Numbers
from reviewer.grounding.sentence_numbers import cite_span
from reviewer.library import Library
from reviewer.tasks.checks.sentences import trimmed
from reviewer.tasks.paper_chunks import chunks_of, evidence_of
from reviewer.text.sanitize import without_addresses
from reviewer.types import Citation, Claim, Evidence, Paper
from reviewer.types.checks import CheckedSentence, Problem, ProblemKind
from reviewer.types.claims import NeedsModel, Verdict
from reviewer.types.papers import Chunk
from reviewer.types.progress import Progress
from reviewer.types.writer import Writer

_SAID = {
    "contradicted": "the papers' sentences say otherwise",
    "unsupported": "the papers' sentences do not bear it out",
}
_ENTRY = "entry:"  # before the key of an entry that the library does not hold, as its paper's id


@dataclass
class _Texts:
    """The texts that a judge sees, each once, under tags E1, E2, ..."""

    papers: Mapping[str, Paper]
    library: Library
    by_place: dict[tuple[str, str], Evidence] = field(default_factory=dict)

    @property
    def evidence(self) -> list[Evidence]:
        return list(self.by_place.values())

    def claim(self, checked: CheckedSentence) -> Claim:
        """The sentence on the words that it quotes and those nearest to it; of a text with neither,
        on its title, so that the judge is shown every abstract."""
        cited: list[Citation] = []
        for item, own in self._shown(checked):
            known = self.by_place.setdefault(
                (item.paper.id, item.chunk.id),
                item.model_copy(update={"tag": f"E{len(self.by_place) + 1}"}),
            )
            title = cite_span(known, "title", 0, len(known.paper.title))
            cited += [cite_span(known, c.part, c.start, c.end) for c in own] or [title]
        return Claim(text=checked.sentence.text, citations=tuple(dict.fromkeys(cited)))

    def _shown(self, checked: CheckedSentence) -> Iterator[tuple[Evidence, list[Citation]]]:
        """The abstract of each paper, and its chunks with words that are quoted or near, with
        those words."""
        quoted = [citation for quote in checked.quotes for citation in quote.citations]
        near = [*quoted, *trimmed(checked).nearest]
        for key in checked.sentence.keys:
            paper = self.papers[key]
            own = [c for c in near if _is_of(c, paper)]
            if not paper.id:
                paper = paper.model_copy(update={"id": f"{_ENTRY}{key}"})
            for chunk in chunks_of(paper, self.library):
                here = [c for c in own if _is_in(c, chunk)]
                if here or chunk.part == "abstract":
                    yield evidence_of(paper, chunk), here


def _is_of(citation: Citation, paper: Paper) -> bool:
    text = paper.text_of(citation.part)[citation.start : citation.end]
    return citation.paper_id == paper.id and text == citation.quote


def _is_in(citation: Citation, chunk: Chunk) -> bool:
    return citation.part == chunk.part and chunk.start <= citation.start < chunk.end


def can_be_judged(checked: CheckedSentence, papers: Mapping[str, Paper]) -> bool:
    """True for a citing sentence whose papers all have a text, and that is more than a quote."""
    keys = checked.sentence.keys
    return bool(keys) and checked.support == "unchecked" and all(key in papers for key in keys)


def judge_sentences(
    sentences: Sequence[CheckedSentence],
    papers: Mapping[str, Paper],
    library: Library,
    writer: Writer,
    progress: Progress,
) -> list[CheckedSentence]:
    """The sentences with the writer's verdicts on those whose papers, given by key, have texts. The
    calls run side by side; a sentence of a call that fails has no verdict."""
    waiting = [n for n, s in enumerate(sentences) if can_be_judged(s, papers)]
    judged = list(sentences)
    if not waiting:
        return judged
    progress("Judging", 0, len(waiting))
    texts = _Texts(papers, library)
    claims = [texts.claim(sentences[n]) for n in waiting]
    verdicts = writer.examine(claims, texts.evidence)
    if isinstance(verdicts, NeedsModel):
        return _judged_by_quotes(judged, waiting, writer)
    numbers = Numbers(texts.evidence)
    for n, verdict in zip(waiting, verdicts, strict=True):
        named = tuple(_as_read(c) for i in verdict.numbers if (c := numbers.cite(i)) is not None)
        judged[n] = _with_verdict(sentences[n], verdict, named, writer.judge_name)
    progress("Judging", len(waiting), len(waiting))
    return judged


def _judged_by_quotes(
    sentences: list[CheckedSentence], waiting: Sequence[int], writer: Writer
) -> list[CheckedSentence]:
    """The verdicts of a small model of entailment, which takes a paper's sentences one by one."""
    own = [n for n in waiting if sentences[n].nearest or sentences[n].quotes]
    claims = [_quoting_claim(sentences[n]) for n in own]
    said = writer.judge(claims)
    if isinstance(said, NeedsModel):
        return sentences
    judged = list(sentences)
    for n, support in zip(own, said, strict=True):
        verdict = Verdict(support=support)
        judged[n] = _with_verdict(sentences[n], verdict, (), writer.judge_name)
    return judged


def _quoting_claim(checked: CheckedSentence) -> Claim:
    quoted = [citation for quote in checked.quotes for citation in quote.citations]
    citations = tuple(dict.fromkeys([*quoted, *checked.nearest]))
    return Claim(text=checked.sentence.text, citations=citations)


def _as_read(citation: Citation) -> Citation:
    """The citation with the paper's own id: an entry of a bibliography has none."""
    if not citation.paper_id.startswith(_ENTRY):
        return citation
    return citation.model_copy(update={"paper_id": "", "chunk_id": ""})


def _with_verdict(
    checked: CheckedSentence, verdict: Verdict, named: tuple[Citation, ...], judge: str
) -> CheckedSentence:
    """The sentence with the verdict, and the words of it that fail. A judge who read the papers
    says more than a search: where it finds support or contradiction, a single paper bears on the
    sentence, and of several it is a remark that one may not."""
    support = verdict.support
    problems = list(checked.problems)
    if support in ("supported", "partial", "contradicted"):
        problems = [p for problem in problems for p in _after_verdict(problem, checked, judge)]
    text = checked.sentence.text.casefold()
    failing = verdict.failing if verdict.failing.casefold() in text else ""
    reason = without_addresses(verdict.reason)
    if support in _SAID:
        detail = f"by the word of {judge}, {_SAID[support]}{': ' * bool(reason)}{reason}"
        kind: ProblemKind = "contradicted" if support == "contradicted" else "unsupported"
        problems.append(Problem(kind=kind, detail=detail, about=failing))
    elif support == "partial":
        detail = f"by the word of {judge}, the papers support a part of it{': ' * bool(reason)}"
        problem = Problem(kind="partly supported", detail=f"{detail}{reason}", about=failing)
        problems.append(problem)
    said = {"support": support, "failing": failing, "reason": reason, "named": named}
    return checked.model_copy(update=said | {"problems": tuple(problems)})


def _after_verdict(problem: Problem, checked: CheckedSentence, judge: str) -> Iterator[Problem]:
    if problem.kind not in ("nothing bears", "may not bear"):
        yield problem
    elif len(checked.sentence.keys) > 1:
        detail = f"{problem.detail}, as far as a search can tell; {judge} read all its papers"
        yield Problem(kind="may not bear", detail=detail, about=problem.about)
