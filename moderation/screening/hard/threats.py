"""Rules 4.2, 4.3 and 4.5: threats to somebody, to a place, to a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.screening.matching import Match, around, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.screening.matching import Reading

_WILL = (
    r"(?:i|we|they|he|she|someone)(?:'ll| will|'m going to| am going to|'re going to|"
    r" are going to|'m gonna|'re gonna| am gonna| gonna| want to|'d love to| would love"
    r" to|'m coming to| am coming to| swear i'll| swear i will)"
    r"(?: fucking| so| really| personally| literally| find you and| come and| just)?"
)
_HARM = (
    r"(?:kill|murder|stab|shoot|strangle|choke|rape|behead|slaughter|maim|cripple|"
    r"torture|lynch|poison|hurt|burn|hunt|skin|gut)"
)
_LIMB = r"(?:legs?|neck|arms?|bones|face|jaw|kneecaps|skull|head|teeth|nose|fingers)"

_TO_YOU = words(
    rf"""{_WILL} {_HARM} (?:you|u|your (?:family|kids|children|wife|husband|mother|mom|mum|dog|cat|son|daughter|parents|friends))|
    {_WILL} (?:break|smash|crush|snap|bash) your {_LIMB}|{_WILL} (?:slit|cut) your throat|
    {_WILL} (?:beat|punch|kick) (?:you|the (?:shit|crap|hell) out of you) (?:up|to death|senseless|bloody|to a pulp)|
    {_WILL} beat the (?:shit|crap|hell|life) out of you|
    {_WILL} (?:put a (?:bullet|knife) in|bury) (?:you|your \w+)|
    {_WILL} burn (?:your|down your) (?:house|home|place)|
    {_WILL} (?:come|be|show up) (?:to|at|outside) your (?:house|home|door|work|school) (?:and|with)|
    (?:i|we|they) know where (?:you|your (?:kids|children|family|mother|wife|husband)) (?:live|lives|sleep|work|works|go to school|goes to school)|
    (?:i|we) know (?:what|which) school your (?:kids?|children|son|daughter)|
    (?:watch your back|sleep with one eye open|your days are numbered)|
    (?:you're|you are|ur) (?:a )?dead (?:man|meat|woman)|
    (?:you|u)(?:'ll| will)? (?:won't|not|never) (?:live to )?see (?:tomorrow|the morning|another day)|
    (?:you|u)(?:'ll| will| are going to|'re going to) (?:bleed|die (?:slowly|screaming|for (?:this|that)|tonight|soon))|
    (?:someone|somebody) (?:should|ought to|needs to) (?:kill|shoot|stab|rape|lynch) (?:you|u|him|her|them)"""
)

_TO_OTHERS = words(
    rf"""{_WILL} {_HARM} (?:him|her|them|that \w+|my (?:boss|teacher|ex|neighbou?r|wife|husband|classmates?|coworkers?))"""
)

_TO_PLACES = words(
    r"""(?:shoot|shooting|blow|blowing|bomb|bombing|burn|burning) (?:up |down )?(?:the|a|this|that|my|your|our)
    (?: \w+)? ?(?:school|mosque|church|synagogue|temple|hospital|airport|parliament|embassy|stadium|clinic|courthouse|mall|office)|
    (?:there is|there's|planted|put|left) a bomb (?:in|at|under) (?:the|your|this|our)"""
)

_PEOPLE = (
    r"(?:jews?|muslims?|christians?|hindus?|blacks?|black people|whites?|white people|asians?|"
    r"arabs?|mexicans?|immigrants?|migrants?|refugees?|foreigners|gays?|gay people|lesbians?|trans people|"
    r"women|men|disabled people|the disabled|cripples|gypsies|roma|indians?|africans?|infidels|females?|"
    r"homosexuals?|transgenders?)"
)
_WHICH = r"(?:(?:all|every|the|those|these|them|any|a|an|some|more|such|kinds|of|next|bloody|fucking|damn|filthy|dirty|stupid) ){0,4}"
_TO_GROUPS = words(
    rf"""(?:kill|exterminate|gas|hang|shoot|burn|lynch|eradicate|wipe out|get rid of|purge|annihilate|slaughter|drown|strangle|
    stab|torture|murder|behead|massacre|execute|snap the necks of) {_WHICH}{_PEOPLE}(?!')|
    (?:all )?(?:the )?{_PEOPLE}(?: like you)? (?:must|should|need to|have to|deserve to|ought to|would) (?:all )?
    (?:die|suffer|burn|be (?:killed|shot|hanged|gassed|exterminated|burned|wiped out|eradicated|lynched|beaten|slaughtered|sterili[sz]ed|put down|put to death|locked up))|
    (?:wish|want|love to see|like to see|hope) (?:to )?{_WHICH}{_PEOPLE} (?:\w+ ){{0,2}}?(?:suffer|die|dead|shot|killed|burn|hang|hanged|raped)|
    (?:world|country|we|society|everyone) (?:is|are|would be|'d be) (?:so much )?better (?:off )?(?:if {_WHICH}{_PEOPLE} (?:were|was) (?:dead|gone|eradicated|exterminated|killed)|without {_WHICH}{_PEOPLE})|
    death to {_WHICH}{_PEOPLE}|hitler (?:was right|should have finished)|
    gas the|heil hitler|sieg heil|white power|race war now"""
)

_PLANNED = words(
    r"""(?:i|we)(?:'ll| will|'m going to| am going to|'re going to| are going to|'m gonna| want to| plan to|'m planning to) (?:shoot|blow|bomb|burn) (?:up |down )?
    (?:the|a|this|that|my|your|our) (?:\w+ )?
    (?:school|mosque|church|synagogue|temple|hospital|airport|parliament|embassy|clinic|courthouse|mall|office)"""
)

_WISHES = words(
    r"""(?:i )?hope (?:you|u|your (?:family|kids|mother)|he|she|they) (?:all )?(?:die|dies|get raped|gets raped|get cancer|gets cancer|suffer|rot|burn|choke)|
    (?:you|u) (?:deserve|deserved) to (?:die|be raped|suffer|be beaten)|
    (?:you|u)(?:'re| are| r) (?:a )?(?:worthless|pathetic|disgusting|useless) (?:piece of (?:shit|garbage|trash)|waste of (?:space|oxygen|air|life)|subhuman)|
    (?:you|u)(?:'re| are) a waste of (?:space|oxygen|air|life)"""
)

_PLAYFUL = words(
    r"""chess|scrabble|poker|monopoly|mario\w*|tennis|trivia|karaoke|dance[\s-]off|at cards|
    (?:the|this|video|board|card) game|minecraft|fortnite|with kindness|spoil\w*|tickl\w+|
    hugs?|kiss\w*|cake|pun|puns"""
)
_AGAINST = words(
    r"""no one|nobody|nothing|never|wrong|evil|condemn\w*|racist|racism|sexist|hateful|hate crime|don't|do not|
    shouldn't|should not|must not|stop|against|whoever|anyone who|people who|unacceptable|disgusting|
    (?:say|says|said|saying|write|writes|writing|wrote|wish|wishing|shout|shouting|things like|statements? like|post|posting|tweet\w*|chant\w*|believe|think)(?: that)?(?= ?["'“])|
    history|historian|in 19\d\d|nazis?|genocide|novel|chapter|villain|jail|arrested|banned"""
)


def find(reading: Reading) -> Iterator[Match]:
    text = reading.text
    for found in _TO_YOU.finditer(text):
        playful = _PLAYFUL.search(around(text, *found.span(), 50))
        yield Match("threat", *found.span(), "review" if playful else "block")
    for found in _TO_OTHERS.finditer(text):
        yield Match("threat", *found.span(), "review")
    for found in _PLANNED.finditer(text):
        playful = _PLAYFUL.search(around(text, *found.span(), 50))
        yield Match("threat", *found.span(), "review" if playful else "block")
    for found in _TO_PLACES.finditer(text):
        yield Match("threat", *found.span(), "review")
    for found in _TO_GROUPS.finditer(text):
        spoken = _AGAINST.search(around(text, *found.span(), 60))
        yield Match("hate_threatening", *found.span(), "review" if spoken else "block")
    for found in _WISHES.finditer(text):
        yield Match("harassment", *found.span(), "block")
