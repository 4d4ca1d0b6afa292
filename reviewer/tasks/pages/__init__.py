"""Shows quotes on the pages of the PDFs that they were read from.

`files` finds the PDF (its bytes must be those that were read), `kept_views` keeps drawn pages,
`placing` finds a quote's rectangles on a page, `quotes` puts these together, and `highlights`
writes copies of PDFs with what runs quoted from them.
"""

from typing import TYPE_CHECKING

from reviewer.faces import face

if TYPE_CHECKING:
    from reviewer.tasks.pages.files import files_of as files_of
    from reviewer.tasks.pages.highlights import write_highlighted as write_highlighted
    from reviewer.tasks.pages.kept_views import KeptViews as KeptViews
    from reviewer.tasks.pages.quotes import find_on_pages as find_on_pages
    from reviewer.tasks.pages.quotes import marked_picture as marked_picture
    from reviewer.tasks.pages.quotes import picture_of as picture_of
else:
    __getattr__ = face(__name__)
