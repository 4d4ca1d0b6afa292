"""LaTeX as bibliographies and drafts hold it, turned into plain text. Mathematics stays."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

_SPECIAL = re.compile(r"[\\{}$~]|--|``|''|,,|[?!]`")
_UNESCAPED = re.compile(r"(?<!\\)[%&#]")
_MOST_CHARS = 200_000
_DEEPEST = 100
_AS_WRITTEN = {
    "textless": "<", "textgreater": ">", "textbar": "|", "textasciicircum": "^",
    "textasciitilde": "~", "textasciigrave": "`", "textquotedbl": '"', "textbraceleft": "{",
    "textbraceright": "}", "textbackslash": "\\", "LaTeX": "LaTeX", "TeX": "TeX",
    "BibTeX": "BibTeX", "url": "%s", "href": "%(2)s", "path": "%s", "nolinkurl": "%s",
}  # fmt: skip


def plain_text(latex: str) -> str:
    """The text on one line: accents, symbols and quotation marks as Unicode, groups without their
    braces, `$...$` as it stands. What is no LaTeX, such as a lone `%` or `&`, stays."""
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
    from pylatexenc.latex2text import (
        LatexNodes2Text,
        MacroTextSpec,
        get_default_latex_context_db,
    )

    context = get_default_latex_context_db()
    macros = [
        MacroTextSpec(name, simplify_repl=shown if "%" in shown else _constant(shown))
        for name, shown in _AS_WRITTEN.items()
    ]
    context.add_context_category("review", prepend=True, macros=macros)
    return LatexNodes2Text(latex_context=context, keep_braced_groups=False, math_mode="verbatim")


def _constant(shown: str) -> Any:  # noqa: ANN401
    return lambda node: shown
