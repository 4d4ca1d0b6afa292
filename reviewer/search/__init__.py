"""Finds papers and tagged evidence for a question, similar papers, and groups of papers."""

from typing import TYPE_CHECKING

from reviewer.faces import face

if TYPE_CHECKING:
    from reviewer.search.cluster_labels import name_themes as name_themes
    from reviewer.search.clusters import group_papers as group_papers
    from reviewer.search.clusters import settle_themes as settle_themes
    from reviewer.search.explain_empty import why_none_pass as why_none_pass
    from reviewer.search.for_sentence import find_for_sentence as find_for_sentence
    from reviewer.search.options import AT_FLOOR as AT_FLOOR
    from reviewer.search.options import EVIDENCE_CUT as EVIDENCE_CUT
    from reviewer.search.options import SearchOptions as SearchOptions
    from reviewer.search.paper_map import map_papers as map_papers
    from reviewer.search.search import find as find
    from reviewer.search.similar import find_similar as find_similar
    from reviewer.search.where import find_words as find_words
else:
    __getattr__ = face(__name__)
