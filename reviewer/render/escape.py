"""Makes text stay text: in Markdown, in LaTeX and in the cells of a spreadsheet. Pure."""

from __future__ import annotations

import re
import unicodedata

from reviewer.text import clean

# A tilde strikes out only after a word, an ampersand only before a name; at the start of a text a
# sign or a number may begin a list or a heading, and at its end a `#` may close one. A bare address
# in a paper's words would become a link that is not ours (GitHub's Markdown does so), and what
# stands between dollars mathematics.
_SPECIAL = re.compile(
    r"[\\`*\[\]<>|$]|(?<![^\W_])_|_(?![^\W_])|(?<=\S)~|&(?=#?\w+;)|^[#+=~-]|(?<=\s)#(?=#*$)"
    r"|:(?=//)|(?<![\w:/])/(?=/)|(?<=[Ww]{3})\."
)
# No escape keeps GitHub from making a link of a mail address, but it makes none within code.
_MAIL = re.compile(r"(?:[\w.+&=$:-]+@(?:[\w-]+(?:\.[\w-]+)+|\.[\w-]*))+")
_NUMBERED = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
# What a spreadsheet takes for a formula, also in full width; but a plain number may have a sign.
_FORMULA = re.compile(r"\s*['＇]?\s*[=+@\-−＝＋＠－\t\r]")
_SIGNED = re.compile(r"[-+−]\d[\d.,]*\s?%?")
# Where a semicolon parts the cells, as in German, what follows one in a text would begin a cell.
_NEXT_CELL = re.compile(r"(?<=;)(?=\"*[=+@\-−＝＋＠－])(?![-+−]\d[\d.,]*\s?%?(?:[;\s]|$))")
OTHER_SCRIPT = r"\reviewother"  # typesets what only LuaLaTeX and XeLaTeX have letters for
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
# What pandoc reads beyond Markdown: a citation, sub- and superscript; not in a link, not in code.
_PANDOC = re.compile(r"(?<!\\)<https?://[^>\s]*>|(?<!\\)`[^`\s]+@[^`\s]+`|(?<!\w)@|\^|(?<!\\)~")


def escape(text: str) -> str:
    """The cleaned text with Markdown's own characters made harmless."""
    return escape_plain(clean(text))


def escape_pandoc(text: str) -> str:
    """Escaped for every reader of Markdown, pandoc among them."""
    return for_pandoc(escape(text))


def for_pandoc(escaped: str) -> str:
    """What pandoc reads beyond Markdown made harmless too; links stay."""
    return _PANDOC.sub(lambda found: found[0] if found[0][0] in "<`" else f"\\{found[0]}", escaped)


def escape_plain(plain: str) -> str:
    """The same for a text that is clean already, or for a piece of one."""
    out, at = [], 0
    for mail in _MAIL.finditer(plain) if "@" in plain else ():
        out += [_SPECIAL.sub(r"\\\g<0>", plain[at : mail.start()]), f"`{mail[0]}`"]
        at = mail.end()
    out.append(_SPECIAL.sub(r"\\\g<0>", plain[at:]))
    return _NUMBERED.sub(r"\1\\\2", "".join(out))


def quoted_pandoc(text: str) -> str:
    """The escaped text in quotation marks of a kind that it does not hold itself, so that a reader
    of the draft, `review check` among them, sees where it ends."""
    for opening, closing in ('""', "“”", "«»"):
        if opening not in text and closing not in text:
            return f"{opening}{escape_pandoc(text)}{closing}"
    return f'"{escape_pandoc(text)}"'


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
    apostrophe stands before what would be a formula (as OWASP advises), also behind a semicolon,
    which parts cells in many countries."""
    plain = _NEXT_CELL.sub("'", clean(text))
    if _FORMULA.match(plain) and not _SIGNED.fullmatch(plain):
        return f"'{plain}"
    return plain


# In a .bib file a brace counts even after a backslash, and letters outside a command may change
# their case, so these are spelt by names in small letters.
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
_MATH = re.compile(r"(?<![\\$])\$(?=[^\s$])([^$]*[^\s$\\])\$(?![\d$])")
_MATH_COMMANDS = {
    *(name for name in _GREEK if name != "o"),
    *"Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega varepsilon vartheta varphi "
    "mathrm mathbf mathcal mathbb mathit mathsf mathfrak text sqrt frac hat bar tilde vec dot "
    "times cdot pm mp leq geq le ge neq ne approx sim simeq equiv propto infty in notin subset "
    "subseteq cup cap to rightarrow leftarrow leftrightarrow Rightarrow mapsto sum prod int log "
    "ln exp min max sup inf lim sin cos tan ell nabla partial forall exists ldots cdots dots "
    "quad langle rangle lfloor rfloor lceil rceil mid star ast circ otimes oplus prime".split(),
}  # fmt: skip
_JOINED = re.compile(r"-(?=-)|'(?=')|,(?=,)|[?!](?=`)")
_MIXED_CASE = re.compile(r"[^\W\d_]\w*[A-ZÀ-ÖØ-Þ]\w*|\d+\w*[A-ZÀ-ÖØ-Þ]\w*")


def escape_bibtex(text: str, *, keeps_case: bool = False) -> str:
    """The cleaned text for a field of a .bib file, to be read back the same. Letters stay Unicode;
    `$...$` stays when it holds nothing but mathematics. With `keeps_case`, capitals inside words
    and mathematics are braced, so that no style makes them small."""
    plain = clean(text)
    out, at = [], 0
    for match in _MATH.finditer(plain):
        if _is_math(match[1]):
            out += [_bibtex_words(plain[at : match.start()], keeps_case), f"{{{match[0]}}}"]
            at = match.end()
    return "".join([*out, _bibtex_words(plain[at:], keeps_case)])


def _is_math(text: str) -> bool:
    """True when LaTeX reads it without harm: known commands, braces in pairs, nothing special."""
    if any(c in text for c in "%#&~") or not text.isascii():
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


def _bibtex_words(text: str, keeps_case: bool) -> str:
    pieces = re.split(r"(\s+)", text) if keeps_case else [text]
    return "".join(
        f"{{{_bibtex_plain(piece)}}}" if keeps_case and _MIXED_CASE.search(piece)
        else _bibtex_plain(piece)
        for piece in pieces
    )  # fmt: skip


def _bibtex_plain(text: str) -> str:
    """`\\0` stands for the empty group that keeps two marks apart; no clean text holds one."""
    apart = _JOINED.sub("\\g<0>\0", text)
    return "".join(_BIBTEX.get(c, c) for c in apart).replace("\0", "{}")
