"""LaTeX becomes plain text, whatever it lacks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.text.latex import plain_text

PIECES = (
    r"\href \url \path \nolinkurl \frac \sqrt \begin{x} \end{x} \begin{array} \item \verb \left( "
    r"\' \H \v \textbf \footnote \newcommand \input \date \author \textcolor \color \char \accent "
    r"\begin \end \begin{equation} \substack \\ $ $$ \( \) \[ \] { } {x} [ ] ~ a | % # & ^ _ é"
).split()


@pytest.mark.parametrize(
    ("latex", "plain"),
    [
        (r"See \href{https://e.org/a_b%20c}{our {\em page}}.", "See our page."),
        (r"\href[pdfnewwindow]{https://e.org}{text}", "text"),
        (r"Data at \url{https://e.org/a_b#c}", "Data at https://e.org/a_b#c"),
        (r"In \path{/a/b} and \nolinkurl{b.org} for all", "In /a/b and b.org for all"),
        (r"\nolinkurl{http://x/50%}", "http://x/50%"),
        (r"\href{only}", r"\hrefonly"),
        (r"ends with \href", r"ends with \href"),
        (r"ends with \path", r"ends with \path"),
        (r"{a} \date", r"a \date"),
    ],
)
def test_a_command_of_an_address_is_its_text(latex, plain, capfd):
    assert plain_text(latex) == plain
    assert capfd.readouterr().err == ""


@given(st.lists(st.sampled_from(PIECES), max_size=12), st.sampled_from(["", " "]))
def test_any_text_with_any_commands_becomes_plain(pieces, between):
    assert isinstance(plain_text(between.join(pieces)), str)
