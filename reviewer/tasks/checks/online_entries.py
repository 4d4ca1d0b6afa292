"""Entries of a bibliography that the library does not have, looked up at online services."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.errors import OnlineError
from reviewer.sources.online import NotThereError, Web, fetch_papers, source_named
from reviewer.sources.online.services import SERVICES
from reviewer.sources.online.types import Identifier, identifiers_of
from reviewer.tasks.checks.bibliography import verdict_of
from reviewer.tasks.checks.fields import compare_fields
from reviewer.tasks.checks.inconsistent import find_inconsistent
from reviewer.tasks.checks.known_papers import Seen, choose, seen
from reviewer.tasks.metadata.faults import Faults
from reviewer.text import clean
from reviewer.types import Paper
from reviewer.types.checks import CheckedEntry, CheckedField

SEARCHED = ("openalex", "crossref", "semantic_scholar")  # by title, in this order
_ASKED = {"doi": "crossref", "arxiv": "arxiv", "pmid": "pubmed"}
_UNKNOWN = {"doi": "neither Crossref nor OpenAlex knows it", "arxiv": "arXiv does not know it"}


class OnlineLookup:
    """Completes checked entries by what Crossref, OpenAlex, arXiv, PubMed and Semantic Scholar
    know. What fails is kept for `notes`, and the entry stays as it was."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._faults = Faults()
        self._unanswered = 0

    def __call__(self, entry: Paper, checked: CheckedEntry) -> CheckedEntry:
        """The entry as it is, where the library has its paper and nothing is open; else compared
        with the record that is found."""
        if checked.paper_id:
            return self._with_doi_told(entry, checked)
        found = seen(entry)
        faults, right, service = self._by_identifiers(found)
        if right is None:
            right, service, has_answer = self._by_title(found)
            self._unanswered += not (right or has_answer)
        fields = [*faults]
        if right is not None:
            place = f"at {SERVICES[service].label}"
            fields = [_righted(fault, right.paper, place) for fault in faults]
            named = {field.field for field in faults}
            compared = compare_fields(found, right, place, lambda _: "")
            fields += [field for field in compared if field.field not in named]
        fields += find_inconsistent(entry, right.paper if right else None)
        return checked.model_copy(
            update={
                "found_at": SERVICES[service].label if right else "",
                "fields": tuple(fields),
                "verdict": verdict_of(fields, is_known=right is not None),
            }
        )

    def notes(self) -> list[str]:
        """What could not be known, in words."""
        said = [
            f"{fault.file} was not asked for all: {fault.reason}" for fault in self._faults.all()
        ]
        if self._unanswered:
            said.append(f"Of {self._unanswered} entries no service said anything.")
        return said

    def _with_doi_told(self, entry: Paper, checked: CheckedEntry) -> CheckedEntry:
        """The entry with the verdict on a DOI that the library cannot tell."""
        is_open = [f.field == "doi" and not f.is_wrong for f in checked.fields]
        dois = [known for known in identifiers_of(entry) if known.kind == "doi"]
        if not (any(is_open) and dois):
            return checked
        told, right, _ = self._fetched(seen(entry), dois[0])
        if not (told or right):
            return checked
        others = [f for f, is_it in zip(checked.fields, is_open, strict=True) if not is_it]
        fields = (*others, *told)
        verdict = verdict_of(fields, is_known=True)
        return checked.model_copy(update={"fields": fields, "verdict": verdict})

    def _by_identifiers(self, entry: Seen) -> tuple[list[CheckedField], Seen | None, str]:
        """Faults of the identifiers, and the first record that is the entry's paper."""
        faults: list[CheckedField] = []
        for known in identifiers_of(entry.paper):
            if known.kind in _ASKED:
                told, right, service = self._fetched(entry, known)
                faults += told
                if right is not None:
                    return faults, right, service
        return faults, None, ""

    def _fetched(
        self, entry: Seen, known: Identifier
    ) -> tuple[list[CheckedField], Seen | None, str]:
        """The fault of an identifier that nobody knows or that is another paper's, else the record
        that it names."""
        service = _ASKED[known.kind]
        label = SERVICES[service].label
        try:
            records = _papers(fetch_papers(self._web, [known]))
        except NotThereError:
            records = []
        except OnlineError as error:
            self._faults.note(label, error)
            return [], None, ""
        if right := choose(entry, map(seen, records)):
            return [], right, service
        if known.kind == "pmid":  # no field that is compared
            return [], None, ""
        reason = f"it is that of “{clean(records[0].title)}”" if records else _UNKNOWN[known.kind]
        fault = CheckedField(
            field="doi" if known.kind == "doi" else "arxiv_id",
            written=known.value,
            place=f"at {label}" if records else "",
            reason=reason,
        )
        return [fault], None, ""

    def _by_title(self, entry: Seen) -> tuple[Seen | None, str, bool]:
        """The first record of this title that is the entry's paper, its service, and whether any
        service answered."""
        has_answer = False
        for service in SEARCHED:
            try:
                records = _papers(
                    source_named(service).with_title(self._web, clean(entry.paper.title))
                )
            except NotThereError:
                records = []
            except OnlineError as error:
                self._faults.note(SERVICES[service].label, error)
                continue
            has_answer = True
            if right := choose(entry, map(seen, records)):
                return right, service, True
        return None, "", has_answer


def _righted(fault: CheckedField, right: Paper, place: str) -> CheckedField:
    """The fault of an identifier, with the one that the paper's record has."""
    own = right.doi if fault.field == "doi" else right.arxiv_id
    return fault.model_copy(update={"right": own, "place": place})


def _papers(page: Sequence[object]) -> list[Paper]:
    return [record for record in page if isinstance(record, Paper)]
