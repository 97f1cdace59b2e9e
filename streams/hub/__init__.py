"""Rooms of viewers, one of each stream and process.

A message reaches a process once, over the bus, however many watch there. Logged events
are delivered in order and without a gap: what the bus lost is read in the log. Each
socket has a bounded outbox in which poses overtake each other; who does not read is cut
off and may come back for the rest.
"""

from streams.hub.hub import AfterError, FullError, Hub, Place, current

__all__ = ["AfterError", "FullError", "Hub", "Place", "current"]
