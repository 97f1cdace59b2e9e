"""How large a scene may be, so that no file is a bomb. Refused on reading.

The numbers are judgements: each is far above what a story needs, and together they
keep reading, checking and a step of play linear and short.
"""

from __future__ import annotations

BYTES = 5_000_000
"""Of a file; ten thousand states of four lines take about four million."""

STATES = 10_000
NESTING = 8
"""States within states."""

ROLES = 12
VARIABLES = 200
DICE = 20
LANGUAGES = 20

BEATS = 40
CHOICES = 20
TRANSITIONS = 10
"""Eventless or timed ones of one state."""

ACTIONS = 10

TEXT = 2000
"""Characters of any text; a caption holds far fewer, which the validator says."""

IDENTIFIER = 64
EXPRESSION = 500
EXPRESSIONS = 500_000
"""Characters of all conditions and values of a scene together."""

EXPRESSION_DEPTH = 24
"""Brackets, calls and signs within one another."""

OPERATIONS = 64
"""Signs of arithmetic in one expression."""

EXTENSION_DEPTH = 16

INTEGER = 2_147_483_647
"""Largest magnitude of an integer: products of two are exact in a double's range."""

FLOAT = 1e15
"""Largest magnitude of a float, reached and not passed."""

DICE_COUNT = 20
DICE_SIDES = 1000
SEED = 0xFFFFFFFF

SECONDS = 86_400.0
"""Of a pause or a timer: a day."""

CLOCK = 1e9
"""The last second of a play's clock."""

MICROSTEPS = 100
"""Transitions that may follow one event without the player. With the limits above, the
worst event that a file can be made to have takes under a second."""

EVENTS = 20_000
"""Of one play."""
