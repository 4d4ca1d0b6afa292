"""Constructions of plain questions: but not, and also, latest, since 2023, X versus Y. Pure.

A construction is read only where it can hardly mean anything else. A question that is a statement,
a yes/no question or a title keeps all its words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# A longer text is an abstract or a paragraph, not a question with constructions.
MOST_WORDS, MOST_CHARS = 40, 400
_MOST_EXCLUDED_WORDS = 6
_MOST_SIDE_WORDS, _MOST_TITLED_WORDS = 10, 4  # of a side; of one in a question that may be a title
_STATEMENT_WORDS = 7  # `papers on grokking.` is none
_LONG_TITLE_WORDS = 8
_TITLE_WORDS, _TITLE_SHARE = 4, 0.75  # long words of a title, and the share that has a capital

_SECOND_PART = re.compile(
    r"\w: (?!which|what|who|how|why|when|where|is|are|does|do)\b", re.IGNORECASE
)
_YES_NO = re.compile(
    r"(?:so |and |but )?(?:is|are|was|were|do|does|did|can|could|will|would|should|shall|may|might"
    r"|must|has|have|had|isn't|aren't|don't|doesn't|can't)\b",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"(?:what|which|who|whose|whom|when|where|why|how|if|whether|i|we|you|my|our|it|there|they"
    r"|has anyone|is there)\b",
    re.IGNORECASE,
)
# A question for papers, and not for what they say.
_FOR_PAPERS = re.compile(
    r"(?:(?:please )?(?:find|show|give|get|list|search)(?: me| us)?\b"
    r"|(?:which|what) (?:papers?|studies|articles?|works?|research|literature)\b"
    r"|(?:anything|everything|something|papers?|studies|articles|works?|research|literature) "
    r"(?:on|about)\b|what is (?:known|published|written) (?:on|about|of)\b)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"\b(?:is|are|was|were|be|been|do|does|did|can|could|will|would|should|may|might|must|has|have"
    r"|had|that|which|who|whose|when|where|why|how|if|whether|because|while|although|not only"
    r"|cannot|don't|doesn't|didn't|isn't|aren't|can't|i|we|you|they|it)\b",
    re.IGNORECASE,
)

_EXCLUDING = re.compile(
    r"(?P<kept>\S.*?),?\s+(?P<how>but\s+not|but\s+no|and\s+not|except(?:\s+for)?|excluding|without)"
    r"\s+(?P<excluded>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_LEAD = re.compile(
    r"(?:(?:in|on|about|for|with|of|from|involving|using|those|the|ones|papers?|work|studies"
    r"|anything|any(?= papers?\b))\s+)+",
    re.IGNORECASE,
)
# What follows `but not` or `without` where it is part of what is asked.
_MEANT = re.compile(
    r"(?:always|necessarily|yet|all|every|enough|only|both|just|merely|so|too|very|much|vice|when"
    r"|if|how|why|what|where|whether|to|by|as|than|because|vice versa|never|fully|quite"
    r"|more)\b|\w+ly\b",
    re.IGNORECASE,
)
_WITHOUT_MEANT = re.compile(
    r"(?:a|an|any|explicit|access|need|loss|further|additional|extra)\b|[\w-]*ing\b", re.IGNORECASE
)
_QUANTIFIED = re.compile(r"\b(?:all|every|any|none|nothing|no|everything)\b", re.IGNORECASE)
_ALSO = re.compile(r"(\S.*?),?\s+and\s+also\s+(\S.*)", re.IGNORECASE | re.DOTALL)

_WORK = (
    r"(?:work|works|papers?|research|studies|articles|literature|results?|findings|advances"
    r"|developments?|progress|news|methods|approaches|trends|publications)"
)
_LATEST = re.compile(
    r"(?:what(?:'s| is| are) |(?:please )?(?:find|show|give)(?: me| us)? )?(?:the )?(?:very )?"
    rf"(?:(?:latest|newest|most recent|recent)(?: {_WORK})? (?:on|in|about|for|of)"
    rf"|(?:latest|newest|most recent)(?= \w)|recent(?= (?:\S+ )+{_WORK}$)"
    r"|(?:current )?(?:state[- ]of[- ]the[- ]art|sota) (?:in|on|of|for)|new (?:in|on))\s+"
    r"(?P<text>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_LATEST_LAST = re.compile(
    r"(?P<text>\S.*?),?\s+\(?(?:latest|newest|most recent) (?:first|papers? first)\)?",
    re.IGNORECASE | re.DOTALL,
)

_YEAR = r"((?:18|19|20)\d\d)\b(?!\s*%)"
_MONTH = (
    r"(?:(?:early|mid|late|the (?:start|beginning|middle|end) of|jan\w*|feb\w*|mar\w*|apr\w*|may"
    r"|june?|july?|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*)[\s-]+)?"
)
_BETWEEN = re.compile(
    rf",?\s*\b(?:(?:published|written)\s+)?(?:between|from)\s+{_YEAR}\s*(?:and|to|until|-|–)\s*"
    rf"{_YEAR}",
    re.IGNORECASE,
)
_ONE_SIDED = re.compile(
    rf",?\s*\b(?:(?:published|written)\s+)?"
    rf"(?P<how>since|from|after|before|prior to|until|up to|till)\s+{_MONTH}{_YEAR}"
    r"(?:\s+(?:on|onwards?)(?=\s*$|[,.?]))?",
    re.IGNORECASE,
)
_PUBLISHED_IN = re.compile(rf",?\s*\b(?:published|written)\s+in\s+{_YEAR}", re.IGNORECASE)

_VERSUS = r"\s+(?:versus|vs\.?|v\.s\.)\s+"
_COMPARING = re.compile(
    r"(?:please )?(?:compare|comparing|(?:an? )?comparison (?:of|between))\s+(\S.*?)"
    r"(?:,|\s+)(?:and|with|to|against|versus|vs\.?)\s+(\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_DIFFERENCE = re.compile(
    r"(?:what (?:is|are) )?(?:the )?(?:\w+ )?(?:differences?|trade-?offs?) between\s+(\S.*?)"
    r"\s+and\s+(\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_DIFFERS = re.compile(
    r"how (?:do|does|did) (\S.*?) (?:differ from|compare (?:to|with|against))\s+(\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_SIDE_LEAD = re.compile(
    r"(?:(?:what|which) (?:is|are|works) (?:better|best)[,:]?|(?:papers?|studies|work) (?:on|about)"
    r"|is|are|does|do)\s+",
    re.IGNORECASE,
)
_SIDE_TAIL = re.compile(
    r"\s*(?:[?]|(?:[:;,.]|,? [-–—])\s+(?=which|what|who|how|why|when|is|are|does|do)\b)",
    re.IGNORECASE,
)
_TOPIC = re.compile(r"((?:\S+ ){0,3}\S*\w): ")
_SHARED = re.compile(r"\s+(?:for|in|on|when|with|at|under|during|of|as)\s", re.IGNORECASE)


@dataclass(frozen=True)
class Years:
    """From which year to which, both inclusive, as far as they are limited."""

    first: int | None = None
    last: int | None = None

    def __str__(self) -> str:
        if self.first == self.last:
            return f"from {self.first}"
        if self.last is None:
            return f"since {self.first}"
        return f"from {self.first} to {self.last}" if self.first else f"up to {self.last}"


@dataclass(frozen=True)
class Excluding:
    """A question without what it excludes, and that. `how` is the word that excludes."""

    text: str
    excluded: tuple[str, ...]
    how: str


@dataclass(frozen=True)
class Sides:
    """The names of the sides of a comparison, and what they share, such as `for summarisation`."""

    names: tuple[str, ...]
    shared: str = ""


def is_yes_no(question: str) -> bool:
    return _YES_NO.match(question) is not None


def is_asking(question: str) -> bool:
    """True for a question in the words of a question, and for one that ends as one."""
    asks = _ASKING.match(question) is not None or question.rstrip().endswith("?")
    return asks or is_yes_no(question)


def is_for_papers(question: str) -> bool:
    """True for a question that asks for papers: `papers on ...`, `find ...`."""
    return _FOR_PAPERS.match(question) is not None


def is_statement(question: str) -> bool:
    """True for a sentence that ends as one, or several sentences."""
    plain = re.sub(r"\b(?:vs|e\.g|i\.e|etc|al)\.", "", question)
    return len(plain.split()) >= _STATEMENT_WORDS and bool(re.search(r"[.!][\"”]?(?:\s|$)", plain))


def looks_like_title(question: str) -> bool:
    """True when nearly all of its longer words begin with a capital."""
    words = [word for word in re.findall(r"[^\W\d_][\w'-]*", question) if len(word) > 3]
    capitals = sum(word[0].isupper() for word in words)
    return len(words) >= _TITLE_WORDS and capitals >= _TITLE_SHARE * len(words)


def is_title(question: str) -> bool:
    """True when it is as long as a title and has capitals like one, or a second part after a colon
    that is no question."""
    is_long = len(question.split()) >= _LONG_TITLE_WORDS
    return is_long and (looks_like_title(question) or _SECOND_PART.search(question) is not None)


def read_excluding(question: str) -> Excluding | None:
    """`X but not Y`, `X without Y`, `X except Y`, `X excluding Y`, where X names a topic."""
    found = _EXCLUDING.fullmatch(question.strip().rstrip("?"))
    if found is None or (is_asking(question) and not is_for_papers(question)):
        return None
    kept, how = found["kept"], " ".join(found["how"].lower().split())
    topic = _FOR_PAPERS.sub("", kept, count=1) if is_for_papers(kept) else kept
    if _CLAUSE.search(topic) or (how.startswith("except") and _QUANTIFIED.search(topic)):
        return None
    if topic.lower().endswith((" and", " or")):  # with and without
        return None
    if how == "without" and _WITHOUT_MEANT.match(found["excluded"]):
        return None
    if looks_like_title(question) and not _is_appended(found["how"], found["excluded"]):
        return None
    excluded = _concepts(found["excluded"])
    return Excluding(kept, excluded, how) if excluded else None


def _is_appended(how: str, excluded: str) -> bool:
    """True for what somebody wrote after a title: without a capital."""
    return how.islower() and how != "without" and excluded[0].islower()


def _concepts(listed: str) -> tuple[str, ...]:
    """The concepts of a list, `a, b or c`; nothing when it is no list of concepts."""
    if _MEANT.match(listed):
        return ()
    if ":" in listed:
        return ()
    parts = re.split(r"\s*[,;]\s*(?:(?:or|nor|and)\s+)?|\s+(?:or|nor)\s+", listed.strip(" .,;"))
    named = [_LEAD.sub("", part, count=1) if _LEAD.match(part) else part for part in parts if part]
    if any(_CLAUSE.search(part) or _MEANT.match(part) for part in named):
        return ()
    if any(len(part.split()) > _MOST_EXCLUDED_WORDS for part in named):
        return ()
    return tuple(part for part in named if re.search(r"\w", part))


def read_also(question: str) -> tuple[str, str] | None:
    """X and Y of `X and also Y`."""
    found = _ALSO.fullmatch(question.strip().rstrip("?"))
    if found is None or (is_asking(question) and not is_for_papers(question)):
        return None
    if _CLAUSE.search(_FOR_PAPERS.sub("", found[1], count=1)) or _CLAUSE.search(found[2]):
        return None
    return found[1], found[2]


def read_latest(question: str) -> str | None:
    """The topic of `latest on X`, `recent papers on X`, `state of the art in X`."""
    plain = question.strip().rstrip("?").rstrip()
    if ": " in plain:  # a title and its second part
        return None
    found = _LATEST.fullmatch(plain) or _LATEST_LAST.fullmatch(plain)
    return found["text"] if found else None


def read_years(question: str) -> tuple[str, Years] | None:
    """The question without its limit of years, and the limit: `since 2023`, `before 2020`, `between
    2019 and 2022`, `published in 2021`."""
    for pattern in (_BETWEEN, _PUBLISHED_IN, _ONE_SIDED):
        found = pattern.search(question)
        rest = f"{question[: found.start()]}{question[found.end() :]}".strip() if found else ""
        if found is None or not re.search(r"\w", rest):
            continue
        if pattern is _ONE_SIDED:
            return rest, _one_sided(found["how"].lower(), int(found[2]))
        years = sorted(int(year) for year in found.groups())
        return rest, Years(years[0], years[-1])
    return None


def _one_sided(how: str, year: int) -> Years:
    if how in ("since", "from"):
        return Years(first=year)
    if how == "after":
        return Years(first=year + 1)
    return Years(last=year - 1 if how in ("before", "prior to") else year)


def read_sides(question: str) -> Sides | None:
    """The sides of `X versus Y`, `compare X and Y`, `difference between X and Y`."""
    plain = _plain_comparison(question)
    for pattern in (_COMPARING, _DIFFERENCE, _DIFFERS):
        if found := pattern.fullmatch(plain):
            names = [*re.split(r"\s*,\s*", found[1]), found[2]]
            break
    else:
        names = re.split(_VERSUS, plain, flags=re.IGNORECASE)
        names[0] = _SIDE_LEAD.sub("", names[0], count=1) if _SIDE_LEAD.match(names[0]) else names[0]
    names = [name.strip(" ,.") for name in names]
    shared = ""
    if topic := _TOPIC.match(names[0]):  # before a colon
        shared, names[0] = topic[1], names[0][topic.end() :]
    tail = _SHARED.search(names[-1])
    if tail and not shared and not any(_SHARED.search(n) for n in names[:-1]):
        shared = names[-1][tail.start() :].strip()
        names[-1] = names[-1][: tail.start()]
    most = _MOST_TITLED_WORDS if looks_like_title(question) else _MOST_SIDE_WORDS
    if len(names) < 2 or not all(_is_side(name, most) for name in names):
        return None
    return Sides(tuple(names), shared)


def _plain_comparison(question: str) -> str:
    """The comparison without a further question after it: `..., which is better?`."""
    plain = question.strip()
    first = re.search(rf"{_VERSUS}|\b(?:and|with|to|from|against)\s", plain, re.IGNORECASE)
    after = first.end() if first else 0
    tail = _SIDE_TAIL.search(plain, after)
    return plain[: tail.start()] if tail else plain


def _is_side(name: str, most: int) -> bool:
    """True for some words without a colon, which would part a title."""
    is_short = 0 < len(name.split()) <= most and ": " not in name
    return is_short and re.search(r"\w\w", name) is not None
