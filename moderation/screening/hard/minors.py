"""Rule 1.1: minors together with anything sexual.

Explicit words near a minor always block. Words that a doctor, a bath or a news report
needs too ask for a person to look, and so do explicit ones where the text is about
protecting children and names no act.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.screening.matching import Match, around, cover, pairs, words

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from moderation.screening.matching import Reading

_AGE = r"(?:[1-9]|1[0-7]|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen)"
_UNIT = r"(?:feet|foot|inch|minute|hour|day|week|month|mile|percent|point|time|out of|dollar|euro|pound|meter|metre)s?"

_MINOR = words(
    rf"""child(?:ren)?|kids?|minors|a minor(?! \w+)|under-?\s?aged?|pre-?teens?|
    teen(?:s|agers?|aged?)?|toddlers?|infants?|babies|
    school\s?(?:girl|boy|kid)s?|school\s?child(?:ren)?|
    (?:little|young|small) (?:girl|boy|daughter|son|sister|brother)s?|
    girl scouts?|boy scouts?|loli(?:ta|con)?s?|shota(?:con)?s?|
    {_AGE}[\s-]?(?:years?|yrs?)[\s-]?olds?|{_AGE}\s?(?:yo|y/o)|
    (?:he|she|i|who|they|you)(?:'s|'m|'re| is| am| was| are| were| turned| just turned)
    (?: only| just| barely| about| like)? {_AGE}(?! {_UNIT})|
    ages? (?:of )?{_AGE}|aged {_AGE}|
    (?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|[1-9](?:st|nd|rd|th)|1[0-2]th)[\s-]grade(?:rs?)?|
    (?:middle|elementary|primary|grade)[\s-]school(?:ers?)?|
    high[\s-]school(?:ers?| girls?| boys?| students?| freshm[ae]n| kids?)|
    kindergart\w+|(?:pre)?pubescents?|youngsters?"""
)

_EXPLICIT = words(
    r"""(?:have|has|had|having) (?:\w+ ){0,2}sex(?! ed)|sex (?:with|scenes?|slaves?|toys?|tapes?|acts?)|
    (?:oral|anal|gay|hot|rough) sex|blow\s?jobs?|hand\s?jobs?|masturbat\w+|orgasm\w*|
    ejaculat\w+|cum(?:s|ming|shots?)?(?! laude)|pussy(?! willow)|
    (?:my|his|your|hard|big) (?:cock|dick)|(?:her|your|big) (?:boobs|tits|ass)|titties|clit\w*|
    (?:send|sends|sent|take|took|share|trade|want) (?:\w+ ){0,2}nudes?|nude (?:pics?|photos?|pictures?|images?)|
    erotic\w*|hentai|horny|(?:sexually )?aroused|lewd\w*|
    fuck(?:ed|s|ing)? (?:him|her|them|me)|
    (?:make|makes|made|making) love (?:to|with)|
    fetish\w*|bdsm|kinky|sexy|sexiest|seduc\w+|fondl\w+|grop(?:e|ed|es|ing)|
    lingerie|panties|thongs?|sensual\w*|sexuali[sz]ed|
    (?:took|takes?|taking|pulls?|pulled|ripp?s?|ripped) off (?:her|his|your|their|my) (?:clothes|shirt|dress|skirt|panties|bra|underwear|pants)|
    strip(?:s|ped|ping)? (?:naked|for (?:him|her|me|us))|moan(?:s|ed|ing) (?:with|in) pleasure"""
)
"""An act or an advance: no story needs one near a minor."""

_SEXUAL = words(
    r"""sexual\w*|sex|porn\w*|molest\w*|rap(?:e|ed|es|ing|ists?)|incest\w*|prostitut\w+"""
)
"""Also the words of law, news, teaching and help."""

_BODY = words(
    r"""naked|nude|nudity|topless|undress\w*|breasts?(?! (?:cancer|milk|feed\w*|pump))|
    penis(?:es)?|vaginas?|genitals?|private parts|nipples?"""
)
"""Also the words of baths, doctors and fairy tales."""

_ALONE = words(
    rf"""lolicon|shotacon|jailbait|(?:child|kiddie|kid|preteen|teen|underage) porn\w*|
    child erotica|(?:underage|preteen) (?:girls?|boys?|models?|nudes?|sex)|
    sex(?:ual)? with (?:a |an )?(?:child|children|minors?|kids?|teen(?:ager)?s?|underage \w+)|
    (?:get|make|convince|persuade|trick|pay|blackmail) (?:a |an |my |the |some )?(?:{_AGE}[\s-]?(?:years?|yrs?)[\s-]?olds?|child|kid|minor|teen(?:ager)?|schoolgirl|schoolboy|little (?:girl|boy))s? (?:to )?(?:\w+ ){{0,3}}?(?:send|share|show me|undress|strip|touch|keep (?:it|this) secret)|
    (?:attracted|attraction) to (?:little |young )?(?:children|kids|girls of|boys of|minors)"""
)

_PROTECTING = words(
    r"""protect\w*|prevent\w*|report(?:s|ed|ing)?|surviv\w+|victims?|charit\w+|awareness|
    police|arrest\w*|convict\w*|prosecut\w*|sentenced|illegal|unlawful|crimes?|criminal\w*|
    laws?|educat\w+|counsel\w*|hotline|helpline|safeguard\w*|against|stop(?:s|ped|ping)?|
    consent|talk(?:s|ed|ing)? (?:to|with)|explain\w*|learn\w*|questions?|parents?|books?|
    abuse(?:d|rs?)?|therap\w+|teach(?:es|ing|ers?)?|never|wrong|fight(?:s|ing)?"""
)

REACH = 160
"""Characters between the two: two sentences, about."""


def find(reading: Reading) -> Iterator[Match]:
    text = reading.text
    protecting = _PROTECTING.search(text) is not None
    for found in _ALONE.finditer(text):
        yield _match(found, block=not protecting)
    minors = list(_MINOR.finditer(text))
    explicit = list(_EXPLICIT.finditer(text))
    if reading.beside and explicit and _MINOR.search(reading.beside):
        for found in explicit:
            yield _match(found, block=True)
    if not minors:
        return
    for pair in pairs(explicit, minors, REACH):
        yield _match(*pair, block=True)
    for pair in pairs(_SEXUAL.finditer(text), minors, REACH // 2):
        near = around(text, *cover(*pair), REACH)
        yield _match(
            *pair, block=_PROTECTING.search(near) is None and not _taught(near)
        )
    for pair in pairs(_BODY.finditer(text), minors, REACH // 2):
        yield _match(*pair, block=False)


def _taught(text: str) -> bool:
    return "sex ed" in text or "consent is" in text


def _match(*found: re.Match[str], block: bool) -> Match:
    return Match("sexual_minors", *cover(*found), "block" if block else "review")
