"""Zotero: adding what it holds, and writing tags, notes and collections back on request."""

from typing import TYPE_CHECKING

from reviewer.faces import face

if TYPE_CHECKING:
    from reviewer.tasks.zotero.add import add_zotero as add_zotero
    from reviewer.tasks.zotero.push import PushOptions as PushOptions
    from reviewer.tasks.zotero.push import push_zotero as push_zotero
else:
    __getattr__ = face(__name__)
