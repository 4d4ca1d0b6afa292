"""Says what works here: library, index, embedding, model, versions; and what to do if not."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Literal

from reviewer.errors import EmbeddingError, ReviewError
from reviewer.library import Library
from reviewer.library.embeddings.embedding import (
    BUILT_IN,
    DEFAULT,
    LOCAL,
    MissingEmbeddingError,
    open_embedding,
)
from reviewer.library.embeddings.minilm import find_files
from reviewer.library.embeddings.pair_model import open_pair_model
from reviewer.library.kept_files import FOLDER, size_of_kept
from reviewer.library.library import NO_EMBEDDING
from reviewer.library.storage.database import may_be_there
from reviewer.llm.providers import (
    KEY_VARIABLES,
    MALICIOUS,
    base_of,
    is_known,
    is_loopback,
    provider_of,
)
from reviewer.settings import Settings
from reviewer.text import counted
from reviewer.text.redact import excerpt
from reviewer.types.runs import Finding
from reviewer.types.searches import Filters
from reviewer.writers.extractive.entailment import Entailment

_PACKAGES = ("litellm", "chromadb", "pydantic", "jinja2", "typer", "tenacity", "onnxruntime")
_SAMPLE = 5  # stored vectors, about, that are searched for


def examine(settings: Settings, environment: Mapping[str, str] | None = None) -> list[Finding]:
    """What was found, in the order in which a user would ask. Never raises for a bad state."""
    environment = os.environ if environment is None else environment
    own_embedding, findings = _library(settings)
    findings.append(_embedding(settings.embedding or own_embedding or DEFAULT, settings))
    findings.append(_model(settings, environment))
    findings += _local_models(settings)
    findings.append(_versions())
    return findings


def next_step(findings: Sequence[Finding]) -> str:
    """The one thing to do next: the remedy of the first problem, else of the first note that has
    one, else a question."""
    problems = [finding for finding in findings if finding.state == "problem"]
    for finding in (*problems, *findings):
        if finding.remedy:
            return f"{finding.remedy} ({finding.name})"
    if problems:
        return f"see to the {problems[0].name}"
    return "review ask 'does RL teach new skills?'"


def _finding(
    name: str, state: Literal["ok", "note", "problem"], detail: str, remedy: str = ""
) -> Finding:
    return Finding(name=name, state=state, detail=detail, remedy=remedy)


def _library(settings: Settings) -> tuple[str, list[Finding]]:
    """The embedding that made the library's vectors, if any, and the state of the library."""
    place = settings.library
    if not may_be_there(place) and not Path(place).is_file():
        detail, remedy = f"{place} is not there yet", "review add PATH"
        return "", [_finding("library", "note", detail, remedy)]
    try:
        with Library(place, settings, make=False) as library:
            findings = [_catalogue(library), _index(library), *_kept_files(library.folder)]
            return library.index.embedding_name, findings
    except ReviewError as error:
        return "", [_finding("library", "problem", error.message, error.hint)]


def _catalogue(library: Library) -> Finding:
    said = library.database.check()
    papers = counted(library.catalogue.count(), "paper")
    detail = f"{library.place}: {papers}, {counted(library.chunks.count(), 'chunk')}"
    if said == "ok":
        remedy = "" if library.catalogue.count() else "review add PATH"
        return _finding("library", "ok", detail, remedy)
    detail += f"; its file is damaged: {said}"
    return _finding("library", "problem", detail, "review repair")


def _kept_files(folder: Path) -> list[Finding]:
    """The files that were sent to the library, which `review backup` does not copy."""
    count, size = size_of_kept(folder)
    if not count:
        return []
    detail = f"{counted(count, 'file')} sent through the page, {size / 1e6:.1f} MB in {FOLDER}"
    return [_finding("files", "ok", f"{detail}; a backup does not have them")]


def _index(library: Library) -> Finding:
    name, reindex = library.index.embedding_name, "review reindex"
    if not name:
        return _finding("index", "note", "no vectors yet: search goes by words alone", reindex)
    server = library.index.server
    where = f" on the Chroma server {server.address}" if server else ""
    if server and (fault := server.examine()):
        detail = (
            f"the Chroma server {server.address} {fault}; the library's own vectors are searched"
        )
        return _finding("index", "problem", detail, reindex)
    if server is None and not library.database.has_index_folder:
        return _finding("index", "ok", f"{name}; the vectors in the database are searched exactly")
    if not library.index.is_in_step():
        detail = "not in step with the library; questions are searched exactly until it is"
        return _finding("index", "note", detail, reindex)
    if not _finds_itself(library):
        return _finding("index", "problem", "the index answers wrongly", reindex)
    detail = f"in step{where}, vectors by {name}"
    if waiting := library.chunks.count_waiting():
        detail += f", {counted(waiting, 'chunk')} without a vector yet"
        return _finding("index", "note", detail, reindex)
    return _finding("index", "ok", detail)


def _finds_itself(library: Library) -> bool:
    """True when each vector of a sample finds a chunk as near as itself."""
    numbers, matrix = library.chunks.vectors()
    step = max(1, len(numbers) // _SAMPLE)
    for row in range(0, len(numbers), step):
        found = library.index.nearest(matrix[row], 1, Filters())
        if not found or found[0][1] < 0.999:
            return False
    return True


def _embedding(name: str, settings: Settings) -> Finding:
    if name == NO_EMBEDDING:
        return _finding("embedding", "note", "switched off: search goes by words")
    if name not in LOCAL:
        return _finding("embedding", "ok", f"{name}, asked through litellm")
    try:
        open_embedding(name, settings)
    except EmbeddingError as error:
        kind: Literal["note", "problem"] = (
            "note" if isinstance(error, MissingEmbeddingError) else "problem"
        )
        return _finding("embedding", kind, f"{error.message}: search goes by words", error.hint)
    where = "is built in" if name == BUILT_IN else f"in {find_files(settings.embedding_dir)}"
    return _finding("embedding", "ok", f"{name}, {where}")


def _model(settings: Settings, environment: Mapping[str, str]) -> Finding:
    """Which model writes. Keys are looked for only for a model that is set, and never shown."""
    if not settings.model:
        return _finding("model", "ok", "none is set: answers are quoted sentences")
    variables = KEY_VARIABLES.get(provider_of(settings.model), ())
    held = next((name for name in variables if environment.get(name)), "")
    if variables and not held and not is_loopback(base_of(settings.model, settings.api_base)):
        named = " or ".join(variables)
        detail = f"{settings.model} needs a key and {named} is not set"
        return _finding("model", "problem", detail, f"set {named}")
    if not is_known(settings.model):
        detail = f"{settings.model} does not begin with a known provider"
        remedy = "write it as openai/gpt-5-mini, anthropic/..., gemini/... or ollama/llama3"
        return _finding("model", "problem", detail, remedy)
    where = f" at {excerpt(settings.api_base)}" if settings.api_base else ""
    key = f", {held} is set" if held else ""
    return _finding("model", "ok", f"{settings.model}{where}{key}")


def _local_models(settings: Settings) -> list[Finding]:
    """Whether the small models that are set can be opened and score a pair of texts."""
    findings = []
    for name, folder in (("reranker", settings.reranker), ("nli", settings.nli)):
        if not folder:
            continue
        try:
            model = open_pair_model(folder)
            if name == "nli":
                Entailment(model)
            model.score([("Does it answer?", "It does.")])
        except ReviewError as error:
            findings.append(_finding(name, "problem", error.message, error.hint))
        else:
            findings.append(_finding(name, "ok", f"{model.name} in {folder}"))
    return findings


def _versions() -> Finding:
    found = {name: _version(name) for name in ("reviewer", *_PACKAGES)}
    said = ", ".join(f"{name} {version or 'missing'}" for name, version in found.items())
    detail = f"Python {platform.python_version()} on {sys.platform}; {said}"
    for name, versions in MALICIOUS.items():
        if found[name] in versions:
            detail = f"{name} {found[name]} is known to be malicious. {detail}"
            remedy = f"remove it, change your keys, and install another {name}"
            return _finding("versions", "problem", detail, remedy)
    return _finding("versions", "ok", detail)


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
