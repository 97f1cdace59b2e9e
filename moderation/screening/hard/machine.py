"""Rule 8.1: orders to the model behind a character. A sign for people to look.

It refuses nothing by itself: the model's own frame (untrusted text below the house's
instructions) is what keeps such an order from being followed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from moderation.screening.matching import PERSONAS, Match, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.screening.matching import Reading

_ORDERS = words(
    r"""(?:ignore|disregard|forget|override|bypass|skip|drop) (?:all |any |every |the |your |my |these |those )?(?:of )?(?:the |your )?
    (?:previous|prior|above|earlier|preceding|other|existing|system|safety|original|content)? ?
    (?:instructions?|prompts?|rules|directives|guidelines|guardrails|programming|filters?|restrictions|polic(?:y|ies)|context)|
    (?:reveal|print|show|repeat|output|leak|tell me|give me|what is|what are) (?:me )?(?:your |the )?(?:full |exact |entire |hidden |secret |initial |original )?(?:system (?:prompt|message|instructions?)|hidden (?:prompt|instructions?)|initial (?:prompt|instructions?))|
    you are (?:now )?(?:dan|in developer mode|in god mode|unfiltered|uncensored|jailbroken|unrestricted)|
    (?:developer|god|jailbreak|dan|debug|admin) mode (?:enabled|activated|on)|
    (?:act|behave|respond|answer|pretend|roleplay) (?:as if|as though|like|as) (?:you (?:have|had) )?(?:no|without|an?) (?:\w+ )?(?:restrictions?|filters?|rules|limits|limitations|guidelines|unfiltered ai|uncensored ai)|
    (?:do not|don't|never) (?:tell|inform|alert|warn|mention (?:this )?to) (?:the )?(?:users?|moderators?|moderation|developers?|admins?|system)|
    (?:new|updated|real|actual) system (?:prompt|message|instructions?)|
    (?:from now on|starting now) (?:you (?:will|must|are)|ignore|disregard)(?= (?:\w+ ){0,6}(?:unfiltered|uncensored|restrictions?|rules|filters?|comply|obey|anything))|
    end of (?:system )?(?:prompt|instructions)|(?:begin|start) (?:system|admin) (?:prompt|message|override)"""
)

_MARKUP = re.compile(
    r"<\|(?:im_start|im_end|system|user|assistant|endoftext)\|?>|\[/?inst\]|<</?sys>>"
    r"|</?(?:system|assistant|instructions?)>|(?:^|\n)\s{0,4}#{2,4}\s?(?:system|instruction|assistant)s?\s?:"
    r"|(?:^|\n)\s{0,4}(?:system|assistant)\s?(?:prompt|message)?\s?:|!\[[^\]\n]{0,80}\]\(https?://"
)


def find(reading: Reading) -> Iterator[Match]:
    if reading.surface not in PERSONAS and reading.surface != "chat":
        return
    for pattern in (_ORDERS, _MARKUP):
        for found in pattern.finditer(reading.text):
            yield Match("injection", *found.span(), "review")
