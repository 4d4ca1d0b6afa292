"""Keeps text as text: in Markdown, LaTeX, BibTeX and the cells of a spreadsheet. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from reviewer.text import clean
from reviewer.text.entry_types import MIXED_CASE
from reviewer.text.mathematics import GREEK, MATH
from reviewer.text.spreadsheet import escape_formula as escape_formula

# A tilde strikes out only after a word, and an ampersand begins an entity only before a name. At
# the start of a text a sign or a number may begin a list or a heading, and at its end a `#` may
# close one. GitHub's Markdown makes a link of a bare address in a paper's words, which would not be
# ours, and mathematics of what is between dollars.
_SPECIAL = re.compile(
    r"[\\`*\[\]<>|$]|(?<![^\W_])_|_(?![^\W_])|(?<=\S)~|&(?=#?\w+;)|^[#+=~-]|(?<=\s)#(?=#*$)"
    r"|:(?=//)|(?<![\w:/])/(?=/)|(?<=[Ww]{3})\."
)
# GitHub makes a link of a mail address in spite of any escape, but not within code.
_MAIL = re.compile(r"(?:[\w.+&=$:-]+@(?:[\w-]+(?:\.[\w-]+)+|\.[\w-]*))+")
_NUMBERED = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
OTHER_SCRIPT = r"\reviewother"  # sets the letters that only LuaLaTeX and XeLaTeX have
OTHER_SCRIPT_DEFINITION = (
    rf"\providecommand{{{OTHER_SCRIPT}}}[1]"
    r"{\ifdefined\Umathchar#1\else\textit{(needs LuaLaTeX)}\fi}"
)
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
_LATEX |= {letter: f"$\\{name}$" for name, letter in GREEK.items()}
# What pandoc reads beyond Markdown: a citation, sub- and superscript. Links and code stay.
_PANDOC = re.compile(r"(?<!\\)<https?://[^>\s]*>|(?<!\\)`[^`\s]+@[^`\s]+`|(?<!\w)@|\^|(?<!\\)~")


def escape(text: str) -> str:
    """The cleaned text with Markdown's own characters made harmless."""
    return escape_plain(clean(text))


def escape_pandoc(text: str) -> str:
    """The cleaned text escaped for every reader of Markdown, pandoc among them."""
    return for_pandoc(escape(text))


def for_pandoc(escaped: str) -> str:
    """Escaped Markdown in which also what pandoc reads beyond it is harmless; links stay."""
    return _PANDOC.sub(lambda found: found[0] if found[0][0] in "<`" else f"\\{found[0]}", escaped)


def escape_plain(plain: str) -> str:
    """As `escape`, for a text that is clean already, or for a part of one."""
    out, at = [], 0
    for mail in _MAIL.finditer(plain) if "@" in plain else ():
        out += [_SPECIAL.sub(r"\\\g<0>", plain[at : mail.start()]), f"`{mail[0]}`"]
        at = mail.end()
    out.append(_SPECIAL.sub(r"\\\g<0>", plain[at:]))
    return _NUMBERED.sub(r"\1\\\2", "".join(out))


def quoted_pandoc(text: str) -> str:
    """The escaped text in quotation marks of a kind that it does not contain, so that a reader of
    the draft, and `review check`, see where it ends."""
    for opening, closing in ('""', "“”", "«»"):
        if opening not in text and closing not in text:
            return f"{opening}{escape_pandoc(text)}{closing}"
    return f'"{escape_pandoc(text)}"'


def escape_latex(text: str) -> str:
    """The cleaned text with LaTeX's own characters made harmless. Words that pdfLaTeX has no
    letters for are in OTHER_SCRIPT, which the document must define."""
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
    """The character as pdfLaTeX writes it, None where it has no letter for it."""
    if character in _LATEX:
        return _LATEX[character]
    if character.isascii():
        return character
    is_latin = "À" <= character <= "ſ" and unicodedata.decomposition(character)
    return character if is_latin and character not in "ĿŀŉĲĳſ" else None


def escape_comment(text: str) -> str:
    """The cleaned text on one line, for a LaTeX comment, which ends with its line."""
    return " ".join(clean(text).split())


# In a .bib file a brace counts even after a backslash, and a style may change the case of letters
# outside a command, so these are spelt by names in small letters.
_BIBTEX = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "$": r"\$",
    "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_", "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
} | {
    letter: rf"\ensuremath{{{written[1:-1]}}}"
    for letter, written in _LATEX.items()
    if written.startswith("$\\") and letter not in "×±÷¬µ·"
}  # fmt: skip
_MATH_COMMANDS = {
    *GREEK,
    *"varepsilon vartheta varphi "
    "mathrm mathbf mathcal mathbb mathit mathsf mathfrak text sqrt frac hat bar tilde vec dot "
    "times cdot pm mp leq geq le ge neq ne approx sim simeq equiv propto infty in notin subset "
    "subseteq cup cap to rightarrow leftarrow leftrightarrow Rightarrow mapsto sum prod int log "
    "ln exp min max sup inf lim sin cos tan ell nabla partial forall exists ldots cdots dots "
    "quad langle rangle lfloor rfloor lceil rceil mid star ast circ otimes oplus prime".split(),
}  # fmt: skip
_JOINED = re.compile(r"-(?=-)|'(?=')|,(?=,)|[?!](?=`)")


def escape_bibtex(text: str, *, keeps_case: bool = False, protected: Sequence[str] = ()) -> str:
    """The cleaned text for a field of a .bib file, which is read back the same. Letters stay
    Unicode. `$...$` stays when it holds only mathematics. With `keeps_case`, capitals inside words,
    `protected` words and mathematics are braced, so that no style makes them small."""
    plain = clean(text)
    out, at = [], 0
    is_kept = _kept_case(protected) if keeps_case else None
    for match in MATH.finditer(plain):
        if _is_math(match[1]):
            out += [_bibtex_words(plain[at : match.start()], is_kept), f"{{{match[0]}}}"]
            at = match.end()
    return "".join([*out, _bibtex_words(plain[at:], is_kept)])


def _kept_case(protected: Sequence[str]) -> re.Pattern[str]:
    """What a word with capitals to keep has in it."""
    words = "|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in protected)
    return re.compile(f"{MIXED_CASE.pattern}|{words}" if words else MIXED_CASE.pattern)


def _is_math(text: str) -> bool:
    """True when LaTeX reads it without harm: known commands, balanced braces, nothing special. A
    sign alone is not: `{$<$}` is how Better BibTeX writes a sign of plain text."""
    if any(c in text for c in "%#&~") or not text.isascii() or text in ("<", "=", ">"):
        return False
    commands = re.findall(r"\\([A-Za-z]+|.)", text)
    if any(command not in _MATH_COMMANDS and command not in ",;!: " for command in commands):
        return False
    depth = 0
    for character in text:
        depth += (character == "{") - (character == "}")
        if depth < 0:
            return False
    return depth == 0 and not re.search(r"[_^]\s*(?:$|[_^}])|[_^]{2}", text)


def _bibtex_words(text: str, is_kept: re.Pattern[str] | None) -> str:
    if is_kept is None:
        return _bibtex_plain(text)
    pieces = ((_bibtex_plain(p), is_kept.search(p)) for p in re.split(r"(\s+)", text))
    return "".join(f"{{{plain}}}" if has_case else plain for plain, has_case in pieces)


def _bibtex_plain(text: str) -> str:
    """The text with each character escaped. `\\0`, which is in no clean text, is replaced by the
    empty group that keeps two marks apart."""
    apart = _JOINED.sub("\\g<0>\0", text)
    return "".join(_BIBTEX.get(c, c) for c in apart).replace("\0", "{}")
