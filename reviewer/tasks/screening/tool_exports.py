"""What the exports of other screening tools look like, as seen in files of public repositories.

Covidence: the heads `Covidence #`, `Title`, `DOI`, `Notes`, `Tags` and others, and
`Exclusion reason:` in the notes (a record in the README of Delvin So's Systematic Review
Accelerator Experiments, and scripts that read such exports); file names like
`review_59500_irrelevant_csv_20190925102123.csv` (vinnyricciardi/ceres2030_team6).
Rayyan's archive: `articles.csv` and `customizations_log.csv`, the log with
`created_at,user_id,user_email,article_id,key,value` (NalaHam/LIT_Review).
EPPI-Reviewer's JSON: `CodeSets` and `References` (infoqualitylab/Empirical-Retraction-Lit). No
export with a code set for screening was found; its text says that such a set has the code types
Include and Exclude.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reviewer.library.asreview_project import unpacked_member
from reviewer.sources.text_file import text_of
from reviewer.tasks.screening.label_rows import csv_rows
from reviewer.types.screening import Stage, Verdict

COVIDENCE_HEAD = "covidence #"
_COVIDENCE_FILE = re.compile(r"_(irrelevant|select|included|excluded)_csv_", re.IGNORECASE)
_COVIDENCE_STEPS: dict[str, tuple[tuple[Stage, Verdict], ...]] = {
    "irrelevant": (("title", "exclude"),),
    "select": (("title", "include"),),
    "included": (("title", "include"), ("full-text", "include")),
    "excluded": (("title", "include"), ("full-text", "exclude")),
}
_RAYYAN_FILES = ("articles.csv", "articles.ris")
_RAYYAN_LOG = "customizations_log.csv"
_FULL_TEXT = re.compile(r"full.?text", re.IGNORECASE)


def covidence_steps(file: Path) -> tuple[tuple[Stage, Verdict], ...]:
    """What a record of a Covidence export went through, by the name that Covidence gives the file;
    empty for another name. What reached full text had passed title and abstract."""
    found = _COVIDENCE_FILE.search(file.name)
    return _COVIDENCE_STEPS[found[1].lower()] if found else ()


def is_rayyan_archive(data: bytes) -> bool:
    """True for the bytes of a ZIP file that names the files of Rayyan's export."""
    has_articles = any(name.encode() in data for name in _RAYYAN_FILES)
    return data.startswith(b"PK\x03\x04") and has_articles and _RAYYAN_LOG.encode() in data


def rayyan_archive(data: bytes) -> tuple[bytes, dict[str, str]]:
    """The records of Rayyan's archive, and by the key of a record the time of its last decision,
    where the log has decisions of one user alone: it names users otherwise than the records do.

    Raises SourceError for an archive that is damaged or unpacks to too much.
    """
    articles = unpacked_member(data, *_RAYYAN_FILES)
    log = text_of(unpacked_member(data, _RAYYAN_LOG))
    rows = list(csv_rows(log.text)) if log else []
    decided = [row for row in rows if row.get("key") == "included"]
    if len({row.get("user_id") for row in decided}) != 1:
        return articles, {}
    return articles, {f"rayyan-{row.get('article_id')}": row["created_at"] for row in decided}


@dataclass(frozen=True)
class EppiCoding:
    """What one code set for screening says of one record."""

    title: str
    doi: str
    stage: Stage
    verdict: Verdict
    reasons: tuple[str, ...]
    note: str


def is_eppi(document: object) -> bool:
    """True for the JSON of an EPPI-Reviewer export."""
    return isinstance(document, dict) and {"CodeSets", "References"} <= document.keys()


def eppi_codings(document: dict[str, Any]) -> Iterator[EppiCoding]:
    """The codings of each record, one for each code set that has codes of the types Include and
    Exclude. A set whose name says full text is of that stage; the names of the codes that exclude
    are the reasons. Raises ValueError, KeyError or TypeError for a document of another form."""
    sets = [(_stage_of(own), dict(_screening_codes(own))) for own in document["CodeSets"]]
    for record in document["References"]:
        said = {
            own["AttributeId"]: own.get("AdditionalText", "") for own in record.get("Codes", ())
        }
        for stage, codes in sets:
            given = [(codes[one], said[one]) for one in said if one in codes]
            reasons = tuple(name for (verdict, name), _ in given if verdict == "exclude")
            if given:
                yield EppiCoding(
                    title=record["Title"], doi=record.get("DOI", ""), stage=stage,
                    verdict="exclude" if reasons else "include", reasons=reasons,
                    note=" | ".join(words for _, words in given if words),
                )  # fmt: skip


def _stage_of(code_set: dict[str, Any]) -> Stage:
    return "full-text" if _FULL_TEXT.search(code_set.get("SetName", "")) else "title"


def _screening_codes(code_set: dict[str, Any]) -> Iterator[tuple[int, tuple[Verdict, str]]]:
    """By id the verdict and the name of each code that includes or excludes, at any depth."""
    waiting = list((code_set.get("Attributes") or {}).get("AttributesList", ()))
    while waiting:
        code = waiting.pop()
        kind = code.get("AttributeType", "").lower()
        for verdict in ("include", "exclude"):
            if kind.startswith(verdict):
                yield code["AttributeId"], (verdict, code["AttributeName"])
        waiting += (code.get("Attributes") or {}).get("AttributesList", ())


def json_of(text: str) -> object:
    """The JSON document of a text; None for a text that is none, such as JSON Lines."""
    try:
        return json.loads(text)
    except ValueError:
        return None
