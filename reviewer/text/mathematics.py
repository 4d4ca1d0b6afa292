"""Short mathematics as plain characters, where a format has no LaTeX. Pure."""

from __future__ import annotations

import re

MATH = re.compile(r"(?<![\\$])\$(?=[^\s$])([^$]*[^\s$\\])\$(?![\d$])")
"""Mathematics between dollars; `$5 and $6` is none."""
_SMALL = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi o pi rho varsigma "
    "sigma tau upsilon phi chi psi omega"
).split()
GREEK = {name: chr(0x3B1 + n) for n, name in enumerate(_SMALL) if name != "o"}
"""The Greek letters that LaTeX has commands for, by name."""
GREEK |= {
    name.capitalize(): GREEK[name].upper()
    for name in "gamma delta theta lambda xi pi sigma upsilon phi psi omega".split()
}
_SYMBOLS = GREEK | {
    "varepsilon": "ε", "vartheta": "ϑ", "varphi": "φ", "leq": "≤", "le": "≤", "geq": "≥",
    "ge": "≥", "neq": "≠", "ne": "≠", "approx": "≈", "sim": "∼", "to": "→", "rightarrow": "→",
    "leftarrow": "←", "uparrow": "↑", "downarrow": "↓", "infty": "∞", "in": "∈", "sum": "∑",
    "times": "×", "cdot": "·", "pm": "±", "ell": "ℓ",
}  # fmt: skip
_STYLED = re.compile(r"\\(?:mathrm|mathit|mathsf|mathbf|text|textrm)\{([\w .-]*)\}")
_COMMAND = re.compile(r"\\([A-Za-z]+) ?")
_SCRIPT = re.compile(r"([_^])(?:\{([-+\d]+)\}|(\d))")
_SCRIPTS = {
    "_": str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋"),
    "^": str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"),
}


def text_of_math(text: str) -> str:
    """The text with `α` for `$\\alpha$` and `n²` for `$n^2$`; mathematics for which characters are
    lacking stays LaTeX."""
    return MATH.sub(_in_characters, text)


def _in_characters(found: re.Match[str]) -> str:
    inner = _STYLED.sub(r"\1", found[1])
    inner = _COMMAND.sub(lambda command: _SYMBOLS.get(command[1], command[0]), inner)
    inner = _SCRIPT.sub(lambda s: (s[2] or s[3]).translate(_SCRIPTS[s[1]]), inner)
    return found[0] if re.search(r"[\\{}_^~&#%]", inner) else inner
