"""A Zotero on loopback, in the published form of its API, and a `zotero.sqlite` with its tables."""

from __future__ import annotations

import json
import sqlite3
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

KEY = "a-zotero-key-5521"
USER = "4711"


def article(key, title, **fields):
    """The data of an item."""
    return {
        "key": key, "itemType": "journalArticle", "title": title, "tags": [], "collections": [],
        "creators": [{"creatorType": "author", "firstName": "Ada", "lastName": "Marsh"}],
        "date": "2021", **fields,
    }  # fmt: skip


def attachment(key, parent, filename="paper.pdf", **fields):
    return {
        "key": key, "itemType": "attachment", "parentItem": parent, "linkMode": "imported_file",
        "contentType": "application/pdf", "filename": filename, "tags": [], **fields,
    }  # fmt: skip


def note(key, parent, text):
    return {"key": key, "itemType": "note", "parentItem": parent, "note": text, "tags": []}


def annotation(key, parent, text, page, comment="", order="00001|000100|00100"):
    return {
        "key": key, "itemType": "annotation", "parentItem": parent, "annotationType": "highlight",
        "annotationText": text, "annotationComment": comment, "annotationPageLabel": page,
        "annotationSortIndex": order, "tags": [],
    }  # fmt: skip


class FakeZotero:
    """One library, read and written as Zotero's API documents it; with `is_local` it reads only, as
    the program on a machine does. `faults` are answers (status, headers) that come first."""

    def __init__(self, *, is_local=False):
        self.is_local = is_local
        self.version = 10
        self.items: dict[str, dict[str, Any]] = {}
        self.collections: dict[str, dict[str, Any]] = {}
        self.groups = {"55": "Reading group"}
        self.deleted: dict[str, int] = {}
        self.files: dict[str, Any] = {}
        self.faults: list[tuple[int, dict[str, str]]] = []
        self.headers: dict[str, str] = {}
        self.asked: list[str] = []
        self.written: list[Any] = []
        self.is_enabled = True
        self.on_read = lambda: None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def put(self, *items):
        """Add or change items; the library's version grows, as with every write."""
        self.version += 1
        for item in items:
            self.items[item["key"]] = {**item, "version": self.version}

    def delete(self, *keys):
        self.version += 1
        for key in keys:
            del self.items[key]
            self.deleted[key] = self.version

    def collect(self, key, name, parent=False):
        self.version += 1
        self.collections[key] = {
            "key": key, "name": name, "parentCollection": parent, "version": self.version
        }  # fmt: skip

    def answer(self, method, path, query, headers, body):
        """Status, headers and body of one answer."""
        if self.faults:
            status, more = self.faults.pop(0)
            return status, more, b"busy"
        if self.is_local and not self.is_enabled:
            return 403, {}, b"Local API is not enabled"
        if not self.is_local and headers.get("Zotero-API-Key") != KEY:
            return 403, {}, b"Invalid key"
        parts = path.strip("/").split("/")
        if parts == ["keys", "current"]:
            return 200, {}, {"key": KEY, "userID": int(USER), "username": "ada"}
        if parts[0] == "users" and parts[1] not in ("0" if self.is_local else USER,):
            return 403, {}, b"Forbidden"
        if parts[2:] == ["groups"]:
            return 200, {}, [{"id": int(k), "data": {"name": n}} for k, n in self.groups.items()]
        if method == "POST":
            return self._write(parts[2], json.loads(body), headers)
        return self._read(parts[2:], query)

    def _read(self, parts, query):
        here = {"Last-Modified-Version": str(self.version), **self.headers}
        since = int(query.get("since", 0))
        if parts[0] == "deleted":
            gone = [key for key, version in self.deleted.items() if version > since]
            return 200, here, {"items": gone, "collections": [], "searches": [], "tags": []}
        if len(parts) > 2 and parts[2] == "file":
            file = self.files.get(parts[1])
            if file is None:
                return 404, {}, b"Not found"
            return 200, {}, (file.as_uri().encode() if self.is_local else file)
        found = list((self.collections if parts[0] == "collections" else self.items).values())
        if parts[-1] == "children":
            found = [item for item in found if item.get("parentItem") == parts[1]]
        if "itemKey" in query:
            found = [item for item in found if item["key"] in query["itemKey"].split(",")]
        if query.get("includeTrashed") != "1":
            found = [item for item in found if not item.get("deleted")]
        found = [item for item in found if not since or item["version"] > since]
        start, limit = int(query.get("start", 0)), int(query.get("limit", 25))
        limit = limit if self.is_local else min(limit, 100)
        page = [{"key": i["key"], "data": i} for i in found[start : start + limit]]
        answer = 200, {**here, "Total-Results": str(len(found))}, page
        self.on_read()
        return answer

    def _write(self, kind, objects, headers):
        if self.is_local:
            return 405, {}, b"Method Not Allowed"
        if int(headers["If-Unmodified-Since-Version"]) < self.version:
            return 412, {}, b"Library has been modified"
        self.version += 1
        self.written += objects
        taken = {}
        for place, one in enumerate(objects):
            key = one.get("key") or f"NEW{self.version:03}{place:02}"
            store = self.collections if kind == "collections" else self.items
            before = store.get(key, {"tags": [], "collections": []})
            store[key] = {**before, **one, "key": key, "version": self.version}
            taken[str(place)] = {"key": key, "data": store[key]}
        answer = {"successful": taken, "unchanged": {}, "failed": {}}
        return 200, {"Last-Modified-Version": str(self.version)}, answer

    def _handler(self):
        zotero = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self._do(b"")

            def do_POST(self):
                self._do(self.rfile.read(int(self.headers["Content-Length"])))

            def _do(self, sent):
                parts = urlsplit(self.path)
                query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
                zotero.asked.append(f"{self.command} {unquote(self.path)}")
                status, headers, body = zotero.answer(
                    self.command, parts.path, query, dict(self.headers.items()), sent
                )
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                """Nothing is written to the screen."""

        return Handler


SCHEMA = """
CREATE TABLE libraries (libraryID INTEGER PRIMARY KEY, type TEXT NOT NULL, editable INT NOT NULL,
  filesEditable INT NOT NULL, version INT NOT NULL DEFAULT 0, storageVersion INT NOT NULL DEFAULT 0,
  lastSync INT NOT NULL DEFAULT 0, archived INT NOT NULL DEFAULT 0);
CREATE TABLE groups (groupID INTEGER PRIMARY KEY, libraryID INT NOT NULL UNIQUE, name TEXT NOT NULL,
  description TEXT NOT NULL, version INT NOT NULL);
CREATE TABLE itemTypes (itemTypeID INTEGER PRIMARY KEY, typeName TEXT, templateItemTypeID INT,
  display INT DEFAULT 1);
CREATE TABLE fields (fieldID INTEGER PRIMARY KEY, fieldName TEXT, fieldFormatID INT);
CREATE TABLE items (itemID INTEGER PRIMARY KEY, itemTypeID INT NOT NULL,
  dateAdded TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  dateModified TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  clientDateModified TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, libraryID INT NOT NULL,
  key TEXT NOT NULL, version INT NOT NULL DEFAULT 0, synced INT NOT NULL DEFAULT 0,
  UNIQUE (libraryID, key));
CREATE TABLE itemDataValues (valueID INTEGER PRIMARY KEY, value UNIQUE);
CREATE TABLE itemData (itemID INT, fieldID INT, valueID, PRIMARY KEY (itemID, fieldID));
CREATE TABLE itemNotes (itemID INTEGER PRIMARY KEY, parentItemID INT, note TEXT, title TEXT);
CREATE TABLE itemAttachments (itemID INTEGER PRIMARY KEY, parentItemID INT, linkMode INT,
  contentType TEXT, charsetID INT, path TEXT, syncState INT DEFAULT 0, storageModTime INT,
  storageHash TEXT, lastProcessedModificationTime INT);
CREATE TABLE itemAnnotations (itemID INTEGER PRIMARY KEY, parentItemID INT NOT NULL,
  type INTEGER NOT NULL, authorName TEXT, text TEXT, comment TEXT, color TEXT, pageLabel TEXT,
  sortIndex TEXT NOT NULL, position TEXT NOT NULL, isExternal INT NOT NULL);
CREATE TABLE tags (tagID INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE itemTags (itemID INT NOT NULL, tagID INT NOT NULL, type INT NOT NULL,
  PRIMARY KEY (itemID, tagID));
CREATE TABLE creators (creatorID INTEGER PRIMARY KEY, firstName TEXT, lastName TEXT, fieldMode INT);
CREATE TABLE creatorTypes (creatorTypeID INTEGER PRIMARY KEY, creatorType TEXT);
CREATE TABLE itemCreators (itemID INT NOT NULL, creatorID INT NOT NULL,
  creatorTypeID INT NOT NULL DEFAULT 1, orderIndex INT NOT NULL DEFAULT 0);
CREATE TABLE collections (collectionID INTEGER PRIMARY KEY, collectionName TEXT NOT NULL,
  parentCollectionID INT DEFAULT NULL, clientDateModified TIMESTAMP, libraryID INT NOT NULL,
  key TEXT NOT NULL, version INT NOT NULL DEFAULT 0, synced INT NOT NULL DEFAULT 0);
CREATE TABLE collectionItems (collectionID INT NOT NULL, itemID INT NOT NULL,
  orderIndex INT NOT NULL DEFAULT 0, PRIMARY KEY (collectionID, itemID));
CREATE TABLE deletedItems (itemID INTEGER PRIMARY KEY, dateDeleted DEFAULT CURRENT_TIMESTAMP);
INSERT INTO libraries (libraryID, type, editable, filesEditable) VALUES (1, 'user', 1, 1),
  (2, 'group', 1, 1);
INSERT INTO groups VALUES (55, 2, 'Reading group', '', 1);
"""
_LISTS = ("tags", "creators", "collections")
_OWN = ("key", "itemType", "parentItem", "note", "linkMode", "contentType", "filename", "path")
_MODES = ("imported_file", "imported_url", "linked_file", "linked_url")


class _Tables:
    """The tables of a `zotero.sqlite`, as rows are written into them."""

    def __init__(self, file, library):
        is_new = not file.exists()
        self.database = sqlite3.connect(file)
        self.library = library
        self.ids = {}
        if is_new:
            self.database.executescript(SCHEMA)

    def number(self, table, **values):
        """The number of the row that begins with these values, made where there is none."""
        named = " AND ".join(f"{name} IS ?" for name in values)
        row = tuple(values.values())
        found = self.run(f"SELECT rowid FROM {table} WHERE {named}", row).fetchone()
        if found:
            return found[0]
        marks = ",".join("?" * len(row))
        return self.run(f"INSERT INTO {table} ({','.join(values)}) VALUES ({marks})", row).lastrowid

    def run(self, statement, row):
        return self.database.execute(statement, row)

    def collection(self, one):
        parent = one.get("parentCollection")
        above = self.run("SELECT rowid FROM collections WHERE key = ?", (parent,)).fetchone()
        self.number(
            "collections", key=one["key"], collectionName=one["name"], libraryID=self.library,
            parentCollectionID=above[0] if above else None,
        )  # fmt: skip

    def item(self, item):
        kind = self.number("itemTypes", typeName=item["itemType"])
        self.ids[item["key"]] = self.number(
            "items", key=item["key"], libraryID=self.library, itemTypeID=kind
        )

    def fields(self, own, item):
        for name, value in item.items():
            if name not in (*_LISTS, *_OWN) and not name.startswith("annotation"):
                field = self.number("fields", fieldName=name)
                kept = f"{value}-00-00 {value}" if name == "date" else value
                place = self.number("itemDataValues", value=kept)
                self.run("REPLACE INTO itemData VALUES (?,?,?)", (own, field, place))

    def lists(self, own, item):
        for tag in item.get("tags", ()):
            row = (own, self.number("tags", name=tag["tag"]), tag.get("type", 0))
            self.run("REPLACE INTO itemTags VALUES (?,?,?)", row)
        for place, person in enumerate(item.get("creators", ())):
            names = {"firstName": person["firstName"], "lastName": person["lastName"]}
            who = self.number("creators", **names, fieldMode=0)
            role = self.number("creatorTypes", creatorType=person["creatorType"])
            self.run("INSERT INTO itemCreators VALUES (?,?,?,?)", (own, who, role, place))
        for key in item.get("collections", ()):
            self.run(
                "INSERT INTO collectionItems (collectionID, itemID) "
                "SELECT collectionID, ? FROM collections WHERE key = ?",
                (own, key),
            )

    def child(self, own, item):
        parent, kind = self.ids.get(item.get("parentItem")), item["itemType"]
        if kind == "attachment":
            path = item.get("path") or f"storage:{item['filename']}"
            self.run(
                "INSERT INTO itemAttachments (itemID, parentItemID, linkMode, contentType, path) "
                "VALUES (?,?,?,?,?)",
                (own, parent, _MODES.index(item["linkMode"]), item["contentType"], path),
            )
        if kind == "note":
            self.run("INSERT INTO itemNotes VALUES (?,?,?,?)", (own, parent, item["note"], ""))
        if kind == "annotation":
            self.run(
                "INSERT INTO itemAnnotations VALUES (?,?,1,'',?,?,'#ffd400',?,?,'{}',0)",
                (own, parent, item["annotationText"], item["annotationComment"],
                 item["annotationPageLabel"], item["annotationSortIndex"]),
            )  # fmt: skip


def write_sqlite(file, items, collections=(), library=1, trashed=()):
    """Write items (as the API has them) into a new or kept `zotero.sqlite`."""
    tables = _Tables(file, library)
    for one in collections:
        tables.collection(one)
    for item in items:
        tables.item(item)
    for item in items:
        own = tables.ids[item["key"]]
        tables.fields(own, item)
        tables.lists(own, item)
        tables.child(own, item)
    for key in trashed:
        tables.run("INSERT INTO deletedItems (itemID) VALUES (?)", (tables.ids[key],))
    tables.database.commit()
    tables.database.close()
