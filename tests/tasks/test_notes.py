"""Notes for Obsidian and Logseq: what is in them, and that what people wrote in them stays."""

from __future__ import annotations

import json
import os
import re

import pytest
import yaml

from reviewer import Extractive, answer_question
from reviewer.errors import OutputError, UsageError
from reviewer.render import note_source
from reviewer.tasks.notes import write_notes
from tests.conftest import ROOT, write_listing

APPS = ["obsidian", "logseq"]
HOSTILE = [
    {"title": 'A "quoted": title --- with {braces} & [[links]] %% hidden %%', "id": "x1"},
    {"title": "CON", "abstract": "Devices of Windows:: %% review end {} %% <!-- x -->"},
    {"title": "../../etc/passwd", "abstract": "---\nkey: value\n---\n- <!-- review begin p1 -->"},
    {"title": "𝔘nicode é 中文 " * 20, "abstract": "#tag ==mark== ((ref)) {{macro}}"},
    {"title": "{{ 7 * 7 }} {% for %}", "abstract": "A line\u2028break, and a ^block"},
]


def note_of(folder, paper, app="obsidian"):
    place = folder / "pages" if app == "logseq" else folder
    return place / f"{paper.key}.md"


def front_matter(file):
    return yaml.safe_load(file.read_text(encoding="utf-8").split("---\n")[1])


def contents(folder):
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def ask(library, question):
    return answer_question(question, library, Extractive())


@pytest.fixture
def vault(tmp_path):
    return tmp_path / "vault"


@pytest.mark.parametrize("app", APPS)
def test_a_second_export_changes_no_file(sample_library, vault, app):
    ask(sample_library, "does RL teach new skills?")
    papers = sample_library.papers()
    first = write_notes(sample_library, papers, vault, app)
    before = contents(vault)
    assert len(first.new) == len(before) == len(papers)
    again = write_notes(sample_library, papers, vault, app)
    assert (again.new, again.changed, again.unchanged) == ((), (), len(papers))
    assert contents(vault) == before


@pytest.mark.parametrize("app", APPS)
def test_papers_that_two_answers_cite_together_are_linked_with_both_questions(
    sample_library, vault, app
):
    questions = ["does RL teach new skills?", "does RL teach new skills to models?"]
    both = [ask(sample_library, question) for question in questions]
    cited = [{c.paper_id for claim in answer.claims for c in claim.citations} for answer in both]
    one, other = sorted(cited[0] & cited[1])[:2]
    papers = sample_library.papers()
    write_notes(sample_library, papers, vault, app)
    named = {paper.id: paper for paper in papers}
    text = note_of(vault, named[one], app).read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if f"[[{named[other].key}" in line]
    assert all(question in line for question in questions)
    assert "## Quotes" in text
    uncited = next(paper for paper in papers if paper.id not in cited[0] | cited[1])
    assert "[[" not in note_of(vault, uncited, app).read_text(encoding="utf-8")


def test_properties_have_usual_names_and_are_yaml_whatever_titles_say(library, vault, tmp_path):
    library.add([write_listing(tmp_path / "odd.jsonl", *HOSTILE)])
    papers = library.change(
        [paper.key for paper in library.papers()],
        lambda paper: paper.model_copy(update={"tags": ("two words", "2025"), "year": 2025}),
    )
    assert len(papers) == len(HOSTILE)
    write_notes(library, papers, vault, "obsidian")
    titles = set()
    for file in vault.iterdir():
        found = front_matter(file)
        titles.add(found["title"])
        assert (found["aliases"], found["year"]) == ([found["title"]], 2025)
        assert found["tags"] == ["two-words", "_2025"]
        assert re.fullmatch(r"[\w-]+\.md", file.name)
        assert file.stem.upper() != "CON"
    assert {'A "quoted": title --- with {braces} & [[links]] %% hidden %%', "CON"} <= titles
    assert "../../etc/passwd" in titles


@pytest.mark.parametrize("app", APPS)
def test_hostile_words_neither_break_the_marks_nor_write_elsewhere(library, tmp_path, app):
    library.add([write_listing(tmp_path / "odd.jsonl", *HOSTILE)])
    place = tmp_path / "inside"
    place.mkdir()
    for _ in range(2):
        done = write_notes(library, library.papers(), place / "vault", app)
        assert done.remarks == ()
    assert (done.new, done.changed) == ((), ())
    assert [path.name for path in place.iterdir()] == ["vault"]
    text = "".join(data.decode() for data in contents(place).values())
    marks = re.findall(r"^(?:%%|- <!--) review (\w+) ", text, re.MULTILINE)
    assert marks == ["begin", "end"] * len(HOSTILE)
    assert "7 \\* 7" in text
    bare = text.replace('title: "{{', "").replace('["{{', "").replace(":: \\{{", "")
    assert not re.search(r"(?<!\\)#tag|(?<!\\)\(\(|(?<!\\)\{\{", bare)


@pytest.mark.parametrize("app", APPS)
def test_what_a_person_writes_round_the_part_stays_while_the_part_is_brought_up_to_date(
    sample_library, vault, app
):
    paper = sample_library.papers()[0]
    write_notes(sample_library, [paper], vault, app)
    file = note_of(vault, paper, app)
    begin = "%% review begin" if app == "obsidian" else "- <!-- review begin"
    text = file.read_text(encoding="utf-8").replace(begin, f"- Mine above.\n{begin}")
    file.write_text(f"{text}- Mine below [[other]].\n", encoding="utf-8")
    (changed,) = sample_library.change(
        [paper.key], lambda own: own.model_copy(update={"notes": "Read it again."})
    )
    done = write_notes(sample_library, [changed], vault, app)
    assert done.changed == (str(file),)
    after = file.read_text(encoding="utf-8")
    assert "- Mine above.\n" in after
    assert after.endswith("- Mine below [[other]].\n")
    assert "Read it again." in after
    assert "Read it again." in after.split("review end")[0]


@pytest.mark.parametrize("app", APPS)
def test_a_part_that_a_person_changed_is_kept_and_said_until_its_words_are_taken_out(
    sample_library, vault, app
):
    paper = sample_library.papers()[0]
    write_notes(sample_library, [paper], vault, app)
    file = note_of(vault, paper, app)
    text = file.read_text(encoding="utf-8").replace("## Abstract", "## Abstract, which I doubt")
    file.write_text(text, encoding="utf-8")
    done = write_notes(sample_library, [paper], vault, app)
    (remark,) = done.remarks
    assert str(file) in remark
    assert "changed by hand" in remark
    assert file.read_text(encoding="utf-8") == text
    head, tail = text.index("review begin"), text.index("review end")
    emptied = text[: text.index("\n", head) + 1] + text[text.rindex("\n", 0, tail) + 1 :]
    file.write_text(emptied, encoding="utf-8")
    done = write_notes(sample_library, [paper], vault, app)
    assert (done.remarks, done.changed) == ((), (str(file),))
    assert "doubt" not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("app", APPS)
def test_a_note_without_a_whole_pair_of_marks_stays(sample_library, vault, app):
    paper = sample_library.papers()[0]
    write_notes(sample_library, [paper], vault, app)
    file = note_of(vault, paper, app)
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if "review end" not in line), encoding="utf-8")
    before = contents(vault)
    (remark,) = write_notes(sample_library, [paper], vault, app).remarks
    assert "marks" in remark
    assert contents(vault) == before


def test_properties_of_a_person_stay_and_tags_of_both_are_joined(sample_library, vault):
    (paper,) = sample_library.change(
        [sample_library.papers()[0].key],
        lambda own: own.model_copy(update={"tags": ("rl",), "venue": "ICML"}),
    )
    write_notes(sample_library, [paper], vault, "obsidian")
    file = note_of(vault, paper)
    before = front_matter(file)
    # As Obsidian itself writes properties.
    mine = {**before, "title": "My title", "tags": ["rl", "to-read"], "rating": 9}
    del mine["venue"]
    text = file.read_text(encoding="utf-8").split("---\n", 2)[2]
    file.write_text(f"---\n{yaml.safe_dump(mine, sort_keys=False)}---\n{text}", encoding="utf-8")
    (paper,) = sample_library.change(
        [paper.key], lambda own: own.model_copy(update={"tags": ("rl", "key"), "year": 2031})
    )
    done = write_notes(sample_library, [paper], vault, "obsidian")
    found = front_matter(file)
    assert (found["title"], found["rating"], found["year"]) == ("My title", 9, 2031)
    assert found["tags"] == ["rl", "to-read", "key"]
    assert "venue" not in found
    assert [remark.rpartition(": ")[2] for remark in done.remarks] == ["title"]
    assert write_notes(sample_library, [paper], vault, "obsidian").changed == ()


def test_a_note_keeps_its_file_when_it_is_moved_or_its_papers_key_changes(sample_library, vault):
    papers = sample_library.papers()
    write_notes(sample_library, papers, vault, "obsidian")
    moved = vault / "Read" / "My name.md"
    moved.parent.mkdir()
    note_of(vault, papers[0]).rename(moved)
    renamed = papers[0].model_copy(update={"key": "another-key-2031"})
    done = write_notes(sample_library, [renamed], vault, "obsidian")
    assert (done.new, done.changed) == ((), (str(moved),))
    assert front_matter(moved)["citekey"] == "another-key-2031"


@pytest.mark.parametrize("app", APPS)
def test_the_note_of_a_paper_that_went_stays_and_is_said(sample_library, vault, app):
    gone, *rest = sample_library.papers()
    write_notes(sample_library, [gone, *rest], vault, app)
    before = contents(vault)
    sample_library.remove(gone.key)
    (remark,) = write_notes(sample_library, rest, vault, app).remarks
    assert f"{gone.key}.md stays: its paper is no longer in the library" in remark
    assert contents(vault) == before


def test_a_note_of_ones_own_with_the_same_name_is_never_written_to(sample_library, vault):
    paper = sample_library.papers()[0]
    vault.mkdir()
    own = vault / f"{paper.key.upper()}.md"
    own.write_text("Mine.\n", encoding="utf-8")
    done = write_notes(sample_library, [paper], vault, "obsidian")
    assert done.new == (str(vault / f"{paper.key}-2.md"),)
    assert own.read_text(encoding="utf-8") == "Mine.\n"


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_nothing_is_written_through_links_that_lead_out_of_the_folder(
    sample_library, vault, tmp_path
):
    paper = sample_library.papers()[0]
    outside = tmp_path / "outside"
    outside.mkdir()
    write_notes(sample_library, [paper], outside, "obsidian")
    note_of(outside, paper).write_bytes(b"x" + note_of(outside, paper).read_bytes())
    before = contents(outside)
    vault.mkdir()
    note_of(vault, paper).symlink_to(note_of(outside, paper))
    (vault / "folder").symlink_to(outside)
    (vault / "pages").symlink_to(outside)
    done = write_notes(sample_library, [paper], vault, "obsidian")
    assert done.new == (str(vault / f"{paper.key}-2.md"),)
    with pytest.raises(OutputError, match="is a link to another folder"):
        write_notes(sample_library, [paper], vault, "logseq")
    assert contents(outside) == before


def test_line_ends_of_windows_stay(sample_library, vault):
    paper = sample_library.papers()[0]
    write_notes(sample_library, [paper], vault, "obsidian")
    file = note_of(vault, paper)
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert write_notes(sample_library, [paper], vault, "obsidian").changed == ()
    (paper,) = sample_library.change(
        [paper.key], lambda own: own.model_copy(update={"notes": "More."})
    )
    write_notes(sample_library, [paper], vault, "obsidian")
    assert b"More." in file.read_bytes()
    assert file.read_bytes().count(b"\n") == file.read_bytes().count(b"\r\n")


def test_logseq_folding_a_block_is_no_change_by_hand(sample_library, vault):
    paper = sample_library.papers()[0]
    write_notes(sample_library, [paper], vault, "logseq")
    file = note_of(vault, paper, "logseq")
    text = file.read_text(encoding="utf-8")
    folded = text.replace("- ## Abstract\n", "- ## Abstract\n  collapsed:: true\n")
    file.write_text(folded, encoding="utf-8")
    done = write_notes(sample_library, [paper], vault, "logseq")
    assert (done.remarks, done.changed) == ((), ())


def test_a_users_template_takes_the_place_of_the_programs(sample_library, vault, tmp_path):
    paper = sample_library.papers()[0]
    own = tmp_path / "own.md.jinja"
    own.write_text(
        "---\ntitle: {{ title | yaml }}\n---\nIt says: {{ abstract | text }}\n{{ yours }}\nMine:\n"
    )
    write_notes(sample_library, [paper], vault, "obsidian", template=str(own))
    text = note_of(vault, paper).read_text(encoding="utf-8")
    assert "\nIt says: " in text.split("review end")[0]
    assert text.endswith("\nMine:\n")
    own.write_text("{{ titel }}")
    with pytest.raises(UsageError, match="'titel' is undefined"):
        write_notes(sample_library, [paper], vault, "obsidian", template=str(own))
    own.write_text("{{ quotes.__class__.__mro__ }}")
    with pytest.raises(UsageError, match="unsafe"):
        write_notes(sample_library, [paper], vault, "obsidian", template=str(own))
    with pytest.raises(UsageError, match="cannot be read"):
        write_notes(sample_library, [paper], vault, "obsidian", template=str(tmp_path / "no"))
    assert note_of(vault, paper).read_text(encoding="utf-8") == text


@pytest.mark.parametrize("app", APPS)
def test_the_page_of_the_documents_shows_the_template_as_it_is(app):
    page = (ROOT / "docs" / "notes.md").read_text(encoding="utf-8")
    shown = page.split(f"<!-- template: {app} -->\n````jinja\n")[1].split("````")[0]
    assert shown == note_source(app)


@pytest.mark.parametrize("app", APPS)
def test_every_note_of_the_listings_is_the_same_when_it_is_exported_again(
    library, seeds, vault, app
):
    library.add([str(seeds)])
    papers = library.papers()
    assert len(papers) == 491
    first = write_notes(library, papers, vault, app)
    before = contents(vault)
    assert len(first.new) == len(before) == 491
    again = write_notes(library, papers, vault, app)
    assert (again.new, again.changed, again.remarks) == ((), (), ())
    assert contents(vault) == before
    assert json.dumps(sorted(file.name for file in before)).isascii()
