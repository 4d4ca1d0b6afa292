"""Words, names, numbers and identifiers in texts. Pure functions over strings."""

from typing import TYPE_CHECKING

from reviewer.faces import face

if TYPE_CHECKING:
    from reviewer.text.figures import figures_without_proof as figures_without_proof
    from reviewer.text.identifiers import bare_doi as bare_doi
    from reviewer.text.names import split_name as split_name
    from reviewer.text.sentences import sentence_spans as sentence_spans
    from reviewer.text.views import clean as clean
    from reviewer.text.views import counted as counted
    from reviewer.text.views import normalise_title as normalise_title
else:
    __getattr__ = face(__name__)
