// Glue over a fallback, labels that go on after a bracket, tunnels that leave elsewhere.
VAR steps = 0
-> door
=== door ===
~ steps = steps + 1
You push the door <>
* {steps > 1} [Kick it] You kick it. -> door
* Knock[ {steps} times] politely.
    -> knock -> door
* -> open
=== knock ===
Nobody {answers|cares}.
{steps > 2: ->-> open}
->->
=== open ===
and it {was|is} never locked.
-> END
