"""`review files`: what papers were read from, and what was skipped."""

from __future__ import annotations

from reviewer.cli.library import opened
from reviewer.cli.options import JsonOption, LibraryOptions, command, settings_of
from reviewer.cli.output import print_error, print_out
from reviewer.text import counted


@command("files", "review files --json")
def files(json: JsonOption = False, *, common: LibraryOptions) -> None:
    """List the files that papers were read from, and why entries of them were skipped."""
    from reviewer.render.json import records_json

    with opened(settings_of(common)) as shelf:
        found = shelf.catalogue.read_files()
    if json:
        print_out(records_json("files", found))
        return
    for read in found:
        print_out(f"{read.file}  ({counted(read.entries, 'entry', 'entries')})\n")
        for reason in read.skipped:
            print_out(f"  skipped: {reason}\n")
    print_error(counted(len(found), "file"))
