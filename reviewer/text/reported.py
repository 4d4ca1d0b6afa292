"""Sentences that report what others hold or found: never the paper's own finding.

Two signs. Words that give a view to others ("it is widely believed", "conventional wisdom"), in a
sentence without a finding of the paper's own. And the order of an abstract: what stands before the
paper first speaks of itself, and is then doubted ("However", "We revisit this claim", "We show the
opposite"), is the view that the paper takes up, in whatever words it stands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# The paper speaks of itself.
_OWN = re.compile(
    r"\b(?:we|our|ours|us|i|my|here|herein)\b"
    r"|\b(?:this|the present|the current|present) (?:\w+ )?(?:paper|work|study|article|survey"
    r"|review|research|report|thesis|analysis|note|letter)\b",
    re.IGNORECASE,
)
_OWN_FINDING = re.compile(
    r"\b(?:we|i|our|this (?:paper|work|study|article)|here)\b[^.;]*?"
    r"\b(?:find|found|show\w*|demonstrat\w+|observ\w+|prov\w+|discover\w*|reveal\w*|conclud\w+"
    r"|argu\w+|challeng\w+|refut\w+|contradict\w*|disprov\w+|overturn\w*|counter\w*|disput\w+"
    r"|suggest\w*|establish\w*|confirm\w*|indicat\w+|provid\w+ evidence)\b",
    re.IGNORECASE,
)
_HELD = (
    r"(?:believed|assumed|held|thought|argued|claimed|accepted|considered|viewed|regarded|seen"
    r"|supposed|presumed|understood|asserted|maintained|perceived|credited|deemed|taken (?:for"
    r"|to)|said|expected|agreed|recogni[sz]ed|hypothesi[sz]ed|conjectured)"
)
_OFTEN = (
    r"(?:widely|commonly|often|generally|usually|typically|frequently|long|traditionally|broadly"
    r"|popularly|largely|conventionally|sometimes|universally|routinely|customarily|tacitly"
    r"|implicitly)"
)
_WORKS = (
    r"(?:works?|stud(?:y|ies)|research|literature|papers?|reports?|evidence|findings|authors"
    r"|researchers|practitioners|scholars|experts|observers|theor(?:y|ies)|analys[ei]s|accounts)"
)
_VIEW = (
    r"(?:views?|wisdom|beliefs?|assumptions?|narratives?|intuitions?|thinking|opinions?|claims?"
    r"|understanding|consensus|hypothes[ie]s|notions?|stories|story|doctrine|expectations?|myths?"
    r"|folklore|dogma|perception|premise|position|conjecture|explanation|account)"
)
_VIEW_OF_OTHERS = re.compile(
    rf"\b{_OFTEN} (?:been )?{_HELD}\b"
    rf"|\bit (?:is|was|has been) (?:\w+ ){{0,2}}?{_HELD}\b(?! (?:out|by us))"
    r"|\b(?:prevail\w+|dominant|common|commonly held|popular|conventional|received|widespread"
    r"|widely held|orthodox|traditional|standard|established|usual|prior|previous|current"
    rf"|mainstream|long-?held|long-?standing|natural|general) (?:\w+ )?{_VIEW}\b"
    rf"|\b(?:prior|previous|earlier|past|existing|recent|several|many|some|most|much|other|numerous)"
    rf" (?:\w+ ){{0,2}}?{_WORKS} (?:\w+ ){{0,2}}?(?:hold|holds|held|suggest\w*|argue\w*|report\w*"
    r"|show|shows|showed|shown|conclude\w*|claim\w*|believe\w*|assume\w*|found|finds?|attribute\w*"
    r"|indicat\w+|demonstrat\w+|propos\w+|hypothesi[sz]\w+|contend\w*|maintain\w*|observe\w*)\b"
    r"|\bconventional wisdom\b|\bfolk wisdom\b"
    r"|\b(?:contrary to|in contrast to) (?:this|the|popular)"
    r"|\bone (?:might|may|would) (?:expect|think|assume|believe)\b"
    r"|\b(?:many|some|most) (?:believe|argue|think|claim|assume|hold|contend)\b"
    r"|\bthe (?:\w+ )?consensus (?:is|holds|has)\b",
    re.IGNORECASE,
)
_DOUBT = re.compile(
    r"^\W*(?:however|yet|but|in contrast|by contrast|contrary|nevertheless|nonetheless"
    r"|surprisingly|in fact|on the contrary|instead|not so|in reality|actually)\b"
    r"|\b(?:challeng|question|revisit|disput|refut|contradict|debunk|overturn|re-?examin|re-?assess"
    r"|re-?evaluat|scrutini|rebut|reject|dispel|cast doubt|undermin|counter)\w*\b[^.;]{0,40}"
    rf"\b(?:{_VIEW}|picture|idea|conclusion|this|that|it|them)\b"
    rf"|\b(?:this|these|that|such an?|those|the) (?:\w+ )?{_VIEW} (?:is|are|does|do|has|have|was"
    r"|fail|may|need|rest)\w*\b"
    r"|\b(?:the opposite|the reverse|otherwise|not the case|does not hold|do not hold"
    r"|is (?:wrong|false|mistaken|misleading|unfounded)|different conclusion|no such"
    r"|is not (?:true|so)|turns? out)\b"
    r"|\b(?:test|check|put)\w* (?:whether|if|this|that|it)\b",
    re.IGNORECASE,
)
_DOUBTED_WITHIN = 3  # sentences


def reported_views(sentences: Sequence[str], *, is_abstract: bool = True) -> list[bool]:
    """For each of these sentences, which follow one another: whether it only reports what others
    hold or found. The order tells something in an abstract alone, and only if it speaks of itself:
    in others a result may stand anywhere."""
    own = (n for n, sentence in enumerate(sentences) if is_abstract and _OWN.search(sentence))
    first_own = next(own, 0)
    return [
        not _OWN_FINDING.search(s)
        and (bool(_VIEW_OF_OTHERS.search(s)) or (n < first_own and _is_doubted(sentences, n)))
        for n, s in enumerate(sentences)
    ]


def _is_doubted(sentences: Sequence[str], number: int) -> bool:
    """Whether one of the next sentences, up to the first in which the paper speaks of itself,
    doubts this one, which doubts nothing itself."""
    if _DOUBT.search(sentences[number]):
        return False
    for sentence in sentences[number + 1 : number + 1 + _DOUBTED_WITHIN]:
        if _DOUBT.search(sentence):
            return True
        if _OWN.search(sentence):
            return False
    return False
