// Weaves within weaves, switches, fallbacks, glue over diverts, choice tags, stitches.
VAR name = "nobody"
VAR weight = 1.5
VAR trust = 0
CONST PRICE = 2
-> market.gate
=== market
= gate
# background: bakery
GUARD: Stop there<>, -> voice
= voice
you. # emotion:angry
* "I am a baker."
    ~ name = "the baker"
    GUARD: Then bake.
    * * [Bow # polite]
        ~ trust++
    * * [Shrug] You shrug.
        * * * Loudly[...], for all to hear.
        * * * Not at all.
        - - - He looks away.
        ~ trust--
    - - So much for that.
* "I am {name}."
    ~ name = "a stranger"
* (third) [Say nothing]
- GUARD: So you are {name}. {third: Silent, too.}
{
- trust > 0: He smiles.
- trust < 0: He frowns.
- else: He waits.
}
{name:
- "the baker": Flour is on your sleeves.
- "a stranger": Dust is on your shoes.
- else: Nothing is on you.
}
-> stalls
= stalls
{!The stalls open.|The stalls are open.} {|Again.|}
{trust == 0 && name != "the baker": -> weigh}
+ {CHOICE_COUNT() == 0} [Weigh a loaf] -> weigh
* {not weigh} {trust >= 0} [Pay {PRICE}] You pay {PRICE}, no more.
* [Leave] -> leave
* [Look around]
    {
    - stalls > 1:
        You know it all by now.
        Really all.
    - else:
        ~ temp seen = stalls + trust
        You have seen {seen} things.
        ~ seen = seen * 2
        And then {seen}.
    }
+ -> leave
- -> stalls
= weigh
~ weight = weight + 0.5
~ trust = MAX(trust, 1)
It weighs {weight} pounds{weight > 2: and more}.
{weight >= 2.5 or (trust && weight > 100): -> leave }
-> stalls
= leave
{stalls: You leave after {stalls} {stalls == 1: look|looks}.}
{weight % 2 == 1: odd}
-> DONE
