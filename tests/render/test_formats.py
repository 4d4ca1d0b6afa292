"""How results look: Markdown in which paper text stays text, JSON as documented, whole files."""

from __future__ import annotations

import json
import os
import re
import threading
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reviewer.errors import LibraryError, ReviewError, UsageError
from reviewer.library import Library
from reviewer.render import byline, choose_format, paper_line, readable_date, write_whole
from reviewer.render import json as as_json
from reviewer.render.describe import link_of
from reviewer.render.escape import escape
from reviewer.render.markdown import found_markdown, paper_markdown
from reviewer.render.markdown_answer import answer_markdown
from reviewer.render.provenance import references_of
from reviewer.search import find
from reviewer.settings import Settings
from reviewer.tasks import answer_question
from reviewer.tasks.doctor import examine
from reviewer.text import clean
from reviewer.types import Answer, Citation, Claim, Evidence, Paper
from reviewer.types.evidence import Score
from reviewer.types.papers import Added, Chunk, Part, Skipped
from reviewer.types.runs import Coverage
from reviewer.writers import Extractive
from tests.conftest import ROOT, SAMPLES, WordEmbedding

QUESTION = "does RL teach new skills?"
MARKUP = st.text(st.sampled_from(r"\`*_{}[]()<>#+-.!|~&;=:/$^1a B" + '"\n'), max_size=24)


def paper(title="Apples are round", abstract="", **fields):
    parts = [Part(name="title", text=title)]
    parts += [Part(name="abstract", text=abstract)] if abstract else []
    named = {"id": "p1", "key": "apples-nd"} | fields
    return Paper(parts=tuple(parts), **named)


def evidence(one, tag="E1"):
    text = one.abstract
    chunk = Chunk(id=f"c{tag}", paper_id=one.id, part="abstract", start=0, end=len(text), text=text)
    return Evidence(tag=tag, paper=one, chunk=chunk, score=Score(total=1.0))


def citation(one, quote):
    start = one.abstract.index(quote)
    return Citation(
        paper_id=one.id, chunk_id="c", part="abstract", start=start, end=start + len(quote),
        quote=quote,
    )  # fmt: skip


def answer(claims=(), papers=(), **fields):
    coverage = Coverage(papers=2, matched=2, read=2, cited=len(papers))
    items = tuple(evidence(one, f"E{n}") for n, one in enumerate(papers, start=1))
    named = {"question": "are apples round?", "coverage": coverage, "writer": "extractive"}
    return Answer(claims=tuple(claims), evidence=items, **(named | fields))


# Text from papers stays text


def shown(markdown):
    """The texts a reader sees, and the names of every markup in them."""
    tokens = MarkdownIt().enable(["strikethrough", "table"]).parse(markdown)
    inline = [child for token in tokens for child in token.children or []]
    plain = {"text", "text_special"}
    return "".join(t.content for t in inline if t.type in plain), [
        *(t.type for t in tokens if t.type != "inline"),
        *(t.type for t in inline if t.type not in plain),
    ]


@given(MARKUP)
@example("1. a")
@example("12) a")
@example("__a__")
@example("a ~~b~~ c")
@example("&lt;b&gt;")
@example("\\")
@example("a #")
@example("- a")
@example("# 1")
@example("<http://a.b>")
def test_an_escaped_text_reads_as_itself_wherever_it_stands(text):
    for before, after, kind in (
        ("", "", ["paragraph_open", "paragraph_close"]),
        ("# ", "", ["heading_open", "heading_close"]),
        ("a · ", " · b", ["paragraph_open", "paragraph_close"]),
    ):
        plain = clean(text)
        if plain or after:
            seen, kinds = shown(before + escape(text) + after)
            assert seen == (before.removeprefix("# ") + plain + after).strip()
            assert kinds == kind


def test_what_needs_no_escape_is_left_readable():
    plain = "AT&T: 3.5 times, ~90 % (p = 0.05), snake_case, C++ and C#, x - y + z; f(x)!"
    assert escape(plain) == plain


@given(st.text(max_size=40))
def test_a_link_holds_nothing_but_an_address(text):
    for one in (paper(url=f"https://x/{text}"), paper(doi=text), paper(arxiv_id=text)):
        link = link_of(one)
        assert re.fullmatch(r"(https?://[^\s<>\"\\^`{|}\x00-\x20\x7f-\U0010ffff]*)?", link)
        if link:
            _, kinds = shown(f"<{link}>")
            assert kinds == ["paragraph_open", "paragraph_close", "link_open", "link_close"]


@pytest.mark.parametrize(
    ("fields", "link"),
    [
        ({}, ""),
        ({"url": "javascript:alert(1)"}, ""),
        ({"url": "https://a.b/c d"}, ""),
        ({"url": "https://a.b/c?d=e&f=%20#g"}, "https://a.b/c?d=e&f=%20#g"),
        ({"doi": "10.1/x", "arxiv_id": "2501.00001"}, "https://doi.org/10.1/x"),
        ({"doi": "https://doi.org/10.1/x"}, "https://doi.org/10.1/x"),
        ({"arxiv_id": "2501.00001"}, "https://arxiv.org/abs/2501.00001"),
        ({"doi": "10.1002/(sici)1<1::aid>3.0"}, "https://doi.org/10.1002/(sici)1%3C1::aid%3E3.0"),
        ({"url": "ftp://a.b", "arxiv_id": "2501.00001"}, "https://arxiv.org/abs/2501.00001"),
    ],
)
def test_a_link_is_made_of_what_is_known(fields, link):
    assert link_of(paper(**fields)) == link


@pytest.mark.parametrize(
    ("date", "year", "said"),
    [
        ("2025-09-29", 2025, "29 Sep 2025"),
        ("2025-09", 2025, "Sep 2025"),
        ("2025", 2025, "2025"),
        ("--01-08", None, "8 Jan, year unknown"),
        ("", 2024, "2024"),
        ("", None, ""),
    ],
)
def test_a_date_is_written_as_far_as_it_is_known(date, year, said):
    assert readable_date(paper(date=date, year=year)) == said


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"authors": ("A", "B", "C"), "author_note": "3 authors"}, "A, B, C"),
        ({"authors": ("A", "B", "C", "D")}, "A and 3 others"),
        ({"author_note": "10 authors", "organisation": "Lab"}, "10 authors"),
        ({"organisation": "Lab"}, "Lab"),
        ({}, ""),
    ],
)
def test_a_count_of_authors_is_a_note_and_never_an_author(fields, said):
    assert byline(paper(**fields)) == said


def test_a_paper_is_one_line_of_what_is_known():
    assert paper_line(paper()) == "apples-nd · Apples are round"
    whole = paper(author_note="2 authors", venue="Fruit *", date="2025", arxiv_id="2501.00001")
    assert paper_line(whole) == (
        "apples-nd · Apples are round · 2 authors · Fruit \\* · 2025"
        " · <https://arxiv.org/abs/2501.00001>"
    )


# Answers

ONE = paper(abstract="Apples are round. They are red, too.")
TWO = paper("Pears are not", "Pears are not round.", id="p2", key="pears-nd")
ROUND = Claim(
    text="Apples are round.", citations=(citation(ONE, "Apples are round."),), support="supported"
)
PEARS = Claim(
    text="Pears are not round.",
    citations=(citation(TWO, "Pears are not round."),),
    support="supported",
)
RED = Claim(
    text="They are red, too.", citations=(citation(ONE, "They are red, too."),), support="supported"
)


def test_references_are_numbered_in_the_order_in_which_they_are_cited():
    references = references_of(answer([PEARS, ROUND, RED], [ONE, TWO]))
    assert [(r.number, r.paper.id, len(r.citations)) for r in references] == [
        (1, "p2", 1), (2, "p1", 2),
    ]  # fmt: skip


def test_an_answer_has_a_head_cited_quotes_references_and_coverage():
    assert answer_markdown(answer([PEARS, ROUND], [ONE, TWO])) == (
        "# Are apples round?\n\n"
        "Quoted from 2 papers; no model is set, so nothing is rephrased and no verdict is given.\n"
        '\n- "Pears are not round." [1]\n- "Apples are round." [2]\n'
        "\n## References\n\n[1] pears-nd · Pears are not\n\n[2] apples-nd · Apples are round\n"
        "\n2 papers in the library, 2 matched, 2 read, 2 cited.\n"
    )


def test_the_proof_of_a_quote_is_its_place():
    text = answer_markdown(answer([ROUND, RED], [ONE]), with_proof=True)
    assert text.index("## References") < text.index(
        '## Proof\n\n1. [1] "Apples are round." (abstract, characters 0 to 17)\n'
        '2. [1] "They are red, too." (abstract, characters 18 to 36)\n'
    )


def test_weak_evidence_is_headed_nearest():
    assert "\n## Nearest, may not answer\n" in answer_markdown(answer([ROUND], [ONE], is_weak=True))
    assert "Nearest" not in answer_markdown(answer([ROUND], [ONE]))


def test_an_answer_without_evidence_says_so_and_names_the_nearest():
    text = answer_markdown(answer(nearest=(ONE,)))
    assert "Not enough evidence in this library to answer." in text
    assert "- apples-nd · Apples are round" in text
    assert "References" not in text


@pytest.mark.parametrize(
    ("support", "mark"),
    [
        ("uncited", "uncited"),
        ("unsupported", "not supported by its quotes"),
        ("contradicted", "contradicted by its quotes"),
        ("partial", "partly supported"),
    ],
)
def test_a_claim_without_proof_is_never_printed_as_if_it_had_one(support, mark):
    claim = Claim(text="Apples are square.", support=support)
    marked = answer([claim, ROUND], [ONE])
    assert f"- Apples are square. *({mark})*" in answer_markdown(marked, as_list=True)
    text = answer_markdown(marked)
    assert "Apples are square.† " in text
    assert f'- † "Apples are square.": {mark}.' in text


def test_what_was_left_out_is_said():
    coverage = Coverage(papers=1, matched=0, read=0, cited=0, left_out=("3 papers of x",))
    text = answer_markdown(answer(coverage=coverage))
    assert "1 paper in the library, 0 matched, 0 read, 0 cited. Left out: 3 papers of x." in text


# Search results and single papers


def test_search_results_are_numbered_with_best_sentence_and_reason(sample_library):
    found = find(QUESTION, sample_library)
    text = found_markdown(found)
    assert text.startswith(f"{found.matched} of 62 papers match (lexical and dense).\n")
    for number, hit in enumerate(found.hits, start=1):
        assert f"\n{number}. {hit.paper.key} · " in text
        assert f'"{escape(hit.best_sentence.text)}"' in text
    assert re.search(r"^   \(score \d\.\d\d; words .*; meaning \d\.\d\d\)$", text, re.MULTILINE)


def quoted(one, *spans):
    return [
        (
            "are apples round?",
            Citation(
                paper_id=one.id, chunk_id="c", part="abstract", start=start, end=end,
                quote=one.abstract[start:end],
            ),
        )
        for start, end in spans
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("abstract", "spans", "line"),
    [
        ("Ab cd. Ef gh.", [(0, 6)], "**Ab cd.** Ef gh."),
        ("Ab cd. Ef gh.", [(7, 13), (0, 6)], "**Ab cd.** **Ef gh.**"),
        ("Ab cd. Ef gh.", [(0, 6), (3, 13)], "**Ab cd. Ef gh.**"),
        ("(Ab cd.) Ef.", [(1, 7)], "(**Ab cd.**) Ef."),
        ("A  b.\n\nC \\textit{d} e_.", [(7, 23)], "A b. **C d e\\_.**"),
        ("Ab *cd*. Ef.", [], "Ab \\*cd\\*. Ef."),
    ],
)
def test_what_was_quoted_from_a_paper_is_bold_and_nothing_else_changes(abstract, spans, line):
    one = paper(abstract=abstract)
    assert f"## Abstract\n\n{line}\n" in paper_markdown(one, quoted(one, *spans))


def test_a_paper_says_where_it_was_read_and_what_it_answered():
    one = paper(abstract="Ab cd.", aliases=("apple-nd",), keywords=("fruit", "round"))
    text = paper_markdown(one, quoted(one, (0, 6)))
    assert "## Quoted in answers to\n\n- are apples round?\n" in text
    assert "Keywords: fruit, round" in text
    assert "Also known as: apple-nd" in text


# JSON, as docs/output.md lists it

PAGE = (ROOT / "docs" / "output.md").read_text(encoding="utf-8")


def names_in(text):
    """Field names in a cell; what stands in parentheses belongs to something else."""
    return re.findall(r"`([a-z_]+)(?:\[\])?`", re.sub(r"\([^()]*\)", "", text))


def table(heading):
    rows = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    section = next(part for part in rows if part.startswith(heading))
    cells = [line.strip("|").split(" | ") for line in section.splitlines() if line[:2] == "| "]
    return [[cell.strip() for cell in row] for row in cells[1:]]


PAPER_FIELDS = set(names_in(re.search(r"A paper's fields: (.*?)\.\n", PAGE, re.DOTALL)[1]))
OTHERS = {
    kind: content
    for schema, _, content in table("Others")
    for kind in re.findall(r"`review/(\w+)/1`", schema)
}


@pytest.fixture
def asked(sample_library):
    answered = answer_question(QUESTION, sample_library, Extractive())
    return answered, json.loads(as_json.answer_json(answered))


def test_an_answer_in_json_has_the_documented_fields_and_no_others(asked):
    _, document = asked
    rows = {name: content for first, content in table("review/answer/1") for name in [first]}
    top = {name for first in rows for name in names_in(first)} - {"citations"}
    assert set(document) == top | {"schema"}
    assert document["schema"] == "review/answer/1"
    claim = document["claims"][0]
    assert set(claim) == set(names_in(rows["`claims[]`"]))
    assert set(claim["citations"][0]) == set(names_in(rows["`citations[]`"]))
    reference = document["references"][0]
    assert set(reference) == {"number", "quotes"} | PAPER_FIELDS
    assert {"number", "quotes"} <= set(names_in(rows["`references[]`"]))
    assert set(reference["quotes"][0]) == set(claim["citations"][0])
    assert set(document["coverage"]) == set(names_in(rows["`coverage`"]))


def test_in_an_answer_every_citation_points_to_its_reference(asked):
    answered, document = asked
    by_number = {r["number"]: r for r in document["references"]}
    assert sorted(by_number) == list(range(1, len(by_number) + 1))
    for claim in document["claims"]:
        for item in claim["citations"]:
            assert item["paper_id"] == by_number[item["reference"]]["id"]
            assert item in by_number[item["reference"]]["quotes"]
    assert document["coverage"]["cited"] == len(by_number) > 0
    assert document["usage"]["run_id"] == answered.run_id


def test_two_answers_to_one_question_differ_in_run_and_usage_alone(sample_library):
    first, second = (
        json.loads(as_json.answer_json(answer_question(QUESTION, sample_library, Extractive())))
        for _ in range(2)
    )
    for document in (first, second):
        del document["usage"]
    assert first == second


@pytest.fixture(scope="module")
def documents(tmp_path_factory):
    """One JSON document of every other kind, by its kind."""
    with Library(tmp_path_factory.mktemp("documents"), embedding=WordEmbedding()) as library:
        return _documents(library)


def _documents(library):
    added = library.add([str(SAMPLES)])
    answered = answer_question(QUESTION, library, Extractive())
    cited = answered.claims[0].citations[0].paper_id
    runs = library.ledger.runs(1)
    texts = {
        "added": as_json.added_json(added),
        "search": as_json.found_json(find(QUESTION, library)),
        "papers": as_json.papers_json(library.papers()),
        "paper": as_json.paper_json(library.paper(cited), library.ledger.quotes_of(cited)),
        "runs": as_json.runs_json(runs),
        "run": as_json.run_json(library.ledger.run(runs[0].id)),
        "doctor": as_json.findings_json(examine(Settings(library=str(library.folder)), {})),
        "error": as_json.error_json(LibraryError("it is gone", hint="Find it.")),
    }
    return {kind: json.loads(text) for kind, text in texts.items()}


def test_every_document_begins_with_its_schema(documents):
    for kind, document in documents.items():
        assert next(iter(document.items())) == ("schema", f"review/{kind}/1")
        assert kind in OTHERS


def test_other_documents_have_the_documented_fields_and_no_others(documents):
    for kind in ("added", "paper", "error"):
        assert set(documents[kind]) == {"schema", *names_in(OTHERS[kind])}, kind
    top, _, inner = OTHERS["search"].partition("`papers[]`:")
    search = documents["search"]
    assert set(search) == {"schema", "papers", *names_in(top)}
    assert set(search["papers"][0]) == PAPER_FIELDS | set(names_in(inner))
    why = re.search(r"`why` \(([^)]*)\)", inner)[1].split(", ")
    assert set(search["papers"][0]["why"]) == set(why)
    assert set(documents["papers"]) == {"schema", "papers"}
    listed = names_in(OTHERS["papers"].partition(":")[2])
    assert set(documents["papers"]["papers"][0]) == PAPER_FIELDS | set(listed)
    found = names_in(OTHERS["doctor"].partition(":")[2])
    assert set(documents["doctor"]["findings"][0]) == set(found)
    skipped = re.search(r"`skipped\[\]` \(([^)]*)\)", OTHERS["added"])[1]
    refused = Added(skipped=(Skipped(file="a.txt", reason="the file is empty"),))
    assert set(json.loads(as_json.added_json(refused))["skipped"][0]) == set(names_in(skipped))


def test_a_list_of_runs_leaves_out_the_results_that_one_run_has(documents):
    assert "result" not in documents["runs"]["runs"][0]
    assert documents["run"]["run"]["result"]["claims"]
    both = documents["runs"]["runs"][0], documents["run"]["run"]
    assert both[0] == {name: value for name, value in both[1].items() if name != "result"}


def test_a_kept_paper_holds_its_texts_as_read_and_where_it_was_quoted(documents):
    document = documents["paper"]
    texts = {part["name"]: part["text"] for part in document["paper"]["parts"]}
    assert document["quoted"]
    for item in document["quoted"]:
        assert item["question"] == QUESTION
        assert texts[item["part"]][item["start"] : item["end"]] == item["quote"]


@given(st.text(max_size=40))
def test_json_keeps_every_character_and_steers_no_terminal(text):
    document = as_json.dump("x", {"text": text})
    assert json.loads(document) == {"schema": "review/x/1", "text": text}
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", document)


# Files


@pytest.mark.parametrize(
    ("name", "output", "chosen"),
    [
        ("", "", "markdown"),
        ("", "a.md", "markdown"),
        ("", "a.JSON", "json"),
        ("", "a.txt", "markdown"),
        ("", "-", "markdown"),
        ("json", "a.md", "json"),
        ("markdown", "a.json", "markdown"),
    ],
)
def test_the_format_is_the_one_named_else_the_suffix_else_markdown(name, output, chosen):
    assert choose_format(name, output) == chosen


def test_a_format_that_is_none_and_a_folder_that_is_not_there_are_named():
    with pytest.raises(UsageError, match="unknown format 'xml'"):
        choose_format("xml", "")
    with pytest.raises(ReviewError, match="the folder nowhere does not exist"):
        choose_format("", "nowhere/a.md")


def test_a_file_is_written_whole_over_an_older_one_and_nothing_else_is_left(tmp_path):
    file = tmp_path / "a.md"
    file.write_text("old")
    write_whole(file, "é\n")
    assert file.read_bytes() == "é\n".encode()
    assert list(tmp_path.iterdir()) == [file]


def test_a_new_file_may_be_read_by_whom_the_user_lets(tmp_path):
    write_whole(tmp_path / "a.md", "x")
    (tmp_path / "b.md").write_text("x")
    assert (tmp_path / "a.md").stat().st_mode == (tmp_path / "b.md").stat().st_mode


@pytest.mark.parametrize("name", ["folder", "none/a.md"])
def test_what_cannot_be_written_is_named_and_leaves_nothing_behind(tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises(ReviewError, match=rf"{name} cannot be written: "):
        write_whole(tmp_path / name, "x")
    assert [p.name for p in tmp_path.rglob("*")] == ["folder"]


@pytest.mark.skipif(os.name == "nt", reason="links and named pipes")
def test_a_link_stays_a_link_and_a_pipe_is_written_to(tmp_path):
    (tmp_path / "link.md").symlink_to("a.md")
    write_whole(tmp_path / "link.md", "x")
    assert (tmp_path / "link.md").is_symlink()
    assert (tmp_path / "a.md").read_text() == "x"
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(Path(pipe).read_text()))
    reader.start()
    write_whole(pipe, "through the pipe")
    reader.join(30)
    assert read == ["through the pipe"]
    assert pipe.is_fifo()
