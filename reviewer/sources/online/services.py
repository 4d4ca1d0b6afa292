"""The online sources: address, pace of requests, and how each wants to know who asks.

Addresses, rates and names of parameters are those that each service publishes; `docs/online.md`
says where. None of them could be reached while this was written.
"""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.errors import UsageError
from reviewer.hosts import Place, RefusedError, place_of
from reviewer.settings import Settings


@dataclass(frozen=True)
class Service:
    """`pace_s` seconds are between two requests, `keyed_pace_s` with a key. A key is sent as the
    named header or parameter, a mail address as the named parameter."""

    name: str
    label: str
    base: str
    pace_s: float
    keyed_pace_s: float = 0.0
    key: str = ""
    key_header: str = ""
    key_parameter: str = ""
    mail_parameter: str = ""
    also_at: str = ""


SERVICES = {
    service.name: service
    for service in (
        Service(
            "arxiv", "arXiv", "https://export.arxiv.org/api", 3.0, also_at="https://arxiv.org"
        ),
        Service(
            "openalex", "OpenAlex", "https://api.openalex.org", 0.1, 0.1,
            key="openalex_key", key_parameter="api_key", mail_parameter="mailto",
        ),
        Service(
            "semantic_scholar", "Semantic Scholar", "https://api.semanticscholar.org/graph/v1",
            3.0, 1.0, key="semantic_scholar_key", key_header="x-api-key",
        ),
        Service(
            "crossref", "Crossref", "https://api.crossref.org", 1.0, mail_parameter="mailto"
        ),
        Service(
            "pubmed", "PubMed", "https://eutils.ncbi.nlm.nih.gov/entrez/eutils", 0.34, 0.1,
            key="ncbi_key", key_parameter="api_key", mail_parameter="email",
        ),
        Service(
            "unpaywall", "Unpaywall", "https://api.unpaywall.org/v2", 0.1, mail_parameter="email"
        ),
        Service("daily_papers", "Hugging Face daily papers", "https://huggingface.co/api", 1.0),
    )
}  # fmt: skip
SEARCHED = ("openalex", "semantic_scholar", "crossref", "arxiv", "pubmed")
"""The services that `review add --search` can ask."""


def base_of(service: Service, settings: Settings) -> str:
    """The service's base address: from the settings, else as published."""
    return (str(getattr(settings, f"{service.name}_base")) or service.base).rstrip("/")


def places(settings: Settings) -> frozenset[Place]:
    """Every place that may be asked. Raises UsageError for a base address that
    cannot be used."""
    found = set()
    for service in SERVICES.values():
        for address in (base_of(service, settings), service.also_at):
            try:
                found |= {place_of(address)} if address else set()
            except RefusedError as error:
                name = f"{service.name}_base"
                raise UsageError(
                    f"the setting '{name}' is not a web address: {error.message}",
                    hint=f"Set REVIEW_{name.upper()} as {service.base}",
                ) from error
    return frozenset(found)


def key_of(service: Service, settings: Settings) -> str:
    return settings.model_dump()[service.key].get_secret_value() if service.key else ""


def require_searched(name: str) -> Service:
    """The service to search. Raises UsageError that names the known ones, and a near one."""
    import difflib

    wanted = name.strip().lower().replace("-", "_").replace(" ", "_")
    if wanted in SEARCHED:
        return SERVICES[wanted]
    near = difflib.get_close_matches(wanted, SEARCHED, n=1, cutoff=0.5)
    hint = f"Did you mean {near[0]}? " if near else ""
    raise UsageError(f"'{name}' cannot be searched", hint=f"{hint}Known: {', '.join(SEARCHED)}.")
