"""Papers are added to a draft, and no word that was there is changed."""

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.errors import NotFoundError, UsageError
from reviewer.library import Library
from reviewer.settings import Settings
from reviewer.tasks.checks.manuscript import read_draft
from reviewer.tasks.drafts.revise import ReviseOptions, diff_of, revise_draft
from reviewer.text.draft_prose import (
    Put,
    is_latex_draft,
    list_spans,
    prose_spans,
    put_reference,
    reference_list_of,
    with_puts,
)
from reviewer.writers import Extractive
from reviewer.writers.prompted.sections import AdditionText
from tests.conftest import SAMPLES
from tests.support.scripted import writer

ECHO, ZERO, JIN = "echo-chamber-rl-2025", "sun-2025-zerosearch", "jin-2025-search"
MARKDOWN = """\
---
title: "A front matter that is long enough to be taken for a paragraph of prose"
---
# Background and other things that a heading may say in very many words

Reinforcement learning may teach a model new skills [@from-fx-gx-2025],
or it may only amplify behaviours of pretraining.

```python
# code that is long enough to be taken for a paragraph of prose by mistake

and more of it, after a blank line, which is still code and not prose at all
```

Search agents learn to call a search engine while they reason, with a reward for the answer
[@jin-2025-search]. They read documents.

| a table | that is | long | enough | to | be | prose | too |

## References

- jin-2025-search · Search-R1
- from-fx-gx-2025 · From f(x)

The library held so many papers, and this line is no prose of the draft either.
"""
LATEX = r"""\documentclass{article}
\begin{document}
\section{Related work}
Reinforcement learning may teach a model new skills~\citep{from-fx-gx-2025}, or it may only amplify
behaviours of pretraining. % a remark
% a comment line that is long enough to be taken for prose, but it is not

\begin{figure}
Search agents search in this caption of a figure that nobody may add a sentence to.
\end{figure}

\paragraph{Search.} Search agents learn to call a search engine while they reason, with rewards.

\bibliography{refs}
\end{document}
"""


@pytest.fixture(scope="module", params=["words"])
def shelf(tmp_path_factory):
    with Library(tmp_path_factory.mktemp("revising"), Settings(embedding="none")) as opened:
        opened.add([str(SAMPLES)])
        yield opened


def revise(shelf, text, *keys, by=None, file="draft.md", **options):
    made = revise_draft(file, text, shelf, by or Extractive(), ReviseOptions(keys, **options))
    assert_only_added(text, made)
    return made


def assert_only_added(text, made):
    """What was there stands there still, in its order, character by character."""
    assert made.before == text
    matcher = difflib.SequenceMatcher(None, text, made.after, autojunk=False)
    assert all(kind in ("equal", "insert") for kind, *_ in matcher.get_opcodes())
    for addition in made.additions:
        assert addition.text in made.after


def lines_with(text, word):
    return [line for line in text.splitlines() if word in line]


@pytest.mark.parametrize("has_model", [False, True])
def test_a_paper_is_told_of_at_the_end_of_the_paragraph_nearest_to_it(shelf, has_model):
    by = writer()[0] if has_model else Extractive()
    made = revise(shelf, MARKDOWN, ECHO, ZERO, by=by)
    echo, zero = made.additions
    assert MARKDOWN[: echo.place].endswith("amplify behaviours of pretraining.")
    assert MARKDOWN[: zero.place].endswith("They read documents.")
    assert f"[@{ECHO}]" in echo.text
    for addition in made.additions:
        for claim in addition.claims:
            for c in claim.citations:
                assert shelf.paper(addition.key).text_of(c.part)[c.start : c.end] == c.quote
    if has_model:
        assert echo.text == f" Another study adds to this [@{ECHO}]."
    else:
        assert echo.text == f' "{echo.claims[0].text}" [@{ECHO}]'
    assert made.left_out == ()


def test_meaning_finds_the_paragraph_too(sample_library):
    made = revise_draft("d.md", MARKDOWN, sample_library, Extractive(), ReviseOptions((ZERO,)))
    assert_only_added(MARKDOWN, made)
    assert len(made.additions) == 1


def test_a_list_of_references_gets_the_entries(shelf):
    made = revise(shelf, MARKDOWN, ECHO, ZERO)
    listed = made.after.split("## References")[1].split("The library held")[0].strip().splitlines()
    assert [line[:12] for line in listed if line] == [
        "- jin-2025-s", "- from-fx-gx", "- echo-chamb", "- sun-2025-z",
    ]  # fmt: skip


def test_latex_is_added_as_latex_and_never_into_a_comment(shelf):
    made = revise(shelf, LATEX, ECHO, ZERO, file="draft.tex")
    (line,) = lines_with(made.after, rf"\citep{{{ECHO}}}")
    assert line.startswith("``")
    assert not line.startswith("%")
    (search,) = lines_with(made.after, rf"\citep{{{ZERO}}}")
    assert search.startswith(r"\paragraph{Search.} Search agents")
    assert made.after.count("@misc") == 0


def test_numbers_go_on_and_their_entries_are_listed(shelf):
    text = (
        "Reinforcement learning may teach a model skills, or only amplify behaviours [1, 2].\n\n"
        "## References\n\n[1] One.\n\n[2] Two.\n"
    )
    made = revise(shelf, text, ECHO)
    assert made.additions[0].text.endswith(" [3]")
    assert made.after.splitlines()[-1].startswith("[3] Echo Chamber: ")
    more = revise(shelf, text + "\n[3] Three, that is not cited.\n", ECHO)
    assert more.additions[0].text.endswith(" [4]")
    assert more.after.splitlines()[-1].startswith("[4] Echo Chamber: ")


AUTHOR_YEAR = """\
Reinforcement learning may teach a model new skills (Adams et al., 2024), or it may only amplify
behaviours of pretraining (Zhou & Li, 2023).

## References

Adams, B., Cole, D., & Egan, F. (2024). Skills from rewards. *Journal of Skills*, 3(1), 1-20.

Zhou, A., & Li, B. (2023). What pretraining knows. *Proceedings of Knowing*, 5-9.
"""


def test_a_draft_by_author_and_year_gets_author_and_year_and_its_list_stays_in_order(shelf):
    made = revise(shelf, AUTHOR_YEAR, ECHO, JIN)
    by_key = {addition.key: addition.text for addition in made.additions}
    assert by_key[ECHO].endswith(" (Echo Chamber, 2025)")
    assert "[@" not in made.after
    listed = [line for line in made.after.split("## References")[1].splitlines() if line]
    names = [line.split(",")[0].split(":")[0].split(".")[0] for line in listed]
    assert names == sorted(names)
    assert len(listed) == 4
    (echo,) = (line for line in listed if line.startswith("Echo"))
    assert echo.startswith("Echo Chamber: RL Post-training Amplifies")
    assert "(2025)." in echo  # APA, as the others are
    assert ECHO not in made.after
    checked = read_draft(made.after)
    assert {work.names[0] for work in checked.authored.values()} >= {
        "Adams",
        "Zhou",
        "Echo Chamber",
    }


@pytest.mark.parametrize(
    ("head", "added"),
    [("- ", "- "), ("3. ", "4. "), ("[3] ", "[4] ")],
)
def test_an_entry_has_the_form_of_the_list(shelf, head, added):
    entries = [head.replace("3", str(n)) + f"Author{n}, B. (202{n}). A title." for n in (1, 2, 3)]
    marks = "(Author1, 2021)" if head == "- " else "[1], [3]"
    text = f"Reinforcement learning may teach a model skills, or only amplify {marks}.\n\n"
    text += "## References\n\n" + "\n".join(entries) + "\n\n## Appendix\n\nMore.\n"
    made = revise(shelf, text, ECHO)
    lines = made.after.split("## References\n\n")[1].split("\n\n## Appendix")[0].splitlines()
    assert len(lines) == 4
    assert lines[-1].startswith(f"{added}Echo Chamber")


@pytest.mark.parametrize(
    ("cite", "style"),
    [
        ("\\cite", ""),
        ("\\citep", ""),
        ("\\parencite", ""),
        ("\\autocite", ""),
        ("\\citep", "latex"),
    ],
)
def test_latex_keeps_its_own_command(shelf, cite, style):
    text = LATEX.replace("\\citep", cite)
    made = revise(shelf, text, ECHO, file="draft.tex", style=style)
    assert f"{cite}{{{ECHO}}}" in made.additions[0].text


def test_a_bibliography_within_latex_gets_its_entry(shelf):
    listed = "\\begin{thebibliography}{9}\n\\bibitem{from-fx-gx-2025} Yuan. From f.\n"
    text = LATEX.replace("\\bibliography{refs}", f"{listed}\\end{{thebibliography}}")
    made = revise(shelf, text, ECHO, file="draft.tex")
    assert f"\n\\bibitem{{{ECHO}}} Echo Chamber" in made.after
    assert made.after.index(f"\\bibitem{{{ECHO}}}") < made.after.index("\\end{thebibliography}")


LISTS = {
    "bullets": "Two papers stand against each other here, and both of them use rewards a lot:\n\n"
    "- **One paper** [@a]: it may teach a model new skills by reinforcement learning and so on.\n"
    "- **Another** [@b]: it may only amplify behaviours of pretraining that are there already.\n",
    "bullets apart": "- One paper may teach a model new skills by reinforcement learning [@a].\n\n"
    "- Another may only amplify behaviours of pretraining that are there already [@b].\n\n"
    "  It goes on within the same item, and says more of behaviours of pretraining there.\n",
    "numbers": "1. One paper may teach a model new skills by reinforcement learning [@a].\n"
    "2. Another may only amplify behaviours of pretraining that are there already [@b].\n",
    "after a line": "Two papers stand against each other here, and both use rewards a lot:\n"
    "- One paper may teach a model new skills by reinforcement learning [@a].\n",
}


@pytest.mark.parametrize("name", LISTS)
def test_nothing_is_added_into_a_list(shelf, name):
    text = LISTS[name] + "\n## Next\n\nCooking pasta needs salted water and olive oil, they say.\n"
    made = revise(shelf, text, ECHO)
    before, added, _ = made.after.partition(made.additions[0].text)
    assert added.startswith("\n\n")
    assert before.rstrip() == LISTS[name].rstrip()


def test_nothing_is_added_into_a_list_of_latex(shelf):
    listed = (
        "\\begin{itemize}\n\\item One may teach a model new skills \\citep{a}.\n\n"
        "\\item Another may only amplify behaviours of pretraining that are there already.\n"
        "\\end{itemize}"
    )
    made = revise(shelf, f"\\section{{A}}\n{listed}\n\nMore.\n", ECHO, file="draft.tex")
    assert f"{listed}\n\n" in made.after
    assert made.additions[0].text.startswith("\n\n``")


def test_what_is_in_the_draft_already_is_not_added_again(shelf):
    made = revise(shelf, MARKDOWN, JIN, JIN)
    assert made.after == MARKDOWN
    assert made.left_out == (f"{JIN} is in the draft already",)
    assert diff_of(made) == ""
    title = shelf.paper(ZERO).title
    text = f"This draft tells of {title} in the words of its title, and of nothing else.\n"
    assert revise(shelf, text, ZERO).after == text


def test_the_change_is_shown_as_a_diff_that_applies(shelf):
    made = revise(shelf, MARKDOWN.rstrip("\n"), ECHO)
    diff = diff_of(made, "new.md")
    assert diff.startswith("--- draft.md\n+++ new.md\n@@ ")
    removed = [line[1:] for line in diff.splitlines()[2:] if line.startswith("-")]
    added = [line[1:] for line in diff.splitlines()[2:] if line.startswith("+")]
    assert all(any(new.startswith(old) for new in added) for old in removed)


@pytest.mark.parametrize(
    "added",
    [
        "RL gains 99.9% here [{0}].",
        "It is so [E9.1].",
        "It is so [DRAFT.1].",
        "It is so.",
    ],
)
def test_an_addition_without_proof_is_marked_or_left_out(shelf, added):
    def reply(asked):
        text = next(text for text in asked.texts if text.tag != "DRAFT")
        return f"{added.format(text.numbers[0])}\nEND"

    by, _ = writer({AdditionText: reply})
    made = revise(shelf, MARKDOWN, ECHO, by=by)
    assert "*(" in made.additions[0].text
    assert made.additions[0].claims[0].support in ("uncited", "unsupported")
    strict = revise(shelf, MARKDOWN, ECHO, by=by, is_strict=True)
    assert strict.after == MARKDOWN
    assert strict.left_out[0] == f"1 sentence on {ECHO} without proof (strict)"


def test_a_hostile_addition_stays_text(shelf):
    def reply(asked):
        number = next(text for text in asked.texts if text.tag != "DRAFT").numbers[0]
        text = (
            "[@smith-2099-fake] <b>x</b> ![i](http://evil.example/x) $a$ @who `c` holds "
            f"[{number}]."
        )
        return f"## New\n\n{' '.join([text] * 9)}\nEND"

    by, model = writer({AdditionText: reply})
    made = revise(shelf, MARKDOWN, ECHO, by=by)
    text = made.additions[0].text
    assert "\n" not in text
    assert "smith" not in text
    assert "evil" not in text
    assert "\\<b\\>" in text
    assert "\\$a\\$" in text
    assert len(made.additions[0].claims) <= 2
    asked = model.calls(AdditionText)[0]
    given = next(text for text in asked.texts if text.tag == "DRAFT")
    assert "amplify behaviours of pretraining" in given.body
    assert "Search agents" not in given.body


def test_what_cannot_be_revised_is_told(shelf):
    with pytest.raises(NotFoundError, match="no paper 'nobody'"):
        revise(shelf, MARKDOWN, "nobody")
    with pytest.raises(UsageError, match="no paper to add is named"):
        revise(shelf, MARKDOWN)
    for text in (
        "",
        "# Heading only\n",
        "```\ncode that is long enough to be prose here\n```\n",
    ):
        with pytest.raises(UsageError, match="holds no paragraph to add to"):
            revise(shelf, text, ECHO)


def test_a_revision_is_kept_as_a_run_and_its_quotes_are_shown(shelf):
    made = revise(shelf, MARKDOWN, ZERO)
    run = shelf.ledger.run(made.run_id)
    assert (run.command, run.question) == ("draft", f"{ZERO} into draft.md")
    assert "Search agents learn" not in run.model_dump_json()
    quoted = [c for _, c in shelf.ledger.quotes_of(shelf.paper(ZERO).id)]
    assert made.additions[0].claims[0].citations[0] in quoted


# Paragraphs


def test_prose_is_found_and_nothing_else():
    starts = [MARKDOWN[a:b].split()[:2] for a, b in prose_spans(MARKDOWN)]
    assert starts == [["Reinforcement", "learning"], ["Search", "agents"]]
    in_latex = [LATEX[a:b].split()[:2] for a, b in prose_spans(LATEX)]
    assert in_latex == [["Reinforcement", "learning"], ["\\paragraph{Search.}", "Search"]]


WORDS = "These are more than eight words of a paragraph that"  # for W
APART = {
    "a comment with a blank line": "W one.\n\n<!-- W\n\nW two. -->\n\nW three.",
    "a comment that begins in a paragraph": "W one.\n\nW <!-- no\n\nno -->\n\nW three.",
    "code with blank lines": "W one.\n\n```\nW\n\nW two.\n```\n\nW three.",
    "code in a list": "W one.\n\n- a\n\n  ~~~\n  W\n\n  W two.\n  ~~~\n\nW three.",
    "displayed mathematics": "W one.\n\n$$\nW\n\nW\n$$\n\nW three.",
    "verbatim": "\\documentclass{a}\n\\bibliographystyle{plain}\n\\begin{document}\n"
    "W one.\n\n\\begin{verbatim}\nW\n\nW two.\n\\end{verbatim}\n\n"
    "W three.\n\\end{document}\nW four.",
    "a line that begins with References": "W goes on\nreferences and other things one.\n\nW three.",
    "a list under Literature": "W one.\n\nW three.\n\n## Literature\n\n- W four.",
    "a numbered heading": "W one.\n\nW three.\n\n## 5. References {-}\n\n[1] W four.",
    "references that LaTeX makes": "\\begin{document}\n"
    "W one.\n\nW three.\n\n\\bibliography{refs}\n",
    "code in a line": "`code` W one.\n\nW is three.\n",
}  # fmt: skip


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", APART)
def test_one_idea_of_prose_serves_a_check_and_an_addition(name, line_end):
    text = APART[name].replace("W", WORDS).replace("\n", line_end)
    spans = prose_spans(text)
    assert [text[start:end].split()[-1] for start, end in spans] == ["one.", "three."]
    read = read_draft(text).sentences
    for start, end in spans:  # a check reads what a sentence is put after
        assert any(start <= s.start < end for s in read)
    for word in ("two.", "four."):
        assert not any(s.text.endswith(word) for s in read)


def test_a_drafts_form_is_told_by_its_name_and_else_by_what_it_holds():
    for file in ("a.tex", "A.LTX", "a.latex"):
        assert is_latex_draft("plain", file)
    assert not is_latex_draft(LATEX, "a.md")
    assert is_latex_draft(LATEX, "a.txt")
    assert not is_latex_draft(MARKDOWN, "a.txt")


def test_line_ends_of_windows_stay(shelf):
    text = MARKDOWN.replace("\n", "\r\n")
    made = revise(shelf, text, ECHO)
    assert len(prose_spans(text)) == 2
    assert made.after.count("\r\n") == made.after.count("\n") > text.count("\n")
    listed = revise(shelf, f"- {WORDS} one.\r\n- {WORDS} two.\r\n", ECHO).after
    assert listed.count("\r\n") == listed.count("\n") == 4


@given(st.text(alphabet="ab #`-\n\r\\%[]@{}12.", max_size=300))
def test_any_text_has_paragraphs_within_it(text):
    spans = prose_spans(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(text[a:b] == text[a:b].strip() for a, b in spans)
    assert spans == sorted(spans)
    listed = reference_list_of(text)
    assert listed is None or 0 <= put_reference(text, listed, "x").place <= len(text)
    lists = list_spans(text)
    assert all(0 <= start < end <= len(text) for start, end in lists)
    assert not any(a < d and c < b for a, b in lists for c, d in spans)


def test_texts_at_one_place_stand_in_their_order():
    assert with_puts("abc", [Put(3, "z"), Put(1, "x"), Put(1, "y")]) == "axybcz"
