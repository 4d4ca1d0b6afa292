"""Terms of methods and of problems in the papers of a topic, by the words around them. No model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reviewer.text import clean
from reviewer.text.definitions import abbreviations_in
from reviewer.text.keywords import COMMON_WORDS, STOP_WORDS, singular
from reviewer.types.gaps import TermKind

LEAST_PAPERS = 2  # that use a term
_MOST_SHARE = 0.35  # of the papers: what more of them use tells none apart
_FEW = 5  # papers, in which a term may be where a library is small
_NESTED_SHARE = 0.75  # of a term's papers that have it inside one longer term
_MOST_WORDS = 3
_HEAD_WEIGHT = 4.0  # of a head beside the words before the term
_METHOD_VOTES = 2.0  # "on" and "in" stand before methods too
_LEAST_RATIO = 1.3  # of the counts for one kind to those for the other
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_BREAK = re.compile(r"[.,;:!?()\[\]{}\"“”/|]|\s[–—-]\s")
_OF_METHODS = frozenset(
    "using via by with through leveraging employing applying use uses used employ apply adopt"
    " combine combining propose introduce develop integrating integrate incorporate".split()
)
_OF_PROBLEMS = frozenset(
    "for on in address tackle mitigate reduce solve improve alleviate overcome addressing tackling"
    " mitigating reducing solving improving alleviating suffer suffers of toward towards against"
    " handle handling prevent preventing during from".split()
)
_BETWEEN = frozenset("a an the novel new our this such several various different both".split())
# Heads of what is done, and of what it is done for.
_METHOD_HEADS = frozenset(
    "learning network transformer optimization distillation prompting sampling decoding tuning"
    " fine-tuning training pretraining pre-training search augmentation attention encoder decoder"
    " embedding autoencoder algorithm ensemble regularization alignment pruning quantization"
    " retrieval gradient loss kernel graph policy mechanism adapter agent pipeline expert"
    " convolution diffusion memory module representation baseline filtering index approach"
    " approximation hashing encryption scheme protocol architecture simulation".split()
)
_PROBLEM_HEADS = frozenset(
    "classification detection recognition translation answering recommendation generation"
    " segmentation prediction estimation summarization extraction completion hallucination bias"
    " forgetting drift shift imbalance fairness privacy robustness problem task issue attack"
    " latency overhead cost noise sparsity reasoning understanding planning navigation"
    " interpretability generalization scarcity overfitting analysis verification localization"
    " reconstruction diagnosis driving forecasting matching ranking resolution inference".split()
)
# Last words that name a thing of every paper, and first words that begin no name.
_NO_HEADS = frozenset(
    "task dataset size benchmark domain scenario setting result application community study"
    " technique approach method data function distribution number quality world problem paper"
    " evaluation experiment work parameter input output user item level setup space set property"
    " truth framework capability ability knowledge feature information sample gap code time"
    " performance efficiency accuracy effectiveness research direction practice language".split()
)
_NOT_FIRST = frozenset(
    "learning training input output target downstream data user item loss benchmark empirical"
    " comprehensive diverse multiple complex limited additional crucial".split()
)
_HEADS = _METHOD_HEADS | _PROBLEM_HEADS | {"model"}
_INSIDE = frozenset({"language", "model"})  # common words with which a term may begin
# What names a whole field, or every second paper's tool, tells no papers apart.
_FIELDS = frozenset(
    {"machine learning", "deep learning", "artificial intelligence", "natural language processing"}
    | {"language processing", "computer vision", "neural network", "deep neural network"}
    | {"machine learning model", "deep learning model", "neural network model", "deep network"}
    | {"neural network architecture", "network architecture", "model architecture"}
    | {"deep learning method", "increasing attention", "theoretical analysis", "state-of-the-art"}
)
_ONE_WORD = re.compile(r"\w{3,}(?:-\w+)*-\w+(?:ing|tion|ment|ness|ity|ence|ance|search|play)")
_ADJECTIVE = re.compile(
    r"(?:-(?:based|aware|world|end|time|grained|range|trained|tuned|item|off|free|level|scale|art"
    r"|specific|wise|driven|shot|task|modal|quality|order|tailed|language|distribution|agnostic)|-\w+ed)$|ly$"
)
_NO_TERM = COMMON_WORDS | frozenset(
    "real world wide range widely used large-scale state art recent year open source publicly"
    " available proposed previous prior current general specific important main set number"
    " problem issue case study literature example aim goal".split()
)


@dataclass(frozen=True)
class Term:
    """A term of the papers with these places; `as_written` is its most frequent form, `others` are
    names that mean the same, `short` its abbreviation."""

    name: str
    as_written: str
    kind: TermKind
    papers: frozenset[int]
    short: str = ""
    others: tuple[str, ...] = ()

    def is_in(self, text: str) -> bool:
        """Whether a text has one of its names, or its abbreviation."""
        names = "|".join(_as_pattern(name) for name in (self.name, *self.others))
        if re.search(rf"(?<!\w)(?:{names})(?!\w)", text, re.IGNORECASE):
            return True
        own = rf"(?<![\w-]){re.escape(self.short)}s?(?![\w-])"
        return bool(self.short) and re.search(own, text) is not None


def find_topic_terms(texts: Sequence[str]) -> list[Term]:
    """Terms that several of these texts use, those of the most texts first, each a method or a
    problem; what is as often one as the other is left out.

    A term is one to three words without function words. Its kind is told by the words before it
    ("using X", "for X") and by its last word.
    """
    longs = {s: long for text in texts for s, long in abbreviations_in(clean(text))}
    short_of = {" ".join(_plain_words(long)): short for short, long in longs.items()}
    holders: dict[str, set[int]] = {}
    forms: dict[str, Counter[str]] = {}
    votes: dict[str, Counter[TermKind]] = {}
    for n, text in enumerate(texts):
        for name, form, before in _phrases(clean(text), longs):
            holders.setdefault(name, set()).add(n)
            forms.setdefault(name, Counter())[form] += 1
            kind = _kind_after(before)
            if kind is not None:
                votes.setdefault(name, Counter())[kind] += 1
    most = max(_FEW, int(_MOST_SHARE * len(texts)))
    kept = {name: own for name, own in holders.items() if LEAST_PAPERS <= len(own) <= most}
    found = []
    for name in _not_nested(kept):
        kind = _kind_of(name, votes.get(name, Counter()))
        if kind is not None:
            form = max(forms[name].items(), key=lambda pair: (pair[1], pair[0]))[0]
            found.append(Term(name, form, kind, frozenset(kept[name]), short_of.get(name, "")))
    return sorted(found, key=lambda term: (-len(term.papers), term.name))


def _phrases(text: str, longs: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """Every run of up to _MOST_WORDS words that may be a term: its name, its form in the text, and
    the word before it that is not an article."""
    for part in _BREAK.split(text):
        words = [form for word in _WORD.findall(part) for form in _written_out(word, longs)]
        plain = [singular(word.casefold()) for word in words]
        for start in range(len(words)):
            before = next((w for w in reversed(plain[:start]) if w not in _BETWEEN), "")
            for end in range(start + 1, min(start + _MOST_WORDS, len(words)) + 1):
                own = plain[start:end]
                if own[-1] in STOP_WORDS or any(w in STOP_WORDS for w in own):
                    break
                if _may_be_term(own):
                    yield " ".join(own), " ".join(words[start:end]), before


def _written_out(word: str, longs: dict[str, str]) -> list[str]:
    """The words that an abbreviation stands for, also in the plural; the word if it is none."""
    single = word[:-1] if word.endswith("s") and word[:-1] in longs else word
    return longs.get(single, word).split()


def _plain_words(text: str) -> list[str]:
    return [singular(word.casefold()) for word in _WORD.findall(text)]


def _as_pattern(name: str) -> str:
    """The name's words, each in the singular or the plural."""
    words = [
        re.escape(w[:-1]) + "(?:y|ies)" if w.endswith("y") else re.escape(w) + "s?"
        for w in name.split()
    ]
    return r"[-\s]+".join(words)


def _may_be_term(words: Sequence[str]) -> bool:
    if words[0] in _NOT_FIRST or words[0].endswith("ly") or " ".join(words) in _FIELDS:
        return False
    if len(words) == 1:
        is_noun = _ONE_WORD.fullmatch(words[0]) is not None
        return is_noun and not _ADJECTIVE.search(words[0])
    *before, head = words
    if head in _NO_HEADS or head in _NO_TERM - _HEADS or _ADJECTIVE.search(head):
        return False
    is_said = not any(word in _NO_TERM - _INSIDE for word in before)
    return is_said and all(len(w) > 1 and not w.isdecimal() for w in words)


def _kind_after(before: str) -> TermKind | None:
    if before in _OF_METHODS:
        return "method"
    return "problem" if before in _OF_PROBLEMS else None


def _kind_of(name: str, votes: Counter[TermKind]) -> TermKind | None:
    """The kind that the words before the term and its head speak for; None if neither does."""
    head = name.split()[-1]
    method = (votes["method"] * _METHOD_VOTES + 1) * (_HEAD_WEIGHT if head in _METHOD_HEADS else 1)
    problem = (votes["problem"] + 1) * (_HEAD_WEIGHT if head in _PROBLEM_HEADS else 1)
    if method >= _LEAST_RATIO * problem:
        return "method"
    return "problem" if problem >= _LEAST_RATIO * method else None


def _not_nested(holders: dict[str, set[int]]) -> list[str]:
    """The names without those that the same papers nearly always have inside a longer one."""
    inside: dict[str, set[str]] = {}
    for longer in holders:
        words = longer.split()
        for start in range(len(words)):
            for end in range(start + 1, len(words) + 1):
                if end - start < len(words):
                    inside.setdefault(" ".join(words[start:end]), set()).add(longer)
    return [
        name
        for name, own in holders.items()
        if all(
            len(own & holders[longer]) < _NESTED_SHARE * len(own) for longer in inside.get(name, ())
        )
    ]
