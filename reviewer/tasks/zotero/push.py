"""push_zotero: tags, notes and a collection, written to Zotero's web service on request alone."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from reviewer.errors import NotFoundError, OnlineError, UsageError
from reviewer.library import Library
from reviewer.sources.parsing.json_path import text_at
from reviewer.sources.zotero.api import MOST_WRITTEN, ZoteroApi
from reviewer.sources.zotero.entries import FROM_ZOTERO, ITEM_KEY, PUSHED, plain_note
from reviewer.sources.zotero.names import SCHEME
from reviewer.sources.zotero.snapshot import Item, tags_of
from reviewer.types import Paper
from reviewer.types.frozen import Frozen
from reviewer.types.progress import Progress, silent


@dataclass(frozen=True)
class PushOptions:
    """Papers with one of `tags`, and those that `screen` includes, are meant. They get those of
    `tags` that they have here, their notes where `notes` says so, and a place in `collection`."""

    tags: tuple[str, ...] = ()
    notes: bool = False
    collection: str = ""
    screen: str = ""
    dry_run: bool = False


class Pushed(Frozen):
    """What was written, or would be: keys of papers. `not_from_zotero` have no item there;
    `not_on_the_web` have one that was never synced. `refused` says what Zotero did not take."""

    dry_run: bool = False
    papers: int = 0
    tagged: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    collected: tuple[str, ...] = ()
    made_collection: str = ""
    not_from_zotero: tuple[str, ...] = ()
    not_on_the_web: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass
class _Done:
    """The same while it is made."""

    tagged: list[str] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)
    collected: list[str] = field(default_factory=list)
    made: str = ""
    away: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def push_zotero(library: Library, options: PushOptions, progress: Progress = silent) -> Pushed:
    """Add to Zotero what its items lack; nothing there is changed or taken away. With `dry_run`
    nothing is written.

    Raises UsageError where nothing is meant, NotFoundError for an unknown tag or a screening that
    includes nothing, and OnlineError without a key, or when the library changed meanwhile: then
    the same command goes on.
    """
    papers = _meant(library, options)
    _require_way(library)
    by_library: dict[str, dict[str, Paper]] = {}
    lacking = []
    for paper in papers:
        places = _items_of(library, paper)
        for name, item in places:
            by_library.setdefault(name, {})[item] = paper
        lacking += [] if places else [paper.key]
    done = _Done()
    with ZoteroApi(library.settings, is_local=False) as api:
        for name, own in by_library.items():
            path = api.user() if name == "library" else f"/{name.replace('group/', 'groups/')}"
            _push(api, path, own, options, done, progress)
    return Pushed(
        dry_run=options.dry_run,
        papers=len(papers),
        tagged=tuple(done.tagged),
        noted=tuple(done.noted),
        collected=tuple(done.collected),
        made_collection=done.made,
        not_from_zotero=tuple(lacking),
        not_on_the_web=tuple(done.away),
        refused=tuple(done.refused),
    )


def _meant(library: Library, options: PushOptions) -> list[Paper]:
    if not (options.tags or options.screen):
        raise UsageError(
            "no papers are named for Zotero",
            hint="Name them by a tag or a screening: review push zotero --tag TAG --dry-run",
        )
    if options.screen and not (options.collection or options.notes):
        raise UsageError(
            "--screen needs --collection or --notes",
            hint="Say where its papers go: --collection 'Included papers'",
        )
    wanted = set(options.tags)
    found = {p.id: p for p in library.papers() if wanted & set(p.tags)}
    unknown = wanted - {tag for paper in found.values() for tag in paper.tags}
    if unknown:
        raise NotFoundError(f"no paper has the tag '{sorted(unknown)[0]}'", hint="Tags: review tag")
    if options.screen:
        found |= {paper.id: paper for paper in _included(library, options.screen)}
    return list(found.values())


def _included(library: Library, name: str) -> list[Paper]:
    from reviewer.tasks.screening.flow import make_flow
    from reviewer.tasks.screening.screening import Screening

    flow = make_flow(Screening(library, name))
    found = [library.paper(paper.key) for paper in flow.papers if paper.box == "included"]
    if not found:
        raise NotFoundError(
            f"the screening '{name}' includes no paper after reading full texts yet",
            hint=f"See: review screen status {name}",
        )
    return found


def _require_way(library: Library) -> None:
    if library.settings.offline:
        raise OnlineError("--offline forbids the network", hint="Run it again without --offline.")
    if not library.settings.zotero_key.get_secret_value():
        raise OnlineError(
            "Zotero on this machine only lets other programs read; to write, its web service needs "
            "a key",
            hint="Make one that may write at https://www.zotero.org/settings/keys, and set "
            "REVIEW_ZOTERO_KEY.",
        )


def _items_of(library: Library, paper: Paper) -> list[tuple[str, str]]:
    """The Zotero libraries that a paper is in, each with the key of its item."""
    number = library.catalogue.number_of(paper.id)
    entries = library.catalogue.entries_of(number) if number is not None else []
    return [
        (origin.file.removeprefix(SCHEME), key)
        for kept in entries
        for origin in kept.entry.origins
        if origin.file.startswith(SCHEME) and isinstance(key := kept.entry.extra.get(ITEM_KEY), str)
    ]


def _push(
    api: ZoteroApi,
    path: str,
    papers: dict[str, Paper],
    options: PushOptions,
    done: _Done,
    progress: Progress,
) -> None:
    """Write to one Zotero library; `papers` by the keys of their items."""
    items, version = api.items(path, list(papers))
    items = [item for item in items if not item.get("deleted")]
    there = {text_at(item, "key") for item in items}
    done.away += [paper.key for key, paper in papers.items() if key not in there]
    collection = ""
    if options.collection and items:
        collection, version = _collection(api, path, options, version, done)
    changed = []
    for item in items:
        paper = papers[text_at(item, "key")]
        change = _change(item, paper, options, collection, done)
        changed += [change] if change else []
    notes = _new_notes(api, path, items, papers, progress) if options.notes else []
    done.noted += [papers[note["parentItem"]].key for note in notes]
    if options.dry_run:
        return
    objects: list[dict[str, Any]] = [*changed, *notes]
    for start in range(0, len(objects), MOST_WRITTEN):
        progress("Writing to Zotero", start, len(objects))
        some = objects[start : start + MOST_WRITTEN]
        _, refused, version = api.write(f"{path}/items", some, version)
        done.refused += refused


def _collection(
    api: ZoteroApi, path: str, options: PushOptions, version: int, done: _Done
) -> tuple[str, int]:
    """The key of the collection with this name, made where there is none."""
    named = options.collection.casefold()
    for one in api.collections(path):
        if text_at(one, "name").casefold() == named and not one.get("deleted"):
            return text_at(one, "key"), version
    done.made = options.collection
    if options.dry_run:
        return "(new)", version
    new = {"name": options.collection, "parentCollection": False}
    taken, refused, version = api.write(f"{path}/collections", [new], version)
    if not taken:
        raise OnlineError(
            f"Zotero did not make the collection '{options.collection}': {'; '.join(refused)}",
            hint="Check what the key may write.",
        )
    return taken[0], version


def _change(
    item: Item, paper: Paper, options: PushOptions, collection: str, done: _Done
) -> dict[str, Any]:
    """What the item lacks, in the form of the API: fields that are not named stay as they are."""
    change: dict[str, Any] = {}
    have = {tag.casefold() for tag in tags_of(item)}
    new = [t for t in options.tags if t in paper.tags and t.casefold() not in have]
    if new:
        change["tags"] = [*(item.get("tags") or ()), *({"tag": tag} for tag in new)]
        done.tagged.append(paper.key)
    own = list(item.get("collections") or ())
    if collection and collection not in own:
        change["collections"] = [*own, collection]
        done.collected.append(paper.key)
    if change:
        change |= {"key": text_at(item, "key"), "version": item.get("version")}
    return change


def _new_notes(
    api: ZoteroApi,
    path: str,
    items: Sequence[Item],
    papers: dict[str, Paper],
    progress: Progress,
) -> list[dict[str, Any]]:
    """A note for each item whose paper has words that no note of the item holds yet. What came
    from Zotero is not sent back."""
    notes = []
    for done, item in enumerate(items):
        progress("Comparing notes", done, len(items))
        key = text_at(item, "key")
        written = [
            p for p in papers[key].notes.split("\n\n") if p and not p.startswith(FROM_ZOTERO)
        ]
        if not written:
            continue
        there = "\n".join(
            plain_note(text_at(child, "note"))
            for child in api.children(path, key)
            if text_at(child, "itemType") == "note"
        )
        own = [text for text in written if plain_note(_html(text)) not in there]
        if own:
            body = "".join(f"<p>{_html(text)}</p>" for text in own)
            notes.append(
                {"itemType": "note", "parentItem": key, "note": body, "tags": [{"tag": PUSHED}]}
            )
    return notes


def _html(text: str) -> str:
    return "<br/>".join(html.escape(line, quote=False) for line in text.split("\n"))
