"""The only file that renders prompts: Jinja, strict about names, paper text fenced as data."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reviewer.errors import NotFoundError, ReviewError, UsageError
from reviewer.text import clean
from reviewer.text.invisible import visible

if TYPE_CHECKING:
    from jinja2 import Environment

SUFFIX = ".md.jinja"
_LINE_SIGNS = re.compile("[\u2028\u2029]")  # they part lines and paragraphs, and nobody sees them
_FIRST_LINE = re.compile(
    r"\{#- inputs: (?P<inputs>.*?) \| reply: (?P<reply>.*?) \| caller: .*? -?#\}"
)
_MARKER_CHARS = 12


class PromptError(UsageError):
    """A prompt of the user's own does not fit its inputs."""

    code = "prompt"


@dataclass(frozen=True)
class Prompt:
    """A rendered prompt, and the hash of the file that it was made from."""

    name: str
    text: str
    file_hash: str


@dataclass(frozen=True)
class Shown:
    """A piece of a paper as a prompt shows it: cleaned text under a tag, fenced by `marker`."""

    tag: str
    title: str
    year: str
    text: str
    marker: str


def prompts_folder() -> Path:
    """The prompts that come with the program: in the wheel, or beside the package in a checkout."""
    inside = Path(__file__).parent.parent / "prompts"
    return inside if inside.is_dir() else Path(__file__).parent.parent.parent / "prompts"


class Prompts:
    """The prompts in force: the program's own, each replaced by the user's where there is one."""

    def __init__(self, own_folder: str = "", secret: str = "") -> None:
        """`own_folder` holds the user's prompts; `secret` is the library's, for the fences.

        Raises PromptError when that folder is not there or holds a prompt that is not known.
        """
        self._secret = secret.encode()
        self._folders = [prompts_folder()]
        if own_folder:
            own = Path(own_folder).expanduser()
            if not own.is_dir():
                raise PromptError(
                    f"there is no folder {own}", hint="Make one with: review prompts export DIR"
                )
            self._folders.insert(0, own)
            for path in own.glob(f"*{SUFFIX}"):
                self._check(path)
        self._environment = self._make_environment()
        self._hashes: dict[str, str] = {}
        self.is_ready = False

    def names(self) -> list[str]:
        return sorted(p.name.removesuffix(SUFFIX) for p in prompts_folder().glob(f"*{SUFFIX}"))

    def source(self, name: str) -> str:
        """The text of a prompt's file. Raises NotFoundError for a name that is not one."""
        return self._path(name).read_text(encoding="utf-8")

    def hashes(self) -> dict[str, str]:
        return {name: self._file_hash(name) for name in self.names()}

    def render(self, name: str, **inputs: Any) -> Prompt:  # noqa: ANN401  what a prompt takes
        """The prompt with these inputs. Raises PromptError when the file asks for others."""
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
        """Compile every prompt. Takes some milliseconds: to be done while a model is waited for."""
        self.is_ready = True
        for name in self.names():
            self._environment.get_template(name + SUFFIX)

    def shown(self, tag: str, title: str, year: int | None, *texts: str) -> Shown:
        """Texts made ready to be data, a line each: cleaned, and fenced by a marker that their
        author could not guess and that the same library makes again (HMAC-SHA256 of the texts)."""
        plain, heading = "\n".join(clean(text) for text in texts), clean(title)
        sign = hmac.new(self._secret, f"{heading}\n{plain}".encode(), hashlib.sha256)
        marker = sign.hexdigest()[:_MARKER_CHARS]
        while marker in plain or marker in heading:
            sign.update(b"again")
            marker = sign.hexdigest()[:_MARKER_CHARS]
        return Shown(tag, heading, str(year) if year else "year unknown", plain, marker)

    def _path(self, name: str) -> Path:
        for folder in self._folders:
            path = folder / (name + SUFFIX)
            if path.is_file():
                return path
        raise NotFoundError(f"there is no prompt '{name}'", hint="Run: review prompts list")

    def _file_hash(self, name: str) -> str:
        """Of the file as it was when it was first asked for: it is compiled once, too."""
        if name not in self._hashes:
            whole = self._path(name).read_bytes() + self._path("_evidence").read_bytes()
            self._hashes[name] = hashlib.sha256(whole).hexdigest()[:16]
        return self._hashes[name]

    def _make_environment(self) -> Environment:
        import jinja2
        import jinja2.sandbox

        return jinja2.sandbox.SandboxedEnvironment(
            loader=jinja2.FileSystemLoader([str(folder) for folder in self._folders]),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,  # prompts are plain text
            auto_reload=False,
            finalize=_shown,  # also a question, a column or a draft may hide characters
        )

    def _check(self, path: Path) -> None:
        """The user's prompt uses just the names that the program's own one is given."""
        import jinja2
        from jinja2 import meta

        name = path.name.removesuffix(SUFFIX)
        known = prompts_folder() / path.name
        if not known.is_file():
            raise PromptError(
                f"{path} replaces no prompt", hint=f"Prompts: {', '.join(self.names())}."
            )
        try:
            tree = jinja2.Environment().parse(path.read_text(encoding="utf-8"))
            used = meta.find_undeclared_variables(tree)
        except (jinja2.TemplateSyntaxError, OSError, UnicodeDecodeError) as error:
            raise PromptError(f"{path} cannot be read: {error}", hint="Mend the file.") from error
        if name.startswith("_"):
            return
        wanted = inputs_of(known.read_text("utf-8"))
        for problem, names in (("does not use", wanted - used), ("uses", used - wanted)):
            if names:
                said = ", ".join(sorted(names))
                extra = "" if problem == "does not use" else ", which it is not given"
                raise PromptError(
                    f"{path} {problem} {said}{extra}", hint=f"See: review prompts show {name}"
                )


def _shown(value: object) -> object:
    return visible(_LINE_SIGNS.sub(" ", value)) if isinstance(value, str) else value


def inputs_of(source: str) -> set[str]:
    """The inputs that a prompt's first line names."""
    found = _FIRST_LINE.match(source)
    if found is None:
        raise ReviewError("a prompt's first line must name inputs, reply and caller")
    return {name.strip() for name in found["inputs"].split(",")}
