// A port at night: knots, stitches, sticky and once-only choices, variables, tags.
VAR coins = 3
VAR mood = "calm"
VAR has_ticket = false

# title: The Night Ferry
MARA: You are late. # expression:angry
The lamps along the quay are out.
-> quay

=== quay ===
{quay > 1: You are back at the quay.|You stand at the quay.}
You have {coins} coins.
* [Ask about the ferry] -> ask
* {coins >= 2} Buy a ticket[] for two coins.
    ~ coins = coins - 2
    ~ has_ticket = true
    MARA: Here. Do not lose it. # expression:happy
    -> quay
+ [Wait] You wait. -> waiting
+ {has_ticket} [Go aboard] -> ferry.deck
* -> nothing_left

=== ask ===
MARA: The ferry leaves when I say so.
* [Insist]
    MARA: Fine. # emotion:sad
    ~ mood = "sad"
* [Nod]
- She looks {mood == "sad": away|at you}.
-> quay

=== waiting ===
~ coins = coins - 1
Time passes. {coins <= 0: Somebody has taken your last coin.}
{ coins < 0:
    ~ coins = 0
    -> nothing_left
}
-> quay

=== ferry ===
= deck
The deck is {~wet|wet}.
MARA: Mind the {coins > 0: gap|rope}, {mood} one.
-> END

=== nothing_left ===
You have nothing left to do here.
-> END
