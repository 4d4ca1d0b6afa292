"""One form of a screening as it is filled in: by whom, where two differ, and what was settled."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from reviewer.errors import UsageError
from reviewer.library.form_store import FormStore
from reviewer.library.screen_store import new_id
from reviewer.tasks.extraction.form_files import OVERALL
from reviewer.tasks.extraction.judgements import judge_domain, overall
from reviewer.tasks.screening.agreement import cohen_kappa
from reviewer.tasks.screening.included import included_papers
from reviewer.tasks.screening.screening import Screening, now, require_person
from reviewer.text.numbers import read_figures
from reviewer.types import Paper
from reviewer.types.forms import (
    Difference,
    Entry,
    FieldAgreement,
    FilledField,
    FilledForm,
    FilledPaper,
    FormField,
)

NOT_STATED = "not stated"
SETTLE, MODEL_SOURCE = "settle", "model"
_MOST_VALUE_CHARS = 2000

Values = dict[tuple[str, str], dict[str, Entry]]
"""By paper and field each person's entry that stands."""


class Filling:
    """An open form. What others filled in meanwhile is read whenever it is asked for."""

    def __init__(self, screening: Screening, form: str) -> None:
        """Raises NotFoundError for a form that the screening does not have."""
        self.screening = screening
        self.store = FormStore(screening.library.database, screening.name)
        self.form = self.store.form(form)
        self._field_of = {own.key.casefold(): own for own in self._all_fields()}

    def _all_fields(self) -> list[FormField]:
        """The fields, and for each judgement one more."""
        levels = self.form.levels
        judged = [*(d.key for d in self.form.domains), *([OVERALL] if self.form.domains else [])]
        own = [FormField(key=key, kind="one of", choices=levels) for key in judged]
        return [*self.form.fields, *own]

    def papers(self) -> list[Paper]:
        """The papers that the screening included."""
        return included_papers(self.screening)

    def paper_named(self, key: str) -> Paper:
        """The included paper with this key. Raises UsageError for another one."""
        paper = self.screening.paper_named(key)
        if paper.id not in {own.id for own in self.papers()}:
            raise UsageError(
                f"{paper.key} is not included in {self.screening.name}",
                hint="Forms are filled in on included papers: review screen status",
            )
        return paper

    def field_named(self, name: str) -> FormField:
        """The field with this key, or the judgement of a domain. Raises UsageError without one."""
        found = self._field_of.get(name.strip().casefold())
        if found is None:
            near = difflib.get_close_matches(name.casefold(), self._field_of, 1)
            meant = f"Did you mean {self._field_of[near[0]].key}? " if near else ""
            fields = ", ".join(own.key for own in self._field_of.values())
            raise UsageError(
                f"the form {self.form.name} has no field '{name[:60]}'",
                hint=f"{meant}Fields: {fields}.",
            )
        return found

    def made_entry(
        self,
        paper: Paper,
        said: tuple[str, str],
        reviewer: str,
        quote: str = "",
        note: str = "",
        source: str = "person",
    ) -> Entry:
        """An entry of the value in the pair `said`, field and value. Raises UsageError for a value
        that the field cannot have, for a quote that is not in the paper, and for a model's name."""
        require_person(reviewer)
        field = self.field_named(said[0])
        value = checked_value(field, said[1])
        is_judgement = field.key in {OVERALL, *(domain.key for domain in self.form.domains)}
        if is_judgement and not note.strip() and self._derived(paper.id, reviewer).get(field.key):
            raise UsageError(
                f"the rules give a judgement of {field.key}; another one needs a reason",
                hint="Say it: --note '...'",
            )
        located = self.screening.quoted(paper, quote) if quote.strip() else None
        return Entry(
            id=new_id(), paper_id=paper.id, reviewer=reviewer, field=field.key, value=value,
            quote=located, note=note.strip(), version=self.form.version, at=now(), source=source,
        )  # fmt: skip

    def keep(self, entries: Sequence[Entry]) -> None:
        self.store.add_entries(self.form.name, entries)

    # What stands

    def _entries(self) -> list[Entry]:
        known = {own.key for own in self._field_of.values()}
        return [own for own in self.store.entries(self.form.name) if own.field in known]

    def standing(self) -> Values:
        """The last entry of each person on each field."""
        found: Values = defaultdict(dict)
        for own in self._entries():
            if own.source == "person":
                place = self.screening.present_id(own.paper_id), own.field
                found[place][own.reviewer] = own
        return found

    def settled(self) -> dict[tuple[str, str], Entry]:
        """What was settled, where no one filled in the field again later."""
        found: dict[tuple[str, str], Entry] = {}
        for own in self._entries():
            place = self.screening.present_id(own.paper_id), own.field
            if own.source == SETTLE:
                found[place] = own
            elif own.source == "person":
                found.pop(place, None)
        return found

    def suggested(self) -> dict[tuple[str, str], Entry]:
        """The last value that a model gave for each field. It counts for nothing."""
        return {
            (self.screening.present_id(own.paper_id), own.field): own
            for own in self._entries()
            if own.source == MODEL_SOURCE
        }

    def _derived(self, paper_id: str, reviewer: str) -> dict[str, str]:
        """The judgements that the rules make of one reviewer's answers."""
        values = {
            field: own[reviewer].value
            for (paper, field), own in self.standing().items()
            if paper == paper_id and reviewer in own
        }
        return self._judgements(values)

    def _judgements(self, values: Mapping[str, str]) -> dict[str, str]:
        """The judgement of each domain, by a person where one judged and else by the rules; and the
        overall one."""
        form, judged = self.form, dict[str, str]()
        for domain in form.domains:
            level = judge_domain(domain, values, form.levels)
            if level:
                judged[domain.key] = level
        every = {**judged, **{d.key: values[d.key] for d in form.domains if d.key in values}}
        if worst := overall(form, every):
            judged[OVERALL] = worst
        return judged

    def filled(self) -> FilledForm:
        """The form over all included papers: what is agreed, settled, open, or derived."""
        standing, settled = self.standing(), self.settled()
        papers = []
        for paper in self.papers():
            own = {
                field.key: _joined(field, standing.get((paper.id, field.key), {}),
                                   settled.get((paper.id, field.key)))
                for field in self._field_of.values()
            }  # fmt: skip
            values = {key: one.value for key, one in own.items() if one.value}
            for key, level in self._judgements(values).items():
                if not own[key].value:
                    quotes = tuple(q for f in self._of_domain(key) for q in own[f].quotes)
                    own[key] = FilledField(
                        field=key, value=level, state="by the rules", quotes=quotes
                    )
            papers.append(FilledPaper(paper=paper, fields=tuple(own.values())))
        return FilledForm(screen=self.screening.name, form=self.form, papers=tuple(papers))

    def _of_domain(self, key: str) -> list[str]:
        return [field.key for field in self.form.fields if field.domain == key]

    def agreements(self) -> list[FieldAgreement]:
        """Each two people on each field, over the papers for which both filled it in."""
        pairs: dict[tuple[str, str, str], list[tuple[str, str]]] = defaultdict(list)
        for (_, key), own in self.standing().items():
            field = self._field_of[key.casefold()]
            for one, other in combinations(sorted(own), 2):
                values = (plain(field, own[one].value), plain(field, own[other].value))
                pairs[key, one, other].append(values)
        order = {field.key: n for n, field in enumerate(self._field_of.values())}
        return [
            FieldAgreement(
                field=key, one=one, other=other, papers=len(values),
                agreed=sum(a == b for a, b in values),
                kappa=cohen_kappa(values) if self._field_of[key.casefold()].choices else None,
            )
            for (key, one, other), values in sorted(
                pairs.items(), key=lambda item: (item[0][1:], order[item[0][0]])
            )
        ]  # fmt: skip

    def differences(self) -> list[Difference]:
        """The fields that people filled in differently and that nobody settled since."""
        settled, found = self.settled(), list[Difference]()
        standing = self.standing()
        for paper in self.papers():
            for field in self._field_of.values():
                place = paper.id, field.key
                own = standing.get(place, {})
                if place not in settled and len({plain(field, e.value) for e in own.values()}) > 1:
                    entries = tuple(own[name] for name in sorted(own))
                    found.append(Difference(key=paper.key, field=field.key, entries=entries))
        return found


def _joined(field: FormField, own: Mapping[str, Entry], settled: Entry | None) -> FilledField:
    """What the entries of one field of one paper come to. Where people differ it has no value."""
    counted = [settled] if settled else [own[name] for name in sorted(own)]
    quotes = tuple(dict.fromkeys(entry.quote for entry in counted if entry.quote))
    notes = tuple(dict.fromkeys(entry.note for entry in counted if entry.note))
    values = {plain(field, entry.value) for entry in counted}
    state = "settled" if settled else "by one" if len(own) == 1 else "agreed"
    if not counted:
        return FilledField(field=field.key)
    if len(values) > 1:
        return FilledField(field=field.key, state="differs", quotes=quotes, notes=notes)
    return FilledField(
        field=field.key, value=counted[0].value, state=state, quotes=quotes, notes=notes
    )


def plain(field: FormField, value: str) -> str:
    """The value as it is compared: without case and spare space; a number by its figure."""
    said = " ".join(value.casefold().split())
    if field.kind == "number" and (figures := read_figures(said)):
        return " ".join(f"{own.number.normalize():f}{own.unit}" for own in figures)
    return said


def checked_value(field: FormField, value: str) -> str:
    """The value as it is kept. Raises UsageError for one that the field cannot have."""
    said = " ".join(value.split())
    if not said or len(said) > _MOST_VALUE_CHARS:
        raise UsageError(
            f"{field.key} has no value that can be kept", hint=f"Up to {_MOST_VALUE_CHARS} signs."
        )
    if said.casefold() == NOT_STATED and not field.domain:
        return NOT_STATED
    choices = ("yes", "no") if field.kind == "yes/no" else field.choices
    if choices:
        found = [choice for choice in choices if choice.casefold() == said.casefold()]
        if not found:
            raise UsageError(
                f"{field.key} cannot be '{said[:60]}'", hint=f"Use {', '.join(choices)}."
            )
        return found[0]
    if field.kind == "number" and not any(sign.isdigit() for sign in said):
        raise UsageError(
            f"{field.key} is a number, and '{said[:60]}' has none", hint=f"Or say {NOT_STATED}."
        )
    return said


def people_of(entries: Iterable[Entry]) -> list[str]:
    """The people who filled in something, by name."""
    return sorted({own.reviewer for own in entries if own.source == "person"})
