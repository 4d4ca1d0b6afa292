"""Words, names, numbers and identifiers in texts. Pure functions over strings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.faces import face

FACE = {
    "bare_doi": "identifiers",
    "clean": "views",
    "counted": "views",
    "figures_without_proof": "numbers",
    "normalise_title": "views",
    "sentence_spans": "views",
    "split_name": "names",
}

if TYPE_CHECKING:
    from reviewer.text.identifiers import bare_doi as bare_doi
    from reviewer.text.names import split_name as split_name
    from reviewer.text.numbers import figures_without_proof as figures_without_proof
    from reviewer.text.views import clean as clean
    from reviewer.text.views import counted as counted
    from reviewer.text.views import normalise_title as normalise_title
    from reviewer.text.views import sentence_spans as sentence_spans
else:
    __getattr__ = face(__name__, FACE)
