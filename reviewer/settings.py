"""The settings: defaults, then review.toml, then REVIEW_* variables, then flags."""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from reviewer.errors import UsageError, require_path

SETTINGS_FILE = "review.toml"
# Flags with another name than their setting; empty for a setting without a flag.
_FLAGS = {
    "budget_usd": "--budget",
    "timeout_s": "--timeout",
    "context_tokens": "--context",
    "embedding_dir": "",
    "chroma_key": "",
    "budget_run": "",
    **dict.fromkeys(("zotero_folder", "zotero_key", "zotero_base", "zotero_local_base"), ""),
}
_VARIABLES_ONLY = ("chroma_key",)  # a file of settings is shared
_PATHS = ("library", "prompts", "embedding_dir", "reranker", "nli", "zotero_folder")
LIBRARY_FOLDER = ".review"
_ON_SERVER = ("postgresql://", "postgres://")


class Settings(BaseModel):
    """The settings of a run. Paths are strings; an empty string means "not set"."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    library: str = ""
    embedding: str = ""  # the library's own, else minilm-int8
    embedding_dir: str = ""  # where the files of minilm are
    reranker: str = ""  # folders with small local models
    nli: str = ""
    chroma: str = ""  # the address of a Chroma server that holds the vectors
    chroma_key: SecretStr = SecretStr("")
    ray: str = ""  # the address of a Ray cluster
    model: str = ""
    api_base: str = ""
    offline: bool = False
    prompts: str = ""
    timeout_s: float | None = Field(default=None, gt=0, allow_inf_nan=False)  # 120, local 600
    jobs: int = Field(default=8, ge=1)
    budget_usd: float | None = Field(default=None, ge=0)
    budget_run: str = ""  # processes with the same name share the budget
    max_calls: int | None = Field(default=None, ge=0)
    context_tokens: int | None = Field(default=None, ge=1)  # litellm's, the server's, else 8192
    mail: str = ""  # sent to online sources that want to know who uses them
    openalex_key: SecretStr = SecretStr("")
    semantic_scholar_key: SecretStr = SecretStr("")
    ncbi_key: SecretStr = SecretStr("")
    arxiv_base: str = ""  # these replace the published addresses
    openalex_base: str = ""
    semantic_scholar_base: str = ""
    crossref_base: str = ""
    pubmed_base: str = ""
    unpaywall_base: str = ""
    daily_papers_base: str = ""
    zotero_folder: str = ""  # Zotero's data folder, else as its preferences say
    zotero_key: SecretStr = SecretStr("")
    zotero_base: str = ""
    zotero_local_base: str = ""


def load_settings(
    flags: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    start: Path | None = None,
) -> Settings:
    """Settings for a run that starts in folder `start`. A flag of None was not given.

    Raises UsageError that names the file or variable and what is wrong with it.
    """
    environment = os.environ if environment is None else environment
    start = start or Path.cwd()
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    variables = {
        name: environment[variable]
        for name in Settings.model_fields
        if environment.get(variable := f"REVIEW_{name.upper()}")
    }
    library = str(given.get("library") or variables.get("library") or find_library(start) or "")
    values = _from_files(library)
    library = library or str(values.get("library") or default_library())
    values |= variables | given | {"library": _place_of(library)}
    return _checked(values)


def find_library(start: Path) -> Path | None:
    """The nearest `.review` folder in `start` or above it."""
    folders = (folder / LIBRARY_FOLDER for folder in (start, *start.parents))
    return next(filter(Path.is_dir, folders), None)


def is_on_server(library: str) -> bool:
    """True for the address of a PostgreSQL database, false for a folder."""
    return library.startswith(_ON_SERVER)


def server_folder(address: str) -> Path:
    """The folder for what stays on this machine of a library on a server. It can be deleted."""
    return cache_folder() / "servers" / hashlib.sha256(address.encode()).hexdigest()[:16]


def _place_of(library: str, said_in: str = "") -> str:
    """The folder, written out, or the address. Raises UsageError for another kind of address, and
    for one with a password in it, which others could read in the list of processes."""
    if not is_on_server(library):
        return str(_written_out(library))
    from urllib.parse import parse_qsl, urlsplit

    try:
        parts = urlsplit(library)
        has_password = ":" in parts.netloc.rpartition("@")[0] or any(
            "password" in name for name, _ in parse_qsl(parts.query, keep_blank_values=True)
        )
    except ValueError as error:
        raise UsageError(
            f"{said_in}the library's address is not valid: {error}",
            hint=f"Set {_ways('library')} to postgresql://HOST/DATABASE.",
        ) from error
    if has_password:
        raise UsageError(
            f"{said_in}the library's address holds a password",
            hint=f"Set {_ways('library')} to postgresql://HOST/DATABASE; the password goes "
            "into ~/.pgpass (HOST:PORT:DATABASE:USER:PASSWORD, chmod 600).",
        )
    return library


def _written_out(library: str) -> Path:
    hint = "Name a folder, or postgresql://HOST/DATABASE, with --library or REVIEW_LIBRARY."
    require_path(library, "the library", hint)
    try:
        return Path(library).expanduser()
    except RuntimeError as error:
        raise UsageError(
            f"the library '{library}' is in a home folder that cannot be found",
            hint="Write the whole path of the folder.",
        ) from error


def default_library() -> Path:
    """The library if the user names no other, in the user's data folder."""
    import platformdirs

    return Path(platformdirs.user_data_dir("review")) / "library"


def cache_folder() -> Path:
    """The folder for files that can be made again."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("review"))


def _from_files(library: str) -> dict[str, Any]:
    """The settings of the user's file, then of the file beside the library, if there is one."""
    import platformdirs

    values: dict[str, Any] = {}
    files = [Path(platformdirs.user_config_dir("review")) / SETTINGS_FILE]
    if library and not is_on_server(library):
        files.append(_written_out(library).parent / SETTINGS_FILE)
    for path in filter(Path.is_file, files):
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise UsageError(
                f"{path} cannot be read: {error}", hint="Fix the file or move it away."
            ) from error
        known = [name for name in Settings.model_fields if name not in _VARIABLES_ONLY]
        if unknown := next((name for name in found if name not in known), ""):
            raise UsageError(
                f"{path} has the unknown setting '{unknown}'", hint=f"Known: {', '.join(known)}."
            )
        _checked(found, f"{path}: ")
        values |= found
    return values


def _checked(values: Mapping[str, Any], place: str = "") -> Settings:
    for name in _PATHS:
        if name == "library" and is_on_server(str(values.get(name))):
            _place_of(str(values[name]), place)
            continue
        hint = f"Set {_ways(name)} to a folder."
        require_path(str(values.get(name) or ""), f"{place}the setting '{name}'", hint)
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        value = "(hidden)" if name.endswith("_key") else values.get(name)
        raise UsageError(
            f"{place}the setting '{name}' is '{value}', which {_misfit(first)}",
            hint=f"Set {_ways(name)} to a valid value.",
        ) from error


def _ways(name: str) -> str:
    """How a user sets this setting."""
    flag = _FLAGS.get(name, f"--{name.replace('_', '-')}")
    return f"{flag} or REVIEW_{name.upper()}" if flag else f"REVIEW_{name.upper()}"


def _misfit(found: Any) -> str:  # noqa: ANN401  pydantic's details of one error
    """What is wrong with a value, in the user's words."""
    kind, limits = found["type"], found.get("ctx", {})
    said = {
        "greater_than_equal": f"is less than {limits.get('ge')}",
        "greater_than": f"is not more than {limits.get('gt')}",
        "finite_number": "is not a finite number",
        "int": "is not a whole number",
        "float": "is not a number",
        "bool": "is not true or false",
        "string": "is not a text",
    }
    return said.get(kind) or said.get(kind.split("_")[0], "is not valid")
