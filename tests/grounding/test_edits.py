"""An edit is taken only where code proves that it says the same: hostile edits are refused."""

import random
import re

import pytest

from reviewer.grounding import Numbers
from reviewer.grounding.answers import checked_sentences
from reviewer.grounding.edits import match_edit
from reviewer.types.claims import AnswerDraft
from reviewer.writers.prompted.prose import END, read_prose
from tests.support.scripted import evidence

TEXTS = [
    evidence(
        "E1",
        "SlimNet lowers the error of small models by 3.5% on C4. It may fail on rare words. We "
        "train it with 40 GB of text. It is faster than BigNet.",
        "SlimNet",
    ),
    evidence(
        "E2",
        "BigNet has 9B parameters and loses accuracy by dropout. It does not need labels. Its gain "
        "is 12 points on GLUE.",
        "BigNet",
    ),
    evidence(
        "E3", "RateNet learns the rate with the weights. It reaches 71.2 on SQuAD.", "RateNet"
    ),
]
PARAGRAPHS = [
    "Dropout pays only where a model is small. SlimNet lowers the error of small models by 3.5% "
    "[E1.1], whereas BigNet with 9B parameters loses accuracy by dropout [E2.1]. SlimNet may fail "
    "on rare words [E1.2].",
    "RateNet learns the rate with the weights [E3.1] and reaches 71.2 on SQuAD [E3.2]. BigNet does "
    "not need labels [E2.2], but SlimNet is faster than BigNet [E1.4].",
    "BigNet gains 12 points on GLUE [E2.3], and SlimNet needs 40 GB of text [E1.3]. Both results "
    "suggest that size could matter more than the rate.",
]


def says_the_same(before, after):
    return bool(match_edit(before, after))


def claims_of(text):
    draft = read_prose(f"{text}\n{END}", Numbers(TEXTS)).draft
    return checked_sentences(AnswerDraft(claims=draft.claims), TEXTS)


def _swapped(text, one, other):
    return text.replace(one, "\0").replace(other, one).replace("\0", other)


def change_figure(text, pick):
    figures = list(re.finditer(r"(?<![E\d.])\d+(?:\.\d+)?(?!\.?\d*\])", text))
    figures = [m for m in figures if text[m.start() - 1] not in ".E"]
    if not figures:
        return text
    found = pick.choice(figures)
    new = pick.choice([str(float(found[0]) + pick.randint(1, 9)), f"-{found[0]}", f"{found[0]}0"])
    return text[: found.start()] + new + text[found.end() :]


def drop_anchor(text, pick):
    found = pick.choice(list(re.finditer(r" \[E[^\]]*\]", text)))
    return text[: found.start()] + text[found.end() :]


def add_anchor(text, pick):
    words = list(re.finditer(r"(?<=\w) (?=\w)", text))
    found = pick.choice(words)
    return f"{text[: found.start()]} [E{pick.randint(1, 3)}.1] {text[found.end() :]}"


def move_anchor(text, pick):
    found = pick.choice(list(re.finditer(r" \[E[^\]]*\]", text)))
    rest = text[: found.start()] + text[found.end() :]
    at = pick.choice(list(re.finditer(r"(?<=\w) (?=\w)", rest)))
    return f"{rest[: at.start()]}{found[0]} {rest[at.end() :]}"


def swap_anchors(text, pick):
    one, other = pick.sample(sorted(set(re.findall(r"\[E[^\]]*\]", text))), 2)
    return _swapped(text, one, other)


def change_anchor(text, pick):
    found = pick.choice(list(re.finditer(r"\[E\d\.\d\]", text)))
    others = [n for n in ("[E1.1]", "[E2.1]", "[E3.1]", "[E2.0]") if n != found[0]]
    return text[: found.start()] + pick.choice(others) + text[found.end() :]


def new_name(text, pick):
    found = pick.choice(list(re.finditer(r"\b(?:SlimNet|BigNet|RateNet|GLUE|SQuAD)\b", text)))
    return text[: found.start()] + pick.choice(["GPT-9", "HugeNet", "MMLU"]) + text[found.end() :]


def swap_names(text, pick):
    names = sorted(set(re.findall(r"\b(?:SlimNet|BigNet|RateNet|GLUE|SQuAD)\b", text)))
    return _swapped(text, *pick.sample(names, 2)) if len(names) > 1 else text


def change_unit(text, pick):
    changes = [
        ("%", " points"),
        (" points", "%"),
        ("GB", "MB"),
        ("9B", "9M"),
        ("3.5%", "3.5 times"),
    ]
    for old, new in pick.sample(changes, len(changes)):
        if old in text:
            return text.replace(old, new, 1)
    return text


def turn_negation(text, pick):
    if "does not need" in text and pick.random() < 0.5:
        return text.replace("does not need", "does need")
    verb = pick.choice([v for v in ("lowers", "loses", "learns", "reaches", "gains", "needs", "is")
                        if f" {v} " in text])  # fmt: skip
    return text.replace(f" {verb} ", pick.choice([f" never {verb} ", f" hardly {verb} "]), 1)


def drop_hedge(text, pick):
    for hedge in ("may ", "could ", "only ", "suggest that "):
        if hedge in text and pick.random() < 0.8:
            return text.replace(hedge, "", 1)
    return text


def turn_direction(text, pick):
    turns = [("lowers", "raises"), ("faster", "slower"), ("loses", "gains"), ("more", "less"),
             ("small", "large"), ("gains", "loses"), ("is faster than", "is outrun by"),
             ("lowers", "is lowered by"), ("reaches", "misses")]  # fmt: skip
    old, new = pick.choice([turn for turn in turns if turn[0] in text] or [("", "")])
    return text.replace(old, new, 1) if old else text


def change_quantity(text, pick):
    adds = ["most ", "all ", "some ", "nearly ", "up to ", "at least ", "two "]
    nouns = re.finditer(r"\b(?:models|accuracy|words|labels|text|dropout)\b", text)
    found = pick.choice(list(nouns) or [re.search(r"\w+", text)])
    return text[: found.start()] + pick.choice(adds) + text[found.start() :]


def add_clause(text, pick):
    adds = [" because it is larger", " without any loss", " for the first time", " in every case",
            " as shown by others", " on all tasks", " if tuned"]  # fmt: skip
    found = pick.choice(list(re.finditer(r" \[E", text)))
    return text[: found.start()] + pick.choice(adds) + text[found.start() :]


def drop_cited_sentence(text, pick):
    sentences = re.split(r"(?<=[.?]) ", text)
    cited = [s for s in sentences if "[E" in s]
    gone = pick.choice(cited)
    return " ".join(s for s in sentences if s != gone) or "Nothing."


def ask_instead(text, pick):
    return re.sub(r"\.(?= |$)", "?", text, count=1)


def change_order(text, pick):
    words = text.split()
    places = [n for n in range(len(words) - 1) if words[n].isalpha() and words[n + 1].isalpha()
              and words[n].casefold() != words[n + 1].casefold()
              and not {words[n], words[n + 1]} & {"and", "but", "whereas", "that"}]  # fmt: skip
    n = pick.choice(places)
    words[n], words[n + 1] = words[n + 1], words[n]
    return " ".join(words)


HOSTILE = [
    change_figure, drop_anchor, add_anchor, move_anchor, swap_anchors, change_anchor, new_name,
    swap_names, change_unit, turn_negation, drop_hedge, turn_direction, change_quantity, add_clause,
    drop_cited_sentence, ask_instead, change_order,
]  # fmt: skip


def test_a_thousand_hostile_edits_are_refused():
    pick = random.Random(21)
    before = {text: claims_of(text) for text in PARAGRAPHS}
    tried = {kind.__name__: 0 for kind in HOSTILE}
    while sum(tried.values()) < 1000:
        kind, text = pick.choice(HOSTILE), pick.choice(PARAGRAPHS)
        changed = kind(text, pick)
        if changed == text:
            continue
        tried[kind.__name__] += 1
        assert not says_the_same(before[text], claims_of(changed)), (kind.__name__, changed)
    assert min(tried.values()) >= 20


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("SlimNet lowers the error [E1.1]. BigNet loses accuracy [E2.1].",
         "SlimNet lowers the error [E1.1], whereas BigNet loses accuracy [E2.1]."),
        ("SlimNet lowers the error [E1.1], whereas BigNet loses accuracy [E2.1].",
         "SlimNet lowers the error [E1.1]. BigNet, however, loses accuracy [E2.1]."),
        ("RateNet learns the rate [E3.1]. It reaches 71.2 [E3.2].",
         "RateNet learns the rate [E3.1] and reaches 71.2 [E3.2]."),
        ("Moreover, SlimNet lowers the error [E1.1].",
         "SlimNet, in turn, lowers the error [E1.1]."),
        ("SlimNet lowers the error [E1.1]. The error lowers. RateNet learns [E3.1].",
         "SlimNet lowers the error [E1.1]. RateNet learns [E3.1]."),
    ],
)  # fmt: skip
def test_splitting_joining_and_connecting_is_taken(before, after):
    assert says_the_same(claims_of(before), claims_of(after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("All but one model gains [E1.1].", "All one model gains [E1.1]."),
        ("The model is too small [E1.1].", "The model is small [E1.1]."),
        ("SlimNet beats it [E1.4].", "SlimNet beats [E1.4]."),
        ("SlimNet has not yet failed [E1.2].", "SlimNet has not failed [E1.2]."),
        ("Dropout pays only here. SlimNet lowers the error [E1.1].",
         "SlimNet lowers the error [E1.1]."),
    ],
)  # fmt: skip
def test_small_words_that_state_something_stay(before, after):
    assert not says_the_same(claims_of(before), claims_of(after))


def test_an_edited_sentence_knows_whose_words_it_has():
    before = claims_of("SlimNet lowers the error [E1.1]. BigNet loses accuracy [E2.1].")
    after = claims_of("SlimNet lowers the error [E1.1], whereas BigNet loses accuracy [E2.1].")
    assert match_edit(before, after) == [list(before)]
    assert match_edit(after, before) == [[after[0]], [after[0]]]
