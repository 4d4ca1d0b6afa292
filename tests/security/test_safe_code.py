"""Nothing in the program runs a shell, runs text as code, or builds objects from files."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import reviewer
from tests.support.promises import promise

FILES = sorted(Path(reviewer.__file__).parent.rglob("*.py"))
# Modules that build objects from bytes, or run other programs. A file that starts a child process
# of its own, to read what may do harm, is named here with the one call that it may make.
MODULES = frozenset(
    "pickle cPickle _pickle dill cloudpickle joblib marshal shelve code codeop pty commands "
    "xmlrpc imp runpy ctypes cffi telnetlib ftplib smtplib webbrowser yaml".split()
)
CALLS = frozenset("eval exec compile __import__ input breakpoint execfile".split())
METHODS = frozenset(
    "system popen spawnl spawnv spawnve execv execve execvp execl popen2 getoutput getstatusoutput "
    "loads_pickle read_pickle to_pickle unsafe_load full_load load_module exec_module "
    "extractall unpack_archive memmap fromfile".split()
)
KEYWORDS = {"shell": True, "allow_pickle": True, "resolve_entities": True, "load_dtd": True,
            "no_network": False, "huge_tree": True, "verify": False, "trust_env": True}  # fmt: skip
# Where a child process is begun, on purpose and without a shell; who speaks to PDFium's C; and who
# opens a browser.
ALLOWED = {
    "pdfium.py": {"ctypes"},
    "actual_text.py": {"ctypes"},
    "drawing.py": {"ctypes"},
    "processes.py": {"subprocess"},
    "serve.py": {"webbrowser"},  # opens its own address
    "output.py": {"webbrowser"},  # opens a page that was written, where --open asks for it
}
PROCESSES = frozenset({"subprocess", "multiprocessing"})


def dangers(source: str, name: str = "") -> list[str]:
    """What in the source must not be there, with its line."""
    found = []
    for node in ast.walk(ast.parse(source)):
        said = _import(node, name) or _call(node)
        if said:
            found.append(f"line {node.lineno}: {said}")
    return found


def _import(node, name):
    names = []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    banned = (MODULES | PROCESSES) - ALLOWED.get(name, set())
    bad = [n for n in names if n.split(".")[0] in banned or n in ("os.system", "os.popen")]
    return f"imports {bad[0]}" if bad else ""


def _call(node):
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Name) and node.func.id in CALLS:
        return f"calls {node.func.id}"
    checks_archive = any(ast.unparse(k) == "filter='data'" for k in node.keywords)
    if isinstance(node.func, ast.Attribute) and node.func.attr in METHODS and not checks_archive:
        return f"calls .{node.func.attr}"
    builds_nothing = any(ast.unparse(k) == "allow_pickle=False" for k in node.keywords)
    loads = ("yaml.load",) if builds_nothing else ("yaml.load", "np.load")
    if isinstance(node.func, ast.Attribute) and ast.unparse(node.func) in loads:
        return f"calls {ast.unparse(node.func)}"
    for keyword in node.keywords:
        wanted = KEYWORDS.get(keyword.arg or "")
        value = keyword.value
        if wanted is not None and isinstance(value, ast.Constant) and value.value is wanted:
            return f"passes {keyword.arg}={wanted}"
        if keyword.arg == "typ" and ast.unparse(value).strip("'\"") in ("unsafe", "base", "rt"):
            return f"reads YAML of typ {ast.unparse(value)}"
    return ""


@promise(
    "No file of the program runs a shell, evaluates text, or loads pickles or objects of YAML",
    "the syntax tree of each file, for 60 modules, calls and flags that do so",
)
def test_no_file_runs_text_or_builds_objects():
    for path in FILES:
        assert not dangers(path.read_text(encoding="utf-8"), path.name), path


@pytest.mark.parametrize(
    "source",
    [
        "import pickle", "from pickle import loads", "import os\nos.system('x')", "eval('1')",
        "exec(text)", "from os import system", "import subprocess", "f(shell=True)",
        "np.load(f, allow_pickle=True)", "np.load(f)", "yaml.load(f)", "import yaml",
        "YAML(typ='unsafe')", "XMLParser(resolve_entities=True)", "zip.extractall('/')",
        "httpx.get(u, verify=False)", "compile(s, 'f', 'exec')", "__import__('os')",
    ],
)  # fmt: skip
def test_each_danger_would_be_seen(source):
    assert dangers(source)
