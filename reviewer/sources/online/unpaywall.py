"""Unpaywall: where a paper may be read freely (unpaywall.org/products/api)."""

from __future__ import annotations

from urllib.parse import quote

from reviewer.errors import OnlineError
from reviewer.sources.entries import filled
from reviewer.sources.online.client import Web
from reviewer.sources.parsing.json_path import Json, text_at, value_at


def free_copy(record: Json) -> dict[str, str]:
    """What `Paper.extra` keeps of the best free copy: its address and licence; nothing without
    one."""
    best = value_at(record, "best_oa_location")
    address = text_at(best, "url_for_pdf") or text_at(best, "url")
    if not address.startswith(("https://", "http://")):
        return {}
    return filled({"open_access_url": address, "open_access_licence": text_at(best, "license")})


def find_free_copy(web: Web, doi: str) -> dict[str, str]:
    """The free copy of a paper, by its DOI. Raises NotThereError, and OnlineError without a mail
    address, which Unpaywall wants."""
    if not web.settings.mail:
        raise OnlineError(
            "Unpaywall wants to know who asks", hint="Set REVIEW_MAIL to your mail address."
        )
    return free_copy(web.json("unpaywall", f"/{quote(doi, safe='/')}", {}))
