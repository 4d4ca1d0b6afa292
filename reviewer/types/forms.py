"""Forms that reviewers fill in on included papers: data extraction, and the risk of bias."""

from __future__ import annotations

from reviewer.types.frozen import Frozen
from reviewer.types.papers import Paper
from reviewer.types.screening import LocatedQuote
from reviewer.types.tables import ColumnKind

ANSWERS = ("Y", "PY", "PN", "N", "NI", "NA")
"""Yes, probably yes, probably no, no, no information, not applicable."""


class FormField(Frozen):
    """A question of a form. `choices` are for the kind `one of`; `domain` is the key of the domain
    that a question on the risk of bias belongs to."""

    key: str
    question: str = ""
    kind: ColumnKind = "text"
    choices: tuple[str, ...] = ()
    domain: str = ""


class BiasRule(Frozen):
    """A judgement, and the answers that lead to it: `when` has questions, each with the answers
    that will do. `Y` stands for Y and PY, `N` for N and PN, `NI` for NI."""

    when: tuple[tuple[str, tuple[str, ...]], ...]
    then: str


class Domain(Frozen):
    """A domain of bias. The first rule that holds gives its judgement; where there are `and_rules`
    too, the worse of both judgements counts. Without rules a person judges."""

    key: str
    title: str
    rules: tuple[BiasRule, ...] = ()
    and_rules: tuple[BiasRule, ...] = ()


class Form(Frozen):
    """A form. With `domains` it is on the risk of bias, and `levels` are its judgements, the best
    first; without, on data."""

    name: str
    title: str = ""
    version: int = 1
    fields: tuple[FormField, ...] = ()
    levels: tuple[str, ...] = ()
    domains: tuple[Domain, ...] = ()


class Entry(Frozen):
    """A value that one reviewer, or a model, gave for one field of one paper. It is never changed:
    a later one takes its place. `field` is a field's key, or for a judgement the key of a domain or
    `overall`. `source` is `person`, `settle` or `model`."""

    id: str
    paper_id: str
    reviewer: str
    field: str
    value: str
    quote: LocatedQuote | None = None
    note: str = ""
    version: int = 1
    at: str
    source: str = "person"


class FieldAgreement(Frozen):
    """Two reviewers on one field, over the papers for which both filled it in: on how many they
    agree, and Cohen's kappa for a field with choices."""

    field: str
    one: str
    other: str
    papers: int
    agreed: int
    kappa: float | None = None


class Difference(Frozen):
    """A field of a paper that reviewers filled in differently, with what each said."""

    key: str
    field: str
    entries: tuple[Entry, ...]


class FilledField(Frozen):
    """What became of one field of one paper: `state` is `agreed`, `settled`, `by one`, `differs`,
    `by the rules` for a judgement that code derived, `open` without a value."""

    field: str
    value: str = ""
    state: str = "open"
    quotes: tuple[LocatedQuote, ...] = ()
    notes: tuple[str, ...] = ()


class FilledPaper(Frozen):
    """The fields of one paper, then the judgement of each domain, then the overall one."""

    paper: Paper
    fields: tuple[FilledField, ...] = ()


class SheetRow(Frozen):
    """A field of one paper as one reviewer sees it: the own value, and what a model suggests."""

    key: str
    title: str
    field: str
    question: str = ""
    choices: str = ""
    value: str = ""
    quote: str = ""
    note: str = ""
    suggested: str = ""
    suggested_quote: str = ""


class Sheet(Frozen):
    """A form as a table that one reviewer fills in with any program."""

    rows: tuple[SheetRow, ...] = ()


class FilledForm(Frozen):
    """A form over the included papers of a screening."""

    screen: str
    form: Form
    papers: tuple[FilledPaper, ...] = ()
