"""The abstract of the work at hand is found, in Markdown and in LaTeX, at its place in the file."""

import pytest

from reviewer.errors import SourceError
from reviewer.sources import read_text_file
from reviewer.tasks.drafts.own_work import HINT, MOST_CHARS, OWN_TAG, read_own

SAID = "We train small models on pears. They learn to count and forget less than large ones do."
REST = "Nothing of this belongs to the abstract, however long it may be and however much it says."

FORMS = {
    "latex": f"\\title{{On Pears}}\n\\begin{{abstract}}\n{SAID}\n\\end{{abstract}}\n{REST}",
    "heading": f"# On Pears\n\n## Abstract\n\n{SAID}\n\n## Introduction\n\n{REST}",
    "bold": f"# On Pears\n\n**Abstract.** {SAID}\n\n# 1 Introduction\n\n{REST}",
    "introduction": f"# On Pears\n\nAda Guo\n\n## 1. Introduction\n\n{SAID}\n\n## Method\n\n{REST}",
    "latex introduction": f"\\title{{On Pears}}\n\\section{{Introduction}}\n{SAID}\n\\section{{M}}",
    "crlf": f"# On Pears\r\n\r\n## Abstract\r\n\r\n{SAID}\r\n\r\n## Method\r\n\r\n{REST}",
}


@pytest.mark.parametrize("form", FORMS)
def test_the_abstract_is_found_at_its_place(tmp_path, form):
    file = tmp_path / "paper.md"
    file.write_bytes(FORMS[form].encode())
    own = read_own(str(file))
    assert own.tag == OWN_TAG
    assert own.chunk.text == SAID
    assert FORMS[form][own.chunk.start : own.chunk.end] == SAID
    assert own.paper.text_of("body") == FORMS[form]
    assert own.paper.title == "On Pears"


def test_a_text_without_headings_is_read_from_its_beginning_in_whole_sentences(tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text(f"{SAID} " * 100, encoding="utf-8")
    own = read_own(str(file))
    assert MOST_CHARS - 200 < len(own.chunk.text) <= MOST_CHARS
    assert own.chunk.text.endswith((".", "pears."))
    assert own.paper.title == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds no abstract to compare with"),
        (b"# Only a title\n", "holds no abstract to compare with"),
        (b"%PDF-1.7\n\x00\x01" * 50, "is not text"),
        (b"\xff\xfe\xfa" * 100, "is not text in UTF-8"),
    ],
)
def test_what_is_no_text_is_told(tmp_path, content, said):
    file = tmp_path / "paper.pdf"
    file.write_bytes(content)
    with pytest.raises(SourceError, match=said) as raised:
        read_own(str(file))
    assert ".md, .tex or .txt" in raised.value.hint


def test_a_missing_file_and_a_folder_are_told(tmp_path):
    with pytest.raises(SourceError, match="cannot be opened: no such file"):
        read_own(str(tmp_path / "no.md"))
    with pytest.raises(SourceError, match="cannot be opened"):
        read_text_file(str(tmp_path), HINT)
