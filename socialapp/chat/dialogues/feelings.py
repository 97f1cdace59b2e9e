"""What face and gesture go with a line, judged from its words.

Rules, because heads trained on the cast's own lines did no better where a mood is plain
to a reader: docs/dialogue.md has the figures. Where it is not plain, a face stays calm. A
beat's own expression and gesture always come first.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from socialapp.engines.talk import Expression

if TYPE_CHECKING:
    from socialapp.engines.talk import Gesture

PLAIN = Expression("calm", 0.5)

_MOODS: dict[str, str] = {
    "sad": r"sad(ly|ness|der)?|sorry|lonel(y|iness)|miss(ed|es|ing)? (you|him|her|them|it|my)|cr(y|ied|ying)|tears?|wept|weep|mourn\w*|grie(f|ve\w*)|los[st]|heart ?br\w+|alone|died|dead|funeral|gone( now| forever)?|regret\w*|unhappy|miserable|alas|ached?|hopeless|farewell|never came back|broke my heart|empty|if only",
    "afraid": r"afraid|scar(ed|es?|y|ing)|terrif\w+|fear(s|ed|ful)?|frighten\w*|nervous(ly)?|worr(y|ied|ies|ying)|panic\w*|trembl\w+|shak(ing|es)|dread\w*|danger(ous)?|run!|hide|help!|nightmare\w*|anxious|careful!|watch out|don't (leave|let go)|heights|haunt\w*",
    "angry": r"angr(y|ily)|furious|rage|outrag\w+|hate[sd]?|how dare|enough!|shut up|damn\w*|nonsense|liar|lie[sd]?|insult\w*|unfair|unacceptable|get out|stop (it|that)|fed up|cheat(s|ed|ing)?|betray\w*|villains?|blame|demand|never again|scandal\w*|robbery|theft|objection",
    "disgusted": r"disgust\w*|gross|yuck|ugh|eww*|revolting|vile|nasty|rotten|stink\w*|smell(s|ed) (like|of|terrible|awful|bad)|repuls\w+|filth\w*|slim[ey]\w*|mould\w*|vomit\w*|sickening|foul|horrid|nause\w+|spit",
    "surprised": r"wow|oh my|what\?!|really\?|surpris\w+|unexpected\w*|astonish\w*|amaz(ed|ing)|no way|unbelievable|incredible|can'?t believe|suddenly|goodness|good heavens|gosh|blimey|whoa|never (seen|heard|guessed)|you (did|have|are) what|since when|out of nowhere|impossible|well, blow|wait[,.!]|already\?|is that",
    "happy": r"happ(y|ily|ier|iness)|glad|joy\w*|delight\w*|love(ly|d|s)?|wonderful|great|splendid|marvell?ous|brilliant|excellent|hooray|hurrah|yay|ha(ha)+|laugh\w*|smil\w+|fun|funny|thank(s| you)|welcome|congratulations|beautiful|perfect|proud|cheers|fantastic|bravo|celebrat\w*|party|best|favou?rite|good (morning|evening|news|to see)|friends?|pleas(ed|ure)|magnificent|well done",
}
_WORDS = {mood: re.compile(rf"\b(?:{words})", re.I) for mood, words in _MOODS.items()}
_NOT = re.compile(
    r"\b(not|never|no|n't|without|hardly|isn't|don't|wasn't)\W+(\w+\W+){0,2}$", re.I
)
_STRONG = re.compile(
    r"\b(very|so|really|too|utterly|completely|absolutely|terribly|such)\b|!", re.I
)

_GESTURES: tuple[tuple[Gesture, re.Pattern[str]], ...] = (
    (
        "wave",
        re.compile(
            r"^\W*(hello|hi|hey|good (morning|evening|day|night)|welcome|greetings|bye|goodbye|ahoy|evening|morning)\b|\b(goodbye|farewell|see you|until next time|safe travels)\b",
            re.I,
        ),
    ),
    (
        "shake_head",
        re.compile(
            r"^\W*(no|nope|never|nonsense|certainly not|absolutely not|not at all|wrong)\b|\b(i (disagree|refuse|object)|i won'?t|not a chance|out of the question)\b",
            re.I,
        ),
    ),
    (
        "nod",
        re.compile(
            r"^\W*(yes|yeah|aye|yep|agreed?|right|of course|indeed|certainly|exactly|true|correct|granted|fair|very well|thank you|good)\b|\b(i agree|you'?re right|that'?s (true|fair|right))\b",
            re.I,
        ),
    ),
    (
        "shrug",
        re.compile(
            r"\b(who knows|i don'?t know|no idea|perhaps|maybe|can'?t say|hard to say|i suppose|i guess|whatever|it depends|not sure)\b",
            re.I,
        ),
    ),
    (
        "point",
        re.compile(
            r"\b(over there|right there|up there|behind you|you there|this one|that one"
            r"|see (that|there))\b|\b(look( up| there| here)?|behold)[,.!:]|\blook at\b"
            r"|^\W*(there|here)[,.!:]",
            re.I,
        ),
    ),
)


def expression_of(text: str) -> Expression:
    """The mood of a line or a sentence; calm when nothing tells."""
    points: dict[str, float] = {}
    for mood, words in _WORDS.items():
        for match in words.finditer(text):
            if not _NOT.search(text[: match.start()]):
                points[mood] = points.get(mood, 0.0) + 1.0
    end = text.rstrip("\"'”’)] ")
    if re.search(r"[?!]*(\?!|!\?)", end):
        points["surprised"] = points.get("surprised", 0.0) + 1.5
    elif end.endswith("!") and not points:
        points["happy"] = 0.6
    if not points:
        return PLAIN
    mood = max(points, key=lambda name: points[name])
    strong = 0.15 * min(2, len(_STRONG.findall(text)))
    return Expression(mood, round(min(1.0, 0.35 + 0.2 * points[mood] + strong), 2))


def gesture_of(text: str) -> Gesture:
    """What goes with its first words, or with a question."""
    for gesture, words in _GESTURES:
        if words.search(text):
            return gesture
    return "lean_in" if text.rstrip("\"'”’)] ").endswith("?") else "none"
