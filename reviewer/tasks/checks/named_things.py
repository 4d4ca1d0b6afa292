"""Names of systems and data sets in a sentence that none of its papers has. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from reviewer.text import clean
from reviewer.types import Paper

_WORD = re.compile(r"[^\W_](?:[\w'’^+.-]*[\w+])?")
_INNER_CAPITAL = re.compile(r"[a-z][A-Z]|[A-Z]{2,}[a-z]{2}|[A-Z][a-z]+-?[A-Z]")
_ACRONYM = re.compile(r"[A-Z][A-Z-]{2,}s?")
_LETTERS_AND_DIGITS = re.compile(r"[A-Za-z]+(?:[-^]?[A-Za-z]+)*[-.^]?\d[\w.+^-]*")
_CAPITALISED = re.compile(r"[A-Z][a-z]{2,}(?:[-+^][A-Za-z0-9+]+)*\+*")
_PARTS = re.compile(r"[A-Za-z]+|\d+|\++")
_BETWEEN = r"[\s^${}\\_.-]*"  # `Med-R^3`, `Med R3`
_BEGINS = re.compile(r"(?:^|[.!?:;•]\s|[“\"‘'(\[]\s?)$")
_VERB_AFTER = re.compile(r"\s(?:[a-z]{3,}(?<!s)s|is|was|has|had|can|does|did|lets|uses)\b")
# General terms that a paper need not spell as the draft does.
_TERMS = frozenset(
    "LLM LLMs NLP RAG RLHF SFT GPU GPUs CPU API APIs PDF HTML JSON SQL QA RL AI ML CNN RNN GNN VLM "
    "VLMs MLLM MLLMs LSTM MLP ICL CoT PPO DPO GRPO MCTS KL SOTA OOD IID F1 BLEU ROUGE AUC USA EU "
    "UK UN WHO DNA RNA COVID-19 DOI ISBN arXiv GitHub YouTube AND NOT".split()
)


def names_of(text: str) -> list[str]:
    """What looks like the name of a system or a data set: inner capitals (HotpotQA), letters with
    digits (GPT-4), letters in capitals (BERT), and words with a capital inside a sentence."""
    return list(dict.fromkeys(name for name, _ in _names(clean(text))))


def unknown_names(
    text: str, papers: Sequence[Paper], is_known_word: Callable[[str], bool]
) -> list[str]:
    """The names in a sentence that stand in none of these papers, as far as their text is known.

    A name without other signs than its capital is one only where `is_known_word` says that no paper
    of the library has the word.
    """
    held = " ".join(
        [part.text for paper in papers for part in paper.parts]
        + [text for paper in papers for text in (*paper.authors, paper.venue, paper.organisation)]
    )
    plain = clean(text)
    lost = []
    for name, is_plain in _names(plain):
        if name in _TERMS or _stands_in(name, held) or _is_short_for(name, held):
            continue
        if is_plain and is_known_word(name):
            continue
        if re.search(rf"{re.escape(name)}(?:\set\sal|\sand\scolleagues|[’']s\s)", plain):
            continue
        lost.append(name)
    return list(dict.fromkeys(lost))


def _names(text: str) -> Iterator[tuple[str, bool]]:
    """The names, each with whether a capital is its only sign."""
    for found in _WORD.finditer(text):
        name = re.sub(r"(?:’s|'s)$", "", found[0]).rstrip("'’.-^")
        has_digits = _LETTERS_AND_DIGITS.fullmatch(name) is not None
        if _INNER_CAPITAL.search(name) or has_digits or _ACRONYM.fullmatch(name):
            yield name, False
        elif _CAPITALISED.fullmatch(name):
            is_first = bool(_BEGINS.search(text[: found.start()]))
            if not is_first or _VERB_AFTER.match(text, found.end()):
                yield name, True


def _stands_in(name: str, text: str) -> bool:
    """Whether a text has the name, also in the plural, with other joints, or as a part of a longer
    name such as Qwen2.5-7B."""
    parts = [re.escape(part) for part in _PARTS.findall(re.sub(r"(?<=[A-Z0-9])s$", "", name))]
    return bool(parts) and bool(
        re.search(rf"(?<![^\W_]){_BETWEEN.join(parts)}(?:e?s)?(?![^\W\d_])", text, re.IGNORECASE)
    )


def _is_short_for(name: str, text: str) -> bool:
    """Whether words of the text begin with the letters of an acronym, in order."""
    letters = re.sub(r"[^A-Z]", "", name)
    if len(letters) < 3 or not _ACRONYM.fullmatch(name):
        return False
    words = r"[\w]*[\s/(-]+(?:(?:of|and|for|in|the|to|with|on|by|via)\s)?"
    return bool(re.search(rf"\b{words.join(letters)}", text, re.IGNORECASE))
