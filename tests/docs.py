"""Makes docs/cli.md, docs/prompts.md and the picture in docs/architecture.md, and checks what the
documents say: `python -m tests.docs`.

With `--check` nothing is written, and a generated file that differs is an error.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from typing import Any

import typer
import typer.main

from reviewer.cli.app import build_app
from reviewer.serve import Access, create_app
from reviewer.settings import Settings
from tests.support.house import ROOT, picture

CLI = ROOT / "docs" / "cli.md"
PROMPTS = ROOT / "docs" / "prompts.md"
OPENAPI = ROOT / "docs" / "openapi.json"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
README = ROOT / "README.md"
_PICTURE, _PICTURE_END = "<!-- picture -->", "<!-- end of picture -->"
_LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")
_OUTPUT = re.compile(r"<!-- output of: (.+?) -->\n```[a-z]*\n(.*?)```", re.DOTALL)


def review(*arguments: str) -> str:
    """What the command prints on standard output, as a new user with nothing set would see it."""
    with tempfile.TemporaryDirectory() as home:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("REVIEW_", "XDG_"))}
        environment = kept | {"HOME": home, "COLUMNS": "80", "REVIEW_OFFLINE": "1"}
        done = subprocess.run(
            [sys.executable, "-m", "reviewer", *arguments],
            capture_output=True, text=True, encoding="utf-8", cwd=ROOT, env=environment,
        )  # fmt: skip
    return done.stdout.replace("python -m reviewer", "review")


def cli_page() -> str:
    """Every command's help, as it prints it."""
    lines = ["# Commands", "", "Generated from `--help` by `python -m tests.docs`.", ""]
    waiting: list[tuple[tuple[str, ...], Any]] = [((), typer.main.get_command(build_app()))]
    while waiting:
        words, command = waiting.pop(0)
        text = review(*words, "--help")
        body = "\n".join(line.rstrip() for line in text.strip("\n").splitlines())
        lines += [f"## {' '.join(('review', *words))}", "", "```text", body, "```", ""]
        own = [((*words, n), made) for n, made in getattr(command, "commands", {}).items()]
        waiting = [*own, *waiting]
    return "\n".join(lines)


def prompts_page() -> str:
    """Every prompt, whole, with what its first line says."""
    lines = [
        "# Prompts",
        "",
        "Generated from `prompts/` by `python -m tests.docs`. `review prompts export DIR` copies",
        "them to a folder of your own; `--prompts DIR` uses what you changed there. Paper text",
        "reaches a prompt only through `_evidence`, cleaned and fenced.",
        "",
    ]
    for path in sorted((ROOT / "prompts").glob("*.md.jinja")):
        text = path.read_text(encoding="utf-8").strip()
        lines += [f"## {path.name.removesuffix('.md.jinja')}", "", "````jinja", text, "````", ""]
    return "\n".join(lines)


def architecture_page() -> str:
    """The page as it is, with the picture that the imports make."""
    text = ARCHITECTURE.read_text(encoding="utf-8")
    before, _, rest = text.partition(_PICTURE)
    after = rest.partition(_PICTURE_END)[2]
    return f"{before}{_PICTURE}\n```text\n{picture()}\n```\n{_PICTURE_END}{after}"


def api_description() -> str:
    """What the HTTP API says of itself, by OpenAPI."""
    access = Access("http://127.0.0.1:8765", frozenset(), "")
    described = create_app(Settings(library="library"), access).openapi()
    described["info"]["version"] = "1"
    return json.dumps(described, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


GENERATED = {
    CLI: cli_page,
    PROMPTS: prompts_page,
    ARCHITECTURE: architecture_page,
    OPENAPI: api_description,
}


def problems() -> list[str]:
    """What the documents say that is not so."""
    found = []
    for path, page in GENERATED.items():
        if not path.is_file() or path.read_text(encoding="utf-8") != page():
            found.append(f"docs/{path.name} is behind: run python -m tests.docs")
    for page in [README, *sorted((ROOT / "docs").rglob("*.md"))]:
        text = page.read_text(encoding="utf-8")
        for target in _LINK.findall(text):
            if not (page.parent / target).exists():
                found.append(f"{page.name} links to {target}, which is not there")
        for command, shown in _OUTPUT.findall(text):
            printed = review(*shlex.split(command)[1:])
            if shown.strip() not in printed:
                found.append(f"{page.name}: `{command}` does not print what is shown")
    return found


def main() -> int:
    if "--check" not in sys.argv:
        for path, page in GENERATED.items():
            path.write_text(page(), encoding="utf-8")
    found = problems()
    for problem in found:
        sys.stderr.write(problem + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
