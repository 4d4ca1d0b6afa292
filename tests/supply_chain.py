"""What the program is built on: the lock, its ages, start-up hooks, a bill of materials.

`python -m tests.supply_chain sbom FILE` writes the bill (CycloneDX 1.5, JSON) of this environment;
`ages` asks the package index when the locked files were uploaded, and `hooks` looks for files that
run at every start of Python. Both exit 1 when they find something.
"""

from __future__ import annotations

import datetime
import json
import os
import re
import sys
import sysconfig
import tomllib
import urllib.request
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
YOUNGEST_DAYS = 7
MALICIOUS = {("litellm", "1.82.7"), ("litellm", "1.82.8")}
# Files that run code at every start, and who brings them; a line of a `.pth` runs when it begins
# with `import`.
KNOWN_HOOKS = {
    "distutils-precedence.pth": "setuptools",
    "a1_coverage.pth": "coverage",
    "_virtualenv.pth": "virtualenv",
}
_INDEX = "https://pypi.org/simple"
_JSON = "application/vnd.pypi.simple.v1+json"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)(?:\s*;[^\\]*)?\s*\\?$")
_HASH = re.compile(r"^\s+--hash=sha256:([0-9a-f]{64})\s*\\?$")


class Pin(NamedTuple):
    """A locked package and the hashes of the files that may be installed for it."""

    name: str
    version: str
    hashes: tuple[str, ...]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(text: str) -> list[Pin]:
    """The pins of a lock. Raises ValueError for a line that is neither a pin nor its hash."""
    found: list[Pin] = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if pin := _PIN.match(line):
            found.append(Pin(canonical(pin[1]), pin[2], ()))
        elif (hashed := _HASH.match(line)) and found:
            last = found.pop()
            found.append(last._replace(hashes=(*last.hashes, hashed[1])))
        else:
            raise ValueError(f"this line of the lock is no pin: {line}")
    return found


def problems_of(pins: list[Pin]) -> list[str]:
    """Pins without a hash, and versions that are known to be malicious."""
    found = [f"{pin.name} {pin.version} has no hash" for pin in pins if not pin.hashes]
    return found + [
        f"{pin.name} {pin.version} is malicious" for pin in pins if pin[:2] in MALICIOUS
    ]


def too_young(pins: list[Pin], index: str, today: datetime.datetime) -> Iterator[str]:
    """Locked files that the index says were uploaded in the last days. A file whose time it does
    not tell is not judged."""
    for pin in pins:
        request = urllib.request.Request(f"{index}/{pin.name}/", headers={"Accept": _JSON})
        with urllib.request.urlopen(request, timeout=60) as reply:
            is_told = _JSON in reply.headers.get("Content-Type", "")
            files = json.load(reply)["files"] if is_told else []
        for file in files:
            when, digest = file.get("upload-time"), file.get("hashes", {}).get("sha256")
            if when and digest in pin.hashes:
                age = today - datetime.datetime.fromisoformat(when)
                if age.days < YOUNGEST_DAYS:
                    yield f"{file['filename']} is {age.days} days old"


def unknown_hooks(folder: Path) -> list[str]:
    """`.pth` files of a site-packages folder that run code and are not known, and the modules that
    Python imports at every start by their names."""
    found = []
    for path in sorted(folder.glob("*.pth")):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        if path.name not in KNOWN_HOOKS and any(re.match(r"import[ \t]", line) for line in lines):
            found.append(path.name)
    return found + [n for n in ("sitecustomize.py", "usercustomize.py") if (folder / n).exists()]


def bill_of_materials() -> dict[str, Any]:
    """Every installed package that the program needs, with version, licence, hashes from the lock,
    and what needs what."""
    pins = {pin.name: pin for pin in locked(LOCK.read_text(encoding="utf-8"))}
    needed = _needed("reviewer")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    root = {
        "type": "application", "bom-ref": "reviewer", "name": project["name"],
        "version": project["version"], "licenses": [{"license": {"id": project["license"]}}],
    }  # fmt: skip
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"timestamp": _now(), "component": root},
        "components": [_component(n, pins.get(n)) for n in sorted(needed) if n != "reviewer"],
        "dependencies": [
            {"ref": _reference(n), "dependsOn": sorted(map(_reference, needed[n]))}
            for n in sorted(needed)
        ],
    }


def _now() -> str:
    """The time that a reproducible build is given, else now."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    zone = datetime.UTC
    when = (
        datetime.datetime.fromtimestamp(int(given), zone) if given else datetime.datetime.now(zone)
    )
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def _needed(name: str) -> dict[str, set[str]]:
    """Packages by what they need, from one on; extras are left out."""
    found: dict[str, set[str]] = {}
    waiting = [name]
    while waiting:
        package = waiting.pop()
        if package in found:
            continue
        found[package] = set()
        for requirement in metadata.requires(package) or []:
            needed, _, marker = requirement.partition(";")
            other = canonical(re.match(r"[A-Za-z0-9._-]+", needed)[0])
            if "extra" not in marker and _is_installed(other):
                found[package].add(other)
                waiting.append(other)
    return found


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _reference(name: str) -> str:
    return name if name == "reviewer" else f"pkg:pypi/{name}@{metadata.version(name)}"


def _component(name: str, pin: Pin | None) -> dict[str, Any]:
    about = metadata.metadata(name)
    licence = about.get("License-Expression") or (about.get("License") or "").split("\n")[0]
    named = [c.split(" :: ")[-1] for c in about.get_all("Classifier") or [] if "License" in c]
    said = licence if 0 < len(licence) <= 60 else ", ".join(named)
    version = metadata.version(name)
    hashes = pin.hashes if pin is not None and pin.version == version else ()
    return {
        "type": "library",
        "bom-ref": _reference(name),
        "name": name,
        "version": version,
        "purl": _reference(name),
        **({"licenses": [{"license": {"name": said}}]} if said else {}),
        **({"properties": [{"name": "pip:sha256", "value": h} for h in hashes]} if hashes else {}),
    }


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["sbom"] and len(arguments) == 2:
        text = json.dumps(bill_of_materials(), indent=1, ensure_ascii=False) + "\n"
        Path(arguments[1]).write_text(text, encoding="utf-8")
        return 0
    if arguments == ["ages"]:
        pins = locked(LOCK.read_text(encoding="utf-8"))
        index = os.environ.get("PIP_INDEX_URL", _INDEX).rstrip("/")
        found = problems_of(pins)
        found += too_young(pins, index, datetime.datetime.now(datetime.UTC))
    elif arguments == ["hooks"]:
        found = unknown_hooks(Path(sysconfig.get_path("purelib")))
    else:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    sys.stderr.write("".join(f"{problem}\n" for problem in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
