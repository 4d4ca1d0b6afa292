"""Zotero libraries: read from the running program, its database or its web service."""

from typing import TYPE_CHECKING

from reviewer.faces import face

if TYPE_CHECKING:
    from reviewer.sources.zotero.entries import entries_of as entries_of
    from reviewer.sources.zotero.names import is_zotero as is_zotero
    from reviewer.sources.zotero.names import read_name as read_name
    from reviewer.sources.zotero.reading import read_zotero as read_zotero
else:
    __getattr__ = face(__name__)
