"""The page and the HTTP API of `review serve`: an application that a server runs."""

from typing import TYPE_CHECKING

from reviewer.faces import face

if TYPE_CHECKING:
    from reviewer.serve.access import Access as Access
    from reviewer.serve.app import create_app as create_app
    from reviewer.serve.app import leave as leave
else:
    __getattr__ = face(__name__)
