// Sequences, cycles, glue, tunnels, functions, temporary variables, gathers, labels.
VAR lit = 0
-> start
=== start ===
The street has three lanterns.
- (again)
{It is dark.|It is less dark.|It is nearly light.}
* (first) [Light the first] -> light("first") ->
* (second) [Light the second] -> light("second") ->
* {first and second} [Light the third] -> light("third") ->
+ [Look] You look {once|twice|again} and {&left|right}.
    Glue holds <>
    things together.
- {lit < 3: -> again}
-> done_with_it
=== light(which) ===
~ lit = lit + 1
You light the {which} one. That makes {lit}.
{which == "third": It burns brightest.}
->->
=== done_with_it ===
~ temp half = lit / 2
Half of them is {half}, and double {double(lit)}.
{ lit:
- 1: One.
- 3: Three.
- else: Some.
}
{ half > 1: Many. | Few. }
{not start.second: Never.} {start.again > 2: You took your time.}
-> END
=== function double(x) ===
~ return x * 2
