"""Papers from files and online services, as entries. Knows no library."""

from typing import TYPE_CHECKING

from reviewer.faces import face

if TYPE_CHECKING:
    from reviewer.sources.discover import find_files as find_files
    from reviewer.sources.entries import Entries as Entries
    from reviewer.sources.entries import ReadOptions as ReadOptions
    from reviewer.sources.formats.docx import markdown_of as markdown_of
    from reviewer.sources.read import read_bytes as read_bytes
    from reviewer.sources.read import read_file as read_file
    from reviewer.sources.read import read_references as read_references
    from reviewer.sources.text_file import file_bytes as file_bytes
    from reviewer.sources.text_file import read_text_file as read_text_file
else:
    __getattr__ = face(__name__)
