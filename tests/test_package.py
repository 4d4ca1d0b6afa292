"""The wheel and the sdist: built alike, holding what they should, and working installed."""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.promises import count, promise

EPOCH = "1767225600"  # 1 January 2026
PARTS = ("reviewer", "prompts", "tests", "fixtures", "docs", "benchmarks", "tools")
FILES = (
    *("pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "Makefile", "requirements.lock"),
    *("Dockerfile", ".dockerignore"),
)
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*", "*.pyc")
QUESTION = "does RL teach new skills?"


def build(folder):
    """The wheel and the sdist of a copy of this checkout, whose files have other times."""
    folder.mkdir()
    for name in PARTS:
        shutil.copytree(ROOT / name, folder / name, ignore=LEFT_OUT, copy_function=shutil.copyfile)
    for name in FILES:
        shutil.copyfile(ROOT / name, folder / name)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", "dist"],
        cwd=folder, check=True, capture_output=True,
        env=os.environ | {"SOURCE_DATE_EPOCH": EPOCH},
    )  # fmt: skip
    (wheel,), (sdist,) = (folder / "dist").glob("*.whl"), (folder / "dist").glob("*.tar.gz")
    return wheel, sdist


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return build(tmp_path_factory.mktemp("built") / "one")


def wanted(*folders):
    """Files of these folders of the checkout, as git has them."""
    paths = [path for name in folders for path in (ROOT / name).rglob("*") if path.is_file()]
    return {
        path.relative_to(ROOT).as_posix()
        for path in paths
        if not any(part.startswith(".") or part == "__pycache__" for part in path.parts[1:])
    }


@promise(
    "The wheel and the sdist are built the same, byte for byte",
    "two builds of copies in different folders with different times of files",
    full=3,
    few=1,
)
def test_two_builds_are_alike(built, tmp_path, rounds):
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in built]
    for n in range(rounds):
        again = build(tmp_path / str(n))
        assert [path.name for path in again] == [path.name for path in built]
        assert [hashlib.sha256(path.read_bytes()).hexdigest() for path in again] == digests


@promise(
    "The wheel and the sdist contain what they should and nothing else",
    "their lists of files beside those of the checkout",
)
def test_they_hold_the_programs_files_and_no_others(built):
    wheel, sdist = built
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        about = {name.split("/", 1)[1] for name in archive.namelist() if ".dist-info/" in name}
    prompts = {f"reviewer/{name}" for name in wanted("prompts")}
    assert names == wanted("reviewer") | prompts
    assert {"METADATA", "RECORD", "entry_points.txt", "licenses/LICENSE"} <= about
    with tarfile.open(sdist) as archive:
        members = archive.getmembers()
    names = {member.name.split("/", 1)[1] for member in members if member.isfile()}
    assert names - {"PKG-INFO", ".gitignore"} == wanted(*PARTS) | set(FILES)
    assert not [member for member in members if not (member.isfile() or member.isdir())]


@promise(
    "The installed wheel works without the checkout",
    "a fresh environment, pip without index: the README's question, the prompts, and tests",
)
def test_the_installed_wheel_answers_and_passes_tests(built, tmp_path):
    python = installed(built[0], tmp_path / "venv")
    place = tmp_path / "elsewhere"
    place.mkdir()
    for name in ("tests", "fixtures", "docs"):
        shutil.copytree(ROOT / name, place / name, ignore=LEFT_OUT)
    for name in ("pyproject.toml", "README.md"):
        shutil.copyfile(ROOT / name, place / name)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}

    def said_by(*command):
        done = subprocess.run(
            command, cwd=place, env=environment, capture_output=True, text=True, timeout=600
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    code = "import reviewer; print(reviewer.__file__)"
    assert said_by(python, "-c", code).startswith(str(tmp_path / "venv"))
    review = python.with_name("review")
    assert said_by(review, "--version").startswith("review ")
    assert "## References" in said_by(review, "ask", QUESTION, "--papers", "fixtures/library")
    said_by(review, "prompts", "export", "mine")
    assert len(list((place / "mine").iterdir())) == len(list((ROOT / "prompts").iterdir()))
    tests = [
        "llm/test_prompts.py",
        *count(["grounding/test_quotes.py", "render/test_formats.py", "cli/test_app.py"], []),
    ]
    shown = said_by(
        python, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider",
        *(f"tests/{name}" for name in tests),
    )  # fmt: skip
    assert "passed" in shown
    assert "failed" not in shown


def installed(wheel, folder):
    """A fresh environment with just this wheel; what it needs is looked up in this one."""
    venv.create(folder, with_pip=False)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    (packages,) = folder.rglob("site-packages")
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps",
         "--no-index", "--no-compile", str(wheel)],
        check=True, capture_output=True,
    )  # fmt: skip
    # A path in a .pth file is only added: the checkout's own .pth beside it is not followed.
    Path(packages, "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python
