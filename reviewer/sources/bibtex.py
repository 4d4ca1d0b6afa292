"""BibTeX: what its entries are called, and by what the library knows them."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

from reviewer.records import Paper, Part, Skipped
from reviewer.sources import origin_of

_ARXIV_ID = re.compile(r"(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?")
_ARXIV_NAMED = re.compile(rf"arxiv(?:\.org/(?:abs|pdf)/|\s*:\s*)({_ARXIV_ID.pattern})", re.I)
_BRACES = re.compile(r"[{}]")


def references(text: str, file: str) -> Iterator[Paper | Skipped]:
    """The entries in order, each with its key, title, DOI and arXiv id; no more is read so far.

    An entry that cannot be read is Skipped; the others are read all the same.
    """
    import bibtexparser

    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # what failed is Skipped
    found = bibtexparser.parse_string(text)
    for block in found.blocks:
        line = (block.start_line or 0) + 1
        if block in found.failed_blocks:
            reason = "this entry is damaged, or its key is there twice"
            yield Skipped(file=file, position=line, reason=reason)
        elif hasattr(block, "fields_dict"):
            fields = {name.lower(): str(f.value) for name, f in block.fields_dict.items()}
            yield Paper(
                key=block.key,
                parts=(Part(name="title", text=_BRACES.sub("", fields.get("title", ""))),),
                doi=fields.get("doi", "").strip(),
                arxiv_id=_arxiv_id(fields),
                origins=(origin_of(block.raw or block.key, file, line),),
            )


def _arxiv_id(fields: dict[str, str]) -> str:
    """From `eprint`, else from where people write it: a journal, a note or an address."""
    eprint = fields.get("eprint", "").strip()
    if _ARXIV_ID.fullmatch(eprint):
        return eprint
    for name in ("eprint", "journal", "note", "url", "howpublished"):
        if found := _ARXIV_NAMED.search(fields.get(name, "")):
            return found.group(1)
    return ""
