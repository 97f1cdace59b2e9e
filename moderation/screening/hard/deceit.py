"""Rule 7.3: the sentences that cheat people out of money and accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.screening.matching import Match, around, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.screening.matching import Reading

_MONEY = r"(?:bitcoins?|btc|crypto|eth|ether|money|cash|investment|savings)"

_SCAM = words(
    rf"""(?:double|triple|multiply) your {_MONEY}|
    send (?:me |us )?(?:\w+ ){{0,3}}?(?:bitcoins?|btc|eth|crypto|gift cards?)(?: and)? (?:\w+ ){{0,4}}?(?:back|return|receive|address|wallet|codes?)|
    guaranteed (?:daily |weekly |monthly )?(?:returns?|profits?|income)|risk[\s-]free (?:returns?|profits?|investment)|
    (?:buy|send|read) (?:me |us )?(?:\w+ ){{0,3}}?gift cards? (?:\w+ ){{0,5}}?(?:codes?|numbers?)|
    your (?:bank |paypal |email |social media )?account (?:has been|was|is|will be) (?:suspended|locked|limited|closed|compromised) (?:\w+ ){{0,12}}?(?:click|verify|confirm|call|log ?in)|
    (?:verify|confirm) your (?:password|account|bank details|card (?:number|details)|pin|identity) (?:\w+ ){{0,6}}?(?:click|link|below|now|here|immediately)|
    (?:you have|you've) (?:won|been selected) (?:\w+ ){{0,10}}?(?:claim|processing fee|send|click|bank details)|
    (?:wire|transfer|western union) (?:\w+ ){{0,6}}?(?:processing|release|customs|advance) fee|
    (?:write|create|draft|make|compose|generate) (?:me )?(?:a |an )?(?:convincing |fake |realistic )?(?:\w+ )?
    (?:phishing|scam|fraudulent|extortion|blackmail) (?:email|e-mail|message|text|letter|page|site|website|call|script)s?|
    (?:fake|false) (?:charity|invoice|investment|lottery|tech support|job offer)(?: \w+)? (?:to|that|for) (?:\w+ ){{0,4}}?(?:trick|scam|money|steal|people|donations)|
    (?:write|create|draft|make|compose|generate) (?:me )?(?:a |an )?(?:fake|false|fraudulent) (?:email|e-mail|text|message|letter|website|page|invoice) (?:\w+ ){{0,6}}?(?:bank|paypal|irs|tax office|charity|passwords?|card|login|account)s?|
    (?:convince|persuade|talk|get) (?:an? |my |the )?(?:old|elderly|lonely|grand\w+) (?:\w+ ){{0,6}}?(?:money|savings|cards?|passwords?|pins?|giving|inheritance)|
    (?:trick|scam|con|defraud|swindle) (?:an? |my |the )?(?:old|elderly|lonely|people|person|grand\w+|someone|customers?|investors?|victims?) (?:\w+ ){{0,4}}?(?:money|savings|card|password|giving|sending|out of|into)"""
)
_WARNING = words(
    r"""(?:never|don't|do not|beware|avoid|warning|watch out|scams?|if (?:someone|anyone|a stranger)|recogni[sz]e|spot|protect|report)"""
)


def find(reading: Reading) -> Iterator[Match]:
    text = reading.text
    for found in _SCAM.finditer(text):
        start, end = found.span()
        before = text[max(0, start - 60) : start]
        warned = _WARNING.search(before) or "never" in around(text, start, end, 20)
        yield Match("scam", start, end, "review" if warned else "block")
