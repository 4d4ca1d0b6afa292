"""Renders the prompts: Jinja that refuses unknown names; paper text is fenced as data."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reviewer.errors import NotFoundError, ReviewError, UsageError
from reviewer.text import clean
from reviewer.text.invisible import visible

SUFFIX = ".md.jinja"
_LINE_SIGNS = re.compile("[\u2028\u2029]")  # invisible ends of lines and paragraphs
_FIRST_LINE = re.compile(
    r"\{#- inputs: (?P<inputs>.*?) \| reply: (?P<reply>.*?) \| caller: .*? -?#\}"
)
_MARKER_CHARS = 12


class PromptError(UsageError, code="prompt"):
    """A user's own prompt does not fit its inputs."""


@dataclass(frozen=True)
class Prompt:
    """A rendered prompt, and the hash of its file."""

    name: str
    text: str
    file_hash: str


@dataclass(frozen=True)
class FencedText:
    """A text in a prompt: cleaned, under a tag, fenced by `marker`. `year` is in words."""

    tag: str
    title: str
    year: str
    text: str
    marker: str


def prompts_folder() -> Path:
    """The prompts that come with the program: in the wheel, or beside the package in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / "prompts"
    return inside if inside.is_dir() else package.parent / "prompts"


class Prompts:
    """The prompts in use: the program's own, each replaced by the user's if there is one."""

    def __init__(self, own_folder: str = "", secret: str = "") -> None:
        """`own_folder` has the user's prompts; `secret` is the library's, for the fences.

        Raises PromptError if the folder does not exist or has an unknown or unfitting prompt.
        """
        import jinja2
        import jinja2.sandbox

        self._secret = secret.encode()
        self._folders = [prompts_folder()]
        if own_folder:
            own = Path(own_folder).expanduser()
            if not own.is_dir():
                raise PromptError(
                    f"the prompts folder {own} does not exist",
                    hint="Make one with: review prompts export DIR",
                )
            self._folders.insert(0, own)
            for path in own.glob(f"*{SUFFIX}"):
                self._check(path)
        self._environment = jinja2.sandbox.SandboxedEnvironment(
            loader=jinja2.FileSystemLoader([str(folder) for folder in self._folders]),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,  # prompts are plain text
            auto_reload=False,
            finalize=_visible,  # a question, a column or a draft may have hidden characters too
        )
        self._hashes: dict[str, str] = {}
        self.is_ready = False

    def names(self) -> list[str]:
        return sorted(p.name.removesuffix(SUFFIX) for p in prompts_folder().glob(f"*{SUFFIX}"))

    def source(self, name: str) -> str:
        """The text of a prompt's file. Raises NotFoundError for an unknown name."""
        return self._path(name).read_text(encoding="utf-8")

    def hashes(self) -> dict[str, str]:
        return {name: self._file_hash(name) for name in self.names()}

    def render(self, name: str, **inputs: Any) -> Prompt:  # noqa: ANN401  what a prompt takes
        """The prompt with these inputs. Raises PromptError if its file cannot be rendered."""
        import jinja2

        try:
            text = self._environment.get_template(name + SUFFIX).render(**inputs)
        except (jinja2.TemplateError, TypeError, ValueError, ArithmeticError) as error:
            raise PromptError(
                f"the prompt {self._path(name)} cannot be rendered: {error}",
                hint=f"Compare it with: review prompts show {name}",
            ) from error
        return Prompt(name, text.strip() + "\n", self._file_hash(name))

    def make_ready(self) -> None:
        """Compile every prompt. Takes some milliseconds: done while waiting for a model."""
        self.is_ready = True
        for name in self.names():
            self._environment.get_template(name + SUFFIX)

    def fence(self, tag: str, title: str, year: int | None, *texts: str) -> FencedText:
        """The texts as data, one a line: cleaned, and fenced by a marker that their author could
        not guess and that is always the same in one library (HMAC-SHA256 of the texts)."""
        plain, heading = "\n".join(clean(text) for text in texts), clean(title)
        sign = hmac.new(self._secret, f"{heading}\n{plain}".encode(), hashlib.sha256)
        marker = sign.hexdigest()[:_MARKER_CHARS]
        while marker in plain or marker in heading:
            sign.update(b"again")
            marker = sign.hexdigest()[:_MARKER_CHARS]
        return FencedText(tag, heading, str(year) if year else "year unknown", plain, marker)

    def _path(self, name: str) -> Path:
        paths = (folder / (name + SUFFIX) for folder in self._folders)
        if path := next(filter(Path.is_file, paths), None):
            return path
        raise NotFoundError(f"unknown prompt '{name}'", hint="Run: review prompts list")

    def _file_hash(self, name: str) -> str:
        """The hash of the file when it was first used, because it is compiled only once too."""
        if name not in self._hashes:
            whole = self._path(name).read_bytes() + self._path("_evidence").read_bytes()
            self._hashes[name] = hashlib.sha256(whole).hexdigest()[:16]
        return self._hashes[name]

    def _check(self, path: Path) -> None:
        """Raises PromptError if the user's prompt does not use exactly the inputs of the program's
        own prompt."""
        import jinja2
        from jinja2 import meta

        name = path.name.removesuffix(SUFFIX)
        known = prompts_folder() / path.name
        if not known.is_file():
            raise PromptError(
                f"{path} does not have the name of a prompt",
                hint=f"Prompts: {', '.join(self.names())}.",
            )
        try:
            tree = jinja2.Environment().parse(path.read_text(encoding="utf-8"))
            used = meta.find_undeclared_variables(tree)
        except (jinja2.TemplateSyntaxError, OSError, UnicodeDecodeError) as error:
            raise PromptError(f"{path} cannot be read: {error}", hint="Fix the file.") from error
        if name.startswith("_"):
            return
        inputs = inputs_of(known.read_text("utf-8"))
        missing, unknown = (", ".join(sorted(n)) for n in (inputs - used, used - inputs))
        if missing or unknown:
            problem = f"does not use {missing}" if missing else f"uses the unknown input {unknown}"
            raise PromptError(f"{path} {problem}", hint=f"See: review prompts show {name}")


def _visible(value: object) -> object:
    return visible(_LINE_SIGNS.sub(" ", value)) if isinstance(value, str) else value


def inputs_of(source: str) -> set[str]:
    """The inputs in a prompt's first line. Raises ReviewError if there are none."""
    found = _FIRST_LINE.match(source)
    if found is None:
        raise ReviewError("a prompt's first line must name inputs, reply and caller")
    return {name.strip() for name in found["inputs"].split(",")}
