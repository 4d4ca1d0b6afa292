"""Results to text and files: Markdown, JSON, LaTeX, BibTeX, HTML and more."""

from typing import TYPE_CHECKING

from reviewer.faces import face

if TYPE_CHECKING:
    from reviewer.render.describe import byline as byline
    from reviewer.render.describe import readable_date as readable_date
    from reviewer.render.markdown import paper_line as paper_line
    from reviewer.render.notes import note_parts as note_parts
    from reviewer.render.notes import note_source as note_source
    from reviewer.render.references import reference_list as reference_list
    from reviewer.render.registry import choose_format as choose_format
    from reviewer.render.registry import forms_of as forms_of
    from reviewer.render.registry import notebook_form as notebook_form
    from reviewer.render.registry import render as render
    from reviewer.render.registry import write_whole as write_whole
else:
    __getattr__ = face(__name__)
