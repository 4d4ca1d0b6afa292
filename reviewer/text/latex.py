"""Turns the LaTeX of bibliographies and drafts into plain text. Mathematics stays."""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from typing import Any

_SPECIAL = re.compile(r"[\\{}$~]|--|``|''|,,|[?!]`")
_UNESCAPED = re.compile(r"(?<!\\)[%&#]")
_MOST_CHARS = 200_000
# What pylatexenc raises for a command at the end of a text, or without an argument.
_DAMAGED = (LookupError, ValueError, TypeError, AttributeError, RecursionError)
_DEEPEST = 100
# Commands that pylatexenc does not know, each with its text, after `=`; %s is its argument.
_COMMANDS = r"""textless=< textgreater=> textbar=| textasciicircum=^ textasciitilde=~
    textasciigrave=` textquotedbl=" textbraceleft={ textbraceright=} textbackslash=\ LaTeX=LaTeX
    TeX=TeX BibTeX=BibTeX"""
# Commands that pylatexenc leaves out, or takes apart wrongly, each with the signs that begin its
# arguments; the last argument is its text.
_WRAPPERS = {
    "url": "{", "path": "{", "nolinkurl": "{", "href": "[{{", "mbox": "{", "hbox": "{", "fbox": "{",
    "text": "{", "texttt": "{", "textsf": "{", "textrm": "{", "textnormal": "{", "underline": "{",
    "makebox": "[[{", "framebox": "[[{", "raisebox": "{[[{", "parbox": "[{{", "textcolor": "[{{",
    "colorbox": "[{{", "fcolorbox": "[{{{", "hyperref": "[{", "foreignlanguage": "{{",
    "enquote": "*{", "mkbibquote": "{", "mkbibemph": "{", "uppercase": "{", "MakeUppercase": "{",
    "lowercase": "{", "MakeLowercase": "{", "ensuremath": "{", "nocase": "{", "NoCaseChange": "{",
}  # fmt: skip
# Commands that would print the date of today, a page's parts or another file.
_SILENT = {"today": "", "maketitle": "", "input": "{", "include": "{", "includegraphics": "[{"}
_VERB = re.compile(r"\\verb\*?([^\w\s*{])(.*?)\1")


def plain_text(latex: str) -> str:
    """The text on one line: accents, symbols and quotation marks as Unicode, groups without their
    braces, `$...$` unchanged. What is not LaTeX, such as a single `%` or `&`, stays.

    A text of more than _MOST_CHARS characters, one with braces nested deeper than _DEEPEST, and one
    whose commands lack what they need, only loses its braces."""
    folded = " ".join(latex.split())
    if not _SPECIAL.search(folded):
        return folded
    if len(folded) > _MOST_CHARS or _depth(folded) > _DEEPEST:
        return _without_braces(folded)
    verbatim = _VERB.sub(lambda found: _escaped(found[2]), folded)
    text = _UNESCAPED.sub(r"\\\g<0>", verbatim)
    if len(re.findall(r"(?<!\\)\$", text)) % 2:
        text = re.sub(r"(?<!\\)\$", r"\\$", text)
    try:
        found = _decoder().latex_to_text(text, latex_context=_commands())
    except _DAMAGED:
        return _without_braces(folded)
    return " ".join(str(found).split())


def _escaped(text: str) -> str:
    """Words of a `\\verb`, in which no sign is a command."""
    named = {"\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}",
             "$": r"\$", "~": r"\textasciitilde{}"}  # fmt: skip
    return "".join(named.get(character, character) for character in text)


def _without_braces(text: str) -> str:
    return " ".join(re.sub(r"[{}]", "", text).split())


def _depth(text: str) -> int:
    deepest = depth = 0
    for character in text:
        depth = max(0, depth + (character in "{[($") - (character in "}])"))
        deepest = max(deepest, depth)
    return deepest


@lru_cache(maxsize=1)
def _decoder() -> Any:  # noqa: ANN401  pylatexenc has no types
    import pylatexenc.latex2text as latex2text

    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)  # it warns of what users wrote
    context = latex2text.get_default_latex_context_db()
    commands = (command.split("=") for command in _COMMANDS.split())
    macros = [latex2text.MacroTextSpec(name, text) for name, text in commands]
    macros += [latex2text.MacroTextSpec(name, _last_argument) for name in _WRAPPERS]
    macros += [latex2text.MacroTextSpec(name, "") for name in _SILENT]
    context.add_context_category("review", prepend=True, macros=macros)
    return latex2text.LatexNodes2Text(
        latex_context=context, keep_braced_groups=False, math_mode="verbatim"
    )


def _last_argument(node: Any, l2tobj: Any) -> str:  # noqa: ANN401  pylatexenc has no types
    """The text of a command's last argument; pylatexenc asks for these names."""
    given = [argument for argument in node.nodeargd.argnlist if argument is not None]
    return str(l2tobj.nodelist_to_text(given[-1:]))


@lru_cache(maxsize=1)
def _commands() -> Any:  # noqa: ANN401  pylatexenc has no types
    """The arguments of each command."""
    from pylatexenc import latexwalker, macrospec

    context = latexwalker.get_default_latex_context_db()
    macros = [macrospec.std_macro(name, signs) for name, signs in (_WRAPPERS | _SILENT).items()]
    context.add_context_category("review", prepend=True, macros=macros)
    return context
