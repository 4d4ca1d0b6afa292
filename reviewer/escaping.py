"""Makes text stay text: in Markdown, in LaTeX and in the cells of a spreadsheet. Pure."""

from __future__ import annotations

import re
import unicodedata

from reviewer.text import clean

# A tilde strikes out only after a word, an ampersand only before a name; at the start of a text a
# sign or a number may begin a list or a heading, and at its end a `#` may close one. A bare address
# in a paper's words would become a link that is not ours (GitHub's Markdown does so).
_SPECIAL = re.compile(
    r"[\\`*\[\]<>|]|(?<![^\W_])_|_(?![^\W_])|(?<=\S)~|&(?=#?\w+;)|^[#+=~-]|(?<=\s)#(?=#*$)"
    r"|:(?=//)|(?<=[Ww]{3})\."
)
_NUMBERED = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
# What a spreadsheet takes for a formula, also in full width; but a plain number may have a sign.
_FORMULA = re.compile(r"\s*['＇]?\s*[=+@\-−＝＋＠－\t\r]")
_SIGNED = re.compile(r"[-+−]\d[\d.,]*\s?%?")
OTHER_SCRIPT = r"\reviewother"  # typesets what only LuaLaTeX and XeLaTeX have letters for
_LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\char34{}",
    "[": "{[}", "]": "{]}", "`": r"\textasciigrave{}", "'": "'", "–": "--", "—": "---",
    "‘": "`", "’": "'", "“": "``", "”": "''", "…": r"\ldots{}", "•": r"\textbullet{}",
    "°": r"\textdegree{}", "×": r"$\times$", "±": r"$\pm$", "−": "$-$", "≤": r"$\leq$",
    "≥": r"$\geq$", "≈": r"$\approx$", "≠": r"$\neq$", "→": r"$\rightarrow$",
    "←": r"$\leftarrow$", "↑": r"$\uparrow$", "↓": r"$\downarrow$", "∞": r"$\infty$",
    "∈": r"$\in$", "∑": r"$\sum$", "√": r"$\surd$", "·": r"$\cdot$", "²": "$^2$", "³": "$^3$",
    "¹": "$^1$", "⁻": "$^-$", "€": r"\texteuro{}", "µ": r"$\mu$", "¬": r"$\neg$", "÷": r"$\div$",
    "‐": "-", "‑": "-", "ß": r"\ss{}", "©": r"\textcopyright{}", "®": r"\textregistered{}",
}  # fmt: skip
_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi o pi rho varsigma "
    "sigma tau upsilon phi chi psi omega"
).split()
_LATEX |= {chr(0x3B1 + n): f"$\\{name}$" for n, name in enumerate(_GREEK) if name != "o"}
_LATEX |= {
    chr(ord(small) - 32): f"$\\{name.capitalize()}$"
    for small, name in zip("γδθλξπσυφψω", "gamma delta theta lambda xi pi sigma upsilon phi psi "
    "omega".split(), strict=True)
}  # fmt: skip


def escape(text: str) -> str:
    """The cleaned text with Markdown's own characters made harmless."""
    return escape_plain(clean(text))


def escape_plain(plain: str) -> str:
    """The same for a text that is clean already, or for a piece of one."""
    return _NUMBERED.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", plain))


def escape_latex(text: str) -> str:
    """The cleaned text with LaTeX's own characters made harmless. What pdfLaTeX has no letters for
    stands in OTHER_SCRIPT, which the document must define."""
    out, other = [], ""
    for character in clean(text):
        known = _in_latex(character)
        if other and known is not None and character != " ":
            out.append(f"{OTHER_SCRIPT}{{{other.rstrip()}}}{' ' * other.endswith(' ')}")
            other = ""
        if known is None or other:
            other += character
        else:
            out.append(known)
    return "".join([*out, f"{OTHER_SCRIPT}{{{other}}}" if other else ""])


def _in_latex(character: str) -> str | None:
    if character in _LATEX:
        return _LATEX[character]
    if character.isascii():
        return character
    is_latin = "À" <= character <= "ſ" and unicodedata.decomposition(character)
    return character if is_latin and character not in "ĿŀŉĲĳſ" else None


def escape_comment(text: str) -> str:
    """The cleaned text on one line, for a comment of LaTeX, which ends with its line."""
    return " ".join(clean(text).split())


def escape_formula(text: str) -> str:
    """The cleaned text so that a spreadsheet that reads it from CSV takes it for a text: an
    apostrophe stands before what would be a formula (as OWASP advises)."""
    plain = clean(text)
    if _FORMULA.match(plain) and not _SIGNED.fullmatch(plain):
        return f"'{plain}"
    return plain
