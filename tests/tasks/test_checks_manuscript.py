"""What is read of a draft: its sentences, the keys they cite, the words they quote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.tasks.checks.manuscript import read_draft


def cited(text, **options):
    return [(s.text, s.keys) for s in read_draft(text, **options).sentences]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("It holds [@a].", ("a",)),
        ("It holds [@a; @b, p. 3; see -@c].", ("a", "b", "c")),
        ("As @guo-2025-rl says.", ("guo-2025-rl",)),
        ("As [@{https://x.org/a}] says.", ("https://x.org/a",)),
        ("It holds [@smith:2020_x.y].", ("smith:2020_x.y",)),
        ("Mail a@b.org, see @fig:one and [link](http://x.org/@a).", ()),
        ("Code `[@a]` is code.", ()),
        ("It holds \\citep[see][p.~3]{a, b}.", ("a", "b")),
        ("\\citet{a} and \\textcite*{b} hold, \\autocites[p. 1]{c}[2]{d}.", ("a", "b", "c", "d")),
        ("It holds~\\parencite{a}, % \\cite{b}\nand on.", ("a",)),
    ],
)
def test_marks_are_read(text, keys):
    draft = read_draft(text, is_latex="\\" in text)
    assert tuple(key for s in draft.sentences for key in s.keys) == keys
    assert draft.keys == keys


@pytest.mark.parametrize(
    "code",
    [
        "\\verb|\\cite{x}|",
        "\\verb*+\\cite{x}+",
        "\\verb|50% [@x]|",
        "\\Verb[fontsize=\\small]{\\cite{x}}",
        "\\lstinline{\\cite{x}}",
        "\\lstinline[language=TeX]!\\cite{x}!",
        "\\mintinline{latex}|\\cite{x}|",
        "% \\cite{x} \\verb|\n",
        "\n\\begin{verbatim}\n\\cite{x}\n% \\end{document}\n\\end{verbatim}\n",
        "\n\\begin{Verbatim}[numbers=left]\n\\cite{x}\n\\end{Verbatim}\n",
        "\n\\begin{lstlisting}[language=TeX]\n\\citep{x} % and [1]\n\\end{lstlisting}\n",
        "\n\\begin{minted}{latex}\n\\cite{x}\n\\end{minted}\n",
        "\n\\begin{comment}\n\\cite{x}\n\\end{comment}\n",
    ],
)
def test_code_in_latex_holds_no_citation(code):
    draft = read_draft(
        f"It is so \\cite{{a}}. Write {code} to cite. So it is \\cite{{b}}.", is_latex=True
    )
    assert draft.keys == ("a", "b")


@pytest.mark.parametrize(
    "code",
    [
        "`[@x]`",
        "``a ` [@x]``",
        "`a mark\nis [@x]`",
        "<code>[@x]</code>",
        "<!-- [@x] ` -->",
        "\n\n```\n[@x] <!--\n```\n\n",
        "\n\n~~~ markdown\n[@x]\n~~~\n\n",
        "\n\n- So:\n\n  ```\n  [@x]\n  ```\n\n",
        "\n\n> ```\n> [@x]\n> ```\n\n",
        "\n\n<pre>\n[@x]\n</pre>\n\n",
        "\n\n    cite [@x]\n    and [1]\n\n    [@y]\n\n",
        "\n\n\tcite [@x]\n\n",
    ],
)
def test_code_in_markdown_holds_no_citation(code):
    draft = read_draft(f"It is so [@a]. Write {code} to cite. So it is [@b].")
    assert draft.keys == ("a", "b")


def test_what_is_indented_below_a_list_item_is_prose():
    draft = read_draft(
        "It is so [@a].\n\n- First [@b].\n\n    It goes on [@c].\n\n1. Two.\n\n\tOn [@d]."
    )
    assert draft.keys == ("a", "b", "c", "d")


def test_a_tag_that_is_only_named_hides_nothing():
    text = "The <code> tag holds [@a].\n\nIt's a `quoted' word\nand `so' [@b]."
    assert read_draft(text).keys == ("a", "b")


def test_a_mark_belongs_to_its_sentence():
    text = "One holds [@a]. Two holds. [@b] Three holds.[@c]\n\nFour holds [@d, p. 4]. Five.\n"
    assert cited(text) == [
        ("One holds.", ("a",)),
        ("Two holds.", ("b",)),
        ("Three holds.", ("c",)),
        ("Four holds.", ("d",)),
        ("Five.", ()),
    ]


def test_places_are_those_of_the_file():
    text = "---\ntitle: T\n---\n\n# Head 5\n\nOne [@a].\n\n- Two [@b].\n"
    draft = read_draft(text)
    assert [s.line for s in draft.sentences] == [7, 9]
    assert [text[s.start : s.end] for s in draft.sentences] == ["One [@a].", "Two [@b]."]


def test_a_quotation_of_several_sentences_is_one():
    (sentence,) = read_draft("He says “It holds. It does. Yes!” [@a].").sentences
    assert sentence.quotes == ("It holds. It does. Yes!",)
    (sentence,) = read_draft("He says ``it holds'' \\cite{a}.", is_latex=True).sentences
    assert sentence.quotes == ("it holds",)


def test_a_quotation_after_a_mark_in_its_paragraph_cites_the_same_paper():
    text = '- **A title** [@a]: "One holds." "Two holds, 5 % more."\n- "Three holds." Four holds.\n'
    found = [(s.quotes, s.keys) for s in read_draft(text).sentences]
    assert (("Two holds, 5 % more.",), ("a",)) in found
    assert (("Three holds.",), ()) in found
    assert ((), ()) in found


def test_a_list_of_references_is_no_prose_until_the_next_heading():
    text = (
        "It holds [@a].\n\n## References\n\n- a: A title, 29 Sep 2025.\n\n## After\n\nIt goes on.\n"
    )
    assert [s.text for s in read_draft(text).sentences] == ["It holds.", "It goes on."]


def test_a_block_quote_is_a_quote():
    (sentence,) = read_draft("> It holds\n> for all. [@a]\n").sentences
    assert sentence.quotes == ("It holds for all.",)


def test_latex_is_read_as_its_reader_sees_it():
    text = r"""\documentclass{article}
\title{On 5 Pears}
\begin{document}
\section{Of 7 kinds}
We see 50\% of \emph{ripe} pears~\cite{a}. % and 9 more
\begin{equation} x = 3 \end{equation}
\begin{itemize}
\item M\"uller holds \cite{b}.
\end{itemize}
\bibliography{refs,more}
\end{document}
"""
    draft = read_draft(text)
    assert draft.form == "latex"
    assert [(s.text, s.keys) for s in draft.sentences] == [
        ("We see 50% of ripe pears.", ("a",)),
        ("Müller holds.", ("b",)),
    ]
    assert draft.bibliographies == ("refs.bib", "more.bib")


def test_numbers_are_keys_only_with_a_list_of_references():
    text = "It holds [1, 3-4] in [0, 1].\n\n## References\n\n[1] A one.\n[3] B three.\n4. C four.\n"
    assert read_draft(text).keys[:3] == ("1", "3", "4")
    assert read_draft(text).entries == {"1": "A one.", "3": "B three.", "4": "C four."}
    assert read_draft("It holds in [0, 1] and [2].\n").keys == ()


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("It holds (Guo et al., 2025).", ("Guo et al., 2025",)),
        ("It holds (see Guo et al., 2025; Guo and Smith 2024a, p. 3).",
         ("Guo et al., 2025", "Guo and Smith, 2024a")),
        ("As Guo et al. (2025) hold, it is so.", ("Guo et al., 2025",)),
        ("Smith, Lee, and Guo (2020) hold it.", ("Smith et al., 2020",)),
        ("It holds (SKR, n.d.).", ("SKR, n.d.",)),
        ("R1-Searcher++ (n.d.) searches.", ("R1-Searcher++, n.d.",)),
        ("It holds (“From f(x) and g(x) to f(g(x)): LLMs…”, 2025).",
         ("“From f(x) and g(x) to f(g(x)): LLMs”, 2025",)),
        ("It holds (Guo et al., 2024a, b; 2025).",
         ("Guo et al., 2024a", "Guo et al., 2024b", "Guo et al., 2025")),
        ("Van der Berg and O'Neil (2019) hold it.", ("Van der Berg and O'Neil, 2019",)),
        ("It grew (in May 2025) and fell (Figure 3, 2020).", ()),
        ("It is so (2020).", ()),
        ("They say “it holds (Yu et al., 2024) here” [@a].", ("a",)),
        ("\"It holds (Yu et al., 2024) here\" (Guo et al., 2025).", ("Guo et al., 2025",)),
    ],
)  # fmt: skip
def test_authors_and_years_are_marks(text, keys):
    (sentence,) = read_draft(text).sentences
    assert sentence.keys == keys
    assert not sentence.has_other_mark or not keys


def test_a_row_of_a_table_counts_when_it_cites():
    text = "| a | 5 |\n|---|---|\n| b [@k] | 6 |\n"
    assert cited(text) == [("b", ("k",)), ("6", ("k",))]
    latex = "\\begin{tabular}{ll}\na & 5 \\\\\nb \\cite{k} & 6 \\\\\n\\end{tabular}\n"
    assert [(t, k) for t, k in cited(latex, is_latex=True) if k] == [("b", ("k",)), ("6", ("k",))]


def test_a_row_without_a_key_names_a_paper_of_the_list_below():
    text = (
        "| Paper | gain |\n|---|---|\n| SKR | 6 points[^1] |\n| Other | 7 |\n\n## Papers\n\n"
        '- skr-nd · SKR: Asking Oneself\n\n[^1]: "It gains 6 points." (abstract, '
        "characters 3 to 20): the paper's words.\n"
    )
    assert cited(text) == [("6 points", ("skr-nd",)), ('"It gains 6 points."', ("skr-nd",))]


def test_a_footnote_and_its_sentence_share_their_keys():
    assert [keys for _, keys in cited("It holds.[^1]\n\n[^1]: See @a and [@b].\n")] == [
        ("a", "b"),
        ("a", "b"),
    ]
    assert [keys for _, keys in cited("It holds [@a].[^1]\n\n[^1]: By 6%.\n")] == [("a",), ("a",)]


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("They say ‘it can never be so’ [@a].", ("it can never be so",)),
        ("They say 'it can never be so' [@a].", ("it can never be so",)),
        ("They say ‘it doesn’t hold at all’ [@a].", ("it doesn’t hold at all",)),
        ("A ‘skill’ is the models’ own and the authors’ word [@a].", ()),
        ("Don't, won't and the models' own can't [@a].", ()),
        ("They say “it is ‘never at all so’ here” [@a].", ("it is ‘never at all so’ here",)),
        ("They say ‹it can never be so› [@a].", ("it can never be so",)),
    ],
)
def test_single_marks_round_three_words_are_quotes(text, quotes):
    assert read_draft(text).sentences[0].quotes == quotes


def test_figures_in_inline_code_are_text_and_code_is_not():
    (sentence,) = read_draft("It gains `99 percent` by `top_k=5` and `f(3)` [@a].").sentences
    assert "99 percent" in sentence.text
    assert "top_k" not in sentence.text
    assert "f(3)" not in sentence.text
    (after,) = read_draft("```\nIt gains `99 percent`.\n```\n\nIt holds [@a].").sentences
    assert after.text == "It holds."


def test_an_escaped_tick_begins_no_code():
    (sentence,) = read_draft("A \\`stability' and \\`plasticity' trade-off [@a].").sentences
    assert sentence.text == "A `stability' and `plasticity' trade-off."


def test_a_number_before_a_colon_is_a_mark():
    text = 'A title (2025) [1]: "Its words."\n\n## References\n\n[1] A title.\n'
    assert cited(text)[0][1] == ("1",)
    assert cited("It holds.\n\n[1]: http://x.org/a\n") == [("It holds.", ())]


def test_what_the_program_says_of_its_own_text_is_no_sentence():
    for line in (
        "Written by m from 20 papers; citations by code.",
        "491 papers in the library, 57 matched, 30 read, 16 cited. Left out: 4 papers.",
        "491 papers in the library, 80 considered, 15 in the table. Cells: 33 filled.",
    ):
        assert cited(f"{line}\n\nIt holds [@a].") == [("It holds.", ("a",))]
        (own,) = cited(f"\\par\\smallskip {line}\n\nIt holds \\cite{{a}}.", is_latex=True)
        assert own[1] == ("a",)


@given(st.text(st.sampled_from('[@a]; .“”"{}\\cite`$%&|\n-#>1'), max_size=80), st.booleans())
def test_no_text_makes_it_raise_and_places_hold(text, is_latex):
    for sentence in read_draft(text, is_latex=is_latex).sentences:
        assert 0 <= sentence.start < sentence.end <= len(text)
        assert sentence.line == text.count("\n", 0, sentence.start) + 1


@pytest.mark.parametrize(
    ("text", "unlisted"),
    [
        ("It holds [1].", ("1",)),
        ("It holds [2, 3; 5]. [7]", ("2", "3", "5", "7")),
        ("It holds [1].\n\n## References\n\n[1] A title, 2020.\n", ()),
        ("It holds [1, 4].\n\n## References\n\n1. A title, 2020.\n2. Another.\n", ("4",)),
        ("It holds [1] and [2].\n\n[1] A title, 2020.\n[2] Another.\n", ()),
        ("It holds [1] and [3].\n\n[1] A title.\n\n[2] Another.\n", ("3",)),
        ("It holds [1].\n\n[1] Doe, A title, 2020.\n", ()),
        ("It holds.\n\n[1] shows that it holds.\n", ("1",)),
        ("It holds [1].\n\n## Quellen\n\n1. Ein Titel.\n2. Noch einer.\n", ()),
        ("It holds [1].\n\n[1]: https://arxiv.org/abs/2509.25123\n\nIt goes on.\n", ()),
        ("It is in [0, 1], in the range [2, 10] and $x \\in [1, 3]$. See a[1] and `[2]`.", ()),
        ("It holds [as said][1], [1](http://a.org) and [^1].\n\n[^1]: A note.\n", ()),
        ("It holds \\cite{a}.\\newcommand{\\x}[1]{#1} \\item[2] So it is \\cite{b} [3].", ("3",)),
        ("It holds [@1] and [1].", ()),
    ],
)
def test_numbers_that_are_not_in_the_list_are_known(text, unlisted):
    assert read_draft(text).unlisted == unlisted
