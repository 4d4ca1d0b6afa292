"""Papers that are added on the page and through the API."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from reviewer.serve import uploads

RIS = (
    b"TY  - JOUR\nTI  - Frogs sing at night\nAU  - Poe, A.\nPY  - 2020\nAB  - Frogs sing.\nER  -\n"
)


def add(served, *files, **fields):
    sent = [("files", file) for file in files]
    return served.client.post(
        "/api/v1/adds", files=sent or None, headers={"Prefer": "wait=50"}, **fields
    )


def test_files_that_are_sent_are_read_and_kept_under_their_hash(served, settings):
    added = add(served, ("My refs (1).ris", RIS), ("../../x.bin", b"\x00\x01\x02" * 50)).json()
    assert added["schema"] == "review/added/1"
    assert len(added["added"]) == 1
    assert [s["file"] for s in added["skipped"]] == ["x.bin"]
    folder = Path(settings.library) / "files"
    digest = hashlib.sha256(RIS).hexdigest()
    assert [p.name for p in (folder / digest).iterdir()] == ["My-refs-1.ris"]
    again = add(served, ("other.ris", RIS)).json()
    assert again["added"] == []
    assert [p.name for p in (folder / digest).iterdir()] == ["My-refs-1.ris"]
    assert all(p.is_dir() and len(p.name) == 64 for p in folder.iterdir())


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "file:///etc/passwd", "http://127.0.0.1:1/x", "../x.bib", "~/x.bib", "x\x00y"],
)
def test_no_path_and_no_address_is_read(served, name):
    answer = add(served, json={"names": [name]})
    said = answer.json()
    if answer.status_code == 200:
        assert said["added"] == []
        assert "web pages cannot be read" in said["skipped"][0]["reason"]
    else:
        assert answer.status_code == 422
        assert "identifier" in said["message"]


def test_a_place_of_a_file_is_not_taken_from_outside(served):
    answer = add(served, json={"names": [], "files": ["0" * 64 + "/x"]})
    assert answer.status_code == 422
    assert answer.json()["message"].startswith("files:")


def test_an_empty_file_and_nothing_at_all_are_refused_in_words(served):
    assert "empty" in add(served, ("x.ris", b"")).json()["message"]
    assert add(served, json={"names": []}).json()["message"] == "nothing to add is named"


def test_too_large_a_file_and_too_many_are_refused_in_words(served, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_BYTES", 10)
    assert "larger than" in add(served, ("a.ris", RIS)).json()["message"]
    many = add(served, *((f"{n}.ris", RIS) for n in range(201)))
    assert many.status_code == 400
    assert "200" in many.json()["message"]
    assert served.client.get("/api/v1/health").json()["papers"] == 62


def test_a_form_without_javascript_leads_to_what_was_added(served):
    served.client.follow_redirects = True
    shown = served.client.post("/library/adds", files=[("files", ("a.ris", RIS))])
    for _ in range(100):
        if "1 added" in shown.text:
            break
        shown = served.client.get(shown.url)
    assert "1 added" in shown.text
