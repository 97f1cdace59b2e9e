"""Rule 5.3: how to make what kills, and how to hurt people. Facts and fiction pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.screening.matching import Match, around, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.screening.matching import Reading

_HOW = (
    r"(?:how (?:do|can|could|should|would|to|does one|might)(?: (?:i|we|you|one|someone|"
    r"a person))?|tell me how to|teach me (?:how )?to|explain how to|show me how to|"
    r"(?:what's|what is|what are|best|easiest|fastest|good) (?:the )?(?:\w+ )?(?:ways?|"
    r"methods?) (?:to|of|for)|instructions (?:for|on|to)|step[\s-]by[\s-]step (?:guide|"
    r"instructions) (?:to|for|on)|recipe for|guide to|tutorial (?:on|for))"
)
_MAKE = r"(?:make|making|build|building|create|creating|cook|cooking|produce|producing|synthesi[sz]e|synthesi[sz]ing|assemble|construct|grow|print|3d[\s-]print)"
_THING = (
    r"(?:(?:pipe|nail|dirty|car|fertili[sz]er|homemade|chemical|nuclear|letter|petrol) bombs?|bombs?(?! (?:cyclone|bath|shelter))|"
    r"explosives?|molotov(?: cocktails?)?|napalm|thermite|ied|grenades?|meth|methamphetamine|crack(?: cocaine)?|cocaine|"
    r"heroin|fentanyl|mdma|lsd|ghb|nerve (?:gas|agent)s?|sarin|ricin|anthrax|cyanide|mustard gas|chlorine gas|"
    r"bio-?weapons?|biological weapons?|chemical weapons?|ghost guns?|untraceable guns?|silencers?|"
    r"fake (?:passports?|ids?|money|cash)|counterfeit (?:money|bills|cash)|ransomware|keyloggers?|malware|"
    r"computer virus(?:es)?|botnets?)"
)
_WHOM = (
    r"(?:a |an |my |the |your |his |her |another |other |some |innocent |random |old |elderly )?(?:person|people|someone|somebody|man|men|woman|women|"
    r"wife|husband|boss|neighbou?rs?|child|children|kids?|baby|human(?: being)?s?|classmates?|teachers?|"
    r"ex(?:[\s-]\w+)?|girlfriend|boyfriend|friends?|parents?|mother|father|mom|dad|brother|sister|co-?workers?|"
    r"colleagues?|roommate|politicians?|president|prime minister|cops?|police officers?|him|her|them|crowd)"
)
_HURT = (
    r"(?:kill|kills|killing|murder|murdering|poison|poisoning|stab|stabbing|strangle|strangling|"
    r"suffocate|hurt|hurting|torture|torturing|kidnap|kidnapping|drug|drugging|rape|raping|assassinate|assassinating|"
    r"attack|attacking|beat up|shoot|shooting|stalk|stalking|blackmail|blackmailing|dox|doxx|groom|grooming|traffic|trafficking)"
)

_MAKING = words(rf"""{_HOW} (?:\w+ ){{0,3}}?{_MAKE} (?:\w+ ){{0,2}}?{_THING}""")
_BUYING = words(
    rf"""(?:where|how) (?:can|do|could|to) (?:i |we |you |one )?(?:\w+ )?(?:buy|get|find|order|obtain|purchase|score|sell) (?:\w+ ){{0,2}}?
    (?:{_THING}|weed online|illegal \w+|stolen \w+|child porn|hitm[ae]n|(?:a )?hit ?man|unregistered (?:gun|weapon)s?)"""
)
_HURTING = words(rf"""{_HOW} (?:\w+ ){{0,3}}?{_HURT} {_WHOM}""")
_BREAKING = words(
    rf"""{_HOW} (?:\w+ ){{0,2}}?(?:hack|hacking|break|breaking|steal|stealing|shoplift|rob|robbing|launder|laundering|evade|forge|forging|hotwire|pick) (?:into )?(?:someone(?:'s)?|somebody(?:'s)?|a|my|the|other people(?:'s)?|money|taxes|from|credit cards?|identit(?:y|ies)|an?) (?:[\w']+ ){{0,3}}?(?:account|phone|email|password|house|home|car|bank|store|shop|database|network|identity|credit card|wallet|signature|documents?|atm|wifi|wi-fi)"""
)

_OUTRIGHT = words(
    rf"""(?:buy|get|obtain|sell|order) (?:\w+ ){{0,2}}?(?:guns?|firearms?|rifles?|pistols?|handguns?) (?:\w+ ){{0,3}}?(?:without (?:a )?(?:background|licen[sc]e|permit|papers)|illegally|off the books|under the table)|
    (?:mix|mixing|combine|combining) (?:\w+ ){{0,6}}?(?:toxic|poison|poisonous|deadly|lethal) (?:gas|gases|fumes)|
    {_HOW} (?:launder (?:\w+ )?money|evade (?:\w+ )?taxes)"""
)

_HARMLESS = words(
    r"""process(?:es)?|python|linux|server|thread|task|bath bombs?|game|gta|minecraft|fortnite|novel|
    story|character|scene|mystery|movie|film|play|chess|weeds?|plants?|mosquito\w*|
    call of duty|fifa|skyrim|roblox|sims|halo|zelda|portraits?|photo\w*|pictures?|cameras?|lens|videos?|
    never|not to|shouldn't|should not|safely|accident\w*|prevent|avoid|stop|protect|recogni[sz]e|defus\w+|detect|remov\w+|history|my own|locked out|escape"""
)


def find(reading: Reading) -> Iterator[Match]:
    text = reading.text
    for pattern in (_MAKING, _BUYING, _HURTING, _BREAKING, _OUTRIGHT):
        for found in pattern.finditer(text):
            harmless = _HARMLESS.search(around(text, *found.span(), 40))
            yield Match("illicit", *found.span(), "review" if harmless else "block")
