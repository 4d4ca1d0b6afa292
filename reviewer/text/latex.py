"""Turns the LaTeX of bibliographies and drafts into plain text. Mathematics stays."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

_SPECIAL = re.compile(r"[\\{}$~]|--|``|''|,,|[?!]`")
_UNESCAPED = re.compile(r"(?<!\\)[%&#]")
_MOST_CHARS = 200_000
_DEEPEST = 100
# Commands that pylatexenc does not know, each with its text, after `=`; %s is its argument.
_COMMANDS = r"""textless=< textgreater=> textbar=| textasciicircum=^ textasciitilde=~
    textasciigrave=` textquotedbl=" textbraceleft={ textbraceright=} textbackslash=\ LaTeX=LaTeX
    TeX=TeX BibTeX=BibTeX url=%s href=%(2)s path=%s nolinkurl=%s"""


def plain_text(latex: str) -> str:
    """The text on one line: accents, symbols and quotation marks as Unicode, groups without their
    braces, `$...$` unchanged. What is not LaTeX, such as a single `%` or `&`, stays.

    A text of more than _MOST_CHARS characters, or with braces nested deeper than _DEEPEST, only
    loses its braces."""
    folded = " ".join(latex.split())
    if not _SPECIAL.search(folded):
        return folded
    if len(folded) > _MOST_CHARS or _depth(folded) > _DEEPEST:
        return " ".join(re.sub(r"[{}]", "", folded).split())
    text = _UNESCAPED.sub(r"\\\g<0>", folded)
    if len(re.findall(r"(?<!\\)\$", text)) % 2:
        text = re.sub(r"(?<!\\)\$", r"\\$", text)
    return " ".join(str(_decoder().latex_to_text(text)).split())


def _depth(text: str) -> int:
    deepest = depth = 0
    for character in text:
        depth = max(0, depth + (character in "{[($") - (character in "}])"))
        deepest = max(deepest, depth)
    return deepest


@lru_cache(maxsize=1)
def _decoder() -> Any:  # noqa: ANN401  pylatexenc has no types
    import pylatexenc.latex2text as latex2text

    context = latex2text.get_default_latex_context_db()
    commands = (command.split("=") for command in _COMMANDS.split())
    macros = [latex2text.MacroTextSpec(name, text) for name, text in commands]
    context.add_context_category("review", prepend=True, macros=macros)
    return latex2text.LatexNodes2Text(
        latex_context=context, keep_braced_groups=False, math_mode="verbatim"
    )
