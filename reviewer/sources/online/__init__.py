"""Papers and metadata from online services: one file a service, `client` asks them all.

`services` names who is asked and how fast; `client` keeps that pace, tries again and caches;
`fetch` goes by identifier, by search and along citations. Records are parsed by the service's
file format, so a paper is the same whether it was fetched or read from a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.faces import face

if TYPE_CHECKING:
    from reviewer.sources.online.client import NotThereError as NotThereError
    from reviewer.sources.online.client import Web as Web
    from reviewer.sources.online.fetch import fetch_papers as fetch_papers
    from reviewer.sources.online.fetch import find_along as find_along
    from reviewer.sources.online.fetch import find_by_words as find_by_words
    from reviewer.sources.online.fetch import find_identified as find_identified
    from reviewer.sources.online.fetch import source_named as source_named
else:
    __getattr__ = face(__name__)
