"""Counts which terms papers share, and makes concepts of them. No model; reads no library."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from reviewer.text import clean
from reviewer.text.terms import (
    abbreviations_in,
    names_in,
    phrases_in,
    proper_in,
    term_key,
)
from reviewer.types import Paper
from reviewer.types.concepts import ConceptKind, NumberedConcept
from reviewer.types.drafts import Card

_READ_CHARS = 6000  # of a part: whole abstracts, and the start of long texts
_LEAST_PAPERS = 2
MOST_SHARE = 0.2  # of the papers: what more of them name tells nothing about any
_FEW_PAPERS = 20  # of a library in which such a share says nothing
_INSIDE = 0.6  # of a term's papers that name a longer one with it: it is no term of its own
_MOST_COUNTED = 1_000_000  # terms; then those of one paper are forgotten (Manku and Motwani 2002)
_AROUND = 60  # characters before and after a name that may say what it is
_MOST_ALIASES = 3
_LEAST_OF_PHRASES = 3  # papers: of phrases that two papers share, half are no terms
_LEAST_VOTES = 0.2  # of a term's papers
_HEAD_VOTES, _CARD_VOTES = 1000, 2000  # of what a term is, against one of the words around it

_DATA = r"(?:data ?sets?|benchmarks?|corpus|corpora|test ?sets?|leaderboard|suite)"
_METHOD = (
    r"(?:frameworks?|methods?|models?|algorithms?|approach(?:es)?|agents?|architectures?|systems?|"
    r"techniques?|networks?|optimizers?|pipelines?|LLMs?|prompting|training)"
)
_GAP = r"(?:[\w.+-]+,? (?:and )?){0,4}?"  # other names of a list
_DATA_AFTER = re.compile(rf"^[-\w.]*\)?,? (?:an? |the )?(?:[\w-]+ )?{_DATA}\b", re.IGNORECASE)
_DATA_BEFORE = re.compile(
    rf"{_DATA}\b[\w ]{{0,30}}(?:,|\(|such as|like|including|:|called|named|dubbed|of)\W*{_GAP}$"
    r"|\b(?:scores?|accuracy|points|%|evaluat\w+|results?|gains?) (?:\w+ )?on (?:the )?$"
    r"|%\)? on (?:the )?$",
    re.IGNORECASE,
)
_METHOD_AFTER = re.compile(rf"^[-\w.]*\)?,? (?:an? |the )?(?:[\w-]+ )?{_METHOD}\b", re.IGNORECASE)
_METHOD_BEFORE = re.compile(
    rf"{_METHOD}\b[\w ]{{0,20}}(?:,|\(|such as|like|including|:|called|named|dubbed|termed)"
    rf"\W*{_GAP}$"
    r"|\b(?:propose|introduce|present|develop|using|with|via|fine-?tun\w+|prompt\w*|outperform\w*)"
    r" (?:the )?$",
    re.IGNORECASE,
)
_KIND_OF_HEAD: dict[str, ConceptKind] = {
    **dict.fromkeys("dataset benchmark corpus treebank".split(), "data set"),
    **dict.fromkeys(
        """learning training tuning finetuning pretraining distillation optimization augmentation
        prompting decoding sampling network model transformer attention search regularization
        adaptation embedding algorithm descent pruning quantization alignment merging replay agent
        ensemble gradient encoder decoder retriever reranker verifier forest mechanism machine
        self-training scaling bootstrapping policy rehearsal autoencoder""".split(),
        "method",
    ),
    **dict.fromkeys(
        """answering translation recognition classification detection extraction summarization
        summarisation generation segmentation parsing inference retrieval completion prediction
        induction disambiguation resolution tagging captioning reasoning understanding planning
        synthesis verification recommendation screening proving navigation dialogue forecasting
        generalization following solving writing""".split(),
        "task",
    ),
}  # fmt: skip


class ConceptCounts:
    """Terms with the papers that name them."""

    def __init__(self) -> None:
        self._papers: dict[str, set[int]] = defaultdict(set)
        self._forms: dict[str, Counter[str]] = defaultdict(Counter)
        self._votes: dict[str, Counter[ConceptKind]] = defaultdict(Counter)
        self._long_of: dict[str, Counter[str]] = defaultdict(Counter)
        self._names: set[str] = set()  # keys of names; the others are of phrases
        self._small: set[str] = set()  # words that somebody writes with a small letter
        self._proper: dict[str, set[int]] = defaultdict(set)
        self._on_cards: set[str] = set()
        self._count = 0

    def add(self, number: int, paper: Paper) -> None:
        """The terms of one paper's title and texts."""
        self._count += 1
        for part in paper.own_parts:
            text = clean(part.text[:_READ_CHARS])
            for found in abbreviations_in(text):
                self._long_of[term_key(found.short)][term_key(found.long)] += 1
                self._note(found.long, number)
            for name, start, end in names_in(text):
                key = self._note(name, number)
                self._names.add(key)
                self._vote(key, text[max(0, start - _AROUND) : start], text[end : end + _AROUND])
            for phrase in phrases_in(text):
                self._note(phrase, number)
            self._small.update(re.findall(r"(?<![\w-])[a-z]{4,}(?![\w-])", text))
            if part.name != "title":
                for word in proper_in(text):
                    self._proper[word].add(number)
        if len(self._papers) > _MOST_COUNTED:
            self._forget_rare()

    def add_card(self, number: int, card: Card) -> None:
        """The terms that a writer's card names."""
        for concept in card.concepts:
            key = self._note(concept.name, number)
            self._names.add(key)
            self._on_cards.add(key)
            self._votes[key][concept.kind] += _CARD_VOTES

    def all(self) -> tuple[NumberedConcept, ...]:
        """The concepts that at least two papers name, those of most papers first."""
        for word in sorted(self._proper):
            is_rare = len(self._proper[word]) < _LEAST_OF_PHRASES
            if word.casefold() not in self._small and not is_rare:
                key = term_key(word)
                self._papers[key] |= self._proper[word]
                self._forms[key][word] += len(self._proper[word])
                self._names.add(key)
        joined = self._joined()
        most = MOST_SHARE * self._count if self._count > _FEW_PAPERS else self._count
        kept = {
            key: papers for key, papers in joined.items() if _LEAST_PAPERS <= len(papers) <= most
        }
        inside = self._inside(kept)
        concepts = [
            NumberedConcept(
                name=self._form(self._usual(key)),
                kind=self._kind(key),
                aliases=tuple(self._form(o) for o in self._known_as(key) if o != self._usual(key)),
                papers=tuple(sorted(papers)),
                on_cards=bool(self._on_cards & set(self._known_as(key))),
            )
            for key, papers in kept.items()
            if self._is_named(key)
            or (key not in inside and self._kind(key) and len(papers) >= _LEAST_OF_PHRASES)
        ]
        return tuple(sorted(concepts, key=lambda c: (-len(c.papers), c.name)))

    def _note(self, term: str, number: int) -> str:
        key = term_key(term)
        if key:
            self._papers[key].add(number)
            self._forms[key][term] += 1
        return key

    def _vote(self, key: str, before: str, after: str) -> None:
        before = re.split(r"[.;!?] ", before)[-1]
        after = re.split(r"[.;!?] ", after)[0]
        if _DATA_AFTER.match(after) or _DATA_BEFORE.search(before):
            self._votes[key]["data set"] += 1
        elif _METHOD_AFTER.match(after) or _METHOD_BEFORE.search(before):
            self._votes[key]["method"] += 1

    def _forget_rare(self) -> None:
        for key in [key for key, papers in self._papers.items() if len(papers) < _LEAST_PAPERS]:
            del self._papers[key]
            self._forms.pop(key, None)
            self._votes.pop(key, None)

    def _joined(self) -> dict[str, set[int]]:
        """The papers of each term, a long form's with those of its abbreviation: under the
        abbreviation's key."""
        self._short_of: dict[str, str] = {}
        for short, longs in self._long_of.items():
            for long in longs:
                # An abbreviation of several things stands for each where it is defined alone.
                if longs[long] * 2 > sum(longs.values()) and long != short:
                    self._short_of.setdefault(long, short)
        joined: dict[str, set[int]] = defaultdict(set)
        for key, papers in self._papers.items():
            joined[self._short_of.get(key, key)] |= papers
        return joined

    def _known_as(self, key: str) -> list[str]:
        """The term and the long forms that it stands for."""
        longs = [
            long
            for long, _ in self._long_of.get(key, Counter()).most_common()
            if self._short_of.get(long) == key
        ]
        return [key, *longs[:_MOST_ALIASES]]

    def _usual(self, key: str) -> str:
        """The one of its names that most papers use; of equals the long one."""
        return max(reversed(self._known_as(key)), key=lambda own: len(self._papers.get(own, ())))

    def _is_named(self, key: str) -> bool:
        return not self._names.isdisjoint(self._known_as(key))

    def _inside(self, kept: dict[str, set[int]]) -> set[str]:
        """The phrases that stand mostly inside a longer one."""
        inside = set()
        for key, papers in kept.items():
            words = key.split()
            for size in range(1, len(words)):
                for at in range(len(words) - size + 1):
                    part = term_key(" ".join(words[at : at + size]))
                    if part not in kept or part in self._names or part == key:
                        continue
                    if len(papers & kept[part]) >= _INSIDE * len(kept[part]):
                        inside.add(part)
        return inside

    def _form(self, key: str) -> str:
        """The usual spelling; of a phrase the one with small letters, if there is one."""
        forms = self._forms.get(key) or Counter({key: 1})

        def worth(form: str) -> tuple[bool, int, str]:
            return (key not in self._names and form.islower(), forms[form], form)

        return max(forms, key=worth)

    def _kind(self, key: str) -> ConceptKind:
        votes = Counter[ConceptKind]()
        for own in self._known_as(key):
            votes += self._votes.get(own, Counter())
            if " " in own and (kind := _KIND_OF_HEAD.get(own.split()[-1])):
                votes[kind] += _HEAD_VOTES
        if not votes:
            return ""
        best = max(votes, key=lambda kind: (votes[kind], kind))
        return best if votes[best] >= _LEAST_VOTES * len(self._papers.get(key, ())) else ""
