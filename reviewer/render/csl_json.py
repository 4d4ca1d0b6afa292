"""Papers as CSL-JSON, which Zotero, pandoc and citation processors read."""

from __future__ import annotations

import json
from collections.abc import Sequence

from reviewer.render.csl import csl_items
from reviewer.text.invisible import escape_hidden
from reviewer.types import Paper


def csl_json(papers: Sequence[Paper]) -> str:
    """A list with one item a paper, as `csl.csl_items` makes them."""
    return escape_hidden(json.dumps(csl_items(papers), ensure_ascii=False, indent=2)) + "\n"
