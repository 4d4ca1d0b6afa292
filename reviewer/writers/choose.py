"""The writer that the settings name: extractive, or a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reviewer.library import Library
    from reviewer.llm import Account
    from reviewer.settings import Settings
    from reviewer.types.writer import Writer
    from reviewer.writers.extractive.entailment import Entailment


def writer_of(
    settings: Settings,
    library: Library,
    *,
    use_cache: bool = True,
    within: Account | None = None,
) -> Writer:
    """The extractive writer, with the small model that judges if one is set, or the writer with the
    language model of the settings, whose calls count in the account `within` too. A missing key, or
    a model that needs a network which must not be used, is reported by the first question."""
    if not settings.model:
        from reviewer.writers.extractive.answers import Extractive

        return Extractive(_entailment(settings.nli) if settings.nli else None)
    from reviewer.llm import LLM, Prompts
    from reviewer.writers.prompted.answers import Prompted

    model = LLM(settings, library.ledger if use_cache else None, within=within)
    return Prompted(model, Prompts(settings.prompts, library.ledger.secret()))


def _entailment(folder: str) -> Entailment:
    """The small model in this folder, which judges claims. Raises LocalModelError when its files
    are missing or damaged, and UsageError when it is another kind of model."""
    from reviewer.library.embeddings.pair_model import open_pair_model
    from reviewer.writers.extractive.entailment import Entailment

    return Entailment(open_pair_model(folder))
