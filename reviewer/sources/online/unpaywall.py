"""Unpaywall: where a paper may be read freely (unpaywall.org/products/api)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from reviewer.errors import OnlineError
from reviewer.sources.parsing.json_path import text_at

if TYPE_CHECKING:
    from reviewer.sources.online.client import Web


def free_copy(record: Mapping[str, Any]) -> dict[str, str]:
    """What `Paper.extra` keeps of the best free copy: its address and licence; nothing where there
    is none."""
    best = ("best_oa_location",)
    address = text_at(record, *best, "url_for_pdf") or text_at(record, *best, "url")
    if not address.startswith(("https://", "http://")):
        return {}
    licence = text_at(record, *best, "license")
    return {"open_access_url": address, **({"open_access_licence": licence} if licence else {})}


def find_free_copy(web: Web, doi: str) -> dict[str, str]:
    """The same, asked for by DOI. Raises NotThereError, and OnlineError without a mail address,
    which Unpaywall wants."""
    if not web.settings.mail:
        raise OnlineError(
            "Unpaywall wants to know who asks", hint="Set REVIEW_MAIL to your mail address."
        )
    found = web.json("unpaywall", f"/{quote(doi, safe='/')}", {})
    return free_copy(found) if isinstance(found, dict) else {}
