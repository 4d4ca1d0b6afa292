"""Whether two names of a venue are of one: acronyms, abbreviations, proceedings. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_PREPRINTS = re.compile(
    r"\barxiv\b|\bcorr\b|\babs/|\bpreprints?\b|\b(?:bio|med|chem|psy|soc|eng|tech)r?xiv\b|\bssrn\b"
    r"|\bopenreview\b|\bresearch square\b|\bunder review\b",
    re.IGNORECASE,
)
# Series and publishers: they say nothing of the meeting.
_NO_VENUE = re.compile(
    r"\b(?:pmlr|lncs|lecture notes|proceedings of machine learning research|ceur|springer|elsevier"
    r"|curran|openreview|acm international conference proceeding series|jmlr workshop|w&cp)\b",
    re.IGNORECASE,
)
_SMALL = frozenset(
    "a an and at by de der des die du et for fur in la le of on the und to via with".split()
)
_NUMBER = re.compile(
    r"(?:\d+(?:st|nd|rd|th)?|(?:twenty|thirty|forty|fifty|sixty)?(?:first|second|third|fourth|fifth"
    r"|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|\w+teenth|\w+tieth)|twenty|thirty|forty"
    r"|fifty|sixty|i{2,3}|iv|v|vi{1,3}|ix|x)"
)
_AROUND = frozenset(
    "proceedings proc advances annual ieee cvf acm aaai usenix sigkdd siam ifip vol volume part "
    "series january february march april may june july august september october november december "
    "virtual event online main track long papers short".split()
)
_SIDE_EVENT = re.compile(r"\b(?:workshops?|findings|tutorials?|demos?|demonstrations?)\b")
# Meetings whose acronym stands beside, or in place of, a name that the letters alone do not give.
_KNOWN: dict[str, tuple[str, ...]] = {
    name: tuple(phrases.split("; "))
    for name, phrases in (
        line.split(" = ")
        for line in """\
neurips = neural information processing systems; nips
icml = international conference machine learning
iclr = international conference learning representations
aaai = aaai conference artificial intelligence; national conference artificial intelligence
ijcai = international joint conference artificial intelligence; joint conferences artificial
cvpr = computer vision pattern recognition
iccv = international conference computer vision
eccv = european conference computer vision
wacv = winter conference applications computer vision
acl = meeting association computational linguistics
emnlp = empirical methods natural language processing
naacl = north american chapter; nations americas chapter
eacl = european chapter
coling = international conference computational linguistics
colm = conference language modeling
kdd = knowledge discovery data mining; sigkdd
www = world wide web; web conference; thewebconf
sigir = research development information retrieval
cikm = information knowledge management
wsdm = web search data mining
recsys = recommender systems
colt = conference learning theory; computational learning theory
uai = uncertainty artificial intelligence
aistats = artificial intelligence statistics
corl = conference robot learning
icra = conference robotics automation
iros = intelligent robots systems
rss = robotics science systems
interspeech = interspeech
icassp = acoustics speech signal processing
miccai = medical image computing
chi = human factors computing systems
sigmod = management data
vldb = very large data bases; vldb endowment; pvldb
icse = international conference software engineering
ccs = computer communications security
stoc = symposium theory computing
focs = foundations computer science
soda = symposium discrete algorithms
siggraph = siggraph
jmlr = journal machine learning research
tmlr = transactions machine learning research
tpami = transactions pattern analysis machine intelligence
tacl = transactions association computational linguistics
pnas = national academy sciences
jair = journal artificial intelligence research
bmvc = british machine vision""".splitlines()
    )
}


def is_preprint_venue(venue: str) -> bool:
    """True for a preprint server, and for words that say that a text is not published yet."""
    return _PREPRINTS.search(venue) is not None


def is_same_venue(one: str, other: str) -> bool | None:
    """Whether two names are of one venue; None where they do not tell.

    An acronym is its name's first letters in a row, or stands for a name that is known here; an
    abbreviation's words begin the words of the whole name, letter after letter.
    """
    if _NO_VENUE.search(one) or _NO_VENUE.search(other):
        return None
    words = [_words(one), _words(other)]
    if not all(words) or words[0] == words[1]:
        return True if all(words) else None
    sides = [bool(_SIDE_EVENT.search(name.casefold())) for name in (one, other)]
    if sides[0] != sides[1]:
        return False
    meetings = [meetings_of(one), meetings_of(other)]
    if all(meetings):
        return bool(meetings[0] & meetings[1])
    shorter, longer = sorted(words, key=len)
    if len(shorter) == 1:
        is_known = any(meetings)
        return _is_acronym(shorter[0], longer, is_known=is_known)
    return _is_abbreviation(shorter, longer)


@lru_cache(maxsize=4096)
def meetings_of(venue: str) -> frozenset[str]:
    """The known meetings and journals that a name has in it, by their acronyms."""
    plain = _plain(venue)
    tokens = set(plain)
    content = f" {' '.join(w for w in plain if w not in _SMALL and not _NUMBER.fullmatch(w))} "
    return frozenset(
        name
        for name, phrases in _KNOWN.items()
        if name in tokens or any(f" {phrase} " in content for phrase in phrases)
    )


def _plain(name: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", name.casefold())
    folded = "".join(c for c in folded if not unicodedata.combining(c))
    return re.findall(r"[^\W_]+", re.sub(r"(?<=[a-z])['’](?=s?\d*\b)", " ", folded))


def _words(name: str) -> list[str]:
    """The words that tell the venue: no years, ordinals, publishers or small words; all words where
    none would be left."""
    words = [w for w in _plain(name) if w not in _SMALL and not _NUMBER.fullmatch(w)]
    return [w for w in words if w not in _AROUND] or words


def _is_acronym(acronym: str, words: Sequence[str], *, is_known: bool) -> bool | None:
    """Whether one word is a name's acronym, or a word of it. Of an acronym that is not known None,
    where its letters do not fit."""
    if acronym in words:
        return True
    initials = "".join(word[0] for word in words)
    if len(acronym) > 1 and acronym in initials and initials.endswith(acronym):
        return True
    if len(words) == 1:
        return _stands_for(*sorted((acronym, words[0]), key=len))
    return False if is_known else None


def _is_abbreviation(shorter: Sequence[str], longer: Sequence[str]) -> bool | None:
    """Whether each word of the shorter name stands for one of the longer, in order. None where
    words of the longer name are left over."""
    left = list(longer)
    for word in shorter:
        while left and not (_stands_for(word, left[0]) or _stands_for(left[0], word)):
            left.pop(0)
        if not left:
            return False
        left.pop(0)
    return True if len(shorter) == len(longer) else None


def _stands_for(short: str, word: str) -> bool:
    """`natl` stands for `national`: the same first letter, the others in order."""
    if short[0] != word[0]:
        return False
    rest = iter(word)
    return all(letter in rest for letter in short)
