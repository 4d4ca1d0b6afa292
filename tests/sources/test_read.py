"""Finding files behind what a user names, decoding them, and refusing them with a reason."""

import io
import os
import sys
from importlib import import_module
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.errors import SourceError
from reviewer.sources import ReadOptions, find_files, read_file
from reviewer.sources.discover import content_hash
from reviewer.types.papers import Skipped

SAMPLES = Path(__file__).parent.parent.parent / "fixtures" / "library"
LINE = b'{"title": "One", "abstract": "An abstract."}\n'


def put(place, data=LINE):
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
    return place


def read_bytes(folder, data, name="papers.txt"):
    return read_file(str(put(folder / name, data)), ReadOptions())


def names(*paths):
    return [
        found.reason if isinstance(found, Skipped) else Path(found).name
        for found in find_files([str(p) for p in paths])
    ]


def refusal(entries):
    assert entries.papers == ()
    (skipped,) = entries.skipped
    return skipped.reason


def test_a_folder_gives_its_files_in_order_with_those_below_and_none_hidden(tmp_path):
    for name in ("b.txt", "a.txt", "sub/c.txt", ".hidden.txt", ".git/d.txt", "sub/.e"):
        put(tmp_path / name)
    assert names(tmp_path) == ["a.txt", "b.txt", "c.txt"]


def test_a_hidden_file_is_read_when_it_is_named(tmp_path):
    assert names(put(tmp_path / ".hidden.txt")) == [".hidden.txt"]


def test_files_come_back_as_absolute_names(tmp_path, monkeypatch):
    put(tmp_path / "a.txt")
    monkeypatch.chdir(tmp_path)
    for named in ("a.txt", ".", "*.txt", "./a.txt"):
        assert list(find_files([named])) == [str(tmp_path / "a.txt")]


def test_each_file_comes_once(tmp_path):
    file = put(tmp_path / "a.txt")
    assert names(file, tmp_path, tmp_path / "*.txt", file) == ["a.txt"]


def test_a_pattern_gives_the_files_that_fit_it(tmp_path):
    for name in ("b.txt", "a.txt", "c.md", "sub/d.txt"):
        put(tmp_path / name)
    assert names(tmp_path / "*.txt") == ["a.txt", "b.txt"]
    assert sorted(names(tmp_path / "**" / "*.txt")) == ["a.txt", "b.txt", "d.txt"]
    assert names(tmp_path / "*.pdf") == ["no file fits this pattern"]


def test_a_file_whose_name_looks_like_a_pattern_is_itself(tmp_path):
    assert names(put(tmp_path / "a[1].txt")) == ["a[1].txt"]


def test_a_home_folder_is_written_out(tmp_path, monkeypatch):
    put(tmp_path / "a.txt")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert names("~/a.txt") == ["a.txt"]


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        ("nothing.txt", "no such file or folder"),
        ("empty", "the folder holds no files"),
        ("only-hidden", "the folder holds no files"),
        ("a\0b", "no such file or folder"),
        ("x" * 5000, "it cannot be looked for: file name too long"),
        ("~nobody-of-this-name/x", "it cannot be looked for: could not determine home directory"),
    ],
)
def test_a_name_without_a_file_is_skipped_and_does_not_stop_the_others(
    tmp_path, monkeypatch, named, reason
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    put(tmp_path / "only-hidden" / ".x")
    put(tmp_path / "a.txt")
    bad, good = find_files([named, "a.txt"])
    assert bad == Skipped(file=named, reason=reason)
    assert good == str(tmp_path / "a.txt")


def test_a_file_whose_name_is_not_utf8_is_skipped_and_does_not_stop_the_others(tmp_path):
    put(tmp_path / "a.txt")
    put(Path(os.fsdecode(os.fsencode(tmp_path) + b"/b\xff.txt")))
    put(tmp_path / "c.txt")
    assert names(tmp_path) == [
        "a.txt",
        "its name holds bytes that are not UTF-8: rename it",
        "c.txt",
    ]
    (refused,) = (found for found in find_files([str(tmp_path)]) if isinstance(found, Skipped))
    assert refused.file == f"{tmp_path}/b\\xff.txt"


def test_a_link_to_nothing_is_skipped_when_it_is_read(tmp_path):
    (tmp_path / "link.txt").symlink_to(tmp_path / "gone.txt")
    (found,) = find_files([str(tmp_path)])
    assert "no such file" in refusal(read_file(found, ReadOptions()))


def test_a_folder_that_links_to_itself_is_read_once(tmp_path):
    put(tmp_path / "a.txt")
    (tmp_path / "again").symlink_to(tmp_path)
    assert names(tmp_path)[0] == "a.txt"
    assert names(tmp_path).count("a.txt") == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read it")
def test_what_cannot_be_opened_is_skipped(tmp_path):
    put(tmp_path / "closed" / "a.txt")
    file = put(tmp_path / "b.txt")
    file.chmod(0)
    (tmp_path / "closed").chmod(0)
    assert refusal(read_file(str(file), ReadOptions())) == "it cannot be opened: permission denied"
    assert "the folder cannot be opened: permission denied" in names(tmp_path)
    (tmp_path / "closed").chmod(0o700)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b" \r\n\t\n", "the file is empty"),
        (b"\xef\xbb\xbf", "its format is unknown; review reads"),
        (bytes(range(256)) * 40, "it is binary data, not text"),
        (b"%PDF-1.7\n\0\0\0", "it is damaged: no page can be read"),
        (b"\x1f\x8b\x08\0\0\0", "it is packed (gzip)"),
        (b"PK\x03\x04\0\0\0", "it is a ZIP archive"),
        (b"\x89PNG\r\n\x1a\n" + b"\x01\x02\xff\xfe" * 100, "it is binary data, not text"),
        ("Ünïcödé títles".encode("utf-16"), "its format is unknown; review reads"),
        (b"A plain text about nothing.\n", "its format is unknown; review reads"),
        (b"x" * 2_000_000, "its format is unknown; review reads"),
        (b"Get trending papers in your email inbox!\nSubscribe", "it holds no entries"),
    ],
)
def test_a_file_that_holds_no_papers_is_refused_with_its_reason(tmp_path, data, reason):
    assert refusal(read_bytes(tmp_path, data)).startswith(reason)


def test_the_format_is_known_by_content_and_not_by_name(tmp_path):
    assert read_bytes(tmp_path, LINE, "papers.pdf").papers[0].title == "One"
    listing = (SAMPLES / "reasoning.txt").read_bytes()
    assert len(read_bytes(tmp_path, listing, "papers.jsonl").papers) == 15


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path):
    assert read_bytes(tmp_path, b"\xef\xbb\xbf" + LINE).papers[0].title == "One"


def test_what_is_not_utf8_is_read_as_windows_1252_and_said(tmp_path):
    entries = read_bytes(tmp_path, LINE + b'{"title": "Caf\xe9 \xff"}\n')
    assert [paper.title for paper in entries.papers] == ["One", "Café ÿ"]
    (note,) = entries.notes
    assert "Windows-1252" in note.reason


def test_broken_utf8_is_read_and_said(tmp_path):
    entries = read_bytes(tmp_path, LINE + b'{"title": "Caf\xc3\xa9 \xff"}\n')
    assert [paper.title for paper in entries.papers] == ["One", "Café \ufffd"]
    (note,) = entries.notes
    assert note.reason == "1 characters are not UTF-8 and were replaced by \ufffd"


def test_a_replacement_character_that_was_written_is_no_damage(tmp_path):
    assert read_bytes(tmp_path, '{"title": "Caf\ufffd"}'.encode()).notes == ()


def test_a_line_of_two_megabytes_is_read(tmp_path):
    entries = read_bytes(tmp_path, b'{"title": "One", "abstract": "' + b"word " * 400_000 + b'"}')
    assert len(entries.papers[0].abstract) == 2_000_000


def test_texts_are_stored_byte_for_byte(tmp_path):
    abstract = "By 5\\% on \\textit{x}\u200b,\tcafe\u0301 \u00a0~ \u2028 e\u00ad! " * 9
    header = "Get trending papers in your email inbox!\nSubscribe"
    data = f"{header}A  Title \n  {abstract}\n".encode()
    (paper,) = read_bytes(tmp_path, data).papers
    assert paper.abstract == "  " + abstract
    assert paper.abstract.encode() in data


def test_a_zero_byte_costs_no_line_and_is_said(tmp_path):
    entries = read_bytes(tmp_path, LINE + b'{"title": "To\0ads"}\n' + LINE.replace(b"One", b"Two"))
    assert [paper.title for paper in entries.papers] == ["One", "To\ufffdads", "Two"]
    assert entries.notes[0].reason == "it holds zero bytes, which were replaced by \ufffd"


def test_a_zero_byte_in_each_line_costs_none(tmp_path):
    data = b"".join(b'{"title": "Pond %d of\0newts"}\n' % number for number in range(500))
    assert len(read_bytes(tmp_path, data).papers) == 500


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("length", [300, 3000, 30_000])
def test_data_that_is_not_text_is_refused(tmp_path, seed, length):
    assert refusal(read_bytes(tmp_path, b"\x01" + Random(seed).randbytes(length)))


def test_a_hole_that_a_crash_left_in_a_file_costs_the_line_that_it_is_in(tmp_path):
    entries = read_bytes(tmp_path, LINE * 3 + b"\0" * 4096 + b"\n" + LINE)
    assert len(entries.papers) == 4
    assert [skipped.position for skipped in entries.skipped] == [4]


def raising(act, when):
    """The function, with a fault of its own for some of what it gets."""

    def changed(*arguments):
        if when(*arguments):
            raise KeyError("2")
        return act(*arguments)

    return changed


FAULT = "review has a fault that shows here (KeyError: '2'); please report it"


@pytest.mark.parametrize(
    ("form", "data", "function"),
    [
        ("bibtex", "@misc{{a, title={{One}}}}\n@misc{{b, title={{{0}}}}}\n"
         "@misc{{c, title={{Two}}}}", "_title"),
        ("jsonl", '{{"title": "One"}}\n{{"title": "{0}"}}\n{{"title": "Two"}}', "_paper_of"),
        ("ris", "TY  - JOUR\nTI  - One\nER  - \nTY  - JOUR\nTI  - {0}\nER  - \nTY  - JOUR\n"
         "TI  - Two\nER  - \n", "_paper_of"),
        ("table", "Title,Authors,Year\nOne,A,2020\n{0},A,2020\nTwo,B,2020\n", "_paper"),
    ],
)  # fmt: skip
def test_a_fault_of_a_reader_costs_the_entry_that_it_names(
    tmp_path, monkeypatch, form, data, function
):
    """No input is known at which a reader still has a fault, so it is given one."""
    module = import_module(f"reviewer.sources.formats.{form}")
    broken = raising(getattr(module, function), lambda found, *_: "BAD" in str(found))
    monkeypatch.setattr(module, function, broken)
    entries = read_bytes(tmp_path, data.format("BAD").encode())
    assert [paper.title for paper in entries.papers] == ["One", "Two"]
    (skipped,) = entries.skipped
    assert skipped.reason == FAULT
    assert skipped.position == (4 if form == "ris" else 3 if form == "table" else 2)


@pytest.mark.parametrize("function", ["matches", "read"])
def test_a_fault_of_a_reader_with_the_whole_file_names_the_file(tmp_path, monkeypatch, function):
    module = import_module("reviewer.sources.formats.plain_text")
    monkeypatch.setattr(module, function, raising(getattr(module, function), lambda *_: True))
    data = b"Title: One\n\nAbstract: " + b"Frogs croak at night in ponds. " * 9
    assert refusal(read_bytes(tmp_path, data)) == FAULT


def test_a_fault_with_a_pdf_names_the_file(tmp_path, monkeypatch):
    module = import_module("reviewer.sources.formats.pdf")
    monkeypatch.setattr(module, "_failure", raising(module._failure, lambda *_: True))
    assert refusal(read_bytes(tmp_path, b"%PDF-1.7\n", "a.pdf")) == FAULT


def test_good_lines_are_read_beside_bad_ones(tmp_path):
    entries = read_bytes(tmp_path, LINE + b"[]\n" + LINE)
    assert len(entries.papers) == 2
    assert [skipped.position for skipped in entries.skipped] == [2]


def test_standard_input_is_a_file_named_by_a_dash(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LINE)))
    assert list(find_files(["-"])) == ["-"]
    (paper,) = read_file("-", ReadOptions()).papers
    assert (paper.title, paper.origins[0].file) == ("One", "-")


def test_the_sample_library_is_read_whole():
    entries = [read_file(str(file), ReadOptions()) for file in find_files([str(SAMPLES)])]
    assert [len(e.papers) for e in entries] == [15, 21, 28]
    assert not any(e.skipped or e.notes for e in entries)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory, data):
    entries = read_bytes(tmp_path_factory.getbasetemp(), data)
    assert entries.papers or entries.skipped


def test_the_hash_of_files_follows_their_names_and_bytes(tmp_path):
    file = put(tmp_path / "a.txt")
    first = content_hash([str(tmp_path)])
    assert content_hash([str(file)]) == first
    put(file, LINE + LINE)
    assert content_hash([str(file)]) != first
    put(file)
    assert content_hash([str(file)]) == first
    put(tmp_path / "b.txt")
    assert content_hash([str(tmp_path)]) != first


@pytest.mark.parametrize("named", ["gone.txt", "empty", "*.pdf", "-"])
def test_no_hash_is_made_of_what_is_no_file(tmp_path, monkeypatch, named):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError) as raised:
        content_hash([named])
    assert raised.value.hint


def test_pipes_in_a_folder_are_passed_over_and_none_is_asked_over(tmp_path):
    (tmp_path / "one.jsonl").write_text('{"title": "One"}\n', encoding="utf-8")
    os.mkfifo(tmp_path / "pipe")
    assert list(find_files([str(tmp_path)])) == [str(tmp_path / "one.jsonl")]
    for endless in (tmp_path / "pipe", "/dev/zero"):
        with pytest.raises(SourceError, match="a pipe or a device"):
            content_hash([str(endless)])


def test_a_title_in_which_nothing_is_seen_is_no_title(tmp_path):
    entries = read_bytes(tmp_path, '{"title": "\u200b\u200d\ufeff"}\n{"title": "🤖"}\n'.encode())
    assert [paper.title for paper in entries.papers] == ["🤖"]
    assert entries.skipped[0].reason == "its title holds nothing that can be seen"
    assert entries.skipped[0].position == 1


def test_a_placeholder_of_a_date_hides_no_year(tmp_path):
    ris = b"TY  - JOUR\nTI  - One\nPY  - 2020\nDA  - 0000/00/00/\nER  - \n"
    (paper,) = read_bytes(tmp_path, ris).papers
    assert paper.year == 2020
