"""A reading path as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.render.describe import quoted_place
from reviewer.render.escape import escape
from reviewer.render.json import dump, paper_fields
from reviewer.render.markdown import paper_line
from reviewer.text import clean, counted
from reviewer.types import Citation
from reviewer.types.learning import GlossaryTerm, LearningPath, QuizQuestion, ReadingStep


def learning_json(path: LearningPath) -> str:
    """Every step, term and question, each with its located sentences, as docs/output.md says."""
    made = path.model_dump(mode="json", exclude={"steps"})
    steps = [
        {**paper_fields(step.paper), **step.model_dump(mode="json", exclude={"paper"})}
        for step in path.steps
    ]
    return dump("learning", {**made, "steps": steps})


def learning_markdown(path: LearningPath, *, with_answers: bool = True) -> str:
    """What to read in which order, the glossary, the questions, and last their answers."""
    lines = [f"# Learning about {escape(path.topic)}", "", learning_line(path), ""]
    lines += [f"> {escape(note)}" for note in path.notes] + [""] * bool(path.notes)
    if path.steps:
        lines += ["## Read in this order", ""]
        lines += [line for n, step in enumerate(path.steps, 1) for line in _step(n, step)]
    if path.glossary:
        lines += ["## Terms, as the papers define them", ""]
        lines += [*map(_term, path.glossary), ""]
    if path.questions:
        lines += ["## Test yourself", ""]
        lines += [f"{n}. {escape(q.question)}" for n, q in enumerate(path.questions, 1)]
        lines.append("")
    if path.questions and with_answers:
        lines += ["## Answers", "", answers_note(path), ""]
        lines += [line for n, q in enumerate(path.questions, 1) for line in _answer(n, q)]
    return "\n".join(lines)


def learning_line(path: LearningPath) -> str:
    """How many papers are read, of how many that bear on the topic."""
    if not path.steps:
        reason = f" {escape(path.reason)}" if path.reason else ""
        return f"None of the {counted(path.papers, 'paper')} bears on this topic.{reason}"
    return (
        f"{counted(len(path.steps), 'paper')} to read, of the {path.looked_at} nearest to the "
        f"topic among {path.papers} in the library; {counted(len(path.glossary), 'term')}, "
        f"{counted(len(path.questions), 'question')}."
    )


def answers_note(path: LearningPath) -> str:
    """How a number of a sentence is read, by the example of the first answer."""
    number = path.questions[0].numbers[0]
    tag, _, place = number.partition(".")
    return f"{number} is sentence {place} of paper {tag[1:]} above; 0 is its title."


def term_words(term: GlossaryTerm) -> str:
    """Of which paper the sentence is, and how many papers use the term."""
    only = "" if term.kind != "written out" else "only written out, not defined; "
    use = "paper uses" if term.used_by == 1 else "papers use"
    return f"{only}{term.citation.key}; {term.used_by} {use} it"


def term_head(term: GlossaryTerm) -> str:
    return f"{clean(term.term)} ({term.short})" if term.short else clean(term.term)


def _step(number: int, step: ReadingStep) -> Iterator[str]:
    yield f"{number}. {paper_line(step.paper)}"
    yield f"   - Why: {escape('; '.join(reason.text for reason in step.reasons))}."
    for reason in step.reasons:
        if reason.citation is not None and reason.citation.part != "title":
            yield f"   - It says: {_quoted(reason.citation)}"
            break
    if step.says is not None:
        yield f"   - What it does: {_quoted(step.says)}"
    if step.finds is not None:
        yield f"   - Look for: {_quoted(step.finds)}"
    yield ""


def _quoted(citation: Citation) -> str:
    return f'"{escape(clean(citation.quote))}"'


def _term(term: GlossaryTerm) -> str:
    return f"- **{escape(term_head(term))}**: {_quoted(term.citation)} ({escape(term_words(term))})"


def _answer(number: int, question: QuizQuestion) -> Iterator[str]:
    said = f" {escape(question.answer)}" if question.answer else ""
    yield f"{number}. {', '.join(question.numbers)}.{said}"
    for citation in question.citations:
        place = f"{citation.key}, {quoted_place(citation)}"
        yield f"   - {_quoted(citation)} ({escape(place)})"
