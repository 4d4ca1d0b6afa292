"""Goes from the answers of a form to the judgement of a domain, and to the overall one. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reviewer.types.forms import BiasRule, Domain, Form

_KIND = {"Y": "Y", "PY": "Y", "N": "N", "PN": "N", "NI": "NI"}  # NA answers no condition


def judge_domain(domain: Domain, answers: Mapping[str, str], levels: Sequence[str]) -> str:
    """The judgement that the domain's rules give; empty while a question that decides has no
    answer, and where the domain has no rules."""
    parts = [part for part in (domain.rules, domain.and_rules) if part]
    judged = [_first(rules, answers) for rules in parts]
    if not judged or not all(judged):
        return ""
    return max(judged, key=levels.index)


def _first(rules: Sequence[BiasRule], answers: Mapping[str, str]) -> str:
    """The judgement of the first rule that holds. A rule that an open question may still make hold
    comes before all later ones: then nothing is judged yet."""
    for rule in rules:
        met = [_KIND.get(answers.get(key, ""), "") in wanted for key, wanted in rule.when]
        waits = [key not in answers for key, _ in rule.when]
        if all(met):
            return rule.then
        if all(a or b for a, b in zip(met, waits, strict=True)):
            return ""
    return ""


def overall(form: Form, judged: Mapping[str, str]) -> str:
    """The worst judgement of the domains, as both RoB 2 and ROBINS-I have it; empty while a domain
    is not judged. RoB 2 lets reviewers say High where several domains raise some concerns: that is
    a person's to give."""
    own = [judged.get(domain.key, "") for domain in form.domains]
    return max(own, key=form.levels.index) if own and all(own) else ""
