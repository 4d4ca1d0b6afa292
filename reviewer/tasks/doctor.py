"""Looks at what works here: library, index, embedding, model, versions; and what to do if not."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from reviewer.errors import ReviewError
from reviewer.library import Library
from reviewer.library.embeddings.embedding import DEFAULT, INT8, LOCAL
from reviewer.library.embeddings.int8 import can_be_made, kept_model
from reviewer.library.embeddings.minilm import find_files
from reviewer.library.library import NO_EMBEDDING
from reviewer.llm.providers import (
    KEY_VARIABLES,
    MALICIOUS,
    is_known,
    is_loopback,
    provider_of,
)
from reviewer.settings import Settings
from reviewer.text import counted
from reviewer.text.redact import excerpt
from reviewer.types.runs import Finding
from reviewer.types.searches import Filters

_PACKAGES = ("litellm", "chromadb", "pydantic", "jinja2", "typer", "tenacity", "onnxruntime")
_SAMPLE = 5


def examine(settings: Settings, environment: Mapping[str, str] | None = None) -> list[Finding]:
    """What was looked at, in the order in which a user would ask. Never raises for a bad state."""
    environment = os.environ if environment is None else environment
    own_embedding, findings = _library(settings)
    findings.append(_embedding(settings.embedding or own_embedding or DEFAULT, settings))
    findings.append(_model(settings, environment))
    findings.append(_versions())
    return findings


def _library(settings: Settings) -> tuple[str, list[Finding]]:
    """The embedding that made the library's vectors, if any, and how the library stands."""
    folder = Path(settings.library)
    if not (folder / "library.db").is_file() and not folder.is_file():
        detail, remedy = f"{folder} is not there yet", "review add PATH makes it"
        return "", [Finding(name="library", state="note", detail=detail, remedy=remedy)]
    try:
        with Library(folder, settings) as library:
            return library.index.embedding_name, [_catalogue(library), _index(library)]
    except ReviewError as error:
        said = Finding(name="library", state="problem", detail=error.message, remedy=error.hint)
        return "", [said]


def _catalogue(library: Library) -> Finding:
    said = library.database.check()
    detail = (
        f"{library.folder}: {counted(library.catalogue.count(), 'paper')}, "
        f"{counted(library.chunks.count(), 'chunk')}"
    )
    if said != "ok":
        return Finding(
            name="library",
            state="problem",
            detail=f"{detail}; its file is damaged: {said}",
            remedy="review repair",
        )
    return Finding(name="library", state="ok", detail=detail)


def _index(library: Library) -> Finding:
    waiting = library.chunks.count_waiting()
    name = library.index.embedding_name
    if not name:
        return Finding(
            name="index",
            state="note",
            detail="no vectors yet: search goes by words alone",
            remedy="review reindex",
        )
    if not library.index.is_in_step():
        return Finding(
            name="index",
            state="note",
            detail="not in step with the library; questions are searched exactly until it is",
            remedy="review reindex",
        )
    if not _finds_itself(library):
        return Finding(
            name="index",
            state="problem",
            detail="the index answers wrongly",
            remedy="review reindex",
        )
    detail = f"in step, vectors by {name}" + (
        f", {counted(waiting, 'chunk')} without a vector yet" if waiting else ""
    )
    return Finding(
        name="index",
        state="note" if waiting else "ok",
        detail=detail,
        remedy="review reindex" if waiting else "",
    )


def _finds_itself(library: Library) -> bool:
    """A sample of stored vectors is asked for; each must find a chunk as near as itself."""
    numbers, matrix = library.chunks.vectors()
    step = max(1, len(numbers) // _SAMPLE)
    for row in range(0, len(numbers), step):
        found = library.index.nearest(matrix[row], 1, Filters())
        if not found or found[0][1] < 0.999:
            return False
    return True


def _embedding(name: str, settings: Settings) -> Finding:
    if name == NO_EMBEDDING:
        return Finding(name="embedding", state="note", detail="switched off: search goes by words")
    if name not in LOCAL:
        return Finding(name="embedding", state="ok", detail=f"{name}, asked through litellm")
    folder = find_files(settings.embedding_dir)
    if folder is None:
        return Finding(
            name="embedding",
            state="note",
            detail="all-MiniLM-L6-v2's files are not here: search goes by words alone",
            remedy="review reindex with a network, or set REVIEW_EMBEDDING_DIR",
        )
    detail = f"all-MiniLM-L6-v2 in {folder}"
    if name == INT8 and not kept_model(folder).is_file():
        if not can_be_made():
            return Finding(
                name="embedding",
                state="problem",
                detail=f"{detail}; its smaller model is not made: search goes by words alone",
                remedy="pip install onnx, or review reindex --embedding minilm",
            )
        detail += "; its smaller model is made when it is first used"
    return Finding(name="embedding", state="ok", detail=detail)


def _model(settings: Settings, environment: Mapping[str, str]) -> Finding:
    """Which model writes. Keys are looked for only for a model that is set, and never shown."""
    if not settings.model:
        return Finding(name="model", state="ok", detail="none is set: answers are quoted sentences")
    variables = KEY_VARIABLES.get(provider_of(settings.model), ())
    held = next((name for name in variables if environment.get(name)), "")
    if variables and not held and not is_loopback(settings.api_base):
        named = " or ".join(variables)
        return Finding(
            name="model",
            state="problem",
            detail=f"{settings.model} needs a key and {named} is not set",
            remedy=f"set {named}",
        )
    if not is_known(settings.model):
        return Finding(
            name="model",
            state="problem",
            detail=f"{settings.model} does not begin with a provider that is known",
            remedy="write it as openai/gpt-5-mini, anthropic/..., gemini/... or ollama/llama3",
        )
    where = f" at {excerpt(settings.api_base)}" if settings.api_base else ""
    key = f", {held} is set" if held else ""
    return Finding(name="model", state="ok", detail=f"{settings.model}{where}{key}")


def _versions() -> Finding:
    found = {name: _version(name) for name in ("reviewer", *_PACKAGES)}
    said = ", ".join(f"{name} {version or 'missing'}" for name, version in found.items())
    detail = f"Python {platform.python_version()} on {sys.platform}; {said}"
    for name, versions in MALICIOUS.items():
        if found[name] in versions:
            return Finding(
                name="versions",
                state="problem",
                detail=f"{name} {found[name]} is known to be malicious. {detail}",
                remedy=f"remove it, change your keys, and install another {name}",
            )
    return Finding(name="versions", state="ok", detail=detail)


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
