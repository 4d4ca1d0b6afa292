"""What is installed with the program: locked, hashed, old enough, nothing that runs by itself."""

import datetime
import json
import subprocess
import sys
import threading
import venv
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from reviewer.errors import ModelError
from reviewer.llm.providers import require_sound
from reviewer.tasks.doctor import examine
from tests import supply_chain
from tests.conftest import ROOT
from tests.supply_chain import LOCK, Pin, locked, problems_of, too_young, unknown_hooks
from tests.support.promises import promise

TODAY = datetime.datetime(2026, 11, 25, tzinfo=datetime.UTC)


@promise(
    "Every dependency is locked by hash, and the malicious releases of litellm are refused",
    "each line of requirements.lock; pyproject.toml excludes 1.82.7 and 1.82.8, and the program "
    "imports neither",
)
def test_the_lock_names_every_file_by_its_hash(tmp_path, monkeypatch):
    pins = locked(LOCK.read_text(encoding="utf-8"))
    assert len(pins) > 50
    assert problems_of(pins) == []
    wanted = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert "litellm>=1.84,!=1.82.7,!=1.82.8" in wanted
    for version in ("1.82.7", "1.82.8"):
        folder = tmp_path / version / f"litellm-{version}.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: litellm\nVersion: {version}"
        )
        with monkeypatch.context() as patched:
            patched.syspath_prepend(str(folder.parent))
            with pytest.raises(ModelError, match="malicious") as caught:
                require_sound("litellm")
            assert "change your keys" in caught.value.hint
    require_sound("litellm")
    assert problems_of([Pin("litellm", "1.82.8", ("0" * 64,)), Pin("x", "1", ())]) == [
        "x 1 has no hash",
        "litellm 1.82.8 is malicious",
    ]


@pytest.mark.parametrize("line", ["requests", "requests>=2", "-e .", "x @ https://example.org/x"])
def test_a_line_that_pins_nothing_is_no_lock(line):
    with pytest.raises(ValueError, match="no pin"):
        locked(line)


@pytest.fixture
def index():
    """A package index on loopback that tells upload times; `files` says of what."""
    files = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps({"files": files.get(self.path.strip("/"), [])}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/vnd.pypi.simple.v1+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", files
    server.shutdown()
    server.server_close()
    thread.join()


def uploaded(name, days_ago, digest):
    when = TODAY - datetime.timedelta(days=days_ago)
    file = {"filename": f"{name}-1.whl", "hashes": {"sha256": digest}}
    return file | ({"upload-time": when.isoformat()} if days_ago is not None else {})


@promise(
    "No locked file is younger than seven days where the index tells upload times",
    "the lock's check against an index on loopback; the workflow runs it against the real one",
)
def test_a_file_of_this_week_is_found(index):
    url, files = index
    ours, other = "a" * 64, "b" * 64
    files |= {
        "old": [uploaded("old", 8, ours)],
        "new": [uploaded("new", 6, ours)],
        "other": [uploaded("other", 1, other)],
        "untold": [{"filename": "untold-1.whl", "hashes": {"sha256": ours}}],
    }
    pins = [Pin(name, "1", (ours,)) for name in files]
    assert list(too_young(pins, url, TODAY)) == ["new-1.whl is 6 days old"]


@promise(
    "Nothing runs at Python's start but what is known",
    "the *.pth files and *customize modules of this environment, of a fresh one, and of one with "
    "a hook of each kind",
)
def test_no_hook_is_unknown(tmp_path):
    (here,) = {path for path in map(Path, sys.path) if path.name == "site-packages"}
    assert unknown_hooks(here) == []
    venv.create(tmp_path / "fresh", with_pip=False)
    (fresh,) = (tmp_path / "fresh").rglob("site-packages")
    assert unknown_hooks(fresh) == []
    (fresh / "litellm_init.pth").write_text("import os; os.system('true')\n")
    (fresh / "paths.pth").write_text("/a/folder\nimported/folder\n")
    (fresh / "sitecustomize.py").touch()
    assert unknown_hooks(fresh) == ["litellm_init.pth", "sitecustomize.py"]


@promise(
    "`make sbom` lists all that the program needs, with versions, licences and hashes",
    "the bill of this environment: every dependency once, each reference known, hashes as locked",
)
def test_the_bill_names_everything_that_is_needed(tmp_path):
    file = tmp_path / "sbom.json"
    assert supply_chain.main(["sbom", str(file)]) == 0
    bill = json.loads(file.read_text(encoding="utf-8"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    names = [component["name"] for component in bill["components"]]
    assert len(names) == len(set(names)) > 50
    assert {"litellm", "chromadb", "pydantic", "onnxruntime", "httpx"} <= set(names)
    assert "pytest" not in names
    known = {c["bom-ref"] for c in bill["components"]} | {"reviewer"}
    assert {entry["ref"] for entry in bill["dependencies"]} == known
    assert all(set(entry["dependsOn"]) <= known for entry in bill["dependencies"])
    assert all(c["purl"] == f"pkg:pypi/{c['name']}@{c['version']}" for c in bill["components"])
    pins = {pin.name: pin for pin in locked(LOCK.read_text(encoding="utf-8"))}
    for component in bill["components"]:
        pin = pins.get(component["name"])
        if pin is not None and pin.version == component["version"]:
            assert {p["value"] for p in component["properties"]} == set(pin.hashes)
    licensed = [c for c in bill["components"] if "licenses" in c]
    assert len(licensed) > 0.9 * len(names)


def test_a_wrong_word_prints_what_it_can_do():
    done = subprocess.run(
        [sys.executable, "-m", "tests.supply_chain"], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 2
    assert "sbom FILE" in done.stderr


def test_doctor_names_the_versions_that_are_built_on():
    from reviewer.settings import Settings

    versions = {f.name: f for f in examine(Settings(library="nowhere"), {})}["versions"]
    assert versions.state == "ok"
    assert "litellm " in versions.detail
