"""Whether quotes support a claim, by a small local model instead of a language model.

Each quote is a premise, and so are all quotes of one paper together; the claim is the hypothesis,
and the premise that decides most counts (sentence by sentence: SummaC, Laban and others 2022).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import groupby
from typing import Literal

from reviewer.errors import UsageError
from reviewer.text import clean
from reviewer.types import Claim
from reviewer.types.claims import Support
from reviewer.types.pair_model import PairModel

Role = Literal["supported", "contradicted", "neither"]

_LEAST_SHARE = 0.5  # of the probability, for a verdict
_UNNAMED = re.compile(r"LABEL_\d+")
_ROLES: tuple[tuple[re.Pattern[str], Role], ...] = (
    (re.compile(r"contradict|refut"), "contradicted"),
    (re.compile(r"neutral|unknown|not.?enough|^(?:not|non|un|no)(?:[\W_]|supp|entail)"), "neither"),
    (re.compile(r"entail|support|consistent"), "supported"),
)


class Entailment:
    """Judges claims with a model of entailment (natural language inference), of the three labels
    entailment, neutral and contradiction or of the two supported and not supported."""

    def __init__(self, model: PairModel) -> None:
        """Raises UsageError when the names of the model's labels do not say what they are for."""
        self.name = model.name
        self._model = model
        self._roles = _roles_of(model)

    def judge(self, claims: Sequence[Claim]) -> tuple[Support, ...]:
        """Supported or contradicted, if any premise says so with a probability of a half or more,
        else unsupported. A claim without quotes is unchecked."""
        premises = [_premises(claim) for claim in claims]
        pairs = [
            (premise, clean(claim.text))
            for claim, own in zip(claims, premises, strict=True)
            for premise in own
        ]
        found = iter(self._model.score(pairs) if pairs else ())
        return tuple(self._verdict([next(found) for _ in own]) for own in premises)

    def _verdict(self, scores: Sequence[Sequence[float]]) -> Support:
        """The verdict by the model's numbers, a row for each premise."""
        if not scores:
            return "unchecked"
        best: dict[Role, float] = dict.fromkeys(self._roles, 0.0)
        for row in scores:
            if len(row) != len(self._roles):
                raise _unfit(self.name, f"gives {len(row)} numbers for a pair of texts")
            shares = [math.exp(value - max(row)) for value in row]
            for role, share in zip(self._roles, shares, strict=True):
                best[role] = max(best[role], share / sum(shares))
        supported, contradicted = best["supported"], best.get("contradicted", 0.0)
        if max(supported, contradicted) < _LEAST_SHARE:
            return "unsupported"
        return "supported" if supported >= contradicted else "contradicted"


def _premises(claim: Claim) -> list[str]:
    """The quotes of the claim, and those of each paper together, in the order of its text."""
    quotes = {citation.quote: citation for citation in claim.citations}.values()
    order = sorted(quotes, key=lambda citation: (citation.paper_id, citation.part, citation.start))
    premises = [clean(citation.quote) for citation in order]
    for _, own in groupby(order, key=lambda citation: citation.paper_id):
        premises.append(clean(" ".join(citation.quote for citation in own)))
    return list(dict.fromkeys(premises))


def _roles_of(model: PairModel) -> tuple[Role, ...]:
    """What each of the model's numbers is for. Two labels without names are those of MiniCheck
    (Tang and others 2024): not supported, supported."""
    if len(model.labels) in (0, 2) and all(map(_UNNAMED.fullmatch, model.labels)):
        return "neither", "supported"
    roles = tuple(_role(label) for label in model.labels)
    if None in roles or len(set(roles)) != len(roles) or "supported" not in roles:
        raise _unfit(model.name, f"has the labels {', '.join(model.labels)}")
    return tuple(role for role in roles if role is not None)


def _role(label: str) -> Role | None:
    return next((role for words, role in _ROLES if words.search(label.casefold())), None)


def _unfit(name: str, what: str) -> UsageError:
    return UsageError(
        f"the model {name} cannot judge claims: it {what}",
        hint="Its config.json must name entailment, neutral and contradiction, or supported and "
        "not supported, as id2label.",
    )
