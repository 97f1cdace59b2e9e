"""Rules 2.1 and 2.2: somebody who may be in danger gets help; urging others is refused.

A text in the first person, or one that asks how, is a crisis: no blame, a card with help.
Figures of speech (dying of laughter, cut myself shaving) are none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.screening.matching import Match, around, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.screening.matching import Reading

_I = r"(?:i|i'm|i am|i've|i have|i'd|i'll|im|me)"

_CRISIS = words(
    rf"""(?:kill|killing|hang|hanging|shoot|shooting|drown|drowning|poison) myself|
    (?:end|ending|take|taking) my (?:own )?life|end it all|
    {_I}(?: \w+){{0,2}} (?:want|wanna|wish|need|going|planning|ready|decided|deserve)(?: to)?(?: just| really)? (?:die|be dead|not (?:exist|wake up|be here))|
    i wish i (?:was|were) (?:dead|never born)|
    {_I} (?:\w+ ){{0,2}}suicidal|suicidal (?:thoughts|feelings|urges)|(?:commit|committing|attempt|attempting|considering|thinking about|thinking of|contemplating) suicide|
    (?:don't|do not|dont|can't|cannot|no longer) (?:really )?(?:want|wanna) to (?:live|be alive|exist|wake up|be here)(?: any ?more)?|
    (?:can't|cannot) go on (?:living|any ?more|like this)|
    (?:no|any) (?:reason|point|will) (?:to|in) (?:live|living|go on|going on)|
    (?:better off|happier) (?:without me|if i (?:was|were) (?:dead|gone))|better off dead|
    (?:cut|cutting|hurt|hurting|harm|harming|burn|burning|starve|starving) myself|
    (?:cut|cutting|slit|slitting) my (?:wrists?|arms?|thighs?|veins?)|
    self[\s-]?harm(?:ed|ing)? again|unalive myself|kms|
    (?:overdose|overdosing|overdosed) on (?:my )?(?:\w+ )?(?:pills|meds|medication|tablets|sleeping \w+)|
    my suicide (?:note|plan|letter)|(?:jump|jumping) off (?:a|the) (?:bridge|roof|building) and end"""
)

_HOW = words(
    r"""(?:how|ways?|methods?|easiest|best|quickest|fastest|painless\w*) (?:\w+ ){0,4}(?:kill yourself|kill myself|commit suicide|end (?:my|your|one's) life|die by suicide|hang (?:myself|yourself))|
    painless (?:way|method|death|suicide)s?(?: to die)?|suicide (?:method|pill|pact|instruction)s?|
    how many (?:\w+ ){0,3}(?:pills|tablets|sleeping pills) (?:\w+ ){0,5}(?:die|kill|overdose|lethal|fatal)|
    (?:hide|hiding|cover up) (?:my |the )?(?:cuts|scars|self[\s-]?harm) from|
    pro-?ana|pro-?mia|thinspo\w*|meanspo|how (?:to|do i) (?:purge|starve myself|make myself (?:throw up|vomit))"""
)

_URGING = words(
    r"""(?:go |just |should |please |you )?(?:kill|hang|shoot|cut|starve|drown) (?:yourself|yourselves|urself|ur self)|
    kys|end your (?:own )?(?:life|pathetic life|miserable life)|
    (?:you|u|they|he|she)(?:'d| would|'re| are)? (?:all )?be(?:tter)? (?:\w+ )?off dead|
    (?:drink|swallow) (?:some )?bleach|
    (?:nobody|no one|noone) (?:would|will|is going to|'d) (?:miss|mourn) (?:you|u)|
    (?:world|everyone|everybody|we) (?:would be |'d be |is |are )?(?:so much )?better (?:off )?without you|
    (?:do|do us|do everyone|do the world) (?:us |everyone |the world )?(?:all )?a favou?r and (?:die|end it|disappear)|
    go (?:and )?die(?! hard)|(?:you|u) should (?:just |really )?(?:die|commit suicide|not exist)"""
)

_FIGURES = words(
    r"""shaving|shave|kitchen|cooking|chopping|slicing|onions?|paper|accident\w*|laugh\w*|
    embarrass\w*|joke|joking|of boredom|happiness|with joy|coffee|chocolate|spoilers?|
    therap\w+|helped me|last year|years? ago|used to|recover\w*|surviv\w+|got through|came through|no longer|warning signs|
    at the gym|workout|treadmill|to death with|figure of speech|
    (?:stop|don't|do not|never|won't|wouldn't|not) (?:\w+ )?(?:kill|hurt|harm|cut|end|hang) (?:yourself|myself|my life|your life)|
    don't (?:ever )?tell (?:\w+ )?to"""
)


def find(reading: Reading) -> Iterator[Match]:
    text = reading.text
    for pattern in (_CRISIS, _HOW):
        for found in pattern.finditer(text):
            if _FIGURES.search(around(text, *found.span(), 60)) is None:
                yield Match("self_harm", *found.span(), "crisis")
    for found in _URGING.finditer(text):
        if _FIGURES.search(around(text, *found.span(), 30)) is None:
            yield Match("self_harm_urging", *found.span(), "block")
