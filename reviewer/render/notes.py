"""Fills the templates of notes for Obsidian and Logseq; what papers say stays text in them."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reviewer.errors import UsageError
from reviewer.render.escape import escape
from reviewer.text import clean
from reviewer.types.notes import NoteApp, PaperNote

if TYPE_CHECKING:
    from jinja2 import Template

_FOLDER = Path(__file__).parent / "note_templates"
# The first time a note is written, what stands after this line is written too: it is the reader's.
_YOURS = "\0yours\0"
# Beyond Markdown: tags, comments, highlights and names of blocks of Obsidian; properties, macros
# and references to blocks of Logseq.
_OF_APPS = re.compile(r"(?<!\\)#(?=\S)|%(?=%)|(?<=%)%|=(?==)|:(?=:)|\{(?=\{)|\((?=\()|\^")
_NOT_IN_LINKS = re.compile(r"[\[\]|#^\\]+")
_NOT_IN_TAGS = re.compile(r"[^\w/-]+")
_YAML_BREAKS = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")


def note_source(app: NoteApp, own: str = "") -> str:
    """The text of a template: the program's own, or of the user's file `own`. Raises UsageError
    where that cannot be read."""
    file = Path(own).expanduser() if own else _FOLDER / f"{app}.md.jinja"
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"the template {own} cannot be read: {getattr(error, 'strerror', '') or error}",
            hint="Start from the one in docs/notes.md.",
        ) from error


def note_parts(note: PaperNote, source: str) -> tuple[str, str]:
    """The note by this template: what is `review`'s, and what is the reader's from the first
    writing on. Raises UsageError for a template that cannot be filled."""
    import jinja2

    try:
        filled = _template(source).render(**_values(note))
    except (jinja2.TemplateError, TypeError, ValueError, ArithmeticError) as error:
        raise UsageError(
            f"the template cannot be filled for {note.paper.key}: {error}",
            hint="Compare it with the one in docs/notes.md.",
        ) from error
    ours, _, yours = filled.partition(_YOURS)
    return ours.strip("\n") + "\n", yours.replace(_YOURS, "").strip("\n")


@cache
def _template(source: str) -> Template:
    """Raises jinja2.TemplateError. It runs in Jinja's sandbox: a template may come from others."""
    import jinja2
    import jinja2.sandbox

    environment = jinja2.sandbox.ImmutableSandboxedEnvironment(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # Markdown: each value goes through one of these
    )
    environment.filters |= {
        "yaml": _yaml,
        "text": _text,
        "plain": clean,
        "tag": _tag,
        "link_text": _link_text,
    }
    return environment.from_string(source)


def _values(note: PaperNote) -> dict[str, Any]:
    paper = note.paper
    title = clean(paper.title) or paper.key
    named = "authors author_note organisation date year venue doi arxiv_id pmid url".split()
    return {
        **{name: getattr(paper, name) for name in named},
        "authors": list(paper.authors),
        "title": title,
        "citekey": paper.key,
        "keywords": list(paper.keywords),
        "tags": list(paper.tags),
        "retracted": paper.retracted,
        "abstract": paper.abstract,
        "notes": paper.notes.splitlines(),
        "quotes": note.quotes,
        "links": note.links,
        "yours": _YOURS,
    }


def _yaml(value: Any) -> str:  # noqa: ANN401  a text, a number, a list
    """The value as YAML: JSON is a part of it, but for some characters that YAML ends lines at."""
    cleaned = [clean(v) if isinstance(v, str) else v for v in value] if _is_list(value) else value
    cleaned = clean(cleaned) if isinstance(cleaned, str) else cleaned
    text = json.dumps(cleaned, ensure_ascii=False)
    return _YAML_BREAKS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple)


def _text(value: str) -> str:
    return _OF_APPS.sub(r"\\\g<0>", escape(str(value)))


def _link_text(value: str) -> str:
    return " ".join(_NOT_IN_LINKS.sub(" ", clean(value)).replace("%%", "%").split()) or "paper"


def _tag(value: str) -> str:
    """A tag as Obsidian takes it: without spaces and signs, and not of digits alone."""
    tag = _NOT_IN_TAGS.sub("-", clean(value)).strip("-/")
    return f"_{tag}" if not tag or tag.replace("/", "").isdigit() else tag
