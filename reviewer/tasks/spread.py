"""Starts work on the machines of a Ray cluster. The only file that knows Ray, and only a launcher.

What is safe, claimed or paid for stands in the library's database, so nothing here has to be right
for that: a worker that dies leaves its steps to be done again, by another one or by whoever started
it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reviewer.errors import EmbeddingError, ReviewError, UsageError
from reviewer.library import Library
from reviewer.library.embeddings.embedding import open_embedding
from reviewer.settings import Settings, load_settings
from reviewer.tasks.surveys.run import SurveyOptions, write_reports
from reviewer.text import counted
from reviewer.text.redact import excerpt
from reviewer.types.progress import Progress, silent
from reviewer.types.runs import Usage
from reviewer.types.surveys import SurveyPlan
from reviewer.writers import writer_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RETRIES = 2  # of a piece of work whose worker died
_PARTS_A_MACHINE = 2  # of one call of `embed`, so that no machine waits for a slow one
_SECRETS = ("openalex_key", "semantic_scholar_key", "ncbi_key", "chroma_key")


@contextmanager
def cluster(address: str) -> Iterator[Any]:
    """Ray's module, connected to the cluster at `auto`, HOST:PORT or ray://HOST:PORT.

    Raises UsageError when Ray is not installed or the cluster is not reached.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError as error:
        raise UsageError(
            "Ray is not installed", hint="Install it with: pip install 'reviewer[ray]'"
        ) from error
    _require_reachable(address)
    try:
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
        raise _not_reached(f"{address} ({excerpt(str(error))})") from error
    try:
        yield ray
    finally:
        ray.shutdown()


def _require_reachable(address: str) -> None:
    """Raises UsageError where nothing answers: Ray itself waits for minutes, and then aborts."""
    from reviewer.http import is_reachable

    if address != "auto" and not is_reachable(f"http://{address.removeprefix('ray://')}", 3.0):
        raise _not_reached(address)


def _not_reached(address: str) -> UsageError:
    return UsageError(
        f"no Ray cluster is reached at {address}",
        hint="Start one with: ray start --head. Or leave --ray out.",
    )


@dataclass(frozen=True)
class Spread:
    """What came of reports on a cluster: what all workers paid, on how many machines they ran, and
    why some were left to be done here."""

    usage: Usage
    machines: int
    failures: tuple[str, ...] = ()


def spread_reports(
    plan: SurveyPlan, library: Library, options: SurveyOptions, progress: Progress = silent
) -> Spread:
    """Have each of the plan's reports written on the cluster that the library's settings name, so
    that its steps are kept. Whoever writes the whole plan then finds them, and does what failed.
    """
    settings = library.settings
    work = _Work(
        _shareable(settings), sign_of(library), options.is_strict, options.is_update, options.jobs
    )
    found: list[dict[str, Any]] = []
    with cluster(settings.ray) as ray:
        task = ray.remote(num_cpus=1, max_retries=RETRIES, scheduling_strategy="SPREAD")(_written)
        waiting = [
            task.remote(plan.model_copy(update={"reports": (own,)}).model_dump_json(), work)
            for own in plan.reports
        ]
        while waiting:
            progress("Reports on Ray", len(plan.reports) - len(waiting), len(plan.reports))
            done, waiting = ray.wait(waiting, num_returns=1)
            try:
                found.append(ray.get(done[0]))
            except ray.exceptions.RayError as error:
                found.append({"failed": f"a worker died ({type(error).__name__})"})
    failures = tuple(one["failed"] for one in found if one.get("failed"))
    usages = [Usage.model_validate(one["usage"]) for one in found if "usage" in one]
    machines = {one["machine"] for one in found if "machine" in one}
    return Spread(_sum_of(usages), len(machines), failures)


@dataclass(frozen=True)
class _Work:
    """What a worker is given: settings without keys, which each machine has of its own, and the
    sign of the library."""

    settings: str
    sign: str
    is_strict: bool
    is_update: bool
    jobs: int


def _written(plan: str, work: _Work) -> dict[str, Any]:
    """In a worker: write these reports. Gives what it cost, and why it failed if it did."""
    machine = _node_id()
    try:
        settings = load_settings(json.loads(work.settings))
        options = SurveyOptions(work.jobs, work.is_strict, work.is_update)
        with (
            _same_library(settings, work.sign) as library,
            closing(writer_of(settings, library)) as writer,
        ):
            failed = ""
            try:
                write_reports(SurveyPlan.model_validate_json(plan), library, writer, options)
            except ReviewError as error:
                failed = error.message
            usage = writer.usage().model_dump(mode="json")
        return {"usage": usage, "failed": failed, "machine": machine}
    except ReviewError as error:
        return {"failed": error.message, "machine": machine}


def _node_id() -> str:
    import ray

    return str(ray.get_runtime_context().get_node_id())


@contextmanager
def _same_library(settings: Settings, sign: str) -> Iterator[Library]:
    """The library, if this machine sees the one that the work is about. A worker makes none."""
    if "://" not in settings.library and not (Path(settings.library) / "library.db").is_file():
        raise UsageError(f"{settings.library} is not on the machine of a worker")
    with Library(settings.library, settings) as library:
        if sign_of(library) != sign:
            raise UsageError(f"{settings.library} is another library on the machine of a worker")
        yield library


def sign_of(library: Library) -> str:
    """A text that only this library gives."""
    return hashlib.sha256(library.ledger.secret().encode()).hexdigest()


def _shareable(settings: Settings) -> str:
    """The settings for another machine, as JSON: without keys, and with whole paths."""
    given = settings.model_dump(mode="json", exclude=set(_SECRETS), exclude_defaults=True)
    for name in ("library", "prompts", "reranker", "nli", "embedding_dir"):
        if given.get(name) and "://" not in given[name]:
            given[name] = str(Path(given[name]).expanduser().absolute())
    return json.dumps(given)


def _sum_of(usages: Sequence[Usage]) -> Usage:
    costs = [one.cost_usd for one in usages]
    return Usage(
        model=usages[0].model if usages else "",
        calls=sum(one.calls for one in usages),
        cached_calls=sum(one.cached_calls for one in usages),
        tokens_in=sum(one.tokens_in for one in usages),
        tokens_out=sum(one.tokens_out for one in usages),
        cost_usd=None if None in costs else sum(cost or 0.0 for cost in costs),
        seconds=sum(one.seconds for one in usages),
    )


class SpreadEmbedding:
    """An embedding whose texts are embedded on all machines of a cluster, one process on each: a
    model uses all processors of its machine."""

    def __init__(self, ray: Any, name: str, settings: Settings) -> None:  # noqa: ANN401  Ray's module
        self.name = name
        self._ray = ray
        self._settings = _shareable(settings)
        self.machines = max(1, sum(bool(node["Alive"]) for node in ray.nodes()))
        self._workers = self._started()

    def _started(self) -> list[Any]:
        """New workers, one a machine. Those before end when nothing names them any more."""
        worker = self._ray.remote(num_cpus=1, scheduling_strategy="SPREAD")(_Embedder)
        return [worker.remote(self.name, self._settings) for _ in range(self.machines)]

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """An array of shape (len(texts), dimensions), rows of length 1, in the order of the texts.

        Raises EmbeddingError when workers die again and again, or cannot embed.
        """
        import numpy as np

        parts = min(len(texts), self.machines * _PARTS_A_MACHINE)
        if not parts:
            return np.zeros((0, 0), dtype=np.float32)
        # Every n-th text: long texts come in a row.
        found = self._asked([list(texts[n::parts]) for n in range(parts)])
        failed = next((part for part in found if isinstance(part, str)), None)
        if failed is not None:
            raise EmbeddingError(f"a worker on Ray cannot embed: {failed}")
        vectors = np.zeros((len(texts), found[0].shape[1]), dtype=np.float32)
        for n, part in enumerate(found):
            vectors[n::parts] = part
        return vectors

    def _asked(self, parts: Sequence[list[str]]) -> list[Any]:
        """What the workers give for these parts; all is asked again of new ones when some die."""
        for left in reversed(range(RETRIES + 1)):
            asked = [
                self._workers[n % self.machines].embed.remote(part) for n, part in enumerate(parts)
            ]
            try:
                return list(self._ray.get(asked))
            except self._ray.exceptions.RayError as error:
                if not left:
                    raise EmbeddingError(
                        f"the workers on Ray failed ({type(error).__name__}); what was embedded is "
                        "kept",
                        hint="Run it again, or leave --ray out.",
                    ) from error
                self._workers = self._started()
        raise AssertionError("the last try returns or raises")


class _Embedder:
    """In a worker: one open embedding."""

    def __init__(self, name: str, settings: str) -> None:
        self._name, self._settings = name, settings
        self._embedding: Any = None

    def embed(self, texts: list[str]) -> NDArray[np.float32] | str:
        """The vectors, or why there are none."""
        try:
            if self._embedding is None:
                settings = load_settings(json.loads(self._settings))
                self._embedding = open_embedding(self._name, settings)
            vectors: NDArray[np.float32] = self._embedding.embed(texts)
            return vectors
        except ReviewError as error:
            return error.message


@contextmanager
def spread_library(settings: Settings, progress: Progress = silent) -> Iterator[Library]:
    """The library of the settings, whose texts are embedded on the cluster that they name. This
    process alone writes."""
    with Library(settings.library, settings) as library:
        name = library.embedding_name
    with cluster(settings.ray) as ray:
        embedding = SpreadEmbedding(ray, name, settings)
        progress(f"Embedding on {counted(embedding.machines, 'machine')} of Ray", -1, 0)
        with Library(settings.library, settings, embedding) as library:
            yield library
