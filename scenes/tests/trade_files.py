"""Files that imports are tried with: small ones in each form, and pieces for worse."""

from __future__ import annotations

import json
from typing import Any

TWEE = """\
:: StoryTitle
The Lighthouse

:: StoryData
{"ifid": "D674C58C-DEFA-4F70-B7A2-27742230C0FC", "format": "SugarCube", "start": "Shore"}

:: StoryInit
<<set $lamp to false>><<set $coins to 3>>

:: Shore [outside] {"position":"100,100"}
ANNA: You came after all. {This} is a brace.
The wind is ''strong''. You have $coins coins.
<<if $coins gt 2>>KEEPER: Plenty.<<else>>KEEPER: Little.<</if>>
You see <<if $lamp>>a lit lamp<<else>>a dark tower<</if>> ahead.
[[Go up->Stairs]]
[[Stairs]]
[[Have a look|Cellar]]
[[Cellar<-Go down]]
<<if $coins >= 3 and not $lamp>>[[Pay the keeper->Paid][$coins -= 3]]<</if>>

:: Paid
<<set $lamp to true>>He takes the money. <<audio "x" play>>
<<if visited("Cellar") gt 0>><<set $coins += 1>><</if>>
You have $coins now.
<<link "Back" "Shore">><<set $coins += 1>><</link>>

:: Stairs
Long. [[Shore]] [[Top]]

:: Top
The end of it.

:: Cellar
(set: $seen to it + 1)(if: $seen > 2)[Too often. (goto: "Top")](else:)[Dark.]
[[Back->Shore]]
[[Nowhere]]
"""

SCXML = """\
<?xml version="1.0"?>
<scxml xmlns="http://www.w3.org/2005/07/scxml" xmlns:t="urn:t" version="1.0"
    initial="hall" datamodel="ecmascript" name="The Hall">
  <datamodel><data id="keys" expr="0"/><data id="who">'nobody'</data></datamodel>
  <state id="hall">
    <onentry><log expr="'ANNA: Come in.'"/><assign location="keys" expr="keys + 1"/></onentry>
    <transition event="go.up" cond="keys &gt; 1 &amp;&amp; who != 'Anna'" target="attic"/>
    <transition event="go.up" target="hall"/>
    <transition event="stay" target="hall" t:label="Stay a little">
      <assign location="who" expr="'Bert'"/>
    </transition>
    <transition event="wait"><send event="x" delay="3s"/></transition>
  </state>
  <state id="attic" initial="dark">
    <state id="dark"><transition event="light" target="lit"/></state>
    <state id="lit"><transition event="done" target="over"/></state>
    <final id="over"/>
    <history id="h" type="deep"><transition target="dark"/></history>
    <transition event="done.state.attic" target="end"/>
    <transition event="leave" target="hall"/>
  </state>
  <parallel id="both"><state id="one"/><state id="two"/></parallel>
  <final id="end"/>
</scxml>
"""

XSTATE: dict[str, Any] = {
    "id": "storm_voyage",
    "initial": "dock",
    "context": {"trust": 0, "score": 0, "crew": ["Ada"]},
    "states": {
        "dock": {
            "meta": {
                "lines": [{"speaker": "A", "text": "Ready?", "expression": "smirk"}]
            },
            "on": {
                "BOARD": {
                    "target": "deck",
                    "actions": [
                        {"type": "inc", "params": {"key": "trust", "by": 1}},
                        "ring",
                    ],
                },
                "RUN": "end_coward",
            },
        },
        "deck": {
            "initial": "calm",
            "states": {
                "calm": {"on": {"STORM": "storm"}, "after": {"5000": "storm"}},
                "storm": {"on": {"HIDE": "calm"}, "invoke": {"src": "thunder"}},
            },
            "on": {
                "ASK": {"target": "dock"},
                "WHEEL": [
                    {
                        "target": "end_hero",
                        "guard": {
                            "type": "gte",
                            "params": {"key": "trust", "value": 2},
                        },
                    },
                    {
                        "target": "deck.storm",
                        "actions": [
                            {"type": "inc", "params": {"key": "score", "by": -1}}
                        ],
                    },
                ],
                "JUMP": {"target": "#storm_voyage.end_coward", "cond": "isBrave"},
            },
        },
        "end_hero": {"type": "final"},
        "end_coward": {"type": "final", "meta": {"ending": "The coward"}},
    },
}

INK: dict[str, Any] = {
    "inkVersion": 21,
    "root": [
        [
            "^Hello", "\n",
            "ev", "str", "^Go", "/str", "/ev", {"*": "0.c-0", "flg": 20},
            {"c-0": ["\n", "^Bye", "\n", "end", {"#f": 5}]},
        ],
        "done",
        {"global decl": ["ev", 3, {"VAR=": "x"}, "/ev", "end", None]},
    ],
    "listDefs": {},
}  # fmt: skip


def xstate() -> bytes:
    return json.dumps(XSTATE).encode()


def ink() -> bytes:
    return json.dumps(INK).encode()
